-- pg-boss 12: tables job, job_common and a queue with a partition of its own, queue, version
CREATE SCHEMA pgboss; SET search_path = pgboss;
CREATE TYPE job_state AS ENUM ('created', 'retry', 'active', 'completed', 'cancelled', 'failed');
CREATE TABLE version (version integer PRIMARY KEY, cron_on timestamptz, bam_on timestamptz, flow_on timestamptz);
CREATE TABLE queue (
	name text PRIMARY KEY, policy text NOT NULL, retry_limit integer NOT NULL, retry_delay integer NOT NULL, retry_backoff boolean NOT NULL, expire_seconds integer NOT NULL,
	retention_seconds integer NOT NULL, deletion_seconds integer NOT NULL, dead_letter text REFERENCES queue (name), partition boolean NOT NULL, table_name text NOT NULL,
	deferred_count integer NOT NULL DEFAULT 0, queued_count integer NOT NULL DEFAULT 0, active_count integer NOT NULL DEFAULT 0, monitor_on timestamptz,
	created_on timestamptz NOT NULL DEFAULT now(), updated_on timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE job (
	id uuid NOT NULL DEFAULT gen_random_uuid(), name text NOT NULL, priority integer NOT NULL DEFAULT 0, data jsonb, state job_state NOT NULL DEFAULT 'created',
	retry_limit integer NOT NULL DEFAULT 2, retry_count integer NOT NULL DEFAULT 0, retry_delay integer NOT NULL DEFAULT 0, retry_backoff boolean NOT NULL DEFAULT false,
	retry_delay_max integer, expire_seconds integer NOT NULL DEFAULT 900, deletion_seconds integer NOT NULL DEFAULT 604800, singleton_key text,
	singleton_on timestamp without time zone, start_after timestamptz NOT NULL DEFAULT now(), created_on timestamptz NOT NULL DEFAULT now(), started_on timestamptz,
	completed_on timestamptz, keep_until timestamptz NOT NULL DEFAULT now() + interval '14 days', output jsonb, dead_letter text, policy text,
	blocked boolean NOT NULL DEFAULT false, blocking boolean NOT NULL DEFAULT false, pending_dependencies integer NOT NULL DEFAULT 0
) PARTITION BY LIST (name);
ALTER TABLE job ADD PRIMARY KEY (name, id);
CREATE TABLE job_common PARTITION OF job DEFAULT;
CREATE TABLE j5d41 PARTITION OF job FOR VALUES IN ('images');
CREATE INDEX job_common_i5 ON job_common (name, start_after) WHERE state < 'active' AND NOT blocked;
CREATE INDEX j5d41_i5 ON j5d41 (name, start_after) WHERE state < 'active' AND NOT blocked;
INSERT INTO queue (name, policy, retry_limit, retry_delay, retry_backoff, expire_seconds, retention_seconds, deletion_seconds, partition, table_name) SELECT n, 'standard', 2, 0, false, 900, 1, 1,
	n = 'images', 'job_common' FROM unnest(ARRAY['mail', 'images', 'idle', '__pgboss__send-it']) n;
INSERT INTO job (id, name, state, start_after, created_on, started_on, blocked) SELECT ('00000000-0000-0000-0000-00000000000' || i)::uuid, n, s::job_state, now() + a, now() - interval '1 h',
	now() + b, w FROM (VALUES (1, 'mail', 'created', '-3 min'::interval, NULL::interval, false), (2, 'mail', 'retry', '-1 min', NULL, false), (3, 'mail', 'created', '1 h', NULL, false),
	(4, 'mail', 'created', '-1 h', NULL, true), (5, 'images', 'active', '-1 h', '-50 s', false), (6, 'images', 'created', '-20 s', NULL, false), (7, 'mail', 'failed', '-1 h', '-1 h', false),
	(8, 'mail', 'completed', '-1 h', '-1 h', false), (9, 'mail', 'cancelled', '-1 h', '-1 h', false)) v (i, n, s, a, b, w);
