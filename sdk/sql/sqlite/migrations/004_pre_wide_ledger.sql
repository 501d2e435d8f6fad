-- Questions of a ledger of ten million batches. What was taken last: batches --since.
CREATE INDEX /* TEMPLATE: prefix */batch_acquired ON /* TEMPLATE: prefix */batch (window_id, acquired_at);
-- The newest runs of all jobs.
CREATE INDEX /* TEMPLATE: prefix */run_started ON /* TEMPLATE: prefix */run (started_at);
