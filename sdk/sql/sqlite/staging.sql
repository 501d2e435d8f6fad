-- The temporary file in which `register` sorts its input. SQLite only, whatever the table's database is.

-- name: prepare_staging
-- A crash loses the file anyway: nothing is synced. The cache bounds the memory of the file and of each sort.
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -8192;
CREATE TABLE staged (sequence INTEGER PRIMARY KEY, item TEXT NOT NULL, weight REAL, time INTEGER);
BEGIN;

-- name: stage_item
INSERT INTO staged (item, weight, time) VALUES (?1, ?2, ?3);

-- name: staged_in_order
-- With min() SQLite takes the other columns from the row that holds the minimum: the first one given.
-- Both the grouping and the order are external sorts; a unique index would read and write at random.
SELECT item, weight, time
FROM (SELECT item, weight, time, min(sequence) AS sequence FROM staged GROUP BY item)
ORDER BY time IS NULL, time, CASE WHEN time IS NULL THEN sequence END, item;
