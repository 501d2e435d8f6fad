-- When the oldest asset that waits for more was first seen, and which that is (--min-count).
ALTER TABLE /* TEMPLATE: prefix */window ADD COLUMN waiting_key BLOB;
ALTER TABLE /* TEMPLATE: prefix */window ADD COLUMN waiting_since INTEGER;
-- How many of a campaign's batches may be processed at once.
ALTER TABLE /* TEMPLATE: prefix */window ADD COLUMN max_in_flight INTEGER;
-- What was learned of how long a window's batches take, as JSON, and why a batch is as large as it is.
ALTER TABLE /* TEMPLATE: prefix */window ADD COLUMN learned TEXT NOT NULL DEFAULT '';
ALTER TABLE /* TEMPLATE: prefix */batch ADD COLUMN size_reason TEXT NOT NULL DEFAULT '';
