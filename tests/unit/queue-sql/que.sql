-- Que 2.2 (its migrations to 7), without functions and triggers
CREATE SCHEMA que; SET search_path = que;
CREATE TABLE que_jobs (
	priority smallint NOT NULL DEFAULT 100, run_at timestamptz NOT NULL DEFAULT now(), id bigserial PRIMARY KEY, job_class text NOT NULL, error_count integer NOT NULL DEFAULT 0,
	last_error_message text, queue text NOT NULL DEFAULT 'default', last_error_backtrace text, finished_at timestamptz, expired_at timestamptz, args jsonb NOT NULL DEFAULT '[]',
	data jsonb NOT NULL DEFAULT '{}', job_schema_version integer NOT NULL, kwargs jsonb NOT NULL DEFAULT '{}'
) WITH (fillfactor = 90);
CREATE INDEX que_poll_idx ON que_jobs (queue, priority, run_at, id) WHERE finished_at IS NULL AND expired_at IS NULL;
CREATE UNLOGGED TABLE que_lockers (
	pid integer NOT NULL CONSTRAINT que_lockers_pkey PRIMARY KEY, worker_count integer NOT NULL, worker_priorities integer[] NOT NULL, ruby_pid integer NOT NULL, ruby_hostname text NOT NULL,
	queues text[] NOT NULL, listening boolean NOT NULL, job_schema_version integer DEFAULT 1
);
INSERT INTO que_jobs (run_at, job_class, error_count, queue, finished_at, expired_at, job_schema_version) SELECT now() + r, 'J', e, q, now() + f, now() + x, 2 FROM (VALUES
	('-2 min'::interval, 0, 'default', NULL::interval, NULL::interval), ('-1 min', 0, 'default', NULL, NULL), ('-3 min', 0, 'default', NULL, NULL), ('5 min', 3, 'default', NULL, NULL),
	('-1 h', 15, 'default', NULL, '-1 h'), ('-1 h', 0, 'default', '-1 h', NULL), ('-10 s', 0, 'mail', NULL, NULL)) v (r, e, q, f, x);
INSERT INTO que_lockers VALUES (999999, 6, '{10}', 1, 'dead', '{default}', true);
