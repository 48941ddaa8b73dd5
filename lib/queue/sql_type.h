/*
 * sql_type - one job system that keeps its jobs in tables of PostgreSQL
 *
 * A file a system, ending in a const struct ir_sql_type, and one entry in sql_catalog.c. One query of the catalog tells which systems are there: those whose tables have their columns.
 * Then a system's statements go in one message; after one that fails the rest is sent again, so that it takes nothing with it.
 *
 * A statement is a template (net/pg_text.h):
 *	$T		the system's first table, quoted, with its schema
 *	$S.name		another one. A statement with a table that is not there is left out; one that we may not read is told as a trouble
 *	$L		the most rows to count, for LIMIT
 *	$Q(expr)	 AND expr IN (…) with the names asked for; nothing when all are wanted
 *	{table.column:text}	text, when the table has the column; {!table.column:text} when it has not. No '}' in text
 *
 * Its rows are told by the names of their columns:
 *	queue		name of the queue; NULL, or no such column: the row holds for the whole system
 *	pending running scheduled failed consumers completed_total enqueued_total	integers
 *	oldest_s running_s arrival_per_s completion_per_s	numbers
 *	paused own_consumers	booleans
 *	next		ids with chr(1) between them, at most 100
 *	seen		rows that were looked at, where it is not the sum of what was counted
 *	note		text
 *	trouble, hint	text: something that could not be told
 * A queue without a row has 0 of what is counted. When all rows together say that $L was reached, the count is what it is at least.
 */
#ifndef IR_QUEUE_SQL_TYPE_H
#define IR_QUEUE_SQL_TYPE_H

#include "net/pg_text.h"
#include "queue/run.h"

enum {
	IR_SQL_TABLES   = 8,		/* of a system */
	IR_SQL_COLUMNS  = 16,		/* of a table that are looked for */
	IR_SQL_COUNT    = 100000,	/* counted at the most; $L is one more */
	IR_SQL_NEXT     = 100,		/* ids */
};

/* For templates. The session's time zone is UTC: times without zone compare with now(). */
#define IR_SQL_AGE(t) "extract(epoch FROM now() - " t ")"
/* Rows that are told by queue: of the outer SELECT, of the inner one, which rows. */
#define IR_SQL_TALLY(tell, columns, from) "SELECT queue, " tell " FROM (SELECT " columns " " from " LIMIT $L) s GROUP BY queue"
#define IR_SQL_IDS(id, order) "array_to_string((array_agg(" id " ORDER BY " order "))[1:100], chr(1)) AS next"
/* Rows a second by queue, from the newest 5000 ids; all of the last minute's, or as far as they reach back. columns: with the time, called t. */
#define IR_SQL_RATE(member, columns, from, where) "SELECT queue, count(*) / max(CASE WHEN n >= 5000 AND first > now() - interval '60 s' " \
	"THEN greatest(extract(epoch FROM now() - first), 0.1) ELSE 60 END) AS " member " FROM (SELECT *, count(*) OVER () AS n, min(t) OVER () AS first " \
	"FROM (SELECT " columns " " from " ORDER BY id DESC LIMIT 5000) a) b WHERE t > now() - interval '60 s'" where " GROUP BY queue"

struct ir_sql_table {
	const char *name;			/* "river_job"; "q_*": every table that begins so, the last entry */
	const char *columns[IR_SQL_COLUMNS];	/* it must have them; ended by NULL */
	const char *more[IR_SQL_COLUMNS];	/* it may have them: {table.column:…} */
	bool        optional;			/* the system is there without it */
};

struct ir_sql_statement {
	const char *sql;
	const char *rows;	/* "FROM $T WHERE …": what is counted, for the planner's estimate when counting takes too long; NULL: no estimate. Of pending ones only */
	const char *index;	/* "CREATE INDEX CONCURRENTLY ON $T (scheduled_at) WHERE …": makes it fast; NULL: the system has it */
	bool        ready;	/* these are no templates */
	bool        may_be_slow;	/* when it takes too long, that is no trouble: it is not known then */
};

/* A table or view as the catalog knows it. */
struct ir_sql_relation {
	const char    *schema, *name;
	struct ir_list columns, types;		/* those looked for, and "timestamp with time zone" … */
	struct ir_list labels;			/* "column=label" of enums */
	bool           readable, hides, visible;	/* hides: row level security would keep rows from us */
};

/* A system in a schema. */
struct ir_sql_place {
	struct ir_arena              *arena;
	const struct ir_sql_type     *type;
	const struct ir_queue_ask    *ask;
	struct ir_queue_found        *found;
	const char                   *schema, *user;
	bool                          several;	/* in other schemas, too */
	const struct ir_sql_relation *tables[IR_SQL_TABLES];	/* as type->tables */
	const struct ir_sql_relation *all;	/* of "q_*" and of a table of one's own: every one in the catalog's answer */
	size_t                        n_all;
	struct ir_sql_statement      *statements;	/* templates */
	size_t                        n_statements;
};

struct ir_sql_type {
	const char                    *name;	/* as in ir_queue_types; several may have it: layouts of one system */
	struct ir_sql_table            tables[IR_SQL_TABLES];	/* the first is $T; ended by a NULL name */
	const struct ir_sql_statement *statements;	/* ended by a NULL sql */
	/* Instead of them, where tables are known only then: by ir_sql_add(). What stands in the way is a trouble. */
	void                         (*build)(struct ir_sql_place *);
};

extern const struct ir_sql_type *const ir_sql_types[];	/* NULL-terminated; sql_catalog.c. ir_sql_own is not in it: it is asked for */
/* A table, or statements, of one's own. */
extern const struct ir_sql_type ir_sql_own;

/* table.c: is it that which is asked for? With `table`, its name, and the columns that it may have. */
bool ir_sql_is_own(const struct ir_queue_ask *);
/* "app.jobs" taken apart, quotes too: schema NULL when there is none. */
void ir_sql_own_name(struct ir_arena *, const char *table, const char **schema, const char **name);
void ir_sql_own_columns(struct ir_arena *, const struct ir_queue_ask *, struct ir_list *);

/* sql_catalog.c: what to ask of the catalog, and what its answer says. Pure. */
const char *ir_sql_catalog(struct ir_arena *, const struct ir_queue_ask *);
struct ir_sql_place *ir_sql_places(struct ir_queue_found *, const struct ir_queue_ask *, const struct ir_pg_set *, size_t *ret_n);
bool ir_sql_has(const struct ir_sql_relation *, const char *column);
const char *ir_sql_type_of(const struct ir_sql_relation *, const char *column);	/* NULL: there is none */

/* sql_text.c: text of statements. Pure. */
void ir_sql_add(struct ir_sql_place *, const struct ir_sql_statement *);
const char *ir_sql_relation_name(struct ir_arena *, const struct ir_sql_relation *);
/* A piece of a statement, filled in; NULL: the statement is left out, and what we may not read of it is a trouble now. */
const char *ir_sql_expand(struct ir_sql_place *, const struct ir_sql_statement *, const char *piece);
/* What we may not read is a trouble then. */
bool ir_sql_may_read(struct ir_sql_place *, const struct ir_sql_relation *);

/* sql_rows.c: rows of one statement. Pure. */
struct ir_sql_told {
	size_t                first;	/* in found->res.v: those before it are of others */
	struct ir_queue_facts all;	/* what holds for the whole system */
	unsigned              counted;	/* members that are 0 where no row told them */
	bool                  any;	/* something was told */
};
struct ir_sql_told ir_sql_untold(const struct ir_queue_found *);
void ir_sql_take(const struct ir_sql_place *, struct ir_sql_told *, const struct ir_pg_set *);
/* After all statements: what holds for all, zeros, and a queue where there was none. */
void ir_sql_finish(const struct ir_sql_place *, struct ir_sql_told *);
/* The planner's: of EXPLAIN (FORMAT JSON). */
void ir_sql_estimate(const struct ir_sql_place *, struct ir_sql_told *, const struct ir_pg_set *);

#endif
