/* logs_follow - files that are followed while they grow, are renamed, cut, deleted, replaced, and come later */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <zlib.h>

#include "logs_reader.h"
#include "scratch.h"
#include "tap.h"

static struct ir_arena arena;
static struct ir_ctx ctx;
static struct logs_reader r;
static struct ir_logs_source src;
static struct ir_logs_query query;
static volatile sig_atomic_t stop_flag;
static int writer = -1; /* who writes the log: a descriptor that stays open whatever becomes of the name */

/* When all streams together hold `want` and nothing more comes, that is done; the last one ends the test. */
struct step {
	const char *want;
	void (*act)(void);
};
static const struct step *script;
static void (*seen_instead)(void *, struct logs_got *);

static const char *
in_scratch(const char *name)
{
	return ir_asprintf(&arena, "%s/%s", scratch_top, name);
}

static const char *
all_text(void)
{
	static char text[4096];
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < r.n && n < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", i ? "|" : "", r.v[i].text.data);
	return text;
}

static void
on_seen(void *arg, struct logs_got *g)
{
	static int before;
	int idle = 0;

	(void)arg;
	for (size_t i = 0; i < r.n; i++)
		idle += r.v[i].idle;
	if (g && idle == before)
		return;
	before = idle;
	while (script->want && strcmp(all_text(), script->want) == 0) {
		if (!script->act) {
			stop_flag = 2;
			return;
		}
		(script++)->act();
	}
}

static struct ir_timer *start;

static void
on_start(void *arg)
{
	start = NULL;
	on_seen(arg, NULL);
}

static void
go(const char *what, const struct step *steps, const char *about)
{
	const char *path = in_scratch(what);
	struct ir_list paths = { .v = &path, .n = 1 };
	struct ir_err err = IR_ERR_INIT;

	logs_reader_done(&r);
	logs_reader_init(&r, 16);
	r.seen = seen_instead ? seen_instead : on_seen;
	script = steps;
	stop_flag = 0;
	query.follow = true;
	src = (struct ir_logs_source){ .paths = &paths,
		.origin = "operand",
		.ops = &ir_logs_file,
		.query = &query,
		.reader = &r.reader,
		.ctx = &ctx };
	if (src.ops->prepare(&ctx, &src, &err) < 0)
		abort();
	ctx.deadline_us = ir_mono_us() + 30 * 1000000;
	if (steps)
		start = ir_loop_at(ctx.loop, ir_mono_us() + 50000, on_start, NULL);
	IS_INT(logs_run(&src, &err), 2, "%s", about);
	ir_timer_cancel(start);
	start = NULL;
	if (stop_flag == 0 && steps)
		printf("# waits for '%s', has '%s'\n", script->want, all_text());
	query = logs_query();
	if (writer >= 0)
		close(writer);
	writer = -1;
}

static void
say(const char *text)
{
	if (write(writer, text, strlen(text)) != (ssize_t)strlen(text))
		scratch_die("write");
}

static void
create(const char *name)
{
	if (writer >= 0)
		close(writer);
	writer = open(in_scratch(name), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (writer < 0)
		scratch_die(name);
}

static void
move(const char *from, const char *to)
{
	if (rename(in_scratch(from), in_scratch(to)) < 0)
		scratch_die(from);
}

static void
one(void)
{
	say("one\n");
}

static void
two(void)
{
	say("two\n");
}

static void
half(void)
{
	say("tw");
}

static void
rest(void)
{
	say("o\n");
}

/* ---- growing */

static void
test_grows(void)
{
	static const struct step steps[] = { { "", one }, { "one\n", half }, { "one\ntw", rest },
		{ "one\ntwo\n", NULL }, { NULL, NULL } };

	create("grows.log");
	go("grows.log", steps, "a file that grows");
	IS_INT(r.v[0].ended, 0, "has no end");
	IS_INT(r.v[0].idle, 3, "and is idle in between");
}

/* ---- renamed: what has it open writes on for a while */

static void
rename_and_write(void)
{
	move("ren.log", "ren.log.1");
	say("two\n");
}

static void
create_new(void)
{
	int old = writer;

	writer = -1;
	create("ren.log");
	say("three\n");
	if (write(old, "late\n", 5) != 5)
		scratch_die("write");
	close(old);
}

static void
more(void)
{
	say("four\n");
}

static void
test_renamed(void)
{
	static const struct step steps[] = { { "", one }, { "one\n", rename_and_write }, { "one\ntwo\n", create_new },
		{ "one\ntwo\nlate\nthree\n", more }, { "one\ntwo\nlate\nthree\nfour\n", NULL }, { NULL, NULL } };

	create("ren.log");
	go("ren.log", steps, "a file that is renamed while it is written to, and another made in its place");
	IS_INT(r.n, 1, "is one stream, the old to its end before the new");
}

/* Its old descriptor is written to once the new file is there and read. */
static int old_writer;

static void
swap(void)
{
	old_writer = writer;
	writer = -1;
	move("late.log", "late.log.1");
	create("late.log");
	two();
}

static void
write_late(void)
{
	if (write(old_writer, "late\n", 5) != 5)
		scratch_die("write");
	close(old_writer);
}

static void
test_late(void)
{
	static const struct step steps[] = { { "", one }, { "one\n", swap }, { "one\ntwo\n", write_late },
		{ "one\ntwo\n|late\n", NULL }, { NULL, NULL } };

	create("late.log");
	go("late.log", steps, "what is written into the old file after the new one was begun");
	IS_STR(r.v[1].stream->subject, r.v[0].stream->subject, "comes in a stream of its own, of the same subject");
}

/* Twice between two looks. */
static void
rotate_twice(void)
{
	move("twice.log", "twice.log.1");
	create("twice.log");
	two();
	move("twice.log.1", "twice.log.2");
	move("twice.log", "twice.log.1");
	create("twice.log");
	say("three\n");
}

static void
test_twice(void)
{
	static const struct step steps[] = { { "", one }, { "one\n", rotate_twice }, { "one\ntwo\nthree\n", NULL },
		{ NULL, NULL } };

	create("twice.log");
	go("twice.log", steps, "rotated twice at once: nothing is lost in between");
}

static void
rotate_in_a_line(void)
{
	move("mid.log", "mid.log.1");
	create("mid.log");
	say("three\n");
}

static void
test_mid(void)
{
	static const struct step steps[] = { { "", half }, { "tw", rotate_in_a_line }, { "twthree\n", NULL },
		{ NULL, NULL } };

	create("mid.log");
	go("mid.log", steps, "renamed in the middle of a line that never ends");
	IS_INT(r.v[0].ended, 1, "ends there");
}

/* ---- cut */

static void
cut(void)
{
	if (ftruncate(writer, 0) < 0)
		scratch_die("ftruncate");
	say("2\n");
}

static void
test_cut(void)
{
	static const struct step steps[] = { { "", one }, { "one\n", cut }, { "one\n2\n", NULL }, { NULL, NULL } };

	create("cut.log");
	go("cut.log", steps, "a file that is cut to nothing (copytruncate) begins again");
	IS_INT(r.v[0].ended, 1, "after an end");
}

static void
cut_and_grow(void)
{
	if (ftruncate(writer, 0) < 0)
		scratch_die("ftruncate");
	say("two and more than there was\n");
}

static void
test_regrown(void)
{
	static const struct step steps[] = { { "", one }, { "one\n", cut_and_grow },
		{ "one\ntwo and more than there was\n", NULL }, { NULL, NULL } };

	create("regrown.log");
	go("regrown.log", steps, "one that was cut and is longer than before when it is looked at");
}

/* A writer that does not append leaves a hole behind it. */
static void
cut_without_append(void)
{
	if (ftruncate(writer, 0) < 0 || pwrite(writer, "two\n", 4, 1 << 20) != 4)
		scratch_die("ftruncate");
}

static void
test_hole(void)
{
	static const struct step steps[] = { { "", one }, { "one\n", cut_without_append }, { "one\ntwo\n", NULL },
		{ NULL, NULL } };

	writer = open(in_scratch("hole.log"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	go("hole.log", steps, "one that was cut by somebody else while its writer keeps its place");
	IS_INT(src.bytes, 8, "its hole is left out");
}

/* ---- gone and back */

static void
delete_it(void)
{
	if (unlink(in_scratch("del.log")) < 0)
		scratch_die("unlink");
	two();
}

static void
make_again(void)
{
	create("del.log");
	say("three\n");
}

static void
test_deleted(void)
{
	static const struct step steps[] = { { "", one }, { "one\n", delete_it }, { "one\ntwo\n", make_again },
		{ "one\ntwo\nthree\n", NULL }, { NULL, NULL } };

	create("del.log");
	go("del.log", steps, "a file that is deleted, and made again");
}

static void
appear(void)
{
	create("later.log");
	one();
}

static void
test_later(void)
{
	static const struct step steps[] = { { "", appear }, { "one\n", NULL }, { NULL, NULL } };

	query.tail = 0;
	go("later.log", steps, "a file that is not there yet: it is read whole when it comes");
	IS_INT(src.n_faults, 0, "and that is no fault");
}

static void
appear_in_dir(void)
{
	scratch_dir(&arena, "sub/dir");
	create("sub/dir/a.log");
	one();
}

static void
another_in_dir(void)
{
	create("sub/dir/b.log");
	two();
}

static void
rotate_in_dir(void)
{
	move("sub/dir/b.log", "sub/dir/b.log.1");
	create("sub/dir/b.log");
	say("three\n");
}

static void
test_pattern(void)
{
	static const struct step steps[] = { { "", appear_in_dir }, { "one\n", another_in_dir },
		{ "one\n|two\n", rotate_in_dir }, { "one\n|two\nthree\n", NULL }, { NULL, NULL } };

	go("sub/*/*.log*", steps,
	    "a pattern: directories and files that come, and what they are renamed to is not new");
}

static void
next_day(void)
{
	create("day-2024-05-04.log");
	two();
}

static void
test_days(void)
{
	static const struct step steps[] = { { "", one }, { "one\n", next_day }, { "one\ntwo\n", NULL },
		{ NULL, NULL } };

	create("day-2024-05-03.log");
	go("day-*.log", steps, "a log whose name goes on with the day");
	IS_INT(r.n, 1, "is one stream");
}

/* ---- where it begins */

static void
test_tail(void)
{
	static const struct step steps[] = { { "one\n", two }, { "one\ntwo\n", NULL }, { NULL, NULL } };

	create("tail.log");
	say("zero\n");
	one();
	query.tail = 1;
	go("tail.log", steps, "the last line, and what comes");
}

static size_t
gzip(const char *text, char *out, size_t size)
{
	z_stream z = { 0 };

	if (deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	z.next_in = (unsigned char *)(uintptr_t)text;
	z.avail_in = (unsigned)strlen(text);
	z.next_out = (unsigned char *)out;
	z.avail_out = (unsigned)size;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	deflateEnd(&z);
	return size - z.avail_out;
}

static void
add_member(void)
{
	char out[512];
	size_t n = gzip("two\n", out, sizeof(out));

	if (write(writer, out, n) != (ssize_t)n)
		scratch_die("write");
}

static void
test_packed(void)
{
	static const struct step steps[] = { { "one\n", add_member }, { "one\ntwo\n", NULL }, { NULL, NULL } };
	char out[512];
	size_t n = gzip("one\n", out, sizeof(out));

	create("grows.gz");
	if (write(writer, out, n) != (ssize_t)n)
		scratch_die("write");
	go("grows.gz", steps, "gzip that grows by a member");
}

static void
write_fifo(void)
{
	create("fifo");
	one();
}

static void
write_fifo_again(void)
{
	create("fifo");
	two();
}

static void
test_fifo(void)
{
	static const struct step steps[] = { { "", write_fifo }, { "one\n", write_fifo_again }, { "one\ntwo\n", NULL },
		{ NULL, NULL } };

	if (mkfifo(in_scratch("fifo"), 0600) < 0)
		scratch_die("fifo");
	go("fifo", steps, "a FIFO: one writer after the other");
}

/* ---- everything at once */

enum { NUMBERS = 100000, EACH = 500 };
static atomic_bool begun, written;

/* Numbered lines, in pieces, into a file that is given another name every 500 of them, once the first has been read. */
static void *
write_numbers(void *arg)
{
	FILE *f = NULL;

	(void)arg;
	for (int i = 0; i < NUMBERS; i++) {
		if (i % EACH == 0) {
			char name[1200], to[1250];

			snprintf(name, sizeof(name), "%s/all.log", scratch_top);
			snprintf(to, sizeof(to), "%s.2024-05-03.%d", name, i / EACH);
			if (i && rename(name, to) < 0)
				abort();
			if (f)
				fclose(f);
			f = fopen(name, "ae");
			if (!f)
				abort();
			setvbuf(f, NULL, _IOFBF, 100);
		}
		fprintf(f, "%d\n", i);
		if (i == 0)
			fflush(f);
		for (int ms = 0; !begun && ms < 10000; ms++)
			usleep(1000);
	}
	fclose(f);
	written = true;
	return NULL;
}

static void
on_number(void *arg, struct logs_got *g)
{
	int64_t lines = 0;

	(void)arg;
	(void)g;
	begun = true;
	for (size_t i = 0; i < r.n; i++)
		lines += r.v[i].lines;
	if (written && lines >= NUMBERS)
		stop_flag = 2;
}

static void
test_all(void)
{
	static char seen[NUMBERS];
	int again = 0, missing = 0, odd = 0;
	pthread_t t;

	create("all.log");
	if (pthread_create(&t, NULL, write_numbers, NULL) != 0)
		abort();
	seen_instead = on_number;
	go("all.log", NULL, "a hundred thousand lines, rotated two hundred times as fast as it goes");
	seen_instead = NULL;
	pthread_join(t, NULL);
	for (size_t i = 0; i < r.n; i++) {
		for (char *p = r.v[i].text.data; *p; p++) {
			long n = strtol(p, &p, 10);

			if (*p != '\n' || n < 0 || n >= NUMBERS) {
				odd++;
				break;
			}
			again += seen[n]++;
		}
	}
	for (int i = 0; i < NUMBERS; i++)
		missing += !seen[i];
	IS_INT(missing, 0, "none is missing");
	for (int i = 0; missing && i < NUMBERS; i++) {
		if (!seen[i] && (i == 0 || seen[i - 1]))
			printf("# missing from %d\n", i);
	}
	IS_INT(again, 0, "none comes twice");
	IS_INT(odd, 0, "and none is torn");
}

int
main(void)
{
	struct ir_err err = IR_ERR_INIT;

	scratch_new(&arena);
	ctx = (struct ir_ctx){ .command = "ir-logs", .arena = &arena, .stop = &stop_flag, .quiet = true };
	if (!ir_loop_new(&ctx, &err))
		return 1;
	query = logs_query();
	test_grows();
	test_renamed();
	test_late();
	test_twice();
	test_mid();
	test_cut();
	test_regrown();
	test_hole();
	test_deleted();
	test_later();
	test_pattern();
	test_days();
	test_tail();
	test_packed();
	test_fifo();
	test_all();
	logs_reader_done(&r);
	ir_loop_free(ctx.loop);
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
