/* nagios - one line, its words, its bounds, its status */
#include "rec/render.h"
#include "tap.h"

static struct ir_rec
rec_of(const char *json)
{
	return (struct ir_rec){ .obj = json_loads(json, 0, NULL) };
}

static char line[16384];

static int
plugin(const char *end_json, const char *const *rows)
{
	struct ir_render r = { .ops = &ir_render_nagios, .status = -1, .elapsed_ms = 2003 };
	struct ir_rec end = rec_of(end_json), recs[200];
	size_t n = 0;

	while (rows && rows[n]) {
		recs[n] = rec_of(rows[n]);
		n++;
	}
	ir_buf_init(&r.buf, 1 << 20);
	ir_render_nagios.end(&r, &end, recs, n);
	snprintf(line, sizeof(line), "%s", r.buf.data);
	json_decref(end.obj);
	for (size_t i = 0; i < n; i++)
		json_decref(recs[i].obj);
	ir_buf_done(&r.buf);
	return r.status;
}

static const char *const rows[] = {
	"{\"status\":\"ok\",\"service\":\"web\",\"name\":\"home\",\"summary\":\"200\",\"latency_ms\":41.25}",
	"{\"status\":\"unknown\",\"service\":\"\",\"name\":\"it's=odd|\",\"summary\":\"no "
	"answer\",\"latency_ms\":null}",
	"{\"status\":\"warn\",\"service\":\"\",\"name\":\"it's=odd|\",\"summary\":\"slow\",\"latency_ms\":9}",
	"{\"status\":\"fail\",\"service\":\"web\",\"subject\":\"http://web/\",\"summary\":\"503 | and\\nmore\"}",
	NULL,
};

static void
test_lines(void)
{
	IS_INT(plugin("{\"ok\":1,\"warn\":1,\"fail\":1,\"unknown\":1,\"complete\":true,\"exit\":2}", rows), 2,
	    "a failure is critical");
	IS_STR(line,
	    "CRITICAL: 1 fail, 1 unknown, 1 warn of 4 - web/http://web/: 503 / and\\nmore; it's=odd/: no answer; "
	    "it's=odd/: slow"
	    " | ok=1 warn=1 fail=1 unknown=1 time=2.003s 'web/home'=41.25ms 'it''s_odd/'=9ms\n",
	    "one line: worst first, nothing that ends it or its text early");
	IS_INT(
	    plugin("{\"ok\":2,\"warn\":0,\"fail\":0,\"unknown\":0,\"complete\":true,\"exit\":0}", NULL), 0, "all well");
	IS_STR(line, "OK: 2 ok | ok=2 warn=0 fail=0 unknown=0 time=2.003s\n", "is said shortly");
}

static void
perf(const char *row, const char *want, const char *what)
{
	const char *const one[] = { row, NULL };
	const char *got;

	plugin("{\"ok\":1,\"warn\":0,\"fail\":0,\"unknown\":0,\"complete\":true,\"exit\":0}", one);
	got = strstr(line, "time=2.003s");
	IS_STR(got ? got + strlen("time=2.003s") : "", want, "%s", what);
}

static void
test_measures(void)
{
	perf("{\"status\":\"warn\",\"service\":\"\",\"name\":\"main/"
	     "connections\",\"measured\":97,\"measured_in\":\"count\","
	     "\"warn_at\":80,\"fail_at\":98,\"maximum\":100}",
	    " 'main/connections'=97;80;98;0;100\n", "a count has no unit");
	perf("{\"status\":\"ok\",\"service\":\"web\",\"name\":\"main/longest\",\"measured\":0.25,\"measured_in\":\"s\","
	     "\"warn_at\":300,\"fail_at\":null,\"maximum\":null}",
	    " 'web/main/longest'=0.25s;300;;0;\n", "seconds, with one threshold");
	perf("{\"status\":\"ok\",\"service\":\"\",\"name\":\"c/memory\",\"measured\":1048576.0,\"measured_in\":\"B\","
	     "\"warn_at\":null,\"fail_at\":null,\"maximum\":2097152.0}",
	    " 'c/memory'=1048576B;;;0;2097152\n", "bytes");
	perf("{\"status\":\"ok\",\"service\":\"\",\"name\":\"c/evictions\",\"measured\":2.5,\"measured_in\":\"/s\","
	     "\"warn_at\":1,\"fail_at\":null,\"maximum\":null}",
	    " 'c/evictions'=2.5;1;;0;\n", "a rate");
	perf("{\"status\":\"warn\",\"service\":\"\",\"name\":\"m/left\",\"measured\":4,\"measured_in\":\"count\","
	     "\"warn_at\":5,\"fail_at\":0,\"maximum\":97}",
	    " 'm/left'=4;5:;0:;0;97\n", "bad below");
	perf("{\"status\":\"warn\",\"service\":\"\",\"name\":\"m/rights\",\"measured\":null,\"measured_in\":null}",
	    "\n", "a state has no number");
	perf("{\"status\":\"ok\",\"service\":\"\",\"name\":\"b/celery/"
	     "default\",\"jobs_pending\":1240,\"latency_ms\":null}",
	    " 'b/celery/default'=1240;;;0\n", "what waits in a queue");
	perf("{\"status\":\"ok\",\"service\":\"\",\"name\":\"jobs\",\"jobs_pending\":3,\"latency_ms\":1.5}",
	    " 'jobs'=1.5ms 'jobs/pending'=3;;;0\n", "and in one that is all of the dependency");
	perf("{\"status\":\"ok\",\"service\":\"\",\"name\":\"b/rq/x\",\"jobs_pending\":null,\"latency_ms\":null}", "\n",
	    "not known");
}

static void
status(int want, const char *end, const char *what)
{
	static const char *const words[] = { "OK: ", "WARNING: ", "CRITICAL: ", "UNKNOWN: " };

	IS_INT(plugin(end, NULL), want, "%s: status", what);
	OK(strncmp(line, words[want], strlen(words[want])) == 0, "%s: word", what);
}

static void
test_status(void)
{
	status(3, "{\"ok\":9,\"warn\":0,\"fail\":0,\"unknown\":1,\"complete\":true,\"exit\":2}", "something unknown");
	status(3, "{\"ok\":9,\"warn\":1,\"fail\":0,\"unknown\":1,\"complete\":true,\"exit\":2}", "unknown and warn");
	status(2, "{\"ok\":9,\"warn\":1,\"fail\":1,\"unknown\":1,\"complete\":false,\"exit\":2}", "fail and unknown");
	status(1, "{\"ok\":9,\"warn\":1,\"fail\":0,\"unknown\":0,\"complete\":true,\"exit\":0}", "warn");
	status(1, "{\"ok\":9,\"warn\":1,\"fail\":0,\"unknown\":0,\"complete\":true,\"exit\":1}", "warn, strict");
	status(3, "{\"ok\":9,\"warn\":0,\"fail\":0,\"unknown\":0,\"complete\":false,\"exit\":2}", "incomplete");
	status(3, "{\"ok\":9,\"warn\":0,\"fail\":0,\"unknown\":0,\"complete\":true,\"exit\":130}", "interrupted");
	status(3, "{\"ok\":9,\"warn\":0,\"fail\":0,\"unknown\":0,\"complete\":true,\"exit\":1}",
	    "a name that nothing has");
	status(3, "{\"ok\":0,\"warn\":0,\"fail\":0,\"unknown\":0,\"complete\":true,\"exit\":0}", "nothing to look at");
	status(3, "{\"ok\":9,\"warn\":0,\"fail\":0,\"unknown\":0,\"exit\":0}", "not known to be complete");
}

static void
test_bounds(void)
{
	static char text[150][900];
	const char *many[151] = { NULL };
	const char *last;
	char name[400];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (int i = 0; i < 150; i++) {
		snprintf(text[i], sizeof(text[i]),
		    "{\"status\":\"fail\",\"service\":\"s\",\"name\":\"%03d%s\",\"summary\":\"%s\",\"latency_ms\":1}",
		    i, name, name);
		many[i] = text[i];
	}
	plugin("{\"ok\":0,\"warn\":0,\"fail\":150,\"unknown\":0,\"complete\":true,\"exit\":1}", many);
	OK(strlen(line) <= 4096 && strchr(line, '\n') == line + strlen(line) - 1, "the line is bounded: %zu bytes",
	    strlen(line));
	OK(strstr(line, " | ok=0 warn=0 fail=150 unknown=0 time="), "the counts are always there");
	last = strrchr(line, ' ');
	OK(last && last[1] == '\'' && strcmp(line + strlen(line) - 6, "'=1ms\n") == 0, "no item is cut in its middle");
}

int
main(void)
{
	test_lines();
	test_measures();
	test_status();
	test_bounds();
	return tap_done();
}
