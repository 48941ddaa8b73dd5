/* spill - sorted events that did not fit into memory, in a file without a name */
#include "logs/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"

enum {
	WRITE = 256 << 10,
	READ = 8 << 20, /* of all runs together */
	READ_MIN = 4 << 10,
	READ_MAX = 256 << 10,
	RUNS = 4096,
};

struct run {
	off_t at, end; /* of what is not in buf yet */
	char *buf;
	size_t pos, len;
	int64_t lines; /* not taken yet */
};

struct ir_spill {
	int fd;
	off_t size;
	char *out;
	size_t out_len;
	struct run *runs;
	uint32_t n;
	struct run open;
	bool broken;
	size_t read_size;
};

/* Some file systems have only files with names. */
static int
nameless(const char *directory)
{
	int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
	struct ir_buf path;

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd;
	ir_buf_init(&path, PATH_MAX);
	if (ir_buf_addf(&path, "%s/ir-logs-XXXXXX", directory) == 0)
		fd = mkostemp(path.data, O_CLOEXEC);
	if (fd >= 0)
		unlink(path.data);
	ir_buf_done(&path);
	return fd;
}

struct ir_spill *
ir_spill_new(const char *directory)
{
	struct ir_spill *s;
	int fd = nameless(directory);

	if (fd < 0)
		return NULL;
	s = calloc(1, sizeof(*s));
	if (!s || !(s->out = malloc(WRITE)))
		ir_oom();
	s->fd = fd;
	return s;
}

/* ---- writing */

int
ir_spill_begin(struct ir_spill *s, size_t bytes)
{
	struct statvfs fs;

	if (s->n == RUNS || fstatvfs(s->fd, &fs) != 0)
		return -1;
	if ((uint64_t)s->size + bytes > (fs.f_bavail * fs.f_frsize + (uint64_t)s->size) / 2)
		return -1;
	s->open = (struct run){ .at = s->size, .end = s->size };
	s->out_len = 0;
	s->broken = false;
	return 0;
}

static void
flush(struct ir_spill *s)
{
	size_t done = 0;

	while (!s->broken && done < s->out_len) {
		ssize_t n = pwrite(s->fd, s->out + done, s->out_len - done, s->open.end);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			s->broken = true;
			break;
		}
		done += (size_t)n;
		s->open.end += n;
	}
	s->out_len = 0;
}

static void
put(struct ir_spill *s, const void *data, size_t n)
{
	const char *p = data;

	while (n) {
		size_t k = WRITE - s->out_len < n ? WRITE - s->out_len : n;

		memcpy(s->out + s->out_len, p, k);
		s->out_len += k;
		p += k;
		n -= k;
		if (s->out_len == WRITE)
			flush(s);
	}
}

int
ir_spill_add(struct ir_spill *s, const struct ir_held *e)
{
	put(s, e, sizeof(*e) + e->size);
	s->open.lines += e->lines;
	return s->broken ? -1 : 0;
}

int
ir_spill_end(struct ir_spill *s)
{
	flush(s);
	if (s->broken)
		return -1;
	s->runs = realloc(s->runs, (s->n + 1) * sizeof(*s->runs));
	if (!s->runs)
		ir_oom();
	s->runs[s->n++] = s->open;
	s->size = s->open.end;
	return 0;
}

/* ---- reading */

uint32_t
ir_spill_runs(struct ir_spill *s)
{
	free(s->out);
	s->out = NULL;
	s->read_size = READ / (s->n ? s->n : 1);
	if (s->read_size > READ_MAX)
		s->read_size = READ_MAX;
	if (s->read_size < READ_MIN)
		s->read_size = READ_MIN;
	return s->n;
}

/* More bytes of the run. False: there are none, or they cannot be had. */
static bool
fill(struct ir_spill *s, struct run *r)
{
	size_t want = (size_t)(r->end - r->at) < s->read_size ? (size_t)(r->end - r->at) : s->read_size;
	ssize_t n;

	if (!r->buf && !(r->buf = malloc(s->read_size)))
		ir_oom();
	do
		n = pread(s->fd, r->buf, want, r->at);
	while (n < 0 && errno == EINTR);
	r->pos = 0;
	r->len = n > 0 ? (size_t)n : 0;
	r->at += (off_t)r->len;
	return r->len > 0;
}

static bool
get(struct ir_spill *s, struct run *r, void *data, size_t n)
{
	char *p = data;

	while (n) {
		size_t k;

		if (r->pos == r->len && !fill(s, r))
			return false;
		k = r->len - r->pos < n ? r->len - r->pos : n;
		memcpy(p, r->buf + r->pos, k);
		r->pos += k;
		p += k;
		n -= k;
	}
	return true;
}

struct ir_held *
ir_spill_take(struct ir_spill *s, uint32_t run, int64_t *lost)
{
	struct run *r = &s->runs[run];
	struct ir_held head, *e = NULL;

	if (r->lines > 0 && get(s, r, &head, sizeof(head))) {
		e = malloc(sizeof(*e) + head.size);
		if (!e)
			ir_oom();
		*e = head;
		e->run = run;
		e->spilled = true;
		if (get(s, r, e->data, e->size)) {
			r->lines -= e->lines;
			return e;
		}
	}
	free(e);
	free(r->buf);
	r->buf = NULL;
	*lost += r->lines;
	r->lines = 0;
	return NULL;
}

void
ir_spill_free(struct ir_spill *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; i < s->n; i++)
		free(s->runs[i].buf);
	free(s->runs);
	free(s->out);
	close(s->fd);
	free(s);
}
