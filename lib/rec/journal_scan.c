/*
 * journal_scan - the lines of a file, forwards; and the last newline, backwards
 *
 * By pread(2), not by mmap(2): an append that fails cuts the file back, and what was mapped
 * there would kill the reader.
 */
#include <errno.h>
#include <unistd.h>

#include "rec/journal_priv.h"

enum { FIRST = 16 << 10, CHUNK = 256 << 10, BACK_FIRST = 4 << 10, BACK_MOST = 64 << 10 };

void
journal_scan_init(struct journal_scan *s, int fd, int64_t from)
{
	*s = (struct journal_scan){ .fd = fd, .base = from, .size = FIRST, .buf = malloc(FIRST) };
	if (!s->buf)
		ir_oom();
}

void
journal_scan_done(struct journal_scan *s)
{
	free(s->buf);
	s->buf = NULL;
}

/* Read on behind what is there. 1, 0 at the end of the file, -1 */
static int
fill(struct journal_scan *s)
{
	ssize_t got;

	if (s->pos > 0) {
		memmove(s->buf, s->buf + s->pos, s->len - s->pos);
		s->base += (int64_t)s->pos;
		s->len -= s->pos;
		s->pos = 0;
	}
	if (s->size < CHUNK ? s->len > 0 : s->size - s->len < CHUNK / 2) {
		s->size = s->size < CHUNK ? CHUNK : s->size * 2;
		s->buf = realloc(s->buf, s->size);
		if (!s->buf)
			ir_oom();
	}
	do
		got = pread(s->fd, s->buf + s->len, s->size - s->len, s->base + (int64_t)s->len);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return (int)got;
	s->len += (size_t)got;
	return 1;
}

static int
give(struct journal_scan *s, size_t n, const char **line, size_t *len, int ret)
{
	s->off = s->base + (int64_t)s->pos;
	s->n = n;
	*line = s->buf + s->pos;
	*len = n;
	s->pos += n;
	return ret;
}

int
journal_scan_next(struct journal_scan *s, const char **line, size_t *len)
{
	size_t seen = 0;

	for (;;) {
		size_t have = s->len - s->pos;
		const char *start = s->buf + s->pos;
		const char *nl = have > seen ? memchr(start + seen, '\n', have - seen) : NULL;

		if (nl) {
			give(s, (size_t)(nl - start) + 1, line, len, 1);
			*len -= 1;
			return 1;
		}
		if (have > JOURNAL_LINE_CAP) {
			give(s, have, line, len, 1);
			*line = NULL;
			return 1;
		}
		seen = have;
		int rc = s->ended ? 0 : fill(s);
		if (rc < 0)
			return -1;
		if (rc == 0) {
			s->ended = true;
			return give(s, s->len - s->pos, line, len, 0);
		}
	}
}

int64_t
journal_after_newline(int fd, int64_t end, int64_t most)
{
	char buf[BACK_MOST];
	int64_t step = BACK_FIRST, from = end;

	while (from > 0) {
		if (end - from >= most)
			return errno = EFBIG, -1;
		int64_t n = from < step ? from : step;
		if (journal_pread(fd, buf, (size_t)n, from - n) < 0)
			return -1;
		const char *nl = memrchr(buf, '\n', (size_t)n);
		if (nl)
			return from - n + (nl - buf) + 1;
		from -= n;
		step = step * 4 < BACK_MOST ? step * 4 : BACK_MOST;
	}
	return 0;
}
