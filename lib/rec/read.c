/* read - records in: JSON lines, or text rows whose first word is a handle */
#include "rec/read.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/buf.h"
#include "rec/emit.h"
#include "rec/read_priv.h"

enum {
	CHUNK = 1 << 16,
	STOP_MS = 250, /* how often a reader that waits looks whether it was told to stop */
};

static int
not_a_record(struct reader *r, const char *line, size_t n)
{
	in_fail(r, IR_DATA, "neither a JSON record nor a row that begins with a handle");
	if (n > 0 && line[0] == '[')
		return ir_hint(r->err, "give one record a line: use '-o json'");
	return ir_hint(r->err, "let ID be the first column");
}

static int
take_row(struct reader *r, const char *line, size_t n)
{
	struct in_row row;
	char memo[96];
	bool is_new;
	int is = in_row_parse(line, n, &row);

	if (is < 0) /* what is wrong before this line comes first */
		return in_find_pending(r) < 0 ? -1 : not_a_record(r, line, n);
	if (is == 0)
		return 0;
	snprintf(memo, sizeof(memo), "%s %lld %s", row.id, (long long)row.time_ms, row.when);
	in_set_add(&r->rows, &r->in->arena, memo, &is_new);
	return is_new ? in_find(r, &row) : 0;
}

static bool
is_json(const char *line, size_t n)
{
	size_t at = 0;

	while (at < n && (line[at] == ' ' || line[at] == '\t'))
		at++;
	return at < n && line[at] == '{';
}

/* Whole: it ended in a newline. What lacks it is taken if it makes sense, and is a reason to doubt the rest. */
static int
take_line(struct reader *r, const char *line, size_t n, bool whole)
{
	bool cut = false;
	int ret;

	r->lineno++;
	if (n > IR_LINE_MAX)
		return in_find_pending(r) < 0 ? -1 : in_fail(r, IR_DATA, "longer than %d bytes", IR_LINE_MAX);
	if (!whole)
		in_incomplete(r->in, "the last line has no newline: what wrote it was cut short");
	if (is_json(line, n))
		ret = in_find_pending(r) < 0 ? -1 : in_take_json(r, line, n, &cut);
	else if (!whole && in_row_cut(line, n))
		return 0;
	else
		ret = take_row(r, line, n);
	if (ret < 0 && cut && !whole) {
		*r->err = (struct ir_err)IR_ERR_INIT;
		return 0;
	}
	return ret;
}

/* The whole lines in b; the rest stays. */
static int
take_lines(struct reader *r, struct ir_buf *b)
{
	size_t at = 0;
	int ret = 0;

	while (ret == 0) {
		const char *nl = memchr(b->data + at, '\n', b->len - at);

		if (!nl)
			break;
		ret = take_line(r, b->data + at, (size_t)(nl - b->data) - at, true);
		at = (size_t)(nl - b->data) + 1;
	}
	ir_buf_consume(b, at);
	if (ret == 0 && b->len > IR_LINE_MAX)
		ret = take_line(r, b->data, b->len, false);
	return ret;
}

/* 1 when there is something to read, 0 after a while, -1 when told to stop. */
static int
wait_readable(const struct reader *r, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int n = poll(&p, 1, STOP_MS);

	if (r->ctx->stop && *r->ctx->stop)
		return ir_fail(r->err, IR_INTERRUPTED, "interrupted while reading standard input");
	return n > 0;
}

static int
read_all(struct reader *r, int fd, struct ir_buf *b)
{
	size_t total = 0;
	char chunk[CHUNK];

	for (;;) {
		int ready = wait_readable(r, fd);
		ssize_t n = ready > 0 ? read(fd, chunk, sizeof(chunk)) : -1;

		if (ready < 0)
			return -1;
		if (n == 0)
			return b->len ? take_line(r, b->data, b->len, false) : 0;
		if (n < 0 && ready > 0 && errno != EINTR && errno != EAGAIN)
			return ir_fail(r->err, IR_DATA, "cannot read standard input: %s", strerror(errno));
		if (n < 0)
			continue;
		total += (size_t)n;
		if (total > IR_IN_BYTES)
			return ir_fail(r->err, IR_DATA, "more than %d MiB of input", IR_IN_BYTES >> 20);
		ir_buf_add(b, chunk, (size_t)n);
		if (take_lines(r, b) < 0)
			return -1;
	}
}

static void
reader_done(struct reader *r)
{
	in_set_done(&r->rows);
	in_runs_done(&r->runs);
}

int
ir_in_read(struct ir_ctx *ctx, int fd, struct ir_in *in, struct ir_err *err)
{
	struct reader r = { .ctx = ctx, .in = in, .err = err };
	struct ir_buf b;
	int ret = 0;

	ir_buf_init(&b, (size_t)IR_LINE_MAX + CHUNK + 1);
	if (fd >= 0)
		ret = read_all(&r, fd, &b);
	if (ret == 0)
		ret = in_find_pending(&r);
	if (ret == 0)
		in_runs_judge(&r.runs, ctx, in);
	ir_buf_done(&b);
	reader_done(&r);
	return ret;
}

int
ir_in_handle(struct ir_ctx *ctx, const char *handle, struct ir_in *in, struct ir_err *err)
{
	struct in_row row;
	struct reader r;
	int ret;

	if (in_row_parse(handle, strlen(handle), &row) != 1 || strlen(handle) != strlen(row.id)) {
		ir_fail(err, IR_USAGE, "'%s' is not a handle", handle);
		return ir_hint(err, "a handle is the first column of a row, as in 'chk-7k3f2q8m'");
	}
	r = (struct reader){ .ctx = ctx, .in = in, .err = err };
	ret = in_find(&r, &row);
	if (ret == 0)
		ret = in_find_pending(&r);
	reader_done(&r);
	return ret;
}

void
ir_in_done(struct ir_in *in)
{
	for (size_t i = 0; i < in->n; i++)
		json_decref(in->v[i].rec.obj);
	for (size_t i = 0; i < in->n_ends; i++)
		json_decref(in->ends[i].rec.obj);
	free(in->v);
	free(in->ends);
	if (in->seen)
		in_set_done(in->seen);
	ir_arena_done(&in->arena);
	*in = (struct ir_in){ 0 };
}

int
ir_in_each(struct ir_ctx *ctx, const char *handle, void (*take)(void *arg, const struct ir_rec *), void *arg,
    struct ir_err *err)
{
	struct ir_in in = { 0 };

	if ((handle ? ir_in_handle(ctx, handle, &in, err) : ir_in_read(ctx, STDIN_FILENO, &in, err)) < 0) {
		ir_in_done(&in);
		return -1;
	}
	for (size_t i = 0; i < in.n; i++)
		take(arg, &in.v[i].rec);
	if (in.incomplete) {
		ir_trace(ctx, 0, "what was read is not complete: %s", in.why);
		ir_out_incomplete(ctx->out);
	}
	ir_in_done(&in);
	return 0;
}
