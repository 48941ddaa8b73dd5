/* incident - how incidents stand, folded from what the journal has of them */
#include "incident/incident.h"

#include <string.h>

enum { OBSERVATIONS_MAX = 1000 };

const char *const ir_severities[] = { "sev1", "sev2", "sev3", "sev4", "sev5", NULL };

/* The newest observations, as they are recalled. */
struct recalled {
	struct ir_arena *arena;
	const char *env;
	bool open;
	struct ir_list ids;
};

static int
recall(void *arg, const char *record, size_t len)
{
	struct recalled *r = arg;
	json_t *obj = json_loadb(record, len, 0, NULL);
	const struct ir_rec rec = { .obj = obj };
	const char *id = ir_rec_str(&rec, "id");

	if (ir_id_valid(id, strlen(id)) && (!r->env || strcmp(ir_rec_str(&rec, "env"), r->env) == 0) &&
	    (!r->open || strcmp(ir_rec_str(&rec, "state"), "closed") != 0))
		ir_list_add(r->arena, &r->ids, ir_strdup(r->arena, id));
	json_decref(obj);
	return r->ids.n == IR_INCIDENTS;
}

/* A thread is of a channel: a later one takes the place of the earlier. */
static void
add_thread(struct ir_arena *arena, struct ir_list *to, const char *thread)
{
	size_t channel = strcspn(thread, "=");

	for (size_t i = 0; i < to->n; i++) {
		if (strncmp(to->v[i], thread, channel) == 0 && to->v[i][channel] == thread[channel]) {
			to->v[i] = thread;
			return;
		}
	}
	ir_list_add(arena, to, thread);
}

static bool
same(const struct ir_list *a, const struct ir_list *b)
{
	size_t i = 0;

	while (i < a->n && i < b->n && strcmp(a->v[i], b->v[i]) == 0)
		i++;
	return i == a->n && i == b->n;
}

enum { UNITED_MAX = 5000 }; /* of one list: each is looked for among all */

/* Observations mostly say again what was said before, so that this costs something only when there is news. */
static void
unite(struct ir_arena *arena, struct ir_list *newer, const struct ir_list *older,
    void (*add)(struct ir_arena *, struct ir_list *, const char *))
{
	struct ir_list all = { 0 };

	if (older->n == 0 || same(newer, older))
		return;
	for (size_t i = 0; i < older->n && all.n < UNITED_MAX; i++)
		add(arena, &all, older->v[i]);
	for (size_t i = 0; i < newer->n && all.n < UNITED_MAX; i++)
		add(arena, &all, newer->v[i]);
	*newer = all;
}

static void
keep_str(const char **newer, const char *older)
{
	if (!*newer)
		*newer = older;
}

static void
keep_time(int64_t *newer, int64_t older)
{
	if (*newer == IR_TIME_NONE)
		*newer = older;
}

void
ir_incident_fold(struct ir_arena *arena, struct ir_incident *newer, const struct ir_incident *older)
{
	keep_str(&newer->title, older->title);
	keep_str(&newer->state, older->state);
	keep_str(&newer->severity, older->severity);
	keep_str(&newer->opened_by, older->opened_by);
	keep_str(&newer->lead, older->lead);
	keep_str(&newer->ticket, older->ticket);
	keep_time(&newer->began_ms, older->began_ms);
	keep_time(&newer->opened_ms, older->opened_ms);
	if (newer->state && strcmp(newer->state, "closed") == 0)
		keep_time(&newer->closed_ms, older->closed_ms);
	else
		newer->closed_ms = IR_TIME_NONE;
	unite(arena, &newer->alerts, &older->alerts, ir_list_add_once);
	unite(arena, &newer->services, &older->services, ir_list_add_once);
	unite(arena, &newer->threads, &older->threads, add_thread);
	unite(arena, &newer->h.refs, &older->h.refs, ir_list_add_once);
}

/* NULL: none of them can be read. */
static struct ir_incident *
fold_all(struct ir_arena *arena, const struct ir_finds *f)
{
	struct ir_incident *ret = NULL;

	for (size_t i = 0; i < f->n; i++) {
		json_t *obj = json_loadb(f->v[i].record, f->v[i].len, 0, NULL);
		struct ir_incident *row;

		/* 40 bits of two facts may be the same: the newest is meant. */
		if (!obj || strcmp(f->v[i].key, f->v[f->n - 1].key) != 0) {
			json_decref(obj);
			continue;
		}
		row = IR_NEW(arena, struct ir_incident);
		ir_rec_to_row(arena, &ir_kind_incident, obj, row);
		json_decref(obj);
		if (ret)
			ir_incident_fold(arena, row, ret);
		ret = row;
	}
	return ret;
}

/* What they are and how they stand, in the order of the ids. *ret has room for all. */
static int
stand(struct ir_ctx *ctx, const struct ir_list *ids, struct ir_incident **ret, size_t *n, struct ir_err *err)
{
	struct ir_arena arena = { 0 };
	struct ir_finds *f = IR_NEW_N(&arena, struct ir_finds, ids->n + 1);
	int rc;

	for (size_t i = 0; i < ids->n; i++)
		f[i].id = ids->v[i];
	rc = ir_journal_find_many(ctx->journal, &arena, f, ids->n, OBSERVATIONS_MAX, err);
	for (size_t i = 0; rc == 0 && i < ids->n; i++) {
		struct ir_incident *row = fold_all(ctx->arena, &f[i]);

		if (row)
			ret[(*n)++] = row;
	}
	ir_arena_done(&arena);
	return rc;
}

static int
newest_first(const void *a, const void *b)
{
	const struct ir_incident *x = *(const struct ir_incident *const *)a, *y = *(const struct ir_incident *const *)b;

	if (x->h.time_ms != y->h.time_ms)
		return x->h.time_ms < y->h.time_ms ? 1 : -1;
	return strcmp(x->h.id, y->h.id);
}

static size_t
choose(struct ir_incident **v, size_t n, const char *env, bool open)
{
	size_t left = 0;

	for (size_t i = 0; i < n; i++)
		if ((!env || (v[i]->h.env && strcmp(v[i]->h.env, env) == 0)) &&
		    (!open || !v[i]->state || strcmp(v[i]->state, "closed") != 0))
			v[left++] = v[i];
	return left;
}

int
ir_incident_all(struct ir_ctx *ctx, const char *env, bool open, struct ir_incident **ret, size_t *n, struct ir_err *err)
{
	struct recalled r = { .arena = ctx->arena, .env = env, .open = open };
	struct ir_incident **v;
	size_t found;

	*ret = NULL;
	*n = 0;
	if (!ctx->journal)
		return 0;
	if (ir_journal_recall(ctx->journal, "incident", SIZE_MAX, recall, &r, err) < 0)
		return -1;
	ir_incident_remembered(ctx, &r.ids);
	v = IR_NEW_N(ctx->arena, struct ir_incident *, r.ids.n + 1);
	if (stand(ctx, &r.ids, v, n, err) < 0)
		return -1;
	*n = choose(v, *n, env, open);
	qsort(v, *n, sizeof(struct ir_incident *), newest_first);
	*ret = IR_NEW_N(ctx->arena, struct ir_incident, *n + 1);
	found = *n;
	*n = 0;
	/* the newest record alone may not say that it is closed */
	for (size_t i = 0; i < found; i++)
		if (!open || !v[i]->state || strcmp(v[i]->state, "closed") != 0)
			(*ret)[(*n)++] = *v[i];
	return 0;
}

struct ir_incident *
ir_incident_known(struct ir_ctx *ctx, const char *id, struct ir_err *err)
{
	struct ir_list one = { 0 };
	struct ir_incident *v[1];
	size_t n = 0;

	ir_list_add(ctx->arena, &one, id);
	if (ctx->journal && stand(ctx, &one, v, &n, err) < 0)
		return NULL;
	if (n == 1)
		return v[0];
	ir_fail(err, IR_USAGE, "'%s' is no incident that the journal knows", id);
	ir_hint(err, "see ir-incident list");
	return NULL;
}

struct ir_incident *
ir_incident_current(struct ir_ctx *ctx, const char *env, struct ir_err *err)
{
	struct ir_incident *v;
	struct ir_list names = { 0 };
	size_t n;

	err->code = IR_OK;
	if (ctx->incident)
		return ir_incident_known(ctx, ctx->incident, err);
	if (ir_incident_all(ctx, env, true, &v, &n, err) < 0)
		return NULL;
	if (n == 1)
		return v;
	if (n == 0)
		return NULL;
	for (size_t i = 0; i < n; i++)
		ir_list_add(
		    ctx->arena, &names, ir_asprintf(ctx->arena, "%s '%s'", v[i].h.id, v[i].title ? v[i].title : ""));
	ir_fail(err, IR_USAGE, "%zu incidents are open: %s", n, ir_list_join(ctx->arena, &names, "", ", "));
	ir_hint(err, "choose one with --incident %s, or export IR_INCIDENT=%s", v[0].h.id, v[0].h.id);
	return NULL;
}
