/*
 * clickhouse - a table of log lines in ClickHouse, over its HTTP interface
 *
 * First its columns are asked for, then the lines: counted by skeleton (clickhouse_skeleton.c) where the reader counts, else one by one. A row of counts is a few hundred bytes, whatever number of
 * lines it stands for.
 */
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "conf/suggest.h"
#include "logs/clickhouse_counts.h"
#include "logs/clickhouse_rows.h"
#include "logs/clickhouse_sql.h"
#include "logs/engine.h"
#include "logs/seen.h"

enum {
	COLUMNS_MAX = 5000,
	SECONDS_MAX = 600,
	POLL_ROWS = 100000,
};

enum step { COLUMNS, TABLES, RANGE, COUNT, ROWS };

struct clickhouse {
	struct ir_engine engine;
	struct ir_clickhouse_table table;
	enum step step;
	struct ir_buf sql, url, said; /* said: of an answer that is no rows */
	struct ir_clickhouse_rows rows;
	bool bare; /* the user may set nothing */

	/* what the server has */
	struct ir_clickhouse_column *columns;
	size_t n_columns, size_columns;
	struct ir_list settings, tables;

	int64_t first_ms, last_ms; /* of the lines to be counted */
	struct ir_clickhouse_counts *counts;
	struct ir_timer *timer;

	/* following */
	struct ir_seen *seen;
	int64_t newest_ms, overlap_ms, limit, polled;
	bool polling, down;
};

/* ---- the section */

static const char *
str(const struct ir_logs_source *s, const char *key)
{
	return ir_conf_str(s->section, "logs", key);
}

static int
prepare(struct ir_ctx *ctx, struct ir_logs_source *s, struct ir_err *err)
{
	struct clickhouse *c = IR_NEW(ctx->arena, struct clickhouse);
	struct ir_clickhouse_table *t = &c->table;
	const char *table = str(s, "table");

	s->priv = c;
	if (!table)
		table = "otel_logs";
	if (ir_clickhouse_table_name(ctx->arena, table, &t->database, &t->name) < 0) {
		ir_fail(err, IR_CONFIG, "'%s' is no name of a table", table);
		return ir_hint(err, "write it as table, database.table or `database`.`table`");
	}
	if (ir_engine_prepare(&c->engine, ctx, s, "ClickHouse", "clickhouse", NULL, err) < 0)
		return -1;
	s->subject = ir_asprintf(ctx->arena, "%s/%s", s->subject, table);
	t->time.name = str(s, "time-column");
	t->message.name = str(s, "message-column");
	t->level.name = str(s, "level-column");
	t->service.name = str(s, "service-column");
	t->condition = str(s, "query");
	return 0;
}

/* ---- what is wrong */

static const char *
hint_of(int code)
{
	switch (code) {
	case 60:
	case 81:
		return "look at the key table";
	case 192:
	case 193:
	case 194:
	case 516:
		return "look at the keys user and password-file, password-command or password-env";
	case 497:
		return "grant SELECT on the table to the user";
	case 62:
	case 47:
		return "look at the keys query and …-column";
	case 158:
	case 159:
	case 160:
	case 241:
	case 307:
	case 396:
		return "look at a shorter time, or at fewer services";
	default:
		return NULL;
	}
}

static void
fault(struct clickhouse *c, const char *hint, const char *text)
{
	struct ir_err err = IR_ERR_INIT;

	ir_fail(&err, IR_BACKEND, "%s", text);
	if (hint)
		ir_hint(&err, "%s", hint);
	ir_engine_fault(&c->engine, &err);
}

static void
fault_exception(struct clickhouse *c, const char *text, int code)
{
	struct ir_arena *arena = c->engine.source->ctx->arena;

	fault(c, hint_of(code), ir_asprintf(arena, "ClickHouse answers: %s (code %d)", text, code));
}

/* What came is no whole answer, and this is what can be said of it. */
static void
fault_answer(struct clickhouse *c, const struct ir_http_res *res, const char *p, size_t n)
{
	struct ir_arena *arena = c->engine.source->ctx->arena;
	int code = 0;
	const char *text = ir_clickhouse_exception(arena, p, n, &code), *said = ir_engine_said(arena, p, n);

	if (text)
		fault_exception(c, text, code);
	else if (res->error)
		fault(c, NULL, res->message);
	else if (res->status != 200)
		fault(c, res->status == 401 || res->status == 403 ? hint_of(516) : NULL,
		    ir_asprintf(arena, "the answer is HTTP status %d%s%s", res->status, *said ? ": " : "", said));
	else if (n)
		fault(c, "is it the HTTP port of ClickHouse, 8123 or 8443?",
		    ir_asprintf(arena, "what answers there is not ClickHouse: %s", said));
	else
		fault(c, NULL, "the answer breaks off");
}

/* ---- rows */

static void
take_column(struct clickhouse *c, const struct ir_span *v)
{
	struct ir_arena *arena = c->engine.source->ctx->arena;

	if (strcmp(v[0].p, "setting") == 0 && c->settings.n < COLUMNS_MAX)
		ir_list_add(arena, &c->settings, ir_strdup(arena, v[1].p));
	if (strcmp(v[0].p, "column") != 0 || c->n_columns >= COLUMNS_MAX)
		return;
	if (c->n_columns == c->size_columns) {
		struct ir_clickhouse_column *w =
		    IR_NEW_N(arena, struct ir_clickhouse_column, c->size_columns = 2 * c->size_columns + 32);

		if (c->n_columns)
			memcpy(w, c->columns, c->n_columns * sizeof(*w));
		c->columns = w;
	}
	c->columns[c->n_columns++] = ir_clickhouse_column(arena, v[1].p, v[2].p);
}

static void
take_table(struct clickhouse *c, const struct ir_span *v)
{
	struct ir_arena *arena = c->engine.source->ctx->arena;

	if (c->tables.n >= COLUMNS_MAX)
		return;
	if (c->table.database)
		ir_list_add(arena, &c->tables, ir_asprintf(arena, "%s.%s", v[1].p, v[2].p));
	else if (strcmp(v[0].p, "here") == 0)
		ir_list_add(arena, &c->tables, ir_strdup(arena, v[2].p));
}

static enum ir_log_level
level_of(const struct ir_span *v)
{
	bool otel = v->n > 1 && *v->p == '#';

	return ir_engine_level(v->p + otel, v->n - otel, otel);
}

static void
take_line(struct clickhouse *c, const struct ir_span *v)
{
	int64_t ms;

	if (ir_clickhouse_number(&v[0], &ms) < 0)
		return;
	c->polled++;
	if (ms > c->newest_ms)
		c->newest_ms = ms;
	if (c->seen && !ir_seen_row(c->seen, ms, v[1].p, v[1].n, v[3].p, v[3].n))
		return;
	ir_engine_put(&c->engine, ir_engine_stream(&c->engine, v[1], ""), ms, level_of(&v[2]), v[3].p, v[3].n);
}

static void
on_row(void *arg, const struct ir_span *v, bool totals)
{
	struct clickhouse *c = arg;

	switch (c->step) {
	case COLUMNS:
		take_column(c, v);
		break;
	case TABLES:
		take_table(c, v);
		break;
	case RANGE:
		if (ir_clickhouse_number(&v[1], &c->first_ms) < 0 || ir_clickhouse_number(&v[2], &c->last_ms) < 0)
			c->first_ms = c->last_ms = 0;
		break;
	case COUNT:
		ir_clickhouse_counts_row(c->counts, v, totals);
		break;
	case ROWS:
		take_line(c, v);
	}
}

static int
on_body(void *arg, const char *p, size_t n)
{
	struct clickhouse *c = arg;

	ir_engine_lives(&c->engine, n);
	if (c->engine.stopped)
		return 1;
	if (ir_http_status(c->engine.http) != 200)
		return ir_buf_add(&c->said, p, n) < 0;
	ir_clickhouse_rows_take(&c->rows, p, n);
	return c->rows.rest.full;
}

/* ---- a request */

/* Only what this server knows; a user who may set nothing may write nothing either. */
static void
add_setting(const struct clickhouse *c, struct ir_buf *b, const char *name, int64_t value)
{
	if (ir_list_has(&c->settings, name))
		ir_buf_addf(b, "&%s=%lld", name, (long long)value);
}

static void
add_settings(const struct clickhouse *c, struct ir_buf *b)
{
	const struct ir_ctx *ctx = c->engine.source->ctx;
	int64_t seconds = SECONDS_MAX;

	if (c->bare)
		return;
	if (ctx->deadline_us > 0 && !c->polling)
		seconds = (ctx->deadline_us - ir_mono_us()) / 1000000 + 1;
	ir_buf_adds(b, "readonly=2");
	add_setting(c, b, "max_execution_time", seconds < 1 ? 1 : seconds < SECONDS_MAX ? seconds : SECONDS_MAX);
	add_setting(c, b, "cancel_http_readonly_queries_on_client_close", 1);
	add_setting(c, b, "max_bytes_before_external_group_by", INT64_C(2) << 30);
	add_setting(c, b, "max_bytes_before_external_sort", INT64_C(1) << 30);
	add_setting(c, b, "output_format_tsv_crlf_end_of_line", 0);
}

static void
build_rows(struct clickhouse *c)
{
	const struct ir_logs_source *s = c->engine.source;
	struct ir_logs_query q = *s->query;

	if (c->polling) {
		q.tail = -1;
		q.until_ms = IR_TIME_NONE;
		q.since_ms = c->newest_ms - c->overlap_ms;
	}
	c->polled = 0;
	if (c->seen)
		ir_seen_look(c->seen, q.since_ms);
	ir_clickhouse_rows_sql(&c->sql, &c->table, &q, s->services, c->polling ? c->limit : -1);
}

static void
build(struct clickhouse *c)
{
	const struct ir_logs_source *s = c->engine.source;
	static const size_t fields[] = { [COLUMNS] = 4, [TABLES] = 4, [RANGE] = 4, [COUNT] = 10, [ROWS] = 5 };

	ir_buf_reset(&c->sql);
	c->rows.fields = fields[c->step];
	c->rows.totals = c->step == COUNT;
	switch (c->step) {
	case COLUMNS:
		c->n_columns = 0;
		ir_clickhouse_columns_sql(&c->sql, &c->table);
		break;
	case TABLES:
		ir_clickhouse_tables_sql(&c->sql);
		break;
	case RANGE:
		ir_clickhouse_range_sql(&c->sql, &c->table, s->query, s->services);
		break;
	case COUNT: {
		struct ir_clickhouse_grid grid = ir_clickhouse_grid(c->first_ms, c->last_ms);

		ir_clickhouse_counts_free(c->counts);
		c->counts = ir_clickhouse_counts_new(&c->engine, grid);
		ir_clickhouse_count_sql(&c->sql, &c->table, s->query, s->services, grid);
		break;
	}
	case ROWS:
		build_rows(c);
	}
}

static void on_end(void *arg, const struct ir_http_res *res);

static int
ask(struct clickhouse *c, enum step step, struct ir_err *err)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf settings;
	struct ir_http_req req;

	c->step = step;
	build(c);
	if (c->sql.full)
		return ir_fail(
		    err, IR_USAGE, "the query would be longer than ClickHouse takes: %d KiB", IR_CLICKHOUSE_SQL / 1024);
	ir_buf_init(&settings, 4096);
	add_settings(c, &settings);
	ir_buf_done(&c->url);
	ir_engine_url(&c->engine, &c->url, "/", settings.data);
	ir_buf_reset(&c->said);
	c->rows.row = on_row;
	c->rows.arg = c;
	ir_clickhouse_rows_begin(&c->rows);
	ir_engine_fill(&c->engine, &req);
	req.method = "POST";
	req.url = c->url.data;
	req.body = c->sql.data;
	req.body_len = c->sql.len;
	req.on_body = on_body;
	ir_trace(c->engine.source->ctx, 3, "%s: %s", c->engine.source->subject, c->sql.data);
	return ir_engine_send(&c->engine, &req, on_end, c, err);
}

/* ---- from step to step */

static void
clean(struct clickhouse *c)
{
	ir_timer_cancel(c->timer);
	c->timer = NULL;
	ir_buf_done(&c->sql);
	ir_buf_done(&c->url);
	ir_buf_done(&c->said);
	ir_clickhouse_rows_done(&c->rows);
	ir_clickhouse_counts_free(c->counts);
	c->counts = NULL;
	ir_seen_free(c->seen);
	c->seen = NULL;
}

static void
finish(struct clickhouse *c)
{
	clean(c);
	ir_engine_finish(&c->engine);
}

static void
go_on(struct clickhouse *c, enum step step)
{
	struct ir_err err = IR_ERR_INIT;

	if (ask(c, step, &err) == 0)
		return;
	ir_engine_fault(&c->engine, &err);
	finish(c);
}

/* Counted, and all is there: to the reader, in turns. */
static void
on_give(void *arg)
{
	struct clickhouse *c = arg;

	c->timer = NULL;
	if (ir_clickhouse_counts_give(c->counts))
		c->timer = ir_loop_at(c->engine.source->ctx->loop, ir_mono_us(), on_give, c);
	else
		finish(c);
}

static void
counted(struct clickhouse *c)
{
	struct ir_arena *arena = c->engine.source->ctx->arena;
	int64_t groups = 0, lines = ir_clickhouse_counts_left(c->counts, &groups);

	if (ir_clickhouse_counts_bad(c->counts) || lines < 0 || groups < 0)
		fault(c, NULL, "the counts do not fit together: what answers there is not ClickHouse");
	else if (groups > 0)
		fault(c, hint_of(158),
		    ir_asprintf(arena,
			"%lld lines are not shown: more than %d kinds of lines, and %lld rarer ones were left out",
			(long long)lines, IR_CLICKHOUSE_GROUPS, (long long)groups));
	c->timer = ir_loop_at(c->engine.source->ctx->loop, ir_mono_us(), on_give, c);
}

static void
on_poll(void *arg)
{
	struct clickhouse *c = arg;

	c->timer = NULL;
	go_on(c, ROWS);
}

/* The next look while following. One that was cut goes on where it was; if too many rows are as new as its last one, with more of them. */
static void
poll_later(struct clickhouse *c, bool failed)
{
	bool cut = c->polling && c->polled >= c->limit;
	int64_t wait = failed ? IR_ENGINE_DOWN_US : cut ? 0 : IR_ENGINE_POLL_US;

	if (cut && c->overlap_ms == 0)
		c->limit *= 2;
	c->overlap_ms = cut ? c->overlap_ms / 2 : IR_ENGINE_LATE_MS;
	if (!cut)
		c->limit = POLL_ROWS;
	c->polling = true;
	ir_engine_idle(&c->engine);
	c->timer = ir_loop_at(c->engine.source->ctx->loop, ir_mono_us() + wait, on_poll, c);
}

/* No such table, or none that the user may see. */
static void
no_table(struct clickhouse *c)
{
	const struct ir_clickhouse_table *t = &c->table;
	struct ir_arena *arena = c->engine.source->ctx->arena;
	const char *name = t->database ? ir_asprintf(arena, "%s.%s", t->database, t->name) : t->name, *near;

	near = ir_suggest(name, c->tables.v);
	fault(c, near ? ir_asprintf(arena, "did you mean table = %s?", near) : hint_of(60),
	    ir_asprintf(arena, "ClickHouse has no table '%s', or none that the user may read", name));
	finish(c);
}

static void
recognise(struct clickhouse *c)
{
	const struct ir_logs_source *s = c->engine.source;
	const struct ir_logs_query *q = s->query;
	struct ir_err err = IR_ERR_INIT;
	bool count = q->count && !q->follow && s->reader->ops->counted;

	if (ir_clickhouse_recognise(&c->table, c->columns, c->n_columns, &err) < 0) {
		ir_engine_fault(&c->engine, &err);
		finish(c);
		return;
	}
	/* what a pattern means to the engine may not be what it means to us: so lines are brought, and looked at here */
	if (q->grep && *q->grep && !ir_engine_is_literal(q->grep))
		count = false;
	c->first_ms = q->since_ms;
	c->last_ms = q->until_ms != IR_TIME_NONE && q->until_ms < q->now_ms ? q->until_ms : q->now_ms;
	c->engine.counting = count;
	go_on(c, !count ? ROWS : q->since_ms == IR_TIME_NONE ? RANGE : COUNT);
}

static void
went_well(struct clickhouse *c)
{
	c->down = false;
	switch (c->step) {
	case COLUMNS:
		if (c->n_columns == 0)
			go_on(c, TABLES);
		else
			recognise(c);
		break;
	case TABLES:
		no_table(c);
		break;
	case RANGE:
		go_on(c, COUNT);
		break;
	case COUNT:
		counted(c);
		break;
	case ROWS:
		if (c->engine.source->query->follow)
			poll_later(c, false);
		else
			finish(c);
	}
}

/* Settings may be refused: to a user who may only read, or by limits on them. */
static bool
again_bare(struct clickhouse *c, int code)
{
	if (c->bare || (code != 164 && code != 115 && code != 452))
		return false;
	c->bare = true;
	go_on(c, c->step);
	return true;
}

static void
went_wrong(struct clickhouse *c, const struct ir_http_res *res)
{
	struct ir_arena *arena = c->engine.source->ctx->arena;
	const struct ir_buf *b = c->said.len ? &c->said : &c->rows.rest;
	int code = 0;

	if (ir_clickhouse_exception(arena, b->data, b->len, &code) && again_bare(c, code))
		return;
	if (!c->down)
		fault_answer(c, res, b->data, b->len);
	c->down = true;
	if (c->polling)
		poll_later(c, true);
	else
		finish(c);
}

static void
on_end(void *arg, const struct ir_http_res *res)
{
	struct clickhouse *c = arg;

	ir_engine_answered(&c->engine);
	if (c->engine.stopped)
		return;
	if (ir_clickhouse_rows_end(&c->rows) && !res->error && res->status == 200)
		went_well(c);
	else
		went_wrong(c, res);
}

static int
start(struct ir_logs_source *s, ir_logs_done *done, struct ir_err *err)
{
	struct clickhouse *c = s->priv;

	c->engine.done = done;
	c->newest_ms = s->query->since_ms != IR_TIME_NONE ? s->query->since_ms : s->query->now_ms - IR_ENGINE_LATE_MS;
	ir_buf_init(&c->sql, IR_CLICKHOUSE_SQL);
	ir_buf_init(&c->said, IR_ENGINE_SAID);
	if (s->query->follow)
		c->seen = ir_seen_new();
	return ask(c, COLUMNS, err);
}

static void
stop(struct ir_logs_source *s)
{
	struct clickhouse *c = s->priv;

	ir_engine_stop(&c->engine);
	clean(c);
}

const struct ir_logs_ops ir_logs_clickhouse = {
	.name = "clickhouse",
	.follows = true,
	.prepare = prepare,
	.start = start,
	.stop = stop,
};
