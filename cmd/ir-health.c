/* ir-health - tell what is unhealthy and why: containers of the compose project, endpoints, programs, units */

#include <math.h>
#include <unistd.h>

#include "base/hash.h"
#include "cli/cmd.h"
#include "cli/help.h"
#include "conf/suggest.h"
#include "net/loop.h"
#include "probe/probe.h"
#include "rec/emit.h"
#include "rec/read.h"
#include "runtime/place.h"
#include "service/service.h"

enum { BEAT_US = 60 * 1000 * 1000 };

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

/* What was asked for: a name (of a service, a check or a container), or a check by service and name. */
struct pick {
	const char *service, *name; /* service NULL: name is any of the three */
	bool found;
};

struct health {
	struct ir_ctx *ctx;
	const struct ir_common *common;
	const struct opts *o;
	struct ir_list urls;
	struct pick *picks;
	size_t n_picks, size_picks;
	bool picky; /* names, handles or "-" were given: nothing else is looked at */
	struct ir_place place;
	bool containers; /* are looked at */
	/* one look */
	struct ir_targets targets;
	struct ir_judged judged;
	struct ir_check **rows;
	size_t n_rows;
	struct ir_arena seen_arena;
	struct seen *seen; /* rows of the look before, for -w */
	size_t n_seen;
};

struct seen {
	const char *env, *service, *name, *container_id, *subject, *type, *origin;
	enum ir_status status;
};

/* ---- what is asked for */

static void
add_pick(struct health *h, const char *service, const char *name)
{
	if (h->n_picks == h->size_picks) {
		struct pick *v = IR_NEW_N(h->ctx->arena, struct pick, h->size_picks = 2 * h->size_picks + 16);

		if (h->n_picks)
			memcpy(v, h->picks, h->n_picks * sizeof(*v));
		h->picks = v;
	}
	h->picks[h->n_picks++] = (struct pick){ .service = service, .name = name };
}

static bool
is_url(const char *s)
{
	return strstr(s, "://") || strncmp(s, "unit:", 5) == 0;
}

/* Said twice, it is still one check. */
static void
add_url(struct health *h, const char *url)
{
	if (!ir_list_has(&h->urls, url))
		ir_list_add(h->ctx->arena, &h->urls, url);
}

/* A record becomes what is looked at again: a check itself; of another kind, all of its service. */
static void
take_record(struct health *h, const struct ir_rec *rec)
{
	struct ir_arena *arena = h->ctx->arena;
	const char *service = ir_strdup(arena, ir_rec_str(rec, "service"));
	const char *origin = ir_rec_str(rec, "origin"), *subject = ir_rec_str(rec, "subject");

	if (rec->kind != &ir_kind_check) {
		if (*service)
			add_pick(h, NULL, service);
		return;
	}
	/* a URL with a secret in it was not kept whole */
	if (strcmp(origin, "operand") == 0 && is_url(subject) && !strstr(subject, "***"))
		add_url(h, ir_strdup(arena, subject));
	else
		add_pick(h, service, ir_strdup(arena, ir_rec_str(rec, "name")));
}

static void
take_records(struct health *h, const struct ir_in *in)
{
	for (size_t i = 0; i < in->n; i++)
		take_record(h, &in->v[i].rec);
	if (!in->incomplete)
		return;
	ir_trace(h->ctx, 0, "what was read is not complete: %s", in->why);
	ir_out_incomplete(h->ctx->out);
}

static int
take_operand(struct health *h, const char *s, struct ir_err *err)
{
	struct ir_in in = { 0 };
	bool dash = strcmp(s, "-") == 0;

	if (is_url(s)) {
		add_url(h, s);
		return 0;
	}
	h->picky = true;
	if (!dash && !ir_id_valid(s, strlen(s))) {
		add_pick(h, NULL, s);
		return 0;
	}
	if ((dash ? ir_in_read(h->ctx, STDIN_FILENO, &in, err) : ir_in_handle(h->ctx, s, &in, err)) < 0)
		return -1;
	take_records(h, &in);
	ir_in_done(&in);
	return 0;
}

static bool
fits(struct pick *p, const char *service, const char *name, const char *container)
{
	bool yes = p->service ? strcmp(p->service, service) == 0 && strcmp(p->name, name) == 0
			      : strcmp(p->name, service) == 0 || strcmp(p->name, name) == 0 ||
				    (container && strcmp(p->name, container) == 0);

	p->found |= yes;
	return yes;
}

static bool
picked(struct health *h, const char *service, const char *name, const char *container)
{
	bool yes = !h->picky;

	for (size_t i = 0; i < h->n_picks; i++)
		yes |= fits(&h->picks[i], service, name, container);
	return yes;
}

/* ---- the place */

/* Containers are looked at when there is a project or all are meant, unless only URLs are. */
static void
find_place(struct health *h)
{
	bool only_urls = h->urls.n > 0 && !h->picky, asked = h->o->project || h->o->all;

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

	for (size_t i = 0; i < h->n_picks; i++)
		ir_list_add(h->ctx->arena, &names, h->picks[i].name);
	if ((h->picky ? names.n > 0 : h->urls.n == 0) &&
	    ir_targets_conf(h->ctx, &h->common->services, &names, &h->targets, &unmatched, err) < 0)
		return -1;
	for (size_t i = 0; i < h->targets.n; i++) {
		if (picked(h, h->targets.v[i].service, h->targets.v[i].name, NULL))
			h->targets.v[kept++] = h->targets.v[i];
	}
	h->targets.n = kept;
	for (size_t i = 0; i < h->urls.n; i++) {
		if (ir_targets_operand(h->ctx, h->urls.v[i], &h->targets, err) < 0)
			return -1;
	}
	if (h->containers && h->targets.n > 0 && !h->o->all && !ir_place_expects_engine(h->ctx, &h->place)) {
		ir_trace(h->ctx, 0, "warning: containers are left out: no container engine is installed here");
		h->containers = false;
	}
	if (h->picky && h->n_picks == 0)
		h->containers = false;
	if (h->containers && h->targets.n == 0 && h->place.no_engine.code) {
		*err = h->place.no_engine;
		return -1;
	}
	if (h->containers || h->targets.n > 0 || h->picky)
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

/* Bad first, then what is not known; the same order every time. */
static int
by_badness(const void *a, const void *b)
{
	static const int rank[] = {
		[IR_STATUS_FAIL] = 0, [IR_STATUS_UNKNOWN] = 1, [IR_STATUS_WARN] = 2, [IR_STATUS_OK] = 3
	};
	const struct ir_check *x = *(struct ir_check *const *)a, *y = *(struct ir_check *const *)b;
	int d = rank[x->h.status] - rank[y->h.status];

	if (!d)
		d = strcmp(x->h.service ? x->h.service : "", y->h.service ? y->h.service : "");
	if (!d)
		d = strcmp(x->name, y->name);
	return d ? d : strcmp(x->h.subject, y->h.subject);
}

static void
collect(struct health *h)
{
	h->rows = IR_NEW_N(h->ctx->arena, struct ir_check *, h->judged.n + h->targets.n + 1);
	h->n_rows = 0;
	for (size_t i = 0; i < h->judged.n; i++) {
		struct ir_check *row = &h->judged.v[i];

		/* an engine that does not answer hides whatever was asked for */
		if (picked(h, row->h.service ? row->h.service : "", row->name, row->container) ||
		    strcmp(row->type, "engine") == 0)
			h->rows[h->n_rows++] = row;
	}
	for (size_t i = 0; i < h->targets.n; i++) {
		h->targets.v[i].row->h.env = h->place.env;
		h->rows[h->n_rows++] = h->targets.v[i].row;
	}
	qsort(h->rows, h->n_rows, sizeof(*h->rows), by_badness);
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

static bool
has_service(const struct health *h, const char *name)
{
	for (size_t i = 0; i < h->n_rows; i++) {
		if (h->rows[i]->h.service && strcmp(h->rows[i]->h.service, name) == 0)
			return true;
	}
	return false;
}

/* All names that could have been meant, ended by NULL; services only, or checks, too. */
static const char *const *
all_names(const struct health *h, bool checks)
{
	const struct ir_conf *conf = h->ctx->conf;
	size_t n = 0, known = h->place.has_compose ? h->place.compose.n : 0;
	const char **v = IR_NEW_N(h->ctx->arena, const char *, known + h->judged.n + 2 * (conf ? conf->n : 0) + 1);

	for (size_t i = 0; i < known; i++)
		v[n++] = ir_service_of_compose(conf, h->place.compose.v[i].name);
	for (size_t i = 0; i < h->judged.n; i++) {
		if (h->judged.v[i].h.service)
			v[n++] = h->judged.v[i].h.service;
	}
	for (size_t i = 0; conf && i < conf->n; i++) {
		const struct ir_section *s = &conf->v[i];
		bool check = strcmp(s->type->name, "check") == 0;

		if (check && ir_conf_str(s, "check", "service"))
			v[n++] = ir_conf_str(s, "check", "service");
		if (strcmp(s->type->name, "service") == 0 || (checks && check))
			v[n++] = s->name;
	}
	v[n] = NULL;
	return v;
}

static const char *
advice(const struct health *h, const char *name, bool checks)
{
	const char *near = ir_suggest(name, all_names(h, checks)), *colon = strchr(name, ':');

	if (near && strcmp(near, name) == 0)
		return checks ? "it is of none of the services that -s names"
			      : "it has neither a container nor a check";
	if (near)
		return ir_asprintf(h->ctx->arena, "did you mean '%s'?", near);
	if (checks && colon && colon[1] >= '0' && colon[1] <= '9')
		return ir_asprintf(h->ctx->arena, "write %s://%s", strchr(name, '/') ? "http" : "tcp", name);
	if (checks && strncmp(name, "chk-", 4) == 0)
		return "it looks like a handle, but those have eight characters after the hyphen";
	return checks ? "without names, everything is looked at" : "without -s, everything is looked at";
}

static int
tell_none(const struct health *h, const char *name, bool checks)
{
	struct ir_err err = IR_ERR_INIT;

	if (checks)
		ir_fail(&err, IR_FINDING, "nothing is called '%s': no service, check or container", name);
	else
		ir_fail(&err, IR_FINDING, "nothing to look at is of service '%s'", name);
	ir_hint(&err, "%s", advice(h, name, checks));
	ir_say(h->ctx, &err);
	return IR_FINDING;
}

/* Names that nothing bears. An engine that did not answer could have known them. */
static int
tell_unmatched(struct health *h)
{
	int ret = IR_OK;

	if (engine_is_silent(h))
		return IR_OK;
	for (size_t i = 0; i < h->common->services.n; i++) {
		if (!has_service(h, h->common->services.v[i]))
			ret = tell_none(h, h->common->services.v[i], false);
	}
	for (size_t i = 0; i < h->n_picks; i++) {
		if (!h->picks[i].found)
			ret = tell_none(h, h->picks[i].name, true);
	}
	return ret;
}

static int
look_once(struct health *h, struct ir_err *err)
{
	if (look(h, err) < 0)
		return -1;
	collect(h);
	for (size_t i = 0; i < h->n_rows; i++)
		ir_out_row(h->ctx->out, &ir_kind_check, h->rows[i]);
	ir_out_flush(h->ctx->out);
	return tell_unmatched(h);
}

/* ---- -w: look again and again, print what changed */

static bool
same(const struct seen *s, const struct ir_check *row)
{
	return strcmp(s->env, row->h.env) == 0 && strcmp(s->service, row->h.service ? row->h.service : "") == 0 &&
	       strcmp(s->name, row->name) == 0;
}

static const struct seen *
find_seen(const struct health *h, const struct ir_check *row)
{
	for (size_t i = 0; i < h->n_seen; i++) {
		if (same(&h->seen[i], row))
			return &h->seen[i];
	}
	return NULL;
}

static bool
changed(const struct seen *s, const struct ir_check *row)
{
	return s->status != row->h.status ||
	       (s->container_id && row->container_id && strcmp(s->container_id, row->container_id) != 0);
}

static void
put(struct health *h, struct ir_check *row, const char *change)
{
	row->change = change;
	row->h.summary = ir_asprintf(h->ctx->arena, "%s %s", change, row->h.summary ? row->h.summary : "");
	ir_out_row(h->ctx->out, &ir_kind_check, row);
}

static bool
is_there(const struct health *h, const struct seen *s)
{
	for (size_t i = 0; i < h->n_rows; i++) {
		if (same(s, h->rows[i]))
			return true;
	}
	return false;
}

/* It was not looked at, as the engine does not answer. */
static bool
is_hidden(const struct health *h, const struct seen *s)
{
	return strcmp(s->origin, "engine") == 0 && !is_there(h, s) && engine_is_silent(h);
}

/* What was there before and is not any more: it is not known how it is, and that is said once. */
static void
put_gone(struct health *h, const struct seen *s)
{
	bool engine = strcmp(s->type, "engine") == 0;
	struct ir_check row;

	if (is_there(h, s) || is_hidden(h, s))
		return;
	ir_row_init(&ir_kind_check, &row);
	row.h.env = s->env;
	row.h.service = s->service;
	row.h.subject = s->subject;
	row.h.status = engine ? IR_STATUS_OK : IR_STATUS_UNKNOWN;
	row.h.summary = engine ? "it answers again" : "gone: it is not there any more";
	row.name = s->name;
	row.type = s->type;
	row.container_id = s->container_id;
	put(h, &row, "-");
}

static struct seen
keep(struct ir_arena *arena, const struct seen *s)
{
	return (struct seen){
		.env = ir_strdup(arena, s->env),
		.service = ir_strdup(arena, s->service ? s->service : ""),
		.name = ir_strdup(arena, s->name),
		.container_id = ir_strdup(arena, s->container_id),
		.subject = ir_strdup(arena, s->subject),
		.type = ir_strdup(arena, s->type),
		.origin = ir_strdup(arena, s->origin),
		.status = s->status,
	};
}

static struct seen
seen_of(const struct ir_check *row)
{
	return (struct seen){
		.env = row->h.env,
		.service = row->h.service,
		.name = row->name,
		.container_id = row->container_id,
		.subject = row->h.subject,
		.type = row->type,
		.origin = row->origin,
		.status = row->h.status,
	};
}

static void
remember(struct health *h)
{
	struct ir_arena arena = { 0 };
	struct seen *v = IR_NEW_N(&arena, struct seen, h->n_rows + h->n_seen + 1);
	size_t n = 0;

	for (size_t i = 0; i < h->n_seen; i++) {
		if (is_hidden(h, &h->seen[i]))
			v[n++] = keep(&arena, &h->seen[i]);
	}
	for (size_t i = 0; i < h->n_rows; i++) {
		struct seen s = seen_of(h->rows[i]);

		v[n++] = keep(&arena, &s);
	}
	ir_arena_done(&h->seen_arena);
	h->seen_arena = arena;
	h->seen = v;
	h->n_seen = n;
}

/* beat: what did not change goes to the journal, which shows then that somebody looked. */
static void
put_changes(struct health *h, bool first, bool beat)
{
	for (size_t i = 0; i < h->n_rows; i++) {
		const struct seen *s = find_seen(h, h->rows[i]);

		if (first)
			ir_out_row(h->ctx->out, &ir_kind_check, h->rows[i]);
		else if (!s)
			put(h, h->rows[i], "+");
		else if (changed(s, h->rows[i]))
			put(h, h->rows[i], "~");
		else if (beat)
			ir_out_beat(h->ctx->out, &ir_kind_check, h->rows[i]);
	}
	for (size_t i = 0; i < h->n_seen; i++)
		put_gone(h, &h->seen[i]);
	ir_out_flush(h->ctx->out);
}

static int
watch(struct health *h, struct ir_err *err)
{
	struct ir_arena *whole = h->ctx->arena, turn = { 0 };
	int64_t span_us = h->common->deadline_ms * 1000, beat_us = ir_mono_us() + BEAT_US;
	int ret = 0, told = 0;
	bool first = true;

	while (ret == 0 && !*h->ctx->stop && !ir_out_closed(h->ctx->out)) {
		int64_t start = ir_mono_us();

		h->ctx->deadline_us = start + span_us;
		h->ctx->arena = &turn;
		ret = look(h, err);
		if (ret == 0 && !*h->ctx->stop) {
			collect(h);
			put_changes(h, first, start >= beat_us);
			if (start >= beat_us)
				beat_us = start + BEAT_US;
			if (first)
				told = tell_unmatched(h);
			remember(h);
		}
		first = false;
		h->ctx->arena = whole;
		ir_arena_done(&turn);
		if (ret == 0)
			ir_loop_sleep_until(h->ctx->loop, start + h->common->interval_ms * 1000);
	}
	ir_arena_done(&h->seen_arena);
	return ret < 0 ? ret : told;
}

static int
run(struct ir_ctx *ctx, const struct ir_common *common, const void *arg, char **operands, struct ir_err *err)
{
	struct health h = { .ctx = ctx, .common = common, .o = arg };

	for (; *operands; operands++) {
		if (take_operand(&h, *operands, err) < 0)
			return -1;
	}
	if (h.o->project && h.o->all)
		return ir_fail(err, IR_USAGE, "'--project' and '--all' exclude one another");
	find_place(&h);
	if (find_targets(&h, err) < 0)
		return -1;
	if (!ir_loop_new(ctx, err))
		return -1;
	return common->watch ? watch(&h, err) : look_once(&h, err);
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
