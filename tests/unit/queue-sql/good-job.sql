-- good_job 3.20 (create_goods_jobs, with what came until then) and its settings
CREATE SCHEMA goodjob; SET search_path = goodjob;
CREATE TABLE good_jobs (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(), queue_name text, priority integer, serialized_params jsonb, scheduled_at timestamp(6), performed_at timestamp(6),
	finished_at timestamp(6), error text, created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL, active_job_id uuid, concurrency_key text, cron_key text,
	retried_good_job_id uuid, cron_at timestamp(6), batch_id uuid, batch_callback_id uuid, is_discrete boolean, executions_count integer, job_class text, error_event smallint
);
CREATE TABLE good_job_processes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL, state jsonb);
CREATE TABLE good_job_settings (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL, key text UNIQUE, value jsonb);
CREATE INDEX index_good_jobs_on_scheduled_at ON good_jobs (scheduled_at) WHERE finished_at IS NULL;
CREATE INDEX index_good_jobs_on_queue_name_and_scheduled_at ON good_jobs (queue_name, scheduled_at) WHERE finished_at IS NULL;
CREATE INDEX index_good_jobs_jobs_on_finished_at ON good_jobs (finished_at) WHERE retried_good_job_id IS NULL AND finished_at IS NOT NULL;
CREATE INDEX index_good_jobs_jobs_on_priority_created_at_when_unfinished ON good_jobs (priority DESC NULLS LAST, created_at) WHERE finished_at IS NULL;
INSERT INTO good_jobs (id, queue_name, priority, scheduled_at, performed_at, finished_at, error, created_at, updated_at, retried_good_job_id)
SELECT ('00000000-0000-0000-0000-00000000000' || i)::uuid, q, 0, u + s, u + p, u + f, e, u + interval '-1 h', u, r::uuid FROM (SELECT now() AT TIME ZONE 'utc' AS u) t, (VALUES
	(1, 'default', '-2 min'::interval, NULL::interval, NULL::interval, NULL::text, NULL::text), (2, 'default', '-3 min', NULL, NULL, NULL, NULL), (3, 'mail', NULL, NULL, NULL, NULL, NULL),
	(4, 'default', '5 min', NULL, NULL, 'Timeout', NULL), (5, 'default', '-5 min', '-40 s', NULL, NULL, NULL), (6, 'default', '-5 min', '-1 min', '-30 s', NULL, NULL),
	(7, 'default', '-5 min', '-1 min', '-30 s', NULL, NULL), (8, 'default', '-1 d', '-1 d', '-1 d', 'Boom', NULL),
	(9, 'default', '-1 d', '-1 d', '-1 d', 'Boom', '00000000-0000-0000-0000-000000000008')) v (i, q, s, p, f, e, r);
INSERT INTO good_job_processes (created_at, updated_at, state) SELECT u, u + d, '{}' FROM (SELECT now() AT TIME ZONE 'utc' AS u) t, (VALUES ('-20 s'::interval), ('-1 h')) v (d);
INSERT INTO good_job_settings (created_at, updated_at, key, value) VALUES (now(), now(), 'cron_keys_disabled', '[]'), (now(), now(), 'pauses', '{"queues": ["mail"], "job_classes": []}');
