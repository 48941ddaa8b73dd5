/* logs_stdin - standard input as a pipe, a file, a device; packed; and not there */
#include <fcntl.h>
#include <pthread.h>
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

/* Read all of fd, as standard input. */
static int
go(int fd, size_t room, struct ir_err *err)
{
	int rc;

	if (dup2(fd, STDIN_FILENO) < 0)
		abort();
	close(fd);
	logs_reader_done(&r);
	logs_reader_init(&r, room);
	src = (struct ir_logs_source){ .name = "-",
		.what = "-",
		.origin = "operand",
		.ops = &ir_logs_stdin,
		.query = &query,
		.reader = &r.reader,
		.ctx = &ctx };
	*err = (struct ir_err)IR_ERR_INIT;
	if (src.ops->prepare(&ctx, &src, err) < 0)
		return -1;
	ctx.deadline_us = ir_mono_us() + 20 * 1000000;
	stop_flag = 0;
	rc = logs_run(&src, err);
	query = logs_query();
	return rc;
}

struct writer {
	int fd;
	const char *text;
	size_t n, piece;
};

static void *
write_all(void *arg)
{
	struct writer *w = arg;

	for (size_t at = 0; at < w->n; at += w->piece) {
		size_t n = w->n - at < w->piece ? w->n - at : w->piece;

		if (write(w->fd, w->text + at, n) != (ssize_t)n)
			abort();
	}
	close(w->fd);
	return NULL;
}

static int
pipe_in(const char *text, size_t n, size_t piece, struct ir_err *err)
{
	struct writer w = { .text = text, .n = n, .piece = piece };
	pthread_t t;
	int fds[2], rc;

	if (pipe2(fds, O_CLOEXEC) < 0)
		abort();
	w.fd = fds[1];
	if (pthread_create(&t, NULL, write_all, &w) != 0)
		abort();
	rc = go(fds[0], 0, err);
	pthread_join(t, NULL);
	return rc;
}

static size_t
gzip(const char *text, size_t n, char *out, size_t size)
{
	z_stream z = { 0 };

	if (deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	z.next_in = (unsigned char *)(uintptr_t)text;
	z.avail_in = (unsigned)n;
	z.next_out = (unsigned char *)out;
	z.avail_out = (unsigned)size;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	deflateEnd(&z);
	return size - z.avail_out;
}

static void
test_pipe(void)
{
	struct ir_err err;
	char *big = ir_arena_alloc(&arena, 8 << 20), *packed = ir_arena_alloc(&arena, 1 << 20);
	size_t n;

	IS_INT(pipe_in("one\ntwo\n", 8, 1, &err), 0, "a pipe, byte by byte");
	IS_STR(logs_text(&r, "stdin"), "one\ntwo\n", "is read to its end");
	IS_INT(r.v[0].ended, 1, "which is an end");
	IS_STR(src.subject, "stdin", "its subject");
	IS_INT(fcntl(STDIN_FILENO, F_GETFL) & O_NONBLOCK, 0, "others who have it see no change");
	memset(big, 'x', 8 << 20);
	IS_INT(pipe_in(big, 8 << 20, 100000, &err), 0, "megabytes");
	IS_INT(r.v[0].bytes, 8 << 20, "are read");
	n = gzip("one\ntwo\n", 8, packed, 1 << 20);
	IS_INT(pipe_in(packed, n, 1, &err), 0, "gzip, byte by byte");
	IS_STR(logs_text(&r, NULL), "one\ntwo\n", "is unpacked");
	IS_INT(pipe_in(packed, n - 3, 7, &err), 0, "gzip without its end");
	IS_STR(logs_text(&r, NULL), "one\ntwo\n", "brings what there is");
	IS_STR(src.faults[0].err.msg,
	    "standard input: it ends in the middle: it was cut off, or is still being written", "and is told");
	n = gzip(big, 8 << 20, packed, 1 << 20);
	IS_INT(pipe_in(packed, n, n, &err), 0, "what unpacks to a thousand times its size");
	IS_INT(r.v[0].bytes, 8 << 20, "comes whole");
	IS_INT(src.bytes, (int64_t)n, "and counts as it came");
}

static void
test_others(void)
{
	struct ir_err err;
	int fds[2];

	scratch_file("a.log", "one\ntwo\nthree\n");
	IS_INT(go(open(ir_asprintf(&arena, "%s/a.log", scratch_top), O_RDONLY | O_CLOEXEC), 3, &err), 0, "a file");
	IS_STR(logs_text(&r, NULL), "one\ntwo\nthree\n", "is read to its end");
	fds[0] = open(ir_asprintf(&arena, "%s/a.log", scratch_top), O_RDONLY | O_CLOEXEC);
	lseek(fds[0], 4, SEEK_SET);
	go(fds[0], 0, &err);
	IS_STR(logs_text(&r, NULL), "two\nthree\n", "from where it stands");
	IS_INT(go(open("/dev/null", O_RDONLY | O_CLOEXEC), 0, &err), 0, "nothing");
	IS_INT(r.n, 0, "is nothing");
	IS_INT(go(open(scratch_top, O_RDONLY | O_CLOEXEC), 0, &err), -1, "a directory");
	IS_STR(err.msg, "standard input is a directory", "is none");
	if (pipe2(fds, O_CLOEXEC) < 0)
		abort();
	close(fds[0]);
	IS_INT(go(fds[1], 0, &err), 0, "what cannot be read");
	IS_STR(src.faults[0].err.msg, "standard input: it cannot be read: Bad file descriptor", "is told");
}

/* Idle after what came: the end of the test. */
static void
on_idle(void *arg, struct logs_got *g)
{
	(void)arg;
	if (g->idle && g->bytes == 5)
		stop_flag = 2;
}

static void
test_follow(void)
{
	struct ir_err err = IR_ERR_INIT;
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0 || write(fds[1], "one\nt", 5) != 5 || dup2(fds[0], STDIN_FILENO) < 0)
		abort();
	logs_reader_done(&r);
	logs_reader_init(&r, 0);
	r.seen = on_idle;
	query.follow = true;
	src = (struct ir_logs_source){
		.origin = "operand", .ops = &ir_logs_stdin, .query = &query, .reader = &r.reader, .ctx = &ctx
	};
	src.ops->prepare(&ctx, &src, &err);
	ctx.deadline_us = ir_mono_us() + 20 * 1000000;
	stop_flag = 0;
	IS_INT(logs_run(&src, &err), 2, "while followed it goes on until it is stopped");
	IS_INT(r.v[0].ended, 0, "nothing has ended");
	close(fds[0]);
	close(fds[1]);
}

int
main(void)
{
	struct ir_err err = IR_ERR_INIT;

	scratch_new(&arena);
	ctx = (struct ir_ctx){ .command = "ir-logs", .arena = &arena, .stop = &stop_flag };
	if (!ir_loop_new(&ctx, &err))
		return 1;
	query = logs_query();
	test_pipe();
	test_others();
	test_follow();
	logs_reader_done(&r);
	ir_loop_free(ctx.loop);
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
