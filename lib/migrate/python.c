/* python - a tree of what Python's text says: expressions, and the statements around them */
#include <string.h>

#include "base/buf.h"
#include "migrate/python.h"
#include "migrate/python_lex.h"

struct parser {
	struct ir_py_lexer x;
	struct ir_arena *arena;
	size_t nodes;
	unsigned depth;
};

static struct ir_py_node *expression(struct parser *);
static struct ir_py_statement *block(struct parser *);

static void
next(struct parser *p)
{
	ir_py_next(&p->x);
}

static bool
at(const struct parser *p, const char *s)
{
	return ir_py_at(&p->x, s);
}

/* Past all that it was meant to hold, nothing more is read. */
static void
count(struct parser *p)
{
	if (++p->nodes <= IR_PY_NODES)
		return;
	ir_py_break(&p->x, "it is too long", p->x.line);
	p->x.at = p->x.end;
	p->x.brackets = 0;
}

static struct ir_py_node *
node(struct parser *p, enum ir_py_kind kind)
{
	struct ir_py_node *n = IR_NEW(p->arena, struct ir_py_node);

	count(p);
	n->kind = kind;
	n->line = p->x.line;
	return n;
}

static bool
opens(const struct parser *p)
{
	return at(p, "(") || at(p, "[") || at(p, "{");
}

static bool
closes(const struct parser *p)
{
	return at(p, ")") || at(p, "]") || at(p, "}");
}

/* What an expression may be followed by. */
static bool
ends(const struct parser *p)
{
	static const char *const signs[] = { ",", "=", ":", ";", ")", "]", "}", "+=", "as" };

	if (p->x.kind == IR_PY_T_NEWLINE || p->x.kind == IR_PY_T_END || p->x.kind == IR_PY_T_INDENT ||
	    p->x.kind == IR_PY_T_DEDENT)
		return true;
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (at(p, signs[i]))
			return true;
	return false;
}

/* To the end of an expression, with all brackets in it. A lambda's names and its ':' belong to it. */
static void
skip(struct parser *p)
{
	size_t open = 0;
	bool lambda = false;

	while (p->x.kind != IR_PY_T_END && (open || lambda || !ends(p))) {
		if (p->x.kind == IR_PY_T_NEWLINE && !open)
			return;
		if (opens(p))
			open++;
		else if (closes(p) && open)
			open--;
		else if (closes(p))
			return;
		else if (!open && at(p, "lambda"))
			lambda = true;
		else if (!open && lambda && at(p, ":"))
			lambda = false;
		next(p);
	}
}

static struct ir_py_node *
opaque(struct parser *p, unsigned line)
{
	struct ir_py_node *n = node(p, IR_PY_OPAQUE);

	n->line = line;
	skip(p);
	return n;
}

/* ---- strings */

static void
add_code_point(struct ir_buf *b, uint32_t c)
{
	if (c < 0x80) {
		ir_buf_addc(b, (char)c);
	} else if (c < 0x800) {
		ir_buf_addc(b, (char)(0xc0 | c >> 6));
		ir_buf_addc(b, (char)(0x80 | (c & 63)));
	} else if (c < 0x10000) {
		ir_buf_addc(b, (char)(0xe0 | c >> 12));
		ir_buf_addc(b, (char)(0x80 | (c >> 6 & 63)));
		ir_buf_addc(b, (char)(0x80 | (c & 63)));
	} else {
		ir_buf_addc(b, (char)(0xf0 | (c >> 18 & 7)));
		ir_buf_addc(b, (char)(0x80 | (c >> 12 & 63)));
		ir_buf_addc(b, (char)(0x80 | (c >> 6 & 63)));
		ir_buf_addc(b, (char)(0x80 | (c & 63)));
	}
}

/* At most `most` digits to that base; how many there were. */
static size_t
digits(const char *s, const char *end, size_t most, unsigned base, uint32_t *ret)
{
	size_t n = 0;

	for (*ret = 0; n < most && s + n < end; n++) {
		const char *all = "0123456789abcdef",
			   *d = s[n] ? strchr(all, s[n] >= 'A' && s[n] <= 'F' ? s[n] | 32 : s[n]) : NULL;

		if (!d || (unsigned)(d - all) >= base)
			break;
		*ret = *ret * base + (uint32_t)(d - all);
	}
	return n;
}

/* What stands behind a '\' at s; what follows it. */
static const char *
unescape(struct ir_buf *b, const char *s, const char *end)
{
	static const char letters[] = "n\nt\tr\ra\ab\bf\fv\v\\\\''\"\"";
	uint32_t c;
	size_t n;

	if (*s == '\n')
		return s + 1;
	for (const char *l = letters; *l; l += 2) {
		if (*l == *s) {
			ir_buf_addc(b, l[1]);
			return s + 1;
		}
	}
	if (*s == 'x' || *s == 'u' || *s == 'U') {
		if ((n = digits(s + 1, end, *s == 'x' ? 2 : *s == 'u' ? 4 : 8, 16, &c)) > 0) {
			add_code_point(b, c);
			return s + 1 + n;
		}
	} else if ((n = digits(s, end, 3, 8, &c)) > 0) {
		add_code_point(b, c);
		return s + n;
	}
	ir_buf_addc(b, '\\');
	return s;
}

static void
add_string(struct ir_buf *b, const struct ir_py_lexer *x)
{
	const char *s = x->body, *end = x->body + x->body_n;

	if (x->raw) {
		ir_buf_add(b, s, x->body_n);
		return;
	}
	while (s < end) {
		const char *bs = memchr(s, '\\', (size_t)(end - s)), *to = bs ? bs : end;

		ir_buf_add(b, s, (size_t)(to - s));
		s = bs && bs + 1 < end ? unescape(b, bs + 1, end) : bs ? bs + 1 : end;
	}
}

/* Pieces side by side. */
static struct ir_py_node *
strings(struct parser *p)
{
	struct ir_py_node *n = node(p, IR_PY_STRING);
	struct ir_buf b;

	ir_buf_init(&b, (size_t)(p->x.end - p->x.s) * 4 + 1);
	for (; p->x.kind == IR_PY_T_STRING; next(p)) {
		if (p->x.odd)
			n->kind = IR_PY_OPAQUE;
		add_string(&b, &p->x);
	}
	if (memchr(b.data, 0, b.len) || b.full)
		n->kind = IR_PY_OPAQUE;
	if (n->kind == IR_PY_STRING) {
		n->text = ir_strndup(p->arena, b.data, b.len);
		n->n = b.len;
	}
	ir_buf_done(&b);
	return n;
}

/* ---- names, calls, brackets */

static void
close_bracket(struct parser *p)
{
	while (p->x.kind != IR_PY_T_END && p->x.kind != IR_PY_T_NEWLINE && !closes(p)) {
		skip(p);
		if (!closes(p) && p->x.kind != IR_PY_T_END && p->x.kind != IR_PY_T_NEWLINE)
			next(p);
	}
	if (closes(p))
		next(p);
}

/* What is in brackets, after the first; true: it ended with a ',', or holds several. */
static bool
elements(struct parser *p, struct ir_py_node *of)
{
	struct ir_py_node **last = &of->first, *n, *key;
	bool comma = false;

	for (; !closes(p) && p->x.kind != IR_PY_T_END && p->x.kind != IR_PY_T_NEWLINE; last = &n->next) {
		n = expression(p);
		if (at(p, "=") && n->kind == IR_PY_NAME && of->kind == IR_PY_CALL) {
			key = n;
			next(p);
			n = expression(p);
			n->key = key->text;
		} else if (at(p, ":") && of->kind == IR_PY_SET) {
			key = n;
			next(p);
			n = expression(p);
			n->of = key;
		}
		*last = n;
		if (!at(p, ","))
			break;
		comma = true;
		next(p);
	}
	if (!closes(p)) {
		ir_py_break(&p->x, "a bracket is not closed", of->line);
		of->kind = IR_PY_OPAQUE;
	}
	close_bracket(p);
	return comma;
}

static struct ir_py_node *
brackets(struct parser *p)
{
	enum ir_py_kind kind = at(p, "(") ? IR_PY_TUPLE : at(p, "[") ? IR_PY_LIST : IR_PY_SET;
	struct ir_py_node *n;

	if (p->depth >= IR_PY_DEPTH)
		return opaque(p, p->x.line);
	n = node(p, kind);
	p->depth++;
	next(p);
	if (!elements(p, n) && kind == IR_PY_TUPLE && n->first && n->kind == kind)
		n = n->first;
	p->depth--;
	if (kind == IR_PY_SET && n->kind == kind && (!n->first || n->first->of))
		n->kind = IR_PY_DICT;
	return n;
}

static struct ir_py_node *
named(struct parser *p)
{
	struct ir_py_node *n = node(p, IR_PY_NAME);
	struct ir_buf b;

	ir_buf_init(&b, 1024);
	for (;;) {
		ir_buf_add(&b, p->x.s, p->x.n);
		next(p);
		if (!at(p, "."))
			break;
		ir_buf_addc(&b, '.');
		next(p);
		if (p->x.kind != IR_PY_T_NAME) {
			n->kind = IR_PY_OPAQUE;
			break;
		}
	}
	if (b.full)
		n->kind = IR_PY_OPAQUE;
	n->text = ir_strndup(p->arena, b.data, b.len);
	n->n = b.len;
	ir_buf_done(&b);
	return n;
}

static struct ir_py_node *
name_or_call(struct parser *p)
{
	struct ir_py_node *n = named(p);

	if (n->kind != IR_PY_NAME || !at(p, "("))
		return n;
	if (p->depth >= IR_PY_DEPTH)
		return opaque(p, n->line);
	n->kind = IR_PY_CALL;
	p->depth++;
	next(p);
	elements(p, n);
	p->depth--;
	return n;
}

static struct ir_py_node *
number(struct parser *p, bool minus)
{
	struct ir_py_node *n = node(p, IR_PY_NUMBER);

	n->text = ir_asprintf(p->arena, "%s%.*s", minus ? "-" : "", (int)(p->x.n < 100 ? p->x.n : 100), p->x.s);
	n->n = strlen(n->text);
	next(p);
	return n;
}

static struct ir_py_node *
unpacked(struct parser *p)
{
	struct ir_py_node *n = node(p, IR_PY_OPAQUE);

	n->key = "*";
	skip(p);
	return n;
}

static bool
is_operator_word(const struct parser *p)
{
	return at(p, "lambda") || at(p, "not") || at(p, "await") || at(p, "yield") || at(p, "as");
}

static struct ir_py_node *
primary(struct parser *p)
{
	unsigned line = p->x.line;

	if (p->x.kind == IR_PY_T_STRING)
		return strings(p);
	if (p->x.kind == IR_PY_T_NUMBER)
		return number(p, false);
	if (p->x.kind == IR_PY_T_NAME && !is_operator_word(p))
		return name_or_call(p);
	if (opens(p))
		return brackets(p);
	if (at(p, "*") || at(p, "**"))
		return unpacked(p);
	if (at(p, "-")) {
		next(p);
		if (p->x.kind == IR_PY_T_NUMBER)
			return number(p, true);
	}
	return opaque(p, line);
}

static struct ir_py_node *
sum(struct parser *p)
{
	struct ir_py_node *n = primary(p), *s, **last;

	if (!at(p, "+"))
		return n;
	s = node(p, IR_PY_SUM);
	s->line = n->line;
	s->first = n;
	for (last = &n->next; at(p, "+"); last = &(*last)->next) {
		next(p);
		*last = primary(p);
	}
	return s;
}

static struct ir_py_node *
expression(struct parser *p)
{
	unsigned line = p->x.line;
	struct ir_py_node *n = sum(p);

	return ends(p) ? n : opaque(p, line);
}

/* ---- statements */

static struct ir_py_statement *
statement_of(struct parser *p, enum ir_py_says says)
{
	struct ir_py_statement *s = IR_NEW(p->arena, struct ir_py_statement);

	count(p);
	s->says = says;
	s->line = p->x.line;
	return s;
}

static void
skip_line(struct parser *p)
{
	while (p->x.kind != IR_PY_T_NEWLINE && p->x.kind != IR_PY_T_END)
		next(p);
}

/* "a, b = c" and "a = b = c" are not told apart: the rest of such a line is opaque. */
static const struct ir_py_node *
whole_line(struct parser *p, struct ir_py_node *n)
{
	struct ir_py_node *t, **last;

	if (!at(p, ","))
		return n;
	t = node(p, IR_PY_TUPLE);
	t->line = n->line;
	t->first = n;
	for (last = &n->next; at(p, ",");) {
		next(p);
		if (ends(p))
			break;
		*last = expression(p);
		last = &(*last)->next;
	}
	return t;
}

static const struct ir_py_node *
value(struct parser *p)
{
	unsigned line = p->x.line;
	const struct ir_py_node *n = whole_line(p, expression(p));

	if (p->x.kind == IR_PY_T_NEWLINE || p->x.kind == IR_PY_T_END || at(p, ";"))
		return n;
	skip_line(p);
	return opaque(p, line);
}

static struct ir_py_statement *
simple(struct parser *p)
{
	struct ir_py_statement *s = statement_of(p, IR_PY_EXPRESSION);
	struct ir_py_node *n = expression(p);

	if (n->kind == IR_PY_NAME && at(p, ":")) {
		next(p);
		expression(p);
		s->says = IR_PY_ASSIGN;
		s->name = n->text;
		if (!at(p, "="))
			return s;
	}
	if (n->kind == IR_PY_NAME && (at(p, "=") || at(p, "+="))) {
		s->says = at(p, "=") ? IR_PY_ASSIGN : IR_PY_ADD;
		s->name = n->text;
		next(p);
		s->value = value(p);
		return s;
	}
	s->value = whole_line(p, n);
	if (p->x.kind != IR_PY_T_NEWLINE && !at(p, ";"))
		s->says = IR_PY_OTHER;
	return s;
}

static const char *
word(struct parser *p)
{
	const char *s = p->x.kind == IR_PY_T_NAME ? named(p)->text : NULL;

	return s ? s : "";
}

/* "from a.b import (c as d, e)": a statement each. Relative ones keep their dots. */
static void
import_names(struct parser *p, struct ir_py_statement ***last, const char *from)
{
	struct ir_py_statement *s;
	const char *what;

	if (at(p, "("))
		next(p);
	while (p->x.kind == IR_PY_T_NAME) {
		s = statement_of(p, IR_PY_IMPORT);
		what = word(p);
		s->name = from ? what : ir_strndup(p->arena, what, strcspn(what, "."));
		s->text = from ? ir_asprintf(p->arena, "%s.%s", from, what) : s->name;
		if (at(p, "as")) {
			next(p);
			s->name = word(p);
			s->text = from ? s->text : what;
		}
		**last = s;
		*last = &s->next;
		if (!at(p, ","))
			break;
		next(p);
	}
	skip_line(p);
}

static void
import(struct parser *p, struct ir_py_statement ***last)
{
	const char *from = "";

	if (at(p, "import")) {
		next(p);
		import_names(p, last, NULL);
		return;
	}
	for (next(p); at(p, ".") || at(p, "..."); next(p))
		from = ".";
	if (p->x.kind == IR_PY_T_NAME && !at(p, "import"))
		from = ir_asprintf(p->arena, "%s%s", from, word(p));
	if (at(p, "import"))
		next(p);
	import_names(p, last, from);
}

static void simple_line(struct parser *, struct ir_py_statement ***);

/* ": a; b" or an indented block. */
static struct ir_py_statement *
body(struct parser *p)
{
	struct ir_py_statement *first = NULL, **last = &first;

	while (!at(p, ":") && p->x.kind != IR_PY_T_NEWLINE && p->x.kind != IR_PY_T_END) {
		skip(p);
		if (!at(p, ":") && p->x.kind != IR_PY_T_NEWLINE && p->x.kind != IR_PY_T_END)
			next(p);
	}
	if (at(p, ":"))
		next(p);
	if (p->x.kind != IR_PY_T_NEWLINE) {
		simple_line(p, &last);
		return first;
	}
	next(p);
	return p->x.kind == IR_PY_T_INDENT ? block(p) : NULL;
}

static struct ir_py_statement *
class_or_def(struct parser *p)
{
	struct ir_py_statement *s = statement_of(p, at(p, "class") ? IR_PY_CLASS : IR_PY_DEF);

	next(p);
	if (p->x.kind == IR_PY_T_NAME) {
		s->name = ir_strndup(p->arena, p->x.s, p->x.n);
		next(p);
	}
	if (s->says == IR_PY_CLASS && at(p, "(")) {
		struct ir_py_node *bases = node(p, IR_PY_CALL);

		next(p);
		elements(p, bases);
		s->value = bases;
	}
	s->body = body(p);
	return s;
}

static struct ir_py_statement *
with(struct parser *p)
{
	struct ir_py_statement *s = statement_of(p, IR_PY_WITH);
	const char *from;
	size_t n;

	next(p);
	from = p->x.s;
	s->value = expression(p);
	n = p->x.s > from ? (size_t)(p->x.s - from) : 0;
	while (n > 0 && from[n - 1] == ' ')
		n--;
	s->text = n < 256 ? ir_strndup(p->arena, from, n) : "";
	if (at(p, "as")) {
		next(p);
		s->name = word(p);
	}
	if (!at(p, ":"))
		s->says = IR_PY_BLOCK;
	s->body = body(p);
	return s;
}

static bool
begins_block(const struct parser *p)
{
	static const char *const words[] = { "if", "elif", "else", "for", "while", "try", "except", "finally" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (at(p, words[i]))
			return true;
	return false;
}

static struct ir_py_statement *
other_line(struct parser *p)
{
	static const char *const words[] = { "return", "del", "global", "nonlocal", "assert", "break", "continue" };
	struct ir_py_statement *s = NULL;

	if (at(p, "pass") || at(p, "raise"))
		s = statement_of(p, at(p, "pass") ? IR_PY_PASS : IR_PY_RAISE);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && !s; i++)
		if (at(p, words[i]))
			s = statement_of(p, IR_PY_OTHER);
	if (s) {
		next(p);
		while (p->x.kind != IR_PY_T_NEWLINE && p->x.kind != IR_PY_T_END && !at(p, ";")) {
			skip(p);
			if (at(p, ",") || at(p, "=") || at(p, ":") || at(p, "+=") || at(p, "as") || closes(p))
				next(p);
			else if (p->x.kind == IR_PY_T_INDENT || p->x.kind == IR_PY_T_DEDENT)
				break;
		}
	}
	return s;
}

/* Statements of one line, with ';' between them. */
static void
simple_line(struct parser *p, struct ir_py_statement ***last)
{
	struct ir_py_statement *s;

	while (p->x.kind != IR_PY_T_NEWLINE && p->x.kind != IR_PY_T_END) {
		if (at(p, "import") || at(p, "from")) {
			import(p, last);
			continue;
		}
		s = other_line(p);
		if (!s)
			s = simple(p);
		**last = s;
		*last = &s->next;
		if (!at(p, ";")) {
			if (p->x.kind != IR_PY_T_NEWLINE)
				s->says = IR_PY_OTHER;
			skip_line(p);
		} else {
			next(p);
		}
	}
	if (p->x.kind == IR_PY_T_NEWLINE)
		next(p);
}

static void
statement(struct parser *p, struct ir_py_statement ***last)
{
	struct ir_py_statement *s;

	while (at(p, "@")) {
		skip_line(p);
		next(p);
	}
	if (at(p, "async"))
		next(p);
	if (at(p, "class") || at(p, "def"))
		s = class_or_def(p);
	else if (at(p, "with"))
		s = with(p);
	else if (begins_block(p)) {
		s = statement_of(p, IR_PY_BLOCK);
		s->body = body(p);
	} else {
		simple_line(p, last);
		return;
	}
	**last = s;
	*last = &s->next;
}

/* After its INDENT, to past its DEDENT. Deeper than is allowed: nothing of it. */
static struct ir_py_statement *
block(struct parser *p)
{
	struct ir_py_statement *first = NULL, **last = &first, *s;

	p->depth++;
	for (next(p); p->x.kind != IR_PY_T_DEDENT && p->x.kind != IR_PY_T_END;) {
		if (p->x.kind != IR_PY_T_INDENT) {
			statement(p, &last);
			continue;
		}
		s = statement_of(p, IR_PY_BLOCK);
		s->body = p->depth < IR_PY_DEPTH ? block(p) : NULL;
		*last = s;
		last = &s->next;
		if (p->depth >= IR_PY_DEPTH)
			next(p);
	}
	p->depth--;
	if (p->x.kind == IR_PY_T_DEDENT)
		next(p);
	return first;
}

static bool
starts_with_mark(const char *text, size_t n)
{
	return n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
}

struct ir_py_module *
ir_py_parse(struct ir_arena *arena, const char *text, size_t n)
{
	struct ir_py_module *m = IR_NEW(arena, struct ir_py_module);
	struct parser p = { .arena = arena };
	struct ir_py_statement **last = &m->first;
	size_t mark = starts_with_mark(text, n) ? 3 : 0;

	p.x.at = text + mark;
	p.x.end = text + n;
	if (memchr(text, 0, n))
		ir_py_break(&p.x, "there is a NUL in it", 0);
	for (next(&p); p.x.kind != IR_PY_T_END;) {
		if (p.x.kind == IR_PY_T_DEDENT) {
			next(&p);
			continue;
		}
		if (p.x.kind == IR_PY_T_INDENT) {
			*last = statement_of(&p, IR_PY_BLOCK);
			(*last)->body = block(&p);
			last = &(*last)->next;
			continue;
		}
		statement(&p, &last);
	}
	m->broken = p.x.broken;
	m->broken_line = p.x.broken_line;
	return m;
}
