/* schema - a kind's table as JSON Schema (draft 2020-12), and a small check against it */
#include "rec/schema.h"

#include "base/clock.h"
#include "base/hash.h"

#define ID_TAIL "-[0-9abcdefghjkmnpqrstvwxyz]{8}$"
#define TIME_PATTERN "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$"
enum { SUMMARY_MAX = 200 };

static void
put(json_t *obj, const char *key, json_t *v)
{
	if (!v || json_object_set_new_nocheck(obj, key, v) != 0)
		ir_oom();
}

static void
push(json_t *array, json_t *v)
{
	if (!v || json_array_append_new(array, v) != 0)
		ir_oom();
}

/* In the envelope nothing is null but the id of a kind that has none; a list is empty instead. */
static bool
nullable(const struct ir_kind *kind, const struct ir_col *c)
{
	if (c->type == IR_COL_LIST || c->type == IR_COL_INTS)
		return false;
	if (strcmp(c->key, "id") == 0)
		return !kind->prefix;
	return ir_kind_col(NULL, c->key) != c;
}

static const char *
type_name(const struct ir_col *c)
{
	switch (c->type) {
	case IR_COL_INT:
		return "integer";
	case IR_COL_REAL:
		return "number";
	case IR_COL_BOOL:
		return "boolean";
	case IR_COL_LIST:
	case IR_COL_INTS:
		return "array";
	case IR_COL_STR:
	case IR_COL_ENUM:
	case IR_COL_TIME:
		break;
	}
	return "string";
}

static json_t *
string_list(const char *const *names, bool null)
{
	json_t *a = json_array();

	for (size_t i = 0; names[i]; i++)
		push(a, json_string(names[i]));
	if (null)
		push(a, json_null());
	return a;
}

/* Strings whose form is fixed. */
static void
put_form(json_t *s, const struct ir_kind *kind, const struct ir_col *c)
{
	char pattern[64];

	if (strcmp(c->key, "kind") == 0)
		put(s, "const", json_string(kind->name));
	else if (strcmp(c->key, "v") == 0)
		put(s, "const", json_integer(kind->version));
	else if (strcmp(c->key, "run") == 0)
		put(s, "pattern", json_string("^run" ID_TAIL));
	else if (strcmp(c->key, "summary") == 0)
		put(s, "maxLength", json_integer(SUMMARY_MAX));
	else if (strcmp(c->key, "id") == 0 && kind->prefix) {
		snprintf(pattern, sizeof(pattern), "^%s" ID_TAIL, kind->prefix);
		put(s, "pattern", json_string(pattern));
	}
}

static json_t *
items(const struct ir_col *c)
{
	json_t *s = json_object();

	put(s, "type", json_string(c->type == IR_COL_INTS ? "integer" : "string"));
	if (strcmp(c->key, "refs") == 0)
		put(s, "pattern", json_string("^[a-z]{3}" ID_TAIL));
	return s;
}

static json_t *
member_schema(const struct ir_kind *kind, const struct ir_col *c)
{
	json_t *s = json_object(), *types;
	bool null = nullable(kind, c);

	if (null && strcmp(c->key, "id") == 0) {
		put(s, "type", json_string("null"));
	} else if (null) {
		types = json_array();
		push(types, json_string(type_name(c)));
		push(types, json_string("null"));
		put(s, "type", types);
	} else {
		put(s, "type", json_string(type_name(c)));
	}
	put_form(s, kind, c);
	if (c->type == IR_COL_ENUM)
		put(s, "enum", string_list(c->names, null));
	if (c->type == IR_COL_LIST || c->type == IR_COL_INTS)
		put(s, "items", items(c));
	if (c->type == IR_COL_TIME) {
		put(s, "format", json_string("date-time"));
		put(s, "pattern", json_string(TIME_PATTERN));
	}
	put(s, "description", json_string(c->doc));
	return s;
}

static void
put_members(json_t *properties, json_t *required, const struct ir_kind *kind, const struct ir_col *cols)
{
	for (const struct ir_col *c = cols; c->key; c++) {
		put(properties, c->key, member_schema(kind, c));
		if (!c->group)
			push(required, json_string(c->key));
	}
}

json_t *
ir_schema(const struct ir_kind *kind)
{
	json_t *s = json_object(), *properties = json_object(), *required = json_array();

	if (!s || !properties || !required)
		ir_oom();
	put_members(properties, required, kind, ir_envelope);
	put_members(properties, required, kind, kind->cols);
	put(s, "$schema", json_string("https://json-schema.org/draft/2020-12/schema"));
	put(s, "title", json_string(kind->name));
	put(s, "description", json_string(kind->doc));
	put(s, "type", json_string("object"));
	put(s, "properties", properties);
	put(s, "required", required);
	put(s, "additionalProperties", json_true());
	return s;
}

/* the check */

static bool
right_type(const struct ir_col *c, const json_t *v)
{
	switch (c->type) {
	case IR_COL_INT:
		return json_is_integer(v);
	case IR_COL_REAL:
		return json_is_number(v);
	case IR_COL_BOOL:
		return json_is_boolean(v);
	case IR_COL_LIST:
	case IR_COL_INTS:
		return json_is_array(v);
	case IR_COL_STR:
	case IR_COL_ENUM:
	case IR_COL_TIME:
		return json_is_string(v);
	}
	return false;
}

static int
bad(struct ir_err *err, const struct ir_kind *kind, const char *key, const char *what)
{
	return ir_fail(err, IR_DATA, "%s record: '%s' %s", kind->name, key, what);
}

static int
check_list(const struct ir_kind *kind, const struct ir_col *c, const json_t *v, struct ir_err *err)
{
	bool ids = strcmp(c->key, "refs") == 0;
	const json_t *e;
	size_t i;

	json_array_foreach(v, i, e)
	{
		if (c->type == IR_COL_INTS && !json_is_integer(e))
			return bad(err, kind, c->key, "must be a list of integers");
		if (c->type == IR_COL_LIST && !json_is_string(e))
			return bad(err, kind, c->key, "must be a list of strings");
		if (ids && !ir_id_valid(json_string_value(e), json_string_length(e)))
			return bad(err, kind, c->key, "must be a list of handles");
	}
	return 0;
}

/* RFC 3339 in the one form that we write. */
static bool
is_time(const char *s)
{
	char again[IR_TIME_MAX];
	int64_t ms;

	return ir_time_parse_rfc3339(s, strlen(s), &ms) == 0 && strcmp(ir_time_format(again, ms), s) == 0;
}

static bool
is_handle(const char *s, const char *prefix)
{
	return ir_id_valid(s, strlen(s)) && strncmp(s, prefix, strlen(prefix)) == 0;
}

static int
check_string(const struct ir_kind *kind, const struct ir_col *c, const char *s, struct ir_err *err)
{
	if (c->type == IR_COL_ENUM && ir_name_index(c->names, s) < 0)
		return bad(err, kind, c->key, "is none of its words");
	if (c->type == IR_COL_TIME && !is_time(s))
		return bad(err, kind, c->key, "must be a time as in 2026-02-01T02:12:44.918Z");
	if (strcmp(c->key, "kind") == 0 && strcmp(s, kind->name) != 0)
		return bad(err, kind, c->key, "is another");
	if (strcmp(c->key, "id") == 0 && !is_handle(s, kind->prefix))
		return bad(err, kind, c->key, "must be a handle of its kind");
	if (strcmp(c->key, "run") == 0 && !is_handle(s, "run"))
		return bad(err, kind, c->key, "must be a run's handle");
	if (strcmp(c->key, "summary") == 0 && strlen(s) > SUMMARY_MAX)
		return bad(err, kind, c->key, "must have at most 200 bytes");
	return 0;
}

static int
check_member(const struct ir_kind *kind, const struct ir_col *c, const json_t *v, struct ir_err *err)
{
	if (!v)
		return c->group ? 0 : bad(err, kind, c->key, "is missing");
	if (json_is_null(v))
		return nullable(kind, c) ? 0 : bad(err, kind, c->key, "must not be null");
	if (!right_type(c, v) || (strcmp(c->key, "id") == 0 && !kind->prefix)) {
		ir_fail(err, IR_DATA, "%s record: '%s' must be of type %s", kind->name, c->key,
		    strcmp(c->key, "id") == 0 && !kind->prefix ? "null" : type_name(c));
		return -1;
	}
	if (strcmp(c->key, "v") == 0 && json_integer_value(v) != kind->version)
		return bad(err, kind, c->key, "is another version");
	if (c->type == IR_COL_LIST || c->type == IR_COL_INTS)
		return check_list(kind, c, v, err);
	return json_is_string(v) ? check_string(kind, c, json_string_value(v), err) : 0;
}

static int
check_members(const struct ir_kind *kind, const struct ir_col *cols, const json_t *obj, struct ir_err *err)
{
	for (const struct ir_col *c = cols; c->key; c++)
		if (check_member(kind, c, json_object_get(obj, c->key), err) < 0)
			return -1;
	return 0;
}

int
ir_schema_check(const struct ir_kind *kind, const json_t *obj, struct ir_err *err)
{
	if (!json_is_object(obj))
		return ir_fail(err, IR_DATA, "%s record: it is not a JSON object", kind->name);
	if (check_members(kind, ir_envelope, obj, err) < 0)
		return -1;
	return check_members(kind, kind->cols, obj, err);
}
