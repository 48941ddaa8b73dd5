/* probe - run the targets: limits, attempts, and what is left at the deadline */

#include <math.h>
#include <sys/random.h>

#include "base/num.h"
#include "probe/probe.h"

enum {
	BACKOFF_US = 100 * 1000, /* before the second attempt; doubles */
};

enum stage { WAITING, TRYING, PAUSING, ENDED };

struct ir_probe_state {
	struct ir_probe_run *run;
	enum stage stage;
	size_t host;            /* index of its counter */
	int64_t attempt;        /* begun so far */
	int64_t start_us;       /* of the first one */
	int64_t limit_ms;       /* of the present one */
	const char *failed;     /* what the last failed attempt said */
	struct ir_timer *timer; /* between attempts */
};

struct ir_probe_run {
	struct ir_ctx *ctx;
	struct ir_targets *ts;
	struct ir_probe_opts opts;
	struct ir_target **order;
	size_t next; /* first in order that may still wait */
	size_t active, left;
	size_t files, files_max; /* descriptors that are held, and that may be */
	size_t *hosts;           /* under way a host; 0 is "no host" */
	uint64_t rng;
	bool pumping;
	int64_t margin_us;
};

static void pump(struct ir_probe_run *);

/* When the last attempt has to end; at most a quarter of what is left goes for it. */
static int64_t
last_us(const struct ir_probe_run *run)
{
	return run->ctx->deadline_us - run->margin_us;
}

/* splitmix64: order and jitter need no better */
static uint64_t
random_next(struct ir_probe_run *run)
{
	uint64_t z = run->rng += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static void
finalize(struct ir_target *t)
{
	struct ir_probe_run *run = t->state->run;
	struct ir_check *row = t->row;

	t->state->stage = ENDED;
	row->attempts = t->state->attempt;
	row->h.time_ms = ir_now_ms();
	run->left--;
	if (run->left == 0)
		ir_loop_release(run->ctx->loop);
}

static void
fresh_row(struct ir_target *t)
{
	struct ir_check *row = t->row;

	ir_row_init(&ir_kind_check, row);
	row->groups = t->ops->groups;
	row->h.service = t->service;
	row->h.subject = t->subject;
	row->h.status = IR_STATUS_UNKNOWN;
	row->h.time_ms = IR_TIME_NONE;
	row->name = t->name;
	row->type = t->ops->name;
	row->origin = t->origin;
}

static void
on_pause_over(void *arg)
{
	struct ir_target *t = arg;

	t->state->timer = NULL;
	t->state->stage = WAITING;
	t->state->run->next = 0;
	pump(t->state->run);
}

/* Another attempt: if it is allowed, and can still end before the run does. */
static bool
try_again(struct ir_target *t)
{
	struct ir_probe_state *s = t->state;
	struct ir_probe_run *run = s->run;
	int64_t retries = t->retries == INT64_MIN ? run->opts.retries : t->retries;
	int64_t pause = BACKOFF_US << (s->attempt < 6 ? s->attempt - 1 : 5);
	int64_t at = ir_mono_us() + pause / 2 + (int64_t)(random_next(run) % (uint64_t)pause);

	if (s->attempt > retries || at + BACKOFF_US > run->ctx->deadline_us)
		return false;
	s->failed = t->row->h.summary;
	s->stage = PAUSING;
	s->timer = ir_loop_at(run->ctx->loop, at, on_pause_over, t);
	return true;
}

static void
after_attempt(struct ir_target *t)
{
	struct ir_probe_state *s = t->state;
	struct ir_check *row = t->row;
	struct ir_arena *arena = s->run->ctx->arena;
	bool bad = row->h.status == IR_STATUS_FAIL || row->h.status == IR_STATUS_UNKNOWN;

	if (bad && try_again(t))
		return;
	if (bad && s->attempt > 1)
		row->h.summary = ir_asprintf(arena, "%s (%lld attempts)", row->h.summary, (long long)s->attempt);
	if (!bad && s->failed) {
		/* flapping is not health */
		row->h.status = IR_STATUS_WARN;
		row->h.summary = ir_asprintf(arena, "ok at attempt %lld, before: %s", (long long)s->attempt, s->failed);
	}
	finalize(t);
}

/* One that hangs must leave the others enough time: all together get half of what there is. */
static void
make_ready(struct ir_probe_run *run)
{
	struct ir_ctx *ctx = run->ctx;
	int64_t deadline_us = ctx->deadline_us, now = ir_mono_us();

	ctx->deadline_us = now + (deadline_us - now) / 2;
	for (size_t i = 0; i < run->ts->n; i++) {
		struct ir_target *t = &run->ts->v[i];
		struct ir_err err = IR_ERR_INIT;

		t->unready = NULL;
		if (!t->ops->ready || t->ops->ready(ctx, t, &err) == 0)
			continue;
		t->unready = ir_strdup(ctx->arena, err.msg);
		t->unready_hint = err.hint[0] ? ir_strdup(ctx->arena, err.hint) : NULL;
	}
	ctx->deadline_us = deadline_us;
}

static void
tell_unready(struct ir_target *t)
{
	fresh_row(t);
	t->row->h.summary = t->unready;
	t->row->hint = t->unready_hint;
	finalize(t);
}

static void
enter(const struct ir_target *t)
{
	struct ir_probe_run *run = t->state->run;

	run->active++;
	run->files += t->ops->files;
	run->hosts[t->state->host]++;
}

static void
leave(const struct ir_target *t)
{
	struct ir_probe_run *run = t->state->run;

	run->active--;
	run->files -= t->ops->files;
	run->hosts[t->state->host]--;
}

static void
on_done(struct ir_target *t)
{
	struct ir_probe_run *run = t->state->run;

	leave(t);
	after_attempt(t);
	pump(run);
}

static void
begin(struct ir_target *t)
{
	struct ir_probe_state *s = t->state;
	struct ir_probe_run *run = s->run;
	int64_t now = ir_mono_us(), last = last_us(run);
	int64_t timeout = t->timeout_ms == INT64_MIN ? run->opts.timeout_ms : t->timeout_ms;
	int64_t at = now + timeout * 1000;
	struct ir_err err = IR_ERR_INIT;

	if (at > last)
		at = last;
	if (s->attempt++ == 0)
		s->start_us = now;
	s->limit_ms = (at - now) / 1000;
	s->stage = TRYING;
	fresh_row(t);
	enter(t);
	if (t->ops->start(run->ctx, t, at, on_done, &err) == 0)
		return;
	leave(t);
	t->row->h.status = IR_STATUS_UNKNOWN;
	t->row->h.summary = ir_strdup(run->ctx->arena, err.msg);
	t->row->hint = err.hint[0] ? ir_strdup(run->ctx->arena, err.hint) : NULL;
	finalize(t);
}

/* One more than are under way may be. */
static bool
has_room(const struct ir_probe_run *run, const struct ir_target *t)
{
	if (run->opts.jobs > 0 && run->active >= (size_t)run->opts.jobs)
		return false;
	return run->active == 0 || run->files + t->ops->files <= run->files_max;
}

/* Start all that may start now. */
static void
pump(struct ir_probe_run *run)
{
	bool skipped = false;

	if (run->pumping)
		return;
	run->pumping = true;
	for (size_t i = run->next; i < run->ts->n; i++) {
		struct ir_target *t = run->order[i];
		size_t host = t->state->host;

		if (!has_room(run, t))
			break;
		if (ir_mono_us() > last_us(run)) /* it could not even begin */
			break;
		if (t->state->stage == WAITING) {
			if (host && run->opts.per_host > 0 && run->hosts[host] >= (size_t)run->opts.per_host) {
				skipped = true;
				continue;
			}
			if (t->unready)
				tell_unready(t);
			else
				begin(t);
		}
		if (!skipped)
			run->next = i + 1;
	}
	run->pumping = false;
}

static int
by_host(const void *a, const void *b)
{
	const struct ir_target *x = *(struct ir_target *const *)a, *y = *(struct ir_target *const *)b;

	return strcmp(x->host ? x->host : "", y->host ? y->host : "");
}

/* Number the hosts, then mix the targets: one host's slowness must not hold up another's. */
static void
arrange(struct ir_probe_run *run)
{
	size_t n = run->ts->n, host = 0;

	qsort(run->order, n, sizeof(*run->order), by_host);
	for (size_t i = 0; i < n; i++) {
		struct ir_target *t = run->order[i];

		if (t->host && (i == 0 || by_host(&run->order[i - 1], &run->order[i]) != 0))
			host++;
		t->state->host = t->host ? host : 0;
	}
	for (size_t i = n; i > 1; i--) {
		size_t k = (size_t)(random_next(run) % i);
		struct ir_target *t = run->order[i - 1];

		run->order[i - 1] = run->order[k];
		run->order[k] = t;
	}
}

struct ir_probe_run *
ir_probe_start(struct ir_ctx *ctx, struct ir_targets *ts, const struct ir_probe_opts *opts, struct ir_err *err)
{
	struct ir_probe_run *run = IR_NEW(ctx->arena, struct ir_probe_run);

	(void)err;
	*run =
	    (struct ir_probe_run){ .ctx = ctx, .ts = ts, .opts = *opts, .left = ts->n, .files_max = ir_loop_files() };
	if (getrandom(&run->rng, sizeof(run->rng), GRND_NONBLOCK) < 0)
		run->rng = (uint64_t)ir_mono_us();
	run->order = IR_NEW_N(ctx->arena, struct ir_target *, ts->n + 1);
	run->hosts = IR_NEW_N(ctx->arena, size_t, ts->n + 1);
	for (size_t i = 0; i < ts->n; i++) {
		run->order[i] = &ts->v[i];
		ts->v[i].state = IR_NEW(ctx->arena, struct ir_probe_state);
		ts->v[i].state->run = run;
	}
	arrange(run);
	make_ready(run);
	run->margin_us = ir_loop_margin_us(ctx, ts->n);
	if (ts->n > 0)
		ir_loop_hold(ctx->loop);
	pump(run);
	return run;
}

/* A type that knows how far it got has said so. */
static void
leave_under_way(struct ir_target *t)
{
	struct ir_ctx *ctx = t->state->run->ctx;
	struct ir_check *row = t->row;
	char limit[IR_NUM_MAX];
	const char *what;

	row->h.summary = NULL;
	t->ops->stop(t);
	if (ctx->stop && *ctx->stop)
		what = "interrupted before it answered";
	else
		what = ir_asprintf(ctx->arena, "no answer within %s", ir_format_duration(limit, t->state->limit_ms));
	row->h.summary = row->phase ? ir_asprintf(ctx->arena, "%s (got as far as: %s)", what, row->phase) : what;
	row->h.status = IR_STATUS_UNKNOWN;
	row->latency_ms = NAN;
}

void
ir_probe_finish(struct ir_probe_run *run)
{
	for (size_t i = 0; i < run->ts->n; i++) {
		struct ir_target *t = &run->ts->v[i];

		switch (t->state->stage) {
		case WAITING:
			if (t->state->failed) /* between attempts: the last answer stands */
				break;
			fresh_row(t);
			t->row->h.summary = run->ctx->stop && *run->ctx->stop ? "interrupted before it was started"
									      : "not started before the deadline";
			break;
		case TRYING:
			leave_under_way(t);
			break;
		case PAUSING:
			ir_timer_cancel(t->state->timer);
			break;
		case ENDED:
			continue;
		}
		finalize(t);
	}
}
