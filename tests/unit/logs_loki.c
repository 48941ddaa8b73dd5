/* logs_loki - Loki's API after its public documents, by a scripted server: no real one could be had; what is asked, pages, labels, following, answers that are wrong */
#include "logs_engine.h"
#include "logs/loki_answer.h"
#include "tap.h"

#define NOW INT64_C(1700000100000)
#define STREAM(labels, values) "{\"stream\":{" labels "},\"values\":[" values "]}"
#define PAGE(streams) \
	"{\"status\":\"success\",\"data\":{\"resultType\":\"streams\",\"result\":[" streams \
	"],\"stats\":{\"summary\":{}}}}"

static void
run(struct engine_run *r, struct ir_logs_query q, const char *const *answers, const char *lines)
{
	*r = (struct engine_run){ .query = q };
	engine_start(r, answers, lines);
}

static struct ir_logs_query
query(void)
{
	struct ir_logs_query q = logs_query();

	q.now_ms = NOW;
	q.since_ms = NOW - 100000;
	return q;
}

static void
test_lines(void)
{
	static const char *const answers[] = {
		PAGE(STREAM("\"app\":\"web\",\"pod\":\"web-1\",\"level\":\"warn\"",
		    "[\"1700000002000000000\",\"two\"],[\"1700000000123456789\","
		    "\"one\\n  more\"]") "," STREAM("\"service_name\":\"db\","
						    "\"job\":\"x\"",
		    "[\"1700000001000000000\",\"ERROR: "
		    "named\",{\"structuredMetadata\":{\"detected_level\":\"info\"},"
		    "\"parsed\":{}}],"
		    "[\"1700000001000000000\",\"not "
		    "named\",{\"structuredMetadata\":{\"detected_level\":\"error\"}}"
		    "]") "," STREAM("\"service_name\":\"unknown_service\"", "[\"1700000003000000000\",\"\"]")),
		NULL
	};
	struct engine_run r;

	run(&r, query(), answers, "type = loki\nquery = {app=~\".+\"} |= \"x\"\ntenant = team-a\nuser = u");

	IS_INT(r.rc, 0, "a page of lines");
	IS_STR(engine_text(&r),
	    "[web /web/web-1]\n2023-11-14T22:13:20.123Z WARN one\n2023-11-14T22:13:20.123Z   "
	    "more\n2023-11-14T22:13:22.000Z WARN two\n"
	    "[db /db]\n2023-11-14T22:13:21.000Z ERROR: named\n2023-11-14T22:13:21.000Z ERROR not named\n[ "
	    "]\n2023-11-14T22:13:23.000Z \n",
	    "in the order of time, by service and pod, with the level that the line does not name");
	IS_INT((int64_t)r.source.n_faults, 0, "nothing is missing");
	OK(strncmp(scripted_asked(&r.server, 0),
	       "GET "
	       "/loki/api/v1/"
	       "query_range?direction=forward&limit=5000&start=1700000000000000000&end=1700000100001000000&query={app=~"
	       "\".+\"} |= \"x\" HTTP/1.1\r\n",
	       sizeof("GET "
		      "/loki/api/v1/"
		      "query_range?direction=forward&limit=5000&start=1700000000000000000&end=1700000100001000000&"
		      "query={app=~\".+\"} |= \"x\" HTTP/1.1\r\n") -
		   1) == 0,
	    "what is asked");
	OK(strstr(scripted_asked(&r.server, 0), "\r\nX-Scope-OrgID: team-a\r\n"), "the tenant is told");
	OK(strstr(scripted_asked(&r.server, 0), "\r\nAuthorization: Basic dTo=\r\n"), "and the user");
	OK(r.source.bytes > 500, "bytes are counted");
	engine_done(&r);
}

static void
test_selector(void)
{
	static const char *const answers[] = {
		"{\"status\":\"success\",\"data\":[\"__name__\",\"job\",\"container\",\"pod\"]}", PAGE(""), NULL
	};
	static const char *const odd[] = { "{\"status\":\"success\",\"data\":[\"__internal__\",\"zone\"]}", PAGE(""),
		NULL };
	static const char *const none[] = { "{\"status\":\"success\"}", NULL };
	struct engine_run r = { .query = query() };

	ir_list_add(&r.arena, &r.services, "web");
	ir_list_add(&r.arena, &r.services, "a.b\"c");
	r.query.grep = "5 \"x\"";
	engine_start(&r, answers, "type = loki");
	OK(strstr(scripted_asked(&r.server, 0),
	       "GET /loki/api/v1/labels?start=1700000000000000000&end=1700000100001000000 "),
	    "labels are asked for first");
	OK(strstr(scripted_asked(&r.server, 1), "&query={container=~\"web|a\\\\.b\\\"c\"} |= \"5 \\\"x\\\"\" "),
	    "these services, by the label that they go by, and the text of --grep");
	engine_done(&r);
	run(&r, query(), odd, "type = loki");
	OK(strstr(scripted_asked(&r.server, 1), "&query={zone=~\".+\"} "), "any label, when none is known");
	engine_done(&r);
	run(&r, query(), none, "type = loki");
	IS_INT(r.rc, 0, "a Loki that holds nothing");
	IS_INT((int64_t)r.source.n_faults, 0, "is well");
	engine_done(&r);
}

static void
test_pages(void)
{
	static const char *const answers[] = { "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nmax entries limit "
					       "per query exceeded, limit > max_entries_limit_per_query (5000 > 2)",
		PAGE(STREAM("\"app\":\"a\"", "[\"1700000000000000001\",\"1\"],[\"1700000000000000002\",\"2\"]")),
		PAGE(STREAM("\"app\":\"a\"", "[\"1700000000000000002\",\"2\"],[\"1700000000000000002\",\"2\"]")),
		PAGE(STREAM("\"app\":\"a\"", "[\"1700000000000000005\",\"5\"]")), NULL };
	struct engine_run r;

	run(&r, query(), answers, "type = loki\nquery = {a=\"b\"}");

	IS_STR(engine_text(&r),
	    "[a /a]\n2023-11-14T22:13:20.000Z 1\n2023-11-14T22:13:20.000Z 2\n2023-11-14T22:13:20.000Z "
	    "2\n2023-11-14T22:13:20.000Z 5\n",
	    "page after page, each line once");
	OK(strstr(scripted_asked(&r.server, 1), "limit=2&start=1700000000000000000&"), "as many as the server allows");
	OK(strstr(scripted_asked(&r.server, 2), "limit=2&start=1700000000000000002&"), "from the last instant on");
	OK(strstr(scripted_asked(&r.server, 3), "limit=2&start=1700000000000000003&"),
	    "past an instant of which there is more than a page");
	IS_STR(engine_fault(&r, 0),
	    "there are more lines of one instant than Loki gives at once: some are missing (raise "
	    "max_entries_limit_per_query of Loki)",
	    "which is told");
	engine_done(&r);
}

static void
test_follow(void)
{
	static const char *const answers[] = { PAGE(STREAM("\"app\":\"a\"", "[\"1700000099000000000\",\"old\"]")),
		"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
		PAGE(STREAM("\"app\":\"a\"", "[\"1700000098000000000\",\"late\"],[\"1700000099000000000\",\"old\"],["
					     "\"1700000101000000000\",\"new\"]")),
		NULL };
	struct engine_run r = { .query = query(), .lines = 3 };

	r.query.follow = true;
	engine_start(&r, answers, "type = loki\nquery = {a=\"b\"}");
	IS_INT(r.rc, 2, "it follows until it is stopped");
	IS_STR(engine_text(&r),
	    "[a /a]\n2023-11-14T22:14:59.000Z old\n2023-11-14T22:14:58.000Z late\n2023-11-14T22:15:01.000Z new\n",
	    "late ones and new ones, none twice");
	OK(strstr(scripted_asked(&r.server, 2), "&start=1700000089000000000&"), "each look goes back a little");
	IS_INT((int64_t)r.source.n_faults, 1, "an outage is told once");
	IS_STR(engine_fault(&r, 0), "Loki answers with HTTP status 502", "and what it was");
	engine_done(&r);
}

static void
test_wrong(void)
{
	static const struct {
		const char *answer, *said;
	} cases[] = {
		{ "HTTP/1.1 401 x\r\nConnection: close\r\n\r\nno org id\n",
		    "Loki answers with HTTP status 401: no org id (say for whom: tenant = …)" },
		{ "HTTP/1.1 403 x\r\nConnection: close\r\n\r\n",
		    "Loki answers with HTTP status 403 (look at the keys user, password-…, token-… and tenant)" },
		{ "HTTP/1.1 400 x\r\nConnection: close\r\n\r\nparse error at line 1, col 2: syntax error\x1b[31m",
		    "Loki answers with HTTP status 400: parse error at line 1, col 2: syntax error\\x1b[31m (look at "
		    "the key query)" },
		{ "HTTP/1.1 400 x\r\nConnection: close\r\n\r\nthe query time range exceeds the limit (query length: "
		  "800h0m0s, limit: 721h0m0s)",
		    "Loki answers with HTTP status 400: the query time range exceeds the limit (query length: "
		    "800h0m0s, limit: 721h0m0s) (look at a shorter time)" },
		{ "HTTP/1.1 400 x\r\nConnection: close\r\n\r\nlimit > max_entries_limit (5000 > 9000)",
		    "Loki answers with HTTP status 400: limit > max_entries_limit (5000 > 9000)" },
		{ "HTTP/1.1 404 x\r\nConnection: close\r\n\r\n404 page not found",
		    "Loki answers with HTTP status 404: 404 page not found (is it Loki's HTTP port, usually 3100?)" },
		{ "<html>", "what answers there is not Loki (is it Loki's HTTP port, usually 3100?)" },
		{ "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}",
		    "the query gives numbers, not lines (take a query such as {app=\"web\"}, without rate() and its "
		    "like)" },
		{ "{\"status\":\"error\",\"error\":\"too much\"}", "Loki answers: too much" },
		{ "{\"status\":\"error\"}", "what answers there is not Loki (is it Loki's HTTP port, usually 3100?)" },
		{ PAGE(STREAM("\"a\":\"b\"", "[1700000000,\"x\"]")),
		    "what answers there is not Loki (is it Loki's HTTP port, usually 3100?)" },
		{ PAGE(STREAM("\"a\":\"b\"", "[\"99999999999999999999\",\"x\"]")),
		    "what answers there is not Loki (is it Loki's HTTP port, usually 3100?)" },
		{ PAGE(STREAM("\"a\":\"b\"", "\"x\"")),
		    "what answers there is not Loki (is it Loki's HTTP port, usually 3100?)" },
		{ PAGE("{\"stream\":7}"), "what answers there is not Loki (is it Loki's HTTP port, usually 3100?)" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct engine_run r;

		run(&r, query(), (const char *const[]){ cases[i].answer, NULL }, "type = loki\nquery = {a=\"b\"}");

		IS_INT(r.rc, 0, "it ends");
		IS_INT((int64_t)r.source.n_faults, 1, "with one fault");
		IS_STR(engine_fault(&r, 0), cases[i].said, "what is said of answer %zu", i);
		engine_done(&r);
	}
}

static void
test_cut(void)
{
	static const char *const answers[] = {
		"{\"status\":\"success\",\"data\":{\"resultType\":\"streams\",\"result\":[<cut>", NULL
	};
	struct engine_run r;

	run(&r, query(), answers, "type = loki\nquery = {a=\"b\"}");

	OK(strncmp(engine_fault(&r, 0), "status 200 came, then the answer broke off", 42) == 0,
	    "an answer that breaks off: %s", engine_fault(&r, 0));
	engine_done(&r);
}

static void
test_limit(void)
{
	static const struct {
		const char *said;
		int64_t limit;
	} cases[] = { { "x max_entries_limit_per_query (5000 > 1000) y", 1000 },
		{ "max_entries_limit (1 > 99999999999999999999)", 9999999 }, { "max_entries_limit (5000", 0 },
		{ "(5000 > 1000)", 0 }, { "max_entries_limit 5 > 4", 0 }, { "", 0 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		IS_INT(ir_loki_limit(cases[i].said, strlen(cases[i].said)), cases[i].limit, "'%s'", cases[i].said);
}

static void
test_environment(void)
{
	static const char *const answers[] = { PAGE(""), NULL };
	struct engine_run r = { .query = query() };
	const char *asked;

	setenv("LOKI_ADDR", "http://127.0.0.1:1/", 1);
	setenv("LOKI_ORG_ID", "from-env", 1);
	setenv("LOKI_BEARER_TOKEN", "t0ken", 1);
	run(&r, query(), answers, "type = loki\nquery = {a=\"b\"}");
	asked = scripted_asked(&r.server, 0);
	OK(*asked && !strstr(asked, "from-env") && !strstr(asked, "t0ken"),
	    "the environment says nothing of a source with a name");
	engine_done(&r);
	r.query = query();
	engine_start(&r, answers, "type = loki\nquery = {a=\"b\"}");
	setenv("LOKI_ADDR", ir_asprintf(&r.arena, "http://127.0.0.1:%d", r.server.port), 1);
	r.source.section = NULL;
	IS_INT(r.source.ops->prepare(&r.ctx, &r.source, &r.err), 0, "the unnamed source is LOKI_ADDR's");
	IS_INT(logs_run(&r.source, &r.err), 0, "and is asked");
	asked = scripted_asked(&r.server, 1);
	OK(strstr(asked, "\r\nX-Scope-OrgID: from-env\r\n") && strstr(asked, "\r\nAuthorization: Bearer t0ken\r\n"),
	    "as the environment says");
	engine_done(&r);
	unsetenv("LOKI_ADDR");
	r.query = query();
	engine_start(&r, answers, "type = loki");
	r.source.section = NULL;
	IS_INT(r.source.ops->prepare(&r.ctx, &r.source, &r.err), -1, "without it, there is none");
	IS_STR(r.err.msg, "logs of type loki need a url", "and what is missing is told");
	engine_done(&r);
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	test_lines();
	test_selector();
	test_pages();
	test_follow();
	test_wrong();
	test_cut();
	test_limit();
	test_environment();
	return tap_done();
}
