-- An inventory as the program made it that had schema version 1 only: jobs in two versions, campaigns, batches in
-- every state, key sets in parts, attempts, runs. Evidence, never edited: tests/cli/migration_test.py brings it up.
CREATE TABLE frozen_inventory.attempt (
    id bigint NOT NULL,
    batch_id bigint NOT NULL,
    attempt integer NOT NULL,
    run_id text DEFAULT ''::text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    outcome text NOT NULL,
    exit_code integer,
    signal integer,
    message text DEFAULT ''::text NOT NULL,
    outputs jsonb DEFAULT '{}'::jsonb NOT NULL
);
ALTER TABLE frozen_inventory.attempt ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME frozen_inventory.attempt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE frozen_inventory.batch (
    id bigint NOT NULL,
    window_id bigint NOT NULL,
    version_id bigint NOT NULL,
    generation integer NOT NULL,
    parent_id bigint,
    kind text DEFAULT 'range'::text NOT NULL,
    first_key bytea NOT NULL,
    last_key bytea NOT NULL,
    count bigint NOT NULL,
    weight double precision NOT NULL,
    digest bigint NOT NULL,
    status text NOT NULL,
    exhausted boolean DEFAULT false NOT NULL,
    skipped boolean DEFAULT false NOT NULL,
    superseded_from bytea,
    attempt integer DEFAULT 0 NOT NULL,
    max_attempts integer NOT NULL,
    available_at timestamp with time zone,
    lease_ms bigint DEFAULT 0 NOT NULL,
    token text DEFAULT ''::text NOT NULL,
    run_id text DEFAULT ''::text NOT NULL,
    acquired_at timestamp with time zone,
    released_at timestamp with time zone,
    exit_code integer,
    message text DEFAULT ''::text NOT NULL,
    outputs jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    keys bytea NOT NULL,
    CONSTRAINT batch_kind_check CHECK ((kind = ANY (ARRAY['range'::text, 'items'::text]))),
    CONSTRAINT batch_status_check CHECK ((status = ANY (ARRAY['planned'::text, 'processing'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text])))
);
ALTER TABLE ONLY frozen_inventory.batch ALTER COLUMN keys SET STORAGE EXTERNAL;
ALTER TABLE frozen_inventory.batch ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME frozen_inventory.batch_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE frozen_inventory.batch_keys (
    batch_id bigint NOT NULL,
    part integer NOT NULL,
    keys bytea NOT NULL
);
ALTER TABLE ONLY frozen_inventory.batch_keys ALTER COLUMN keys SET STORAGE EXTERNAL;
CREATE TABLE frozen_inventory.job (
    id bigint NOT NULL,
    name text NOT NULL,
    paused boolean DEFAULT false NOT NULL,
    version_id bigint,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);
ALTER TABLE frozen_inventory.job ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME frozen_inventory.job_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE frozen_inventory.job_version (
    id bigint NOT NULL,
    job_id bigint NOT NULL,
    number integer NOT NULL,
    definition jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL
);
ALTER TABLE frozen_inventory.job_version ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME frozen_inventory.job_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE frozen_inventory.migration (
    version integer NOT NULL,
    name text NOT NULL,
    applied_at timestamp with time zone NOT NULL
);
CREATE TABLE frozen_inventory.run (
    id text NOT NULL,
    job_id bigint NOT NULL,
    window_id bigint NOT NULL,
    host text NOT NULL,
    boot_id text NOT NULL,
    pid bigint NOT NULL,
    user_name text NOT NULL,
    command jsonb NOT NULL,
    identity jsonb NOT NULL,
    version text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    exit_status integer,
    succeeded bigint DEFAULT 0 NOT NULL,
    failed bigint DEFAULT 0 NOT NULL
);
CREATE TABLE frozen_inventory."window" (
    id bigint NOT NULL,
    job_id bigint NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    state text DEFAULT 'active'::text NOT NULL,
    state_reason text DEFAULT ''::text NOT NULL,
    lower_key bytea,
    upper_key bytea,
    frontier bytea,
    generation integer DEFAULT 0 NOT NULL,
    max_count bigint,
    max_weight double precision,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT window_kind_check CHECK ((kind = ANY (ARRAY['incremental'::text, 'campaign'::text]))),
    CONSTRAINT window_state_check CHECK ((state = ANY (ARRAY['active'::text, 'paused'::text, 'cancelled'::text])))
);
ALTER TABLE frozen_inventory."window" ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME frozen_inventory.window_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
INSERT INTO frozen_inventory.attempt OVERRIDING SYSTEM VALUE VALUES
	(1, 1, 1, '68aaf1aa-66f8-4d22-a99f-3269a5d6fdc3', '2026-11-21 07:50:12.289+00', '2026-11-21 07:50:12.303+00', 'succeeded', 0, NULL, '', '{"rows": "12"}'),
	(2, 2, 1, 'efa2d907-f213-4ea3-a96a-d707b193f11e', '2026-11-21 07:50:12.411+00', '2026-11-21 07:50:12.415+00', 'skipped', 3, NULL, 'failed with exit status 3', '{}'),
	(3, 3, 1, '98f0e91f-fb31-4a7b-bef6-867b13965669', '2026-11-21 07:50:12.572+00', '2026-11-21 07:50:12.582+00', 'split', 4, NULL, 'failed with exit status 4', '{}'),
	(4, 4, 1, '8ad2e568-6e09-4b09-8580-54a9526d514e', '2026-11-21 07:50:12.7+00', '2026-11-21 07:50:12.728+00', 'succeeded', 0, NULL, '', '{}'),
	(5, 5, 1, '6167741f-a627-4d2f-9b47-42799117ca6b', '2026-11-21 07:50:12.811+00', '2026-11-21 07:50:12.838+00', 'failed', 1, NULL, 'broken', '{}'),
	(6, 6, 1, '36afe671-0fd7-43f5-b606-ed26da51086c', '2026-11-21 07:50:12.959+00', '2026-11-21 07:50:12.972+00', 'failed', 9, NULL, 'failed with exit status 9', '{}'),
	(7, 7, 1, '3fdf4a1a-f9d0-43fd-876d-3574d7b5ae13', '2026-11-21 07:50:13.079+00', '2026-11-21 07:50:13.141+00', 'cancelled', NULL, NULL, 'cancelled by an operator', '{}'),
	(8, 10, 1, 'c38c7c14-4f78-46ee-b804-131ebcb3d5a6', '2026-11-21 07:50:13.456+00', '2026-11-21 07:50:13.493+00', 'returned', NULL, NULL, 'not today', '{}'),
	(9, 11, 1, 'a49fd260-8499-4981-9afc-c471e11ce25b', '2026-11-21 07:50:13.691+00', '2026-11-21 07:50:13.7+00', 'succeeded', 0, NULL, '', '{}'),
	(10, 13, 1, 'fe33c653-2b3c-49b9-84b3-b774f062a1d8', '2026-11-21 07:50:14.122+00', '2026-11-21 07:50:14.13+00', 'succeeded', 0, NULL, '', '{}'),
	(11, 14, 1, 'fe33c653-2b3c-49b9-84b3-b774f062a1d8', '2026-11-21 07:50:14.135+00', '2026-11-21 07:50:14.138+00', 'succeeded', 0, NULL, '', '{}'),
	(12, 15, 1, 'fe33c653-2b3c-49b9-84b3-b774f062a1d8', '2026-11-21 07:50:14.143+00', '2026-11-21 07:50:14.15+00', 'succeeded', 0, NULL, '', '{}'),
	(13, 16, 1, '563790a3-d3fc-4aae-aa6b-b4275cca8914', '2026-11-21 07:50:14.265+00', '2026-11-21 07:50:14.275+00', 'succeeded', 0, NULL, '', '{}'),
	(14, 17, 1, '38776af4-9ad7-4af2-8e47-0b5b71e6cae7', '2026-11-21 07:50:14.987+00', '2026-11-21 07:50:15.002+00', 'succeeded', 0, NULL, '', '{}');
INSERT INTO frozen_inventory.batch OVERRIDING SYSTEM VALUE VALUES
	(1, 1, 1, 0, NULL, 'range', '\x8000000000000001', '\x8000000000000004', 4, 100, 2463242187957548862, 'succeeded', false, false, NULL, 1, 2, NULL, 600000, '9e2f269e0284700c8e08bcd5b4e5c076', '68aaf1aa-66f8-4d22-a99f-3269a5d6fdc3', '2026-11-21 07:50:12.289+00', '2026-11-21 07:50:12.303+00', 0, '', '{"rows": "12"}', '2026-11-21 07:50:12.289+00', '\x6e3002010101'),
	(2, 1, 1, 0, NULL, 'range', '\x8000000000000005', '\x8000000000000008', 4, 260, -1587105796698401521, 'succeeded', false, true, NULL, 1, 2, NULL, 600000, 'f36ac4dc1779fa0e7d16d5aa9c1b5b66', 'efa2d907-f213-4ea3-a96a-d707b193f11e', '2026-11-21 07:50:12.411+00', '2026-11-21 07:50:12.415+00', 3, 'failed with exit status 3', '{}', '2026-11-21 07:50:12.411+00', '\x6e300a010101'),
	(3, 1, 1, 0, NULL, 'range', '\x8000000000000009', '\x800000000000000c', 4, 420, -5807987975161424867, 'cancelled', false, false, '\x8000000000000009', 1, 2, NULL, 600000, 'f624befaf185955920968b144e01c359', '98f0e91f-fb31-4a7b-bef6-867b13965669', '2026-11-21 07:50:12.572+00', '2026-11-21 07:50:12.582+00', 4, 'failed with exit status 4', '{}', '2026-11-21 07:50:12.572+00', '\x6e3012010101'),
	(4, 1, 1, 0, 3, 'range', '\x8000000000000009', '\x800000000000000a', 2, 190, 3230001695536400475, 'succeeded', false, false, NULL, 1, 2, NULL, 600000, '53b7d7d20f14d1918260f11aec99dc82', '8ad2e568-6e09-4b09-8580-54a9526d514e', '2026-11-21 07:50:12.7+00', '2026-11-21 07:50:12.728+00', 0, '', '{}', '2026-11-21 07:50:12.603+00', '\x6e301201'),
	(5, 1, 1, 0, 3, 'range', '\x800000000000000b', '\x800000000000000c', 2, 230, -9037989670697825342, 'failed', false, false, NULL, 1, 2, '2026-11-21 07:50:42.838+00', 600000, '274ef123088c67e452bf11ee97fdf5e2', '6167741f-a627-4d2f-9b47-42799117ca6b', '2026-11-21 07:50:12.811+00', '2026-11-21 07:50:12.838+00', 1, 'broken', '{}', '2026-11-21 07:50:12.604+00', '\x6e301601'),
	(6, 1, 1, 0, NULL, 'range', '\x800000000000000d', '\x8000000000000010', 4, 580, 5488550492431675620, 'failed', true, false, NULL, 1, 2, NULL, 600000, 'ab490bb67f8ea7f45e71f69ee81d4d9b', '36afe671-0fd7-43f5-b606-ed26da51086c', '2026-11-21 07:50:12.959+00', '2026-11-21 07:50:12.972+00', 9, 'failed with exit status 9', '{}', '2026-11-21 07:50:12.959+00', '\x6e301a010101'),
	(7, 1, 1, 0, NULL, 'range', '\x8000000000000011', '\x8000000000000014', 4, 740, 3164209396902846614, 'cancelled', false, false, NULL, 1, 2, NULL, 600000, '0ea3c3e0c20dac1f97da4f383bafe9ed', '3fdf4a1a-f9d0-43fd-876d-3574d7b5ae13', '2026-11-21 07:50:13.079+00', '2026-11-21 07:50:13.141+00', NULL, 'cancelled by an operator', '{}', '2026-11-21 07:50:13.079+00', '\x6e3022010101'),
	(8, 1, 1, 0, NULL, 'range', '\x8000000000000015', '\x8000000000000018', 4, 900, 7502116837951573170, 'processing', false, false, NULL, 1, 2, '2026-11-21 07:50:14.225+00', 1000, 'b4fdc9d6477b5c7ec7e5bfcd8d42b2d1', '48537111-32b2-41e9-b277-83a6269bcdc3', '2026-11-21 07:50:13.225+00', NULL, NULL, '', '{}', '2026-11-21 07:50:13.225+00', '\x6e302a010101'),
	(9, 1, 1, 0, NULL, 'range', '\x8000000000000019', '\x800000000000001c', 4, 1060, 1880058806287760029, 'processing', false, false, NULL, 1, 2, '2200-01-01 00:00:00+00', 600000, '178588ce2311b3f663f40d493f05ee85', '5e768131-88cb-4e7a-82bf-c0426344df04', '2026-11-21 07:50:13.327+00', NULL, NULL, '', '{}', '2026-11-21 07:50:13.327+00', '\x6e3032010101'),
	(10, 1, 1, 0, NULL, 'range', '\x800000000000001d', '\x8000000000000020', 4, 1220, 5002938792678186737, 'planned', false, false, NULL, 0, 2, '2026-11-21 07:50:13.493+00', 600000, '3a82b30633ddacabcc7e531c8ddcf6c7', 'c38c7c14-4f78-46ee-b804-131ebcb3d5a6', '2026-11-21 07:50:13.456+00', '2026-11-21 07:50:13.493+00', NULL, 'not today', '{}', '2026-11-21 07:50:13.456+00', '\x6e303a010101'),
	(11, 2, 2, 0, NULL, 'range', '\x8000000000000001', '\x8000000000000003', 3, 60, -5560457294424625563, 'succeeded', false, false, NULL, 1, 2, NULL, 600000, '5712029737af3fc8d5badc2f2cdcf763', 'a49fd260-8499-4981-9afc-c471e11ce25b', '2026-11-21 07:50:13.691+00', '2026-11-21 07:50:13.7+00', 0, '', '{}', '2026-11-21 07:50:13.691+00', '\x6e30020101'),
	(12, 2, 2, 0, NULL, 'range', '\x8000000000000004', '\x8000000000000006', 3, 150, -7104714256035668803, 'processing', false, false, NULL, 1, 2, '2026-11-21 07:50:14.784+00', 1000, '3bf995ba95891f02c91e2e15a182f1d0', '7a27130b-be08-4868-81c6-f85d1f87268a', '2026-11-21 07:50:13.784+00', NULL, NULL, '', '{}', '2026-11-21 07:50:13.784+00', '\x6e30080101'),
	(13, 5, 3, 0, NULL, 'range', '\x8000000000000001', '\x800000000000000a', 10, 550, 4106138086795547816, 'succeeded', false, false, NULL, 1, 3, NULL, 300000, '27ec64aadd271f84637b3e560a33e59d', 'fe33c653-2b3c-49b9-84b3-b774f062a1d8', '2026-11-21 07:50:14.122+00', '2026-11-21 07:50:14.13+00', 0, '', '{}', '2026-11-21 07:50:14.122+00', '\x6e3002000109'),
	(14, 5, 3, 0, NULL, 'range', '\x800000000000000b', '\x8000000000000014', 10, 1550, -385229781363303108, 'succeeded', false, false, '\x800000000000000f', 1, 3, NULL, 300000, '661b93189c1ccd14191291559bfcde2f', 'fe33c653-2b3c-49b9-84b3-b774f062a1d8', '2026-11-21 07:50:14.135+00', '2026-11-21 07:50:14.138+00', 0, '', '{}', '2026-11-21 07:50:14.135+00', '\x6e3016000109'),
	(15, 5, 3, 0, NULL, 'range', '\x8000000000000015', '\x800000000000001e', 10, 2550, 6283612708141283332, 'succeeded', false, false, '\x8000000000000015', 1, 3, NULL, 300000, 'e5dc87f6dda60472d3e8afe1dcb88ef7', 'fe33c653-2b3c-49b9-84b3-b774f062a1d8', '2026-11-21 07:50:14.143+00', '2026-11-21 07:50:14.15+00', 0, '', '{}', '2026-11-21 07:50:14.143+00', '\x6e302a000109'),
	(16, 5, 3, 1, NULL, 'range', '\x800000000000000f', '\x8000000000000018', 10, 1950, 6715158749009447082, 'succeeded', false, false, NULL, 1, 3, NULL, 300000, 'e58b4a365f2811cafe25bf5cc57b30fd', '563790a3-d3fc-4aae-aa6b-b4275cca8914', '2026-11-21 07:50:14.265+00', '2026-11-21 07:50:14.275+00', 0, '', '{}', '2026-11-21 07:50:14.265+00', '\x6e301e000109'),
	(17, 6, 4, 0, NULL, 'range', '\x8000000000000001', '\x8000000000011170', 70000, 24500350000, -5359012388589088557, 'succeeded', false, false, NULL, 1, 3, NULL, 300000, '8a43745168b219aeb1d7160164f831b0', '38776af4-9ad7-4af2-8e47-0b5b71e6cae7', '2026-11-21 07:50:14.987+00', '2026-11-21 07:50:15.002+00', 0, '', '{}', '2026-11-21 07:50:14.987+00', '\x6e308280080001ef22');
INSERT INTO frozen_inventory.batch_keys VALUES
	(17, 0, '\x6e30020001ffff03');
INSERT INTO frozen_inventory.job OVERRIDING SYSTEM VALUE VALUES
	(1, 'flights', false, 2, '2026-11-21 07:50:12.201+00', '2026-11-21 07:50:13.543+00'),
	(2, 'again', false, 3, '2026-11-21 07:50:14.028+00', '2026-11-21 07:50:14.029+00'),
	(3, 'wide', false, 4, '2026-11-21 07:50:14.362+00', '2026-11-21 07:50:14.365+00'),
	(4, 'asleep', true, 5, '2026-11-21 07:50:15.087+00', '2026-11-21 07:50:15.151+00');
INSERT INTO frozen_inventory.job_version OVERRIDING SYSTEM VALUE VALUES
	(1, 1, 1, '{"lease": "10m", "table": "frozen_source.assets", "filter": "", "settle": "0s", "source": "", "on_exit": "3=skip,4=split,9=fail,*=retry", "key_type": "integer", "key_order": "proved", "max_count": 4, "start_key": null, "key_column": "id", "max_weight": null, "item_column": "item", "key_is_time": false, "retry_delay": "30s", "time_column": null, "max_attempts": 2, "assume_unique": false, "weight_column": "weight", "unstable_filter": false, "key_order_reason": "a sequence gives rising keys inside the writer''s transaction"}', '2026-11-21 07:50:12.201+00'),
	(2, 1, 2, '{"lease": "10m", "table": "frozen_source.assets", "filter": "", "settle": "0s", "source": "", "on_exit": "3=skip,4=split,9=fail,*=retry", "key_type": "integer", "key_order": "proved", "max_count": 5, "start_key": null, "key_column": "id", "max_weight": null, "item_column": "item", "key_is_time": false, "retry_delay": "30s", "time_column": null, "max_attempts": 2, "assume_unique": false, "weight_column": "weight", "unstable_filter": false, "key_order_reason": "a sequence gives rising keys inside the writer''s transaction"}', '2026-11-21 07:50:13.543+00'),
	(3, 2, 1, '{"lease": null, "table": "frozen_source.assets", "filter": "", "settle": "0s", "source": "", "on_exit": "*=retry", "key_type": "integer", "key_order": "proved", "max_count": 10, "start_key": null, "key_column": "id", "max_weight": null, "item_column": "item", "key_is_time": false, "retry_delay": "30s", "time_column": null, "max_attempts": 3, "assume_unique": false, "weight_column": "weight", "unstable_filter": false, "key_order_reason": "a sequence gives rising keys inside the writer''s transaction"}', '2026-11-21 07:50:14.028+00'),
	(4, 3, 1, '{"lease": null, "table": "frozen_source.wide", "filter": "weight > 0", "settle": "0s", "source": "", "on_exit": "*=retry", "key_type": "integer", "key_order": "proved", "max_count": null, "start_key": null, "key_column": "id", "max_weight": null, "item_column": "item", "key_is_time": false, "retry_delay": "30s", "time_column": null, "max_attempts": 3, "assume_unique": false, "weight_column": "weight", "unstable_filter": false, "key_order_reason": "a sequence gives rising keys inside the writer''s transaction"}', '2026-11-21 07:50:14.365+00'),
	(5, 4, 1, '{"lease": null, "table": "frozen_source.assets", "filter": "", "settle": "0s", "source": "", "on_exit": "*=retry", "key_type": "integer", "key_order": "proved", "max_count": null, "start_key": null, "key_column": "id", "max_weight": 500, "item_column": "item", "key_is_time": false, "retry_delay": "30s", "time_column": null, "max_attempts": 3, "assume_unique": false, "weight_column": "weight", "unstable_filter": false, "key_order_reason": "a sequence gives rising keys inside the writer''s transaction"}', '2026-11-21 07:50:15.089+00');
INSERT INTO frozen_inventory.migration VALUES
	(1, 'pre_first_schema', '2026-11-21 07:50:12.154086+00');
INSERT INTO frozen_inventory.run VALUES
	('68aaf1aa-66f8-4d22-a99f-3269a5d6fdc3', 1, 1, 'worker-1.example', '1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f', 17253, 'etl', '["sh", "-c", "echo rows=12 >>\"$TRANCHE_OUTPUT_FILE\""]', '{}', '0.1.0', '2026-11-21 07:50:12.244+00', '2026-11-21 07:50:12.313+00', 0, 1, 0),
	('efa2d907-f213-4ea3-a96a-d707b193f11e', 1, 1, 'worker-1.example', '1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f', 17267, 'etl', '["sh", "-c", "exit 3"]', '{}', '0.1.0', '2026-11-21 07:50:12.361+00', '2026-11-21 07:50:12.439+00', 0, 0, 0),
	('98f0e91f-fb31-4a7b-bef6-867b13965669', 1, 1, 'worker-1.example', '1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f', 17283, 'etl', '["sh", "-c", "exit 4"]', '{}', '0.1.0', '2026-11-21 07:50:12.502+00', '2026-11-21 07:50:12.624+00', 4, 0, 0),
	('8ad2e568-6e09-4b09-8580-54a9526d514e', 1, 1, 'worker-1.example', '1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f', 17297, 'etl', '["sh", "-c", "exit 0"]', '{}', '0.1.0', '2026-11-21 07:50:12.671+00', '2026-11-21 07:50:12.741+00', 0, 1, 0),
	('6167741f-a627-4d2f-9b47-42799117ca6b', 1, 1, 'worker-1.example', '1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f', 17310, 'etl', '["sh", "-c", "echo broken >&2; exit 1"]', '{}', '0.1.0', '2026-11-21 07:50:12.789+00', '2026-11-21 07:50:12.86+00', 1, 0, 1),
	('36afe671-0fd7-43f5-b606-ed26da51086c', 1, 1, 'worker-1.example', '1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f', 17324, 'etl', '["sh", "-c", "exit 9"]', '{}', '0.1.0', '2026-11-21 07:50:12.901+00', '2026-11-21 07:50:12.995+00', 9, 0, 1),
	('3fdf4a1a-f9d0-43fd-876d-3574d7b5ae13', 1, 1, 'worker-1.example', '1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f', 17335, 'etl', '["tranche", "acquire", "--job", "flights"]', '{}', '0.1.0', '2026-11-21 07:50:13.088+00', NULL, NULL, 0, 0),
	('48537111-32b2-41e9-b277-83a6269bcdc3', 1, 1, 'worker-1.example', '1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f', 17342, 'etl', '["tranche", "acquire", "--job", "flights"]', '{}', '0.1.0', '2026-11-21 07:50:13.243+00', NULL, NULL, 0, 0),
	('5e768131-88cb-4e7a-82bf-c0426344df04', 1, 1, 'worker-1.example', '1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f', 17345, 'etl', '["tranche", "acquire", "--job", "flights"]', '{}', '0.1.0', '2026-11-21 07:50:13.335+00', NULL, NULL, 0, 0),
	('c38c7c14-4f78-46ee-b804-131ebcb3d5a6', 1, 1, 'worker-1.example', '1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f', 17358, 'etl', '["tranche", "acquire", "--job", "flights"]', '{}', '0.1.0', '2026-11-21 07:50:13.458+00', '2026-11-21 07:50:13.499+00', 0, 0, 0),
	('a49fd260-8499-4981-9afc-c471e11ce25b', 1, 2, 'worker-1.example', '1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f', 17377, 'etl', '["sh", "-c", "exit 0"]', '{}', '0.1.0', '2026-11-21 07:50:13.651+00', '2026-11-21 07:50:13.715+00', 0, 1, 0),
	('7a27130b-be08-4868-81c6-f85d1f87268a', 1, 2, 'worker-1.example', '1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f', 17392, 'etl', '["tranche", "acquire", "--job", "flights"]', '{}', '0.1.0', '2026-11-21 07:50:13.787+00', NULL, NULL, 0, 0),
	('fe33c653-2b3c-49b9-84b3-b774f062a1d8', 2, 5, 'worker-1.example', '1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f', 17413, 'etl', '["sh", "-c", "exit 0"]', '{}', '0.1.0', '2026-11-21 07:50:14.071+00', '2026-11-21 07:50:14.165+00', 0, 3, 0),
	('563790a3-d3fc-4aae-aa6b-b4275cca8914', 2, 5, 'worker-1.example', '1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f', 17433, 'etl', '["sh", "-c", "exit 0"]', '{}', '0.1.0', '2026-11-21 07:50:14.235+00', '2026-11-21 07:50:14.292+00', 0, 1, 0),
	('38776af4-9ad7-4af2-8e47-0b5b71e6cae7', 3, 6, 'worker-1.example', '1f0c8a52-6f0e-4b7e-9b54-0c6a4a1d2e3f', 17455, 'etl', '["sh", "-c", "exit 0"]', '{}', '0.1.0', '2026-11-21 07:50:14.401+00', '2026-11-21 07:50:15.025+00', 0, 1, 0);
INSERT INTO frozen_inventory."window" OVERRIDING SYSTEM VALUE VALUES
	(1, 1, 'incremental', 'incremental', 'active', '', NULL, NULL, '\x8000000000000020', 0, NULL, NULL, '2026-11-21 07:50:12.202+00'),
	(2, 1, 'old', 'campaign', 'active', '', '\x8000000000000001', '\x800000000000000a', '\x8000000000000006', 0, 3, NULL, '2026-11-21 07:50:13.611+00'),
	(3, 1, 'later', 'campaign', 'paused', '', '\x8000000000000001', '\x8000000000000032', NULL, 0, NULL, NULL, '2026-11-21 07:50:13.84+00'),
	(4, 1, 'never', 'campaign', 'cancelled', '', '\x8000000000000001', '\x8000000000000032', NULL, 0, NULL, NULL, '2026-11-21 07:50:13.94+00'),
	(5, 2, 'incremental', 'incremental', 'active', '', '\x800000000000000f', NULL, '\x8000000000000018', 1, NULL, NULL, '2026-11-21 07:50:14.031+00'),
	(6, 3, 'incremental', 'incremental', 'active', '', NULL, NULL, '\x8000000000011170', 0, NULL, NULL, '2026-11-21 07:50:14.366+00'),
	(7, 4, 'incremental', 'incremental', 'active', '', NULL, NULL, NULL, 0, NULL, NULL, '2026-11-21 07:50:15.095+00');
SELECT pg_catalog.setval('frozen_inventory.attempt_id_seq', 14, true);
SELECT pg_catalog.setval('frozen_inventory.batch_id_seq', 17, true);
SELECT pg_catalog.setval('frozen_inventory.job_id_seq', 4, true);
SELECT pg_catalog.setval('frozen_inventory.job_version_id_seq', 5, true);
SELECT pg_catalog.setval('frozen_inventory.window_id_seq', 7, true);
ALTER TABLE ONLY frozen_inventory.attempt
    ADD CONSTRAINT attempt_pkey PRIMARY KEY (id);
ALTER TABLE ONLY frozen_inventory.batch_keys
    ADD CONSTRAINT batch_keys_pkey PRIMARY KEY (batch_id, part);
ALTER TABLE ONLY frozen_inventory.batch
    ADD CONSTRAINT batch_pkey PRIMARY KEY (id);
ALTER TABLE ONLY frozen_inventory.job
    ADD CONSTRAINT job_name_key UNIQUE (name);
ALTER TABLE ONLY frozen_inventory.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (id);
ALTER TABLE ONLY frozen_inventory.job_version
    ADD CONSTRAINT job_version_job_id_number_key UNIQUE (job_id, number);
ALTER TABLE ONLY frozen_inventory.job_version
    ADD CONSTRAINT job_version_pkey PRIMARY KEY (id);
ALTER TABLE ONLY frozen_inventory.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (version);
ALTER TABLE ONLY frozen_inventory.run
    ADD CONSTRAINT run_pkey PRIMARY KEY (id);
ALTER TABLE ONLY frozen_inventory."window"
    ADD CONSTRAINT window_job_id_name_key UNIQUE (job_id, name);
ALTER TABLE ONLY frozen_inventory."window"
    ADD CONSTRAINT window_pkey PRIMARY KEY (id);
CREATE INDEX attempt_batch ON frozen_inventory.attempt USING btree (batch_id);
CREATE INDEX attempt_run ON frozen_inventory.attempt USING btree (run_id) WHERE (run_id <> ''::text);
CREATE INDEX batch_items ON frozen_inventory.batch USING btree (window_id, first_key) WHERE (kind = 'items'::text);
CREATE INDEX batch_open ON frozen_inventory.batch USING btree (window_id, first_key) WHERE (available_at IS NOT NULL);
CREATE INDEX batch_parent ON frozen_inventory.batch USING btree (parent_id) WHERE (parent_id IS NOT NULL);
CREATE INDEX batch_range ON frozen_inventory.batch USING btree (window_id, generation, first_key) WHERE ((parent_id IS NULL) AND (kind = 'range'::text));
CREATE INDEX batch_unsuccessful ON frozen_inventory.batch USING btree (window_id, status) WHERE (status = ANY (ARRAY['failed'::text, 'cancelled'::text]));
CREATE INDEX run_job ON frozen_inventory.run USING btree (job_id, started_at);
ALTER TABLE ONLY frozen_inventory.attempt
    ADD CONSTRAINT attempt_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES frozen_inventory.batch(id) ON DELETE CASCADE;
ALTER TABLE ONLY frozen_inventory.batch_keys
    ADD CONSTRAINT batch_keys_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES frozen_inventory.batch(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY frozen_inventory.batch
    ADD CONSTRAINT batch_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES frozen_inventory.batch(id);
ALTER TABLE ONLY frozen_inventory.batch
    ADD CONSTRAINT batch_version_id_fkey FOREIGN KEY (version_id) REFERENCES frozen_inventory.job_version(id);
ALTER TABLE ONLY frozen_inventory.batch
    ADD CONSTRAINT batch_window_id_fkey FOREIGN KEY (window_id) REFERENCES frozen_inventory."window"(id) ON DELETE CASCADE;
ALTER TABLE ONLY frozen_inventory.job_version
    ADD CONSTRAINT job_version_job_id_fkey FOREIGN KEY (job_id) REFERENCES frozen_inventory.job(id) ON DELETE CASCADE;
ALTER TABLE ONLY frozen_inventory.run
    ADD CONSTRAINT run_job_id_fkey FOREIGN KEY (job_id) REFERENCES frozen_inventory.job(id) ON DELETE CASCADE;
ALTER TABLE ONLY frozen_inventory.run
    ADD CONSTRAINT run_window_id_fkey FOREIGN KEY (window_id) REFERENCES frozen_inventory."window"(id) ON DELETE CASCADE;
ALTER TABLE ONLY frozen_inventory."window"
    ADD CONSTRAINT window_job_id_fkey FOREIGN KEY (job_id) REFERENCES frozen_inventory.job(id) ON DELETE CASCADE;
