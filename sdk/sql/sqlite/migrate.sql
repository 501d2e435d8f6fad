-- Statements around migrations (sql/migrate.hpp).

-- name: migration_table
-- Whether the inventory exists.
SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '/* TEMPLATE: prefix */migration')

-- name: create_migration_table
CREATE TABLE IF NOT EXISTS /* TEMPLATE: prefix */migration (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL)

-- name: schema_version
SELECT coalesce(max(version), 0) FROM /* TEMPLATE: prefix */migration

-- name: insert_migration
INSERT INTO /* TEMPLATE: prefix */migration (version, name, applied_at)
VALUES (?1, ?2, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER))
