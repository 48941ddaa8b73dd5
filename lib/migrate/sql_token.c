/* sql_token - PostgreSQL's SQL taken apart into words, and at its semicolons into statements */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "migrate/sql_token.h"

void
ir_sqltok_begin(struct ir_sqltok_scan *s, const char *text, size_t n, unsigned first_line)
{
	*s = (struct ir_sqltok_scan){ .p = text, .end = text + n, .line = first_line };
	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		s->p += 3;
}

static bool
name_starts(char c)
{
	return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool
name_goes_on(char c)
{
	return name_starts(c) || isdigit((unsigned char)c) || c == '$';
}

static char
at(const struct ir_sqltok_scan *s, size_t i)
{
	return (size_t)(s->end - s->p) > i ? s->p[i] : '\0';
}

/* To q, lines counted. */
static void
advance(struct ir_sqltok_scan *s, const char *q)
{
	const char *nl;

	while ((nl = memchr(s->p, '\n', (size_t)(q - s->p)))) {
		s->line++;
		s->p = nl + 1;
	}
	s->p = q;
}

/* Behind a nested comment; false: it has no end. */
static bool
skip_block(struct ir_sqltok_scan *s)
{
	size_t depth = 0;

	for (const char *q = s->p; s->end - q >= 2; q++) {
		if (q[0] == '/' && q[1] == '*') {
			depth++, q++;
		} else if (q[0] == '*' && q[1] == '/') {
			q++;
			if (--depth == 0) {
				advance(s, q + 1);
				return true;
			}
		}
	}
	return false;
}

/* White space and comments; false: a comment has no end. */
static bool
skip_blank(struct ir_sqltok_scan *s)
{
	for (;;) {
		char c = at(s, 0);

		if (s->p < s->end && strchr(" \t\r\n\f\v", c) && c) {
			s->line += c == '\n';
			s->p++;
		} else if (c == '-' && at(s, 1) == '-') {
			const char *nl = memchr(s->p, '\n', (size_t)(s->end - s->p));

			s->p = nl ? nl : s->end;
		} else if (c == '/' && at(s, 1) == '*') {
			if (!skip_block(s))
				return false;
		} else {
			return true;
		}
	}
}

/* The end of what is quoted by q's character, doubled ones within; NULL: none. */
static const char *
quoted_end(const char *q, const char *end, bool backslashes)
{
	char quote = *q++;

	for (; q < end; q++) {
		if (backslashes && *q == '\\')
			q++;
		else if (*q == quote && (q + 1 == end || q[1] != quote))
			return q + 1;
		else if (*q == quote)
			q++;
	}
	return NULL;
}

/* The end of $tag$ … $tag$. Sets *is when it is one at all. */
static const char *
dollar_end(const struct ir_sqltok_scan *s, bool *is)
{
	const char *q = s->p + 1, *body, *close;
	size_t n;

	while (q < s->end && *q != '$' && (name_starts(*q) || (q > s->p + 1 && isdigit((unsigned char)*q))))
		q++;
	*is = q < s->end && *q == '$';
	if (!*is)
		return NULL;
	n = (size_t)(q + 1 - s->p);
	body = q + 1;
	close = memmem(body, (size_t)(s->end - body), s->p, n);
	return close ? close + n : NULL;
}

static const char *
number_end(const struct ir_sqltok_scan *s)
{
	const char *q = s->p;

	while (q < s->end && (isalnum((unsigned char)*q) || *q == '.' || *q == '_'))
		q++;
	return q;
}

/* A string with letters before it (E'…'): how many letters; 0: it is none. */
static size_t
prefix(const struct ir_sqltok_scan *s)
{
	char c = (char)toupper((unsigned char)at(s, 0));

	if (c && strchr("EBXN", c) && at(s, 1) == '\'')
		return 1;
	return c == 'U' && at(s, 1) == '&' && (at(s, 2) == '\'' || at(s, 2) == '"') ? 2 : 0;
}

static const char *
word_end(const struct ir_sqltok_scan *s)
{
	const char *q = s->p;

	while (q < s->end && name_goes_on(*q))
		q++;
	return q;
}

static const char *
quoted(const struct ir_sqltok_scan *s, size_t before, struct ir_sqltok *t)
{
	bool escapes = before == 1 && toupper((unsigned char)*s->p) == 'E';

	t->kind = s->p[before] == '"' ? IR_SQLTOK_QUOTED : IR_SQLTOK_STRING;
	return quoted_end(s->p + before, s->end, escapes);
}

/* The end of the token at s->p, its kind set; NULL: it has none. */
static const char *
token_end(const struct ir_sqltok_scan *s, struct ir_sqltok *t)
{
	char c = *s->p;
	size_t before = prefix(s);
	const char *q;
	bool is = false;

	if (before || c == '\'' || c == '"')
		return quoted(s, before, t);
	if (name_starts(c)) {
		t->kind = IR_SQLTOK_WORD;
		return word_end(s);
	}
	if (isdigit((unsigned char)c) || (c == '.' && isdigit((unsigned char)at(s, 1)))) {
		t->kind = IR_SQLTOK_NUMBER;
		return number_end(s);
	}
	if (c == '$') {
		t->kind = IR_SQLTOK_STRING;
		q = dollar_end(s, &is);
		if (is)
			return q;
	}
	if (c == '\\') {
		t->kind = IR_SQLTOK_META;
		q = memchr(s->p, '\n', (size_t)(s->end - s->p));
		return q ? q : s->end;
	}
	t->kind = (unsigned char)c < 0x20 || c == '`' || c == 0x7f ? IR_SQLTOK_BAD : IR_SQLTOK_OP;
	return s->p + (c == ':' && at(s, 1) == ':' ? 2 : 1);
}

void
ir_sqltok_next(struct ir_sqltok_scan *s, struct ir_sqltok *t)
{
	const char *q = NULL;
	bool blank = skip_blank(s);

	*t = (struct ir_sqltok){ .kind = IR_SQLTOK_END, .p = s->p, .line = s->line };
	if (s->p == s->end)
		return;
	if (blank)
		q = token_end(s, t);
	if (!q) {
		t->kind = IR_SQLTOK_BAD;
		q = s->end;
	}
	t->n = (size_t)(q - t->p);
	advance(s, q);
}

bool
ir_sqltok_is(const struct ir_sqltok *t, const char *word)
{
	return (t->kind == IR_SQLTOK_WORD || t->kind == IR_SQLTOK_OP) && strncasecmp(t->p, word, t->n) == 0 &&
	       word[t->n] == '\0';
}

/* Where in a statement its end cannot be. */
struct nesting {
	size_t parens, atomic;
	bool begin; /* the word before was BEGIN */
	bool broken;
};

/* 'it\' : legal, but most likely the server is one for which \' does not end it. */
static bool
ends_oddly(const struct ir_sqltok *t)
{
	return t->kind == IR_SQLTOK_STRING && *t->p == '\'' && t->n >= 3 && t->p[t->n - 2] == '\\';
}

static void
nest(struct nesting *in, const struct ir_sqltok *t)
{
	bool begin = ir_sqltok_is(t, "BEGIN");

	if (t->kind == IR_SQLTOK_BAD || ends_oddly(t))
		in->broken = true;
	if (ir_sqltok_is(t, "("))
		in->parens++;
	else if (ir_sqltok_is(t, ")") && in->parens == 0)
		in->broken = true;
	else if (ir_sqltok_is(t, ")"))
		in->parens--;
	else if (in->begin && ir_sqltok_is(t, "ATOMIC"))
		in->atomic = 1;
	else if (in->atomic && (begin || ir_sqltok_is(t, "CASE")))
		in->atomic++;
	else if (in->atomic && ir_sqltok_is(t, "END"))
		in->atomic--;
	in->begin = begin;
}

bool
ir_sqltok_statement(struct ir_sqltok_scan *s, struct ir_sqltok *v, size_t max, size_t *n, bool *whole)
{
	struct nesting in = { 0 };
	struct ir_sqltok t;
	size_t seen = 0;

	for (;;) {
		ir_sqltok_next(s, &t);
		if (t.kind == IR_SQLTOK_END)
			break;
		if (ir_sqltok_is(&t, ";") && in.parens == 0 && in.atomic == 0) {
			if (seen)
				break;
			continue;
		}
		nest(&in, &t);
		if (seen < max)
			v[seen] = t;
		seen++;
		if (t.kind == IR_SQLTOK_META && seen == 1)
			break;
	}
	*n = seen < max ? seen : max;
	*whole = seen <= max && !in.broken && in.parens == 0 && in.atomic == 0;
	return seen > 0;
}
