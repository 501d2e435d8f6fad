-- What `job create` asks of a source table (source/inspect.cpp). The names are those of sql/postgres/inspect.sql, but for
-- the types of keys: a column of SQLite holds values of any type.
-- Placeholders: table (quoted, with its schema), name (quoted, alone), key, condition.

-- name: lowest_key_type
SELECT typeof(/* TEMPLATE: key */) FROM /* TEMPLATE: table */ WHERE /* TEMPLATE: key */ IS NOT NULL
ORDER BY /* TEMPLATE: key */ LIMIT 1

-- name: highest_key_type
SELECT typeof(/* TEMPLATE: key */) FROM /* TEMPLATE: table */ WHERE /* TEMPLATE: key */ IS NOT NULL
ORDER BY /* TEMPLATE: key */ DESC LIMIT 1

-- name: has_null_key
SELECT EXISTS (SELECT 1 FROM /* TEMPLATE: table */ WHERE /* TEMPLATE: key */ IS NULL)

-- name: try_condition
-- Over nothing: the database itself says what is wrong with the condition. The line break ends a comment in it.
SELECT 1 FROM /* TEMPLATE: table */ WHERE /* TEMPLATE: condition */
LIMIT 0

-- name: copy_table
-- An empty table that an index with the condition is tried on.
CREATE TEMPORARY TABLE /* TEMPLATE: name */ AS SELECT * FROM main./* TEMPLATE: name */ LIMIT 0

-- name: index_copy
CREATE INDEX temp.tranche_filter_check ON /* TEMPLATE: name */ (/* TEMPLATE: key */) WHERE /* TEMPLATE: condition */

-- name: synchronous_commit
-- SQLite has no such setting of the database.
SELECT 'on'
