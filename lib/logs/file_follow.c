/* file_follow - files that grow, are cut to nothing, change their names, go and come */
#include <errno.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "logs/file.h"
#include "logs/rotated.h"

enum {
	POLL_US = 1000 * 1000,  /* what inotify does not tell: other machines' writes, directories that come later */
	PAUSE_US = 20 * 1000,   /* between two looks, whatever happens */
	LATE_US = 60 * 1000000, /* how long a file without its name is read on after its last line */
	LISTINGS = 8,           /* of a directory, in one look */
	PATIENCE = 2,           /* polls for the rest of a line in one that has lost its name */
};

static void look_by(struct ir_log_files *, int64_t at_us);

/* ---- inotify, which only says when to look */

static const char *
dir_of(struct ir_arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	return ir_strndup(arena, path, slash > path ? (size_t)(slash - path) : 1);
}

static void
watch_dir(struct ir_log_files *all, const char *path)
{
	struct ir_arena scratch = { NULL };

	if (all->inotify >= 0)
		inotify_add_watch(all->inotify, dir_of(&scratch, path), IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
	ir_arena_done(&scratch);
}

/* What is open, whatever it is called. */
void
ir_log_file_watch(struct ir_log_file *f)
{
	char path[64];

	if (f->all->inotify < 0)
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", f->feed.fd);
	f->wd = inotify_add_watch(f->all->inotify, path, IN_MODIFY | IN_MOVE_SELF | IN_ATTRIB);
	if (f->path)
		watch_dir(f->all, f->path);
}

void
ir_log_file_unwatch(struct ir_log_file *f)
{
	if (f->wd >= 0 && f->all->inotify >= 0)
		inotify_rm_watch(f->all->inotify, f->wd);
	f->wd = -1;
}

static void
all_changed(struct ir_log_files *all)
{
	all->find = true;
	for (size_t i = 0; i < all->n; i++)
		all->v[i]->changed = true;
}

static void
note(struct ir_log_files *all, const struct inotify_event *e)
{
	bool file = false;

	for (size_t i = 0; i < all->n; i++) {
		if (all->v[i]->wd == e->wd)
			file = all->v[i]->changed = true;
	}
	if (!file && !(e->mask & IN_IGNORED))
		all_changed(all);
}

static void
read_events(struct ir_log_files *all)
{
	_Alignas(struct inotify_event) char buf[16 << 10];
	ssize_t n;

	for (int turns = 0; turns < 16 && (n = read(all->inotify, buf, sizeof(buf))) > 0; turns++) {
		for (char *p = buf; p < buf + n;) {
			const struct inotify_event *e = (const struct inotify_event *)(void *)p;

			note(all, e);
			p += sizeof(*e) + e->len;
		}
	}
}

/* ---- one file */

static bool
same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static void
end(struct ir_log_file *f)
{
	struct ir_logs_reader *r = f->all->source->reader;

	if (f->stream && f->stream->reading)
		r->ops->ended(r, f->stream);
}

static void
go_on(struct ir_log_file *f, const struct stat *st)
{
	f->feed.sparse = ir_log_file_sparse(st);
	f->feed.hole = f->feed.offset;
	f->stream->newest_ms = ir_now_ms();
	f->unfinished = 0;
	f->until_us = ir_mono_us() + LATE_US;
	f->state = IR_LOG_FILE_READY;
}

/* Cut to nothing: it begins again. */
static void
begin_again(struct ir_log_file *f, const struct stat *st)
{
	ir_trace(f->all->source->ctx, 1, "'%s' was cut; it is read from its beginning", f->path ? f->path : f->key);
	end(f);
	ir_feed_begin(&f->feed, 0);
	go_on(f, st);
}

/* ---- another one has its name */

struct listing {
	struct ir_log_part *v;
	size_t n;
	struct stat live;
};

static bool
list(struct ir_log_file *f, struct ir_arena *arena, struct listing *l)
{
	struct ir_list all = { NULL, 0, 0 };

	if (stat(f->path, &l->live) < 0)
		return false;
	ir_rotated_siblings(arena, f->key, ir_log_file_mtime(&f->st), &all);
	l->n = ir_log_parts(arena, &all, &l->v);
	return true;
}

static bool
same_listing(const struct listing *a, const struct listing *b)
{
	bool ret = a->n == b->n && same(&a->live, &b->live);

	for (size_t i = 0; ret && i < a->n; i++)
		ret =
		    a->v[i].dev == b->v[i].dev && a->v[i].ino == b->v[i].ino && strcmp(a->v[i].path, b->v[i].path) == 0;
	return ret;
}

/* A rotation in this moment hides some and shows others twice: what is listed twice alike is so. */
static bool
list_settled(struct ir_log_file *f, struct ir_arena *arena, struct listing *ret)
{
	struct listing last = { NULL, 0, { 0 } };
	bool listed = false;

	for (int i = 0; i < LISTINGS; i++) {
		bool ok = list(f, arena, ret);

		if (listed && ok && same_listing(ret, &last))
			return true;
		listed = ok;
		last = *ret;
	}
	return false;
}

/* Those that had the name in between: siblings that are newer than what is open. */
static void
keep_missed(const struct ir_log_file *f, struct listing *l)
{
	bool newer = false;
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		const struct ir_log_part *p = &l->v[i];

		if (newer && strcmp(p->path, f->path) != 0)
			l->v[n++] = *p;
		else if (ir_log_part_is(p, &f->st))
			newer = true;
	}
	l->n = n;
}

/* What is open is read on without its name: whoever has it open may still write into it. */
static void
keep_late(struct ir_log_file *f)
{
	struct ir_log_file *late = f->late;

	if (!late) {
		f->late = late = ir_log_file_new(f->all, f->key, f->path);
		late->path = NULL;
		late->part = 1;
		late->n_parts = 1;
	}
	end(late);
	ir_log_file_close(late);
	late->feed = f->feed;
	late->feed.last = '\n';
	late->st = f->st;
	late->wd = f->wd;
	if (!late->stream)
		late->stream = IR_NEW(f->all->source->ctx->arena, struct ir_logs_stream);
	late->stream->service = f->stream->service;
	late->stream->subject = f->stream->subject;
	late->stream->zone_known = f->stream->zone_known;
	late->stream->zone_min = f->stream->zone_min;
	late->feed.stream = late->stream;
	late->until_us = ir_mono_us() + LATE_US;
	late->state = IR_LOG_FILE_FOLLOWED;
	f->feed = (struct ir_feed){ .fd = -1 };
	f->wd = -1;
}

/* Another file has the name now, and this one is read to its end. false: it is not told yet what came in between. */
static bool
replace(struct ir_log_file *f, const struct stat *named)
{
	struct ir_arena scratch = { NULL };
	struct listing l = { NULL, 0, *named };
	bool ok = f->feed.fd < 0 || list_settled(f, &scratch, &l);

	if (ok && f->feed.fd >= 0) {
		if (f->feed.last != '\n')
			end(f);
		keep_missed(f, &l);
		keep_late(f);
	}
	if (ok) {
		f->fresh = true;
		f->unfinished = 0;
		ir_log_file_parts(f, l.v, l.n, &l.live);
	}
	ir_arena_done(&scratch);
	return ok;
}

/* Does it still have its name? One that ends in the middle of a line may be written to in this moment. */
static void
look_at_name(struct ir_log_file *f, bool polled)
{
	struct stat named;

	if (stat(f->path, &named) < 0 || same(&named, &f->st))
		return;
	if (f->state == IR_LOG_FILE_FOLLOWED && f->feed.last != '\n' && (f->unfinished += polled) < PATIENCE)
		return;
	if (!replace(f, &named)) {
		f->changed = true;
		look_by(f->all, ir_mono_us());
	}
}

static void
look_at(struct ir_log_file *f, bool polled)
{
	struct stat st;

	/* one that is being read is looked at when that is done */
	f->changed = f->state == IR_LOG_FILE_READY;
	if (f->state == IR_LOG_FILE_MISSING) {
		look_at_name(f, polled);
		return;
	}
	if (f->state != IR_LOG_FILE_FOLLOWED || fstat(f->feed.fd, &st) < 0)
		return;
	if (st.st_size < f->feed.offset || !ir_feed_marked(&f->feed)) {
		begin_again(f, &st);
	} else if (st.st_size > f->feed.offset) {
		go_on(f, &st);
	} else if (f->path) {
		look_at_name(f, polled);
	} else if (ir_mono_us() > f->until_us) {
		end(f);
		ir_log_file_close(f);
		f->state = IR_LOG_FILE_OVER;
	}
}

/* ---- all of them */

static void
on_look(void *arg)
{
	struct ir_log_files *all = arg;
	int64_t now = ir_mono_us();
	bool polled = now - all->polled_us >= POLL_US;

	all->look = NULL;
	all->looked_us = now;
	if (all->inotify >= 0) {
		read_events(all);
		ir_loop_mod(all->source->ctx->loop, all->inotify, EPOLLIN);
	}
	if (polled) {
		all->polled_us = now;
		all_changed(all);
	}
	if (all->find)
		ir_log_files_find(all, false);
	all->find = false;
	/* those that come on the way are at the end */
	for (size_t i = 0, n = all->n; i < n; i++) {
		if (all->v[i]->changed)
			look_at(all->v[i], polled);
	}
	ir_log_files_wake(all);
	look_by(all, all->polled_us + POLL_US);
}

static void
look_by(struct ir_log_files *all, int64_t at_us)
{
	if (at_us < all->looked_us + PAUSE_US)
		at_us = all->looked_us + PAUSE_US;
	if (all->look && all->look_us <= at_us)
		return;
	ir_timer_cancel(all->look);
	all->look_us = at_us;
	all->look = ir_loop_at(all->source->ctx->loop, at_us, on_look, all);
}

/* Quiet until the look, however much happens. */
static void
on_event(void *arg, int fd, uint32_t events)
{
	struct ir_log_files *all = arg;

	(void)events;
	ir_loop_mod(all->source->ctx->loop, fd, 0);
	look_by(all, ir_mono_us());
}

void
ir_log_files_follow(struct ir_log_files *all)
{
	struct ir_err err = IR_ERR_INIT;

	all->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (all->inotify >= 0 && ir_loop_add(all->source->ctx->loop, all->inotify, EPOLLIN, on_event, all, &err) < 0) {
		close(all->inotify);
		all->inotify = -1;
	}
	for (size_t i = 0; i < all->patterns.n; i++)
		watch_dir(all, all->patterns.v[i]);
	all->polled_us = ir_mono_us();
	look_by(all, all->polled_us + POLL_US);
}

void
ir_log_files_unfollow(struct ir_log_files *all)
{
	ir_timer_cancel(all->look);
	all->look = NULL;
	if (all->inotify < 0)
		return;
	ir_loop_del(all->source->ctx->loop, all->inotify);
	close(all->inotify);
	all->inotify = -1;
}
