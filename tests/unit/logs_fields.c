/* logs_fields - JSON and logfmt lines by the names in use */
#include "logs/fields.h"
#include "tap.h"

#define NOW INT64_C(1717502400000) /* 2024-06-04T12:00 */
#define HEX32 "4bf92f3577b34da6a3ce929d0e0e4736"

static struct ir_buf scratch;
static struct ir_log_line line;
static struct ir_ids ids;

static bool
read_line(const char *text)
{
	struct ir_stamp_base b = { .newest_ms = NOW };

	ir_buf_reset(&scratch);
	line = (struct ir_log_line){ .ms = IR_TIME_NONE, .time_at = -1, .level_at = -1, .status_at = -1 };
	ids.n = 0;
	return ir_fields_read(text, strlen(text), &b, &scratch, &line, &ids);
}

static const char *
str(struct ir_span s, char out[static 512])
{
	snprintf(out, 512, "%.*s", (int)s.n, s.p ? s.p : "");
	return s.p ? out : NULL;
}

/* Its time, level, message; what the rest should be is in "logger|service|stack|ids". */
static void
good(const char *text, const char *time, const char *level, const char *message, const char *rest)
{
	char out[512], got[2048] = "", part[512];
	char when[IR_TIME_MAX];
	size_t at = 0;

	if (!OK(read_line(text), "%s", text))
		return;
	IS_STR(ir_time_format(when, line.ms), time, "... its time");
	IS_STR(ir_level_names[line.level], level, "... its level");
	IS_STR(str(line.message, out), message, "... its message");
	OK(line.header && line.fields, "... is fields");
	at += (size_t)snprintf(got + at, sizeof got - at, "%s|", line.logger.p ? str(line.logger, part) : "");
	at += (size_t)snprintf(got + at, sizeof got - at, "%s|", line.service.p ? str(line.service, part) : "");
	at += (size_t)snprintf(got + at, sizeof got - at, "%s|", line.stack.p ? str(line.stack, part) : "");
	for (size_t i = 0; i < ids.n; i++)
		at += (size_t)snprintf(got + at, sizeof got - at, "%s%s", i ? " " : "", ids.v[i].text);
	IS_STR(got, rest, "... logger, service, stack and ids");
}

static void
test_loggers(void)
{
	good("{\"level\":30,\"time\":1714698123123,\"pid\":1,\"hostname\":\"h\",\"msg\":\"hello\"}",
	    "2024-05-03T01:02:03.123Z", "info", "hello", "|||"); /* pino */
	good("{\"level\":50,\"time\":1714698123123,\"req\":{\"id\":\"abc-123\"},\"err\":{\"type\":\"E\",\"message\":"
	     "\"x\",\"stack\":\"E: x\\n  at y\"},\"msg\":\"bad\"}",
	    "2024-05-03T01:02:03.123Z", "error", "bad", "||E: x\n  at y|abc-123");
	good("{\"name\":\"app\",\"hostname\":\"h\",\"pid\":1,\"level\":40,\"msg\":\"hi\",\"time\":\"2024-05-03T01:02:"
	     "03.123Z\",\"v\":0}",
	    "2024-05-03T01:02:03.123Z", "warn", "hi", "app|||"); /* bunyan */
	good("{\"level\":\"error\",\"ts\":1714698123.1234567,\"logger\":\"ctl\",\"caller\":\"a/"
	     "b.go:1\",\"msg\":\"failed\",\"error\":\"no\",\"stacktrace\":\"main.f\\n\\t/a.go:1\"}",
	    "2024-05-03T01:02:03.123Z", "error", "failed", "ctl||main.f\n\t/a.go:1|"); /* zap */
	good("{\"level\":\"warning\",\"msg\":\"x\",\"time\":\"2024-05-03T03:02:03+02:00\"}", "2024-05-03T01:02:03.000Z",
	    "warn", "x", "|||"); /* logrus */
	good("{\"event\":\"started\",\"logger\":\"a.b\",\"level\":\"info\",\"timestamp\":\"2024-05-03T01:02:03."
	     "123456Z\",\"request_id\":\"abc123\"}",
	    "2024-05-03T01:02:03.123Z", "info", "started", "a.b|||abc123"); /* structlog */
	good("{\"asctime\": \"2024-05-03 01:02:03,123\", \"levelname\": \"ERROR\", \"name\": \"django.request\", "
	     "\"message\": \"oh\", \"exc_info\": \"Traceback\\nE: x\"}",
	    "2024-05-03T01:02:03.123Z", "error", "oh", "django.request||Traceback\nE: x|"); /* python-json-logger */
	good("{\"@t\":\"2024-05-03T01:02:03.1234567Z\",\"@mt\":\"User {Name} in\",\"@m\":\"User bob in\",\"@x\":\"E\\n "
	     "at f\",\"SourceContext\":\"A.B\"}",
	    "2024-05-03T01:02:03.123Z", "info", "User bob in", "A.B||E\n at f|"); /* Serilog */
	good("{\"@t\":\"2024-05-03T01:02:03Z\",\"@mt\":\"x {Y}\",\"@l\":\"Fatal\"}", "2024-05-03T01:02:03.000Z",
	    "fatal", "x {Y}", "|||");
	good("{\"Timestamp\":\"2024-05-03T01:02:03Z\",\"EventId\":0,\"LogLevel\":\"Critical\",\"Category\":\"A.B\","
	     "\"Message\":\"x\"}",
	    "2024-05-03T01:02:03.000Z", "fatal", "x", "A.B|||"); /* .NET */
	good("{\"@timestamp\":\"2024-05-03T01:02:03.123Z\",\"log.level\":\"WARN\",\"message\":\"m\",\"service.name\":"
	     "\"shop\",\"trace.id\":\"" HEX32 "\",\"error.stack_trace\":\"s\\nt\",\"log.logger\":\"a.B\"}",
	    "2024-05-03T01:02:03.123Z", "warn", "m", "a.B|shop|s\nt|" HEX32); /* ECS, flat */
	good("{\"@timestamp\":\"2024-05-03T01:02:03.123Z\",\"log\":{\"level\":\"WARN\",\"logger\":\"a.B\"},\"message\":"
	     "\"m\",\"service\":{\"name\":\"shop\"},\"trace\":{\"id\":\"" HEX32
	     "\"},\"error\":{\"stack_trace\":\"s\\nt\"},\"event\":{\"dataset\":\"d\"}}",
	    "2024-05-03T01:02:03.123Z", "warn", "m", "a.B|shop|s\nt|" HEX32); /* and nested */
	good("{\"message\":\"m\",\"context\":{\"request_id\":\"abc123\"},\"level\":400,\"level_name\":\"ERROR\","
	     "\"channel\":\"app\",\"datetime\":\"2024-05-03T01:02:03.123456+00:00\",\"extra\":{}}",
	    "2024-05-03T01:02:03.123Z", "error", "m", "app|||abc123"); /* Monolog */
	good("{\"t\":{\"$date\":\"2024-05-03T01:02:03.123+00:00\"},\"s\":\"W\",\"c\":\"NETWORK\",\"id\":22943,\"ctx\":"
	     "\"l\",\"msg\":\"Connection\",\"attr\":{\"a\":1}}",
	    "2024-05-03T01:02:03.123Z", "warn", "Connection", "NETWORK|||"); /* MongoDB */
	good("{\"type\":\"server\",\"timestamp\":\"2024-05-03T01:02:03,123Z\",\"level\":\"INFO\",\"component\":\"o.e.n."
	     "Node\",\"message\":\"m\",\"stacktrace\":[\"E: x\",\"at y\"]}",
	    "2024-05-03T01:02:03.123Z", "info", "m", "o.e.n.Node||E: x\nat y|"); /* Elasticsearch */
	good("{\"timestamp\":\"2024-05-03T01:02:03Z\",\"level\":\"INFO\",\"fields\":{\"message\":\"m\",\"request_id\":"
	     "\"abc123\"},\"target\":\"a::b\"}",
	    "2024-05-03T01:02:03.000Z", "info", "m", "a::b|||abc123"); /* Rust's tracing */
	good("{\"severity\":\"WARNING\",\"textPayload\":\"t\",\"timestamp\":\"2024-05-03T01:02:03.123Z\",\"trace\":"
	     "\"projects/p/traces/" HEX32 "\"}",
	    "2024-05-03T01:02:03.123Z", "warn", "t", "|||"); /* GCP */
	good("{\"severity\":\"ERROR\",\"jsonPayload\":{\"message\":\"j\"},\"timestamp\":\"2024-05-03T01:02:03Z\"}",
	    "2024-05-03T01:02:03.000Z", "error", "j", "|||");
	good("{\"timestamp\":\"2024-05-03T01:02:03Z\",\"level\":\"INFO\",\"message\":\"m\",\"requestId\":"
	     "\"79104EXAMPLEB723\"}",
	    "2024-05-03T01:02:03.000Z", "info", "m", "|||79104EXAMPLEB723"); /* Lambda */
	good("{\"version\":\"1.1\",\"host\":\"h\",\"short_message\":\"m\",\"full_message\":\"m\\nmore\",\"timestamp\":"
	     "1714698123.5,\"level\":3}",
	    "2024-05-03T01:02:03.500Z", "error", "m", "|||"); /* GELF */
	good("{\"@level\":\"info\",\"@message\":\"m\",\"@module\":\"core\",\"@timestamp\":\"2024-05-03T01:02:03."
	     "123456Z\"}",
	    "2024-05-03T01:02:03.123Z", "info", "m", "core|||"); /* hclog */
	good("{\"body\":\"m\",\"severity_number\":17,\"timeUnixNano\":\"1714698123123456789\",\"traceId\":\"" HEX32
	     "\"}",
	    "2024-05-03T01:02:03.123Z", "error", "m", "|||" HEX32); /* OpenTelemetry */
	good("{\"levelno\":30,\"created\":1714698123.123,\"msg\":\"m\"}", "2024-05-03T01:02:03.123Z", "warn", "m",
	    "|||");
}

static void
test_wrappers(void)
{
	good("{\"log\":\"2024 hello\\n\",\"stream\":\"stderr\",\"time\":\"2024-05-03T01:02:03.123456789Z\"}",
	    "2024-05-03T01:02:03.123Z", "", "2024 hello", "|||");
	good("{\"log\":\"\\r\\n\",\"stream\":\"stdout\",\"time\":\"2024-05-03T01:02:03.123456789Z\"}",
	    "2024-05-03T01:02:03.123Z", "", "", "|||");
	good("{\"__REALTIME_TIMESTAMP\":\"1714698123123456\",\"PRIORITY\":\"3\",\"_SYSTEMD_UNIT\":\"web.service\","
	     "\"SYSLOG_IDENTIFIER\":\"gunicorn\",\"MESSAGE\":\"m\"}",
	    "2024-05-03T01:02:03.123Z", "error", "m", "gunicorn|web||");
	good("{\"MESSAGE\":[104,105,255,10],\"PRIORITY\":\"6\"}", "", "info", "hi\xff", "|||");
	good("{\"MESSAGE\":null,\"PRIORITY\":\"6\"}", "", "info", NULL, "|||");
}

static void
test_odd(void)
{
	good("  {\"msg\":\"a\"}  ", "", "", "a", "|||");
	good("{}", "", "", NULL, "|||");
	good("{\"method\":\"GET\",\"path\":\"/x\",\"status\":503}", "", "info", NULL, "|||");
	good("{\"msg\":\"a\",\"status\":\"active\",\"level\":\"Metadata\"}", "", "", "a", "|||");
	good("{\"msg\":\"a\\u0000b\\u001b[1mc\\ud83d\\ude00\"}", "", "", "a", "|||");
	IS_INT((int64_t)line.message.n, 12, "a NUL is a byte like others");
	good("{\"msg\":\"first\",\"msg\":\"second\"}", "", "", "second", "|||");
	good("{\"message\":{\"a\":1,\"b\":[2]}}", "", "", "{\"a\":1,\"b\":[2]}", "|||");
	good("{\"message\":{\"a\":1},\"msg\":\"m\"}", "", "", "m", "|||");
	good("{\"msg\":\"a\",\"big\":18446744073709551616}", "", "", "a", "|||");
	good("{\"msg\":\"a\",\"big\":18446744073709551616,\"request_id\":\"abc123\"}", "", "", "a", "|||abc123");
	good("{\"msg\":\"a\",\"ts\":1.714698123123e9}", "2024-05-03T01:02:03.123Z", "", "a", "|||");
	good("{\"msg\":\"a\",\"ts\":1714698123123.456}", "2024-05-03T01:02:03.123Z", "", "a", "|||");
	good("{\"msg\":\"a\",\"ts\":1714698123123456}", "2024-05-03T01:02:03.123Z", "", "a", "|||");
	good("{\"msg\":\"a\",\"ts\":12}", "", "", "a", "|||");
	good("{\"msg\":\"\",\"error\":\"e\"}", "", "", "e", "|||");
	good("{\"error\":\"e\",\"msg\":\"\"}", "", "", "e", "|||");
	good("{\"msg\":42}", "", "", "42", "|||");
}

/* Of `depth` objects, one in the other. */
static bool
nested(int depth)
{
	char *text = malloc((size_t)depth * 6 + 2);
	size_t at = 0;
	bool ok;

	for (int i = 0; i < depth; i++, at += 5)
		memcpy(text + at, "{\"a\":", 5);
	text[at++] = '1';
	for (int i = 0; i < depth; i++)
		text[at++] = '}';
	text[at] = '\0';
	ok = read_line(text);
	free(text);
	return ok;
}

static void
test_bad(void)
{
	static const char *const bad[] = { "", " ", "{", "}", "{\"msg\":\"a\"", "{\"msg\":\"a\"} trailing",
		"text {\"msg\":\"a\"}", "[{\"msg\":\"a\"}]", "\"a\"", "{msg:\"a\"}", "{'msg':'a'}",
		"{\"msg\":\"\\ud800\"}", "{\"msg\":\"\xff\"}", "{\"a\":1}{\"b\":2}", "{\"a\":1e999}", "null", "a=b",
		"a=b c=d", "x y=1 level=info", "level=info", "level=info oops msg=a", "level=info msg=\"open",
		"level=info msg=\"a\"b", "time=4ms user=root", "=b level=info", "level= =x",
		"type=SYSCALL msg=audit(1714698123.123:456): arch=c000003e", "text=hello id=5",
		"2024-05-03 level=info msg=x" };

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		OK(!read_line(bad[i]), "not fields: '%s'", bad[i]);
	OK(nested(90), "90 objects in one another");
	OK(!nested(200) && !nested(100000), "too many objects in one another are none");
}

static void
test_logfmt(void)
{
	good("level=info ts=2024-05-03T01:02:03.123Z caller=a.go:1 msg=\"hello \\\"you\\\"\\n\" request_id=abc123",
	    "2024-05-03T01:02:03.123Z", "info", "hello \"you\"", "|||abc123");
	good("time=\"2024-05-03T01:02:03Z\" level=warning msg=\"a b\" service=web logger=x", "2024-05-03T01:02:03.000Z",
	    "warn", "a b", "x|web||");
	good("logger=context userId=0 uname= t=2024-05-03T01:02:03.123456789Z level=error msg=\"Request Completed\" "
	     "status=500",
	    "2024-05-03T01:02:03.123Z", "error", "Request Completed", "context|||");
	good("at=info method=GET path=\"/\" status=200", "", "info", NULL, "|||");
	good("event='task started' level='info' timestamp='2024-05-03T01:02:03Z'", "2024-05-03T01:02:03.000Z", "info",
	    "task started", "|||");
	good(" msg=ok a=1 ", "", "", "ok", "|||");
	good("lvl=eror t=1714698123 msg=x err=y", "2024-05-03T01:02:03.000Z", "error", "x", "|||");
}

/* Where time, level and status stand: what is there. */
static void
at(const char *text, const char *time, const char *level, const char *status)
{
	struct ir_stamp_base b = { .newest_ms = NOW };
	int64_t ms = 0;

	read_line(text);
	OK(time ? line.time_at >= 0 && strncmp(text + line.time_at, time, strlen(time)) == 0 : line.time_at < 0,
	    "time's place: %s", text);
	OK(level ? line.level_at >= 0 && strncmp(text + line.level_at, level, strlen(level)) == 0 : line.level_at < 0,
	    "level's place: %s", text);
	OK(status ? line.status_at >= 0 && strncmp(text + line.status_at, status, strlen(status)) == 0
		  : line.status_at < 0,
	    "status' place: %s", text);
	if (line.time_at >= 0)
		OK(ir_stamp_again(line.time_shape, text + line.time_at, strlen(text) - (size_t)line.time_at, &b, &ms) >
			    0 &&
			ms == line.ms,
		    "and it can be read there again");
}

static void
test_places(void)
{
	at("{\"level\":30,\"time\":1714698123123,\"msg\":\"x\"}", "1714698123123", "30", NULL);
	at("{\"level\" : 30 , \"time\" : \"2024-05-03T01:02:03Z\" }", "2024", "30", NULL);
	at("{\"a\":1,\"ts\":1714698123.1234567,\"level\":\"info\"}", "1714698123.1", NULL, NULL);
	at("{\"PRIORITY\":\"6\",\"time\":\"2024-05-03T01:02:03Z\"}", "2024", "6", NULL);
	at("{\"status\":200,\"time\":\"2024-05-03T01:02:03Z\"}", "2024", NULL, "200");
	OK(!line.uncertain, "and that is all there is to it");
	at("{\"status\":200,\"level\":\"info\",\"time\":\"2024-05-03T01:02:03Z\"}", "2024", NULL, NULL);
	at("{\"log\":{\"level\":\"info\"},\"t\":{\"$date\":\"2024-05-03T01:02:03Z\"}}", "2024", NULL, NULL);
	at("{\"time\":\"2024-05-03T01:02:03Z\",\"a\":{\"time\":1}}", NULL, NULL, NULL);
	at("{\"time\":\"2024-05-03T01:02:03\\u005a\"}", NULL, NULL, NULL);
	at("{\"\\u0074ime\":\"2024-05-03T01:02:03Z\"}", NULL, NULL, NULL);
	at("{\"msg\":\"\\\"time\\\":\",\"time\":\"2024-05-03T01:02:03Z\"}", "2024", NULL, NULL);
	at("{\"time\":\"2024-05-03T01:02:03Z\",\"severity_number\":17}", "2024", NULL, NULL);
	OK(line.uncertain, "a number on another scale decides");
	at("{\"time\":\"2024-05-03T01:02:03Z\",\"level\":30,\"a\":{\"level\":1}}", "2024", NULL, NULL);
	OK(line.uncertain, "a number decides, of two");
	at("{\"time\":\"2024-05-03T01:02:03Z\",\"level\":9}", "2024", NULL, NULL);
	OK(line.uncertain, "a number that is no level could be one");
	at("level=30 time=2024-05-03T01:02:03Z msg=x", "2024", "30", NULL);
	at("time=\"2024-05-03T01:02:03Z\" status=404", "2024", NULL, "404");
}

int
main(void)
{
	ir_buf_init(&scratch, 64 << 10);
	test_loggers();
	test_wrappers();
	test_odd();
	test_bad();
	test_logfmt();
	test_places();
	ir_buf_done(&scratch);
	return tap_done();
}
