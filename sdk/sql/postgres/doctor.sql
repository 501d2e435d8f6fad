-- What `doctor` asks (diagnose.hpp).

-- name: settings
-- The clock stands last: it is read when the rest is known.
SELECT current_setting('server_version'), current_setting('server_version_num')::bigint, current_setting('fsync'), current_setting('full_page_writes'),
  current_setting('synchronous_commit'), pg_is_in_recovery()::integer, (SELECT count(*) FROM pg_stat_replication),
  current_setting('synchronous_standby_names'), (extract(epoch FROM clock_timestamp()) * 1000)::bigint
