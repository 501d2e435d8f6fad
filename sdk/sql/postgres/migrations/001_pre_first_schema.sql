-- The first schema. Keys are order-preserving bytes (key.hpp);
-- definition, outputs, command and identity are JSON.
CREATE TABLE /* TEMPLATE: prefix */job (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  paused boolean NOT NULL DEFAULT false,
  version_id bigint,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE TABLE /* TEMPLATE: prefix */job_version (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id bigint NOT NULL REFERENCES /* TEMPLATE: prefix */job (id) ON DELETE CASCADE,
  number integer NOT NULL,
  definition jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  UNIQUE (job_id, number)
);
CREATE TABLE /* TEMPLATE: prefix */window (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id bigint NOT NULL REFERENCES /* TEMPLATE: prefix */job (id) ON DELETE CASCADE,
  name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('incremental', 'campaign')),
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'cancelled')),
  state_reason text NOT NULL DEFAULT '',
  lower_key bytea,
  upper_key bytea,
  frontier bytea,
  generation integer NOT NULL DEFAULT 0,
  max_count bigint,
  max_weight double precision,
  created_at timestamptz NOT NULL,
  UNIQUE (job_id, name)
);
CREATE TABLE /* TEMPLATE: prefix */batch (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  window_id bigint NOT NULL REFERENCES /* TEMPLATE: prefix */window (id) ON DELETE CASCADE,
  version_id bigint NOT NULL REFERENCES /* TEMPLATE: prefix */job_version (id),
  generation integer NOT NULL,
  parent_id bigint REFERENCES /* TEMPLATE: prefix */batch (id),
  kind text NOT NULL DEFAULT 'range' CHECK (kind IN ('range', 'items')),
  first_key bytea NOT NULL,
  last_key bytea NOT NULL,
  count bigint NOT NULL,
  weight double precision NOT NULL,
  digest bigint NOT NULL,
  status text NOT NULL CHECK (status IN ('planned', 'processing', 'succeeded', 'failed', 'cancelled')),
  exhausted boolean NOT NULL DEFAULT false,
  skipped boolean NOT NULL DEFAULT false,
  superseded_from bytea,
  attempt integer NOT NULL DEFAULT 0,
  max_attempts integer NOT NULL,
  available_at timestamptz,
  lease_ms bigint NOT NULL DEFAULT 0,
  token text NOT NULL DEFAULT '',
  run_id text NOT NULL DEFAULT '',
  acquired_at timestamptz,
  released_at timestamptz,
  exit_code integer,
  message text NOT NULL DEFAULT '',
  outputs jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  keys bytea NOT NULL
);
-- What acquire looks through: few rows, whatever the size of the ledger.
CREATE INDEX batch_open ON /* TEMPLATE: prefix */batch (window_id, first_key) WHERE available_at IS NOT NULL;
CREATE INDEX batch_unsuccessful ON /* TEMPLATE: prefix */batch (window_id, status) WHERE status IN ('failed', 'cancelled');
-- Which batch holds a key: the ranges of one generation do not overlap, but for the halves of a split one.
CREATE INDEX batch_range ON /* TEMPLATE: prefix */batch (window_id, generation, first_key) WHERE parent_id IS NULL AND kind = 'range';
CREATE INDEX batch_parent ON /* TEMPLATE: prefix */batch (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX batch_items ON /* TEMPLATE: prefix */batch (window_id, first_key) WHERE kind = 'items';
-- All parts of a batch's packed key set (key_set.hpp) but the last, which stands in the batch's own row.
CREATE TABLE /* TEMPLATE: prefix */batch_keys (
  batch_id bigint NOT NULL REFERENCES /* TEMPLATE: prefix */batch (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  part integer NOT NULL,
  keys bytea NOT NULL,
  PRIMARY KEY (batch_id, part)
);
-- Attempts that have ended; the one that is running stands in the batch's own row.
CREATE TABLE /* TEMPLATE: prefix */attempt (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  batch_id bigint NOT NULL REFERENCES /* TEMPLATE: prefix */batch (id) ON DELETE CASCADE,
  attempt integer NOT NULL,
  run_id text NOT NULL DEFAULT '',
  started_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL,
  outcome text NOT NULL,
  exit_code integer,
  signal integer,
  message text NOT NULL DEFAULT '',
  outputs jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX attempt_batch ON /* TEMPLATE: prefix */attempt (batch_id);
CREATE INDEX attempt_run ON /* TEMPLATE: prefix */attempt (run_id) WHERE run_id <> '';
CREATE TABLE /* TEMPLATE: prefix */run (
  id text PRIMARY KEY,
  job_id bigint NOT NULL REFERENCES /* TEMPLATE: prefix */job (id) ON DELETE CASCADE,
  window_id bigint NOT NULL REFERENCES /* TEMPLATE: prefix */window (id) ON DELETE CASCADE,
  host text NOT NULL,
  boot_id text NOT NULL,
  pid bigint NOT NULL,
  user_name text NOT NULL,
  command jsonb NOT NULL,
  identity jsonb NOT NULL,
  version text NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  exit_status integer,
  succeeded bigint NOT NULL DEFAULT 0,
  failed bigint NOT NULL DEFAULT 0
);
CREATE INDEX run_job ON /* TEMPLATE: prefix */run (job_id, started_at);
-- Packed key sets do not compress a second time.
ALTER TABLE /* TEMPLATE: prefix */batch ALTER COLUMN keys SET STORAGE EXTERNAL;
ALTER TABLE /* TEMPLATE: prefix */batch_keys ALTER COLUMN keys SET STORAGE EXTERNAL;
