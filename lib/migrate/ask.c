/* ask - the tables of migrations of a PostgreSQL: one question to the catalog, one to the tables */
#include "base/clock.h"
#include "migrate/catalog.h"
#include "net/loop.h"

enum {
	STATEMENT_MS = 500,
	LEFT_MS = 30, /* nothing is begun with less */
	ROWS_MAX = 400000,
	BYTES_MAX = 64 << 20,
};

static const char too_long[] = "57014", locked[] = "55P03", denied[] = "42501";
/* Answers of the first message. */
enum { ZONE, RELATIONS, SETTINGS, IDENTITY };

struct ir_migrate_ask {
	struct ir_ctx *ctx;
	struct ir_pg *pg;
	int64_t at_us;
	struct ir_migrate_database *ret;
	ir_migrate_ask_cb *cb;
	void *arg;
	struct ir_timer *timer;
	bool tables, stopped;
	struct ir_migrate_catalog catalog;
	struct ir_migrate_place *places;
	size_t sent[IR_MIGRATE_TABLES], n_sent, next; /* tables that are asked; the first one without an answer */
};

static void
end(struct ir_migrate_ask *a)
{
	a->stopped = true;
	ir_loop_release(a->ctx->loop);
	a->cb(a->arg, NULL);
}

/* What is not read yet will not be. */
static void
give_up(struct ir_migrate_ask *a, const char *why)
{
	const char *message = ir_asprintf(a->ctx->arena, "not read: %s", why);

	if (!a->tables)
		a->ret->trouble = ir_strdup(a->ctx->arena, why);
	for (; a->next < a->n_sent; a->next++)
		a->ret->v[a->sent[a->next]].trouble = message;
	end(a);
}

static ir_pg_cb on_answer;

static void
ask_for(struct ir_migrate_ask *a, const struct ir_list *sql)
{
	struct ir_err err = IR_ERR_INIT;
	int64_t now = ir_mono_us(), left_ms = (a->at_us - now) / 1000;
	struct ir_pg_query q = {
		.effect = IR_READ, .all_rows = a->tables, .max_rows = ROWS_MAX, .max_bytes = BYTES_MAX
	};

	/* Times without zone are UTC nearly everywhere. */
	ir_list_add(a->ctx->arena, &q.sql, "SELECT set_config('TimeZone', 'UTC', true)");
	for (size_t i = 0; i < sql->n; i++)
		ir_list_add(a->ctx->arena, &q.sql, sql->v[i]);
	if (left_ms < LEFT_MS) {
		give_up(a, "no time left");
		return;
	}
	q.statement_ms = STATEMENT_MS < left_ms * 2 / 3 ? STATEMENT_MS : left_ms * 2 / 3;
	q.timeout_us = a->at_us - now;
	if (ir_pg_query(a->pg, &q, on_answer, a, &err) < 0)
		give_up(a, err.msg);
}

static void
ask_tables(struct ir_migrate_ask *a)
{
	struct ir_list sql = { 0 };

	for (size_t i = a->next; i < a->n_sent; i++)
		ir_list_add(a->ctx->arena, &sql, a->places[a->sent[i]].statement);
	if (sql.n)
		ask_for(a, &sql);
	else
		end(a);
}

/* Why the table has no answer, and what helps. */
static void
tell_failed(struct ir_migrate_ask *a, struct ir_migrate_table *t, const struct ir_pg_res *res)
{
	struct ir_arena *arena = a->ctx->arena;
	const char *table = ir_pg_relation(arena, t->schema, t->name);

	t->trouble = ir_strdup(arena, res->message);
	if (strcmp(res->sqlstate, locked) == 0) {
		t->trouble = ir_asprintf(arena, "%s is locked", table);
		t->hint = "find who holds the lock: SELECT pid, mode FROM pg_locks WHERE granted AND mode = "
			  "'AccessExclusiveLock'";
	} else if (strcmp(res->sqlstate, denied) == 0) {
		t->hint = ir_pg_grant(arena, t->schema, t->name, a->catalog.user);
	} else if (strcmp(res->sqlstate, too_long) == 0) {
		t->trouble = ir_asprintf(arena, "reading %s takes too long", table);
	}
}

static void
take_tables(struct ir_migrate_ask *a, const struct ir_pg_res *res)
{
	for (size_t i = 1; i < res->sets_n && a->next < a->n_sent; i++, a->next++) {
		size_t t = a->sent[a->next];

		ir_migrate_rows(a->ctx->arena, &a->places[t], &res->sets[i], &a->ret->v[t]);
	}
	if (res->error == IR_PG_SERVER && ir_pg_usable(a->pg) && res->sets_n && a->next < a->n_sent) {
		tell_failed(a, &a->ret->v[a->sent[a->next++]], res);
		ask_tables(a);
	} else if (res->error) {
		give_up(a, res->message);
	} else {
		end(a);
	}
}

/* The server's identity is asked last: not every server tells it, and not to everybody. */
static void
take_catalog(struct ir_migrate_ask *a, const struct ir_pg_res *res)
{
	const char *server = res->sets_n > IDENTITY ? ir_pg_cell(&res->sets[IDENTITY], 0, 0) : NULL;

	if (res->sets_n <= SETTINGS) {
		give_up(a, res->message);
		return;
	}
	ir_migrate_catalog_take(&a->catalog, &res->sets[RELATIONS], &res->sets[SETTINGS]);
	if (server && *server)
		a->ret->identity = ir_asprintf(a->ctx->arena, "%s/%s", server, a->catalog.database);
	a->places = ir_migrate_places(&a->catalog, a->ret);
	a->tables = true;
	for (size_t i = 0; i < a->ret->n; i++)
		if (a->places[i].statement)
			a->sent[a->n_sent++] = i;
	if (ir_pg_usable(a->pg))
		ask_tables(a);
	else
		give_up(a, res->message);
}

static void
on_answer(void *arg, struct ir_pg *pg, const struct ir_pg_res *res)
{
	struct ir_migrate_ask *a = arg;

	(void)pg;
	if (a->stopped)
		return;
	if (a->tables)
		take_tables(a, res);
	else
		take_catalog(a, res);
}

static void
on_begin(void *arg)
{
	struct ir_migrate_ask *a = arg;
	struct ir_list sql = { 0 };

	a->timer = NULL;
	ir_list_add(a->ctx->arena, &sql, ir_migrate_catalog_sql(a->ctx->arena));
	ir_list_add(a->ctx->arena, &sql, ir_migrate_settings_sql());
	ir_list_add(a->ctx->arena, &sql, "SELECT system_identifier FROM pg_control_system()");
	ask_for(a, &sql);
}

struct ir_migrate_ask *
ir_migrate_ask(struct ir_ctx *ctx, struct ir_pg *pg, int64_t at_us, struct ir_migrate_database *ret,
    ir_migrate_ask_cb *cb, void *arg, struct ir_err *err)
{
	struct ir_migrate_ask *a;

	if (!ir_pg_usable(pg)) {
		ir_fail(err, IR_BACKEND, "the connection is not usable any more");
		return NULL;
	}
	a = IR_NEW(ctx->arena, struct ir_migrate_ask);
	a->ctx = ctx;
	a->pg = pg;
	a->at_us = at_us && at_us < ctx->deadline_us ? at_us : ctx->deadline_us;
	a->ret = ret;
	a->cb = cb;
	a->arg = arg;
	a->catalog.arena = ctx->arena;
	ret->identity = "";
	ir_loop_hold(ctx->loop);
	a->timer = ir_loop_at(ctx->loop, 0, on_begin, a);
	return a;
}

/* No callback comes. */
void
ir_migrate_ask_stop(struct ir_migrate_ask *a)
{
	if (!a || a->stopped)
		return;
	a->stopped = true;
	if (a->timer)
		ir_timer_cancel(a->timer);
	else
		ir_pg_stop(a->pg);
	ir_loop_release(a->ctx->loop);
}
