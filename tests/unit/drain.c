/* drain - is a queue draining, growing, stuck, and when is it empty? */
#include <math.h>

#include "queue/drain.h"
#include "tap.h"

#define NONE INT64_MIN

static const double no = (double)NAN;

/* Two looks; arrived and completed between them. */
static struct ir_drain_in
looks(double seconds, int64_t pending0, int64_t pending1, int64_t arrived, int64_t completed)
{
	return (struct ir_drain_in){ .seconds = seconds,
		.pending0 = pending0,
		.pending1 = pending1,
		.arrived = arrived,
		.completed = completed,
		.arrival = no,
		.completion = no };
}

static struct ir_drain_in
same_head(struct ir_drain_in in)
{
	in.same_head = true;
	return in;
}

static struct ir_drain_in
rates(struct ir_drain_in in, double arrival, double completion)
{
	in.arrival = arrival;
	in.completion = completion;
	return in;
}

static bool
near(double a, double b)
{
	return isnan(a) ? isnan(b) : a == b || fabs(a - b) < 1e-9 * (1 + fabs(b));
}

static void
is(const char *what, struct ir_drain_in in, enum ir_trend trend, double arrival, double completion, double eta)
{
	struct ir_drain d = ir_drain(&in);

	IS_STR(ir_trend_names[d.trend], ir_trend_names[trend], "%s: trend", what);
	OK(near(d.arrival_per_s, arrival), "%s: arrival %g, not %g", what, d.arrival_per_s, arrival);
	OK(near(d.completion_per_s, completion), "%s: completion %g, not %g", what, d.completion_per_s, completion);
	OK(near(d.eta_s, eta), "%s: empty in %g, not %g", what, d.eta_s, eta);
}

static void
test_two_looks(void)
{
	is("drained by 100 of 1000 in 10 s", looks(10, 1000, 900, NONE, 100), IR_TREND_DRAINING, 0, 10, 90);
	is("twice as fast as it fills", looks(10, 1000, 900, NONE, 200), IR_TREND_DRAINING, 10, 20, 90);
	is("growing", looks(10, 100, 300, NONE, 50), IR_TREND_GROWING, 25, 5, no);
	is("only arrivals are counted", looks(10, 100, 300, 250, NONE), IR_TREND_GROWING, 25, 5, no);
	is("both are counted", looks(10, 100, 300, 240, 60), IR_TREND_GROWING, 24, 6, no);
	is("neither is", looks(10, 1000, 900, NONE, NONE), IR_TREND_DRAINING, no, no, 90);
	is("a job that runs was taken before it is completed", looks(10, 100, 60, NONE, 0), IR_TREND_DRAINING, 0, 0,
	    15);
}

static void
test_noise(void)
{
	/* 50/s both ways in 2 s: the band is 28 jobs */
	is("28 more are chance", looks(2, 1000, 1028, 114, 86), IR_TREND_STEADY, 57, 43, no);
	is("29 more are not", looks(2, 1000, 1029, 114, 86), IR_TREND_GROWING, 57, 43, no);
	is("28 fewer are chance", looks(2, 1000, 972, 86, 114), IR_TREND_STEADY, 43, 57, no);
	is("29 fewer are not", looks(2, 1000, 971, 86, 114), IR_TREND_DRAINING, 43, 57, 971 * 2.0 / 29);
	is("four more of unknown many are chance", looks(10, 10, 14, NONE, NONE), IR_TREND_STEADY, no, no, no);
	is("five are not", looks(10, 10, 15, NONE, NONE), IR_TREND_GROWING, no, no, no);
	is("a counter that tells of fewer than changed is not believed", looks(10, 10, 15, 0, 0), IR_TREND_GROWING, 0,
	    0, no);
	is("nothing moved", looks(10, 10, 10, NONE, 0), IR_TREND_STEADY, 0, 0, no);
}

static void
test_idle(void)
{
	is("empty, twice", looks(10, 0, 0, NONE, 0), IR_TREND_IDLE, 0, 0, 0);
	is("empty, and busy", looks(10, 0, 0, NONE, 500), IR_TREND_IDLE, 50, 50, 0);
	is("drained", looks(10, 500, 0, NONE, 500), IR_TREND_IDLE, 0, 50, 0);
	is("empty at the only look", looks(no, NONE, 0, NONE, NONE), IR_TREND_IDLE, no, no, 0);
}

static void
test_stuck(void)
{
	is("the same head", same_head(looks(30, 10, 10, NONE, NONE)), IR_TREND_STUCK, no, no, no);
	is("and nothing completed, while more come", same_head(looks(30, 10, 40, NONE, 0)), IR_TREND_STUCK, 1, 0, no);
	is("the end was taken away", same_head(looks(30, 40, 10, NONE, NONE)), IR_TREND_STUCK, no, no, no);
	is("something was completed", same_head(looks(30, 10, 10, NONE, 1)), IR_TREND_STEADY, 1.0 / 30, 1.0 / 30, no);
	is("too soon to say", same_head(looks(4.9, 10, 10, NONE, NONE)), IR_TREND_STEADY, no, no, no);
	is("soon enough", same_head(looks(5, 10, 10, NONE, NONE)), IR_TREND_STUCK, no, no, no);
	is("an empty one is not stuck", same_head(looks(30, 0, 0, NONE, NONE)), IR_TREND_IDLE, no, no, 0);
	is("nor one at its first look", same_head(looks(no, NONE, 10, NONE, NONE)), IR_TREND_UNKNOWN, no, no, no);
}

static void
test_one_look(void)
{
	is("rates of a minute, draining", rates(looks(no, NONE, 100, NONE, NONE), 1, 3), IR_TREND_DRAINING, 1, 3, 50);
	is("growing", rates(looks(no, NONE, 100, NONE, NONE), 3, 1), IR_TREND_GROWING, 3, 1, no);
	is("by chance", rates(looks(no, NONE, 100, NONE, NONE), 1.1, 1), IR_TREND_STEADY, 1.1, 1, no);
	is("one rate alone says nothing", rates(looks(no, NONE, 100, NONE, NONE), no, 1), IR_TREND_UNKNOWN, no, 1, no);
	is("two looks know better", rates(looks(10, 100, 200, NONE, 0), 1, 3), IR_TREND_GROWING, 10, 0, no);
	is("rates of one look where two tell none", rates(looks(10, 100, 200, NONE, NONE), 1, 3), IR_TREND_GROWING, 1,
	    3, no);
}

static void
test_strange(void)
{
	is("nothing known", looks(no, NONE, NONE, NONE, NONE), IR_TREND_UNKNOWN, no, no, no);
	is("not how many are pending", looks(10, 5, NONE, NONE, 3), IR_TREND_UNKNOWN, no, no, no);
	is("not how many were", looks(10, NONE, 5, NONE, 3), IR_TREND_UNKNOWN, no, no, no);
	is("no time between", looks(0, 100, 5, NONE, NONE), IR_TREND_UNKNOWN, no, no, no);
	is("the clock went back", looks(-5, 100, 5, NONE, NONE), IR_TREND_UNKNOWN, no, no, no);
	is("a time without end", looks((double)INFINITY, 100, 5, NONE, NONE), IR_TREND_UNKNOWN, no, no, no);
	is("a counter began anew", looks(10, 1000, 900, NONE, -7), IR_TREND_DRAINING, no, no, 90);
	is("rates without end", rates(looks(no, NONE, 100, NONE, NONE), (double)INFINITY, (double)INFINITY),
	    IR_TREND_UNKNOWN, (double)INFINITY, (double)INFINITY, no);
	is("a negative rate", rates(looks(no, NONE, 100, NONE, NONE), -1, 3), IR_TREND_UNKNOWN, -1, 3, no);
	is("numbers at their end", looks(1, 0, INT64_MAX, NONE, INT64_MAX), IR_TREND_GROWING, 2 * (double)INT64_MAX,
	    (double)INT64_MAX, no);
	is("and back", looks(1, INT64_MAX, 1, NONE, INT64_MAX), IR_TREND_DRAINING, 0, (double)INT64_MAX,
	    1 / (double)INT64_MAX);
}

int
main(void)
{
	test_two_looks();
	test_noise();
	test_idle();
	test_stuck();
	test_one_look();
	test_strange();
	return tap_done();
}
