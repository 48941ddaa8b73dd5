/* file_window - which part of a large file the times that are asked for are in, by looking at some of its lines */
#include <unistd.h>

#include "logs/file.h"
#include "logs/line_read.h"

enum {
	LARGE = 64 << 20, /* smaller ones are read whole */
	LOOK = 64 << 10,  /* read for one line with a time */
	LINES = 256,      /* looked at for it */
	POINTS = 64,      /* over the whole file, whose times must not go back */
	NEAR = 1 << 20,
	MARGIN = 4 << 20, /* read too much, on each side: lines are written a little out of order */
	SLOP_MS = 120 * 1000,
};

struct window {
	int fd;
	int64_t size;
	char *buf;
	struct ir_line_scratch scratch;
	struct ir_stamp_base base;
	int64_t at[POINTS + 1], ms[POINTS];
};

/* The time of the first line that has one and begins behind `at` (at 0: there); *line is where it begins. IR_TIME_NONE: none near. */
static int64_t
time_at(struct window *w, int64_t at, int64_t *line)
{
	ssize_t n = pread(w->fd, w->buf, LOOK, at);
	const char *p = w->buf, *end = p + (n > 0 ? n : 0), *nl;
	struct ir_log_line l;

	for (int i = 0; i < LINES && (nl = memchr(p, '\n', (size_t)(end - p))); i++, p = nl + 1) {
		if (i == 0 && at > 0)
			continue;
		ir_line_read(&w->scratch, false, &w->base, p, (size_t)(nl - p), &l, NULL);
		if (l.ms == IR_TIME_NONE)
			continue;
		*line = at + (p - w->buf);
		return l.ms;
	}
	return IR_TIME_NONE;
}

/* Look at lines all over the file. False when they do not tell where a time is: some have none, or times go back. */
static bool
survey(struct window *w)
{
	int64_t line, newest = INT64_MIN + SLOP_MS;

	w->at[POINTS] = w->size;
	for (int i = 0; i < POINTS; i++) {
		w->at[i] = w->size / POINTS * i;
		w->ms[i] = time_at(w, w->at[i], &line);
		if (w->ms[i] == IR_TIME_NONE || w->ms[i] < newest - SLOP_MS)
			return false;
		if (w->ms[i] > newest)
			newest = w->ms[i];
	}
	return true;
}

/* Where lines begin to be of that time or later: it is between *low and *high, near each other unless a line there is odd. */
static void
narrow(struct window *w, int64_t ms, int64_t *low, int64_t *high)
{
	int64_t line, t, low_ms, high_ms;
	int i = 0;

	while (i < POINTS && w->ms[i] < ms)
		i++;
	*low = i ? w->at[i - 1] : 0;
	*high = w->at[i];
	low_ms = w->ms[i ? i - 1 : 0] - SLOP_MS;
	high_ms = i < POINTS ? w->ms[i] + SLOP_MS : INT64_MAX;
	while (*high - *low > NEAR) {
		int64_t middle = *low + (*high - *low) / 2;

		t = time_at(w, middle, &line);
		if (t == IR_TIME_NONE || t < low_ms || t > high_ms)
			return;
		*(t < ms ? low : high) = middle;
	}
}

static void
cut(struct window *w, const struct ir_logs_query *q, int64_t *begin, int64_t *end)
{
	int64_t low, high, line;

	if (q->since_ms != IR_TIME_NONE) {
		narrow(w, q->since_ms - SLOP_MS, &low, &high);
		/* it begins with a line that has a time: those without go with the one before */
		if (low > MARGIN && time_at(w, low - MARGIN, &line) != IR_TIME_NONE)
			*begin = line;
	}
	if (q->until_ms != IR_TIME_NONE) {
		narrow(w, q->until_ms + SLOP_MS, &low, &high);
		if (w->size - high > MARGIN)
			*end = high + MARGIN;
	}
}

void
ir_log_file_window(struct ir_log_file *f, int64_t *begin, int64_t *end)
{
	struct window w = { .fd = f->feed.fd, .size = f->st.st_size };

	*begin = 0;
	*end = w.size;
	if (w.size < LARGE || f->feed.sparse)
		return;
	w.base = (struct ir_stamp_base){ .newest_ms = f->stream->newest_ms, .zone_min = f->stream->zone_min };
	w.buf = malloc(LOOK);
	if (!w.buf)
		ir_oom();
	ir_line_scratch_init(&w.scratch);
	if (survey(&w))
		cut(&w, f->all->source->query, begin, end);
	ir_line_scratch_done(&w.scratch);
	free(w.buf);
}
