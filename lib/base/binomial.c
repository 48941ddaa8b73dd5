/* binomial - exact tails by the continued fraction of the incomplete beta function */
#include "base/binomial.h"

#include <math.h>

/* Lentz' method needs some sqrt(max(a, b)) steps: enough for 10^11 events. */
enum { STEPS_MAX = 1000000 };
static const double tiny = 1e-300, near = 1e-14;

static double
not_zero(double v)
{
	return fabs(v) < tiny ? tiny : v;
}

/* The fraction that I_x(a, b) has as its last factor. */
static double
fraction(double x, double a, double b)
{
	double c = 1, d = 1 / not_zero(1 - (a + b) * x / (a + 1)), h = d;

	for (double m = 1; m < STEPS_MAX; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)), step;

		d = 1 / not_zero(1 + even * d);
		c = not_zero(1 + even / c);
		h *= d * c;
		d = 1 / not_zero(1 + odd * d);
		c = not_zero(1 + odd / c);
		step = d * c;
		h *= step;
		if (fabs(step - 1) < near)
			break;
	}
	return h;
}

static double
log_gamma(double v)
{
	int sign;

	return lgamma_r(v, &sign);
}

/* ln I_x(a, b), where the fraction converges fast. */
static double
log_beta_tail(double x, double a, double b)
{
	double front = log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) + b * log1p(-x);

	return front + log(fraction(x, a, b)) - log(a);
}

/* ln I_x(a, b). */
static double
log_beta(double x, double a, double b)
{
	double other;

	if (x <= 0)
		return -INFINITY;
	if (x >= 1)
		return 0;
	if (x < (a + 1) / (a + b + 2))
		return fmin(log_beta_tail(x, a, b), 0);
	other = exp(log_beta_tail(1 - x, b, a));
	return other < 1 ? log1p(-other) : -INFINITY;
}

double
ir_binomial_upper(double n0, double n1, double p)
{
	return n1 <= 0 ? 0 : log_beta(p, n1, n0 + 1) / M_LN10;
}

double
ir_binomial_lower(double n0, double n1, double p)
{
	return n0 <= 0 ? 0 : log_beta(1 - p, n0, n1 + 1) / M_LN10;
}
