/*
 * runtime - one question to the engine, all of it in flight at once
 *
 * The list comes first, un-versioned (its answer tells the version that the engine speaks); then the events and
 * an inspect a container, side by side, and for those that do not run the end of their log. An engine that
 * refuses un-versioned requests is asked for its version by /_ping.
 */

#include <strings.h>

#include "base/num.h"
#include "net/http.h"
#include "runtime/docker.h"
#include "runtime/reach.h"

enum { AT_ONCE = 64, LOG_LINES = 5 };

enum ask { ASK_LIST, ASK_PING, ASK_EVENTS, ASK_INSPECT, ASK_LOGS };

struct ask_req {
	struct ir_runtime *rt;
	enum ask what;
	size_t index;         /* of the container */
	struct ir_http *http; /* under way; NULL before and after */
	struct ir_buf url;
};

struct ir_runtime {
	struct ir_ctx *ctx;
	const struct ir_engine *engine;
	struct ir_runtime_query query;
	ir_runtime_cb *cb;
	void *arg;
	struct ir_runtime_result res;
	struct ask_req *asks; /* in order; those before next were started */
	size_t n, next, active;
	bool pinged, done;
};

static void on_answer(void *arg, const struct ir_http_res *http);

static void
finish(struct ir_runtime *rt)
{
	if (rt->done)
		return;
	rt->done = true;
	rt->cb(rt->arg, &rt->res);
	for (size_t i = 0; i < rt->res.n; i++)
		ir_docker_wipe(&rt->res.v[i]);
}

static void
give_up(struct ir_runtime *rt, const struct ir_err *why)
{
	rt->res.error = why->code;
	rt->res.err = *why;
	finish(rt);
}

/* Events up to now by the engine's clock, which is told in whole seconds: ours is finer, when it agrees. Never
 * later than now, or the engine would wait for what is to come. */
static int64_t
events_until(const struct ir_runtime *rt)
{
	int64_t now = ir_now_ms(), engine = rt->res.engine_ms;

	return engine == IR_TIME_NONE || (now >= engine && now < engine + 1000) ? now : engine;
}

static void
build_url(struct ask_req *q)
{
	const struct ir_runtime *rt = q->rt;
	const char *version = rt->res.api_version;
	int64_t until = events_until(rt);

	switch (q->what) {
	case ASK_LIST:
		ir_docker_list_path(&q->url, version, rt->query.all);
		break;
	case ASK_PING:
		ir_buf_adds(&q->url, "/_ping");
		break;
	case ASK_EVENTS:
		ir_docker_events_path(&q->url, version, until - IR_RECENT_MS, until);
		break;
	case ASK_INSPECT:
		ir_docker_inspect_path(&q->url, version, rt->res.v[q->index].id);
		break;
	case ASK_LOGS:
		ir_docker_logs_path(
		    &q->url, version, rt->res.v[q->index].id, &(struct ir_docker_log){ .tail = LOG_LINES });
		break;
	}
}

static int
ask_now(struct ask_req *q, struct ir_err *err)
{
	static const size_t max[] = {
		[ASK_LIST] = IR_DOCKER_LIST_MAX,
		[ASK_PING] = 64,
		[ASK_EVENTS] = IR_DOCKER_EVENTS_MAX,
		[ASK_INSPECT] = IR_DOCKER_INSPECT_MAX,
		[ASK_LOGS] = IR_DOCKER_LOGS_MAX,
	};
	struct ir_http_req req;

	ir_runtime_request(q->rt->engine, &req, &q->url);
	req.timeout_us = ir_runtime_time_left(q->rt->ctx);
	req.max_body = max[q->what];
	build_url(q);
	req.url = q->url.data;
	if (ir_http_send(q->rt->ctx->loop, &req, on_answer, q, &q->http, err) < 0) {
		ir_buf_done(&q->url);
		return -1;
	}
	q->rt->active++;
	return 0;
}

static struct ask_req *
add_ask(struct ir_runtime *rt, enum ask what, size_t index)
{
	struct ask_req *q = &rt->asks[rt->n++];

	*q = (struct ask_req){ .rt = rt, .what = what, .index = index };
	return q;
}

/* As many as may be under way; the end when there are none left. */
static void
advance(struct ir_runtime *rt)
{
	while (!rt->done && rt->next < rt->n && rt->active < AT_ONCE) {
		struct ask_req *q = &rt->asks[rt->next++];
		struct ir_err err = IR_ERR_INIT;

		if (ask_now(q, &err) == 0)
			continue;
		if (q->what == ASK_LIST || q->what == ASK_PING)
			give_up(rt, &err);
		else if (q->what == ASK_INSPECT)
			rt->res.v[q->index].inspect_error = ir_strdup(rt->ctx->arena, err.msg);
	}
	if (!rt->done && rt->active == 0 && rt->next == rt->n)
		finish(rt);
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
static int64_t
http_date(const char *s)
{
	struct tm tm = { 0 };
	const char *end = s ? strptime(s, "%a, %d %b %Y %H:%M:%S GMT", &tm) : NULL;

	return end && !*end ? (int64_t)timegm(&tm) * 1000 : IR_TIME_NONE;
}

static void
take_engine(struct ir_runtime *rt, const struct ir_http_res *http)
{
	const char *server = ir_http_header(http, "server");

	rt->res.api_version = ir_docker_version(rt->ctx->arena, ir_http_header(http, "api-version"));
	rt->res.engine_ms = http_date(ir_http_header(http, "date"));
	if (server)
		rt->res.engine_version = ir_strndup(rt->ctx->arena, server, strcspn(server, " "));
}

static void
fail_with(struct ir_runtime *rt, const struct ir_http_res *http)
{
	const char *host = rt->engine->host;
	struct ir_err err = IR_ERR_INIT;

	if (http->error) {
		ir_fail(&err, IR_BACKEND, "the engine at %s: %s", host, http->message);
		if (http->error == IR_HTTP_TIMEOUT)
			ir_hint(&err, "it hangs: look at `journalctl -u docker`, restart it if need be");
		else if (rt->engine->tls && http->error != IR_HTTP_REFUSED)
			ir_hint(&err, "see ca.pem, cert.pem and key.pem in DOCKER_CERT_PATH or of the docker context");
		else
			ir_hint(&err, "start docker or set DOCKER_HOST");
	} else {
		ir_fail(&err, IR_BACKEND, "the engine at %s answers %d: %s", host, http->status,
		    ir_docker_parse_error(rt->ctx->arena, http->body.data, http->body.len));
		if (http->status == 401 || http->status == 403)
			ir_hint(&err, "ask for the right to read it");
	}
	give_up(rt, &err);
}

static bool
is_bad(const struct ir_container *c)
{
	return c->state && (strcmp(c->state, "exited") == 0 || strcmp(c->state, "restarting") == 0) &&
	       c->exit_code != 0;
}

static void
take_list(struct ir_runtime *rt, const struct ir_http_res *http)
{
	struct ir_runtime_result *res = &rt->res;
	struct ir_err err = IR_ERR_INIT;
	struct ask_req *more;

	if (!res->api_version)
		take_engine(rt, http);
	res->latency_ms = (double)http->total_us / 1000;
	if (http->body_cut) {
		ir_fail(&err, IR_BACKEND, "the engine's list of containers is longer than %d MiB",
		    IR_DOCKER_LIST_MAX >> 20);
		give_up(rt, &err);
		return;
	}
	if (ir_docker_parse_list(rt->ctx->arena, http->body.data, http->body.len, &res->v, &res->n, &err) < 0) {
		give_up(rt, &err);
		return;
	}
	res->n = ir_docker_match(rt->ctx->arena, res->v, res->n, &rt->query, &res->projects);
	if (rt->query.list_only)
		return;
	more = IR_NEW_N(rt->ctx->arena, struct ask_req, 2 * res->n + 2);
	rt->asks = more;
	rt->n = rt->next = 0;
	if (rt->query.events && res->n > 0)
		add_ask(rt, ASK_EVENTS, 0);
	for (size_t i = 0; i < res->n; i++) {
		if (!res->v[i].oneoff)
			add_ask(rt, ASK_INSPECT, i);
	}
	for (size_t i = 0; i < res->n && !rt->query.no_words; i++) {
		if (!res->v[i].oneoff && is_bad(&res->v[i]))
			add_ask(rt, ASK_LOGS, i);
	}
}

/* The un-versioned list was refused: what does it speak? */
static void
ask_version(struct ir_runtime *rt)
{
	rt->pinged = true;
	add_ask(rt, ASK_PING, 0);
}

static void
take_ping(struct ir_runtime *rt, const struct ir_http_res *http)
{
	struct ir_err err = IR_ERR_INIT;

	take_engine(rt, http);
	if (rt->res.api_version) {
		add_ask(rt, ASK_LIST, 0);
		return;
	}
	ir_fail(&err, IR_BACKEND, "what answers at %s is not a container engine: no Api-Version in its answer",
	    rt->engine->host);
	ir_hint(&err, "set DOCKER_HOST to the engine's address");
	give_up(rt, &err);
}

/* One container's answer. Gone in between (404) is not an error: it is left out by its state. */
static void
take_inspect(struct ir_runtime *rt, struct ir_container *c, const struct ir_http_res *http)
{
	struct ir_err err = IR_ERR_INIT;

	if (http->error)
		c->inspect_error = ir_strdup(rt->ctx->arena, http->message);
	else if (http->status == 404)
		c->oneoff = true;
	else if (http->status != 200)
		c->inspect_error = ir_docker_parse_error(rt->ctx->arena, http->body.data, http->body.len);
	else if (http->body_cut)
		c->inspect_error = "its answer is longer than 1 MiB";
	else if (ir_docker_parse_inspect(
		     rt->ctx->arena, http->body.data, http->body.len, rt->query.env_wanted, c, &err) < 0)
		c->inspect_error = ir_strdup(rt->ctx->arena, err.msg);
	/* the environment is in it */
	explicit_bzero(http->body.data, http->body.len);
}

static void
take_detail(struct ask_req *q, const struct ir_http_res *http)
{
	struct ir_runtime *rt = q->rt;
	bool good = !http->error && http->status == 200;
	struct ir_container *c = &rt->res.v[q->index];

	if (q->what == ASK_INSPECT)
		take_inspect(rt, c, http);
	else if (q->what == ASK_EVENTS && good)
		ir_docker_parse_events(http->body.data, http->body.len, rt->res.v, rt->res.n, NULL);
	else if (q->what == ASK_LOGS && good)
		c->last_words = ir_docker_parse_logs(rt->ctx->arena, http->body.data, http->body.len);
}

static void
on_answer(void *arg, const struct ir_http_res *http)
{
	struct ask_req *q = arg;
	struct ir_runtime *rt = q->rt;

	q->http = NULL;
	rt->active--;
	ir_buf_done(&q->url);
	if (q->what != ASK_LIST && q->what != ASK_PING)
		take_detail(q, http);
	else if (q->what == ASK_LIST && !rt->pinged && !http->error && (http->status == 400 || http->status == 404))
		ask_version(rt);
	else if (http->error || http->status != 200)
		fail_with(rt, http);
	else if (q->what == ASK_PING)
		take_ping(rt, http);
	else
		take_list(rt, http);
	advance(rt);
}

struct ir_runtime *
ir_runtime_list(struct ir_ctx *ctx, const struct ir_engine *engine, const struct ir_runtime_query *query,
    ir_runtime_cb *cb, void *arg, struct ir_err *err)
{
	struct ir_runtime *rt = IR_NEW(ctx->arena, struct ir_runtime);

	if (strncmp(engine->host, "unix://", 7) == 0 && ir_runtime_reach(engine->host + 7, err) < 0)
		return NULL;
	*rt = (struct ir_runtime){ .ctx = ctx, .engine = engine, .query = *query, .cb = cb, .arg = arg };
	rt->res.engine_ms = IR_TIME_NONE;
	rt->asks = IR_NEW_N(ctx->arena, struct ask_req, 4);
	if (ask_now(add_ask(rt, ASK_LIST, 0), err) < 0)
		return NULL;
	rt->next = 1;
	return rt;
}

void
ir_runtime_stop(struct ir_runtime *rt)
{
	char limit[IR_NUM_MAX];

	if (!rt || rt->done)
		return;
	for (size_t i = 0; i < rt->next; i++) {
		struct ask_req *q = &rt->asks[i];

		if (!q->http)
			continue;
		ir_http_cancel(q->http);
		q->http = NULL;
		ir_buf_done(&q->url);
		if (q->what == ASK_INSPECT)
			rt->res.v[q->index].inspect_error = "no answer before the deadline";
	}
	for (size_t i = rt->next; i < rt->n; i++) {
		if (rt->asks[i].what == ASK_INSPECT)
			rt->res.v[rt->asks[i].index].inspect_error = "not asked before the deadline";
	}
	if (!rt->res.v) {
		struct ir_err err = IR_ERR_INIT;

		ir_fail(&err, IR_BACKEND, "the engine at %s: no answer within %s", rt->engine->host,
		    ir_format_duration(limit, (ir_mono_us() - rt->ctx->start_us) / 1000));
		ir_hint(&err, "it hangs: look at `journalctl -u docker`, restart it if need be");
		give_up(rt, &err);
		return;
	}
	finish(rt);
}
