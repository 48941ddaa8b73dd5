/* text - rows in a pipe, and on terminals of several widths */
#include "base/utf8.h"
#include "rec/read.h"
#include "rec/render.h"
#include "tap.h"

static const int64_t now = 1769912000000; /* 2026-02-01T02:13:20Z */
static const char *const six[] = { "id", "time", "status", "service", "subject", "summary", NULL };

static struct ir_rec
rec_of(const char *json)
{
	struct ir_rec r = { .obj = json_loads(json, 0, NULL), .line = json, .len = strlen(json) };

	r.kind = ir_kind_find(ir_rec_str(&r, "kind"));
	return r;
}

static const char *const rows[] = {
	"{\"kind\":\"check\",\"id\":\"chk-00000001\",\"time\":\"2026-02-01T02:13:14.000Z\",\"status\":\"ok\","
	"\"service\":\"web\","
	"\"subject\":\"https://web.example.org/healthz\",\"summary\":\"200 in 41 "
	"ms\",\"latency_ms\":41.25,\"attempts\":1}",
	"{\"kind\":\"check\",\"id\":\"chk-00000002\",\"time\":\"2026-02-01T02:03:14.500Z\",\"status\":\"unknown\","
	"\"service\":\"\","
	"\"subject\":\"tcp://[2001:db8::1]:5432\",\"summary\":\"no answer within 2s: connected, waiting for the first "
	"byte of the answer\","
	"\"latency_ms\":2300,\"attempts\":3}",
	"{\"kind\":\"check\",\"id\":\"chk-00000003\",\"time\":\"2026-01-28T02:03:14.500Z\",\"status\":\"fail\","
	"\"service\":\"\xe6\xb3\xa8\xe6\x96\x87\","
	"\"subject\":\"unit:web.service\",\"summary\":\"gone\\u001b[31m\\nfor "
	"good\",\"latency_ms\":null,\"attempts\":null}",
};

static const char *
render(const struct ir_renderer *ops, size_t width, bool color, const char *const *columns, struct ir_render *r)
{
	struct ir_rec recs[3];

	*r = (struct ir_render){
		.ops = ops, .term = { width > 0, width, color }, .columns = columns, .header = true, .now_ms = now
	};
	ir_buf_init(&r->buf, 1 << 20);
	for (size_t i = 0; i < 3; i++)
		recs[i] = rec_of(rows[i]);
	ops->recs(r, recs, 3);
	for (size_t i = 0; i < 3; i++)
		json_decref(recs[i].obj);
	return r->buf.data;
}

static void
test_pipe(void)
{
	struct ir_render r;

	IS_STR(render(&ir_render_text, 0, false, six, &r),
	    "chk-00000001\t2026-02-01T02:13:14.000Z\tok\tweb\thttps://web.example.org/healthz\t200 in 41 ms\n"
	    "chk-00000002\t2026-02-01T02:03:14.500Z\tunknown\t-\ttcp://[2001:db8::1]:5432\t"
	    "no answer within 2s: connected, waiting for the first byte of the answer\n"
	    "chk-00000003\t2026-01-28T02:03:14.500Z\tfail\t\xe6\xb3\xa8\xe6\x96\x87\tunit:web.service\tgone\\x1b["
	    "31m\\nfor good\n",
	    "in a pipe");
	ir_buf_done(&r.buf);
}

static void
test_wide(void)
{
	struct ir_render r;

	IS_STR(render(&ir_render_text, 200, false, six, &r),
	    "ID            TIME          AGE  STATUS   SERVICE  SUBJECT                          SUMMARY\n"
	    "chk-00000001  02:13:14Z      6s  ok       web      https://web.example.org/healthz  200 in 41 ms\n"
	    "chk-00000002  02:03:14Z     10m  unknown  -        tcp://[2001:db8::1]:5432         "
	    "no answer within 2s: connected, waiting for the first byte of the answer\n"
	    "chk-00000003  01-28T02:03Z   4d  fail     \xe6\xb3\xa8\xe6\x96\x87     unit:web.service                 "
	    "gone\\x1b[31m\\nfor good\n",
	    "on a wide terminal");
	ir_buf_done(&r.buf);
}

static void
test_120(void)
{
	struct ir_render r;

	IS_STR(render(&ir_render_text, 120, false, six, &r),
	    "ID            TIME          AGE  STATUS   SERVICE  SUBJECT                   SUMMARY\n"
	    "chk-00000001  02:13:14Z      6s  ok       web      https://\xe2\x80\xa6ple.org/healthz  200 in 41 ms\n"
	    "chk-00000002  02:03:14Z     10m  unknown  -        tcp://[2001:db8::1]:5432  no answer within 2s: "
	    "connected, waiting fo\xe2\x80\xa6\n"
	    "chk-00000003  01-28T02:03Z   4d  fail     \xe6\xb3\xa8\xe6\x96\x87     unit:web.service          "
	    "gone\\x1b[31m\\nfor good\n",
	    "on one of 120 columns the subject gives way first, in its middle");
	ir_buf_done(&r.buf);
}

/* As much of a summary as says enough; then there is room for the subject. At 80 columns the age goes: the time is there. */
static void
test_narrow(void)
{
	struct ir_render r;
	const char *text = render(&ir_render_text, 140, false, six, &r);

	OK(strstr(text, "  https://web.example.org/healthz  ") && strstr(text, "connected, waiting"),
	    "the end of a long summary goes before the middle of the subjects");
	ir_buf_done(&r.buf);
	text = render(&ir_render_text, 80, false, six, &r);
	OK(strncmp(text, "ID            TIME          STATUS   ", 37) == 0, "a narrow terminal has no age");
	OK(strstr(text, "  \xe2\x80\xa6org/healthz  "), "the end of a subject tells what it is");
	OK(strstr(text, "  no answer within 2s…\n"), "but a summary that can be read");
	ir_buf_done(&r.buf);
}

static void
test_later_rows(void)
{
	struct ir_render r = {
		.ops = &ir_render_text, .term = { true, 120, false }, .columns = six, .now_ms = now, .header = true
	};
	struct ir_rec v[3];
	const char *second;

	ir_buf_init(&r.buf, 1 << 20);
	for (size_t i = 0; i < 3; i++)
		v[i] = rec_of(rows[i]);
	ir_render_text.recs(&r, v, 3);
	ir_buf_reset(&r.buf);
	ir_render_text.recs(&r, v, 1);
	second = strstr(r.buf.data, "ok ");
	OK(second && strncmp(second, "ok       web      https://", 26) == 0,
	    "rows that come later stand below the first ones");
	for (size_t i = 0; i < 3; i++)
		json_decref(v[i].obj);
	ir_buf_done(&r.buf);
}

/* Whatever the width: no line is wider, each begins with a handle that is read back, and the summary is never starved for the subject. */
static void
test_every_width(void)
{
	int wide = 0, unread = 0, starved = 0;

	for (size_t width = 20; width <= 250; width++) {
		struct ir_render r;
		const char *text = render(&ir_render_text, width, false, six, &r);
		int line = 0;

		for (const char *s = text, *nl; (nl = strchr(s, '\n')); s = nl + 1, line++) {
			char id[16];
			int64_t t;

			wide += ir_utf8_width(s, (size_t)(nl - s)) > width;
			unread +=
			    ir_in_row(s, (size_t)(nl - s), id, &t) != (line > 0) || (line && strncmp(id, s, 12) != 0);
		}
		starved += width >= 80 && !strstr(text, "no answer with");
		ir_buf_done(&r.buf);
	}
	IS_INT(wide, 0, "no line is wider than the terminal");
	IS_INT(unread, 0, "every row is read back, the header passed over");
	IS_INT(starved, 0, "from 80 columns on the summary says something");
}

/* Counts over time are bars on a terminal that has room for them, and numbers elsewhere. */
static void
test_counts(void)
{
	static const char *const with[] = { "id", "counts", "summary", NULL };
	const char *json =
	    "{\"kind\":\"pattern\",\"id\":\"pat-00000001\",\"summary\":\"a summary of thirty columns....\","
	    "\"counts\":[0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,3,3,0,9,9,9]}";
	struct ir_rec rec = rec_of(json);

	for (size_t width = 0; width <= 60; width += 30) {
		struct ir_render r = { .ops = &ir_render_text, .term = { width > 0, width, false }, .columns = with };
		static const char *const want[] = {
			("pat-00000001\t0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,3,3,0,9,9,9\ta summary of thirty "
			 "columns....\n"),
			"pat-00000001  a summary of th…\n",
			"pat-00000001  ▁▁▁▁▁▁▂▁▁▄▅█  a summary of thirty columns....\n",
		};

		ir_buf_init(&r.buf, 1 << 16);
		ir_render_text.recs(&r, &rec, 1);
		IS_STR(r.buf.data, want[width / 30], "counts where there are %zu columns", width);
		ir_buf_done(&r.buf);
	}
	json_decref(rec.obj);
}

/* Where counts had to go, the summary has all the room that is left. */
static void
test_room(void)
{
	static const char *const with[] = { "id", "counts", "summary", NULL };
	struct ir_rec rec =
	    rec_of("{\"kind\":\"pattern\",\"id\":\"pat-00000001\",\"counts\":[0,1,2,3,4,5,6,7,8,9,8,7,6,5,4,3],"
		   "\"summary\":\"a summary that is as long as sixty columns, and none is left..\"}");
	struct ir_render r = { .ops = &ir_render_text, .term = { true, 60, false }, .columns = with };

	ir_buf_init(&r.buf, 1 << 16);
	ir_render_text.recs(&r, &rec, 1);
	IS_STR(
	    r.buf.data, "pat-00000001  a summary that is as long as sixty columns, a…\n", "a summary has all the room");
	ir_buf_done(&r.buf);
	json_decref(rec.obj);
}

/* Rows that come later are laid out as those before them. */
static void
test_rooms(void)
{
	static const char *const with[] = { "id", "summary", "subject", NULL };
	struct ir_rec rec =
	    rec_of("{\"kind\":\"check\",\"id\":\"chk-00000001\",\"summary\":\"short\",\"subject\":\"x\"}");
	struct ir_rec wide = rec_of("{\"kind\":\"check\",\"id\":\"chk-00000002\",\"summary\":\"a summary of thirty "
				    "columns....\",\"subject\":\"x\"}");
	struct ir_render r = { .ops = &ir_render_text, .term = { true, 80, false }, .columns = with };

	ir_buf_init(&r.buf, 1 << 16);
	ir_render_text.recs(&r, &wide, 1);
	ir_render_text.recs(&r, &rec, 1);
	ir_render_text.recs(&r, &rec, 1);
	IS_STR(r.buf.data,
	    "chk-00000002  a summary of thirty columns....  x\n"
	    "chk-00000001  short                            x\n"
	    "chk-00000001  short                            x\n",
	    "rows one by one");
	ir_buf_done(&r.buf);
	json_decref(rec.obj);
	json_decref(wide.obj);
}

static void
test_columns(void)
{
	static const char *const some[] = { "id", "latency_ms", "attempts", "nosuch", NULL };
	struct ir_render r;

	IS_STR(render(&ir_render_text, 80, false, some, &r),
	    "ID            LATENCY  ATTEMPTS  nosuch\n"
	    "chk-00000001     41ms         1  -\n"
	    "chk-00000002     2.3s         3  -\n"
	    "chk-00000003        -         -  -\n",
	    "numbers stand to the right, with units");
	ir_buf_done(&r.buf);
	IS_STR(render(&ir_render_tsv, 80, false, some, &r),
	    "id\tlatency_ms\tattempts\tnosuch\nchk-00000001\t41.25\t1\t-\nchk-00000002\t2300\t3\t-\nchk-00000003\t-\t-"
	    "\t-\n",
	    "tsv has plain numbers");
	ir_buf_done(&r.buf);
}

static void
test_color(void)
{
	struct ir_render r;
	const char *text = render(&ir_render_text, 120, true, six, &r), *row = strchr(text, '\n') + 1;
	char id[16];
	int64_t t;

	OK(strncmp(text, "\033[1mID ", 7) == 0, "the header is bold");
	OK(strstr(text, "\033[32mok     \033[0m") && strstr(text, "\033[1;31mfail   \033[0m"),
	    "a status is coloured, and a word");
	IS_INT(ir_in_row(row, strcspn(row, "\n"), id, &t), 1, "a coloured row is read back");
	ir_buf_done(&r.buf);
	text = render(&ir_render_text, 0, true, six, &r);
	OK(strstr(text, "Z\t\033[32mok\033[0m\tweb"), "colour in a pipe when it was asked for");
	ir_buf_done(&r.buf);
}

static void
test_header(void)
{
	struct ir_render r = { .ops = &ir_render_text, .term = { true, 80, false }, .columns = six, .now_ms = now };
	struct ir_rec rec = rec_of(rows[0]);

	ir_buf_init(&r.buf, 1 << 20);
	ir_render_text.recs(&r, &rec, 1);
	OK(strncmp(r.buf.data, "chk-", 4) == 0, "no header when none is wanted");
	r.header = true;
	r.header_done = false;
	ir_buf_reset(&r.buf);
	ir_render_text.recs(&r, &rec, 1);
	ir_render_text.recs(&r, &rec, 1);
	OK(strncmp(r.buf.data, "ID ", 3) == 0 && !strstr(r.buf.data + 3, "ID "), "the header comes once");
	json_decref(rec.obj);
	ir_buf_done(&r.buf);
}

int
main(void)
{
	test_pipe();
	test_wide();
	test_120();
	test_narrow();
	test_later_rows();
	test_every_width();
	test_counts();
	test_room();
	test_rooms();
	test_columns();
	test_color();
	test_header();
	return tap_done();
}
