/* drain - is a queue draining, and when will it be empty? */
#include "queue/drain.h"

#include <math.h>

enum {
	STUCK_S = 5,   /* a shorter time without a job taken says little */
	WINDOW_S = 60, /* what the rates of one look are counted over */
};

const char *const ir_trend_names[] = {
	[IR_TREND_UNKNOWN] = "",
	[IR_TREND_IDLE] = "idle",
	[IR_TREND_DRAINING] = "draining",
	[IR_TREND_STEADY] = "steady",
	[IR_TREND_GROWING] = "growing",
	[IR_TREND_STUCK] = "stuck",
};

/* A count as a number; NAN: not known. A negative one is no count: a counter was reset. */
static double
count(int64_t n)
{
	return n < 0 ? (double)NAN : (double)n;
}

static double
positive(double v)
{
	return v > 0 ? v : 0;
}

/* By how much the queue changed, against what independent arrivals and completions scatter. */
static enum ir_trend
judge(double change, double events)
{
	/* there were at least as many as it takes to change so much */
	if (isnan(events) || events < fabs(change))
		events = fabs(change);
	if (change * change <= 4 * events)
		return IR_TREND_STEADY;
	return change > 0 ? IR_TREND_GROWING : IR_TREND_DRAINING;
}

static struct ir_drain
one_look(const struct ir_drain_in *in, double pending)
{
	struct ir_drain ret = {
		.arrival_per_s = in->arrival, .completion_per_s = in->completion, .eta_s = (double)NAN
	};
	double net = in->arrival - in->completion;

	if (!isfinite(net) || in->arrival < 0 || in->completion < 0)
		return ret;
	ret.trend = judge(net * WINDOW_S, (in->arrival + in->completion) * WINDOW_S);
	if (ret.trend == IR_TREND_DRAINING)
		ret.eta_s = pending / -net;
	return ret;
}

static struct ir_drain
two_looks(const struct ir_drain_in *in, double pending, double change)
{
	double completed = count(in->completed), arrived = count(in->arrived), events;
	struct ir_drain ret = { .eta_s = (double)NAN };

	if (isnan(completed))
		completed = isnan(arrived) ? (double)NAN : positive(arrived - change);
	if (isnan(arrived))
		arrived = isnan(completed) ? (double)NAN : positive(completed + change);
	events = arrived + completed;
	ret.arrival_per_s = isnan(arrived) ? in->arrival : arrived / in->seconds;
	ret.completion_per_s = isnan(completed) ? in->completion : completed / in->seconds;
	ret.trend = judge(change, events);
	if (ret.trend == IR_TREND_DRAINING)
		ret.eta_s = pending * in->seconds / -change;
	if (in->same_head && in->seconds >= STUCK_S && in->completed <= 0) {
		ret.trend = IR_TREND_STUCK;
		ret.eta_s = (double)NAN;
	}
	return ret;
}

struct ir_drain
ir_drain(const struct ir_drain_in *in)
{
	double pending = count(in->pending1), before = count(in->pending0);
	struct ir_drain ret;

	if (isfinite(in->seconds) && in->seconds > 0 && !isnan(pending) && !isnan(before))
		ret = two_looks(in, pending, pending - before);
	else
		ret = one_look(in, pending);
	if (isnan(pending))
		ret.trend = IR_TREND_UNKNOWN;
	if (pending <= 0)
		ret.trend = IR_TREND_IDLE;
	if (isnan(pending) || pending <= 0)
		ret.eta_s = isnan(pending) ? (double)NAN : 0;
	return ret;
}
