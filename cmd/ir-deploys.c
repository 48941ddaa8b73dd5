/* ir-deploys - tell what changed: commits, deploys, migrations; and record a deploy */

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "change/change.h"
#include "change/record.h"
#include "change/schema.h"
#include "cli/cmd.h"
#include "cli/help.h"
#include "cli/process.h"
#include "conf/suggest.h"
#include "git/git.h"
#include "net/loop.h"
#include "rec/emit.h"
#include "rec/read.h"
#include "service/service.h"

enum { LAST = 5, PLANNED = 50 };

struct opts {
	int64_t last;
	bool plan;
	unsigned kinds;
	const char *at, *project;
	struct ir_change_recorded recorded;
};

static const char *const kind_names[] = { "commit", "deploy", "migration", NULL };
enum { COMMITS, DEPLOYS, MIGRATIONS };
static const struct ir_values kind_values = { .name = "kind", .fixed = kind_names };
static const char *const outcomes[] = { "succeeded", "failed", "running", NULL };
static const struct ir_values outcome_values = { .name = "outcome", .fixed = outcomes };

static const struct ir_opt opts[] = { IR_INT(struct opts, last, 0, "last", "N",
					  "the last N of each kind, of deploys of each service; 0: all", -1, 100000,
					  .def = "-1", .more = "By default 5, or all with -S or -U."),
	IR_CHOICES(struct opts, kinds, 0, "kind", "KIND", &kind_values, "only these kinds"),
	IR_FLAG(struct opts, plan, 0, "plan", "all migrations, in the order in which they are applied"),
	IR_STR(struct opts, at, 0, "at", "REV", "compare the database with the code of this revision",
	    .more =
		"By default with the files as they lie in the working directory. What the database has and that code "
		"does not know is told as ahead: it stands in the way back to it."),
	IR_STR(struct opts, project, 'p', "project", "NAME", "deploys of this compose project",
	    .more = "By default the project of the compose file in the working directory or above it."),
	IR_STR(struct opts, recorded.revision, 0, "revision", "REV", "record: revision of the source that runs now",
	    .more = "By default that of the image, else HEAD of the working directory's repository."),
	IR_STR(
	    struct opts, recorded.version, 0, "version-name", "VERSION", "record: version that runs now, for people"),
	IR_STR(struct opts, recorded.image, 0, "image", "IMAGE", "record: image that runs now"),
	IR_STR(struct opts, recorded.by, 0, "by", "WHO", "record: who deployed", .more = "By default this user."),
	IR_STR(struct opts, recorded.message, 'm', "message", "TEXT", "record: what for"),
	IR_STR(struct opts, recorded.url, 0, "url", "URL", "record: where more is said"),
	IR_CHOICE(struct opts, recorded.outcome, 0, "outcome", "HOW", &outcome_values, "record: how it went",
	    .def = "succeeded"),
	IR_INT(struct opts, recorded.keep, 0, "keep", "N",
	    "record: give the service's last N images a name that keeps them from being pruned", 0, 1000, .def = "0",
	    .more = "It is ir-keep-, the service, and the beginning of the image's id; those of images beyond the last "
		    "N are taken "
		    "away."),
	IR_OPT_END };

struct run {
	struct ir_ctx *ctx;
	const struct ir_common *common;
	const struct opts *o;
	struct ir_place place;
	struct ir_list services, named; /* asked for; of these, named by hand */
	const char *from, *to;          /* SERVICE@FROM..TO */
	char dir[PATH_MAX];
	struct ir_change_query query;
	struct ir_change_look look;
	struct ir_schema_look schema;
};

/* ---- what is asked for */

static bool
wants(const struct run *r, int kind)
{
	return r->o->kinds == 0 || (r->o->kinds >> kind & 1);
}

/* "web@155dfed..": what came since; "web@A..B": what lies between. */
static int
take_range(struct run *r, const char *operand, const char *at, struct ir_err *err)
{
	struct ir_arena *arena = r->ctx->arena;
	const char *dots = strstr(at + 1, "..");
	size_t n = dots ? (size_t)(dots - at - 1) : strlen(at + 1);

	if (r->from)
		return ir_fail(err, IR_USAGE, "'%s': only one range can be told", operand);
	r->from = ir_strndup(arena, at + 1, n);
	r->to = dots && dots[2] ? dots + 2 : "HEAD";
	if (!dots || !ir_git_rev_valid(r->from) || !ir_git_rev_valid(r->to)) {
		ir_fail(err, IR_USAGE, "'%s' is no range of revisions", operand);
		return ir_hint(err, "write SERVICE@REV.. or SERVICE@REV..REV");
	}
	if (at > operand)
		ir_list_add_once(arena, &r->services, ir_strndup(arena, operand, (size_t)(at - operand)));
	return 0;
}

static void
take_record(void *arg, const struct ir_rec *rec)
{
	struct run *r = arg;
	const char *service = ir_rec_str(rec, "service");

	if (*service)
		ir_list_add_once(r->ctx->arena, &r->services, ir_strdup(r->ctx->arena, service));
	else
		ir_trace(r->ctx, 0, "warning: %s is of no service: it says nothing about whose deploys are meant",
		    ir_rec_str(rec, "id"));
}

static int
take_operand(struct run *r, const char *s, struct ir_err *err)
{
	const char *at = strchr(s, '@');

	if (strcmp(s, "-") == 0 || ir_id_valid(s, strlen(s)))
		return ir_in_each(r->ctx, strcmp(s, "-") == 0 ? NULL : s, take_record, r, err);
	if (at)
		return take_range(r, s, at, err);
	if (!*s)
		return ir_fail(err, IR_USAGE, "an empty operand names nothing");
	ir_list_add_once(r->ctx->arena, &r->services, s);
	ir_list_add_once(r->ctx->arena, &r->named, s);
	return 0;
}

static int
take_operands(struct run *r, char **operands, struct ir_err *err)
{
	for (size_t i = 0; i < r->common->services.n; i++) {
		ir_list_add_once(r->ctx->arena, &r->services, r->common->services.v[i]);
		ir_list_add_once(r->ctx->arena, &r->named, r->common->services.v[i]);
	}
	for (; *operands; operands++) {
		if (take_operand(r, *operands, err) < 0)
			return -1;
	}
	if (r->o->at && r->from)
		return ir_fail(err, IR_USAGE, "'--at' and a range exclude one another");
	if (r->o->at && !ir_git_rev_valid(r->o->at))
		return ir_fail(err, IR_USAGE, "--at: '%s' names no revision", r->o->at);
	return 0;
}

static int
find_place(struct run *r, struct ir_err *err)
{
	const struct ir_common *c = r->common;
	bool times = c->since_ms != IR_TIME_NONE || c->until_ms != IR_TIME_NONE || r->from;

	ir_place_find(r->ctx, r->o->project, &r->place);
	ir_place_warn(r->ctx, &r->place);
	r->ctx->env = r->place.env;
	if (!getcwd(r->dir, sizeof(r->dir)))
		return ir_fail(err, IR_BACKEND, "the working directory cannot be told: %s", strerror(errno));
	r->query = (struct ir_change_query){ .last = r->o->last >= 0 ? r->o->last
						     : times         ? 0
								     : LAST,
		.since_ms = c->since_ms,
		.until_ms = c->until_ms,
		.services = &r->services,
		.place = &r->place,
		.dir = r->dir,
		.range = r->from ? ir_asprintf(r->ctx->arena, "%s..%s", r->from, r->to) : NULL,
		.commits = wants(r, COMMITS),
		.deploys = wants(r, DEPLOYS),
		.now_ms = ir_now_ms() };
	return 0;
}

/* ---- one look */

static void
on_progress(void *arg)
{
	struct run *r = arg;

	if (isatty(STDERR_FILENO))
		ir_trace(r->ctx, 0, "looking at commits, deploys and migrations ...");
}

static void
on_done(void *arg)
{
	(void)arg;
}

static int
look(struct run *r, struct ir_err *err)
{
	const struct ir_schema_query q = { .place = &r->place,
		.dir = r->dir,
		.rev = r->o->at ? r->o->at : r->from,
		.timeout_ms = r->common->timeout_ms };

	if (ir_change_start(r->ctx, &r->query, &r->look, on_done, r, err) < 0)
		return -1;
	if (wants(r, MIGRATIONS) && ir_schema_start(r->ctx, &q, &r->schema, err) < 0)
		return -1;
	ir_loop_run(r->ctx->loop, on_progress, r);
	ir_change_finish(&r->look);
	ir_schema_finish(&r->schema);
	ir_schema_between(r->ctx->arena, &r->schema, &r->look);
	ir_change_tell(&r->look);
	return 0;
}

/* ---- what is printed */

/* One of any kind. */
struct row {
	const struct ir_kind *kind;
	const struct ir_head *h;
	size_t order;
};

struct rows {
	struct row *v;
	size_t n;
	int64_t since_ms, until_ms;
};

static bool
is_within(const struct rows *rows, int64_t ms)
{
	return (rows->since_ms == IR_TIME_NONE || ms >= rows->since_ms) &&
	       (rows->until_ms == IR_TIME_NONE || ms < rows->until_ms);
}

static void
add_row(struct rows *rows, const struct ir_kind *kind, const struct ir_head *h)
{
	rows->v[rows->n] = (struct row){ kind, h, rows->n };
	rows->n++;
}

/* The last ones of a service. */
static bool
is_among_last(const struct run *r, size_t i)
{
	const struct ir_deploy *v = r->look.deploys;
	int64_t left = r->query.last;

	for (size_t k = i + 1; k < r->look.n_deploys && left > 0; k++)
		left -= strcmp(v[k].h.service, v[i].h.service) == 0;
	return r->query.last == 0 || left > 0;
}

static void
add_deploys(const struct run *r, struct rows *rows)
{
	for (size_t i = 0; i < r->look.n_deploys; i++) {
		if (is_within(rows, r->look.deploys[i].h.time_ms) && is_among_last(r, i))
			add_row(rows, &ir_kind_deploy, &r->look.deploys[i].h);
	}
}

/* Newest first; what has no time is of now. */
static int
by_time(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int64_t s = x->h->time_ms == IR_TIME_NONE ? INT64_MAX : x->h->time_ms,
		t = y->h->time_ms == IR_TIME_NONE ? INT64_MAX : y->h->time_ms;

	if (s != t)
		return s > t ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void
add_migrations(const struct run *r, struct rows *rows)
{
	const struct ir_migrations *m = &r->schema.migrations;
	bool *wanted =
	    ir_schema_choose(r->ctx->arena, m, r->o->plan ? 0 : r->query.last, rows->since_ms, rows->until_ms);

	for (size_t i = 0; i < m->n; i++) {
		if (r->o->plan || wanted[i])
			add_row(rows, &ir_kind_migration, &m->v[i].h);
	}
}

static size_t
print(struct run *r)
{
	struct rows rows = { .since_ms = r->common->since_ms, .until_ms = r->common->until_ms };

	rows.v =
	    IR_NEW_N(r->ctx->arena, struct row, r->look.n_commits + r->look.n_deploys + r->schema.migrations.n + 1);
	for (size_t i = 0; i < r->look.n_commits && r->query.commits; i++)
		add_row(&rows, &ir_kind_commit, &r->look.commits[i].h);
	if (r->query.deploys)
		add_deploys(r, &rows);
	if (!r->o->plan)
		add_migrations(r, &rows);
	if (rows.n)
		qsort(rows.v, rows.n, sizeof(*rows.v), by_time);
	if (r->o->plan)
		add_migrations(r, &rows);
	for (size_t i = 0; i < rows.n; i++)
		ir_out_row(r->ctx->out, rows.v[i].kind, rows.v[i].h);
	ir_out_flush(r->ctx->out);
	return rows.n;
}

static void
print_faults(struct run *r)
{
	for (size_t i = 0; i < r->look.n_faults; i++) {
		const struct ir_change_fault *f = &r->look.faults[i];

		ir_out_error(r->ctx->out, &f->err, f->service, f->subject);
		ir_out_incomplete(r->ctx->out);
	}
	for (size_t i = 0; i < r->schema.faults_n; i++) {
		ir_out_error(r->ctx->out, &r->schema.faults[i], NULL, "migrations");
		ir_out_incomplete(r->ctx->out);
	}
	/* of deploys it was said already */
	if (r->schema.no_engine.code && !r->query.deploys)
		ir_out_error(r->ctx->out, &r->schema.no_engine, NULL, "migrations");
	if (r->schema.no_engine.code)
		ir_out_incomplete(r->ctx->out);
	if (r->look.cut || r->schema.cut) {
		ir_trace(r->ctx, 0, "warning: there is more than could be looked at");
		ir_out_incomplete(r->ctx->out);
	}
}

/* ---- what was named and is not there */

static bool
has_service(const struct run *r, const char *name)
{
	for (size_t i = 0; i < r->look.n_deploys; i++) {
		if (strcmp(r->look.deploys[i].h.service, name) == 0)
			return true;
	}
	return false;
}

static int
tell_unmatched(const struct run *r)
{
	struct ir_list known = { 0 };
	int ret = IR_OK;

	for (size_t i = 0; r->place.has_compose && i < r->place.compose.n; i++)
		ir_list_add_once(
		    r->ctx->arena, &known, ir_service_of_compose(r->ctx->conf, r->place.compose.v[i].name));
	for (size_t i = 0; i < r->named.n && r->query.deploys; i++) {
		const char *name = r->named.v[i], *near = known.n ? ir_suggest(name, known.v) : NULL;
		struct ir_err err = IR_ERR_INIT;

		if (has_service(r, name))
			continue;
		ir_fail(&err, IR_FINDING, "no deploy of service '%s' is known", name);
		if (near && strcmp(near, name) != 0)
			ir_hint(&err, "did you mean '%s'?", near);
		else
			ir_hint(&err, "let the deploy script say so: ir-deploys record %s", name);
		ir_say(r->ctx, &err);
		ret = IR_FINDING;
	}
	return ret;
}

static int
tell(struct run *r, struct ir_err *err)
{
	int ret;

	print_faults(r);
	if (print(r) == 0 && r->look.n_faults == 0 && r->schema.faults_n == 0 && r->named.n == 0 && r->look.no_git &&
	    !r->place.project) {
		ir_fail(err, IR_BACKEND,
		    "there is nothing that could have changed: no git repository, no compose project, "
		    "no recorded deploy here");
		return ir_hint(err, "go to the code's directory, or record deploys: ir-deploys record SERVICE");
	}
	ret = tell_unmatched(r);
	ir_schema_done(&r->schema);
	return ret;
}

static int
record(struct run *r, char **operands, struct ir_err *err)
{
	struct ir_change_recorded rec = r->o->recorded;

	if (!operands[0] || operands[1] || !*operands[0]) {
		ir_fail(err, IR_USAGE, "'record' takes one service");
		return ir_hint(err, "write ir-deploys record SERVICE --revision REV");
	}
	rec.service = operands[0];
	rec.place = &r->place;
	rec.dir = r->dir;
	/* names of images are the only thing that is ever changed */
	r->ctx->actor = rec.keep > 0;
	return ir_change_record(r->ctx, &rec, err);
}

/* Options of the one are a mistake with the other. */
static int
check(const struct opts *o, const struct ir_common *common, bool recording, struct ir_err *err)
{
	const struct ir_change_recorded *c = &o->recorded;
	const char *word = c->revision  ? "--revision"
			   : c->version ? "--version-name"
			   : c->image   ? "--image"
			   : c->by      ? "--by"
			   : c->message ? "--message"
			   : c->url     ? "--url"
			   : c->keep    ? "--keep"
					: NULL;

	if (!recording && word) {
		ir_fail(err, IR_USAGE, "'%s' is for 'record'", word);
		return ir_hint(err, "write ir-deploys record SERVICE %s …", word);
	}
	if (recording && (o->at || o->plan || o->kinds || o->last >= 0 || common->services.n > 0 ||
			     common->since_ms != IR_TIME_NONE || common->until_ms != IR_TIME_NONE))
		return ir_fail(err, IR_USAGE, "'record' takes no option that chooses what is shown");
	if (o->plan && o->kinds && !(o->kinds >> MIGRATIONS & 1))
		return ir_fail(err, IR_USAGE, "'--plan' is about migrations, which '--kind' leaves out");
	return 0;
}

static int
run(struct ir_ctx *ctx, const struct ir_common *common, const void *arg, char **operands, struct ir_err *err)
{
	struct run r = { .ctx = ctx, .common = common, .o = arg };
	bool recording = operands[0] && strcmp(operands[0], "record") == 0;

	if (check(r.o, common, recording, err) < 0 || !ir_loop_new(ctx, err))
		return -1;
	if (!recording && take_operands(&r, operands, err) < 0)
		return -1;
	if (find_place(&r, err) < 0)
		return -1;
	if (recording)
		return record(&r, operands + 1, err);
	return look(&r, err) < 0 ? -1 : tell(&r, err);
}

static const struct ir_kind *const kinds[] = { &ir_kind_deploy, &ir_kind_migration, &ir_kind_commit, &ir_kind_error,
	&ir_kind_end, NULL };

static const struct ir_example examples[] = {
	{ "ir-deploys",
	    "the last five commits, deploys of each service and migrations, and what is not as it should be" },
	{ "ir-deploys -S 2h", "everything that changed in the last two hours" },
	{ "ir-deploys --kind deploy web | head -1 | ir-show -", "the last deploy of web whole: what came with it" },
	{ "ir-deploys web@155dfed..", "commits since a revision, and migrations that it does not know" },
	{ "ir-deploys --plan --kind migration", "all migrations, in the order in which they are applied" },
	{ "ir-deploys record web -m 'release 1.8.2'", "for a deploy script: web was deployed just now" },
	{ NULL, NULL },
};

int
main(int argc, char **argv)
{
	static const struct ir_cmd cmd = {
		.name = "ir-deploys",
		.brief = "tell what changed: commits, deploys, migrations",
		.operands = "[record SERVICE | SERVICE[@REV..]|HANDLE|- ...]",
		.operand_values = &ir_values_service,
		.role = IR_SOURCE,
		.with = IR_WITH_OUTPUT | IR_WITH_STATUS | IR_WITH_DEADLINE | IR_WITH_SERVICE | IR_WITH_SINCE,
		.opts = opts,
		.optsize = sizeof(struct opts),
		.kinds = kinds,
		.examples = examples,
		.run = run,
	};

	return ir_main(&cmd, argc, argv);
}
