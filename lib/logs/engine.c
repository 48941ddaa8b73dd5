/* engine - where a log engine is, who asks, and how its answer goes on */
#include "logs/engine.h"

#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/utf8.h"

enum { URL_MAX = 64 << 10, SAID_SHOWN = 300, PATIENCE_US = 600 * 1000000, LOOK_US = 1000000 };

/* ---- the section */

static const char *
str(const struct ir_engine *e, const char *key)
{
	return e->source->section ? ir_conf_str(e->source->section, "logs", key) : NULL;
}

/* "host:8123", without user and password. */
static const char *
authority(struct ir_arena *arena, const char *url)
{
	const char *s = strstr(url, "://"), *at;
	size_t n;

	s = s ? s + 3 : url;
	n = strcspn(s, "/?#");
	at = memrchr(s, '@', n);
	return at ? ir_strndup(arena, at + 1, n - (size_t)(at + 1 - s)) : ir_strndup(arena, s, n);
}

static int
take_url(struct ir_engine *e, struct ir_arena *arena, const char *url, struct ir_err *err)
{
	size_t n = strcspn(url, "?#"), query = url[n] == '?' ? strcspn(url + n + 1, "#") : 0;

	if (strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0) {
		ir_fail(err, IR_CONFIG, "%s is asked by http:// or https://", e->what);
		return ir_hint(err, "give url as http://host:port");
	}
	e->params = query ? ir_strndup(arena, url + n + 1, query) : "";
	while (n > 8 && url[n - 1] == '/')
		n--;
	e->base = ir_strndup(arena, url, n);
	return 0;
}

int
ir_engine_prepare(struct ir_engine *e, struct ir_ctx *ctx, struct ir_logs_source *s, const char *what,
    const char *scheme, const char *url, struct ir_err *err)
{
	*e = (struct ir_engine){ .source = s, .what = what };
	if (ir_logs_zone_of(s->section, s->query->now_ms, &e->zone, err) < 0)
		return -1;
	if (str(e, "url"))
		url = str(e, "url");
	if (!url) {
		ir_fail(err, IR_CONFIG, "logs of type %s need a url", s->ops->name);
		return ir_hint(err, "say where it is: url = http://host:port");
	}
	if (take_url(e, ctx->arena, url, err) < 0)
		return -1;
	e->user = str(e, "user");
	e->tenant = str(e, "tenant");
	if (ir_secret_conf(ctx, s->section, "password", &e->password, err) < 0 ||
	    ir_secret_conf(ctx, s->section, "token", &e->token, err) < 0) {
		ir_engine_stop(e);
		return -1;
	}
	s->subject = ir_asprintf(ctx->arena, "%s://%s", scheme, authority(ctx->arena, url));
	return 0;
}

/* ---- a request */

void
ir_engine_fill(const struct ir_engine *e, struct ir_http_req *req)
{
	const struct ir_section *s = e->source->section;

	*req = (struct ir_http_req){ .effect = IR_READ, .no_http2 = true, .user = e->user };
	if (e->password.len)
		req->password = &e->password;
	if (e->token.len)
		req->bearer = &e->token;
	if (!s)
		return;
	req->resolve = *ir_conf_list(s, "resolve");
	req->ca_file = ir_conf_str(s, "logs", "ca-file");
	req->cert_file = ir_conf_str(s, "logs", "client-cert");
	req->key_file = ir_conf_str(s, "logs", "client-key");
	req->insecure = ir_conf_int(s, "logs", "insecure") == 1;
}

void
ir_engine_url(const struct ir_engine *e, struct ir_buf *b, const char *path, const char *query)
{
	const char *glue = "?";

	ir_buf_init(b, URL_MAX);
	ir_buf_adds(b, e->base);
	ir_buf_adds(b, path);
	if (*e->params) {
		ir_buf_addf(b, "?%s", e->params);
		glue = "&";
	}
	if (query && *query)
		ir_buf_addf(b, "%s%s", glue, query);
}

static void
on_look(void *arg)
{
	struct ir_engine *e = arg;

	e->timer = NULL;
	if (!e->endless && ir_mono_us() - e->mono_us > PATIENCE_US)
		ir_http_stop(e->http);
	else
		e->timer = ir_loop_at(e->source->ctx->loop, ir_mono_us() + LOOK_US, on_look, e);
}

int
ir_engine_send(struct ir_engine *e, const struct ir_http_req *req, ir_http_cb *cb, void *arg, struct ir_err *err)
{
	struct ir_loop *loop = e->source->ctx->loop;

	if (ir_http_send(loop, req, cb, arg, &e->http, err) < 0)
		return -1;
	if (!e->held)
		ir_loop_hold(loop);
	e->held = true;
	e->mono_us = ir_mono_us();
	e->timer = ir_loop_at(loop, e->mono_us + LOOK_US, on_look, e);
	return 0;
}

void
ir_engine_lives(struct ir_engine *e, size_t n)
{
	e->mono_us = ir_mono_us();
	e->source->bytes += (int64_t)n;
}

void
ir_engine_answered(struct ir_engine *e)
{
	e->http = NULL;
	ir_timer_cancel(e->timer);
	e->timer = NULL;
}

/* ---- the end */

void
ir_engine_fault(struct ir_engine *e, const struct ir_err *err)
{
	ir_logs_fault(e->source, e->source->subject, err);
}

void
ir_engine_stop(struct ir_engine *e)
{
	if (e->held)
		ir_loop_release(e->source->ctx->loop);
	e->held = false;
	e->stopped = true;
	ir_http_cancel(e->http);
	ir_engine_answered(e);
	ir_secret_done(&e->password);
	ir_secret_done(&e->token);
	ir_buf_done(&e->line);
}

void
ir_engine_finish(struct ir_engine *e)
{
	ir_engine_end_streams(e);
	ir_engine_stop(e);
	e->done(e->source);
}

bool
ir_engine_is_literal(const char *grep)
{
	return *grep && !grep[strcspn(grep, "\\^$.|?*+()[]{}\n")];
}

const char *
ir_engine_said(struct ir_arena *arena, const char *p, size_t n)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;

	ir_buf_init(&b, 4 * IR_ENGINE_SAID);
	while (n && strchr(" \r\n\t", *p))
		p++, n--;
	for (size_t i = 0; i < n && i < IR_ENGINE_SAID; i++)
		if (p[i] == '\n' || p[i] == '\r') {
			n = i;
			break;
		}
	ir_utf8_escape(&b, p, n < SAID_SHOWN ? n : ir_utf8_cut(p, n, SAID_SHOWN));
	if (n > SAID_SHOWN)
		ir_buf_adds(&b, " …");
	return ir_strndup(arena, b.data, b.len);
}
