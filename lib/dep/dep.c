/* dep - one dependency is looked at: once, or twice with a while between, within its time */
#include "dep/dep.h"

#include <math.h>
#include <strings.h>

#include "base/num.h"
#include "dep/found.h"
#include "dep/look.h"

enum { GRACE_US = 5 * 1000 }; /* for a backend that ends by itself, in words of its own */

const struct ir_dep_ops *const ir_dep_backends[] = {
	&ir_dep_postgres,
	&ir_dep_rabbitmq,
	&ir_dep_redis,
	&ir_dep_sentinel,
	&ir_dep_tcp,
	NULL,
};

const struct ir_dep_ops *
ir_dep_by_scheme(const char *url)
{
	const char *end = strstr(url, "://");
	size_t n = end ? strcspn(url, ":+") : 0;

	for (size_t i = 0; n && ir_dep_backends[i]; i++) {
		for (const char *const *s = ir_dep_backends[i]->schemes; s && *s; s++) {
			/* "postgresql+psycopg", or a scheme that has a '+' itself */
			if ((strlen(*s) == n && strncasecmp(*s, url, n) == 0) ||
			    (strlen(*s) == (size_t)(end - url) && strncasecmp(*s, url, strlen(*s)) == 0))
				return ir_dep_backends[i];
		}
	}
	return NULL;
}

/* ---- rows */

void
ir_dep_fresh(struct ir_dep *dep, const char *summary)
{
	struct ir_check *row = dep->row = IR_NEW(dep->ctx->arena, struct ir_check);

	ir_row_init(&ir_kind_check, row);
	row->groups = IR_CHECK_DEP | IR_CHECK_NET;
	row->h.service = dep->service;
	/* of several queues in one place, by name: which is meant */
	row->h.subject = dep->subject;
	if (ir_dep_is_one_queue(dep))
		row->h.subject = ir_asprintf(dep->ctx->arena, "%s#%s", dep->subject, dep->name);
	row->h.summary = summary;
	row->name = dep->name;
	row->type = dep->ops->name;
	row->origin = dep->origin;
	row->dependency = dep->name;
	dep->found = NULL;
	dep->n_found = dep->size_found = 0;
}

void
ir_dep_ready(struct ir_dep *dep)
{
	dep->state = IR_NEW(dep->ctx->arena, struct ir_dep_state);
	dep->state->last.at_us = dep->state->journal.at_us = INT64_MIN;
}

void
ir_dep_forget(struct ir_dep *dep)
{
	ir_sample_done(&dep->state->last);
	ir_sample_done(&dep->state->journal);
	dep->before = NULL;
}

/* ---- one look */

static bool
answered(const struct ir_dep *dep)
{
	return dep->row->h.status == IR_STATUS_OK || dep->row->h.status == IR_STATUS_WARN;
}

/* The rows are as they will be. */
static void
settle(struct ir_dep *dep)
{
	struct ir_dep_state *s = dep->state;
	struct ir_check *row = dep->row;

	s->waits = false;
	row->attempts = s->looks;
	row->h.time_ms = ir_now_ms();
	if (isnan(row->latency_ms) && answered(dep))
		row->latency_ms = (double)(ir_mono_us() - s->begun_us) / 1000;
	if (answered(dep))
		ir_sample_keep(dep);
	ir_dep_found_finish(dep);
}

/* The backend did not come to an end. What it found stays, but not all is well when not all is known. */
static void
cut_off(struct ir_dep *dep)
{
	struct ir_ctx *ctx = dep->ctx;
	struct ir_check *row = dep->row;
	bool spoke = answered(dep);
	const char *said = row->h.summary, *what, *far;
	char limit[IR_NUM_MAX];

	if (!spoke)
		row->h.summary = NULL;
	dep->ops->stop(dep);
	if (row->h.status == IR_STATUS_FAIL)
		return;
	ir_format_duration(limit, dep->state->limit_ms);
	far = row->h.summary && row->h.summary != said ? row->h.summary : NULL;
	if (ctx->stop && *ctx->stop)
		what = spoke ? "interrupted before all was asked" : "interrupted before it answered";
	else if (spoke)
		what = ir_asprintf(ctx->arena, "it answers, but not all could be asked within %s", limit);
	else
		what = ir_asprintf(ctx->arena, "no answer within %s", limit);
	row->h.summary = far ? ir_asprintf(ctx->arena, "%s: %s", what, far) : what;
	row->h.status = IR_STATUS_UNKNOWN;
	if (!spoke)
		row->latency_ms = NAN;
}

static void
finish(struct ir_dep *dep)
{
	struct ir_dep_state *s = dep->state;

	ir_timer_cancel(s->timer);
	s->timer = NULL;
	s->stage = IR_DEP_ENDED;
	ir_loop_release(dep->ctx->loop);
	s->look.ended(s->look.arg, dep);
}

static void begin_look(struct ir_dep *);

static void
on_second(void *arg)
{
	struct ir_dep *dep = arg;

	dep->state->timer = NULL;
	begin_look(dep);
}

/* A second look, when one was asked for and there is time left for it to say anything. */
static bool
pause_for_second(struct ir_dep *dep)
{
	struct ir_dep_state *s = dep->state;
	int64_t at = s->begun_us + s->look.sample_ms * 1000, now = ir_mono_us();

	if (s->look.sample_ms <= 0 || s->looks > 1 || !answered(dep))
		return false;
	if (at < now)
		at = now;
	if (at + (now - s->begun_us) > s->look.last_us)
		return false;
	s->stage = IR_DEP_PAUSING;
	s->timer = ir_loop_at(dep->ctx->loop, at, on_second, dep);
	return true;
}

static void
after_look(struct ir_dep *dep)
{
	ir_timer_cancel(dep->state->timer);
	dep->state->timer = NULL;
	settle(dep);
	if (!pause_for_second(dep))
		finish(dep);
}

static void
on_done(struct ir_dep *dep)
{
	if (dep->state->waits)
		after_look(dep);
}

static void
on_late(void *arg)
{
	struct ir_dep *dep = arg;

	dep->state->timer = NULL;
	cut_off(dep);
	after_look(dep);
}

static void
begin_look(struct ir_dep *dep)
{
	struct ir_dep_state *s = dep->state;
	struct ir_ctx *ctx = dep->ctx;
	int64_t timeout = dep->timeout_ms == INT64_MIN ? s->look.timeout_ms : dep->timeout_ms;
	int64_t at;
	struct ir_err err = IR_ERR_INIT;

	s->begun_us = ir_mono_us();
	at = s->begun_us + timeout * 1000;
	if (at > s->look.last_us)
		at = s->look.last_us;
	s->limit_ms = (at - s->begun_us) / 1000;
	s->stage = IR_DEP_LOOKING;
	s->looks++;
	s->waits = true;
	ir_dep_fresh(dep, NULL);
	ir_sample_begin(dep);
	if (!dep->unready && dep->ops->start(dep, at, on_done, &err) == 0) {
		s->timer = ir_loop_at(ctx->loop, at + GRACE_US, on_late, dep);
		return;
	}
	dep->row->h.status = IR_STATUS_UNKNOWN;
	dep->row->h.summary = dep->unready ? dep->unready : ir_strdup(ctx->arena, err.msg);
	dep->row->hint = dep->unready ? dep->unready_hint : err.hint[0] ? ir_strdup(ctx->arena, err.hint) : NULL;
	settle(dep);
	finish(dep);
}

void
ir_dep_begin(struct ir_dep *dep, const struct ir_dep_look *look)
{
	dep->state->look = *look;
	dep->state->looks = 0;
	ir_loop_hold(dep->ctx->loop);
	begin_look(dep);
}

void
ir_dep_end(struct ir_dep *dep)
{
	struct ir_dep_state *s = dep->state;

	if (s->stage != IR_DEP_LOOKING && s->stage != IR_DEP_PAUSING)
		return;
	ir_timer_cancel(s->timer);
	s->timer = NULL;
	if (s->stage == IR_DEP_LOOKING) {
		cut_off(dep);
		settle(dep);
	}
	s->stage = IR_DEP_ENDED;
	ir_loop_release(dep->ctx->loop);
}
