-- What narrows a campaign beyond its bounds, and from which of them it hands out first.
ALTER TABLE /* TEMPLATE: prefix */window ADD COLUMN filter TEXT NOT NULL DEFAULT '';
ALTER TABLE /* TEMPLATE: prefix */window ADD COLUMN only_missing INTEGER NOT NULL DEFAULT 0;
ALTER TABLE /* TEMPLATE: prefix */window ADD COLUMN missing_version INTEGER;
ALTER TABLE /* TEMPLATE: prefix */window ADD COLUMN newest_first INTEGER NOT NULL DEFAULT 0;
