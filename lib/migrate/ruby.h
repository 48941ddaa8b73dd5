/*
 * ruby - as much of Ruby's words as a migration is written in
 *
 * A text becomes tokens; what is not understood (a quote without an end, a regular expression, a backtick) is IR_RUBY_BAD, and nothing after it can be trusted to be what it
 * seems. Comments, =begin … =end and what is behind __END__ are no tokens; newlines and ';' are.
 */
#ifndef IR_MIGRATE_RUBY_H
#define IR_MIGRATE_RUBY_H

#include "base/arena.h"

#include <stdbool.h>

enum ir_ruby_kind {
	IR_RUBY_END,
	IR_RUBY_NL,		/* a newline that ends a statement perhaps, or ';' */
	IR_RUBY_WORD,		/* name, Name, name!, @name */
	IR_RUBY_LABEL,		/* name: — p and n are the name alone */
	IR_RUBY_SYMBOL,		/* :name, :"name" — likewise */
	IR_RUBY_STRING,		/* 'a', "a", a heredoc: what is in it, with its escapes */
	IR_RUBY_WORDS,		/* %w[…] %i[…] %q(…) */
	IR_RUBY_NUMBER,
	IR_RUBY_OP,		/* one character, or :: */
	IR_RUBY_BAD,
};

struct ir_ruby {
	enum ir_ruby_kind kind;
	const char *p;
	size_t      n;
	unsigned    line;	/* of a heredoc: of its first line */
	bool        raw;	/* a string without escapes: '…' and heredocs (p is the text itself) */
	bool        mixed;	/* it has #{…} in it */
};

enum { IR_RUBY_TOKENS = 20000 };

/* All tokens, ended by IR_RUBY_END; when there are too many, by IR_RUBY_BAD before that. */
const struct ir_ruby *ir_ruby_read(struct ir_arena *, const char *text, size_t n, size_t *ret_n);
bool ir_ruby_is(const struct ir_ruby *, const char *word);	/* a word or operator */
/* What a string says, its escapes resolved. */
const char *ir_ruby_string(struct ir_arena *, const struct ir_ruby *);

#endif
