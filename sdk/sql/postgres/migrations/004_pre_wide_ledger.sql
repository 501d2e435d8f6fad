-- Questions of a ledger of ten million batches. What was taken last: batches --since.
CREATE INDEX batch_acquired ON /* TEMPLATE: prefix */batch (window_id, acquired_at);
-- The newest runs of all jobs.
CREATE INDEX run_started ON /* TEMPLATE: prefix */run (started_at);
-- The newest failed or cancelled batches.
DROP INDEX /* TEMPLATE: prefix */batch_unsuccessful;
CREATE INDEX batch_unsuccessful ON /* TEMPLATE: prefix */batch (window_id, status, id) WHERE status IN ('failed', 'cancelled');
-- A backlog's exhausted and cancelled batches, without a look at each row.
CREATE INDEX batch_unclosed ON /* TEMPLATE: prefix */batch (window_id, first_key) INCLUDE (status, exhausted, count, weight)
  WHERE status IN ('failed', 'cancelled') AND available_at IS NULL AND superseded_from IS NULL;
CREATE INDEX batch_unclosed_end ON /* TEMPLATE: prefix */batch (window_id, last_key)
  WHERE status IN ('failed', 'cancelled') AND available_at IS NULL AND superseded_from IS NULL;
