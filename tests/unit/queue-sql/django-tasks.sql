-- django-tasks 0.8, its database backend, migrations to 0018
CREATE SCHEMA djtasks; SET search_path = djtasks;
CREATE TABLE django_tasks_database_dbtaskresult (
	id uuid PRIMARY KEY, status varchar(10) NOT NULL, enqueued_at timestamptz NOT NULL, started_at timestamptz, finished_at timestamptz, args_kwargs jsonb NOT NULL,
	priority integer NOT NULL CONSTRAINT priority_range CHECK (priority BETWEEN -100 AND 100), task_path text NOT NULL, worker_ids jsonb NOT NULL,
	queue_name varchar(32) NOT NULL, backend_name varchar(32) NOT NULL, run_after timestamptz NOT NULL, return_value jsonb, exception_class_path text NOT NULL,
	traceback text NOT NULL, metadata jsonb NOT NULL
);
CREATE INDEX django_task_new_ordering_idx ON django_tasks_database_dbtaskresult (status, priority DESC, run_after) WHERE status = 'READY';
CREATE INDEX django_task_queue_n ON django_tasks_database_dbtaskresult (queue_name);
CREATE INDEX django_task_backend ON django_tasks_database_dbtaskresult (backend_name);
INSERT INTO django_tasks_database_dbtaskresult
SELECT ('00000000-0000-0000-0000-00000000000' || i)::uuid, s, now() + e, now() + started, NULL, '{}', p, 'shop.tasks.t', '[]', q, 'default',
	CASE WHEN a IS NULL THEN '9999-01-01 00:00+00' ELSE now() + a END, NULL, '', '', '{}'
FROM (VALUES (1, 'READY', '-10 min'::interval, NULL::interval, 0, 'default', NULL::interval), (2, 'READY', '-1 h', NULL, 5, 'default', '-2 min'),
	(3, 'READY', '-1 min', NULL, 0, 'default', '1 h'), (4, 'RUNNING', '-1 min', '-30 s', 0, 'default', NULL), (5, 'FAILED', '-1 h', '-1 h', 0, 'default', NULL),
	(6, 'SUCCESSFUL', '-1 h', '-1 h', 0, 'default', NULL), (7, 'READY', '-20 s', NULL, 0, 'it''s "so"' || chr(10) || '; $T {x}', NULL)) v (i, s, e, started, p, q, a);
