/* logs_header - what stands before the message in lines of many loggers; words and values; words that vary */
#include "base/buf.h"
#include "logs/learn.h"
#include "logs/line_read.h"

#include "tap.h"

/* Header and message, by hand after the loggers' documented formats. */
static const struct {
	const char *line, *message;
	enum ir_log_level level;
	const char *logger;
	int64_t ms;
} lines[] = {
	{ "2024-05-03 01:02:03,456 - shop.cart - ERROR - no such cart 5", "no such cart 5", IR_LEVEL_ERROR, "shop.cart",
	    1714698123456 },
	{ "2024-05-03 01:02:03,456 ERROR [shop.cart] no such cart", "no such cart", IR_LEVEL_ERROR, NULL,
	    1714698123456 },
	{ "2024-05-03T01:02:03.456Z  WARN 7 --- [nio-8080-exec-1] c.e.shop.Cart                  : slow", "slow",
	    IR_LEVEL_WARN, "c.e.shop.Cart", 1714698123456 },
	{ "01:02:03.456 [main] INFO  c.e.App - started in 5 s", "started in 5 s", IR_LEVEL_INFO, "c.e.App", -1 },
	{ "E0503 01:02:03.456789    12 pod.go:33] failed to mount", "failed to mount", IR_LEVEL_ERROR, NULL,
	    1714698123456 },
	{ "May  3 01:02:03 web1 sshd[123]: Failed password for root", "Failed password for root", IR_LEVEL_NONE, "sshd",
	    1714698123000 },
	{ "<34>May  3 01:02:03 web1 su: failed", "failed", IR_LEVEL_FATAL, "su", 1714698123000 },
	{ "<165>1 2024-05-03T01:02:03.000Z web1 app 12 ID47 - hello there", NULL, IR_LEVEL_NOTICE, NULL,
	    1714698123000 },
	{ "2024/05/03 01:02:03 [error] 31#31: *5 open() failed", NULL, IR_LEVEL_ERROR, NULL, 1714698123000 },
	{ "2024-05-03 01:02:03.456 UTC [12] app@shop ERROR:  relation \"x\" does not exist",
	    "relation \"x\" does not exist", IR_LEVEL_ERROR, "app@shop", 1714698123456 },
	{ "12:M 03 May 2024 01:02:03.456 # Out of memory", "Out of memory", IR_LEVEL_WARN, NULL, 1714698123456 },
	{ "2024-05-03T01:02:03.456789012Z stderr F oops", "oops", IR_LEVEL_NONE, NULL, 1714698123456 },
	{ "05-03 01:02:03.456  1702  2395 E WindowManager: no window", "no window", IR_LEVEL_ERROR, "WindowManager",
	    1714698123456 },
	{ "web_1  | listening on 8080", "listening on 8080", IR_LEVEL_NONE, "web_1", -1 },
	{ "ERROR: it broke", "it broke", IR_LEVEL_ERROR, NULL, -1 },
	{ "[2024-05-03 01:02:03 +0000] [12] [INFO] Booting worker", "Booting worker", IR_LEVEL_INFO, NULL,
	    1714698123000 },
	{ "[Fri May 03 01:02:03.456789 2024] [core:error] [pid 12:tid 34] no file", "no file", IR_LEVEL_ERROR, NULL,
	    1714698123456 },
	{ "{\"time\":\"2024-05-03T01:02:03.456Z\",\"level\":\"error\",\"msg\":\"a \\\"b\\\"\"}", "a \"b\"",
	    IR_LEVEL_ERROR, NULL, 1714698123456 },
	{ "{\"log\":\"2024-05-03 01:02:03 ERROR app: inner "
	  "5\\n\",\"stream\":\"stderr\",\"time\":\"2024-05-03T01:02:03.456Z\"}",
	    "inner 5", IR_LEVEL_ERROR, "app", 1714698123456 },
	{ "time=2024-05-03T01:02:03.456Z level=warn msg=\"disk is full\" free=5", "disk is full", IR_LEVEL_WARN, NULL,
	    1714698123456 },
	{ "[2024-05-03 01:02:03,456: INFO/MainProcess] Task shop.tasks.send_mail[245aac94-44ae-47d4-a51b-b646f3208542] "
	  "received",
	    "Task shop.tasks.send_mail[245aac94-44ae-47d4-a51b-b646f3208542] received", IR_LEVEL_INFO, NULL,
	    1714698123456 },
	{ "[2024-05-03 01:02:03,456: INFO/MainProcess] Task mail[1f] received", "Task mail[1f] received", IR_LEVEL_INFO,
	    NULL, 1714698123456 },
	/* no header: these are the message's own */
	{ "server started at 2024-05-03 01:02:03 on port 80", "server started at 2024-05-03 01:02:03 on port 80",
	    IR_LEVEL_NONE, NULL, -1 },
	{ "error: no such file", "error: no such file", IR_LEVEL_NONE, NULL, -1 },
	{ "    at com.shop.Cart.add(Cart.java:12)", "    at com.shop.Cart.add(Cart.java:12)", IR_LEVEL_NONE, NULL, -1 },
	{ "2024-05-03 01:02:03 proxy.example.com:443 open", "proxy.example.com:443 open", IR_LEVEL_NONE, NULL,
	    1714698123000 },
};

static bool
is_span(struct ir_span s, const char *want)
{
	return s.n == strlen(want) && memcmp(s.p, want, s.n) == 0;
}

static void
test_headers(void)
{
	struct ir_line_scratch scratch;
	struct ir_stamp_base base = { .newest_ms = 1714700000000 };

	ir_line_scratch_init(&scratch);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct ir_log_line l;

		ir_line_read(&scratch, false, &base, lines[i].line, strlen(lines[i].line), &l, NULL);
		while (l.message.n > 0 && lines[i].message && *lines[i].message != ' ' && *l.message.p == ' ') {
			l.message.p++;
			l.message.n--;
		}
		if (lines[i].message && !is_span(l.message, lines[i].message))
			fprintf(stderr, "# message: %.*s\n", (int)l.message.n, l.message.p);
		OK(!lines[i].message || is_span(l.message, lines[i].message), "the message of %s", lines[i].line);
		IS_INT(l.level, lines[i].level, "its level");
		OK(!lines[i].logger || is_span(l.logger, lines[i].logger), "its logger");
		if (lines[i].ms >= 0)
			IS_INT(l.ms, lines[i].ms, "its time");
	}
	ir_line_scratch_done(&scratch);
}

/* Learn the lines, and say what the first is one of. */
static void
learned(const char *const *messages, const char *want)
{
	struct ir_learn *l = ir_learn_new(1000);
	struct ir_buf out;
	size_t n = 0;

	ir_buf_init(&out, 10000);
	for (; messages[n]; n++) {
		struct ir_span s = { messages[n], strlen(messages[n]) };
		struct ir_tokens t;
		uint64_t hash;

		ir_tokens_read(s.p, s.n, &t);
		ir_tokens_collapse(&t, s.p);
		hash = ir_tokens_hash(&t);
		if (ir_learn_find(l, hash) == UINT32_MAX)
			ir_learn_add(l, hash, &t, s, s);
	}
	ir_learn_finish(l);
	ir_learn_template(l, 0, 0, &out);
	for (uint32_t i = 1; i < ir_learn_count(l); i++) {
		if (ir_learn_root(l, i) == 0)
			continue;
		ir_buf_adds(&out, " / ");
		ir_learn_template(l, i, 0, &out);
	}
	IS_STR(out.data, want, "%s ... (%zu)", messages[0], n);
	ir_buf_done(&out);
	ir_learn_free(l);
}

#define LEARNED(want, ...) learned((const char *const[]){ __VA_ARGS__, NULL }, want)

static void
test_patterns(void)
{
	LEARNED("took <*>", "took 5ms");
	LEARNED("Received block blk_<*> of size <*> from <*>",
	    "Received block blk_-123 of size 67108864 from /10.250.1.2",
	    "Received block blk_77 of size 5 from /10.1.1.1");
	LEARNED("GET <*>", "GET /a/b?c=1&d=2 200 5", "GET /x 404 17");
	LEARNED("connect to <*> failed", "connect to db.example.com:5432 failed", "connect to 10.0.0.5 failed",
	    "connect to fe80::1 failed");
	LEARNED("nodes node<*>", "nodes node1 node2 node3", "nodes node7 node8");
	LEARNED("L2CAP is up", "L2CAP is up");
	LEARNED("user <*> logged in", "user alice logged in", "user bob logged in");
	LEARNED("disk is full / disk is slow", "disk is full", "disk is slow");
	LEARNED("retry of <*> is over", "retry of alpha is over", "retry of beta is over", "retry of gamma is over",
	    "retry of delta is over", "retry of epsilon is over", "retry of zeta is over");
	LEARNED("state <*> of job", "state ready of job", "state 5 of job");
	LEARNED("parameters <*>", "parameters {\"a\": 1, \"b\": {\"c\": \"d\"}}", "parameters {\"z\": []}");
}

int
main(void)
{
	test_headers();
	test_patterns();
	return tap_done();
}
