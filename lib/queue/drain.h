/*
 * drain - is a queue draining, and when will it be empty? Pure
 *
 * Two looks, dt seconds apart: q0 and q1 jobs pending. With completion rate mu = (c1 - c0) / dt the arrival rate is mu + (q1 - q0) / dt, and the queue is empty after
 * q1 / (mu - lambda). A difference within two standard deviations of what independent arrivals and completions would scatter, 2 sqrt((lambda + mu) dt), is no trend.
 * (Poisson processes; Little, "A Proof for the Queuing Formula L = lambda W", 1961, for the wait.)
 */
#ifndef IR_QUEUE_DRAIN_H
#define IR_QUEUE_DRAIN_H

#include <stdbool.h>
#include <stdint.h>

enum ir_trend { IR_TREND_UNKNOWN, IR_TREND_IDLE, IR_TREND_DRAINING, IR_TREND_STEADY, IR_TREND_GROWING, IR_TREND_STUCK };
extern const char *const ir_trend_names[];	/* "idle" "draining" …; [IR_TREND_UNKNOWN] is NULL-like: "" */

struct ir_drain_in {
	double  seconds;		/* between the looks; NAN: there was one look */
	int64_t pending0, pending1;	/* INT64_MIN: not known */
	int64_t completed;		/* between them; INT64_MIN: not known */
	int64_t arrived;		/* likewise */
	bool    same_head;		/* the oldest pending job is the same one; only when both are known */
	double  arrival, completion;	/* what one look tells; NAN */
};

struct ir_drain {
	enum ir_trend trend;
	double arrival_per_s, completion_per_s;	/* NAN: not known */
	double eta_s;				/* until empty; NAN: unknown, or never */
};

struct ir_drain ir_drain(const struct ir_drain_in *);

#endif
