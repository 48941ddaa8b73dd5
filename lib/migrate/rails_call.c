/* rails_call - what opens and what closes, where statements end, and what arguments they have */
#include <string.h>

#include "migrate/rails.h"

static bool
one_of(const struct ir_ruby *t, const char *const *words)
{
	for (; *words; words++)
		if (ir_ruby_is(t, *words))
			return true;
	return false;
}

/* Does a statement, or an expression, begin here? Then "if" has an "end" of its own. */
static bool
begins(const struct rails *x, size_t i)
{
	static const char *const before[] = { "=", "(", "{", "[", "|", "then", "else", "do", "&", ",", NULL };

	return i == 0 || x->v[i - 1].kind == IR_RUBY_NL || x->v[i - 1].kind == IR_RUBY_LABEL ||
	       one_of(&x->v[i - 1], before);
}

static bool
opens(const struct rails *x, size_t i, bool *loop)
{
	static const char *const always[] = { "(", "[", "{", "def", "class", "module", "begin", "case", NULL };
	static const char *const first[] = { "if", "unless", NULL }, *const loops[] = { "while", "until", "for", NULL };
	const struct ir_ruby *t = &x->v[i];

	if (i && ir_ruby_is(&x->v[i - 1], ".") && t->kind == IR_RUBY_WORD)
		return false;
	if (t->kind == IR_RUBY_NL)
		*loop = false;
	if (ir_ruby_is(t, "do")) {
		bool own = !*loop;

		*loop = false;
		return own;
	}
	if (one_of(t, loops) && begins(x, i)) {
		*loop = true;
		return true;
	}
	return one_of(t, always) || (one_of(t, first) && begins(x, i));
}

static bool
closes(const struct rails *x, size_t i)
{
	static const char *const words[] = { ")", "]", "}", "end", NULL };

	return one_of(&x->v[i], words) && !(i && ir_ruby_is(&x->v[i - 1], ".") && x->v[i].kind == IR_RUBY_WORD);
}

static bool
fits(const struct ir_ruby *open, const struct ir_ruby *close)
{
	static const char pairs[] = "()[]{}";

	if (open->kind != IR_RUBY_OP)
		return ir_ruby_is(close, "end");
	return close->kind == IR_RUBY_OP && strchr(pairs, *open->p)[1] == *close->p;
}

bool
rails_match(struct rails *x)
{
	size_t *stack = IR_NEW_N(&x->scratch, size_t, x->n + 1), depth = 0;
	bool loop = false;

	x->match = IR_NEW_N(&x->scratch, size_t, x->n + 1);
	for (size_t i = 0; i < x->n; i++) {
		if (x->v[i].kind == IR_RUBY_BAD)
			return false;
		if (opens(x, i, &loop)) {
			stack[depth++] = i;
		} else if (closes(x, i)) {
			if (depth == 0 || !fits(&x->v[stack[depth - 1]], &x->v[i]))
				return false;
			x->match[stack[--depth]] = i;
		}
	}
	return depth == 0;
}

/* Behind v[i], and behind what it opens. */
static size_t
step(const struct rails *x, size_t i)
{
	return x->match[i] ? x->match[i] + 1 : i + 1;
}

/* Does what is behind the newline at i belong to what is before it? */
static bool
goes_on(const struct rails *x, size_t from, size_t i, size_t to)
{
	static const char *const last[] = { ",", ".", "=", "+", "-", "*", "&", "?", "<", ">", ":", NULL };

	if (i > from && one_of(&x->v[i - 1], last))
		return true;
	while (i < to && x->v[i].kind == IR_RUBY_NL)
		i++;
	return i < to && ir_ruby_is(&x->v[i], ".");
}

size_t
rails_statement_end(const struct rails *x, size_t i, size_t to)
{
	size_t from = i;

	while (i < to && (x->v[i].kind != IR_RUBY_NL || goes_on(x, from, i, to)))
		i = step(x, i);
	return i < to ? i : to;
}

static bool
modifier(const struct ir_ruby *t)
{
	static const char *const words[] = { "if", "unless", "while", "until", "rescue", "and", "or", "do", NULL };

	return one_of(t, words);
}

/* A "{" behind a name or a ")" is a block, behind anything else a hash. */
static bool
block_begins(const struct rails *x, size_t i)
{
	return ir_ruby_is(&x->v[i], "do") ||
	       (ir_ruby_is(&x->v[i], "{") && i && (x->v[i - 1].kind == IR_RUBY_WORD || ir_ruby_is(&x->v[i - 1], ")")));
}

static void
add(struct rails_call *c, const struct rails_arg *a)
{
	if (c->n == RAILS_ARGS) {
		c->odd = true;
		return;
	}
	if (!a->label)
		c->place[c->n_places++] = c->n;
	c->v[c->n++] = *a;
}

/* The argument at i, and its label. Returns behind its last token. */
static size_t
argument(const struct rails *x, size_t i, size_t to, bool parens, struct rails_call *c)
{
	struct rails_arg a = { .from = i };

	if (x->v[i].kind == IR_RUBY_LABEL) {
		a.label = &x->v[i];
		a.from = ++i;
	} else if (i + 2 < to && ir_ruby_is(&x->v[i + 1], "=") && ir_ruby_is(&x->v[i + 2], ">")) {
		a.label = &x->v[i];
		a.from = i += 3;
	}
	c->odd |= ir_ruby_is(&x->v[i], "*") || ir_ruby_is(&x->v[i], "&");
	while (i < to && !ir_ruby_is(&x->v[i], ",") && !modifier(&x->v[i]) && !(i > a.from && block_begins(x, i))) {
		if (x->v[i].kind == IR_RUBY_NL && !parens && !goes_on(x, a.from, i, to))
			break;
		i = step(x, i);
	}
	a.to = i < to ? i : to;
	while (a.to > a.from && x->v[a.to - 1].kind == IR_RUBY_NL)
		a.to--;
	if (a.to > a.from)
		add(c, &a);
	return i;
}

/* A list of arguments; a hash in braces is read as if it had none. */
static size_t
arguments(const struct rails *x, size_t i, size_t to, bool parens, struct rails_call *c)
{
	while (i < to) {
		while (i < to && (x->v[i].kind == IR_RUBY_NL || ir_ruby_is(&x->v[i], ",")) && (parens || c->n))
			i++;
		if (i >= to || x->v[i].kind == IR_RUBY_NL || modifier(&x->v[i]))
			break;
		if (ir_ruby_is(&x->v[i], "{") && x->match[i] && x->match[i] <= to) {
			size_t close = x->match[i];

			for (i++; i < close;) {
				size_t next;

				while (i < close && (x->v[i].kind == IR_RUBY_NL || ir_ruby_is(&x->v[i], ",")))
					i++;
				if (i >= close)
					break;
				next = argument(x, i, close, true, c);
				i = next > i ? next : i + 1;
			}
			i = close + 1;
		} else {
			size_t next = argument(x, i, to, parens, c);

			c->odd |= next == i;
			i = next > i ? next : i + 1;
		}
		if (i >= to || !ir_ruby_is(&x->v[i], ","))
			break;
	}
	return i;
}

void
rails_parse(const struct rails *x, size_t i, size_t to, struct rails_call *c)
{
	*c = (struct rails_call){ .name = &x->v[i] };
	i++;
	if (i < to && ir_ruby_is(&x->v[i], "(") && x->match[i]) {
		(void)arguments(x, i + 1, x->match[i], true, c);
		i = x->match[i] + 1;
	} else if (i < to && !block_begins(x, i)) {
		i = arguments(x, i, to, false, c);
	}
	if (i < to && block_begins(x, i) && x->match[i]) {
		c->block = i + 1;
		c->block_end = x->match[i];
		if (c->block + 2 < c->block_end && ir_ruby_is(&x->v[c->block], "|")) {
			c->var = &x->v[c->block + 1];
			c->block += 3;
		}
		i = x->match[i] + 1;
	}
	c->end = i < to ? i : to;
}

const struct rails_arg *
rails_option(const struct rails_call *c, const char *label)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].label && strlen(label) == c->v[i].label->n &&
		    memcmp(c->v[i].label->p, label, c->v[i].label->n) == 0)
			return &c->v[i];
	return NULL;
}

const struct rails_arg *
rails_place(const struct rails_call *c, size_t place)
{
	return place < c->n_places ? &c->v[c->place[place]] : NULL;
}

bool
rails_arg_is(const struct rails *x, const struct rails_arg *a, const char *word)
{
	return a && a->to == a->from + 1 && ir_ruby_is(&x->v[a->from], word);
}

const char *
rails_literal(struct rails *x, const struct rails_arg *a)
{
	const struct ir_ruby *t;

	if (!a || a->to != a->from + 1)
		return NULL;
	t = &x->v[a->from];
	if ((t->kind != IR_RUBY_SYMBOL && t->kind != IR_RUBY_STRING) || t->mixed || t->n > 200 ||
	    memchr(t->p, '\0', t->n))
		return NULL;
	return ir_ruby_string(&x->scratch, t);
}
