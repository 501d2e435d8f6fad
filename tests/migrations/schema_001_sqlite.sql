-- An inventory as the program made it that had schema version 1 only: jobs in two versions, campaigns, batches in
-- every state, key sets in parts, attempts, runs. Evidence, never edited: tests/cli/migration_test.py brings it up.
CREATE TABLE tranche_attempt (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  batch_id INTEGER NOT NULL REFERENCES tranche_batch (id) ON DELETE CASCADE,
  attempt INTEGER NOT NULL,
  run_id TEXT NOT NULL DEFAULT '',
  started_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  exit_code INTEGER,
  signal INTEGER,
  message TEXT NOT NULL DEFAULT '',
  outputs TEXT NOT NULL DEFAULT '{}'
);
INSERT INTO "tranche_attempt" VALUES(1,1,1,'26e1b91c-9738-4f34-b8b4-03f9cc596b81',1795247408252,1795247408280,'succeeded',0,NULL,'','{"rows":"12"}');
INSERT INTO "tranche_attempt" VALUES(2,2,1,'223cb6ae-0787-41b1-baa8-000337d50556',1795247408376,1795247408407,'skipped',3,NULL,'failed with exit status 3','{}');
INSERT INTO "tranche_attempt" VALUES(3,3,1,'43705d2b-1541-4126-be0e-29d065bd1470',1795247408547,1795247408570,'split',4,NULL,'failed with exit status 4','{}');
INSERT INTO "tranche_attempt" VALUES(4,4,1,'5236409a-26d0-496f-9b97-9e460902dc08',1795247408681,1795247408706,'succeeded',0,NULL,'','{}');
INSERT INTO "tranche_attempt" VALUES(5,5,1,'0539419e-c4be-4299-b6f7-248ae76fbc6b',1795247408780,1795247408794,'failed',1,NULL,'broken','{}');
INSERT INTO "tranche_attempt" VALUES(6,6,1,'b313fba0-b982-4c92-b051-403839969d6e',1795247408873,1795247408886,'failed',9,NULL,'failed with exit status 9','{}');
INSERT INTO "tranche_attempt" VALUES(7,7,1,'2b5e5b0e-dd69-4e17-9470-4477cd50f115',1795247408955,1795247409017,'cancelled',NULL,NULL,'cancelled by an operator','{}');
INSERT INTO "tranche_attempt" VALUES(8,10,1,'aab4ed01-eac3-48b8-a90a-4af4e6dd275d',1795247409212,1795247409265,'returned',NULL,NULL,'not today','{}');
INSERT INTO "tranche_attempt" VALUES(9,11,1,'b0b4879e-3206-4c3f-9451-3d8a7e86b615',1795247409465,1795247409486,'succeeded',0,NULL,'','{}');
INSERT INTO "tranche_attempt" VALUES(10,13,1,'4b9ae22e-ed5b-466a-8a8c-6c35fe8ccf74',1795247409900,1795247409916,'succeeded',0,NULL,'','{}');
INSERT INTO "tranche_attempt" VALUES(11,14,1,'4b9ae22e-ed5b-466a-8a8c-6c35fe8ccf74',1795247409919,1795247409926,'succeeded',0,NULL,'','{}');
INSERT INTO "tranche_attempt" VALUES(12,15,1,'4b9ae22e-ed5b-466a-8a8c-6c35fe8ccf74',1795247409929,1795247409942,'succeeded',0,NULL,'','{}');
INSERT INTO "tranche_attempt" VALUES(13,16,1,'141546b0-a83e-429e-99ed-fad10f309834',1795247410117,1795247410142,'succeeded',0,NULL,'','{}');
INSERT INTO "tranche_attempt" VALUES(14,17,1,'f88b75ca-0a9e-491d-b93d-f1dd754e122b',1795247410577,1795247410606,'succeeded',0,NULL,'','{}');
CREATE TABLE tranche_batch (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  window_id INTEGER NOT NULL REFERENCES tranche_window (id) ON DELETE CASCADE,
  version_id INTEGER NOT NULL REFERENCES tranche_job_version (id),
  generation INTEGER NOT NULL,
  parent_id INTEGER REFERENCES tranche_batch (id),
  kind TEXT NOT NULL DEFAULT 'range' CHECK (kind IN ('range', 'items')),
  first_key BLOB NOT NULL,
  last_key BLOB NOT NULL,
  count INTEGER NOT NULL,
  weight REAL NOT NULL,
  digest INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('planned', 'processing', 'succeeded', 'failed', 'cancelled')),
  exhausted INTEGER NOT NULL DEFAULT 0,
  skipped INTEGER NOT NULL DEFAULT 0,
  superseded_from BLOB,
  attempt INTEGER NOT NULL DEFAULT 0,
  max_attempts INTEGER NOT NULL,
  available_at INTEGER,
  lease_ms INTEGER NOT NULL DEFAULT 0,
  token TEXT NOT NULL DEFAULT '',
  run_id TEXT NOT NULL DEFAULT '',
  acquired_at INTEGER,
  released_at INTEGER,
  exit_code INTEGER,
  message TEXT NOT NULL DEFAULT '',
  outputs TEXT NOT NULL DEFAULT '{}',
  created_at INTEGER NOT NULL,
  keys BLOB NOT NULL
);
INSERT INTO "tranche_batch" VALUES(1,1,1,0,NULL,'range',X'8000000000000001',X'8000000000000004',4,100.0,2463242187957548862,'succeeded',0,0,NULL,1,2,NULL,600000,'968b01b2d2e254a88fa089dad592bf2c','26e1b91c-9738-4f34-b8b4-03f9cc596b81',1795247408252,1795247408280,0,'','{"rows":"12"}',1795247408252,X'6E3002010101');
INSERT INTO "tranche_batch" VALUES(2,1,1,0,NULL,'range',X'8000000000000005',X'8000000000000008',4,260.0,-1587105796698401521,'succeeded',0,1,NULL,1,2,NULL,600000,'985910236ae873097ee1dc262735e2a2','223cb6ae-0787-41b1-baa8-000337d50556',1795247408376,1795247408407,3,'failed with exit status 3','{}',1795247408376,X'6E300A010101');
INSERT INTO "tranche_batch" VALUES(3,1,1,0,NULL,'range',X'8000000000000009',X'800000000000000C',4,420.0,-5807987975161424867,'cancelled',0,0,X'8000000000000009',1,2,NULL,600000,'fccb220a1432ea74d1010d549f4f3e38','43705d2b-1541-4126-be0e-29d065bd1470',1795247408547,1795247408570,4,'failed with exit status 4','{}',1795247408547,X'6E3012010101');
INSERT INTO "tranche_batch" VALUES(4,1,1,0,3,'range',X'8000000000000009',X'800000000000000A',2,190.0,3230001695536400475,'succeeded',0,0,NULL,1,2,NULL,600000,'6aaaaad61b3fbbb657653d69c9d0af8b','5236409a-26d0-496f-9b97-9e460902dc08',1795247408681,1795247408706,0,'','{}',1795247408570,X'6E301201');
INSERT INTO "tranche_batch" VALUES(5,1,1,0,3,'range',X'800000000000000B',X'800000000000000C',2,230.0,-9037989670697825342,'failed',0,0,NULL,1,2,1795247438794,600000,'4b45307e0a03481c3272428bb80dfbe6','0539419e-c4be-4299-b6f7-248ae76fbc6b',1795247408780,1795247408794,1,'broken','{}',1795247408572,X'6E301601');
INSERT INTO "tranche_batch" VALUES(6,1,1,0,NULL,'range',X'800000000000000D',X'8000000000000010',4,580.0,5488550492431675620,'failed',1,0,NULL,1,2,NULL,600000,'35c3f2ff0c922d12cd2edb98612ddcf0','b313fba0-b982-4c92-b051-403839969d6e',1795247408873,1795247408886,9,'failed with exit status 9','{}',1795247408873,X'6E301A010101');
INSERT INTO "tranche_batch" VALUES(7,1,1,0,NULL,'range',X'8000000000000011',X'8000000000000014',4,740.0,3164209396902846614,'cancelled',0,0,NULL,1,2,NULL,600000,'8ff7b2b9c7c0ea019b2ee52cc1304c32','2b5e5b0e-dd69-4e17-9470-4477cd50f115',1795247408955,1795247409018,NULL,'cancelled by an operator','{}',1795247408955,X'6E3022010101');
INSERT INTO "tranche_batch" VALUES(8,1,1,0,NULL,'range',X'8000000000000015',X'8000000000000018',4,900.0,7502116837951573170,'processing',0,0,NULL,1,2,1795247410073,1000,'b8615be35fa7037ada91cc54eb65b797','46f264ad-bf4a-4291-9da5-ef4545af980b',1795247409073,NULL,NULL,'','{}',1795247409073,X'6E302A010101');
INSERT INTO "tranche_batch" VALUES(9,1,1,0,NULL,'range',X'8000000000000019',X'800000000000001C',4,1060.0,1880058806287760029,'processing',0,0,NULL,1,2,7258118400000,600000,'1172d4fd77666f9bacee4498103449d0','738bf6d2-2a18-4d3e-8e00-92a91cf471d4',1795247409126,NULL,NULL,'','{}',1795247409126,X'6E3032010101');
INSERT INTO "tranche_batch" VALUES(10,1,1,0,NULL,'range',X'800000000000001D',X'8000000000000020',4,1220.0,5002938792678186737,'planned',0,0,NULL,0,2,1795247409265,600000,'a89a51afd746c78d1cd8a45ff5e8de32','aab4ed01-eac3-48b8-a90a-4af4e6dd275d',1795247409212,1795247409265,NULL,'not today','{}',1795247409212,X'6E303A010101');
INSERT INTO "tranche_batch" VALUES(11,2,2,0,NULL,'range',X'8000000000000001',X'8000000000000003',3,60.0,-5560457294424625563,'succeeded',0,0,NULL,1,2,NULL,600000,'cea7b3bc2f8f4e891abfe47b19140f1c','b0b4879e-3206-4c3f-9451-3d8a7e86b615',1795247409465,1795247409486,0,'','{}',1795247409465,X'6E30020101');
INSERT INTO "tranche_batch" VALUES(12,2,2,0,NULL,'range',X'8000000000000004',X'8000000000000006',3,150.0,-7104714256035668803,'processing',0,0,NULL,1,2,1795247410549,1000,'5db23cc795a0bab1b8ce5b3d69eac011','913f37fe-b622-4eeb-b3c6-6dc521ce0534',1795247409549,NULL,NULL,'','{}',1795247409549,X'6E30080101');
INSERT INTO "tranche_batch" VALUES(13,5,3,0,NULL,'range',X'8000000000000001',X'800000000000000A',10,550.0,4106138086795547816,'succeeded',0,0,NULL,1,3,NULL,300000,'099164fae08eab9b220329354ecdc732','4b9ae22e-ed5b-466a-8a8c-6c35fe8ccf74',1795247409900,1795247409916,0,'','{}',1795247409900,X'6E3002000109');
INSERT INTO "tranche_batch" VALUES(14,5,3,0,NULL,'range',X'800000000000000B',X'8000000000000014',10,1550.0,-385229781363303108,'succeeded',0,0,X'800000000000000F',1,3,NULL,300000,'2db646d1eb1de2ef6050ae35c42aae44','4b9ae22e-ed5b-466a-8a8c-6c35fe8ccf74',1795247409919,1795247409926,0,'','{}',1795247409919,X'6E3016000109');
INSERT INTO "tranche_batch" VALUES(15,5,3,0,NULL,'range',X'8000000000000015',X'800000000000001E',10,2550.0,6283612708141283332,'succeeded',0,0,X'8000000000000015',1,3,NULL,300000,'fc0cf63f3e72afa85fc7cfd01abc05d7','4b9ae22e-ed5b-466a-8a8c-6c35fe8ccf74',1795247409929,1795247409942,0,'','{}',1795247409929,X'6E302A000109');
INSERT INTO "tranche_batch" VALUES(16,5,3,1,NULL,'range',X'800000000000000F',X'8000000000000018',10,1950.0,6715158749009447082,'succeeded',0,0,NULL,1,3,NULL,300000,'7402ec1f6433bfcbe85443f2233b1664','141546b0-a83e-429e-99ed-fad10f309834',1795247410117,1795247410142,0,'','{}',1795247410117,X'6E301E000109');
INSERT INTO "tranche_batch" VALUES(17,6,4,0,NULL,'range',X'8000000000000001',X'8000000000011170',70000,24500350000.0,-5359012388589088557,'succeeded',0,0,NULL,1,3,NULL,300000,'00590e08021382d3926e383e92f4d9bd','f88b75ca-0a9e-491d-b93d-f1dd754e122b',1795247410577,1795247410606,0,'','{}',1795247410577,X'6E308280080001EF22');
CREATE TABLE tranche_batch_keys (
  batch_id INTEGER NOT NULL REFERENCES tranche_batch (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  part INTEGER NOT NULL,
  keys BLOB NOT NULL,
  PRIMARY KEY (batch_id, part)
) WITHOUT ROWID;
INSERT INTO "tranche_batch_keys" VALUES(17,0,X'6E30020001FFFF03');
CREATE TABLE tranche_job (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  paused INTEGER NOT NULL DEFAULT 0,
  version_id INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);
INSERT INTO "tranche_job" VALUES(1,'flights',0,2,1795247408187,1795247409326);
INSERT INTO "tranche_job" VALUES(2,'again',0,3,1795247409825,1795247409826);
INSERT INTO "tranche_job" VALUES(3,'wide',0,4,1795247410211,1795247410211);
INSERT INTO "tranche_job" VALUES(4,'asleep',1,5,1795247410686,1795247410729);
CREATE TABLE tranche_job_version (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id INTEGER NOT NULL REFERENCES tranche_job (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  definition TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (job_id, number)
);
INSERT INTO "tranche_job_version" VALUES(1,1,1,'{"source":"","table":"assets","key_column":"id","item_column":"item","weight_column":"weight","time_column":null,"filter":"","max_count":4,"max_weight":null,"max_attempts":2,"retry_delay":"30s","on_exit":"3=skip,4=split,9=fail,*=retry","lease":"10m","start_key":null,"settle":"0s","assume_unique":false,"unstable_filter":false,"key_type":"integer","key_is_time":false,"key_order":"proved","key_order_reason":"SQLite gives rising ids inside the one writer''s transaction"}',1795247408188);
INSERT INTO "tranche_job_version" VALUES(2,1,2,'{"source":"","table":"assets","key_column":"id","item_column":"item","weight_column":"weight","time_column":null,"filter":"","max_count":5,"max_weight":null,"max_attempts":2,"retry_delay":"30s","on_exit":"3=skip,4=split,9=fail,*=retry","lease":"10m","start_key":null,"settle":"0s","assume_unique":false,"unstable_filter":false,"key_type":"integer","key_is_time":false,"key_order":"proved","key_order_reason":"SQLite gives rising ids inside the one writer''s transaction"}',1795247409326);
INSERT INTO "tranche_job_version" VALUES(3,2,1,'{"source":"","table":"assets","key_column":"id","item_column":"item","weight_column":"weight","time_column":null,"filter":"","max_count":10,"max_weight":null,"max_attempts":3,"retry_delay":"30s","on_exit":"*=retry","lease":null,"start_key":null,"settle":"0s","assume_unique":false,"unstable_filter":false,"key_type":"integer","key_is_time":false,"key_order":"proved","key_order_reason":"SQLite gives rising ids inside the one writer''s transaction"}',1795247409826);
INSERT INTO "tranche_job_version" VALUES(4,3,1,'{"source":"","table":"wide","key_column":"id","item_column":"item","weight_column":"weight","time_column":null,"filter":"weight > 0","max_count":null,"max_weight":null,"max_attempts":3,"retry_delay":"30s","on_exit":"*=retry","lease":null,"start_key":null,"settle":"0s","assume_unique":false,"unstable_filter":false,"key_type":"integer","key_is_time":false,"key_order":"proved","key_order_reason":"SQLite gives rising ids inside the one writer''s transaction"}',1795247410211);
INSERT INTO "tranche_job_version" VALUES(5,4,1,'{"source":"","table":"assets","key_column":"id","item_column":"item","weight_column":"weight","time_column":null,"filter":"","max_count":null,"max_weight":500,"max_attempts":3,"retry_delay":"30s","on_exit":"*=retry","lease":null,"start_key":null,"settle":"0s","assume_unique":false,"unstable_filter":false,"key_type":"integer","key_is_time":false,"key_order":"proved","key_order_reason":"SQLite gives rising ids inside the one writer''s transaction"}',1795247410688);
CREATE TABLE tranche_migration (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL);
INSERT INTO "tranche_migration" VALUES(1,'pre_first_schema',1795247408170);
CREATE TABLE tranche_run (
  id TEXT PRIMARY KEY,
  job_id INTEGER NOT NULL REFERENCES tranche_job (id) ON DELETE CASCADE,
  window_id INTEGER NOT NULL REFERENCES tranche_window (id) ON DELETE CASCADE,
  host TEXT NOT NULL,
  boot_id TEXT NOT NULL,
  pid INTEGER NOT NULL,
  user_name TEXT NOT NULL,
  command TEXT NOT NULL,
  identity TEXT NOT NULL,
  version TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  exit_status INTEGER,
  succeeded INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0
);
INSERT INTO "tranche_run" VALUES('26e1b91c-9738-4f34-b8b4-03f9cc596b81',1,1,'worker-1.example','1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f',16964,'etl','["sh","-c","echo rows=12 >>\"$TRANCHE_OUTPUT_FILE\""]','{}','0.1.0',1795247408229,1795247408306,0,1,0);
INSERT INTO "tranche_run" VALUES('223cb6ae-0787-41b1-baa8-000337d50556',1,1,'worker-1.example','1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f',16979,'etl','["sh","-c","exit 3"]','{}','0.1.0',1795247408345,1795247408430,0,0,0);
INSERT INTO "tranche_run" VALUES('43705d2b-1541-4126-be0e-29d065bd1470',1,1,'worker-1.example','1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f',16992,'etl','["sh","-c","exit 4"]','{}','0.1.0',1795247408485,1795247408590,4,0,0);
INSERT INTO "tranche_run" VALUES('5236409a-26d0-496f-9b97-9e460902dc08',1,1,'worker-1.example','1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f',17009,'etl','["sh","-c","exit 0"]','{}','0.1.0',1795247408650,1795247408725,0,1,0);
INSERT INTO "tranche_run" VALUES('0539419e-c4be-4299-b6f7-248ae76fbc6b',1,1,'worker-1.example','1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f',17017,'etl','["sh","-c","echo broken >&2; exit 1"]','{}','0.1.0',1795247408754,1795247408801,1,0,1);
INSERT INTO "tranche_run" VALUES('b313fba0-b982-4c92-b051-403839969d6e',1,1,'worker-1.example','1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f',17023,'etl','["sh","-c","exit 9"]','{}','0.1.0',1795247408851,1795247408899,9,0,1);
INSERT INTO "tranche_run" VALUES('2b5e5b0e-dd69-4e17-9470-4477cd50f115',1,1,'worker-1.example','1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f',17030,'etl','["tranche","acquire","--job","flights"]','{}','0.1.0',1795247408976,NULL,NULL,0,0);
INSERT INTO "tranche_run" VALUES('46f264ad-bf4a-4291-9da5-ef4545af980b',1,1,'worker-1.example','1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f',17044,'etl','["tranche","acquire","--job","flights"]','{}','0.1.0',1795247409080,NULL,NULL,0,0);
INSERT INTO "tranche_run" VALUES('738bf6d2-2a18-4d3e-8e00-92a91cf471d4',1,1,'worker-1.example','1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f',17046,'etl','["tranche","acquire","--job","flights"]','{}','0.1.0',1795247409142,NULL,NULL,0,0);
INSERT INTO "tranche_run" VALUES('aab4ed01-eac3-48b8-a90a-4af4e6dd275d',1,1,'worker-1.example','1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f',17049,'etl','["tranche","acquire","--job","flights"]','{}','0.1.0',1795247409231,1795247409286,0,0,0);
INSERT INTO "tranche_run" VALUES('b0b4879e-3206-4c3f-9451-3d8a7e86b615',1,2,'worker-1.example','1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f',17063,'etl','["sh","-c","exit 0"]','{}','0.1.0',1795247409438,1795247409511,0,1,0);
INSERT INTO "tranche_run" VALUES('913f37fe-b622-4eeb-b3c6-6dc521ce0534',1,2,'worker-1.example','1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f',17072,'etl','["tranche","acquire","--job","flights"]','{}','0.1.0',1795247409573,NULL,NULL,0,0);
INSERT INTO "tranche_run" VALUES('4b9ae22e-ed5b-466a-8a8c-6c35fe8ccf74',2,5,'worker-1.example','1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f',17092,'etl','["sh","-c","exit 0"]','{}','0.1.0',1795247409860,1795247409968,0,3,0);
INSERT INTO "tranche_run" VALUES('141546b0-a83e-429e-99ed-fad10f309834',2,5,'worker-1.example','1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f',17111,'etl','["sh","-c","exit 0"]','{}','0.1.0',1795247410081,1795247410172,0,1,0);
INSERT INTO "tranche_run" VALUES('f88b75ca-0a9e-491d-b93d-f1dd754e122b',3,6,'worker-1.example','1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f',17128,'etl','["sh","-c","exit 0"]','{}','0.1.0',1795247410261,1795247410624,0,1,0);
CREATE TABLE tranche_window (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id INTEGER NOT NULL REFERENCES tranche_job (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('incremental', 'campaign')),
  state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'cancelled')),
  state_reason TEXT NOT NULL DEFAULT '',
  lower_key BLOB,
  upper_key BLOB,
  frontier BLOB,
  generation INTEGER NOT NULL DEFAULT 0,
  max_count INTEGER,
  max_weight REAL,
  created_at INTEGER NOT NULL,
  UNIQUE (job_id, name)
);
INSERT INTO "tranche_window" VALUES(1,1,'incremental','incremental','active','',NULL,NULL,X'8000000000000020',0,NULL,NULL,1795247408188);
INSERT INTO "tranche_window" VALUES(2,1,'old','campaign','active','',X'8000000000000001',X'800000000000000A',X'8000000000000006',0,3,NULL,1795247409378);
INSERT INTO "tranche_window" VALUES(3,1,'later','campaign','paused','',X'8000000000000001',X'8000000000000032',NULL,0,NULL,NULL,1795247409609);
INSERT INTO "tranche_window" VALUES(4,1,'never','campaign','cancelled','',X'8000000000000001',X'8000000000000032',NULL,0,NULL,NULL,1795247409720);
INSERT INTO "tranche_window" VALUES(5,2,'incremental','incremental','active','',X'800000000000000F',NULL,X'8000000000000018',1,NULL,NULL,1795247409826);
INSERT INTO "tranche_window" VALUES(6,3,'incremental','incremental','active','',NULL,NULL,X'8000000000011170',0,NULL,NULL,1795247410211);
INSERT INTO "tranche_window" VALUES(7,4,'incremental','incremental','active','',NULL,NULL,NULL,0,NULL,NULL,1795247410688);
CREATE INDEX tranche_batch_open ON tranche_batch (window_id, first_key) WHERE available_at IS NOT NULL;
CREATE INDEX tranche_batch_unsuccessful ON tranche_batch (window_id, status) WHERE status IN ('failed', 'cancelled');
CREATE INDEX tranche_batch_range ON tranche_batch (window_id, generation, first_key) WHERE parent_id IS NULL AND kind = 'range';
CREATE INDEX tranche_batch_parent ON tranche_batch (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX tranche_batch_items ON tranche_batch (window_id, first_key) WHERE kind = 'items';
CREATE INDEX tranche_attempt_batch ON tranche_attempt (batch_id);
CREATE INDEX tranche_attempt_run ON tranche_attempt (run_id) WHERE run_id <> '';
CREATE INDEX tranche_run_job ON tranche_run (job_id, started_at);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('tranche_job',4);
INSERT INTO "sqlite_sequence" VALUES('tranche_job_version',5);
INSERT INTO "sqlite_sequence" VALUES('tranche_window',7);
INSERT INTO "sqlite_sequence" VALUES('tranche_batch',17);
INSERT INTO "sqlite_sequence" VALUES('tranche_attempt',14);
