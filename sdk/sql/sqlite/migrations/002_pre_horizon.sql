-- What is known of writers that have not ended, by job (horizon/points.hpp). A row of its own, because it is locked apart from
-- the job.
CREATE TABLE /* TEMPLATE: prefix */horizon (
  job_id INTEGER PRIMARY KEY REFERENCES /* TEMPLATE: prefix */job (id) ON DELETE CASCADE,
  points TEXT NOT NULL DEFAULT ''
);
INSERT INTO /* TEMPLATE: prefix */horizon (job_id) SELECT id FROM /* TEMPLATE: prefix */job;
