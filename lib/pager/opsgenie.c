/*
 * opsgenie - open alerts of Opsgenie, and of Jira Service Management, which has taken over its API under other addresses
 *
 * What is asked for there is done later: the answer is a request's id, and only that request's status says whether it was done.
 */
#include <string.h>

#include "base/cleanup.h"
#include "base/percent.h"
#include "net/loop.h"
#include "pager/work.h"
#include "rec/foreign.h"

enum {
	PAGE = 100,
	STEP = 90,
	OFFSET_MAX = 20000,
	TAGS = 32,
	POLL_US = 250 * 1000,
	POLL_MAX_US = 4 * 1000000,
	REQUEST = 200
};

struct opsgenie {
	struct ir_pager_work w;
	/* acks */
	const char **requests; /* of each item; NULL: not sent */
	const char **words;    /* what it says, or what went wrong */
	enum { WAITS, YES, NO, LOST } * said;
	size_t sent, poll_at; /* item of the request under way; in the queue, whose status is asked for */
	int64_t pause_us;
	struct ir_timer *timer;
};

static bool
is_jsm(const struct ir_pager_work *w)
{
	return w->api == &ir_pager_jsm_api;
}

/* ---- pure: the list */

/* Of JSM the site is in the path. */
static const char *
path_of(const struct ir_pager_work *w, const char *rest)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	const char *cloud = ir_pager_key(w->pager, "cloud-id");

	ir_buf_init(&b, 4096);
	if (!is_jsm(w))
		return rest;
	ir_buf_adds(&b, "/jsm/ops/api/");
	ir_percent_add(&b, cloud ? cloud : "");
	ir_buf_addf(&b, "/v1%s", rest);
	return ir_strdup(w->pager->look->ctx->arena, b.data);
}

static const char *
page(struct ir_pager_work *w, json_t **body)
{
	(void)body;
	return path_of(w, ir_asprintf(w->pager->look->ctx->arena,
			      "/alerts?query=status%%3Aopen&%s=%d&offset=%zu&sort=createdAt&order=asc",
			      is_jsm(w) ? "size" : "limit", PAGE, w->pages * STEP));
}

/* "severity:critical" and "team=web" say more than a word alone. */
static void
take_tags(struct ir_pager_work *w, const json_t *o, struct ir_alert *a)
{
	struct ir_arena *arena = w->pager->look->ctx->arena;
	const json_t *all = json_object_get(o, "tags");

	for (size_t i = 0; json_is_array(all) && i < json_array_size(all) && i < TAGS; i++) {
		const json_t *tag = json_array_get(all, i);
		const char *s =
		    json_is_string(tag) ? ir_foreign_clean(arena, json_string_value(tag), json_string_length(tag)) : "";
		size_t n = strcspn(s, ":=");

		if (s[n])
			ir_pager_work_label(w, a, ir_strndup(arena, s, n), s + n + 1);
		else
			ir_pager_work_label(w, a, "tag", s);
	}
}

static const char *
acked_by(struct ir_arena *arena, const json_t *o)
{
	const char *s = ir_foreign_text(arena, json_object_get(o, "report"), "acknowledgedBy");

	return s ? s : ir_foreign_text(arena, o, "owner");
}

static void
take_state(const struct ir_pager_work *w, const json_t *o, struct ir_alert *a)
{
	struct ir_arena *arena = w->pager->look->ctx->arena;
	const char *owner = ir_foreign_text(arena, o, "owner");

	a->state = "firing";
	if (owner)
		ir_list_add(arena, &a->assigned, owner);
	if (json_is_true(json_object_get(o, "acknowledged"))) {
		a->state = "acked";
		a->acked_by = acked_by(arena, o);
		if (a->acked_by && w->me && w->pager->me && strcmp(a->acked_by, w->me) == 0)
			a->acked_by = w->pager->me;
	} else if (json_is_true(json_object_get(o, "snoozed"))) {
		a->state = "silenced";
	}
	if (json_is_true(json_object_get(o, "snoozed")))
		a->acked_until_ms = ir_foreign_time(json_object_get(o, "snoozedUntil"));
}

static void
take_alert(struct ir_pager_work *w, const json_t *o)
{
	struct ir_arena *arena = w->pager->look->ctx->arena;
	const char *status = json_string_value(json_object_get(o, "status"));
	bool acked = json_is_true(json_object_get(o, "acknowledged"));
	struct ir_alert *a;

	if (status && strcmp(status, "closed") == 0)
		return;
	a = ir_pager_work_add(w, ir_foreign_text(arena, o, "id"), ir_foreign_time(json_object_get(o, "createdAt")),
	    acked ? acked_by(arena, o) : NULL);
	if (!a)
		return;
	take_state(w, o, a);
	a->name = ir_foreign_text(arena, o, "message");
	a->severity = ir_foreign_text(arena, o, "priority");
	take_tags(w, o, a);
	ir_pager_work_label(w, a, "alias", ir_foreign_text(arena, o, "alias"));
	ir_pager_work_label(w, a, "tiny_id", ir_foreign_text(arena, o, "tinyId"));
	ir_pager_work_label(w, a, "source", ir_foreign_text(arena, o, "source"));
	ir_pager_work_label(w, a, "integration", ir_foreign_text(arena, json_object_get(o, "integration"), "name"));
	ir_pager_work_label(w, a, "integration", ir_foreign_text(arena, o, "integrationName"));
}

static int
take(struct ir_pager_work *w, const json_t *root, struct ir_err *err)
{
	const json_t *all = json_object_get(root, is_jsm(w) ? "values" : "data");

	if (!json_is_array(all)) {
		ir_fail(err, IR_BACKEND, "pager '%s': what answers there is not %s", w->pager->name, w->api->name);
		return ir_hint(err, "correct url%s, written at %s", is_jsm(w) ? " or cloud-id" : "", w->pager->origin);
	}
	for (size_t i = 0; i < json_array_size(all); i++)
		take_alert(w, json_array_get(all, i));
	if (json_array_size(all) < PAGE)
		return 0;
	/* beyond it Opsgenie lists none */
	if ((w->pages + 1) * STEP + PAGE > OFFSET_MAX)
		w->into->cut = true;
	/* a last page may be full: an empty one ends it then */
	return json_is_string(json_object_get(json_object_get(root, is_jsm(w) ? "links" : "paging"), "next"));
}

static int
list(struct ir_pager *p, struct ir_err *err)
{
	struct ir_pager_work *w = ir_pager_work_of(p, &ir_pager_opsgenie_api, sizeof(struct opsgenie));

	w->me = p->me = p->user ? p->user : p->look->ctx->who;
	return ir_pager_work_list(w, p, ir_pager_work_listed, err);
}

/* In JSM people are account ids; not every token may ask for its own. */
static void
on_me(struct ir_pager_work *w, const struct ir_http_res *res, const json_t *root, const struct ir_err *why)
{
	struct ir_arena *arena = w->pager->look->ctx->arena;
	struct ir_err err = IR_ERR_INIT;

	if (why && (!res || res->error)) {
		ir_pager_listed(w->pager, why);
		return;
	}
	w->me = why ? NULL : ir_foreign_text(arena, root, "accountId");
	w->pager->me = w->me ? ir_foreign_text(arena, root, "displayName") : NULL;
	if (ir_pager_work_list(w, w->pager, ir_pager_work_listed, &err) < 0)
		ir_pager_listed(w->pager, &err);
}

static int
list_jsm(struct ir_pager *p, struct ir_err *err)
{
	struct ir_pager_work *w = ir_pager_work_of(p, &ir_pager_jsm_api, sizeof(struct opsgenie));
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	const char *cloud = ir_pager_key(p, "cloud-id");

	ir_buf_init(&b, 4096);
	ir_buf_adds(&b, "/ex/jira/");
	ir_percent_add(&b, cloud ? cloud : "");
	ir_buf_adds(&b, "/rest/api/3/myself");
	return ir_pager_work_ask(w, IR_READ, "GET", ir_strdup(p->look->ctx->arena, b.data), NULL, on_me, err);
}

/* ---- acks */

static int
choose(struct ir_pager *p, struct ir_pager_job *job, struct ir_err *err)
{
	struct ir_pager_work *w = p->priv;

	(void)err;
	ir_pager_work_choose(w, job, job->verb == IR_PAGER_UNACK ? "give back" : "acknowledge");
	return 0;
}

static json_t *
body_of(const struct ir_pager_work *w)
{
	const struct ir_pager_job *job = w->pager->job;
	json_t *o = NULL;

	/* JSM takes nothing with it: the token says who it is */
	if (is_jsm(w))
		return NULL;
	o = json_object();
	if (w->me)
		json_object_set_new(o, "user", json_string(w->me));
	json_object_set_new(o, "source", json_string("ir"));
	if (job->note)
		json_object_set_new(o, "note", json_string(job->note));
	return o;
}

static void
settle_one(struct opsgenie *o, size_t i, bool whole)
{
	struct ir_pager_work *w = &o->w;
	const struct ir_pager_job *job = w->pager->job;
	struct ir_pager_item *it = &job->items[i];
	const struct ir_pager_seen_at *at = ir_pager_seen_find(&w->now_seen, it->alert->alert);
	bool acked = at && strcmp(at->alert->state, "acked") == 0,
	     wanted = job->verb == IR_PAGER_UNACK ? at && !acked : acked;
	bool other = acked && w->me && at->holder && strcmp(at->holder, w->me) != 0;
	bool ours = acked && w->me && at->holder && !other;

	if (job->verb == IR_PAGER_ACK && other)
		ir_pager_item_has(it, at->alert->acked_by);
	else if (o->said[i] == YES || (o->said[i] != NO && (ours || (wanted && !acked))))
		ir_pager_item_end(it, IR_STATUS_DONE, NULL);
	else if (o->said[i] == NO && wanted && acked)
		ir_pager_item_has(it, at->alert->acked_by);
	else if (!at && whole)
		ir_pager_item_end(it, o->said[i] == NO ? IR_STATUS_NOOP : IR_STATUS_UNKNOWN,
		    o->said[i] == NO ? "closed in between" : o->words[i]);
	else
		ir_pager_item_end(it, o->said[i] == NO ? IR_STATUS_FAILED : IR_STATUS_UNKNOWN, o->words[i]);
}

static void
on_back(struct ir_pager_work *w, const struct ir_err *why)
{
	struct opsgenie *o = (struct opsgenie *)w;

	for (size_t i = 0; i < w->pager->job->n; i++)
		if (w->pager->job->items[i].status == IR_STATUS_PLANNED && o->said[i] == WAITS && o->requests[i])
			o->words[i] = ir_asprintf(w->pager->look->ctx->arena,
			    "%s took it as request %s, and had not done it before the deadline", w->api->name,
			    o->requests[i]);
	for (size_t i = 0; i < w->pager->job->n; i++)
		if (w->pager->job->items[i].status == IR_STATUS_PLANNED && (o->requests[i] || o->said[i] != WAITS))
			settle_one(o, i, !why);
	ir_pager_acted(w->pager, NULL);
}

static int next(struct opsgenie *, struct ir_err *);

static void
go_on(struct opsgenie *o)
{
	struct ir_err err = IR_ERR_INIT;

	if (next(o, &err) < 0)
		ir_pager_acted(o->w.pager, &err);
}

static void
on_wait(void *arg)
{
	struct opsgenie *o = arg;
	struct ir_loop *loop = o->w.pager->look->ctx->loop;

	o->timer = NULL;
	go_on(o);
	ir_loop_release(loop);
}

static void
wait_a_while(struct opsgenie *o)
{
	struct ir_loop *loop = o->w.pager->look->ctx->loop;
	int64_t at_us = ir_mono_us() + o->pause_us;

	/* what is not done by then is read back */
	if (at_us > o->w.stop_us)
		at_us = o->w.stop_us + 1000;
	ir_loop_hold(loop);
	o->timer = ir_loop_at(loop, at_us, on_wait, o);
	o->pause_us = 2 * o->pause_us < POLL_MAX_US ? 2 * o->pause_us : POLL_MAX_US;
	o->poll_at = 0;
}

/* Pure: what a request's status says; NULL: nothing yet. */
static const char *
status_of(struct ir_arena *arena, const json_t *root, bool *ret_done)
{
	const json_t *data = json_object_get(root, "data");
	const json_t *yes = json_object_get(data ? data : root, "isSuccess");
	const char *s = ir_foreign_text(arena, data ? data : root, "status");

	if (!yes)
		yes = json_object_get(data ? data : root, "success");
	if (!json_is_boolean(yes))
		return NULL;
	*ret_done = json_is_true(yes);
	return s ? s : "it does not say why";
}

/* 404: not taken up yet. */
static void
on_status(struct ir_pager_work *w, const struct ir_http_res *res, const json_t *root, const struct ir_err *why)
{
	struct opsgenie *o = (struct opsgenie *)w;
	struct ir_arena *arena = w->pager->look->ctx->arena;
	size_t i = w->queue[o->poll_at++];
	bool done = false;
	const char *s = why ? NULL : status_of(arena, root, &done);

	if (s) {
		o->said[i] = done ? YES : NO;
		o->words[i] = ir_asprintf(arena, "%s did not do it: %s", w->api->name, s);
	} else if (why && !(res && !res->error && res->status == 404)) {
		o->said[i] = LOST;
		o->words[i] = ir_asprintf(
		    arena, "taken as request %s, whose status cannot be read: %s", o->requests[i], why->msg);
	}
	go_on(o);
}

static void
on_sent(struct ir_pager_work *w, const struct ir_http_res *res, const json_t *root, const struct ir_err *why)
{
	struct opsgenie *o = (struct opsgenie *)w;
	struct ir_arena *arena = w->pager->look->ctx->arena;
	struct ir_pager_item *it = &w->pager->job->items[o->sent];
	const char *id = ir_foreign_text(arena, root, "requestId");
	bool odd = !why && (!id || strlen(id) > REQUEST || strpbrk(id, "/?#%. "));

	if (!why && !odd) {
		o->requests[o->sent] = id;
	} else if (res && !res->error && res->status == 404) {
		ir_pager_item_end(it, IR_STATUS_NOOP, "it is there no more");
	} else if (odd || ir_pager_work_unclear(res)) {
		o->said[o->sent] = LOST;
		o->words[o->sent] = odd ? "it was taken, and the answer names no request" : ir_strdup(arena, why->msg);
		if (why)
			ir_pager_work_not_sent(w, o->words[o->sent]);
	} else {
		ir_pager_item_end(it, IR_STATUS_FAILED, ir_strdup(arena, why->msg));
		/* of one alert (400, 422), or of all */
		if (!res || res->error || (res->status != 400 && res->status != 422))
			ir_pager_work_not_sent(w, it->reason);
	}
	go_on(o);
}

/* The next request whose status is not known, from poll_at on. */
static bool
polls_next(struct opsgenie *o, size_t from)
{
	for (o->poll_at = from; o->poll_at < o->w.n; o->poll_at++) {
		size_t i = o->w.queue[o->poll_at];

		if (o->requests[i] && o->said[i] == WAITS)
			return true;
	}
	return false;
}

static int
next(struct opsgenie *o, struct ir_err *err)
{
	struct ir_pager_work *w = &o->w;
	const struct ir_pager_job *job = w->pager->job;
	struct ir_arena *arena = w->pager->look->ctx->arena;
	bool late = ir_pager_work_late(w);

	if (late)
		ir_pager_work_late_rest(w);
	if (w->at < w->n) {
		o->sent = w->queue[w->at++];
		return ir_pager_work_ask(w, IR_WRITE, "POST",
		    path_of(w, ir_asprintf(arena, "/alerts/%s/%s%s", job->items[o->sent].alert->alert,
				   job->verb == IR_PAGER_UNACK ? "unacknowledge" : "acknowledge",
				   is_jsm(w) ? "" : "?identifierType=id")),
		    body_of(w), on_sent, err);
	}
	if (!late && polls_next(o, o->poll_at))
		return ir_pager_work_ask(w, IR_READ, "GET",
		    path_of(w, ir_asprintf(arena, "/alerts/requests/%s", o->requests[w->queue[o->poll_at]])), NULL,
		    on_status, err);
	if (!late && polls_next(o, 0)) {
		wait_a_while(o);
		return 0;
	}
	return ir_pager_work_list(w, &w->now, on_back, err);
}

static int
act(struct ir_pager *p, struct ir_pager_job *job, struct ir_err *err)
{
	struct opsgenie *o = p->priv;
	struct ir_arena *arena = p->look->ctx->arena;

	o->requests = IR_NEW_N(arena, const char *, job->n + 1);
	o->words = IR_NEW_N(arena, const char *, job->n + 1);
	o->said = ir_arena_alloc_n(arena, job->n + 1, sizeof(*o->said));
	o->poll_at = 0;
	o->pause_us = POLL_US;
	ir_pager_work_begin(&o->w, job);
	return next(o, err);
}

static void
stop(struct ir_pager *p)
{
	struct opsgenie *o = p->priv;

	if (!o)
		return;
	ir_pager_work_stop(&o->w);
	if (o->timer) {
		ir_timer_cancel(o->timer);
		ir_loop_release(p->look->ctx->loop);
	}
	o->timer = NULL;
	if (!p->acting)
		return;
	ir_pager_work_stopped_rest(&o->w);
	for (size_t i = 0; i < p->job->n; i++)
		if (p->job->items[i].status == IR_STATUS_PLANNED && o->said[i] == YES)
			ir_pager_item_end(&p->job->items[i], IR_STATUS_DONE, NULL);
}

/* ---- the two of them */

static int
check(struct ir_ctx *ctx, const struct ir_section *s, struct ir_err *err)
{
	(void)ctx;
	if (ir_conf_value(s, "token"))
		return 0;
	ir_fail(err, IR_CONFIG, "a pager of type opsgenie needs a key of its API");
	return ir_hint(err, "add token-file, token-command or token-env");
}

static int
check_jsm(struct ir_ctx *ctx, const struct ir_section *s, struct ir_err *err)
{
	(void)ctx;
	if (!ir_conf_value(s, "cloud-id")) {
		ir_fail(err, IR_CONFIG, "a pager of type jsm needs the site's id");
		return ir_hint(err, "add cloud-id: https://SITE.atlassian.net/_edge/tenant_info tells it");
	}
	if (ir_conf_value(s, "user") && (ir_conf_value(s, "token") || ir_conf_value(s, "password")))
		return 0;
	ir_fail(err, IR_CONFIG, "a pager of type jsm needs a user and an API token");
	return ir_hint(err, "add user = E-MAIL, and token-file, token-command or token-env");
}

const struct ir_pager_api ir_pager_opsgenie_api = {
	.name = "Opsgenie",
	.unit = "alert",
	.prefix = "/v2",
	.auth = "Authorization: GenieKey ",
	.right = "to read and to update alerts",
	.batch = 1,
	.overlaps = true,
	.page = page,
	.take = take,
};

const struct ir_pager_api ir_pager_jsm_api = {
	.name = "Jira Service Management",
	.unit = "alert",
	.prefix = "",
	.auth = "",
	.right = "to read and to write alerts (read:ops-alert, write:ops-alert)",
	.batch = 1,
	.overlaps = true,
	.page = page,
	.take = take,
};

const struct ir_pager_ops ir_pager_opsgenie = {
	.name = "opsgenie",
	.url = "https://api.opsgenie.com",
	.can_unack = true,
	.check = check,
	.list = list,
	.choose = choose,
	.act = act,
	.stop = stop,
};

const struct ir_pager_ops ir_pager_jsm = {
	.name = "jsm",
	.url = "https://api.atlassian.com",
	.can_unack = true,
	.check = check_jsm,
	.list = list_jsm,
	.choose = choose,
	.act = act,
	.stop = stop,
};
