/*
 * pg_text - text of statements, and what their answers say: names and values quoted, templates filled in, cells by the names of their columns
 *
 * Pure: nothing here needs a connection.
 */
#ifndef IR_NET_PG_TEXT_H
#define IR_NET_PG_TEXT_H

#include "base/arena.h"
#include "base/buf.h"
#include "net/pg.h"

enum { IR_PG_TEXT_MAX = 256 * 1024 };	/* bytes of a statement, or of anything quoted: NULL when it is more */

const char *ir_pg_name(struct ir_arena *, const char *identifier);	/* quoted */
const char *ir_pg_text(struct ir_arena *, const char *literal);	/* quoted */
const char *ir_pg_relation(struct ir_arena *, const char *schema, const char *name);
/* 'a','b' */
void ir_pg_texts(struct ir_arena *, struct ir_buf *, const struct ir_list *literals);

/*
 * A template is a statement with
 *	$X		what variable() adds
 *	{name:text}	text, when has() the name; {!name:text} when not. No '}' in text
 */
struct ir_pg_template {
	void *arg;
	/* s: what comes behind a '$'. Add what it stands for; how much of s that was, 0: the statement is left out. */
	size_t (*variable)(void *arg, struct ir_buf *, const char *s);
	bool   (*has)(void *arg, const char *name, size_t n);
};
/* NULL: left out, or too long. */
const char *ir_pg_expand(struct ir_arena *, const struct ir_pg_template *, const char *sql);

/* What would let the user read a relation; and read it where row level security would hide rows. */
const char *ir_pg_grant(struct ir_arena *, const char *schema, const char *name, const char *user);
const char *ir_pg_bypass(struct ir_arena *, const char *schema, const char *name, const char *user);

/* Where the column of that name is; set->cols: there is none. */
size_t ir_pg_column(const struct ir_pg_set *, const char *name);
/* The cell of the column with that name; NULL: it is NULL, or there is none. */
const char *ir_pg_named(const struct ir_pg_set *, size_t row, const char *column);
bool ir_pg_yes(const struct ir_pg_set *, size_t row, const char *column);
/* Pieces of a cell between chr(1). */
struct ir_list ir_pg_pieces(struct ir_arena *, const char *cell);

#endif
