-- Oban 2.19, migrations v1 to v12; oban_producers of Oban Pro 1.5
CREATE SCHEMA oban; SET search_path = oban;
CREATE TYPE oban_job_state AS ENUM ('available', 'scheduled', 'executing', 'retryable', 'completed', 'discarded', 'cancelled');
CREATE TABLE oban_jobs (
	id bigserial PRIMARY KEY, state oban_job_state NOT NULL DEFAULT 'available', queue text NOT NULL DEFAULT 'default', worker text NOT NULL, args jsonb NOT NULL DEFAULT '{}',
	errors jsonb[] NOT NULL DEFAULT ARRAY[]::jsonb[], attempt integer NOT NULL DEFAULT 0, max_attempts integer NOT NULL DEFAULT 20,
	inserted_at timestamp without time zone NOT NULL DEFAULT timezone('UTC', now()), scheduled_at timestamp without time zone NOT NULL DEFAULT timezone('UTC', now()),
	attempted_at timestamp without time zone, completed_at timestamp without time zone, attempted_by text[], discarded_at timestamp without time zone,
	priority integer NOT NULL DEFAULT 0, tags text[] DEFAULT ARRAY[]::text[], meta jsonb DEFAULT '{}', cancelled_at timestamp without time zone,
	CONSTRAINT attempt_range CHECK (attempt BETWEEN 0 AND max_attempts), CONSTRAINT queue_length CHECK (char_length(queue) > 0 AND char_length(queue) < 128)
);
CREATE INDEX oban_jobs_state_queue_priority_scheduled_at_id_index ON oban_jobs (state, queue, priority, scheduled_at, id);
CREATE TABLE oban_producers (
	uuid uuid PRIMARY KEY, name text NOT NULL, node text NOT NULL, queue text NOT NULL, started_at timestamp without time zone NOT NULL, updated_at timestamp without time zone NOT NULL,
	meta jsonb NOT NULL DEFAULT '{}'
);
INSERT INTO oban_jobs (state, queue, worker, inserted_at, scheduled_at, attempted_at) SELECT s::oban_job_state, q, 'W', u + i, u + d, u + a FROM (SELECT timezone('UTC', now()) AS u) t, (VALUES
	('completed', 'default', '-1 h'::interval, '-1 h'::interval, '-1 h'::interval), ('available', 'default', '-10 min', '-5 min', NULL), ('available', 'default', '-30 s', '-30 s', NULL),
	('executing', 'default', '-2 min', '-2 min', '-70 s'), ('scheduled', 'default', '-2 min', '1 h', NULL), ('retryable', 'default', '-2 min', '1 min', '-90 s'),
	('discarded', 'mail', '-1 h', '-1 h', '-1 h'), ('cancelled', 'mail', '-1 h', '-1 h', NULL), ('completed', 'mail', '-10 s', '-10 s', '-9 s'),
	('completed', 'mail', '-8 s', '-8 s', '-7 s'), ('completed', 'mail', '-6 s', '-6 s', '-5 s')) v (s, q, i, d, a);
INSERT INTO oban_producers SELECT gen_random_uuid(), 'Oban', 'n', q, u, u + d, m::jsonb FROM (SELECT timezone('UTC', now()) AS u) t, (VALUES ('default', '-5 s'::interval, '{"paused": false}'),
	('default', '-9 s', '{"paused": false}'), ('default', '-1 h', '{}'), ('mail', '-1 s', '{"paused": true}')) v (q, d, m);
