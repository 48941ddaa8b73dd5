/* rank - priors, factors and evidence put together */
#include "suspect/rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "suspect/curve.h"
#include "suspect/factors.h"

static const double prior_none = 0.25, prior_other = 0.25, prior_change = 0.5, speaks = 1.1;
static const double seen_enough = 0.5, against = 0.3, for_it = 3;
enum { BEFORE_MS = 3600000 };

struct ranking {
	struct ir_arena *arena;
	const struct ir_suspect_case *c;
	struct suspect_curve curve;
	struct suspect_context context;
	struct ir_suspect_found *found;
	size_t n;
	double step; /* mean of the curve of changes: what a change at any time would have */
	struct ir_suspect_answer *answer;
};

/* ---- which changes */

static int
by_time(const void *x, const void *y)
{
	const struct ir_suspect_change *a = ((const struct ir_suspect_found *)x)->change;
	const struct ir_suspect_change *b = ((const struct ir_suspect_found *)y)->change;

	if (a->end_ms != b->end_ms)
		return a->end_ms < b->end_ms ? -1 : 1;
	return strcmp(a->id ? a->id : "", b->id ? b->id : "");
}

/* Those whose lags meet what was looked at. */
static bool
is_inside(const struct ranking *r, const struct ir_suspect_change *c)
{
	return c->end_ms >= r->curve.from_ms - BEFORE_MS && c->end_ms <= r->curve.to_ms - SUSPECT_LAG_FROM_S * 1000;
}

static void
take_changes(struct ranking *r)
{
	r->found = IR_NEW_N(r->arena, struct ir_suspect_found, r->c->n_changes + 1);
	for (size_t i = 0; i < r->c->n_changes; i++) {
		if (is_inside(r, &r->c->changes[i]))
			r->found[r->n++].change = &r->c->changes[i];
		else
			r->answer->outside++;
	}
	qsort(r->found, r->n, sizeof(*r->found), by_time);
}

static void
share_prior(struct ranking *r)
{
	double sum = 0;

	for (size_t i = 0; i < r->n; i++)
		sum += suspect_prior_of(r->found[i].change->kind);
	for (size_t i = 0; i < r->n; i++)
		r->found[i].prior = prior_change * suspect_prior_of(r->found[i].change->kind) / sum;
}

/* ---- what speaks for one */

static const char *
lag_words(struct ir_arena *a, double lag_s)
{
	char text[IR_NUM_MAX];

	ir_format_duration(text, (int64_t)fabs(lag_s) * 1000);
	return ir_asprintf(a, lag_s < 0 ? "the errors began %s before it" : "%s before the errors began", text);
}

static const char *
time_words(const struct ranking *r, const struct ir_suspect_found *f, double value)
{
	char text[IR_NUM_MAX];

	if (r->answer->onset_ms == IR_TIME_NONE || (f->early && value < for_it))
		return ir_asprintf(r->arena, "%s of data after it",
		    ir_format_duration(
			text, r->curve.to_ms > f->change->end_ms ? r->curve.to_ms - f->change->end_ms : 0));
	return lag_words(r->arena, f->lag_s);
}

/* With its undoing, and without. */
static double
weigh_undone(struct ranking *r, struct ir_suspect_found *f)
{
	double seen, with = suspect_curve_of(&r->curve, f->change, true, &seen);
	double value = f->evidence > 0 ? with / f->evidence : 1;

	if (value > speaks)
		suspect_factor_add(
		    r->arena, f, "undone", value, f->change->undone_by, "the errors ended when it was undone");
	else if (value < 1 / speaks)
		suspect_factor_add(
		    r->arena, f, "undone", value, f->change->undone_by, "the errors went on after it was undone");
	return with;
}

static bool
was_undone(const struct ranking *r, const struct ir_suspect_change *c)
{
	return c->undone_ms != IR_TIME_NONE && c->undone_ms > c->end_ms && c->undone_ms < r->curve.to_ms;
}

static double
kind_factor(const struct ranking *r, struct ir_suspect_found *f)
{
	double value = suspect_prior_of(f->change->kind);

	if (value != 1)
		suspect_factor_add(r->arena, f, "kind", value, NULL,
		    ir_asprintf(r->arena, "a %s seldom is a cause", ir_suspect_kind_names[f->change->kind]));
	return value;
}

static void
weigh(struct ranking *r, struct ir_suspect_found *f, bool undone)
{
	double value;

	f->lag_s = r->answer->onset_ms == IR_TIME_NONE ? (double)NAN
						       : (double)(r->answer->onset_ms - f->change->end_ms) / 1000;
	f->evidence = suspect_curve_of(&r->curve, f->change, false, &f->seen);
	value = r->step > 0 ? f->evidence / r->step : 1;
	f->early = f->seen < seen_enough && value > against;
	suspect_factor_add(r->arena, f, "time", value, NULL, time_words(r, f, value));
	if (undone && was_undone(r, f->change))
		f->evidence = weigh_undone(r, f);
	kind_factor(r, f);
	f->probability = f->prior * suspect_factors(&r->context, f) * f->evidence;
	suspect_evidence(&r->curve, r->n, f);
}

/* ---- all */

static void
normalise(struct ranking *r)
{
	struct ir_suspect_answer *a = r->answer;
	double sum;

	a->none = prior_none * exp(r->curve.none - r->curve.scale);
	a->other = prior_other * r->curve.other;
	a->time_none = r->step > 0 ? exp(r->curve.none - r->curve.scale) / r->step : 1;
	a->time_other = r->step > 0 ? r->curve.other / r->step : 1;
	sum = a->none + a->other;
	for (size_t i = 0; i < r->n; i++)
		sum += r->found[i].probability;
	a->none /= sum;
	a->other /= sum;
	for (size_t i = 0; i < r->n; i++)
		r->found[i].probability /= sum;
}

/* The first event of what was never there before is known to the instant. */
static bool
counts_tell(const struct suspect_curve *k, int64_t *at_ms)
{
	bool any = false;

	for (size_t i = 0; i < k->n; i++) {
		const struct suspect_source *s = &k->v[i];

		if (!s->series || s->most <= 0)
			continue;
		any = true;
		if (s->series->first_ms <= *at_ms - k->step_ms || s->series->first_ms >= *at_ms + k->step_ms)
			continue;
		*at_ms = s->series->first_ms;
		return true;
	}
	return any;
}

/* By the end of an interval it had begun; of what the operator says it is the middle. */
static int64_t
mark_tells(const struct suspect_curve *k, int64_t at_ms)
{
	int64_t first = INT64_MAX;

	for (size_t i = 0; i < k->n; i++) {
		const struct ir_suspect_mark *m = k->v[i].mark;

		if (!m || m->from_ms > at_ms + k->step_ms || m->to_ms < at_ms - k->step_ms)
			continue;
		if (m->said && m->to_ms - m->from_ms <= IR_SUSPECT_GROUP_MS)
			return m->from_ms + (m->to_ms - m->from_ms) / 2;
		first = m->to_ms < first ? m->to_ms : first;
	}
	return first < INT64_MAX ? first : at_ms;
}

static int64_t
onset_of(const struct suspect_curve *k)
{
	int64_t at = suspect_curve_at(k, k->best);

	return counts_tell(k, &at) ? at : mark_tells(k, at);
}

static void
look(struct ranking *r)
{
	struct suspect_curve *k = &r->curve;
	struct ir_suspect_answer *a = r->answer;

	suspect_curve_make(r->arena, r->c, k);
	a->from_ms = k->from_ms;
	a->to_ms = k->to_ms;
	a->onset_ms = k->n > 0 && k->by_change[k->best] > k->none ? onset_of(k) : IR_TIME_NONE;
	a->sources = k->n;
	for (size_t i = 0; i < k->n && !a->strongest; i++)
		a->strongest = k->v[i].series;
	for (size_t i = 0; i < k->points; i++)
		r->step += exp(k->by_change[i] - k->scale) / (double)k->points;
}

void
ir_suspect_rank(struct ir_arena *arena, const struct ir_suspect_case *c, struct ir_suspect_answer *answer)
{
	struct ranking r = { .arena = arena, .c = c, .answer = answer };

	*answer = (struct ir_suspect_answer){ 0 };
	look(&r);
	take_changes(&r);
	share_prior(&r);
	suspect_context_make(arena, c, &r.context);
	for (size_t i = 0; i < r.n; i++)
		weigh(&r, &r.found[i], r.n - i <= IR_SUSPECT_UNDONE);
	normalise(&r);
	suspect_group(arena, r.found, r.n, answer);
}
