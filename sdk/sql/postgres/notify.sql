-- What `db notify` prints (news.hpp). Placeholders: table, function (quoted), told (a function's body as a literal).

-- name: body
BEGIN PERFORM pg_notify('tranche_assets_' || TG_RELID, ''); RETURN NULL; END

-- name: trigger
CREATE OR REPLACE FUNCTION /* TEMPLATE: function */() RETURNS trigger LANGUAGE plpgsql AS /* TEMPLATE: told */;
DROP TRIGGER IF EXISTS tranche_notify ON /* TEMPLATE: table */;
-- PostgreSQL lets transactions that notify commit one after the other, and prepares none of them (PREPARE TRANSACTION).
CREATE TRIGGER tranche_notify AFTER INSERT ON /* TEMPLATE: table */ FOR EACH STATEMENT EXECUTE FUNCTION /* TEMPLATE: function */()
