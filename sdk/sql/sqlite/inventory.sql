-- Statements on the inventory, by name (store.hpp). The names, parameters and columns are those of
-- sql/postgres/inventory.sql; SQLite has no row locks, because BEGIN IMMEDIATE already holds the only write lock.
-- ?1 of a statement that needs the time overrides the clock where it is not NULL.

-- name: fragment clock
CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)

-- name: fragment batch_columns
b.id, b.window_id, w.job_id, b.version_id, j.name, w.name, v.definition ->> '$.key_type', b.first_key, b.last_key,
b.count, b.weight, b.status, b.exhausted, b.skipped, b.superseded_from, b.attempt, b.max_attempts, b.token,
b.available_at, b.acquired_at, b.released_at, b.run_id, b.exit_code, b.message, b.outputs, b.parent_id,
v.definition ->> '$.table', v.definition ->> '$.key_column', v.definition ->> '$.filter', b.generation, b.digest,
b.lease_ms, j.version_id, b.kind = 'items', b.planned_after, b.planned_for, b.done_count, b.size_reason, w.filter

-- name: fragment batch_tables
/* TEMPLATE: prefix */batch AS b
JOIN /* TEMPLATE: prefix */window AS w ON w.id = b.window_id
JOIN /* TEMPLATE: prefix */job AS j ON j.id = w.job_id
JOIN /* TEMPLATE: prefix */job_version AS v ON v.id = b.version_id

-- name: fragment job_columns
j.id, j.name, j.paused, v.id, v.number, v.definition, j.created_at, j.updated_at

-- name: fragment window_columns
w.id, w.job_id, w.name, w.kind, w.state, w.state_reason, w.lower_key, w.upper_key, w.frontier, w.generation,
w.max_count, w.max_weight, w.created_at, w.halt_count, w.halt_after, w.waiting_key, w.waiting_since,
w.max_in_flight, w.learned, w.filter, w.only_missing, w.missing_version, w.newest_first

-- name: now
-- The database's clock.
SELECT coalesce(?1, /* TEMPLATE: clock */)

-- name: find_job
-- A job in its current version.
SELECT /* TEMPLATE: job_columns */
FROM /* TEMPLATE: prefix */job AS j JOIN /* TEMPLATE: prefix */job_version AS v ON v.id = j.version_id
WHERE j.name = ?1

-- name: find_job_version
-- A job as it was in one version.
SELECT /* TEMPLATE: job_columns */
FROM /* TEMPLATE: prefix */job_version AS v JOIN /* TEMPLATE: prefix */job AS j ON j.id = v.job_id
WHERE v.id = ?1

-- name: list_jobs
-- Every job in its current version, by name.
SELECT /* TEMPLATE: job_columns */
FROM /* TEMPLATE: prefix */job AS j JOIN /* TEMPLATE: prefix */job_version AS v ON v.id = j.version_id
ORDER BY j.name

-- name: list_job_versions
-- A job in each of its versions, oldest first.
SELECT /* TEMPLATE: job_columns */
FROM /* TEMPLATE: prefix */job_version AS v JOIN /* TEMPLATE: prefix */job AS j ON j.id = v.job_id
WHERE j.id = ?1 ORDER BY v.number

-- name: insert_job
-- A job without a version yet; no row where the name is taken.
INSERT INTO /* TEMPLATE: prefix */job (name, created_at, updated_at)
SELECT ?2, coalesce(?1, /* TEMPLATE: clock */), coalesce(?1, /* TEMPLATE: clock */) WHERE true
ON CONFLICT (name) DO NOTHING RETURNING id

-- name: insert_horizon
INSERT INTO /* TEMPLATE: prefix */horizon (job_id) VALUES (?1)

-- name: read_horizon
SELECT points FROM /* TEMPLATE: prefix */horizon WHERE job_id = ?1

-- name: lock_horizon
-- The write lock is held already.
SELECT points FROM /* TEMPLATE: prefix */horizon WHERE job_id = ?1

-- name: write_horizon
UPDATE /* TEMPLATE: prefix */horizon SET points = ?2 WHERE job_id = ?1

-- name: insert_job_version
-- Stores a version.
INSERT INTO /* TEMPLATE: prefix */job_version (job_id, number, definition, created_at)
VALUES (?2, ?3, ?4, coalesce(?1, /* TEMPLATE: clock */)) RETURNING id

-- name: set_job_version
-- Makes a version the current one.
UPDATE /* TEMPLATE: prefix */job SET version_id = ?3, updated_at = coalesce(?1, /* TEMPLATE: clock */) WHERE id = ?2

-- name: lock_job
SELECT id FROM /* TEMPLATE: prefix */job WHERE id = ?1

-- name: update_job_paused
-- Pauses or resumes a job.
UPDATE /* TEMPLATE: prefix */job SET paused = ?3, updated_at = coalesce(?1, /* TEMPLATE: clock */) WHERE id = ?2

-- name: delete_job_attempts
-- First of the steps that delete a job: children before parents.
DELETE FROM /* TEMPLATE: prefix */attempt WHERE batch_id IN (
  SELECT b.id FROM /* TEMPLATE: prefix */batch AS b
  JOIN /* TEMPLATE: prefix */window AS w ON w.id = b.window_id WHERE w.job_id = ?1)

-- name: delete_job_keys
DELETE FROM /* TEMPLATE: prefix */batch_keys WHERE batch_id IN (
  SELECT b.id FROM /* TEMPLATE: prefix */batch AS b
  JOIN /* TEMPLATE: prefix */window AS w ON w.id = b.window_id WHERE w.job_id = ?1)

-- name: delete_job_batches
DELETE FROM /* TEMPLATE: prefix */batch WHERE window_id IN (
  SELECT id FROM /* TEMPLATE: prefix */window WHERE job_id = ?1)

-- name: delete_job_runs
DELETE FROM /* TEMPLATE: prefix */run WHERE job_id = ?1

-- name: delete_job_windows
DELETE FROM /* TEMPLATE: prefix */window WHERE job_id = ?1

-- name: delete_job_versions
DELETE FROM /* TEMPLATE: prefix */job_version WHERE job_id = ?1

-- name: delete_job
DELETE FROM /* TEMPLATE: prefix */job WHERE id = ?1

-- name: insert_window
-- A window; no row where the job has one of this name.
INSERT INTO /* TEMPLATE: prefix */window (job_id, name, kind, lower_key, upper_key, max_count, max_weight, halt_count, halt_after,
  max_in_flight, filter, only_missing, missing_version, newest_first, created_at)
SELECT ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, coalesce(?1, /* TEMPLATE: clock */) WHERE true
ON CONFLICT (job_id, name) DO NOTHING RETURNING id

-- name: find_window
SELECT /* TEMPLATE: window_columns */ FROM /* TEMPLATE: prefix */window AS w WHERE w.job_id = ?1 AND w.name = ?2

-- name: list_windows
SELECT /* TEMPLATE: window_columns */ FROM /* TEMPLATE: prefix */window AS w WHERE w.job_id = ?1 ORDER BY w.id

-- name: lock_window
SELECT /* TEMPLATE: window_columns */, CASE WHEN w.planned_at >= coalesce(?2, /* TEMPLATE: clock */) - 1000 THEN w.planned_ahead ELSE 0 END
FROM /* TEMPLATE: prefix */window AS w WHERE w.id = ?1

-- name: job_state
-- The job's current version and whether it is paused.
SELECT version_id, paused FROM /* TEMPLATE: prefix */job WHERE id = ?1

-- name: move_frontier
UPDATE /* TEMPLATE: prefix */window SET frontier = ?2, planned_ahead = ?3, planned_at = coalesce(?4, /* TEMPLATE: clock */) WHERE id = ?1

-- name: note_waiting
UPDATE /* TEMPLATE: prefix */window SET waiting_key = ?2, waiting_since = coalesce(?3, /* TEMPLATE: clock */) WHERE id = ?1

-- name: write_learned
UPDATE /* TEMPLATE: prefix */window SET learned = ?2 WHERE id = ?1

-- name: set_window_state
UPDATE /* TEMPLATE: prefix */window SET state = ?2, state_reason = ?3 WHERE id = ?1

-- name: rewind_window
-- Back to a key that is handed out next, in a new generation of ranges.
UPDATE /* TEMPLATE: prefix */window SET lower_key = ?2, frontier = NULL, generation = generation + 1, waiting_key = NULL, waiting_since = NULL
WHERE id = ?1

-- name: fragment by_open
-- Nobody runs ANALYZE on an inventory, and without statistics SQLite would rather read a window's whole ledger by another index.
INDEXED BY /* TEMPLATE: prefix */batch_open

-- name: fragment due_batches
SELECT /* TEMPLATE: batch_columns */, b.created_at < coalesce(?1, /* TEMPLATE: clock */) - ?5 FROM /* TEMPLATE: batch_tables */
WHERE b.window_id = ?2 AND w.state = 'active' AND NOT j.paused AND b.available_at IS NOT NULL AND b.available_at <= coalesce(?1, /* TEMPLATE: clock */)
  AND (?3 OR b.status = 'planned') AND (?4 OR b.planned_after IS NULL)

-- name: take_due_batch
-- The oldest batch that can be taken now; ?3 false: no retries, ?4 false: none that were planned ahead. Those are stale after ?5
-- milliseconds.
/* TEMPLATE: due_batches */
ORDER BY b.first_key LIMIT 1

-- name: take_newest_due_batch
-- The newest one, of a campaign that begins at its end.
/* TEMPLATE: due_batches */
ORDER BY b.first_key DESC LIMIT 1

-- name: count_live
SELECT count(*) FROM /* TEMPLATE: prefix */batch /* TEMPLATE: by_open */
WHERE window_id = ?2 AND available_at IS NOT NULL AND status = 'processing' AND available_at > coalesce(?1, /* TEMPLATE: clock */)

-- name: reserve_batch_id
-- The id that the next batch gets; the write lock keeps it ours.
SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = '/* TEMPLATE: prefix */batch'), 0) + 1

-- name: insert_batch_keys
INSERT INTO /* TEMPLATE: prefix */batch_keys (batch_id, part, keys) VALUES (?1, ?2, ?3)

-- name: insert_batch
-- A range; with a token it is being processed.
INSERT INTO /* TEMPLATE: prefix */batch (id, window_id, version_id, generation, parent_id, first_key, last_key, count, weight,
  digest, keys, max_attempts, status, attempt, token, run_id, lease_ms, available_at, acquired_at, created_at, kind, planned_after, planned_for,
  size_reason)
SELECT ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,
  CASE WHEN ?14 = '' THEN 'planned' ELSE 'processing' END, CASE WHEN ?14 = '' THEN 0 ELSE 1 END, ?14, ?15, ?16,
  CASE WHEN ?14 = '' THEN 0 ELSE t.now + ?16 END, CASE WHEN ?14 = '' THEN NULL ELSE t.now END, t.now, ?17, ?18, ?19, ?20
FROM (SELECT coalesce(?1, /* TEMPLATE: clock */) AS now) AS t
RETURNING id, acquired_at, available_at

-- name: fragment planned
window_id = ?1 AND available_at IS NOT NULL AND planned_after IS NOT NULL

-- name: count_planned
SELECT count(*) FROM /* TEMPLATE: prefix */batch /* TEMPLATE: by_open */ WHERE /* TEMPLATE: planned */

-- name: fragment planned_tail
-- Of this generation: what an earlier one left before the key of a reset stays a range of its own.
/* TEMPLATE: planned */ AND generation = ?2 AND first_key > coalesce((
  SELECT o.first_key FROM /* TEMPLATE: prefix */batch AS o
  WHERE o.window_id = ?1 AND o.generation = ?2 AND o.parent_id IS NULL AND o.kind = 'range'
    AND (o.planned_after IS NULL OR o.available_at IS NULL)
  ORDER BY o.first_key DESC LIMIT 1), x'')

-- name: first_planned
SELECT planned_after FROM /* TEMPLATE: prefix */batch WHERE /* TEMPLATE: planned_tail */ ORDER BY first_key LIMIT 1

-- name: delete_planned
DELETE FROM /* TEMPLATE: prefix */batch WHERE /* TEMPLATE: planned_tail */

-- name: delete_batch
DELETE FROM /* TEMPLATE: prefix */batch WHERE id = ?1

-- name: insert_done
-- A part of what a batch's running attempt worked at, with an attempt of its own that began when that did.
INSERT INTO /* TEMPLATE: prefix */batch (window_id, version_id, generation, parent_id, kind, first_key, last_key, count, weight, digest, keys,
  max_attempts, status, attempt, run_id, acquired_at, created_at)
SELECT window_id, version_id, generation, id, 'items', ?3, ?4, ?5, ?6, ?7, ?8,
  max_attempts, 'processing', attempt, run_id, acquired_at, coalesce(?1, /* TEMPLATE: clock */)
FROM /* TEMPLATE: prefix */batch WHERE id = ?2
RETURNING id, acquired_at, available_at

-- name: delete_batch_keys
DELETE FROM /* TEMPLATE: prefix */batch_keys WHERE batch_id = ?1

-- name: shrink_batch
-- The batch goes on with what is left of it.
UPDATE /* TEMPLATE: prefix */batch SET keys = ?2, count = ?3, weight = ?4, digest = ?5, done_count = ?6 WHERE id = ?1

-- name: claim_batch
-- A new holder for a stored batch.
UPDATE /* TEMPLATE: prefix */batch
SET status = 'processing', attempt = ?3, max_attempts = ?4, token = ?5, run_id = ?6, lease_ms = ?7,
  acquired_at = coalesce(?1, /* TEMPLATE: clock */), available_at = coalesce(?1, /* TEMPLATE: clock */) + ?7,
  released_at = NULL, exit_code = NULL, message = '', outputs = '{}', planned_after = NULL
WHERE id = ?2
RETURNING id, acquired_at, available_at

-- name: lock_batch
SELECT /* TEMPLATE: batch_columns */ FROM /* TEMPLATE: batch_tables */ WHERE b.id = ?1

-- name: lock_unfinished_batches
-- Each that can be taken, is held, or that an operator may set free again.
SELECT count(*) FROM (
  SELECT id FROM /* TEMPLATE: prefix */batch
  WHERE window_id = ?1 AND (available_at IS NOT NULL OR status IN ('failed', 'cancelled'))) AS locked

-- name: find_batch
SELECT /* TEMPLATE: batch_columns */ FROM /* TEMPLATE: batch_tables */ WHERE b.id = ?1

-- name: extend_lease
-- Compare and set: only the holder's token moves the end of the lease, by what it was acquired with unless told otherwise.
UPDATE /* TEMPLATE: prefix */batch SET available_at = coalesce(?1, /* TEMPLATE: clock */) + coalesce(?4, lease_ms)
WHERE id = ?2 AND token = ?3 AND status = 'processing'
RETURNING available_at

-- name: insert_attempt
-- The attempt that ran until now.
INSERT INTO /* TEMPLATE: prefix */attempt (batch_id, attempt, run_id, started_at, ended_at, outcome, exit_code, signal, message, outputs)
SELECT id, attempt, run_id, coalesce(acquired_at, created_at), coalesce(?1, /* TEMPLATE: clock */), ?3, ?4, ?5, ?6, ?7
FROM /* TEMPLATE: prefix */batch WHERE id = ?2

-- name: end_batch
-- The state of a batch after an attempt. ?8: milliseconds until it can be taken again, NULL: never.
UPDATE /* TEMPLATE: prefix */batch
SET status = ?3, exhausted = ?4, skipped = ?5, superseded_from = CASE WHEN ?6 THEN first_key ELSE superseded_from END,
  attempt = ?7, available_at = coalesce(?1, /* TEMPLATE: clock */) + ?8,
  released_at = coalesce(?1, /* TEMPLATE: clock */), exit_code = ?9, message = ?10, outputs = ?11
WHERE id = ?2
RETURNING available_at, released_at

-- name: set_batch_state
-- An operator's repair.
UPDATE /* TEMPLATE: prefix */batch
SET status = ?3, exhausted = ?4, attempt = ?5, planned_after = NULL,
  available_at = CASE WHEN ?6 THEN coalesce(?1, /* TEMPLATE: clock */) ELSE NULL END
WHERE id = ?2

-- name: supersede_from
-- Batches that reach to or behind a key end before it, as far as the window is concerned.
UPDATE /* TEMPLATE: prefix */batch
SET superseded_from = max(first_key, ?2), available_at = NULL,
  status = CASE WHEN status IN ('planned', 'failed') THEN 'cancelled' ELSE status END
WHERE window_id = ?1 AND last_key >= ?2 AND (superseded_from IS NULL OR superseded_from > max(first_key, ?2))

-- name: batches_from
-- Live batches that reach to or behind a key.
SELECT /* TEMPLATE: batch_columns */ FROM /* TEMPLATE: batch_tables */
WHERE b.window_id = ?1 AND b.last_key >= ?2 AND (b.superseded_from IS NULL OR b.superseded_from > max(b.first_key, ?2))
ORDER BY b.first_key

-- name: fragment listed_from
-- A range that was planned ahead is no batch of anybody's yet: what it holds is waiting. Who asks for planned ones sees it.
SELECT /* TEMPLATE: batch_columns */
FROM /* TEMPLATE: prefix */window AS w CROSS JOIN /* TEMPLATE: prefix */batch AS b
JOIN /* TEMPLATE: prefix */job AS j ON j.id = w.job_id
JOIN /* TEMPLATE: prefix */job_version AS v ON v.id = b.version_id
WHERE w.job_id = ?1 AND (?2 IS NULL OR w.id = ?2) AND b.id IN (
  SELECT c.id FROM /* TEMPLATE: prefix */batch AS c

-- name: fragment listed_where
WHERE c.window_id = w.id AND (c.planned_after IS NULL OR ?3 = 'planned') AND (?4 IS NULL OR c.acquired_at >= ?4)
  AND (?6 IS NULL OR c.version_id = ?6) AND (NOT ?7 OR c.exhausted)

-- name: fragment listed_head
/* TEMPLATE: listed_from */ /* TEMPLATE: listed_where */

-- name: fragment listed_tail
LIMIT ?5)
ORDER BY CASE WHEN ?4 IS NULL THEN NULL ELSE b.acquired_at END DESC, b.id DESC LIMIT ?5

-- name: fragment listed_order
ORDER BY CASE WHEN ?4 IS NULL THEN NULL ELSE c.acquired_at END DESC, c.id DESC

-- name: list_batches
-- The newest batches of a job first, with a time ?4 those acquired last; from each window no more than are wanted, so that an
-- index finds them.
/* TEMPLATE: listed_head */ AND (?3 IS NULL OR c.status = ?3)
  ORDER BY c.id DESC /* TEMPLATE: listed_tail */

-- name: list_batches_since
-- The same since a time: through the newest, the search would end at the other end of the ledger where few are wanted.
/* TEMPLATE: listed_head */ AND c.acquired_at >= ?4 AND (?3 IS NULL OR c.status = ?3)
  ORDER BY c.acquired_at DESC, c.id DESC /* TEMPLATE: listed_tail */

-- name: list_batches_open
-- The same for the states of a batch that can be taken or is held: few rows, whatever the size of the ledger.
/* TEMPLATE: listed_from */ /* TEMPLATE: by_open */ /* TEMPLATE: listed_where */ AND c.available_at IS NOT NULL AND c.status = ?3
  /* TEMPLATE: listed_order */ /* TEMPLATE: listed_tail */

-- name: list_batches_unsuccessful
-- The same for failed or cancelled ones, of which there may be many.
/* TEMPLATE: listed_head */ AND c.status IN ('failed', 'cancelled') AND c.status = ?3
  ORDER BY c.id DESC /* TEMPLATE: listed_tail */

-- name: list_batches_unsuccessful_since
/* TEMPLATE: listed_head */ AND c.status IN ('failed', 'cancelled') AND c.status = ?3
  /* TEMPLATE: listed_order */ /* TEMPLATE: listed_tail */

-- name: list_batches_slowest
-- Those whose last attempt took longest, first; ?8 overrides the clock. Each batch that was ever held is looked at, and no more are kept
-- than are wanted: an index on how long they took would cost every release.
/* TEMPLATE: listed_head */ AND c.acquired_at IS NOT NULL AND (?3 IS NULL OR c.status = ?3)
  ORDER BY coalesce(c.released_at, ?8, /* TEMPLATE: clock */) - c.acquired_at DESC, c.id DESC LIMIT ?5)
ORDER BY coalesce(b.released_at, ?8, /* TEMPLATE: clock */) - b.acquired_at DESC, b.id DESC LIMIT ?5

-- name: list_batches_of_run
-- The same for those whose last attempt is this run's: it has ended, the batch is held, or the attempts
-- were pruned: then the batch is one acquired while the run ran, from ?9 to ?10.
SELECT /* TEMPLATE: batch_columns */ FROM /* TEMPLATE: batch_tables */
WHERE b.id IN (
    SELECT a.batch_id FROM /* TEMPLATE: prefix */attempt AS a WHERE a.run_id = ?8 AND a.run_id <> ''
    UNION
    SELECT o.id FROM /* TEMPLATE: prefix */window AS x JOIN /* TEMPLATE: prefix */batch AS o /* TEMPLATE: by_open */ ON o.window_id = x.id
    WHERE x.job_id = ?1 AND o.available_at IS NOT NULL AND o.run_id = ?8
    UNION
    SELECT c.id FROM /* TEMPLATE: prefix */window AS y JOIN /* TEMPLATE: prefix */batch AS c ON c.window_id = y.id
    WHERE y.job_id = ?1 AND c.acquired_at >= ?9 AND c.acquired_at <= ?10 AND c.run_id = ?8)
  AND b.run_id = ?8 AND w.job_id = ?1 AND (?2 IS NULL OR w.id = ?2) AND (?3 IS NULL OR b.status = ?3)
  AND (?4 IS NULL OR b.acquired_at >= ?4) AND (?6 IS NULL OR b.version_id = ?6)
  AND (NOT ?7 OR b.exhausted)
ORDER BY CASE WHEN ?4 IS NULL THEN NULL ELSE b.acquired_at END DESC, b.id DESC LIMIT ?5

-- name: open_batches
SELECT /* TEMPLATE: batch_columns */ FROM /* TEMPLATE: batch_tables */
WHERE b.window_id = ?1 AND b.available_at IS NOT NULL ORDER BY b.first_key

-- name: batches_around
-- The root range of each generation that starts nearest before a key, its descendants, and batches of single items.
WITH RECURSIVE generation (window_id, number) AS (
  SELECT id, generation FROM /* TEMPLATE: prefix */window WHERE job_id = ?1
  UNION ALL
  SELECT window_id, number - 1 FROM generation WHERE number > 0
), root AS (
  SELECT (SELECT b.id FROM /* TEMPLATE: prefix */batch AS b
          WHERE b.window_id = g.window_id AND b.generation = g.number AND b.first_key <= ?2 AND b.parent_id IS NULL AND b.kind = 'range'
          ORDER BY b.first_key DESC LIMIT 1) AS id
  FROM generation AS g
), family AS (
  SELECT id FROM root WHERE id IS NOT NULL
  UNION
  SELECT c.id FROM /* TEMPLATE: prefix */batch AS c JOIN family AS f ON c.parent_id = f.id
), holder AS (
  SELECT id FROM family
  UNION
  SELECT i.id FROM /* TEMPLATE: prefix */batch AS i JOIN /* TEMPLATE: prefix */window AS w ON w.id = i.window_id
  WHERE w.job_id = ?1 AND i.kind = 'items' AND i.first_key <= ?2
)
SELECT /* TEMPLATE: batch_columns */ FROM /* TEMPLATE: batch_tables */
WHERE b.id IN (SELECT id FROM holder) AND b.first_key <= ?2 AND b.last_key >= ?2
ORDER BY b.id

-- name: list_attempts
SELECT attempt, run_id, started_at, ended_at, outcome, exit_code, signal, message, outputs
FROM /* TEMPLATE: prefix */attempt WHERE batch_id = ?1 ORDER BY id

-- name: attempt_totals
-- Counted by window before names are looked up. The parameters are bounds of durations.
SELECT j.name, w.name, t.outcome, t.attempts, t.took, t.within_1, t.within_2, t.within_3, t.within_4, t.within_5, t.within_6, t.within_7, t.within_8, t.within_9, t.within_10
FROM (
  SELECT window_id, outcome, count(*) AS attempts, sum(ms) AS took,
    count(*) FILTER (WHERE ms <= ?1) AS within_1, count(*) FILTER (WHERE ms <= ?2) AS within_2,
    count(*) FILTER (WHERE ms <= ?3) AS within_3, count(*) FILTER (WHERE ms <= ?4) AS within_4,
    count(*) FILTER (WHERE ms <= ?5) AS within_5, count(*) FILTER (WHERE ms <= ?6) AS within_6,
    count(*) FILTER (WHERE ms <= ?7) AS within_7, count(*) FILTER (WHERE ms <= ?8) AS within_8,
    count(*) FILTER (WHERE ms <= ?9) AS within_9, count(*) FILTER (WHERE ms <= ?10) AS within_10
  FROM (
    SELECT b.window_id, a.outcome, a.ended_at - a.started_at AS ms
    FROM /* TEMPLATE: prefix */attempt AS a JOIN /* TEMPLATE: prefix */batch AS b ON b.id = a.batch_id) AS ended
  GROUP BY window_id, outcome) AS t
JOIN /* TEMPLATE: prefix */window AS w ON w.id = t.window_id JOIN /* TEMPLATE: prefix */job AS j ON j.id = w.job_id
ORDER BY w.id, t.outcome

-- name: list_children
SELECT id FROM /* TEMPLATE: prefix */batch WHERE parent_id = ?1 ORDER BY first_key

-- name: read_key_part
-- A part of the packed key set that is not the last one.
SELECT keys FROM /* TEMPLATE: prefix */batch_keys WHERE batch_id = ?1 AND part = ?2

-- name: read_last_key_part
SELECT keys FROM /* TEMPLATE: prefix */batch WHERE id = ?1

-- name: fragment ledger_family
-- Ranges that were cut in one generation, a page of them, with what they were split into. What was done before the rest lies
-- between the others' keys, as stragglers do.
WITH RECURSIVE root AS (
  SELECT id FROM /* TEMPLATE: prefix */batch
  WHERE window_id = ?1 AND generation = ?2 AND parent_id IS NULL AND kind = 'range' AND first_key >= ?3 AND first_key <= ?4
  ORDER BY first_key LIMIT ?5
), family AS (
  SELECT id FROM root
  UNION ALL
  SELECT c.id FROM /* TEMPLATE: prefix */batch AS c JOIN family AS f ON c.parent_id = f.id AND c.kind = 'range'
)

-- name: ledger_batches
/* TEMPLATE: ledger_family */
SELECT /* TEMPLATE: batch_columns */, CASE WHEN b.count <= ?6 AND (b.superseded_from IS NULL OR b.superseded_from > b.first_key) THEN b.keys END
FROM /* TEMPLATE: batch_tables */
WHERE b.id IN (SELECT id FROM family)
ORDER BY b.first_key, b.id

-- name: ledger_ranges
-- The same ranges for questions that walk through all of them.
/* TEMPLATE: ledger_family */
SELECT b.first_key, b.last_key, b.superseded_from, b.status = 'succeeded', b.parent_id IS NOT NULL
FROM /* TEMPLATE: prefix */batch AS b
WHERE b.id IN (SELECT id FROM family)
ORDER BY b.first_key, b.id

-- name: live_stragglers
SELECT /* TEMPLATE: batch_columns */ FROM /* TEMPLATE: batch_tables */
WHERE b.window_id = ?1 AND b.kind = 'items' AND b.first_key <= ?3 AND b.last_key >= ?2
  AND (b.superseded_from IS NULL OR b.superseded_from > b.first_key)
ORDER BY b.first_key, b.id

-- name: newest_range
SELECT id FROM /* TEMPLATE: prefix */batch WHERE window_id = ?1 AND kind = 'range' AND parent_id IS NULL
ORDER BY id DESC LIMIT 1

-- name: lowest_range_since
SELECT first_key FROM /* TEMPLATE: prefix */batch
WHERE window_id = ?1 AND id > ?2 AND kind = 'range' AND parent_id IS NULL
ORDER BY first_key LIMIT 1

-- name: fragment unclosed
/* TEMPLATE: prefix */batch WHERE window_id = ?2 AND status IN ('failed', 'cancelled') AND available_at IS NULL AND superseded_from IS NULL

-- name: open_totals
-- What no success has closed. Exhausted and cancelled batches, of which there may be many, are read from an index alone, and
-- added up by themselves: as rows of a union they took twice as long.
SELECT o.count + c.count, o.weight + c.weight,
  coalesce(min(o.first_key, c.first_key), o.first_key, c.first_key), coalesce(max(o.last_key, c.last_key), o.last_key, c.last_key),
  o.processing, o.failed + c.batches - c.exhausted - c.cancelled, o.exhausted + c.exhausted, o.cancelled + c.cancelled, o.due
FROM (
  SELECT coalesce(sum(count), 0) AS count, total(weight) AS weight, min(first_key) AS first_key, max(last_key) AS last_key,
    coalesce(sum(status = 'processing'), 0) AS processing, coalesce(sum(status = 'failed' AND NOT exhausted), 0) AS failed,
    coalesce(sum(status = 'failed' AND exhausted), 0) AS exhausted, coalesce(sum(status = 'cancelled'), 0) AS cancelled,
    coalesce(sum(CASE WHEN available_at <= coalesce(?1, /* TEMPLATE: clock */) THEN count ELSE 0 END), 0) AS due
  FROM /* TEMPLATE: prefix */batch /* TEMPLATE: by_open */ WHERE window_id = ?2 AND available_at IS NOT NULL AND superseded_from IS NULL
) AS o, (
  SELECT count(*) AS batches, coalesce(sum(count), 0) AS count, total(weight) AS weight, max(last_key) AS last_key,
    (SELECT first_key FROM /* TEMPLATE: unclosed */ ORDER BY first_key LIMIT 1) AS first_key,
    coalesce(sum(CASE status WHEN 'failed' THEN exhausted ELSE 0 END), 0) AS exhausted,
    coalesce(sum(status = 'cancelled'), 0) AS cancelled
  FROM /* TEMPLATE: unclosed */
) AS c

-- name: exhausted_assets
SELECT coalesce(sum(count), 0) FROM /* TEMPLATE: prefix */batch
WHERE window_id = ?1 AND status IN ('failed', 'cancelled') AND status = 'failed' AND exhausted AND available_at IS NULL AND superseded_from IS NULL

-- name: fragment unfinished_rest
(SELECT id FROM /* TEMPLATE: prefix */batch /* TEMPLATE: by_open */ WHERE window_id = ?2 AND available_at IS NOT NULL AND status = 'processing'
     AND available_at > coalesce(?1, /* TEMPLATE: clock */) LIMIT 1),
  (SELECT id FROM /* TEMPLATE: unclosed */ AND status = 'failed' AND exhausted LIMIT 1)

-- name: find_unfinished
-- What stands before new ranges where they are processed in order.
SELECT (SELECT id FROM /* TEMPLATE: prefix */batch WHERE window_id = ?2 AND available_at IS NOT NULL ORDER BY first_key LIMIT 1),
  (SELECT available_at <= coalesce(?1, /* TEMPLATE: clock */) FROM /* TEMPLATE: prefix */batch
   WHERE window_id = ?2 AND available_at IS NOT NULL ORDER BY first_key LIMIT 1),
  /* TEMPLATE: unfinished_rest */

-- name: find_newest_unfinished
-- The same where the newest goes first.
SELECT (SELECT id FROM /* TEMPLATE: prefix */batch WHERE window_id = ?2 AND available_at IS NOT NULL ORDER BY first_key DESC LIMIT 1),
  (SELECT available_at <= coalesce(?1, /* TEMPLATE: clock */) FROM /* TEMPLATE: prefix */batch
   WHERE window_id = ?2 AND available_at IS NOT NULL ORDER BY first_key DESC LIMIT 1),
  /* TEMPLATE: unfinished_rest */

-- name: closed_totals
-- What has ended for good. One walk through the window's batches: asked now and then by whoever shows progress.
SELECT coalesce(sum(CASE status WHEN 'succeeded' THEN count END), 0), total(CASE status WHEN 'succeeded' THEN weight END),
  coalesce(sum(CASE status WHEN 'succeeded' THEN 0 ELSE count END), 0), total(CASE status WHEN 'succeeded' THEN 0 ELSE weight END)
FROM /* TEMPLATE: prefix */batch
WHERE window_id = ?1 AND superseded_from IS NULL
  AND (status = 'succeeded' OR status IN ('failed', 'cancelled') AND available_at IS NULL)

-- name: has_batches
-- Asked of the indexes on ranges and on stragglers: every window that ever had a batch has one that is no half of another.
SELECT EXISTS (SELECT 1 FROM /* TEMPLATE: prefix */window AS w WHERE w.job_id = ?1 AND (
  EXISTS (SELECT 1 FROM /* TEMPLATE: prefix */batch AS b WHERE b.window_id = w.id AND b.parent_id IS NULL AND b.kind = 'range')
  OR EXISTS (SELECT 1 FROM /* TEMPLATE: prefix */batch AS i WHERE i.window_id = w.id AND i.kind = 'items')))

-- name: insert_run
INSERT INTO /* TEMPLATE: prefix */run (id, job_id, window_id, host, boot_id, pid, user_name, command, identity, version, started_at)
VALUES (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, coalesce(?1, /* TEMPLATE: clock */))

-- name: insert_run_identity
-- Of a run that was inserted just before.
INSERT INTO /* TEMPLATE: prefix */run_identity (name, value, started_at, run_id)
SELECT substr(e.key, 1, 100), substr(e.value, 1, 400), r.started_at, r.id
FROM /* TEMPLATE: prefix */run AS r, json_each(r.identity) AS e WHERE r.id = ?1

-- name: merge_run_identity
-- The run is shown with its latest names.
UPDATE /* TEMPLATE: prefix */run SET identity = json_patch(identity, ?2) WHERE id = ?1

-- name: add_run_identity
-- It is found by the former ones as well.
INSERT INTO /* TEMPLATE: prefix */run_identity (name, value, started_at, run_id)
SELECT substr(e.key, 1, 100), substr(e.value, 1, 400), r.started_at, r.id
FROM /* TEMPLATE: prefix */run AS r, json_each(?2) AS e WHERE r.id = ?1
ON CONFLICT DO NOTHING

-- name: finish_run
UPDATE /* TEMPLATE: prefix */run SET ended_at = coalesce(?1, /* TEMPLATE: clock */), exit_status = ?3, succeeded = ?4, failed = ?5
WHERE id = ?2

-- name: fragment run_columns
r.id, j.name, w.name, r.host, r.boot_id, r.pid, r.user_name, r.command, r.identity, r.version, r.started_at, r.ended_at,
r.exit_status, r.succeeded, r.failed

-- name: find_run
SELECT /* TEMPLATE: run_columns */ FROM /* TEMPLATE: prefix */run AS r
JOIN /* TEMPLATE: prefix */job AS j ON j.id = r.job_id JOIN /* TEMPLATE: prefix */window AS w ON w.id = r.window_id
WHERE r.id = ?1

-- name: list_runs
-- The newest runs first.
SELECT /* TEMPLATE: run_columns */ FROM /* TEMPLATE: prefix */run AS r
JOIN /* TEMPLATE: prefix */job AS j ON j.id = r.job_id JOIN /* TEMPLATE: prefix */window AS w ON w.id = r.window_id
ORDER BY r.started_at DESC, r.id LIMIT ?1

-- name: list_runs_of_job
SELECT /* TEMPLATE: run_columns */ FROM /* TEMPLATE: prefix */run AS r
JOIN /* TEMPLATE: prefix */job AS j ON j.id = r.job_id JOIN /* TEMPLATE: prefix */window AS w ON w.id = r.window_id
WHERE r.job_id = ?2
ORDER BY r.started_at DESC, r.id LIMIT ?1

-- name: list_runs_of_identity
-- Those that carry, or carried, every name of the object ?5; one of these, with its value, is ?2 and ?3.
SELECT /* TEMPLATE: run_columns */ FROM /* TEMPLATE: prefix */run_identity AS i JOIN /* TEMPLATE: prefix */run AS r ON r.id = i.run_id
JOIN /* TEMPLATE: prefix */job AS j ON j.id = r.job_id JOIN /* TEMPLATE: prefix */window AS w ON w.id = r.window_id
WHERE i.name = substr(?2, 1, 100) AND i.value = substr(?3, 1, 400) AND (?4 IS NULL OR r.job_id = ?4)
AND NOT EXISTS (SELECT 1 FROM json_each(?5) AS wanted WHERE NOT EXISTS (
  SELECT 1 FROM json_each(r.identity) AS own WHERE own.key = wanted.key AND own.value = wanted.value) AND NOT EXISTS (
  SELECT 1 FROM /* TEMPLATE: prefix */run_identity AS former WHERE former.name = wanted.key AND former.value = wanted.value
  AND former.started_at = r.started_at AND former.run_id = r.id))
ORDER BY i.started_at DESC, i.run_id LIMIT ?1

-- name: attempts_until
-- The last of the ?2 attempts behind one, where there is one among them that is old enough.
SELECT CASE WHEN min(ended_at) < ?3 THEN max(id) END FROM (
  SELECT id, ended_at FROM /* TEMPLATE: prefix */attempt WHERE id > ?1 ORDER BY id LIMIT ?2) AS stretch

-- name: prunable_attempts
-- Those of batches that ended before ?2 for good.
SELECT a.id, b.id, j.name, w.name, v.definition ->> '$.key_type', b.first_key, b.last_key,
  a.attempt, a.run_id, a.started_at, a.ended_at, a.outcome,
  a.exit_code, a.signal, a.message, a.outputs
FROM /* TEMPLATE: batch_tables */ JOIN /* TEMPLATE: prefix */attempt AS a ON a.batch_id = b.id
WHERE a.id > ?3 AND a.id <= ?4 AND (?1 IS NULL OR w.job_id = ?1)
  AND b.status IN ('succeeded', 'failed', 'cancelled') AND b.available_at IS NULL AND b.released_at < ?2
ORDER BY a.id

-- name: delete_attempts
-- By number, so that exactly those go that were archived. A JSON array, for both databases know it.
DELETE FROM /* TEMPLATE: prefix */attempt WHERE id IN (SELECT value FROM json_each(?1))

-- name: runs_until
-- The same for runs, in the order of their start.
SELECT started_at, id FROM (
  SELECT started_at, id FROM /* TEMPLATE: prefix */run
  WHERE started_at >= ?1 AND (started_at, id) > (?1, ?2) AND started_at < ?4
  ORDER BY started_at, id LIMIT ?3) AS stretch
ORDER BY started_at DESC, id DESC LIMIT 1

-- name: prunable_runs
-- Those that ended before ?2 and that no attempt and no batch names. A batch is looked for by its time, with a minute for
-- clocks that were set, because an index by run would cost every acquire. Order and limits
-- are for PostgreSQL's planner.
SELECT /* TEMPLATE: run_columns */ FROM /* TEMPLATE: prefix */run AS r
JOIN /* TEMPLATE: prefix */job AS j ON j.id = r.job_id JOIN /* TEMPLATE: prefix */window AS w ON w.id = r.window_id
WHERE r.started_at >= ?3 AND r.started_at <= ?5
  AND (r.started_at, r.id) > (?3, ?4) AND (r.started_at, r.id) <= (?5, ?6)
  AND (?1 IS NULL OR r.job_id = ?1) AND r.ended_at < ?2
  AND (SELECT 1 FROM /* TEMPLATE: prefix */attempt AS a WHERE a.run_id = r.id AND a.run_id <> '' LIMIT 1) IS NULL
  AND (SELECT 1 FROM /* TEMPLATE: prefix */batch AS c
    WHERE c.window_id = r.window_id AND c.acquired_at >= r.started_at - 60000 AND c.acquired_at <= r.ended_at + 60000 AND c.run_id = r.id
    ORDER BY c.acquired_at LIMIT 1) IS NULL
ORDER BY r.started_at, r.id

-- name: delete_runs
DELETE FROM /* TEMPLATE: prefix */run WHERE id IN (SELECT value FROM json_each(?1))
