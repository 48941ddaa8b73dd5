/* curve - sources on a common grid of instants, and means over it */
#include "suspect/curve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEP_MIN_MS = 15000, WINDOW_MS = 3 * 3600 * 1000, SPREAD_MS = 120000, DRAIN_MS = 30000 };
static const double takes_part = 0.5, burst_of_change = 0.15, burst_of_other = 0.4, operator_wrong = 0.2;
static const int64_t burst_s[] = { 120, 300, 600, 1200, 2400 };
#define BURSTS (sizeof(burst_s) / sizeof(*burst_s))

static double
log_add(double a, double b)
{
	double more = fmax(a, b), less = fmin(a, b);

	return less == -INFINITY ? more : more + log1p(exp(less - more));
}

/* ---- one source */

/* ln B of a rise at i that ends by itself. */
static double
log_burst(const struct suspect_sums *s, size_t i)
{
	double sum = -INFINITY, n = 0;

	for (size_t b = 0; b < BURSTS; b++) {
		size_t k = suspect_nearest(s, s->at_ms[i] + burst_s[b] * 1000);

		if (k + 1 >= s->n)
			break;
		if (k <= i)
			continue;
		sum = log_add(sum, suspect_log_rise_until(s, i, k));
		n++;
	}
	return n > 0 ? sum - log(n) : suspect_log_rise(s, i);
}

/* At both ends there is nothing to compare. */
static void
judge_source(struct ir_arena *a, struct suspect_source *s)
{
	s->rise = IR_NEW_N(a, double, s->sums.n);
	s->burst = IR_NEW_N(a, double, s->sums.n);
	suspect_disperse(&s->sums);
	for (size_t i = 1; i + 1 < s->sums.n; i++) {
		s->rise[i] = suspect_log_rise(&s->sums, i);
		s->burst[i] = log_burst(&s->sums, i);
		s->most = fmax(s->most, fmax(s->rise[i], s->burst[i]));
	}
}

static bool
is_used(const struct ir_suspect_series *s)
{
	static const int64_t year = INT64_C(366) * 86400000, end = INT64_C(253402300800000);

	return s->n > 0 && s->width_ms > 0 && s->start_ms > -end && s->start_ms < end &&
	       s->width_ms <= year / (int64_t)(s->n < 100000 ? s->n : 100000) && s->n <= 100000;
}

static double
count_of(const struct ir_suspect_series *s, size_t i)
{
	static const double most = 1e9;

	return s->counts[i] > 0 ? fmin((double)s->counts[i], most) : 0;
}

static void
add_boundary(struct suspect_sums *s, int64_t at_ms, double count)
{
	s->at_ms[s->n] = at_ms;
	s->count[s->n] = s->n ? s->count[s->n - 1] + count : 0;
	s->seconds[s->n] = (double)(at_ms - s->at_ms[0]) / 1000;
	s->n++;
}

/* The first event divides its bucket: there is none before it. The last bucket ends now, if it is not over. */
static void
sum_up(struct ir_arena *a, const struct ir_suspect_series *series, int64_t now_ms, struct suspect_sums *s)
{
	size_t together = (series->n + IR_SUSPECT_GRID - 1) / IR_SUSPECT_GRID, most = series->n / together + 4;
	int64_t at = series->start_ms;

	s->at_ms = IR_NEW_N(a, int64_t, most);
	s->count = IR_NEW_N(a, double, most);
	s->seconds = IR_NEW_N(a, double, most);
	add_boundary(s, at, 0);
	for (size_t i = 0; i < series->n; i += together) {
		double n = 0, before = s->count[s->n - 1];
		int64_t width = 0;

		for (size_t k = i; k < series->n && k < i + together; k++, width += series->width_ms)
			n += count_of(series, k);
		if (before <= 0 && n > 0 && series->first_ms > at && series->first_ms < at + width)
			add_boundary(s, series->first_ms, 0);
		at = at < now_ms && now_ms < at + width ? now_ms : at + width;
		add_boundary(s, at, n);
		if (at == now_ms)
			break;
	}
}

/* ---- the window and its grid */

static int64_t
end_of(const struct suspect_source *s)
{
	return s->sums.at_ms[s->sums.n - 1];
}

static void
find_window(const struct ir_suspect_case *c, struct suspect_curve *k)
{
	int64_t width = INT64_MAX, span;

	k->from_ms = INT64_MAX;
	k->to_ms = INT64_MIN;
	for (size_t i = 0; i < k->n; i++) {
		const struct ir_suspect_series *s = k->v[i].series;
		int64_t from = s ? s->start_ms : k->v[i].mark->to_ms - WINDOW_MS, to = s ? end_of(&k->v[i]) : c->now_ms;

		if (s && s->width_ms < width)
			width = s->width_ms;
		k->from_ms = from < k->from_ms ? from : k->from_ms;
		k->to_ms = to > k->to_ms ? to : k->to_ms;
	}
	if (k->n == 0 || k->to_ms <= k->from_ms)
		k->to_ms = k->from_ms = c->now_ms;
	span = k->to_ms - k->from_ms;
	k->step_ms = width < STEP_MIN_MS || width == INT64_MAX ? STEP_MIN_MS : width;
	if (span / k->step_ms >= IR_SUSPECT_GRID)
		k->step_ms = span / IR_SUSPECT_GRID + 1;
	k->points = (size_t)(span / k->step_ms) + 1;
}

int64_t
suspect_curve_at(const struct suspect_curve *k, size_t point)
{
	return k->from_ms + (int64_t)point * k->step_ms;
}

/* ---- all sources at one instant */

/* What is done in an interval, as much as a cell of the grid is of it. */
static double
log_mark(const struct suspect_curve *k, const struct ir_suspect_mark *m, int64_t at_ms)
{
	int64_t half = k->step_ms / 2, from = at_ms - half, to = at_ms + (k->step_ms - half);
	double window = (double)(k->step_ms * (int64_t)k->points);
	double width = m->to_ms > m->from_ms ? (double)(m->to_ms - m->from_ms) : 1;

	from = from > m->from_ms ? from : m->from_ms;
	to = to < m->to_ms + (m->to_ms <= m->from_ms) ? to : m->to_ms + (m->to_ms <= m->from_ms);
	return to > from ? log((double)(to - from) / width * window / (double)k->step_ms) : -INFINITY;
}

/* A source's ln B at a boundary, of a rise that may be a burst. */
static double
log_at(const struct suspect_source *s, size_t i, double burst)
{
	return log_add(log(1 - burst) + s->rise[i], log(burst) + s->burst[i]);
}

/* Sources do not rise in the same instant: the mean over what follows within two minutes, where there are several. */
static double
log_series(const struct suspect_curve *k, const struct suspect_source *s, int64_t at_ms, double burst)
{
	size_t i = suspect_nearest(&s->sums, at_ms), n = 1;
	double sum;

	if (at_ms < s->sums.at_ms[0] || at_ms > s->sums.at_ms[s->sums.n - 1])
		return 0;
	sum = log_at(s, i, burst);
	for (size_t next = i + 1; k->n > 1 && next < s->sums.n && s->sums.at_ms[next] - at_ms <= SPREAD_MS; next++, n++)
		sum = log_add(sum, log_at(s, next, burst));
	return sum - log((double)n);
}

static double
part(double q, double log_b)
{
	return log_add(log(1 - q), log(q) + log_b);
}

/* A curve of the sources from the first on. */
static double
log_all(const struct suspect_curve *k, int64_t at_ms, double burst)
{
	double sum = 0;

	for (size_t i = 0; i < k->n; i++) {
		const struct suspect_source *s = &k->v[i];

		if (s->mark)
			sum += part(s->mark->said ? 1 : takes_part, log_mark(k, s->mark, at_ms));
		else
			sum += part(takes_part, log_series(k, s, at_ms, burst));
	}
	return sum;
}

static void
draw(struct ir_arena *a, struct suspect_curve *k)
{
	double most = -INFINITY;

	k->by_change = IR_NEW_N(a, double, k->points);
	k->by_other = IR_NEW_N(a, double, k->points);
	for (size_t i = 0; i < k->points; i++) {
		k->by_change[i] = log_all(k, suspect_curve_at(k, i), burst_of_change);
		k->by_other[i] = log_all(k, suspect_curve_at(k, i), burst_of_other);
		if (k->by_change[i] > most) {
			most = k->by_change[i];
			k->best = i;
		}
		k->scale = fmax(k->scale, fmax(k->by_change[i], k->by_other[i]));
	}
	for (size_t i = 0; i < k->points; i++)
		k->other += exp(k->by_other[i] - k->scale) / (double)k->points;
}

/* ---- which sources */

static int
order_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

#define ORDER(x, y) \
	do { \
		if ((x) != (y)) \
			return (x) < (y) ? -1 : 1; \
	} while (0)

static int
order_series(const struct ir_suspect_series *a, const struct ir_suspect_series *b)
{
	int order = order_text(a->id, b->id);

	order = order ? order : order_text(a->service, b->service);
	if (order)
		return order;
	ORDER(a->start_ms, b->start_ms);
	ORDER(a->width_ms, b->width_ms);
	ORDER(a->n, b->n);
	return memcmp(a->counts, b->counts, a->n * sizeof(*a->counts));
}

static int
order_marks(const struct ir_suspect_mark *a, const struct ir_suspect_mark *b)
{
	ORDER(b->said, a->said);
	ORDER(a->from_ms, b->from_ms);
	ORDER(a->to_ms, b->to_ms);
	return order_text(a->id, b->id) ? order_text(a->id, b->id) : order_text(a->service, b->service);
}

static int
by_weight(const void *x, const void *y)
{
	const struct suspect_source *a = x, *b = y;

	ORDER(a->series != NULL, b->series != NULL);
	if (a->mark)
		return order_marks(a->mark, b->mark);
	ORDER(b->most, a->most);
	return order_series(a->series, b->series);
}

/* Those of the future and from before the epoch are nobody's. */
static void
take_marks(const struct ir_suspect_case *c, struct suspect_curve *k)
{
	for (size_t i = 0; i < c->n_marks; i++) {
		const struct ir_suspect_mark *m = &c->marks[i];

		if (m->from_ms > m->to_ms || m->to_ms > c->now_ms + IR_SUSPECT_GROUP_MS || m->from_ms < 0)
			continue;
		k->v[k->n++].mark = m;
	}
	qsort(k->v, k->n, sizeof(*k->v), by_weight);
	if (k->n > IR_SUSPECT_MARKS)
		k->n = IR_SUSPECT_MARKS;
}

/* Before they are looked at closely, what weighs is how many events they have. */
static void
take_series(struct ir_arena *a, const struct ir_suspect_case *c, struct suspect_curve *k)
{
	struct suspect_source *v = IR_NEW_N(a, struct suspect_source, c->n_series + 1);
	size_t n = 0;

	for (size_t i = 0; i < c->n_series; i++) {
		if (!is_used(&c->series[i]))
			continue;
		v[n].series = &c->series[i];
		for (size_t b = 0; b < c->series[i].n; b++)
			v[n].most += count_of(&c->series[i], b);
		n++;
	}
	qsort(v, n, sizeof(*v), by_weight);
	for (size_t i = 0; i < n && i < IR_SUSPECT_SERIES; i++) {
		v[i].most = 0;
		sum_up(a, v[i].series, c->now_ms, &v[i].sums);
		judge_source(a, &v[i]);
		k->v[k->n++] = v[i];
	}
}

void
suspect_curve_make(struct ir_arena *a, const struct ir_suspect_case *c, struct suspect_curve *k)
{
	*k = (struct suspect_curve){ .v = IR_NEW_N(a, struct suspect_source, c->n_series + c->n_marks + 1) };
	take_marks(c, k);
	take_series(a, c, k);
	qsort(k->v, k->n, sizeof(*k->v), by_weight);
	if (k->n > IR_SUSPECT_SOURCES)
		k->n = IR_SUSPECT_SOURCES;
	find_window(c, k);
	for (size_t i = 0; i < k->n; i++)
		k->none += k->v[i].mark && k->v[i].mark->said ? log(operator_wrong) : 0;
	k->scale = k->none;
	draw(a, k);
}

/* ---- of one change */

static double
log_undone(const struct suspect_curve *k, int64_t at_ms, int64_t undone_ms)
{
	double sum = 0;

	for (size_t i = 0; i < k->n; i++) {
		const struct suspect_source *s = &k->v[i];
		size_t from, to;

		if (s->mark) {
			sum += part(s->mark->said ? 1 : takes_part, log_mark(k, s->mark, at_ms));
			continue;
		}
		from = suspect_nearest(&s->sums, at_ms);
		to = suspect_nearest(&s->sums, undone_ms + DRAIN_MS);
		if (from == 0 || from + 1 >= s->sums.n)
			continue;
		sum +=
		    part(takes_part, to + 1 >= s->sums.n ? s->rise[from] : suspect_log_rise_until(&s->sums, from, to));
	}
	return sum;
}

/* A change that takes longer than an hour is taken for its end. */
static int64_t
start_of(const struct ir_suspect_change *c)
{
	return c->start_ms >= c->end_ms - 3600000 && c->start_ms < c->end_ms ? c->start_ms : c->end_ms;
}

/* It may break things from its beginning on, or not before its end. */
static double
lag_below(const struct ir_suspect_change *c, int64_t start_ms, int64_t at_ms)
{
	double of_end = suspect_lag_below((double)(at_ms - c->end_ms) / 1000);

	if (start_ms == c->end_ms)
		return of_end;
	return (of_end + suspect_lag_below((double)(at_ms - start_ms) / 1000)) / 2;
}

double
suspect_curve_of(const struct suspect_curve *k, const struct ir_suspect_change *c, bool undone, double *ret_seen)
{
	int64_t start = start_of(c), half = k->step_ms / 2;
	int64_t first = (start + SUSPECT_LAG_FROM_S * 1000 - k->from_ms) / k->step_ms;
	size_t i = first > 1 ? (size_t)first - 1 : 0;
	double sum = 0, seen = 0, before = lag_below(c, start, suspect_curve_at(k, i) - half);

	for (; i < k->points && before < 1; i++) {
		int64_t at = suspect_curve_at(k, i);
		double below = lag_below(c, start, at - half + k->step_ms), l = k->by_change[i];

		if (below > before && undone && at < c->undone_ms)
			l = log_undone(k, at, c->undone_ms);
		else if (undone && at >= c->undone_ms)
			l = k->none;
		sum += (below - before) * exp(l - k->scale);
		seen += below - before;
		before = below;
	}
	*ret_seen = seen;
	return sum + (1 - seen) * exp(k->none - k->scale);
}
