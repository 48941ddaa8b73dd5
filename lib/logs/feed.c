/* feed - from a descriptor into the reader, unpacked on the way, in turns */
#include "logs/feed.h"

#include <errno.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

enum { READ_MAX = 256 << 10, PACKED_MAX = 64 << 10, HEAD = 16, TURN_MAX = 4 << 20, TURN_US = 4000 };

void
ir_logs_put(struct ir_logs_source *source, struct ir_logs_stream *stream, const char *p, size_t n)
{
	struct ir_logs_reader *r = source->reader;

	while (n) {
		size_t room;
		char *to = r->ops->room(r, stream, &room);

		if (room > n)
			room = n;
		memcpy(to, p, room);
		r->ops->took(r, stream, room);
		p += room;
		n -= room;
	}
}

void
ir_feed_begin(struct ir_feed *f, int64_t offset)
{
	ir_feed_done(f);
	f->offset = f->hole = offset;
	f->last = '\n';
	f->unpack = ir_unpack_new(offset > 0);
	f->n_in = f->n_mark = 0;
}

void
ir_feed_done(struct ir_feed *f)
{
	ir_unpack_free(f->unpack);
	free(f->packed);
	f->unpack = NULL;
	f->packed = NULL;
}

/* ---- from the descriptor */

static bool
nothing_there(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

/* Go over the hole at the offset. How many bytes of data come then, at most n. */
static size_t
skip_hole(struct ir_feed *f, size_t n)
{
	if (f->offset >= f->hole) {
		off_t data = lseek(f->fd, f->offset, SEEK_DATA), end;

		if (data < 0 && errno == ENXIO) /* nothing but a hole up to the end */
			data = lseek(f->fd, 0, SEEK_END);
		if (data > f->offset)
			f->offset = f->limit >= 0 && data > f->limit ? f->limit : data;
		end = lseek(f->fd, f->offset, SEEK_HOLE);
		f->hole = end > f->offset ? end : INT64_MAX;
	}
	return (int64_t)n < f->hole - f->offset ? n : (size_t)(f->hole - f->offset);
}

static ssize_t
read_at(struct ir_feed *f, char *p, size_t n)
{
	ssize_t got;

	if (f->sparse && !f->offset && lseek(f->fd, 0, SEEK_DATA) != 0) { /* what begins with NULs is not packed */
		ir_unpack_free(f->unpack);
		f->unpack = ir_unpack_new(true);
	}
	if (f->sparse && ir_unpack_is_plain(f->unpack))
		n = skip_hole(f, n);
	if (f->limit >= 0 && (int64_t)n > f->limit - f->offset)
		n = f->limit > f->offset ? (size_t)(f->limit - f->offset) : 0;
	if (!n)
		return 0;
	do
		got = pread(f->fd, p, n, f->offset);
	while (got < 0 && errno == EINTR);
	return got;
}

static ssize_t
read_next(struct ir_feed *f, char *p, size_t n)
{
	ssize_t got;

	if (f->blocks && nothing_there(f->fd)) {
		errno = EAGAIN;
		return -1;
	}
	do
		got = read(f->fd, p, n);
	while (got < 0 && errno == EINTR);
	return got;
}

/* Some files of the kernel's only claim a size. */
static bool
is_shorter(const struct ir_feed *f)
{
	struct stat st;

	return fstat(f->fd, &st) == 0 && st.st_size < f->limit;
}

/* MORE: *got bytes came. */
static enum ir_feed_step
fill(struct ir_feed *f, char *p, size_t n, size_t *got, struct ir_err *err)
{
	ssize_t r = f->file ? read_at(f, p, n) : read_next(f, p, n);

	*got = 0;
	if (r < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return IR_FEED_WAIT;
	if (r < 0) {
		ir_fail(err, IR_INCOMPLETE, "it cannot be read: %s", strerror(errno));
		return IR_FEED_FAILED;
	}
	if (r == 0 && f->file && f->limit > f->offset && is_shorter(f)) {
		ir_fail(
		    err, IR_INCOMPLETE, "it became shorter while it was read: the rest of what was there is not seen");
		return IR_FEED_FAILED;
	}
	if (r == 0)
		return IR_FEED_END;
	*got = (size_t)r;
	f->offset += r;
	f->source->bytes += r;
	return IR_FEED_MORE;
}

/* ---- to the reader */

static char *
room(struct ir_feed *f, size_t *n)
{
	struct ir_logs_reader *r = f->source->reader;
	char *p = r->ops->room(r, f->stream, n);

	if (*n > READ_MAX)
		*n = READ_MAX;
	return p;
}

static void
took(struct ir_feed *f, const char *p, size_t n)
{
	struct ir_logs_reader *r = f->source->reader;

	if (!n)
		return;
	f->last = p[n - 1];
	r->ops->took(r, f->stream, n);
}

static enum ir_feed_step
straight(struct ir_feed *f, size_t *n, struct ir_err *err)
{
	size_t size;
	char *p = room(f, &size);
	enum ir_feed_step step = fill(f, p, size, n, err);

	/* of use no more, and a thousand may be followed */
	free(f->packed);
	f->packed = NULL;
	took(f, p, *n);
	return step;
}

/* No more comes: what was held back is given. */
static enum ir_feed_step
packed_end(struct ir_feed *f, struct ir_err *err)
{
	char held[HEAD];
	long n;

	if (f->growing)
		return IR_FEED_END;
	n = ir_unpack_end(f->unpack, held, err);
	if (n < 0)
		return IR_FEED_FAILED;
	if (n > 0) {
		f->last = held[n - 1];
		ir_logs_put(f->source, f->stream, held, (size_t)n);
	}
	return IR_FEED_END;
}

static enum ir_feed_step
refill(struct ir_feed *f, struct ir_err *err)
{
	enum ir_feed_step step;

	if (!f->packed && !(f->packed = malloc(PACKED_MAX)))
		ir_oom();
	step = fill(f, f->packed, PACKED_MAX, &f->n_in, err);
	f->in = f->packed;
	return step == IR_FEED_END ? packed_end(f, err) : step;
}

static enum ir_feed_step
unpacked(struct ir_feed *f, size_t *n, struct ir_err *err)
{
	size_t size;
	char *p;
	long put;

	*n = 0;
	if (!f->packed) /* before the reader hears of it: it may be empty */
		return refill(f, err);
	p = room(f, &size);
	put = ir_unpack(f->unpack, &f->in, &f->n_in, p, size, err);
	if (put < 0)
		return IR_FEED_FAILED;
	*n = (size_t)put;
	took(f, p, *n);
	return put > 0 || f->n_in ? IR_FEED_MORE : refill(f, err);
}

enum ir_feed_step
ir_feed_turn(struct ir_feed *f, struct ir_err *err)
{
	int64_t end_us = ir_mono_us() + TURN_US;
	size_t total = 0, n;
	enum ir_feed_step step;

	do {
		step = !f->n_in && ir_unpack_is_plain(f->unpack) ? straight(f, &n, err) : unpacked(f, &n, err);
		total += n;
	} while (step == IR_FEED_MORE && total < TURN_MAX && ir_mono_us() < end_us);
	return step;
}

/* ---- is it still the same? */

void
ir_feed_mark(struct ir_feed *f)
{
	size_t n = f->offset < IR_FEED_MARK ? (size_t)f->offset : IR_FEED_MARK;
	ssize_t got = n ? pread(f->fd, f->mark, n, f->offset - (off_t)n) : 0;

	f->n_mark = got == (ssize_t)n ? n : 0;
}

bool
ir_feed_marked(const struct ir_feed *f)
{
	char now[IR_FEED_MARK];
	size_t n = f->n_mark;

	return !n || (pread(f->fd, now, n, f->offset - (off_t)n) == (ssize_t)n && memcmp(now, f->mark, n) == 0);
}
