/* judge - what of the patterns is news, by exact tests against what came before */
#include "logs/judge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/binomial.h"

enum { SLOTS = 60, FEW = 5, FEW_ERRORS = 3, TYPICAL_EVENTS = 10, TYPICAL_PATTERNS = 3, DISPERSION_SLOTS = 8 };
enum { RARE_MIN = 2, RARE_MAX = 30, BURST_PRIOR_EVENTS = 8, BURST_PRIOR_OCCASIONS = 4 };

static const double rate_alpha_log10 = -6, ratio_min = 3, p_max = 0.99, precedent_rate = 0.02, reach_share = 0.95,
		    reach_tolerance = 1.25;
static const double new_alpha[] = { 1e-4, 1e-4, 2e-4 }; /* by badness */

const char *const ir_logs_trend_names[] = { "no baseline", "new", "first", "more", "same", "less", "gone", NULL };

enum bad { REST, WARNING, ERROR, BADNESSES };

/* A first appearance before the split, and how much came of it within as long a time as there is after the split. */
struct precedent {
	enum bad bad;
	int64_t size;
};

/* What one service's patterns are measured against. */
struct base {
	const struct ir_logs_coverage *cov; /* NULL: none */
	bool known;                         /* there is a baseline */
	int64_t begin_ms, warm_ms;
	double p_new, p_gone;
	double burst; /* events that a cause makes at once, of patterns that are rare */
	struct precedent *precedents;
	size_t n_precedents;
};

struct chance {
	size_t pattern;
	enum bad bad;
	double p;
};

/* The patterns of one service. */
struct group {
	const size_t *v; /* indices */
	size_t n;
};

struct judge {
	const struct ir_logs_counts *counts;
	struct ir_logs_verdict *v;
	int64_t split_ms, begin_ms, end_ms;
	double tried_log10;
	struct ir_arena arena;
	size_t *by_service;
	struct chance *chances;
	size_t n_chances;
};

static const struct ir_logs_pattern *
at(const struct judge *j, const struct group *g, size_t i)
{
	return &j->counts->v[g->v[i]];
}

static enum bad
badness(const struct ir_logs_pattern *p)
{
	return p->level >= IR_LEVEL_ERROR ? ERROR : p->level == IR_LEVEL_WARN ? WARNING : REST;
}

/* ---- counts over time, in slots of a sixtieth of all that was looked at or more */

/* So many of the pattern's buckets are a slot. */
static int64_t
slot_buckets(const struct judge *j, const struct ir_logs_buckets *b)
{
	int64_t slot_ms = (j->end_ms - j->begin_ms) / SLOTS + 1;

	return b->width_ms > 0 ? (slot_ms + b->width_ms - 1) / b->width_ms : 1;
}

static double
slot_count(const struct ir_logs_buckets *b, size_t from, int64_t buckets)
{
	double n = 0;

	for (size_t i = from; i < b->n && i < from + (size_t)buckets; i++)
		n += b->v[i];
	return n;
}

/* A single cause makes many events at once: the slots that have any, and with each doubling within one counted once more. */
static double
occasions(const struct judge *j, const struct ir_logs_pattern *p, double *doublings)
{
	int64_t step = slot_buckets(j, &p->buckets);
	double slots = 0;

	*doublings = 0;
	for (size_t i = 0; i < p->buckets.n; i += (size_t)step) {
		double n = slot_count(&p->buckets, i, step);

		slots += n > 0;
		*doublings += log2(1 + n);
	}
	return slots;
}

/* Variance by mean of the slots that lie before the split; 1 for independent events. */
static double
dispersion(const struct judge *j, const struct base *base, const struct ir_logs_pattern *p)
{
	const struct ir_logs_buckets *b = &p->buckets;
	int64_t step = slot_buckets(j, b), slot_ms = step * b->width_ms;
	double n = slot_ms > 0 ? (double)((j->split_ms - base->begin_ms) / slot_ms) : 0, sum = 0, squares = 0, mean;

	if (n < DISPERSION_SLOTS || p->before < FEW)
		return 1;
	for (size_t i = 0; i < b->n && b->start_ms + ((int64_t)i + step) * b->width_ms <= j->split_ms;
	     i += (size_t)step) {
		double count = slot_count(b, i, step);

		sum += count;
		squares += count * count;
	}
	mean = sum / n;
	return mean > 0 ? fmax(1, (squares - n * mean * mean) / (n - 1) / mean) : 1;
}

/* Events within as long a time from its first one on as there is after the split. */
static int64_t
first_size(const struct judge *j, const struct ir_logs_pattern *p)
{
	const struct ir_logs_buckets *b = &p->buckets;
	int64_t until = p->first_ms + (j->end_ms - j->split_ms), n = 0;

	for (size_t i = 0; i < b->n && b->start_ms + (int64_t)i * b->width_ms <= until; i++)
		n += b->v[i];
	return n;
}

/* ---- when it begins and ends, but for lines whose time is none of their own */

static int
by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Add how far from the split the buckets of a pattern lie that begin before it; or those that end after it. Returns how many. */
static size_t
add_distances(const struct judge *j, const struct ir_logs_pattern *p, bool after, int64_t *v)
{
	const struct ir_logs_buckets *b = &p->buckets;
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		int64_t from = b->start_ms + (int64_t)i * b->width_ms, to = from + b->width_ms;

		from = from > p->first_ms ? from : p->first_ms;
		to = to < p->last_ms ? to : p->last_ms;
		if (b->v[i] > 0 && (after ? to > j->split_ms : from < j->split_ms))
			v[n++] = after ? to - j->split_ms : j->split_ms - from;
	}
	return n;
}

/* How far what was read reaches from the split, by the times of most of what was said there; -1: not at all. */
static int64_t
reach(struct judge *j, const struct group *g, bool after)
{
	int64_t *v = IR_NEW_N(&j->arena, int64_t, g->n * IR_LOGS_BUCKETS + 1);
	double most;
	size_t n = 0;

	for (size_t k = 0; k < g->n; k++)
		n += add_distances(j, at(j, g, k), after, v + n);
	if (n == 0)
		return -1;
	qsort(v, n, sizeof(*v), by_time);
	most = (double)v[(size_t)((double)(n - 1) * reach_share)] / reach_share;
	return most * reach_tolerance < (double)v[n - 1] ? (int64_t)most : v[n - 1];
}

/* ---- what a service's patterns are measured against */

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The share of events after the split, of a pattern that was known before; of all of them together where there are too few to choose a typical one. */
static double
typical_share(struct judge *j, const struct group *g)
{
	double *share = IR_NEW_N(&j->arena, double, g->n), before = 1, after = 1;
	size_t m = 0;

	for (size_t i = 0; i < g->n; i++) {
		const struct ir_logs_pattern *p = at(j, g, i);

		if (p->before == 0)
			continue;
		before += (double)p->before;
		after += (double)p->after;
		if (p->before + p->after >= TYPICAL_EVENTS)
			share[m++] = (double)p->after / (double)(p->before + p->after);
	}
	if (m < TYPICAL_PATTERNS)
		return after / (before + after);
	qsort(share, m, sizeof(*share), by_value);
	return share[m / 2];
}

/* As if a few that make two at once had been seen already. */
static double
burst_size(const struct judge *j, const struct group *g)
{
	double events = BURST_PRIOR_EVENTS, slots = BURST_PRIOR_OCCASIONS, doublings;

	for (size_t i = 0; i < g->n; i++) {
		const struct ir_logs_pattern *p = at(j, g, i);

		if (p->before == 0 || p->events < RARE_MIN || p->events > RARE_MAX)
			continue;
		events += (double)p->events;
		slots += occasions(j, p, &doublings);
	}
	return events / slots;
}

static void
find_precedents(struct judge *j, struct base *base, const struct group *g)
{
	base->precedents = IR_NEW_N(&j->arena, struct precedent, g->n);
	for (size_t i = 0; i < g->n; i++) {
		const struct ir_logs_pattern *p = at(j, g, i);

		if (p->before > 0 && p->first_ms >= base->warm_ms)
			base->precedents[base->n_precedents++] = (struct precedent){ badness(p), first_size(j, p) };
	}
}

static const struct ir_logs_coverage *
coverage_of(const struct judge *j, const char *service)
{
	for (size_t i = 0; i < j->counts->n_services; i++) {
		if (strcmp(j->counts->services[i].service, service) == 0)
			return &j->counts->services[i];
	}
	return NULL;
}

static struct base
make_base(struct judge *j, const struct group *g)
{
	struct base b = { .cov = coverage_of(j, at(j, g, 0)->service) };
	double time, typical;

	if (!b.cov || b.cov->first_ms == IR_TIME_NONE || j->split_ms == IR_TIME_NONE || j->end_ms <= j->split_ms)
		return b;
	b.begin_ms = j->split_ms - reach(j, g, false);
	b.known = b.cov->before >= IR_JUDGE_BASELINE && b.begin_ms < j->split_ms;
	if (!b.known)
		return b;
	b.warm_ms = b.begin_ms + (j->split_ms - b.begin_ms) / 4;
	time = (double)(j->end_ms - j->split_ms) / (double)(j->end_ms - b.begin_ms);
	typical = typical_share(j, g);
	b.p_new = fmin(fmax(time, typical), p_max);
	b.p_gone = fmin(time, typical);
	b.burst = burst_size(j, g);
	find_precedents(j, &b, g);
	return b;
}

/* ---- verdicts */

static double
per_min(int64_t n, int64_t ms)
{
	return ms > 0 ? (double)n * 60000 / (double)ms : (double)NAN;
}

static void
judge_rate(const struct judge *j, const struct base *base, const struct ir_logs_pattern *p, struct ir_logs_verdict *v)
{
	double d = dispersion(j, base, p), n0 = (double)p->before, n1 = (double)p->after;
	double up = ir_binomial_upper(n0 / d, n1 / d, base->p_new) + j->tried_log10;
	double down = ir_binomial_lower(n0 / d, n1 / d, base->p_gone) + j->tried_log10;

	v->trend = IR_LOGS_SAME;
	v->p_log10 = fmin(fmin(up, down), 0);
	if (n1 >= FEW && up < rate_alpha_log10 && n1 * (1 - base->p_new) >= ratio_min * n0 * base->p_new)
		v->trend = IR_LOGS_MORE;
	else if (n0 >= FEW && down < rate_alpha_log10 && n0 * base->p_gone >= ratio_min * n1 * (1 - base->p_gone))
		v->trend = p->after > 0 ? IR_LOGS_LESS : IR_LOGS_GONE;
}

static bool
has_precedent(const struct judge *j, const struct base *base, const struct ir_logs_pattern *p)
{
	double n = 0, times = (double)(j->split_ms - base->warm_ms) / (double)(j->end_ms - j->split_ms);

	for (size_t i = 0; i < base->n_precedents; i++) {
		const struct precedent *q = &base->precedents[i];

		n += q->bad >= badness(p) && 2 * q->size >= p->after;
	}
	return n > precedent_rate * times;
}

/* How likely all that it came for would be after the split if it fell by chance: of candidates, and of all that could have been. */
static void
add_chance(struct judge *j, const struct base *base, size_t i)
{
	const struct ir_logs_pattern *p = &j->counts->v[i];
	double doublings, n = occasions(j, p, &doublings);

	if (badness(p) == ERROR)
		n = fmax(n, fmin(doublings, (double)p->events / base->burst));
	j->chances[j->n_chances++] = (struct chance){ .pattern = i, .bad = badness(p), .p = pow(base->p_new, n) };
}

static void
judge_one(struct judge *j, const struct base *base, size_t i)
{
	const struct ir_logs_pattern *p = &j->counts->v[i];
	struct ir_logs_verdict *v = &j->v[i];

	*v = (struct ir_logs_verdict){
		.before_per_min = (double)NAN, .after_per_min = (double)NAN, .p_log10 = (double)NAN
	};
	if (!base->known || p->first_ms == IR_TIME_NONE)
		return;
	v->before_per_min = per_min(p->before, j->split_ms - base->begin_ms);
	v->after_per_min = per_min(p->after, j->end_ms - j->split_ms);
	if (p->before > 0)
		judge_rate(j, base, p, v);
	else
		v->trend = IR_LOGS_FIRST;
	add_chance(j, base, i);
}

static int
by_chance(const void *a, const void *b)
{
	const struct chance *x = a, *y = b;

	if (x->p != y->p)
		return x->p < y->p ? -1 : 1;
	return x->pattern < y->pattern ? -1 : x->pattern > y->pattern;
}

/* The most that may be called new without more than alpha of a false one. */
static void
judge_new(struct judge *j)
{
	double sum[BADNESSES] = { 0 };

	qsort(j->chances, j->n_chances, sizeof(*j->chances), by_chance);
	for (size_t i = 0; i < j->n_chances; i++) {
		const struct chance *c = &j->chances[i];
		struct ir_logs_verdict *v = &j->v[c->pattern];
		int64_t few = c->bad == ERROR ? FEW_ERRORS : FEW;

		sum[c->bad] += c->p;
		if (v->trend != IR_LOGS_FIRST)
			continue;
		v->p_log10 = fmin(log10(sum[c->bad]), 0);
		if (sum[c->bad] <= new_alpha[c->bad] && j->counts->v[c->pattern].after >= few)
			v->trend = IR_LOGS_NEW;
	}
}

static void
drop_precedented(const struct judge *j, const struct base *base, const struct group *g)
{
	for (size_t i = 0; i < g->n; i++) {
		struct ir_logs_verdict *v = &j->v[g->v[i]];

		if (v->trend == IR_LOGS_NEW && has_precedent(j, base, at(j, g, i)))
			v->trend = IR_LOGS_FIRST;
	}
}

static enum ir_status
status_of(enum bad bad, enum ir_logs_trend trend)
{
	bool news = trend == IR_LOGS_NEW || trend == IR_LOGS_MORE;

	if (bad == ERROR)
		return news ? IR_STATUS_FAIL : IR_STATUS_WARN;
	return bad == WARNING && news ? IR_STATUS_WARN : IR_STATUS_OK;
}

static int
rank_of(enum bad bad, enum ir_logs_trend trend)
{
	/* clang-format off */
	static const int rank[BADNESSES][IR_LOGS_GONE + 1] = {
		/*           none new first more same less gone */
		[ERROR]   = { 7,  0,  2,    1,   7,   8,   8 },
		[WARNING] = { 10, 3,  9,    4,   10,  10,  10 },
		[REST]    = { 12, 5,  11,   6,   12,  11,  11 },
	};
	/* clang-format on */

	return rank[bad][trend];
}

/* ---- all */

static void
find_span(struct judge *j, int64_t until_ms)
{
	const struct group all = { j->by_service, j->counts->n };
	int64_t before, after;

	j->begin_ms = j->end_ms = j->split_ms;
	if (j->split_ms == IR_TIME_NONE || j->counts->n == 0)
		return;
	before = reach(j, &all, false);
	after = reach(j, &all, true);
	j->begin_ms = j->split_ms - (before < 0 ? 0 : before);
	j->end_ms = j->split_ms + (after < 0 ? 0 : after);
	if (until_ms != IR_TIME_NONE && until_ms > j->end_ms)
		j->end_ms = until_ms;
}

static int
by_service(const void *a, const void *b, void *arg)
{
	const struct ir_logs_pattern *v = arg;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	int order = strcmp(v[x].service, v[y].service);

	return order ? order : x < y ? -1 : x > y;
}

/* The service's patterns from i on, in by_service. */
static struct group
group_at(const struct judge *j, size_t i)
{
	const char *service = j->counts->v[j->by_service[i]].service;
	size_t end = i;

	while (end < j->counts->n && strcmp(j->counts->v[j->by_service[end]].service, service) == 0)
		end++;
	return (struct group){ j->by_service + i, end - i };
}

static void
sort_by_service(struct judge *j)
{
	j->by_service = IR_NEW_N(&j->arena, size_t, j->counts->n + 1);
	for (size_t i = 0; i < j->counts->n; i++)
		j->by_service[i] = i;
	qsort_r(j->by_service, j->counts->n, sizeof(*j->by_service), by_service, j->counts->v);
}

static void
count_tried(struct judge *j)
{
	size_t n = 1;

	for (size_t i = 0; i < j->counts->n; i++)
		n += j->counts->v[i].before + j->counts->v[i].after >= FEW;
	j->tried_log10 = log10((double)n);
}

static void
judge_services(struct judge *j)
{
	struct base *bases = IR_NEW_N(&j->arena, struct base, j->counts->n + 1);
	struct group g;
	size_t n = 0;

	for (size_t i = 0; i < j->counts->n; i += g.n, n++) {
		g = group_at(j, i);
		bases[n] = make_base(j, &g);
		for (size_t k = 0; k < g.n; k++)
			judge_one(j, &bases[n], g.v[k]);
	}
	judge_new(j);
	n = 0;
	for (size_t i = 0; i < j->counts->n; i += g.n, n++) {
		g = group_at(j, i);
		drop_precedented(j, &bases[n], &g);
	}
}

struct ir_logs_span
ir_logs_judge(const struct ir_logs_counts *counts, int64_t split_ms, int64_t until_ms, struct ir_logs_verdict *v)
{
	struct judge j = { .counts = counts, .v = v, .split_ms = split_ms };
	struct ir_logs_span span;

	count_tried(&j);
	sort_by_service(&j);
	find_span(&j, until_ms);
	j.chances = IR_NEW_N(&j.arena, struct chance, counts->n + 1);
	judge_services(&j);
	for (size_t i = 0; i < counts->n; i++) {
		v[i].status = status_of(badness(&counts->v[i]), v[i].trend);
		v[i].rank = rank_of(badness(&counts->v[i]), v[i].trend);
	}
	span = (struct ir_logs_span){ j.begin_ms, j.end_ms };
	ir_arena_done(&j.arena);
	return span.begin_ms < span.end_ms ? span : (struct ir_logs_span){ IR_TIME_NONE, IR_TIME_NONE };
}

/* ---- order */

struct place {
	size_t i;
	int rank, level;
	double score;
};

static int
by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (x->level != y->level)
		return x->level > y->level ? -1 : 1;
	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return x->i < y->i ? -1 : x->i > y->i;
}

static double
score(const struct ir_logs_pattern *p, const struct ir_logs_verdict *v)
{
	if (v->trend == IR_LOGS_MORE)
		return -v->p_log10;
	return (double)(v->trend == IR_LOGS_NEW || v->trend == IR_LOGS_FIRST ? p->after : p->events);
}

void
ir_logs_order(const struct ir_logs_counts *counts, const struct ir_logs_verdict *v, size_t *order)
{
	struct ir_arena arena = { 0 };
	struct place *places = IR_NEW_N(&arena, struct place, counts->n + 1);

	for (size_t i = 0; i < counts->n; i++) {
		const struct ir_logs_pattern *p = &counts->v[i];

		bool by_level = badness(p) != REST && v[i].trend != IR_LOGS_FIRST;

		places[i] = (struct place){ i, v[i].rank, by_level ? (int)p->level : 0, score(p, &v[i]) };
	}
	qsort(places, counts->n, sizeof(*places), by_place);
	for (size_t i = 0; i < counts->n; i++)
		order[i] = places[i].i;
	ir_arena_done(&arena);
}
