/* spawn - a program that prints lines */
#include "logs/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf8.h"

enum { CHUNK = 64 << 10, TURN_US = 4000, PIPE_BYTES = 1 << 20, SHOWN_MAX = 300 };

/* ---- lines */

static void
end_line(struct ir_spawn *s)
{
	if (s->skipping)
		s->left_out++;
	else
		s->line(s, s->part.data, s->part.len);
	s->skipping = false;
	ir_buf_reset(&s->part);
}

static void
cut_lines(struct ir_spawn *s, const char *p, size_t n)
{
	const char *nl;

	for (; (nl = memchr(p, '\n', n)); n -= (size_t)(nl + 1 - p), p = nl + 1) {
		if (!s->part.len && !s->skipping) {
			s->line(s, p, (size_t)(nl - p));
			continue;
		}
		if (ir_buf_add(&s->part, p, (size_t)(nl - p)) < 0)
			s->skipping = true;
		end_line(s);
	}
	if (n && ir_buf_add(&s->part, p, n) < 0)
		s->skipping = true;
}

enum ir_feed_step
ir_spawn_lines(struct ir_spawn *s, struct ir_err *err)
{
	int64_t end_us = ir_mono_us() + TURN_US;
	ssize_t n;

	if (!s->buf && !(s->buf = malloc(CHUNK)))
		ir_oom();
	do {
		n = read(s->proc.out, s->buf, CHUNK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return IR_FEED_WAIT;
		if (n < 0) {
			ir_fail(err, IR_INCOMPLETE, "its output cannot be read: %s", strerror(errno));
			return IR_FEED_FAILED;
		}
		if (n == 0) {
			if (s->part.len || s->skipping)
				end_line(s);
			return IR_FEED_END;
		}
		s->source->bytes += n;
		cut_lines(s, s->buf, (size_t)n);
	} while (ir_mono_us() < end_us);
	return IR_FEED_MORE;
}

/* ---- the program */

static void
forget(struct ir_spawn *s)
{
	struct ir_loop *loop;

	ir_timer_cancel(s->timer);
	s->timer = NULL;
	if (!s->running)
		return;
	loop = s->source->ctx->loop;
	s->running = false;
	ir_loop_del(loop, s->proc.out);
	ir_loop_del(loop, s->proc.err);
	ir_loop_del(loop, s->proc.pidfd);
	ir_proc_done(&s->proc);
	ir_loop_release(loop);
}

static void
close_end(struct ir_spawn *s, int *fd)
{
	ir_loop_del(s->source->ctx->loop, *fd);
	close(*fd);
	*fd = -1;
}

static void
take_words(struct ir_spawn *s)
{
	char buf[4096];
	ssize_t n = -1;

	/* one that never stops complaining must not hold the loop */
	for (int turns = 0; turns < 16 && s->proc.err >= 0; turns++) {
		n = read(s->proc.err, buf, sizeof(buf));
		if (n <= 0)
			break;
		ir_buf_add(&s->errs, buf, (size_t)n);
		if (s->errs.len > IR_SPAWN_WORDS)
			ir_buf_consume(&s->errs, s->errs.len - IR_SPAWN_WORDS);
	}
	if (s->proc.err >= 0 && (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)))
		close_end(s, &s->proc.err);
}

static void
on_words(void *arg, int fd, uint32_t events)
{
	(void)fd;
	(void)events;
	take_words(arg);
}

static void
finish(struct ir_spawn *s)
{
	take_words(s);
	forget(s);
	s->ended(s);
}

static void on_rest(void *);

/* Take what there is; when the program is gone and nothing is left, that was all: others may hold its output open for ever. */
static void
take(struct ir_spawn *s)
{
	enum ir_feed_step step = s->closed ? IR_FEED_END : s->take(s, &s->failed);

	if (!s->closed && (step == IR_FEED_END || step == IR_FEED_FAILED)) {
		s->closed = true;
		close_end(s, &s->proc.out);
	}
	if (!s->exited)
		return;
	if (step == IR_FEED_MORE && !s->timer)
		s->timer = ir_loop_at(s->source->ctx->loop, 0, on_rest, s);
	else if (step != IR_FEED_MORE)
		finish(s);
}

static void
on_rest(void *arg)
{
	struct ir_spawn *s = arg;

	s->timer = NULL;
	take(s);
}

static void
on_output(void *arg, int fd, uint32_t events)
{
	(void)fd;
	(void)events;
	take(arg);
}

static void
on_exit_of(void *arg, int fd, uint32_t events)
{
	struct ir_spawn *s = arg;
	struct ir_loop *loop = s->source->ctx->loop;

	(void)events;
	if (ir_proc_reap(&s->proc, &s->status) == 0)
		return;
	s->exited = true;
	ir_loop_del(loop, fd);
	if (!s->closed)
		ir_loop_del(loop, s->proc.out);
	take(s);
}

int
ir_spawn_start(struct ir_spawn *s, char *const argv[], const char *dir, struct ir_err *err)
{
	struct ir_loop *loop = s->source->ctx->loop;

	ir_buf_init(&s->errs, IR_SPAWN_WORDS + 4096);
	ir_buf_init(&s->part, IR_SPAWN_LINE);
	if (ir_proc_start(s->source->ctx, IR_READ, argv, dir, NULL, &s->proc, err) < 0) {
		ir_spawn_stop(s);
		return -1;
	}
	fcntl(s->proc.out, F_SETPIPE_SZ, PIPE_BYTES);
	s->running = true;
	ir_loop_hold(loop);
	if (ir_loop_add(loop, s->proc.out, EPOLLIN, on_output, s, err) < 0 ||
	    ir_loop_add(loop, s->proc.err, EPOLLIN, on_words, s, err) < 0 ||
	    ir_loop_add(loop, s->proc.pidfd, EPOLLIN, on_exit_of, s, err) < 0) {
		ir_spawn_stop(s);
		return -1;
	}
	return 0;
}

void
ir_spawn_stop(struct ir_spawn *s)
{
	forget(s);
	free(s->buf);
	s->buf = NULL;
	ir_buf_done(&s->errs);
	ir_buf_done(&s->part);
}

/* ---- how it ended */

bool
ir_spawn_said(const struct ir_spawn *s, const char *words)
{
	return strstr(s->errs.data, words) != NULL;
}

/* The last line that says something, for a message. */
static void
add_last_words(struct ir_buf *b, const struct ir_buf *errs)
{
	size_t begin, end = errs->len;

	while (end > 0 && (errs->data[end - 1] == '\0' || strchr(" \t\r\n", errs->data[end - 1])))
		end--;
	for (begin = end; begin > 0 && errs->data[begin - 1] != '\n' && errs->data[begin - 1] != '\r';)
		begin--;
	while (begin < end && (errs->data[begin] == ' ' || errs->data[begin] == '\t'))
		begin++;
	if (end - begin > SHOWN_MAX)
		end = begin + SHOWN_MAX;
	if (end > begin)
		ir_buf_adds(b, ": ");
	ir_utf8_clean(b, errs->data + begin, end - begin);
}

int
ir_spawn_fault(const struct ir_spawn *s, const char *name, struct ir_err *err)
{
	struct ir_buf words;
	const char *sig;

	if (s->failed.code) {
		*err = s->failed;
		ir_wrap(err, "%s", name);
		return 1;
	}
	if (s->status == 0)
		return 0;
	ir_buf_init(&words, 1024);
	add_last_words(&words, &s->errs);
	if (WIFSIGNALED(s->status)) {
		sig = sigabbrev_np(WTERMSIG(s->status));
		ir_fail(err, IR_INCOMPLETE, "%s was killed by SIG%s%s", name, sig ? sig : "?", words.data);
	} else {
		ir_fail(err, IR_INCOMPLETE, "%s exited with status %d%s", name, WEXITSTATUS(s->status), words.data);
	}
	ir_buf_done(&words);
	return 1;
}
