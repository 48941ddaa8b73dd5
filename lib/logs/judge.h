/*
 * judge - which patterns are news since an instant, which come more often, which less? Pure
 *
 * Exposure. p is the share of what was looked at that lies after the split: of the time, or of the events of a typical pattern of the service (the median of those that were known before), whichever speaks against
 * news: the larger for new and more, the smaller for less and gone. So a service that merely has more to do has no news. Where the time begins and ends, is told by most of
 * what was said on each side, and not by the very first and last: the time of a line may be one that it merely mentions.
 *
 * More and less. The exact conditional test (binomial.h) of n1 of n0 + n1, both divided by the pattern's own dispersion before the split (variance by mean of its counts over time, at least 1), since
 * events come in bursts. It counts when there were five events on that side, the rate changed to three times or a third, and chance has less than 10^-6 / (number of patterns).
 *
 * New. Never seen before is not enough: the long tail of rare messages shows something for the first time all the time. A pattern that comes at any time by chance has all its n occasions after the split with
 * probability p^n. For all patterns of the same badness together (errors; warnings; the rest), those with the smallest such probabilities are taken as long as they sum up to less than alpha (Tarone, 1990): what may be
 * called new then has a false one among it in less than alpha of all runs, however long the tail. alpha is 2 in 10^4 for errors, 10^-4 for warnings and the rest. An occasion is not an event, of which a single cause makes
 * many at once, but a sixtieth of the time in which there were any; of errors, each doubling within one counts once more, though no more than there are events by the size of the service's usual bursts. Besides,
 *	- there has to be a baseline: IR_JUDGE_BASELINE events of the service before the split; else it says so
 *	- three events, five of what is no error
 *	- no precedent: where something as bad and at least half as large came up for the first time in the later three quarters of the baseline already, one more of the kind is no news
 * What was not seen before and is not new by this measure is `first`: first seen, which proves nothing. Of errors it is told before all that is as before.
 *
 * tests/unit/logs_judge.c holds to it: logs of 20,000 lines in 2,000 templates after Zipf, with and without bursts, have no news in 100 runs each, whether the split leaves half of the time after it or a fiftieth, and
 * faults of a few events are found. Real logs that change their ways (half of the Loghub samples) have news when such a change is the first of its kind.
 */
#ifndef IR_LOGS_JUDGE_H
#define IR_LOGS_JUDGE_H

#include "logs/counter.h"
#include "rec/kinds.h"

enum { IR_JUDGE_BASELINE = 50 };

enum ir_logs_trend {
	IR_LOGS_NO_BASELINE,
	IR_LOGS_NEW,
	IR_LOGS_FIRST,
	IR_LOGS_MORE,
	IR_LOGS_SAME,
	IR_LOGS_LESS,
	IR_LOGS_GONE,
};
extern const char *const ir_logs_trend_names[];	/* by enum: "no baseline" "new" … */

struct ir_logs_verdict {
	enum ir_logs_trend trend;
	enum ir_status status;		/* fail: an error that is new or more; warn: other errors, warnings that are new or more; ok */
	double before_per_min, after_per_min;	/* NAN: not known */
	double p_log10;			/* of chance making such a difference anywhere among all patterns; NAN: not compared */
	int rank;			/* 0 matters most */
};

/* What was looked at, but for the few lines whose time is none of their own. */
struct ir_logs_span {
	int64_t begin_ms, end_ms;	/* IR_TIME_NONE: there are no times */
};

/* One verdict a pattern, into v[counts->n]. split_ms IR_TIME_NONE: nothing is compared. until_ms: the end of what was looked at; IR_TIME_NONE: the last event. */
struct ir_logs_span ir_logs_judge(const struct ir_logs_counts *, int64_t split_ms, int64_t until_ms, struct ir_logs_verdict *v);

/* Indices of the patterns, into order[counts->n], by what matters: by rank, level, then how clear or how frequent it is. */
void ir_logs_order(const struct ir_logs_counts *, const struct ir_logs_verdict *, size_t *order);

#endif
