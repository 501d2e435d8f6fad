-- The limits that whoever takes a range that was planned ahead must have asked for.
ALTER TABLE /* TEMPLATE: prefix */batch ADD COLUMN planned_for text;
-- What failed or was given back and can be taken before such a range: seldom any.
CREATE INDEX batch_retryable ON /* TEMPLATE: prefix */batch (window_id, available_at)
WHERE available_at IS NOT NULL AND planned_after IS NULL AND status <> 'processing';
