-- name: prepare_connection
-- Items come in the order of time, which is a random one to their unique index: many of its pages change in every
-- transaction. A rarer checkpoint writes such a page once for several transactions; the log stays below some 100 MB.
PRAGMA wal_autocheckpoint = 16384;
PRAGMA cache_size = -12288;

-- name: find_table
-- A number for the table (none here), and what kind of relation it is.
SELECT 0, type FROM pragma_table_list WHERE schema = ?1 COLLATE NOCASE AND name = ?2 COLLATE NOCASE;

-- name: table_columns
-- Name, type, not null, filled without our doing, primary key by itself, unique by itself.
SELECT c.name, c.type, c."notnull" OR (c.pk > 0 AND t.wr),
  c.dflt_value IS NOT NULL OR c.hidden <> 0 OR (c.pk = 1 AND k.columns = 1 AND upper(c.type) = 'INTEGER' AND NOT t.wr),
  c.pk = 1 AND k.columns = 1,
  EXISTS (
    SELECT 1 FROM pragma_index_list(?2, ?1) AS i
    WHERE i."unique" AND NOT i.partial
      AND (SELECT count(*) FROM pragma_index_info(i.name, ?1)) = 1
      AND (SELECT p.name FROM pragma_index_info(i.name, ?1) AS p) = c.name)
FROM pragma_table_xinfo(?2, ?1) AS c,
  (SELECT count(*) AS columns FROM pragma_table_info(?2, ?1) WHERE pk > 0) AS k,
  (SELECT wr FROM pragma_table_list WHERE schema = ?1 COLLATE NOCASE AND name = ?2 COLLATE NOCASE) AS t
ORDER BY c.cid;

-- name: lock_table_of_items
-- BEGIN IMMEDIATE has made this the only writer.
SELECT ?1;

-- name: create_table_of_items
-- AUTOINCREMENT: without it the key of a deleted newest asset would be given out again.
CREATE TABLE IF NOT EXISTS /* TEMPLATE: table */ (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  /* TEMPLATE: item */ TEXT NOT NULL UNIQUE,
  /* TEMPLATE: weight */ INTEGER,
  /* TEMPLATE: time */ TEXT
);

-- name: insert_items
-- One item a call: without a network in between, arrays would gain nothing.
WITH given (item, weight, time) AS (VALUES (?1, ?2, ?3))
INSERT INTO /* TEMPLATE: table */ (/* TEMPLATE: columns */)
SELECT /* TEMPLATE: values */ FROM given
WHERE NOT EXISTS (SELECT 1 FROM /* TEMPLATE: table */ AS held WHERE held./* TEMPLATE: item */ = given.item)
ON CONFLICT DO NOTHING
RETURNING /* TEMPLATE: key */;

-- name: missing_items
-- One item a call, too.
SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM /* TEMPLATE: table */ WHERE /* TEMPLATE: item */ = ?1);
