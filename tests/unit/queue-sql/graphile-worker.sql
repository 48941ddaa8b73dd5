-- graphile-worker 0.16 (its migrations to 000018)
CREATE SCHEMA graphile_worker; SET search_path = graphile_worker;
CREATE TABLE _private_job_queues (
	id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, queue_name text NOT NULL UNIQUE CHECK (length(queue_name) <= 128), locked_at timestamptz, locked_by text,
	is_available boolean GENERATED ALWAYS AS (locked_at IS NULL) STORED NOT NULL
);
CREATE TABLE _private_tasks (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, identifier text NOT NULL UNIQUE CHECK (length(identifier) <= 128));
CREATE TABLE _private_jobs (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, job_queue_id integer, task_id integer NOT NULL, payload json DEFAULT '{}' NOT NULL, priority smallint DEFAULT 0 NOT NULL,
	run_at timestamptz DEFAULT now() NOT NULL, attempts smallint DEFAULT 0 NOT NULL, max_attempts smallint DEFAULT 25 NOT NULL CHECK (max_attempts >= 1), last_error text,
	created_at timestamptz DEFAULT now() NOT NULL, updated_at timestamptz DEFAULT now() NOT NULL, key text UNIQUE, locked_at timestamptz, locked_by text,
	revision integer DEFAULT 0 NOT NULL, flags jsonb, is_available boolean GENERATED ALWAYS AS (locked_at IS NULL AND attempts < max_attempts) STORED NOT NULL
);
CREATE TABLE migrations (id integer PRIMARY KEY, ts timestamptz DEFAULT now() NOT NULL, breaking boolean DEFAULT false NOT NULL);
CREATE INDEX jobs_main_index ON _private_jobs (priority, run_at) INCLUDE (id, task_id, job_queue_id) WHERE is_available = true;
ALTER TABLE _private_job_queues ENABLE ROW LEVEL SECURITY;
ALTER TABLE _private_jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE _private_tasks ENABLE ROW LEVEL SECURITY;
CREATE VIEW jobs AS SELECT j.id, q.queue_name, t.identifier AS task_identifier, j.priority, j.run_at, j.attempts, j.max_attempts, j.last_error, j.created_at, j.updated_at, j.key,
	j.locked_at, j.locked_by, j.revision, j.flags
	FROM _private_jobs j JOIN _private_tasks t ON t.id = j.task_id LEFT JOIN _private_job_queues q ON q.id = j.job_queue_id;
INSERT INTO _private_tasks (identifier) VALUES ('mail');
INSERT INTO _private_jobs (task_id, run_at, priority, attempts, locked_at) SELECT 1, now() + r, p, a, now() + l FROM (VALUES
	('-4 min'::interval, 0, 0, NULL::interval), ('-1 min', -5, 0, NULL), ('1 h', 0, 1, NULL), ('-2 min', 0, 1, '-90 s'), ('-1 d', 0, 25, NULL), ('-1 d', 0, 1, '-9 h')) v (r, p, a, l);
