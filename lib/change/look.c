/* look - ask everything that knows of deploys and commits, all at once */
#include "change/change.h"

#include <stdlib.h>
#include <string.h>

#include "conf/discover.h"
#include "git/git.h"
#include "logs/clean.h"
#include "net/loop.h"
#include "service/service.h"

enum { MESSAGE_MAX = 16 << 10 };

static void advance(struct ir_change_look *);

const char *
ir_change_rollout(struct ir_arena *arena, const struct ir_deploy *d)
{
	char time[IR_TIME_MAX];
	const char *what = d->image_id ? d->image_id : d->revision ? d->revision : d->version ? d->version : "";

	return ir_asprintf(arena, "%s@%s", what, d->rollout ? d->rollout : ir_time_format(time, d->h.time_ms));
}

/* ---- what is told */

static void *
grow(struct ir_arena *arena, void *v, size_t n, size_t *size, size_t each)
{
	void *w;

	if (n < *size)
		return v;
	*size = 2 * *size + 16;
	w = ir_arena_alloc_n(arena, *size, each);
	if (n)
		memcpy(w, v, n * each);
	return w;
}

/* Every string of a row is ours from now on. */
static void
copy_texts(struct ir_arena *arena, struct ir_deploy *d)
{
	char *row = (char *)d;

	for (const struct ir_col *c = ir_kind_deploy.cols; c->key; c++) {
		if (c->type == IR_COL_STR) {
			const char **s = (const char **)(void *)(row + c->offset);

			*s = ir_strdup(arena, *s);
		} else if (c->type == IR_COL_LIST) {
			struct ir_list *l = (struct ir_list *)(void *)(row + c->offset), old = *l;

			*l = (struct ir_list){ 0 };
			for (size_t i = 0; i < old.n; i++)
				ir_list_add(arena, l, ir_strdup(arena, old.v[i]));
		}
	}
	d->h.id = ir_strdup(arena, d->h.id);
	d->h.service = ir_strdup(arena, d->h.service ? d->h.service : "");
	d->h.subject = ir_strdup(arena, d->h.subject);
	d->h.summary = ir_strdup(arena, d->h.summary);
}

/* What somebody wrote about a deploy may hold what nobody should read. */
static const char *
without_secrets(struct ir_arena *arena, const char *message)
{
	struct ir_buf b;
	const char *s;

	if (!message)
		return NULL;
	ir_buf_init(&b, MESSAGE_MAX);
	ir_log_redact(&b, message, strlen(message));
	s = ir_strndup(arena, b.data, b.len);
	ir_buf_done(&b);
	return s;
}

static int
newest_first(const void *a, const void *b)
{
	int64_t x = ((const struct ir_deploy *)a)->h.time_ms, y = ((const struct ir_deploy *)b)->h.time_ms;

	return x > y ? -1 : x < y;
}

/* Whatever comes first and last: the newest stay. */
static void
drop_oldest(struct ir_change_look *l)
{
	qsort(l->deploys, l->n_deploys, sizeof(*l->deploys), newest_first);
	l->n_deploys = IR_CHANGE_DEPLOYS;
	l->cut |= l->q.last == 0;
}

void
ir_change_add(struct ir_change_source *s, const struct ir_deploy *given)
{
	struct ir_change_look *l = s->look;
	struct ir_deploy d = *given;

	if (!d.h.service || !*d.h.service)
		d.h.service = s->service ? s->service : "";
	if (d.h.time_ms == IR_TIME_NONE || !ir_service_wanted(l->q.services, d.h.service))
		return;
	if (l->n_deploys == 2 * IR_CHANGE_DEPLOYS)
		drop_oldest(l);
	copy_texts(l->ctx->arena, &d);
	d.message = without_secrets(l->ctx->arena, d.message);
	if (!d.rollout || !strchr(d.rollout, '@'))
		d.rollout = ir_change_rollout(l->ctx->arena, &d);
	if (d.known_by.n == 0)
		ir_list_add(l->ctx->arena, &d.known_by, s->ops->name);
	l->deploys = grow(l->ctx->arena, l->deploys, l->n_deploys, &l->size_deploys, sizeof(d));
	l->deploys[l->n_deploys++] = d;
}

static void
add_fault(struct ir_change_look *l, const char *service, const char *subject, const struct ir_err *err)
{
	struct ir_change_fault *f;

	l->faults = grow(l->ctx->arena, l->faults, l->n_faults, &l->size_faults, sizeof(*f));
	f = &l->faults[l->n_faults++];
	f->service = ir_strdup(l->ctx->arena, service);
	f->subject = ir_strdup(l->ctx->arena, subject);
	f->err = *err;
}

void
ir_change_fault(struct ir_change_source *s, const char *service, const char *subject, const struct ir_err *err)
{
	add_fault(s->look, service ? service : s->service, subject ? subject : s->origin, err);
}

void
ir_change_done(struct ir_change_source *s)
{
	if (s->done)
		return;
	s->done = true;
	s->look->waiting--;
	advance(s->look);
}

/* ---- which are asked */

static struct ir_change_source *
add_source(struct ir_change_look *l, const struct ir_change_ops *ops)
{
	struct ir_change_source *s = &l->sources[l->n_sources++];

	*s = (struct ir_change_source){ .ops = ops, .look = l, .origin = ops->name };
	return s;
}

static const struct ir_change_ops *
ops_named(const char *name)
{
	for (size_t i = 0; ir_change_sources[i]; i++) {
		if (strcmp(name, ir_change_sources[i]->name) == 0)
			return ir_change_sources[i];
	}
	return NULL;
}

/* What a [deploy "web"] asks for: by its type, else by the keys that are given. */
static const struct ir_change_ops *
ops_of(const struct ir_section *section)
{
	static const char *const by_key[][2] = { { "log", "log" }, { "command", "command" }, { "releases", "releases" },
		{ "github", "github" }, { "gitlab", "gitlab" }, { "release", "helm" }, { "selector", "kubectl" },
		{ "namespace", "kubectl" }, { "dir", "git" } };
	const char *type = ir_conf_str(section, "deploy", "type");

	for (size_t i = 0; !type && i < sizeof(by_key) / sizeof(by_key[0]); i++) {
		if (ir_conf_value(section, by_key[i][0]))
			type = by_key[i][1];
	}
	return type ? ops_named(type) : NULL;
}

static int
says_nothing(const struct ir_section *section, const char *origin, struct ir_err *err)
{
	ir_fail(err, IR_CONFIG, "%s: [deploy \"%s\"] does not say what knows of the deploys", origin, section->name);
	return ir_hint(err, "write type = …, or a key such as log, command, releases, github or dir");
}

static int
add_section(struct ir_change_look *l, const struct ir_section *section, struct ir_err *err)
{
	const struct ir_change_ops *ops = ops_of(section);
	const char *origin = ir_conf_origin(l->ctx->arena, section->file, section->line);
	struct ir_change_source *s;

	if (!ops)
		return says_nothing(section, origin, err);
	if (ops->check && ops->check(l->ctx, section, err) < 0)
		return ir_wrap(err, "%s: [deploy \"%s\"]", origin, section->name);
	if (!ir_service_wanted(l->q.services, section->name))
		return 0;
	s = add_source(l, ops);
	s->section = section;
	s->service = section->name;
	s->origin = origin;
	return 0;
}

static int
add_sources(struct ir_change_look *l, struct ir_err *err)
{
	const struct ir_conf *conf = l->ctx->conf;

	if (!l->q.deploys)
		return 0;
	l->sources = IR_NEW_N(l->ctx->arena, struct ir_change_source, (conf ? conf->n : 0) + 2);
	if (l->q.place && l->q.place->project && ir_place_expects_engine(l->ctx, l->q.place))
		add_source(l, &ir_change_docker);
	for (size_t i = 0; conf && i < conf->n; i++) {
		if (strcmp(conf->v[i].type->name, "deploy") == 0 && add_section(l, &conf->v[i], err) < 0)
			return -1;
	}
	/* it reads at once: the last one, while the others wait for their answers */
	add_source(l, &ir_change_ledger);
	return 0;
}

/* ---- the look */

static void
on_between(struct ir_change_look *l)
{
	l->done(l->arg);
}

/* When all have answered: what several tell of is united, and git says what lies between. */
static void
advance(struct ir_change_look *l)
{
	if (l->waiting > 0)
		return;
	ir_change_unite(l);
	ir_change_between(l, on_between);
}

static void
start_source(struct ir_change_look *l, struct ir_change_source *s)
{
	struct ir_err why = IR_ERR_INIT;

	s->begun = true;
	if (s->ops->start(s, &why) == 0)
		return;
	ir_change_fault(s, NULL, NULL, &why);
	s->done = true;
	l->waiting--;
}

int
ir_change_start(struct ir_ctx *ctx, const struct ir_change_query *q, struct ir_change_look *l, void (*done)(void *),
    void *arg, struct ir_err *err)
{
	struct ir_err why = IR_ERR_INIT;

	l->ctx = ctx;
	l->q = *q;
	l->done = done;
	l->arg = arg;
	if (add_sources(l, err) < 0)
		return -1;
	l->waiting = l->n_sources + 1;
	if (!l->q.commits) {
		l->no_git = !ir_discover_root(ctx->arena, q->dir);
		l->waiting--;
	} else if (ir_change_commits(l, &why) < 0) {
		l->no_git = true;
		add_fault(l, NULL, "git", &why);
		l->waiting--;
	}
	for (size_t i = 0; i < l->n_sources; i++)
		start_source(l, &l->sources[i]);
	if (l->waiting == 0)
		advance(l);
	return 0;
}

void
ir_change_finish(struct ir_change_look *l)
{
	struct ir_err late = IR_ERR_INIT;
	bool waiting = l->waiting > 0;
	size_t told;

	ir_fail(&late, IR_BACKEND, "no answer before the deadline");
	for (size_t i = 0; i < l->n_sources; i++) {
		struct ir_change_source *s = &l->sources[i];

		if (s->done || !s->begun)
			continue;
		told = l->n_faults;
		s->ops->stop(s);
		s->done = true;
		if (l->n_faults == told) /* else it said itself how far it got */
			ir_change_fault(s, NULL, NULL, &late);
	}
	if (l->log) {
		ir_git_stop(l->log);
		l->log = NULL;
		add_fault(l, NULL, "git", &late);
	}
	ir_change_between_stop(l);
	if (waiting)
		ir_change_unite(l);
}
