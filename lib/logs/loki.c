/*
 * loki - lines that Loki holds, by its range queries
 *
 * Page after page in the order of time, each as large as the server allows; a page begins at the last instant of the one before, and what was there already is left out. Where no --since is given, the last
 * hour is looked at, as by Loki itself. Following is asking again each second.
 */
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "logs/loki_answer.h"
#include "logs/seen.h"

enum { BODY_MAX = 64 << 20, LIMIT = 5000, HOUR_MS = 3600000, LINES_MAX = 10 * 1000 * 1000 };

struct loki {
	struct ir_engine engine;
	struct ir_list headers;
	const char *query; /* NULL: made of the labels that there are */
	bool labels;       /* they are asked for */
	struct ir_buf url, body;
	bool full; /* the answer was longer than is taken */
	int64_t start_ns, end_ns, limit, lines;
	struct ir_seen *seen;
	struct ir_timer *timer;
	int64_t newest_ns;
	bool down;
};

static void go_on(struct loki *l);

/* ---- the section */

static const char *
variable(const struct ir_logs_source *s, const char *name)
{
	const char *v = s->section ? NULL : getenv(name); /* the environment speaks for the unnamed source alone */

	return v && *v ? v : NULL;
}

static void
take_variables(struct ir_engine *e)
{
	const struct ir_logs_source *s = e->source;
	const char *password = variable(s, "LOKI_PASSWORD"), *token = variable(s, "LOKI_BEARER_TOKEN");

	if (!e->user)
		e->user = variable(s, "LOKI_USERNAME");
	if (!e->tenant)
		e->tenant = variable(s, "LOKI_ORG_ID");
	if (password)
		ir_secret_set(&e->password, password, strlen(password));
	if (token)
		ir_secret_set(&e->token, token, strlen(token));
}

static int
prepare(struct ir_ctx *ctx, struct ir_logs_source *s, struct ir_err *err)
{
	struct loki *l = IR_NEW(ctx->arena, struct loki);

	s->priv = l;
	if (ir_engine_prepare(&l->engine, ctx, s, "Loki", "loki", variable(s, "LOKI_ADDR"), err) < 0)
		return -1;
	take_variables(&l->engine);
	/* what varies from line to line is no label then */
	ir_list_add(ctx->arena, &l->headers, "X-Loki-Response-Encoding-Flags: categorize-labels");
	if (l->engine.tenant)
		ir_list_add(ctx->arena, &l->headers, ir_asprintf(ctx->arena, "X-Scope-OrgID: %s", l->engine.tenant));
	l->query = s->section ? ir_conf_str(s->section, "logs", "query") : NULL;
	return 0;
}

/* ---- what is wrong */

static const char *
hint_of(int status, const char *said)
{
	if (strstr(said, "no org id"))
		return "say for whom: tenant = …";
	if (status == 401 || status == 403)
		return "look at the keys user, password-…, token-… and tenant";
	if (strstr(said, "parse error"))
		return "look at the key query";
	if (strstr(said, "query length") || strstr(said, "time range"))
		return "look at a shorter time";
	if (status == 404)
		return "is it Loki's HTTP port, usually 3100?";
	return NULL;
}

static void
fault(struct loki *l, const struct ir_http_res *res)
{
	struct ir_arena *arena = l->engine.source->ctx->arena;
	const char *said = ir_engine_said(arena, l->body.data, l->body.len), *hint;
	struct ir_err err = IR_ERR_INIT;

	if (res->error) {
		ir_fail(&err, IR_BACKEND, "%s", res->message);
	} else {
		hint = hint_of(res->status, said);
		ir_fail(&err, IR_BACKEND, "Loki answers with HTTP status %d%s%s", res->status, *said ? ": " : "", said);
		if (hint)
			ir_hint(&err, "%s", hint);
	}
	ir_engine_fault(&l->engine, &err);
}

static void
fault_words(struct loki *l, const char *words, const char *hint)
{
	struct ir_err err = IR_ERR_INIT;

	ir_fail(&err, IR_BACKEND, "%s", words);
	ir_hint(&err, "%s", hint);
	ir_engine_fault(&l->engine, &err);
}

/* ---- the end, and the next look */

static void
clean(struct loki *l)
{
	ir_timer_cancel(l->timer);
	l->timer = NULL;
	ir_buf_done(&l->url);
	ir_buf_done(&l->body);
	ir_seen_free(l->seen);
	l->seen = NULL;
}

static void
finish(struct loki *l)
{
	clean(l);
	ir_engine_finish(&l->engine);
}

static void
on_poll(void *arg)
{
	struct loki *l = arg;

	l->timer = NULL;
	l->end_ns = (ir_now_ms() + IR_ENGINE_LATE_MS) * 1000000;
	go_on(l);
}

static void
poll_later(struct loki *l, int64_t wait_us)
{
	l->start_ns = l->newest_ns - INT64_C(1000000) * IR_ENGINE_LATE_MS;
	ir_engine_idle(&l->engine);
	l->timer = ir_loop_at(l->engine.source->ctx->loop, ir_mono_us() + wait_us, on_poll, l);
}

static void
caught_up(struct loki *l)
{
	if (l->engine.source->query->follow)
		poll_later(l, IR_ENGINE_POLL_US);
	else
		finish(l);
}

/* ---- answers */

static void
bring(struct loki *l, const struct ir_loki_page *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct ir_loki_line *v = &p->v[i];
		const struct ir_loki_stream *s = &p->streams[v->stream];
		struct ir_logs_stream *stream = ir_engine_stream(&l->engine, s->service, s->part);

		if (v->ns > l->newest_ns)
			l->newest_ns = v->ns;
		if (!ir_seen_row(l->seen, v->ns, stream->subject, strlen(stream->subject), v->text.p, v->text.n))
			continue;
		ir_engine_put(&l->engine, stream, v->ns / 1000000, v->level, v->text.p,
		    v->text.n < IR_ENGINE_TEXT ? v->text.n : IR_ENGINE_TEXT);
		l->lines++;
	}
}

/* After a full page: from its last instant on. */
static void
next_page(struct loki *l, int64_t last_ns)
{
	if (l->lines >= LINES_MAX && !l->engine.source->query->follow) {
		fault_words(l, "ten million lines were read, and there are more",
		    "look at a shorter time, or at fewer services");
		finish(l);
		return;
	}
	if (last_ns <= l->start_ns) {
		fault_words(l, "there are more lines of one instant than Loki gives at once: some are missing",
		    "raise max_entries_limit_per_query of Loki");
		last_ns = l->start_ns + 1;
	}
	l->start_ns = last_ns;
	go_on(l);
}

static void
take_page(struct loki *l)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_loki_page p;
	int64_t last_ns = 0;
	bool more = false;
	int rc = ir_loki_page(l->body.data, l->body.len, &p, &err);

	if (rc == 0) {
		bring(l, &p);
		more = (int64_t)p.n >= l->limit;
		last_ns = p.n ? p.v[p.n - 1].ns : 0;
	}
	ir_loki_page_done(&p);
	ir_buf_done(&l->body);
	if (rc < 0) {
		ir_engine_fault(&l->engine, &err);
		finish(l);
	} else if (more) {
		next_page(l, last_ns);
	} else {
		caught_up(l);
	}
}

static void
take_labels(struct loki *l)
{
	struct ir_arena *arena = l->engine.source->ctx->arena;
	struct ir_err err = IR_ERR_INIT;
	struct ir_buf b;
	const char *label;

	if (ir_loki_labels(arena, l->body.data, l->body.len, &label, &err) < 0) {
		ir_engine_fault(&l->engine, &err);
		finish(l);
		return;
	}
	if (!label && !l->engine.source->query->follow) {
		finish(l); /* it holds nothing */
		return;
	}
	ir_buf_init(&b, 64 << 10);
	ir_loki_selector(&b, label ? label : "service_name", l->engine.source->services);
	l->query = ir_strdup(arena, b.data);
	ir_buf_done(&b);
	l->labels = false;
	go_on(l);
}

/* The server may allow less than is asked for, or the lines be too long for so many. */
static bool
again_smaller(struct loki *l, const struct ir_http_res *res)
{
	int64_t limit = l->full ? l->limit / 2 : res->status == 400 ? ir_loki_limit(l->body.data, l->body.len) : 0;

	if (l->labels || limit < 1 || limit >= l->limit)
		return false;
	l->limit = limit;
	go_on(l);
	return true;
}

static void
on_end(void *arg, const struct ir_http_res *res)
{
	struct loki *l = arg;
	bool good = !res->error && res->status == 200 && !l->full;

	ir_engine_answered(&l->engine);
	if (l->engine.stopped)
		return;
	if (good) {
		l->down = false;
		if (l->labels)
			take_labels(l);
		else
			take_page(l);
		return;
	}
	if (again_smaller(l, res))
		return;
	if (l->full)
		fault_words(l, "an answer is longer than 64 MiB", "look at a shorter time, or at fewer services");
	else if (!l->down)
		fault(l, res);
	l->down = true;
	if (l->engine.source->query->follow && l->newest_ns)
		poll_later(l, IR_ENGINE_DOWN_US);
	else
		finish(l);
}

static int
on_body(void *arg, const char *p, size_t n)
{
	struct loki *l = arg;

	ir_engine_lives(&l->engine, n);
	l->full = ir_buf_add(&l->body, p, n) < 0;
	return l->full || l->engine.stopped;
}

/* ---- questions */

static int
ask(struct loki *l, struct ir_err *err)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf query, params;
	const char *grep = l->engine.source->query->grep;
	struct ir_http_req req;

	ir_buf_init(&query, 64 << 10);
	ir_buf_init(&params, 64 << 10);
	if (l->labels) {
		ir_loki_labels_query(&params, l->start_ns, l->end_ns);
	} else {
		ir_buf_adds(&query, l->query);
		if (grep && ir_engine_is_literal(grep))
			ir_loki_contains(&query, grep);
		ir_loki_page_query(&params, query.data, l->start_ns, l->end_ns, l->limit);
		ir_seen_look(l->seen, l->start_ns);
	}
	if (query.full || params.full)
		return ir_fail(err, IR_USAGE, "the query is longer than 64 KiB");
	ir_buf_done(&l->url);
	ir_engine_url(&l->engine, &l->url, l->labels ? "/loki/api/v1/labels" : "/loki/api/v1/query_range", params.data);
	ir_buf_done(&l->body);
	ir_buf_init(&l->body, BODY_MAX);
	l->full = false;
	ir_engine_fill(&l->engine, &req);
	req.url = l->url.data;
	req.on_body = on_body;
	req.headers = l->headers;
	return ir_engine_send(&l->engine, &req, on_end, l, err);
}

static void
go_on(struct loki *l)
{
	struct ir_err err = IR_ERR_INIT;

	if (ask(l, &err) == 0)
		return;
	ir_engine_fault(&l->engine, &err);
	finish(l);
}

static int64_t
to_ns(int64_t ms)
{
	return ms < 0 ? 0 : ms > INT64_MAX / 1000000 ? INT64_MAX : ms * 1000000;
}

static int
start(struct ir_logs_source *s, ir_logs_done *done, struct ir_err *err)
{
	struct loki *l = s->priv;
	const struct ir_logs_query *q = s->query;
	int64_t until = q->until_ms != IR_TIME_NONE ? q->until_ms : q->now_ms;

	l->engine.done = done;
	l->limit = LIMIT;
	l->labels = !l->query;
	l->seen = ir_seen_new();
	l->start_ns = to_ns(q->since_ms != IR_TIME_NONE ? q->since_ms : until - HOUR_MS);
	l->end_ns = to_ns(until + 1);
	l->newest_ns = l->start_ns;
	return ask(l, err);
}

static void
stop(struct ir_logs_source *s)
{
	struct loki *l = s->priv;

	ir_engine_stop(&l->engine);
	clean(l);
}

const struct ir_logs_ops ir_logs_loki = {
	.name = "loki",
	.follows = true,
	.prepare = prepare,
	.start = start,
	.stop = stop,
};
