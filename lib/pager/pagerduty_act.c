/* pagerduty_act - incidents acknowledged in bulk, handed back, held for longer; what the answer says of each */
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "pager/pagerduty.h"
#include "rec/foreign.h"

enum { MOMENT_US = 2 * 1000000, REFUSED_ROW = 3, SNOOZE_MAX_S = 604800 };

static void go_on(struct pagerduty *);

static struct ir_pager_item *
item(const struct pagerduty *d, size_t i)
{
	return &d->w.pager->job->items[i];
}

int
ir_pagerduty_choose(struct ir_pager *p, struct ir_pager_job *job, struct ir_err *err)
{
	static const char *const verbs[] = { "acknowledge", "snooze", "trigger again" };
	struct pagerduty *d = ir_pager_work_of(p, &ir_pager_pagerduty_api, sizeof(*d));

	if (!d->w.from) {
		ir_fail(err, IR_CONFIG,
		    "pager '%s': PagerDuty wants to know in whose name, and the key belongs to no user", p->name);
		return ir_hint(err, "write user = E-MAIL at %s", p->origin ? p->origin : p->name);
	}
	ir_pager_work_choose(&d->w, job, verbs[job->verb]);
	return 0;
}

/* ---- pure: a PUT and its answer */

json_t *
ir_pagerduty_body(const struct pagerduty *d, const struct ir_pager_job *job)
{
	json_t *all = json_array(), *root = json_object();

	for (size_t i = 0; i < d->n_sent; i++) {
		json_t *o = json_object();

		json_object_set_new(o, "id", json_string(job->items[d->sent[i]].alert->alert));
		json_object_set_new(o, "type", json_string("incident_reference"));
		json_object_set_new(
		    o, "status", json_string(job->verb == IR_PAGER_UNACK ? "triggered" : "acknowledged"));
		json_array_append_new(all, o);
	}
	json_object_set_new(root, "incidents", all);
	return root;
}

/* By what PagerDuty shows of it now: who acknowledged it first has it. */
static void
settle(const struct pagerduty *d, struct ir_pager_item *it, const struct ir_pager_seen_at *at)
{
	const struct ir_pager_job *job = d->w.pager->job;
	const struct ir_alert *a = at->alert;
	bool acked = strcmp(a->state, "acked") == 0,
	     first = !at->holder || !d->w.me || strcmp(at->holder, d->w.me) == 0;

	if (strcmp(a->state, "resolved") == 0) {
		ir_pager_item_end(it, IR_STATUS_NOOP, "resolved in between");
	} else if (job->verb == IR_PAGER_UNACK) {
		ir_pager_item_end(it, acked ? IR_STATUS_FAILED : IR_STATUS_DONE,
		    acked ? "PagerDuty still shows it acknowledged" : NULL);
	} else if (!acked) {
		ir_pager_item_end(it, IR_STATUS_FAILED, "PagerDuty still shows it triggered");
	} else if (!first && !(job->anyone && at->ours)) {
		ir_pager_item_has(it, a->acked_by);
		it->until_ms = a->acked_until_ms;
	} else {
		ir_pager_item_end(it, IR_STATUS_DONE, NULL);
		it->until_ms = a->acked_until_ms;
	}
}

bool
ir_pagerduty_settle(struct pagerduty *d, const json_t *root)
{
	const json_t *all = json_object_get(root, "incidents");
	struct ir_pager_seen seen = { 0 };
	struct ir_pager answer = { .ops = d->w.pager->ops, .name = d->w.pager->name, .look = d->w.pager->look };
	bool whole = true;

	d->w.into = &answer;
	d->w.seen = &seen;
	for (size_t i = 0; json_is_array(all) && i < json_array_size(all); i++)
		ir_pagerduty_incident(&d->w, json_array_get(all, i));
	for (size_t i = 0; i < d->n_sent; i++) {
		const struct ir_pager_seen_at *at = ir_pager_seen_find(&seen, item(d, d->sent[i])->alert->alert);

		if (at)
			settle(d, item(d, d->sent[i]), at);
		whole = whole && at;
	}
	d->w.into = NULL;
	d->w.seen = NULL;
	return whole;
}

/* ---- longer: a snooze */

static bool
holds_next(struct pagerduty *d)
{
	/* a renewal was a snooze itself */
	if (d->w.pager->job->verb != IR_PAGER_ACK)
		return false;
	for (; d->hold_ms && d->hold_at < d->w.n; d->hold_at++)
		if (item(d, d->w.queue[d->hold_at])->status == IR_STATUS_DONE)
			return true;
	return false;
}

static void
on_held(struct ir_pager_work *w, const struct ir_http_res *res, const json_t *root, const struct ir_err *why)
{
	struct pagerduty *d = (struct pagerduty *)w;
	const json_t *incident = json_object_get(root, "incident");
	bool renew = w->pager->job->verb == IR_PAGER_RENEW;
	struct ir_pager_item *it = item(d, renew ? d->sent[0] : w->queue[d->hold_at]);

	if (!renew)
		d->hold_at++;
	if (!why) {
		ir_pager_item_end(it, IR_STATUS_DONE, NULL);
		it->until_ms = ir_pagerduty_until(incident, IR_TIME_NONE);
		if (it->until_ms == IR_TIME_NONE)
			it->until_ms = ir_now_ms() + d->hold_ms;
	} else if (!renew) {
		it->reason = ir_asprintf(w->pager->look->ctx->arena, "but not for as long as asked: %s", why->msg);
	} else {
		ir_pager_item_end(it, ir_pager_work_unclear(res) ? IR_STATUS_UNKNOWN : IR_STATUS_FAILED,
		    ir_strdup(w->pager->look->ctx->arena, why->msg));
	}
	go_on(d);
}

static int
hold(struct pagerduty *d, size_t i, struct ir_err *err)
{
	int64_t s = (d->hold_ms + 999) / 1000;
	json_t *body = json_object();

	json_object_set_new(body, "duration", json_integer(s > SNOOZE_MAX_S ? SNOOZE_MAX_S : s));
	return ir_pager_work_ask(&d->w, IR_WRITE, "POST",
	    ir_asprintf(d->w.pager->look->ctx->arena, "/incidents/%s/snooze", item(d, i)->alert->alert), body, on_held,
	    err);
}

/* ---- the end */

/* After a write whose answer left it open. */
static void
on_back(struct ir_pager_work *w, const struct ir_err *why)
{
	struct pagerduty *d = (struct pagerduty *)w;
	struct ir_arena *arena = w->pager->look->ctx->arena;

	d->unclear = false;
	for (size_t i = 0; i < w->pager->job->n; i++) {
		struct ir_pager_item *it = &w->pager->job->items[i];
		const struct ir_pager_seen_at *at = ir_pager_seen_find(&w->now_seen, it->alert->alert);

		if (it->status != IR_STATUS_PLANNED)
			continue;
		if (at && !why)
			settle(d, it, at);
		if (it->status == IR_STATUS_FAILED || it->status == IR_STATUS_PLANNED)
			ir_pager_item_end(it, IR_STATUS_UNKNOWN,
			    ir_asprintf(arena, "%s; read back: %s", d->last.msg,
				why  ? why->msg
				: at ? it->reason
				     : "it is not among the open incidents any more"));
	}
	go_on(d);
}

/* Nothing more can be sent. */
static void
give_up(struct pagerduty *d, const char *why)
{
	ir_pager_work_not_sent(&d->w, why);
	for (; d->gone_at < d->n_gone; d->gone_at++)
		ir_pager_item_end(item(d, d->gone[d->gone_at]), IR_STATUS_FAILED,
		    ir_asprintf(d->w.pager->look->ctx->arena, "not sent: %s", why));
	d->hold_at = d->w.n;
}

/* ---- PUTs */

static void
fail_sent(struct pagerduty *d, const struct ir_err *why)
{
	const char *words = ir_strdup(d->w.pager->look->ctx->arena, why->msg);

	for (size_t i = 0; i < d->n_sent; i++)
		ir_pager_item_end(item(d, d->sent[i]), IR_STATUS_FAILED, words);
}

/* Too many at once, or one among them that is refused: fewer. */
static bool
halves(struct pagerduty *d, const struct ir_http_res *res)
{
	bool too_large = res->status == 413;

	if ((!too_large && res->status != 400) || d->n_sent < 2 || d->refused >= REFUSED_ROW)
		return false;
	d->limit = d->n_sent / 2;
	if (too_large)
		d->cap = d->limit;
	d->w.at = d->from_at;
	return true;
}

static void
on_refused(struct pagerduty *d, const struct ir_http_res *res, const struct ir_err *why)
{
	if (res && !res->error && halves(d, res))
		return;
	d->last = *why;
	if (ir_pager_work_unclear(res)) {
		d->unclear = true;
		give_up(d, d->last.msg);
		return;
	}
	fail_sent(d, why);
	if (!res || res->error || res->status != 400)
		give_up(d, d->last.msg);
	else if (++d->refused >= REFUSED_ROW)
		d->limit = d->cap;
}

static void
on_put(struct ir_pager_work *w, const struct ir_http_res *res, const json_t *root, const struct ir_err *why)
{
	struct pagerduty *d = (struct pagerduty *)w;

	if (why) {
		on_refused(d, res, why);
	} else {
		d->refused = 0;
		d->limit = 2 * d->limit < d->cap ? 2 * d->limit : d->cap;
		if (!ir_pagerduty_settle(d, root)) {
			d->unclear = true;
			ir_fail(&d->last, IR_BACKEND, "PagerDuty took it, and its answer does not speak of this one");
		}
	}
	go_on(d);
}

static int
put(struct pagerduty *d, struct ir_err *err)
{
	if (d->w.pager->job->verb == IR_PAGER_RENEW)
		return hold(d, d->sent[0], err);
	return ir_pager_work_ask(
	    &d->w, IR_WRITE, "PUT", "/incidents", ir_pagerduty_body(d, d->w.pager->job), on_put, err);
}

/* What the newest list shows open, up to the limit; what it does not show is looked at by itself. */
static void
collect(struct pagerduty *d)
{
	struct ir_pager_work *w = &d->w;

	d->fresh = false;
	d->n_sent = 0;
	d->from_at = w->at;
	for (; w->at < w->n && d->n_sent < d->limit; w->at++) {
		struct ir_pager_item *it = item(d, w->queue[w->at]);
		bool wanted;

		if (it->status != IR_STATUS_PLANNED)
			continue;
		if (!ir_pager_work_still(w, w->pager->job, it, &wanted) && !d->is_gone[w->queue[w->at]]) {
			d->is_gone[w->queue[w->at]] = true;
			d->gone[d->n_gone++] = w->queue[w->at];
		}
		if (wanted)
			d->sent[d->n_sent++] = w->queue[w->at];
	}
}

static void
on_now(struct ir_pager_work *w, const struct ir_err *why)
{
	struct pagerduty *d = (struct pagerduty *)w;

	d->fresh = true;
	/* of a list that is not whole, what it does show counts */
	if (why && w->now.n == 0)
		give_up(d, why->msg);
	go_on(d);
}

/* One that the list did not show: it was resolved, or pages moved while they were read. */
static void
on_one(struct ir_pager_work *w, const struct ir_http_res *res, const json_t *root, const struct ir_err *why)
{
	struct pagerduty *d = (struct pagerduty *)w;
	size_t i = d->gone[d->gone_at++];
	struct ir_pager_item *it = item(d, i);
	struct ir_err err = IR_ERR_INIT;
	bool wanted = false;

	w->into = &w->now;
	w->seen = &w->now_seen;
	if (res && res->status == 404)
		ir_pager_item_end(it, IR_STATUS_NOOP, "PagerDuty has it no more");
	else if (why)
		ir_pager_item_end(
		    it, IR_STATUS_FAILED, ir_asprintf(w->pager->look->ctx->arena, "not sent: %s", why->msg));
	else if (!ir_pagerduty_incident(w, json_object_get(root, "incident")) ||
		 !ir_pager_work_still(w, w->pager->job, it, &wanted))
		ir_pager_item_end(it, IR_STATUS_UNKNOWN, "PagerDuty does not tell what became of it");
	d->n_sent = 1;
	d->sent[0] = i;
	if (wanted && put(d, &err) == 0)
		return;
	if (wanted)
		fail_sent(d, &err);
	go_on(d);
}

/* ---- what comes next */

static bool
is_stale(const struct pagerduty *d)
{
	return !d->fresh && (!d->w.now_us || d->w.now_us < d->began_us || ir_mono_us() - d->w.now_us > MOMENT_US);
}

/* The next request; 0: there is none. */
static int
next(struct pagerduty *d, struct ir_err *err)
{
	struct ir_pager_work *w = &d->w;
	bool late = ir_pager_work_late(w);
	struct ir_arena *arena = w->pager->look->ctx->arena;

	if (late)
		give_up(d, "the deadline is near: give it more time with -T, or less to do");
	if (w->at < w->n && is_stale(d))
		return ir_pager_work_list(w, &w->now, on_now, err) < 0 ? -1 : 1;
	if (w->at < w->n) {
		collect(d);
		if (d->n_sent)
			return put(d, err) < 0 ? -1 : 1;
	}
	if (d->gone_at < d->n_gone)
		return ir_pager_work_ask(w, IR_READ, "GET",
			   ir_asprintf(arena, "/incidents/%s", item(d, d->gone[d->gone_at])->alert->alert), NULL,
			   on_one, err) < 0
			   ? -1
			   : 1;
	if (d->unclear)
		return ir_pager_work_list(w, &w->now, on_back, err) < 0 ? -1 : 1;
	return holds_next(d) ? hold(d, w->queue[d->hold_at], err) < 0 ? -1 : 1 : 0;
}

static void
go_on(struct pagerduty *d)
{
	struct ir_err err = IR_ERR_INIT;
	int rc = next(d, &err);

	if (rc < 0) {
		give_up(d, err.msg);
		ir_pager_acted(d->w.pager, &err);
	} else if (rc == 0) {
		ir_pager_acted(d->w.pager, NULL);
	}
}

int
ir_pagerduty_act(struct ir_pager *p, struct ir_pager_job *job, struct ir_err *err)
{
	struct pagerduty *d = p->priv;
	struct ir_arena *arena = p->look->ctx->arena;

	d->sent = IR_NEW_N(arena, size_t, job->n + 1);
	d->gone = IR_NEW_N(arena, size_t, job->n + 1);
	d->is_gone = IR_NEW_N(arena, bool, job->n + 1);
	d->n_sent = d->n_gone = d->gone_at = d->hold_at = 0;
	d->limit = d->cap = job->verb == IR_PAGER_RENEW ? 1 : IR_PAGERDUTY_BATCH;
	d->refused = 0;
	d->fresh = d->unclear = false;
	d->began_us = ir_mono_us();
	d->hold_ms = job->verb == IR_PAGER_UNACK ? 0 : job->for_ms;
	if (job->verb == IR_PAGER_RENEW && d->hold_ms <= 0)
		d->hold_ms = ir_conf_int(p->section, "pager", "ack-for");
	ir_pager_work_begin(&d->w, job);
	return next(d, err) < 0 ? -1 : 0;
}

void
ir_pagerduty_stop(struct ir_pager *p)
{
	struct pagerduty *d = p->priv;

	if (!d)
		return;
	ir_pager_work_stop(&d->w);
	if (p->acting)
		give_up(d, ir_pager_work_why_stopped(&d->w));
}
