-- Statements on the inventory, by name (store.hpp). The names, parameters and columns are those of
-- sql/sqlite/inventory.sql; here batches and windows are locked row by row, and times leave as milliseconds since 1970.
-- $1 of a statement that needs the time overrides the clock where it is not NULL.

-- name: fragment clock
date_trunc('milliseconds', clock_timestamp())

-- name: fragment batch_columns
b.id, b.window_id, w.job_id, b.version_id, j.name, w.name, v.definition ->> 'key_type', b.first_key, b.last_key,
b.count, b.weight, b.status, b.exhausted, b.skipped, b.superseded_from, b.attempt, b.max_attempts, b.token,
(extract(epoch FROM b.available_at) * 1000)::bigint, (extract(epoch FROM b.acquired_at) * 1000)::bigint,
(extract(epoch FROM b.released_at) * 1000)::bigint, b.run_id, b.exit_code, b.message, b.outputs, b.parent_id,
v.definition ->> 'table', v.definition ->> 'key_column', v.definition ->> 'filter', b.generation, b.digest,
b.lease_ms, j.version_id, b.kind = 'items', b.planned_after, b.planned_for, b.done_count, b.size_reason, w.filter

-- name: fragment batch_tables
/* TEMPLATE: prefix */batch AS b
JOIN /* TEMPLATE: prefix */window AS w ON w.id = b.window_id
JOIN /* TEMPLATE: prefix */job AS j ON j.id = w.job_id
JOIN /* TEMPLATE: prefix */job_version AS v ON v.id = b.version_id

-- name: fragment job_columns
j.id, j.name, j.paused, v.id, v.number, v.definition, (extract(epoch FROM j.created_at) * 1000)::bigint, (extract(epoch FROM j.updated_at) * 1000)::bigint

-- name: fragment window_columns
w.id, w.job_id, w.name, w.kind, w.state, w.state_reason, w.lower_key, w.upper_key, w.frontier, w.generation,
w.max_count, w.max_weight, (extract(epoch FROM w.created_at) * 1000)::bigint, w.halt_count, w.halt_after,
w.waiting_key, (extract(epoch FROM w.waiting_since) * 1000)::bigint, w.max_in_flight, w.learned,
w.filter, w.only_missing, w.missing_version, w.newest_first

-- name: now
-- The database's clock.
SELECT (extract(epoch FROM coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */)) * 1000)::bigint

-- name: find_job
-- A job in its current version.
SELECT /* TEMPLATE: job_columns */
FROM /* TEMPLATE: prefix */job AS j JOIN /* TEMPLATE: prefix */job_version AS v ON v.id = j.version_id
WHERE j.name = $1

-- name: find_job_version
-- A job as it was in one version.
SELECT /* TEMPLATE: job_columns */
FROM /* TEMPLATE: prefix */job_version AS v JOIN /* TEMPLATE: prefix */job AS j ON j.id = v.job_id
WHERE v.id = $1

-- name: list_jobs
-- Every job in its current version, by name.
SELECT /* TEMPLATE: job_columns */
FROM /* TEMPLATE: prefix */job AS j JOIN /* TEMPLATE: prefix */job_version AS v ON v.id = j.version_id
ORDER BY j.name

-- name: list_job_versions
-- A job in each of its versions, oldest first.
SELECT /* TEMPLATE: job_columns */
FROM /* TEMPLATE: prefix */job_version AS v JOIN /* TEMPLATE: prefix */job AS j ON j.id = v.job_id
WHERE j.id = $1 ORDER BY v.number

-- name: insert_job
-- A job without a version yet; no row where the name is taken.
INSERT INTO /* TEMPLATE: prefix */job (name, created_at, updated_at)
VALUES ($2, coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */), coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */))
ON CONFLICT (name) DO NOTHING RETURNING id

-- name: insert_horizon
INSERT INTO /* TEMPLATE: prefix */horizon (job_id) VALUES ($1)

-- name: read_horizon
SELECT points FROM /* TEMPLATE: prefix */horizon WHERE job_id = $1

-- name: lock_horizon
-- No row where another transaction is about to write it.
SELECT points FROM /* TEMPLATE: prefix */horizon WHERE job_id = $1
FOR UPDATE SKIP LOCKED

-- name: tell_followers
-- For those who wait for the job's batches. SQLite cannot tell them. Commits that notify wait for each other, so what happens all the time
-- (a success) must not.
SELECT pg_notify('tranche_job_' || $1::bigint, '')

-- name: write_horizon
UPDATE /* TEMPLATE: prefix */horizon SET points = $2 WHERE job_id = $1

-- name: insert_job_version
-- Stores a version.
INSERT INTO /* TEMPLATE: prefix */job_version (job_id, number, definition, created_at)
VALUES ($2::bigint, $3::integer, $4::jsonb, coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */)) RETURNING id

-- name: set_job_version
-- Makes a version the current one.
UPDATE /* TEMPLATE: prefix */job SET version_id = $3, updated_at = coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */) WHERE id = $2

-- name: lock_job
SELECT id FROM /* TEMPLATE: prefix */job WHERE id = $1 FOR UPDATE

-- name: update_job_paused
-- Pauses or resumes a job.
UPDATE /* TEMPLATE: prefix */job SET paused = ($3::bigint <> 0), updated_at = coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */) WHERE id = $2

-- name: delete_job_attempts
-- First of the steps that delete a job: children before parents.
DELETE FROM /* TEMPLATE: prefix */attempt WHERE batch_id IN (
  SELECT b.id FROM /* TEMPLATE: prefix */batch AS b
  JOIN /* TEMPLATE: prefix */window AS w ON w.id = b.window_id WHERE w.job_id = $1)

-- name: delete_job_keys
DELETE FROM /* TEMPLATE: prefix */batch_keys WHERE batch_id IN (
  SELECT b.id FROM /* TEMPLATE: prefix */batch AS b
  JOIN /* TEMPLATE: prefix */window AS w ON w.id = b.window_id WHERE w.job_id = $1)

-- name: delete_job_batches
DELETE FROM /* TEMPLATE: prefix */batch WHERE window_id IN (
  SELECT id FROM /* TEMPLATE: prefix */window WHERE job_id = $1)

-- name: delete_job_runs
DELETE FROM /* TEMPLATE: prefix */run WHERE job_id = $1

-- name: delete_job_windows
DELETE FROM /* TEMPLATE: prefix */window WHERE job_id = $1

-- name: delete_job_versions
DELETE FROM /* TEMPLATE: prefix */job_version WHERE job_id = $1

-- name: delete_job
DELETE FROM /* TEMPLATE: prefix */job WHERE id = $1

-- name: insert_window
-- A window; no row where the job has one of this name.
INSERT INTO /* TEMPLATE: prefix */window (job_id, name, kind, lower_key, upper_key, max_count, max_weight, halt_count, halt_after,
  max_in_flight, filter, only_missing, missing_version, newest_first, created_at)
VALUES ($2::bigint, $3, $4, $5::bytea, $6::bytea, $7::bigint, $8::double precision, $9::bigint, $10::text, $11::bigint,
  $12::text, $13::bigint <> 0, $14::integer, $15::bigint <> 0, coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */))
ON CONFLICT (job_id, name) DO NOTHING RETURNING id

-- name: find_window
SELECT /* TEMPLATE: window_columns */ FROM /* TEMPLATE: prefix */window AS w WHERE w.job_id = $1 AND w.name = $2

-- name: list_windows
SELECT /* TEMPLATE: window_columns */ FROM /* TEMPLATE: prefix */window AS w WHERE w.job_id = $1 ORDER BY w.id

-- name: fragment lock_window_head
-- The row's lock keeps others from cutting; who would rather not queue for it waits for the advisory lock (wait_for_window),
-- which can be shared. $2 is the inventory's own number in the database.
WITH w AS MATERIALIZED (SELECT * FROM /* TEMPLATE: prefix */window WHERE id = $1

-- name: fragment lock_window_tail
)
SELECT /* TEMPLATE: window_columns */,
  CASE WHEN w.planned_at >= coalesce(to_timestamp($3::bigint / 1000.0), /* TEMPLATE: clock */) - interval '1 second' THEN w.planned_ahead ELSE 0 END,
  pg_advisory_xact_lock($2::integer, (w.id & 2147483647)::integer) FROM w

-- name: lock_window
/* TEMPLATE: lock_window_head */ FOR UPDATE /* TEMPLATE: lock_window_tail */

-- name: try_lock_window
/* TEMPLATE: lock_window_head */ FOR UPDATE SKIP LOCKED /* TEMPLATE: lock_window_tail */

-- name: wait_for_window
-- All who wait go on at once. The comment tells pg_stat_activity what for.
SELECT pg_advisory_xact_lock_shared($2::integer, ($1::bigint & 2147483647)::integer) /* /* TEMPLATE: prefix */window */

-- name: job_state
-- The job's current version and whether it is paused. A statement of its own, after the lock: one that waited for the lock
-- would still see the job as it was before the wait.
SELECT version_id, paused FROM /* TEMPLATE: prefix */job WHERE id = $1

-- name: move_frontier
UPDATE /* TEMPLATE: prefix */window SET frontier = $2, planned_ahead = $3::integer, planned_at = coalesce(to_timestamp($4::bigint / 1000.0), /* TEMPLATE: clock */)
WHERE id = $1

-- name: note_waiting
UPDATE /* TEMPLATE: prefix */window SET waiting_key = $2, waiting_since = coalesce(to_timestamp($3::bigint / 1000.0), /* TEMPLATE: clock */) WHERE id = $1

-- name: write_learned
UPDATE /* TEMPLATE: prefix */window SET learned = $2 WHERE id = $1

-- name: set_window_state
UPDATE /* TEMPLATE: prefix */window SET state = $2, state_reason = $3 WHERE id = $1

-- name: rewind_window
-- Back to a key that is handed out next, in a new generation of ranges.
UPDATE /* TEMPLATE: prefix */window SET lower_key = $2, frontier = NULL, generation = generation + 1, waiting_key = NULL, waiting_since = NULL
WHERE id = $1

-- name: fragment due_batches
SELECT /* TEMPLATE: batch_columns */,
  b.created_at < coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */) - $5::bigint * interval '1 millisecond' FROM /* TEMPLATE: batch_tables */
WHERE b.window_id = $2 AND w.state = 'active' AND NOT j.paused AND b.available_at IS NOT NULL AND b.available_at <= coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */)
  AND ($3::bigint <> 0 OR b.status = 'planned') AND ($4::bigint <> 0 OR b.planned_after IS NULL)

-- name: take_due_batch
-- The oldest batch that can be taken now; $3 false: no retries, $4 false: none that were planned ahead. Those are stale after $5
-- milliseconds.
/* TEMPLATE: due_batches */
ORDER BY b.first_key LIMIT 1
FOR UPDATE OF b SKIP LOCKED

-- name: take_newest_due_batch
-- The newest one, of a campaign that begins at its end.
/* TEMPLATE: due_batches */
ORDER BY b.first_key DESC LIMIT 1
FOR UPDATE OF b SKIP LOCKED

-- name: count_live
SELECT count(*) FROM /* TEMPLATE: prefix */batch
WHERE window_id = $2 AND available_at IS NOT NULL AND status = 'processing'
  AND available_at > coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */)

-- name: reserve_batch_id
-- An id of our own, for key parts that are stored before their batch.
SELECT nextval('/* TEMPLATE: prefix */batch_id_seq')

-- name: insert_batch_keys
INSERT INTO /* TEMPLATE: prefix */batch_keys (batch_id, part, keys) VALUES ($1, $2, $3)

-- name: insert_batch
-- A range; with a token it is being processed. $2 NULL: the identity gives the id. Moves the frontier in the same round trip.
WITH t AS (SELECT coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */) AS now),
moved AS (
  UPDATE /* TEMPLATE: prefix */window SET frontier = $17::bytea, planned_ahead = $19::integer, planned_at = t.now
  FROM t WHERE id = $3::bigint AND $17::bytea IS NOT NULL)
INSERT INTO /* TEMPLATE: prefix */batch (id, window_id, version_id, generation, parent_id, first_key, last_key, count, weight,
  digest, keys, max_attempts, status, attempt, token, run_id, lease_ms, available_at, acquired_at, created_at, kind, planned_after, planned_for,
  size_reason)
OVERRIDING SYSTEM VALUE
SELECT coalesce($2::bigint, nextval('/* TEMPLATE: prefix */batch_id_seq')), $3::bigint, $4::bigint, $5::integer,
  $6::bigint, $7::bytea, $8::bytea, $9::bigint, $10::double precision, $11::bigint, $12::bytea, $13::integer,
  CASE WHEN $14::text = '' THEN 'planned' ELSE 'processing' END, CASE WHEN $14::text = '' THEN 0 ELSE 1 END, $14::text, $15::text, $16::bigint,
  CASE WHEN $14::text = '' THEN to_timestamp(0) ELSE t.now + $16::bigint * interval '1 millisecond' END,
  CASE WHEN $14::text = '' THEN NULL ELSE t.now END, t.now, $18::text, $20::bytea, $21::text, $22::text
FROM t
RETURNING id, (extract(epoch FROM acquired_at) * 1000)::bigint, (extract(epoch FROM available_at) * 1000)::bigint

-- name: insert_planned
-- Ranges for whoever comes next, in the order of the list $4.
INSERT INTO /* TEMPLATE: prefix */batch (window_id, version_id, generation, first_key, last_key, count, weight, digest, keys, max_attempts,
  status, available_at, created_at, planned_after, planned_for)
SELECT $2::bigint, $3::bigint, made.generation, decode(made.first_key, 'hex'), decode(made.last_key, 'hex'), made.count, made.weight,
  made.digest, decode(made.keys, 'hex'), made.max_attempts, 'planned', to_timestamp(0),
  coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */), decode(made.planned_after, 'hex'), $5::text
FROM ROWS FROM (jsonb_to_recordset($4::jsonb) AS (generation integer, first_key text, last_key text, count bigint,
  weight double precision, digest bigint, keys text, max_attempts integer, planned_after text)) WITH ORDINALITY AS made
ORDER BY made.ordinality

-- name: fragment planned
window_id = $1::bigint AND available_at IS NOT NULL AND planned_after IS NOT NULL

-- name: count_planned
SELECT count(*) FROM /* TEMPLATE: prefix */batch WHERE /* TEMPLATE: planned */

-- name: lock_planned
-- Those that nobody is taking. It never waits: whoever takes one may wait for the window, or for a row that this locks in passing.
WITH free AS MATERIALIZED (SELECT id FROM /* TEMPLATE: prefix */batch WHERE /* TEMPLATE: planned */ FOR UPDATE SKIP LOCKED)
SELECT array_agg(id)::text FROM free

-- name: fragment planned_tail
-- Of this generation: what an earlier one left before the key of a reset stays a range of its own.
/* TEMPLATE: planned */ AND generation = $2::integer AND first_key > coalesce((
  SELECT o.first_key FROM /* TEMPLATE: prefix */batch AS o
  WHERE o.window_id = $1::bigint AND o.generation = $2::integer AND o.parent_id IS NULL AND o.kind = 'range'
    AND (o.planned_after IS NULL OR o.available_at IS NULL OR o.id <> ALL ($3::bigint[]))
  ORDER BY o.first_key DESC LIMIT 1), ''::bytea)

-- name: first_planned
SELECT planned_after FROM /* TEMPLATE: prefix */batch WHERE /* TEMPLATE: planned_tail */ ORDER BY first_key LIMIT 1

-- name: delete_planned
DELETE FROM /* TEMPLATE: prefix */batch WHERE /* TEMPLATE: planned_tail */

-- name: delete_batch
DELETE FROM /* TEMPLATE: prefix */batch WHERE id = $1

-- name: insert_done
-- A part of what a batch's running attempt worked at, with an attempt of its own that began when that did.
INSERT INTO /* TEMPLATE: prefix */batch (window_id, version_id, generation, parent_id, kind, first_key, last_key, count, weight, digest, keys,
  max_attempts, status, attempt, run_id, acquired_at, created_at)
SELECT window_id, version_id, generation, id, 'items', $3::bytea, $4::bytea, $5::bigint, $6::double precision, $7::bigint, $8::bytea,
  max_attempts, 'processing', attempt, run_id, acquired_at, coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */)
FROM /* TEMPLATE: prefix */batch WHERE id = $2::bigint
RETURNING id, (extract(epoch FROM acquired_at) * 1000)::bigint, (extract(epoch FROM available_at) * 1000)::bigint

-- name: delete_batch_keys
DELETE FROM /* TEMPLATE: prefix */batch_keys WHERE batch_id = $1::bigint

-- name: shrink_batch
-- The batch goes on with what is left of it.
UPDATE /* TEMPLATE: prefix */batch
SET keys = $2::bytea, count = $3::bigint, weight = $4::double precision, digest = $5::bigint, done_count = $6::bigint WHERE id = $1::bigint

-- name: claim_batch
-- A new holder for a stored batch.
UPDATE /* TEMPLATE: prefix */batch
SET status = 'processing', attempt = $3, max_attempts = $4, token = $5, run_id = $6, lease_ms = $7::bigint,
  acquired_at = coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */), available_at = coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */) + $7::bigint * interval '1 millisecond',
  released_at = NULL, exit_code = NULL, message = '', outputs = '{}', planned_after = NULL
WHERE id = $2
RETURNING id, (extract(epoch FROM acquired_at) * 1000)::bigint, (extract(epoch FROM available_at) * 1000)::bigint

-- name: lock_batch
SELECT /* TEMPLATE: batch_columns */ FROM /* TEMPLATE: batch_tables */ WHERE b.id = $1 FOR UPDATE OF b

-- name: lock_unfinished_batches
-- Each that can be taken, is held, or that an operator may set free again.
SELECT count(*) FROM (
  SELECT id FROM /* TEMPLATE: prefix */batch
  WHERE window_id = $1 AND (available_at IS NOT NULL OR status IN ('failed', 'cancelled')) FOR UPDATE) AS locked

-- name: find_batch
SELECT /* TEMPLATE: batch_columns */ FROM /* TEMPLATE: batch_tables */ WHERE b.id = $1

-- name: extend_lease
-- Compare and set: only the holder's token moves the end of the lease, by what it was acquired with unless told otherwise.
UPDATE /* TEMPLATE: prefix */batch SET available_at = coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */) + coalesce($4::bigint, lease_ms) * interval '1 millisecond'
WHERE id = $2 AND token = $3 AND status = 'processing'
RETURNING (extract(epoch FROM available_at) * 1000)::bigint

-- name: end_batch
-- Records the attempt that ran until now and the state of its batch after it, in one round trip.
-- $8: milliseconds until the batch can be taken again, NULL: never.
WITH t AS (SELECT coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */) AS now),
attempt AS (
  INSERT INTO /* TEMPLATE: prefix */attempt (batch_id, attempt, run_id, started_at, ended_at, outcome, exit_code, signal, message, outputs)
  SELECT id, attempt, run_id, coalesce(acquired_at, created_at), t.now, $12::text, $9::integer, $13::integer, $10::text, $11::jsonb
  FROM /* TEMPLATE: prefix */batch, t WHERE id = $2::bigint)
UPDATE /* TEMPLATE: prefix */batch
SET status = $3::text, exhausted = ($4::bigint <> 0), skipped = ($5::bigint <> 0),
  superseded_from = CASE WHEN $6::bigint <> 0 THEN first_key ELSE superseded_from END, attempt = $7::integer,
  available_at = t.now + $8::bigint * interval '1 millisecond', released_at = t.now, exit_code = $9::integer, message = $10::text,
  outputs = $11::jsonb
FROM t WHERE id = $2::bigint
RETURNING (extract(epoch FROM available_at) * 1000)::bigint, (extract(epoch FROM released_at) * 1000)::bigint

-- name: end_held
-- Records the success of whoever holds the batch by this token; no row where somebody else does, or nobody.
WITH t AS (SELECT coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */) AS now),
ended AS (
  UPDATE /* TEMPLATE: prefix */batch
  SET status = 'succeeded', available_at = NULL, released_at = t.now, exit_code = $4::integer, message = $5::text, outputs = $6::jsonb
  FROM t WHERE id = $2::bigint AND token = $3::text AND status = 'processing'
  RETURNING id, attempt, run_id, coalesce(acquired_at, created_at) AS started_at, released_at, superseded_from, first_key),
attempt AS (
  INSERT INTO /* TEMPLATE: prefix */attempt (batch_id, attempt, run_id, started_at, ended_at, outcome, exit_code, message, outputs)
  SELECT id, attempt, run_id, started_at, released_at, 'succeeded', $4::integer, $5::text, $6::jsonb FROM ended)
SELECT (extract(epoch FROM released_at) * 1000)::bigint, coalesce(superseded_from <= first_key, false) FROM ended

-- name: hand_over
-- end_held, and the oldest range that was planned ahead to the same holder, unless another batch is due before it: by itself,
-- in one round trip. $2 NULL: no batch is held yet. The first column is NULL where none was, or somebody else holds it; then
-- nothing has happened. The range is chosen before anything is written: a choice from an older snapshot would lock ranges that
-- others took meanwhile, and they would wait for it when they end them. A row that somebody has locked bears their mark (xmax):
-- to try for the lock of each of them costs more than to pass them. The mark stays where they let go, so such a range is left to
-- take_due_batch.
WITH t AS (SELECT coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */) AS now),
due AS MATERIALIZED (
  SELECT b.id, b.version_id = $9::bigint AND b.planned_for = $16::text
    AND b.created_at >= (SELECT now FROM t) - $10::bigint * interval '1 millisecond' AS ready
  FROM /* TEMPLATE: prefix */batch AS b
  WHERE b.window_id = $7::bigint AND b.first_key > $15::bytea
    AND EXISTS (
      SELECT 1 FROM /* TEMPLATE: prefix */window AS w JOIN /* TEMPLATE: prefix */job AS j ON j.id = w.job_id
      WHERE w.id = $7::bigint AND w.state = 'active' AND NOT j.paused AND j.version_id = $9::bigint)
    AND (
      SELECT o.id FROM /* TEMPLATE: prefix */batch AS o
      WHERE o.window_id = $7::bigint AND o.available_at <= (SELECT now FROM t) AND o.available_at IS NOT NULL AND o.planned_after IS NULL
        AND o.status <> 'processing' AND ($8::bigint <> 0 OR o.status = 'planned')
      ORDER BY o.available_at LIMIT 1) IS NULL
    AND b.available_at IS NOT NULL AND b.planned_after IS NOT NULL AND b.xmax = '0'::xid
  ORDER BY b.first_key LIMIT 1
  FOR UPDATE OF b SKIP LOCKED),
ended AS (
  UPDATE /* TEMPLATE: prefix */batch
  SET status = 'succeeded', available_at = NULL, released_at = t.now, exit_code = $4::integer, message = $5::text, outputs = $6::jsonb
  FROM t, (SELECT count(*) FROM due) AS chosen WHERE id = $2::bigint AND token = $3::text AND status = 'processing'
  RETURNING id, attempt, run_id, coalesce(acquired_at, created_at) AS started_at, released_at, superseded_from, first_key),
attempt AS (
  INSERT INTO /* TEMPLATE: prefix */attempt (batch_id, attempt, run_id, started_at, ended_at, outcome, exit_code, message, outputs)
  SELECT id, attempt, run_id, started_at, released_at, 'succeeded', $4::integer, $5::text, $6::jsonb FROM ended),
taken AS (
  UPDATE /* TEMPLATE: prefix */batch AS b
  SET status = 'processing', attempt = 1, max_attempts = $11::integer, token = $12::text, run_id = $13::text, lease_ms = $14::bigint,
    acquired_at = t.now, available_at = t.now + $14::bigint * interval '1 millisecond', planned_after = NULL
  FROM due, t WHERE b.id = due.id AND due.ready AND ($2::bigint IS NULL OR EXISTS (SELECT 1 FROM ended))
  RETURNING b.id, b.first_key, b.last_key, b.count, b.weight, b.acquired_at, b.available_at)
SELECT (extract(epoch FROM ended.released_at) * 1000)::bigint, coalesce(ended.superseded_from <= ended.first_key, false),
  b.id, b.first_key, b.last_key, b.count, b.weight, (extract(epoch FROM b.acquired_at) * 1000)::bigint,
  (extract(epoch FROM b.available_at) * 1000)::bigint
FROM t LEFT JOIN ended ON true LEFT JOIN taken AS b ON true

-- name: set_batch_state
-- An operator's repair.
UPDATE /* TEMPLATE: prefix */batch
SET status = $3, exhausted = ($4::bigint <> 0), attempt = $5::integer, planned_after = NULL,
  available_at = CASE WHEN $6::bigint <> 0 THEN coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */) ELSE NULL END
WHERE id = $2

-- name: supersede_from
-- Batches that reach to or behind a key end before it, as far as the window is concerned.
UPDATE /* TEMPLATE: prefix */batch
SET superseded_from = greatest(first_key, $2::bytea), available_at = NULL,
  status = CASE WHEN status IN ('planned', 'failed') THEN 'cancelled' ELSE status END
WHERE window_id = $1 AND last_key >= $2 AND (superseded_from IS NULL OR superseded_from > greatest(first_key, $2::bytea))

-- name: batches_from
-- Live batches that reach to or behind a key, locked: nobody may take one meanwhile.
SELECT /* TEMPLATE: batch_columns */ FROM /* TEMPLATE: batch_tables */
WHERE b.window_id = $1 AND b.last_key >= $2 AND (b.superseded_from IS NULL OR b.superseded_from > greatest(b.first_key, $2::bytea))
ORDER BY b.first_key
FOR UPDATE OF b

-- name: fragment listed_head
-- A range that was planned ahead is no batch of anybody's yet: what it holds is waiting. Who asks for planned ones sees it.
SELECT /* TEMPLATE: batch_columns */
FROM /* TEMPLATE: prefix */window AS w CROSS JOIN LATERAL (
  SELECT c.* FROM /* TEMPLATE: prefix */batch AS c
  WHERE (c.planned_after IS NULL OR $3::text = 'planned') AND ($4::bigint IS NULL OR c.acquired_at >= to_timestamp($4 / 1000.0))
    AND ($6::bigint IS NULL OR c.version_id = $6) AND ($7::bigint = 0 OR c.exhausted)

-- name: fragment listed_order
ORDER BY CASE WHEN $4::bigint IS NULL THEN NULL ELSE c.acquired_at END DESC, c.id DESC

-- name: fragment listed_join
LIMIT $5::bigint) AS b
JOIN /* TEMPLATE: prefix */job AS j ON j.id = w.job_id
JOIN /* TEMPLATE: prefix */job_version AS v ON v.id = b.version_id
WHERE w.job_id = $1 AND ($2::bigint IS NULL OR w.id = $2)

-- name: fragment listed_tail
/* TEMPLATE: listed_join */
ORDER BY CASE WHEN $4::bigint IS NULL THEN NULL ELSE b.acquired_at END DESC, b.id DESC LIMIT $5::bigint

-- name: list_batches
-- The newest batches of a job first, with a time $4 those acquired last; from each window no more than are wanted, so that an
-- index finds them. With an equality the planner would rather go through all batches by id, past those of other jobs.
/* TEMPLATE: listed_head */ AND c.window_id >= w.id AND c.window_id <= w.id AND ($3::text IS NULL OR c.status = $3)
  ORDER BY c.window_id DESC, c.id DESC /* TEMPLATE: listed_tail */

-- name: list_batches_since
-- The same since a time: through the newest, the search would end at the other end of the ledger where few are wanted.
/* TEMPLATE: listed_head */ AND c.window_id = w.id AND c.acquired_at >= to_timestamp($4 / 1000.0) AND ($3::text IS NULL OR c.status = $3)
  ORDER BY c.acquired_at DESC, c.id DESC /* TEMPLATE: listed_tail */

-- name: list_batches_open
-- The same for the states of a batch that can be taken or is held: few rows, whatever the size of the ledger.
/* TEMPLATE: listed_head */ AND c.window_id = w.id AND c.available_at IS NOT NULL AND c.status = $3
  /* TEMPLATE: listed_order */ /* TEMPLATE: listed_tail */

-- name: list_batches_unsuccessful
-- The same for failed or cancelled ones, of which there may be many.
/* TEMPLATE: listed_head */ AND c.window_id = w.id AND c.status IN ('failed', 'cancelled') AND c.status = $3
  ORDER BY c.id DESC /* TEMPLATE: listed_tail */

-- name: list_batches_unsuccessful_since
/* TEMPLATE: listed_head */ AND c.window_id = w.id AND c.status IN ('failed', 'cancelled') AND c.status = $3
  /* TEMPLATE: listed_order */ /* TEMPLATE: listed_tail */

-- name: list_batches_slowest
-- Those whose last attempt took longest, first; $8 overrides the clock. Each batch that was ever held is looked at, and no more are kept
-- than are wanted: an index on how long they took would cost every release.
/* TEMPLATE: listed_head */ AND c.window_id = w.id AND c.acquired_at IS NOT NULL AND ($3::text IS NULL OR c.status = $3)
  ORDER BY coalesce(c.released_at, coalesce(to_timestamp($8::bigint / 1000.0), /* TEMPLATE: clock */)) - c.acquired_at DESC, c.id DESC
/* TEMPLATE: listed_join */
ORDER BY coalesce(b.released_at, coalesce(to_timestamp($8::bigint / 1000.0), /* TEMPLATE: clock */)) - b.acquired_at DESC, b.id DESC LIMIT $5::bigint

-- name: list_batches_of_run
-- The same for those whose last attempt is this run's: it has ended, the batch is held, or the attempts
-- were pruned: then the batch is one acquired while the run ran, from $9 to $10.
SELECT /* TEMPLATE: batch_columns */ FROM /* TEMPLATE: batch_tables */
WHERE b.id IN (
    SELECT a.batch_id FROM /* TEMPLATE: prefix */attempt AS a WHERE a.run_id = $8 AND a.run_id <> ''
    UNION
    SELECT o.id FROM /* TEMPLATE: prefix */window AS x JOIN /* TEMPLATE: prefix */batch AS o ON o.window_id = x.id
    WHERE x.job_id = $1 AND o.available_at IS NOT NULL AND o.run_id = $8
    UNION
    SELECT c.id FROM /* TEMPLATE: prefix */window AS y JOIN /* TEMPLATE: prefix */batch AS c ON c.window_id = y.id
    WHERE y.job_id = $1 AND c.acquired_at >= to_timestamp($9::bigint / 1000.0) AND c.acquired_at <= to_timestamp($10::bigint / 1000.0) AND c.run_id = $8)
  AND b.run_id = $8 AND w.job_id = $1 AND ($2::bigint IS NULL OR w.id = $2) AND ($3::text IS NULL OR b.status = $3)
  AND ($4::bigint IS NULL OR b.acquired_at >= to_timestamp($4 / 1000.0)) AND ($6::bigint IS NULL OR b.version_id = $6)
  AND ($7::bigint = 0 OR b.exhausted)
ORDER BY CASE WHEN $4::bigint IS NULL THEN NULL ELSE b.acquired_at END DESC, b.id DESC LIMIT $5::bigint

-- name: open_batches
SELECT /* TEMPLATE: batch_columns */ FROM /* TEMPLATE: batch_tables */
WHERE b.window_id = $1 AND b.available_at IS NOT NULL ORDER BY b.first_key

-- name: batches_around
-- The root range of each generation that starts nearest before a key, its descendants, and batches of single items. Each is
-- looked up by itself (OFFSET 0), for the planner would rather read all batches; the array is because it expects ten elements
-- of one, and a thousand rows of a function.
WITH RECURSIVE root AS (
  SELECT (SELECT b.id FROM /* TEMPLATE: prefix */batch AS b
          WHERE b.window_id = w.id AND b.generation = g.value AND b.first_key <= $2 AND b.parent_id IS NULL AND b.kind = 'range'
          ORDER BY b.first_key DESC LIMIT 1) AS id
  FROM /* TEMPLATE: prefix */window AS w, unnest(ARRAY(SELECT generate_series(0, w.generation))) AS g (value)
  WHERE w.job_id = $1
), family AS (
  SELECT id FROM root WHERE id IS NOT NULL
  UNION
  SELECT c.id FROM family AS f CROSS JOIN LATERAL (
    SELECT p.id FROM /* TEMPLATE: prefix */batch AS p WHERE p.parent_id = f.id OFFSET 0) AS c
), holder AS (
  SELECT id FROM family
  UNION
  SELECT i.id FROM /* TEMPLATE: prefix */batch AS i JOIN /* TEMPLATE: prefix */window AS w ON w.id = i.window_id
  WHERE w.job_id = $1 AND i.kind = 'items' AND i.first_key <= $2
)
SELECT /* TEMPLATE: batch_columns */
FROM holder AS h CROSS JOIN LATERAL (
  SELECT * FROM /* TEMPLATE: prefix */batch AS q WHERE q.id = h.id AND q.first_key <= $2 AND q.last_key >= $2 OFFSET 0) AS b
JOIN /* TEMPLATE: prefix */window AS w ON w.id = b.window_id
JOIN /* TEMPLATE: prefix */job AS j ON j.id = w.job_id
JOIN /* TEMPLATE: prefix */job_version AS v ON v.id = b.version_id
ORDER BY b.id

-- name: list_attempts
SELECT attempt, run_id, (extract(epoch FROM started_at) * 1000)::bigint, (extract(epoch FROM ended_at) * 1000)::bigint, outcome, exit_code, signal, message, outputs
FROM /* TEMPLATE: prefix */attempt WHERE batch_id = $1 ORDER BY id

-- name: attempt_totals
-- Counted by window before names are looked up. The parameters are bounds of durations.
SELECT j.name, w.name, t.outcome, t.attempts, t.took, t.within_1, t.within_2, t.within_3, t.within_4, t.within_5, t.within_6, t.within_7, t.within_8, t.within_9, t.within_10
FROM (
  SELECT window_id, outcome, count(*) AS attempts, CAST(sum(ms) AS bigint) AS took,
    count(*) FILTER (WHERE ms <= $1::bigint) AS within_1, count(*) FILTER (WHERE ms <= $2::bigint) AS within_2,
    count(*) FILTER (WHERE ms <= $3::bigint) AS within_3, count(*) FILTER (WHERE ms <= $4::bigint) AS within_4,
    count(*) FILTER (WHERE ms <= $5::bigint) AS within_5, count(*) FILTER (WHERE ms <= $6::bigint) AS within_6,
    count(*) FILTER (WHERE ms <= $7::bigint) AS within_7, count(*) FILTER (WHERE ms <= $8::bigint) AS within_8,
    count(*) FILTER (WHERE ms <= $9::bigint) AS within_9, count(*) FILTER (WHERE ms <= $10::bigint) AS within_10
  FROM (
    SELECT b.window_id, a.outcome, (extract(epoch FROM a.ended_at - a.started_at) * 1000)::bigint AS ms
    FROM /* TEMPLATE: prefix */attempt AS a JOIN /* TEMPLATE: prefix */batch AS b ON b.id = a.batch_id) AS ended
  GROUP BY window_id, outcome) AS t
JOIN /* TEMPLATE: prefix */window AS w ON w.id = t.window_id JOIN /* TEMPLATE: prefix */job AS j ON j.id = w.job_id
ORDER BY w.id, t.outcome

-- name: list_children
SELECT id FROM /* TEMPLATE: prefix */batch WHERE parent_id = $1 ORDER BY first_key

-- name: read_key_part
-- A part of the packed key set that is not the last one.
SELECT keys FROM /* TEMPLATE: prefix */batch_keys WHERE batch_id = $1 AND part = $2::integer

-- name: read_last_key_part
SELECT keys FROM /* TEMPLATE: prefix */batch WHERE id = $1

-- name: fragment ledger_family
-- Ranges that were cut in one generation, a page of them, with what they were split into. What was done before the rest lies
-- between the others' keys, as stragglers do.
WITH RECURSIVE root AS (
  SELECT id FROM /* TEMPLATE: prefix */batch
  WHERE window_id = $1 AND generation = $2::integer AND parent_id IS NULL AND kind = 'range' AND first_key >= $3::bytea AND first_key <= $4::bytea
  ORDER BY first_key LIMIT $5::bigint
), family AS (
  SELECT id FROM root
  UNION ALL
  SELECT c.id FROM /* TEMPLATE: prefix */batch AS c JOIN family AS f ON c.parent_id = f.id AND c.kind = 'range'
)

-- name: ledger_batches
-- By an array, for a join would be planned for a tenth of the ledger.
/* TEMPLATE: ledger_family */
SELECT /* TEMPLATE: batch_columns */, CASE WHEN b.count <= $6::bigint AND (b.superseded_from IS NULL OR b.superseded_from > b.first_key) THEN b.keys END
FROM /* TEMPLATE: batch_tables */
WHERE b.id = ANY (ARRAY(SELECT id FROM family))
ORDER BY b.first_key, b.id

-- name: ledger_ranges
-- The same ranges for questions that walk through all of them.
/* TEMPLATE: ledger_family */
SELECT b.first_key, b.last_key, b.superseded_from, b.status = 'succeeded', b.parent_id IS NOT NULL
FROM /* TEMPLATE: prefix */batch AS b
WHERE b.id = ANY (ARRAY(SELECT id FROM family))
ORDER BY b.first_key, b.id

-- name: live_stragglers
SELECT /* TEMPLATE: batch_columns */ FROM /* TEMPLATE: batch_tables */
WHERE b.window_id = $1 AND b.kind = 'items' AND b.first_key <= $3 AND b.last_key >= $2
  AND (b.superseded_from IS NULL OR b.superseded_from > b.first_key)
ORDER BY b.first_key, b.id

-- name: newest_range
SELECT id FROM /* TEMPLATE: prefix */batch WHERE window_id = $1 AND kind = 'range' AND parent_id IS NULL
ORDER BY id DESC LIMIT 1

-- name: lowest_range_since
SELECT first_key FROM /* TEMPLATE: prefix */batch
WHERE window_id = $1 AND id > $2 AND kind = 'range' AND parent_id IS NULL
ORDER BY first_key LIMIT 1

-- name: fragment unclosed
/* TEMPLATE: prefix */batch WHERE window_id = $2 AND status IN ('failed', 'cancelled') AND available_at IS NULL AND superseded_from IS NULL

-- name: open_totals
-- What no success has closed. Exhausted and cancelled batches, of which there may be many, are read from indexes alone, so the
-- lowest and the highest key are asked for apart; they are added up by themselves, with few conditions: nobody else is exhausted.
WITH open AS (
  SELECT count, weight, first_key, last_key, status, exhausted, available_at FROM /* TEMPLATE: prefix */batch
  WHERE window_id = $2 AND available_at IS NOT NULL AND superseded_from IS NULL
), waiting AS (
  SELECT coalesce(sum(count), 0) AS count, coalesce(sum(weight), 0.0) AS weight, count(*) FILTER (WHERE status = 'processing') AS processing,
    count(*) FILTER (WHERE status = 'failed') AS failed,
    coalesce(sum(count) FILTER (WHERE available_at <= coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */)), 0)::bigint AS due
  FROM open
), unclosed AS (
  SELECT coalesce(sum(count), 0) AS count, coalesce(sum(weight), 0.0) AS weight, count(*) FILTER (WHERE exhausted) AS exhausted, count(*) AS batches
  FROM /* TEMPLATE: unclosed */
)
SELECT (w.count + u.count)::bigint, w.weight + u.weight,
  (SELECT first_key FROM (SELECT first_key FROM open UNION ALL (SELECT first_key FROM /* TEMPLATE: unclosed */ ORDER BY first_key LIMIT 1)) AS k
   ORDER BY first_key LIMIT 1),
  (SELECT last_key FROM (SELECT last_key FROM open UNION ALL (SELECT last_key FROM /* TEMPLATE: unclosed */ ORDER BY last_key DESC LIMIT 1)) AS k
   ORDER BY last_key DESC LIMIT 1),
  w.processing, w.failed, u.exhausted, u.batches - u.exhausted, w.due
FROM waiting AS w, unclosed AS u

-- name: exhausted_assets
SELECT coalesce(sum(count), 0)::bigint FROM /* TEMPLATE: prefix */batch
WHERE window_id = $1 AND status IN ('failed', 'cancelled') AND status = 'failed' AND exhausted AND available_at IS NULL AND superseded_from IS NULL

-- name: fragment unfinished_rest
(SELECT id FROM /* TEMPLATE: prefix */batch WHERE window_id = $2 AND available_at IS NOT NULL AND status = 'processing'
     AND available_at > coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */) LIMIT 1),
  (SELECT id FROM /* TEMPLATE: unclosed */ AND status = 'failed' AND exhausted LIMIT 1)

-- name: find_unfinished
-- What stands before new ranges where they are processed in order.
SELECT (SELECT id FROM /* TEMPLATE: prefix */batch WHERE window_id = $2 AND available_at IS NOT NULL ORDER BY first_key LIMIT 1),
  (SELECT (available_at <= coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */))::int FROM /* TEMPLATE: prefix */batch
   WHERE window_id = $2 AND available_at IS NOT NULL ORDER BY first_key LIMIT 1),
  /* TEMPLATE: unfinished_rest */

-- name: find_newest_unfinished
-- The same where the newest goes first.
SELECT (SELECT id FROM /* TEMPLATE: prefix */batch WHERE window_id = $2 AND available_at IS NOT NULL ORDER BY first_key DESC LIMIT 1),
  (SELECT (available_at <= coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */))::int FROM /* TEMPLATE: prefix */batch
   WHERE window_id = $2 AND available_at IS NOT NULL ORDER BY first_key DESC LIMIT 1),
  /* TEMPLATE: unfinished_rest */

-- name: closed_totals
-- What has ended for good. One walk through the window's batches: asked now and then by whoever shows progress.
SELECT coalesce(sum(count) FILTER (WHERE status = 'succeeded'), 0)::bigint, coalesce(sum(weight) FILTER (WHERE status = 'succeeded'), 0.0),
  coalesce(sum(count) FILTER (WHERE status <> 'succeeded'), 0)::bigint, coalesce(sum(weight) FILTER (WHERE status <> 'succeeded'), 0.0)
FROM /* TEMPLATE: prefix */batch
WHERE window_id = $1 AND superseded_from IS NULL
  AND (status = 'succeeded' OR status IN ('failed', 'cancelled') AND available_at IS NULL)

-- name: has_batches
-- Asked of the indexes on ranges and on stragglers: every window that ever had a batch has one that is no half of another.
SELECT EXISTS (SELECT 1 FROM /* TEMPLATE: prefix */window AS w WHERE w.job_id = $1 AND (
  EXISTS (SELECT 1 FROM /* TEMPLATE: prefix */batch AS b WHERE b.window_id = w.id AND b.parent_id IS NULL AND b.kind = 'range')
  OR EXISTS (SELECT 1 FROM /* TEMPLATE: prefix */batch AS i WHERE i.window_id = w.id AND i.kind = 'items')))

-- name: insert_run
INSERT INTO /* TEMPLATE: prefix */run (id, job_id, window_id, host, boot_id, pid, user_name, command, identity, version, started_at)
VALUES ($2, $3::bigint, $4::bigint, $5, $6, $7::bigint, $8, $9::jsonb, $10::jsonb, $11, coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */))

-- name: insert_run_identity
-- Of a run that was inserted just before.
INSERT INTO /* TEMPLATE: prefix */run_identity (name, value, started_at, run_id)
SELECT substr(e.key, 1, 100), substr(e.value, 1, 400), r.started_at, r.id
FROM /* TEMPLATE: prefix */run AS r, jsonb_each_text(r.identity) AS e WHERE r.id = $1

-- name: merge_run_identity
-- The run is shown with its latest names.
UPDATE /* TEMPLATE: prefix */run SET identity = identity || $2::jsonb WHERE id = $1

-- name: add_run_identity
-- It is found by the former ones as well.
INSERT INTO /* TEMPLATE: prefix */run_identity (name, value, started_at, run_id)
SELECT substr(e.key, 1, 100), substr(e.value, 1, 400), r.started_at, r.id
FROM /* TEMPLATE: prefix */run AS r, jsonb_each_text($2::jsonb) AS e WHERE r.id = $1
ON CONFLICT DO NOTHING

-- name: finish_run
UPDATE /* TEMPLATE: prefix */run SET ended_at = coalesce(to_timestamp($1::bigint / 1000.0), /* TEMPLATE: clock */), exit_status = $3::integer, succeeded = $4::bigint, failed = $5::bigint
WHERE id = $2

-- name: fragment run_columns
r.id, j.name, w.name, r.host, r.boot_id, r.pid, r.user_name, r.command, r.identity, r.version, (extract(epoch FROM r.started_at) * 1000)::bigint, (extract(epoch FROM r.ended_at) * 1000)::bigint,
r.exit_status, r.succeeded, r.failed

-- name: find_run
SELECT /* TEMPLATE: run_columns */ FROM /* TEMPLATE: prefix */run AS r
JOIN /* TEMPLATE: prefix */job AS j ON j.id = r.job_id JOIN /* TEMPLATE: prefix */window AS w ON w.id = r.window_id
WHERE r.id = $1

-- name: list_runs
-- The newest runs first.
SELECT /* TEMPLATE: run_columns */ FROM /* TEMPLATE: prefix */run AS r
JOIN /* TEMPLATE: prefix */job AS j ON j.id = r.job_id JOIN /* TEMPLATE: prefix */window AS w ON w.id = r.window_id
ORDER BY r.started_at DESC, r.id LIMIT $1::bigint

-- name: list_runs_of_job
SELECT /* TEMPLATE: run_columns */ FROM /* TEMPLATE: prefix */run AS r
JOIN /* TEMPLATE: prefix */job AS j ON j.id = r.job_id JOIN /* TEMPLATE: prefix */window AS w ON w.id = r.window_id
WHERE r.job_id = $2::bigint
ORDER BY r.started_at DESC, r.id LIMIT $1::bigint

-- name: list_runs_of_identity
-- Those that carry, or carried, every name of the object $5; one of these, with its value, is $2 and $3.
SELECT /* TEMPLATE: run_columns */ FROM /* TEMPLATE: prefix */run_identity AS i JOIN /* TEMPLATE: prefix */run AS r ON r.id = i.run_id
JOIN /* TEMPLATE: prefix */job AS j ON j.id = r.job_id JOIN /* TEMPLATE: prefix */window AS w ON w.id = r.window_id
WHERE i.name = substr($2, 1, 100) AND i.value = substr($3, 1, 400) AND ($4::bigint IS NULL OR r.job_id = $4::bigint)
AND (r.identity @> $5::jsonb OR NOT EXISTS (SELECT 1 FROM jsonb_each_text($5::jsonb) AS wanted
  WHERE NOT r.identity @> jsonb_build_object(wanted.key, wanted.value) AND NOT EXISTS (
    SELECT 1 FROM /* TEMPLATE: prefix */run_identity AS former WHERE former.name = wanted.key AND former.value = wanted.value
    AND former.started_at = r.started_at AND former.run_id = r.id)))
ORDER BY i.started_at DESC, i.run_id LIMIT $1::bigint

-- name: attempts_until
-- The last of the $2 attempts behind one, where there is one among them that is old enough.
SELECT CASE WHEN min(ended_at) < to_timestamp($3::bigint / 1000.0) THEN max(id) END FROM (
  SELECT id, ended_at FROM /* TEMPLATE: prefix */attempt WHERE id > $1 ORDER BY id LIMIT $2::bigint) AS stretch

-- name: prunable_attempts
-- Those of batches that ended before $2 for good.
SELECT a.id, b.id, j.name, w.name, v.definition ->> 'key_type', b.first_key, b.last_key,
  a.attempt, a.run_id, (extract(epoch FROM a.started_at) * 1000)::bigint, (extract(epoch FROM a.ended_at) * 1000)::bigint, a.outcome,
  a.exit_code, a.signal, a.message, a.outputs
FROM /* TEMPLATE: batch_tables */ JOIN /* TEMPLATE: prefix */attempt AS a ON a.batch_id = b.id
WHERE a.id > $3 AND a.id <= $4 AND ($1::bigint IS NULL OR w.job_id = $1)
  AND b.status IN ('succeeded', 'failed', 'cancelled') AND b.available_at IS NULL AND b.released_at < to_timestamp($2::bigint / 1000.0)
ORDER BY a.id

-- name: delete_attempts
-- By number, so that exactly those go that were archived. A JSON array, for both databases know it.
DELETE FROM /* TEMPLATE: prefix */attempt WHERE id IN (SELECT value::bigint FROM json_array_elements_text($1::json) AS listed (value))

-- name: runs_until
-- The same for runs, in the order of their start.
SELECT (extract(epoch FROM started_at) * 1000)::bigint, id FROM (
  SELECT started_at, id FROM /* TEMPLATE: prefix */run
  WHERE started_at >= to_timestamp($1::bigint / 1000.0) AND (started_at, id) > (to_timestamp($1::bigint / 1000.0), $2::text)
    AND started_at < to_timestamp($4::bigint / 1000.0)
  ORDER BY started_at, id LIMIT $3::bigint) AS stretch
ORDER BY started_at DESC, id DESC LIMIT 1

-- name: prunable_runs
-- Those that ended before $2 and that no attempt and no batch names. A batch is looked for by its time, with a minute for
-- clocks that were set, because an index by run would cost every acquire. Order and limits
-- keep the planner from joining all of them: it has no idea how short a run is.
SELECT /* TEMPLATE: run_columns */ FROM /* TEMPLATE: prefix */run AS r
JOIN /* TEMPLATE: prefix */job AS j ON j.id = r.job_id JOIN /* TEMPLATE: prefix */window AS w ON w.id = r.window_id
WHERE r.started_at >= to_timestamp($3::bigint / 1000.0) AND r.started_at <= to_timestamp($5::bigint / 1000.0)
  AND (r.started_at, r.id) > (to_timestamp($3::bigint / 1000.0), $4::text) AND (r.started_at, r.id) <= (to_timestamp($5::bigint / 1000.0), $6::text)
  AND ($1::bigint IS NULL OR r.job_id = $1) AND r.ended_at < to_timestamp($2::bigint / 1000.0)
  AND (SELECT 1 FROM /* TEMPLATE: prefix */attempt AS a WHERE a.run_id = r.id AND a.run_id <> '' LIMIT 1) IS NULL
  AND (SELECT 1 FROM /* TEMPLATE: prefix */batch AS c
    WHERE c.window_id = r.window_id AND c.acquired_at >= r.started_at - interval '1 minute' AND c.acquired_at <= r.ended_at + interval '1 minute'
      AND c.run_id = r.id
    ORDER BY c.acquired_at LIMIT 1) IS NULL
ORDER BY r.started_at, r.id

-- name: delete_runs
DELETE FROM /* TEMPLATE: prefix */run WHERE id IN (SELECT value FROM json_array_elements_text($1::json) AS listed (value))
