/*
 * migrate_ask - tables of migrations in a real PostgreSQL
 *
 * Those of Knex, Sequelize, TypeORM and Sqitch were made by these (tests/unit/migrate-TOOL); the others are written here as the tools' sources have them.
 */
#include "fixture.h"
#include "migrate_fake.h"
#include "sql_session.h"
#include "tap.h"

struct look {
	struct ir_migrate_database d;
	int called;
	int64_t us;
};

static void
on_told(void *arg, const struct ir_err *why)
{
	struct look *l = arg;

	(void)why;
	l->called++;
}

static struct look
look(const char *user, int64_t at_us)
{
	struct ir_err err = IR_ERR_INIT;
	struct look l = { .d = { .name = "main" } };
	struct session s;

	session_open(&s, user, db.port);
	l.us = ir_mono_us();
	if (!ir_migrate_ask(&s.ctx, s.pg, at_us, &l.d, on_told, &l, &err))
		OK(false, "asked: %s", err.msg);
	if (l.called)
		OK(false, "not told from inside the call");
	ir_loop_run(s.loop, NULL, NULL);
	l.us = ir_mono_us() - l.us;
	if (l.called != 1)
		OK(false, "told once, not %d times", l.called);
	session_close(&s);
	return l;
}

static const char *
row_text(const struct ir_migrate_row *r)
{
	static const char *const states[] = { "", " failed", " undone" };
	char time[IR_TIME_MAX];

	return ir_asprintf(&arena, "%s%s%s%s%s%s%s%s%s%s%s%s%s%s\n", r->app, *r->app ? "/" : "", r->name,
	    states[r->state], r->applied_ms == IR_TIME_NONE ? "" : " ", ir_time_format(time, r->applied_ms),
	    r->time_basis ? " " : "", r->time_basis ? r->time_basis : "", r->batch ? " #" : "",
	    r->batch ? r->batch : "", r->author ? " by " : "", r->author ? r->author : "", r->error ? ": " : "",
	    r->error ? r->error : "");
}

/* A table a line, its rows below it; what stands in the way behind a '!'. schema NULL: all. */
static const char *
text(const struct look *l, const char *schema)
{
	const char *all = l->d.trouble ? ir_asprintf(&arena, "! %s\n", l->d.trouble) : "";

	for (size_t i = 0; i < l->d.n; i++) {
		const struct ir_migrate_table *t = &l->d.v[i];

		if (schema && strcmp(t->schema, schema) != 0)
			continue;
		all = ir_asprintf(&arena, "%s%s %s.%s%s%s%s\n", all, t->type->name, t->schema, t->name,
		    t->trouble ? " ! " : "", t->trouble ? t->trouble : "", t->cut ? " cut" : "");
		for (size_t k = 0; k < t->n && k < 10; k++)
			all = ir_asprintf(&arena, "%s  %s", all, row_text(&t->v[k]));
	}
	return all;
}

static const char *
seen(const char *schema)
{
	struct look l = look("admin", 0);

	return text(&l, schema);
}

static void
load(const char *tool)
{
	size_t n;

	if (!psql(fixture(&arena, ir_asprintf(&arena, "tests/unit/migrate-%s/table.sql", tool), &n)))
		OK(false, "the table of %s is loaded", tool);
}

static void
test_layouts(void)
{
	IS_STR(seen(NULL), "", "nothing where nothing is");
	load("knex");
	load("sequelize");
	load("typeorm");
	IS_STR(seen("knex"),
	    "knex knex.knex_migrations\n  20261128130310_create_users.js 2026-11-28T13:03:13.518Z row applied #1\n"
	    "  20261128130311_add_email.js 2026-11-28T13:03:13.927Z row applied #2\n",
	    "knex");
	IS_STR(seen("sequelize"), "sequelize sequelize.SequelizeMeta\n  20261128130315-create-users.js\n", "sequelize");
	IS_STR(seen("typeorm"), "typeorm typeorm.migrations\n  AddEmail1795870998663\n", "typeorm");
	load("sqitch");
	OK(strstr(seen("sqitch"), "sqitch sqitch.changes\n  shop/users 2026-11-28T") &&
		strstr(seen("sqitch"), " row applied by root\n  shop/email 2026") &&
		strstr(seen("sqitch"), "  shop/bad failed 2026"),
	    "sqitch, with what failed");
	psql("CREATE SCHEMA laravel; CREATE TABLE laravel.migrations(id serial PRIMARY KEY, migration varchar(255) NOT "
	     "NULL, batch "
	     "integer NOT NULL); INSERT INTO laravel.migrations(migration, batch) VALUES ('2026_01_01_000000_b', 1), "
	     "('2026_01_01_000000_a', 2)");
	IS_STR(seen("laravel"), "laravel laravel.migrations\n  2026_01_01_000000_b #1\n  2026_01_01_000000_a #2\n",
	    "laravel: another layout of the same name");
	psql("CREATE SCHEMA ecto; CREATE TABLE ecto.schema_migrations(version bigint PRIMARY KEY, inserted_at "
	     "timestamp(0)); INSERT "
	     "INTO ecto.schema_migrations VALUES (20260102000000, '2026-01-03 04:05:06'), (20260101000000, NULL)");
	IS_STR(seen("ecto"),
	    "ecto ecto.schema_migrations\n  20260101000000\n  20260102000000 2026-01-03T04:05:06.000Z row applied\n",
	    "ecto, in UTC whatever the session's zone");
	psql("CREATE SCHEMA lb; CREATE TABLE lb.databasechangelog(id varchar(255) NOT NULL, author varchar(255) NOT "
	     "NULL, filename "
	     "varchar(255) NOT NULL, dateexecuted timestamp NOT NULL, orderexecuted int NOT NULL, exectype varchar(10) "
	     "NOT NULL, md5sum "
	     "varchar(35), description varchar(255), comments varchar(255), tag varchar(255), liquibase varchar(20), "
	     "contexts "
	     "varchar(255), labels varchar(255), deployment_id varchar(10)); CREATE TABLE lb.databasechangeloglock(id "
	     "int PRIMARY KEY, "
	     "locked boolean NOT NULL, lockgranted timestamp, lockedby varchar(255)); INSERT INTO "
	     "lb.databasechangeloglock VALUES (1, "
	     "false); INSERT INTO lb.databasechangelog VALUES ('2', 'ann', 'db/b.sql', '2026-01-02', 2, 'FAILED', "
	     "'9:x', 'sql', '', NULL, "
	     "'4.2', NULL, NULL, '777'), ('1', 'bob', 'db/a.xml', '2026-01-01', 1, 'EXECUTED', '9:y', '', '', NULL, "
	     "'4.2', NULL, NULL, "
	     "'666'), ('3', 'bob', 'db/a.xml', '2026-01-01', 3, 'MARK_RAN', '9:y', '', '', NULL, '4.2', NULL, NULL, "
	     "'666')");
	IS_STR(seen("lb"),
	    "liquibase lb.databasechangelog\n  db/a.xml/1 2026-01-01T00:00:00.000Z row applied #666 by bob\n"
	    "  db/b.sql/2 failed 2026-01-02T00:00:00.000Z row applied #777 by ann\n"
	    "  db/a.xml/3 2026-01-01T00:00:00.000Z row applied #666 by bob\n",
	    "liquibase, in its order");
}

static void
test_locks_left(void)
{
	psql("UPDATE knex.knex_migrations_lock SET is_locked = 1; UPDATE lb.databasechangeloglock SET locked = true, "
	     "lockedby = "
	     "'host-1', lockgranted = '2026-01-02 03:04:05'");
	OK(strstr(
	       seen("knex"), "  knex_migrations_lock failed: the lock is held: a migration runs, or one broke off\n"),
	    "knex's lock, told as failed");
	OK(strstr(seen("lb"), "  databasechangeloglock failed: the lock is held by host-1 since 2026-01-02 03:04:05\n"),
	    "liquibase's, with who holds it");
	psql("UPDATE knex.knex_migrations_lock SET is_locked = 0; DROP TABLE lb.databasechangeloglock");
	OK(strstr(seen("lb"), "db/a.xml/1"), "without a table of locks, too");
}

/* By its columns, not its name alone; under another name only when the columns are its own. */
static void
test_alike(void)
{
	psql("CREATE SCHEMA bait; CREATE TABLE bait.migrations(id int, name text); CREATE TABLE "
	     "bait.schema_migrations(id "
	     "bigint); CREATE TABLE bait.knex_migrations(name text); CREATE TABLE bait.\"SequelizeMeta\"(id int); "
	     "CREATE TABLE "
	     "bait.databasechangelog(id int, author text); CREATE VIEW bait.other AS SELECT 1");
	IS_STR(seen("bait"), "", "what only has the names is none");
	psql("CREATE TABLE bait.both(id int, \"timestamp\" bigint, name text, migration text, batch int); ALTER TABLE "
	     "bait.migrations "
	     "ADD \"timestamp\" bigint, ADD migration text, ADD batch int");
	IS_STR(seen("bait"), "", "nor is what has the columns of two that exclude each other");
	psql("CREATE SCHEMA \"Odd;\"\"\"; CREATE TABLE \"Odd;\"\"\".\"my;mig\"(id int, name text, batch int, "
	     "migration_time timestamptz); "
	     "INSERT INTO \"Odd;\"\"\".\"my;mig\" VALUES (1, 'x.js', NULL, NULL)");
	IS_STR(seen("Odd;\""), "knex Odd;\".my;mig\n  x.js\n",
	    "one that goes by another name, with names that are not kind");
	psql("CREATE TABLE knex.knex_old AS SELECT * FROM knex.knex_migrations");
	OK(!strstr(seen("knex"), "knex_old"), "a copy beside the real one is none");
	psql("DROP TABLE knex.knex_old; CREATE TABLE ecto.extra(id int, \"timestamp\" bigint, name text)");
	OK(!strstr(seen("ecto"), "extra"), "common columns do not make a table one");
}

static void
test_rights(void)
{
	struct look l;

	psql("CREATE ROLE few LOGIN PASSWORD '" POSTGRES_PASSWORD
	     "'; GRANT USAGE ON SCHEMA laravel, ecto, knex TO few; GRANT SELECT "
	     "ON ecto.schema_migrations, knex.knex_migrations TO few");
	l = look("few", 0);
	OK(strstr(text(&l, "ecto"), "20260101000000"), "what may be read is");
	OK(strstr(text(&l, "knex"), "20261128130310_create_users.js"),
	    "without the table of locks, when that may not be read");
	IS_STR(text(&l, "laravel"),
	    "laravel laravel.migrations ! \"laravel\".\"migrations\" may not be read by \"few\"\n",
	    "what may not is told");
	for (size_t i = 0; i < l.d.n; i++)
		if (strcmp(l.d.v[i].schema, "typeorm") == 0)
			IS_STR(l.d.v[i].hint,
			    "GRANT USAGE ON SCHEMA \"typeorm\" TO \"few\"; GRANT SELECT ON \"typeorm\".\"migrations\" "
			    "TO \"few\"",
			    "with what would help");
	OK(strlen(l.d.identity) > 15 && strstr(l.d.identity, "/postgres"), "the database's identity: %s", l.d.identity);
	psql("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC; ALTER TABLE ecto.schema_migrations ENABLE "
	     "ROW LEVEL SECURITY");
	l = look("few", 0);
	IS_STR(l.d.identity, "", "an identity that may not be asked for");
	OK(strstr(text(&l, "knex"), "20261128130310"), "takes nothing with it");
	OK(strstr(text(&l, "ecto"), "! row level security would hide migrations in"),
	    "rows that would be hidden are told");
	psql("ALTER TABLE ecto.schema_migrations DISABLE ROW LEVEL SECURITY; GRANT EXECUTE ON FUNCTION "
	     "pg_control_system() TO PUBLIC");
	psql("REVOKE SELECT ON ecto.schema_migrations FROM few; GRANT SELECT (version) ON ecto.schema_migrations TO "
	     "few");
	l = look("few", 0);
	OK(strstr(text(&l, "ecto"), "! ") && strstr(text(&l, "knex"), "20261128130310"),
	    "a column that may not be read takes nothing with it");
}

/* Two of the tables are held by a session that sleeps: the others are told. */
static void
test_locked(void)
{
	char program[300], port[16];
	const char *const hold[] = { "env", "PGPASSWORD=" POSTGRES_PASSWORD, program, "-qX", "-h", db.dir, "-p", port,
		"-U", "admin", "-d", "postgres", "-c",
		"BEGIN; LOCK TABLE laravel.migrations, sequelize.\"SequelizeMeta\" IN ACCESS EXCLUSIVE MODE; SELECT "
		"pg_sleep(60)",
		NULL };
	struct look l;
	pid_t pid;

	snprintf(program, sizeof(program), "%s/psql", db.bin);
	snprintf(port, sizeof(port), "%d", db.port);
	pid = postgres_spawn(&db, hold);
	for (int i = 0;
	     i < 500 &&
	     !psql("DO $$ BEGIN IF (SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE "
		   "c.relname IN ('migrations', 'SequelizeMeta') AND mode = 'AccessExclusiveLock') < 2 THEN RAISE "
		   "'wait'; END IF; END $$");
	     i++)
		usleep(20000);
	l = look("admin", 0);
	IS_STR(text(&l, "laravel"), "laravel laravel.migrations ! \"laravel\".\"migrations\" is locked\n",
	    "one that is locked is told");
	OK(strstr(text(&l, "sequelize"), "is locked"), "and the other");
	OK(strstr(text(&l, "knex"), "20261128130310") && strstr(text(&l, "typeorm"), "AddEmail") &&
		strstr(text(&l, "lb"), "db/a.xml/1"),
	    "all others are read");
	OK(l.us < 3000000, "without waiting long");
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> "
	     "pg_backend_pid()");
}

static void
test_bounds(void)
{
	struct look l;
	const struct ir_migrate_table *t = NULL;

	psql("INSERT INTO laravel.migrations(migration, batch) SELECT 'm' || i, 3 FROM generate_series(1, 20100) i");
	l = look("admin", 0);
	for (size_t i = 0; i < l.d.n; i++)
		if (strcmp(l.d.v[i].schema, "laravel") == 0)
			t = &l.d.v[i];
	OK(t && t->cut && t->n == IR_MIGRATE_ROWS, "no more rows than are wanted");
	IS_STR(t ? t->v[t->n - 1].name : NULL, "m20100", "the newest");
	IS_STR(t ? t->v[0].name : NULL, "m101", "in their order");
	l = look("admin", ir_mono_us() + 10000);
	OK(l.d.trouble && strstr(l.d.trouble, "no time left"), "no time: %s", l.d.trouble ? l.d.trouble : "");
	psql("DO $$ BEGIN FOR i IN 1..70 LOOP EXECUTE format('CREATE SCHEMA tenant%s; CREATE TABLE "
	     "tenant%s.knex_migrations AS TABLE "
	     "knex.knex_migrations', i, i); END LOOP; END $$");
	l = look("admin", 0);
	OK(l.d.n == 64 && l.d.v[63].trouble && strstr(l.d.v[63].trouble, "not all were read"), "no more tables: %s",
	    l.d.v[63].trouble);
	OK(!l.d.v[62].trouble && l.d.v[62].n, "the others are read");
	psql("DO $$ BEGIN FOR i IN 1..70 LOOP EXECUTE format('DROP SCHEMA tenant%s CASCADE', i); END LOOP; END $$");
}

/* With the times of transactions. */
static void
test_times(void)
{
	char program[300], ready[600];
	const char *const run[] = { program, "-D", "data", NULL };

	snprintf(program, sizeof(program), "%s/postgres", db.bin);
	snprintf(ready, sizeof(ready), "%s/data/postmaster.pid", db.dir);
	psql("ALTER SYSTEM SET track_commit_timestamp = on");
	kill(db.pid, SIGINT);
	waitpid(db.pid, NULL, 0);
	db.pid = postgres_spawn(&db, run);
	for (int i = 0; i < 3000 && !postgres_has(ready, "ready"); i++)
		usleep(10000);
	psql("INSERT INTO typeorm.migrations VALUES (2, 1795870999999, 'Next1795870999999')");
	OK(strstr(seen("typeorm"), "  AddEmail1795870998663\n  Next1795870999999 2"),
	    "a time of those since it keeps them");
	OK(strstr(seen("typeorm"), "Z transaction\n"), "and how it is known");
	psql("CREATE SCHEMA v; CREATE VIEW v.migrations AS TABLE typeorm.migrations");
	OK(strstr(seen("v"), "  Next1795870999999\n"), "a view has none");
}

static void
test_stopped(void)
{
	struct ir_err err = IR_ERR_INIT;
	struct look l = { .d = { .name = "main" } };
	struct ir_migrate_ask *a;
	struct session s;

	session_open(&s, "admin", db.port);
	a = ir_migrate_ask(&s.ctx, s.pg, 0, &l.d, on_told, &l, &err);
	ir_migrate_ask_stop(a);
	IS_INT(ir_loop_run(s.loop, NULL, NULL), 0, "stopped before it began");
	a = ir_migrate_ask(&s.ctx, s.pg, 0, &l.d, on_told, &l, &err);
	ir_loop_sleep_until(s.loop, ir_mono_us() + 100);
	ir_migrate_ask_stop(a);
	ir_migrate_ask_stop(a);
	ir_migrate_ask_stop(NULL);
	ir_loop_run(s.loop, NULL, NULL);
	OK(l.called <= 1, "or under way: no callback comes after that");
	session_close(&s);
}

int
main(void)
{
	if (!postgres_up(&db, &arena)) {
		SKIP("postgresql", "tables of migrations");
		return tap_done();
	}
	psql("ALTER DATABASE postgres SET TimeZone = 'Asia/Tokyo'");
	test_layouts();
	test_locks_left();
	test_alike();
	test_rights();
	test_locked();
	test_bounds();
	test_stopped();
	test_times();
	postgres_down(&db);
	ir_arena_done(&arena);
	return tap_done();
}
