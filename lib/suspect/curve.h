/*
 * curve - how well a rise at each instant explains all sources together. Private to lib/suspect.
 */
#ifndef IR_SUSPECT_CURVE_H
#define IR_SUSPECT_CURVE_H

#include "suspect/bayes.h"
#include "suspect/suspect.h"

struct suspect_source {
	const struct ir_suspect_series *series;	/* or */
	const struct ir_suspect_mark *mark;
	struct suspect_sums sums;		/* of a series */
	double *rise, *burst;			/* ln B at each boundary */
	double most;				/* of them */
};

struct suspect_curve {
	struct suspect_source *v;
	size_t n;
	int64_t from_ms, to_ms, step_ms;
	size_t points;
	double *by_change, *by_other;		/* ln L at each instant */
	double none;				/* ln L of no rise at all */
	double scale;				/* ln of what all are divided by, so that they are numbers */
	double other;				/* mean */
	size_t best;				/* the likeliest instant */
};

/* Not looked at: buckets of no width, negative counts. */
void suspect_curve_make(struct ir_arena *, const struct ir_suspect_case *, struct suspect_curve *);

/* Mean of L over the lags of a change. undone: with an end where it was undone. ret_seen: how much of them lies within the data. */
double suspect_curve_of(const struct suspect_curve *, const struct ir_suspect_change *, bool undone, double *ret_seen);

int64_t suspect_curve_at(const struct suspect_curve *, size_t point);

#endif
