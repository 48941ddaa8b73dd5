/* work - a pager's API over HTTP, one request after the other: requests, and the pages of a list */
#include "pager/work.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "net/loop.h"
#include "rec/foreign.h"

enum {
	PAGE_BODY = 16 << 20,
	SEEN_FIRST = 256,
	LABELS_MAX = 64,
	SAID_ERRORS = 4,
	LAST_US = 200 * 1000,
	LEAST_US = 100 * 1000,
	FIRST_PAUSE_US = 20 * 1000,
	MOST_PAUSE_US = 1000 * 1000
};

/* ---- by id */

static size_t
slot_of(const struct ir_pager_seen *seen, const char *id)
{
	uint64_t h = seen->seed;

	for (; *id; id++)
		h = (h ^ (unsigned char)*id) * UINT64_C(1099511628211);
	h ^= h >> 29;
	return (size_t)((h * UINT64_C(11400714819323198485)) >> 32) & (seen->size - 1);
}

static struct ir_pager_seen_at *
place_of(const struct ir_pager_seen *seen, const char *id)
{
	size_t i = slot_of(seen, id);

	while (seen->v[i].alert && strcmp(seen->v[i].alert->alert, id) != 0)
		i = (i + 1) & (seen->size - 1);
	return &seen->v[i];
}

struct ir_pager_seen_at *
ir_pager_seen_find(const struct ir_pager_seen *seen, const char *id)
{
	struct ir_pager_seen_at *at = seen->size ? place_of(seen, id) : NULL;

	return at && at->alert ? at : NULL;
}

static void
seen_grow(struct ir_arena *arena, struct ir_pager_seen *seen)
{
	struct ir_pager_seen old = *seen;

	seen->size = old.size ? 2 * old.size : SEEN_FIRST;
	/* not to be guessed by who chooses the ids */
	seen->seed =
	    old.seed ? old.seed : (uint64_t)ir_mono_us() ^ (uint64_t)(uintptr_t)seen ^ UINT64_C(14695981039346656037);
	seen->v = IR_NEW_N(arena, struct ir_pager_seen_at, seen->size);
	for (size_t i = 0; i < old.size; i++)
		if (old.v[i].alert)
			*place_of(seen, old.v[i].alert->alert) = old.v[i];
}

/* Letters, digits and a few more: it becomes a part of a path. */
static bool
is_id(const char *s)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

	return s && *s && strlen(s) <= IR_PAGER_ID && !s[strspn(s, allowed)];
}

struct ir_alert *
ir_pager_work_add(struct ir_pager_work *w, const char *id, int64_t ms, const char *holder)
{
	struct ir_arena *arena = w->pager->look->ctx->arena;
	struct ir_pager_seen *seen = w->seen;
	struct ir_pager_seen_at *at;
	struct ir_alert *a;

	if (!is_id(id) || ms == IR_TIME_NONE) {
		w->odd++;
		return NULL;
	}
	at = ir_pager_seen_find(seen, id);
	if (at) {
		w->known += at->page + 1 == w->asked;
		at->page = w->asked;
		return NULL;
	}
	a = ir_pager_add(w->into);
	if (!a)
		return NULL;
	if (2 * seen->n >= seen->size)
		seen_grow(arena, seen);
	a->alert = id;
	a->h.time_ms = ms;
	*place_of(seen, id) = (struct ir_pager_seen_at){ .alert = a, .holder = holder, .page = w->asked };
	seen->n++;
	w->fresh++;
	return a;
}

void
ir_pager_work_label(struct ir_pager_work *w, struct ir_alert *a, const char *name, const char *value)
{
	struct ir_arena *arena = w->pager->look->ctx->arena;

	if (value && *value && *name && !strchr(name, '=') && a->labels.n < LABELS_MAX)
		ir_list_add(arena, &a->labels, ir_asprintf(arena, "%s=%s", name, value));
}

/* ---- errors */

static const char *
texts_of(struct ir_arena *arena, const json_t *list, const char *first)
{
	struct ir_list all = { 0 };

	if (first)
		ir_list_add(arena, &all, first);
	for (size_t i = 0; json_is_array(list) && i < json_array_size(list) && i < SAID_ERRORS; i++) {
		const json_t *v = json_array_get(list, i);
		const char *s = json_is_string(v) ? ir_foreign_clean(arena, json_string_value(v), json_string_length(v))
						  : ir_foreign_text(arena, v, "message");

		if (!s)
			s = ir_foreign_text(arena, v, "title");
		if (s)
			ir_list_add_once(arena, &all, s);
	}
	return all.n ? ir_list_join(arena, &all, "", ": ") : NULL;
}

const char *
ir_pager_work_said(struct ir_arena *arena, const struct ir_http_res *res)
{
	IR_CLEANUP(ir_foreign_json_done) json_t *root = ir_foreign_json(res->body.data, res->body.len);
	const json_t *error = json_object_get(root, "error");
	const char *s = ir_foreign_text(arena, error, "message");

	if (s || json_object_get(error, "errors"))
		return texts_of(arena, json_object_get(error, "errors"), s);
	s = ir_foreign_text(arena, root, "detail");
	if (!s)
		s = ir_foreign_text(arena, root, "message");
	return texts_of(arena, json_object_get(root, "errors"), s);
}

static int
no_json(const struct ir_pager_work *w, const struct ir_http_res *res, struct ir_err *err)
{
	const char *s = res->body.data + strspn(res->body.data, " \t\r\n");

	ir_fail(err, IR_BACKEND, "pager '%s': what answers there is not %s: %s", w->pager->name, w->api->name,
	    *s == '<' ? "it is a web page" : "it is not JSON, or broke off");
	return ir_hint(err, "see whether url, written at %s, is the base of its API", w->pager->origin);
}

/* ---- requests */

static void
on_answer(struct ir_pager_ask *ask, const struct ir_http_res *res, const struct ir_err *why)
{
	struct ir_pager_work *w = ask->arg;
	IR_CLEANUP(ir_foreign_json_done) json_t *root = NULL;
	struct ir_err err = IR_ERR_INIT;

	w->asking = false;
	if (why) {
		err = *why;
		/* it had only what was left of the run */
		if (res && res->error == IR_HTTP_TIMEOUT && ir_mono_us() + LAST_US > w->pager->look->ctx->deadline_us) {
			ir_fail(&err, IR_BACKEND, "pager '%s' did not tell all within the deadline", w->pager->name);
			ir_hint(&err, "give it more time with -T");
		}
		if (res && res->status == 403)
			ir_hint(&err, "give the key of pager '%s' the right %s", w->pager->name, w->api->right);
	} else if (res->body.len) {
		root = ir_foreign_json(res->body.data, res->body.len);
		if (!root)
			no_json(w, res, &err);
	}
	w->then(w, res, root, err.code ? &err : NULL);
}

static const char *
url_of(const struct ir_pager_work *w, const char *path)
{
	struct ir_arena *arena = w->pager->look->ctx->arena;
	const char *base = w->pager->urls.v[0];
	size_t n = strlen(base), k = strlen(w->api->prefix);
	bool there = k && n > k && strcmp(base + n - k, w->api->prefix) == 0;

	return ir_asprintf(arena, "%s%s%s", base, there ? "" : w->api->prefix, path);
}

static void
authorize(struct ir_pager *p, const struct ir_pager_api *api, struct ir_http_req *req)
{
	if (api->auth && !*api->auth) {
		req->user = p->user;
		req->password = p->password.len ? &p->password : &p->token;
	} else if (p->token.len) {
		req->bearer = &p->token;
		req->bearer_as = api->auth;
	}
}

/* Of a write: no longer than leaves time to read back. */
static int64_t
limit_of(const struct ir_pager_work *w, enum ir_effect effect)
{
	int64_t limit = w->pager->look->ctx->timeout_ms * 1000, left = w->stop_us - ir_mono_us();

	if (effect != IR_WRITE || left > limit)
		return limit;
	return left > LEAST_US ? left : LEAST_US;
}

int
ir_pager_work_ask(struct ir_pager_work *w, enum ir_effect effect, const char *method, const char *path, json_t *body,
    ir_pager_then *then, struct ir_err *err)
{
	struct ir_pager *p = w->pager;
	struct ir_arena *arena = p->look->ctx->arena;
	IR_FREE char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;

	json_decref(body);
	if (p->urls.n == 0)
		return ir_fail(err, IR_CONFIG, "pager '%s' has no url", p->name);
	w->ask = (struct ir_pager_ask){ .pager = p, .take = on_answer, .said = ir_pager_work_said, .arg = w };
	w->ask.req = (struct ir_http_req){ .effect = effect, .method = method, .max_body = PAGE_BODY };
	w->ask.req.timeout_us = limit_of(w, effect);
	w->ask.req.url = url_of(w, path);
	w->ask.req.body = ir_strdup(arena, text);
	w->ask.req.body_len = text ? strlen(text) : 0;
	ir_list_add(arena, &w->ask.req.headers,
	    ir_asprintf(arena, "Accept: %s", w->api->accept ? w->api->accept : "application/json"));
	ir_list_add(arena, &w->ask.req.headers, "Content-Type: application/json");
	if (effect == IR_WRITE && w->from)
		ir_list_add(arena, &w->ask.req.headers, ir_asprintf(arena, "From: %s", w->from));
	authorize(p, w->api, &w->ask.req);
	w->then = then;
	w->asking = ir_pager_ask(&w->ask, err) == 0;
	return w->asking ? 0 : -1;
}

void
ir_pager_work_stop(struct ir_pager_work *w)
{
	if (w && w->asking)
		ir_pager_ask_stop(&w->ask);
	if (w && w->timer) {
		ir_timer_cancel(w->timer);
		ir_loop_release(w->pager->look->ctx->loop);
		w->timer = NULL;
	}
	if (w)
		w->asking = false;
}

void *
ir_pager_work_of(struct ir_pager *p, const struct ir_pager_api *api, size_t size)
{
	struct ir_pager_work *w = p->priv;

	if (!w) {
		p->priv = w = ir_arena_alloc(p->look->ctx->arena, size);
		w->api = api;
		p->me = NULL;
	}
	w->pager = p;
	return w;
}

/* ---- the list */

static void
end_list(struct ir_pager_work *w, const struct ir_err *why)
{
	struct ir_err err = IR_ERR_INIT;

	if (!why && w->odd)
		ir_fail(&err, IR_BACKEND, "pager '%s': %zu of its alerts %s no id or no time that can be used",
		    w->pager->name, w->odd, w->odd == 1 ? "has" : "have");
	w->ended(w, why ? why : err.code ? &err : NULL);
}

static int ask_page(struct ir_pager_work *, struct ir_err *);

static void
on_pause(void *arg)
{
	struct ir_pager_work *w = arg;
	struct ir_loop *loop = w->pager->look->ctx->loop;
	struct ir_err err = IR_ERR_INIT;

	w->timer = NULL;
	if (ask_page(w, &err) < 0)
		end_list(w, &err);
	ir_loop_release(loop);
}

/* Before a list is read again: somebody is at work there. */
static int
pause_before(struct ir_pager_work *w)
{
	struct ir_loop *loop = w->pager->look->ctx->loop;
	int64_t us = (int64_t)FIRST_PAUSE_US << w->passes;

	w->again = false;
	ir_loop_hold(loop);
	w->timer = ir_loop_at(loop, ir_mono_us() + (us < MOST_PAUSE_US ? us : MOST_PAUSE_US), on_pause, w);
	return 0;
}

static void on_page(struct ir_pager_work *, const struct ir_http_res *, const json_t *, const struct ir_err *);

static int
ask_page(struct ir_pager_work *w, struct ir_err *err)
{
	json_t *body = NULL;
	const char *path = w->api->page(w, &body);

	w->fresh = w->known = 0;
	w->asked++;
	if (body && w->ask_page)
		return w->ask_page(w, IR_READ, body, on_page, err);
	return ir_pager_work_ask(w, IR_READ, body ? "POST" : "GET", path, body, on_page, err);
}

bool
ir_pager_work_again(struct ir_pager_work *w)
{
	if (w->passes == 0)
		w->first = w->asked;
	w->cursor = NULL;
	w->pages = 0;
	w->again = true;
	return ++w->passes < IR_PAGER_PASSES;
}

/* More of them are said to be there than can be had. */
static int
cut(struct ir_pager_work *w, struct ir_err *err)
{
	w->into->cut = true;
	if (w->fresh == 0)
		return ir_fail(err, IR_BACKEND,
		    "pager '%s' says that there are more open alerts, and sends none: the list may not be whole",
		    w->pager->name);
	return ir_fail(err, IR_BACKEND, "pager '%s' has more than %zu open alerts: the rest is not shown",
	    w->pager->name, w->seen->n);
}

static int
moving(const struct ir_pager_work *w, struct ir_err *err)
{
	return ir_fail(err, IR_BACKEND, "pager '%s': its list changes faster than it can be read: it may not be whole",
	    w->pager->name);
}

/* Without end? What is read again brings nothing new, and not more pages than before. */
static bool
is_endless(const struct ir_pager_work *w, size_t kind)
{
	if (w->into->cut || w->asked >= IR_PAGER_PAGES)
		return true;
	if (w->passes)
		return w->asked > (w->passes + 2) * (w->first + 1);
	return w->fresh == 0 && w->kind == kind;
}

static void
on_page(struct ir_pager_work *w, const struct ir_http_res *res, const json_t *root, const struct ir_err *why)
{
	struct ir_err err = IR_ERR_INIT;
	size_t kind = w->kind;
	int more;

	(void)res;
	if (why) {
		end_list(w, why);
		return;
	}
	more = w->api->take(w, root, &err);
	if (more >= 0 && w->api->overlaps && w->pages > 0 && w->known == 0)
		more = ir_pager_work_again(w) ? 1 : moving(w, &err);
	else
		w->pages++;
	if (more > 0 && is_endless(w, kind))
		more = cut(w, &err);
	if (more > 0 && (w->again ? pause_before(w) : ask_page(w, &err)) == 0)
		return;
	end_list(w, err.code ? &err : NULL);
}

int
ir_pager_work_list(struct ir_pager_work *w, struct ir_pager *into,
    void (*ended)(struct ir_pager_work *, const struct ir_err *), struct ir_err *err)
{
	const struct ir_pager *p = w->pager;

	if (into == &w->now)
		w->now = (struct ir_pager){ .ops = p->ops, .section = p->section, .name = p->name, .look = p->look };
	w->into = into;
	w->seen = into == &w->now ? &w->now_seen : &w->listed;
	*w->seen = (struct ir_pager_seen){ 0 };
	w->again = false;
	w->pages = w->kind = w->odd = w->asked = w->passes = 0;
	w->cursor = NULL;
	w->ended = ended;
	w->now_us = ir_mono_us();
	return ask_page(w, err);
}

void
ir_pager_work_listed(struct ir_pager_work *w, const struct ir_err *why)
{
	ir_pager_listed(w->pager, why);
}
