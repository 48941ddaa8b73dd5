/* collapse - what together is one value becomes one */
#include "logs/token.h"

#include <stdbool.h>

enum { GROUP_MAX = 8 }; /* tokens of a group that is repeated */

struct stack {
	struct ir_token *v;
	size_t n;
	const char *p;
};

static bool
is_value(const struct stack *s, size_t back)
{
	return s->n >= back && s->v[s->n - back].kind == IR_TOKEN_VALUE;
}

static char
delimiter(const struct stack *s, size_t back)
{
	const struct ir_token *t;

	if (s->n < back)
		return '\0';
	t = &s->v[s->n - back];
	return t->kind == IR_TOKEN_DELIMITER ? s->p[t->at] : '\0';
}

static bool
word_among(const struct stack *s, size_t back, const char (*list)[6], size_t count)
{
	const struct ir_token *t;
	const char *p;

	if (s->n < back)
		return false;
	t = &s->v[s->n - back];
	if (t->kind != IR_TOKEN_WORD || t->n > 5)
		return false;
	p = s->p + t->at;
	for (size_t i = 0; i < count; i++) {
		if (list[i][0] == p[0] && list[i][t->n] == '\0' && memcmp(list[i], p, t->n) == 0)
			return true;
	}
	return false;
}

#define AMONG(s, back, list) word_among(s, back, list, sizeof(list) / sizeof(list[0]))

static void
to_value(struct ir_token *t)
{
	t->kind = IR_TOKEN_VALUE;
	t->hash = ir_token_value;
}

static const char units[][6] = { "B", "KB", "kB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "K", "M", "G", "ms", "us",
	"ns", "s", "sec", "secs", "AM", "PM", "am", "pm", "UTC", "GMT", "CST", "CET", "CEST", "EST", "EDT", "PST",
	"PDT", "%" };
static const char days[][6] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
static const char months[][6] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
static const char between[][6] = { "-", "/", ":", "+", "*", "x", "@", "->", ".." };

static bool
is_separator(const struct stack *s, size_t back)
{
	char d = delimiter(s, back);

	return (d && strchr(",;:|=&", d)) || AMONG(s, back, between);
}

/* b stands where a stood. */
static void
put_first(struct ir_token *a, const struct ir_token *b)
{
	uint8_t space = a->flags & IR_TOKEN_SPACE;

	*a = *b;
	a->flags = (uint8_t)((a->flags & ~IR_TOKEN_SPACE) | space);
}

/* The end of the stack, shortened by one rule. False: none applies. */
static bool
reduce(struct stack *s)
{
	char d = delimiter(s, 1);

	if (s->n < 2)
		return false;
	if (s->v[s->n - 1].kind == IR_TOKEN_WORD && s->v[s->n - 2].kind == IR_TOKEN_WORD && s->v[s->n - 1].n != 3)
		return false;

	if (is_value(s, 2) && AMONG(s, 1, units)) {
		s->n--;
		return true;
	}
	if (AMONG(s, 2, days) && AMONG(s, 1, months)) {
		s->n--;
		to_value(&s->v[s->n - 1]);
		return true;
	}
	if (is_value(s, 1)) {
		if (is_value(s, 2)) {
			s->n--;
			return true;
		}
		if (is_value(s, 3) && is_separator(s, 2)) {
			s->n -= 2;
			return true;
		}
		if (delimiter(s, 2) == '<' || delimiter(s, 2) == '>') {
			put_first(&s->v[s->n - 2], &s->v[s->n - 1]);
			s->n--;
			return true;
		}
	}
	if (d == ')' && is_value(s, 2) && delimiter(s, 3) == '(') {
		s->n -= 3;
		return true;
	}
	if (d == '}' && is_value(s, 2) && delimiter(s, 3) == '{') {
		put_first(&s->v[s->n - 3], &s->v[s->n - 2]);
		s->n -= 2;
		return true;
	}
	if (d == ')' && delimiter(s, 2) == '(') {
		s->n -= 2;
		return true;
	}
	if (d == '"' || d == '\'' || d == '`') {
		if (is_value(s, 2) && delimiter(s, 3) == d) {
			put_first(&s->v[s->n - 3], &s->v[s->n - 2]);
			s->n -= 2;
			return true;
		}
		if (delimiter(s, 2) == d) {
			s->n--;
			to_value(&s->v[s->n - 1]);
			return true;
		}
	}
	return false;
}

static void
reduce_all(struct ir_tokens *t, const char *p)
{
	struct stack s = { t->v, 0, p };

	for (size_t i = 0; i < t->n; i++) {
		s.v[s.n++] = t->v[i];
		while (s.n > 0 && reduce(&s))
			;
	}
	t->n = s.n;
}

static void
cut_out(struct ir_tokens *t, size_t at, size_t n)
{
	memmove(&t->v[at], &t->v[at + n], (t->n - at - n) * sizeof(t->v[0]));
	t->n -= n;
}

/* node1 node2, node3: prefixes that are equal. */
static void
join_prefixes(struct ir_tokens *t)
{
	for (size_t i = 0; i < t->n; i++) {
		size_t end = i + 1, same = 1;

		if (t->v[i].kind != IR_TOKEN_PREFIX)
			continue;
		while (end < t->n) {
			size_t next = t->v[end].kind == IR_TOKEN_DELIMITER ? end + 1 : end;

			if (next >= t->n || t->v[next].kind != IR_TOKEN_PREFIX || t->v[next].hash != t->v[i].hash)
				break;
			end = next + 1;
			same++;
		}
		if (same >= 2)
			cut_out(t, i + 1, end - i - 1);
	}
}

/* Are the n tokens at a and at b alike, one of them a value? */
static bool
is_group(const struct ir_tokens *t, size_t a, size_t b, size_t n)
{
	bool value = false;

	for (size_t i = 0; i < n; i++) {
		if (t->v[a + i].hash != t->v[b + i].hash)
			return false;
		value |= t->v[a + i].kind != IR_TOKEN_WORD && t->v[a + i].kind != IR_TOKEN_DELIMITER;
	}
	return value;
}

/* How far apart tokens are that vary and are alike: bit n for n, up to GROUP_MAX + 1. */
static unsigned
distances(const struct ir_tokens *t)
{
	unsigned ret = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (t->v[i].kind == IR_TOKEN_WORD || t->v[i].kind == IR_TOKEN_DELIMITER)
			continue;
		for (size_t n = 1; n <= GROUP_MAX + 1 && i + n < t->n; n++)
			ret |= (unsigned)(t->v[i].hash == t->v[i + n].hash) << n;
	}
	return ret;
}

static void
join_groups(struct ir_tokens *t)
{
	unsigned apart = distances(t);

	for (size_t n = 1; n <= GROUP_MAX; n++) {
		if (!(apart >> n & 3))
			continue;
		for (size_t i = 0; i + 2 * n <= t->n;) {
			size_t gap = t->v[i + n].kind == IR_TOKEN_DELIMITER ? 1 : 0;

			if (t->v[i].hash == t->v[i + n].hash && is_group(t, i, i + n, n))
				cut_out(t, i + n, n);
			else if (gap && i + 2 * n + 1 <= t->n && is_group(t, i, i + n + 1, n))
				cut_out(t, i + n, n + 1);
			else
				i++;
		}
	}
}

void
ir_tokens_collapse(struct ir_tokens *t, const char *message)
{
	reduce_all(t, message);
	join_prefixes(t);
	join_groups(t);
	while (t->n > 1 && t->v[t->n - 1].kind == IR_TOKEN_DELIMITER && strchr(",;:!?", message[t->v[t->n - 1].at]))
		t->n--;
}
