/* record - a deploy that somebody says happened just now */
#include "change/record.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/utf8.h"
#include "git/git.h"
#include "net/loop.h"
#include "rec/emit.h"
#include "runtime/images.h"

enum { NAME_MAX_LEN = 200 };

static void
on_done(void *arg)
{
	(void)arg;
}

/* Who is at the keyboard, also behind sudo. */
static const char *
user(struct ir_arena *arena)
{
	const char *sudo = getenv("SUDO_USER");
	const struct passwd *pw = sudo && *sudo ? NULL : getpwuid(getuid());

	return ir_strdup(arena, sudo && *sudo ? sudo : pw ? pw->pw_name : NULL);
}

static bool
is_current_container(const struct ir_deploy *d)
{
	return d->current > 0 && d->container && ir_list_has(&d->known_by, "docker");
}

/* What was said is another code than what runs. */
static bool
is_other(const struct ir_deploy *row, const struct ir_deploy *d)
{
	return (row->revision && !ir_change_same_revision(row->revision, d->revision)) ||
	       (row->version && d->version && strcmp(row->version, d->version) != 0) ||
	       (row->image && d->image && strcmp(row->image, d->image) != 0);
}

/* What runs now, as the engine tells it. */
static void
take_running(const struct ir_change_look *l, struct ir_deploy *row)
{
	for (size_t i = 0; i < l->n_deploys; i++) {
		const struct ir_deploy *d = &l->deploys[i];

		if (!is_current_container(d) || is_other(row, d))
			continue;
		row->revision = row->revision ? row->revision : d->revision;
		row->version = row->version ? row->version : d->version;
		row->image = row->image ? row->image : d->image;
		row->image_id = d->image_id;
		row->container = d->container;
		row->health = d->health;
	}
}

/* What git makes of the revision that was said, else of HEAD; of a container's, only if it is the same. */
static void
take_commit(const struct ir_change_look *l, const struct ir_change_recorded *r, struct ir_deploy *row)
{
	const struct ir_commit *c = l->n_commits ? &l->commits[0] : NULL;

	if (!c || (!r->revision && row->revision && !ir_change_same_revision(row->revision, c->revision)))
		return;
	row->revision = c->revision;
	if (!row->message)
		row->message = c->title;
}

static void
fill(struct ir_ctx *ctx, const struct ir_change_recorded *r, const struct ir_change_look *l, struct ir_deploy *row)
{
	ir_row_init(&ir_kind_deploy, row);
	row->h.service = r->service;
	row->h.time_ms = l->q.now_ms;
	row->h.subject = ir_asprintf(ctx->arena, "deploy:%s", r->service);
	row->change = "deploy";
	row->revision = r->revision;
	row->version = r->version;
	row->image = r->image;
	row->message = r->message;
	row->url = r->url;
	row->author = r->by ? r->by : user(ctx->arena);
	row->outcome = r->outcome;
	row->current = !r->outcome || strcmp(r->outcome, "succeeded") == 0;
	row->time_basis = "ledger";
	row->finished_ms = l->q.now_ms;
	ir_list_add(ctx->arena, &row->known_by, "ledger");
	if (r->revision)
		take_commit(l, r, row);
	take_running(l, row);
	if (!r->revision)
		take_commit(l, r, row);
	row->rollout = ir_change_rollout(ctx->arena, row);
}

static bool
is_name(const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			return false;
	}
	return n > 0 && n <= NAME_MAX_LEN && ir_utf8_valid(s, n);
}

/* What is not known will be missed at the next look. */
static void
warn(const struct ir_ctx *ctx, const struct ir_change_look *l, const struct ir_deploy *row)
{
	for (size_t i = 0; i < l->n_faults; i++)
		ir_trace(ctx, 0, "warning: %s", l->faults[i].err.msg);
	if (!row->revision && !row->version && !row->image_id)
		ir_trace(ctx, 0, "warning: nothing tells which code runs now: say --revision or --version-name");
}

static int
check(const struct ir_ctx *ctx, const struct ir_change_recorded *r, struct ir_err *err)
{
	if (ir_id_valid(r->service, strlen(r->service)) || strchr(r->service, '@') || !is_name(r->service))
		return ir_fail(err, IR_USAGE, "'%s' is no name of a service", r->service);
	if (r->revision && !ir_git_rev_valid(r->revision))
		return ir_fail(err, IR_USAGE, "--revision: '%s' names no revision", r->revision);
	if (ctx->journal)
		return 0;
	ir_fail(err, IR_BACKEND, "there is no journal to record the deploy in");
	return ir_hint(err, "turn it on: IR_JOURNAL, or [journal] dir in ir.conf");
}

/* ---- images that are kept */

struct keeping {
	struct ir_err err;
	bool done;
};

static void
on_named(void *arg, const struct ir_err *why)
{
	struct keeping *k = arg;

	k->done = true;
	if (why)
		k->err = *why;
}

/* The deploy is recorded whatever becomes of it. */
static int
keep(struct ir_ctx *ctx, const struct ir_change_recorded *r, const struct ir_change_look *l, struct ir_err *err)
{
	struct keeping k = { .done = false };
	struct ir_image_name *v = NULL;
	size_t n = ir_change_keep(ctx->arena, l, r->service, r->keep, &v), named = 0;

	if (n == 0) {
		ir_fail(err, IR_FINDING, "no image of service '%s' is known that could be kept", r->service);
		return -1;
	}
	if (ir_images_name(ctx, &r->place->engine, l->images->api_version, v, n, on_named, &k, err) < 0)
		return -1;
	ir_loop_run(ctx->loop, NULL, NULL);
	if (!k.done)
		return ir_fail(err, IR_INCOMPLETE, "the engine has not answered whether the images were named");
	if (k.err.code) {
		*err = k.err;
		return -1;
	}
	for (size_t i = 0; i < n; i++)
		named += v[i].id != NULL;
	ir_trace(ctx, 0, "%zu image%s of %s %s kept: %s:%s%s", named, named == 1 ? "" : "s", r->service,
	    named == 1 ? "is" : "are", v[0].repository, v[0].tag, named == 1 ? "" : " …");
	return 0;
}

/* What there is to know of the service now. */
static int
look(struct ir_ctx *ctx, const struct ir_change_recorded *r, struct ir_list *services, struct ir_change_look *l,
    struct ir_err *err)
{
	const struct ir_change_query q = { .last = 1,
		.since_ms = IR_TIME_NONE,
		.until_ms = IR_TIME_NONE,
		.services = services,
		.place = r->place,
		.dir = r->dir,
		.range = r->revision,
		.commits = true,
		.deploys = true,
		.now_ms = ir_now_ms() };

	ir_list_add(ctx->arena, services, r->service);
	if (ir_change_start(ctx, &q, l, on_done, NULL, err) < 0)
		return -1;
	ir_loop_run(ctx->loop, NULL, NULL);
	ir_change_finish(l);
	return 0;
}

int
ir_change_record(struct ir_ctx *ctx, const struct ir_change_recorded *r, struct ir_err *err)
{
	struct ir_change_look l = { .ctx = ctx }, one;
	struct ir_list services = { 0 };
	struct ir_deploy row;

	if (check(ctx, r, err) < 0 || look(ctx, r, &services, &l, err) < 0)
		return -1;
	fill(ctx, r, &l, &row);
	warn(ctx, &l, &row);
	one = l;
	one.deploys = &row;
	one.n_deploys = 1;
	ir_change_tell(&one);
	ir_out_row(ctx->out, &ir_kind_deploy, &row);
	ir_out_flush(ctx->out);
	if (r->keep > 0 && keep(ctx, r, &l, err) < 0)
		return -1;
	return IR_OK;
}
