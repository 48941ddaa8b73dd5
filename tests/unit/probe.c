/* probe - limits, attempts and the deadline, with targets that do as they are told */

#include "base/clock.h"
#include "probe/probe.h"
#include "tap.h"

enum { MS = 1000 };

/* What a target does: fails so many times, takes so long; counts how it is treated. */
struct script {
	int64_t fails, takes_ms;
	bool hangs, cannot;
	struct ir_loop *loop;
	struct ir_timer *timer;
	ir_probe_done *done;
	int starts, stops;
};

static struct ir_arena arena;
static struct ir_ctx ctx;
static size_t now_active, most_active;

static void
on_time(void *arg)
{
	struct ir_target *t = arg;
	struct script *s = t->priv;

	s->timer = NULL;
	now_active--;
	t->row->h.status = s->starts <= s->fails ? IR_STATUS_FAIL : IR_STATUS_OK;
	t->row->h.summary = s->starts <= s->fails ? "bad" : "good";
	s->done(t);
}

static int
prepare(struct ir_ctx *c, struct ir_target *t, struct ir_err *err)
{
	(void)c, (void)t, (void)err;
	return 0;
}

static int
start(struct ir_ctx *c, struct ir_target *t, int64_t at_us, ir_probe_done *done, struct ir_err *err)
{
	struct script *s = t->priv;

	if (s->cannot)
		return ir_fail(err, IR_INTERNAL, "no descriptor left");
	OK(at_us <= c->deadline_us, "an attempt ends within the run");
	s->starts++;
	s->done = done;
	if (++now_active > most_active)
		most_active = now_active;
	if (!s->hangs)
		s->timer = ir_loop_at(c->loop, ir_mono_us() + s->takes_ms * MS, on_time, t);
	return 0;
}

static void
stop(struct ir_target *t)
{
	struct script *s = t->priv;

	s->stops++;
	now_active--;
	ir_timer_cancel(s->timer);
}

static const struct ir_probe_ops scripted = { .name = "http", .prepare = prepare, .start = start, .stop = stop };

static void
run(struct script *scripts, size_t n, struct ir_target *v, const char *host, const struct ir_probe_opts *opts,
    int64_t deadline_ms)
{
	struct ir_targets ts = { .v = v, .n = n };
	struct ir_probe_run *r;
	struct ir_err err = IR_ERR_INIT;

	ctx = (struct ir_ctx){ .arena = &arena, .deadline_us = ir_mono_us() + deadline_ms * MS };
	ir_loop_new(&ctx, &err);
	now_active = most_active = 0;
	for (size_t i = 0; i < n; i++) {
		v[i] = (struct ir_target){ .name = "x",
			.service = "",
			.subject = "x",
			.host = host,
			.origin = "operand",
			.ops = &scripted,
			.timeout_ms = INT64_MIN,
			.retries = INT64_MIN,
			.row = IR_NEW(&arena, struct ir_check),
			.priv = &scripts[i] };
	}
	r = ir_probe_start(&ctx, &ts, opts, &err);
	ir_loop_run(ctx.loop, NULL, NULL);
	ir_probe_finish(r);
	ir_loop_free(ctx.loop);
}

static void
test_plain(void)
{
	struct script s[3] = { { .takes_ms = 1 }, { .fails = 9, .takes_ms = 2 }, { .cannot = true } };
	struct ir_target t[3];

	run(s, 3, t, NULL, &(struct ir_probe_opts){ .timeout_ms = 1000 }, 5000);
	IS_INT(t[0].row->h.status, IR_STATUS_OK, "good");
	IS_INT(t[0].row->attempts, 1, "at once");
	IS_INT(t[1].row->h.status, IR_STATUS_FAIL, "bad");
	IS_STR(t[1].row->h.summary, "bad", "with its words");
	IS_INT(t[2].row->h.status, IR_STATUS_UNKNOWN, "one that cannot be started is not known");
	IS_STR(t[2].row->h.summary, "no descriptor left", "and says why");
	IS_INT(most_active, 2, "all at once");
}

static void
test_attempts(void)
{
	struct script s[2] = { { .fails = 2 }, { .fails = 9 } };
	struct ir_target t[2];

	run(s, 2, t, NULL, &(struct ir_probe_opts){ .timeout_ms = 1000, .retries = 2 }, 5000);
	IS_INT(s[0].starts, 3, "two more attempts");
	IS_INT(t[0].row->h.status, IR_STATUS_WARN, "good at last is a warning");
	IS_STR(t[0].row->h.summary, "ok at attempt 3, before: bad", "and says so");
	IS_INT(s[1].starts, 3, "no more than that");
	IS_STR(t[1].row->h.summary, "bad (3 attempts)", "bad all the same");
	IS_INT(t[1].row->attempts, 3, "attempts");
	s[0] = (struct script){ .fails = 9 };
	s[1] = (struct script){ .takes_ms = 1 };
	run(s, 2, t, NULL, &(struct ir_probe_opts){ .timeout_ms = 1000, .retries = 20 }, 400);
	IS_INT(t[0].row->h.status, IR_STATUS_FAIL, "attempts end with the run: the last answer stands");
	OK(s[0].starts > 1 && s[0].starts < 6, "and pauses grow (%d attempts)", s[0].starts);
	IS_INT(s[1].starts, 1, "what is good is not asked again");
}

static void
test_limits(void)
{
	struct script s[9];
	struct ir_target t[9];
	int64_t begin;

	for (size_t i = 0; i < 9; i++)
		s[i] = (struct script){ .takes_ms = 5 };
	run(s, 9, t, NULL, &(struct ir_probe_opts){ .timeout_ms = 1000, .jobs = 2 }, 5000);
	IS_INT(most_active, 2, "two at once");
	for (size_t i = 0; i < 9; i++)
		s[i] = (struct script){ .takes_ms = 5 };
	run(s, 9, t, "h", &(struct ir_probe_opts){ .timeout_ms = 1000, .per_host = 3 }, 5000);
	IS_INT(most_active, 3, "three at once against one host");
	for (size_t i = 0; i < 9; i++)
		IS_INT(t[i].row->h.status, IR_STATUS_OK, "all are asked in the end");
	for (size_t i = 0; i < 9; i++)
		s[i] = (struct script){ .hangs = true };
	begin = ir_mono_us();
	run(s, 9, t, NULL, &(struct ir_probe_opts){ .timeout_ms = 60000, .jobs = 4 }, 200);
	OK(ir_mono_us() - begin < 1000 * MS, "the deadline holds");
	begin = 0;
	for (size_t i = 0; i < 9; i++) {
		IS_INT(t[i].row->h.status, IR_STATUS_UNKNOWN, "not known");
		begin += strcmp(t[i].row->h.summary, "not started before the deadline") == 0;
		IS_INT(s[i].stops, s[i].starts, "ended, if begun");
	}
	IS_INT(begin, 5, "five were not begun, and say so");
}

static void
test_none(void)
{
	struct ir_target t[1];

	run(NULL, 0, t, NULL, &(struct ir_probe_opts){ .timeout_ms = 1000 }, 5000);
	OK(true, "no targets: nothing to wait for");
}

int
main(void)
{
	test_plain();
	test_attempts();
	test_limits();
	test_none();
	ir_arena_done(&arena);
	return tap_done();
}
