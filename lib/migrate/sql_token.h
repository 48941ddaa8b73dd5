/*
 * sql_token - PostgreSQL's SQL taken apart into words, and at its semicolons into statements
 *
 * The text is from outside: nothing here recurses, and what has no end is one IR_SQLTOK_BAD that reaches to the text's end. Comments are no tokens.
 */
#ifndef IR_MIGRATE_SQL_TOKEN_H
#define IR_MIGRATE_SQL_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

enum ir_sqltok_kind {
	IR_SQLTOK_END,
	IR_SQLTOK_WORD,		/* a keyword or a name without quotes */
	IR_SQLTOK_QUOTED,	/* "a name", U&"a name" */
	IR_SQLTOK_STRING,	/* '…' E'…' B'…' U&'…' $tag$…$tag$ */
	IR_SQLTOK_NUMBER,
	IR_SQLTOK_OP,		/* one character, or :: */
	IR_SQLTOK_META,		/* psql's: \connect … to the end of the line */
	IR_SQLTOK_BAD,		/* no SQL: a quote without an end, a NUL, a backtick */
};

struct ir_sqltok {
	enum ir_sqltok_kind kind;
	const char *p;
	size_t      n;
	unsigned    line;
};

struct ir_sqltok_scan {
	const char *p, *end;
	unsigned    line;
};

void ir_sqltok_begin(struct ir_sqltok_scan *, const char *text, size_t n, unsigned first_line);
void ir_sqltok_next(struct ir_sqltok_scan *, struct ir_sqltok *ret);
/* Is it that keyword (upper case given) or operator? Never a quoted name. */
bool ir_sqltok_is(const struct ir_sqltok *, const char *word);

/* The next statement that is not empty, without its ';': false at the end. A ';' inside of parentheses or a BEGIN ATOMIC body ends none. whole: all of it is in v, it has
 * nothing IR_SQLTOK_BAD and no string that ends in \', and its parentheses are closed. A psql command is a statement by itself. */
bool ir_sqltok_statement(struct ir_sqltok_scan *, struct ir_sqltok *v, size_t max, size_t *n, bool *whole);

#endif
