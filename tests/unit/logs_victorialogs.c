/* logs_victorialogs - VictoriaLogs' API after its public documents, by a scripted server: no real one could be had; slices of time, rows, its live tailing, answers that are wrong */
#include "logs_engine.h"
#include "logs/victorialogs_answer.h"
#include "tap.h"

#define NOW INT64_C(1700000100000)

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
test_rows(void)
{
	static const char *const answers[] = {
		"{\"_time\":\"2023-11-14T22:13:20.123456789Z\",\"_stream_id\":\"0\",\"_stream\":\"{app=\\\"web\\\"}\","
		"\"_msg\":\"one\\n  more\",\"app\":\"web\",\"kubernetes.pod_name\":\"web-1\",\"level\":\"WARN\"}\n"
		"{\"_time\":\"2023-11-15T00:13:21+02:00\",\"_msg\":\"ERROR "
		"two\",\"service.name\":\"db\",\"severity_number\":\"9\"}\r\n\n"
		"{\"_time\":\"2023-11-14T22:13:22Z\",\"app\":\"web\",\"kubernetes.pod_name\":\"web-1\",\"severity_"
		"number\":\"17\"}",
		NULL
	};
	struct engine_run r;

	run(&r, query(), answers, "type = victorialogs\nquery = app:* | unpack_json\ntenant = 12:34\n");
	IS_INT(r.rc, 0, "rows");
	IS_STR(engine_text(&r),
	    "[web /web/web-1]\n2023-11-14T22:13:20.123Z WARN one\n2023-11-14T22:13:20.123Z   "
	    "more\n2023-11-14T22:13:22.000Z ERROR \n[db /db]\n2023-11-14T22:13:21.000Z ERROR two\n",
	    "by service and pod, with the level that the line does not name");
	IS_INT((int64_t)r.source.n_faults, 0, "nothing is missing");
	OK(strncmp(scripted_asked(&r.server, 0), "POST /select/logsql/query HTTP/1.1\r\n", 36) == 0,
	    "where it is asked");
	OK(strstr(scripted_asked(&r.server, 0), "\r\n\r\nquery=app:* | unpack_json | sort by "
						"(_time)&start=2023-11-14T22:13:20.000Z&end=2023-11-14T22:15:00.001Z"),
	    "what is asked");
	OK(strstr(scripted_asked(&r.server, 0), "\r\nAccountID: 12\r\n") &&
		strstr(scripted_asked(&r.server, 0), "\r\nProjectID: 34\r\n"),
	    "the tenant is told");
	engine_done(&r);
}

static void
test_filters(void)
{
	static const char *const answers[] = { "", NULL };
	struct engine_run r = { .query = query() };

	ir_list_add(&r.arena, &r.services, "web");
	ir_list_add(&r.arena, &r.services, "a\"b");
	r.query.grep = "x \"y\"";
	engine_start(&r, answers, "type = victorialogs");
	OK(strstr(scripted_asked(&r.server, 0),
	       "query=(\"service_name\":in(\"web\",\"a\\\"b\") or \"service\":in(\"web\",\"a\\\"b\") or "),
	    "these services, by any name that they go by");
	OK(strstr(scripted_asked(&r.server, 0), ") ~\"x \\\"y\\\"\" | sort by (_time)&"), "and the text of --grep");
	engine_done(&r);
	run(&r, query(), answers, "type = victorialogs");
	OK(strstr(scripted_asked(&r.server, 0), "query=* | sort by (_time)&"), "all, when nothing is said");
	engine_done(&r);
}

static void
test_slices(void)
{
	static const char *const answers[] = { "{\"_time\":\"2023-11-14T22:00:00Z\",\"_msg\":\"1\"}\n{\"_time\":\"2023-"
					       "11-14T22:05:00Z\",\"_msg\":\"2\"}\n",
		"{\"_time\":\"2023-11-14T22:05:00Z\",\"_msg\":\"2\"}\n",
		"{\"_time\":\"2023-11-14T22:20:00Z\",\"_msg\":\"4\"}\n", NULL };
	struct engine_run r = { .query = query() };

	r.query.since_ms = INT64_C(1699999200000);
	r.query.until_ms = INT64_C(1700000400000);
	r.query.now_ms = INT64_C(1700000500000);
	engine_start(&r, answers, "type = victorialogs\nservice = all");
	IS_STR(engine_text(&r),
	    "[all /all]\n2023-11-14T22:00:00.000Z 1\n2023-11-14T22:05:00.000Z 2\n2023-11-14T22:20:00.000Z 4\n",
	    "slice after slice, each row once");
	OK(strstr(scripted_asked(&r.server, 0), "&start=2023-11-14T22:00:00.000Z&end=2023-11-14T22:05:00.000Z"),
	    "five minutes first");
	OK(strstr(scripted_asked(&r.server, 1), "&start=2023-11-14T22:05:00.000Z&end=2023-11-14T22:15:00.000Z"),
	    "longer where there is little");
	OK(strstr(scripted_asked(&r.server, 2), "&start=2023-11-14T22:15:00.000Z&end=2023-11-14T22:20:00.001Z"),
	    "and up to the end");
	engine_done(&r);
}

static void
test_follow(void)
{
	static const char *const answers[] = { "{\"_time\":\"2023-11-14T22:14:58Z\",\"_msg\":\"old\"}\n",
		"{\"_time\":\"2023-11-14T22:14:58Z\",\"_msg\":\"old\"}\n{\"_time\":\"2023-11-14T22:14:57Z\",\"_msg\":"
		"\"late\"}\n",
		"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: "
		"1000\r\n\r\n{\"_time\":\"2023-11-14T22:15:01Z\",\"_msg\":\"new\"}\n{\"_time\":\"2023-1",
		"{\"_time\":\"2023-11-14T22:15:01Z\",\"_msg\":\"new\"}\n{\"_time\":\"2023-11-14T22:15:02Z\",\"_msg\":"
		"\"newer\"}\n",
		NULL };
	struct engine_run r = { .query = query(), .lines = 4 };

	setenv("IR_TEST_NOW", "2023-11-14T22:15:00Z", 1);
	r.query.follow = true;
	engine_start(&r, answers, "type = victorialogs");
	IS_INT(r.rc, 2, "it follows until it is stopped");
	IS_STR(engine_text(&r),
	    "[ ]\n2023-11-14T22:14:58.000Z old\n2023-11-14T22:14:57.000Z late\n2023-11-14T22:15:01.000Z "
	    "new\n2023-11-14T22:15:02.000Z newer\n",
	    "late ones and new ones, none twice");
	OK(strncmp(scripted_asked(&r.server, 1), "POST /select/logsql/tail ", 25) == 0, "by live tailing");
	OK(strstr(scripted_asked(&r.server, 1), "query=*&start_offset=12000ms&"),
	    "from a little before the last row on");
	OK(strstr(scripted_asked(&r.server, 3), "query=*&start_offset=10000ms&"), "again, when it broke off");
	IS_INT((int64_t)r.source.n_faults, 1, "which is told once");
	OK(strncmp(engine_fault(&r, 0), "status 200 came, then the answer broke off", 42) == 0, "in words: %s",
	    engine_fault(&r, 0));
	engine_done(&r);
	unsetenv("IR_TEST_NOW");
}

static void
test_wrong(void)
{
	static const struct {
		const char *answer, *said;
	} cases[] = {
		{ "HTTP/1.1 401 x\r\nConnection: close\r\n\r\n", "VictoriaLogs answers with HTTP status 401 (look at "
								 "the keys user, password-…, token-… and tenant)" },
		{ "HTTP/1.1 400 x\r\nConnection: close\r\n\r\ncannot parse query\x1b",
		    "VictoriaLogs answers with HTTP status 400: cannot parse query\\x1b (look at the key query)" },
		{ "HTTP/1.1 502 x\r\nConnection: close\r\n\r\n\n", "VictoriaLogs answers with HTTP status 502" },
		{ "<html>\n<b>",
		    "what answers there is not VictoriaLogs: <html> (is it VictoriaLogs' HTTP port, usually 9428?)" },
		{ "{\"_msg\":\"x\"}", "what answers there is not VictoriaLogs: {\"_msg\":\"x\"} (is it VictoriaLogs' "
				      "HTTP port, usually 9428?)" },
		{ "{\"_time\":\"yesterday\"}\n", "what answers there is not VictoriaLogs: {\"_time\":\"yesterday\"} "
						 "(is it VictoriaLogs' HTTP port, usually 9428?)" },
		{ "[]\n", "what answers there is not VictoriaLogs: [] (is it VictoriaLogs' HTTP port, usually 9428?)" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct engine_run r;

		run(&r, query(), (const char *const[]){ cases[i].answer, NULL }, "type = victorialogs");
		IS_INT(r.rc, 0, "it ends");
		IS_INT((int64_t)r.source.n_faults, 1, "with one fault");
		IS_STR(engine_fault(&r, 0), cases[i].said, "what is said of answer %zu", i);
		engine_done(&r);
	}
}

static void
test_tenant(void)
{
	static const char *const answers[] = { "", NULL };
	static const char *const bad[] = { "x", "1:", ":1", "1:2:3", "1:x" };
	struct engine_run r;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct ir_arena arena = { NULL };

		run(&r, query(), answers, ir_asprintf(&arena, "type = victorialogs\ntenant = %s", bad[i]));
		IS_INT(r.rc, -2, "'%s' is no tenant", bad[i]);
		IS_INT(r.err.code, IR_CONFIG, "and an error of the configuration");
		engine_done(&r);
		ir_arena_done(&arena);
	}
	run(&r, query(), answers, "type = victorialogs\ntenant = 7");
	OK(strstr(scripted_asked(&r.server, 0), "\r\nAccountID: 7\r\n") &&
		strstr(scripted_asked(&r.server, 0), "\r\nProjectID: 0\r\n"),
	    "the project is 0 when none is told");
	engine_done(&r);
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	test_rows();
	test_filters();
	test_slices();
	test_follow();
	test_wrong();
	test_tenant();
	return tap_done();
}
