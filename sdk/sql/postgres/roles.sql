-- What `db roles` prints (roles.hpp). Placeholders: schema and role (quoted), role_text (a literal), body (a literal), table
-- and table_schema (quoted).

-- name: create_role
DO /* TEMPLATE: body */

-- name: create_role_body
BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = /* TEMPLATE: role_text */) THEN CREATE ROLE /* TEMPLATE: role */ NOLOGIN; END IF; END

-- name: operate
GRANT USAGE ON SCHEMA /* TEMPLATE: schema */ TO /* TEMPLATE: role */;
-- To see names of sessions that assets wait for, not only processes: GRANT pg_read_all_stats TO /* TEMPLATE: role */
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA /* TEMPLATE: schema */ TO /* TEMPLATE: role */;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA /* TEMPLATE: schema */ TO /* TEMPLATE: role */;
-- Migrations stay with the owner of the schema; so does what a later one adds, until you run this again.
REVOKE INSERT, UPDATE, DELETE ON /* TEMPLATE: schema */.migration FROM /* TEMPLATE: role */

-- name: look
GRANT USAGE ON SCHEMA /* TEMPLATE: schema */ TO /* TEMPLATE: role */;
-- To see names of sessions that assets wait for, not only processes: GRANT pg_read_all_stats TO /* TEMPLATE: role */
GRANT SELECT ON ALL TABLES IN SCHEMA /* TEMPLATE: schema */ TO /* TEMPLATE: role */

-- name: read_source_schema
GRANT USAGE ON SCHEMA /* TEMPLATE: table_schema */ TO /* TEMPLATE: role */

-- name: read_source
GRANT SELECT ON /* TEMPLATE: table */ TO /* TEMPLATE: role */
