-- Ranges that are cut for whoever comes next: the window's frontier before each (none: no bytes), NULL once somebody has held
-- it. The window tells how many whoever cut last left, and when.
ALTER TABLE /* TEMPLATE: prefix */batch ADD COLUMN planned_after bytea;
ALTER TABLE /* TEMPLATE: prefix */window ADD COLUMN planned_ahead integer NOT NULL DEFAULT 0;
ALTER TABLE /* TEMPLATE: prefix */window ADD COLUMN planned_at timestamptz;
