/* clickhouse_rows - rows of TabSeparated, and what stands there instead */
#include "logs/clickhouse_rows.h"

#include <string.h>

#include "base/num.h"
#include "logs/engine.h"

void
ir_clickhouse_rows_begin(struct ir_clickhouse_rows *r)
{
	ir_clickhouse_rows_done(r);
	ir_buf_init(&r->line, IR_CLICKHOUSE_ROW);
	ir_buf_init(&r->rest, IR_CLICKHOUSE_REST);
	r->seen = 0;
	r->blank = r->summed = r->torn = false;
}

void
ir_clickhouse_rows_done(struct ir_clickhouse_rows *r)
{
	ir_buf_done(&r->line);
	ir_buf_done(&r->rest);
}

/* ---- one row */

static char
unescaped(char c)
{
	static const char from[] = "bfnrt0", to[] = "\b\f\n\r\t";
	const char *at = c ? strchr(from, c) : NULL;

	return !at ? c : *at == '0' ? '\0' : to[at - from];
}

/* The field at p, up to a tab or the end; unescaped in its place. Returns what follows its tab, NULL when it was the last. */
static char *
field(char *p, char *end, struct ir_span *ret)
{
	char *o = p, *tab = memchr(p, '\t', (size_t)(end - p)), *to = tab ? tab : end;

	ret->p = p;
	if (memchr(p, '\\', (size_t)(to - p))) {
		for (; p < to; p++) {
			bool escaped = *p == '\\' && p + 1 < to;

			p += escaped;
			*o++ = escaped ? unescaped(*p) : *p;
		}
	} else {
		o = to;
	}
	*o = '\0';
	ret->n = (size_t)(o - ret->p);
	return tab ? tab + 1 : NULL;
}

static size_t
count_tabs(const char *p, size_t n)
{
	size_t tabs = 0;

	for (const char *end = p + n; (p = memchr(p, '\t', (size_t)(end - p))); p++)
		tabs++;
	return tabs;
}

/* The line is one row, or the empty line before the totals. False: it is neither, and untouched. */
static bool
take_line(struct ir_clickhouse_rows *r, char *p, size_t n)
{
	struct ir_span v[IR_CLICKHOUSE_FIELDS];
	char *next = p;

	if (n == 0 && r->totals && !r->blank)
		return r->blank = true;
	if (r->summed || n < 2 || p[n - 1] != '.' || p[n - 2] != '\t' || count_tabs(p, n) + 1 != r->fields)
		return false;
	for (size_t i = 0; i < r->fields; i++)
		next = field(next, p + n, &v[i]);
	r->summed = r->blank;
	r->row(r->arg, v, r->blank);
	return true;
}

static void
tear(struct ir_clickhouse_rows *r)
{
	r->torn = true;
	ir_buf_add(&r->rest, r->line.data, r->line.len);
	ir_buf_reset(&r->line);
}

void
ir_clickhouse_rows_take(struct ir_clickhouse_rows *r, const char *p, size_t n)
{
	while (n && !r->torn) {
		const char *nl = memchr(p, '\n', n);
		size_t len = nl ? (size_t)(nl - p) : n;

		if (ir_buf_add(&r->line, p, len) < 0)
			tear(r);
		else if (nl && take_line(r, r->line.data, r->line.len))
			ir_buf_reset(&r->line);
		else if (nl)
			tear(r);
		len += nl && !r->torn;
		p += len;
		n -= len;
	}
	ir_buf_add(&r->rest, p, n);
}

bool
ir_clickhouse_rows_end(struct ir_clickhouse_rows *r)
{
	if (!r->torn && r->line.len)
		tear(r);
	return !r->torn && (!r->totals || r->summed);
}

/* ---- fields */

int
ir_clickhouse_number(const struct ir_span *v, int64_t *ret)
{
	return strlen(v->p) == v->n ? ir_parse_int(v->p, INT64_MIN, INT64_MAX, ret, NULL) : -1;
}

/* Digits at *p, which moves on. */
static bool
digits(const char **p, int64_t *ret)
{
	const char *s = *p;

	for (*ret = 0; *s >= '0' && *s <= '9' && s - *p < 18; s++)
		*ret = 10 * *ret + (*s - '0');
	if (s == *p)
		return false;
	*p = s;
	return true;
}

bool
ir_clickhouse_pairs(const struct ir_span *v, void (*add)(void *arg, int64_t bucket, int64_t count), void *arg)
{
	const char *p = v->p;
	int64_t bucket, count;

	while (*p) {
		if (!digits(&p, &bucket) || *p++ != ':' || !digits(&p, &count))
			return false;
		add(arg, bucket, count);
		if (*p == ',' && p[1])
			p++;
		else if (*p)
			return false;
	}
	return true;
}

/* ---- exceptions */

/* Of the last "Code: N" in the text: what stands before it may be a line of somebody's log. */
static const char *
find_code(const char *s, int *code)
{
	const char *found = NULL;
	int64_t number;

	while ((s = strstr(s, "Code: "))) {
		const char *d = s += 6;

		if (digits(&d, &number) && number < 100000) {
			*code = (int)number;
			found = d;
		}
	}
	return found;
}

const char *
ir_clickhouse_exception(struct ir_arena *arena, const char *p, size_t n, int *code)
{
	static const char *const ends[] = { ", e.what() = ", " (version ", "\n", ": While executing ", NULL };
	static const char mark[] = "DB::Exception: ";
	const char *text = ir_strndup(arena, p, strnlen(p, n)), *s = find_code(text, code), *at;
	size_t len;

	if (!s)
		return NULL;
	while ((at = strstr(s, mark)))
		s = at + sizeof(mark) - 1;
	s += strspn(s, ",. ");
	len = strlen(s);
	for (size_t i = 0; ends[i]; i++) {
		at = strstr(s, ends[i]);
		if (at && (size_t)(at - s) < len)
			len = (size_t)(at - s);
	}
	while (len && strchr(",. \r", s[len - 1]))
		len--;
	return ir_engine_said(arena, s, len);
}
