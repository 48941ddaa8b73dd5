/* fields_logfmt - lines of key=value pairs */
#include <string.h>

#include "logs/fields_priv.h"
#include "logs/ids_priv.h"

enum { PAIRS_LEAST = 2, VAGUE = 10 };

static bool
in_key(char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26 || (unsigned char)(c - '0') < 10 || (c && strchr("_.-@/:", c));
}

/* How far a quoted value goes, from the quote to behind the other; 0: it does not end. */
static size_t
quoted_len(const char *p, size_t n, bool *escaped)
{
	for (size_t i = 1; i < n; i++) {
		if (p[i] == '\\') {
			*escaped = true;
			i++;
		} else if (p[i] == p[0]) {
			return i + 1;
		}
	}
	return 0;
}

struct pair {
	size_t key, n_key, value, n_value, end;
	bool quoted, escaped;
};

/* One pair at i. */
static bool
read_pair(const char *p, size_t n, size_t i, struct pair *ret)
{
	size_t at = i, len;

	*ret = (struct pair){ .key = i };
	while (at < n && in_key(p[at]))
		at++;
	ret->n_key = at - i;
	if (!ret->n_key || at == n || p[at] != '=')
		return false;
	ret->value = ++at;
	if (at < n && (p[at] == '"' || p[at] == '\'')) {
		len = quoted_len(p + at, n - at, &ret->escaped);
		if (!len || (at + len < n && p[at + len] != ' '))
			return false;
		ret->quoted = true;
		ret->value++;
		ret->n_value = len - 2;
		ret->end = at + len;
		return true;
	}
	while (at < n && p[at] != ' ')
		at++;
	ret->n_value = at - ret->value;
	ret->end = at;
	return true;
}

/* Names that are a message where something else says that this is a log's line, and ordinary ones otherwise. */
static bool
says_little(const char *key, size_t n)
{
	return !(n == 3 && strncasecmp(key, "msg", 3) == 0) && !(n == 7 && strncasecmp(key, "message", 7) == 0);
}

static void
take_pair(struct ir_field_sink *s, const char *p, const struct pair *pair)
{
	struct ir_field_name is = ir_field_name(p + pair->key, pair->n_key);
	struct ir_field_value v = { p + pair->value, pair->n_value, pair->escaped ? IR_FIELD_ESCAPED : IR_FIELD_IN_LINE,
		pair->escaped ? -1 : (long)pair->value, 0 };

	if (is.role == IR_FIELD_MESSAGE && says_little(p + pair->key, pair->n_key))
		is.rank += VAGUE;
	ir_field_take(s, is, &v);
}

/* A time, a level or a message. The kernel's audit: msg=audit(1714698123.123:456): is none. */
static bool
is_log_line(const struct ir_field_sink *s)
{
	const struct ir_field_text *message = &s->text[IR_FIELD_MESSAGE];

	if (message->p && message->n > 6 && memcmp(message->p, "audit(", 6) == 0)
		return false;
	return s->rank[IR_FIELD_TIME] || s->rank[IR_FIELD_LEVEL] || (message->p && s->rank[IR_FIELD_MESSAGE] < VAGUE);
}

static size_t
next_pair(const char *p, size_t n, size_t i)
{
	while (i < n && p[i] == ' ')
		i++;
	return i;
}

/* The pairs of a line, all of it; 0 when there is anything else. */
static size_t
count_pairs(const char *p, size_t n, size_t from)
{
	struct pair pair;
	size_t pairs = 0;

	for (size_t i = from; i < n; pairs++) {
		if (!read_pair(p, n, i, &pair))
			return 0;
		i = next_pair(p, n, pair.end);
	}
	return pairs;
}

bool
ir_fields_logfmt(const char *p, size_t n, struct ir_field_sink *s)
{
	struct pair pair;
	size_t from;

	while (n && (p[n - 1] == ' ' || p[n - 1] == '\t' || p[n - 1] == '\r'))
		n--;
	from = next_pair(p, n, 0);
	/* A glance first: most lines are not. */
	if (!read_pair(p, n, from, &pair) || count_pairs(p, n, from) < PAIRS_LEAST)
		return false;
	for (size_t i = from; i < n && read_pair(p, n, i, &pair); i = next_pair(p, n, pair.end))
		take_pair(s, p, &pair);
	if (!is_log_line(s))
		return false;
	for (size_t i = from; s->ids && i < n && read_pair(p, n, i, &pair); i = next_pair(p, n, pair.end))
		ir_ids_add_named(s->ids, p + pair.key, pair.n_key, p + pair.value, pair.n_value);
	ir_field_finish(s);
	return true;
}
