/*
 * oncall - alert groups of Grafana OnCall and of Grafana Cloud IRM, which speak the same API
 *
 * Groups are acknowledged one by one, and a key may ask 300 times in five minutes: so the gravest come first, and those that were not reached are told. An ack of what is acknowledged
 * already is refused by the server: two responders cannot both have it.
 */
#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "pager/work.h"
#include "rec/foreign.h"

enum { LABELS = 32, CURSOR = 1000, NAMES = 16 };

static const char *const kinds[] = { "new", "acknowledged", "silenced", NULL };

enum said { NOTHING, TOOK, REFUSED, UNCLEAR };

struct oncall {
	struct ir_pager_work w;
	/* users by id: an answer has ids only */
	const char *ids[NAMES], *names[NAMES];
	size_t n_names;
	bool nameless; /* they cannot be had */
	int64_t count; /* of the groups of a state, as its first page tells */
	const struct ir_err *listed;
	struct ir_err listed_err;
	/* acks */
	size_t sent;     /* item of the request under way */
	enum said *said; /* of each item */
	const char **words;
	bool read_back;
};

/* ---- pure: the list */

static const char *
page(struct ir_pager_work *w, json_t **body)
{
	(void)body;
	return ir_asprintf(w->pager->look->ctx->arena, "/alert_groups/?%s%s",
	    w->cursor ? "" : "state=", w->cursor ? w->cursor : kinds[w->kind]);
}

/* Of `next` only the query: which server it names is not believed, and behind a proxy often wrong. */
static const char *
next_page(struct ir_arena *arena, const json_t *root)
{
	const char *s = json_string_value(json_object_get(root, "next"));

	s = s ? strchr(s, '?') : NULL;
	if (!s || !s[1] || strlen(s) > CURSOR)
		return NULL;
	for (const char *c = ++s; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("=&%-._~+:,", *c))
			return NULL;
	return ir_strdup(arena, s);
}

static void
take_labels(struct ir_pager_work *w, const json_t *o, struct ir_alert *a)
{
	struct ir_arena *arena = w->pager->look->ctx->arena;
	const json_t *all = json_object_get(o, "labels");

	for (size_t i = 0; json_is_array(all) && i < json_array_size(all) && i < LABELS; i++) {
		const json_t *label = json_array_get(all, i);
		const char *key = ir_foreign_text(arena, json_object_get(label, "key"), "name");

		if (key)
			ir_pager_work_label(w, a, key, ir_foreign_text(arena, json_object_get(label, "value"), "name"));
	}
	ir_pager_work_label(w, a, "integration_id", ir_foreign_text(arena, o, "integration_id"));
	ir_pager_work_label(w, a, "team_id", ir_foreign_text(arena, o, "team_id"));
}

static const char *
state_of(const json_t *o)
{
	const char *s = json_string_value(json_object_get(o, "state"));

	if (!s)
		return NULL;
	return strcmp(s, "new") == 0 || strcmp(s, "firing") == 0 ? "firing"
	       : strcmp(s, "acknowledged") == 0                  ? "acked"
	       : strcmp(s, "silenced") == 0                      ? "silenced"
	       : strcmp(s, "resolved") == 0                      ? "resolved"
								 : NULL;
}

static void
take_state(const struct ir_pager_work *w, const json_t *o, struct ir_alert *a, const char *state)
{
	a->state = state;
	a->acked_by = NULL;
	if (strcmp(state, "acked") != 0)
		return;
	a->acked_by = ir_pager_seen_find(w->seen, a->alert)->holder;
	a->acked_ms = ir_foreign_time(json_object_get(o, "acknowledged_at"));
}

/* It went from one list to another while they were read. */
static bool
is_later(struct ir_pager_work *w, const json_t *o, const char *state)
{
	struct ir_arena *arena = w->pager->look->ctx->arena;
	const char *id = ir_foreign_text(arena, o, "id");
	struct ir_pager_seen_at *at = id ? ir_pager_seen_find(w->seen, id) : NULL;

	if (!at || strcmp(at->alert->state, state) == 0)
		return false;
	at->holder = ir_foreign_text(arena, o, "acknowledged_by");
	take_state(w, o, at->alert, state);
	w->fresh++;
	return true;
}

static void
take_group(struct ir_pager_work *w, const json_t *o)
{
	static const char *const links[] = { "web", "slack", "telegram", NULL };
	struct ir_arena *arena = w->pager->look->ctx->arena;
	const char *state = state_of(o);
	struct ir_alert *a = NULL;

	if (!state)
		w->odd++;
	else if (strcmp(state, "resolved") != 0 && !is_later(w, o, state))
		a = ir_pager_work_add(w, ir_foreign_text(arena, o, "id"),
		    ir_foreign_time(json_object_get(o, "created_at")), ir_foreign_text(arena, o, "acknowledged_by"));
	if (!a)
		return;
	take_state(w, o, a, state);
	a->name = ir_foreign_text(arena, o, "title");
	take_labels(w, o, a);
	a->severity = ir_alert_label(a, "severity");
	for (size_t i = 0; links[i]; i++) {
		const char *s = ir_foreign_text(arena, json_object_get(o, "permalinks"), links[i]);

		if (s)
			ir_list_add(arena, &a->links, s);
	}
}

static int
take(struct ir_pager_work *w, const json_t *root, struct ir_err *err)
{
	const json_t *all = json_object_get(root, "results"), *next = json_object_get(root, "next");
	int64_t count = ir_foreign_int(json_object_get(root, "count"), -1);
	struct oncall *o = (struct oncall *)w;
	bool first = !w->cursor;

	if (!json_is_array(all)) {
		ir_fail(err, IR_BACKEND, "pager '%s': what answers there is not Grafana OnCall", w->pager->name);
		return ir_hint(err,
		    "correct url, written at %s: it is the API's URL, from the settings of OnCall or IRM",
		    w->pager->origin);
	}
	for (size_t i = 0; i < json_array_size(all); i++)
		take_group(w, json_array_get(all, i));
	w->cursor = next_page(w->pager->look->ctx->arena, root);
	if (json_is_string(next) && !w->cursor)
		return ir_fail(err, IR_BACKEND,
		    "pager '%s': its next page has no address that can be used: the list is not whole", w->pager->name);
	if (first)
		o->count = count;
	if (w->cursor)
		return 1;
	/* groups that went in between let others slip to pages that were read already */
	if (!first && o->count != count) {
		if (ir_pager_work_again(w))
			return 1;
		return ir_fail(err, IR_BACKEND,
		    "pager '%s': its list changes faster than it can be read: it may not be whole", w->pager->name);
	}
	w->passes = 0;
	return kinds[++w->kind] != NULL;
}

/* ---- users */

static const char *
name_of(const struct oncall *o, const char *id)
{
	for (size_t i = 0; i < o->n_names; i++)
		if (strcmp(o->ids[i], id) == 0)
			return o->names[i];
	return NULL;
}

/* Ids become parts of paths; one that is none is no id. */
static bool
is_plain(const char *s)
{
	for (; *s; s++)
		if (!isalnum((unsigned char)*s))
			return false;
	return true;
}

/* An id that has no name yet, of who has something. */
static const char *
nameless(const struct oncall *o)
{
	const struct ir_pager_seen *seen = o->w.seen;

	for (size_t i = 0; !o->nameless && o->n_names < NAMES && i < seen->size; i++)
		if (seen->v[i].alert && seen->v[i].holder && is_plain(seen->v[i].holder) &&
		    !name_of(o, seen->v[i].holder))
			return seen->v[i].holder;
	return NULL;
}

static void
add_name(struct oncall *o, const char *id, const char *name)
{
	if (o->n_names == NAMES)
		return;
	o->ids[o->n_names] = id;
	o->names[o->n_names++] = name;
}

static void
take_user(struct oncall *o, const json_t *root, const char *id)
{
	struct ir_arena *arena = o->w.pager->look->ctx->arena;
	const char *name = ir_foreign_text(arena, root, "username");

	if (!name)
		name = ir_foreign_text(arena, root, "email");
	add_name(o, id, name ? name : id);
}

static void settle(struct oncall *);

/* The list is there, and who has what by name. */
static void
named(struct oncall *o)
{
	const struct ir_pager_seen *seen = o->w.seen;

	for (size_t i = 0; i < seen->size; i++)
		if (seen->v[i].alert && seen->v[i].holder && name_of(o, seen->v[i].holder))
			seen->v[i].alert->acked_by = name_of(o, seen->v[i].holder);
	if (o->w.into == o->w.pager)
		ir_pager_listed(o->w.pager, o->listed);
	else
		settle(o);
}

static void
on_name(struct ir_pager_work *w, const struct ir_http_res *res, const json_t *root, const struct ir_err *why)
{
	struct oncall *o = (struct oncall *)w;
	const char *id = nameless(o);
	struct ir_err err = IR_ERR_INIT;

	(void)res;
	if (why)
		o->nameless = true;
	else if (id)
		take_user(o, root, id);
	id = nameless(o);
	if (!id || ir_pager_work_ask(w, IR_READ, "GET", ir_asprintf(w->pager->look->ctx->arena, "/users/%s/", id), NULL,
		       on_name, &err) < 0)
		named(o);
}

static void
on_list(struct ir_pager_work *w, const struct ir_err *why)
{
	struct oncall *o = (struct oncall *)w;
	const char *id;
	struct ir_err err = IR_ERR_INIT;

	o->listed = NULL;
	if (why) {
		o->listed_err = *why;
		o->listed = &o->listed_err;
	}
	id = nameless(o);
	if (!id || ir_pager_work_ask(w, IR_READ, "GET", ir_asprintf(w->pager->look->ctx->arena, "/users/%s/", id), NULL,
		       on_name, &err) < 0)
		named(o);
}

/* A service account's token belongs to no user. */
static void
on_me(struct ir_pager_work *w, const struct ir_http_res *res, const json_t *root, const struct ir_err *why)
{
	struct oncall *o = (struct oncall *)w;
	struct ir_err err = IR_ERR_INIT;

	if (!why && ir_foreign_text(w->pager->look->ctx->arena, root, "id")) {
		w->me = ir_foreign_text(w->pager->look->ctx->arena, root, "id");
		take_user(o, root, w->me);
		w->pager->me = name_of(o, w->me);
	}
	if (why && (!res || res->error)) {
		ir_pager_listed(w->pager, why);
		return;
	}
	if (ir_pager_work_list(w, w->pager, on_list, &err) < 0)
		ir_pager_listed(w->pager, &err);
}

static int
list(struct ir_pager *p, struct ir_err *err)
{
	struct oncall *o = ir_pager_work_of(p, &ir_pager_oncall_api, sizeof(*o));

	return ir_pager_work_ask(&o->w, IR_READ, "GET", "/users/current/", NULL, on_me, err);
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

/* One item, by the answer to its request and by the list after all of them. */
static void
settle_one(struct oncall *o, struct ir_pager_item *it, size_t i)
{
	const struct ir_pager_job *job = o->w.pager->job;
	const struct ir_pager_seen_at *at = ir_pager_seen_find(&o->w.now_seen, it->alert->alert);
	bool acked = at && strcmp(at->alert->state, "acked") == 0, known = !o->listed || at;
	bool ours = acked && o->w.me && at->holder && strcmp(at->holder, o->w.me) == 0;
	bool wanted = job->verb == IR_PAGER_UNACK ? at && !acked : acked;

	if (o->said[i] == TOOK && known && at && !wanted)
		ir_pager_item_end(it, IR_STATUS_FAILED, "OnCall took it, and shows it as before");
	else if (o->said[i] == TOOK || (o->said[i] == UNCLEAR && (ours || (wanted && !acked))))
		ir_pager_item_end(it, IR_STATUS_DONE, NULL);
	else if (o->said[i] == UNCLEAR || !known)
		ir_pager_item_end(it, acked && o->w.me && at->holder ? IR_STATUS_NOOP : IR_STATUS_UNKNOWN, o->words[i]);
	else if (!at)
		ir_pager_item_end(it, IR_STATUS_NOOP, "resolved in between");
	else if (wanted && acked)
		ir_pager_item_has(it, at->alert->acked_by);
	else if (wanted)
		ir_pager_item_end(it, IR_STATUS_NOOP, "nobody has acknowledged it");
	else
		ir_pager_item_end(it, IR_STATUS_FAILED, o->words[i]);
	if (it->status == IR_STATUS_NOOP && acked)
		it->by = at->alert->acked_by;
}

static void
settle(struct oncall *o)
{
	struct ir_pager_job *job = o->w.pager->job;

	for (size_t i = 0; i < job->n; i++)
		if (job->items[i].status == IR_STATUS_PLANNED && o->said[i] != NOTHING)
			settle_one(o, &job->items[i], i);
	ir_pager_acted(o->w.pager, NULL);
}

static int next(struct oncall *, struct ir_err *);

static void
go_on(struct oncall *o)
{
	struct ir_err err = IR_ERR_INIT;

	if (next(o, &err) < 0)
		ir_pager_acted(o->w.pager, &err);
}

static void
refused(struct oncall *o, const struct ir_http_res *res, const struct ir_err *why)
{
	struct ir_arena *arena = o->w.pager->look->ctx->arena;
	struct ir_pager_item *it = &o->w.pager->job->items[o->sent];

	o->words[o->sent] = ir_strdup(arena, why->msg);
	if (res && !res->error && res->status == 400) {
		o->said[o->sent] = REFUSED;
		return;
	}
	if (res && !res->error && res->status == 404) {
		ir_pager_item_end(it, IR_STATUS_NOOP, "OnCall has it no more");
		return;
	}
	if (ir_pager_work_unclear(res)) {
		o->said[o->sent] = UNCLEAR;
		ir_pager_work_not_sent(&o->w, o->words[o->sent]);
		return;
	}
	if (res && !res->error && (res->status == 401 || res->status == 403))
		o->words[o->sent] = ir_asprintf(arena,
		    "%s (acks are done in a user's name: set token-file to that user's own key of OnCall, a service "
		    "account's token is not enough)",
		    why->msg);
	ir_pager_item_end(it, IR_STATUS_FAILED, o->words[o->sent]);
	ir_pager_work_not_sent(&o->w, o->words[o->sent]);
}

static void
on_acked(struct ir_pager_work *w, const struct ir_http_res *res, const json_t *root, const struct ir_err *why)
{
	struct oncall *o = (struct oncall *)w;

	(void)root;
	/* the answer to it has no body that matters */
	if (why && !(res && !res->error && res->status >= 200 && res->status <= 299))
		refused(o, res, why);
	else
		o->said[o->sent] = TOOK;
	go_on(o);
}

static int
next(struct oncall *o, struct ir_err *err)
{
	struct ir_pager_work *w = &o->w;
	const struct ir_pager_job *job = w->pager->job;

	if (ir_pager_work_late(w))
		ir_pager_work_late_rest(w);
	if (w->at < w->n) {
		o->sent = w->queue[w->at++];
		return ir_pager_work_ask(w, IR_WRITE, "POST",
		    ir_asprintf(w->pager->look->ctx->arena, "/alert_groups/%s/%s", job->items[o->sent].alert->alert,
			job->verb == IR_PAGER_UNACK ? "unacknowledge" : "acknowledge"),
		    NULL, on_acked, err);
	}
	return ir_pager_work_list(w, &w->now, on_list, err);
}

static int
act(struct ir_pager *p, struct ir_pager_job *job, struct ir_err *err)
{
	struct oncall *o = p->priv;

	o->said = IR_NEW_N(p->look->ctx->arena, enum said, job->n + 1);
	o->words = IR_NEW_N(p->look->ctx->arena, const char *, job->n + 1);
	ir_pager_work_begin(&o->w, job);
	return next(o, err);
}

static void
stop(struct ir_pager *p)
{
	struct oncall *o = p->priv;

	if (!o)
		return;
	ir_pager_work_stop(&o->w);
	if (!p->acting)
		return;
	ir_pager_work_stopped_rest(&o->w);
	for (size_t i = 0; i < p->job->n; i++)
		if (p->job->items[i].status == IR_STATUS_PLANNED && o->said[i] == TOOK)
			ir_pager_item_end(&p->job->items[i], IR_STATUS_DONE, "not read back: the deadline came first");
}

static int
check(struct ir_ctx *ctx, const struct ir_section *s, struct ir_err *err)
{
	(void)ctx;
	if (ir_conf_value(s, "token"))
		return 0;
	ir_fail(err, IR_CONFIG, "a pager of type oncall needs a key of its API");
	return ir_hint(err, "add token-file, token-command or token-env");
}

const struct ir_pager_api ir_pager_oncall_api = {
	.name = "Grafana OnCall",
	.unit = "alert group",
	.prefix = "/api/v1",
	.auth = "Authorization: ",
	.right = "alert-groups:read, and that of a user for acks",
	.batch = 1,
	.page = page,
	.take = take,
};

const struct ir_pager_ops ir_pager_oncall = {
	.name = "oncall",
	.can_unack = true,
	.check = check,
	.list = list,
	.choose = choose,
	.act = act,
	.stop = stop,
};
