/* evidence - rates before and after a change, and whether chance alone explains them */
#include <math.h>

#include "base/binomial.h"
#include "suspect/curve.h"
#include "suspect/rank.h"

/* Events and minutes of all sources between two instants, the events as if they came one by one. */
struct tally {
	double events, whole, minutes;
};

static void
add(const struct suspect_sums *s, int64_t from_ms, int64_t to_ms, struct tally *t)
{
	size_t i = suspect_nearest(s, from_ms), k = suspect_nearest(s, to_ms);
	double minutes;

	if (k <= i)
		return;
	minutes = (s->seconds[k] - s->seconds[i]) / 60;
	t->whole += s->count[k] - s->count[i];
	t->events += (s->count[k] - s->count[i]) / s->dispersion;
	t->minutes = fmax(t->minutes, minutes);
}

void
suspect_evidence(const struct suspect_curve *k, size_t n_changes, struct ir_suspect_found *f)
{
	const struct ir_suspect_change *c = f->change;
	struct tally before = { 0 }, after = { 0 };
	int64_t until = c->undone_ms != IR_TIME_NONE && c->undone_ms > c->end_ms ? c->undone_ms : k->to_ms;

	f->before_per_min = f->after_per_min = f->p_log10 = (double)NAN;
	for (size_t i = 0; i < k->n; i++) {
		if (!k->v[i].series)
			continue;
		add(&k->v[i].sums, k->from_ms, c->end_ms, &before);
		add(&k->v[i].sums, c->end_ms, until, &after);
	}
	if (before.minutes <= 0 || after.minutes <= 0)
		return;
	f->before = before.whole;
	f->after = after.whole;
	f->before_min = before.minutes;
	f->after_min = after.minutes;
	f->before_per_min = before.whole / before.minutes;
	f->after_per_min = after.whole / after.minutes;
	f->p_log10 =
	    fmin(0, ir_binomial_upper(before.events, after.events, after.minutes / (before.minutes + after.minutes)) +
			log10((double)n_changes));
}
