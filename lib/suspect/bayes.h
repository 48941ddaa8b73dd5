/*
 * bayes - the sums behind suspect.h: how well a rise at an instant explains counts, and how likely a lag is. Pure.
 */
#ifndef IR_SUSPECT_BAYES_H
#define IR_SUSPECT_BAYES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* Events and time up to each boundary: 0 at the first, all at the last. */
struct suspect_sums {
	double *count, *seconds;	/* n of each */
	int64_t *at_ms;
	size_t n;
	double dispersion;
};

/* ln M(count, seconds) for the prior with this mean rate. */
double suspect_log_marginal(double count, double seconds, double mean_rate);

/* ln of the Bayes factor of a rise at boundary i that lasts to the end; that ends at boundary k. -INFINITY: it is no rise. */
double suspect_log_rise(const struct suspect_sums *, size_t i);
double suspect_log_rise_until(const struct suspect_sums *, size_t i, size_t k);

/* The boundary nearest to an instant, the earlier of two. */
size_t suspect_nearest(const struct suspect_sums *, int64_t ms);

/* Set the dispersion: by the likeliest rise. */
void suspect_disperse(struct suspect_sums *);

/* P(the lag that is observed is at most this): the exponentials blurred by the clocks. */
double suspect_lag_below(double seconds);
enum { SUSPECT_LAG_FROM_S = -75, SUSPECT_LAG_TO_S = 3600 };

#endif
