/* line_read - header and message, whatever they are wrapped in */
#include "logs/line_read.h"

#include "logs/clean.h"
#include "logs/fields.h"
#include "logs/header.h"

enum { DEPTH = 2 };

struct work {
	struct ir_line_scratch *scratch;
	struct ir_stamp_base *base;
	struct ir_log_line *line;
	struct ir_ids *ids;
	const char *raw; /* offsets are from here; NULL: there are none */
};

void
ir_line_scratch_init(struct ir_line_scratch *s)
{
	ir_buf_init(&s->clean, 4 * IR_LOG_LINE_MAX);
	ir_buf_init(&s->outer, 4 * IR_LOG_LINE_MAX);
	ir_buf_init(&s->inner, 4 * IR_LOG_LINE_MAX);
}

void
ir_line_scratch_done(struct ir_line_scratch *s)
{
	ir_buf_done(&s->clean);
	ir_buf_done(&s->outer);
	ir_buf_done(&s->inner);
}

static size_t
skip_blanks(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && (p[i] == ' ' || p[i] == '\t'))
		i++;
	return i;
}

static void read_text(struct work *, const char *p, size_t n, int depth);

static int
offset(const struct work *w, const char *p, int depth, long at)
{
	return at < 0 || depth > 0 || !w->raw ? -1 : (int)(p - w->raw + at);
}

/* What was found further in completes what is known from outside. */
static void
adopt(struct work *w, const struct ir_log_line *in, const char *p, int depth)
{
	struct ir_log_line *out = w->line;

	if (out->ms == IR_TIME_NONE && in->ms != IR_TIME_NONE) {
		out->ms = in->ms;
		out->zoned = in->zoned;
		out->time_at = offset(w, p, depth, in->time_at);
		out->time_shape = in->time_shape;
	}
	if (!out->level) {
		out->level = in->level;
		out->level_at = offset(w, p, depth, in->level_at);
		out->uncertain |= in->level_at >= 0 && out->level_at < 0;
	}
	if (!out->status) {
		out->status = in->status;
		out->status_at = offset(w, p, depth, in->status_at);
		out->uncertain |= in->status_at >= 0 && out->status_at < 0;
	}
	out->uncertain |= in->uncertain;
	if (!out->logger.p)
		out->logger = in->logger;
	if (!out->stack.p)
		out->stack = in->stack;
	if (!out->service.p)
		out->service = in->service;
	if (depth == 0 && !in->fields)
		out->header_seen = offset(w, p, depth, in->header_seen);
	out->header |= in->header;
	out->fields |= in->fields;
	if (in->message.p)
		out->message = in->message;
}

static struct ir_log_line
nothing(void)
{
	return (struct ir_log_line){
		.ms = IR_TIME_NONE, .time_at = -1, .level_at = -1, .status_at = -1, .header_seen = -1
	};
}

/* JSON or logfmt at p? Its message may have a header of its own. */
static bool
read_fields(struct work *w, const char *p, size_t n, int depth)
{
	struct ir_log_line in = nothing();
	struct ir_buf *buf = depth == 0 ? &w->scratch->outer : &w->scratch->inner;

	ir_buf_reset(buf);
	if (depth >= DEPTH || !ir_fields_read(p, n, w->base, buf, &in, w->ids))
		return false;
	in.header = in.fields = true;
	adopt(w, &in, p, depth);
	if (in.message.p)
		read_text(w, in.message.p, in.message.n, depth + 1);
	return true;
}

/* The status code of an access log: after the quoted request. */
static long
find_status(const char *p, size_t n)
{
	const char *end = p + n;

	for (const char *q = p; (q = memchr(q, '"', (size_t)(end - q))); q++) {
		if (end - q > 5 && q[1] == ' ' && q[2] >= '1' && q[2] <= '5' && q[3] >= '0' && q[3] <= '9' &&
		    q[4] >= '0' && q[4] <= '9' && q[5] == ' ')
			return q + 2 - p;
	}
	return -1;
}

static void
read_status(const char *p, const struct ir_header *h, size_t n, struct ir_log_line *in)
{
	long at = find_status(p + h->message, n - h->message);

	if (at < 0)
		return;
	in->status_at = (int)(h->message + (size_t)at);
	for (size_t i = 0; i < 3; i++)
		in->status = 10 * in->status + (p[(size_t)in->status_at + i] - '0');
}

static void
read_text(struct work *w, const char *p, size_t n, int depth)
{
	struct ir_log_line in = nothing();
	struct ir_header h;
	size_t blanks = skip_blanks(p, n);

	if (blanks < n && read_fields(w, p + blanks, n - blanks, depth))
		return;
	ir_header_read(p, n, w->base, &h);
	if (h.stamped) {
		in.ms = h.stamp.ms;
		in.zoned = h.stamp.zoned;
		in.time_at = (int)h.stamp_at;
		in.time_shape = h.stamp.shape;
	}
	in.header_seen = (int)h.seen;
	in.level = h.level;
	in.level_at = (int)h.level_at;
	in.logger = h.logger;
	in.header = h.message > 0;
	if (h.web)
		read_status(p, &h, n, &in);
	if (h.message > 0 && h.message < n && (p[h.message] == ' ' || p[h.message] == '\t'))
		h.message++;
	in.message = (struct ir_span){ p + h.message, n - h.message };
	adopt(w, &in, p, depth);
	if (h.message > 0) {
		blanks = skip_blanks(in.message.p, in.message.n);
		if (blanks < in.message.n)
			read_fields(w, in.message.p + blanks, in.message.n - blanks, depth);
	}
}

void
ir_line_read(struct ir_line_scratch *scratch, bool stamped, struct ir_stamp_base *base, const char *p, size_t n,
    struct ir_log_line *ret, struct ir_ids *ids)
{
	struct work w = { scratch, base, ret, ids, p };
	struct ir_stamp stamp;
	size_t len = 0;

	if (n > IR_LOG_LINE_MAX)
		n = IR_LOG_LINE_MAX;
	*ret = nothing();
	if (ir_log_dirty(p, n)) {
		ir_buf_reset(&scratch->clean);
		ir_log_clean(&scratch->clean, p, n);
		p = scratch->clean.data;
		n = scratch->clean.len;
		w.raw = NULL;
	}
	if (stamped && (len = ir_stamp_match(p, n, base, &stamp)) > 0)
		len += len < n && p[len] == ' ';
	ret->message = (struct ir_span){ p + len, n - len };
	read_text(&w, p + len, n - len, 0);
	if (len > 0 && ret->ms == IR_TIME_NONE) {
		ret->ms = stamp.ms;
		ret->zoned = stamp.zoned;
		ret->time_at = w.raw ? 0 : -1;
		ret->time_shape = stamp.shape;
	}
	ret->named = ret->level;
	if (ret->status >= 500 && ret->level < IR_LEVEL_ERROR)
		ret->level = IR_LEVEL_ERROR;
	if (ids && !ret->fields)
		ir_ids_find(p + len, n - len, ids);
}

void
ir_line_split(struct ir_log_line *l)
{
	const char *newline;

	while (l->message.n > 0 && *l->message.p == '\n') {
		l->message.p++;
		l->message.n--;
	}
	newline = l->message.n > 0 ? memchr(l->message.p, '\n', l->message.n) : NULL;
	if (!newline)
		return;
	if (!l->stack.p)
		l->stack = l->message;
	l->message.n = (size_t)(newline - l->message.p);
}
