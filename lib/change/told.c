/* told - what the sources of deploys share: rows on their way, lines, ends, and programs */
#include "change/told.h"

#include <errno.h>
#include <fcntl.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/percent.h"
#include "base/cleanup.h"
#include "base/utf8.h"

enum { SAID_MAX = 300 };

const char *
ir_change_key(const struct ir_change_source *s, const char *key)
{
	const char *v = s->section ? ir_conf_str(s->section, "deploy", key) : NULL;

	return v && *v ? v : NULL;
}

const char *
ir_change_place(const struct ir_change_source *s, const char *scheme)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	const char *context = ir_change_key(s, "context");

	ir_buf_init(&b, 4 * IR_FOREIGN_TEXT);
	ir_buf_addf(&b, "%s://", scheme);
	ir_percent_add(&b, context ? context : "-");
	ir_buf_addc(&b, '/');
	return ir_strdup(s->look->ctx->arena, b.data);
}

int
ir_change_need(const struct ir_section *section, const char *key, const char *example, struct ir_err *err)
{
	const char *v = section ? ir_conf_str(section, "deploy", key) : NULL;

	if (v && *v)
		return 0;
	ir_fail(err, IR_CONFIG, "'%s' is missing", key);
	return ir_hint(err, "add to the section: %s = %s", key, example);
}

/* ---- rows */

void
ir_change_put(struct ir_change_source *s, struct ir_deploy *d)
{
	const char *wanted = ir_change_key(s, "environment");

	if (wanted && d->h.env && strcasecmp(wanted, d->h.env) != 0)
		return;
	if (s->service && d->h.service && strcmp(s->service, d->h.service) != 0)
		return;
	/* what others call the environment is not what this run calls it */
	d->h.env = NULL;
	if (!d->h.service)
		d->h.service = s->service ? s->service : "";
	ir_change_add(s, d);
}

static int64_t
older(int64_t a, int64_t b)
{
	return a == IR_TIME_NONE || b < a ? b : a;
}

void
ir_change_cut(struct ir_change_source *s, int64_t oldest_ms)
{
	const struct ir_change_query *q = &s->look->q;

	if (q->since_ms == IR_TIME_NONE ? q->last == 0 : oldest_ms == IR_TIME_NONE || oldest_ms > q->since_ms)
		s->look->cut = true;
}

void
ir_change_put_all(struct ir_change_source *s, struct ir_change_rows *rows)
{
	int64_t oldest = IR_TIME_NONE;

	for (size_t i = 0; i < rows->n; i++) {
		oldest = older(oldest, rows->v[i].h.time_ms);
		ir_change_put(s, &rows->v[i]);
	}
	if (rows->cut)
		ir_change_cut(s, oldest);
}

static bool
is_blank(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strchr(" \t\r", p[i]) || !p[i])
			return false;
	return true;
}

static void
tell_bad(struct ir_change_source *s, const char *where, struct ir_err *why, int64_t more)
{
	struct ir_err err = IR_ERR_INIT;

	if (more)
		ir_fail(&err, IR_INCOMPLETE, "%s: %s (and %lld more lines that are no deploys)", where, why->msg,
		    (long long)more);
	else
		ir_fail(&err, IR_INCOMPLETE, "%s: %s", where, why->msg);
	if (*why->hint)
		ir_hint(&err, "%s", why->hint);
	ir_change_fault(s, s->service, NULL, &err);
}

int64_t
ir_change_put_lines(struct ir_change_source *s, const char *text, size_t n, const char *basis, const char *what,
    int64_t first, int64_t byte)
{
	struct ir_arena *arena = s->look->ctx->arena;
	struct ir_err bad = IR_ERR_INIT;
	const char *where = NULL;
	int64_t line = first, more = 0, oldest = IR_TIME_NONE;

	for (size_t at = 0, len; at < n; at += len + 1, line++) {
		const char *p = text + at, *nl = memchr(p, '\n', n - at);
		struct ir_err err = IR_ERR_INIT;
		struct ir_deploy d;

		len = nl ? (size_t)(nl - p) : n - at;
		if (is_blank(p, len))
			continue;
		if (ir_change_read(arena, p, len, &d, &err) == 0) {
			d.time_basis = basis;
			oldest = older(oldest, d.h.time_ms);
			ir_change_put(s, &d);
		} else if (where) {
			more++;
		} else {
			bad = err;
			where = first ? ir_asprintf(arena, "%s:%lld", what, (long long)line)
				      : ir_asprintf(
					    arena, "%s: the line at byte %lld", what, (long long)(byte + (int64_t)at));
		}
	}
	if (where)
		tell_bad(s, where, &bad, more);
	return oldest;
}

/* ---- the end */

static void
on_later(void *arg)
{
	struct ir_change_later *l = arg;

	l->timer = NULL;
	ir_loop_release(l->source->look->ctx->loop);
	ir_change_done(l->source);
}

void
ir_change_later(struct ir_change_later *l, struct ir_change_source *s)
{
	l->source = s;
	ir_loop_hold(s->look->ctx->loop);
	l->timer = ir_loop_at(s->look->ctx->loop, 0, on_later, l);
}

void
ir_change_later_stop(struct ir_change_later *l)
{
	if (!l->timer)
		return;
	ir_timer_cancel(l->timer);
	l->timer = NULL;
	ir_loop_release(l->source->look->ctx->loop);
}

/* ---- programs */

int
ir_change_run(struct ir_change_source *s, struct ir_program *p, char *const argv[], const char *dir, char *const env[],
    size_t max, struct ir_err *err)
{
	struct ir_ctx *ctx = s->look->ctx;

	p->head_max = max;
	if (ir_program_start(ctx, IR_READ, argv, dir, env, ir_mono_us() + ctx->timeout_ms * 1000, p, err) == 0)
		return 0;
	ir_program_done(p);
	return -1;
}

void
ir_change_end(struct ir_program *p)
{
	if (!p->running)
		return;
	ir_program_stop(p);
	ir_program_done(p);
}

/* The last line that it said on stderr, safe to show. */
static const char *
last_words(struct ir_arena *arena, const struct ir_program *p)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	const char *s = p->errs.data, *nl;
	size_t n = p->errs.len;

	while (n && strchr(" \r\n\t", s[n - 1]))
		n--;
	nl = n ? memrchr(s, '\n', n) : NULL;
	if (nl) {
		n -= (size_t)(nl + 1 - s);
		s = nl + 1;
	}
	ir_buf_init(&b, 4 * SAID_MAX);
	ir_utf8_escape(&b, s, n < SAID_MAX ? n : ir_utf8_cut(s, n, SAID_MAX));
	return n ? ir_asprintf(arena, ": %s", b.data) : "";
}

int
ir_change_ran(struct ir_arena *arena, const struct ir_program *p, const char *name, struct ir_err *err)
{
	const char *said = last_words(arena, p);

	if (p->late)
		return ir_fail(err, IR_BACKEND, "%s: no answer within %lld ms%s", name, (long long)p->limit_ms, said);
	if (WIFSIGNALED(p->status))
		return ir_fail(err, IR_BACKEND, "%s was ended by signal %d%s", name, WTERMSIG(p->status), said);
	if (WEXITSTATUS(p->status))
		return ir_fail(err, IR_BACKEND, "%s exited with status %d%s", name, WEXITSTATUS(p->status), said);
	if (p->head.full)
		return ir_fail(err, IR_INCOMPLETE, "%s printed more than %zu KiB", name, p->head_max >> 10);
	return 0;
}

/* ---- files */

static char *
slurp(int fd, const char *path, size_t max, size_t *n, int64_t *from, struct ir_err *err)
{
	struct stat st;
	char *text;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		ir_fail(err, IR_BACKEND, "'%s' is not a regular file", path);
		return NULL;
	}
	*from = st.st_size > (off_t)max ? st.st_size - (off_t)max : 0;
	text = malloc(max + 1);
	if (!text)
		ir_oom();
	for (*n = 0; *n < max;) {
		ssize_t got = pread(fd, text + *n, max - *n, *from + (off_t)*n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			ir_fail(err, IR_BACKEND, "'%s' cannot be read: %s", path, strerror(errno));
			free(text);
			return NULL;
		}
		if (got == 0)
			break;
		*n += (size_t)got;
	}
	text[*n] = '\0';
	return text;
}

char *
ir_change_slurp(int dir_fd, const char *path, size_t max, size_t *n, int64_t *from, struct ir_err *err)
{
	/* a fifo must not hold us */
	IR_CLOSE int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0) {
		ir_fail(err, IR_BACKEND, "'%s' cannot be read: %s", path, strerror(errno));
		return NULL;
	}
	return slurp(fd, path, max, n, from, err);
}
