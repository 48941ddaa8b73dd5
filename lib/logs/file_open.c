/* file_open - a part of a log is opened, whatever there is under its name */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "logs/file.h"
#include "logs/rotated.h"

enum { SMALL = 1 << 20, HEAD = 16, LISTINGS = 16 };

struct ir_log_file *
ir_log_file_new(struct ir_log_files *all, const char *key, const char *path)
{
	struct ir_arena *arena = all->source->ctx->arena;
	struct ir_log_file *f = IR_NEW(arena, struct ir_log_file);

	if (all->n == all->size) {
		struct ir_log_file **v = IR_NEW_N(arena, struct ir_log_file *, all->size = 2 * all->size + 8);

		if (all->n)
			memcpy(v, all->v, all->n * sizeof(*v));
		all->v = v;
	}
	all->v[all->n++] = f;
	f->all = all;
	f->key = ir_strdup(arena, key);
	f->path = ir_strdup(arena, path);
	f->subject = ir_log_file_subject(arena, path, false);
	f->feed.fd = f->wd = -1;
	f->tail = -1;
	return f;
}

size_t
ir_log_parts(struct ir_arena *arena, const struct ir_list *paths, struct ir_log_part **ret)
{
	struct ir_log_part *v = *ret = IR_NEW_N(arena, struct ir_log_part, paths->n + 1);
	struct stat st;
	size_t n = 0;

	for (size_t i = 0; i < paths->n; i++) {
		if (stat(paths->v[i], &st) == 0)
			v[n++] = (struct ir_log_part){ paths->v[i], st.st_dev, st.st_ino };
	}
	return n;
}

bool
ir_log_part_is(const struct ir_log_part *p, const struct stat *st)
{
	return !p->ino || (p->dev == st->st_dev && p->ino == st->st_ino);
}

void
ir_log_file_parts(struct ir_log_file *f, const struct ir_log_part *older, size_t n, const struct stat *live)
{
	struct ir_arena *arena = f->all->source->ctx->arena;

	if (!f->parts || n)
		f->parts = IR_NEW_N(arena, struct ir_log_part, n + 1);
	f->n_parts = f->part = 0;
	for (size_t i = 0; i < n; i++) {
		/* what was renamed in the meantime is not read twice */
		if (ir_log_part_is(&older[i], live))
			continue;
		f->parts[f->n_parts] = older[i];
		f->parts[f->n_parts++].path = ir_strdup(arena, older[i].path);
	}
	f->parts[f->n_parts++] = (struct ir_log_part){ f->path, live->st_dev, live->st_ino };
	f->state = IR_LOG_FILE_NEW;
}

int64_t
ir_log_file_mtime(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
}

bool
ir_log_file_sparse(const struct stat *st)
{
	return st->st_blocks * 512 < st->st_size;
}

void
ir_log_file_fault(struct ir_log_file *f, const char *path, const struct ir_err *err)
{
	struct ir_logs_source *s = f->all->source;

	if (f->told)
		return;
	f->told = s->query->follow;
	ir_logs_fault(s, path == f->path ? f->subject : ir_log_file_subject(s->ctx->arena, path, false), err);
}

void
ir_log_file_close(struct ir_log_file *f)
{
	if (f->feed.fd < 0)
		return;
	ir_log_file_unwatch(f);
	if (!f->feed.file)
		ir_loop_del(f->all->source->ctx->loop, f->feed.fd);
	close(f->feed.fd);
	f->feed.fd = -1;
	ir_feed_done(&f->feed);
}

/* ---- what cannot be opened */

static void
cannot(struct ir_log_file *f, const char *path, int e)
{
	struct ir_logs_source *s = f->all->source;
	struct ir_err err = IR_ERR_INIT;
	bool gone = e == ENOENT || e == ENOTDIR;

	if (gone && path == f->path && s->query->follow) {
		if (!f->told)
			ir_trace(s->ctx, 0, "'%s' is not there yet", path);
		f->told = true;
		return;
	}
	if (gone)
		ir_fail(&err, IR_FINDING, "'%s' is not there", path);
	else if (e == ENXIO)
		ir_fail(&err, IR_INCOMPLETE, "'%s' is a socket, which holds no lines", path);
	else
		ir_fail(&err, IR_INCOMPLETE, "'%s' cannot be read: %s", path, strerror(e));
	if (e == EACCES || e == EPERM)
		ir_hint(&err, "run it as a user who may read the file");
	ir_log_file_fault(f, path, &err);
}

static void
wrong_kind(struct ir_log_file *f, const char *path, const struct stat *st)
{
	struct ir_err err = IR_ERR_INIT;

	if (S_ISDIR(st->st_mode)) {
		ir_fail(&err, IR_INCOMPLETE, "'%s' is a directory", path);
		ir_hint(&err, "name its files: '%s%s*.log'", path, path[strlen(path) - 1] == '/' ? "" : "/");
	} else {
		ir_fail(&err, IR_INCOMPLETE, "'%s' is a block device, which holds no lines", path);
	}
	ir_log_file_fault(f, path, &err);
}

/* ---- opening */

static int
open_path(const char *path, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0 && fstat(fd, st) < 0) {
		int e = errno;

		close(fd);
		errno = e;
		return -1;
	}
	return fd;
}

/* Its name has moved on since it was found: look for what it was. */
static int
find_renamed(struct ir_log_file *f, const struct ir_log_part *p, struct stat *st)
{
	struct ir_arena scratch = { NULL };
	struct ir_list all = { NULL, 0, 0 };
	int fd = -1;

	ir_rotated_siblings(&scratch, f->key, INT64_MIN, &all);
	for (size_t i = 0; i < all.n && fd < 0; i++) {
		if (stat(all.v[i], st) == 0 && ir_log_part_is(p, st))
			fd = open_path(all.v[i], st);
		if (fd >= 0 && !ir_log_part_is(p, st)) {
			close(fd);
			fd = -1;
		}
	}
	ir_arena_done(&scratch);
	return fd;
}

/* A listing may miss a file that is renamed in that moment. */
static int
open_renamed(struct ir_log_file *f, const struct ir_log_part *p, struct stat *st)
{
	int fd = -1;

	for (int i = 0; i < LISTINGS && fd < 0; i++)
		fd = find_renamed(f, p, st);
	return fd;
}

/* Packed by now, it is another file, which says the same. */
static int
open_packed(const struct ir_log_part *p, struct stat *st)
{
	static const char *const suffixes[] = { ".gz", ".zst", NULL };
	struct ir_arena scratch = { NULL };
	int fd = -1;

	for (size_t i = 0; suffixes[i] && fd < 0; i++)
		fd = open_path(ir_asprintf(&scratch, "%s%s", p->path, suffixes[i]), st);
	ir_arena_done(&scratch);
	return fd;
}

static int
open_part(struct ir_log_file *f, const struct ir_log_part *p, struct stat *st)
{
	int fd = open_path(p->path, st), found, e = errno;
	bool live = f->part + 1 == f->n_parts;

	if (fd >= 0 ? ir_log_part_is(p, st) : errno != ENOENT)
		return fd;
	/* what is there now is another; it is read when what it was cannot be found */
	found = p->ino ? open_renamed(f, p, st) : -1;
	if (found < 0 && fd < 0 && !live)
		found = open_packed(p, st);
	if (found >= 0) {
		if (fd >= 0)
			close(fd);
		return found;
	}
	if (fd >= 0)
		fstat(fd, st);
	errno = e;
	return fd;
}

static bool
is_plain(int fd)
{
	char head[HEAD];
	ssize_t n = pread(fd, head, sizeof(head), 0);

	return n > 0 && ir_pack_of(head, (size_t)n, NULL) == IR_PACK_PLAIN;
}

/* Where to begin: nothing that is surely too old is read. */
static void
place(struct ir_log_file *f)
{
	const struct ir_logs_query *q = f->all->source->query;
	struct ir_feed *feed = &f->feed;
	int64_t size = f->st.st_size, begin = 0, end;
	bool live = f->part + 1 == f->n_parts;

	f->tail = -1;
	if (f->fresh || size == 0)
		; /* all of it */
	else if (q->since_ms != IR_TIME_NONE && size > SMALL && ir_log_file_mtime(&f->st) < q->since_ms)
		begin = size;
	else if (!is_plain(feed->fd))
		; /* what is packed has one beginning */
	else if (q->since_ms != IR_TIME_NONE || q->until_ms != IR_TIME_NONE) {
		ir_log_file_window(f, &begin, &end);
		if (!q->follow)
			feed->limit = end;
	} else if (live && q->tail >= 0 && !feed->sparse) {
		f->tail = q->tail + 1;
		f->back = begin = size;
	}
	ir_feed_begin(feed, begin);
}

static void
set_stream(struct ir_log_file *f)
{
	struct ir_logs_source *s = f->all->source;
	int64_t now = s->query->now_ms, mtime = ir_log_file_mtime(&f->st);

	if (!f->stream) {
		f->stream = IR_NEW(s->ctx->arena, struct ir_logs_stream);
		f->stream->service = s->service ? s->service : "";
		f->stream->subject = f->subject;
	}
	f->stream->newest_ms = S_ISREG(f->st.st_mode) && mtime < now ? mtime : now;
	ir_logs_zone_set(&f->all->zone, f->stream);
}

static void
on_ready(void *arg, int fd, uint32_t events)
{
	struct ir_log_file *f = arg;

	(void)fd;
	(void)events;
	ir_log_file_turn(f);
	ir_log_files_wake(f->all);
}

/* What comes as it comes: a FIFO, a terminal. */
static void
wait_for(struct ir_log_file *f)
{
	struct ir_err err = IR_ERR_INIT;

	ir_feed_begin(&f->feed, 0);
	f->state = IR_LOG_FILE_WAITS;
	/* /dev/zero and the like cannot be waited for: they are always ready */
	if (ir_loop_add(f->all->source->ctx->loop, f->feed.fd, EPOLLIN, on_ready, f, &err) < 0)
		f->state = IR_LOG_FILE_READY;
}

static void
opened(struct ir_log_file *f)
{
	struct ir_logs_source *s = f->all->source;

	set_stream(f);
	f->told = false;
	f->feed.source = s;
	f->feed.stream = f->stream;
	f->feed.file = S_ISREG(f->st.st_mode);
	f->feed.growing = s->query->follow && f->part + 1 == f->n_parts;
	f->feed.limit = s->query->follow || f->st.st_size == 0 ? -1 : f->st.st_size;
	f->feed.sparse = ir_log_file_sparse(&f->st);
	if (!f->feed.file) {
		wait_for(f);
		return;
	}
	posix_fadvise(f->feed.fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	if (f->feed.growing)
		ir_log_file_watch(f);
	place(f);
	f->state = IR_LOG_FILE_READY;
}

void
ir_log_file_open(struct ir_log_file *f)
{
	bool follow = f->all->source->query->follow;

	for (; f->part < f->n_parts; f->part++) {
		const struct ir_log_part *p = &f->parts[f->part];
		struct stat st = { 0 };

		f->feed.fd = open_part(f, p, &st);
		if (f->feed.fd < 0) {
			cannot(f, p->path, errno);
			continue;
		}
		f->st = st;
		if (S_ISDIR(st.st_mode) || S_ISBLK(st.st_mode)) {
			wrong_kind(f, p->path, &st);
			close(f->feed.fd);
			f->feed.fd = -1;
			continue;
		}
		opened(f);
		return;
	}
	f->state = follow && f->path ? IR_LOG_FILE_MISSING : IR_LOG_FILE_OVER;
}
