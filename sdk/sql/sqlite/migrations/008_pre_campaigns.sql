-- Assets that left a batch because an attempt was done with them although the batch as a whole was not.
ALTER TABLE /* TEMPLATE: prefix */batch ADD COLUMN done_count INTEGER NOT NULL DEFAULT 0;
-- How many assets of a campaign may fail for good before it is paused, and how that was asked for.
ALTER TABLE /* TEMPLATE: prefix */window ADD COLUMN halt_count INTEGER;
ALTER TABLE /* TEMPLATE: prefix */window ADD COLUMN halt_after TEXT NOT NULL DEFAULT '';
