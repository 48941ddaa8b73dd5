/* rec - rows as JSON, the canonical line, cells */
#include "rec/rec.h"

#include <math.h>

#include "tap.h"

static struct ir_arena arena;

static struct ir_check
sample(void)
{
	struct ir_check c;

	ir_row_init(&ir_kind_check, &c);
	c.h.time_ms = 1769911964918;
	c.h.status = IR_STATUS_FAIL;
	c.h.service = "checkout";
	c.h.subject = "https://checkout/healthz";
	c.h.summary = "503";
	c.name = "login";
	c.type = "http";
	c.latency_ms = 41.25;
	return c;
}

static const char *
line_of(const struct ir_check *c)
{
	json_t *obj = ir_rec_from_row(&ir_kind_check, c, "ir-health", "run-0123abcd", "prod", NULL);
	size_t n;
	char *line = ir_rec_encode(&arena, obj, &n);

	json_decref(obj);
	return strlen(line) == n ? line : "length is wrong";
}

static void
test_line(void)
{
	struct ir_check c = sample();

	IS_STR(line_of(&c),
	    "{\"kind\":\"check\",\"v\":1,\"id\":\"chk-0r4vb78q\",\"time\":\"2026-02-01T02:12:44.918Z\",\"source\":\"ir-"
	    "health\","
	    "\"run\":\"run-0123abcd\",\"status\":\"fail\",\"env\":\"prod\",\"service\":\"checkout\","
	    "\"subject\":\"https://checkout/"
	    "healthz\",\"summary\":\"503\",\"refs\":[],\"name\":\"login\",\"type\":\"http\","
	    "\"latency_ms\":41.25,\"attempts\":null,\"hint\":null,\"origin\":null,\"change\":null}",
	    "the canonical line");
	c.groups = IR_CHECK_UNIT;
	c.unit = "web.service";
	OK(strstr(line_of(&c), "\"unit\":\"web.service\",\"active_state\":null"),
	    "a group's columns come with the group");
	OK(!strstr(line_of(&c), "http_status"), "and no other's");
	c.groups = ~0u;
	OK(strstr(line_of(&c), "\"cert_expires\":null") && strstr(line_of(&c), "\"oom_killed\":null"),
	    "all groups at once");
}

static void
real_is(double v, const char *want)
{
	struct ir_check c = sample();
	char text[64];

	c.latency_ms = v;
	snprintf(text, sizeof(text), "\"latency_ms\":%s,", want);
	OK(strstr(line_of(&c), text), "a real: %s", want);
}

static void
test_reals(void)
{
	real_is(0.1, "0.1");
	real_is(41, "41.0");
	real_is(41.2504, "41.25");
	real_is(41.2506, "41.251");
	real_is(-0.0001, "0.0");
	real_is(123456789012.123, "123456789012.123");
	real_is(1e300, "1e300");
	real_is((double)NAN, "null");
	real_is((double)INFINITY, "null");
}

static void
test_text(void)
{
	struct ir_check c = sample();
	char big[40000];
	const char *line;
	json_t *obj;

	c.h.summary = "a\xff"
		      "b\nc\td\x1b[31m";
	line = line_of(&c);
	OK(strstr(line, "\"summary\":\"a\\\\xffb c d\\u001B[31m\""), "a summary is one line of valid UTF-8: %s", line);
	c.h.summary = "x";
	c.hint = "\xc2\x9b"
		 "31m \x7f \xe2\x80\xae \xf3\xa0\x81\x81 \xc3\xa9";
	line = line_of(&c);
	OK(strstr(line, "\"hint\":\"\\u009B31m \\u007F \\u202E \\uDB40\\uDC41 \xc3\xa9\""),
	    "nothing in a line moves a terminal: %s", line);
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	memcpy(big + 198, "\xe2\x82\xac", 3);
	c.h.summary = big;
	c.hint = big;
	obj = ir_rec_from_row(&ir_kind_check, &c, "ir-health", "run-0123abcd", "prod", NULL);
	IS_INT((int64_t)json_string_length(json_object_get(obj, "summary")), 198,
	    "a summary is cut at 200 bytes, between characters");
	IS_INT((int64_t)json_string_length(json_object_get(obj, "hint")), 16384, "any text is bounded");
	json_decref(obj);
	c = sample();
	ir_list_add(&arena, &c.h.refs, "dep-00000000");
	OK(strstr(line_of(&c), "\"refs\":[\"dep-00000000\"]"), "a list");
}

static const char *
cell(const char *json, const char *key, int human)
{
	struct ir_rec rec = { .obj = json_loads(json, 0, NULL) };
	struct ir_buf b;
	char *ret;

	ir_buf_init(&b, 1 << 20);
	ir_rec_cell(&rec, key, human, &b);
	ret = ir_strdup(&arena, b.data);
	ir_buf_done(&b);
	json_decref(rec.obj);
	return ret;
}

static void
test_cells(void)
{
	static const struct {
		const char *json, *key;
		int human;
		const char *want;
	} t[] = {
		{ "{}", "x", 1, "-" },
		{ "{\"x\":null}", "x", 1, "-" },
		{ "{\"x\":\"\"}", "x", 1, "-" },
		{ "{\"x\":[]}", "x", 1, "-" },
		{ "{\"x\":{}}", "x", 1, "-" },
		{ "{\"x_ms\":41.25}", "x_ms", 1, "41ms" },
		{ "{\"x_ms\":41.25}", "x_ms", 0, "41.25" },
		{ "{\"x_ms\":0.25}", "x_ms", 1, "0.25ms" },
		{ "{\"x_ms\":0}", "x_ms", 1, "0ms" },
		{ "{\"x_ms\":2300}", "x_ms", 1, "2.3s" },
		{ "{\"x_bytes\":16777216}", "x_bytes", 1, "16.0 MiB" },
		{ "{\"x_bytes\":16777216}", "x_bytes", 0, "16777216" },
		{ "{\"x_days\":12.9}", "x_days", 1, "12d" },
		{ "{\"x\":503}", "x", 1, "503" },
		{ "{\"x\":1.10}", "x", 0, "1.1" },
		{ "{\"x\":true}", "x", 1, "yes" },
		{ "{\"x\":false}", "x", 0, "false" },
		{ "{\"x\":[\"a\",2,null]}", "x", 0, "a,2," },
		{ "{\"x\":\"a\\tb\\nc\\u001b[2J\"}", "x", 0, "a\\tb\\nc\\x1b[2J" },
		{ "{\"x_ms\":1e99}", "x_ms", 1, "999999999" },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		const char *got = cell(t[i].json, t[i].key, t[i].human);

		if (strncmp(t[i].want, "9999", 4) == 0)
			OK(strlen(got) > 0, "a number out of all bounds is printed somehow: %s", got);
		else
			IS_STR(got, t[i].want, "cell of %s", t[i].json);
	}
}

static void
test_safe(void)
{
	struct ir_buf b;
	json_t *obj;

	ir_buf_init(&b, 1 << 16);
	ir_rec_safe(&b, "{\"a\":\r\"x\xff\xc2\x9b\"}", 13);
	IS_STR(b.data, "{\"a\": \"x\\\\xff\\u009B\"}", "a line from elsewhere is made fit for a terminal");
	obj = json_loads(b.data, 0, NULL);
	IS_STR(json_string_value(json_object_get(obj, "a")), "x\\xff\xc2\x9b", "and is JSON");
	json_decref(obj);
	ir_buf_done(&b);
}

static void
test_envelope(void)
{
	struct ir_rec rec = { .obj = json_loads(
				  "{\"id\":5,\"time\":\"2026-02-01T03:12:44+01:00\",\"summary\":\"s\"}", 0, NULL) };
	struct ir_rec none = { .obj = json_loads("{\"time\":7}", 0, NULL) };

	IS_STR(ir_rec_str(&rec, "summary"), "s", "a member");
	IS_STR(ir_rec_str(&rec, "id"), "", "of another type: empty");
	IS_STR(ir_rec_str(&rec, "nosuch"), "", "missing: empty");
	IS_INT(ir_rec_time(&rec), 1769911964000, "time");
	OK(ir_rec_time(&none) == IR_TIME_NONE, "no time");
	json_decref(rec.obj);
	json_decref(none.obj);
}

/* What jansson would print, whatever the members hold. */
static void
test_encode_as_jansson(void)
{
	static const char *const texts[] = { "", "plain", "a \"quote\"", "back\\slash", "tab\tnewline\n", "\x01\x1f",
		"é", "日本", "/", "del \x7f", "<&>'" };
	struct ir_arena a = { NULL };
	int bad = 0, n = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		for (size_t k = 0; k < sizeof(texts) / sizeof(*texts); k++, n++) {
			json_t *o = json_pack("{s:s, s:[s, s], s:n, s:b, s:I, s:f, s:[], s:[i, f], s:[n, b]}", "kind",
			    texts[i], "list", texts[k], texts[i], "none", "yes", (int)(k % 2), "n",
			    (json_int_t)i * -1000000007, "real", 0.125 * (double)k, "empty", "ints", (int)i, 1.5, "odd",
			    1);
			char *want = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(15));
			struct ir_buf safe;
			size_t len;
			const char *got = ir_rec_encode(&a, o, &len);

			ir_buf_init(&safe, 1 << 16);
			ir_rec_safe(&safe, want, strlen(want));
			bad += strcmp(got, safe.data) != 0 || len != strlen(got);
			ir_buf_done(&safe);
			free(want);
			json_decref(o);
		}
	}
	OK(bad == 0, "%d records are as jansson prints them, %d are not", n, bad);
	ir_arena_done(&a);
}

int
main(void)
{
	test_encode_as_jansson();
	test_line();
	test_reals();
	test_text();
	test_cells();
	test_safe();
	test_envelope();
	ir_arena_done(&arena);
	return tap_done();
}
