-- Questions of a ledger of ten million batches. What was taken last: batches --since.
CREATE INDEX /* TEMPLATE: prefix */batch_acquired ON /* TEMPLATE: prefix */batch (window_id, acquired_at);
-- The newest runs of all jobs.
CREATE INDEX /* TEMPLATE: prefix */run_started ON /* TEMPLATE: prefix */run (started_at);
-- A backlog's exhausted and cancelled batches, without a look at each row.
CREATE INDEX /* TEMPLATE: prefix */batch_unclosed
  ON /* TEMPLATE: prefix */batch (window_id, first_key, last_key, status, exhausted, count, weight, available_at, superseded_from)
  WHERE status IN ('failed', 'cancelled') AND available_at IS NULL AND superseded_from IS NULL;
