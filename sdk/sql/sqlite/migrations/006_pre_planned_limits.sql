-- The limits that whoever takes a range that was planned ahead must have asked for.
ALTER TABLE /* TEMPLATE: prefix */batch ADD COLUMN planned_for TEXT;
