/* bayes - marginals, Bayes factors, dispersion, lags */
#include "suspect/bayes.h"

#include <math.h>

static const double shape = 0.5, least_rise = 1.3;

enum { BLOCK = 8, BLOCKS_MIN = 6, SHRINK = 4 };

static double
log_gamma(double v)
{
	int sign;

	return lgamma_r(v, &sign);
}

double
suspect_log_marginal(double count, double seconds, double mean_rate)
{
	double b = shape / mean_rate;

	return shape * log(b) + log_gamma(shape + count) - log_gamma(shape) - (shape + count) * log(b + seconds);
}

static double
total(const struct suspect_sums *s)
{
	return s->count[s->n - 1];
}

static double
length(const struct suspect_sums *s)
{
	return s->seconds[s->n - 1];
}

/* Two parts of the time, of which the second has to have a rate that anybody would mind. */
static double
log_parts(const struct suspect_sums *s, double count, double seconds)
{
	double all = total(s), whole = length(s), rate = all / whole;
	double rest = all - count, rest_s = whole - seconds;

	if (seconds <= 0 || rest_s <= 0 || all <= 0 || count * rest_s <= least_rise * rest * seconds)
		return -INFINITY;
	return (suspect_log_marginal(rest, rest_s, rate) + suspect_log_marginal(count, seconds, rate) -
		   suspect_log_marginal(all, whole, rate)) /
	       s->dispersion;
}

double
suspect_log_rise_until(const struct suspect_sums *s, size_t i, size_t k)
{
	return i < k ? log_parts(s, s->count[k] - s->count[i], s->seconds[k] - s->seconds[i]) : -INFINITY;
}

double
suspect_log_rise(const struct suspect_sums *s, size_t i)
{
	return suspect_log_rise_until(s, i, s->n - 1);
}

size_t
suspect_nearest(const struct suspect_sums *s, int64_t ms)
{
	size_t lo = 0, hi = s->n - 1;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->at_ms[mid] <= ms)
			lo = mid;
		else
			hi = mid;
	}
	return ms - s->at_ms[lo] > s->at_ms[hi] - ms ? hi : lo;
}

/* ---- dispersion */

/* Pearson's statistic of blocks between two boundaries, and how many blocks there are. */
static double
pearson(const struct suspect_sums *s, size_t from, size_t to, size_t block, double *blocks)
{
	double rate, chi = 0;

	if (to <= from || s->count[to] <= s->count[from])
		return 0;
	rate = (s->count[to] - s->count[from]) / (s->seconds[to] - s->seconds[from]);
	for (size_t i = from; i + block <= to; i += block) {
		double want = rate * (s->seconds[i + block] - s->seconds[i]);
		double off = s->count[i + block] - s->count[i] - want;

		chi += off * off / want;
		*blocks += 1;
	}
	*blocks -= 1;
	return chi;
}

static double
dispersion_of(const struct suspect_sums *s, size_t split, size_t block)
{
	double n = 0, chi = pearson(s, 0, split, block, &n);

	chi += pearson(s, split, s->n - 1, block, &n);
	return n < BLOCKS_MIN ? 1 : (SHRINK + chi) / (SHRINK + n);
}

void
suspect_disperse(struct suspect_sums *s)
{
	double best = -INFINITY, single, blocks;
	size_t split = 0;

	s->dispersion = 1;
	for (size_t i = 1; i + 1 < s->n; i++) {
		double l = suspect_log_rise(s, i);

		if (l > best) {
			best = l;
			split = i;
		}
	}
	single = dispersion_of(s, split, 1);
	blocks = dispersion_of(s, split, BLOCK);
	s->dispersion = fmax(1, fmax(single, blocks));
}

/* ---- lags */

/* Integral of the exponential's distribution from 0 to x. */
static double
integral(double x, double mean)
{
	return x > 0 ? x + mean * expm1(-x / mean) : 0;
}

static double
blurred(double x, double mean, double clocks)
{
	return (integral(x + clocks, mean) - integral(x - clocks, mean)) / (2 * clocks);
}

static double
mixed(double x, double clocks)
{
	return 0.85 * blurred(x, 120, clocks) + 0.15 * blurred(x, 900, clocks);
}

double
suspect_lag_below(double x)
{
	if (x <= SUSPECT_LAG_FROM_S)
		return 0;
	return x >= SUSPECT_LAG_TO_S ? 1 : 0.85 * mixed(x, 15) + 0.15 * mixed(x, 75);
}
