/* expect - sets of numbers, members of JSON */

#include "probe/expect.h"
#include "tap.h"

static struct ir_arena arena;

static void
test_sets(void)
{
	static const char *const bad[] = { "", ",", "200,", ",200", "300-200", "abc", "200-", "-200", "200;300",
		"200 300", "99", "600", "100-700" };
	struct ir_err err = IR_ERR_INIT;

	IS_INT(ir_set_has("200-299,301", 200), 1, "first of a range");
	IS_INT(ir_set_has("200-299,301", 299), 1, "last of a range");
	IS_INT(ir_set_has("200-299,301", 301), 1, "a number");
	IS_INT(ir_set_has("200-299,301", 300), 0, "between them");
	IS_INT(ir_set_has(" 200 , 301 ", 301), 1, "blanks do not matter");
	IS_INT(ir_set_has("0", 0), 1, "zero");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		IS_INT(ir_set_check(bad[i], 100, 599, &err), -1, "not a set of statuses: '%s'", bad[i]);
	IS_INT(err.code, IR_CONFIG, "a matter of configuration");
	OK(err.hint[0], "with the fix");
	IS_INT(ir_set_check("100-599", 100, 599, &err), 0, "all statuses");
}

static void
has(const char *expect, const char *body, int want, const char *words)
{
	const char *why = NULL;

	IS_INT(ir_json_has(&arena, expect, body, strlen(body), &why), want, "%s in %s", expect, body);
	if (!want)
		IS_STR(why, words, "says: %s", words);
}

static void
test_json(void)
{
	struct ir_err err = IR_ERR_INIT;

	has("status = ok", "{\"status\":\"ok\"}", 1, NULL);
	has("status=ok", "{\"status\":\"down\"}", 0, "status is \"down\", not ok");
	has("db.up = true", "{\"db\":{\"up\":true}}", 1, NULL);
	has("db.up = true", "{\"db\":{\"up\":\"true\"}}", 1, NULL);
	has("db.up = true", "{\"db\":{\"up\":false}}", 0, "db.up is false, not true");
	has("n = 3", "{\"n\":3.0}", 1, NULL);
	has("n = 3", "{\"n\":4}", 0, "n is 4, not 3");
	has("n = ", "{\"n\":0}", 0, "n is 0, not ");
	has("v.1.x = a = b", "{\"v\":[{},{\"x\":\"a = b\"}]}", 1, NULL);
	has("v.2 = 1", "{\"v\":[1]}", 0, "the body has no v.2");
	has("v.x = 1", "{\"v\":[1]}", 0, "the body has no v.x");
	has("x = null", "{\"x\":null}", 1, NULL);
	has("x = 1", "{\"y\":1}", 0, "the body has no x");
	has("x = 1", "<html>", 0, "the body is not JSON");
	has("x = 1", "", 0, "the body is not JSON");
	has("x = {}", "{\"x\":{}}", 0, "x is {}, not {}");
	IS_INT(ir_json_check("status", &err), -1, "no value");
	IS_INT(ir_json_check(" = 1", &err), -1, "no member");
	IS_INT(ir_json_check("a.b = c", &err), 0, "both");
}

int
main(void)
{
	test_sets();
	test_json();
	ir_arena_done(&arena);
	return tap_done();
}
