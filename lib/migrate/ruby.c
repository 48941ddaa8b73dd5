/* ruby - as much of Ruby's words as a migration is written in */
#include <ctype.h>
#include <string.h>

#include "migrate/ruby.h"

struct scan {
	const char *text, *p, *end;
	const char *heredocs; /* where the bodies that began on this line end; NULL: none did */
	unsigned line, heredoc_line;
	bool value; /* what was before is a value: a '<<' behind it appends, a '/' divides */
};

static bool
letter(char c)
{
	return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool
name_char(char c)
{
	return letter(c) || isdigit((unsigned char)c);
}

static char
at(const struct scan *s, size_t i)
{
	return (size_t)(s->end - s->p) > i ? s->p[i] : '\0';
}

/* Does p begin with the n bytes of word, and with nothing more of a word? */
static bool
begins(const struct scan *s, const char *p, const char *word, size_t n)
{
	return (size_t)(s->end - p) >= n && memcmp(p, word, n) == 0 && (p + n == s->end || !name_char(p[n]));
}

static bool
line_begins_with(const struct scan *s, const char *word)
{
	return (s->p == s->text || s->p[-1] == '\n') && begins(s, s->p, word, strlen(word));
}

static const char *
line_end(const struct scan *s, const char *p)
{
	const char *nl = p < s->end ? memchr(p, '\n', (size_t)(s->end - p)) : NULL;

	return nl ? nl : s->end;
}

/* To q, lines counted. */
static void
advance(struct scan *s, const char *q)
{
	const char *nl;

	while (s->p < q && (nl = memchr(s->p, '\n', (size_t)(q - s->p)))) {
		s->line++;
		s->p = nl + 1;
	}
	s->p = q;
}

/* Over a newline, and the bodies of heredocs that follow it. */
static void
next_line(struct scan *s)
{
	advance(s, s->heredocs ? s->heredocs : s->p + (s->p < s->end));
	s->heredocs = NULL;
}

static void
skip_begin_end(struct scan *s)
{
	do {
		s->p = line_end(s, s->p);
		next_line(s);
	} while (s->p < s->end && !line_begins_with(s, "=end"));
	s->p = line_end(s, s->p);
}

static void
skip_blank(struct scan *s)
{
	while (s->p < s->end) {
		if (line_begins_with(s, "=begin")) {
			skip_begin_end(s);
		} else if (line_begins_with(s, "__END__")) {
			s->p = s->end;
		} else if (*s->p == '#') {
			s->p = line_end(s, s->p);
		} else if (*s->p == '\\' && (at(s, 1) == '\n' || (at(s, 1) == '\r' && at(s, 2) == '\n'))) {
			s->p = line_end(s, s->p);
			next_line(s);
		} else if (*s->p == ' ' || *s->p == '\t' || *s->p == '\r') {
			s->p++;
		} else {
			return;
		}
	}
}

/* Behind #{…}; with quotes or braces in it the string's end would be a guess, and it has none then. */
static const char *
interpolated(const struct scan *s, struct ir_ruby *t, const char *q)
{
	t->mixed = true;
	for (q += 2; q < s->end && *q != '}'; q++)
		if (*q == '\'' || *q == '"' || *q == '{' || *q == '`')
			return s->end;
	return q;
}

/* From behind the opening character to behind the closing one. */
static void
quoted(struct scan *s, struct ir_ruby *t, char open, char close)
{
	const char *q = s->p;
	size_t depth = 1;

	for (; q < s->end; q++) {
		if (*q == '\\') {
			/* "\x3b": what it stands for is not looked up */
			q++;
			t->mixed |= q < s->end && isalnum((unsigned char)*q) && *q != 'n' && *q != 't';
		} else if (*q == close && --depth == 0)
			break;
		else if (*q == open && open != close)
			depth++;
		else if (close != '\'' && *q == '#' && s->end - q > 1 && q[1] == '{')
			q = interpolated(s, t, q);
	}
	if (q >= s->end) {
		t->kind = IR_RUBY_BAD;
		s->p = s->end;
		return;
	}
	t->p = s->p;
	t->n = (size_t)(q - s->p);
	advance(s, q + 1);
}

/* The body: from the next line on, or behind that of the heredoc before on this one. */
static void
heredoc_body(struct scan *s, struct ir_ruby *t, const char *word, size_t n, bool indented)
{
	const char *line = s->heredocs ? s->heredocs : line_end(s, s->p);

	if (!s->heredocs) {
		s->heredoc_line = s->line + 1;
		line += line < s->end;
	}
	t->p = line;
	t->line = s->heredoc_line;
	for (; line < s->end; line = line_end(s, line), line += line < s->end) {
		const char *first = line;

		s->heredoc_line++;
		while (indented && first < s->end && (*first == ' ' || *first == '\t'))
			first++;
		if (begins(s, first, word, n)) {
			t->n = (size_t)(line - t->p);
			s->heredocs = line_end(s, line);
			s->heredocs += s->heredocs < s->end;
			return;
		}
	}
	t->kind = IR_RUBY_BAD;
	s->p = s->end;
}

/* <<~SQL, <<-'SQL', <<SQL; false: it is none. */
static bool
heredoc(struct scan *s, struct ir_ruby *t)
{
	const char *q = s->p + 2, *word;
	bool indented = q < s->end && (*q == '~' || *q == '-');
	char quote;
	size_t n;

	q += indented;
	quote = q < s->end && (*q == '\'' || *q == '"') ? *q : '\0';
	word = q += quote != '\0';
	while (q < s->end && name_char(*q))
		q++;
	n = (size_t)(q - word);
	if (n == 0 || (!quote && !isupper((unsigned char)*word)) || (s->value && !indented) ||
	    (quote && (q == s->end || *q != quote)))
		return false;
	s->p = q + (quote != '\0');
	t->kind = IR_RUBY_STRING;
	t->raw = true;
	heredoc_body(s, t, word, n, indented);
	t->mixed =
	    t->kind == IR_RUBY_STRING && quote != '\'' && (memmem(t->p, t->n, "#{", 2) || memchr(t->p, '\\', t->n));
	return true;
}

/* %w[a b] %q(…) %(…); false: it is none. */
static bool
percent(struct scan *s, struct ir_ruby *t)
{
	static const char open[] = "([{<|!/", close[] = ")]}>|!/";
	size_t kind = at(s, 1) && strchr("wWiIqQ", at(s, 1)) ? 1 : 0;
	const char *o = at(s, 1 + kind) ? strchr(open, at(s, 1 + kind)) : NULL;

	if (!o || s->value)
		return false;
	t->kind = IR_RUBY_WORDS;
	s->p += 2 + kind;
	quoted(s, t, *o, close[o - open]);
	return true;
}

static void
word(struct scan *s, struct ir_ruby *t)
{
	const char *q = s->p;

	while (q < s->end && (*q == '@' || *q == '$'))
		q++;
	while (q < s->end && name_char(*q))
		q++;
	if (s->end - q > 1 && (*q == '?' || *q == '!') && q[1] != '=')
		q++;
	t->p = s->p;
	t->n = (size_t)(q - s->p);
	t->kind = IR_RUBY_WORD;
	if (s->end - q > 0 && *q == ':' && !(s->end - q > 1 && q[1] == ':')) {
		t->kind = IR_RUBY_LABEL;
		q++;
	}
	s->p = q;
}

/* :name, :"name" */
static void
symbol(struct scan *s, struct ir_ruby *t)
{
	t->kind = IR_RUBY_SYMBOL;
	s->p++;
	if (at(s, 0) == '"' || at(s, 0) == '\'') {
		char quote = *s->p++;

		quoted(s, t, quote, quote);
		return;
	}
	word(s, t);
	if (t->kind == IR_RUBY_LABEL)
		s->p--; /* a colon that is not its own */
	t->kind = IR_RUBY_SYMBOL;
}

static void
string(struct scan *s, struct ir_ruby *t)
{
	char quote = *s->p++;

	t->kind = IR_RUBY_STRING;
	quoted(s, t, quote, quote);
	if (quote == '\'' && t->kind == IR_RUBY_STRING) {
		t->raw = true;
		t->mixed = memchr(t->p, '\\', t->n) != NULL;
	}
	if (t->kind == IR_RUBY_STRING && at(s, 0) == ':' && at(s, 1) != ':' && !s->value) {
		t->kind = IR_RUBY_LABEL;
		s->p++;
	}
}

static void
number(struct scan *s, struct ir_ruby *t)
{
	t->kind = IR_RUBY_NUMBER;
	t->p = s->p;
	while (s->p < s->end && (name_char(*s->p) || (*s->p == '.' && isdigit((unsigned char)at(s, 1)))))
		s->p++;
	t->n = (size_t)(s->p - t->p);
}

static void
operator(struct scan *s, struct ir_ruby *t)
{
	char c = *s->p;

	t->kind = c == '`' || c == '/' || c == '\\' || (unsigned char)c < 0x20 ? IR_RUBY_BAD : IR_RUBY_OP;
	t->p = s->p;
	t->n = c == ':' ? 2 : 1; /* ":" alone is of "a ? b : c" */
	if (c == ':' && at(s, 1) != ':')
		t->n = 1;
	s->p += t->n;
}

static void
next(struct scan *s, struct ir_ruby *t)
{
	char c;

	skip_blank(s);
	*t = (struct ir_ruby){ .kind = IR_RUBY_END, .p = s->p, .line = s->line };
	if (s->p == s->end)
		return;
	c = *s->p;
	if (c == '\n' || c == ';') {
		t->kind = IR_RUBY_NL;
		t->n = 1;
		if (c == '\n')
			next_line(s);
		else
			s->p++;
	} else if (letter(c) || ((c == '@' || c == '$') && (letter(at(s, 1)) || at(s, 1) == '@'))) {
		word(s, t);
	} else if (isdigit((unsigned char)c)) {
		number(s, t);
	} else if (c == '\'' || c == '"') {
		string(s, t);
	} else if (c == ':' && (letter(at(s, 1)) || at(s, 1) == '"' || at(s, 1) == '\'')) {
		symbol(s, t);
	} else if (!(c == '<' && at(s, 1) == '<' && heredoc(s, t)) && !(c == '%' && percent(s, t))) {
		operator(s, t);
	}
	s->value = t->kind >= IR_RUBY_SYMBOL && t->kind <= IR_RUBY_NUMBER;
	s->value |= t->kind == IR_RUBY_OP && (*t->p == ')' || *t->p == ']' || *t->p == '}');
}

const struct ir_ruby *
ir_ruby_read(struct ir_arena *arena, const char *text, size_t n, size_t *ret_n)
{
	struct scan s = { .text = text, .p = text, .end = text + n, .line = 1 };
	size_t size = n / 2 + 2 < IR_RUBY_TOKENS ? n / 2 + 2 : IR_RUBY_TOKENS, used = 0;
	struct ir_ruby *v = IR_NEW_N(arena, struct ir_ruby, size + 2);

	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		s.p += 3;
	do {
		if (used == size && size < IR_RUBY_TOKENS) {
			struct ir_ruby *more = IR_NEW_N(arena, struct ir_ruby, size * 2 + 2);

			memcpy(more, v, used * sizeof(*v));
			v = more;
			size *= 2;
		}
		next(&s, &v[used]);
	} while (v[used++].kind != IR_RUBY_END && used < IR_RUBY_TOKENS);
	if (v[used - 1].kind != IR_RUBY_END)
		v[used - 1] = (struct ir_ruby){ .kind = IR_RUBY_BAD, .p = s.p, .line = s.line };
	else
		used--;
	v[used] = (struct ir_ruby){ .kind = IR_RUBY_END, .p = s.end, .line = s.line };
	*ret_n = used;
	return v;
}

bool
ir_ruby_is(const struct ir_ruby *t, const char *word)
{
	return (t->kind == IR_RUBY_WORD || t->kind == IR_RUBY_OP) && strlen(word) == t->n &&
	       memcmp(t->p, word, t->n) == 0;
}

const char *
ir_ruby_string(struct ir_arena *arena, const struct ir_ruby *t)
{
	char *s = ir_strndup(arena, t->p, t->n), *to = s;

	if (t->raw)
		return s;
	for (const char *from = s; *from; from++) {
		if (*from == '\\' && from[1])
			*to++ = *++from == 'n' ? '\n' : *from == 't' ? '\t' : *from;
		else
			*to++ = *from;
	}
	*to = '\0';
	return s;
}
