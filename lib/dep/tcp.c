/* tcp - does anything take a connection there? No more is known by that, and the summary says so. */

#include <math.h>
#include <unistd.h>

#include "base/num.h"
#include "dep/found.h"
#include "net/dial.h"

struct tcp {
	struct ir_dial_req req;
	struct ir_dial *dial;
	ir_dep_done *done;
	bool stopping;
};

/* "tcp://host:port", "tcp://[::1]:port"; nothing else in it. */
static int
take_url(struct ir_ctx *ctx, struct ir_dep *dep, const char *url)
{
	const char *s = strstr(url, "://"), *end;
	int64_t port;

	s = s ? s + 3 : url;
	if (*s == '[') {
		end = strchr(++s, ']');
		dep->host = end ? ir_strndup(ctx->arena, s, (size_t)(end - s)) : NULL;
		end = end ? end + 1 : s;
	} else {
		end = s + strcspn(s, ":/?#@");
		dep->host = ir_strndup(ctx->arena, s, (size_t)(end - s));
	}
	if (!dep->host || !*dep->host || *end != ':' ||
	    ir_parse_int(ir_strndup(ctx->arena, end + 1, strcspn(end + 1, "/")), 1, 65535, &port, NULL) < 0)
		return -1;
	end += 1 + strcspn(end + 1, "/");
	dep->port = (uint16_t)port;
	return strcmp(end, "") == 0 || strcmp(end, "/") == 0 ? 0 : -1;
}

static int
prepare(struct ir_ctx *ctx, struct ir_dep *dep, struct ir_err *err)
{
	struct tcp *t = IR_NEW(ctx->arena, struct tcp);
	const char *url = ir_secret_reveal(&dep->url);
	bool six;

	if (!url || take_url(ctx, dep, url) < 0) {
		/* whatever is in it may be secret */
		ir_fail(err, dep->section ? IR_CONFIG : IR_USAGE, "the URL is not tcp://host:port");
		return ir_hint(err, "write it as tcp://db.example:5432");
	}
	six = strchr(dep->host, ':');
	dep->subject = ir_asprintf(ctx->arena, "tcp://%s%s%s:%u", six ? "[" : "", dep->host, six ? "]" : "", dep->port);
	dep->priv = t;
	t->req = (struct ir_dial_req){ .host = dep->host, .port = dep->port, .resolve = &dep->resolve };
	return 0;
}

static void
on_dial(void *arg, const struct ir_dial_res *res)
{
	struct ir_dep *dep = arg;
	struct tcp *t = dep->priv;
	struct ir_check *row = dep->row;
	char took[IR_NUM_MAX];

	t->dial = NULL;
	if (res->fd >= 0)
		close(res->fd);
	row->address = res->address[0] ? ir_strdup(dep->ctx->arena, res->address) : NULL;
	row->dns_ms = ir_us_to_ms(res->dns_us);
	row->connect_ms = ir_us_to_ms(res->connect_us);
	row->total_ms = row->latency_ms =
	    (res->dns_us > 0 ? ir_us_to_ms(res->dns_us) : 0) + (res->connect_us > 0 ? ir_us_to_ms(res->connect_us) : 0);
	row->phase = res->error == IR_DIAL_OK ? "done" : res->resolved ? "connect" : "dns";
	if (res->error == IR_DIAL_REFUSED)
		ir_dep_fails(dep, IR_STATUS_FAIL, "nothing listens there: is it started, is it the right port?", "%s",
		    res->message);
	else if (res->error)
		ir_dep_fails(dep, IR_STATUS_UNKNOWN, NULL, "%s", res->message);
	else
		ir_dep_answers(dep, "port open in %s (no protocol check)", ir_format_latency(took, row->latency_ms));
	if (!t->stopping)
		t->done(dep);
}

static int
start(struct ir_dep *dep, int64_t at_us, ir_dep_done *done, struct ir_err *err)
{
	struct tcp *t = dep->priv;

	(void)err;
	t->done = done;
	t->stopping = false;
	t->req.at_us = at_us;
	t->dial = ir_dial(dep->ctx->loop, &t->req, on_dial, dep);
	return 0;
}

static void
stop(struct ir_dep *dep)
{
	struct tcp *t = dep->priv;

	t->stopping = true;
	if (t->dial)
		ir_dial_stop(t->dial);
}

static const char *const schemes[] = { "tcp", NULL };

const struct ir_dep_ops ir_dep_tcp = {
	.name = "tcp",
	.schemes = schemes,
	.files = 1,
	.prepare = prepare,
	.start = start,
	.stop = stop,
};
