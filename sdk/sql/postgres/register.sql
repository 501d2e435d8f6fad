-- name: prepare_connection
-- Nothing here.
SELECT;

-- name: find_table
-- The table's object id, and what kind of relation it is.
SELECT oid::bigint, CASE relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view'
  WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' ELSE 'relation of kind ' || relkind::text END
FROM pg_class WHERE oid = to_regclass($1);

-- name: table_columns
-- Name, type, not null, filled without our doing, primary key by itself, unique by itself.
SELECT a.attname, format_type(a.atttypid, NULL), a.attnotnull,
  a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> '',
  EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = a.attrelid AND i.indisprimary
    AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum),
  -- A deferrable constraint cannot be what ON CONFLICT looks at.
  EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = a.attrelid AND i.indisunique AND i.indisvalid
    AND i.indimmediate AND i.indpred IS NULL AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum)
FROM pg_attribute AS a
WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum;

-- name: lock_table_of_items
-- One writer of register's at a time, by table; number 0 is for creating one. An advisory lock rather than LOCK TABLE,
-- which would queue behind a long load and make every other writer queue behind itself. The number is "tran".
SELECT pg_advisory_xact_lock((1953653102::bigint << 32) | $1::bigint);

-- name: create_table_of_items
CREATE TABLE /* TEMPLATE: table */ (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  /* TEMPLATE: item */ text NOT NULL UNIQUE,
  /* TEMPLATE: weight */ bigint,
  /* TEMPLATE: time */ timestamptz
);

-- name: insert_items
-- A scalar subquery rather than NOT EXISTS, which the planner may turn into a join that reads the whole table for each
-- chunk. ON CONFLICT alone would use up a key for every item held already; it is for writers other than register.
INSERT INTO /* TEMPLATE: table */ (/* TEMPLATE: columns */)
SELECT /* TEMPLATE: values */
FROM unnest($1::text[], $2::text[], $3::bigint[]) WITH ORDINALITY AS given (item, weight, time, position)
WHERE (SELECT true FROM /* TEMPLATE: table */ AS held WHERE held./* TEMPLATE: item */ = given.item) IS NULL
ORDER BY given.position
ON CONFLICT (/* TEMPLATE: item */) DO NOTHING
RETURNING /* TEMPLATE: key */;

-- name: tell_followers
-- With the commit, those who wait for assets of the table look for them.
SELECT pg_notify('tranche_assets_' || $1::bigint, '');

-- name: missing_items
-- The places, from 1, of the items that the table does not hold.
SELECT given.position
FROM unnest($1::text[]) WITH ORDINALITY AS given (item, position)
WHERE (SELECT true FROM /* TEMPLATE: table */ AS held WHERE held./* TEMPLATE: item */ = given.item) IS NULL
ORDER BY given.position;
