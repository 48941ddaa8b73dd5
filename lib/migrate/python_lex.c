/* python_lex - Python's text as tokens: lines and their indentation, strings of all kinds, names, numbers, signs */
#include <string.h>

#include "migrate/python_lex.h"

enum { TAB = 8 };

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

void
ir_py_break(struct ir_py_lexer *x, const char *why, unsigned line)
{
	if (x->broken)
		return;
	x->broken = why;
	x->broken_line = line;
}

bool
ir_py_at(const struct ir_py_lexer *x, const char *s)
{
	return (x->kind == IR_PY_T_SIGN || x->kind == IR_PY_T_NAME) && x->n == strlen(s) && memcmp(x->s, s, x->n) == 0;
}

static void
take(struct ir_py_lexer *x, enum ir_py_token kind, const char *end)
{
	x->kind = kind;
	x->s = x->at;
	x->n = (size_t)(end - x->at);
	x->line = x->now + 1;
	x->at = end;
}

static void
skip_comment(struct ir_py_lexer *x)
{
	const char *nl = memchr(x->at, '\n', (size_t)(x->end - x->at));

	x->at = nl ? nl : x->end;
}

/* A '\' before the end of a line joins it with the next. */
static bool
joins(const struct ir_py_lexer *x, size_t *n)
{
	size_t left = (size_t)(x->end - x->at);

	*n = left > 1 && x->at[1] == '\n' ? 2 : left > 2 && x->at[1] == '\r' && x->at[2] == '\n' ? 3 : 0;
	return *x->at == '\\' && *n > 0;
}

static void
skip_blanks(struct ir_py_lexer *x)
{
	for (size_t n; x->at < x->end;) {
		if (*x->at == ' ' || *x->at == '\t' || *x->at == '\f' || *x->at == '\r') {
			x->at++;
		} else if (*x->at == '#') {
			skip_comment(x);
		} else if (*x->at == '\\' && joins(x, &n)) {
			x->at += n;
			x->now++;
		} else if (*x->at == '\n' && x->brackets) {
			x->at++;
			x->now++;
		} else {
			return;
		}
	}
}

/* To the first line that has something; its column. */
static unsigned
next_line(struct ir_py_lexer *x)
{
	unsigned column = 0;

	for (; x->at < x->end; x->at++) {
		if (*x->at == '\n') {
			x->now++;
			column = 0;
		} else if (*x->at == '\t') {
			column = (column / TAB + 1) * TAB;
		} else if (*x->at == ' ') {
			column++;
		} else if (*x->at == '\f') {
			column = 0;
		} else if (*x->at == '#') {
			skip_comment(x);
			x->at--;
		} else if (*x->at != '\r') {
			return column;
		}
	}
	return 0;
}

/* true: there is an INDENT, or x->dedents are due. */
static bool
indentation(struct ir_py_lexer *x)
{
	unsigned column = next_line(x), top = x->n_indents ? x->indents[x->n_indents - 1] : 0;

	if (column > top) {
		if (x->n_indents == IR_PY_INDENTS) {
			ir_py_break(x, "it is indented too deeply", x->now + 1);
			return false;
		}
		x->indents[x->n_indents++] = column;
		take(x, IR_PY_T_INDENT, x->at);
		return true;
	}
	while (x->n_indents && column < x->indents[x->n_indents - 1]) {
		x->n_indents--;
		x->dedents++;
	}
	return false;
}

/* Past the quotes that end what begins at s; NULL: nothing ends it. */
static const char *
string_end(struct ir_py_lexer *x, const char *s, char quote, bool triple)
{
	for (; s < x->end; s++) {
		if (*s == '\\') {
			s++;
			if (s < x->end && *s == '\n')
				x->now++;
		} else if (*s == '\n') {
			if (!triple)
				return NULL;
			x->now++;
		} else if (*s == quote) {
			if (!triple)
				return s + 1;
			if (x->end - s >= 3 && s[1] == quote && s[2] == quote)
				return s + 3;
		}
	}
	return NULL;
}

/* One that is not ended goes to the end of its line, or of the text when it has three quotes. */
static const char *
string_cut(struct ir_py_lexer *x, const char *s, bool triple)
{
	const char *nl = triple ? NULL : memchr(s, '\n', (size_t)(x->end - s));

	ir_py_break(x, "a string is not ended", x->line);
	return nl ? nl : x->end;
}

static void
string(struct ir_py_lexer *x, size_t prefix)
{
	const char *s = x->at + prefix, *end;
	char quote = *s;
	bool triple = x->end - s >= 3 && s[1] == quote && s[2] == quote;
	unsigned began = x->now;

	x->raw = x->odd = false;
	for (size_t i = 0; i < prefix; i++) {
		x->raw |= (x->at[i] | 32) == 'r';
		x->odd |= (x->at[i] | 32) == 'b' || (x->at[i] | 32) == 'f' || (x->at[i] | 32) == 't';
	}
	x->line = began + 1;
	s += triple ? 3 : 1;
	end = string_end(x, s, quote, triple);
	x->body = s;
	if (end) {
		x->body_n = (size_t)(end - s) - (triple ? 3 : 1);
	} else {
		if (!triple)
			x->now = began;
		end = string_cut(x, s, triple);
		x->body_n = 0;
		x->odd = true;
	}
	x->kind = IR_PY_T_STRING;
	x->s = x->at;
	x->n = (size_t)(end - x->at);
	x->at = end;
}

/* How many letters before a quote make its string another kind; -1: no string begins here. */
static int
string_prefix(const struct ir_py_lexer *x)
{
	for (int i = 0; i < 3 && x->at + i < x->end; i++) {
		if (x->at[i] == '"' || x->at[i] == '\'')
			return i;
		if (!strchr("rbuftRBUFT", x->at[i]) || !x->at[i])
			return -1;
	}
	return -1;
}

static void
number(struct ir_py_lexer *x)
{
	const char *s = x->at;

	while (
	    s < x->end && (is_letter(*s) || is_digit(*s) || *s == '.' ||
			      ((*s == '+' || *s == '-') && (s[-1] | 32) == 'e' && x->at[1] != 'x' && x->at[1] != 'X')))
		s++;
	take(x, IR_PY_T_NUMBER, s);
}

static void
sign(struct ir_py_lexer *x)
{
	static const char *const long_ones[] = { "**=", "//=", ">>=", "<<=", "...", "**", "//", ">>", "<<",
		"==", "!=", "<=", ">=", "->", ":=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=" };
	size_t left = (size_t)(x->end - x->at), n = 1;

	for (size_t i = 0; i < sizeof(long_ones) / sizeof(long_ones[0]) && n == 1; i++)
		if (left >= strlen(long_ones[i]) && memcmp(x->at, long_ones[i], strlen(long_ones[i])) == 0)
			n = strlen(long_ones[i]);
	if (strchr("([{", *x->at) && *x->at)
		x->brackets++;
	else if (strchr(")]}", *x->at) && *x->at && x->brackets)
		x->brackets--;
	take(x, IR_PY_T_SIGN, x->at + n);
}

static void
name(struct ir_py_lexer *x)
{
	const char *s = x->at;

	while (s < x->end && (is_letter(*s) || is_digit(*s)))
		s++;
	take(x, IR_PY_T_NAME, s);
}

static void
ending(struct ir_py_lexer *x)
{
	if (x->brackets)
		ir_py_break(x, "a bracket is not closed", x->now + 1);
	x->brackets = 0;
	if (x->inside) {
		x->inside = false;
		take(x, IR_PY_T_NEWLINE, x->at);
		return;
	}
	if (x->n_indents) {
		x->n_indents--;
		take(x, IR_PY_T_DEDENT, x->at);
		return;
	}
	take(x, IR_PY_T_END, x->at);
}

static void
within_line(struct ir_py_lexer *x)
{
	int prefix;

	if (*x->at == '\n') {
		x->inside = false;
		take(x, IR_PY_T_NEWLINE, x->at + 1);
		x->now++;
	} else if ((prefix = string_prefix(x)) >= 0) {
		string(x, (size_t)prefix);
	} else if (is_letter(*x->at)) {
		name(x);
	} else if (is_digit(*x->at) || (*x->at == '.' && x->end - x->at > 1 && is_digit(x->at[1]))) {
		number(x);
	} else {
		sign(x);
	}
}

void
ir_py_next(struct ir_py_lexer *x)
{
	if (!x->inside && !x->dedents) {
		if (indentation(x)) {
			x->inside = true;
			return;
		}
	}
	if (x->dedents) {
		x->dedents--;
		x->inside = x->dedents == 0 && x->at < x->end;
		take(x, IR_PY_T_DEDENT, x->at);
		return;
	}
	skip_blanks(x);
	if (x->at >= x->end) {
		ending(x);
		return;
	}
	x->inside = true;
	within_line(x);
}
