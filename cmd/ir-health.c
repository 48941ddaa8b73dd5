/* ir-health - tell what is unhealthy and why: containers of the compose project, endpoints, programs, units */

#include <unistd.h>

#include "cli/cmd.h"
#include "cli/help.h"
#include "cli/look.h"
#include "cli/picks.h"
#include "net/loop.h"
#include "probe/probe.h"
#include "rec/checks.h"
#include "runtime/place.h"
#include "service/service.h"

struct opts {
	const char *project;
	bool all;
	int64_t retry, jobs, per_host;
};

static const struct ir_opt opts[] = {
	IR_STR(struct opts, project, 'p', "project", "NAME", "containers of this compose project",
	    .more = "By default the project of the compose file in the working directory or above it."),
	IR_FLAG(struct opts, all, 0, "all", "all containers on the engine"),
	IR_INT(struct opts, retry, 0, "retry", "N", "try a failed check again, up to N times, within the deadline", 0,
	    20, .def = "0", .more = "A check that is ok only at a later attempt is a warning."),
	IR_INT(struct opts, jobs, 0, "jobs", "N", "at most N checks at once; 0: all", 0, 100000, .def = "0"),
	IR_INT(struct opts, per_host, 0, "per-host", "N", "at most N checks at once against one host; 0: no limit", 0,
	    100000, .def = "0"),
	IR_OPT_END
};

struct health {
	struct ir_ctx *ctx;
	const struct ir_common *common;
	const struct opts *o;
	struct ir_picks picks;
	struct ir_place place;
	bool containers; /* are looked at */
	/* one look */
	struct ir_targets targets;
	struct ir_judged judged;
	struct ir_check **rows;
	size_t n_rows;
};

static bool
is_url(const char *s)
{
	return strstr(s, "://") || strncmp(s, "unit:", 5) == 0;
}

static const char *
scheme(const char *host_port)
{
	return strchr(host_port, '/') ? "http" : "tcp";
}

static const char *const sections[] = { "check", NULL };

static const struct ir_picks_kind picks = {
	.is_url = is_url,
	.scheme = scheme,
	.what = "no service, check or container",
	.lacks = "it has neither a container nor a check",
	.sections = sections,
};

/* ---- the place */

/* Containers are looked at when there is a project or all are meant, unless only URLs are. */
static void
find_place(struct health *h)
{
	bool only_urls = ir_picks_only_urls(&h->picks), asked = h->o->project || h->o->all;

	ir_place_find(h->ctx, h->o->project, &h->place);
	if (!only_urls)
		ir_place_warn(h->ctx, &h->place);
	h->containers = asked || (h->place.project && !only_urls);
	if (!h->o->all)
		h->ctx->env = h->place.env; /* of how the run ends, too */
}

/* Those of ir.conf that are asked for, and the operands. */
static int
find_targets(struct health *h, struct ir_err *err)
{
	struct ir_list names = { 0 }, unmatched = { 0 };
	size_t kept = 0;

	for (size_t i = 0; i < h->picks.n; i++)
		ir_list_add(h->ctx->arena, &names, h->picks.v[i].name);
	if ((h->picks.picky ? names.n > 0 : h->picks.urls.n == 0) &&
	    ir_targets_conf(h->ctx, &h->common->services, &names, &h->targets, &unmatched, err) < 0)
		return -1;
	for (size_t i = 0; i < h->targets.n; i++) {
		if (ir_picks_want(&h->picks, h->targets.v[i].service, h->targets.v[i].name, NULL))
			h->targets.v[kept++] = h->targets.v[i];
	}
	h->targets.n = kept;
	for (size_t i = 0; i < h->picks.urls.n; i++) {
		if (ir_targets_operand(h->ctx, h->picks.urls.v[i], &h->targets, err) < 0)
			return -1;
	}
	if (h->containers && h->targets.n > 0 && !h->o->all && !ir_place_expects_engine(h->ctx, &h->place)) {
		ir_trace(h->ctx, 0, "warning: containers are left out: no container engine is installed here");
		h->containers = false;
	}
	if (h->picks.picky && h->picks.n == 0)
		h->containers = false;
	if (h->containers && h->targets.n == 0 && h->place.no_engine.code) {
		*err = h->place.no_engine;
		return -1;
	}
	if (h->containers || h->targets.n > 0 || h->picks.picky)
		return 0;
	if (h->common->services.n > 0 && h->ctx->conf && h->ctx->conf->n > 0) /* -s has left none of them */
		return 0;
	ir_fail(err, IR_BACKEND, "there is nothing to look at: no compose project here, and no [check] in ir.conf");
	return ir_hint(
	    err, "go to the project's directory, or say -p NAME, --all, a URL, or write [check \"name\"] in ir.conf");
}

/* ---- one look */

static void
on_containers(void *arg, const struct ir_runtime_result *res)
{
	struct health *h = arg;

	if (res->error)
		ir_runtime_judge_error(h->ctx, &h->place.engine, h->place.project, &res->err, &h->judged);
	else
		ir_runtime_judge(h->ctx, h->ctx->conf, &h->place.engine,
		    h->place.has_compose ? &h->place.compose : NULL, h->o->all ? NULL : h->place.project, res,
		    &h->common->services, ir_now_ms(), &h->judged);
}

static void
on_progress(void *arg)
{
	struct health *h = arg;

	if (isatty(STDERR_FILENO))
		ir_trace(h->ctx, 0, "looking at %zu check%s%s ...", h->targets.n, h->targets.n == 1 ? "" : "s",
		    h->containers ? " and the containers" : "");
}

static int
look(struct health *h, struct ir_err *err)
{
	const struct ir_probe_opts po = { .jobs = h->o->jobs,
		.per_host = h->o->per_host,
		.retries = h->o->retry,
		.timeout_ms = h->common->timeout_ms };
	const struct ir_runtime_query q = {
		.project = h->place.project,
		.dir = h->place.dir,
		.all = h->o->all,
		.events = true,
	};
	struct ir_runtime *runtime = NULL;
	struct ir_probe_run *probes;
	struct ir_err why = h->place.no_engine;

	h->judged = (struct ir_judged){ .v = NULL };
	if (h->containers) {
		if (!why.code)
			runtime = ir_runtime_list(h->ctx, &h->place.engine, &q, on_containers, h, &why);
		if (!runtime)
			ir_runtime_judge_error(h->ctx, &h->place.engine, h->place.project, &why, &h->judged);
	}
	probes = ir_probe_start(h->ctx, &h->targets, &po, err);
	if (!probes)
		return -1;
	ir_loop_run(h->ctx->loop, on_progress, h);
	ir_runtime_stop(runtime);
	ir_probe_finish(probes);
	return 0;
}

static void
collect(struct health *h)
{
	h->rows = IR_NEW_N(h->ctx->arena, struct ir_check *, h->judged.n + h->targets.n + 1);
	h->n_rows = 0;
	for (size_t i = 0; i < h->judged.n; i++) {
		struct ir_check *row = &h->judged.v[i];

		/* an engine that does not answer hides whatever was asked for */
		if (ir_picks_want(&h->picks, row->h.service ? row->h.service : "", row->name, row->container) ||
		    strcmp(row->type, "engine") == 0)
			h->rows[h->n_rows++] = row;
	}
	for (size_t i = 0; i < h->targets.n; i++) {
		h->targets.v[i].row->h.env = h->place.env;
		h->rows[h->n_rows++] = h->targets.v[i].row;
	}
	ir_checks_sort(h->rows, h->n_rows);
}

static bool
engine_is_silent(const struct health *h)
{
	for (size_t i = 0; i < h->n_rows; i++) {
		if (strcmp(h->rows[i]->type, "engine") == 0)
			return true;
	}
	return false;
}

/* What could have been meant, besides what ir.conf names. */
static void
know_names(struct health *h)
{
	for (size_t i = 0; h->place.has_compose && i < h->place.compose.n; i++)
		ir_picks_know(&h->picks, ir_service_of_compose(h->ctx->conf, h->place.compose.v[i].name), NULL);
	for (size_t i = 0; i < h->judged.n; i++)
		ir_picks_know(&h->picks, h->judged.v[i].h.service, NULL);
}

/* Names that nothing bears. An engine that did not answer could have known them. */
static int
tell_unmatched(void *arg, struct ir_check *const *rows, size_t n)
{
	struct health *h = arg;

	if (engine_is_silent(h))
		return IR_OK;
	know_names(h);
	return ir_picks_unmatched(&h->picks, &h->common->services, rows, n);
}

static int
look_once(void *arg, struct ir_check ***rows, size_t *n, struct ir_err *err)
{
	struct health *h = arg;

	if (look(h, err) < 0)
		return -1;
	collect(h);
	*rows = h->rows;
	*n = h->n_rows;
	return 0;
}

/* It was not looked at, as the engine does not answer. */
static bool
is_hidden(void *arg, const struct ir_seen *s)
{
	return strcmp(s->origin, "engine") == 0 && engine_is_silent(arg);
}

/* It is not known how it is, and that is said once. */
static void
tell_gone(void *arg, const struct ir_seen *s, struct ir_check *row)
{
	bool engine = strcmp(s->type, "engine") == 0;

	(void)arg;
	row->h.status = engine ? IR_STATUS_OK : IR_STATUS_UNKNOWN;
	row->h.summary = engine ? "it answers again" : "gone: it is not there any more";
	row->container_id = s->identity;
}

static int
run(struct ir_ctx *ctx, const struct ir_common *common, const void *arg, char **operands, struct ir_err *err)
{
	struct health h = { .ctx = ctx, .common = common, .o = arg, .picks = { .ctx = ctx, .kind = &picks } };
	const struct ir_look l = {
		.ctx = ctx,
		.common = common,
		.rules = { .hidden = is_hidden, .gone = tell_gone, .arg = &h },
		.once = look_once,
		.asked = tell_unmatched,
		.arg = &h,
	};

	if (ir_picks_take(&h.picks, operands, err) < 0)
		return -1;
	if (h.o->project && h.o->all)
		return ir_fail(err, IR_USAGE, "'--project' and '--all' exclude one another");
	find_place(&h);
	if (find_targets(&h, err) < 0)
		return -1;
	if (!ir_loop_new(ctx, err))
		return -1;
	return ir_look(&l, err);
}

static const struct ir_kind *const kinds[] = { &ir_kind_check, &ir_kind_error, &ir_kind_end, NULL };

static const struct ir_example examples[] = {
	{ "ir-health", "what is unhealthy in the compose project of this directory, and why" },
	{ "ir-health --only fail,unknown", "only what is bad, or could not be known" },
	{ "ir-health https://shop.example/healthz tcp://db:5432", "these endpoints" },
	{ "ir-health | grep fail | ir-show -", "all that is known of what fails" },
	{ "ir-health -w web", "the service web, again and again, printing changes" },
	{ NULL, NULL },
};

int
main(int argc, char **argv)
{
	static const struct ir_cmd cmd = {
		.name = "ir-health",
		.brief = "tell what is unhealthy and why",
		.operands = "[NAME|URL|HANDLE|- ...]",
		.operand_values = &ir_values_target,
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
