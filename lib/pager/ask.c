/* ask - one request to a pager's API: its keys, a limit of time, tries within it, and one sentence for what went wrong */
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "base/utf8.h"
#include "pager/pager.h"
#include "rec/foreign.h"

enum { SAID_MAX = 300, RESET_MAX_S = 1000000000, REFUSED_MAX = 64 << 10, SLACK_US = 300 * 1000 };

/* ---- what is wrong */

/* Words of an answer made fit for a message; "" when it says nothing. */
static const char *
words(struct ir_arena *arena, const char *s)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	size_t n;

	ir_buf_init(&b, 4 * SAID_MAX);
	s = s ? s + strspn(s, " \t\r\n") : "";
	n = strcspn(s, "\r\n");
	ir_utf8_escape(&b, s, n < SAID_MAX ? n : ir_utf8_cut(s, n, SAID_MAX));
	return b.len ? ir_asprintf(arena, ": %s", b.data) : "";
}

static const char *
said(const struct ir_pager_ask *a, const struct ir_http_res *res)
{
	struct ir_arena *arena = a->pager->look->ctx->arena;
	IR_CLEANUP(ir_foreign_json_done) json_t *root = NULL;
	const char *s = a->said ? a->said(arena, res) : NULL;

	if (s)
		return words(arena, s);
	root = ir_foreign_json(res->body.data, res->body.len);
	if (!root)
		return res->body.len && res->body.data[0] != '<'
			   ? words(arena, ir_foreign_clean(arena, res->body.data, res->body.len))
			   : "";
	s = ir_foreign_text(arena, root, "message");
	return words(arena, s ? s : ir_foreign_text(arena, root, "error"));
}

static bool
has_credentials(const struct ir_pager *p)
{
	return p->token.len || p->password.len;
}

static int
refusal(const struct ir_pager_ask *a, const struct ir_http_res *res, struct ir_err *err)
{
	const struct ir_pager *p = a->pager;
	const char *what = said(a, res);

	switch (res->status) {
	case 401:
		ir_fail(err, IR_BACKEND, "pager '%s' %s (HTTP status 401)%s", p->name,
		    has_credentials(p) ? "does not take our credentials" : "wants credentials", what);
		return ir_hint(err, has_credentials(p) ? "renew them: they may have expired"
						       : "add token-file, or user and password-file");
	case 403:
		ir_fail(err, IR_BACKEND, "pager '%s' does not allow this (HTTP status 403)%s", p->name, what);
		return ir_hint(err, "give the token or user the right to do it");
	case 404:
		ir_fail(err, IR_BACKEND, "pager '%s' knows no such thing (HTTP status 404)%s", p->name, what);
		return ir_hint(err, "see whether url, written at %s, is the base of its API", p->origin);
	case 429:
		return ir_fail(
		    err, IR_BACKEND, "pager '%s' takes no more requests at present (HTTP status 429)%s", p->name, what);
	default:
		ir_fail(err, IR_BACKEND, "pager '%s' answers with HTTP status %d%s", p->name, res->status, what);
		if (res->status >= 300 && res->status < 400)
			ir_hint(err, "correct url, written at %s: it leads elsewhere", p->origin);
		return -1;
	}
}

static int
judge(const struct ir_pager_ask *a, const struct ir_http_res *res, struct ir_err *err)
{
	if (res->error) {
		ir_fail(err, IR_BACKEND, "pager '%s': %s", a->pager->name, res->message);
		if (res->error == IR_HTTP_TIMEOUT)
			return ir_hint(err, "allow more time with -t");
		return res->error == IR_HTTP_REFUSED || res->error == IR_HTTP_RESOLVE ||
			       res->error == IR_HTTP_TLS_FAILED
			   ? ir_hint(err, "see whether it is up, and url, written at %s, leads to it", a->pager->origin)
			   : -1;
	}
	if (res->status < 200 || res->status > 299)
		return refusal(a, res, err);
	if (res->body_cut || a->streamed > a->req.max_body)
		return ir_fail(err, IR_BACKEND, "pager '%s' answers with more than %zu MiB", a->pager->name,
		    a->req.max_body >> 20);
	return 0;
}

/* ---- tries */

static int send_it(struct ir_pager_ask *, struct ir_err *);

/* Seconds that it wants us to wait; -1: it does not say. */
static int64_t
asked_to_wait(const struct ir_http_res *res)
{
	static const char *const names[] = { "retry-after", "ratelimit-reset", "x-ratelimit-period-in-sec" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *s = ir_http_header(res, names[i]);
		int64_t n;

		if (s && ir_parse_int(s, 0, RESET_MAX_S, &n, NULL) == 0)
			return n;
	}
	return -1;
}

static void
fail_at_once(struct ir_pager_ask *a, const struct ir_err *err)
{
	ir_buf_done(&a->refused);
	a->take(a, NULL, err);
}

static void
on_time(void *arg)
{
	struct ir_pager_ask *a = arg;
	struct ir_err err = IR_ERR_INIT;

	a->timer = NULL;
	if (send_it(a, &err) < 0)
		fail_at_once(a, &err);
	ir_loop_release(a->pager->look->ctx->loop);
}

/* 429, and 503 that says when: the request was not taken, so that it may be sent again. */
static bool
waits(struct ir_pager_ask *a, const struct ir_http_res *res)
{
	const struct ir_ctx *ctx = a->pager->look->ctx;
	int64_t s = res->error ? -1 : asked_to_wait(res), at_us;

	if (res->error || (res->status != 429 && !(res->status == 503 && s >= 0)) || a->tries >= IR_PAGER_TRIES)
		return false;
	at_us = ir_mono_us() + (s > 0 ? s : 1) * 1000000;
	if (at_us + SLACK_US > ctx->deadline_us)
		return false;
	ir_trace(ctx, 1, "pager '%s' asks to wait %llds", a->pager->name, (long long)(s > 0 ? s : 1));
	ir_loop_hold(ctx->loop);
	a->timer = ir_loop_at(ctx->loop, at_us, on_time, a);
	return true;
}

/* The next member of the cluster; what may have been done is not sent to another. */
static bool
moves_on(struct ir_pager_ask *a, const struct ir_http_res *res)
{
	/* a connection may also be reset when the request was there already */
	bool not_taken =
	    res->phase <= IR_HTTP_TLS && (res->error == IR_HTTP_RESOLVE || res->error == IR_HTTP_REFUSED ||
					     res->error == IR_HTTP_TLS_FAILED || res->error == IR_HTTP_TIMEOUT);
	bool bad = not_taken || (a->req.effect == IR_READ && (res->error || res->status >= 500));
	struct ir_err err = IR_ERR_INIT;

	if (!bad || !a->path || a->url_at + 1 >= a->pager->urls.n || res->error == IR_HTTP_STOPPED)
		return false;
	ir_trace(a->pager->look->ctx, 1, "pager '%s': %s: %s; the next member is asked", a->pager->name,
	    a->pager->urls.v[a->url_at], res->error ? res->message : "HTTP status 5xx");
	a->url_at++;
	a->tries = 0;
	if (send_it(a, &err) < 0)
		fail_at_once(a, &err);
	return true;
}

static int
on_piece(void *arg, const char *p, size_t n)
{
	struct ir_pager_ask *a = arg;
	int status = ir_http_status(a->http);

	if (status < 200 || status > 299)
		return ir_buf_add(&a->refused, p, n);
	a->streamed += n;
	return a->streamed > a->req.max_body ? -1 : a->stream(a, p, n);
}

static void
on_answer(void *arg, const struct ir_http_res *res)
{
	struct ir_pager_ask *a = arg;
	struct ir_http_res told = *res;
	struct ir_err err = IR_ERR_INIT;
	int bad;

	a->http = NULL;
	if (waits(a, res) || moves_on(a, res))
		return;
	if (a->stream)
		told.body = a->refused;
	bad = judge(a, &told, &err);
	ir_buf_done(&a->refused);
	if (bad && res->status == 429 && asked_to_wait(res) >= 0)
		ir_hint(&err, "wait %llds, or give it more time with -T", (long long)asked_to_wait(res));
	a->take(a, res, bad ? &err : NULL);
}

static void
fill(struct ir_pager_ask *a, struct ir_http_req *req)
{
	const struct ir_pager *p = a->pager;
	const struct ir_section *s = p->section;
	struct ir_arena *arena = p->look->ctx->arena;
	const struct ir_list *more = ir_conf_list(s, "header");

	if (a->path)
		req->url = ir_asprintf(arena, "%s%s", p->urls.v[a->url_at], a->path);
	req->headers = (struct ir_list){ 0 };
	for (size_t i = 0; i < a->req.headers.n; i++)
		ir_list_add(arena, &req->headers, a->req.headers.v[i]);
	for (size_t i = 0; i < more->n; i++)
		ir_list_add(arena, &req->headers, more->v[i]);
	ir_list_add(arena, &req->headers, "User-Agent: ir");
	req->ca_file = p->ca_file;
	req->cert_file = p->cert_file;
	req->key_file = p->key_file;
	req->insecure = p->insecure;
	if (!s)
		return;
	req->resolve = *ir_conf_list(s, "resolve");
	req->ca_file = ir_conf_str(s, "pager", "ca-file");
	req->cert_file = ir_conf_str(s, "pager", "client-cert");
	req->key_file = ir_conf_str(s, "pager", "client-key");
	req->insecure = ir_conf_int(s, "pager", "insecure") == 1;
}

static int
send_it(struct ir_pager_ask *a, struct ir_err *err)
{
	struct ir_ctx *ctx = a->pager->look->ctx;
	struct ir_http_req req = a->req;

	fill(a, &req);
	a->tries++;
	if (a->stream) {
		ir_buf_done(&a->refused);
		ir_buf_init(&a->refused, REFUSED_MAX);
		a->streamed = 0;
		req.on_body = on_piece;
		a->stream(a, NULL, 0);
	}
	return ir_http_send(ctx->loop, &req, on_answer, a, &a->http, err);
}

int
ir_pager_ask(struct ir_pager_ask *a, struct ir_err *err)
{
	const struct ir_pager *p = a->pager;

	if (!a->req.max_body)
		a->req.max_body = IR_PAGER_BODY;
	if (!a->req.timeout_us)
		a->req.timeout_us = p->look->ctx->timeout_ms * 1000;
	a->tries = 0;
	if (a->path && a->url_at >= p->urls.n)
		return ir_fail(err, IR_CONFIG, "pager '%s' has no url", p->name);
	return send_it(a, err);
}

void
ir_pager_ask_stop(struct ir_pager_ask *a)
{
	ir_http_cancel(a->http);
	a->http = NULL;
	ir_buf_done(&a->refused);
	if (a->timer) {
		ir_timer_cancel(a->timer);
		ir_loop_release(a->pager->look->ctx->loop);
	}
	a->timer = NULL;
}
