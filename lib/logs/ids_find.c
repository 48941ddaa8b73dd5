/* ids_find - the ids in a line of text: by the names before them, and by the shapes that need none */
#include <stdbool.h>
#include <string.h>

#include "logs/ids_priv.h"

enum { NAME_LONGEST = 40, UUID = 36 };

struct finder {
	const char *p;
	size_t n;
	struct ir_ids *ids;
};

static bool
is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

static bool
is_letter(char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26;
}

static bool
is_hex(char c)
{
	return is_digit(c) || (unsigned char)((c | 0x20) - 'a') < 6;
}

static bool
in_name(char c)
{
	return is_digit(c) || is_letter(c) || c == '_' || c == '-' || c == '.' || c == '/';
}

/* What an id is made of; ':' and '=' are parts of trace headers. */
static bool
in_value(char c)
{
	return is_digit(c) || is_letter(c) || (c && strchr("_-.:/+=@~", c));
}

static bool
is_quote(char c)
{
	return c == '"' || c == '\'' || c == '\\' || c == '`';
}

static bool
is_uuid(const char *p, size_t n)
{
	if (n < UUID)
		return false;
	for (size_t i = 0; i < UUID; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23 ? p[i] != '-' : !is_hex(p[i]))
			return false;
	}
	return n == UUID || !in_name(p[UUID]);
}

static size_t
hex_run(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && is_hex(p[i]))
		i++;
	return i;
}

/* Most names before '=' or ':' are told by their last letter: …id, req, request, traceparent, b3, …trace, …context. */
static bool
may_end(char c)
{
	return c == 'd' || c == 'D' || c == 'q' || c == 'Q' || c == 't' || c == 'T' || c == '3' || c == 'e';
}

/* Where the name that ends before `end` begins. "Request ID" is one. */
static size_t
name_start(const char *p, size_t end)
{
	size_t i = end, least = end > NAME_LONGEST ? end - NAME_LONGEST : 0, word;

	while (i > least && in_name(p[i - 1]))
		i--;
	if (end - i != 2 || i <= least + 3 || p[i - 1] != ' ')
		return i;
	for (word = i - 1; word > least && is_letter(p[word - 1]);)
		word--;
	return word;
}

static void
after_name(struct finder *f, size_t at)
{
	const char *p = f->p;
	size_t end = at, from, to, start;

	while (end && (is_quote(p[end - 1]) || p[end - 1] == ' ') && at - end < 3)
		end--;
	if (!end || !may_end(p[end - 1]))
		return;
	start = name_start(p, end);
	from = at + 1;
	if (p[at] == '=' && from < f->n && p[from] == '>')
		from++;
	while (
	    from < f->n && from - at < 5 && (p[from] == ' ' || is_quote(p[from]) || p[from] == '[' || p[from] == '<'))
		from++;
	for (to = from; to < f->n && to - from < 200 && in_value(p[to]);)
		to++;
	while (to > from && strchr(".:", p[to - 1]))
		to--;
	ir_ids_add_named(f->ids, p + start, end - start, p + from, to - from);
}

/* "Task app.tasks.send[UUID]", a tag "[UUID]" of its own, and the traces of Sleuth: "[app,TRACE,SPAN]" and "[TRACE-SPAN]". */
static void
after_bracket(struct finder *f, size_t at)
{
	const char *p = f->p + at + 1;
	size_t left = f->n - at - 1, name = 0, hex;

	if (is_uuid(p, left) && left > UUID && p[UUID] == ']') {
		if (at && in_name(f->p[at - 1]))
			ir_ids_add(f->ids, IR_ID_JOB, p, UUID);
		else if ((!at || f->p[at - 1] == ' ' || f->p[at - 1] == ']') && left > UUID + 1 &&
			 (p[UUID + 1] == ' ' || p[UUID + 1] == '['))
			ir_ids_add(f->ids, IR_ID_REQUEST, p, UUID);
		return;
	}
	while (name < left && name < NAME_LONGEST && in_name(p[name]))
		name++;
	if (name < left && p[name] == ',' && !(hex_run(p, left) == name && name >= 16)) {
		p += name + 1;
		left -= name + 1;
	}
	while (left && *p == ' ') {
		p++;
		left--;
	}
	hex = hex_run(p, left);
	if ((hex == 16 || hex == 32) && left >= hex + 17 && (p[hex] == ',' || p[hex] == '-')) {
		if (hex_run(p + hex + 1, left - hex - 1) == 16)
			ir_ids_add(f->ids, IR_ID_TRACE, p, hex);
	}
}

/* OpenStack's req-UUID, Sidekiq's JID-hex. */
static void
after_dash(struct finder *f, size_t at)
{
	const char *p = f->p;
	size_t left = f->n - at - 1, hex;

	if (at < 3 || (at > 3 && in_name(p[at - 4])))
		return;
	if (memcmp(p + at - 3, "req", 3) == 0 && is_uuid(p + at + 1, left)) {
		ir_ids_add(f->ids, IR_ID_REQUEST, p + at - 3, UUID + 4);
	} else if (memcmp(p + at - 3, "JID", 3) == 0) {
		hex = hex_run(p + at + 1, left);
		if (hex == 24)
			ir_ids_add(f->ids, IR_ID_JOB, p + at + 1, hex);
	}
}

enum { NAMES = 1, DASH = 2, BRACKET = 4 };

/* What a mark may be, and what the byte before it leaves of that: names of ids end with few letters (id, req, request, traceparent, trace, b3), OpenStack's and Sidekiq's with two. */
static const unsigned char marks[256] = { ['='] = NAMES, [':'] = NAMES, ['-'] = DASH, ['['] = BRACKET };
static const unsigned char before[256] = { ['d'] = NAMES,
	['D'] = NAMES | DASH,
	['q'] = NAMES | DASH,
	['Q'] = NAMES,
	['t'] = NAMES,
	['T'] = NAMES,
	['3'] = NAMES,
	['e'] = NAMES,
	['"'] = NAMES,
	['\''] = NAMES,
	['`'] = NAMES,
	['\\'] = NAMES,
	[' '] = NAMES };

static inline unsigned
mark_at(const unsigned char *u, size_t i)
{
	return marks[u[i]] & (before[u[i - 1]] | BRACKET);
}

/* The next mark at i or behind it, i > 0; or n. By itself, so that the loop is short: most lines have none. */
static __attribute__((noinline)) size_t
next_mark(const char *p, size_t n, size_t i)
{
	const unsigned char *u = (const unsigned char *)p;

	for (; n - i >= 4; i += 4) {
		if (mark_at(u, i) | mark_at(u, i + 1) | mark_at(u, i + 2) | mark_at(u, i + 3))
			break;
	}
	while (i < n && !mark_at(u, i))
		i++;
	return i;
}

static __attribute__((noinline)) void
look_at(struct finder *f, size_t i)
{
	if (f->p[i] == '[')
		after_bracket(f, i);
	else if (f->p[i] == '-')
		after_dash(f, i);
	else
		after_name(f, i);
}

void
ir_ids_find(const char *p, size_t n, struct ir_ids *ids)
{
	struct finder f = { p, n, ids };

	if (n && p[0] == '[')
		after_bracket(&f, 0);
	for (size_t i = n ? next_mark(p, n, 1) : n; i < n && ids->n < IR_IDS_MAX; i = next_mark(p, n, i + 1))
		look_at(&f, i);
}
