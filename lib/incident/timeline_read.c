/* timeline_read - records from files, from the journal, and as they come */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "incident/timeline_priv.h"

enum {
	ROUNDS = 3, /* of looking up what records refer to */
	OBSERVATIONS = 100,
	UNITED = 300, /* observations of an incident whose lists are put together */
	CHUNK = 64 << 10,
	STOP_MS = 100,
	FEED_MS = 200,
};
#define SPOOL_MAX ((int64_t)1 << 30)

/* ---- files */

static int
spool_file(struct ir_err *err)
{
	const char *dir = getenv("TMPDIR");
	char path[4096];
	int fd = open(dir && *dir ? dir : "/tmp", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	snprintf(path, sizeof(path), "%s/ir-timeline.XXXXXX", dir && *dir ? dir : "/tmp");
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return ir_fail(err, IR_IO, "'%s': %s", path, strerror(errno));
	unlink(path);
	return fd;
}

/* 1 when there is something to read, 0 after a while, -1 when told to stop. */
static int
readable(const struct ir_ctx *ctx, int fd, struct ir_err *err)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int n = poll(&p, 1, STOP_MS);

	if (ctx->stop && *ctx->stop)
		return ir_fail(err, IR_INTERRUPTED, "interrupted while reading");
	return n > 0;
}

/* All that comes, for as long as it takes. */
static int
spool(const struct ir_ctx *ctx, int from, int to, const char *name, struct ir_err *err)
{
	char chunk[CHUNK];
	int64_t total = 0;

	for (;;) {
		int ready = readable(ctx, from, err);
		ssize_t n = ready > 0 ? read(from, chunk, sizeof(chunk)) : -1;

		if (ready < 0)
			return -1;
		if (n == 0)
			return 0;
		if (n < 0 && ready > 0 && errno != EINTR && errno != EAGAIN)
			return ir_fail(err, IR_DATA, "'%s': %s", name, strerror(errno));
		if (n < 0)
			continue;
		total += n;
		if (total > SPOOL_MAX)
			return ir_fail(err, IR_DATA, "'%s': more than 1 GiB: give it as a file", name);
		if (write(to, chunk, (size_t)n) != n)
			return ir_fail(err, IR_IO, "copying '%s' to a temporary file: %s", name, strerror(errno));
	}
}

static bool
by_position(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && lseek(fd, 0, SEEK_CUR) == 0;
}

int
ir_timeline_open(struct ir_ctx *ctx, const char *name, struct ir_timeline_file *f, struct ir_err *err)
{
	bool dash = strcmp(name, "-") == 0;
	int fd = dash ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;

	*f = (struct ir_timeline_file){ .name = dash ? "standard input" : name, .fd = fd };
	if (fd >= 0 && by_position(fd))
		return 0;
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		close(fd);
		fd = -1;
		errno = EISDIR;
	}
	if (fd < 0)
		return ir_fail(err, IR_DATA, "'%s': %s", f->name, strerror(errno));
	f->fd = spool_file(err);
	int rc = f->fd < 0 ? -1 : spool(ctx, fd, f->fd, f->name, err);
	close(fd);
	if (rc < 0)
		ir_close_p(&f->fd);
	return rc;
}

/* A file at work. */
struct filing {
	struct ir_timeline *tl;
	struct ir_timeline_file *f;
};

static int
take_line(void *arg, uint64_t lineno, const char *line, size_t n, bool whole)
{
	const struct filing *f = arg;
	const char *record = line;
	size_t len = n;
	struct tl_rec r = { .len = 0 };

	if (line && n == 0)
		return 0;
	if (line && ir_journal_unwrap(line, n, &record, &len) && !record)
		return 0; /* redacted */
	/* What is cut short may look well as far as its envelope goes. */
	if (line && !whole && (tl_rec_read(&r, record, len) < 0 || !tl_rec_obj(&r))) {
		tl_rec_done(&r);
		f->f->torn = true;
		return 0;
	}
	tl_rec_done(&r);
	if (line && ir_timeline_take(f->tl, record, len) == 0)
		return 0;
	if (f->f->bad++ == 0)
		f->f->first_bad = lineno;
	return 0;
}

int
ir_timeline_file(struct ir_timeline *tl, struct ir_timeline_file *f, struct ir_err *err)
{
	f->bad = 0;
	ir_timeline_source(tl);
	return ir_lines(f->fd, f->name, take_line, &(struct filing){ tl, f }, err);
}

/* Observations of one incident. */
struct standing {
	struct ir_arena *arena;
	const char *id;
	struct ir_incident *row;
	size_t n;
};

/* Lists of the first observations only: an incident has some dozens, and who gives a million wants us to be busy. */
static void
stand(struct standing *s, struct ir_incident *row)
{
	struct ir_incident was = s->row ? *s->row : (struct ir_incident){ .title = NULL };

	if (s->n++ > UNITED)
		was.alerts = was.services = was.threads = was.h.refs = (struct ir_list){ .n = 0 };
	if (s->row)
		ir_incident_fold(s->arena, row, &was);
	if (s->n > UNITED + 1) {
		row->alerts = s->row->alerts;
		row->services = s->row->services;
		row->threads = s->row->threads;
		row->h.refs = s->row->h.refs;
	}
	s->row = row;
}

static int
stand_line(void *arg, uint64_t lineno, const char *line, size_t n, bool whole)
{
	struct standing *s = arg;
	const char *record = line;
	size_t len = n;
	struct tl_rec r;

	(void)lineno;
	(void)whole;
	if (!line || !memmem(line, n, s->id, strlen(s->id)))
		return 0;
	if ((ir_journal_unwrap(line, n, &record, &len) && !record) || tl_rec_read(&r, record, len) < 0)
		return 0;
	if (tl_is(&r, "incident") && strcmp(r.id, s->id) == 0 && tl_rec_obj(&r)) {
		struct ir_incident *row = IR_NEW(s->arena, struct ir_incident);

		ir_rec_to_row(s->arena, &ir_kind_incident, tl_rec_obj(&r), row);
		stand(s, row);
	}
	tl_rec_done(&r);
	return 0;
}

struct ir_incident *
ir_timeline_incident(
    struct ir_arena *arena, const char *id, const struct ir_timeline_file *v, size_t n, struct ir_err *err)
{
	struct standing s = { .arena = arena, .id = id };

	for (size_t i = 0; i < n; i++) {
		if (ir_lines(v[i].fd, v[i].name, stand_line, &s, err) < 0)
			return NULL;
	}
	return s.row;
}

/* ---- the journal */

static int
take_record(void *arg, const char *record, size_t len)
{
	ir_timeline_take(arg, record, len);
	return 0;
}

int
ir_timeline_journal(
    struct ir_timeline *tl, struct ir_journal *j, int64_t from_ms, struct ir_journal_at *at, struct ir_err *err)
{
	char day[IR_TIME_MAX];

	*at = (struct ir_journal_at){ .off = 0 };
	if (from_ms != IR_TIME_NONE)
		snprintf(at->day, sizeof(at->day), "%.10s", ir_day_format(day, from_ms));
	ir_timeline_source(tl);
	return ir_journal_read_on(j, at, take_record, tl, err);
}

int
ir_timeline_referred(struct ir_timeline *tl, struct ir_journal *j, struct ir_err *err)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < ROUNDS; i++) {
		struct ir_arena arena = { 0 };
		struct ir_list ids = { 0 };

		ir_timeline_wanted(tl, &ids);
		if (ids.n == 0)
			break;
		struct ir_finds *f = IR_NEW_N(&arena, struct ir_finds, ids.n);
		for (size_t k = 0; k < ids.n; k++)
			f[k].id = ids.v[k];
		ir_timeline_source(tl);
		rc = ir_journal_find_many(j, &arena, f, ids.n, OBSERVATIONS, err);
		for (size_t k = 0; rc == 0 && k < ids.n; k++) {
			for (size_t o = 0; o < f[k].n; o++)
				ir_timeline_take(tl, f[k].v[o].record, f[k].v[o].len);
		}
		ir_arena_done(&arena);
	}
	return rc;
}

/* ---- as they come */

struct counted {
	ir_journal_cb *cb;
	void *arg;
	size_t n;
};

static int
count(void *arg, const char *record, size_t len)
{
	struct counted *c = arg;

	c->n++;
	return c->cb(c->arg, record, len);
}

int
ir_timeline_local(struct ir_timeline_feed *f, int64_t wait_ms, ir_journal_cb *cb, void *arg, struct ir_err *err)
{
	struct counted c = { .cb = cb, .arg = arg };
	int64_t until = ir_mono_us() + wait_ms * 1000;

	for (;;) {
		if (ir_journal_read_on(f->journal, &f->at, count, &c, err) < 0)
			return -1;
		int64_t left = (until - ir_mono_us()) / 1000;
		if (c.n > 0 || left <= 0)
			return 0;
		/* a signal ends it, and the caller looks why */
		if (nanosleep(&(struct timespec){ .tv_nsec = 1000000 * (left < FEED_MS ? left : FEED_MS) }, NULL) < 0)
			return 0;
	}
}
