/*
 * python_lex - Python's text as tokens
 */
#ifndef IR_MIGRATE_PYTHON_LEX_H
#define IR_MIGRATE_PYTHON_LEX_H

#include <stdbool.h>
#include <stddef.h>

enum { IR_PY_INDENTS = 64 };

enum ir_py_token { IR_PY_T_END, IR_PY_T_NEWLINE, IR_PY_T_INDENT, IR_PY_T_DEDENT, IR_PY_T_NAME, IR_PY_T_NUMBER, IR_PY_T_STRING, IR_PY_T_SIGN };

/* The token that it stands on: kind, s and n, line. A zeroed one with s and end set is ready. */
struct ir_py_lexer {
	const char *at, *end;
	unsigned    now;			/* lines before at */
	unsigned    brackets;			/* open */
	unsigned    indents[IR_PY_INDENTS], n_indents, dedents;
	bool        inside;			/* of a line */
	const char *broken;
	unsigned    broken_line;

	enum ir_py_token kind;
	const char *s;
	size_t      n;
	unsigned    line;
	const char *body;			/* of a string: between its quotes */
	size_t      body_n;
	bool        raw, odd;			/* odd: bytes, formatted, or not ended */
};

void ir_py_next(struct ir_py_lexer *);
bool ir_py_at(const struct ir_py_lexer *, const char *sign_or_name);
void ir_py_break(struct ir_py_lexer *, const char *why, unsigned line);	/* the first one stays */

#endif
