-- What orchestrators call their runs, to find runs by it, newest first. Long values stand here by their beginning.
CREATE TABLE /* TEMPLATE: prefix */run_identity (
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  run_id TEXT NOT NULL REFERENCES /* TEMPLATE: prefix */run (id) ON DELETE CASCADE,
  PRIMARY KEY (name, value, started_at, run_id)
) WITHOUT ROWID;
-- For runs that are deleted.
CREATE INDEX /* TEMPLATE: prefix */run_identity_run ON /* TEMPLATE: prefix */run_identity (run_id);
INSERT INTO /* TEMPLATE: prefix */run_identity (name, value, started_at, run_id)
SELECT substr(e.key, 1, 100), substr(e.value, 1, 400), r.started_at, r.id
FROM /* TEMPLATE: prefix */run AS r, json_each(r.identity) AS e;
