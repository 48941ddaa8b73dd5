/* file - small files, read whole */
#include "conf/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"

static bool
readable(const struct stat *st, const char *path)
{
	return S_ISREG(st->st_mode) || strcmp(path, "/dev/null") == 0;
}

int
ir_file_open(const char *path, struct stat *st)
{
	/* not blocking: open(2) of a pipe would wait for its writer */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int why = 0;

	if (fd < 0)
		return -1;
	if (fstat(fd, st) < 0)
		why = errno;
	else if (!readable(st, path))
		why = S_ISDIR(st->st_mode) ? EISDIR : EINVAL;
	if (why) {
		close(fd);
		errno = why;
		return -1;
	}
	return fd;
}

static int
slurp(int fd, struct ir_buf *b)
{
	char chunk[16384];
	ssize_t n;

	while (!b->full) {
		n = read(fd, chunk, sizeof chunk);
		if (n == 0)
			return 0;
		if (n > 0)
			ir_buf_add(b, chunk, (size_t)n);
		else if (errno != EINTR)
			return -1;
	}
	return 0;
}

int
ir_file_read(struct ir_arena *arena, const char *path, size_t cap, struct ir_file *ret, struct ir_err *err)
{
	IR_CLOSE int fd = ir_file_open(path, &ret->st);
	IR_CLEANUP(ir_buf_done) struct ir_buf b;

	ir_buf_init(&b, cap);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0 && errno == EINVAL)
		return ir_fail(err, IR_CONFIG, "%s: not a regular file", path);
	if (fd < 0 || slurp(fd, &b) < 0)
		return ir_fail(err, IR_CONFIG, "%s: %s", path, strerror(errno));
	if (b.full)
		return ir_fail(err, IR_CONFIG, "%s: larger than %zu KiB", path, cap / 1024);
	ret->text = ir_strndup(arena, b.data, b.len);
	ret->n = b.len;
	return 1;
}
