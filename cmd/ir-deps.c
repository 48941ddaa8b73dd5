/* ir-deps - tell why databases, caches and job queues hurt */

#include <unistd.h>

#include "cli/cmd.h"
#include "cli/help.h"
#include "cli/look.h"
#include "cli/picks.h"
#include "dep/deps.h"
#include "net/loop.h"
#include "rec/emit.h"
#include "service/service.h"

enum { SAMPLE_MIN_MS = 100, SAMPLE_MAX_MS = 60 * 60 * 1000 };

struct opts {
	const char *project;
	bool all;
	int64_t sample_ms;
};

static const struct ir_opt opts[] = {
	IR_STR(struct opts, project, 'p', "project", "NAME", "ask the containers of this compose project",
	    .more = "By default the project of the compose file in the working directory or above it."),
	IR_FLAG(struct opts, all, 0, "all", "print measures that are well, too",
	    .more = "They are always journalled and counted."),
	IR_MS(struct opts, sample_ms, 0, "sample", "look twice, DURATION apart, for rates and the time to drain",
	    .min = SAMPLE_MIN_MS, .max = SAMPLE_MAX_MS,
	    .more = "By default the last look of the journal is compared with, when it is between a second and an "
		    "hour old. The deadline becomes later by DURATION."),
	IR_OPT_END
};

struct run {
	struct ir_ctx *ctx;
	const struct ir_common *common;
	const struct opts *o;
	struct ir_picks picks;
	struct ir_place place;
	struct ir_deps deps;
	bool looked; /* once at least */
};

/* ---- what is asked for */

static bool
is_url(const char *s)
{
	return strstr(s, "://") != NULL;
}

static const char *
scheme(const char *host_port)
{
	static const char *const usual[][2] = {
		{ ":5432", "postgresql" },
		{ ":6379", "redis" },
		{ ":26379", "sentinel" },
		{ ":5672", "amqp" },
		{ ":15672", "http" },
	};
	const char *colon = strchr(host_port, ':');

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		size_t n = strlen(usual[i][0]);

		if (strncmp(colon, usual[i][0], n) == 0 && (colon[n] == '\0' || colon[n] == '/'))
			return usual[i][1];
	}
	return "tcp";
}

static const char *const sections[] = { "database", "cache", "queue", NULL };

static const struct ir_picks_kind picks = {
	.is_url = is_url,
	.scheme = scheme,
	.dependencies = true,
	.what = "no dependency or service",
	.lacks = "no dependency is known to be its own",
	.sections = sections,
};

static bool
wanted(void *arg, const char *service, const char *name)
{
	struct run *r = arg;

	ir_picks_know(&r->picks, service, name);
	return ir_picks_want(&r->picks, service, name, NULL);
}

/* A dependency that is named and known needs no container to speak for it, unless only the engine can tell where it is. */
static bool
is_known(const struct run *r, const struct ir_pick *pick)
{
	for (size_t i = 0; i < r->deps.n; i++) {
		if (strcmp(r->deps.v[i]->name, pick->name) == 0)
			return !r->deps.v[i]->held;
	}
	return false;
}

static bool
all_known(const struct run *r)
{
	for (size_t i = 0; i < r->picks.n; i++) {
		if (!is_known(r, &r->picks.v[i]))
			return false;
	}
	return true;
}

/* Containers are asked what they depend on where there is a project, unless nothing can come of it. */
static void
settle_containers(struct run *r)
{
	if (!r->deps.containers)
		return;
	if (r->picks.picky && all_known(r)) {
		r->deps.containers = false;
		return;
	}
	if (r->deps.n == 0 || ir_place_expects_engine(r->ctx, &r->place))
		return;
	ir_trace(r->ctx, 0, "warning: containers are not asked: no container engine is installed here");
	r->deps.containers = false;
}

static int
nothing(const struct run *r, struct ir_err *err)
{
	const char *project = r->place.project;

	ir_fail(err, IR_BACKEND, "there is no dependency to look at: none in ir.conf, in the environment, in .env%s%s",
	    project ? ", or in the containers of " : "", project ? project : "");
	return ir_hint(err,
	    "set DATABASE_URL or REDIS_URL, write [database \"main\"] in ir.conf, or say a URL: ir-deps "
	    "postgresql://db/shop");
}

static bool
asked_for_all(const struct run *r)
{
	return !r->picks.picky && r->picks.urls.n == 0 && r->common->services.n == 0;
}

static int
find(struct run *r, struct ir_err *err)
{
	const struct ir_deps_query q = {
		.urls = &r->picks.urls,
		.services = &r->common->services,
		.wanted = wanted,
		.wanted_arg = r,
		.only_urls = ir_picks_only_urls(&r->picks),
		.place = &r->place,
		.timeout_ms = r->common->timeout_ms,
		.sample_ms = r->o->sample_ms,
		.detail = r->ctx->verbose > 0,
	};

	ir_place_find(r->ctx, r->o->project, &r->place);
	if (!q.only_urls)
		ir_place_warn(r->ctx, &r->place);
	r->ctx->env = r->place.env;
	if (ir_deps_find(r->ctx, &q, &r->deps, err) < 0)
		return -1;
	settle_containers(r);
	if (r->deps.n == 0 && !r->deps.containers && asked_for_all(r))
		return nothing(r, err);
	return 0;
}

/* ---- one look */

static void
on_progress(void *arg)
{
	struct run *r = arg;

	if (isatty(STDERR_FILENO))
		ir_trace(r->ctx, 0, "looking at %zu %s%s ...", r->deps.n,
		    r->deps.n == 1 ? "dependency" : "dependencies",
		    r->deps.containers ? " and asking the containers" : "");
}

static int
look(void *arg, struct ir_check ***rows, size_t *n, struct ir_err *err)
{
	struct run *r = arg;

	if (ir_deps_start(&r->deps, r->ctx->arena, err) < 0)
		return -1;
	ir_loop_run(r->ctx->loop, on_progress, r);
	ir_deps_finish(&r->deps);
	if (r->deps.n_rows == 0 && !r->looked && asked_for_all(r) && !*r->ctx->stop)
		return nothing(r, err);
	r->looked = true;
	*rows = r->deps.rows;
	*n = r->deps.n_rows;
	return 0;
}

/* ---- what is printed */

static bool
is_own(const char *name, const char *dependency)
{
	return dependency && strcmp(name, dependency) == 0;
}

/* A measure that is well. */
static bool
is_dull(void *arg, const struct ir_check *row)
{
	struct run *r = arg;

	return row->h.status == IR_STATUS_OK && (row->groups & IR_CHECK_MEASURE) && !(row->groups & IR_CHECK_QUEUE) &&
	       !is_own(row->name, row->dependency) && !r->o->all && !ir_picks_named(&r->picks, row->name);
}

/* The dependency's own row; NULL: there is none. */
static const struct ir_check *
own_row(const struct run *r, const char *dependency)
{
	for (size_t i = 0; i < r->deps.n_rows; i++) {
		if (is_own(r->deps.rows[i]->name, dependency) && is_own(dependency, r->deps.rows[i]->dependency))
			return r->deps.rows[i];
	}
	return NULL;
}

static bool
answers(const struct ir_check *own)
{
	return own && (own->h.status == IR_STATUS_OK || own->h.status == IR_STATUS_WARN);
}

/* It was not looked at: its dependency does not answer, or the engine, which told of that. */
static bool
is_hidden(void *arg, const struct ir_seen *s)
{
	const struct run *r = arg;
	const struct ir_check *own = own_row(r, s->dependency);

	return own ? !answers(own) : r->deps.no_engine.code != 0;
}

/* What a dependency that answers does not tell of any more is over; of others it is not known. */
static void
tell_gone(void *arg, const struct ir_seen *s, struct ir_check *row)
{
	bool engine = strcmp(s->type, "engine") == 0, own = is_own(s->name, s->dependency);

	(void)arg;
	row->h.status = own ? IR_STATUS_UNKNOWN : IR_STATUS_OK;
	row->h.summary = engine ? "it answers again" : "gone: it is not there any more";
	if (engine)
		return;
	row->groups = IR_CHECK_DEP;
	row->dependency = s->dependency;
	row->role = own ? s->identity : NULL;
}

/* -v: what to do about what is bad, below the rows. */
static void
tell_hints(void *arg, struct ir_check *const *rows, size_t n, bool first)
{
	const struct run *r = arg;
	unsigned only = r->common->only;

	for (size_t i = 0; i < n; i++) {
		const struct ir_check *row = rows[i];

		if (row->h.status == IR_STATUS_OK || (!first && !row->change) || (only && !(only >> row->h.status & 1)))
			continue;
		if (row->hint)
			ir_trace(r->ctx, 1, "%s: %s", row->name, row->hint);
		if (row->query)
			ir_trace(r->ctx, 1, "%s: query: %s", row->name, row->query);
	}
}

/* ---- what was asked for and is not there */

static bool
has_row(const struct run *r, const char *name)
{
	for (size_t i = 0; i < r->deps.n_rows; i++) {
		if (strcmp(r->deps.rows[i]->name, name) == 0)
			return true;
	}
	return false;
}

/* "main/connections": is it there, or could it be? */
static bool
has_part(const struct run *r, const struct ir_pick *pick)
{
	const char *measure = strchr(pick->whole, '/') + 1;

	if (has_row(r, pick->whole) || !answers(own_row(r, pick->name)))
		return true;
	for (size_t i = 0; i < r->deps.n; i++) {
		const struct ir_dep *d = r->deps.v[i];
		const struct ir_measure *m = strcmp(d->name, pick->name) == 0 ? d->ops->measures : NULL;

		for (; m && m->name; m++) {
			if (strcmp(m->name, measure) == 0)
				return true;
		}
	}
	return false;
}

/* An engine that did not answer could have known them. */
static int
tell_unmatched(void *arg, struct ir_check *const *rows, size_t n)
{
	struct run *r = arg;

	if (r->deps.no_engine.code != 0)
		return IR_OK;
	for (size_t i = 0; i < r->picks.n; i++) {
		struct ir_pick *pick = &r->picks.v[i];

		pick->found = pick->found && (!pick->whole || has_part(r, pick));
	}
	for (size_t i = 0; r->place.has_compose && i < r->place.compose.n; i++)
		ir_picks_know(&r->picks, ir_service_of_compose(r->ctx->conf, r->place.compose.v[i].name), NULL);
	for (size_t i = 0; i < n; i++)
		ir_picks_know(&r->picks, rows[i]->h.service, rows[i]->name);
	return ir_picks_unmatched(&r->picks, &r->common->services, rows, n);
}

static int
look_at_all(struct run *r, struct ir_err *err)
{
	const struct ir_look l = {
		.ctx = r->ctx,
		.common = r->common,
		.rules = { .hidden = is_hidden, .gone = tell_gone, .dull = is_dull, .arg = r },
		.more_ms = r->o->sample_ms,
		.once = look,
		.printed = tell_hints,
		.asked = tell_unmatched,
		.arg = r,
	};

	if (find(r, err) < 0)
		return -1;
	return ir_look(&l, err);
}

static int
run(struct ir_ctx *ctx, const struct ir_common *common, const void *arg, char **operands, struct ir_err *err)
{
	struct run r = { .ctx = ctx, .common = common, .o = arg, .picks = { .ctx = ctx, .kind = &picks } };
	int ret;

	if (common->watch && r.o->sample_ms) {
		ir_fail(err, IR_USAGE, "'--sample' and '--watch' exclude one another");
		return ir_hint(err, "drop '--sample': each look of -w is compared with the one before");
	}
	if (ir_picks_take(&r.picks, operands, err) < 0 || !ir_loop_new(ctx, err))
		return -1;
	ret = look_at_all(&r, err);
	ir_deps_done(&r.deps);
	return ret;
}

static const struct ir_kind *const kinds[] = { &ir_kind_check, &ir_kind_error, &ir_kind_end, NULL };

static const struct ir_example examples[] = {
	{ "ir-deps", "why the databases, caches and job queues of this place hurt" },
	{ "ir-deps --only fail,warn | ir-show -", "all that is known of what hurts" },
	{ "ir-deps -v main", "one of them, with what to do next" },
	{ "ir-deps --sample 1s", "are the queues draining, and when will they be empty?" },
	{ "ir-deps postgresql://db/shop redis://cache tcp://mq:5672", "these servers" },
	{ "ir-deps -w --only fail,unknown", "again and again, printing what becomes bad" },
	{ NULL, NULL },
};

int
main(int argc, char **argv)
{
	static const struct ir_cmd cmd = {
		.name = "ir-deps",
		.brief = "tell why databases, caches and job queues hurt",
		.operands = "[NAME|URL|HANDLE|- ...]",
		.operand_values = &ir_values_dependency,
		.role = IR_SOURCE,
		.with = IR_WITH_OUTPUT | IR_WITH_STATUS | IR_WITH_DEADLINE | IR_WITH_WATCH | IR_WITH_SERVICE,
		.opts = opts,
		.optsize = sizeof(struct opts),
		.kinds = kinds,
		.examples = examples,
		.run = run,
	};

	return ir_main(&cmd, argc, argv);
}
