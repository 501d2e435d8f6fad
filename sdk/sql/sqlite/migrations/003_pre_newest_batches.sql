-- The newest batches of a window. Inventories made by some builds between versions have it already.
CREATE INDEX IF NOT EXISTS /* TEMPLATE: prefix */batch_newest ON /* TEMPLATE: prefix */batch (window_id, id);
