/*
 * clickhouse_rows - ClickHouse's answers: rows of TabSeparated, and exceptions, also in the middle of a row
 *
 * An exception that comes after the answer began is text behind the rows that were sent by then: the server has said 200 long ago. So a row counts only if it has all its fields and the
 * last one is ".".
 */
#ifndef IR_LOGS_CLICKHOUSE_ROWS_H
#define IR_LOGS_CLICKHOUSE_ROWS_H

#include "base/arena.h"
#include "logs/line.h"

enum { IR_CLICKHOUSE_FIELDS = 12, IR_CLICKHOUSE_ROW = 2 << 20, IR_CLICKHOUSE_REST = 8 << 10 };

struct ir_clickhouse_rows {
	size_t fields;				/* of a row, the last one is "." */
	bool totals;				/* after an empty line comes one more row */
	void (*row)(void *arg, const struct ir_span *v, bool totals);	/* NUL-terminated, unescaped; valid during the call */
	void *arg;
	/* inside */
	struct ir_buf line, rest;
	size_t seen;				/* bytes of line without a newline in them */
	bool blank, summed, torn;
};

void ir_clickhouse_rows_begin(struct ir_clickhouse_rows *);
void ir_clickhouse_rows_take(struct ir_clickhouse_rows *, const char *p, size_t n);
/* The answer is over: was it whole, as far as can be told from it? If not, rest begins with what is no row. */
bool ir_clickhouse_rows_end(struct ir_clickhouse_rows *);
void ir_clickhouse_rows_done(struct ir_clickhouse_rows *);

/* A whole number; -1: it is none. */
int ir_clickhouse_number(const struct ir_span *, int64_t *ret);
/* "0:12,3:1": calls add for each; false: it is no such list. */
bool ir_clickhouse_pairs(const struct ir_span *, void (*add)(void *arg, int64_t bucket, int64_t count), void *arg);

/* "Code: 60, e.displayText() = DB::Exception: Table x doesn't exist., e.what() = …" somewhere in it: the message alone, and its code. NULL: there is none. */
const char *ir_clickhouse_exception(struct ir_arena *, const char *p, size_t n, int *code);

#endif
