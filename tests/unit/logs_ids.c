/* logs_ids - request, trace and job ids in lines and by the names of fields */
#include "logs/ids.h"
#include "tap.h"

#define UUID "5ebe8e0c-1f3d-4c2a-9d2b-0123456789ab"
#define HEX32 "4bf92f3577b34da6a3ce929d0e0e4736"
#define HEX16 "00f067aa0ba902b7"

/* "R:id T:id" */
static const char *
said(const struct ir_ids *ids, char *out, size_t size)
{
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < ids->n && at < size; i++)
		at += (size_t)snprintf(
		    out + at, size - at, "%s%c:%s", i ? " " : "", "TRJ"[ids->v[i].kind], ids -> v[i].text);
	return out;
}

static void
find(const char *text, const char *want)
{
	struct ir_ids ids = { .n = 0 };
	char out[512];

	ir_ids_find(text, strlen(text), &ids);
	IS_STR(said(&ids, out, sizeof out), want, "%s", text);
}

static void
test_names(void)
{
	find("request_id=abc123 done", "R:abc123");
	find("requestId: ABC-123, x", "R:abc-123");
	find("x [req=8f3k2j9x] y", "R:8f3k2j9x");
	find("req_id=\"abc123xyz\"", "R:abc123xyz");
	find("{\"request_id\": \"abc123\", \"a\": 1}", "R:abc123");
	find("{\"log\":\"{\\\"request_id\\\":\\\"abc123\\\"}\"}", "R:abc123");
	find("{'request_id': 'abc123'}", "R:abc123");
	find("\"request_id\"=>\"abc123\"", "R:abc123");
	find("X-Request-ID: " UUID, "R:" UUID);
	find("START RequestId: " UUID " Version: 1", "R:" UUID);
	find("AccessDenied (Request ID: 7EXAMPLE5)", "R:7EXAMPLE5");
	find("x-correlation-id=CID_77.5/x", "R:CID_77.5/x");
	find("GET /?request_id=abc123&x=1", "R:abc123");
	find("request_id=abc123;x=1", "R:abc123");
	find("at end request_id=abc123.", "R:abc123");
	find("request=99887766", "R:99887766");
	find("trace_id=" HEX32 " span_id=" HEX16, "T:" HEX32);
	find("traceId=4BF92F3577B34DA6A3CE929D0E0E4736", "T:" HEX32);
	find("dd.trace_id=1234567890123456789 dd.span_id=42", "T:1234567890123456789");
	find("task_id=" UUID, "J:" UUID);
	find("class=Foo jid=b4a577edbccf1d805744efa9 INFO", "J:b4a577edbccf1d805744efa9");
	find("job_id: 1234567", "J:1234567");
	find("request_id=abc123 request_id=abc123 trace_id=abcdef12", "R:abc123 T:abcdef12");
	find("request_id=aaaaa1 request_id=aaaaa2 request_id=aaaaa3 request_id=aaaaa4 request_id=aaaaa5",
	    "R:aaaaa1 R:aaaaa2 R:aaaaa3 R:aaaaa4");
}

static void
test_headers(void)
{
	find("traceparent: 00-" HEX32 "-" HEX16 "-01", "T:" HEX32);
	find("traceparent=\"00-" HEX32 "-" HEX16 "-01\"", "T:" HEX32);
	find("X-Amzn-Trace-Id: Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
	    "T:1-5759e988-bd862e3fe1be46a994272793");
	find("uber-trace-id: " HEX32 ":" HEX16 ":0:1", "T:" HEX32);
	find("b3: " HEX32 "-" HEX16 "-1", "T:" HEX32);
	find("X-B3-TraceId: " HEX16, "T:" HEX16);
	find("X-Cloud-Trace-Context: 105445aa7843bc8bf206b12000100000/1;o=1", "T:105445aa7843bc8bf206b12000100000");
	find("\"logging.googleapis.com/trace\":\"projects/p/traces/" HEX32 "\"", "T:" HEX32);
}

static void
test_shapes(void)
{
	find("[req-" UUID " admin - - -] x", "R:req-" UUID);
	find("I, [2024-05-03T01:02:03 #1]  INFO -- : [" UUID "] Started GET", "R:" UUID);
	find("[" UUID "] [10.0.0.1] Started GET", "R:" UUID);
	find("Task app.tasks.send[" UUID "] succeeded", "J:" UUID);
	find("TID-oxa JID-b4a577edbccf1d805744efa9 INFO", "J:b4a577edbccf1d805744efa9");
	find("INFO [shop," HEX32 "," HEX16 "] x", "T:" HEX32);
	find("INFO [shop,," HEX16 "] x", "");
	find("INFO [" HEX32 "-" HEX16 "] x", "T:" HEX32);
	find("INFO [shop, " HEX16 "," HEX16 ",true] x", "T:" HEX16);
}

static void
test_none(void)
{
	static const char *const none[] = { "", "=", ":", "[", "-", "id=", "request_id=", "request_id=-",
		"request_id=null", "request_id=abc", "request_id=undefined",
		"trace_id=00000000000000000000000000000000", "request=GET", "request: /api/v1/users", "req: timeout",
		"invalid request: missing", "user_id=1234567", "span_id=" HEX16, "valid: 1234567", "trace: something",
		"grid=1234567", "[" UUID, "[abc,def]", "assertion failed: x + 1 [" UUID "]: 0", "req-1234567",
		"prereq-" UUID, "2024-05-03T01:02:03Z INFO x=1 y=2 http://a:80/b",
		"request_id=aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggg", "request_id==>",
		"bad request", "the request id",
		"traceparent: 00-00000000000000000000000000000000-0000000000000000-00" };

	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		find(none[i], "");
}

static void
field(const char *name, int want, enum ir_id_kind want_kind)
{
	enum ir_id_kind kind = IR_ID_TRACE;
	int got = ir_ids_field(name, strlen(name), &kind);

	OK(got == want && (!want || kind == want_kind), "field '%s'", name);
}

static void
test_fields(void)
{
	field("request_id", 1, IR_ID_REQUEST);
	field("RequestId", 1, IR_ID_REQUEST);
	field("X-Request-ID", 1, IR_ID_REQUEST);
	field("http.request.id", 1, IR_ID_REQUEST);
	field("req.id", 1, IR_ID_REQUEST);
	field("correlationId", 1, IR_ID_REQUEST);
	field("trace.id", 1, IR_ID_TRACE);
	field("dd.trace_id", 1, IR_ID_TRACE);
	field("traceparent", 1, IR_ID_TRACE);
	field("jid", 1, IR_ID_JOB);
	field("task_id", 1, IR_ID_JOB);
	field("request", 0, IR_ID_REQUEST);
	field("trace", 0, IR_ID_TRACE);
	field("user_id", 0, IR_ID_TRACE);
	field("span_id", 0, IR_ID_TRACE);
	field("", 0, IR_ID_TRACE);
	field("request_id_of_the_request_that_was_before", 0, IR_ID_TRACE);
}

int
main(void)
{
	struct ir_ids ids = { .n = 0 };

	test_names();
	test_headers();
	test_shapes();
	test_none();
	test_fields();
	ir_ids_add(&ids, IR_ID_REQUEST, "AbCdEf12", 8);
	ir_ids_add(&ids, IR_ID_REQUEST, "Xyz-1234", 8);
	ir_ids_add(&ids, IR_ID_REQUEST, "has space", 9);
	ir_ids_add(&ids, IR_ID_TRACE, "abcdef12", 8);
	IS_INT((int64_t)ids.n, 3, "three ids");
	IS_STR(ids.v[0].text, "abcdef12", "hexadecimal in lower case");
	IS_STR(ids.v[1].text, "Xyz-1234", "all else as it is");
	return tap_done();
}
