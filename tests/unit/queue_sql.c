/* queue_sql - job systems in a real PostgreSQL, with the tables that their own migrations make (tests/unit/queue-sql) */
#include <math.h>

#include "fixture.h"
#include "queue/queue.h"
#include "queue_look.h"
#include "sql_session.h"
#include "tap.h"

static void
load(const char *name)
{
	char path[200];
	size_t n;

	snprintf(path, sizeof(path), "tests/unit/queue-sql/%s.sql", name);
	if (!psql(fixture(&arena, path, &n)))
		OK(false, "%s is loaded", path);
}

static struct queue_look
sessiqueue_look_take(struct session *s, const struct ir_queue_ask *ask)
{
	struct ir_err err = IR_ERR_INIT;
	struct queue_look l = { 0 };
	int64_t start = ir_mono_us();

	if (!ir_queue_sql(&s->ctx, s->pg, ask, queue_look_take, &l, &err))
		snprintf(l.troubles, sizeof(l.troubles), "%s\n", err.msg);
	if (l.called)
		OK(false, "not told from inside the call");
	ir_loop_run(s->loop, NULL, NULL);
	l.us = ir_mono_us() - start;
	return l;
}

static struct queue_look
look(const char *user, struct ir_queue_ask ask)
{
	struct session s;
	struct queue_look l;

	session_open(&s, user, db.port);
	l = sessiqueue_look_take(&s, &ask);
	session_close(&s);
	return l;
}

/* Every system as its migrations make it. */
static const struct layout {
	const char *fixture, *type, *schema, *want;
} layouts[] = {
	{ "delayed-job", "delayed-job", "delayed",
	    "delayed-job/ p=1 r=0 s=0 f=0 old=120 next=3\n"
	    "delayed-job/mail p=3 r=1 s=1 f=1 old=25200 run=120 next=2,4,1\n" },
	{ "django-q", "django-q", "djangoq",
	    "django-q/default p=2 r=0 old=40 next=1,2\n"
	    "django-q/long p=0 r=1\n" },
	{ "django-tasks", "django-tasks", "djtasks",
	    "django-tasks/default p=2 r=1 s=1 f=1 old=600 run=30 next=2,1\n"
	    "django-tasks/it's \"so\"\n"
	    "; $T {x} p=1 r=0 s=0 f=0 old=20 next=7\n" },
	{ "good-job", "good-job", "goodjob",
	    "good-job/default p=2 r=1 s=1 f=1 c=1 old=180 run=40 out=2/min next=1,2\n"
	    "good-job/mail p=1 r=0 s=0 f=0 c=1 old=3600 out=0/min next=3 paused\n" },
	{ "graphile-worker", "graphile-worker", "graphile_worker",
	    "graphile-worker/ p=2 r=1 s=1 f=1 old=240 run=90 next=2,1\n" },
	{ "huey", "huey", "huey", "huey/shop p=3 s=1 next=3,1,2\n" },
	{ "laravel", "laravel", "laravel",
	    "laravel/default p=2 r=1 s=1 f=2 old=120 run=30 next=1,2\n"
	    "laravel/mail p=1 r=0 s=0 f=0 old=10 next=5\n" },
	{ "oban", "oban", "oban",
	    "oban/default p=2 r=1 s=2 f=0 own=2 old=300 run=70 in=1/min next=2,3\n"
	    "oban/mail p=0 r=0 s=0 f=1 own=1 in=3/min paused\n" },
	{ "pg-boss", "pg-boss", "pgboss",
	    "pg-boss/idle p=0 r=0 s=0 f=0\n"
	    "pg-boss/images p=1 r=1 s=0 f=0 old=20 run=50 next=6\n"
	    "pg-boss/mail p=2 r=0 s=2 f=1 old=180 next=1,2\n" },
	{ "pg-boss-9", "pg-boss", "pgboss9", "pg-boss/old p=1 r=1 s=1 f=1 old=30 run=20 next=6\n" },
	{ "pgmq", "pgmq", "pgmq",
	    "pgmq/a b\"c p=0 r=0 s=0 sent=0\n"
	    "pgmq/mail p=3 r=1 s=1 sent=6 old=300 next=1,2,3\n" },
	{ "procrastinate", "procrastinate", "procrastinate",
	    "procrastinate/default p=2 r=1 s=1 f=1 c=2 old=360 out=2/min next=2,1\n"
	    "procrastinate/mail p=1 r=0 s=0 f=0 c=2 old=20 out=0/min next=9 paused\n" },
	{ "que", "que", "que",
	    "que/default p=3 r=0 s=1 f=1 c=0 old=180 next=3,1,2\n"
	    "que/mail p=1 r=0 s=0 f=0 c=0 old=10 next=7\n" },
	{ "river", "river", "river",
	    "river/default p=2 r=1 s=3 f=1 old=240 run=40 in=3/min out=3/min next=1,2\n"
	    "river/idle p=0 r=0 s=0 f=0 in=0/min out=0/min\n"
	    "river/mail p=1 r=0 s=0 f=0 old=0 in=1/min out=0/min next=12 paused\n" },
	{ "solid-queue", "solid-queue", "solid",
	    "solid-queue/default p=2 r=1 s=2 f=1 c=1 old=300 run=20 in=0/min out=0/min next=1,2\n"
	    "solid-queue/mail p=0 r=0 s=0 f=0 c=1 in=2/min out=2/min paused\n" },
};
enum { LAYOUTS = sizeof(layouts) / sizeof(layouts[0]) };

static void
test_layouts(void)
{
	for (size_t i = 0; i < LAYOUTS; i++) {
		struct queue_look l;

		load(layouts[i].fixture);
		l = look("admin", (struct ir_queue_ask){ .type = layouts[i].type, .prefix = layouts[i].schema });
		IS_STR(l.text, layouts[i].want, "%s", layouts[i].fixture);
		IS_STR(l.troubles, "", "%s without trouble", layouts[i].fixture);
	}
}

/* A table of one's own: by its name alone, with statuses of other types, in another schema, and what stands in the way. */
static void
test_own(void)
{
	const struct ir_queue_ask jobs = {
		.table = "jobs_jobqueue", .pending = "pending", .running = "running", .failed = "failed"
	};
	struct ir_queue_ask ask = jobs;
	struct queue_look l;

	psql("CREATE TABLE jobs_jobqueue(id serial PRIMARY KEY, status text, created_at timestamptz, run_at "
	     "timestamptz);"
	     "INSERT INTO jobs_jobqueue(status, created_at, run_at) SELECT 'pending', now() - interval '95 s', NULL "
	     "FROM "
	     "generate_series(1, 3); INSERT INTO jobs_jobqueue(status, created_at, run_at) VALUES ('pending', now(), "
	     "now() + "
	     "interval '1 h'), ('running', now(), NULL), ('failed', now(), NULL), ('done', now(), NULL)");
	l = look("admin", jobs);
	IS_STR(l.text, "table/ p=3 r=1 s=1 f=1 old=90 next=1,2,3\n", "by its name alone");
	IS_STR(l.troubles, "", "without trouble");
	psql("CREATE SCHEMA app; CREATE TYPE app.st AS ENUM ('new', 'busy', 'it''s'); CREATE TABLE app.\"Odd; "
	     "\"\"table\"\"\"(state app.st, "
	     "inserted_at timestamp); INSERT INTO app.\"Odd; \"\"table\"\"\" VALUES ('new', now() AT TIME ZONE 'utc' - "
	     "interval '65 s'), "
	     "('it''s', NULL)");
	ask.table = "app.\"Odd; \"\"table\"\"\"";
	ask.pending = "new, it's";
	ask.running = "busy";
	l = look("admin", ask);
	IS_STR(l.text, "table/ p=2 r=0 old=60\n", "an enum, a schema and a name that is not kind");
	ask = jobs;
	ask.pending_sql = "SELECT 42;";
	ask.oldest_sql = "SELECT 7.5";
	ask.table = NULL;
	l = look("admin", ask);
	IS_STR(l.text, "table/ p=42 old=0\n", "statements of one's own");
	ask.pending_sql = "SELECT nosuch";
	l = look("admin", ask);
	OK(strstr(l.troubles, "nosuch"), "one that is wrong is told: %s", l.troubles);
	ask = jobs;
	ask.table = "nosuch";
	l = look("admin", ask);
	OK(strstr(l.troubles, "there is no table nosuch here"), "a table that is not there: %s", l.troubles);
}

static void
test_rights(void)
{
	const struct ir_queue_ask jobs = { .table = "jobs_jobqueue", .pending = "pending" };
	struct queue_look l;

	psql("CREATE ROLE few LOGIN PASSWORD '" POSTGRES_PASSWORD "'");
	l = look("few", jobs);
	OK(strncmp(l.troubles, "! table: ", 9) == 0 &&
		strstr(l.troubles, "GRANT SELECT ON \"public\".\"jobs_jobqueue\" TO \"few\""),
	    "no right to the table: %s", l.troubles);
	IS_STR(l.text, "", "and nothing is guessed");
	psql("GRANT SELECT ON jobs_jobqueue TO few; ALTER TABLE jobs_jobqueue ENABLE ROW LEVEL SECURITY");
	l = look("few", jobs);
	OK(strncmp(l.troubles, "! table: row level security", 27) == 0, "rows that would be hidden: %s", l.troubles);
	IS_STR(l.text, "", "are not told to be none");
	psql("ALTER TABLE jobs_jobqueue DISABLE ROW LEVEL SECURITY");
	l = look("few", jobs);
	IS_STR(l.text, "table/ p=3 s=1 old=90 next=1,2,3\n", "well again");
}

/* What is called as those of a system and is not; nothing; and a system whose tables are empty. */
static void
test_recognition(void)
{
	struct queue_look l;

	psql("DROP SCHEMA delayed, djangoq, djtasks, goodjob, graphile_worker, huey, laravel, oban, pgboss, pgboss9, "
	     "pgmq, procrastinate, que, "
	     "river, solid CASCADE");
	l = look("admin", (struct ir_queue_ask){ .type = NULL });
	IS_STR(l.text, "", "nothing is recognised where nothing is");
	psql("CREATE SCHEMA bait; CREATE TABLE bait.jobs(id int, queue text); CREATE TABLE bait.river_job(id int); "
	     "CREATE TABLE "
	     "bait.oban_jobs(state text)");
	l = look("admin", (struct ir_queue_ask){ .type = NULL });
	IS_STR(l.text, "", "nor what only has the names");
	IS_STR(l.troubles, "", "without a word");
	load("oban");
	psql("TRUNCATE oban.oban_jobs, oban.oban_producers");
	l = look("admin", (struct ir_queue_ask){ .type = NULL });
	IS_STR(l.text, "oban/ p=0 r=0 s=0 f=0 c=0 in=0/min\n", "an empty one is");
}

/* A table that takes too long to count: what the planner thinks, and the index that would help. */
static void
test_slow(void)
{
	struct ir_queue_ask ask = { .table = "big", .pending = "pending", .statement_ms = 20 };
	struct queue_look l;

	psql("CREATE UNLOGGED TABLE big(id int, status text, created_at timestamptz); INSERT INTO big SELECT i, CASE "
	     "WHEN i % 100 = 0 THEN "
	     "'pending' ELSE 'done' END, now() - interval '1 h' FROM generate_series(1, 1000000) i; ANALYZE big");
	l = look("admin", ask);
	OK(strstr(l.text, " estimate # pending is what the planner expects"), "an estimate: %s", l.text);
	OK(strstr(l.troubles, "takes longer than 20 ms") &&
		strstr(l.troubles, "CREATE INDEX CONCURRENTLY ON \"public\".\"big\""),
	    "and the index that would help: %s", l.troubles);
	OK(l.us < 2000000, "without waiting");
	psql("CREATE INDEX ON big(created_at) WHERE status = 'pending'; ANALYZE big");
	ask.statement_ms = 0;
	l = look("admin", ask);
	OK(strncmp(l.text, "table/ p=10000 ", 15) == 0 && !strstr(l.text, "estimate"), "with it all is counted: %s",
	    l.text);
}

int
main(void)
{
	if (!postgres_up(&db, &arena)) {
		SKIP("postgresql", "job systems in tables");
		return tap_done();
	}
	psql("ALTER DATABASE postgres SET TimeZone = 'Asia/Tokyo'");
	test_layouts();
	test_own();
	test_rights();
	test_recognition();
	test_slow();
	postgres_down(&db);
	ir_arena_done(&arena);
	return tap_done();
}
