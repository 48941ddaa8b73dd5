/* detail - one record whole */
#include "rec/detail.h"

#include "base/utf8.h"
#include "tap.h"

static const int64_t now = 1769912000000; /* 2026-02-01T02:13:20Z */

static const char *
about(void *arg, const char *id)
{
	(void)arg;
	return strcmp(id, "dep-00000001") == 0 ? "v418 done\x1b[2J" : NULL;
}

static const char *
show(const char *json, size_t width, bool color, struct ir_buf *b)
{
	struct ir_rec rec = { .obj = json_loads(json, 0, NULL) };
	struct ir_term term = { width > 0, width, color };

	rec.kind = ir_kind_find(ir_rec_str(&rec, "kind"));
	ir_buf_init(b, 1 << 20);
	ir_detail(b, &term, &rec, now, about, NULL);
	json_decref(rec.obj);
	return b->data;
}

static const char check[] =
    "{\"kind\":\"check\",\"v\":1,\"id\":\"chk-00000001\",\"time\":\"2026-02-01T02:12:44.918Z\",\"source\":\"ir-"
    "health\","
    "\"run\":\"run-0123abcd\",\"status\":\"fail\",\"env\":\"prod\",\"service\":\"\",\"subject\":\"https://web/\","
    "\"summary\":\"503 from the \\u001b[31mserver, which is one line that is long enough to be "
    "wrapped\",\"refs\":[\"dep-00000001\",\"alr-00000001\"],"
    "\"name\":\"login\",\"latency_ms\":41.25,\"hint\":null,\"oom_killed\":false,\"cert_expires\":\"2026-02-13T00:00:00."
    "000Z\","
    "\"output\":\"first line\\r\\n\\tsecond \\u009b line\\n\\n\",\"perfdata\":[],\"x\":{\"a\":[1]}}";

static void
test_pipe(void)
{
	struct ir_buf b;

	IS_STR(show(check, 0, false, &b),
	    "chk-00000001  fail  503 from the \\x1b[31mserver, which is one line that is long enough to be wrapped\n"
	    "  time          2026-02-01T02:12:44.918Z  35s ago\n"
	    "  subject       https://web/\n"
	    "  env           prod\n"
	    "  name          login\n"
	    "  latency_ms    41ms\n"
	    "  oom_killed    no\n"
	    "  cert_expires  2026-02-13T00:00:00.000Z  in 11d\n"
	    "  output        first line\n"
	    "                \\tsecond \\u{009b} line\n"
	    "  x             {\"a\":[1]}\n"
	    "  refs          dep-00000001  v418 done\\x1b[2J\n"
	    "                alr-00000001\n"
	    "  source        ir-health\n"
	    "  run           run-0123abcd\n"
	    "  kind          check\n"
	    "  v             1\n",
	    "aligned, nulls left out, ages, refs, long text, nothing unescaped");
	ir_buf_done(&b);
}

static void
test_width(void)
{
	static const char wrapped[] = "chk-00000001  fail  503 from the \\x1b[31mserver,\n"
				      "                    which is one line that is long\n"
				      "                    enough to be wrapped\n"
				      "  time ";
	struct ir_buf b;
	int wide = 0;

	for (size_t width = 50; width < 120; width++) {
		const char *text = show(check, width, false, &b);

		for (const char *s = text, *nl; (nl = strchr(s, '\n')); s = nl + 1)
			wide += ir_utf8_width(s, (size_t)(nl - s)) > width;
		ir_buf_done(&b);
	}
	IS_INT(wide, 0, "no line is wider than the terminal");
	show(check, 50, false, &b);
	OK(strncmp(b.data, wrapped, sizeof(wrapped) - 1) == 0, "wrapped at words, indented");
	ir_buf_done(&b);
	OK(strstr(show(check, 120, true, &b), "\033[1;31mfail\033[0m"), "a status is coloured");
	ir_buf_done(&b);
}

static void
test_odd(void)
{
	struct ir_buf b;

	IS_STR(
	    show("{\"kind\":\"end\",\"id\":null,\"run\":\"run-0123abcd\",\"status\":\"ok\",\"summary\":\"complete\"}",
		0, false, &b),
	    "run-0123abcd  ok  complete\n  run      run-0123abcd\n  kind     end\n", "a kind without ids");
	ir_buf_done(&b);
	IS_STR(show("{}", 80, false, &b), "-  -  \n", "an empty record");
	ir_buf_done(&b);
	show("{\"summary\":"
	     "\"\xe6\xb3\xa8\xe6\x96\x87\xe6\xb3\xa8\xe6\x96\x87\xe6\xb3\xa8\xe6\x96\x87\xe6\xb3\xa8\xe6\x96\x87\xe6"
	     "\xb3\xa8\xe6\x96\x87"
	     "\xe6\xb3\xa8\xe6\x96\x87\",\"refs\":\"x\",\"time\":7,\"status\":[],\"a\\u001bb\":1}",
	    20, true, &b);
	OK(!strstr(b.data, "a\033b"), "a name from outside is escaped too");
	ir_buf_done(&b);
}

/* Numbers are side by side; instants, texts and ids are one a line. */
static void
test_numbers(void)
{
	struct ir_buf b;

	IS_STR(show("{\"kind\":\"pattern\",\"id\":\"pat-00000001\",\"status\":\"ok\",\"summary\":\"s\",\"frames\":[\"a."
		    "py:1\",\"b.py:2\"],"
		    "\"counts\":[0,12,3]}",
		   0, false, &b),
	    "pat-00000001  ok  s\n"
	    "  frames   a.py:1\n"
	    "           b.py:2\n"
	    "  counts   0 12 3\n"
	    "  kind     pattern\n",
	    "numbers of a list");
	ir_buf_done(&b);
}

int
main(void)
{
	test_pipe();
	test_width();
	test_odd();
	test_numbers();
	return tap_done();
}
