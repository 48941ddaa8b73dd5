/* http - an HTTP or HTTPS endpoint, and what its answer has to be like */

#include <math.h>
#include <regex.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/utf8.h"
#include "probe/expect.h"
#include "probe/net.h"
#include "probe/pattern.h"

enum {
	PATTERN_US = 200 * 1000, /* for one expression; the loop waits for it */
	MARGIN_US = 30 * 1000,
};

struct http {
	struct ir_http_req req;
	struct ir_http *transfer;
	struct ir_secret token, password;
	const char *statuses, *text, *pattern;
	regex_t regex; /* valid when pattern is set */
	struct ir_list members;
	double warn_ms, fail_ms;
	int64_t cert_warn, cert_fail;
	struct ir_ctx *ctx;
	struct ir_target *target;
	ir_probe_done *done;
	bool stopping; /* its answer is not told to done */
};

/* ---- the request */

static int
is_token(const char *s, size_t n)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < n; i++) {
		if (!(s[i] >= '0' && s[i] <= '9') && !((s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'z') &&
		    !strchr(marks, s[i]))
			return 0;
	}
	return n > 0;
}

static int
prepare_secrets(struct ir_ctx *ctx, struct ir_target *t, struct http *h, struct ir_err *err)
{
	h->req.user = ir_target_str(t, "user");
	if (!t->section)
		return 0;
	if (ir_conf_value(t->section, "password") && !h->req.user)
		return ir_target_fail(ctx, t, "password", err, "a password without user");
	if (h->req.user && ir_conf_value(t->section, "token"))
		return ir_target_fail(ctx, t, "user", err, "user and token exclude one another");
	return 0;
}

/* They are had once, and kept. */
static int
ready(struct ir_ctx *ctx, struct ir_target *t, struct ir_err *err)
{
	struct http *h = t->priv;

	if (!t->section)
		return 0;
	if (!h->req.bearer && ir_conf_value(t->section, "token")) {
		if (ir_secret_conf(ctx, t->section, "token", &h->token, err) < 0)
			return -1;
		h->req.bearer = &h->token;
	}
	if (!h->req.password && h->req.user) {
		if (ir_secret_conf(ctx, t->section, "password", &h->password, err) < 0)
			return -1;
		h->req.password = &h->password;
	}
	return 0;
}

/* What only looks may be sent by anybody; a POST was configured by hand. */
static int
prepare_method(struct ir_ctx *ctx, struct ir_target *t, struct http *h, struct ir_err *err)
{
	const char *m = ir_target_str(t, "method"), *body = ir_target_str(t, "body");

	h->req.headers = *ir_conf_list(t->section, "header");
	h->req.body = body;
	h->req.body_len = body ? strlen(body) : 0;
	if (!m)
		m = body ? "POST" : "GET";
	if (!is_token(m, strlen(m)))
		return ir_target_fail(ctx, t, "method", err, "'%s' is not an HTTP method", m);
	h->req.method = m;
	h->req.effect =
	    strcmp(m, "GET") == 0 || strcmp(m, "HEAD") == 0 || strcmp(m, "OPTIONS") == 0 ? IR_READ : IR_PROBE;
	return 0;
}

static int
prepare_expectations(struct ir_ctx *ctx, struct ir_target *t, struct http *h, struct ir_err *err)
{
	char why[256];
	int rc;

	h->statuses = ir_target_str(t, "expect-status");
	h->text = ir_target_str(t, "expect-body");
	h->pattern = ir_target_str(t, "expect-regex");
	h->members = *ir_conf_list(t->section, "expect-json");
	if (ir_set_check(h->statuses, 100, 599, err) < 0)
		return ir_wrap(err, "%s: expect-status", t->origin);
	for (size_t i = 0; i < h->members.n; i++) {
		if (ir_json_check(h->members.v[i], err) < 0)
			return ir_wrap(err, "%s: expect-json", t->origin);
	}
	rc = h->pattern ? regcomp(&h->regex, h->pattern, REG_EXTENDED | REG_NOSUB | REG_NEWLINE) : 0;
	if (rc) {
		regerror(rc, &h->regex, why, sizeof(why));
		h->pattern = NULL;
		return ir_target_fail(ctx, t, "expect-regex", err, "%s", why);
	}
	return 0;
}

static double
threshold(const struct ir_target *t, const char *key)
{
	int64_t ms = ir_target_int(t, key);

	return ms == INT64_MIN ? INFINITY : (double)ms;
}

/* A warning that could never come was meant otherwise. */
static int
check_limits(struct ir_ctx *ctx, struct ir_target *t, const struct http *h, struct ir_err *err)
{
	bool days =
	    t->section && ir_conf_value(t->section, "cert-warn-days") && ir_conf_value(t->section, "cert-fail-days");

	if (!isinf(h->warn_ms) && h->fail_ms < h->warn_ms)
		return ir_target_fail(ctx, t, "latency-fail", err, "it is below latency-warn");
	if (days && h->cert_fail > h->cert_warn)
		return ir_target_fail(ctx, t, "cert-fail-days", err, "it is above cert-warn-days");
	return 0;
}

static int
prepare(struct ir_ctx *ctx, struct ir_target *t, struct ir_err *err)
{
	struct http *h = IR_NEW(ctx->arena, struct http);
	const char *version = ir_target_str(t, "http-version");
	struct ir_url u;

	if (!t->url)
		return ir_target_fail(ctx, t, NULL, err, "type = http needs a url");
	ir_url_split(ctx->arena, t->url, &u);
	if ((strcmp(u.scheme, "http") != 0 && strcmp(u.scheme, "https") != 0) || !*u.host || u.port < 0)
		return ir_target_fail(
		    ctx, t, "url", err, "'%s' is not an http:// or https:// URL", ir_url_redact(ctx->arena, t->url));
	t->priv = h;
	t->host = u.host;
	t->subject = ir_url_redact(ctx->arena, t->url);
	h->req.url = t->url;
	if (ir_net_prepare(ctx, t, &h->req, err) < 0 || prepare_secrets(ctx, t, h, err) < 0 ||
	    prepare_method(ctx, t, h, err) < 0 || prepare_expectations(ctx, t, h, err) < 0)
		return -1;
	h->req.no_http2 = strcmp(version, "1.1") == 0;
	h->req.http2 = strcmp(version, "2") == 0;
	h->req.max_redirects = (int)ir_target_int(t, "redirects");
	h->req.max_body = (size_t)ir_target_int(t, "max-body");
	h->warn_ms = threshold(t, "latency-warn");
	h->fail_ms = threshold(t, "latency-fail");
	h->cert_warn = ir_target_int(t, "cert-warn-days");
	h->cert_fail = ir_target_int(t, "cert-fail-days");
	return check_limits(ctx, t, h, err);
}

/* ---- the answer */

static const char *
reason(int status)
{
	static const struct {
		int status;
		const char *words;
	} reasons[] = {
		{ 301, "Moved Permanently" },
		{ 302, "Found" },
		{ 303, "See Other" },
		{ 307, "Temporary Redirect" },
		{ 308, "Permanent Redirect" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 408, "Request Timeout" },
		{ 429, "Too Many Requests" },
		{ 500, "Internal Server Error" },
		{ 501, "Not Implemented" },
		{ 502, "Bad Gateway" },
		{ 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i].status == status)
			return reasons[i].words;
	}
	return NULL;
}

/* "503 Service Unavailable in 12ms" */
static const char *
said(struct ir_ctx *ctx, const struct ir_http_res *res)
{
	const char *words = reason(res->status), *took = ir_latency_text(ctx->arena, (double)res->total_us / 1000);

	return ir_asprintf(ctx->arena, "%d%s%s in %s", res->status, words ? " " : "", words ? words : "", took);
}

/* ": first words of the body", when it is text that people can read. */
static const char *
excerpt(struct ir_ctx *ctx, const struct ir_http_res *res)
{
	const char *type = ir_http_header(res, "content-type"), *s = res->body.data;
	size_t n = strnlen(s, res->body.len), skip = strspn(s, " \t\r\n");

	if (!type || (!strstr(type, "json") && strncmp(type, "text/plain", 10) != 0))
		return "";
	n -= skip;
	if (n > strcspn(s + skip, "\r\n"))
		n = strcspn(s + skip, "\r\n");
	n = ir_utf8_cut(s + skip, n, 100);
	return n ? ir_asprintf(ctx->arena, ": %.*s", (int)n, s + skip) : "";
}

static int
fail(struct ir_check *row, const char *summary)
{
	row->h.status = IR_STATUS_FAIL;
	row->h.summary = summary;
	return 1;
}

static int
judge_status(const struct http *h, struct ir_check *row, const struct ir_http_res *res)
{
	if (ir_set_has(h->statuses, res->status) == 1)
		return 0;
	if (res->status >= 300 && res->status < 400 && h->req.max_redirects > 0 &&
	    res->redirects >= h->req.max_redirects)
		return fail(
		    row, ir_asprintf(h->ctx->arena, "%s after %d redirects", said(h->ctx, res), res->redirects));
	if (res->status == 401 || res->status == 403)
		row->hint = "give the check a user or a token, or take this status into expect-status";
	return fail(row, ir_asprintf(h->ctx->arena, "%s%s", said(h->ctx, res), excerpt(h->ctx, res)));
}

/* The body is not as it is to be; where it was not read to its end, that is not known. */
static int
unmet(const struct http *h, struct ir_check *row, const struct ir_http_res *res, const char *why)
{
	const char *cut = res->body_cut ? ", of which only the beginning was read" : "";

	fail(row, ir_asprintf(h->ctx->arena, "%s, but %s%s", said(h->ctx, res), why, cut));
	if (res->body_cut) {
		row->h.status = IR_STATUS_UNKNOWN;
		row->hint = "give the check a larger max-body";
	}
	return 1;
}

static int
judge_pattern(const struct http *h, struct ir_check *row, const struct ir_http_res *res)
{
	int64_t now = ir_mono_us(), at = now + PATTERN_US, last = h->ctx->deadline_us - MARGIN_US;
	int has = ir_pattern_has(&h->regex, res->body.data, res->body.len, at < last ? at : last);

	if (has > 0)
		return 0;
	if (has == 0)
		return unmet(h, row, res, ir_asprintf(h->ctx->arena, "/%s/ does not match the body", h->pattern));
	row->h.status = IR_STATUS_UNKNOWN;
	row->h.summary = ir_asprintf(h->ctx->arena, "%s, but whether /%s/ matches the body could not be told in time",
	    said(h->ctx, res), h->pattern);
	row->hint = "write a simpler expression, or give the check a smaller max-body";
	return 1;
}

static int
judge_body(const struct http *h, struct ir_check *row, const struct ir_http_res *res)
{
	const struct ir_buf *b = &res->body;
	struct ir_arena *arena = h->ctx->arena;
	const char *why;

	if (h->text && !memmem(b->data, b->len, h->text, strlen(h->text)))
		return unmet(h, row, res, ir_asprintf(arena, "'%s' is not in the body", h->text));
	if (h->pattern && judge_pattern(h, row, res))
		return 1;
	for (size_t i = 0; i < h->members.n; i++) {
		if (!ir_json_has(arena, h->members.v[i], b->data, b->len, &why))
			return unmet(h, row, res, why);
	}
	return 0;
}

/* The phase that took most of the time. */
static const char *
slowest(struct ir_arena *arena, const struct ir_check *row)
{
	const struct {
		const char *name;
		double ms;
	} parts[] = {
		{ "name look-up", row->dns_ms },
		{ "connecting", row->connect_ms },
		{ "TLS", row->tls_ms },
		{ "waiting for the first byte", row->first_byte_ms },
	};
	double max = row->total_ms / 2;
	const char *name = NULL;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!isnan(parts[i].ms) && parts[i].ms > max) {
			max = parts[i].ms;
			name = parts[i].name;
		}
	}
	return name ? ir_asprintf(arena, ", %s of it %s", ir_latency_text(arena, max), name) : "";
}

static int
judge_latency(
    const struct http *h, struct ir_check *row, const struct ir_http_res *res, double limit, enum ir_status status)
{
	if (isinf(limit) || row->total_ms <= limit)
		return 0;
	row->h.status = status;
	row->h.summary = ir_asprintf(h->ctx->arena, "slow: %s, above %s%s", said(h->ctx, res),
	    ir_latency_text(h->ctx->arena, limit), slowest(h->ctx->arena, row));
	return 1;
}

static const char *
well(struct ir_ctx *ctx, const struct ir_check *row, const struct ir_http_res *res)
{
	const char *hops = res->redirects ? ir_asprintf(ctx->arena, " after %d redirect%s", res->redirects,
						res->redirects == 1 ? "" : "s")
					  : "";
	const char *cert =
	    isnan(row->cert_days) ? "" : ir_asprintf(ctx->arena, ", certificate valid for %.0f days", row->cert_days);

	return ir_asprintf(ctx->arena, "%s%s%s", said(ctx, res), hops, cert);
}

/* The worst first. */
static void
judge(const struct http *h, struct ir_check *row, const struct ir_http_res *res)
{
	if (ir_net_failed(h->ctx, row, res) || judge_status(h, row, res) || judge_body(h, row, res) ||
	    judge_latency(h, row, res, h->fail_ms, IR_STATUS_FAIL) ||
	    ir_cert_judge(h->ctx, row, said(h->ctx, res), h->cert_warn, h->cert_fail, true) ||
	    judge_latency(h, row, res, h->warn_ms, IR_STATUS_WARN) ||
	    ir_cert_judge(h->ctx, row, said(h->ctx, res), h->cert_warn, h->cert_fail, false))
		return;
	row->h.status = IR_STATUS_OK;
	row->h.summary = well(h->ctx, row, res);
}

static void
on_answer(void *arg, const struct ir_http_res *res)
{
	struct http *h = arg;
	struct ir_check *row = h->target->row;

	h->transfer = NULL;
	ir_net_take(h->ctx, row, res);
	if (res->status) {
		row->http_status = res->status;
		row->http_version = ir_strdup(h->ctx->arena, res->version);
		row->body_bytes = res->body_bytes;
		row->redirects = res->redirects;
		row->url = res->url ? ir_url_redact(h->ctx->arena, res->url) : NULL;
	}
	judge(h, row, res);
	if (!h->stopping)
		h->done(h->target);
}

static int
start(struct ir_ctx *ctx, struct ir_target *t, int64_t at_us, ir_probe_done *done, struct ir_err *err)
{
	struct http *h = t->priv;

	h->ctx = ctx;
	h->target = t;
	h->done = done;
	h->stopping = false;
	h->req.timeout_us = at_us - ir_mono_us();
	if (h->req.timeout_us < 1000)
		h->req.timeout_us = 1000;
	return ir_http_send(ctx->loop, &h->req, on_answer, h, &h->transfer, err);
}

static void
stop(struct ir_target *t)
{
	struct http *h = t->priv;

	h->stopping = true;
	if (h->transfer)
		ir_http_stop(h->transfer);
}

const struct ir_probe_ops ir_probe_http = {
	.name = "http",
	.groups = IR_CHECK_NET | IR_CHECK_HTTP,
	.files = 1,
	.prepare = prepare,
	.ready = ready,
	.start = start,
	.stop = stop,
};
