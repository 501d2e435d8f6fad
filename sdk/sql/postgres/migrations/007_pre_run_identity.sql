-- What orchestrators call their runs, to find runs by it, newest first. Long values stand here by their beginning.
CREATE TABLE /* TEMPLATE: prefix */run_identity (
  name text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,
  started_at timestamptz NOT NULL,
  run_id text NOT NULL REFERENCES /* TEMPLATE: prefix */run (id) ON DELETE CASCADE,
  PRIMARY KEY (name, value, started_at, run_id)
);
-- For runs that are deleted.
CREATE INDEX run_identity_run ON /* TEMPLATE: prefix */run_identity (run_id);
INSERT INTO /* TEMPLATE: prefix */run_identity (name, value, started_at, run_id)
SELECT substr(e.key, 1, 100), substr(e.value, 1, 400), r.started_at, r.id
FROM /* TEMPLATE: prefix */run AS r, jsonb_each_text(r.identity) AS e;
