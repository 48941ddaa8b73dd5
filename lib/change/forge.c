/* forge - APIs over HTTP that know of deployments: who asks, what is answered, and what an error means */
#include "change/forge.h"

#include <strings.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "base/utf8.h"

enum { SAID_MAX = 300, REDIRECTS = 3 };

int
ir_forge_begin(struct ir_forge *f, struct ir_change_source *s, const char *what, const char *url, struct ir_err *err)
{
	struct ir_ctx *ctx = s->look->ctx;
	const char *base = ir_change_key(s, "url");
	size_t n;

	*f = (struct ir_forge){ .source = s, .what = what };
	base = base ? base : url;
	if (strncasecmp(base, "http://", 7) != 0 && strncasecmp(base, "https://", 8) != 0)
		return ir_fail(err, IR_CONFIG, "%s is asked by http:// or https://", what);
	n = strcspn(base, "?#");
	while (n > 8 && base[n - 1] == '/')
		n--;
	f->base = ir_strndup(ctx->arena, base, n);
	/* GitHub answers nobody without a name */
	ir_list_add(ctx->arena, &f->headers, "User-Agent: ir");
	return ir_secret_conf(ctx, s->section, "token", &f->token, err);
}

/* ---- what is wrong */

/* "message" or "error" of a JSON body, or its first line; made safe. */
static const char *
said(struct ir_arena *arena, const char *p, size_t n)
{
	IR_CLEANUP(ir_foreign_json_done) json_t *root = ir_foreign_json(p, n);
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	const char *s = ir_foreign_text(arena, root, "message");

	ir_buf_init(&b, 4 * SAID_MAX);
	if (!s)
		s = ir_foreign_text(arena, root, "error");
	if (!s && root)
		return "";
	if (!s)
		s = ir_foreign_clean(arena, p, strcspn(p, "\r\n"));
	n = strcspn(s, "\r\n");
	ir_utf8_escape(&b, s, n < SAID_MAX ? n : ir_utf8_cut(s, n, SAID_MAX));
	return *s ? ir_asprintf(arena, ": %s", b.data) : "";
}

static int
too_many(const struct ir_forge *f, struct ir_arena *arena, const struct ir_http_res *res, struct ir_err *err)
{
	const char *after = ir_http_header(res, "retry-after"), *reset = ir_http_header(res, "x-ratelimit-reset");
	char at[IR_TIME_MAX];
	int64_t s;

	ir_fail(err, IR_BACKEND, "%s takes no more requests at present (HTTP status %d)", f->what, res->status);
	if (!reset)
		reset = ir_http_header(res, "ratelimit-reset");
	if (after && ir_parse_int(after, 0, 1 << 30, &s, NULL) == 0)
		return ir_hint(err, "wait %s", ir_duration_text(arena, (double)s));
	if (reset && ir_parse_int(reset, 0, INT64_C(1) << 40, &s, NULL) == 0)
		return ir_hint(err, "wait until %s", ir_time_format(at, s * 1000));
	return ir_hint(err, f->token.len ? "ask less often" : "give it a token: who has one may ask more often");
}

static bool
is_spent(const struct ir_http_res *res)
{
	const char *left = ir_http_header(res, "x-ratelimit-remaining");

	return res->status == 429 ||
	       (res->status == 403 && ((left && strcmp(left, "0") == 0) || ir_http_header(res, "retry-after")));
}

int
ir_forge_refusal(const struct ir_forge *f, struct ir_arena *arena, const struct ir_http_res *res, struct ir_err *err)
{
	const char *words = said(arena, res->body.data, res->body.len);
	bool token = f->token.len > 0;

	if (is_spent(res))
		return too_many(f, arena, res, err);
	switch (res->status) {
	case 401:
		ir_fail(err, IR_BACKEND, "%s %s (HTTP status 401)%s", f->what,
		    token ? "does not know the token" : "wants a token", words);
		return ir_hint(
		    err, token ? "renew it: it may have expired" : "add token-file, token-command or token-env");
	case 403:
		ir_fail(err, IR_BACKEND, "%s does not allow it (HTTP status 403)%s", f->what, words);
		return ir_hint(err, token ? "give the token the right %s" : "add a token with the right %s", f->right);
	case 404:
		ir_fail(
		    err, IR_BACKEND, "%s knows no %s, or does not show it (HTTP status 404)", f->what, f->asked_for);
		return ir_hint(err,
		    token ? "correct the name, or give the token the right %s"
			  : "correct the name, or add a token with the right %s",
		    f->right);
	default:
		ir_fail(err, IR_BACKEND, "%s answers with HTTP status %d%s", f->what, res->status, words);
		if (res->status >= 300 && res->status < 400)
			ir_hint(err, "correct url: it leads elsewhere");
		return -1;
	}
}

static int
judge(struct ir_forge *f, const struct ir_http_res *res, struct ir_err *err)
{
	if (res->error)
		return ir_fail(err, IR_BACKEND, "%s: %s", f->what, res->message);
	if (res->status != 200)
		return ir_forge_refusal(f, f->source->look->ctx->arena, res, err);
	if (res->body_cut)
		return ir_fail(err, IR_BACKEND, "%s answers with more than %d MiB", f->what, IR_FORGE_BODY >> 20);
	return 0;
}

/* ---- requests */

static void
on_answer(void *arg, const struct ir_http_res *res)
{
	struct ir_forge_answer *a = arg;
	struct ir_forge *f = a->forge;
	struct ir_err err = IR_ERR_INIT;
	int bad = judge(f, res, &err);

	a->http = NULL;
	f->open--;
	a->take(f, a->i, res, bad ? &err : NULL);
}

static void
fill(const struct ir_forge *f, struct ir_http_req *req)
{
	const struct ir_section *s = f->source->section;

	*req = (struct ir_http_req){ .effect = IR_READ,
		.headers = f->headers,
		.max_redirects = REDIRECTS,
		.max_body = IR_FORGE_BODY,
		.timeout_us = f->source->look->ctx->timeout_ms * 1000 };
	if (f->token.len)
		req->bearer = &f->token;
	if (!s)
		return;
	req->resolve = *ir_conf_list(s, "resolve");
	req->ca_file = ir_conf_str(s, "deploy", "ca-file");
	req->cert_file = ir_conf_str(s, "deploy", "client-cert");
	req->key_file = ir_conf_str(s, "deploy", "client-key");
	req->insecure = ir_conf_int(s, "deploy", "insecure") == 1;
}

int
ir_forge_get(struct ir_forge *f, const char *path, size_t i,
    void (*take)(struct ir_forge *, size_t, const struct ir_http_res *, const struct ir_err *), struct ir_err *err)
{
	struct ir_forge_answer *a = &f->answers[f->n];
	struct ir_http_req req;

	if (f->n == IR_FORGE_REQUESTS)
		return ir_fail(err, IR_INTERNAL, "too many requests");
	fill(f, &req);
	req.url = ir_asprintf(f->source->look->ctx->arena, "%s%s", f->base, path);
	*a = (struct ir_forge_answer){ .forge = f, .take = take, .i = i };
	if (ir_http_send(f->source->look->ctx->loop, &req, on_answer, a, &a->http, err) < 0)
		return -1;
	f->n++;
	f->open++;
	return 0;
}

void
ir_forge_fault(struct ir_forge *f, const struct ir_err *err)
{
	ir_change_fault(f->source, f->source->service, f->base, err);
}

void
ir_forge_end(struct ir_forge *f)
{
	for (size_t i = 0; i < f->n; i++)
		ir_http_cancel(f->answers[i].http);
	f->n = f->open = 0;
	ir_secret_done(&f->token);
}

/* ---- the end */

/* Of staging and of production in one list: the one says nothing of the other. */
static void
tell_environments(struct ir_forge *f, const struct ir_change_rows *rows)
{
	struct ir_arena *arena = f->source->look->ctx->arena;
	struct ir_list all = { 0 };
	struct ir_err err = IR_ERR_INIT;

	for (size_t i = 0; i < rows->n && all.n < 8; i++)
		if (*rows->v[i].h.subject)
			ir_list_add_once(arena, &all, rows->v[i].h.subject);
	if (all.n < 2 || ir_change_key(f->source, "environment"))
		return;
	ir_fail(&err, IR_INCOMPLETE, "%s has deployments to several environments: %s", f->what,
	    ir_list_join(arena, &all, "", ", "));
	ir_hint(&err, "say which counts: environment = %s", all.v[0]);
	ir_forge_fault(f, &err);
}

void
ir_forge_finish(struct ir_forge *f, struct ir_change_rows *rows, const char *subject, const char *between)
{
	struct ir_change_source *s = f->source;

	tell_environments(f, rows);
	ir_change_mark_current(rows);
	for (size_t i = 0; i < rows->n; i++) {
		const char *where = rows->v[i].h.subject;

		rows->v[i].h.subject = *where ? ir_asprintf(rows->arena, "%s%s%s", subject, between, where) : subject;
	}
	ir_change_put_all(s, rows);
	ir_forge_end(f);
	ir_change_done(s);
}
