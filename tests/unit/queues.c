/* queues - how one queue is judged and said */
#include <math.h>

#include "dep/found.h"
#include "dep/sample.h"
#include "dep_fixture.h"
#include "queue/queue.h"

static struct ir_arena arena;
static struct ir_ctx ctx = { .arena = &arena };
static const struct ir_dep_ops ops = { .name = "redis" };
static struct ir_dep dep;

/* A broker whose section says these lines, at its first look. */
static void
broker(const char *lines)
{
	dep_fixture(&dep, &ctx, &ops, "queue", "broker", lines);
	dep.service = "worker";
	dep.subject = "redis://broker:6379/0";
	ir_dep_fresh(&dep, NULL);
}

/* The next look, so many seconds after the one that was. */
static void
next_look(double seconds)
{
	ir_sample_keep(&dep);
	dep.state->last.at_us -= (int64_t)(seconds * 1e6);
	ir_dep_fresh(&dep, NULL);
	ir_sample_begin(&dep);
}

static struct ir_queue_facts
facts(int64_t pending, double oldest_s, int64_t consumers)
{
	struct ir_queue_facts f = IR_QUEUE_FACTS_NONE;

	f.type = "celery";
	f.queue = "default";
	f.pending = pending;
	f.oldest_s = oldest_s;
	f.consumers = consumers;
	return f;
}

/* "a" "b" "c": one id a letter. */
static struct ir_list
ids(const char *letters)
{
	struct ir_list l = { 0 };

	for (; *letters; letters++)
		ir_list_add(&arena, &l, ir_strndup(&arena, letters, 1));
	return l;
}

static const struct ir_check *
is(const struct ir_queue_facts *f, enum ir_status status, const char *summary)
{
	const struct ir_check *row = ir_dep_queue(&dep, f);

	IS_STR(row->h.summary, summary, "%s", summary);
	IS_STR(ir_status_names[row->h.status], ir_status_names[status], "is %s", ir_status_names[status]);
	return row;
}

static const double none = (double)NAN;

static void
test_first_look(void)
{
	struct ir_queue_facts f = facts(3, 2.5, 4);
	const struct ir_check *row;

	broker("");
	row = is(&f, IR_STATUS_OK, "3 pending, oldest 2.5s, 4 workers");
	IS_STR(row->name, "broker/celery/default", "called after all three");
	IS_STR(row->h.subject, "redis://broker:6379/0#celery/default", "where it is");
	IS_STR(row->h.service, "worker", "whose");
	IS_STR(row->job_system, "celery", "system");
	IS_STR(row->queue, "default", "queue");
	IS_INT(row->groups, IR_CHECK_DEP | IR_CHECK_QUEUE, "groups");
	OK(row->jobs_pending == 3 && row->consumers == 4 && row->oldest_pending_s == 2.5 &&
		row->jobs_failed == INT64_MIN,
	    "members");
	IS_STR(row->trend, NULL, "one look tells no trend");
	IS_INT(row->paused, 0, "not paused");
	f = facts(0, none, 1);
	row = is(&f, IR_STATUS_OK, "nothing pending, 1 worker");
	IS_STR(row->trend, "idle", "idle");
	IS_STR(row->hint, NULL, "nothing to do");
	f = facts(0, none, 0);
	is(&f, IR_STATUS_WARN, "no worker alive, nothing pending");
	f = facts(1240, 12 * 60, 0);
	row = is(&f, IR_STATUS_FAIL, "no worker alive, oldest waits 12m, 1240 pending");
	IS_STR(row->hint, "start a worker: celery -A APP worker -Q default", "what to run");
	f.queue = "x; reboot";
	row = ir_dep_queue(&dep, &f);
	IS_STR(row->hint, "start a worker: celery -A APP worker -Q QUEUE",
	    "but nothing that a shell would take otherwise");
	f = facts(1240, 15 * 60, 2);
	row = is(&f, IR_STATUS_FAIL, "oldest waits 15m, 1240 pending, 2 workers");
	IS_STR(row->hint, "see what the workers do: celery -A APP inspect active", "what to run");
	f = facts(1240, 60, INT64_MIN);
	is(&f, IR_STATUS_WARN, "oldest waits 1m, 1240 pending");
	f = facts(INT64_MIN, none, 3);
	is(&f, IR_STATUS_UNKNOWN, "how many are pending could not be read, 3 workers");
	f = facts(12, none, 3);
	f.estimate = true;
	f.note = "priority lists 3 and 6 counted in";
	row = is(&f, IR_STATUS_OK, "about 12 pending, 3 workers (priority lists 3 and 6 counted in)");
	IS_STR(row->facts.v[0], "estimate=yes", "a fact");
	f = facts(0, none, 2);
	f.running = 2;
	f.running_s = 2 * 3600;
	f.scheduled = 5;
	f.failed = 7;
	is(&f, IR_STATUS_WARN,
	    "one has been running for 2h, nothing pending, 2 workers, 2 running, 7 failed before, 5 due later");
	f = facts(3, 1, 2);
	f.paused = true;
	row = is(&f, IR_STATUS_WARN, "paused, 3 pending, oldest 1s, 2 workers");
	IS_INT(row->paused, 1, "paused");
	f = facts(3, none, 1);
	f.queue = "";
	row = is(&f, IR_STATUS_OK, "3 pending, 1 worker");
	IS_STR(row->name, "broker/celery", "a system with one queue");
}

static void
test_set(void)
{
	struct ir_queue_facts f = facts(100, 120, 0);

	broker("warn = oldest off\nfail = consumers off\nwarn = pending 100\nwarn = paused off\n");
	is(&f, IR_STATUS_WARN, "100 pending, oldest 2m, no worker alive");
	f = facts(99, 120, 0);
	f.paused = true;
	is(&f, IR_STATUS_OK, "99 pending, oldest 2m, paused, no worker alive");
	broker("warn = consumers 2\n");
	f = facts(1, none, 2);
	is(&f, IR_STATUS_WARN, "2 workers, 1 pending");
}

static void
test_trend(void)
{
	struct ir_queue_facts f = facts(1000, 5, 4);
	const struct ir_check *row;

	broker("");
	f.completed_total = 50;
	f.failed = 3;
	ir_dep_queue(&dep, &f);
	next_look(10);
	f.pending = 880;
	f.completed_total = 170;
	row = is(&f, IR_STATUS_OK, "880 pending, oldest 5s, empty in 1m13s, 4 workers, 3 failed before");
	OK(fabs(row->completion_per_s - 12) < 0.1 && fabs(row->arrival_per_s) < 0.1 && fabs(row->drain_s - 73.3) < 1,
	    "rates: %g %g, empty in %g", row->arrival_per_s, row->completion_per_s, row->drain_s);
	IS_STR(row->trend, "draining", "draining");
	next_look(10);
	f.pending = 1000;
	f.failed = 5;
	row = is(&f, IR_STATUS_WARN, "growing by 12/s, 2 more failed in 10s, 1000 pending, oldest 5s, 4 workers");
	IS_STR(row->trend, "growing", "growing");
	next_look(3600 - 1);
	f.pending = 1500;
	row = is(&f, IR_STATUS_WARN, "growing by 8.3/min, 1500 pending, oldest 5s, 4 workers, 5 failed before");
	next_look(3601);
	f.pending = 9000;
	is(&f, IR_STATUS_OK, "9000 pending, oldest 5s, 4 workers, 5 failed before");
	next_look(10);
	f.pending = 9005;
	f.completed_total = 500;
	row = is(&f, IR_STATUS_OK, "9005 pending, oldest 5s, 4 workers, 5 failed before");
	IS_STR(row->trend, "steady", "chance is no trend");
	f.failed = 1;
	next_look(10);
	is(&f, IR_STATUS_OK, "9005 pending, oldest 5s, 4 workers, 1 failed before");
	broker("warn = growing 15/s\nwarn = failed off\n");
	f = facts(100, none, 1);
	f.failed = 0;
	ir_dep_queue(&dep, &f);
	next_look(10);
	f.pending = 200;
	f.failed = 9;
	is(&f, IR_STATUS_OK, "200 pending, growing by 10/s, 1 worker, 9 more failed in 10s");
	next_look(10);
	f.pending = 400;
	is(&f, IR_STATUS_WARN, "growing by 20/s, 400 pending, 1 worker, 9 failed before");
}

static void
test_stuck(void)
{
	struct ir_queue_facts f = facts(3, 30, INT64_MIN);
	const struct ir_check *row;

	broker("");
	f.next = ids("abc");
	ir_dep_queue(&dep, &f);
	next_look(3);
	is(&f, IR_STATUS_OK, "3 pending, oldest 30s");
	next_look(20);
	row = is(&f, IR_STATUS_WARN, "nothing taken in 20s, 3 pending, oldest 30s");
	IS_STR(row->trend, "stuck", "stuck");
	f.consumers = 0;
	next_look(20);
	is(&f, IR_STATUS_FAIL, "nothing taken in 20s, no worker alive, 3 pending, oldest 30s");
	f.consumers = 2;
	next_look(20);
	row = is(&f, IR_STATUS_OK, "3 pending, oldest 30s, 2 workers");
	IS_STR(row->trend, "steady", "with workers alive it may be a long one");
	f.consumers = 0;
	f.completed_total = 5;
	next_look(20);
	ir_dep_queue(&dep, &f);
	f.completed_total = 6;
	next_look(20);
	row = is(&f, IR_STATUS_FAIL, "no worker alive, 3 pending, oldest 30s");
	IS_STR(row->trend, "steady", "something was completed");
	f.completed_total = 6;
	f.next = ids("bcd");
	next_look(20);
	row = is(&f, IR_STATUS_FAIL, "no worker alive, 3 pending, oldest 30s");
	IS_STR(row->trend, "steady", "another head");
	f.next = ids("");
	f.completed_total = INT64_MIN;
	next_look(20);
	row = is(&f, IR_STATUS_FAIL, "no worker alive, 3 pending, oldest 30s");
	IS_STR(row->trend, "steady", "no head known");
}

/* Ids of both looks tell how many were taken. */
static void
test_taken(void)
{
	struct ir_queue_facts f = facts(6, none, 2);
	const struct ir_check *row;

	broker("");
	f.next = ids("abcdef");
	ir_dep_queue(&dep, &f);
	next_look(2);
	f.next = ids("efghij");
	row = ir_dep_queue(&dep, &f);
	OK(fabs(row->completion_per_s - 2) < 0.1 && fabs(row->arrival_per_s - 2) < 0.1, "four were taken: %g",
	    row->completion_per_s);
	next_look(2);
	f.next = ids("xyz");
	row = ir_dep_queue(&dep, &f);
	OK(isnan(row->completion_per_s), "at least so many is no number");
}

static void
test_one_queue(void)
{
	struct ir_queue_facts f = facts(3, 1000, 1);

	broker("table = jobs\n");
	OK(ir_dep_is_one_queue(&dep), "a table is one queue");
	ir_dep_answers(&dep, "Redis 7 answers");
	dep.row->server = "Redis 7";
	ir_dep_queue(&dep, &f);
	ir_dep_found_finish(&dep);
	IS_INT(dep.n_found, 0, "one row");
	IS_STR(dep.row->h.summary, "oldest waits 16m40s, 3 pending, 1 worker", "that of the queue");
	IS_INT(dep.row->h.status, IR_STATUS_FAIL, "its status");
	OK(dep.row->hint, "and hint");
	IS_STR(dep.row->server, "Redis 7", "and of the server");
	IS_INT(dep.row->jobs_pending, 3, "with its members");
	OK(dep.row->groups & IR_CHECK_QUEUE, "and groups");
	broker("name = default\n");
	OK(ir_dep_is_one_queue(&dep), "one name is one queue");
	ir_dep_fails(&dep, IR_STATUS_UNKNOWN, NULL, "it broke off");
	ir_dep_queue(&dep, &f);
	ir_dep_found_finish(&dep);
	IS_STR(dep.row->h.summary, "it broke off", "what is bad about the server is said");
	IS_INT(dep.row->h.status, IR_STATUS_UNKNOWN, "and stays");
	broker("name = default\nname = low\n");
	OK(!ir_dep_is_one_queue(&dep), "two names are two");
	broker("table = jobs\nqueue-column = queue\n");
	OK(!ir_dep_is_one_queue(&dep), "a table of queues is many");
	broker("");
	OK(!ir_dep_is_one_queue(&dep), "nor is whatever is there");
}

int
main(void)
{
	test_first_look();
	test_set();
	test_trend();
	test_stuck();
	test_taken();
	test_one_queue();
	ir_dep_forget(&dep);
	ir_arena_done(&arena);
	return tap_done();
}
