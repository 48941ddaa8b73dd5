-- Procrastinate 3.2 (its sql/schema.sql, without functions and triggers), and the paused queues of 3.10
CREATE SCHEMA procrastinate; SET search_path = procrastinate;
CREATE TYPE procrastinate_job_status AS ENUM ('todo', 'doing', 'succeeded', 'failed', 'cancelled', 'aborting', 'aborted');
CREATE TYPE procrastinate_job_event_type AS ENUM ('deferred', 'started', 'deferred_for_retry', 'failed', 'succeeded', 'cancelled', 'abort_requested', 'aborted', 'scheduled');
CREATE TABLE procrastinate_workers (id bigserial PRIMARY KEY, last_heartbeat timestamptz NOT NULL DEFAULT now());
CREATE TABLE procrastinate_jobs (
	id bigserial PRIMARY KEY, queue_name varchar(128) NOT NULL, task_name varchar(128) NOT NULL, priority integer DEFAULT 0 NOT NULL, lock text, queueing_lock text,
	args jsonb DEFAULT '{}' NOT NULL, status procrastinate_job_status DEFAULT 'todo' NOT NULL, scheduled_at timestamptz NULL, attempts integer DEFAULT 0 NOT NULL,
	abort_requested boolean DEFAULT false NOT NULL, worker_id bigint REFERENCES procrastinate_workers (id) ON DELETE SET NULL
);
CREATE TABLE procrastinate_events (
	id bigserial PRIMARY KEY, job_id bigint NOT NULL REFERENCES procrastinate_jobs ON DELETE CASCADE, type procrastinate_job_event_type, at timestamptz DEFAULT now() NULL
);
CREATE TABLE procrastinate_paused_queues (
	id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, queue_name varchar(128) NOT NULL, pause_key varchar(128) DEFAULT 'default' NOT NULL,
	paused_at timestamptz DEFAULT now() NOT NULL, UNIQUE (queue_name, pause_key)
);
CREATE INDEX procrastinate_jobs_priority_idx_v1 ON procrastinate_jobs (priority DESC, id ASC) WHERE status = 'todo';
CREATE INDEX procrastinate_jobs_queue_name_idx_v1 ON procrastinate_jobs (queue_name);
CREATE INDEX procrastinate_jobs_id_lock_idx_v1 ON procrastinate_jobs (id, lock) WHERE status = ANY (ARRAY['todo'::procrastinate_job_status, 'doing'::procrastinate_job_status]);
CREATE INDEX procrastinate_events_job_id_fkey_v1 ON procrastinate_events (job_id);
INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 s'), (now() - interval '9 s'), (now() - interval '10 min');
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, status, scheduled_at) SELECT q, 't', p, s::procrastinate_job_status, now() + d FROM (VALUES
	('default', 0, 'todo', NULL::interval), ('default', 5, 'todo', '-30 s'), ('default', 0, 'todo', '1 h'), ('default', 0, 'doing', NULL), ('default', 0, 'failed', NULL),
	('default', 0, 'succeeded', NULL), ('default', 0, 'succeeded', NULL), ('default', 0, 'cancelled', NULL), ('mail', 0, 'todo', NULL)) v (q, p, s, d);
INSERT INTO procrastinate_events (job_id, type, at) SELECT id, 'deferred', now() - interval '6 min' FROM procrastinate_jobs WHERE queue_name = 'default';
INSERT INTO procrastinate_events (job_id, type, at) SELECT id, 'deferred', now() - interval '20 s' FROM procrastinate_jobs WHERE queue_name = 'mail';
INSERT INTO procrastinate_events (job_id, type, at) SELECT id, 'scheduled', scheduled_at FROM procrastinate_jobs WHERE scheduled_at IS NOT NULL;
INSERT INTO procrastinate_events (job_id, type, at) VALUES (6, 'succeeded', now() - interval '2 min'), (7, 'succeeded', now() - interval '10 s'), (5, 'failed', now() - interval '20 s');
INSERT INTO procrastinate_paused_queues (queue_name) VALUES ('mail');
