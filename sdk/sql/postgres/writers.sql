-- Who may still add assets below visible ones (horizon/points.hpp). Needs no rights but to see the source.
-- PostgreSQL takes RowExclusiveLock on a table before it evaluates defaults, and on a sequence before it gives a number, and holds both to
-- the end of the transaction. Higher modes are no writers: VACUUM would stall the horizon.

-- name: watched
-- The relations whose writers count: the table and its ancestors, or what a view reads; and the sequences of their columns; then what the
-- name stands for now. $1 schema or NULL, $2 name. Descendants of the tables are looked up with the writers: partitions come and go. The arrays and
-- OFFSET 0 keep the planner from reading a large catalog otherwise than by its indexes.
WITH RECURSIVE named AS (
  SELECT to_regclass(CASE WHEN $1::text IS NULL THEN '' ELSE quote_ident($1) || '.' END || quote_ident($2))::oid AS oid
), base AS (
  SELECT oid FROM named
  UNION
  SELECT d.refobjid FROM base
  CROSS JOIN LATERAL (SELECT r.oid FROM pg_rewrite AS r WHERE r.ev_class = base.oid AND r.rulename = '_RETURN' OFFSET 0) AS r
  JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> base.oid
), up AS (
  SELECT oid FROM base UNION SELECT i.inhparent FROM pg_inherits AS i JOIN up ON i.inhrelid = up.oid
), family AS (
  SELECT oid FROM up UNION SELECT i.inhrelid FROM pg_inherits AS i JOIN family ON i.inhparent = family.oid
), given AS (
  SELECT d.refobjid AS oid FROM unnest(ARRAY(SELECT oid FROM family)) AS m (oid)
  CROSS JOIN LATERAL (SELECT f.oid FROM pg_attrdef AS f WHERE f.adrelid = m.oid OFFSET 0) AS f
  CROSS JOIN LATERAL (
    SELECT d.refobjid FROM pg_depend AS d
    WHERE d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass OFFSET 0) AS d
  UNION
  SELECT d.objid FROM pg_depend AS d
  WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = ANY (ARRAY(SELECT oid FROM family))
    AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
), sequences AS (
  SELECT seqrelid AS oid FROM pg_sequence WHERE seqrelid = ANY (ARRAY(SELECT oid FROM given))
)
SELECT array_agg(oid ORDER BY oid)::text, (SELECT oid::text FROM named)
FROM (SELECT oid FROM up UNION SELECT oid FROM sequences) AS watched

-- name: fragment writing
-- Neither OFFSET 0 nor coalesce may go: a join compares each lock with each partition, 1.1 s for 24,000 locks and 500 partitions.
FROM (SELECT * FROM pg_locks
      WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) OFFSET 0) AS l
WHERE coalesce(l.relation IN (
  WITH RECURSIVE family AS (
    SELECT unnest($1::oid[]) AS oid
    UNION SELECT i.inhrelid FROM pg_inherits AS i JOIN family ON i.inhparent = family.oid)
  SELECT oid FROM family), false)

-- name: writers
-- $1 the watched relations, $2 schema or NULL, $3 name. The transactions, where their names and older keys hold, whether it is a standby,
-- which sees no writers, and what the name stands for now: another table may have taken the source's place.
-- A sequence that is started anew (TRUNCATE … RESTART IDENTITY, ALTER SEQUENCE … RESTART) gets another file: its keys come again.
SELECT coalesce((SELECT string_agg(DISTINCT l.virtualtransaction, ' ') /* TEMPLATE: writing */), ''),
  extract(epoch FROM pg_postmaster_start_time())::text || ' ' ||
    (SELECT string_agg(c.oid || CASE c.relkind WHEN 'S' THEN ':' || c.relfilenode ELSE '' END, ' ' ORDER BY c.oid)
     FROM pg_class AS c WHERE c.oid = ANY ($1::oid[])),
  pg_is_in_recovery(),
  to_regclass(CASE WHEN $2::text IS NULL THEN '' ELSE quote_ident($2) || '.' END || quote_ident($3))::oid::text

-- name: describe_writers
-- $1 the watched relations. A role without pg_monitor sees the process alone.
SELECT w.pid::bigint, coalesce(nullif(a.application_name, ''), p.gid, ''),
  extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, p.prepared))::double precision
FROM (SELECT DISTINCT l.virtualtransaction, l.pid /* TEMPLATE: writing */) AS w
LEFT JOIN pg_stat_activity AS a ON a.pid = w.pid
LEFT JOIN pg_locks AS x ON w.pid IS NULL AND x.virtualtransaction = w.virtualtransaction AND x.locktype = 'transactionid' AND x.granted
LEFT JOIN pg_prepared_xacts AS p ON p.transaction = x.transactionid
ORDER BY 3 DESC NULLS LAST LIMIT 10
