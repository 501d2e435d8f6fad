-- What a source table is like (source/describe.hpp). The names and columns are those of sql/postgres/describe.sql.

-- name: find_table
-- ?1 schema or NULL, ?2 name. One row: whether it is a view, its definition, and its schema and name as they are stored.
SELECT type = 'view', coalesce(sql, ''), 'main', name FROM sqlite_schema
WHERE type IN ('table', 'view') AND name = ?2 COLLATE NOCASE AND (?1 IS NULL OR ?1 = 'main')

-- name: list_tables
SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name NOT LIKE 'tranche\_%' ESCAPE '\'
ORDER BY name LIMIT 20

-- name: list_columns
-- Name, declared type, base type, whether bytewise order needs a COLLATE of its own.
SELECT name, type, upper(type), 1 FROM pragma_table_xinfo(?2) WHERE (?1 IS NULL OR ?1 = 'main') ORDER BY cid

-- name: is_unique
-- ?3 column. The only column of the primary key, or of a unique index that is not partial.
SELECT EXISTS (SELECT 1 FROM pragma_table_xinfo(?2) AS c WHERE c.name = ?3 COLLATE NOCASE AND c.pk = 1
    AND (SELECT count(*) FROM pragma_table_xinfo(?2) AS p WHERE p.pk > 0) = 1)
  OR EXISTS (SELECT 1 FROM pragma_index_list(?2) AS l WHERE l."unique" AND NOT l.partial
    AND (SELECT count(*) FROM pragma_index_info(l.name)) = 1
    AND (SELECT i.name FROM pragma_index_info(l.name) AS i) = ?3 COLLATE NOCASE)

-- name: is_rowid
-- Whether the column is the rowid: given inside the one writer's transaction, rising.
SELECT EXISTS (SELECT 1 FROM pragma_table_xinfo(?2) AS c WHERE c.name = ?3 COLLATE NOCASE AND c.pk = 1 AND upper(c.type) = 'INTEGER'
  AND (SELECT count(*) FROM pragma_table_xinfo(?2) AS p WHERE p.pk > 0) = 1
  AND NOT EXISTS (SELECT 1 FROM pragma_index_list(?2) AS l WHERE l.origin = 'pk'))
