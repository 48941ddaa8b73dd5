/* gather_change - deploys, commits, migrations and switches as changes, and which of them were undone */
#include "suspect/gather.h"

#include <stdlib.h>
#include <string.h>

enum { SHORT_REVISION = 8, BACK_MAX = 64 };

static struct ir_gather_change *
add(struct ir_gather *g, const char *kind, const json_t *rec)
{
	struct ir_gather_change *x;

	if (g->n_changes == g->changes_size) {
		size_t size = g->changes_size ? 2 * g->changes_size : 64;
		struct ir_gather_change *v = IR_NEW_N(g->arena, struct ir_gather_change, size);

		if (g->n_changes)
			memcpy(v, g->changes, g->n_changes * sizeof(*v));
		g->changes = v;
		g->changes_size = size;
	}
	x = &g->changes[g->n_changes++];
	x->record = kind;
	x->subject = ir_strdup(g->arena, gather_str(rec, "subject"));
	x->env = ir_strdup(g->arena, gather_str(rec, "env"));
	x->revision = x->image_id = x->before = x->name = "";
	x->c.id = ir_strdup(g->arena, gather_str(rec, "id"));
	x->c.service = ir_strdup(g->arena, gather_str(rec, "service"));
	x->c.start_ms = x->c.undone_ms = IR_TIME_NONE;
	x->c.end_ms = gather_time(rec, "time");
	gather_list(g, rec, "files", &x->c.files);
	x->c.all_files = x->c.files.n > 0 && gather_int(rec, "files_changed", -1) == (int64_t)x->c.files.n;
	return x;
}

static enum ir_suspect_kind
kind_of_deploy(const char *change)
{
	for (int i = 0; ir_suspect_kind_names[i]; i++) {
		if (strcmp(ir_suspect_kind_names[i], change) == 0)
			return (enum ir_suspect_kind)i;
	}
	return IR_SUSPECT_DEPLOY;
}

static const char *
brief(struct ir_gather *g, const char *revision)
{
	return ir_strndup(g->arena, revision, strnlen(revision, SHORT_REVISION));
}

static const char *
joined(struct ir_gather *g, const char *a, const char *b, const char *c)
{
	return ir_asprintf(g->arena, "%s%s%s%s%s", a, *b ? " " : "", b, *c ? " " : "", c);
}

static void
take_deploy(struct ir_gather *g, const json_t *rec)
{
	struct ir_gather_change *x = add(g, "deploy", rec);
	const char *change = gather_str(rec, "change"), *version = gather_str(rec, "version");
	int64_t finished = gather_time(rec, "finished");

	x->revision = ir_strdup(g->arena, gather_str(rec, "revision"));
	x->image_id = ir_strdup(g->arena, gather_str(rec, "image_id"));
	x->before = ir_strdup(g->arena, gather_str(rec, "previous_revision"));
	x->going_back = strcmp(change, "rollback") == 0;
	x->c.kind = kind_of_deploy(change);
	x->c.what = joined(g, *change ? ir_strdup(g->arena, change) : "deploy", x->c.service,
	    *x->revision ? brief(g, x->revision) : ir_strdup(g->arena, version));
	x->c.start_ms = gather_time(rec, "started");
	if (finished != IR_TIME_NONE)
		x->c.end_ms = finished;
	gather_list(g, rec, "also", &x->also);
}

static void
take_commit(struct ir_gather *g, const json_t *rec)
{
	struct ir_gather_change *x = add(g, "commit", rec);

	x->revision = ir_strdup(g->arena, gather_str(rec, "revision"));
	x->c.kind = IR_SUSPECT_COMMIT;
	x->c.what = joined(g, "commit", brief(g, x->revision), ir_strdup(g->arena, gather_str(rec, "author")));
}

/* One that was never run changed nothing. */
static void
take_migration(struct ir_gather *g, const json_t *rec)
{
	const char *state = gather_str(rec, "state"), *app = gather_str(rec, "app"), *file = gather_str(rec, "file");
	int64_t applied = gather_time(rec, "applied");
	struct ir_gather_change *x;

	if (applied == IR_TIME_NONE && strcmp(state, "applied") != 0 && strcmp(state, "failed") != 0)
		return;
	x = add(g, "migration", rec);
	x->c.kind = IR_SUSPECT_MIGRATION;
	x->c.what = ir_asprintf(g->arena, "migration %s%s%s", app, *app ? "." : "", gather_str(rec, "name"));
	x->c.end_ms = applied;
	x->c.locks = json_is_true(json_object_get(rec, "locks"));
	x->c.drops = json_is_true(json_object_get(rec, "drops"));
	if (*file)
		ir_list_add(g->arena, &x->c.files, ir_strdup(g->arena, file));
}

static void
take_switch(struct ir_gather *g, const json_t *rec)
{
	struct ir_gather_change *x = add(g, "switch", rec);
	const char *name = gather_str(rec, "name");

	x->c.kind = IR_SUSPECT_SWITCH;
	x->name = ir_strdup(g->arena, *name ? name : x->subject);
	x->on = strcmp(gather_str(rec, "status"), "on") == 0;
	x->c.what = joined(g, "switch", x->name, x->on ? "on" : "off");
}

bool
gather_change(struct ir_gather *g, const char *kind, const json_t *rec)
{
	static const struct {
		const char *kind;
		void (*take)(struct ir_gather *, const json_t *);
	} kinds[] = {
		{ "deploy", take_deploy },
		{ "commit", take_commit },
		{ "migration", take_migration },
		{ "switch", take_switch },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(kind, kinds[i].kind) != 0)
			continue;
		if (g->n_changes < IR_GATHER_MAX)
			kinds[i].take(g, rec);
		return true;
	}
	return false;
}

/* ---- what tells of the same thing */

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
among(const struct ir_list *sorted, const char *s)
{
	return *s && sorted->n > 0 && bsearch(&s, sorted->v, sorted->n, sizeof(*sorted->v), by_text) != NULL;
}

static void
sort_list(struct ir_list *list)
{
	if (list->n > 0)
		qsort(list->v, list->n, sizeof(*list->v), by_text);
}

/* Deploys that another names as itself, commits that a deploy brought, and what says no time. */
static void
drop(struct ir_gather *g)
{
	struct ir_list also = { 0 }, deployed = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < g->n_changes; i++) {
		for (size_t k = 0; k < g->changes[i].also.n; k++)
			if (strcmp(g->changes[i].also.v[k], g->changes[i].c.id) != 0)
				ir_list_add(g->arena, &also, g->changes[i].also.v[k]);
		if (g->changes[i].c.kind != IR_SUSPECT_COMMIT && *g->changes[i].revision)
			ir_list_add(g->arena, &deployed, g->changes[i].revision);
	}
	sort_list(&also);
	sort_list(&deployed);
	for (size_t i = 0; i < g->n_changes; i++) {
		const struct ir_gather_change *x = &g->changes[i];

		g->no_time += x->c.end_ms == IR_TIME_NONE;
		if (x->c.end_ms != IR_TIME_NONE && *x->c.id && !among(&also, x->c.id) &&
		    !(x->c.kind == IR_SUSPECT_COMMIT && among(&deployed, x->revision)))
			g->changes[n++] = *x;
	}
	g->n_changes = n;
}

/* ---- what was undone */

static int
by_owner(const void *x, const void *y)
{
	const struct ir_gather_change *a = x, *b = y;
	int order = strcmp(a->record, b->record);

	order = order ? order : strcmp(a->c.service, b->c.service);
	order = order ? order : strcmp(a->name, b->name);
	if (order)
		return order;
	if (a->c.end_ms != b->c.end_ms)
		return a->c.end_ms < b->c.end_ms ? -1 : 1;
	return strcmp(a->c.id, b->c.id);
}

static bool
same_owner(const struct ir_gather_change *a, const struct ir_gather_change *b)
{
	return strcmp(a->record, b->record) == 0 && strcmp(a->c.service, b->c.service) == 0 &&
	       strcmp(a->name, b->name) == 0;
}

static bool
runs_the_same(const struct ir_gather_change *a, const struct ir_gather_change *b)
{
	return (*a->revision && strcmp(a->revision, b->revision) == 0) ||
	       (*a->image_id && strcmp(a->image_id, b->image_id) == 0);
}

static void
undo(struct ir_gather_change *x, const struct ir_gather_change *by)
{
	if (x->c.undone_ms != IR_TIME_NONE)
		return;
	x->c.undone_ms = by->c.end_ms;
	x->c.undone_by = by->c.id;
}

/* The one that runs again; else the one before the last, so that only the last is undone. */
static size_t
target_of(const struct ir_gather *g, size_t by)
{
	const struct ir_gather_change *x = &g->changes[by];

	for (size_t i = by; i-- > 0 && by - i < BACK_MAX && same_owner(&g->changes[i], x);) {
		if (runs_the_same(&g->changes[i], x))
			return i + 1;
	}
	return by - 1;
}

static void
go_back(struct ir_gather *g, size_t by)
{
	for (size_t i = target_of(g, by); i < by; i++)
		undo(&g->changes[i], &g->changes[by]);
}

static bool
goes_back(const struct ir_gather_change *before, const struct ir_gather_change *x)
{
	return x->going_back ||
	       (*before->before && strcmp(before->before, x->revision) == 0 && !runs_the_same(before, x));
}

void
gather_settle(struct ir_gather *g)
{
	drop(g);
	if (g->n_changes > 0)
		qsort(g->changes, g->n_changes, sizeof(*g->changes), by_owner);
	for (size_t i = 1; i < g->n_changes; i++) {
		struct ir_gather_change *x = &g->changes[i], *before = x - 1;

		if (!same_owner(before, x))
			continue;
		if (x->c.kind == IR_SUSPECT_SWITCH && x->on != before->on)
			undo(before, x);
		else if (strcmp(x->record, "deploy") == 0 && goes_back(before, x))
			go_back(g, i);
	}
}
