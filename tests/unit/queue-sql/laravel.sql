-- Laravel 11: 0001_01_01_000002_create_jobs_table
CREATE SCHEMA laravel; SET search_path = laravel;
CREATE TABLE jobs (
	id bigserial PRIMARY KEY, queue varchar(255) NOT NULL, payload text NOT NULL, attempts smallint NOT NULL, reserved_at integer, available_at integer NOT NULL,
	created_at integer NOT NULL
);
CREATE INDEX jobs_queue_index ON jobs (queue);
CREATE TABLE failed_jobs (
	id bigserial PRIMARY KEY, uuid varchar(255) NOT NULL UNIQUE, connection text NOT NULL, queue text NOT NULL, payload text NOT NULL, exception text NOT NULL,
	failed_at timestamp(0) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO jobs (queue, payload, attempts, reserved_at, available_at, created_at) SELECT q, '{}', 0, e + r, e + a, e - 600 FROM (SELECT extract(epoch FROM now())::integer AS e) t,
	(VALUES ('default', NULL::integer, -120), ('default', NULL, -60), ('default', -30, -90), ('default', NULL, 3600), ('mail', NULL, -10)) v (q, r, a);
INSERT INTO failed_jobs (uuid, connection, queue, payload, exception) VALUES ('a', 'database', 'default', '{}', 'x'), ('b', 'database', 'default', '{}', 'x');
