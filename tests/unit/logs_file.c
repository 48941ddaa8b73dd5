/* logs_file - files, globs and rotated siblings, packed and sparse, unreadable and none, a FIFO */
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <zlib.h>
#include <zstd.h>

#include "logs_reader.h"
#include "scratch.h"
#include "tap.h"

static struct ir_arena arena;
static struct ir_ctx ctx;
static struct logs_reader r;
static struct ir_logs_source src;
static struct ir_logs_query query;
static struct ir_list services;
static struct ir_conf conf;
static void (*seen)(void *, struct logs_got *);
static void *seen_arg;

static const char *
in_scratch(const char *name)
{
	return ir_asprintf(&arena, "%s/%s", scratch_top, name);
}

static const struct ir_section *
section(const char *lines)
{
	struct ir_err err = IR_ERR_INIT;
	const char *text = ir_asprintf(&arena, "[logs \"x\"]\n%s\n", lines);

	conf = (struct ir_conf){ 0 };
	if (ir_conf_parse(&arena, &conf, in_scratch("ir.conf"), text, strlen(text), &err) < 0)
		printf("# %s\n", err.msg);
	return ir_conf_section(&conf, "logs", "x");
}

/* Everything of an operand, or of a section when what is NULL. */
static int
go(const char *what, const struct ir_section *s, size_t room)
{
	struct ir_list paths = { .v = &what, .n = 1 };
	struct ir_err err = IR_ERR_INIT;
	int rc;

	logs_reader_done(&r);
	logs_reader_init(&r, room);
	r.seen = seen;
	r.arg = seen_arg;
	src = (struct ir_logs_source){ .name = "x",
		.paths = what ? &paths : NULL,
		.origin = "operand",
		.section = s,
		.ops = &ir_logs_file,
		.query = &query,
		.services = &services,
		.reader = &r.reader,
		.ctx = &ctx };
	if (src.ops->prepare(&ctx, &src, &err) < 0) {
		printf("# %s\n", err.msg);
		return -1;
	}
	ctx.deadline_us = ir_mono_us() + 20 * 1000000;
	rc = logs_run(&src, &err);
	query = logs_query();
	return rc;
}

static const char *
fault(void)
{
	return src.n_faults ? src.faults[0].err.msg : "";
}

static void
write_file(const char *name, const void *p, size_t n)
{
	FILE *f = fopen(in_scratch(name), "we");

	if (!f || fwrite(p, 1, n, f) != n || fclose(f) != 0)
		scratch_die(name);
}

static void
write_gzip(const char *name, const char *text, size_t cut)
{
	static char out[1 << 20];
	z_stream z = { 0 };

	if (deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	z.next_in = (unsigned char *)(uintptr_t)text;
	z.avail_in = (unsigned)strlen(text);
	z.next_out = (unsigned char *)out;
	z.avail_out = sizeof(out);
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	write_file(name, out, sizeof(out) - z.avail_out - cut);
	deflateEnd(&z);
}

static void
write_zstd(const char *name, const char *text)
{
	static char out[1 << 20];

	write_file(name, out, ZSTD_compress(out, sizeof(out), text, strlen(text), 3));
}

static void
set_age(const char *name, int64_t ms)
{
	struct timespec t[2] = { { ms / 1000, ms % 1000 * 1000000 }, { ms / 1000, ms % 1000 * 1000000 } };

	utimensat(AT_FDCWD, in_scratch(name), t, 0);
}

static void
test_plain(void)
{
	scratch_file("a.log", "one\ntwo\n");
	IS_INT(go(in_scratch("a.log"), NULL, 0), 0, "a file is read");
	IS_STR(logs_text(&r, NULL), "one\ntwo\n", "all of it");
	IS_STR(r.v[0].stream->subject, ir_asprintf(&arena, "file://%s/a.log", scratch_top), "its subject is its path");
	IS_STR(r.v[0].stream->service, "", "it is no service's");
	IS_INT(r.v[0].ended, 1, "and ends");
	IS_INT(r.v[0].stream->zone_known, false, "the zone is a guess");
	IS_INT(src.n_faults, 0, "nothing is wrong");
	IS_INT(src.bytes, 8, "and the bytes are counted");
	set_age("a.log", 1700000000123);
	IS_INT(go(in_scratch("a.log"), NULL, 1), 0, "byte by byte");
	IS_STR(logs_text(&r, NULL), "one\ntwo\n", "it is the same");
	IS_INT(r.v[0].stream->newest_ms, 1700000000123, "no line is newer than its last write");
	scratch_file("odd % name*.log", "x");
	IS_INT(go(in_scratch("odd % name*.log"), NULL, 0), 0, "a file may be called like a pattern");
	IS_STR(logs_text(&r, "/odd%20%25%20name%2A.log"), "x", "its last line needs no end");
	scratch_file("empty.log", "");
	IS_INT(go(in_scratch("empty.log"), NULL, 0), 0, "an empty file");
	IS_INT(src.n_faults, 0, "is fine");
	IS_INT(go("/proc/self/status", NULL, 0), 0, "a file that does not tell its size");
	OK(strstr(logs_text(&r, NULL), "Name:\tlogs_file\n"), "is read to its end");
	if (access("/sys/devices/system/cpu/online", R_OK) == 0) {
		go("/sys/devices/system/cpu/online", NULL, 0);
		IS_INT(src.n_faults, 0, "one that tells a wrong size is not shorter than it was");
	}
}

static void
test_sections(void)
{
	scratch_file("s1.log", "one\n");
	scratch_file("s2.log", "two\n");
	scratch_dir(&arena, "s3.log");
	IS_INT(go(NULL, section("path = s1.log\npath = s2.log\nservice = web\ntimezone = +02:00"), 0), 0,
	    "paths of a section");
	IS_STR(logs_text(&r, "s1.log"), "one\n", "start where its file is");
	IS_STR(logs_text(&r, "s2.log"), "two\n", "there may be several");
	IS_STR(r.v[0].stream->service, "web", "the section names the service");
	IS_INT(r.v[0].stream->zone_min, 120, "and the zone");
	IS_INT(r.v[0].stream->zone_known, true, "which is known");
	IS_INT(go(NULL, section("path = s?.log"), 0), 0, "a pattern");
	IS_INT(r.n, 2, "finds files, and leaves directories");
	IS_INT(src.n_faults, 0, "which is nothing wrong");
	IS_STR(src.subject, ir_asprintf(&arena, "file://%s/s?.log", scratch_top), "its subject is the pattern");
	ir_list_add(&arena, &services, "db");
	IS_INT(go(NULL, section("path = s?.log\nservice = web"), 0), 0, "another service is asked for");
	IS_INT(r.n, 0, "nothing is read");
	services.n = 0;
	IS_INT(go(NULL, section("service = web"), 0), -1, "no path");
	IS_INT(go(NULL, section("path = x\ntimezone = Mars/Olympus"), 0), -1, "no such zone");
}

static void
test_packed(void)
{
	write_gzip("p.log.gz", "one\ntwo\n", 0);
	write_zstd("p2.log", "three\n");
	IS_INT(go(in_scratch("p.log.gz"), NULL, 0), 0, "gzip");
	IS_STR(logs_text(&r, NULL), "one\ntwo\n", "is unpacked");
	IS_INT(go(in_scratch("p2.log"), NULL, 1), 0, "zstd");
	IS_STR(logs_text(&r, NULL), "three\n", "whatever it is called");
	write_gzip("cut.log.gz", "one\ntwo\n", 4);
	IS_INT(go(in_scratch("cut.log.gz"), NULL, 0), 0, "gzip that was cut off");
	IS_STR(logs_text(&r, NULL), "one\ntwo\n", "brings what there is");
	IS_STR(fault(),
	    ir_asprintf(&arena, "'%s/cut.log.gz': it ends in the middle: it was cut off, or is still being written",
		scratch_top),
	    "and is told");
	IS_STR(src.faults[0].subject, ir_asprintf(&arena, "file://%s/cut.log.gz", scratch_top), "with the file's name");
	write_file("p.xz", "\xfd\x37zXZ\0\0\0", 8);
	go(in_scratch("p.xz"), NULL, 0);
	IS_STR(fault(), ir_asprintf(&arena, "'%s/p.xz': it is packed, and not by gzip or zstd", scratch_top),
	    "xz is told");
	IS_STR(src.faults[0].err.hint, "run: xzcat FILE | ir-logs -", "and what to do");
}

static void
test_rotated(void)
{
	write_gzip("r.log.3.gz", "one\n", 0);
	write_zstd("r.log.2.zst", "two\n");
	scratch_file("r.log.1", "three");
	scratch_file("r.log", "four\n");
	set_age("r.log.3.gz", 1700000000000);
	set_age("r.log.2.zst", 1700003600000);
	set_age("r.log.1", 1700007200000);
	IS_INT(go(in_scratch("r.log"), NULL, 0), 0, "a file that was rotated");
	IS_STR(logs_text(&r, NULL), "four\n", "is that file");
	query.since_ms = 1700003600000;
	go(in_scratch("r.log"), NULL, 0);
	r.marks = true;
	IS_STR(logs_text(&r, NULL), "two\nthreefour\n", "since a time: with its siblings of that time");
	IS_INT(r.v[0].ended, 2, "what was unfinished in one does not go on in the next");
	IS_INT(r.n, 1, "as one stream");
	IS_INT(go(in_scratch("r.log*"), NULL, 0), 0, "a pattern that names all");
	IS_STR(logs_text(&r, "r.log"), "one\ntwo\nthreefour\n", "is one stream, oldest first");
	IS_INT(r.n, 1, "only one");
	go(NULL, section("path = r.log.1\npath = r.log\npath = r.log.3.gz\npath = ./r.log\npath = r.log.1"), 0);
	IS_STR(logs_text(&r, "r.log"), "one\nthreefour\n",
	    "names that a shell made of a pattern are one too, each read once");
	IS_INT(r.n, 1, "stream");
	query.tail = 1;
	go(in_scratch("r.log*"), NULL, 0);
	IS_STR(logs_text(&r, "r.log"), "four\n", "the last line needs no sibling");
	scratch_file("d-2024-05-02.log", "one\n");
	scratch_file("d-2024-05-03.log", "two\n");
	scratch_file("n.log.1", "x\n");
	scratch_file("n.log.2", "y\n");
	go(in_scratch("d*.log"), NULL, 0);
	IS_STR(logs_text(&r, "/d-2024-05-03.log"), "one\ntwo\n", "days of one log");
	go(in_scratch("n.log.*"), NULL, 0);
	IS_INT(r.n, 2, "numbers alone do not make them one");
	query.since_ms = 1700003600000;
	set_age("r.log", 1600000000000);
	go(in_scratch("r.log"), NULL, 0);
	IS_STR(logs_text(&r, NULL), "two\nthreefour\n", "a small file is read whatever its time");
}

static void
test_tail(void)
{
	FILE *f = fopen(in_scratch("t.log"), "we");

	for (int i = 0; i < 2000000; i++)
		fprintf(f, "line %d\n", i);
	fputs("the end", f);
	fclose(f);
	query.tail = 3;
	IS_INT(go(in_scratch("t.log"), NULL, 0), 0, "the last lines of a large file");
	IS_STR(logs_text(&r, NULL), "line 1999997\nline 1999998\nline 1999999\nthe end", "and not more than a few");
	OK(src.bytes < 1000, "the rest is not read");
	query.tail = 1500000;
	go(in_scratch("t.log"), NULL, 0);
	IS_INT(r.v[0].lines, 1500000, "many of them");
	query.tail = 3000000;
	go(in_scratch("t.log"), NULL, 0);
	IS_INT(r.v[0].lines, 2000000, "more than there are");
	query.tail = 0;
	go(in_scratch("t.log"), NULL, 0);
	IS_INT(src.bytes, 7, "none, but for the unfinished one");
	write_gzip("t.log.gz", "one\ntwo\nthree\n", 0);
	query.tail = 1;
	go(in_scratch("t.log.gz"), NULL, 0);
	IS_STR(logs_text(&r, NULL), "one\ntwo\nthree\n", "packed ones are read whole");
}

/* Lines of 100 bytes, one a second from 2024-05-03 on; an odd one says another time. */
static void
write_seconds(const char *name, int n, int odd, const char *odd_time)
{
	FILE *f = fopen(in_scratch(name), "we");
	char time[IR_TIME_MAX];

	for (int i = 0; i < n; i++)
		fprintf(
		    f, "%s %-74d\n", i == odd ? odd_time : ir_time_format(time, 1714694400000 + i * (int64_t)1000), i);
	fclose(f);
}

/* Of a million seconds: from which to which were lines read? */
static void
expect_window(
    int64_t since_s, int64_t until_s, int64_t begin_most, int64_t end_least, int64_t lines_most, const char *about)
{
	const char *text;
	int64_t from, to;

	query.since_ms = since_s < 0 ? IR_TIME_NONE : 1714694400000 + since_s * 1000;
	query.until_ms = until_s < 0 ? IR_TIME_NONE : 1714694400000 + until_s * 1000;
	IS_INT(go(in_scratch("w.log"), NULL, 0), 0, "%s", about);
	text = logs_text(&r, NULL);
	from = text ? strtoll(text + 25, NULL, 10) : -1;
	to = from + r.v[0].lines - 1;
	OK(from >= 0 && from <= begin_most && to >= end_least && r.v[0].lines <= lines_most,
	    "%s: %" PRId64 " to %" PRId64, about, from, to);
}

static void
test_window(void)
{
	const int64_t margin = 70000; /* lines */

	write_seconds("w.log", 1000000, -1, NULL);
	expect_window(600000, 600060, 599999, 600061, 2 * margin, "a window of a large file");
	expect_window(0, 10, 0, 11, margin, "its beginning");
	expect_window(999990, -1, 999989, 999999, margin, "its end");
	expect_window(-1, -1, 0, 999999, 1000000, "all of it");
	write_seconds("w.log", 1000000, 500001, "2031-01-01T00:00:00.000Z");
	expect_window(400000, 400060, 399999, 400061, 1000000, "an odd line where it looks");
	write_seconds("w.log", 1000000, 395313, "2019-01-01T00:00:00.000Z");
	expect_window(400000, 400060, 399999, 400061, 1000000, "an odd line on the way");
	unlink(in_scratch("w.log"));
}

static void
test_faults(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	IS_INT(go(in_scratch("none.log"), NULL, 0), 0, "a file that is not there");
	IS_STR(fault(), ir_asprintf(&arena, "'%s/none.log' is not there", scratch_top), "is told");
	IS_INT(src.faults[0].err.code, IR_FINDING, "as what matches nothing");
	IS_INT(go(in_scratch("none*.log"), NULL, 0), 0, "a pattern that matches nothing");
	IS_STR(fault(), ir_asprintf(&arena, "no file matches '%s/none*.log'", scratch_top), "is told");
	scratch_dir(&arena, "dir");
	go(in_scratch("dir"), NULL, 0);
	IS_STR(fault(), ir_asprintf(&arena, "'%s/dir' is a directory", scratch_top), "a directory");
	IS_STR(
	    src.faults[0].err.hint, ir_asprintf(&arena, "name its files: '%s/dir/*.log'", scratch_top), "what to do");
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", in_scratch("sock"));
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		scratch_die("socket");
	go(in_scratch("sock"), NULL, 0);
	IS_STR(fault(), ir_asprintf(&arena, "'%s/sock' is a socket, which holds no lines", scratch_top), "a socket");
	close(fd);
	scratch_file("secret.log", "x\n");
	chmod(in_scratch("secret.log"), 0);
	if (geteuid() == 0 && (chmod(scratch_top, 0755) < 0 || seteuid(65534) < 0))
		scratch_die("seteuid");
	go(in_scratch("secret.log"), NULL, 0);
	if (getuid() == 0 && seteuid(0) < 0)
		scratch_die("seteuid");
	IS_STR(fault(), ir_asprintf(&arena, "'%s/secret.log' cannot be read: Permission denied", scratch_top),
	    "no right to read it");
	IS_INT(src.faults[0].err.code, IR_INCOMPLETE, "is not known");
}

static void
test_sparse(void)
{
	const char *path = in_scratch("sparse.log");
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	const int64_t gib = 1 << 30;

	if (fd < 0 || ftruncate(fd, 10 * gib) < 0 || pwrite(fd, "one\n", 4, 3 * gib + 5) != 4 ||
	    pwrite(fd, "two\n", 4, 9 * gib + 70001) != 4)
		scratch_die("sparse");
	close(fd);
	IS_INT(go(path, NULL, 0), 0, "a sparse file of 10 GiB is read");
	OK(src.bytes <= 8192 + 8, "its holes are not (%" PRId64 " bytes)", src.bytes);
	IS_INT(r.v[0].lines, 2, "and its lines are");
	query.tail = 1;
	IS_INT(go(path, NULL, 0), 0, "its last lines");
	IS_INT(r.v[0].lines, 2, "are among them");
	unlink(path);
}

static void *
write_fifo(void *arg)
{
	int fd = open(arg, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "one\n", 4) != 4 || write(fd, "two\n", 4) != 4)
		abort();
	close(fd);
	return NULL;
}

static void
test_fifo(void)
{
	const char *path = in_scratch("fifo");
	pthread_t t = 0;

	if (mkfifo(path, 0600) < 0 || pthread_create(&t, NULL, write_fifo, (void *)(uintptr_t)path) != 0)
		scratch_die("fifo");
	IS_INT(go(path, NULL, 0), 0, "a FIFO is read until its writer ends");
	pthread_join(t, NULL);
	IS_STR(logs_text(&r, NULL), "one\ntwo\n", "all of it");
	IS_INT(go("/dev/null", NULL, 0), 0, "a device that is at its end at once");
	IS_INT(src.n_faults, 0, "is fine");
}

/* Gone when its first bytes are seen. */
static void
take_away(void *arg, struct logs_got *g)
{
	(void)g;
	unlink(arg);
}

static void
cut(void *arg, struct logs_got *g)
{
	if (g->bytes < 1 << 20 && truncate(arg, 1 << 20) < 0)
		scratch_die(arg);
}

static void
test_changing(void)
{
	char *path = ir_strdup(&arena, in_scratch("c.log")), *block = ir_arena_alloc(&arena, 8 << 20);

	memset(block, '\n', 8 << 20);
	write_file("c.log", block, 8 << 20);
	seen = take_away;
	seen_arg = path;
	IS_INT(go(path, NULL, 4096), 0, "a file that is deleted while it is read");
	IS_INT(r.v[0].bytes, 8 << 20, "is read to its end");
	IS_INT(src.n_faults, 0, "and nothing is wrong");
	write_file("c.log", block, 8 << 20);
	seen = cut;
	go(path, NULL, 4096);
	seen = NULL;
	IS_INT(r.v[0].bytes, 1 << 20, "one that is cut");
	IS_STR(fault(),
	    ir_asprintf(
		&arena, "'%s': it became shorter while it was read: the rest of what was there is not seen", path),
	    "is told");
}

static void
test_many(void)
{
	int64_t bytes = 0;

	for (int i = 0; i < 200; i++)
		scratch_file(ir_asprintf(&arena, "many-%d.txt", i), "a line\n");
	IS_INT(go(in_scratch("many-*.txt"), NULL, 3), 0, "two hundred files");
	for (size_t i = 0; i < r.n; i++)
		bytes += r.v[i].bytes;
	IS_INT(r.n, 200, "are streams of their own");
	IS_INT(bytes, 1400, "and each is read");
	for (int i = 200; i < 4100; i++)
		scratch_file(ir_asprintf(&arena, "many-%d.txt", i), "");
	IS_INT(go(in_scratch("many-*.txt"), NULL, 0), 0, "more than it reads");
	IS_STR(fault(), "there are more than 4096 logs; the others are not read", "is told");
	for (int i = 200; i < 4100; i++)
		unlink(in_scratch(ir_asprintf(&arena, "many-%d.txt", i)));
	if (symlink("many-1.txt", in_scratch("many-link.txt")) < 0)
		scratch_die("symlink");
	go(in_scratch("many-[1l]*.txt"), NULL, 0);
	IS_INT(r.n, 111, "what has two names is read once");
}

int
main(void)
{
	struct ir_err err = IR_ERR_INIT;

	scratch_new(&arena);
	ctx = (struct ir_ctx){ .command = "ir-logs", .arena = &arena };
	if (!ir_loop_new(&ctx, &err))
		return 1;
	query = logs_query();
	test_plain();
	test_sections();
	test_packed();
	test_rotated();
	test_tail();
	test_window();
	test_faults();
	test_sparse();
	test_fifo();
	test_changing();
	test_many();
	logs_reader_done(&r);
	ir_loop_free(ctx.loop);
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
