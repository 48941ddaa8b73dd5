/* secret - a value that cannot be printed by accident */
#include "conf/secret.h"

#include <errno.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/proc.h"
#include "base/utf8.h"
#include "conf/file.h"

enum { SECRET_MAX = 64 * 1024, WORDS_MAX = 200, COMMAND_US = 5000000 };

void
ir_secret_set(struct ir_secret *secret, const char *s, size_t n)
{
	ir_secret_done(secret);
	if (n == 0)
		return;
	/* neither a core nor another process of the user may see it */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	secret->bytes = malloc(n + 1);
	if (!secret->bytes)
		ir_oom();
	memcpy(secret->bytes, s, n);
	secret->bytes[n] = '\0';
	secret->len = n;
}

const char *
ir_secret_reveal(const struct ir_secret *secret)
{
	return secret->bytes;
}

void
ir_secret_done(struct ir_secret *secret)
{
	if (secret->bytes) {
		explicit_bzero(secret->bytes, secret->len);
		free(secret->bytes);
	}
	*secret = (struct ir_secret){ .bytes = NULL };
}

/* Bytes on their way to a secret: never moved by realloc, wiped on every way out. */
struct draft {
	char *bytes; /* SECRET_MAX + 1 */
	size_t n;
};

static void
draft_done(struct draft *d)
{
	if (d->bytes)
		explicit_bzero(d->bytes, SECRET_MAX + 1);
	free(d->bytes);
}

static void
draft_init(struct draft *d)
{
	d->n = 0;
	d->bytes = malloc(SECRET_MAX + 1);
	if (!d->bytes)
		ir_oom();
}

/* More bytes from fd: how many, 0 at the end, -1 with errno (EFBIG when it is too much). */
static ssize_t
draft_read(struct draft *d, int fd)
{
	ssize_t n;

	if (d->n > SECRET_MAX) {
		errno = EFBIG;
		return -1;
	}
	n = read(fd, d->bytes + d->n, SECRET_MAX + 1 - d->n);
	if (n > 0)
		d->n += (size_t)n;
	return n;
}

static int
accept_draft(const struct draft *d, struct ir_secret *ret, struct ir_err *err)
{
	size_t n = d->n;

	if (n && d->bytes[n - 1] == '\n')
		n--;
	if (n && n < d->n && d->bytes[n - 1] == '\r')
		n--;
	if (d->n > SECRET_MAX)
		return ir_fail(err, IR_CONFIG, "is longer than %d KiB", SECRET_MAX / 1024);
	if (n == 0)
		return ir_fail(err, IR_CONFIG, "is empty");
	if (memchr(d->bytes, '\0', n))
		return ir_fail(err, IR_CONFIG, "holds a NUL byte");
	ir_secret_set(ret, d->bytes, n);
	return 0;
}

static int
from_file(const char *path, struct ir_secret *ret, struct ir_err *err)
{
	IR_CLEANUP(draft_done) struct draft d;
	struct stat st;
	IR_CLOSE int fd = ir_file_open(path, &st);
	ssize_t n;

	draft_init(&d);
	if (fd < 0)
		return ir_fail(
		    err, IR_CONFIG, "'%s': %s", path, errno == EINVAL ? "not a regular file" : strerror(errno));
	if (st.st_mode & (S_IRWXG | S_IRWXO)) {
		ir_fail(err, IR_CONFIG, "'%s': others may read it (mode %03o)", path, (unsigned)st.st_mode & 0777);
		return ir_hint(err, "run: chmod 600 %s", path);
	}
	while ((n = draft_read(&d, fd)) != 0)
		if (n < 0 && errno != EINTR)
			return ir_fail(
			    err, IR_CONFIG, "'%s': %s", path, errno == EFBIG ? "longer than 64 KiB" : strerror(errno));
	return accept_draft(&d, ret, err) < 0 ? ir_wrap(err, "'%s'", path) : 0;
}

static int
from_env(const char *name, struct ir_secret *ret, struct ir_err *err)
{
	const char *s = getenv(name);

	if (!s || !*s)
		return ir_fail(err, IR_CONFIG, "the environment variable '%s' is %s", name, s ? "empty" : "not set");
	ir_secret_set(ret, s, strlen(s));
	return 0;
}

/* What a command says and how it is going. */
struct talk {
	struct ir_proc proc;
	struct draft out;
	char words[WORDS_MAX]; /* the beginning of stderr, for the message */
	size_t n_words;
};

static void
talk_done(struct talk *t)
{
	ir_proc_done(&t->proc);
	draft_done(&t->out);
}

static void
close_end(int *fd)
{
	close(*fd);
	*fd = -1;
}

/* stdout is kept; of stderr the beginning is kept and the rest read away. */
static int
hear(struct talk *t, const struct pollfd *p)
{
	char junk[4096];
	ssize_t n = 1;

	if (p[0].revents && (n = draft_read(&t->out, t->proc.out)) < 0 && errno != EAGAIN && errno != EINTR)
		return -1;
	if (n == 0)
		close_end(&t->proc.out);
	n = 1;
	if (p[1].revents && (n = read(t->proc.err, junk, sizeof junk)) > 0) {
		size_t room = sizeof t->words - t->n_words, k = (size_t)n < room ? (size_t)n : room;

		memcpy(t->words + t->n_words, junk, k);
		t->n_words += k;
	}
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_end(&t->proc.err);
	return 0;
}

/* Until the program has ended; what it left behind may hold its pipes open, and is not waited for. */
static int
listen_to(const struct ir_ctx *ctx, struct talk *t, int *status, struct ir_err *err)
{
	int64_t until = ir_mono_us() + COMMAND_US;
	int ended = 0;

	if (ctx->deadline_us && ctx->deadline_us < until)
		until = ctx->deadline_us;
	while (!ended) {
		struct pollfd p[3] = { { t->proc.out, POLLIN, 0 }, { t->proc.err, POLLIN, 0 },
			{ t->proc.pidfd, POLLIN, 0 } };
		int64_t left = until - ir_mono_us();

		if (ctx->stop && *ctx->stop)
			return ir_fail(err, IR_INTERRUPTED, "interrupted");
		if (left <= 0)
			return ir_fail(err, IR_CONFIG, "no answer within its time (5s at most)");
		if (poll(p, 3, (int)(left / 1000) + 1) < 0 && errno != EINTR)
			return ir_fail(err, IR_INTERNAL, "poll: %s", strerror(errno));
		if (p[2].revents)
			ended = ir_proc_reap(&t->proc, status);
		/* what was said before the end is in the pipes by now */
		do {
			if (hear(t, p) < 0)
				return ir_fail(
				    err, IR_CONFIG, "%s", errno == EFBIG ? "prints more than 64 KiB" : strerror(errno));
			p[0].fd = t->proc.out;
			p[1].fd = t->n_words < sizeof t->words ? t->proc.err : -1;
		} while (ended && poll(p, 2, 0) > 0);
	}
	return 0;
}

/* The first line of what the command complained, safe to show. */
static int
complain(const struct talk *t, int status, struct ir_err *err)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	const char *nl = memchr(t->words, '\n', t->n_words);

	ir_buf_init(&b, sizeof t->words * 4);
	ir_utf8_escape(&b, t->words, nl ? (size_t)(nl - t->words) : t->n_words);
	if (WIFSIGNALED(status))
		return ir_fail(err, IR_CONFIG, "ended by signal %d%s%s", WTERMSIG(status), b.len ? ": " : "", b.data);
	return ir_fail(err, IR_CONFIG, "exit status %d%s%s", WEXITSTATUS(status), b.len ? ": " : "", b.data);
}

static int
from_command(struct ir_ctx *ctx, char *command, struct ir_secret *ret, struct ir_err *err)
{
	char sh[] = "/bin/sh", c[] = "-c", *argv[] = { sh, c, command, NULL };
	IR_CLEANUP(talk_done) struct talk t = { .n_words = 0 };
	int status = 0;

	draft_init(&t.out);
	t.proc.out = t.proc.err = t.proc.pidfd = -1;
	if (ir_proc_start(ctx, IR_READ, argv, NULL, NULL, &t.proc, err) < 0 || listen_to(ctx, &t, &status, err) < 0)
		return -1;
	if (status)
		return complain(&t, status, err);
	return accept_draft(&t.out, ret, err);
}

int
ir_secret_conf(
    struct ir_ctx *ctx, const struct ir_section *s, const char *key, struct ir_secret *ret, struct ir_err *err)
{
	const struct ir_value *v = ir_conf_value(s, key);
	int bad;

	*ret = (struct ir_secret){ .bytes = NULL };
	if (!v)
		return 0;
	if (strcmp(v->variant, "file") == 0)
		bad = from_file(v->text, ret, err);
	else if (strcmp(v->variant, "env") == 0)
		bad = from_env(v->text, ret, err);
	else
		bad = from_command(ctx, ir_strdup(ctx->arena, v->text), ret, err);
	return bad ? ir_wrap(err, "%s: %s-%s", ir_conf_origin(ctx->arena, v->file, v->line), key, v->variant) : 0;
}
