/* sql - job systems in the tables of a PostgreSQL, one after the other over one connection */
#include "base/clock.h"
#include "net/loop.h"
#include "queue/sql_type.h"

enum {
	STATEMENT_MS = 500,
	AFTER_TIMEOUT_MS = 150, /* of a system that had one already */
	LEFT_MS = 30,           /* no statement is begun with less */
	ROWS = 2000,
};

static const char too_long[] = "57014", locked[] = "55P03", denied[] = "42501";

enum doing { BEGIN, CATALOG, STATEMENTS, ESTIMATE };

struct run {
	struct ir_queue_run base;
	struct ir_ctx *ctx;
	struct ir_loop *loop;
	struct ir_pg *pg;
	const struct ir_queue_ask *ask;
	ir_queue_cb *cb;
	void *arg;
	struct ir_queue_found found;
	struct ir_timer *timer;
	enum doing doing;
	bool stopping, slow;
	struct ir_sql_place *places;
	size_t n_places, place;
	struct ir_sql_told told;
	const struct ir_sql_statement **sent; /* of this place, those that are not left out */
	struct ir_list sql;
	size_t next; /* the first one without an answer */
};

static void send_rest(struct run *);
static void next_place(struct run *);

static void
end(struct run *r)
{
	const struct ir_queue_res *res = ir_queue_sorted(&r->found);

	ir_loop_release(r->loop);
	r->cb(r->arg, res);
}

static int64_t
end_us(const struct run *r)
{
	int64_t at = r->ask->at_us;

	return at && at < r->ctx->deadline_us ? at : r->ctx->deadline_us;
}

/* Of one statement: so that the server ends it before we have to leave the connection. */
static int64_t
statement_ms(const struct run *r, int64_t left_ms)
{
	int64_t ms = r->ask->statement_ms ? r->ask->statement_ms : STATEMENT_MS;

	if (r->slow && ms > AFTER_TIMEOUT_MS)
		ms = AFTER_TIMEOUT_MS;
	return ms < left_ms * 2 / 3 ? ms : left_ms * 2 / 3;
}

static const char *
type_name(const struct run *r)
{
	return r->place < r->n_places ? r->places[r->place].type->name : r->ask->type;
}

/* What is not read yet will not be. */
static void
give_up(struct run *r, const char *why)
{
	const char *message = ir_asprintf(r->found.arena, "not read: %s", why);

	if (r->place >= r->n_places)
		ir_queue_trouble(&r->found, r->ask->type, message, NULL);
	else
		ir_sql_finish(&r->places[r->place], &r->told);
	for (; r->place < r->n_places; r->place++)
		ir_queue_trouble(&r->found, type_name(r), message, NULL);
	end(r);
}

static ir_pg_cb on_answer;

static void
ask_for(struct run *r, enum doing doing, const struct ir_list *sql)
{
	struct ir_err err = IR_ERR_INIT;
	int64_t now = ir_mono_us(), left_ms = (end_us(r) - now) / 1000;
	struct ir_pg_query q = { .effect = IR_READ, .all_rows = doing != CATALOG, .max_rows = ROWS };

	/* Times without zone are UTC with Rails, Ecto and Django: so they are compared with those that have one. */
	ir_list_add(r->found.arena, &q.sql, "SELECT set_config('TimeZone', 'UTC', true)");
	for (size_t i = 0; i < sql->n; i++)
		ir_list_add(r->found.arena, &q.sql, sql->v[i]);

	r->doing = doing;
	if (left_ms < LEFT_MS) {
		give_up(r, "no time left");
		return;
	}
	q.statement_ms = statement_ms(r, left_ms);
	q.timeout_us = end_us(r) - now;
	if (ir_pg_query(r->pg, &q, on_answer, r, &err) < 0)
		give_up(r, ir_strdup(r->found.arena, err.msg));
}

/* Why the statement has no answer, and what helps. */
static void
tell_failed(struct run *r, const struct ir_sql_statement *s, const struct ir_pg_res *res)
{
	struct ir_sql_place *p = &r->places[r->place];
	struct ir_arena *arena = r->found.arena;
	const char *table = p->tables[0] ? ir_sql_relation_name(arena, p->tables[0]) : NULL;
	const char *message = ir_strdup(arena, res->message), *hint = NULL;

	if (strcmp(res->sqlstate, too_long) == 0) {
		message = ir_asprintf(arena, "counting%s%s takes longer than %lld ms", table ? " in " : "",
		    table ? table : "", (long long)(r->ask->statement_ms ? r->ask->statement_ms : STATEMENT_MS));
		if (s->index)
			hint = ir_sql_expand(p, s, s->index);
	} else if (strcmp(res->sqlstate, locked) == 0) {
		message = ir_asprintf(arena, "%s is locked", table ? table : "a table");
		hint = "find who holds the lock: SELECT pid, mode FROM pg_locks WHERE granted AND mode = "
		       "'AccessExclusiveLock'";
	} else if (strcmp(res->sqlstate, denied) == 0 && table) {
		hint = ir_asprintf(arena, "GRANT SELECT ON %s TO %s", table, ir_pg_name(arena, p->user));
	}
	ir_queue_trouble(&r->found, p->type->name, message, hint)->denied |= strcmp(res->sqlstate, denied) == 0;
}

/* One that failed: the next ones are asked without it, after what the planner thinks of it. */
static void
after_failure(struct run *r, const struct ir_pg_res *res)
{
	const struct ir_sql_statement *s = r->sent[r->next++];
	struct ir_list explain = { 0 };
	const char *rows;
	bool late = strcmp(res->sqlstate, too_long) == 0;

	if (!late || !(r->slow || s->may_be_slow))
		tell_failed(r, s, res);
	r->slow |= late;
	if (!late || !s->rows || !(rows = ir_sql_expand(&r->places[r->place], s, s->rows))) {
		send_rest(r);
		return;
	}
	ir_list_add(r->found.arena, &explain, ir_asprintf(r->found.arena, "EXPLAIN (FORMAT JSON) SELECT 1 %s", rows));
	ask_for(r, ESTIMATE, &explain);
}

static void
take_statements(struct run *r, const struct ir_pg_res *res)
{
	for (size_t i = 1; i < res->sets_n && r->next < r->sql.n; i++, r->next++)
		ir_sql_take(&r->places[r->place], &r->told, &res->sets[i]);
	if (res->error == IR_PG_SERVER && res->sets_n && ir_pg_usable(r->pg) && !r->stopping && r->next < r->sql.n)
		after_failure(r, res);
	else if (res->error)
		give_up(r, ir_strdup(r->found.arena, res->message));
	else
		send_rest(r);
}

static void
take_estimate(struct run *r, const struct ir_pg_res *res)
{
	if (!res->error && res->sets_n > 1)
		ir_sql_estimate(&r->places[r->place], &r->told, &res->sets[1]);
	if (ir_pg_usable(r->pg) && !r->stopping)
		send_rest(r);
	else
		give_up(r, ir_strdup(r->found.arena, res->message));
}

static void
take_catalog(struct run *r, const struct ir_pg_res *res)
{
	if (res->error || res->sets_n < 2) {
		give_up(r, ir_strdup(r->found.arena, res->message));
		return;
	}
	r->places = ir_sql_places(&r->found, r->ask, &res->sets[1], &r->n_places);
	if (r->n_places == 0 && r->ask->type)
		ir_queue_trouble(&r->found, r->ask->type,
		    ir_asprintf(r->found.arena, "no tables of %s here", r->ask->type),
		    r->ask->prefix ? "is prefix the schema of its tables?" : NULL);
	next_place(r);
}

static void
on_answer(void *arg, struct ir_pg *pg, const struct ir_pg_res *res)
{
	struct run *r = arg;

	(void)pg;
	if (r->doing == CATALOG)
		take_catalog(r, res);
	else if (r->doing == ESTIMATE)
		take_estimate(r, res);
	else
		take_statements(r, res);
}

static void
send_rest(struct run *r)
{
	struct ir_list rest = { r->sql.v + r->next, r->sql.n - r->next, 0 };

	if (rest.n) {
		ask_for(r, STATEMENTS, &rest);
		return;
	}
	ir_sql_finish(&r->places[r->place], &r->told);
	r->place++;
	next_place(r);
}

static void
prepare(struct run *r, struct ir_sql_place *p)
{
	r->told = ir_sql_untold(&r->found);
	r->sql = (struct ir_list){ 0 };
	r->next = 0;
	r->slow = false;
	for (size_t i = 0; !p->type->build && p->type->statements[i].sql; i++)
		ir_sql_add(p, &p->type->statements[i]);
	if (p->type->build)
		p->type->build(p);
	r->sent = IR_NEW_N(r->found.arena, const struct ir_sql_statement *, p->n_statements + 1);
	for (size_t i = 0; i < p->n_statements; i++) {
		const char *text = ir_sql_expand(p, &p->statements[i], p->statements[i].sql);

		if (!text)
			continue;
		r->sent[r->sql.n] = &p->statements[i];
		ir_list_add(r->found.arena, &r->sql, text);
	}
}

static void
next_place(struct run *r)
{
	while (r->place < r->n_places) {
		prepare(r, &r->places[r->place]);
		if (r->sql.n) {
			send_rest(r);
			return;
		}
		r->place++;
	}
	end(r);
}

static void
on_begin(void *arg)
{
	struct run *r = arg;
	struct ir_list sql = { 0 };

	r->timer = NULL;
	if (ir_sql_is_own(r->ask) && !r->ask->table) {
		r->places = ir_sql_places(&r->found, r->ask, NULL, &r->n_places);
		next_place(r);
		return;
	}
	ir_list_add(r->found.arena, &sql, ir_sql_catalog(r->found.arena, r->ask));
	ask_for(r, CATALOG, &sql);
}

static void
stop(struct ir_queue_run *base)
{
	struct run *r = (struct run *)(void *)base;

	r->stopping = true;
	if (r->timer) {
		ir_timer_cancel(r->timer);
		give_up(r, "stopped");
		return;
	}
	ir_pg_stop(r->pg);
}

bool
ir_queue_in_sql(const char *type)
{
	if (strcmp(type, ir_sql_own.name) == 0)
		return true;
	for (size_t i = 0; ir_sql_types[i]; i++)
		if (strcmp(ir_sql_types[i]->name, type) == 0)
			return true;
	return false;
}

struct ir_queue_run *
ir_queue_sql(struct ir_ctx *ctx, struct ir_pg *pg, const struct ir_queue_ask *ask, ir_queue_cb *cb, void *arg,
    struct ir_err *err)
{
	struct run *r;

	if (ask->type && !ir_queue_in_sql(ask->type)) {
		ir_fail(err, IR_CONFIG, "%s keeps no jobs in PostgreSQL", ask->type);
		return NULL;
	}
	if (!ir_pg_usable(pg)) {
		ir_fail(err, IR_BACKEND, "the connection is not usable any more");
		return NULL;
	}
	r = IR_NEW(ctx->arena, struct run);
	r->base.stop = stop;
	r->ctx = ctx;
	r->loop = ctx->loop;
	r->pg = pg;
	r->ask = ask;
	r->cb = cb;
	r->arg = arg;
	r->found.arena = ctx->arena;
	ir_loop_hold(r->loop);
	r->timer = ir_loop_at(r->loop, 0, on_begin, r);
	return &r->base;
}
