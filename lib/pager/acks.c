/* acks - which alerts are to be acknowledged, as steps of a plan over all pagers */
#include "pager/acks.h"

#include <stdlib.h>
#include <string.h>

#include "rec/rec.h"

/* An action, and what it is about. */
struct ir_ack_pair {
	struct ir_action *action;
	struct ir_pager *pager; /* NULL: it is not here */
	size_t item;            /* of the pager's job; SIZE_MAX: none */
};

/* One listed alert, by its record's id. */
struct listed {
	char id[IR_ID_MAX];
	struct ir_pager *pager;
	const struct ir_alert *alert;
	bool taken, left_out;
};

struct list {
	struct listed *v;          /* by id */
	const struct listed **own; /* by the pager's own id */
	size_t n;
};

static int
by_id(const void *a, const void *b)
{
	return strcmp(((const struct listed *)a)->id, ((const struct listed *)b)->id);
}

static int
by_own(const void *a, const void *b)
{
	const struct listed *x = *(const struct listed *const *)a, *y = *(const struct listed *const *)b;
	int order = strcmp(x->alert->alert, y->alert->alert);

	return order ? order : strcmp(x->pager->name, y->pager->name);
}

static struct list
index_alerts(const struct ir_pager_look *look)
{
	const struct ir_ctx *ctx = look->ctx;
	struct list l = { 0 };
	size_t all = 0;

	for (size_t i = 0; i < look->n; i++)
		all += look->v[i].n + look->v[i].n_left_out;
	l.v = IR_NEW_N(ctx->arena, struct listed, all + 1);
	for (size_t i = 0; i < look->n; i++) {
		for (size_t k = 0; k < look->v[i].n + look->v[i].n_left_out; k++, l.n++) {
			l.v[l.n].pager = &look->v[i];
			l.v[l.n].alert = look->v[i].alerts[k];
			l.v[l.n].left_out = k >= look->v[i].n;
			ir_rec_id(&ir_kind_alert, l.v[l.n].alert, ctx->env, ctx->run, l.v[l.n].id);
		}
	}
	if (l.n)
		qsort(l.v, l.n, sizeof(*l.v), by_id);
	l.own = IR_NEW_N(ctx->arena, const struct listed *, l.n + 1);
	for (size_t i = 0; i < l.n; i++)
		l.own[i] = &l.v[i];
	if (l.n)
		qsort(l.own, l.n, sizeof(*l.own), by_own);
	return l;
}

/* The alert that the record is about: others may have the same id, which is 40 bits of what they are. */
static struct listed *
find(const struct list *l, const struct ir_ack_target *t)
{
	struct listed key, *at;

	if (strlen(t->id) >= sizeof(key.id) || l->n == 0)
		return NULL;
	memcpy(key.id, t->id, strlen(t->id) + 1);
	at = bsearch(&key, l->v, l->n, sizeof(*l->v), by_id);
	while (at && at > l->v && by_id(at - 1, &key) == 0)
		at--;
	for (; at && at < l->v + l->n && by_id(at, &key) == 0; at++)
		if (strcmp(at->pager->name, t->pager) == 0 && strcmp(at->alert->alert, t->alert) == 0)
			return at;
	return NULL;
}

static struct ir_pager *
find_pager(const struct ir_pager_look *look, const char *name)
{
	for (size_t i = 0; i < look->n; i++)
		if (strcmp(look->v[i].name, name) == 0)
			return &look->v[i];
	return NULL;
}

/* ---- one alert */

static struct ir_pager_job *
job_of(struct ir_acks *w, struct ir_pager *p, size_t size)
{
	struct ir_arena *arena = w->look->ctx->arena;

	if (p->job)
		return p->job;
	p->job = IR_NEW(arena, struct ir_pager_job);
	*p->job = (struct ir_pager_job){ .verb = w->q.verb,
		.who = w->look->ctx->who,
		.note = w->q.note,
		.for_ms = w->q.for_ms,
		.wide = w->q.wide,
		.anyone = w->q.anyone };
	p->job->items = IR_NEW_N(arena, struct ir_pager_item, size);
	return p->job;
}

static struct ir_ack_pair *
add_pair(struct ir_acks *w, const char *id, const char *service, const char *subject)
{
	struct ir_ack_pair *pair = &w->pairs[w->n++];
	struct ir_action *a = ir_plan_add(&w->work);

	*pair = (struct ir_ack_pair){ .action = a, .item = SIZE_MAX };
	a->target = id;
	ir_list_add(w->look->ctx->arena, &a->h.refs, id);
	a->h.service = service;
	a->h.subject = subject;
	return pair;
}

/* What is refused whatever the pager. */
static void
apply_rules(const struct ir_acks *w, const struct ir_pager *p, struct ir_pager_item *it)
{
	struct ir_arena *arena = w->look->ctx->arena;
	const struct ir_alert *a = it->alert;

	if ((w->q.verb == IR_PAGER_RENEW && !p->ops->can_renew) ||
	    (w->q.verb == IR_PAGER_UNACK && !p->ops->can_unack)) {
		it->status = IR_STATUS_REFUSED;
		it->reason = ir_asprintf(arena, "%s has no way to %s", p->ops->name, ir_pager_verbs[w->q.verb]);
	} else if (w->q.verb == IR_PAGER_ACK && a->mine == 0 && !w->q.anyone && strcmp(a->state, "acked") != 0) {
		it->status = IR_STATUS_REFUSED;
		it->reason = ir_asprintf(arena, "it pages %s, not %s: say --anyone to take it all the same",
		    a->assigned.n ? ir_list_join(arena, &a->assigned, "", ", ") : "somebody else",
		    p->user ? p->user : w->look->ctx->who);
	}
}

static void
add_item(struct ir_acks *w, struct listed *l, size_t size)
{
	struct ir_pager_job *job = job_of(w, l->pager, size);
	struct ir_ack_pair *pair;
	struct ir_pager_item *it;

	if (l->taken)
		return;
	l->taken = true;
	pair = add_pair(w, ir_strdup(w->look->ctx->arena, l->id), l->alert->h.service, l->alert->h.subject);
	pair->pager = l->pager;
	pair->item = job->n;
	pair->action->backend = l->pager->name;
	pair->action->before = l->alert->state;
	it = &job->items[job->n++];
	*it = (struct ir_pager_item){ .alert = l->alert, .status = IR_STATUS_PLANNED, .until_ms = IR_TIME_NONE };
	apply_rules(w, l->pager, it);
}

/* Of the pager's own id, but begun at another time. */
static const struct listed *
find_again(const struct list *l, const struct ir_ack_target *t)
{
	struct ir_pager pager = { .name = t->pager };
	const struct ir_alert alert = { .alert = t->alert };
	const struct listed key = { .pager = &pager, .alert = &alert }, *at = &key, *const * found;

	found = l->n ? bsearch(&at, l->own, l->n, sizeof(*l->own), by_own) : NULL;
	return found ? *found : NULL;
}

static void
add_absent(struct ir_acks *w, const struct list *l, const struct ir_ack_target *t, bool left_out)
{
	struct ir_arena *arena = w->look->ctx->arena;
	const struct ir_pager *p = find_pager(w->look, t->pager);
	struct ir_action *a = add_pair(w, t->id, t->service, t->subject)->action;
	const struct listed *again = find_again(l, t);

	a->backend = t->pager;
	if (left_out) {
		a->h.status = IR_STATUS_REFUSED;
		a->reason = ir_asprintf(arena, "the filter of pager '%s' leaves it out", t->pager);
	} else if (!p || p->err.code) {
		a->h.status = IR_STATUS_UNKNOWN;
		a->reason = p ? p->err.msg : ir_asprintf(arena, "there is no pager '%s' here", t->pager);
	} else if (again) {
		a->h.status = IR_STATUS_REFUSED;
		a->reason = ir_asprintf(arena, "it ended, and began again: it is %s now", again->id);
	} else {
		a->h.status = IR_STATUS_NOOP;
		a->reason = "it is over";
		a->after = "resolved";
	}
}

static bool
is_mine(const struct ir_acks *w, const struct listed *l)
{
	const struct ir_alert *a = l->alert;

	return !l->left_out && l->pager->ops->can_renew && strcmp(a->state, "acked") == 0 && a->acked_by &&
	       (strcmp(a->acked_by, w->look->ctx->who) == 0 ||
		   (l->pager->user && strcmp(a->acked_by, l->pager->user) == 0) ||
		   (l->pager->me && strcmp(a->acked_by, l->pager->me) == 0));
}

/* ---- words */

static const char *
until_text(struct ir_arena *arena, int64_t until_ms)
{
	enum { CLOCK = 11, MINUTE = 16 };
	char time[IR_TIME_MAX];

	if (until_ms == IR_TIME_NONE)
		return "";
	ir_time_format(time, until_ms);
	return until_ms - ir_now_ms() < 24 * 60 * 60 * 1000
		   ? ir_asprintf(arena, " until %.*sZ", MINUTE - CLOCK, time + CLOCK)
		   : ir_asprintf(arena, " until %.*s", MINUTE, time);
}

static const char *
outcome_text(struct ir_arena *arena, const struct ir_pager_job *job, const struct ir_action *a)
{
	static const char *const done[] = { "acked", "renewed", "no longer acked" };
	const char *until = until_text(arena, a->until_ms);

	if (a->h.status == IR_STATUS_DONE)
		return ir_asprintf(
		    arena, "%s%s%s%s", done[job->verb], until, a->reason ? ": " : "", a->reason ? a->reason : "");
	if (a->h.status == IR_STATUS_NOOP && a->by)
		return ir_asprintf(arena, "%s has it already%s", a->by, until);
	return a->reason ? a->reason : "nothing to do";
}

/* The subject names the alert, where it is known. */
static const char *
told(struct ir_arena *arena, const struct ir_action *a, const char *words)
{
	bool named = a->h.subject && strncmp(a->h.subject, "alert:", 6) == 0;

	return named ? words : ir_asprintf(arena, "%s: %s", a->target, words);
}

static void
tell(struct ir_acks *w, struct ir_ack_pair *pair)
{
	struct ir_arena *arena = w->look->ctx->arena;
	struct ir_action *a = pair->action;
	const struct ir_pager_job *job = pair->item == SIZE_MAX ? NULL : pair->pager->job;
	const struct ir_pager_item *it = job ? &job->items[pair->item] : NULL;

	if (it) {
		a->h.status = it->status;
		a->reason = it->reason;
		a->by = it->by;
		a->hold = it->hold;
		a->until_ms = it->until_ms;
		if (a->h.status == IR_STATUS_NOOP && a->by && a->until_ms == IR_TIME_NONE)
			a->until_ms = it->alert->acked_until_ms;
	}
	if (a->h.status == IR_STATUS_DONE)
		a->after = w->q.verb == IR_PAGER_UNACK ? "firing" : "acked";
	if (a->h.status == IR_STATUS_DONE && w->q.verb == IR_PAGER_ACK && !it->no_undo)
		a->undo = ir_asprintf(arena, "ir-ack --undo %s", a->target);
	a->h.summary = told(arena, a, job ? outcome_text(arena, job, a) : a->reason);
}

/* Each step's words for what it covers. */
static void
tell_planned(struct ir_acks *w, const struct ir_pager *p)
{
	const char **words = IR_NEW_N(w->look->ctx->arena, const char *, p->job->n + 1);

	for (size_t i = 0; i < p->job->n_steps; i++)
		for (size_t k = 0; k < p->job->steps[i].n; k++)
			words[p->job->steps[i].items[k]] = p->job->steps[i].summary;
	for (size_t i = 0; i < w->n; i++) {
		struct ir_ack_pair *pair = &w->pairs[i];

		if (pair->pager == p && pair->action->h.status == IR_STATUS_PLANNED && words[pair->item])
			pair->action->h.summary = told(w->look->ctx->arena, pair->action, words[pair->item]);
	}
}

/* ---- all of them */

static void
choose(struct ir_acks *w, struct ir_pager *p)
{
	p->act_err = (struct ir_err)IR_ERR_INIT;
	if (!p->job || p->ops->choose(p, p->job, &p->act_err) == 0)
		return;
	for (size_t i = 0; i < p->job->n; i++) {
		struct ir_pager_item *it = &p->job->items[i];

		if (it->status != IR_STATUS_PLANNED)
			continue;
		it->status = IR_STATUS_REFUSED;
		it->reason = ir_strdup(w->look->ctx->arena, p->act_err.msg);
	}
}

/* One ack of many can be taken back as one. */
static void
tell_plan(struct ir_acks *w)
{
	struct ir_arena *arena = w->look->ctx->arena;
	struct ir_list ids = { 0 };

	for (size_t i = 0; i < w->n && ids.n < 20; i++)
		if (w->pairs[i].action->h.status == IR_STATUS_PLANNED)
			ir_list_add(arena, &ids, w->pairs[i].action->target);
	if (w->q.verb == IR_PAGER_ACK && ids.n)
		w->work.plan.undo = ir_asprintf(arena, "ir-ack --undo %s", ir_list_join(arena, &ids, "", " "));
}

void
ir_acks_choose(struct ir_acks *w, struct ir_pager_look *look, const struct ir_acks_query *q)
{
	struct list l = index_alerts(look);
	size_t size = q->n + l.n + 1;

	*w = (struct ir_acks){ .look = look, .q = *q };
	w->pairs = IR_NEW_N(look->ctx->arena, struct ir_ack_pair, size);
	ir_plan_begin(&w->work, look->ctx, ir_pager_verbs[q->verb], q->note);
	for (size_t i = 0; i < q->n; i++) {
		struct listed *found = find(&l, &q->targets[i]);

		if (found && !found->left_out)
			add_item(w, found, size);
		else
			add_absent(w, &l, &q->targets[i], found != NULL);
	}
	for (size_t i = 0; q->mine && i < l.n; i++)
		if (is_mine(w, &l.v[i]))
			add_item(w, &l.v[i], size);
	for (size_t i = 0; i < look->n; i++)
		choose(w, &look->v[i]);
	ir_acks_settle(w);
	for (size_t i = 0; i < look->n; i++)
		if (look->v[i].job)
			tell_planned(w, &look->v[i]);
	tell_plan(w);
}

void
ir_acks_settle(struct ir_acks *w)
{
	for (size_t i = 0; i < w->n; i++)
		tell(w, &w->pairs[i]);
}
