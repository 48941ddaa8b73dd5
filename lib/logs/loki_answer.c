/* loki_answer - parameters and pages of Loki's query_range */
#include "logs/loki_answer.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/percent.h"
#include "logs/engine_json.h"

enum { PART_MAX = 200 };

/* ---- what is asked */

void
ir_loki_page_query(struct ir_buf *b, const char *query, int64_t start_ns, int64_t end_ns, int64_t limit)
{
	ir_buf_addf(b, "direction=forward&limit=%lld&start=%lld&end=%lld&query=", (long long)limit, (long long)start_ns,
	    (long long)end_ns);
	ir_percent_add(b, query);
}

void
ir_loki_labels_query(struct ir_buf *b, int64_t start_ns, int64_t end_ns)
{
	ir_buf_addf(b, "start=%lld&end=%lld", (long long)start_ns, (long long)end_ns);
}

/* As Go writes a string. */
static void
add_quoted(struct ir_buf *b, const char *s)
{
	for (; *s; s++) {
		if ((unsigned char)*s < 0x20)
			ir_buf_addf(b, "\\x%02x", (unsigned char)*s);
		else
			ir_buf_addf(b, "%s%c", *s == '"' || *s == '\\' ? "\\" : "", *s);
	}
}

void
ir_loki_selector(struct ir_buf *b, const char *label, const struct ir_list *services)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf pattern;

	ir_buf_init(&pattern, 64 << 10);
	for (size_t i = 0; services && i < services->n; i++) {
		ir_buf_adds(&pattern, i ? "|" : "");
		for (const char *s = services->v[i]; *s; s++)
			ir_buf_addf(&pattern, "%s%c", strchr("\\.+*?()|[]{}^$", *s) ? "\\" : "", *s);
	}
	ir_buf_addf(b, "{%s=~\"", label);
	add_quoted(b, pattern.len ? pattern.data : ".+");
	ir_buf_adds(b, "\"}");
}

void
ir_loki_contains(struct ir_buf *b, const char *text)
{
	ir_buf_adds(b, " |= \"");
	add_quoted(b, text);
	ir_buf_addc(b, '"');
}

/* ---- what it answers */

static int
not_loki(struct ir_err *err)
{
	ir_fail(err, IR_BACKEND, "what answers there is not Loki");
	return ir_hint(err, "is it Loki's HTTP port, usually 3100?");
}

/* "data" of {"status":"success","data":…}; NULL with what is wrong. */
static const json_t *
data_of(const json_t *root, struct ir_err *err)
{
	struct ir_span status = ir_engine_member(root, "status"), error = ir_engine_member(root, "error");
	const json_t *data = json_object_get(root, "data");

	if (status.p && strcmp(status.p, "error") == 0 && error.p) {
		struct ir_arena arena = { NULL };

		ir_fail(err, IR_BACKEND, "Loki answers: %s", ir_engine_said(&arena, error.p, error.n));
		ir_arena_done(&arena);
		return NULL;
	}
	if (!status.p || strcmp(status.p, "success") != 0 || !data)
		not_loki(err);
	return status.p && strcmp(status.p, "success") == 0 ? data : NULL;
}

static bool
take_ns(const json_t *v, int64_t *ret)
{
	const char *s = json_string_value(v);

	*ret = 0;
	if (!s || !*s || strlen(s) > 19)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9' || __builtin_mul_overflow(*ret, 10, ret) ||
		    __builtin_add_overflow(*ret, *s - '0', ret))
			return false;
	}
	return true;
}

/* ["1700000000123456789", "text", {"structuredMetadata": {…}, "parsed": {…}}] */
static bool
take_line(struct ir_loki_page *p, size_t stream, const json_t *value)
{
	struct ir_loki_line *line = &p->v[p->n];
	const json_t *text = json_array_get(value, 1), *more = json_array_get(value, 2), *meta;

	if (!json_is_array(value) || !take_ns(json_array_get(value, 0), &line->ns) || !json_is_string(text))
		return false;
	line->stream = stream;
	line->order = p->n;
	line->text = (struct ir_span){ json_string_value(text), json_string_length(text) };
	line->level = p->streams[stream].level;
	meta = json_object_get(more, "structuredMetadata");
	if (line->level == IR_LEVEL_NONE && json_is_object(more))
		line->level = ir_engine_labels_level(meta ? meta : more);
	p->n++;
	return true;
}

static bool
take_stream(struct ir_loki_page *p, const json_t *result)
{
	const json_t *labels = json_object_get(result, "stream"), *values = json_object_get(result, "values");
	struct ir_loki_stream *s = &p->streams[p->n_streams];
	char part[PART_MAX];

	if (!json_is_object(labels) || !json_is_array(values))
		return false;
	s->service = ir_engine_service(labels);
	s->part = ir_strdup(&p->arena, ir_engine_part(labels, part, sizeof(part)));
	s->level = ir_engine_labels_level(labels);
	for (size_t i = 0; i < json_array_size(values); i++)
		if (!take_line(p, p->n_streams, json_array_get(values, i)))
			return false;
	p->n_streams++;
	return true;
}

static size_t
count_lines(const json_t *result)
{
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(result); i++)
		n += json_array_size(json_object_get(json_array_get(result, i), "values"));
	return n;
}

/* Of equal times, those of one stream stay in their order. */
static int
by_time(const void *a, const void *b)
{
	const struct ir_loki_line *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? -1 : 1;
	if (x->stream != y->stream)
		return x->stream < y->stream ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static int
take_page(struct ir_loki_page *p, const json_t *data, struct ir_err *err)
{
	struct ir_span type = ir_engine_member(data, "resultType");
	const json_t *result = json_object_get(data, "result");

	if (type.p &&
	    (strcmp(type.p, "matrix") == 0 || strcmp(type.p, "vector") == 0 || strcmp(type.p, "scalar") == 0)) {
		ir_fail(err, IR_CONFIG, "the query gives numbers, not lines");
		return ir_hint(err, "take a query such as {app=\"web\"}, without rate() and its like");
	}
	if (!type.p || strcmp(type.p, "streams") != 0 || (result && !json_is_array(result) && !json_is_null(result)))
		return not_loki(err);
	p->streams = IR_NEW_N(&p->arena, struct ir_loki_stream, json_array_size(result) + 1);
	p->v = IR_NEW_N(&p->arena, struct ir_loki_line, count_lines(result) + 1);
	for (size_t i = 0; i < json_array_size(result); i++)
		if (!take_stream(p, json_array_get(result, i)))
			return not_loki(err);
	qsort(p->v, p->n, sizeof(*p->v), by_time);
	return 0;
}

int
ir_loki_page(const char *body, size_t n, struct ir_loki_page *p, struct ir_err *err)
{
	const json_t *data;

	*p = (struct ir_loki_page){ .root = json_loadb(body, n, JSON_ALLOW_NUL, NULL) };
	if (!p->root)
		return not_loki(err);
	data = data_of(p->root, err);
	return data ? take_page(p, data, err) : -1;
}

void
ir_loki_page_done(struct ir_loki_page *p)
{
	json_decref(p->root);
	ir_arena_done(&p->arena);
	*p = (struct ir_loki_page){ .root = NULL };
}

static bool
has_label(const json_t *labels, const char *name)
{
	for (size_t i = 0; i < json_array_size(labels); i++) {
		const char *s = json_string_value(json_array_get(labels, i));

		if (s && strcmp(s, name) == 0)
			return true;
	}
	return false;
}

static bool
is_name(const char *s)
{
	return s && *s && s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:")] == '\0' &&
	       strncmp(s, "__", 2) != 0;
}

int
ir_loki_labels(struct ir_arena *arena, const char *body, size_t n, const char **label, struct ir_err *err)
{
	json_t *root = json_loadb(body, n, JSON_ALLOW_NUL, NULL);
	const json_t *data = root ? json_object_get(root, "data") : NULL;
	struct ir_span status = ir_engine_member(root, "status");
	int rc = 0;

	*label = NULL;
	if (!status.p || strcmp(status.p, "success") != 0 || (data && !json_is_array(data)))
		rc = not_loki(err);
	for (size_t i = 0; rc == 0 && !*label && ir_engine_service_names[i]; i++)
		if (has_label(data, ir_engine_service_names[i]) && is_name(ir_engine_service_names[i]))
			*label = ir_engine_service_names[i];
	for (size_t i = 0; rc == 0 && !*label && i < json_array_size(data); i++) {
		const char *s = json_string_value(json_array_get(data, i));

		if (is_name(s))
			*label = ir_strdup(arena, s);
	}
	json_decref(root);
	return rc;
}

int64_t
ir_loki_limit(const char *said, size_t n)
{
	static const char words[] = "max_entries_limit";
	const char *s = memmem(said, n, words, sizeof(words) - 1), *end = said + n;
	int64_t limit = 0;

	while (s && s < end && *s != '(')
		s++;
	while (s && s < end && *s != '>' && *s != ')')
		s++;
	if (!s || s >= end || *s != '>')
		return 0;
	for (s++; s < end && *s == ' '; s++)
		;
	for (; s < end && *s >= '0' && *s <= '9' && limit < 1000000; s++)
		limit = 10 * limit + (*s - '0');
	return limit;
}
