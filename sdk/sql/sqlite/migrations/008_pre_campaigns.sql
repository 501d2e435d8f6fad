-- Assets that left a batch because an attempt was done with them although the batch as a whole was not.
ALTER TABLE /* TEMPLATE: prefix */batch ADD COLUMN done_count INTEGER NOT NULL DEFAULT 0;
