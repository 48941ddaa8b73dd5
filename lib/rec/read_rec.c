/* read_rec - a line of JSON as a record, checked and taken once */
#include "rec/read_priv.h"

#include "base/buf.h"
#include "base/utf8.h"

int
in_fail(const struct reader *r, int code, const char *fmt, ...)
{
	va_list ap;
	char what[512];

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	ir_fail(r->err, code, "%s", what);
	return r->lineno ? ir_wrap(r->err, "line %zu", r->lineno) : -1;
}

static json_t *
load_numbers(const char *s, size_t n, json_error_t *jerr)
{
	json_t *obj = json_loadb(s, n, JSON_ALLOW_NUL, jerr);

	if (!obj && json_error_code(jerr) == json_error_numeric_overflow)
		obj = json_loadb(s, n, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, jerr);
	return obj;
}

/* Bytes that are not UTF-8 as the text \xNN, in JSON. */
static void
add_utf8(struct ir_buf *b, const char *s, size_t n)
{
	for (size_t i = 0, len; i < n; i += len ? len : 1) {
		len = ir_utf8_len(s + i, n - i);
		if (len)
			ir_buf_add(b, s + i, len);
		else
			ir_buf_addf(b, "\\\\x%02x", (unsigned char)s[i]);
	}
}

/* What is no more than unusual is read: integers of more than 64 bits, bytes that are not UTF-8. The line keeps them as they are. */
static json_t *
load(const char *s, size_t n, json_error_t *jerr)
{
	json_t *obj = load_numbers(s, n, jerr);
	struct ir_buf b;

	if (obj || json_error_code(jerr) != json_error_invalid_utf8)
		return obj;
	ir_buf_init(&b, 5 * (size_t)IR_LINE_MAX);
	add_utf8(&b, s, n);
	obj = load_numbers(b.data, b.len, jerr);
	ir_buf_done(&b);
	return obj;
}

/* A zero byte in what is taken as a string without one would make two of the same name. */
static bool
has_zero(const struct ir_rec *rec, const char *key)
{
	const json_t *v = json_object_get(rec->obj, key);

	return json_is_string(v) && strlen(json_string_value(v)) != json_string_length(v);
}

/* What makes it unfit as a record, or NULL. */
static const char *
misfit(const struct ir_rec *rec)
{
	const json_t *v = json_object_get(rec->obj, "v");
	const char *id = ir_rec_str(rec, "id");

	if (!json_is_object(rec->obj))
		return "not a record: not a JSON object";
	if (has_zero(rec, "kind") || has_zero(rec, "id") || has_zero(rec, "run"))
		return "not a record: a zero byte in 'kind', 'id' or 'run'";
	if (!*ir_rec_str(rec, "kind"))
		return "not a record: no 'kind'";
	if (rec->kind == &ir_kind_end || rec->kind == &ir_kind_start)
		return NULL;
	if (!json_is_number(v))
		return "not a record: no 'v'";
	if (rec->kind && json_number_value(v) != rec->kind->version)
		return "a record of a version that is not known here";
	if (!ir_id_valid(id, strlen(id)))
		return "not a record: no valid 'id'";
	return NULL;
}

int
in_make(struct reader *r, const char *line, size_t n, struct ir_rec *rec, bool *cut)
{
	json_error_t jerr = { .text = "" };
	const char *why;

	*rec = (struct ir_rec){ .line = line, .len = n };
	if (!memchr(line, '\0', n)) /* jansson passes over it */
		rec->obj = load(line, n, &jerr);
	if (cut)
		*cut = !rec->obj && json_error_code(&jerr) == json_error_premature_end_of_input;
	rec->kind = ir_kind_find(ir_rec_str(rec, "kind"));
	why = rec->obj ? misfit(rec) : "not JSON";
	if (!why)
		return 0;
	in_fail(r, IR_DATA, "%s", why);
	json_decref(rec->obj);
	return -1;
}

static void
push(struct ir_in_rec **v, size_t *n, size_t *size, const struct ir_in_rec *rec)
{
	if (*n == *size) {
		*size = *size ? 2 * *size : 64;
		*v = realloc(*v, *size * sizeof(**v));
		if (!*v)
			ir_oom();
	}
	(*v)[(*n)++] = *rec;
}

/* Note a record as read; true when its kind and id were not before. */
static bool
note(struct ir_in *in, const struct ir_rec *rec)
{
	const char *id = ir_rec_str(rec, "id");
	char *key = ir_asprintf(&in->arena, "%s %s", ir_rec_str(rec, "kind"), *id ? id : ir_rec_str(rec, "run"));
	bool is_new;

	if (!in->seen)
		in->seen = IR_NEW(&in->arena, struct in_set);
	in_set_add(in->seen, &in->arena, key, &is_new);
	return is_new;
}

/* A new object of these members; obj is given up. */
static json_t *
cut_to(json_t *obj, const char *const *only)
{
	json_t *ret = json_object();

	for (; *only; only++) {
		json_t *v = json_object_get(obj, *only);

		if (v && json_object_set(ret, *only, v) != 0)
			ir_oom();
	}
	json_decref(obj);
	return ret;
}

int
in_add(struct reader *r, const struct ir_rec *rec, enum ir_in_form form)
{
	struct ir_in *in = r->in;
	struct ir_in_rec new = { *rec, form, r->lineno };
	bool is_new = note(in, rec), is_end = form == IR_IN_JSON && rec->kind == &ir_kind_end;

	if (!is_new || in->n + in->n_ends == IR_IN_RECORDS) {
		json_decref(rec->obj);
		return is_new ? ir_fail(r->err, IR_DATA, "more than %d records", IR_IN_RECORDS) : 0;
	}
	if (in->only) {
		new.rec.obj = cut_to(rec->obj, in->only);
		new.rec.line = "";
		new.rec.len = 0;
	} else {
		new.rec.line = ir_strndup(&in->arena, rec->line, rec->len);
	}
	if (is_end)
		push(&in->ends, &in->n_ends, &in->ends_size, &new);
	else
		push(&in->v, &in->n, &in->size, &new);
	return 0;
}

int
in_take_json(struct reader *r, const char *line, size_t n, bool *cut)
{
	struct ir_rec rec;

	if (in_make(r, line, n, &rec, cut) < 0)
		return -1;
	if (rec.kind == &ir_kind_start) {
		json_decref(rec.obj);
		return 0;
	}
	if (rec.kind == &ir_kind_end)
		in_runs_ended(
		    &r->runs, r->in, ir_rec_str(&rec, "run"), json_is_true(json_object_get(rec.obj, "complete")));
	else
		in_runs_need(&r->runs, r->in, ir_rec_str(&rec, "run"));
	return in_add(r, &rec, IR_IN_JSON);
}
