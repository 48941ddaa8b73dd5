/* stdin - lines that are piped in */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "logs/feed.h"
#include "logs/zone.h"
#include "service/service.h"

enum { PIPE_BYTES = 1 << 20 };

struct input {
	struct ir_logs_source *source;
	ir_logs_done *done;
	struct ir_logs_stream stream;
	struct ir_logs_zone zone;
	struct ir_feed feed;
	struct ir_timer *timer;
	bool waits; /* the loop says when there is something; else it is always ready */
	bool holds;
};

static void
finish(struct input *in)
{
	struct ir_loop *loop = in->source->ctx->loop;

	ir_timer_cancel(in->timer);
	in->timer = NULL;
	if (in->waits)
		ir_loop_del(loop, STDIN_FILENO);
	in->waits = false;
	ir_feed_done(&in->feed);
	if (in->holds)
		ir_loop_release(loop);
	in->holds = false;
}

/* True when there is more to come. */
static bool
turn(struct input *in)
{
	struct ir_logs_source *s = in->source;
	struct ir_err err = IR_ERR_INIT;
	enum ir_feed_step step = ir_feed_turn(&in->feed, &err);

	if (step == IR_FEED_MORE)
		return true;
	if (step == IR_FEED_WAIT) {
		if (s->query->follow && in->stream.reading)
			s->reader->ops->idle(s->reader, &in->stream);
		return true;
	}
	if (step == IR_FEED_FAILED) {
		ir_wrap(&err, "standard input");
		ir_logs_fault(s, s->subject, &err);
	}
	if (in->stream.reading)
		s->reader->ops->ended(s->reader, &in->stream);
	finish(in);
	in->done(s);
	return false;
}

static void
on_ready(void *arg, int fd, uint32_t events)
{
	(void)fd;
	(void)events;
	turn(arg);
}

static void
on_turn(void *arg)
{
	struct input *in = arg;
	const struct ir_ctx *ctx = in->source->ctx;

	in->timer = NULL;
	/* at the end of the run nothing more is read, so that it ends in time */
	if ((ctx->deadline_us > 0 && ir_mono_us() >= ctx->deadline_us) || turn(in))
		in->timer = ir_loop_at(ctx->loop, 0, on_turn, in);
}

static int
prepare(struct ir_ctx *ctx, struct ir_logs_source *s, struct ir_err *err)
{
	struct input *in = IR_NEW(ctx->arena, struct input);

	s->priv = in;
	in->source = s;
	s->subject = "stdin";
	if (!s->service)
		s->service = ir_conf_str(s->section, "logs", "service");
	return ir_logs_zone_of(s->section, ir_now_ms(), &in->zone, err) < 0 ? ir_wrap(err, "%s", s->origin) : 0;
}

static void
on_unwanted(void *arg)
{
	struct input *in = arg;

	in->timer = NULL;
	finish(in);
	in->done(in->source);
}

static int
begin(struct input *in, struct ir_err *err)
{
	struct ir_logs_source *s = in->source;
	struct stat st;
	off_t at = 0;

	if (fstat(STDIN_FILENO, &st) < 0)
		return ir_fail(err, IR_INCOMPLETE, "standard input cannot be read: %s", strerror(errno));
	if (S_ISDIR(st.st_mode))
		return ir_fail(err, IR_INCOMPLETE, "standard input is a directory");
	in->feed = (struct ir_feed){ .source = s, .stream = &in->stream, .fd = STDIN_FILENO, .limit = -1 };
	in->feed.file = S_ISREG(st.st_mode);
	in->feed.blocks = true;
	if (in->feed.file && (at = lseek(STDIN_FILENO, 0, SEEK_CUR)) < 0)
		at = 0;
	in->feed.sparse = in->feed.file && st.st_blocks * 512 < st.st_size;
	ir_feed_begin(&in->feed, at);
	if (in->feed.file)
		return 0;
	fcntl(STDIN_FILENO, F_SETPIPE_SZ, PIPE_BYTES);
	in->waits = ir_loop_add(s->ctx->loop, STDIN_FILENO, EPOLLIN, on_ready, in, err) == 0;
	return 0;
}

static int
start(struct ir_logs_source *s, ir_logs_done *done, struct ir_err *err)
{
	struct input *in = s->priv;
	bool wanted = ir_service_wanted(s->services, s->service ? s->service : "");

	in->done = done;
	in->stream = (struct ir_logs_stream){ .service = s->service ? s->service : "", .subject = s->subject };
	in->stream.newest_ms = s->query->now_ms;
	ir_logs_zone_set(&in->zone, &in->stream);
	if (wanted && begin(in, err) < 0)
		return -1;
	if (!in->waits)
		in->timer = ir_loop_at(s->ctx->loop, 0, wanted ? on_turn : on_unwanted, in);
	ir_loop_hold(s->ctx->loop);
	in->holds = true;
	return 0;
}

static void
stop(struct ir_logs_source *s)
{
	finish(s->priv);
}

const struct ir_logs_ops ir_logs_stdin = {
	.name = "stdin",
	.follows = true,
	.prepare = prepare,
	.start = start,
	.stop = stop,
};
