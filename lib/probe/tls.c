/* tls - a port that speaks TLS: the handshake, and how long its certificate is valid */

#include <math.h>

#include "base/num.h"
#include "probe/net.h"

struct tls {
	struct ir_http_req req;
	struct ir_http *transfer;
	int64_t cert_warn, cert_fail;
	struct ir_ctx *ctx;
	struct ir_target *target;
	ir_probe_done *done;
	bool stopping;
};

static int
prepare(struct ir_ctx *ctx, struct ir_target *t, struct ir_err *err)
{
	struct tls *s = IR_NEW(ctx->arena, struct tls);
	struct ir_url u;
	bool six;

	if (!t->url)
		return ir_target_fail(ctx, t, NULL, err, "type = tls needs a url");
	ir_url_split(ctx->arena, t->url, &u);
	if (strcmp(u.scheme, "tls") != 0 || !*u.host || u.port <= 0) {
		ir_target_fail(ctx, t, "url", err, "'%s' is not tls://host:port", ir_url_redact(ctx->arena, t->url));
		return ir_hint(err, "write the port too: tls://example.org:443");
	}
	six = strchr(u.host, ':');
	t->priv = s;
	t->host = u.host;
	t->subject =
	    ir_asprintf(ctx->arena, "tls://%s%s%s:%lld", six ? "[" : "", u.host, six ? "]" : "", (long long)u.port);
	s->req.effect = IR_READ;
	s->req.url = ir_asprintf(ctx->arena, "https%s/", t->subject + strlen("tls"));
	s->req.connect_only = true;
	s->cert_warn = ir_target_int(t, "cert-warn-days");
	s->cert_fail = ir_target_int(t, "cert-fail-days");
	return ir_net_prepare(ctx, t, &s->req, err);
}

static void
on_answer(void *arg, const struct ir_http_res *res)
{
	struct tls *s = arg;
	struct ir_check *row = s->target->row;
	const char *what;

	s->transfer = NULL;
	ir_net_take(s->ctx, row, res);
	what = ir_asprintf(s->ctx->arena, "%s in %s", row->tls_version ? row->tls_version : "TLS",
	    ir_latency_text(s->ctx->arena, row->total_ms));
	if (!ir_net_failed(s->ctx, row, res) && !ir_cert_judge(s->ctx, row, what, s->cert_warn, s->cert_fail, true) &&
	    !ir_cert_judge(s->ctx, row, what, s->cert_warn, s->cert_fail, false)) {
		row->h.status = IR_STATUS_OK;
		row->h.summary =
		    isnan(row->cert_days)
			? what
			: ir_asprintf(s->ctx->arena, "%s, certificate valid for %.0f days", what, row->cert_days);
	}
	if (!s->stopping)
		s->done(s->target);
}

static int
start(struct ir_ctx *ctx, struct ir_target *t, int64_t at_us, ir_probe_done *done, struct ir_err *err)
{
	struct tls *s = t->priv;

	s->ctx = ctx;
	s->target = t;
	s->done = done;
	s->stopping = false;
	s->req.timeout_us = at_us - ir_mono_us();
	if (s->req.timeout_us < 1000)
		s->req.timeout_us = 1000;
	return ir_http_send(ctx->loop, &s->req, on_answer, s, &s->transfer, err);
}

static void
stop(struct ir_target *t)
{
	struct tls *s = t->priv;

	s->stopping = true;
	if (s->transfer)
		ir_http_stop(s->transfer);
}

const struct ir_probe_ops ir_probe_tls = {
	.name = "tls",
	.groups = IR_CHECK_NET | IR_CHECK_TLS,
	.files = 1,
	.prepare = prepare,
	.start = start,
	.stop = stop,
};
