-- River 0.24 (its main migrations to 006)
CREATE SCHEMA river; SET search_path = river;
CREATE TYPE river_job_state AS ENUM ('available', 'cancelled', 'completed', 'discarded', 'pending', 'retryable', 'running', 'scheduled');
CREATE TABLE river_job (
	id bigserial PRIMARY KEY, state river_job_state NOT NULL DEFAULT 'available', attempt smallint NOT NULL DEFAULT 0, max_attempts smallint NOT NULL, attempted_at timestamptz,
	created_at timestamptz NOT NULL DEFAULT now(), finalized_at timestamptz, scheduled_at timestamptz NOT NULL DEFAULT now(), priority smallint NOT NULL DEFAULT 1, args jsonb NOT NULL,
	attempted_by text[], errors jsonb[], kind text NOT NULL, metadata jsonb NOT NULL DEFAULT '{}', queue text NOT NULL DEFAULT 'default', tags varchar(255)[] NOT NULL DEFAULT '{}',
	unique_key bytea, unique_states bit(8),
	CONSTRAINT finalized_or_finalized_at_null CHECK ((finalized_at IS NULL) = (state NOT IN ('cancelled', 'completed', 'discarded'))),
	CONSTRAINT queue_length CHECK (char_length(queue) > 0 AND char_length(queue) < 128)
);
CREATE INDEX river_job_state_and_finalized_at_index ON river_job (state, finalized_at) WHERE finalized_at IS NOT NULL;
CREATE INDEX river_job_prioritized_fetching_index ON river_job (state, queue, priority, scheduled_at, id);
CREATE TABLE river_queue (name text PRIMARY KEY NOT NULL, created_at timestamptz NOT NULL DEFAULT now(), metadata jsonb NOT NULL DEFAULT '{}', paused_at timestamptz, updated_at timestamptz NOT NULL);
INSERT INTO river_job (state, queue, max_attempts, args, kind, created_at, scheduled_at, attempted_at, finalized_at) SELECT s::river_job_state, q, 25, '{}', 'k', now() + c, now() + d, now() + a, now() + f
FROM (VALUES ('available', 'default', '-10 min'::interval, '-4 min'::interval, NULL::interval, NULL::interval), ('available', 'default', '-10 s', '-10 s', NULL, NULL), ('running', 'default', '-1 h', '-1 h', '-45 s', NULL),
	('scheduled', 'default', '-1 h', '1 h', NULL, NULL), ('retryable', 'default', '-1 h', '1 min', '-1 min', NULL), ('pending', 'default', '-1 h', '1 min', NULL, NULL),
	('discarded', 'default', '-1 h', '-1 h', '-1 h', '-1 h'), ('completed', 'default', '-1 h', '-1 h', '-1 h', '-1 h'), ('completed', 'default', '-1 h', '-1 h', '-50 s', '-40 s'),
	('completed', 'default', '-20 s', '-20 s', '-20 s', '-19 s'), ('completed', 'default', '-15 s', '-15 s', '-15 s', '-14 s'), ('available', 'mail', '-5 s', '-5 s', NULL, NULL)) v (s, q, c, d, a, f);
INSERT INTO river_queue (name, paused_at, updated_at) VALUES ('default', NULL, now()), ('idle', NULL, now()), ('mail', now(), now());
