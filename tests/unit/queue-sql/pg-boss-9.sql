-- pg-boss 9 (schema version 20)
CREATE SCHEMA pgboss9; SET search_path = pgboss9;
CREATE TYPE job_state AS ENUM ('created', 'retry', 'active', 'completed', 'expired', 'cancelled', 'failed');
CREATE TABLE version (version integer PRIMARY KEY, maintained_on timestamptz, cron_on timestamptz);
CREATE TABLE job (
	id uuid PRIMARY KEY NOT NULL DEFAULT gen_random_uuid(), name text NOT NULL, priority integer NOT NULL DEFAULT 0, data jsonb, state job_state NOT NULL DEFAULT 'created',
	retrylimit integer NOT NULL DEFAULT 0, retrycount integer NOT NULL DEFAULT 0, retrydelay integer NOT NULL DEFAULT 0, retrybackoff boolean NOT NULL DEFAULT false,
	startafter timestamptz NOT NULL DEFAULT now(), startedon timestamptz, singletonkey text, singletonon timestamp without time zone, expirein interval NOT NULL DEFAULT interval '15 minutes',
	createdon timestamptz NOT NULL DEFAULT now(), completedon timestamptz, keepuntil timestamptz NOT NULL DEFAULT now() + interval '14 days', on_complete boolean NOT NULL DEFAULT false,
	output jsonb
);
CREATE INDEX job_fetch ON job (name text_pattern_ops, startafter) WHERE state < 'active';
INSERT INTO job (id, name, state, startafter, startedon) SELECT ('00000000-0000-0000-0000-00000000000' || i)::uuid, n, s::job_state, now() + a, now() + b FROM (VALUES (6, 'old', 'created', '-30 s'::interval, NULL::interval), (1, 'old', 'active', '-1 min', '-20 s'),
	(2, 'old', 'expired', '-1 h', '-1 h'), (3, 'old', 'failed', '-1 h', '-1 h'), (4, 'old', 'retry', '1 h', NULL)) v (i, n, s, a, b);
