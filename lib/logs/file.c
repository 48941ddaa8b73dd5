/* file - files of lines, one after the other or in turns */
#include <unistd.h>

#include "logs/file.h"
#include "service/service.h"

/* ---- one turn of one file */

static bool
begun(const struct ir_log_file *f)
{
	return f->stream && f->stream->reading;
}

static void
ended(struct ir_log_file *f)
{
	struct ir_logs_reader *r = f->all->source->reader;

	if (begun(f))
		r->ops->ended(r, f->stream);
}

static void
idle(struct ir_log_file *f)
{
	struct ir_logs_reader *r = f->all->source->reader;

	if (f->all->source->query->follow && begun(f))
		r->ops->idle(r, f->stream);
}

/* A part is read; what was rotated goes on where its newer sibling begins, but for a line without its end. */
static void
next_part(struct ir_log_file *f)
{
	if (f->feed.last != '\n')
		ended(f);
	ir_log_file_close(f);
	f->part++;
	f->state = IR_LOG_FILE_NEW;
}

/* The last part is read: this is the end, or not while it is followed. */
static void
last_part(struct ir_log_file *f, bool failed)
{
	bool follow = f->all->source->query->follow;

	if (follow && f->feed.file && !failed) {
		ir_feed_mark(&f->feed);
		f->state = IR_LOG_FILE_FOLLOWED;
		idle(f);
		return;
	}
	ended(f);
	idle(f);
	ir_log_file_close(f);
	f->state = IR_LOG_FILE_OVER;
	if (follow && f->path && S_ISFIFO(f->st.st_mode))
		f->state = IR_LOG_FILE_NEW; /* the next who writes into it */
	else if (follow && f->path && S_ISREG(f->st.st_mode))
		f->state = IR_LOG_FILE_MISSING; /* until another is there */
}

void
ir_log_file_turn(struct ir_log_file *f)
{
	struct ir_err err = IR_ERR_INIT;
	enum ir_feed_step step;

	if (f->tail >= 0 && !ir_log_file_back(f))
		return;
	step = ir_feed_turn(&f->feed, &err);
	if (step == IR_FEED_MORE)
		return;
	if (step == IR_FEED_WAIT) {
		idle(f);
		return;
	}
	if (step == IR_FEED_FAILED) {
		ir_wrap(&err, "'%s'", f->part < f->n_parts ? f->parts[f->part].path : f->path);
		ir_log_file_fault(f, f->part < f->n_parts ? f->parts[f->part].path : f->path, &err);
	}
	if (f->part + 1 < f->n_parts)
		next_part(f);
	else
		last_part(f, step == IR_FEED_FAILED);
}

/* ---- whose turn it is */

/* The run is at its end: nothing more is read, so that it ends in time. */
static bool
too_late(const struct ir_ctx *ctx)
{
	return (ctx->stop && *ctx->stop) || (ctx->deadline_us > 0 && ir_mono_us() >= ctx->deadline_us);
}

/* Some are open at once, so that their lines come together; the others wait. */
static void
open_more(struct ir_log_files *all)
{
	size_t active = 0;

	for (size_t i = 0; i < all->n; i++)
		active += all->v[i]->state == IR_LOG_FILE_READY;
	for (size_t i = 0; i < all->n && active < IR_LOG_FILES_ACTIVE; i++) {
		if (all->v[i]->state != IR_LOG_FILE_NEW)
			continue;
		ir_log_file_open(all->v[i]);
		active += all->v[i]->state == IR_LOG_FILE_READY;
	}
}

static struct ir_log_file *
next(struct ir_log_files *all)
{
	for (size_t i = 0; i < all->n; i++) {
		struct ir_log_file *f = all->v[all->turn++ % all->n];

		if (f->state == IR_LOG_FILE_READY)
			return f;
	}
	return NULL;
}

static void
finish(struct ir_log_files *all)
{
	ir_timer_cancel(all->timer);
	all->timer = NULL;
	ir_log_files_unfollow(all);
	for (size_t i = 0; i < all->n; i++)
		ir_log_file_close(all->v[i]);
	if (all->holds)
		ir_loop_release(all->source->ctx->loop);
	all->holds = false;
}

/* Is there nothing that could still come? */
static bool
all_over(const struct ir_log_files *all)
{
	for (size_t i = 0; i < all->n; i++) {
		if (all->v[i]->state != IR_LOG_FILE_OVER)
			return false;
	}
	for (size_t i = 0; all->source->query->follow && i < all->patterns.n; i++) {
		if (ir_log_file_magic(all->patterns.v[i]))
			return false;
	}
	return true;
}

static bool
pending(const struct ir_log_files *all)
{
	for (size_t i = 0; i < all->n; i++) {
		if (all->v[i]->state == IR_LOG_FILE_READY || all->v[i]->state == IR_LOG_FILE_NEW)
			return true;
	}
	return false;
}

static void
on_turn(void *arg)
{
	struct ir_log_files *all = arg;
	struct ir_log_file *f;

	all->timer = NULL;
	if (!too_late(all->source->ctx)) {
		open_more(all);
		f = next(all);
		if (f)
			ir_log_file_turn(f);
	}
	if (!all_over(all)) {
		if (pending(all))
			ir_log_files_wake(all);
		return;
	}
	finish(all);
	all->done(all->source);
}

void
ir_log_files_wake(struct ir_log_files *all)
{
	if (!all->timer)
		all->timer = ir_loop_at(all->source->ctx->loop, 0, on_turn, all);
}

/* ---- the backend */

/* A path in a file of configuration starts where that file is. */
static const char *
from_conf(struct ir_arena *arena, const struct ir_value *v, const char *path)
{
	const char *slash = v->file ? strrchr(v->file, '/') : NULL;

	if (*path == '/' || *path == '~' || !slash)
		return path;
	return ir_asprintf(arena, "%.*s%s", (int)(slash + 1 - v->file), v->file, path);
}

static int
prepare(struct ir_ctx *ctx, struct ir_logs_source *s, struct ir_err *err)
{
	struct ir_log_files *all = IR_NEW(ctx->arena, struct ir_log_files);
	const struct ir_value *v = ir_conf_value(s->section, "path");

	s->priv = all;
	all->source = s;
	all->inotify = -1;
	for (size_t i = 0; s->paths && i < s->paths->n; i++)
		ir_list_add(ctx->arena, &all->patterns, ir_log_file_absolute(ctx->arena, s->paths->v[i]));
	for (size_t i = 0; !s->paths && v && i < v->list.n; i++)
		ir_list_add(ctx->arena, &all->patterns,
		    ir_log_file_absolute(ctx->arena, from_conf(ctx->arena, v, v->list.v[i])));
	if (!all->patterns.n) {
		ir_fail(err, IR_CONFIG, "%s: no path is given", s->origin);
		return ir_hint(err, "add to the section: path = /var/log/app/*.log");
	}
	for (size_t i = 0; i < all->patterns.n; i++) {
		if (!*all->patterns.v[i])
			return ir_fail(err, IR_CONFIG, "%s: an empty path", s->origin);
	}
	if (!s->service)
		s->service = ir_conf_str(s->section, "logs", "service");
	s->subject = ir_log_file_subject(ctx->arena, all->patterns.v[0], true);
	if (ir_logs_zone_of(s->section, ir_now_ms(), &all->zone, err) < 0)
		return ir_wrap(err, "%s", s->origin);
	return 0;
}

static int
start(struct ir_logs_source *s, ir_logs_done *done, struct ir_err *err)
{
	struct ir_log_files *all = s->priv;

	(void)err;
	all->done = done;
	ir_loop_hold(s->ctx->loop);
	all->holds = true;
	if (ir_service_wanted(s->services, s->service ? s->service : "")) {
		ir_log_files_find(all, true);
		if (s->query->follow)
			ir_log_files_follow(all);
	} else {
		all->patterns.n = 0;
	}
	ir_log_files_wake(all);
	return 0;
}

static void
stop(struct ir_logs_source *s)
{
	finish(s->priv);
}

const struct ir_logs_ops ir_logs_file = {
	.name = "file",
	.follows = true,
	.prepare = prepare,
	.start = start,
	.stop = stop,
};
