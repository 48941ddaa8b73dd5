/* pg_query - statements sent in one message, and their rows */
#include <ctype.h>
#include <strings.h>

#include "base/buf.h"
#include "base/clock.h"
#include "net/pg_priv.h"

enum {
	SQL_MAX = 1 << 20,
	PARAMS_MAX = 32,
	PARAM_BYTES = 16 << 20, /* of all parameters */
	STATEMENT_MS = 500,
	LOCK_MS = 100,
	ROWS = 1000,
	BYTES = 1 << 20,
	CELL_BYTES = 8, /* that a cell costs beside its text */
};

static void on_event(void *, int, uint32_t);

static bool
reads(enum ir_effect effect)
{
	return effect == IR_READ || effect == IR_PROBE;
}

/* The statement's first word is one of those. */
static bool
starts_with(const char *sql, const char *const *words)
{
	sql += strspn(sql, " \t\r\n(");
	for (; *words; words++) {
		size_t n = strlen(*words);

		if (strncasecmp(sql, *words, n) == 0 && !isalnum((unsigned char)sql[n]) && sql[n] != '_')
			return true;
	}
	return false;
}

/* Without the ';' and white space at its end. */
static size_t
trimmed(const char *sql)
{
	size_t n = strlen(sql);

	while (n && (isspace((unsigned char)sql[n - 1]) || sql[n - 1] == ';'))
		n--;
	return n;
}

/*
 * A ';' would begin a statement of its own, also one that ends our transaction, and with it that it only reads. SQL is not taken apart here: one
 * in a string or a comment is refused as well. A comment may not swallow what follows.
 */
static int
check_statement(const struct ir_pg_query *query, const char *sql, struct ir_err *err)
{
	static const char *const reading[] = { "select", "with", "table", "values", "show", "explain", NULL },
				 *const show[] = { "show", NULL };
	size_t n = trimmed(sql);

	if (n == 0)
		return ir_fail(err, IR_USAGE, "an empty statement");
	if (!query->script && memchr(sql, ';', n)) {
		ir_fail(err, IR_USAGE, "a statement may not hold a ';'");
		return ir_hint(err, "give one statement; for the character itself write chr(59)");
	}
	if (reads(query->effect) && !starts_with(sql, query->raw ? show : reading)) {
		ir_fail(err, IR_USAGE, "a statement that reads begins with %s",
		    query->raw ? "SHOW" : "SELECT, WITH, TABLE, VALUES, SHOW or EXPLAIN");
		return ir_hint(err, "put comments behind it");
	}
	return 0;
}

/* What does not go through our own transaction can't be held to reading. */
static int
check_form(const struct ir_pg_query *query, struct ir_err *err)
{
	size_t bytes = 0;

	if (query->sql.n == 0 || ((query->raw || query->script || query->params.n) && query->sql.n > 1))
		return ir_fail(err, IR_USAGE, "no statement, or more than one where one is taken");
	if ((query->script || query->params.n) && reads(query->effect))
		return ir_fail(err, IR_USAGE, "parameters and scripts are not for reading");
	for (size_t i = 0; i < query->params.n; i++)
		bytes += strlen(query->params.v[i]);
	if (query->params.n > PARAMS_MAX || bytes > PARAM_BYTES)
		return ir_fail(
		    err, IR_USAGE, "more than %d parameters, or than %d MiB of them", PARAMS_MAX, PARAM_BYTES >> 20);
	return 0;
}

static int
check_query(const struct ir_pg *p, const struct ir_pg_query *query, struct ir_err *err)
{
	if (ir_effect_allowed(ir_loop_ctx(p->loop), query->effect, err) < 0)
		return -1;
	if (p->cb)
		return ir_fail(err, IR_USAGE, "the connection is busy");
	if (!p->usable)
		return ir_fail(err, IR_BACKEND, "the connection is not usable any more");
	if (check_form(query, err) < 0)
		return -1;
	for (size_t i = 0; i < query->sql.n; i++)
		if (check_statement(query, query->sql.v[i], err) < 0)
			return -1;
	return 0;
}

/* Is the transaction ours? */
static bool
wrapped(const struct ir_pg_query *query)
{
	return !query->raw && !query->script && query->params.n == 0;
}

/* The whole message. How many results come before the first that was asked for is counted. */
static void
compose(struct ir_pg *p, const struct ir_pg_query *query, struct ir_buf *b)
{
	p->before = 0;
	if (wrapped(query)) {
		ir_buf_addf(b, "BEGIN%s;SET LOCAL statement_timeout='%lldms';SET LOCAL lock_timeout='%lldms';",
		    reads(query->effect) ? " READ ONLY" : "",
		    (long long)(query->statement_ms > 0 ? query->statement_ms : STATEMENT_MS),
		    (long long)(query->lock_ms > 0 ? query->lock_ms : LOCK_MS));
		p->before = 3;
		if (query->all_rows) {
			ir_buf_adds(b, "SET LOCAL row_security=off;");
			p->before++;
		}
	}
	for (size_t i = 0; i < query->sql.n; i++) {
		ir_buf_add(b, query->sql.v[i], trimmed(query->sql.v[i]));
		if (wrapped(query))
			ir_buf_adds(b, "\n;"); /* the newline ends a comment */
	}
	if (wrapped(query))
		ir_buf_adds(b, "COMMIT");
}

static void
forget(struct ir_pg *p, const struct ir_pg_query *query)
{
	memset(&p->res, 0, sizeof(p->res));
	p->res.phase = IR_PG_SEND;
	p->res.query_us = -1;
	p->wanted = query->sql.n;
	p->expected = p->before + p->wanted + wrapped(query);
	p->script = query->script;
	p->seen = p->rows = p->bytes = p->cols = 0;
	p->undoing = false;
	p->names = NULL;
	p->cells = (struct ir_list){ 0 };
	p->max_rows = query->max_rows ? query->max_rows : ROWS;
	p->max_bytes = query->max_bytes ? query->max_bytes : BYTES;
	p->received = ir_pg_received(p);
	p->sets = IR_NEW_N(&p->answer, struct ir_pg_set, p->wanted);
	p->res.sets = p->sets;
}

static void
lose(struct ir_pg *p)
{
	ir_pg_drop(p);
	p->res.query_us = ir_mono_us() - p->start_us;
	ir_pg_finish(p);
}

static void
on_lost(void *arg)
{
	struct ir_pg *p = arg;

	p->step = NULL;
	lose(p);
}

/* Send on, and wait for what is next. */
static int
wait_more(struct ir_pg *p)
{
	int rc = p->q->flush(p->conn);
	uint32_t events = rc ? EPOLLIN | EPOLLOUT : EPOLLIN;

	if (rc < 0) {
		ir_pg_fail_lost(p);
		return -1;
	}
	if (rc == 0 && p->res.phase == IR_PG_SEND)
		p->res.phase = IR_PG_WAIT;
	return p->fd >= 0 && p->events == events ? 0 : ir_pg_wait(p, events, on_event);
}

/* params NULL: without any. */
static int
send_text(struct ir_pg *p, const char *text, const struct ir_list *params)
{
	int sent = params && params->n
		       ? p->q->send_query_params(p->conn, text, (int)params->n, NULL, params->v, NULL, NULL, 0)
		       : p->q->send_query(p->conn, text);

	if (!sent || !p->q->set_single_row_mode(p->conn)) {
		ir_pg_fail_lost(p);
		return -1;
	}
	return wait_more(p);
}

int
ir_pg_query(struct ir_pg *p, const struct ir_pg_query *query, ir_pg_cb *cb, void *arg, struct ir_err *err)
{
	struct ir_buf b;

	if (check_query(p, query, err) < 0)
		return -1;
	ir_buf_init(&b, SQL_MAX);
	compose(p, query, &b);
	if (b.full) {
		ir_buf_done(&b);
		return ir_fail(err, IR_USAGE, "the statements are longer than %d KiB", SQL_MAX / 1024);
	}
	forget(p, query);
	ir_pg_begin(p, cb, arg, query->timeout_us);
	if (send_text(p, b.data, &query->params) < 0)
		p->step = ir_loop_at(p->loop, 0, on_lost, p); /* never from inside this call */
	ir_buf_done(&b);
	return 0;
}

/* The set's columns, from its first result. 0, or -1 when it is too much. */
static int
take_names(struct ir_pg *p, const PGresult *r)
{
	struct ir_list names = { 0 };

	p->cols = (size_t)p->q->nfields(r);
	for (size_t i = 0; i < p->cols; i++) {
		const char *name = p->q->fname(r, (int)i);

		p->bytes += strlen(name) + CELL_BYTES;
		if (p->bytes > p->max_bytes)
			return -1;
		ir_list_add(&p->answer, &names, ir_strdup(&p->answer, name));
	}
	p->names = names.v;
	return 0;
}

static int
take_row(struct ir_pg *p, const PGresult *r, int row)
{
	if (++p->rows > p->max_rows)
		return -1;
	for (int i = 0; i < (int)p->cols; i++) {
		const char *cell = NULL;

		if (!p->q->get_is_null(r, row, i)) {
			size_t n = (size_t)p->q->get_length(r, row, i);

			p->bytes += n;
			if (p->bytes <= p->max_bytes)
				cell = ir_strndup(&p->answer, p->q->get_value(r, row, i), n);
		}
		p->bytes += CELL_BYTES;
		if (p->bytes > p->max_bytes)
			return -1;
		ir_list_add(&p->answer, &p->cells, cell);
	}
	return 0;
}

static int
take_rows(struct ir_pg *p, const PGresult *r)
{
	int n = p->q->ntuples(r), nfields = p->q->nfields(r);
	bool bad = p->names ? (size_t)nfields != p->cols : take_names(p, r) < 0;

	for (int i = 0; i < n && !bad; i++)
		bad = take_row(p, r, i) < 0;
	if (!bad)
		return 0;
	ir_pg_fail(p, IR_PG_TOO_BIG, "the answer is larger than %zu rows or %zu bytes", p->max_rows, p->max_bytes);
	return -1;
}

/* A statement is complete. One of ours has nothing to tell. */
static int
end_set(struct ir_pg *p, PGresult *r)
{
	size_t i = p->seen++ - p->before;

	if (p->script) {
		p->seen = 0;
	} else if (p->seen > p->before && i < p->wanted) {
		p->sets[i] = (struct ir_pg_set){ .cols = p->cols,
			.rows = p->cols ? p->cells.n / p->cols : 0,
			.names = p->names,
			.cells = p->cells.v,
			.tag = ir_strdup(&p->answer, p->q->cmd_status(r)) };
		p->res.sets_n = i + 1;
	}
	p->cols = 0;
	p->names = NULL;
	p->cells = (struct ir_list){ 0 };
	if (p->seen <= p->expected)
		return 0;
	ir_pg_fail(p, IR_PG_PROTOCOL, "more answers came than questions were asked");
	return -1;
}

/* 0, or -1 when the connection is of no use any more. A server's error is 0: more may come. */
static int
take_result(struct ir_pg *p, PGresult *r)
{
	ExecStatusType status = p->q->result_status(r);

	switch (status) {
	case PGRES_SINGLE_TUPLE:
		p->res.phase = IR_PG_ROWS;
		return p->undoing ? 0 : take_rows(p, r);
	case PGRES_TUPLES_OK:
		p->res.phase = IR_PG_ROWS;
		if (p->undoing)
			return 0;
		return take_rows(p, r) < 0 ? -1 : end_set(p, r);
	case PGRES_COMMAND_OK:
	case PGRES_EMPTY_QUERY:
		return p->undoing ? 0 : end_set(p, r);
	case PGRES_FATAL_ERROR:
		if (!p->res.error)
			ir_pg_fail_result(p, r);
		return p->q->status(p->conn) == CONNECTION_OK && p->res.sqlstate[0] ? 0 : -1;
	default:
		if (!p->res.error)
			ir_pg_fail(p, IR_PG_PROTOCOL, "the answer is not rows");
		return -1;
	}
}

/* Neither is a failed transaction left open (a pooler would have to throw its connection away), nor one that a lying server left so. */
static void
end_query(struct ir_pg *p)
{
	PGTransactionStatusType t = p->q->transaction_status(p->conn);

	if (p->res.query_us < 0)
		p->res.query_us = ir_mono_us() - p->start_us;
	if (t == PQTRANS_IDLE) {
		if (!p->res.error && !p->script && p->seen != p->expected) {
			ir_pg_fail(p, IR_PG_PROTOCOL, "fewer answers came than questions were asked");
			lose(p);
			return;
		}
		if (!p->res.error)
			p->res.phase = IR_PG_READY;
		ir_pg_finish(p);
		return;
	}
	if (p->undoing || !p->res.error || t == PQTRANS_UNKNOWN) {
		if (!p->res.error)
			ir_pg_fail(p, IR_PG_PROTOCOL, "the transaction did not end");
		lose(p);
		return;
	}
	p->undoing = true;
	if (send_text(p, "ROLLBACK", NULL) < 0)
		lose(p);
}

static int
take_results(struct ir_pg *p, bool *done)
{
	while (!p->q->is_busy(p->conn)) {
		PGresult *r = p->q->get_result(p->conn);
		int rc;

		*done = !r;
		if (!r)
			return 0;
		rc = take_result(p, r);
		p->q->clear(r);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static void
on_event(void *arg, int fd, uint32_t events)
{
	struct ir_pg *p = arg;
	bool done = false;
	int rc;

	(void)fd;
	rc = events & (uint32_t)~EPOLLOUT ? p->q->consume_input(p->conn) : 1;
	if (!rc && !p->res.error)
		ir_pg_fail_lost(p);
	if (!rc || take_results(p, &done) < 0) {
		lose(p);
		return;
	}
	ir_pg_drain(p);
	if (done) {
		end_query(p);
		return;
	}
	if (ir_pg_received(p) - p->received > (int64_t)p->max_bytes + IR_PG_SLACK) {
		if (!p->res.error)
			ir_pg_fail(p, IR_PG_TOO_BIG, "the answer is larger than %zu bytes", p->max_bytes);
		lose(p);
		return;
	}
	if (wait_more(p) < 0)
		lose(p);
}
