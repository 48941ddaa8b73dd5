/* logs_judge - what is news in a log, and what is not: exact tails, verdicts, and a thousand logs in which nothing happened */
#include "logs/judge.h"

#include <math.h>

#include "base/binomial.h"
#include "tap.h"

enum { PATTERNS = 2000, MINUTE = 60000, HOUR = 60 * MINUTE };
static const int64_t start = 1769911200000; /* 2026-02-01 02:00 UTC */

/* ---- logs that are made up: the same in every run */

struct random {
	uint64_t state;
};

static double
uniform(struct random *r)
{
	r->state += 0x9e3779b97f4a7c15u;
	uint64_t z = r->state;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

struct log {
	struct ir_arena arena;
	struct ir_logs_counts counts;
	struct ir_logs_coverage coverage;
	struct ir_logs_verdict *v;
	size_t *order;
	int64_t split_ms;
};

static struct log *
new_log(int64_t split_ms)
{
	struct log *l = calloc(1, sizeof(*l));

	l->counts.v = IR_NEW_N(&l->arena, struct ir_logs_pattern, PATTERNS + 8);
	l->coverage = (struct ir_logs_coverage){ .service = "web", .first_ms = INT64_MAX, .last_ms = INT64_MIN };
	l->counts.services = &l->coverage;
	l->counts.n_services = 1;
	l->split_ms = split_ms;
	return l;
}

static void
free_log(struct log *l)
{
	ir_arena_done(&l->arena);
	free(l);
}

static size_t
add_pattern(struct log *l, const char *template, enum ir_log_level level)
{
	l->counts.v[l->counts.n] = (struct ir_logs_pattern){
		.service = "web",
		.template = template,
		.key = template,
		.level = level,
		.first_ms = IR_TIME_NONE,
		.last_ms = IR_TIME_NONE,
	};
	return l->counts.n++;
}

static void
add_event(struct log *l, size_t i, int64_t ms)
{
	struct ir_logs_pattern *p = &l->counts.v[i];
	struct ir_logs_buckets *b = &p->buckets;
	size_t at;

	p->events++;
	*(ms < l->split_ms ? &p->before : &p->after) += 1;
	*(ms < l->split_ms ? &l->coverage.before : &l->coverage.after) += 1;
	if (p->first_ms == IR_TIME_NONE || ms < p->first_ms)
		p->first_ms = ms;
	if (ms > p->last_ms)
		p->last_ms = ms;
	l->coverage.first_ms = ms < l->coverage.first_ms ? ms : l->coverage.first_ms;
	l->coverage.last_ms = ms > l->coverage.last_ms ? ms : l->coverage.last_ms;
	b->start_ms = start;
	b->width_ms = 2 * MINUTE;
	at = (size_t)((ms - start) / b->width_ms);
	b->v[at]++;
	b->n = at >= b->n ? at + 1 : b->n;
}

/* n events, evenly from one instant to before the other. */
static void
add_evenly(struct log *l, size_t i, int64_t n, int64_t from_ms, int64_t to_ms)
{
	for (int64_t k = 0; k < n; k++)
		add_event(l, i, from_ms + (to_ms - from_ms) * k / n);
}

static void
judge(struct log *l)
{
	l->v = IR_NEW_N(&l->arena, struct ir_logs_verdict, l->counts.n + 1);
	l->order = IR_NEW_N(&l->arena, size_t, l->counts.n + 1);
	ir_logs_judge(&l->counts, l->split_ms, IR_TIME_NONE, l->v);
	ir_logs_order(&l->counts, l->v, l->order);
}

/* ---- tails */

static bool
near(double got, double want)
{
	return fabs(got - want) <= 1e-9 * (1 + fabs(want));
}

static void
test_tails(void)
{
	OK(near(ir_binomial_upper(0, 5, 0.2), 5 * log10(0.2)), "all of five");
	OK(near(ir_binomial_upper(7, 3, 0.5), log10(0.9453125)), "three or more of ten");
	OK(near(ir_binomial_lower(8, 2, 0.5), log10(0.0546875)), "two or fewer of ten");
	OK(ir_binomial_upper(10, 0, 0.5) == 0 && ir_binomial_lower(0, 10, 0.5) == 0,
	    "none or more, all or fewer: certain");
	OK(ir_binomial_upper(10, 2, 0) == -INFINITY && ir_binomial_upper(10, 2, 1) == 0,
	    "what cannot be, and what must");
	OK(near(ir_binomial_upper(0, 5000, 0.2), 5000 * log10(0.2)), "far below what a double can hold");
	for (double n = 1; n < 2e9; n *= 7) {
		double k = floor(n * 0.3), up = ir_binomial_upper(n - k, k, 0.3);
		double down = k > 0 ? ir_binomial_lower(n - k + 1, k - 1, 0.3) : -INFINITY;

		OK(fabs(pow(10, up) + pow(10, down) - 1) < 1e-6, "both tails of %.0f are one: %g %g", n, up, down);
	}
	OK(ir_binomial_upper(5e8, 5e8 + 1e6, 0.5) < -200 && isfinite(ir_binomial_upper(5e8, 5e8 + 1e6, 0.5)),
	    "a thousand million events: %g", ir_binomial_upper(5e8, 5e8 + 1e6, 0.5));
	OK(ir_binomial_upper(100, 50, 0.2) > ir_binomial_upper(100, 60, 0.2), "more is less likely");
}

/* ---- verdicts */

static void
is_trend(const struct log *l, size_t i, enum ir_logs_trend trend, enum ir_status status)
{
	const char *name = l->counts.v[i].template;

	IS_STR(ir_logs_trend_names[l->v[i].trend], ir_logs_trend_names[trend], "%s: trend", name);
	IS_STR(ir_status_names[l->v[i].status], ir_status_names[status], "%s: status", name);
}

static void
test_verdicts(void)
{
	const int64_t split = start + HOUR, end = split + HOUR / 4;
	struct log *l = new_log(split);
	size_t usual = add_pattern(l, "usual", IR_LEVEL_INFO), crash = add_pattern(l, "crash", IR_LEVEL_ERROR);
	size_t slow = add_pattern(l, "slow", IR_LEVEL_WARN), known = add_pattern(l, "known", IR_LEVEL_ERROR);
	size_t spike = add_pattern(l, "spike", IR_LEVEL_FATAL), once = add_pattern(l, "once", IR_LEVEL_ERROR);
	size_t gone = add_pattern(l, "gone", IR_LEVEL_INFO), less = add_pattern(l, "less", IR_LEVEL_INFO);
	size_t hello = add_pattern(l, "hello", IR_LEVEL_NOTICE), timeless = add_pattern(l, "timeless", IR_LEVEL_ERROR);
	static const char *const order[] = { "crash", "spike", "once", "slow", "hello", "known", "timeless", "less",
		"gone", "usual" };

	add_evenly(l, usual, 4000, start, split);
	add_evenly(l, usual, 1000, split, end);
	add_evenly(l, crash, 12, split + MINUTE, end);
	add_evenly(l, slow, 20, split, end);
	add_evenly(l, known, 40, start, split);
	add_evenly(l, known, 12, split, end);
	add_evenly(l, spike, 40, start, split);
	add_evenly(l, spike, 200, split, end);
	add_event(l, once, split + 2 * MINUTE);
	add_evenly(l, gone, 400, start, split);
	add_evenly(l, less, 400, start, split);
	add_evenly(l, less, 5, split, end);
	add_evenly(l, hello, 30, split, end);
	l->counts.v[timeless].events = 9;
	judge(l);
	is_trend(l, usual, IR_LOGS_SAME, IR_STATUS_OK);
	is_trend(l, crash, IR_LOGS_NEW, IR_STATUS_FAIL);
	is_trend(l, slow, IR_LOGS_NEW, IR_STATUS_WARN);
	is_trend(l, known, IR_LOGS_SAME, IR_STATUS_WARN);
	is_trend(l, spike, IR_LOGS_MORE, IR_STATUS_FAIL);
	is_trend(l, once, IR_LOGS_FIRST, IR_STATUS_WARN);
	is_trend(l, gone, IR_LOGS_GONE, IR_STATUS_OK);
	is_trend(l, less, IR_LOGS_LESS, IR_STATUS_OK);
	is_trend(l, hello, IR_LOGS_NEW, IR_STATUS_OK);
	is_trend(l, timeless, IR_LOGS_NO_BASELINE, IR_STATUS_WARN);
	OK(near(l->v[spike].before_per_min, 40.0 / 60) && l->v[spike].after_per_min > 13, "rates a minute: %g and %g",
	    l->v[spike].before_per_min, l->v[spike].after_per_min);
	OK(l->v[crash].p_log10 < -4 && l->v[spike].p_log10 < -6 && isnan(l->v[timeless].p_log10), "and by what chance");
	for (size_t i = 0; i < l->counts.n; i++)
		IS_STR(l->counts.v[l->order[i]].template, order[i], "what matters, place %zu", i);
	free_log(l);
}

/* What has no past cannot be new. */
static void
test_no_baseline(void)
{
	struct log *l = new_log(start);
	size_t usual = add_pattern(l, "usual", IR_LEVEL_INFO), crash = add_pattern(l, "crash", IR_LEVEL_ERROR);

	add_evenly(l, usual, 1000, start, start + HOUR);
	add_evenly(l, crash, 100, start + HOUR / 2, start + HOUR);
	judge(l);
	is_trend(l, crash, IR_LOGS_NO_BASELINE, IR_STATUS_WARN);
	OK(isnan(l->v[crash].before_per_min), "no rate before");
	l->split_ms = IR_TIME_NONE;
	judge(l);
	is_trend(l, crash, IR_LOGS_NO_BASELINE, IR_STATUS_WARN);
	l->split_ms = start + 2 * HOUR;
	judge(l);
	is_trend(l, crash, IR_LOGS_NO_BASELINE, IR_STATUS_WARN);
	free_log(l);
	l = new_log(start + HOUR);
	usual = add_pattern(l, "usual", IR_LEVEL_INFO);
	crash = add_pattern(l, "crash", IR_LEVEL_ERROR);
	add_evenly(l, usual, IR_JUDGE_BASELINE - 1, start, start + HOUR);
	add_evenly(l, crash, 100, start + HOUR, start + HOUR + HOUR / 4);
	judge(l);
	is_trend(l, crash, IR_LOGS_NO_BASELINE, IR_STATUS_WARN);
	add_event(l, usual, start + HOUR / 2);
	judge(l);
	is_trend(l, crash, IR_LOGS_NEW, IR_STATUS_FAIL);
	free_log(l);
	l = new_log(start);
	judge(l);
	OK(l->counts.n == 0, "nothing at all is judged, too");
	free_log(l);
}

/* Patterns of two services, mixed: each is measured against its own. */
static void
test_services(void)
{
	const int64_t split = start + HOUR;
	struct log *l = new_log(split);
	struct ir_logs_coverage both[2];
	size_t a, b;

	add_evenly(l, add_pattern(l, "usual", IR_LEVEL_INFO), 4000, start, split + HOUR / 4);
	both[0] = l->coverage;
	l->coverage = (struct ir_logs_coverage){ .service = "worker", .first_ms = INT64_MAX, .last_ms = INT64_MIN };
	b = add_pattern(l, "of worker", IR_LEVEL_ERROR);
	l->counts.v[b].service = "worker";
	add_evenly(l, b, 40, split + MINUTE, split + HOUR / 4);
	both[1] = l->coverage;
	a = add_pattern(l, "of web", IR_LEVEL_ERROR);
	add_evenly(l, a, 40, split + MINUTE, split + HOUR / 4);
	l->counts.services = both;
	l->counts.n_services = 2;
	judge(l);
	is_trend(l, a, IR_LOGS_NEW, IR_STATUS_FAIL);
	is_trend(l, b, IR_LOGS_NO_BASELINE, IR_STATUS_WARN);
	free_log(l);
}

/* A few lines that mention a date of long ago, or of tomorrow, and are taken for that old: a single error is no news therefore, and a fault still is. */
static void
test_wrong_times(void)
{
	const int64_t split = start + HOUR;

	for (int far = 0; far < 3; far++) {
		static const int64_t days[] = { 0, -3000, 2 };
		struct log *l = new_log(split);
		size_t wrong = add_pattern(l, "wrong", IR_LEVEL_INFO), once = 0, fault = 0;

		for (int i = 0; i < 6; i++)
			add_evenly(l, add_pattern(l, "usual", IR_LEVEL_INFO), 400, start, split + HOUR / 4);
		once = add_pattern(l, "once", IR_LEVEL_ERROR);
		fault = add_pattern(l, "fault", IR_LEVEL_ERROR);
		add_evenly(l, once, 2, split + MINUTE, split + 3 * MINUTE);
		add_evenly(l, fault, 30, split + MINUTE, split + HOUR / 4);
		for (int i = 0; i < 2; i++) {
			struct ir_logs_pattern *p = &l->counts.v[wrong];

			add_event(l, wrong, start + i * 10 * MINUTE);
			p->first_ms = p->buckets.start_ms = start + days[far] * 24 * HOUR;
			p->last_ms = p->first_ms + HOUR;
		}
		judge(l);
		is_trend(l, once, IR_LOGS_FIRST, IR_STATUS_WARN);
		is_trend(l, fault, IR_LOGS_NEW, IR_STATUS_FAIL);
		free_log(l);
	}
}

/* Ten times the traffic is no news of any pattern; half an hour of silence is no news of each. */
static void
test_traffic(void)
{
	const int64_t split = start + HOUR;

	for (int64_t times = 0; times <= 10; times += 10) {
		struct log *l = new_log(split);
		size_t quiet = add_pattern(l, "quiet", IR_LEVEL_INFO), bad = 0;

		for (int i = 0; i < 8; i++) {
			size_t p = add_pattern(l, "pattern", i == 7 ? IR_LEVEL_ERROR : IR_LEVEL_INFO);

			add_evenly(l, p, 400, start, split);
			add_evenly(l, p, 100 * times, split, split + HOUR / 4);
		}
		add_event(l, quiet, split + HOUR / 4);
		judge(l);
		for (size_t i = 1; i < l->counts.n; i++)
			bad += l->v[i].trend != IR_LOGS_SAME;
		IS_INT((int64_t)bad, 0, "%" PRId64 " times as much to do", times);
		free_log(l);
	}
}

/* One more of what happens anyhow. */
static void
test_precedent(void)
{
	const int64_t split = start + HOUR;
	enum ir_logs_trend with = 0, without = 0;

	for (int i = 0; i < 2; i++) {
		struct log *l = new_log(split);
		size_t usual = add_pattern(l, "usual", IR_LEVEL_INFO), one = add_pattern(l, "one", IR_LEVEL_ERROR);
		size_t two = add_pattern(l, "two", IR_LEVEL_ERROR);

		add_evenly(l, usual, 4000, start, split + HOUR / 4);
		add_evenly(l, one, i ? 30 : 2, start + HOUR / 2, start + HOUR / 2 + HOUR / 6);
		add_evenly(l, two, 30, split, split + HOUR / 6);
		judge(l);
		*(i ? &with : &without) = l->v[two].trend;
		free_log(l);
	}
	IS_INT(without, IR_LOGS_NEW, "an error of 30 events where none of the size came up before is new");
	IS_INT(with, IR_LOGS_FIRST, "where one did, it is only seen first");
}

/* ---- many logs */

static size_t
pick(const double *sums, double r)
{
	size_t lo = 0, hi = PATTERNS - 1;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (sums[mid] < r * sums[PATTERNS - 1])
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* n causes with so many events each on average, of patterns after Zipf, in 75 minutes. */
static void
fill(struct log *l, struct random *r, int n, int burst)
{
	static const char *const names[] = { "info", "warning", "error" };
	static const enum ir_log_level levels[] = { IR_LEVEL_INFO, IR_LEVEL_WARN, IR_LEVEL_ERROR };
	double sums[PATTERNS], sum = 0;

	for (size_t i = 0; i < PATTERNS; i++) {
		double u = uniform(r);
		int bad = u < 0.15 ? 2 : u < 0.25 ? 1 : 0;

		sums[i] = sum += 1 / pow((double)i + 1, 1.1);
		add_pattern(l, names[bad], levels[bad]);
	}
	for (int i = 0; i < n; i++) {
		size_t p = pick(sums, uniform(r));
		double at = uniform(r) * 75 * MINUTE;

		for (int k = 0; k == 0 || uniform(r) < 1 - 1.0 / burst; k++, at += 100)
			add_event(l, p, start + (int64_t)at);
	}
}

/* Patterns that never came are none. */
static void
drop_empty(struct log *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->counts.n; i++) {
		if (l->counts.v[i].events > 0)
			l->counts.v[n++] = l->counts.v[i];
	}
	l->counts.n = n;
}

struct found {
	int news, found, first;
};

/* 100 logs; with a fault of so many events when there are any. */
static struct found
run(double share_after, int faults, int burst)
{
	struct found ret = { 0 };

	for (uint64_t seed = 1; seed <= 100; seed++) {
		struct random r = { seed * 7919 };
		const int64_t split = start + (int64_t)(75 * MINUTE * (1 - share_after));
		struct log *l = new_log(split);
		size_t fault = SIZE_MAX;

		fill(l, &r, 20000 / burst, burst);
		drop_empty(l);
		if (faults > 0)
			fault = add_pattern(l, "fault", IR_LEVEL_ERROR);
		for (int i = 0; i < faults; i++)
			add_event(l, fault, split + (int64_t)(uniform(&r) * (double)(start + 75 * MINUTE - split)));
		judge(l);
		for (size_t i = 0; i < l->counts.n; i++) {
			if (l->v[i].trend == IR_LOGS_NEW)
				*(i == fault ? &ret.found : &ret.news) += 1;
		}
		ret.first += fault != SIZE_MAX && l->order[0] == fault;
		free_log(l);
	}
	return ret;
}

static void
test_many(void)
{
	static const double shares[] = { 0.5, 0.2, 0.05, 0.02 };
	struct found f;

	for (size_t i = 0; i < 4; i++) {
		IS_INT(
		    run(shares[i], 0, 1).news, 0, "no news in 100 logs without a fault, %g after the split", shares[i]);
		IS_INT(run(shares[i], 0, 5).news, 0, "nor where events come in bursts");
	}
	f = run(0.2, 16, 1);
	OK(f.found >= 90 && f.news == 0, "16 events of a fault in 15 minutes: found in %d of 100", f.found);
	OK(f.first >= 95, "and first in %d", f.first);
	f = run(0.02, 12, 1);
	OK(f.found >= 90 && f.news == 0, "12 events in the last 90 seconds: found in %d of 100", f.found);
	f = run(0.2, 5, 1);
	OK(f.first >= 95, "5 events in 15 minutes are not proven new in so long a tail (%d), but come first in %d",
	    f.found, f.first);
}

int
main(void)
{
	test_tails();
	test_verdicts();
	test_no_baseline();
	test_services();
	test_wrong_times();
	test_traffic();
	test_precedent();
	test_many();
	return tap_done();
}
