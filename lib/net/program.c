/* program - run one program to its end or to a deadline */

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "net/program.h"

extern char **environ;

enum { GRACE_US = 200 * 1000, MARGIN_US = 50 * 1000 };

/* How long a group that was told to end has for it; the run goes first. */
static int64_t
grace(const struct ir_ctx *ctx, int64_t now)
{
	int64_t most = (ctx->deadline_us - now) / 5 * 4;

	return most < GRACE_US ? most : GRACE_US;
}

static void
keep_tail(struct ir_buf *b, const char *p, size_t n)
{
	ir_buf_add(b, p, n);
	if (b->len > IR_PROGRAM_TAIL)
		ir_buf_consume(b, b->len - IR_PROGRAM_TAIL);
}

/* Take what is there. 0 when the other end is closed. */
static int
drain(struct ir_program *p, int fd)
{
	char buf[4096];

	/* a program that never stops talking must not hold the loop */
	for (int turns = 0; turns < 16; turns++) {
		ssize_t n = read(fd, buf, sizeof(buf));

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		if (n == 0)
			return 0;
		if (fd == p->proc.out)
			ir_buf_add(&p->head, buf, (size_t)n);
		if (fd == p->proc.err)
			keep_tail(&p->errs, buf, (size_t)n);
		if (!p->secret)
			keep_tail(&p->tail, buf, (size_t)n);
		else
			explicit_bzero(buf, (size_t)n);
	}
	return 1;
}

static void
forget(struct ir_program *p)
{
	const int fds[] = { p->proc.out, p->proc.err, p->proc.pidfd };

	for (size_t i = 0; i < 3; i++) {
		if (fds[i] >= 0)
			ir_loop_del(p->ctx->loop, fds[i]);
	}
	ir_timer_cancel(p->timer);
	p->timer = NULL;
	ir_proc_done(&p->proc);
	p->running = false;
	ir_loop_release(p->ctx->loop);
}

static void
finish(struct ir_program *p)
{
	if (p->proc.out >= 0)
		drain(p, p->proc.out);
	if (p->proc.err >= 0)
		drain(p, p->proc.err);
	p->took_us = ir_mono_us() - p->start_us;
	forget(p);
	p->ended(p->arg, p);
}

static void
on_pipe(void *arg, int fd, uint32_t events)
{
	struct ir_program *p = arg;

	(void)events;
	if (drain(p, fd))
		return;
	ir_loop_del(p->ctx->loop, fd);
	close(fd);
	if (fd == p->proc.out)
		p->proc.out = -1;
	else
		p->proc.err = -1;
}

/* The leader ended; what is left of its group goes with it. */
static void
on_end(void *arg, int fd, uint32_t events)
{
	struct ir_program *p = arg;

	(void)fd;
	(void)events;
	if (ir_proc_reap(&p->proc, &p->status) != 0)
		finish(p);
}

static void
on_grace(void *arg)
{
	struct ir_program *p = arg;

	p->timer = NULL;
	finish(p);
}

static void
on_late(void *arg)
{
	struct ir_program *p = arg;
	int64_t now = ir_mono_us();

	p->late = true;
	ir_proc_signal(&p->proc, SIGTERM);
	p->timer = ir_loop_at(p->ctx->loop, now + grace(p->ctx, now), on_grace, p);
}

static int
watch(struct ir_program *p, struct ir_err *err)
{
	if (ir_loop_add(p->ctx->loop, p->proc.out, EPOLLIN, on_pipe, p, err) < 0 ||
	    ir_loop_add(p->ctx->loop, p->proc.err, EPOLLIN, on_pipe, p, err) < 0 ||
	    ir_loop_add(p->ctx->loop, p->proc.pidfd, EPOLLIN, on_end, p, err) < 0) {
		forget(p);
		return -1;
	}
	return 0;
}

/* What it is to read lies in memory, so that nobody has to feed it. */
static int
start(struct ir_program *p, enum ir_effect effect, char *const argv[], const char *dir, char *const env[],
    struct ir_err *err)
{
	IR_CLOSE int in = -1;

	if (p->input) {
		in = memfd_create("input", MFD_CLOEXEC);
		if (in < 0 || pwrite(in, p->input, p->input_len, 0) != (ssize_t)p->input_len)
			return ir_fail(
			    err, IR_INTERNAL, "'%s' cannot be given its input: %s", argv[0], strerror(errno));
	}
	return ir_proc_start_fed(p->ctx, effect, argv, dir, env, in, &p->proc, err);
}

/* It is never moved, so that it leaves no copies. */
static void
reserve_all(struct ir_buf *b)
{
	char *data = realloc(b->data, b->cap + 1);

	if (!data)
		ir_oom();
	b->data = data;
	b->size = b->cap + 1;
}

int
ir_program_start(struct ir_ctx *ctx, enum ir_effect effect, char *const argv[], const char *dir, char *const env[],
    int64_t at_us, struct ir_program *p, struct ir_err *err)
{
	int64_t now = ir_mono_us(), kept = GRACE_US + MARGIN_US, left = ctx->deadline_us - now;

	/* a short run is the program's, for the most part */
	if (kept > left / 4)
		kept = left / 4;
	if (at_us > ctx->deadline_us - kept)
		at_us = ctx->deadline_us - kept;
	p->ctx = ctx;
	p->late = false;
	p->status = 0;
	p->start_us = now;
	p->limit_ms = at_us > p->start_us ? (at_us - p->start_us + 999) / 1000 : 0;
	ir_buf_init(&p->head, p->head_max ? p->head_max : IR_PROGRAM_HEAD);
	if (p->secret)
		reserve_all(&p->head);
	ir_buf_init(&p->tail, 2 * IR_PROGRAM_TAIL + 4096);
	ir_buf_init(&p->errs, 2 * IR_PROGRAM_TAIL + 4096);
	if (start(p, effect, argv, dir, env, err) < 0)
		return -1;
	p->running = true;
	ir_loop_hold(ctx->loop);
	p->timer = ir_loop_at(ctx->loop, at_us, on_late, p);
	return watch(p, err);
}

void
ir_program_stop(struct ir_program *p)
{
	if (p->running)
		forget(p);
}

void
ir_program_done(struct ir_program *p)
{
	if (p->secret && p->head.data)
		explicit_bzero(p->head.data, p->head.size);
	ir_buf_done(&p->head);
	ir_buf_done(&p->tail);
	ir_buf_done(&p->errs);
}

char *const *
ir_program_env(struct ir_arena *arena, const char *name, const char *value)
{
	size_t n = 0, k = 0, len = strlen(name);
	char **v;

	while (environ[n])
		n++;
	v = IR_NEW_N(arena, char *, n + 2);
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], name, len) != 0 || environ[i][len] != '=')
			v[k++] = environ[i];
	v[k] = ir_asprintf(arena, "%s=%s", name, value);
	return v;
}
