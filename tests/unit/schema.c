/* schema - what is required, what may be null, what is refused */
#include "rec/schema.h"

#include "tap.h"

static json_t *
record(void)
{
	struct ir_check c;

	ir_row_init(&ir_kind_check, &c);
	c.h.service = "web";
	c.name = "login";
	c.groups = IR_CHECK_HTTP | IR_CHECK_TLS;
	c.latency_ms = 41;
	return ir_rec_from_row(&ir_kind_check, &c, "ir-health", "run-0123abcd", "prod", NULL);
}

static void
test_schema(void)
{
	json_t *s = ir_schema(&ir_kind_check), *p = json_object_get(s, "properties"),
	       *r = json_object_get(s, "required"), *e;
	bool has_name = false, has_group = false;
	size_t i;

	IS_STR(json_string_value(json_object_get(s, "$schema")), "https://json-schema.org/draft/2020-12/schema",
	    "a schema");
	json_array_foreach(r, i, e)
	{
		has_name |= strcmp(json_string_value(e), "name") == 0;
		has_group |= strcmp(json_string_value(e), "http_status") == 0;
	}
	OK(has_name && !has_group, "members outside every group are required");
	IS_STR(json_string_value(json_object_get(json_object_get(p, "id"), "pattern")),
	    "^chk-[0-9abcdefghjkmnpqrstvwxyz]{8}$", "form of an id");
	OK(json_is_array(json_object_get(json_object_get(p, "latency_ms"), "type")),
	    "a kind's own members may be null");
	IS_STR(json_string_value(json_object_get(json_object_get(p, "summary"), "type")), "string",
	    "the envelope's may not");
	json_decref(s);
	s = ir_schema(&ir_kind_end);
	IS_STR(json_string_value(json_object_get(json_object_get(json_object_get(s, "properties"), "id"), "type")),
	    "null", "a kind without ids has none");
	json_decref(s);
}

/* Lists of integers are such. */
static void
test_integers(void)
{
	const int64_t counts[] = { 0, 12, 3 };
	struct ir_err err = IR_ERR_INIT;
	struct ir_pattern row;
	json_t *obj, *s = ir_schema(&ir_kind_pattern), *c = json_object_get(json_object_get(s, "properties"), "counts");

	IS_STR(json_string_value(json_object_get(c, "type")), "array", "a list, never null");
	IS_STR(json_string_value(json_object_get(json_object_get(c, "items"), "type")), "integer", "of integers");
	json_decref(s);
	ir_row_init(&ir_kind_pattern, &row);
	row.key = "x";
	row.counts = (struct ir_ints){ counts, 3 };
	obj = ir_rec_from_row(&ir_kind_pattern, &row, "ir-logs", "run-0123abcd", "prod", NULL);
	IS_INT(
	    json_integer_value(json_array_get(json_object_get(obj, "counts"), 1)), 12, "they are written as numbers");
	OK(ir_schema_check(&ir_kind_pattern, obj, &err) == 0, "which the schema takes: %s", err.msg);
	json_array_set_new(json_object_get(obj, "counts"), 0, json_string("0"));
	OK(ir_schema_check(&ir_kind_pattern, obj, &err) < 0 && strstr(err.msg, "'counts' must be a list of integers"),
	    "a text among them it does not: %s", err.msg);
	json_decref(obj);
}

static void
test_good(void)
{
	for (int i = 0; ir_kinds[i]; i++) {
		struct ir_err err = IR_ERR_INIT;
		char row[4096];
		json_t *obj;

		ir_row_init(ir_kinds[i], row);
		obj = ir_rec_from_row(ir_kinds[i], row, "ir-test", "run-0123abcd", NULL, NULL);
		IS_INT(ir_schema_check(ir_kinds[i], obj, &err), 0, "%s: what we make is right %s", ir_kinds[i]->name,
		    err.msg);
		json_decref(obj);
	}
}

static void
bad(const char *key, const char *value)
{
	struct ir_err err = IR_ERR_INIT;
	json_t *obj = record();

	if (value)
		json_object_set_new(obj, key, json_loads(value, JSON_DECODE_ANY, NULL));
	else
		json_object_del(obj, key);
	OK(ir_schema_check(&ir_kind_check, obj, &err) == -1 && err.code == IR_DATA && strstr(err.msg, key),
	    "%s: %s is refused: %s", key, value ? value : "none", err.msg);
	json_decref(obj);
}

static void
fine(const char *key, const char *value)
{
	struct ir_err err = IR_ERR_INIT;
	json_t *obj = record();

	if (value)
		json_object_set_new(obj, key, json_loads(value, JSON_DECODE_ANY, NULL));
	else
		json_object_del(obj, key);
	IS_INT(
	    ir_schema_check(&ir_kind_check, obj, &err), 0, "%s: %s is fine %s", key, value ? value : "none", err.msg);
	json_decref(obj);
}

int
main(void)
{
	struct ir_err err = IR_ERR_INIT;
	json_t *array = json_array();

	test_schema();
	test_integers();
	test_good();
	bad("id", "\"chk-0123\"");
	bad("id", "\"dep-01234567\"");
	bad("id", "\"chk-0123456l\"");
	bad("id", "null");
	bad("kind", "\"deploy\"");
	bad("v", "2");
	bad("run", "\"chk-01234567\"");
	bad("time", "\"2026-02-01 02:12:44Z\"");
	bad("time", "\"2026-02-01T03:12:44.000+01:00\"");
	bad("status", "\"fine\"");
	bad("summary", "null");
	bad("summary", "7");
	bad("service", NULL);
	bad("refs", "null");
	bad("refs", "[7]");
	bad("refs", "[\"x\"]");
	bad("name", NULL);
	bad("name", "[]");
	bad("latency_ms", "\"41\"");
	bad("attempts", "1.5");
	bad("http_status", "\"200\"");
	bad("cert_expires", "\"soon\"");
	fine("name", "null");
	fine("latency_ms", "41");
	fine("http_status", "200");
	fine("http_status", NULL);
	fine("oom_killed", "true");
	fine("unheard_of", "{}");
	OK(ir_schema_check(&ir_kind_check, array, &err) == -1, "an array is no record");
	OK(ir_schema_check(&ir_kind_check, NULL, &err) == -1, "nothing is none");
	json_decref(array);
	return tap_done();
}
