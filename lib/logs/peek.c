/* peek - is standard input a log, or are these rows of ours? */
#include "logs/peek.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/hash.h"
#include "rec/read.h"

enum { PEEK_MAX = 4096, TURN_MS = 100, PAUSE_MS = 10, PATIENCE_US = 500 * 1000, HEADERS_MAX = 3 };

static bool
is_record(const char *p, size_t n)
{
	static const char head[] = "{\"kind\":\"", tail[] = "\",\"v\":";
	const size_t skip = sizeof(head) - 1;

	if (n < skip || memcmp(p, head, skip) != 0)
		return false;
	for (size_t i = 0; ir_kinds[i]; i++) {
		size_t len = strlen(ir_kinds[i]->name);

		if (n >= skip + len + sizeof(tail) - 1 && memcmp(p + skip, ir_kinds[i]->name, len) == 0 &&
		    memcmp(p + skip + len, tail, sizeof(tail) - 1) == 0)
			return true;
	}
	return false;
}

bool
ir_logs_is_rows(const char *p, size_t n, bool whole)
{
	for (int i = 0; i < HEADERS_MAX; i++) {
		const char *end = memchr(p, '\n', n);
		size_t len = end ? (size_t)(end - p) : n;
		char id[16];
		int64_t ms;
		int row;

		if (is_record(p, len))
			return true;
		if (!end && !whole)
			return false; /* a row is shorter */
		row = ir_in_row(p, len, id, &ms);
		if (row != 0 || !end)
			return row > 0;
		n -= len + 1;
		p = end + 1;
	}
	return false;
}

/* A copy of what is in the pipe; nothing is taken out. */
static ssize_t
tee_some(int fd, char *p, size_t n)
{
	IR_CLOSE int from = -1;
	IR_CLOSE int to = -1;
	int ends[2];
	ssize_t len;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	from = ends[0];
	to = ends[1];
	len = tee(fd, to, n, SPLICE_F_NONBLOCK);
	return len <= 0 ? len : read(from, p, (size_t)len);
}

static ssize_t
look(int fd, mode_t mode, char *p, size_t n)
{
	if (S_ISREG(mode))
		return pread(fd, p, n, lseek(fd, 0, SEEK_CUR));
	return S_ISSOCK(mode) ? recv(fd, p, n, MSG_PEEK | MSG_DONTWAIT) : tee_some(fd, p, n);
}

static bool
over(const struct ir_ctx *ctx)
{
	return (ctx->stop && *ctx->stop) || ir_mono_us() >= ctx->deadline_us;
}

/* Something is there, or will never be. */
static bool
await(const struct ir_ctx *ctx, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	while (!over(ctx)) {
		int n = poll(&p, 1, TURN_MS);

		if (n > 0 || (n < 0 && errno != EINTR))
			return n > 0;
	}
	return false;
}

bool
ir_logs_peek(const struct ir_ctx *ctx, int fd)
{
	char p[PEEK_MAX];
	struct stat st;
	int64_t since = 0;
	ssize_t n;

	if (fstat(fd, &st) < 0 || !(S_ISREG(st.st_mode) || S_ISSOCK(st.st_mode) || S_ISFIFO(st.st_mode)) ||
	    !await(ctx, fd))
		return false;
	/* A first line that is not whole is there in a moment, or is none of ours, which are written at once. */
	for (;;) {
		n = look(fd, st.st_mode, p, sizeof(p));
		since = since ? since : ir_mono_us();
		if (n <= 0 || memchr(p, '\n', (size_t)n) || n == sizeof(p) || S_ISREG(st.st_mode) || over(ctx) ||
		    ir_mono_us() - since > PATIENCE_US)
			break;
		poll(NULL, 0, PAUSE_MS);
	}
	return n > 0 && ir_logs_is_rows(p, (size_t)n, n < (ssize_t)sizeof(p));
}
