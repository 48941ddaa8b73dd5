/* sql_session - a test's PostgreSQL: statements as its owner, and connections as anybody */
#ifndef IR_TESTS_UNIT_SQL_SESSION_H
#define IR_TESTS_UNIT_SQL_SESSION_H

#include "base/clock.h"
#include "net/loop.h"
#include "net/pg.h"
#include "postgres.h"
#include "tap.h"

static struct ir_arena arena;
static struct postgres db;

/* SQL, as the server's owner; a fixture's text is SQL, too. */
static inline bool
psql(const char *sql)
{
	char program[300], port[16];
	const char *const run[] = { "env", "PGPASSWORD=" POSTGRES_PASSWORD, program, "-qX", "-v", "ON_ERROR_STOP=1",
		"-h", db.dir, "-p", port, "-U", "admin", "-d", "postgres", "-f", "sql", NULL };

	snprintf(program, sizeof(program), "%s/psql", db.bin);
	snprintf(port, sizeof(port), "%d", db.port);
	postgres_file(&db, "sql", sql);
	return postgres_run(&db, run) == 0;
}

static inline void
on_open(void *arg, struct ir_pg *pg, const struct ir_pg_res *res)
{
	(void)pg;
	if (res->error)
		printf("# %s\n", res->message);
	*(bool *)arg = !res->error;
}

struct session {
	struct ir_ctx ctx;
	struct ir_loop *loop;
	struct ir_pg_target target;
	struct ir_pg *pg;
};

static inline void
session_open(struct session *s, const char *user, int port)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_pg_open open = { .effect = IR_READ, .target = &s->target };
	bool opened = false;

	memset(s, 0, sizeof(*s));
	s->ctx = (struct ir_ctx){ .command = "ir-test", .arena = &arena, .deadline_us = ir_mono_us() + 20000000 };
	s->loop = ir_loop_new(&s->ctx, &err);
	s->ctx.loop = s->loop;
	if (ir_pg_target_parse(&arena,
		ir_asprintf(
		    &arena, "postgresql://%s:" POSTGRES_PASSWORD "@127.0.0.1:%d/postgres?sslmode=disable", user, port),
		&s->target, &err) < 0 ||
	    ir_pg_open(s->loop, &open, on_open, &opened, &s->pg, &err) < 0)
		printf("Bail out! %s\n", err.msg);
	ir_loop_run(s->loop, NULL, NULL);
	if (!opened)
		OK(false, "%s is let in", user);
}

static inline void
session_close(struct session *s)
{
	ir_pg_close(s->pg);
	ir_loop_free(s->loop);
	ir_pg_target_done(&s->target);
}

#endif
