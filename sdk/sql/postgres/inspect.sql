-- What `job create` asks of a source table (source/inspect.cpp). The names are those of sql/sqlite/inspect.sql.
-- Placeholders: table (quoted, with its schema), name (quoted, alone), key, condition.

-- name: has_null_key
SELECT EXISTS (SELECT 1 FROM /* TEMPLATE: table */ WHERE /* TEMPLATE: key */ IS NULL)

-- name: try_condition
-- Over nothing: the database itself says what is wrong with the condition. The line break ends a comment in it.
SELECT 1 FROM /* TEMPLATE: table */ WHERE /* TEMPLATE: condition */
LIMIT 0

-- name: copy_table
-- An empty table that an index with the condition is tried on.
CREATE TEMPORARY TABLE /* TEMPLATE: name */ (LIKE /* TEMPLATE: table */) ON COMMIT DROP

-- name: index_copy
CREATE INDEX tranche_filter_check ON pg_temp./* TEMPLATE: name */ (/* TEMPLATE: key */) WHERE /* TEMPLATE: condition */

-- name: synchronous_commit
SELECT current_setting('synchronous_commit')
