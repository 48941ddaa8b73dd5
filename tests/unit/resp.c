/* resp - the look ahead at a server's replies: what it lets through, what it refuses, in pieces too */
#include "net/resp.h"

#include "tap.h"

static struct ir_hiredis lib;

/* What comes of text, byte by byte: replies and why it ended. */
static int
scan(const char *text, size_t n, size_t max_bytes, size_t max_elements, struct ir_resp_scan *s)
{
	int replies = 0;
	size_t used;

	*s = (struct ir_resp_scan){ .max_bytes = max_bytes, .max_elements = max_elements };
	for (size_t i = 0; i < n; i++) {
		int rc = ir_resp_scan(s, text + i, 1, &used);

		if (rc < 0)
			break;
		replies += rc;
	}
	return replies;
}

static void
test_scan(void)
{
	static const struct {
		const char *text;
		int replies;
		enum ir_resp_error error;
		const char *why;
	} cases[] = {
		{ "+PONG\r\n", 1, IR_RESP_OK, "" },
		{ "+a\rb\nc\r\n+\r\n", 2, IR_RESP_OK, "" },
		{ ":0\r\n:-1\r\n:9223372036854775807\r\n:-9223372036854775808\r\n", 4, IR_RESP_OK, "" },
		{ "$0\r\n\r\n$5\r\n\r\n\r\nx\r\n$-1\r\n", 3, IR_RESP_OK, "" },
		{ "*0\r\n*-1\r\n*2\r\n*1\r\n:1\r\n*0\r\n", 3, IR_RESP_OK, "" },
		{ "*2\r\n:1\r\n", 0, IR_RESP_OK, "" },
		{ "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", 1, IR_RESP_OK, "" },
		{ "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", 0, IR_RESP_WRONG,
		    "arrays deeper than 7 in one another" },
		{ ":9223372036854775808\r\n", 0, IR_RESP_WRONG, "a number is none" },
		{ ":1x\r\n", 0, IR_RESP_WRONG, "a number is none" },
		{ ":01\r\n", 0, IR_RESP_WRONG, "a number is none" },
		{ ":1\r\r\n", 0, IR_RESP_WRONG, "a number is none" },
		{ ":1\n\r\n", 0, IR_RESP_WRONG, "a number is none" },
		{ ":\r\n", 0, IR_RESP_WRONG, "a number is none" },
		{ ":-0\r\n", 0, IR_RESP_WRONG, "a number is none" },
		{ "$-2\r\n", 0, IR_RESP_WRONG, "a string of -2 bytes" },
		{ "*-2\r\n", 0, IR_RESP_WRONG, "an array of -2 elements" },
		{ "$1\r\nxy\r\n", 0, IR_RESP_WRONG, "a string does not end where it should" },
		{ "$1\r\nx\rx", 0, IR_RESP_WRONG, "a string does not end where it should" },
		{ "$1000000000000\r\n", 0, IR_RESP_TOO_BIG, "a string of 931.3 GiB, 85 B are left to take" },
		{ "*1073741825\r\n", 0, IR_RESP_TOO_BIG, "an array of 1073741825 elements, 9 are left to take" },
		{ "*5\r\n*6\r\n", 0, IR_RESP_TOO_BIG, "an array of 6 elements, 4 are left to take" },
		{ "_\r\n", 0, IR_RESP_WRONG, "it begins with '_'" },
		{ "\x01", 0, IR_RESP_WRONG, "it begins with byte 1" },
		{ "+1\r\n+2\r\n+3\r\n+4\r\n+5\r\n+6\r\n+7\r\n+8\r\n+9\r\n+0\r\n+1\r\n", 10, IR_RESP_TOO_BIG,
		    "too many replies" },
		{ "+0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456"
		  "789\r\n",
		    0, IR_RESP_TOO_BIG, "the replies are too long" },
	};
	struct ir_resp_scan s;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		IS_INT(scan(cases[i].text, strlen(cases[i].text), 100, 10, &s), cases[i].replies, "replies of case %zu",
		    i);
		OK(s.error == cases[i].error && strcmp(s.why, cases[i].why) == 0, "case %zu: '%s'", i, s.why);
	}
	scan("*1\0\0\r\n", 7, 100, 10, &s);
	IS_INT(s.error, IR_RESP_WRONG, "a NUL ends no number");
}

static void
test_strangers(void)
{
	struct ir_resp_scan s = { .max_bytes = 100, .max_elements = 10 };
	size_t used;

	IS_INT(ir_resp_scan(&s, "HTTP/1.1 400 Bad Request\r\n", 26, &used), -1, "HTTP");
	IS_STR(s.why, "an HTTP server answers", "is known");
	IS_INT(ir_resp_scan(&s, "+OK\r\n", 5, &used), -1, "an error stays");
	s = (struct ir_resp_scan){ .max_bytes = 100, .max_elements = 10 };
	IS_INT(ir_resp_scan(&s, "\x15\x03\x01\0\x02\x02\x46", 7, &used), -1, "a TLS alert");
	IS_STR(s.why, "the server wants TLS", "is known");
}

static void
test_tree(void)
{
	static const char text[] = "*4\r\n$3\r\na\0b\r\n-ERR no\r\n*1\r\n:-7\r\n$-1\r\n+more\r\n";
	struct ir_arena arena = { NULL };
	struct ir_redis_reply reply;
	struct ir_resp r;
	size_t used = 0;

	ir_resp_init(&r, &lib);
	r.scan.max_bytes = 1000;
	r.scan.max_elements = 100;
	IS_INT(ir_resp_take(&r, text, 7, &used, &arena, &reply), 0, "the beginning of a reply");
	IS_INT(used, 7, "all of it is used");
	IS_INT(ir_resp_take(&r, text + 7, sizeof(text) - 8, &used, &arena, &reply), 1, "and its end");
	IS_STR(text + 7 + used, "+more\r\n", "no more than it is used");
	OK(reply.type == IR_REDIS_ARRAY && reply.n == 4 && !reply.s && !reply.code, "an array");
	OK(reply.v[0].type == IR_REDIS_STRING && reply.v[0].len == 3 && memcmp(reply.v[0].s, "a\0b", 4) == 0,
	    "a string with a NUL in it");
	OK(reply.v[1].type == IR_REDIS_ERROR && strcmp(reply.v[1].s, "ERR no") == 0, "an error");
	IS_STR(reply.v[1].code, "ERR", "its code");
	OK(reply.v[2].type == IR_REDIS_ARRAY && reply.v[2].n == 1 && reply.v[2].v[0].i == -7, "an array in it");
	OK(reply.v[3].type == IR_REDIS_NIL, "nil");
	IS_INT(ir_resp_take(&r, "-no code\r\n", 10, &used, &arena, &reply), 1, "one more");
	IS_STR(reply.code, "", "an error without a code");
	ir_resp_done(&r);
	ir_arena_done(&arena);
}

int
main(void)
{
	struct ir_err err = IR_ERR_INIT;

	setvbuf(stdout, NULL, _IOLBF, 0);
	OK(ir_hiredis_load(&lib, &err) == 0, "hiredis is there %s", err.msg);
	test_scan();
	test_strangers();
	if (lib.lib)
		test_tree();
	return tap_done();
}
