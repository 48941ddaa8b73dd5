/* tcp - does anything take a connection there? No more is known by that, and the summary says so. */

#include <math.h>
#include <unistd.h>

#include "base/num.h"
#include "net/dial.h"
#include "probe/net.h"

struct tcp {
	struct ir_dial_req req;
	struct ir_dial *dial;
	double warn_ms, fail_ms;
	struct ir_ctx *ctx;
	struct ir_target *target;
	ir_probe_done *done;
	bool stopping;
};

static int
prepare(struct ir_ctx *ctx, struct ir_target *t, struct ir_err *err)
{
	struct tcp *s = IR_NEW(ctx->arena, struct tcp);
	struct ir_http_req way = { .url = NULL };
	int64_t warn = ir_target_int(t, "latency-warn"), fail = ir_target_int(t, "latency-fail");
	struct ir_url u;
	bool six;

	if (!t->url)
		return ir_target_fail(ctx, t, NULL, err, "type = tcp needs a url");
	ir_url_split(ctx->arena, t->url, &u);
	if (strcmp(u.scheme, "tcp") != 0 || !*u.host || u.port <= 0) {
		ir_target_fail(ctx, t, "url", err, "'%s' is not tcp://host:port", ir_url_redact(ctx->arena, t->url));
		return ir_hint(err, "write the port too: tcp://example.org:5432");
	}
	if (ir_net_prepare(ctx, t, &way, err) < 0)
		return -1;
	if (way.proxy)
		return ir_target_fail(ctx, t, "proxy", err, "a tcp check goes straight to its target: no proxy");
	six = strchr(u.host, ':');
	t->priv = s;
	t->host = u.host;
	t->subject =
	    ir_asprintf(ctx->arena, "tcp://%s%s%s:%lld", six ? "[" : "", u.host, six ? "]" : "", (long long)u.port);
	s->req = (struct ir_dial_req){ .host = u.host,
		.port = (uint16_t)u.port,
		.family = way.family,
		.unix_path = way.unix_path,
		.resolve = ir_conf_list(t->section, "resolve") };
	s->warn_ms = warn == INT64_MIN ? INFINITY : (double)warn;
	s->fail_ms = fail == INT64_MIN ? INFINITY : (double)fail;
	return 0;
}

static void
judge(const struct tcp *s, struct ir_check *row, const struct ir_dial_res *res)
{
	struct ir_arena *arena = s->ctx->arena;

	if (res->error) {
		row->h.status = res->error == IR_DIAL_REFUSED ? IR_STATUS_FAIL : IR_STATUS_UNKNOWN;
		row->h.summary = ir_strdup(arena, res->message);
		if (res->error == IR_DIAL_REFUSED)
			row->hint = "nothing listens there: is it started, is it the right port?";
		return;
	}
	if (row->total_ms > s->warn_ms || row->total_ms > s->fail_ms) {
		bool bad = row->total_ms > s->fail_ms;

		row->h.status = bad ? IR_STATUS_FAIL : IR_STATUS_WARN;
		row->h.summary = ir_asprintf(arena, "slow: port open in %s, above %s",
		    ir_latency_text(arena, row->total_ms), ir_latency_text(arena, bad ? s->fail_ms : s->warn_ms));
		return;
	}
	row->h.status = IR_STATUS_OK;
	row->h.summary =
	    ir_asprintf(arena, "port open in %s (no protocol check)", ir_latency_text(arena, row->total_ms));
}

static void
on_dial(void *arg, const struct ir_dial_res *res)
{
	struct tcp *s = arg;
	struct ir_check *row = s->target->row;

	s->dial = NULL;
	if (res->fd >= 0)
		close(res->fd);
	row->address = res->address[0] ? ir_strdup(s->ctx->arena, res->address) : NULL;
	row->dns_ms = ir_us_to_ms(res->dns_us);
	row->connect_ms = ir_us_to_ms(res->connect_us);
	row->total_ms = row->latency_ms =
	    (res->dns_us > 0 ? ir_us_to_ms(res->dns_us) : 0) + (res->connect_us > 0 ? ir_us_to_ms(res->connect_us) : 0);
	row->phase = res->error == IR_DIAL_OK ? "done" : res->resolved ? "connect" : "dns";
	judge(s, row, res);
	if (!s->stopping)
		s->done(s->target);
}

static int
start(struct ir_ctx *ctx, struct ir_target *t, int64_t at_us, ir_probe_done *done, struct ir_err *err)
{
	struct tcp *s = t->priv;

	(void)err;
	s->ctx = ctx;
	s->target = t;
	s->done = done;
	s->stopping = false;
	s->req.at_us = at_us;
	s->dial = ir_dial(ctx->loop, &s->req, on_dial, s);
	return 0;
}

static void
stop(struct ir_target *t)
{
	struct tcp *s = t->priv;

	s->stopping = true;
	if (s->dial)
		ir_dial_stop(s->dial);
}

const struct ir_probe_ops ir_probe_tcp = {
	.name = "tcp",
	.groups = IR_CHECK_NET,
	.files = 1,
	.prepare = prepare,
	.start = start,
	.stop = stop,
};
