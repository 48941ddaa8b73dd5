/*
 * goalert - open alerts of GoAlert, by its GraphQL API
 *
 * A key of that API is bound to one document, chosen when it was made: ours is published, and its operations are asked for by name. An ack there only moves forward, and the answer
 * lists those that it changed: the others had been acknowledged or closed before, which the list then tells.
 */
#include "pager/goalert.h"

#include <string.h>

#include "base/cleanup.h"
#include "rec/foreign.h"

enum { PAGE = 200, BATCH = 500, LABELS = 32, EVENTS = 15 };

#define NODE "alertID status summary serviceID service { name } createdAt meta { key value }"

const char ir_pager_goalert_document[] =
    "query Open($i: AlertSearchOptions!) {\n"
    "  alerts(input: $i) { nodes { " NODE " } pageInfo { endCursor hasNextPage } }\n"
    "}\n"
    "query Acked($i: AlertSearchOptions!) {\n"
    "  alerts(input: $i) {\n"
    "    nodes { " NODE " recentEvents(input: { limit: 15 }) { nodes { timestamp message } } }\n"
    "    pageInfo { endCursor hasNextPage }\n"
    "  }\n"
    "}\n"
    "mutation Ack($i: UpdateAlertsInput!) {\n"
    "  updateAlerts(input: $i) { alertID status }\n"
    "}\n";

struct goalert {
	struct ir_pager_work w;
	bool with_document; /* the key's own is not enough */
	/* the request under way, to be sent again with the document */
	enum ir_effect effect;
	json_t *body;
	ir_pager_then *then;
	/* acks */
	size_t *sent, n_sent;
	bool unclear;
	struct ir_err last;
};

/* ---- pure: requests */

json_t *
ir_goalert_body(const char *operation, json_t *input, bool with_document)
{
	json_t *root = json_object(), *variables = json_object();

	json_object_set_new(variables, "i", input);
	json_object_set_new(root, "operationName", json_string(operation));
	json_object_set_new(root, "variables", variables);
	if (with_document)
		json_object_set_new(root, "query", json_string(ir_pager_goalert_document));
	return root;
}

static const char *
page(struct ir_pager_work *w, json_t **body)
{
	json_t *input = json_object(), *states = json_array();

	json_array_append_new(states, json_string(w->kind ? "StatusAcknowledged" : "StatusUnacknowledged"));
	json_object_set_new(input, "filterByStatus", states);
	json_object_set_new(input, "first", json_integer(PAGE));
	if (w->cursor)
		json_object_set_new(input, "after", json_string(w->cursor));
	*body = ir_goalert_body(w->kind ? "Acked" : "Open", input, ((struct goalert *)w)->with_document);
	return "/api/graphql";
}

json_t *
ir_goalert_ack(const struct ir_pager_job *job, const size_t *v, size_t n)
{
	json_t *input = json_object(), *ids = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(ids, json_integer(strtoll(job->items[v[i]].alert->alert, NULL, 10)));
	json_object_set_new(input, "alertIDs", ids);
	json_object_set_new(input, "newStatus", json_string("StatusAcknowledged"));
	return input;
}

/* ---- pure: answers */

/* "Acknowledged by ana": the first of them in time has it. */
static void
take_events(struct ir_arena *arena, const json_t *node, struct ir_alert *a)
{
	static const char start[] = "Acknowledged by ";
	const json_t *all = json_object_get(json_object_get(node, "recentEvents"), "nodes");

	for (size_t i = 0; json_is_array(all) && i < json_array_size(all) && i < EVENTS; i++) {
		const char *s = ir_foreign_text(arena, json_array_get(all, i), "message");
		int64_t ms = ir_foreign_time(json_object_get(json_array_get(all, i), "timestamp"));

		if (!s || strncmp(s, "Acknowledged", strlen("Acknowledged")) != 0 ||
		    (a->acked_ms != IR_TIME_NONE && ms >= a->acked_ms))
			continue;
		a->acked_ms = ms;
		a->acked_by = strncmp(s, start, strlen(start)) == 0 ? s + strlen(start) : NULL;
	}
}

static void
take_node(struct ir_pager_work *w, const json_t *o)
{
	struct ir_arena *arena = w->pager->look->ctx->arena;
	const char *status = json_string_value(json_object_get(o, "status"));
	const json_t *meta = json_object_get(o, "meta");
	struct ir_alert *a;

	if (status && strcmp(status, "StatusClosed") == 0)
		return;
	a = ir_pager_work_add(
	    w, ir_foreign_number(arena, o, "alertID"), ir_foreign_time(json_object_get(o, "createdAt")), NULL);
	if (!a)
		return;
	a->state = status && strcmp(status, "StatusAcknowledged") == 0 ? "acked" : "firing";
	a->name = ir_foreign_text(arena, o, "summary");
	a->h.service = ir_foreign_text(arena, json_object_get(o, "service"), "name");
	for (size_t i = 0; json_is_array(meta) && i < json_array_size(meta) && i < LABELS; i++) {
		const char *key = ir_foreign_text(arena, json_array_get(meta, i), "key");

		if (key)
			ir_pager_work_label(w, a, key, ir_foreign_text(arena, json_array_get(meta, i), "value"));
	}
	a->severity = ir_alert_label(a, "severity");
	if (w->pager->urls.n)
		ir_list_add(arena, &a->links, ir_asprintf(arena, "%s/alerts/%s", w->pager->urls.v[0], a->alert));
	if (strcmp(a->state, "acked") == 0)
		take_events(arena, o, a);
}

static int
take(struct ir_pager_work *w, const json_t *root, struct ir_err *err)
{
	const json_t *alerts = json_object_get(json_object_get(root, "data"), "alerts");
	const json_t *nodes = json_object_get(alerts, "nodes"), *info = json_object_get(alerts, "pageInfo");

	if (!json_is_array(nodes)) {
		ir_fail(err, IR_BACKEND, "pager '%s': what answers there is not GoAlert", w->pager->name);
		return ir_hint(
		    err, "correct url, written at %s: it is https://HOST, without /api/graphql", w->pager->origin);
	}
	for (size_t i = 0; i < json_array_size(nodes); i++)
		take_node(w, json_array_get(nodes, i));
	w->cursor = ir_foreign_text(w->pager->look->ctx->arena, info, "endCursor");
	if (json_is_true(json_object_get(info, "hasNextPage")) && w->cursor)
		return 1;
	w->cursor = NULL;
	return w->kind++ == 0;
}

/* GraphQL tells of errors with HTTP status 200. */
static int
no_errors(const struct ir_pager_work *w, const json_t *root, struct ir_err *err)
{
	struct ir_arena *arena = w->pager->look->ctx->arena;
	const json_t *first = json_array_get(json_object_get(root, "errors"), 0);
	const char *s = ir_foreign_text(arena, first, "message");
	const char *code = json_string_value(json_object_get(json_object_get(first, "extensions"), "code"));

	if (!first)
		return 0;
	ir_fail(err, IR_BACKEND, "pager '%s' refuses: %.300s", w->pager->name, s ? s : "it does not say why");
	if ((code && strcmp(code, "invalid_query") == 0) || (s && strstr(s, "wrong query")))
		return ir_hint(err, "make a key of GoAlert's GraphQL API with the query that ir-alerts(1) prints");
	return ir_hint(err, "give the key of pager '%s' the role %s", w->pager->name, w->api->right);
}

/* ---- requests, with the document where the key's own is not enough */

static void
on_answer(struct ir_pager_work *w, const struct ir_http_res *res, const json_t *root, const struct ir_err *why)
{
	struct goalert *g = (struct goalert *)w;
	struct ir_err err = IR_ERR_INIT;
	bool refused = why ? res && (res->status == 400 || res->status == 422) : no_errors(w, root, &err) < 0;
	json_t *body = g->body;

	g->body = NULL;
	if (refused && !g->with_document && body) {
		g->with_document = true;
		json_object_set_new(body, "query", json_string(ir_pager_goalert_document));
		g->body = json_deep_copy(body);
		if (ir_pager_work_ask(w, g->effect, "POST", "/api/graphql", body, on_answer, &err) == 0)
			return;
		body = NULL;
	}
	json_decref(body);
	if (why && refused && res->body.len) {
		IR_CLEANUP(ir_foreign_json_done) json_t *said = ir_foreign_json(res->body.data, res->body.len);

		no_errors(w, said, &err);
	}
	g->then(w, res, root, err.code ? &err : why);
}

static int
ask(struct ir_pager_work *w, enum ir_effect effect, json_t *body, ir_pager_then *then, struct ir_err *err)
{
	struct goalert *g = (struct goalert *)w;

	json_decref(g->body);
	g->body = g->with_document ? NULL : json_deep_copy(body);
	g->effect = effect;
	g->then = then;
	return ir_pager_work_ask(w, effect, "POST", "/api/graphql", body, on_answer, err);
}

static int
list(struct ir_pager *p, struct ir_err *err)
{
	struct goalert *g = ir_pager_work_of(p, &ir_pager_goalert_api, sizeof(*g));

	g->w.ask_page = ask;
	return ir_pager_work_list(&g->w, p, ir_pager_work_listed, err);
}

/* ---- acks */

static int
choose(struct ir_pager *p, struct ir_pager_job *job, struct ir_err *err)
{
	struct ir_pager_work *w = p->priv;

	(void)err;
	for (size_t i = 0; i < job->n; i++)
		job->items[i].no_undo = true;
	ir_pager_work_choose(w, job, "acknowledge");
	return 0;
}

/* Of those that the answers did not list. */
static void
settle(struct goalert *g, struct ir_pager_item *it, const struct ir_alert *a)
{
	struct ir_arena *arena = g->w.pager->look->ctx->arena;
	bool acked = a && strcmp(a->state, "acked") == 0;

	if (g->unclear && (!a || acked)) {
		it->by = acked ? a->acked_by : NULL;
		ir_pager_item_end(it, IR_STATUS_UNKNOWN,
		    ir_asprintf(arena, "%s; read back: it is %s now", g->last.msg, acked ? "acknowledged" : "closed"));
	} else if (acked) {
		ir_pager_item_has(it, a->acked_by);
	} else if (!a) {
		ir_pager_item_end(it, IR_STATUS_NOOP, "closed in between");
	} else {
		ir_pager_item_end(it, g->unclear ? IR_STATUS_UNKNOWN : IR_STATUS_FAILED,
		    g->last.code ? ir_asprintf(arena, "%s", g->last.msg)
				 : "GoAlert took it, and still shows it unacknowledged");
	}
}

static void
on_back(struct ir_pager_work *w, const struct ir_err *why)
{
	struct goalert *g = (struct goalert *)w;

	for (size_t i = 0; i < w->pager->job->n; i++) {
		struct ir_pager_item *it = &w->pager->job->items[i];
		const struct ir_pager_seen_at *at = ir_pager_seen_find(&w->now_seen, it->alert->alert);

		if (it->status != IR_STATUS_PLANNED)
			continue;
		/* of a list that is not whole, what is not in it may be open */
		if (why && !at)
			ir_pager_item_end(it, IR_STATUS_UNKNOWN, ir_strdup(w->pager->look->ctx->arena, why->msg));
		else
			settle(g, it, at ? at->alert : NULL);
	}
	ir_pager_acted(w->pager, NULL);
}

/* Pure: those that the answer lists were changed by it. */
void
ir_goalert_changed(struct ir_pager_work *w, const json_t *root, const size_t *sent, size_t n)
{
	struct ir_arena *arena = w->pager->look->ctx->arena;
	const json_t *all = json_object_get(json_object_get(root, "data"), "updateAlerts");
	struct ir_pager_job *job = w->pager->job;
	struct ir_pager_seen changed = { 0 };
	struct ir_pager answer = { .ops = w->pager->ops, .name = w->pager->name, .look = w->pager->look };

	w->into = &answer;
	w->seen = &changed;
	for (size_t i = 0; json_is_array(all) && i < json_array_size(all); i++) {
		const char *status = json_string_value(json_object_get(json_array_get(all, i), "status"));

		if (status && strcmp(status, "StatusAcknowledged") == 0)
			ir_pager_work_add(w, ir_foreign_number(arena, json_array_get(all, i), "alertID"), 0, NULL);
	}
	for (size_t i = 0; i < n; i++)
		if (ir_pager_seen_find(&changed, job->items[sent[i]].alert->alert))
			ir_pager_item_end(&job->items[sent[i]], IR_STATUS_DONE, NULL);
	w->into = NULL;
	w->seen = NULL;
}

static int next(struct goalert *, struct ir_err *);

static void
on_acked(struct ir_pager_work *w, const struct ir_http_res *res, const json_t *root, const struct ir_err *why)
{
	struct goalert *g = (struct goalert *)w;
	struct ir_err err = IR_ERR_INIT;
	bool no = why && !ir_pager_work_unclear(res);

	if (why) {
		g->last = *why;
		g->unclear = !no && !(res && !res->error && res->status == 200 && root);
		for (size_t i = 0; no && i < g->n_sent; i++)
			ir_pager_item_end(&w->pager->job->items[g->sent[i]], IR_STATUS_FAILED,
			    ir_strdup(w->pager->look->ctx->arena, why->msg));
		ir_pager_work_not_sent(w, g->last.msg);
	} else {
		ir_goalert_changed(w, root, g->sent, g->n_sent);
	}
	if (next(g, &err) < 0)
		ir_pager_acted(w->pager, &err);
}

static bool
is_open(const struct ir_pager_job *job)
{
	for (size_t i = 0; i < job->n; i++)
		if (job->items[i].status == IR_STATUS_PLANNED)
			return true;
	return false;
}

static int
next(struct goalert *g, struct ir_err *err)
{
	struct ir_pager_work *w = &g->w;
	const struct ir_pager_job *job = w->pager->job;

	if (ir_pager_work_late(w))
		ir_pager_work_late_rest(w);
	g->n_sent = 0;
	for (; w->at < w->n && g->n_sent < BATCH; w->at++)
		g->sent[g->n_sent++] = w->queue[w->at];
	if (g->n_sent)
		return ask(w, IR_WRITE,
		    ir_goalert_body("Ack", ir_goalert_ack(job, g->sent, g->n_sent), g->with_document), on_acked, err);
	if (is_open(job))
		return ir_pager_work_list(w, &w->now, on_back, err);
	ir_pager_acted(w->pager, NULL);
	return 0;
}

static int
act(struct ir_pager *p, struct ir_pager_job *job, struct ir_err *err)
{
	struct goalert *g = p->priv;

	g->sent = IR_NEW_N(p->look->ctx->arena, size_t, job->n + 1);
	g->unclear = false;
	g->last = (struct ir_err)IR_ERR_INIT;
	ir_pager_work_begin(&g->w, job);
	return next(g, err);
}

static void
stop(struct ir_pager *p)
{
	struct goalert *g = p->priv;

	if (!g)
		return;
	ir_pager_work_stop(&g->w);
	json_decref(g->body);
	g->body = NULL;
	if (p->acting)
		ir_pager_work_stopped_rest(&g->w);
}

static int
check(struct ir_ctx *ctx, const struct ir_section *s, struct ir_err *err)
{
	(void)ctx;
	if (ir_conf_value(s, "token"))
		return 0;
	ir_fail(err, IR_CONFIG, "a pager of type goalert needs a key of its GraphQL API");
	return ir_hint(err, "add token-file, token-command or token-env");
}

const struct ir_pager_api ir_pager_goalert_api = {
	.name = "GoAlert",
	.unit = "alert",
	.prefix = "",
	.right = "user or admin",
	.batch = BATCH,
	.page = page,
	.take = take,
};

const struct ir_pager_ops ir_pager_goalert = {
	.name = "goalert",
	.check = check,
	.list = list,
	.choose = choose,
	.act = act,
	.stop = stop,
};
