/*
 * chain_time - errors of different services that begin together
 *
 * When an error pattern begins is the beginning of the stretch of its counts that stands out most from the rest (the likelihood ratio of two Poisson rates against one: a
 * scan statistic, after Kulldorff 1997). Where nothing of it was seen before, its first event tells it exactly.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "logs/chains.h"

enum {
	EVENTS = 4,
	WINDOW_MS = 30 * 1000,
	COARSE_MS = 5 * 60 * 1000, /* a beginning that is known no better tells nothing */
	STEPS = 8,
	STEP_TEXT = 60,
};
#define RATIO 3.0
#define LIKELIHOOD 14.0 /* e^14: 1 in a million, before the choice among some 1,800 stretches */

struct onset {
	const struct ir_logs_pattern *pattern;
	int64_t ms, within_ms;
};

/* ---- when a pattern begins */

static const struct ir_logs_coverage *
coverage(const struct ir_logs_counts *c, const char *service)
{
	for (size_t i = 0; i < c->n_services; i++)
		if (strcmp(c->services[i].service, service) == 0)
			return &c->services[i];
	return NULL;
}

/* How much more likely two rates make it than one. */
static double
likelihood(double in, double in_time, double out, double out_time)
{
	double all = (in + out) / (in_time + out_time), l = in * log(in / in_time / all);

	if (out > 0)
		l += out * log(out / out_time / all);
	return l;
}

/* The bucket where the stretch that stands out most begins, or -1. Before and after are the times without buckets, in buckets. */
static int
stands_out(const struct ir_logs_buckets *b, double before, double after)
{
	double all = 0, time = before + (double)b->n + after, best = LIKELIHOOD;
	int at = -1;

	for (size_t i = 0; i < b->n; i++)
		all += b->v[i];
	for (size_t from = 0; from < b->n; from++) {
		double in = 0;

		for (size_t to = from; to < b->n; to++) {
			double in_time = (double)(to - from + 1), l;

			in += b->v[to];
			if (in == 0 || in_time >= time || in / in_time < RATIO * (all - in) / (time - in_time))
				continue;
			l = likelihood(in, in_time, all - in, time - in_time);
			if (l > best) {
				best = l;
				at = (int)from;
			}
		}
	}
	return at;
}

static bool
begins(const struct ir_logs_pattern *p, const struct ir_logs_coverage *c, struct onset *o)
{
	const struct ir_logs_buckets *b = &p->buckets;
	double before, after;
	int64_t end = b->start_ms + (int64_t)b->n * b->width_ms;
	uint64_t quiet = 0;
	int at;

	if (!c || p->events < EVENTS || p->first_ms == IR_TIME_NONE || b->n == 0 || b->width_ms <= 0 ||
	    c->first_ms == IR_TIME_NONE)
		return false;
	before = b->start_ms > c->first_ms ? (double)(b->start_ms - c->first_ms) / (double)b->width_ms : 0;
	after = c->last_ms > end ? (double)(c->last_ms - end) / (double)b->width_ms : 0;
	at = stands_out(b, before, after);
	if (at < 0 || (at == 0 && before < 1))
		return false; /* it was so from the beginning */
	for (int i = 0; i < at; i++)
		quiet += b->v[i];
	*o = (struct onset){ p, b->start_ms + at * b->width_ms, b->width_ms };
	if (quiet == 0) {
		o->ms = p->first_ms;
		o->within_ms = 0;
	}
	return o->within_ms <= COARSE_MS;
}

/* ---- which begin together */

static int
by_onset(const void *a, const void *b)
{
	const struct onset *x = a, *y = b;

	if (x->ms != y->ms)
		return (x->ms > y->ms) - (x->ms < y->ms);
	return (x->pattern > y->pattern) - (x->pattern < y->pattern);
}

/* Do requests show already how they hang together? */
static bool
is_told(const struct ir_logs_chains *all, const struct ir_logs_chain *c)
{
	for (size_t i = 0; i < all->n; i++) {
		size_t found = 0;

		for (size_t j = 0; j < c->n; j++)
			for (size_t k = 0; k < all->v[i].n; k++)
				found += all->v[i].v[k].pattern == c->v[j].pattern;
		if (found == c->n)
			return true;
	}
	return false;
}

static const char *
words(struct ir_arena *arena, const struct ir_logs_chain *c, int64_t apart_ms, int64_t within_ms)
{
	struct ir_buf b;
	char text[IR_NUM_MAX];
	const char *out;

	ir_buf_init(&b, 4096);
	for (size_t i = 0; i < c->n; i++) {
		ir_buf_adds(&b, i ? ", " : "");
		ir_chain_step_text(&b, &c->v[i], STEP_TEXT);
	}
	ir_buf_addf(&b, " (co-occur: they begin within %s",
	    ir_format_duration(text, apart_ms > within_ms ? apart_ms : within_ms));
	ir_buf_adds(&b, within_ms > apart_ms ? ", which is how exactly it is known)" : ")");
	out = ir_strdup(arena, b.data);
	ir_buf_done(&b);
	return out;
}

static void
add_step(struct ir_logs_chain *c, const struct onset *o, int64_t first_ms)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->v[i].service, o->pattern->service) == 0)
			return;
	if (c->n == STEPS)
		return;
	c->v[c->n++] = (struct ir_logs_step){ o->pattern->service, *o->pattern->service != '\0', o->pattern,
		o->ms - first_ms, o->within_ms, true };
	if (o->pattern->level > c->level)
		c->level = o->pattern->level;
	if (o->pattern->last_ms > c->last_ms)
		c->last_ms = o->pattern->last_ms;
}

/* Of the onsets from `from` on those that belong to it; returns how many. */
static size_t
together(const struct onset *v, size_t n)
{
	size_t k = 1;

	while (k < n) {
		int64_t within = v[0].within_ms > v[k].within_ms ? v[0].within_ms : v[k].within_ms;

		if (v[k].ms - v[0].ms > (within > WINDOW_MS ? within : WINDOW_MS))
			break;
		k++;
	}
	return k;
}

static void
add_chain(struct ir_arena *arena, const struct onset *v, size_t n, struct ir_logs_chains *ret)
{
	struct ir_logs_chain c = { .how = IR_CHAIN_TIME, .first_ms = v[0].ms, .last_ms = IR_TIME_NONE };
	int64_t within = 0;

	c.v = IR_NEW_N(arena, struct ir_logs_step, STEPS);
	for (size_t i = 0; i < n; i++)
		add_step(&c, &v[i], v[0].ms);
	if (c.n < 2 || is_told(ret, &c))
		return;
	for (size_t i = 0; i < c.n; i++)
		within = c.v[i].spread_ms > within ? c.v[i].spread_ms : within;
	c.text = words(arena, &c, c.v[c.n - 1].offset_ms, within);
	ir_chains_add(arena, ret, &c);
}

void
ir_chains_by_time(struct ir_arena *arena, const struct ir_logs_counts *counts, struct ir_logs_chains *ret)
{
	struct onset *v = IR_NEW_N(arena, struct onset, counts->n + 1);
	size_t n = 0, k;

	for (size_t i = 0; i < counts->n; i++) {
		const struct ir_logs_pattern *p = &counts->v[i];

		if (p->level >= IR_LEVEL_ERROR && begins(p, coverage(counts, p->service), &v[n]))
			n++;
	}
	if (n)
		qsort(v, n, sizeof(*v), by_onset);
	for (size_t i = 0; i < n; i += k) {
		k = together(v + i, n - i);
		add_chain(arena, v + i, k, ret);
	}
}
