/*
 * file - a file that posts are added to, one block each; the channel that is always there
 *
 *	2026-02-01T02:12:44.918Z [sev1] Checkout is down (inc-7k3f2q8m)
 *	    lines of text
 *	    record 7 · 1a453a469fe6
 *
 * Only a block's first line begins in the first column. A block is one write(2) under flock(2), and one that did not fit is taken back.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "channel/answer.h"
#include "channel/outbox.h"
#include "channel/text.h"
#include "conf/discover.h"

enum { AGAIN_US = 20 * 1000 };

struct file {
	struct ir_channel *c;
	const char *path, *block;
	struct ir_timer *timer;
	int fd;
};

/* ---- the block */

static const char *
indented(struct ir_arena *arena, const char *text)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;

	ir_buf_init(&b, 16 * IR_CHANNEL_TEXT);
	while (*text) {
		size_t n = strcspn(text, "\n");

		if (n)
			ir_buf_addf(&b, "    %.*s", (int)n, text);
		ir_buf_addc(&b, '\n');
		text += n + (text[n] == '\n');
	}
	return ir_strndup(arena, b.data, b.len);
}

static const char *
block(struct ir_arena *arena, const struct ir_channel_msg *msg)
{
	const char *text = ir_text_clean(arena, msg->text, true), *last = ir_text_end(arena, msg);
	char at[IR_TIME_MAX];

	return ir_asprintf(arena, "%s %s\n%s%s\n", ir_time_format(at, msg->time_ms),
	    ir_text_clean(arena, msg->title, false), indented(arena, text), indented(arena, last));
}

/* ---- the file */

const char *
ir_channel_file_path(const struct ir_channel *c, struct ir_err *err)
{
	const char *path = ir_channel_key(c, "file"), *dir;

	if (path)
		return path;
	dir = ir_discover_dir(c->ctx->arena, "state");
	if (dir)
		return ir_asprintf(c->ctx->arena, "%s/updates.txt", dir);
	ir_fail(err, IR_IO, "no home directory to keep updates in: add file to the channel");
	return NULL;
}

static int
open_file(struct file *f, bool own, struct ir_err *err)
{
	const int flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	struct stat st;

	f->fd = open(f->path, flags, 0600);
	if (f->fd < 0 && errno == ENOENT && own && ir_outbox_make_dirs(f->path, false) == 0)
		f->fd = open(f->path, flags, 0600);
	if (f->fd < 0)
		return ir_fail(err, IR_IO, "'%s': %s", f->path, strerror(errno));
	if (fstat(f->fd, &st) == 0 && S_ISREG(st.st_mode))
		return 0;
	return ir_fail(err, IR_IO, "'%s' is not a regular file", f->path);
}

/* A line that somebody left without its end does not take in the block. */
static bool
lacks_newline(int fd, off_t size)
{
	char last = '\n';

	return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

static const char *
append(struct file *f)
{
	struct ir_arena *arena = f->c->ctx->arena;
	struct stat st;
	const char *text = f->block;
	ssize_t n;
	int error;

	if (fstat(f->fd, &st) < 0)
		return ir_asprintf(arena, "'%s': %s", f->path, strerror(errno));
	if (lacks_newline(f->fd, st.st_size))
		text = ir_asprintf(arena, "\n%s", text);
	n = write(f->fd, text, strlen(text));
	error = n < 0 ? errno : ENOSPC;
	if (n == (ssize_t)strlen(text) && (fdatasync(f->fd) == 0 || errno == EINVAL))
		return NULL;
	error = n == (ssize_t)strlen(text) ? errno : error;
	if (ftruncate(f->fd, st.st_size) < 0)
		ir_trace(f->c->ctx, 1, "'%s': %s", f->path, strerror(errno));
	return ir_asprintf(arena, "'%s': %s", f->path, strerror(error));
}

static void
finish(struct file *f, enum ir_channel_outcome outcome, const char *why)
{
	ir_timer_cancel(f->timer);
	f->timer = NULL;
	close(f->fd);
	f->fd = -1;
	if (f->c->result)
		f->c->result->url = f->path;
	ir_channel_posted(f->c, outcome, why, NULL);
}

static void
on_turn(void *arg)
{
	struct file *f = arg;
	const char *why;

	f->timer = NULL;
	if (flock(f->fd, LOCK_EX | LOCK_NB) == 0) {
		why = append(f);
		finish(f, why ? IR_CHANNEL_FAILED : IR_CHANNEL_SENT, why);
	} else if (ir_mono_us() + AGAIN_US < f->c->end_us) {
		f->timer = ir_loop_at(f->c->ctx->loop, ir_mono_us() + AGAIN_US, on_turn, f);
	} else {
		finish(
		    f, IR_CHANNEL_FAILED, ir_asprintf(f->c->ctx->arena, "'%s': somebody else has it locked", f->path));
	}
}

static int
start(struct ir_channel *c, const struct ir_channel_msg *msg, struct ir_err *err)
{
	struct file *f = IR_NEW(c->ctx->arena, struct file);

	*f = (struct file){ .c = c, .fd = -1, .path = ir_channel_file_path(c, err) };
	c->priv = f;
	if (!f->path)
		return -1;
	if (ir_effect_allowed(c->ctx, IR_JOURNAL, err) < 0 ||
	    open_file(f, ir_channel_key(c, "file") == NULL, err) < 0) {
		if (f->fd >= 0)
			close(f->fd);
		return -1;
	}
	f->block = block(c->ctx->arena, msg);
	f->timer = ir_loop_at(c->ctx->loop, 0, on_turn, f);
	return 0;
}

static void
stop(struct ir_channel *c)
{
	finish(c->priv, IR_CHANNEL_FAILED, "stopped before it was written");
}

const struct ir_channel_ops ir_channel_file = {
	.name = "file",
	.start = start,
	.stop = stop,
};
