/* fields_json - lines that are JSON objects */
#include <jansson.h>
#include <string.h>

#include "logs/fields_priv.h"
#include "logs/ids_priv.h"

enum { LINE_MAX_BYTES = 256 << 10, NAME_LONGEST = 64, NAMES = 256, DEPTH_MOST = 100 };

struct name {
	uint32_t end, colon; /* where the quote behind it is, and where the colon */
};

struct json_line {
	struct ir_field_sink *sink;
	const char *p;
	size_t n;
	bool serilog, level; /* it has "@t"; "@l" */
	size_t n_names;
	struct name names[NAMES];
};

/* What may be names of the line: each text in quotes before a colon. */
static void
index_names(struct json_line *j)
{
	const char *end = j->p + j->n;

	for (const char *q = j->p; (q = memchr(q, ':', (size_t)(end - q))) && j->n_names < NAMES; q++) {
		const char *quote = q;

		while (quote > j->p && quote[-1] == ' ')
			quote--;
		if (quote == j->p || quote[-1] != '"')
			continue;
		j->names[j->n_names].end = (uint32_t)(quote - 1 - j->p);
		j->names[j->n_names++].colon = (uint32_t)(q - j->p);
	}
}

/* Where the value of a member begins, told only when its name is in the line exactly once as a name. */
static long
value_at(const struct json_line *j, const char *key, size_t n)
{
	long found = -1;

	if (j->n_names == NAMES)
		return -1;
	for (size_t i = 0; i < j->n_names; i++) {
		const struct name *name = &j->names[i];
		const char *text = j->p + name->end - n;

		if (name->end <= n || text[-1] != '"' || memcmp(text, key, n) != 0)
			continue;
		if (found >= 0)
			return -1;
		found = (long)name->colon + 1;
		while ((size_t)found < j->n && j->p[found] == ' ')
			found++;
	}
	return found;
}

static struct ir_field_value
string_value(const struct json_line *j, const char *key, size_t n_key, const json_t *v)
{
	struct ir_field_value ret = { json_string_value(v), json_string_length(v), IR_FIELD_ELSEWHERE, -1, 0 };
	long at = value_at(j, key, n_key);

	if (at >= 0 && (size_t)at + ret.n + 2 <= j->n && j->p[at] == '"' && j->p[(size_t)at + 1 + ret.n] == '"' &&
	    memcmp(j->p + at + 1, ret.p, ret.n) == 0) {
		ret.at = at + 1;
		ret.p = j->p + ret.at;
		ret.how = IR_FIELD_IN_LINE;
	}
	return ret;
}

/* Its digits, from the line where that can be. */
static struct ir_field_value
number_value(const struct json_line *j, const char *key, size_t n_key, const json_t *v)
{
	struct ir_buf *scratch = j->sink->scratch;
	struct ir_field_value ret = { NULL, 0, IR_FIELD_SCRATCH, value_at(j, key, n_key), json_number_value(v) };
	size_t i = 0, off = scratch->len;

	if (ret.at >= 0) {
		ret.p = j->p + ret.at;
		while ((size_t)ret.at + i < j->n && ret.p[i] && strchr("0123456789.+-eE", ret.p[i]))
			i++;
		ret.n = i;
		ret.how = IR_FIELD_IN_LINE;
		return ret;
	}
	if (json_is_integer(v))
		ir_buf_addf(scratch, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	else
		ir_buf_addf(scratch, "%.17g", json_real_value(v));
	ret.p = scratch->data + off;
	ret.n = scratch->len - off;
	return ret;
}

static bool
all_bytes(const json_t *array)
{
	const json_t *v;
	size_t i;

	json_array_foreach(array, i, v)
	{
		if (!json_is_integer(v) || json_integer_value(v) < 0 || json_integer_value(v) > 255)
			return false;
	}
	return json_array_size(array) > 0;
}

static bool
all_strings(const json_t *array)
{
	const json_t *v;
	size_t i;

	json_array_foreach(array, i, v)
	{
		if (!json_is_string(v))
			return false;
	}
	return json_array_size(array) > 0;
}

/* journald's bytes that are not UTF-8; Elasticsearch's lines of a stack trace. */
static void
add_array(struct ir_buf *b, const json_t *array, bool bytes)
{
	const json_t *v;
	size_t i;

	json_array_foreach(array, i, v)
	{
		if (bytes) {
			ir_buf_addc(b, (char)json_integer_value(v));
		} else {
			if (i)
				ir_buf_addc(b, '\n');
			ir_buf_add(b, json_string_value(v), json_string_length(v));
		}
	}
}

static int
add_piece(const char *p, size_t n, void *arg)
{
	return ir_buf_add(arg, p, n);
}

/* An array or object as text. */
static void
take_compound(struct json_line *j, struct ir_field_name name, const json_t *v)
{
	struct ir_field_sink *s = j->sink;
	struct ir_field_value value = { .how = IR_FIELD_SCRATCH, .at = -1 };
	size_t off = s->scratch->len;
	bool bytes = json_is_array(v) && all_bytes(v);

	if ((name.role != IR_FIELD_MESSAGE && name.role != IR_FIELD_STACK) ||
	    json_object_size(v) + json_array_size(v) == 0 || (s->rank[name.role] && s->rank[name.role] <= name.rank))
		return;
	if (bytes || (json_is_array(v) && all_strings(v)))
		add_array(s->scratch, v, bytes);
	else if (name.role == IR_FIELD_STACK || json_dump_callback(v, add_piece, s->scratch, JSON_COMPACT) < 0)
		return;
	value.p = s->scratch->data + off;
	value.n = s->scratch->len - off;
	/* A plain one is better. */
	name.rank += json_is_object(v) ? 20 : 0;
	ir_field_take(s, name, &value);
}

static void
take_leaf(struct json_line *j, struct ir_field_name name, const char *key, size_t n_key, const json_t *v)
{
	struct ir_field_value value;

	if (json_is_string(v))
		value = string_value(j, key, n_key, v);
	else if (json_is_number(v) && name.role != IR_FIELD_STACK)
		value = number_value(j, key, n_key, v);
	else
		return;
	ir_field_take(j->sink, name, &value);
}

static void
take_id(struct json_line *j, const char *name, size_t n, const json_t *v)
{
	char text[32];

	if (!j->sink->ids)
		return;
	if (json_is_string(v))
		ir_ids_add_named(j->sink->ids, name, n, json_string_value(v), json_string_length(v));
	else if (json_is_integer(v) && ir_ids_name(name, n))
		ir_ids_add_named(j->sink->ids, name, n, text,
		    (size_t)snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(v)));
}

/* A member of a member: "log.level"; where the outer name says nothing, by the inner one alone. */
static void
take_inner(struct json_line *j, const char *outer, size_t n_outer, const char *key, size_t n_key, const json_t *v)
{
	char name[2 * NAME_LONGEST + 1];
	struct ir_field_name is;

	if (n_outer > NAME_LONGEST || n_key > NAME_LONGEST)
		return;
	memcpy(name, outer, n_outer);
	name[n_outer] = '.';
	memcpy(name + n_outer + 1, key, n_key);
	is = ir_field_name(name, n_outer + 1 + n_key);
	if (!is.role && ir_field_parent(outer, n_outer)) {
		is = ir_field_name(key, n_key);
		is.rank += 10;
	}
	if (is.role && (json_is_array(v) || json_is_object(v)))
		take_compound(j, is, v);
	else if (is.role)
		take_leaf(j, is, key, n_key, v);
	take_id(j, name, n_outer + 1 + n_key, v);
	take_id(j, key, n_key, v);
}

static void
take_member(struct json_line *j, const char *key, size_t n_key, const json_t *v)
{
	struct ir_field_name is = ir_field_name(key, n_key);
	void *it;

	j->serilog |= n_key == 2 && memcmp(key, "@t", 2) == 0;
	j->level |= is.role == IR_FIELD_LEVEL;
	if (json_is_object(v)) {
		for (it = json_object_iter((json_t *)v); it; it = json_object_iter_next((json_t *)v, it))
			take_inner(j, key, n_key, json_object_iter_key(it), strlen(json_object_iter_key(it)),
			    json_object_iter_value(it));
		take_compound(j, is, v);
		return;
	}
	if (json_is_array(v)) {
		take_compound(j, is, v);
		return;
	}
	if (is.role)
		take_leaf(j, is, key, n_key, v);
	take_id(j, key, n_key, v);
}

/* jansson goes as deep as 2048 levels, on the stack. */
static bool
too_deep(const char *p, size_t n)
{
	int depth = 0, opened = 0;

	for (size_t i = 0; i < n; i++) {
		opened += p[i] == '{' || p[i] == '[';
	}
	if (opened <= DEPTH_MOST)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '"') {
			while (++i < n && p[i] != '"')
				i += p[i] == '\\';
		} else if (p[i] == '{' || p[i] == '[') {
			if (++depth > DEPTH_MOST)
				return true;
		} else if (p[i] == '}' || p[i] == ']') {
			depth--;
		}
	}
	return false;
}

/* Of numbers beyond 64 bits the value does not matter. */
static json_t *
load(const char *p, size_t n)
{
	json_error_t err;
	json_t *root = json_loadb(p, n, JSON_ALLOW_NUL, &err);

	if (!root && json_error_code(&err) == json_error_numeric_overflow)
		root = json_loadb(p, n, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &err);
	return root;
}

bool
ir_fields_json(const char *p, size_t n, struct ir_field_sink *s)
{
	struct json_line j;
	json_t *root;
	void *it;

	while (n && (p[n - 1] == ' ' || p[n - 1] == '\t' || p[n - 1] == '\r'))
		n--;
	if (!n || p[n - 1] != '}' || n > LINE_MAX_BYTES || too_deep(p, n))
		return false;
	root = load(p, n);
	if (!root || !json_is_object(root)) {
		json_decref(root);
		return false;
	}
	j.sink = s;
	j.p = p;
	j.n = n;
	j.serilog = j.level = false;
	j.n_names = 0;
	index_names(&j);
	for (it = json_object_iter(root); it; it = json_object_iter_next(root, it))
		take_member(&j, json_object_iter_key(it), strlen(json_object_iter_key(it)), json_object_iter_value(it));
	/* Serilog leaves out what is information. */
	if (j.serilog && !j.level)
		s->line->level = IR_LEVEL_INFO;
	ir_field_finish(s);
	json_decref(root);
	return true;
}
