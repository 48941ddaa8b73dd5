/*
 * victorialogs - lines that VictoriaLogs holds, by LogsQL
 *
 * A slice of the time after the other: the server sorts each, which takes it memory, so slices become shorter where there is much, and longer where there is little. Where no --since is given, the last hour is looked at.
 * Following is its live tailing, taken up again when it breaks off.
 */
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "logs/seen.h"
#include "logs/victorialogs_answer.h"

enum { HOUR_MS = 3600000, SLICE_MS = 300000, MANY = 200000, FEW = 20000, QUIET_US = 200000, FORM_MAX = 256 << 10 };

struct victorialogs {
	struct ir_engine engine;
	struct ir_list headers;
	const char *filter;
	struct ir_buf url, form, said;
	struct ir_victorialogs_rows rows;
	int64_t start_ms, end_ms, slice_ms, stop_ms; /* this slice, and the end of all */
	int64_t newest_ms;
	bool tailing, down;
	struct ir_seen *seen;
	struct ir_timer *timer, *quiet;
};

/* ---- the section */

static int
take_tenant(struct victorialogs *v, struct ir_arena *arena, struct ir_err *err)
{
	const char *s = v->engine.tenant, *rest;
	size_t account, project;

	if (!s)
		return 0;
	account = strspn(s, "0123456789");
	rest = s[account] == ':' ? s + account + 1 : "0";
	project = strspn(rest, "0123456789");
	if (account == 0 || project == 0 || rest[project] || (s[account] && s[account] != ':')) {
		ir_fail(err, IR_CONFIG, "'%s' is no tenant of VictoriaLogs", s);
		return ir_hint(err, "write it as AccountID:ProjectID, as in 12:34");
	}
	ir_list_add(arena, &v->headers, ir_asprintf(arena, "AccountID: %.*s", (int)account, s));
	ir_list_add(arena, &v->headers, ir_asprintf(arena, "ProjectID: %s", rest));
	return 0;
}

static int
prepare(struct ir_ctx *ctx, struct ir_logs_source *s, struct ir_err *err)
{
	struct victorialogs *v = IR_NEW(ctx->arena, struct victorialogs);

	s->priv = v;
	if (ir_engine_prepare(&v->engine, ctx, s, "VictoriaLogs", "victorialogs", NULL, err) < 0)
		return -1;
	v->filter = ir_conf_str(s->section, "logs", "query");
	ir_list_add(ctx->arena, &v->headers, "Content-Type: application/x-www-form-urlencoded");
	if (take_tenant(v, ctx->arena, err) == 0)
		return 0;
	ir_engine_stop(&v->engine);
	return -1;
}

/* ---- what is wrong */

static void
fault(struct victorialogs *v, const struct ir_http_res *res)
{
	struct ir_arena *arena = v->engine.source->ctx->arena;
	const char *said = ir_engine_said(arena, v->said.data, v->said.len);
	struct ir_err err = IR_ERR_INIT;

	if (res->error) {
		ir_fail(&err, IR_BACKEND, "%s", res->message);
	} else if (res->status != 200) {
		ir_fail(&err, IR_BACKEND, "VictoriaLogs answers with HTTP status %d%s%s", res->status,
		    *said ? ": " : "", said);
		if (res->status == 401 || res->status == 403)
			ir_hint(&err, "look at the keys user, password-…, token-… and tenant");
		else if (res->status == 400 || res->status == 422)
			ir_hint(&err, "look at the key query");
	} else {
		ir_fail(&err, IR_BACKEND, "what answers there is not VictoriaLogs: %s",
		    ir_engine_said(arena, v->rows.line.data, v->rows.line.len));
		ir_hint(&err, "is it VictoriaLogs' HTTP port, usually 9428?");
	}
	ir_engine_fault(&v->engine, &err);
}

/* ---- rows */

static void
on_quiet(void *arg)
{
	struct victorialogs *v = arg;

	v->quiet = NULL;
	ir_engine_idle(&v->engine);
}

/* What no look to come can bring again need not be known. */
static void
forget(struct victorialogs *v)
{
	int64_t from = v->newest_ms - IR_ENGINE_LATE_MS;

	if (v->seen)
		ir_seen_look(v->seen, v->start_ms < from ? v->start_ms : from);
}

static void
on_row(void *arg, const struct ir_victorialogs_row *row)
{
	struct victorialogs *v = arg;
	struct ir_logs_stream *s;

	/* the next slice has it */
	if (!v->tailing && row->ms >= v->end_ms)
		return;
	s = ir_engine_stream(&v->engine, row->service, row->part);
	if (v->seen && !ir_seen_row(v->seen, row->ms, s->subject, strlen(s->subject), row->text.p, row->text.n))
		return;
	if (row->ms > v->newest_ms)
		v->newest_ms = row->ms;
	ir_engine_put(&v->engine, s, row->ms, row->level, row->text.p,
	    row->text.n < IR_ENGINE_TEXT ? row->text.n : IR_ENGINE_TEXT);
	if (v->tailing && ir_seen_held(v->seen) > MANY)
		forget(v);
	if (v->tailing && !v->quiet)
		v->quiet = ir_loop_at(v->engine.source->ctx->loop, ir_mono_us() + QUIET_US, on_quiet, v);
}

static int
on_body(void *arg, const char *p, size_t n)
{
	struct victorialogs *v = arg;

	ir_engine_lives(&v->engine, n);
	if (v->engine.stopped)
		return 1;
	if (ir_http_status(v->engine.http) != 200)
		return ir_buf_add(&v->said, p, n) < 0;
	ir_victorialogs_rows_take(&v->rows, p, n);
	return v->rows.torn;
}

/* ---- from slice to slice */

static void
clean(struct victorialogs *v)
{
	ir_timer_cancel(v->timer);
	ir_timer_cancel(v->quiet);
	v->timer = v->quiet = NULL;
	ir_buf_done(&v->url);
	ir_buf_done(&v->form);
	ir_buf_done(&v->said);
	ir_victorialogs_rows_done(&v->rows);
	ir_seen_free(v->seen);
	v->seen = NULL;
}

static void
finish(struct victorialogs *v)
{
	clean(v);
	ir_engine_finish(&v->engine);
}

static void on_end(void *arg, const struct ir_http_res *res);

/* The tail begins a little before what came last. */
static int64_t
offset_ms(const struct victorialogs *v)
{
	int64_t now = ir_now_ms();

	return (now > v->newest_ms ? now - v->newest_ms : 0) + IR_ENGINE_LATE_MS;
}

static int
ask(struct victorialogs *v, struct ir_err *err)
{
	const struct ir_logs_source *s = v->engine.source;
	const char *grep = s->query->grep && ir_engine_is_literal(s->query->grep) ? s->query->grep : NULL;
	struct ir_http_req req;

	ir_buf_reset(&v->form);
	ir_buf_reset(&v->said);
	if (v->tailing)
		ir_victorialogs_tail(&v->form, v->filter, s->services, grep, offset_ms(v));
	else
		ir_victorialogs_query(&v->form, v->filter, s->services, grep, v->start_ms, v->end_ms);
	if (v->form.full)
		return ir_fail(err, IR_USAGE, "the query is longer than 64 KiB");
	forget(v);
	ir_buf_done(&v->url);
	ir_engine_url(&v->engine, &v->url, v->tailing ? "/select/logsql/tail" : "/select/logsql/query", NULL);
	v->rows.row = on_row;
	v->rows.arg = v;
	ir_victorialogs_rows_begin(&v->rows);
	ir_engine_fill(&v->engine, &req);
	req.method = "POST";
	req.url = v->url.data;
	req.headers = v->headers;
	req.body = v->form.data;
	req.body_len = v->form.len;
	req.on_body = on_body;
	v->engine.endless = v->tailing;
	return ir_engine_send(&v->engine, &req, on_end, v, err);
}

static void
go_on(struct victorialogs *v)
{
	struct ir_err err = IR_ERR_INIT;

	if (ask(v, &err) == 0)
		return;
	ir_engine_fault(&v->engine, &err);
	finish(v);
}

static void
on_again(void *arg)
{
	struct victorialogs *v = arg;

	v->timer = NULL;
	go_on(v);
}

static void
next_slice(struct victorialogs *v)
{
	if (v->rows.n > MANY && v->slice_ms > 1000)
		v->slice_ms /= 2;
	else if (v->rows.n < FEW && v->slice_ms < 100 * INT64_C(3600000))
		v->slice_ms *= 2;
	v->start_ms = v->end_ms;
	v->end_ms = v->stop_ms - v->start_ms > v->slice_ms ? v->start_ms + v->slice_ms : v->stop_ms;
	v->tailing = v->start_ms >= v->stop_ms;
	if (v->tailing && !v->engine.source->query->follow)
		finish(v);
	else
		go_on(v);
}

static void
on_end(void *arg, const struct ir_http_res *res)
{
	struct victorialogs *v = arg;
	bool whole = ir_victorialogs_rows_end(&v->rows) && !res->error && res->status == 200;

	ir_engine_answered(&v->engine);
	if (v->engine.stopped)
		return;
	if (whole && !v->tailing) {
		next_slice(v);
		return;
	}
	/* a tail that ends well ends by the server's own limits */
	if (!whole && !v->down)
		fault(v, res);
	v->down = !whole;
	if (!v->tailing) {
		finish(v);
		return;
	}
	ir_engine_idle(&v->engine);
	v->timer = ir_loop_at(
	    v->engine.source->ctx->loop, ir_mono_us() + (whole ? IR_ENGINE_POLL_US : IR_ENGINE_DOWN_US), on_again, v);
}

static int
start(struct ir_logs_source *s, ir_logs_done *done, struct ir_err *err)
{
	struct victorialogs *v = s->priv;
	const struct ir_logs_query *q = s->query;
	int64_t until = q->until_ms != IR_TIME_NONE && q->until_ms < q->now_ms ? q->until_ms : q->now_ms;

	v->engine.done = done;
	v->start_ms = q->since_ms != IR_TIME_NONE ? q->since_ms : until - HOUR_MS;
	v->stop_ms = until + 1;
	v->slice_ms = SLICE_MS;
	v->end_ms = v->stop_ms - v->start_ms > SLICE_MS ? v->start_ms + SLICE_MS : v->stop_ms;
	v->newest_ms = v->start_ms;
	ir_buf_init(&v->form, FORM_MAX);
	ir_buf_init(&v->said, IR_ENGINE_SAID);
	if (q->follow)
		v->seen = ir_seen_new();
	return ask(v, err);
}

static void
stop(struct ir_logs_source *s)
{
	struct victorialogs *v = s->priv;

	ir_engine_stop(&v->engine);
	clean(v);
}

const struct ir_logs_ops ir_logs_victorialogs = {
	.name = "victorialogs",
	.follows = true,
	.prepare = prepare,
	.start = start,
	.stop = stop,
};
