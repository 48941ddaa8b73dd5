/* postgres_pool - PgBouncer, asked of itself by its console */
#include "dep/postgres.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/num.h"

enum { POOLS, DATABASES, CONFIG };

const char *const ir_postgres_pool_sql[] = {
	[POOLS] = "SHOW POOLS", [DATABASES] = "SHOW DATABASES", [CONFIG] = "SHOW CONFIG", NULL
};

void
ir_postgres_pool_init(struct ir_postgres_pool *p)
{
	*p = (struct ir_postgres_pool){ .size = INT64_MIN, .max_clients = INT64_MIN, .wait_s = (double)NAN };
}

/* ---- the answers */

/* Columns come and go with versions; their names stay. */
static const char *
named(const struct ir_pg_set *s, size_t row, const char *name)
{
	for (size_t i = 0; i < s->cols; i++) {
		if (strcmp(s->names[i], name) == 0)
			return ir_pg_cell(s, row, i) ? ir_pg_cell(s, row, i) : "";
	}
	return "";
}

static int64_t
number(const struct ir_pg_set *s, size_t row, const char *name)
{
	int64_t v;

	return ir_parse_int(named(s, row, name), 0, INT32_MAX, &v, NULL) == 0 ? v : 0;
}

static void
parse_pools(struct ir_arena *arena, const char *database, const struct ir_pg_set *s, struct ir_postgres_pool *p)
{
	p->waiting = p->active = p->servers = p->clients = p->pools = 0;
	p->wait_s = 0;
	for (size_t i = 0; i < s->rows; i++) {
		int64_t waiting = number(s, i, "cl_waiting");
		double wait_s = (double)number(s, i, "maxwait") + (double)number(s, i, "maxwait_us") / 1e6;

		p->clients += number(s, i, "cl_active") + waiting;
		if (strcmp(named(s, i, "database"), database) != 0)
			continue;
		p->pools++;
		p->waiting += waiting;
		p->active += number(s, i, "sv_active");
		p->servers += number(s, i, "sv_active") + number(s, i, "sv_idle") + number(s, i, "sv_used") +
			      number(s, i, "sv_tested");
		if (p->user && wait_s <= p->wait_s)
			continue;
		p->wait_s = wait_s;
		p->user = ir_strdup(arena, named(s, i, "user"));
		p->mode = ir_strdup(arena, named(s, i, "pool_mode"));
	}
}

void
ir_postgres_pool_parse(
    struct ir_arena *arena, const char *database, size_t which, const struct ir_pg_set *s, struct ir_postgres_pool *p)
{
	if (which == POOLS)
		parse_pools(arena, database, s, p);
	for (size_t i = 0; i < s->rows; i++) {
		if (which == DATABASES && strcmp(named(s, i, "name"), database) == 0) {
			p->size = number(s, i, "pool_size");
			p->paused = number(s, i, "paused") == 1;
		}
		if (which == CONFIG && strcmp(named(s, i, "key"), "max_client_conn") == 0)
			p->max_clients = number(s, i, "value");
	}
}

/* ---- asking */

static void on_console(void *, struct ir_pg *, const struct ir_pg_res *);

static void
console_ended(struct ir_postgres_look *l)
{
	l->console_busy = false;
	ir_postgres_step(l->all);
}

static void
ask_next(struct ir_postgres_look *l)
{
	struct ir_postgres *all = l->all;
	struct ir_pg_query query = { .effect = IR_READ, .raw = true, .timeout_us = ir_postgres_left(all) };
	const char *sql = ir_postgres_pool_sql[l->console_next];
	struct ir_err err = IR_ERR_INIT;

	l->pool.told = l->console_next > POOLS;
	if (!sql || all->stopping) {
		console_ended(l);
		return;
	}
	ir_list_add(all->dep->ctx->arena, &query.sql, sql);
	if (ir_pg_query(l->console, &query, on_console, l, &err) < 0) {
		l->pool.why = ir_strdup(all->dep->ctx->arena, err.msg);
		console_ended(l);
	}
}

static void
on_console(void *arg, struct ir_pg *pg, const struct ir_pg_res *res)
{
	struct ir_postgres_look *l = arg;
	struct ir_postgres *all = l->all;
	struct ir_arena *arena = all->dep->ctx->arena;

	(void)pg;
	if (res->error) {
		l->pool.why = ir_strdup(arena, res->message);
		l->pool.denied = res->error == IR_PG_DENIED ||
				 (res->error == IR_PG_SERVER && (strstr(res->message, "not allowed") != NULL ||
								    strcmp(res->sqlstate, "42501") == 0));
		console_ended(l);
		return;
	}
	if (res->sets_n) {
		ir_postgres_pool_parse(arena, all->target.dbname, l->console_next++, &res->sets[0], &l->pool);
	} else if (res->info->server_version && strstr(res->info->server_version, "bouncer")) {
		l->pool.version =
		    ir_strndup(arena, res->info->server_version, strcspn(res->info->server_version, "/ "));
	} else { /* a database of that name, of another pooler's server */
		console_ended(l);
		return;
	}
	ask_next(l);
}

/* The same way, as the same user, to the database that is none. */
void
ir_postgres_pool_ask(struct ir_postgres_look *l)
{
	struct ir_postgres *all = l->all;
	struct ir_arena *arena = all->dep->ctx->arena;
	struct ir_pg_target *t = &l->console_target;
	struct ir_pg_open open = { .effect = IR_READ,
		.target = t,
		.host = (size_t)(l - all->looks) + 1,
		.resolve = &all->dep->resolve,
		.timeout_us = ir_postgres_left(all) };
	struct ir_err err = IR_ERR_INIT;

	if (l->pool.asked || all->stopping)
		return;
	l->pool.asked = true;
	*t = all->target; /* its secrets are borrowed */
	t->keys = t->values = (struct ir_list){ 0 };
	for (size_t i = 0; i < all->target.keys.n; i++) {
		ir_list_add(arena, &t->keys, all->target.keys.v[i]);
		ir_list_add(arena, &t->values, all->target.values.v[i]);
	}
	t->dbname = "pgbouncer";
	ir_list_add(arena, &t->keys, "dbname");
	ir_list_add(arena, &t->values, t->dbname);
	if (ir_pg_open(all->dep->ctx->loop, &open, on_console, l, &l->console, &err) == 0)
		l->console_busy = true;
	else
		l->pool.why = ir_strdup(arena, err.msg);
}

/* ---- the rows */

static void
pool_facts(struct ir_dep *dep, struct ir_check *row, const struct ir_postgres_pool *p)
{
	ir_dep_fact(dep, row, "clients_waiting", "%" PRId64, p->waiting);
	ir_dep_fact(dep, row, "servers_active", "%" PRId64, p->active);
	ir_dep_fact(dep, row, "servers", "%" PRId64, p->servers);
	if (p->size > 0)
		ir_dep_fact(dep, row, "pool_size", "%" PRId64, p->size);
	if (p->mode)
		ir_dep_fact(dep, row, "pool_mode", "%s", p->mode);
	if (p->user)
		ir_dep_fact(dep, row, "user", "%s", p->user);
}

/* Each user has a pool of that size. */
static const char *
words_of_use(struct ir_arena *arena, const struct ir_postgres_pool *p)
{
	if (p->size <= 0 || p->pools <= 0)
		return ir_asprintf(arena, "%" PRId64 " server connections in use", p->active);
	return ir_asprintf(
	    arena, "%" PRId64 " of %" PRId64 " server connections in use", p->active, p->size * p->pools);
}

void
ir_postgres_judge_pool(struct ir_dep *dep, const struct ir_postgres_pool *p, const struct ir_pg_target *t)
{
	struct ir_arena *arena = dep->ctx->arena;
	const char *used = words_of_use(arena, p);
	struct ir_check *row;

	if (!p->told)
		return;
	if (p->paused)
		row = ir_dep_state(dep, "pool", IR_STATUS_FAIL,
		    "PgBouncer's pool '%s' is paused, and %" PRId64 " client%s", t->dbname, p->waiting,
		    p->waiting == 1 ? " waits" : "s wait");
	else if (p->waiting > 0)
		row = ir_dep_measure(dep, "pool", p->wait_s, (double)NAN,
		    "%" PRId64 " client%s for a connection of PgBouncer's pool '%s', the longest for %s; %s",
		    p->waiting, p->waiting == 1 ? " waits" : "s wait", t->dbname, ir_duration_text(arena, p->wait_s),
		    used);
	else
		row = ir_dep_measure(dep, "pool", 0, (double)NAN, "no client waits; %s", used);
	pool_facts(dep, row, p);
	if (p->paused)
		row->hint = "RESUME it on PgBouncer's console, when who paused it is done";
	else if (row->h.status != IR_STATUS_OK)
		row->hint = "end what holds its connections (idle in transaction?), or raise pool_size of that "
			    "database in pgbouncer.ini";
	if (p->max_clients > 0)
		ir_dep_measure(dep, "pool-clients", (double)p->clients, (double)p->max_clients,
		    "%" PRId64 " of %" PRId64 " client connections to PgBouncer used", p->clients, p->max_clients);
}
