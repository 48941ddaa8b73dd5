/* logs_docker - an engine's answer as lines: frames and bare text, joined lines, in pieces of any size */
#include "logs/docker_frame.h"

#include "base/buf.h"
#include "tap.h"

#define AT "2026-11-28T01:38:49.570145039Z "
#define NEXT "2026-11-28T01:38:49.570145040Z "
#define EAST "2026-11-28T03:38:49.570145039+02:00 "

enum { PIECE = IR_DOCKER_PIECE };

/* What came of each stream. */
struct got {
	struct ir_buf v[IR_DOCKER_STREAMS];
	int empty;
};

static struct ir_buf in;

static void
on_text(void *arg, enum ir_docker_stream stream, const char *p, size_t n)
{
	struct got *g = arg;

	g->empty += n == 0;
	ir_buf_add(&g->v[stream], p, n);
}

static void
got_init(struct got *g)
{
	*g = (struct got){ .empty = 0 };
	for (int i = 0; i < IR_DOCKER_STREAMS; i++)
		ir_buf_init(&g->v[i], 8 << 20);
}

static void
got_done(struct got *g)
{
	for (int i = 0; i < IR_DOCKER_STREAMS; i++)
		ir_buf_done(&g->v[i]);
}

/* All of in, step bytes at a time, each piece in memory of its own. 0: all went well, -1: refused, 1: it ended within a frame. */
static int
take(struct got *g, bool podman, size_t step, struct ir_docker_frames *f)
{
	*f = (struct ir_docker_frames){ .text = on_text, .arg = g, .podman = podman };
	for (size_t at = 0; at < in.len; at += step) {
		size_t n = in.len - at < step ? in.len - at : step;
		char *p = malloc(n);
		int rc;

		if (!p)
			abort();
		memcpy(p, in.data + at, n);
		rc = ir_docker_frames_take(f, p, n);
		free(p);
		if (rc < 0)
			return -1;
	}
	return ir_docker_frames_end(f) ? 0 : 1;
}

static bool
equal(const struct got *a, const struct got *b)
{
	for (int i = 0; i < IR_DOCKER_STREAMS; i++)
		if (a->v[i].len != b->v[i].len || memcmp(a->v[i].data, b->v[i].data, a->v[i].len) != 0)
			return false;
	return a->empty == 0 && b->empty == 0;
}

/* In one piece into *g, which it returns the outcome of; other sizes of pieces must give the same. */
static int
all_ways(struct got *g, bool podman, const char *name)
{
	static const size_t steps[] = { 1, 2, 3, 7, 8, 9, 30, 31, 38, 39, 40, 41, 100, 4095, PIECE, PIECE + 31, 65536 };
	struct ir_docker_frames f;
	int rc, bad = 0;

	got_init(g);
	rc = take(g, podman, in.len ? in.len : 1, &f);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct got other;
		struct ir_docker_frames o;

		got_init(&other);
		if (take(&other, podman, steps[i], &o) != rc || !equal(g, &other) || o.newest.n != f.newest.n ||
		    memcmp(o.newest.text, f.newest.text, f.newest.n) != 0) {
			printf("# differs in pieces of %zu bytes\n", steps[i]);
			bad++;
		}
		got_done(&other);
	}
	IS_INT(bad, 0, "%s: pieces of any size give the same", name);
	return rc;
}

static void
frame(int stream, const char *stamp, const char *text, size_t n)
{
	size_t len = strlen(stamp) + n;

	ir_buf_addc(&in, (char)stream);
	ir_buf_add(&in, "\0\0", 3);
	ir_buf_addc(&in, (char)(len >> 24));
	ir_buf_addc(&in, (char)(len >> 16));
	ir_buf_addc(&in, (char)(len >> 8));
	ir_buf_addc(&in, (char)len);
	ir_buf_adds(&in, stamp);
	ir_buf_add(&in, text, n);
}

/* n times c, then end. */
static const char *
run_of(char c, size_t n, const char *end)
{
	static char text[4 * PIECE];

	memset(text, c, n);
	memcpy(text + n, end, strlen(end) + 1);
	return text;
}

static void
frame_of(int stream, const char *stamp, char c, size_t n, const char *end)
{
	frame(stream, stamp, run_of(c, n, end), n + strlen(end));
}

static void
bare_of(const char *stamp, char c, size_t n, const char *end)
{
	ir_buf_adds(&in, stamp);
	ir_buf_adds(&in, run_of(c, n, end));
}

/* Does the text hold so many lines, this one among them: stamp, n times c, end? */
static bool
has_line(const struct ir_buf *b, const char *stamp, char c, size_t n, const char *end)
{
	char *line = malloc(strlen(stamp) + n + strlen(end) + 2);
	bool found;

	if (!line)
		abort();
	memcpy(line, stamp, strlen(stamp));
	memset(line + strlen(stamp), c, n);
	memcpy(line + strlen(stamp) + n, end, strlen(end) + 1);
	found = memmem(b->data, b->len, line, strlen(line)) != NULL;
	free(line);
	return found;
}

static int64_t
count_lines(const struct ir_buf *b)
{
	int64_t n = 0;

	for (size_t i = 0; i < b->len; i++)
		n += b->data[i] == '\n';
	return n;
}

static void
test_frames(void)
{
	struct got g;

	ir_buf_reset(&in);
	frame(1, AT, "one\n", 4);
	frame(2, AT, "bad\n", 4);
	frame(1, "", "", 0);
	frame(0, NEXT, "two\n", 4);
	frame(1, EAST, "\n", 1);
	frame(1, AT, "2026-11-28T01:38:49.570145039Z twice\n", 37);
	frame(3, "", "Error grabbing logs: gone\n", 26);
	IS_INT(all_ways(&g, false, "frames"), 0, "frames end where they end");
	IS_STR(g.v[IR_DOCKER_OUT].data, AT "one\n" NEXT "two\n" EAST "\n" AT AT "twice\n",
	    "standard output, each with its time");
	IS_STR(g.v[IR_DOCKER_ERR].data, AT "bad\n", "standard error");
	IS_STR(g.v[IR_DOCKER_TROUBLE].data, "Error grabbing logs: gone\n", "the engine's own words");
	IS_INT((int64_t)g.v[IR_DOCKER_TTY].len, 0, "and nothing of a terminal");
	got_done(&g);
}

static void
test_joined(void)
{
	struct got g;

	ir_buf_reset(&in);
	frame_of(1, AT, 'a', PIECE - 1, "\n");
	frame_of(1, AT, 'b', PIECE, "");
	frame(2, NEXT, "between\n", 8);
	frame_of(1, AT, 'b', 0, "\n");
	frame_of(1, AT, 'c', PIECE, "");
	frame_of(1, AT, 'c', PIECE, "");
	frame_of(1, AT, 'c', 7232, "\n");
	frame(1, AT, "after\n", 6);
	IS_INT(all_ways(&g, false, "a line in several messages"), 0, "it ends well");
	IS_INT(count_lines(&g.v[IR_DOCKER_OUT]), 4, "four lines");
	OK(has_line(&g.v[IR_DOCKER_OUT], AT, 'a', PIECE - 1, "\n"), "one that just fits is one");
	OK(has_line(&g.v[IR_DOCKER_OUT], AT, 'b', PIECE, "\n" AT),
	    "its end in a message of its own, and another stream in between");
	OK(has_line(&g.v[IR_DOCKER_OUT], AT, 'c', 2 * PIECE + 7232, "\n" AT "after\n"), "three messages, one time");
	IS_STR(g.v[IR_DOCKER_ERR].data, NEXT "between\n", "the other stream is whole");
	got_done(&g);

	/* bytes that are no UTF-8 where it was cut are three bytes each in what a json-file holds */
	ir_buf_reset(&in);
	frame_of(1, AT, 'd', PIECE - 1, "\xef\xbf\xbd");
	frame(1, AT,
	    "\xef\xbf\xbd"
	    "d\n",
	    5);
	frame_of(1, AT, 'e', PIECE + 2, "");
	frame(1, NEXT, "other\n", 6);
	IS_INT(all_ways(&g, false, "cut within a character"), 0, "it ends well");
	OK(has_line(&g.v[IR_DOCKER_OUT], AT, 'd', PIECE - 1,
	       "\xef\xbf\xbd\xef\xbf\xbd"
	       "d\n"),
	    "longer pieces with the same time are joined");
	OK(has_line(&g.v[IR_DOCKER_OUT], AT, 'e', PIECE + 2, "\n" NEXT "other\n"), "with another time they are not");
	got_done(&g);

	ir_buf_reset(&in);
	frame_of(1, AT, 'f', PIECE, "");
	frame_of(1, NEXT, 'f', 10, "\n");
	IS_INT(all_ways(&g, false, "pieces with times of their own"), 0, "it ends well");
	OK(has_line(&g.v[IR_DOCKER_OUT], AT, 'f', PIECE + 10, "\n"),
	    "full ones are joined, as old engines and journald give them");
	got_done(&g);
}

/* The `local` driver forgets the end of a line that it has cut; and so does a program that dies. */
static void
test_endless(void)
{
	struct got g;

	ir_buf_reset(&in);
	frame_of(1, AT, 'a', PIECE, "");
	frame_of(1, AT, 'a', 0, "");
	frame_of(1, NEXT, 'b', PIECE, "");
	frame_of(1, NEXT, 'b', 5, "");
	frame(1, NEXT, "after\n", 6);
	frame(1, NEXT, "last words", 10);
	frame(1, NEXT, "born again\n", 11);
	IS_INT(all_ways(&g, false, "lines without an end"), 0, "it ends well");
	OK(has_line(&g.v[IR_DOCKER_OUT], AT, 'a', PIECE, "\n" NEXT "bbb"), "an empty last piece ends a line");
	OK(has_line(
	       &g.v[IR_DOCKER_OUT], NEXT, 'b', PIECE + 5, "\n" NEXT "after\n" NEXT "last words\n" NEXT "born again\n"),
	    "what is not full is not continued");
	got_done(&g);

	/* podman cuts where it likes, and may tell only whole seconds */
	ir_buf_reset(&in);
	frame(1, "2026-11-28T01:38:49Z ", "pod", 3);
	frame(1, "2026-11-28T01:38:50Z ", "man\n", 4);
	frame_of(1, AT, 'x', PIECE, "\n");
	IS_INT(all_ways(&g, true, "podman's pieces"), 0, "it ends well");
	OK(has_line(&g.v[IR_DOCKER_OUT], "2026-11-28T01:38:49Z podman\n" AT, 'x', PIECE, "\n"), "are joined");
	got_done(&g);

	ir_buf_reset(&in);
	bare_of(AT, 'x', PIECE, AT AT "\n");
	IS_INT(all_ways(&g, true, "podman's terminal"), 0, "it ends well");
	OK(has_line(&g.v[IR_DOCKER_TTY], AT, 'x', PIECE, AT AT "\n"), "is left as it is");
	got_done(&g);
}

static void
test_terminal(void)
{
	struct got g;

	ir_buf_reset(&in);
	ir_buf_adds(&in, AT "short\r\n" AT "\r\n");
	bare_of(AT, 'a', PIECE - 1, "\r" AT "\n");
	bare_of(AT, '1', PIECE, AT);
	bare_of("", '1', PIECE, AT "12\r\n");
	ir_buf_adds(&in, AT "at " AT "and at " NEXT "again\r\n");
	IS_INT(all_ways(&g, false, "a terminal"), 0, "bare text ends anywhere");
	IS_INT(count_lines(&g.v[IR_DOCKER_TTY]), 5, "five lines");
	OK(strncmp(g.v[IR_DOCKER_TTY].data, AT "short\r\n" AT "\r\n" AT "aaa", 80) == 0, "short ones as they are");
	OK(has_line(&g.v[IR_DOCKER_TTY], AT, 'a', PIECE - 1, "\r\n" AT "111"), "cut between CR and LF");
	OK(has_line(&g.v[IR_DOCKER_TTY], AT, '1', 2 * PIECE + 1, "2\r\n" AT "at "),
	    "times within a line are taken out where it was cut");
	OK(has_line(&g.v[IR_DOCKER_TTY], AT, 'x', 0, "at " AT "and at " NEXT "again\r\n"), "and stay where it was not");
	got_done(&g);

	ir_buf_reset(&in);
	bare_of(EAST, 'd', PIECE + 1, "\xef\xbf\xbd" EAST "d\n");
	bare_of(AT, 'e', PIECE + 3, NEXT "e\n");
	bare_of(AT, 'f', PIECE, NEXT "f\n");
	IS_INT(all_ways(&g, false, "a terminal, cut elsewhere"), 0, "it ends well");
	OK(has_line(&g.v[IR_DOCKER_TTY], EAST, 'd', PIECE + 1,
	       "\xef\xbf\xbd"
	       "d\n"),
	    "beyond 16 KiB its own time is taken out");
	OK(has_line(&g.v[IR_DOCKER_TTY], AT, 'e', PIECE + 3, NEXT "e\n"), "another one stays");
	OK(has_line(&g.v[IR_DOCKER_TTY], AT, 'f', PIECE + 1, "\n"), "at 16 KiB any is");
	got_done(&g);
}

static void
test_terminal_endless(void)
{
	struct got g;

	ir_buf_reset(&in);
	bare_of(AT, 'a', PIECE, AT);
	bare_of("", 'a', 5, NEXT);
	bare_of("", 'b', PIECE, NEXT NEXT);
	ir_buf_adds(&in, "2026-11-28T01:38:49.570145041Z after\n2026");
	IS_INT(all_ways(&g, false, "a terminal without ends of lines"), 0, "it ends well");
	OK(has_line(&g.v[IR_DOCKER_TTY], AT, 'a', PIECE + 5, "\n" NEXT "bbb"),
	    "a later time begins a line after one that was cut");
	OK(has_line(&g.v[IR_DOCKER_TTY], NEXT, 'b', PIECE, NEXT "\n2026-11-28T01:38:49.570145041Z after\n2026"),
	    "what is left in the end comes, too");
	got_done(&g);

	ir_buf_reset(&in);
	ir_buf_adds(&in, "no time at all\n\n12\n");
	bare_of("", 'c', 2 * PIECE, AT "\n");
	IS_INT(all_ways(&g, false, "text without times"), 0, "it ends well");
	OK(g.v[IR_DOCKER_TTY].len == in.len && memcmp(g.v[IR_DOCKER_TTY].data, in.data, in.len) == 0,
	    "it is left as it is");
	got_done(&g);
}

static void
test_broken(void)
{
	struct got g;

	ir_buf_reset(&in);
	frame(1, AT, "one\n", 4);
	ir_buf_add(&in, "\1\0\1\0\0\0\0\1x", 9);
	IS_INT(all_ways(&g, false, "no header"), -1, "what is no frame's header is refused");
	IS_STR(g.v[IR_DOCKER_OUT].data, AT "one\n", "what came before it is good");
	got_done(&g);

	ir_buf_reset(&in);
	ir_buf_add(&in, "\1\0\0\0\xff\xff\xff\xff" AT "all that comes\n", 8 + 31 + 15);
	IS_INT(all_ways(&g, false, "a length that lies"), 1, "a frame that is longer than the answer is cut");
	IS_STR(g.v[IR_DOCKER_OUT].data, AT "all that comes\n", "what there is of it comes");
	got_done(&g);

	ir_buf_reset(&in);
	frame(1, AT, "one\n", 4);
	ir_buf_add(&in,
	    "\2\0\0\0\0\0\0\x40"
	    "2026-11",
	    15);
	IS_INT(all_ways(&g, false, "cut within a time"), 1, "that is the middle of a frame");
	IS_STR(g.v[IR_DOCKER_ERR].data, "2026-11", "what there is of it comes");
	got_done(&g);

	ir_buf_reset(&in);
	ir_buf_add(&in, "\1\0\0\0", 4);
	IS_INT(all_ways(&g, false, "cut within a header"), 1, "so is that");
	got_done(&g);

	ir_buf_reset(&in);
	IS_INT(all_ways(&g, false, "nothing"), 0, "no log is a log");
	got_done(&g);
}

static void
test_stamps(void)
{
	static const struct {
		const char *text;
		int n;
	} cases[] = { { AT, 30 }, { EAST, 35 }, { "2026-11-28T01:38:49.570145039Z", -1 }, { "2026", -1 }, { "", -1 },
		{ "2026-11-28T01:38:49.570145039+02:0", -1 }, { "2026-11-28T01:38:49.570145039+0200 ", 0 },
		{ "2026-11-28T01:38:49.570145039Zx", 0 }, { "2026-11-28T01:38:49.57014503Z ", 29 },
		{ "2026-11-28T01:38:49Z ", 20 }, { "2026-11-28T01:38:49-05:30 ", 25 }, { "2026-11-28T01:38:49.Z ", 0 },
		{ "2026-11-28T01:38:49.0123456789Z ", 0 }, { "2026-11-28T01:38:49", -1 }, { "2026/11", 0 },
		{ "x", 0 } };
	static const struct {
		const char *stamp, *after;
	} afters[] = { { "2026-11-28T01:38:49.570145039Z", "1795829929.570145040" },
		{ "2026-11-28T03:38:49.570145039+02:00", "1795829929.570145040" },
		{ "2026-11-28T01:38:49.999999999Z", "1795829930.000000000" },
		{ "2026-99-28T01:38:49.999999999Z", NULL }, { "2026-11-28T01:38:49Z", NULL } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		IS_INT(ir_docker_stamp_match(cases[i].text, strlen(cases[i].text)), cases[i].n, "time '%s'",
		    cases[i].text);
	for (size_t i = 0; i < sizeof(afters) / sizeof(afters[0]); i++) {
		struct ir_docker_stamp s = { .n = (uint8_t)strlen(afters[i].stamp) };
		char out[64] = "";

		memcpy(s.text, afters[i].stamp, s.n);
		IS_STR(ir_docker_stamp_after(&s, out, sizeof(out)) ? out : NULL, afters[i].after, "after %s",
		    afters[i].stamp);
	}
	OK(!ir_docker_stamp_after(&(struct ir_docker_stamp){ .n = 0 }, (char[64]){ "" }, 64),
	    "no time, nothing after it");
}

int
main(void)
{
	ir_buf_init(&in, 8 << 20);
	test_frames();
	test_joined();
	test_endless();
	test_terminal();
	test_terminal_endless();
	test_broken();
	test_stamps();
	ir_buf_done(&in);
	return tap_done();
}
