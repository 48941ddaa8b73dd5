/* rec - a row as a JSON object, its canonical line, and its cells as text */
#include "rec/rec.h"

#include <math.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/num.h"
#include "base/utf8.h"
#include "rec/spark.h"

enum {
	USUAL_LINE = 1500, /* bytes */
	SUMMARY_MAX = 200,
	TEXT_MAX = 1 << 14, /* of one member; JSON may make each byte six */
	CELL_MAX = 1 << 16,
};

const char *
ir_rec_str(const struct ir_rec *rec, const char *key)
{
	const char *s = json_string_value(json_object_get(rec->obj, key));

	return s ? s : "";
}

int64_t
ir_rec_time(const struct ir_rec *rec)
{
	const char *s = ir_rec_str(rec, "time");
	int64_t ms;

	return ir_time_parse_rfc3339(s, strlen(s), &ms) == 0 ? ms : IR_TIME_NONE;
}

/* row -> object */

static void
put(json_t *obj, const char *key, json_t *v)
{
	if (!v || json_object_set_new_nocheck(obj, key, v) != 0)
		ir_oom();
}

/* At most max bytes of s (before it is made valid); NULL is null. */
static json_t *
text(const char *s, size_t max)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b = { .data = NULL };
	size_t n = s ? strnlen(s, max + 1) : 0;

	if (!s)
		return json_null();
	if (n <= max && ir_utf8_valid(s, n))
		return json_stringn_nocheck(s, n);
	ir_buf_init(&b, 4 * max);
	ir_utf8_clean(&b, s, ir_utf8_cut(s, n, max));
	return json_stringn_nocheck(b.data, ir_utf8_cut(b.data, b.len, max));
}

/* One line: what would break or tabulate it becomes a space. */
static json_t *
summary(const char *s)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;

	ir_buf_init(&b, 4 * SUMMARY_MAX);
	ir_utf8_clean(&b, s, strnlen(s, 2 * SUMMARY_MAX));
	for (size_t i = 0; i < b.len; i++)
		if (b.data[i] == '\n' || b.data[i] == '\r' || b.data[i] == '\t')
			b.data[i] = ' ';
	return json_stringn_nocheck(b.data, ir_utf8_cut(b.data, b.len, SUMMARY_MAX));
}

static json_t *
list(const struct ir_list *l)
{
	json_t *a = json_array();
	size_t left = TEXT_MAX;

	for (size_t i = 0; i < l->n && left > 0; i++) {
		json_t *s = text(l->v[i], left);

		left -= json_string_length(s) < left ? json_string_length(s) : left;
		if (json_array_append_new(a, s) != 0)
			ir_oom();
	}
	return a;
}

static json_t *
ints(const struct ir_ints *l)
{
	json_t *a = json_array();

	for (size_t i = 0; i < l->n; i++) {
		if (json_array_append_new(a, json_integer(l->v[i])) != 0)
			ir_oom();
	}
	return a;
}

static json_t *
instant(int64_t ms)
{
	char s[IR_TIME_MAX];

	return ms == IR_TIME_NONE ? json_null() : json_string_nocheck(ir_time_format(s, ms));
}

/* Three decimals, without libm, which every command would have to load. What is too large to have them stays. */
static json_t *
real(double v)
{
	if (v > -1e12 && v < 1e12)
		v = (double)(int64_t)(v * 1000 + (v < 0 ? -0.5 : 0.5)) / 1000;
	return isfinite(v) ? json_real(v + 0.0) : json_null(); /* + 0.0: no "-0.0" */
}

static json_t *
integer(int64_t v)
{
	return v == INT64_MIN ? json_null() : json_integer(v);
}

static json_t *
member(const struct ir_col *c, const void *row)
{
	const void *p = (const char *)row + c->offset;
	int n;

	switch (c->type) {
	case IR_COL_STR:
		return text(*(const char *const *)p, TEXT_MAX);
	case IR_COL_INT:
		return integer(*(const int64_t *)p);
	case IR_COL_REAL:
		return real(*(const double *)p);
	case IR_COL_TIME:
		return instant(*(const int64_t *)p);
	case IR_COL_LIST:
		return list(p);
	case IR_COL_INTS:
		return ints(p);
	case IR_COL_BOOL:
		n = *(const int *)p;
		return n < 0 ? json_null() : json_boolean(n);
	case IR_COL_ENUM:
		n = *(const int *)p;
		return n < 0 ? json_null() : json_string_nocheck(c->names[n]);
	}
	return json_null();
}

static json_t *
make_id(const struct ir_kind *kind, const void *row, const char *env, const char *run, char *key_hex)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf key;
	char id[IR_ID_MAX];

	ir_buf_init(&key, IR_LINE_MAX);
	if (key_hex)
		*key_hex = '\0';
	if (!kind->prefix)
		return json_null();
	kind->key(row, env, run, &key);
	ir_id_make(kind->prefix, key.data, key.len, id, key_hex);
	return json_string_nocheck(id);
}

void
ir_rec_id(const struct ir_kind *kind, const void *row, const char *env, const char *run, char id[static IR_ID_MAX])
{
	IR_CLEANUP(ir_buf_done) struct ir_buf key;

	ir_buf_init(&key, IR_LINE_MAX);
	*id = '\0';
	if (!kind->prefix)
		return;
	kind->key(row, env, run, &key);
	ir_id_make(kind->prefix, key.data, key.len, id, NULL);
}

static const char *
or_else(const char *s, const char *other)
{
	return s ? s : other;
}

static void
put_envelope(json_t *obj, const struct ir_kind *kind, const struct ir_head *h, const char *source, const char *run,
    const char *env, json_t *id)
{
	put(obj, "kind", json_string_nocheck(kind->name));
	put(obj, "v", json_integer(kind->version));
	put(obj, "id", id);
	put(obj, "time", instant(h->time_ms == IR_TIME_NONE ? ir_now_ms() : h->time_ms));
	put(obj, "source", text(source, TEXT_MAX));
	put(obj, "run", text(run, TEXT_MAX));
	put(obj, "status", json_string_nocheck(ir_status_names[h->status]));
	put(obj, "env", text(env, TEXT_MAX));
	put(obj, "service", text(or_else(h->service, ""), TEXT_MAX));
	put(obj, "subject", text(or_else(h->subject, ""), TEXT_MAX));
	put(obj, "summary", summary(or_else(h->summary, "")));
	put(obj, "refs", list(&h->refs));
}

json_t *
ir_rec_from_row(
    const struct ir_kind *kind, const void *row, const char *source, const char *run, const char *env, char *key_hex)
{
	const struct ir_head *h = row;
	unsigned groups = 0;
	json_t *obj = json_object();

	if (!obj)
		ir_oom();
	env = or_else(h->env, or_else(env, "local"));
	put_envelope(obj, kind, h, source, run, env, make_id(kind, row, env, run, key_hex));
	if (kind->groups_offset)
		groups = *(const unsigned *)((const char *)row + kind->groups_offset);
	for (const struct ir_col *c = kind->cols; c->key; c++)
		if (!c->group || (c->group & groups))
			put(obj, c->key, member(c, row));
	return obj;
}

/* object -> line */

static void
add_u(struct ir_buf *b, uint32_t cp)
{
	if (cp > 0xffff) {
		ir_buf_addf(b, "\\u%04X", 0xd800 + ((cp - 0x10000) >> 10));
		cp = 0xdc00 + ((cp - 0x10000) & 0x3ff);
	}
	ir_buf_addf(b, "\\u%04X", cp);
}

/* Add the valid sequence s; \u when ir_utf8_escape() would not let it pass. */
static void
add_sequence(struct ir_buf *b, const char *s, size_t n)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf shown;

	ir_buf_init(&shown, 32);
	ir_utf8_escape(&shown, s, n);
	if (shown.len == n && memcmp(shown.data, s, n) == 0)
		ir_buf_add(b, s, n);
	else
		add_u(b, ir_utf8_decode(s, n));
}

void
ir_rec_safe(struct ir_buf *b, const char *line, size_t n)
{
	for (size_t i = 0, len; i < n && !b->full; i += len) {
		unsigned char c = (unsigned char)line[i];

		len = ir_utf8_plain(line + i, n - i);
		if (len) {
			ir_buf_add(b, line + i, len);
			continue;
		}
		len = ir_utf8_len(line + i, n - i);
		if (len == 0)
			ir_buf_addf(b, "\\\\x%02x", c); /* JSON for the text \xNN */
		else if (c < 0x20)
			ir_buf_addc(b, ' '); /* between tokens; inside a string JSON has none */
		else
			add_sequence(b, line + i, len);
		len += !len;
	}
}

/* 15 digits say every value of three decimals below 10^12 as it was meant. */
#define DUMP_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(15))

/* What jansson says of one value. */
static void
add_dumped(struct ir_buf *b, const json_t *v)
{
	char first[4096];
	size_t n = json_dumpb(v, first, sizeof(first), DUMP_FLAGS | JSON_ENCODE_ANY);
	char *more;

	if (n == 0)
		ir_oom(); /* no value is empty text */
	if (n <= sizeof(first)) {
		ir_buf_add(b, first, n);
		return;
	}
	more = malloc(n);
	if (!more)
		ir_oom();
	json_dumpb(v, more, n, DUMP_FLAGS | JSON_ENCODE_ANY);
	ir_buf_add(b, more, n);
	free(more);
}

/* Plain texts, which most are, are themselves; jansson looks at every character of the others. */
static void
add_text(struct ir_buf *b, const json_t *v)
{
	const char *s = json_string_value(v);
	size_t n = json_string_length(v);

	if (ir_utf8_plain(s, n) != n || memchr(s, '"', n) || memchr(s, '\\', n)) {
		add_dumped(b, v);
		return;
	}
	ir_buf_addc(b, '"');
	ir_buf_add(b, s, n);
	ir_buf_addc(b, '"');
}

static void
add_texts(struct ir_buf *b, const json_t *list)
{
	const json_t *v;
	size_t i;

	ir_buf_addc(b, '[');
	json_array_foreach(list, i, v)
	{
		if (i)
			ir_buf_addc(b, ',');
		if (json_is_string(v))
			add_text(b, v);
		else
			add_dumped(b, v);
	}
	ir_buf_addc(b, ']');
}

/* A record's members have plain names. */
static void
add_members(struct ir_buf *b, json_t *obj)
{
	const char *key, *before = "{\"";
	json_t *v;

	json_object_foreach(obj, key, v)
	{
		ir_buf_adds(b, before);
		ir_buf_adds(b, key);
		ir_buf_add(b, "\":", 2);
		before = ",\"";
		if (json_is_string(v))
			add_text(b, v);
		else if (json_is_null(v))
			ir_buf_add(b, "null", 4);
		else if (json_is_array(v))
			add_texts(b, v);
		else
			add_dumped(b, v);
	}
	ir_buf_adds(b, *before == ',' ? "}" : "{}");
}

static char *
dump(struct ir_arena *arena, const json_t *obj, size_t *len)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;

	ir_buf_init(&b, SIZE_MAX / 2);
	ir_buf_reserve(&b, USUAL_LINE);
	add_members(&b, (json_t *)(uintptr_t)obj);
	*len = b.len;
	return ir_strndup(arena, b.data, b.len);
}

char *
ir_rec_encode(struct ir_arena *arena, const json_t *obj, size_t *len)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf safe = { .data = NULL };
	char *line = dump(arena, obj, len);

	if (ir_utf8_plain(line, *len) == *len)
		return line;
	ir_buf_init(&safe, 6 * *len);
	ir_rec_safe(&safe, line, *len);
	*len = safe.len;
	return ir_strndup(arena, safe.data, safe.len);
}

/* cells */

static bool
ends_with(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return n > m && strcmp(s + n - m, tail) == 0;
}

void
ir_rec_number(struct ir_buf *b, double v)
{
	char s[64];
	int n = snprintf(s, sizeof(s), "%.3f", v);

	if (n < 0 || (size_t)n >= sizeof(s)) {
		ir_buf_addf(b, "%.15g", v);
		return;
	}
	while (n > 0 && s[n - 1] == '0')
		n--;
	if (n > 0 && s[n - 1] == '.')
		n--;
	ir_buf_add(b, s, (size_t)n);
}

/* With the unit that the name tells. Returns false when it tells none. */
static bool
add_human(struct ir_buf *b, const char *key, double v)
{
	char s[IR_NUM_MAX];

	if (fabs(v) > 9e15)
		return false;
	if (ends_with(key, "_ms") && fabs(v) < 1) {
		ir_rec_number(b, v);
		ir_buf_adds(b, "ms");
	} else if (ends_with(key, "_ms") && fabs(v) < 1000)
		ir_buf_addf(b, "%.*fms", fabs(v) >= 10 ? 0 : 1, v);
	else if (ends_with(key, "_ms"))
		ir_buf_adds(b, ir_format_duration(s, (int64_t)v));
	else if (ends_with(key, "_bytes"))
		ir_buf_adds(b, ir_format_size(s, (int64_t)v));
	else if (ends_with(key, "_days"))
		ir_buf_addf(b, "%lldd", (long long)v - (v < (double)(long long)v)); /* floor() needs libm */
	else
		return false;
	return true;
}

static void
add_value(struct ir_buf *b, const char *key, const json_t *v, int human)
{
	switch (json_typeof(v)) {
	case JSON_STRING:
		ir_utf8_escape(b, json_string_value(v), json_string_length(v));
		break;
	case JSON_INTEGER:
		if (!human || !add_human(b, key, (double)json_integer_value(v)))
			ir_buf_addf(b, "%lld", (long long)json_integer_value(v));
		break;
	case JSON_REAL:
		if (!human || !add_human(b, key, json_real_value(v)))
			ir_rec_number(b, json_real_value(v));
		break;
	case JSON_TRUE:
		ir_buf_adds(b, human ? "yes" : "true");
		break;
	case JSON_FALSE:
		ir_buf_adds(b, human ? "no" : "false");
		break;
	case JSON_NULL:
	case JSON_OBJECT: /* records are flat */
	case JSON_ARRAY:
		break;
	}
}

void
ir_rec_cell(const struct ir_rec *rec, const char *key, int human, struct ir_buf *b)
{
	const json_t *v = json_object_get(rec->obj, key), *e;
	size_t start = b->len, i;

	if (human && strcmp(key, "counts") == 0 && json_is_array(v)) {
		ir_spark_add(b, v);
	} else if (json_is_array(v)) {
		json_array_foreach(v, i, e)
		{
			if (b->len > start)
				ir_buf_addc(b, ',');
			add_value(b, key, e, human);
			if (b->len - start > CELL_MAX)
				break;
		}
	} else if (v) {
		add_value(b, key, v, human);
	}
	if (b->len == start)
		ir_buf_addc(b, '-');
}
