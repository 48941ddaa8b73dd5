/* changes - of alerts between one look and the next */
#include "pager/changes.h"

#include <stdlib.h>
#include <string.h>

#include "rec/rec.h"

struct ir_alert_seen {
	char id[IR_ID_MAX];
	const char *env, *service, *subject, *pager, *pager_type, *alert, *name, *severity, *state, *acked_by;
	int64_t time_ms, until_ms;
};

static int
by_id(const void *a, const void *b)
{
	return strcmp(((const struct ir_alert_seen *)a)->id, ((const struct ir_alert_seen *)b)->id);
}

static struct ir_alert_seen
remember(struct ir_arena *arena, const struct ir_ctx *ctx, const struct ir_alert *a)
{
	struct ir_alert_seen s = {
		.service = ir_strdup(arena, a->h.service),
		.subject = ir_strdup(arena, a->h.subject),
		.pager = ir_strdup(arena, a->pager),
		.pager_type = a->pager_type,
		.alert = ir_strdup(arena, a->alert),
		.name = ir_strdup(arena, a->name),
		.severity = ir_strdup(arena, a->severity),
		.state = ir_strdup(arena, a->state),
		.acked_by = ir_strdup(arena, a->acked_by ? a->acked_by : ""),
		.time_ms = a->h.time_ms,
		.until_ms = a->acked_until_ms,
	};

	ir_rec_id(&ir_kind_alert, a, ctx->env, ctx->run, s.id);
	return s;
}

/* As it says that it is over. */
static struct ir_alert *
over(struct ir_ctx *ctx, const struct ir_alert_seen *s)
{
	struct ir_alert *a = IR_NEW(ctx->arena, struct ir_alert);

	ir_row_init(&ir_kind_alert, a);
	a->h.time_ms = s->time_ms;
	a->h.status = IR_STATUS_OK;
	a->h.service = ir_strdup(ctx->arena, s->service);
	a->h.subject = ir_strdup(ctx->arena, s->subject);
	a->h.summary = ir_asprintf(ctx->arena, "resolved: %s", s->name);
	a->pager = ir_strdup(ctx->arena, s->pager);
	a->pager_type = s->pager_type;
	a->alert = ir_strdup(ctx->arena, s->alert);
	a->name = ir_strdup(ctx->arena, s->name);
	a->severity = ir_strdup(ctx->arena, s->severity);
	a->state = "resolved";
	a->ended_ms = ir_now_ms();
	a->change = "-";
	return a;
}

/* What is told of one that is there; NULL: nothing changed. A lease that was renewed is no news. */
static const char *
change_of(const struct ir_alert_changes *c, const struct ir_alert_seen *now)
{
	const struct ir_alert_seen *was = c->n ? bsearch(now, c->v, c->n, sizeof(*c->v), by_id) : NULL;

	if (!was)
		return "+";
	return strcmp(was->state, now->state) || strcmp(was->acked_by, now->acked_by) ? "~" : NULL;
}

struct turn {
	struct ir_alert_changes *c;
	struct ir_alert_seen *now;
	size_t n;
	struct ir_alert **out;
	size_t n_out;
};

static void
take_present(struct turn *t, struct ir_arena *arena, const struct ir_ctx *ctx, struct ir_alert *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *change;

		t->now[t->n] = remember(arena, ctx, v[i]);
		change = change_of(t->c, &t->now[t->n++]);
		if (!t->c->any || change) {
			v[i]->change = t->c->any ? change : NULL;
			t->out[t->n_out++] = v[i];
		}
	}
	if (t->n)
		qsort(t->now, t->n, sizeof(*t->now), by_id);
}

static struct ir_alert_seen
copy(struct ir_arena *arena, const struct ir_alert_seen *s)
{
	struct ir_alert_seen d = *s;
	const char **const texts[] = { &d.service, &d.subject, &d.pager, &d.alert, &d.name, &d.severity, &d.state,
		&d.acked_by };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		*texts[i] = ir_strdup(arena, *texts[i]);
	return d;
}

size_t
ir_alert_changes(struct ir_alert_changes *c, struct ir_ctx *ctx, struct ir_alert ***v, size_t n,
    bool (*silent)(void *arg, const char *pager, const char *alert), void *arg)
{
	struct ir_arena arena = { 0 };
	struct turn t = { .c = c };
	size_t present;

	t.now = IR_NEW_N(&arena, struct ir_alert_seen, n + c->n + 1);
	t.out = IR_NEW_N(ctx->arena, struct ir_alert *, n + c->n + 1);
	take_present(&t, &arena, ctx, *v, n);
	present = t.n;
	for (size_t i = 0; i < c->n; i++) {
		if (present && bsearch(&c->v[i], t.now, present, sizeof(*t.now), by_id))
			continue;
		if (silent(arg, c->v[i].pager, c->v[i].alert))
			t.now[t.n++] = copy(&arena, &c->v[i]);
		else
			t.out[t.n_out++] = over(ctx, &c->v[i]);
	}
	if (t.n)
		qsort(t.now, t.n, sizeof(*t.now), by_id);
	ir_arena_done(&c->arena);
	*c = (struct ir_alert_changes){ .arena = arena, .v = t.now, .n = t.n, .any = true };
	*v = t.out;
	return t.n_out;
}

void
ir_alert_changes_done(struct ir_alert_changes *c)
{
	ir_arena_done(&c->arena);
	*c = (struct ir_alert_changes){ 0 };
}
