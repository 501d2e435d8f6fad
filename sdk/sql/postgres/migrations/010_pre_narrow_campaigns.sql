-- What narrows a campaign beyond its bounds, and from which of them it hands out first.
ALTER TABLE /* TEMPLATE: prefix */window ADD COLUMN filter text NOT NULL DEFAULT '';
ALTER TABLE /* TEMPLATE: prefix */window ADD COLUMN only_missing boolean NOT NULL DEFAULT false;
ALTER TABLE /* TEMPLATE: prefix */window ADD COLUMN missing_version integer;
ALTER TABLE /* TEMPLATE: prefix */window ADD COLUMN newest_first boolean NOT NULL DEFAULT false;
