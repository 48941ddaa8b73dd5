/*
 * clickhouse_sql - what ClickHouse is asked, for any table of log lines
 *
 * Pure. The SQL is understood from 18.16 on. Answers are asked for as TabSeparated: unlike ClickHouse's JSON it carries bytes that are no UTF-8. Each row ends with a field ".", so that
 * an exception's text in the middle of one is seen.
 */
#ifndef IR_LOGS_CLICKHOUSE_SQL_H
#define IR_LOGS_CLICKHOUSE_SQL_H

#include "base/buf.h"
#include "logs/source.h"

enum {
	IR_CLICKHOUSE_SQL = 256 << 10,		/* bytes; what the server itself takes at most */
	IR_CLICKHOUSE_EXAMPLE = 32 << 10,	/* bytes of an example */
	IR_CLICKHOUSE_GROUPS = 100 * 1000,	/* skeletons that are brought */
	IR_CLICKHOUSE_BUCKETS = 120,		/* of the time that is looked at, whole minutes each */
};

enum ir_clickhouse_kind {
	IR_CLICKHOUSE_OTHER,
	IR_CLICKHOUSE_TEXT,
	IR_CLICKHOUSE_NUMBER,
	IR_CLICKHOUSE_DATETIME,		/* seconds */
	IR_CLICKHOUSE_DATETIME64,
};

struct ir_clickhouse_column {
	const char *name;		/* NULL: there is none */
	const char *type;
	enum ir_clickhouse_kind kind;
	bool nullable;
};

struct ir_clickhouse_table {
	const char *database;		/* NULL: the one that the URL or the user's settings name */
	const char *name;
	struct ir_clickhouse_column time, message, level, service;
	struct ir_clickhouse_column coarse;	/* otel_logs: the same time in seconds, which the table is sorted by */
	struct ir_clickhouse_column severity;	/* OpenTelemetry's number, beside a level that may be empty */
	const char *condition;		/* the section's own; NULL */
};

/* ---- clickhouse_columns.c */

/* "logs.app", "app", "`my.db`.`my.table`". -1: it is neither. */
int ir_clickhouse_table_name(struct ir_arena *, const char *text, const char **database, const char **name);
struct ir_clickhouse_column ir_clickhouse_column(struct ir_arena *, const char *name, const char *type);
/* What of the columns is what; those that the section names are already in t->*.name. -1 with IR_CONFIG: one is not there, cannot be used, or must be named. */
int ir_clickhouse_recognise(struct ir_clickhouse_table *t, const struct ir_clickhouse_column *v, size_t n, struct ir_err *);

/* ---- clickhouse_sql.c */

/* 'text' and `name`, escaped. */
void ir_clickhouse_literal(struct ir_buf *, const char *s);
void ir_clickhouse_name(struct ir_buf *, const char *s);

/* Settings that may be of use, where the server knows them; NULL-terminated. */
extern const char *const ir_clickhouse_settings[];
/* Rows: "column" name type ".", and "setting" name "" "." of those of the above that it knows. */
void ir_clickhouse_columns_sql(struct ir_buf *, const struct ir_clickhouse_table *);
/* Rows: "here" (in the current database) or "there", database, name, ".": what could have been meant. */
void ir_clickhouse_tables_sql(struct ir_buf *);
/* One row: lines, first and last time in ms, ".". */
void ir_clickhouse_range_sql(struct ir_buf *, const struct ir_clickhouse_table *, const struct ir_logs_query *, const struct ir_list *services);

struct ir_clickhouse_grid {
	int64_t base_ms, width_ms;	/* bucket i begins at base + i * width */
};
struct ir_clickhouse_grid ir_clickhouse_grid(int64_t first_ms, int64_t last_ms);
/* Rows: count, before, first, last, number of groups (1), "bucket:count,…", service, level, example, "."; the most frequent groups first. Then an empty line, and a row of totals of all groups, also those
 * that were left out. */
void ir_clickhouse_count_sql(struct ir_buf *, const struct ir_clickhouse_table *, const struct ir_logs_query *, const struct ir_list *services, struct ir_clickhouse_grid);
/* Rows: time in ms, service, level, message, "."; in the order of time. limit -1: all. */
void ir_clickhouse_rows_sql(struct ir_buf *, const struct ir_clickhouse_table *, const struct ir_logs_query *, const struct ir_list *services, int64_t limit);

/* ---- clickhouse_skeleton.c */

/* Expressions of the column's text (an expression too). The skeleton: equal for two lines only if ir_skeleton_text() is (skeleton.h); '_', 'x' and 'X' are the bytes 3, 4 and 5 in it. */
void ir_clickhouse_skeleton(struct ir_buf *, const char *text);
/* What may differ between lines of one skeleton and yet makes them different: a level that is a number, an access log's status; equal for two lines only if those are. */
void ir_clickhouse_numbers(struct ir_buf *, const char *text);

#endif
