-- Statements around migrations (sql/migrate.hpp).

-- name: migration_table
-- Whether the inventory exists. The name travels as a parameter here: to_regclass would need it quoted.
SELECT EXISTS (SELECT 1 FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = '/* TEMPLATE: schema */' AND c.relname = 'migration')

-- name: create_migration_table
-- One migrator at a time: the lock is held to the end of the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('tranche.migrate./* TEMPLATE: schema */', 0));
CREATE SCHEMA IF NOT EXISTS "/* TEMPLATE: schema */";
CREATE TABLE IF NOT EXISTS /* TEMPLATE: prefix */migration (version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL)

-- name: schema_version
SELECT coalesce(max(version), 0) FROM /* TEMPLATE: prefix */migration

-- name: insert_migration
INSERT INTO /* TEMPLATE: prefix */migration (version, name, applied_at) VALUES ($1::integer, $2, clock_timestamp())
