/* logs_counter - a text gives the same patterns whatever the reads, threads and instruction set; counts add up; memory is bounded */
#include "base/arena.h"
#include "base/buf.h"
#include "logs/skeleton.h"

#include "any.h"
#include "logs_count.h"
#include "tap.h"

static const char *const names[] = { "alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi" };

/* One line or more of several systems, in the order of time. */
static void
add_lines(struct ir_buf *b, unsigned second)
{
	unsigned h = second / 3600 % 24, m = second / 60 % 60, s = second % 60;

	switch (any(9)) {
	case 0:
		ir_buf_addf(b, "2024-05-03 %02u:%02u:%02u,%03u INFO shop.cart: cart %u of %s updated in %ums\n", h, m,
		    s, any(1000), any(100000), names[any(8)], any(500));
		break;
	case 1:
		ir_buf_addf(b, "10.%u.%u.%u - - [03/May/2024:%02u:%02u:%02u +0000] \"GET /item/%u HTTP/1.1\" %u %u\n",
		    any(256), any(256), any(256), h, m, s, any(10000), any(9) ? 200 : 503, any(10000));
		break;
	case 2:
		ir_buf_addf(b,
		    "{\"ts\":%u.%03u,\"level\":\"%s\",\"msg\":\"paid order "
		    "%u\",\"user\":\"%s\",\"trace_id\":\"%08x%08x\"}\n",
		    1714694400 + second, any(1000), any(5) ? "info" : "error", any(1000), names[any(8)], any(1u << 31),
		    any(1u << 31));
		break;
	case 3:
		ir_buf_addf(b,
		    "2024-05-03 %02u:%02u:%02u,%03u ERROR shop.pay: charge failed\nTraceback (most recent call "
		    "last):\n  File \"/srv/shop/pay.py\", line %u, in charge\n    card.charge()\n"
		    "ValueError: card %u is not valid\n",
		    h, m, s, any(1000), any(300) + 1, any(100000));
		break;
	case 4:
		ir_buf_addf(b,
		    "May  3 %02u:%02u:%02u web%u sshd[%u]: Failed password for %s from 10.0.%u.%u port %u ssh2\n", h, m,
		    s, any(9), any(30000), names[any(8)], any(256), any(256), any(60000));
		break;
	case 5:
		ir_buf_addf(b, "I0503 %02u:%02u:%02u.%06u %u reconciler.go:%u] volume vol-%08x is attached\r\n", h, m,
		    s, any(1000000), any(9999), any(999), any(1u << 31));
		break;
	case 6:
		ir_buf_addf(b, "no time and no header %u%s\n", any(10), any(3) ? "" : "\033[31m red\033[0m");
		break;
	case 7:
		ir_buf_addf(b, "%s\n", any(2) ? "" : "   indented");
		break;
	default:
		ir_buf_addf(b, "{\"level\":%u,\"time\":%u%03u,\"pid\":%u,\"msg\":\"request %u\"}\n", any(5) ? 30 : 50,
		    1714694400 + second, any(1000), any(100000), any(100));
	}
}

static void
make_text(struct ir_buf *b, size_t n)
{
	for (unsigned second = 0; b->len < n; second += any(3) == 0)
		add_lines(b, second);
}

static struct ir_logs_counts
counted(const struct ir_buf *text, const struct count_way *w, struct ir_buf *out)
{
	struct ir_arena arena = { 0 };
	struct ir_logs_counts k;

	ir_buf_init(out, 64 << 20);
	count_text(text->data, text->len, w, out, &k, &arena);
	ir_arena_done(&arena);
	return k;
}

static void
same(const struct ir_buf *text, const struct count_way *w, const char *want, const char *what)
{
	struct ir_buf out;

	counted(text, w, &out);
	IS_STR(out.data, want, "%s", what);
	ir_buf_done(&out);
}

static void
test_ways(void)
{
	static const size_t pieces[] = { 1, 7, 63, 64, 65, 1000, 4096, 65536, 100003 };
	const int64_t split = 1714696200000;
	struct ir_buf text, out, assigned;

	ir_buf_init(&text, 4 << 20);
	make_text(&text, 1500000);
	counted(
	    &text, &(struct count_way){ .piece = 1 << 30, .threads = 1, .isa = "portable", .split_ms = split }, &out);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		char what[100];

		snprintf(what, sizeof(what), "the same in reads of %zu bytes", pieces[i]);
		same(&text, &(struct count_way){ .piece = pieces[i], .threads = 1 + (int)(i % 2), .split_ms = split },
		    out.data, what);
	}
	same(&text, &(struct count_way){ .piece = 1 << 30, .threads = 2, .split_ms = split }, out.data,
	    "the same with two threads");
	if (ir_skeleton_named("avx2"))
		same(&text, &(struct count_way){ .piece = 70000, .threads = 1, .isa = "avx2", .split_ms = split },
		    out.data, "the same with AVX2");
	else
		SKIP("avx2", "the same with AVX2");
	if (ir_skeleton_named("avx512"))
		same(&text, &(struct count_way){ .piece = 70000, .threads = 1, .isa = "avx512", .split_ms = split },
		    out.data, "the same with AVX-512");
	else
		SKIP("avx512", "the same with AVX-512");
	OK(strstr(out.data, "charge failed | ValueError: card <*> is not valid\n/srv/shop/pay.py charge"),
	    "a stack trace is one pattern, with its frames");
	OK(strstr(out.data, "5xx"), "what a server failed at is apart from what it answered");
	ir_buf_done(&out);
	counted(&text, &(struct count_way){ .piece = 1 << 30, .threads = 1, .assign = true }, &out);
	counted(&text, &(struct count_way){ .piece = 513, .threads = 2, .assign = true }, &assigned);
	IS_STR(assigned.data, out.data, "each line's pattern is the same, too");
	ir_buf_done(&assigned);
	ir_buf_done(&out);
	ir_buf_done(&text);
}

static void
test_sums(void)
{
	struct ir_arena arena = { 0 };
	struct ir_logs_counts k;
	struct ir_buf text, out;
	int64_t lines = 0;

	ir_buf_init(&text, 4 << 20);
	ir_buf_init(&out, 4 << 20);
	make_text(&text, 300000);
	for (size_t i = 0; i < text.len; i++)
		lines += text.data[i] == '\n';
	for (uint32_t patterns = 0; patterns < 12; patterns += 5) {
		const struct ir_logs_query q = { .since_ms = 1714694500000,
			.until_ms = 1714695000000,
			.split_ms = IR_TIME_NONE,
			.tail = -1,
			.min_level = IR_LEVEL_INFO };
		const struct ir_logs_counter_opts o = { .query = &q, .threads = 1, .patterns = patterns };
		struct ir_logs_stream s = { .service = "", .subject = "test", .newest_ms = 1800000000000 };
		struct ir_logs_counter *c = ir_logs_counter_new(&arena, &o);

		count_feed(ir_logs_counter_reader(c), &s, text.data, text.len, 10000);
		ir_logs_counter_finish(c, &k);
		IS_INT(k.lines, lines, "every line is counted, %u patterns at most", patterns);
		IS_INT(count_sum(&k), lines, "and they add up");
		OK(k.left_out > 0, "lines outside of the times and below the level are left out");
		OK(patterns ? k.other_lines > 0 && k.n <= patterns : k.other_lines == 0,
		    "what was not kept is in other");
		ir_logs_counter_free(c);
	}
	ir_buf_done(&out);
	ir_buf_done(&text);
	ir_arena_done(&arena);
}

static void
one(const char *text, const char *want, const char *what)
{
	struct ir_buf b, out;

	ir_buf_init(&b, 1 << 20);
	ir_buf_adds(&b, text);
	counted(&b, &(struct count_way){ .piece = 1 << 20, .threads = 1, .assign = true }, &out);
	OK(strstr(out.data, want) != NULL, "%s", what);
	if (!strstr(out.data, want))
		fprintf(stderr, "# got:\n%s", out.data);
	ir_buf_done(&out);
	ir_buf_done(&b);
}

/* Lines that are told together have no part in the stack trace before them. */
static void
test_trace_before(void)
{
	struct ir_buf b, out;

	ir_buf_init(&b, 1 << 20);
	ir_buf_adds(&b, "{\"level\":50,\"time\":\"2024-05-03T10:00:00Z\",\"msg\":\"x\",\"stack\":\"Error: a\\n    at f "
			"(a.js:1:7)\"}\n");
	for (unsigned i = 0; i < 20; i++)
		ir_buf_addf(&b, "10.0.0.1 - - [03/May/2024:10:00:%02u +0000] \"GET /x HTTP/1.1\" %u 12\n", i,
		    i / 4 == 2 ? 503 : 200);
	counted(&b, &(struct count_way){ .piece = 1 << 20, .threads = 1 }, &out);
	OK(strstr(out.data, "a.js") != NULL && strstr(strstr(out.data, "a.js") + 1, "a.js") == NULL,
	    "a stack trace is of one pattern");
	OK(strstr(out.data, "5xx") != NULL, "and there are others");
	if (!strstr(out.data, "5xx"))
		fprintf(stderr, "# got:\n%s", out.data);
	ir_buf_done(&out);
	ir_buf_done(&b);
}

/* .NET's console names level and category on a line of their own. */
static void
test_dotnet(void)
{
	static const char text[] = "info: Microsoft.Hosting.Lifetime[14]\n"
				   "      Now listening on: http://localhost:5000\n"
				   "fail: Shop.Web.CheckoutController[0]\n"
				   "      charge failed for order 17\n"
				   "      System.InvalidOperationException: card declined\n"
				   "         at Shop.Pay.Charge(Order o) in /src/Pay.cs:line 42\n"
				   "fail: Shop.Web.CheckoutController[0]\n"
				   "      charge failed for order 18\n"
				   "warn: Program[2]\n"
				   "done\n";
	static const char *const want[] = { "1/2 3 ", "Now listening on: <*>\n", "1/2 6 ",
		"charge failed for order <*>\n", "1/4 6 ",
		("charge failed for order <*> | System.InvalidOperationException: card declined\n/src/Pay.cs "
		 "Shop.Pay.Charge\n"),
		"1/1 5 ", "Program[<*>]\n", "1/1 0? ", "done\n" };
	static const size_t pieces[] = { 1, 40, 1 << 20 };
	struct ir_buf b, out;

	ir_buf_init(&b, 1 << 20);
	ir_buf_adds(&b, text);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		bool all = true;

		counted(&b, &(struct count_way){ .piece = pieces[i], .threads = 1 }, &out);
		for (size_t k = 0; k < sizeof(want) / sizeof(want[0]); k++)
			all = all && strstr(out.data, want[k]);
		OK(all, ".NET's lines, in reads of %zu bytes", pieces[i]);
		if (!all)
			fprintf(stderr, "# got:\n%s", out.data);
		ir_buf_done(&out);
	}
	ir_buf_done(&b);
}

static void
test_edges(void)
{
	struct ir_buf b, out;
	struct ir_logs_counts k;

	one("", "lines 0 events 0", "nothing");
	one("2024-05-03 01:02:03 ERROR x: no newline at 5", "1/1 6 1714698123000..1714698123000 0+0 no newline at <*>",
	    "the last line needs no newline");
	one("\n\n", "2/2 0? ", "empty lines are lines");
	one("2024-13-45 99:99:99 ERROR app: failed 1\n2024-05-03 01:02:03 ERROR app: failed 2\n", "2/2 6 ",
	    "a day that no calendar has does not make another pattern");
	one("2024-05-03 01:02:03 INFO a: user alice in\n2024-05-03 01:02:04 INFO a: user bob in\n",
	    "2/2 3 1714698123000..1714698124000 0+0 user <*> in", "names of users vary");
	ir_buf_init(&b, 4 << 20);
	for (int i = 0; i < 100000; i++)
		ir_buf_addc(&b, (char)('a' + i % 20));
	ir_buf_adds(&b, "\nx\n");
	k = counted(&b, &(struct count_way){ .piece = 999, .threads = 1 }, &out);
	IS_INT(k.lines, 2, "a line that is too long is one line");
	IS_INT(k.cut, 1, "and said to be cut");
	ir_buf_done(&out);
	ir_buf_done(&b);
}

int
main(void)
{
	test_ways();
	test_sums();
	test_trace_before();
	test_dotnet();
	test_edges();
	return tap_done();
}
