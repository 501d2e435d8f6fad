-- What a source table is like (source/describe.hpp). The names and columns are those of sql/sqlite/describe.sql.
-- $1 schema or NULL (the search path decides), $2 name, both as they are stored, unquoted.

-- name: fragment relation
to_regclass(CASE WHEN $1::text IS NULL THEN '' ELSE quote_ident($1) || '.' END || quote_ident($2))

-- name: find_table
-- Whether it is a view, its kind, and its schema and name as they are stored.
SELECT (c.relkind IN ('v'))::integer, c.relkind::text, n.nspname, c.relname
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.oid = /* TEMPLATE: relation */ AND c.relkind IN ('r', 'p', 'v', 'm', 'f')

-- name: list_tables
SELECT CASE WHEN n.nspname = 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'tranche')
  AND n.nspname NOT LIKE 'pg\_%'
ORDER BY 1 LIMIT 20

-- name: list_columns
-- Name, type as people write it, base type (through one domain), whether bytewise order needs a COLLATE of its own: an ICU
-- database may well say datcollate C.UTF-8. As JSON, because datlocprovider is there only since PostgreSQL 15.
SELECT a.attname, format_type(a.atttypid, a.atttypmod), b.typname,
  CASE WHEN a.attcollation = 0 THEN false
       WHEN l.collname = 'default' THEN coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') <> 'c'
         OR d.datcollate NOT IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8')
       ELSE l.collprovider <> 'c' OR coalesce(l.collcollate, '') NOT IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8') END
FROM pg_attribute AS a
JOIN pg_type AS t ON t.oid = a.atttypid
JOIN pg_type AS b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
LEFT JOIN pg_collation AS l ON l.oid = a.attcollation
JOIN pg_database AS d ON d.datname = current_database()
WHERE a.attrelid = /* TEMPLATE: relation */ AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum

-- name: is_unique
SELECT EXISTS (SELECT 1 FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
  WHERE i.indrelid = /* TEMPLATE: relation */ AND i.indisunique AND i.indisvalid AND i.indpred IS NULL
    AND i.indnkeyatts = 1 AND a.attname = $3::text)

-- name: key_sequence
-- Where the keys come from, and who else adds rows: the table, its partitions or children, and the tables that it is a partition of.
-- The kind of table; of the sequence behind the column's default or identity: cache, increment, cycles, whether a crash sets it back;
-- whether nothing but it gives keys (identity always, or a default that is exactly nextval); whether nobody may use the keys between two
-- numbers; whether this server is a standby. Then of these tables one, if any, that is filled by logical replication; that is foreign;
-- that has another default for the column.
WITH RECURSIVE up AS (
  SELECT /* TEMPLATE: relation */::oid AS oid
  UNION SELECT i.inhparent FROM up JOIN pg_class AS c ON c.oid = up.oid AND c.relispartition JOIN pg_inherits AS i ON i.inhrelid = up.oid
), down AS (
  SELECT /* TEMPLATE: relation */::oid AS oid UNION SELECT i.inhrelid FROM down JOIN pg_inherits AS i ON i.inhparent = down.oid
), given AS (
  SELECT c.oid, c.relname::text AS name, c.relkind, a.attidentity, f.oid IS NOT NULL OR a.attidentity <> '' AS has_default, s.*,
    a.attidentity <> '' OR pg_get_expr(f.adbin, f.adrelid) ~ '^nextval\(''([^'']|'''')+''::regclass\)$' AS only_sequence
  FROM (SELECT oid FROM up UNION SELECT oid FROM down) AS family
  JOIN pg_class AS c ON c.oid = family.oid
  JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = $3::text AND NOT a.attisdropped
  LEFT JOIN pg_attrdef AS f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
  LEFT JOIN LATERAL (
    SELECT q.* FROM pg_depend AS d JOIN pg_sequence AS q
      ON q.seqrelid = CASE WHEN d.classid = 'pg_attrdef'::regclass THEN d.refobjid ELSE d.objid END
    WHERE (d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'n')
       OR (d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid
           AND d.refobjsubid = a.attnum AND d.deptype = 'i')
    LIMIT 1) AS s ON true
)
SELECT g.relkind::text, g.seqcache, g.seqincrement, g.seqcycle,
  (SELECT c.relpersistence = 'u' FROM pg_class AS c WHERE c.oid = g.seqrelid), g.only_sequence, g.attidentity = 'a', pg_is_in_recovery(),
  (SELECT min(o.name) FROM given AS o JOIN pg_subscription_rel AS r ON r.srrelid = o.oid),
  (SELECT min(o.name) FROM given AS o WHERE o.relkind = 'f'),
  -- A partition may share the identity, and have no sequence of its own.
  (SELECT min(o.name) FROM given AS o WHERE CASE WHEN o.seqrelid IS NULL THEN o.has_default AND o.attidentity = ''
                                                ELSE o.seqrelid <> g.seqrelid OR NOT o.only_sequence END)
FROM given AS g WHERE g.oid = /* TEMPLATE: relation */
