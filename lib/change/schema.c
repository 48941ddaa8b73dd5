/* schema - migrations of the place: ask the code and the databases, side by side */
#include "change/schema.h"

#include <string.h>

#include "base/clock.h"
#include "conf/discover.h"
#include "dep/session.h"
#include "net/loop.h"

/* Code under way. */
struct ir_schema_code {
	struct ir_schema_look *look;
	struct ir_tree *tree;
	struct ir_migrate_find *find; /* NULL: not under way */
	struct ir_migrate_code code;
	bool known;
};

/* One database under way. */
struct ir_schema_session {
	struct ir_schema_look *look;
	struct ir_dep *dep;
	ir_dep_done *done;
	struct ir_pg *pg;
	struct ir_migrate_ask *ask;
	struct ir_migrate_database *database;
	int64_t at_us;
};

static void
add_fault(struct ir_schema_look *l, const struct ir_err *err)
{
	if (l->faults_n == l->faults_size) {
		struct ir_err *v = IR_NEW_N(l->ctx->arena, struct ir_err, l->faults_size = 2 * l->faults_size + 8);

		if (l->faults_n)
			memcpy(v, l->faults, l->faults_n * sizeof(*v));
		l->faults = v;
	}
	l->faults[l->faults_n++] = *err;
}

/* ---- databases */

static void
end_session(struct ir_schema_session *s)
{
	ir_pg_close(s->pg);
	s->pg = NULL;
	s->ask = NULL;
	s->done(s->dep);
}

static void
fail_session(struct ir_schema_session *s, const char *message)
{
	struct ir_err err = IR_ERR_INIT;

	ir_fail(&err, IR_INCOMPLETE, "database %s: %s", s->dep->name, message);
	add_fault(s->look, &err);
	s->database->trouble = ir_strdup(s->look->ctx->arena, message);
	end_session(s);
}

static void
on_asked(void *arg, const struct ir_err *why)
{
	struct ir_schema_session *s = arg;

	s->ask = NULL;
	if (why || s->database->trouble)
		fail_session(s, why ? why->msg : s->database->trouble);
	else
		end_session(s);
}

static void
on_open(void *arg, struct ir_pg *pg, const struct ir_pg_res *res)
{
	struct ir_schema_session *s = arg;
	struct ir_err err = IR_ERR_INIT;

	if (res->error) {
		fail_session(s, res->message);
		return;
	}
	s->ask = ir_migrate_ask(s->look->ctx, pg, s->at_us, s->database, on_asked, s, &err);
	if (!s->ask)
		fail_session(s, err.msg);
}

/* The operations of its dependencies are the look's own. */
static struct ir_schema_look *
look_of(const struct ir_dep *dep)
{
	return (struct ir_schema_look *)(void *)(uintptr_t)dep->ops;
}

static int
start(struct ir_dep *dep, int64_t at_us, ir_dep_done *done, struct ir_err *err)
{
	struct ir_schema_look *l = look_of(dep);
	struct ir_schema_session *s = IR_NEW(l->ctx->arena, struct ir_schema_session);

	if (l->n_databases == IR_SCHEMA_DATABASES)
		return ir_fail(err, IR_BACKEND, "more than %d databases", IR_SCHEMA_DATABASES);
	*s = (struct ir_schema_session){ .look = l, .dep = dep, .done = done, .at_us = at_us };
	s->database = &l->databases[l->n_databases];
	if (ir_dep_session_open(dep, at_us, on_open, s, &s->pg, err) < 0)
		return -1;
	l->sessions[l->n_databases++] = s;
	s->database->name = dep->name;
	s->database->identity = "";
	return 0;
}

/* Those that were under way when the time was over. */
static void
stop(struct ir_dep *dep)
{
	struct ir_schema_look *l = look_of(dep);
	struct ir_err late = IR_ERR_INIT;

	for (size_t i = 0; i < l->n_databases; i++) {
		struct ir_schema_session *s = l->sessions[i];

		if (s->dep != dep || !s->pg)
			continue;
		ir_migrate_ask_stop(s->ask);
		ir_pg_close(s->pg);
		s->pg = NULL;
		s->ask = NULL;
		s->database->trouble = "no answer before the deadline";
		ir_fail(&late, IR_INCOMPLETE, "database %s: no answer before the deadline", dep->name);
		add_fault(l, &late);
	}
}

/* Only PostgreSQL can be asked. */
static const struct ir_dep_ops *
instead(void *arg, const struct ir_dep_ops *ops)
{
	struct ir_schema_look *l = arg;

	return ops == &ir_dep_postgres || ops == &l->ops ? &l->ops : NULL;
}

static int
start_databases(struct ir_schema_look *l, struct ir_err *err)
{
	const struct ir_deps_query q = {
		.as = instead, .as_arg = l, .place = l->q.place, .timeout_ms = l->q.timeout_ms
	};

	l->ops = ir_dep_postgres;
	l->ops.start = start;
	l->ops.stop = stop;
	l->databases = IR_NEW_N(l->ctx->arena, struct ir_migrate_database, IR_SCHEMA_DATABASES);
	l->sessions = IR_NEW_N(l->ctx->arena, struct ir_schema_session *, IR_SCHEMA_DATABASES);
	if (ir_deps_find(l->ctx, &q, &l->deps, err) < 0)
		return -1;
	if (l->deps.n == 0 && !(l->deps.containers && ir_place_expects_engine(l->ctx, l->q.place)))
		return 0;
	l->asking = true;
	return ir_deps_start(&l->deps, l->ctx->arena, err);
}

/* ---- the code */

static void
on_found(void *arg, const struct ir_err *why)
{
	struct ir_schema_code *c = arg;
	struct ir_schema_look *l = c->look;

	c->find = NULL;
	if (why)
		add_fault(l, why);
	for (size_t i = 0; i < c->code.troubles.n; i++)
		ir_trace(l->ctx, 1, "%s", c->code.troubles.v[i]);
	l->cut |= c->code.cut;
	c->known = !why;
}

/* Where the code is: the repository, else the compose project's directory; nobody wants the whole disk to be searched. */
static const char *
code_dir(const struct ir_schema_look *l)
{
	const char *top = ir_discover_root(l->ctx->arena, l->q.dir);

	return top ? top : l->q.place->dir;
}

static int
start_code(struct ir_schema_look *l, const char *dir, const char *rev, struct ir_schema_code **ret, struct ir_err *err)
{
	struct ir_schema_code *c = IR_NEW(l->ctx->arena, struct ir_schema_code);

	c->look = l;
	c->tree = ir_tree_new(l->ctx, dir, rev);
	c->find = ir_migrate_find(l->ctx, c->tree, dir, &c->code, on_found, c, err);
	*ret = c;
	return c->find ? 0 : -1;
}

static int
start_codes(struct ir_schema_look *l, struct ir_err *err)
{
	const char *dir = code_dir(l);

	if (!dir)
		return 0;
	if (l->q.rev && start_code(l, dir, l->q.rev, &l->then, err) < 0)
		return -1;
	return start_code(l, dir, NULL, &l->now, err);
}

static void
stop_code(struct ir_schema_look *l, struct ir_schema_code *c)
{
	struct ir_err late = IR_ERR_INIT;

	if (!c || !c->find)
		return;
	ir_migrate_find_stop(c->find);
	ir_tree_stop(c->tree);
	ir_fail(&late, IR_INCOMPLETE, "the code's migrations: not read before the deadline");
	add_fault(l, &late);
	l->cut = true;
}

/* ---- both */

int
ir_schema_start(struct ir_ctx *ctx, const struct ir_schema_query *q, struct ir_schema_look *l, struct ir_err *err)
{
	l->ctx = ctx;
	l->q = *q;
	l->begun = true;
	return start_codes(l, err) < 0 || start_databases(l, err) < 0 ? -1 : 0;
}

/* The same database by two names is told once. */
static void
drop_twins(struct ir_schema_look *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n_databases; i++) {
		bool twin = false;

		for (size_t k = 0; k < n && !twin; k++)
			twin = *l->databases[i].identity && !l->databases[i].trouble &&
			       strcmp(l->databases[i].identity, l->databases[k].identity) == 0;
		if (!twin)
			l->databases[n++] = l->databases[i];
	}
	l->n_databases = n;
}

/* What the code of then does not know, that of now does: how it is to be judged is written there. */
static void
judge_ahead(struct ir_schema_look *l, const struct ir_migrations *now)
{
	for (size_t i = 0; i < l->migrations.n; i++) {
		struct ir_migration *m = &l->migrations.v[i];

		for (size_t k = 0; !m->file && k < now->n; k++) {
			const struct ir_migration *o = &now->v[k];

			if (!o->file || strcmp(m->framework, o->framework) != 0 || strcmp(m->app, o->app) != 0 ||
			    strcmp(m->name, o->name) != 0)
				continue;
			m->file = o->file;
			m->title = o->title;
			m->verdict = o->verdict;
			m->operation = o->operation;
			m->line = o->line;
			m->reversible = o->reversible;
			m->locks = o->locks;
			m->drops = o->drops;
			m->h.summary = ir_asprintf(l->ctx->arena, "%s, %s%s%s", m->h.summary, m->verdict,
			    m->operation ? ": " : "", m->operation ? m->operation : "");
		}
	}
}

static void
compare(struct ir_schema_look *l)
{
	static const struct ir_migrate_code none = { .v = NULL };
	const struct ir_migrate_code *now = l->now && l->now->known ? &l->now->code : &none;
	struct ir_migrations all = { .v = NULL };

	if (!l->then) {
		ir_migrate_compare(l->ctx->arena, now, false, l->databases, l->n_databases, NULL, &l->migrations);
		return;
	}
	if (!l->then->known) /* nothing can be said of a revision that could not be read */
		return;
	l->then->code.newer = now;
	ir_migrate_compare(l->ctx->arena, &l->then->code, true, l->databases, l->n_databases, l->q.rev, &l->migrations);
	ir_migrate_compare(l->ctx->arena, now, false, l->databases, l->n_databases, NULL, &all);
	judge_ahead(l, &all);
}

void
ir_schema_finish(struct ir_schema_look *l)
{
	if (!l->begun)
		return;
	stop_code(l, l->then);
	stop_code(l, l->now);
	if (l->asking)
		ir_deps_finish(&l->deps);
	if (l->asking)
		l->no_engine = l->deps.no_engine;
	drop_twins(l);
	compare(l);
}

void
ir_schema_done(struct ir_schema_look *l)
{
	if (l->begun)
		ir_deps_done(&l->deps);
}
