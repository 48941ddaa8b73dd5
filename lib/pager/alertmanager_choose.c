/* alertmanager_choose - which silences are to be made, renewed, taken back, so that the chosen alerts are acked, and no others */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "pager/alertmanager.h"
#include "rec/foreign.h"

enum { SETS_MAX = 500, SUMMARY = 120 };

static const int64_t backdated_ms = 60 * 60 * 1000;

const char *
ir_am_me(const struct ir_pager *p, const struct ir_pager_job *job)
{
	const char *who = p->user && !p->password.len ? p->user : job->who;

	return who && *who ? ir_foreign_clean(p->look->ctx->arena, who, strlen(who)) : "ir-ack";
}

bool
ir_am_is_mine(const struct ir_pager *p, const struct ir_pager_job *job, const struct ir_am_silence *s)
{
	return job->anyone ||
	       (s->by && (strcmp(s->by, ir_am_me(p, job)) == 0 || (job->who && strcmp(s->by, job->who) == 0)));
}

static int64_t
hold_ms(const struct ir_pager *p, const struct ir_pager_job *job)
{
	return job->for_ms > 0 ? job->for_ms : ir_conf_int(p->section, "pager", "ack-for");
}

static const char *
duration(struct ir_arena *arena, int64_t ms)
{
	char text[IR_NUM_MAX];

	return ir_strdup(arena, ir_format_duration(text, ms));
}

static struct ir_pager_step *
add_step(struct ir_pager_job *job, size_t size, struct ir_arena *arena)
{
	struct ir_pager_step *step = &job->steps[job->n_steps];
	struct ir_am_step *own = IR_NEW(arena, struct ir_am_step);

	own->index = job->n_steps++;
	*step = (struct ir_pager_step){ .priv = own, .items = IR_NEW_N(arena, size_t, size + 1) };
	return step;
}

/* ---- the item of an alert, by pointer */

struct chosen {
	const struct ir_alert *alert;
	size_t item;
};

struct chosen_all {
	struct chosen *v;
	size_t n;
};

static int
by_alert(const void *x, const void *y)
{
	const struct chosen *a = x, *b = y;

	return a->alert < b->alert ? -1 : a->alert > b->alert;
}

static struct chosen_all
index_items(struct ir_arena *arena, const struct ir_pager_job *job)
{
	struct chosen_all all = { .v = IR_NEW_N(arena, struct chosen, job->n + 1), .n = job->n };

	for (size_t i = 0; i < job->n; i++)
		all.v[i] = (struct chosen){ job->items[i].alert, i };
	if (all.n)
		qsort(all.v, all.n, sizeof(*all.v), by_alert);
	return all;
}

static const struct chosen *
find_item(const struct chosen_all *all, const struct ir_alert *a)
{
	const struct chosen key = { .alert = a };

	return all->n ? bsearch(&key, all->v, all->n, sizeof(*all->v), by_alert) : NULL;
}

/* ---- acks */

/* An ack is there: whose, until when. */
static void
set_noop(struct ir_pager_item *it, const struct ir_am_silence *s)
{
	it->status = IR_STATUS_NOOP;
	it->by = s->by ? s->by : "somebody";
	it->hold = s->id;
	it->until_ms = it->alert->acked_until_ms != IR_TIME_NONE ? it->alert->acked_until_ms : s->ends_ms;
}

/* What is acked already is left alone. */
static void
leave_acked(const struct ir_am *am, struct ir_pager_job *job)
{
	for (size_t i = 0; i < job->n; i++) {
		struct ir_pager_item *it = &job->items[i];
		const struct ir_am_silence *s = ir_am_holder(&am->silences, &it->alert->acks);

		if (it->status == IR_STATUS_PLANNED && s)
			set_noop(it, s);
	}
}

/* Of all open alerts, those to be covered. An alert that was chosen and is acked may be covered; one that was refused may not. */
static void
mark(const struct ir_am *am, const struct ir_pager_job *job, enum ir_am_want *want, size_t *item_of)
{
	struct chosen_all all = index_items(am->pager->look->ctx->arena, job);

	for (size_t i = 0; i < am->n_all; i++) {
		const struct chosen *c = find_item(&all, am->all[i]);

		item_of[i] = c ? c->item : SIZE_MAX;
		want[i] = !c                                                ? IR_AM_DENY
			  : job->items[c->item].status == IR_STATUS_PLANNED ? IR_AM_WANT
			  : job->items[c->item].status == IR_STATUS_NOOP    ? IR_AM_ALLOW
									    : IR_AM_DENY;
	}
}

/* An ack with the same matchers that the alerts do not show (it was made just now): it is used again. One that has not begun holds nothing yet. */
static const struct ir_am_silence *
find_same(const struct ir_am *am, const struct ir_am_set *set)
{
	for (size_t i = 0; i < am->silences.n; i++) {
		const struct ir_am_silence *s = &am->silences.v[i];

		if (s->ack && !s->pending && ir_am_same_matchers(s->v, s->n, set->v, set->n))
			return s;
	}
	return NULL;
}

static void
fill_new(struct ir_pager *p, const struct ir_pager_job *job, const struct ir_am_set *set, struct ir_am_silence *s)
{
	struct ir_arena *arena = p->look->ctx->arena;
	int64_t now = ir_now_ms();

	/* from the past on, which the server makes now: by its clock and not by ours */
	*s = (struct ir_am_silence){ .by = ir_am_me(p, job),
		.comment = ir_am_comment(arena, job->note),
		.starts_ms = now - backdated_ms,
		.ends_ms = now + hold_ms(p, job),
		.ack = true,
		.v = set->v,
		.n = set->n };
}

static void
take_set(struct ir_pager *p, struct ir_pager_job *job, const struct ir_am_set *set, const size_t *item_of)
{
	struct ir_am *am = p->priv;
	struct ir_arena *arena = p->look->ctx->arena;
	const struct ir_am_silence *same = find_same(am, set);
	struct ir_pager_step *step;
	struct ir_am_step *own;

	if (same && !ir_am_is_mine(p, job, same)) {
		for (size_t i = 0; i < set->n_covers; i++)
			set_noop(&job->items[item_of[set->covers[i]]], same);
		return;
	}
	step = add_step(job, set->n_covers, arena);
	own = step->priv;
	fill_new(p, job, set, &own->s);
	if (same) {
		int64_t ends_ms = own->s.ends_ms;

		own->s = *same;
		own->s.ends_ms = ends_ms > same->ends_ms ? ends_ms : same->ends_ms;
	}
	for (size_t i = 0; i < set->n_covers; i++)
		step->items[step->n++] = item_of[set->covers[i]];
	own->extra = set->extra;
	job->extra += (int64_t)set->extra;
	step->summary = ir_asprintf(arena, "%s %s for %s: %zu alert%s%s", same ? "renew" : "silence",
	    ir_am_matchers_text(arena, set->v, set->n, SUMMARY), duration(arena, hold_ms(p, job)), step->n,
	    step->n == 1 ? "" : "s", set->extra ? ir_asprintf(arena, ", and %zu not chosen", set->extra) : "");
}

static void
refuse(struct ir_pager_item *it, const char *reason)
{
	it->status = IR_STATUS_REFUSED;
	it->reason = reason;
}

static int
cover(struct ir_pager *p, struct ir_pager_job *job, struct ir_err *err)
{
	static const char *usual_v[] = { "alertname", "cluster", "namespace", "service", "job", "instance", NULL };
	static const struct ir_list usual = { .v = usual_v, .n = 6 };
	struct ir_am *am = p->priv;
	struct ir_arena *arena = p->look->ctx->arena;
	const struct ir_list *labels = ir_conf_list(p->section, "group-label");
	enum ir_am_want *want = IR_NEW_N(arena, enum ir_am_want, am->n_all + 1);
	size_t *item_of = IR_NEW_N(arena, size_t, am->n_all + 1);
	struct ir_am_cover c = { .arena = arena,
		.alerts = (const struct ir_alert *const *)am->all,
		.want = want,
		.n = am->n_all,
		.labels = labels->n ? labels : &usual,
		.wide = job->wide };

	mark(am, job, want, item_of);
	ir_am_cover(&c);
	for (size_t i = 0; i < c.n_hopeless; i++)
		refuse(&job->items[item_of[c.hopeless[i]]],
		    "no label tells it from an alert that was not chosen: choose that, too, or say --wide");
	if (c.n_sets > SETS_MAX) {
		ir_fail(err, IR_REFUSED, "it would take %zu silences, and so many make Alertmanager slow", c.n_sets);
		return ir_hint(err, "choose whole groups, or let alerts be covered that were not chosen: --wide");
	}
	job->steps = IR_NEW_N(arena, struct ir_pager_step, c.n_sets + 1);
	for (size_t i = 0; i < c.n_sets; i++)
		take_set(p, job, &c.sets[i], item_of);
	return 0;
}

/* ---- acks that are there */

/* A step for each silence, by id. */
static struct ir_pager_step *
step_of(struct ir_pager *p, struct ir_pager_job *job, const struct ir_am_silence *s)
{
	struct ir_pager_step *step;
	struct ir_am_step *own;

	for (size_t i = 0; i < job->n_steps; i++) {
		own = job->steps[i].priv;
		if (strcmp(own->s.id, s->id) == 0)
			return &job->steps[i];
	}
	if (job->n_steps == SETS_MAX)
		return NULL;
	step = add_step(job, job->n, p->look->ctx->arena);
	own = step->priv;
	own->s = *s;
	own->id = s->id;
	own->remove = job->verb == IR_PAGER_UNACK;
	return step;
}

/* Each ack that holds the alert, as far as it is ours to change. */
static void
take_held(struct ir_pager *p, struct ir_pager_job *job, size_t at)
{
	struct ir_am *am = p->priv;
	struct ir_pager_item *it = &job->items[at];
	size_t n = 0;

	for (size_t i = 0; i < it->alert->acks.n; i++) {
		const struct ir_am_silence *s = ir_am_silences_find(&am->silences, it->alert->acks.v[i]);
		struct ir_pager_step *step;

		if (!s || !s->ack)
			continue;
		/* to take back an ack that another holds as well would change nothing */
		if (!ir_am_is_mine(p, job, s)) {
			if (job->verb == IR_PAGER_RENEW)
				continue;
			refuse(it,
			    ir_asprintf(p->look->ctx->arena, "%s has it: say --anyone", s->by ? s->by : "somebody"));
			return;
		}
		step = step_of(p, job, s);
		if (!step) {
			refuse(it, "there are too many silences: do it in parts");
			return;
		}
		step->items[step->n++] = at;
		n++;
	}
	if (n == 0)
		refuse(it, "somebody else has it: say --anyone");
}

static void
take_item(struct ir_pager *p, struct ir_pager_job *job, size_t at)
{
	struct ir_am *am = p->priv;
	struct ir_pager_item *it = &job->items[at];
	const struct ir_am_silence *s = ir_am_holder(&am->silences, &it->alert->acks);

	if (it->status != IR_STATUS_PLANNED)
		return;
	if (s) {
		take_held(p, job, at);
	} else if (job->verb == IR_PAGER_RENEW) {
		refuse(it, "nobody has acked it, or the ack has ended: ack it again");
	} else {
		it->status = IR_STATUS_NOOP;
		it->reason = strcmp(it->alert->state, "silenced") == 0
				 ? "it is not acked: a silence of another kind holds it"
				 : "nobody has acked it";
	}
}

/* Open alerts that the silence holds. */
static size_t
held_by(const struct ir_am *am, const char *id)
{
	size_t n = 0;

	for (size_t i = 0; i < am->n_all; i++)
		n += (size_t)ir_list_has(&am->all[i]->acks, id);
	return n;
}

static void
drop_item(struct ir_pager_step *step, const struct ir_pager_job *job)
{
	size_t n = 0;

	for (size_t i = 0; i < step->n; i++)
		if (job->items[step->items[i]].status == IR_STATUS_PLANNED)
			step->items[n++] = step->items[i];
	step->n = n;
}

static void
refuse_all(struct ir_pager_job *job, struct ir_pager_step *step, const char *reason)
{
	for (size_t i = 0; i < step->n; i++)
		refuse(&job->items[step->items[i]], reason);
}

static void
tell_held(struct ir_pager *p, struct ir_pager_job *job, struct ir_pager_step *step)
{
	struct ir_arena *arena = p->look->ctx->arena;
	struct ir_am_step *own = step->priv;
	size_t all = held_by(p->priv, own->s.id), others = all > step->n ? all - step->n : 0;
	const char *words = ir_am_matchers_text(arena, own->s.v, own->s.n, SUMMARY);

	if (others && own->remove && !job->wide) {
		refuse_all(job, step,
		    ir_asprintf(arena,
			"the silence that holds it holds %zu more alert%s: name them, too, or say --wide", others,
			others == 1 ? "" : "s"));
		return;
	}
	own->extra = others;
	job->extra += (int64_t)others;
	if (own->remove) {
		step->summary =
		    ir_asprintf(arena, "take back silence %s: %zu alert%s", words, all, all == 1 ? "" : "s");
		return;
	}
	own->s.ends_ms = ir_now_ms() + hold_ms(p, job);
	step->summary = ir_asprintf(arena, "renew silence %s for %s: %zu alert%s", words,
	    duration(arena, hold_ms(p, job)), all, all == 1 ? "" : "s");
}

/* It holds longer than that already. */
static bool
is_longer(struct ir_pager *p, struct ir_pager_job *job, struct ir_pager_step *step)
{
	struct ir_am_step *own = step->priv;

	if (own->remove || own->s.ends_ms < ir_now_ms() + hold_ms(p, job))
		return false;
	for (size_t i = 0; i < step->n; i++) {
		struct ir_pager_item *it = &job->items[step->items[i]];

		set_noop(it, &own->s);
		it->by = NULL;
		it->reason = "it holds longer already";
	}
	return true;
}

/* Only what has items that are still to be done. */
static void
keep_useful(struct ir_pager_job *job)
{
	size_t n = 0;

	for (size_t i = 0; i < job->n_steps; i++) {
		struct ir_am_step *own = job->steps[i].priv;

		drop_item(&job->steps[i], job);
		if (job->steps[i].n == 0)
			continue;
		own->index = n;
		job->steps[n++] = job->steps[i];
	}
	job->n_steps = n;
}

static void
change_held(struct ir_pager *p, struct ir_pager_job *job)
{
	job->steps = IR_NEW_N(p->look->ctx->arena, struct ir_pager_step, SETS_MAX + 1);
	for (size_t i = 0; i < job->n; i++)
		take_item(p, job, i);
	keep_useful(job);
	for (size_t i = 0; i < job->n_steps; i++)
		if (!is_longer(p, job, &job->steps[i]))
			tell_held(p, job, &job->steps[i]);
	keep_useful(job);
}

/* ---- all of it */

int
ir_am_choose(struct ir_pager *p, struct ir_pager_job *job, struct ir_err *err)
{
	struct ir_am *am = p->priv;

	if (!am)
		return ir_fail(err, IR_INTERNAL, "pager '%s' was not listed", p->name);
	if (am->silences_err.code)
		return ir_fail(err, IR_BACKEND, "it is not known who has what: %s", am->silences_err.msg);
	if ((p->err.code || am->cut || am->silences.cut) && !job->wide) {
		ir_fail(err, IR_REFUSED,
		    "pager '%s' did not tell all of its alerts: what else would be covered is not known", p->name);
		return ir_hint(err, "see what ir-alerts says; --wide does it all the same");
	}
	if (job->verb != IR_PAGER_ACK) {
		change_held(p, job);
		return 0;
	}
	leave_acked(am, job);
	if (cover(p, job, err) < 0)
		return -1;
	if (job->n_steps)
		job->cost =
		    "an ack is a silence here: that an alert is resolved will not be told while it lasts, and alerts "
		    "that begin with the same labels are covered, too";
	return 0;
}
