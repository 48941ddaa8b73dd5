/* postgres - a PostgreSQL server, asked all at once; also behind PgBouncer, and several hosts of one URL */
#include "dep/postgres.h"

#include "base/clock.h"
#include "base/num.h"

enum {
	STATEMENT_MS = 500,
	STATEMENT_MIN_MS = 20,
	PID_MAX = 1 << 22, /* Linux has no greater ones: PgBouncer makes them up at random */
	ROWS_MAX = 2000,
};

/* ---- before it is asked */

static bool
is_local(const char *host)
{
	return host[0] == '/' || host[0] == '@';
}

/* The same name twice is told apart by its port. */
static const char *
label_of(struct ir_arena *arena, const struct ir_pg_target *t, size_t i)
{
	for (size_t j = 0; j < t->hosts_n; j++) {
		if (j != i && strcmp(t->hosts[i].name, t->hosts[j].name) == 0)
			return ir_asprintf(arena, "%s:%u", t->hosts[i].name, t->hosts[i].port);
	}
	return t->hosts[i].name;
}

/* The keys about TLS that a [queue] shares with other kinds of servers. */
static void
take_tls(struct ir_arena *arena, const struct ir_dep *dep, struct ir_pg_target *t)
{
	static const char *const keys[][2] = { { "ca-file", "sslrootcert" }, { "client-cert", "sslcert" },
		{ "client-key", "sslkey" } };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct ir_value *v = dep->section ? ir_conf_value(dep->section, keys[i][0]) : NULL;

		if (!v)
			continue;
		ir_list_add(arena, &t->keys, keys[i][1]);
		ir_list_add(arena, &t->values, v->text);
	}
}

static void
take_target(struct ir_ctx *ctx, struct ir_dep *dep, struct ir_postgres *p)
{
	struct ir_pg_target *t = &p->target;
	const char *password = ir_secret_reveal(&dep->password);

	if (password)
		ir_secret_set(&t->password, password, strlen(password));
	take_tls(ctx->arena, dep, t);
	dep->subject = t->label;
	dep->port = t->hosts[0].port;
	dep->host = is_local(t->hosts[0].name) ? NULL : t->hosts[0].name;
	if (!dep->host)
		dep->socket = ir_asprintf(ctx->arena, "%s/.s.PGSQL.%u", t->hosts[0].name, dep->port);
}

static int
prepare(struct ir_ctx *ctx, struct ir_dep *dep, struct ir_err *err)
{
	struct ir_postgres *p = IR_NEW(ctx->arena, struct ir_postgres);

	p->dep = dep;
	if (ir_pg_target_parse(ctx->arena, ir_secret_reveal(&dep->url), &p->target, err) < 0)
		return -1;
	dep->priv = p;
	take_target(ctx, dep, p);
	if (ir_postgres_jobs_prepare(ctx, p, err) == 0)
		return 0;
	ir_pg_target_done(&p->target);
	return -1;
}

static void
wipe(struct ir_dep *dep)
{
	struct ir_postgres *p = dep->priv;

	if (p)
		ir_pg_target_done(&p->target);
}

/* ---- asking */

int64_t
ir_postgres_left(const struct ir_postgres *p)
{
	int64_t left = p->at_us - ir_mono_us();

	return left > 0 ? left : 1;
}

static void on_facts(void *, struct ir_pg *, const struct ir_pg_res *);

/* Two statements that time out must still leave the others some time. */
static int64_t
statement_ms(const struct ir_postgres *p)
{
	int64_t ms = ir_postgres_left(p) / 3000;

	return ms > STATEMENT_MS ? STATEMENT_MS : ms < STATEMENT_MIN_MS ? STATEMENT_MIN_MS : ms;
}

/* All that is not answered yet, in one message. */
static void
ask(struct ir_postgres_look *l)
{
	struct ir_postgres *p = l->all;
	struct ir_arena *arena = p->dep->ctx->arena;
	struct ir_pg_query query = { .effect = IR_READ,
		.statement_ms = statement_ms(p),
		.max_rows = ROWS_MAX,
		.timeout_us = ir_postgres_left(p) };
	struct ir_err err = IR_ERR_INIT;

	for (size_t i = l->next; i < l->n_asked; i++)
		ir_list_add(arena, &query.sql, ir_postgres_sql(arena, l->asked[i], l->info.version, p->dep->detail));
	if (ir_pg_query(l->pg, &query, on_facts, l, &err) == 0) {
		l->busy = true;
		return;
	}
	l->error = IR_PG_LOCAL;
	l->message = ir_strdup(arena, err.msg);
	l->settled = true;
}

static void
keep_error(struct ir_postgres_look *l, const struct ir_pg_res *res)
{
	struct ir_arena *arena = l->all->dep->ctx->arena;

	l->error = res->error;
	l->phase = res->phase;
	l->message = ir_strdup(arena, res->message);
	l->sqlstate = ir_strdup(arena, res->sqlstate);
}

static void
keep_info(struct ir_postgres_look *l, const struct ir_pg_info *info)
{
	struct ir_arena *arena = l->all->dep->ctx->arena;

	l->info = *info;
	l->info.server_version = ir_strdup(arena, info->server_version);
	l->info.tls_version = ir_strdup(arena, info->tls_version);
}

/* Why a fact is not known, in words. */
static const char *
why_not(struct ir_postgres_look *l, const struct ir_pg_res *res, bool lost)
{
	struct ir_arena *arena = l->all->dep->ctx->arena;
	size_t rest = l->n_asked - l->next - 1;
	const char *message = strncmp(res->message, "stopped: ", 9) == 0 ? res->message + 9 : res->message;
	char limit[IR_NUM_MAX];

	if (strcmp(res->sqlstate, "57014") == 0)
		return ir_asprintf(arena, "no answer within %s", ir_format_duration(limit, statement_ms(l->all)));
	if (strcmp(res->sqlstate, "55P03") == 0)
		return "a lock is held that it needs";
	if (lost && rest)
		return ir_asprintf(arena, "%s; %zu more questions were not answered", message, rest);
	return ir_strdup(arena, message);
}

/* The statement that failed is left out, and those behind it are asked again. */
static void
on_failed(struct ir_postgres_look *l, const struct ir_pg_res *res)
{
	struct ir_postgres *p = l->all;
	bool usable = ir_pg_usable(l->pg) && !p->stopping;
	enum ir_postgres_fact fact = l->next < l->n_asked ? l->asked[l->next] : IR_POSTGRES_LAG_AGAIN;

	l->facts.known[fact] = strcmp(res->sqlstate, "42501") == 0 ? IR_POSTGRES_HIDDEN : IR_POSTGRES_NOT_KNOWN;
	l->facts.why[fact] = why_not(l, res, !usable);
	l->next++;
	if (usable && fact != IR_POSTGRES_CORE && l->next < l->n_asked) {
		ask(l);
		return;
	}
	if (!usable || fact == IR_POSTGRES_CORE)
		keep_error(l, res);
	l->settled = true;
}

static void
on_facts(void *arg, struct ir_pg *pg, const struct ir_pg_res *res)
{
	struct ir_postgres_look *l = arg;
	struct ir_postgres *p = l->all;

	(void)pg;
	l->busy = false;
	l->phase = res->phase;
	for (size_t i = 0; i < res->sets_n; i++)
		ir_postgres_parse(p->dep->ctx->arena, l->asked[l->next++], &res->sets[i], &l->facts);
	/* behind a pooler it is another one than we were told */
	if (l->facts.pid >= 0 && l->facts.pid != l->info.backend_pid && !p->only_jobs)
		ir_postgres_pool_ask(l);
	if (res->error)
		on_failed(l, res);
	else
		l->settled = true;
	ir_postgres_step(p);
}

/* Several hosts need at least their role. */
static void
choose_facts(struct ir_postgres_look *l)
{
	struct ir_postgres *p = l->all;
	int n = !p->only_jobs ? IR_POSTGRES_FACTS : p->n_looks > 1 ? IR_POSTGRES_CORE + 1 : 0;

	for (int i = 0; i < n; i++) {
		bool lag = i == IR_POSTGRES_LAG || i == IR_POSTGRES_LAG_AGAIN;

		if (!lag || l->info.standby != 0)
			l->asked[l->n_asked++] = (enum ir_postgres_fact)i;
	}
}

static void
on_open(void *arg, struct ir_pg *pg, const struct ir_pg_res *res)
{
	struct ir_postgres_look *l = arg;
	struct ir_postgres *p = l->all;

	(void)pg;
	l->busy = false;
	keep_info(l, res->info);
	keep_error(l, res);
	l->connected = !res->error;
	l->settled = res->error != IR_PG_OK;
	if (l->connected) {
		choose_facts(l);
		if (!p->only_jobs && (l->info.backend_pid <= 0 || l->info.backend_pid > PID_MAX))
			ir_postgres_pool_ask(l);
		if (l->n_asked && !p->stopping)
			ask(l);
		else
			l->settled = true;
	}
	ir_postgres_step(p);
}

static int
open_host(struct ir_postgres_look *l, size_t host, struct ir_err *err)
{
	struct ir_postgres *p = l->all;
	struct ir_pg_open open = { .effect = IR_READ,
		.target = &p->target,
		.host = host + 1,
		.resolve = &p->dep->resolve,
		.timeout_us = ir_postgres_left(p) };

	if (ir_pg_open(p->dep->ctx->loop, &open, on_open, l, &l->pg, err) < 0)
		return -1;
	l->busy = true;
	return 0;
}

/* ---- the end */

static void
close_all(struct ir_postgres *p)
{
	for (size_t i = 0; i < p->n_looks; i++) {
		ir_pg_close(p->looks[i].pg);
		ir_pg_close(p->looks[i].console);
		p->looks[i].pg = p->looks[i].console = NULL;
	}
}

static bool
is_busy(const struct ir_postgres *p)
{
	for (size_t i = 0; i < p->n_looks; i++) {
		if (p->looks[i].busy || p->looks[i].console_busy)
			return true;
	}
	return p->run != NULL;
}

/* Never from inside a callback of a connection, which is closed here. */
static void
on_end(void *arg)
{
	struct ir_postgres *p = arg;

	p->end = NULL;
	p->told = true;
	ir_postgres_tell(p);
	close_all(p);
	p->done(p->dep);
}

void
ir_postgres_step(struct ir_postgres *p)
{
	struct ir_postgres_look *l;

	if (p->stopping || p->told || p->end)
		return;
	l = p->jobs && !p->jobs_of ? ir_postgres_choose(p, false) : NULL;
	if (l && l->settled && ir_pg_usable(l->pg))
		ir_postgres_jobs_ask(p, l);
	if (!is_busy(p))
		p->end = ir_loop_at(p->dep->ctx->loop, 0, on_end, p);
}

static void
stop(struct ir_dep *dep)
{
	struct ir_postgres *p = dep->priv;

	p->stopping = true;
	ir_timer_cancel(p->end);
	p->end = NULL;
	ir_queue_stop(p->run);
	p->run = NULL;
	for (size_t i = 0; i < p->n_looks; i++) {
		if (p->looks[i].pg)
			ir_pg_stop(p->looks[i].pg);
		if (p->looks[i].console)
			ir_pg_stop(p->looks[i].console);
	}
	if (!p->told)
		ir_postgres_tell(p);
	close_all(p);
}

/* ---- the beginning */

static bool
wants_jobs(const struct ir_dep *dep)
{
	if (dep->section && strcmp(dep->type, "database") == 0)
		return ir_conf_int(dep->section, "database", "job-tables") != 0;
	return true;
}

static void
renew(struct ir_postgres *p, int64_t at_us, ir_dep_done *done)
{
	struct ir_dep *dep = p->dep;
	struct ir_arena *arena = dep->ctx->arena;

	p->at_us = at_us;
	p->done = done;
	p->stopping = p->told = false;
	p->only_jobs = dep->server_told || strcmp(dep->type, "queue") == 0;
	p->jobs = wants_jobs(dep);
	p->end = NULL;
	p->run = NULL;
	p->jobs_of = NULL;
	p->jobs_why = p->grants = (struct ir_list){ 0 };
	p->n_looks = p->target.hosts_n;
	p->looks = IR_NEW_N(arena, struct ir_postgres_look, p->n_looks);
	for (size_t i = 0; i < p->n_looks; i++) {
		p->looks[i].all = p;
		p->looks[i].label = label_of(arena, &p->target, i);
		ir_postgres_facts_init(&p->looks[i].facts);
		ir_postgres_pool_init(&p->looks[i].pool);
	}
}

static int
start(struct ir_dep *dep, int64_t at_us, ir_dep_done *done, struct ir_err *err)
{
	struct ir_postgres *p = dep->priv;

	renew(p, at_us, done);
	for (size_t i = 0; i < p->n_looks; i++) {
		if (open_host(&p->looks[i], i, err) < 0) {
			close_all(p);
			return -1;
		}
	}
	return 0;
}

/* ---- what it can find */

static const char *const schemes[] = { "postgresql", "postgres", "postgis", "pgsql", "psql", "timescale", "redshift",
	"cockroachdb", "jdbc:postgresql", NULL };

static const struct ir_measure measures[] = {
	{ "role", IR_UNIT_NONE, false, false, NAN, NAN, "primary or standby, when ir.conf says what it has to be" },
	{ "read-only", IR_UNIT_NONE, false, false, NAN, NAN,
	    "a primary that refuses writes, or a standby where target_session_attrs of the URL asks for a primary" },
	{ "connections", IR_UNIT_COUNT, true, false, 0.8, 0.95,
	    "of those that ordinary users have, or the limit of the database or role that is nearer" },
	{ "transaction", IR_UNIT_SECONDS, false, false, 300, NAN,
	    "age of the oldest transaction of a client; reports and dumps take their time, so it never fails" },
	{ "idle-in-transaction", IR_UNIT_SECONDS, false, false, 60, 300,
	    "how long a session has been doing nothing in an open transaction, which keeps its locks" },
	{ "locks", IR_UNIT_SECONDS, false, false, 5, 60, "longest wait for a lock, and who is at the root of it" },
	{ "standbys", IR_UNIT_SECONDS, false, false, 30, 300,
	    "on a primary: lag of the worst standby; too few of them, or none that commits wait for" },
	{ "slots", IR_UNIT_BYTES, false, false, 0, 10.0 * (1 << 30),
	    "WAL kept for a replication slot that is not in use; a lost one is a failure" },
	{ "lag", IR_UNIT_SECONDS, false, false, 30, 300,
	    "on a standby: how old what it shows is; a connection that is down" },
	{ "archiver", IR_UNIT_NONE, false, false, NAN, NAN, "WAL that cannot be archived, and fills the disk" },
	{ "wraparound", IR_UNIT_COUNT, true, false, 0.6, 0.75,
	    "transaction ids used since the last freeze, of 2^31; at 75% the server drops all else to freeze" },
	{ "deadlocks", IR_UNIT_PER_MINUTE, false, false, 1, NAN, "between two looks, in this database" },
	{ "rollbacks", IR_UNIT_COUNT, true, false, 0.1, NAN,
	    "share of all transactions between two looks, from ten on" },
	{ "conflicts", IR_UNIT_PER_MINUTE, false, false, 1, NAN, "queries that a standby cancelled between two looks" },
	{ "checksums", IR_UNIT_COUNT, false, false, NAN, 1,
	    "pages with a wrong checksum since the statistics were reset" },
	{ "size", IR_UNIT_BYTES, false, false, NAN, NAN, "of the database" },
	{ "prepared", IR_UNIT_SECONDS, false, false, 300, 3600,
	    "age of the oldest prepared transaction, which keeps its locks" },
	{ "invalid-indexes", IR_UNIT_COUNT, false, false, 1, NAN, "without those that are being built" },
	{ "pending-restart", IR_UNIT_COUNT, false, false, 1, NAN, "changed settings that wait for a restart" },
	{ "restarted", IR_UNIT_SECONDS, false, true, 300, NAN, "time since the server started" },
	{ "pool", IR_UNIT_SECONDS, false, false, 1, 10, "longest wait for a server connection of PgBouncer" },
	{ "pool-clients", IR_UNIT_COUNT, true, false, 0.8, 0.95, "of max_client_conn of PgBouncer" },
	{ "host", IR_UNIT_NONE, false, false, NAN, NAN, "another host of the URL" },
	{ "jobs", IR_UNIT_NONE, false, false, NAN, NAN, "job tables that could not be read" },
	{ "rights", IR_UNIT_NONE, false, false, NAN, NAN, "what our user may not see" },
	{ .name = NULL },
};

const struct ir_dep_ops ir_dep_postgres = {
	.name = "postgres",
	.schemes = schemes,
	.measures = measures,
	.files = 3,
	.prepare = prepare,
	.start = start,
	.stop = stop,
	.done = wipe,
};
