-- delayed_job_active_record 4.1, made by Rails 7: times without zone, in UTC
CREATE SCHEMA delayed; SET search_path = delayed;
CREATE TABLE delayed_jobs (
	id bigserial PRIMARY KEY, priority integer NOT NULL DEFAULT 0, attempts integer NOT NULL DEFAULT 0, handler text NOT NULL, last_error text,
	run_at timestamp(6) without time zone, locked_at timestamp(6) without time zone, failed_at timestamp(6) without time zone, locked_by varchar, queue varchar,
	created_at timestamp(6) without time zone, updated_at timestamp(6) without time zone
);
CREATE INDEX delayed_jobs_priority ON delayed_jobs (priority, run_at);
INSERT INTO delayed_jobs (priority, handler, run_at, locked_at, failed_at, queue)
SELECT p, '--- x', u + r, u + l, u + f, q FROM (SELECT now() AT TIME ZONE 'utc' AS u) t, (VALUES
	(0, '-5 min'::interval, NULL::interval, NULL::interval, 'mail'), (-1, '-1 min', NULL, NULL, 'mail'), (0, '-2 min', NULL, NULL, NULL),
	(0, '-7 h', '-6 h', NULL, 'mail'),	-- its worker died
	(0, '-3 min', '-2 min', NULL, 'mail'), (0, '1 h', NULL, NULL, 'mail'), (0, '-1 d', NULL, '-1 d', 'mail')) v (p, r, l, f, q);
