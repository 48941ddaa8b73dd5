/* work_act - what is to be done at a pager's API: which alerts, in which order, and what is told of those that were not reached */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pager/work.h"

enum { MARGIN_US = 2 * 1000000, MARGIN_PART = 4, UNKNOWN_RANK = 2 };

void
ir_pager_item_end(struct ir_pager_item *it, enum ir_status status, const char *reason)
{
	it->status = status;
	it->reason = reason;
}

void
ir_pager_item_has(struct ir_pager_item *it, const char *by)
{
	it->status = IR_STATUS_NOOP;
	it->by = by;
	it->reason = by ? NULL : "somebody has it already";
}

/* ---- choosing */

static bool
is_acked(const struct ir_alert *a)
{
	return strcmp(a->state, "acked") == 0;
}

/* Has somebody else got it? Not known counts as no. */
static bool
of_another(const struct ir_pager_work *w, const struct ir_pager_seen_at *at)
{
	return at && at->holder && w->me && strcmp(at->holder, w->me) != 0;
}

/* NULL: it is to be done. Else the outcome is set. */
static bool
decide(struct ir_pager_work *w, const struct ir_pager_job *job, const struct ir_pager_seen_at *at,
    const struct ir_alert *a, struct ir_pager_item *it)
{
	struct ir_arena *arena = w->pager->look->ctx->arena;
	bool foreign = of_another(w, at);

	if (strcmp(a->state, "resolved") == 0) {
		ir_pager_item_end(it, IR_STATUS_NOOP, "resolved in between");
	} else if (job->verb != IR_PAGER_ACK && !is_acked(a)) {
		ir_pager_item_end(it, IR_STATUS_NOOP, "nobody has acknowledged it");
	} else if (job->verb != IR_PAGER_ACK && foreign && !job->anyone) {
		it->by = a->acked_by;
		ir_pager_item_end(it, IR_STATUS_REFUSED, "somebody else acknowledged it: say --anyone");
	} else if (job->verb == IR_PAGER_ACK && is_acked(a) && !(w->api->takes_over && job->anyone && foreign)) {
		ir_pager_item_has(it, a->acked_by);
		it->until_ms = a->acked_until_ms;
	} else if (job->verb == IR_PAGER_ACK && a->mine == 0 && !job->anyone) {
		ir_pager_item_end(it, IR_STATUS_REFUSED,
		    a->assigned.n
			? ir_asprintf(arena, "it pages %s: say --anyone", ir_list_join(arena, &a->assigned, "", ", "))
			: "it pages somebody else: say --anyone");
	} else {
		return true;
	}
	return false;
}

const struct ir_alert *
ir_pager_work_still(struct ir_pager_work *w, const struct ir_pager_job *job, struct ir_pager_item *it, bool *ret_do)
{
	const struct ir_pager_seen_at *at = ir_pager_seen_find(&w->now_seen, it->alert->alert);

	*ret_do = at && decide(w, job, at, at->alert, it);
	return at ? at->alert : NULL;
}

static int
rank(const char *severity)
{
	static const struct {
		const char *word;
		int rank;
	} known[] = { { "critical", 0 }, { "fatal", 0 }, { "emergency", 0 }, { "page", 0 }, { "disaster", 0 },
		{ "p1", 0 }, { "sev1", 0 }, { "high", 1 }, { "error", 1 }, { "major", 1 }, { "p2", 1 }, { "sev2", 1 },
		{ "p3", 3 }, { "medium", 3 }, { "warning", 4 }, { "warn", 4 }, { "low", 4 }, { "minor", 4 },
		{ "p4", 4 }, { "info", 5 }, { "none", 5 }, { "p5", 5 } };

	for (size_t i = 0; severity && i < sizeof(known) / sizeof(known[0]); i++)
		if (strcasecmp(severity, known[i].word) == 0)
			return known[i].rank;
	return UNKNOWN_RANK;
}

struct order {
	int rank;
	int64_t ms;
	size_t i;
};

/* The gravest first, then the newest: what is asked one by one may not all be reached. */
static int
by_order(const void *a, const void *b)
{
	const struct order *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (x->ms != y->ms)
		return x->ms > y->ms ? -1 : 1;
	return x->i < y->i ? -1 : x->i > y->i;
}

static void
make_steps(struct ir_pager_work *w, struct ir_pager_job *job, const struct order *v, size_t n, const char *verb)
{
	struct ir_arena *arena = w->pager->look->ctx->arena;
	size_t batch = w->api->batch;

	job->n_steps = (n + batch - 1) / batch;
	job->steps = IR_NEW_N(arena, struct ir_pager_step, job->n_steps + 1);
	for (size_t i = 0; i < job->n_steps; i++) {
		struct ir_pager_step *step = &job->steps[i];

		step->n = n - i * batch < batch ? n - i * batch : batch;
		step->items = IR_NEW_N(arena, size_t, step->n);
		for (size_t k = 0; k < step->n; k++)
			step->items[k] = v[i * batch + k].i;
		step->summary = ir_asprintf(
		    arena, "%s %zu %s%s of %s", verb, step->n, w->api->unit, step->n == 1 ? "" : "s", w->pager->name);
	}
}

void
ir_pager_work_choose(struct ir_pager_work *w, struct ir_pager_job *job, const char *verb)
{
	struct ir_arena *arena = w->pager->look->ctx->arena;
	struct order *v = IR_NEW_N(arena, struct order, job->n + 1);
	size_t n = 0;

	for (size_t i = 0; i < job->n; i++) {
		struct ir_pager_item *it = &job->items[i];
		const struct ir_alert *a = it->alert;

		it->until_ms = IR_TIME_NONE;
		if (it->status != IR_STATUS_PLANNED || !decide(w, job, ir_pager_seen_find(&w->listed, a->alert), a, it))
			continue;
		v[n++] = (struct order){ .rank = rank(a->severity), .ms = a->h.time_ms, .i = i };
	}
	if (n)
		qsort(v, n, sizeof(*v), by_order);
	make_steps(w, job, v, n, verb);
	if (job->for_ms && job->verb == IR_PAGER_ACK && !w->api->leases)
		job->cost = "an acknowledgement holds there until it is taken back: --for changes nothing";
}

/* ---- the queue */

void
ir_pager_work_begin(struct ir_pager_work *w, const struct ir_pager_job *job)
{
	const struct ir_ctx *ctx = w->pager->look->ctx;
	int64_t left = ctx->deadline_us - ir_mono_us(), margin = left / MARGIN_PART;

	w->n = w->at = 0;
	w->queue = IR_NEW_N(ctx->arena, size_t, job->n + 1);
	for (size_t i = 0; i < job->n_steps; i++)
		for (size_t k = 0; k < job->steps[i].n && w->n < job->n; k++)
			w->queue[w->n++] = job->steps[i].items[k];
	w->stop_us = ctx->deadline_us - (margin < MARGIN_US ? margin : MARGIN_US);
}

bool
ir_pager_work_late(const struct ir_pager_work *w)
{
	return ir_mono_us() > w->stop_us;
}

void
ir_pager_work_rest(struct ir_pager_work *w, enum ir_status status, const char *reason)
{
	for (; w->at < w->n; w->at++) {
		struct ir_pager_item *it = &w->pager->job->items[w->queue[w->at]];

		if (it->status == IR_STATUS_PLANNED)
			ir_pager_item_end(it, status, reason);
	}
}

void
ir_pager_work_not_sent(struct ir_pager_work *w, const char *why)
{
	ir_pager_work_rest(w, IR_STATUS_FAILED, ir_asprintf(w->pager->look->ctx->arena, "not sent: %s", why));
}

void
ir_pager_work_late_rest(struct ir_pager_work *w)
{
	ir_pager_work_not_sent(w, "the deadline is near: give it more time with -T, or less to do");
}

void
ir_pager_work_stopped_rest(struct ir_pager_work *w)
{
	ir_pager_work_not_sent(w, ir_pager_work_why_stopped(w));
}

const char *
ir_pager_work_why_stopped(const struct ir_pager_work *w)
{
	const struct ir_ctx *ctx = w->pager->look->ctx;

	return ctx->stop && *ctx->stop ? "interrupted" : "the deadline came first: give it more time with -T";
}

bool
ir_pager_work_unclear(const struct ir_http_res *res)
{
	if (!res)
		return false;
	if (res->error)
		return res->phase > IR_HTTP_TLS && res->error != IR_HTTP_LOCAL;
	return res->status >= 500 || (res->status >= 200 && res->status <= 299);
}
