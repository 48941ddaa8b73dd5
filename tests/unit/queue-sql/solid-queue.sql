-- Solid Queue 1.1: queue_schema.rb
CREATE SCHEMA solid; SET search_path = solid;
CREATE TABLE solid_queue_jobs (
	id bigserial PRIMARY KEY, queue_name varchar NOT NULL, class_name varchar NOT NULL, arguments text, priority integer DEFAULT 0 NOT NULL, active_job_id varchar, scheduled_at timestamp(6),
	finished_at timestamp(6), concurrency_key varchar, created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL
);
CREATE INDEX index_solid_queue_jobs_on_finished_at ON solid_queue_jobs (finished_at);
CREATE TABLE solid_queue_ready_executions (id bigserial PRIMARY KEY, job_id bigint NOT NULL UNIQUE REFERENCES solid_queue_jobs, queue_name varchar NOT NULL, priority integer DEFAULT 0 NOT NULL, created_at timestamp(6) NOT NULL);
CREATE TABLE solid_queue_claimed_executions (id bigserial PRIMARY KEY, job_id bigint NOT NULL UNIQUE REFERENCES solid_queue_jobs, process_id bigint, created_at timestamp(6) NOT NULL);
CREATE TABLE solid_queue_failed_executions (id bigserial PRIMARY KEY, job_id bigint NOT NULL UNIQUE REFERENCES solid_queue_jobs, error text, created_at timestamp(6) NOT NULL);
CREATE TABLE solid_queue_scheduled_executions (id bigserial PRIMARY KEY, job_id bigint NOT NULL UNIQUE REFERENCES solid_queue_jobs, queue_name varchar NOT NULL, priority integer DEFAULT 0 NOT NULL, scheduled_at timestamp(6) NOT NULL, created_at timestamp(6) NOT NULL);
CREATE TABLE solid_queue_blocked_executions (id bigserial PRIMARY KEY, job_id bigint NOT NULL UNIQUE REFERENCES solid_queue_jobs, queue_name varchar NOT NULL, priority integer DEFAULT 0 NOT NULL, concurrency_key varchar NOT NULL, expires_at timestamp(6) NOT NULL, created_at timestamp(6) NOT NULL);
CREATE TABLE solid_queue_processes (id bigserial PRIMARY KEY, kind varchar NOT NULL, last_heartbeat_at timestamp(6) NOT NULL, supervisor_id bigint, pid integer NOT NULL, hostname varchar, metadata text, created_at timestamp(6) NOT NULL, name varchar NOT NULL);
CREATE TABLE solid_queue_pauses (id bigserial PRIMARY KEY, queue_name varchar NOT NULL UNIQUE, created_at timestamp(6) NOT NULL);
SET TimeZone = 'UTC';
INSERT INTO solid_queue_jobs (queue_name, class_name, finished_at, created_at, updated_at) SELECT q, 'J', now() + f, now() + c, now() FROM (VALUES ('default', NULL::interval, '-5 min'::interval), ('default', NULL, '-1 h'),
	('default', NULL, '-1 h'), ('default', NULL, '-1 h'), ('default', NULL, '-1 h'), ('default', NULL, '-1 h'), ('mail', '-10 s', '-30 s'), ('mail', '-5 s', '-20 s'), ('mail', '-1 h', '-1 h')) v (q, f, c);
INSERT INTO solid_queue_ready_executions (job_id, queue_name, created_at) VALUES (1, 'default', now() - interval '5 min'), (2, 'default', now() - interval '1 min');
INSERT INTO solid_queue_claimed_executions (job_id, process_id, created_at) VALUES (3, 1, now() - interval '25 s');
INSERT INTO solid_queue_scheduled_executions (job_id, queue_name, scheduled_at, created_at) VALUES (4, 'default', now() + interval '1 h', now());
INSERT INTO solid_queue_blocked_executions (job_id, queue_name, concurrency_key, expires_at, created_at) VALUES (5, 'default', 'k', now() + interval '1 h', now());
INSERT INTO solid_queue_failed_executions (job_id, error, created_at) VALUES (6, '{}', now());
INSERT INTO solid_queue_processes (kind, last_heartbeat_at, pid, created_at, name) VALUES ('Worker', now() - interval '40 s', 1, now(), 'w1'), ('Worker', now() - interval '1 h', 2, now(), 'w2'),
	('Dispatcher', now(), 3, now(), 'd');
INSERT INTO solid_queue_pauses (queue_name, created_at) VALUES ('mail', now());
