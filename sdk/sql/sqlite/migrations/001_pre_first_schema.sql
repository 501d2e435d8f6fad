-- The first schema. Times are milliseconds since 1970, UTC; keys are order-preserving bytes (key.hpp);
-- definition, outputs, command and identity are JSON.
CREATE TABLE /* TEMPLATE: prefix */job (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  paused INTEGER NOT NULL DEFAULT 0,
  version_id INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);
CREATE TABLE /* TEMPLATE: prefix */job_version (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id INTEGER NOT NULL REFERENCES /* TEMPLATE: prefix */job (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  definition TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (job_id, number)
);
CREATE TABLE /* TEMPLATE: prefix */window (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id INTEGER NOT NULL REFERENCES /* TEMPLATE: prefix */job (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('incremental', 'campaign')),
  state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'cancelled')),
  state_reason TEXT NOT NULL DEFAULT '',
  lower_key BLOB,
  upper_key BLOB,
  frontier BLOB,
  generation INTEGER NOT NULL DEFAULT 0,
  max_count INTEGER,
  max_weight REAL,
  created_at INTEGER NOT NULL,
  UNIQUE (job_id, name)
);
CREATE TABLE /* TEMPLATE: prefix */batch (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  window_id INTEGER NOT NULL REFERENCES /* TEMPLATE: prefix */window (id) ON DELETE CASCADE,
  version_id INTEGER NOT NULL REFERENCES /* TEMPLATE: prefix */job_version (id),
  generation INTEGER NOT NULL,
  parent_id INTEGER REFERENCES /* TEMPLATE: prefix */batch (id),
  kind TEXT NOT NULL DEFAULT 'range' CHECK (kind IN ('range', 'items')),
  first_key BLOB NOT NULL,
  last_key BLOB NOT NULL,
  count INTEGER NOT NULL,
  weight REAL NOT NULL,
  digest INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('planned', 'processing', 'succeeded', 'failed', 'cancelled')),
  exhausted INTEGER NOT NULL DEFAULT 0,
  skipped INTEGER NOT NULL DEFAULT 0,
  superseded_from BLOB,
  attempt INTEGER NOT NULL DEFAULT 0,
  max_attempts INTEGER NOT NULL,
  available_at INTEGER,
  lease_ms INTEGER NOT NULL DEFAULT 0,
  token TEXT NOT NULL DEFAULT '',
  run_id TEXT NOT NULL DEFAULT '',
  acquired_at INTEGER,
  released_at INTEGER,
  exit_code INTEGER,
  message TEXT NOT NULL DEFAULT '',
  outputs TEXT NOT NULL DEFAULT '{}',
  created_at INTEGER NOT NULL,
  keys BLOB NOT NULL
);
-- What acquire looks through: few rows, whatever the size of the ledger.
CREATE INDEX /* TEMPLATE: prefix */batch_open ON /* TEMPLATE: prefix */batch (window_id, first_key) WHERE available_at IS NOT NULL;
CREATE INDEX /* TEMPLATE: prefix */batch_unsuccessful ON /* TEMPLATE: prefix */batch (window_id, status) WHERE status IN ('failed', 'cancelled');
-- Which batch holds a key: the ranges of one generation do not overlap, but for the halves of a split one.
CREATE INDEX /* TEMPLATE: prefix */batch_range ON /* TEMPLATE: prefix */batch (window_id, generation, first_key) WHERE parent_id IS NULL AND kind = 'range';
CREATE INDEX /* TEMPLATE: prefix */batch_parent ON /* TEMPLATE: prefix */batch (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX /* TEMPLATE: prefix */batch_items ON /* TEMPLATE: prefix */batch (window_id, first_key) WHERE kind = 'items';
-- All parts of a batch's packed key set (key_set.hpp) but the last, which stands in the batch's own row.
CREATE TABLE /* TEMPLATE: prefix */batch_keys (
  batch_id INTEGER NOT NULL REFERENCES /* TEMPLATE: prefix */batch (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  part INTEGER NOT NULL,
  keys BLOB NOT NULL,
  PRIMARY KEY (batch_id, part)
) WITHOUT ROWID;
-- Attempts that have ended; the one that is running stands in the batch's own row.
CREATE TABLE /* TEMPLATE: prefix */attempt (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  batch_id INTEGER NOT NULL REFERENCES /* TEMPLATE: prefix */batch (id) ON DELETE CASCADE,
  attempt INTEGER NOT NULL,
  run_id TEXT NOT NULL DEFAULT '',
  started_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  exit_code INTEGER,
  signal INTEGER,
  message TEXT NOT NULL DEFAULT '',
  outputs TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX /* TEMPLATE: prefix */attempt_batch ON /* TEMPLATE: prefix */attempt (batch_id);
CREATE INDEX /* TEMPLATE: prefix */attempt_run ON /* TEMPLATE: prefix */attempt (run_id) WHERE run_id <> '';
CREATE TABLE /* TEMPLATE: prefix */run (
  id TEXT PRIMARY KEY,
  job_id INTEGER NOT NULL REFERENCES /* TEMPLATE: prefix */job (id) ON DELETE CASCADE,
  window_id INTEGER NOT NULL REFERENCES /* TEMPLATE: prefix */window (id) ON DELETE CASCADE,
  host TEXT NOT NULL,
  boot_id TEXT NOT NULL,
  pid INTEGER NOT NULL,
  user_name TEXT NOT NULL,
  command TEXT NOT NULL,
  identity TEXT NOT NULL,
  version TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  exit_status INTEGER,
  succeeded INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX /* TEMPLATE: prefix */run_job ON /* TEMPLATE: prefix */run (job_id, started_at);
