-- What `doctor` asks (diagnose.hpp).

-- name: settings
SELECT sqlite_version(), journal_mode FROM pragma_journal_mode
