/*
 * logs_reader - a reader that keeps what a source of log lines brings, for the tests of sources
 *
 *	struct logs_reader r;
 *	logs_reader_init(&r, 0);		0: rooms of the usual size
 *	source.reader = &r.reader;
 *	IS_INT(logs_run(&source, &err), 0, "it ends");
 *	IS_STR(logs_text(&r, "file:///…"), "one\ntwo\n", "all lines come");
 */
#ifndef IR_TESTS_UNIT_LOGS_READER_H
#define IR_TESTS_UNIT_LOGS_READER_H

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "logs/source.h"

enum { LOGS_ROOM = 256 << 10, LOGS_KEPT = 4 << 20, LOGS_STREAMS = 1024 };

struct logs_got {
	struct ir_logs_stream *stream;
	struct ir_buf text;	/* the first LOGS_KEPT bytes; at each ended() the byte 0x1e when marks is set */
	int64_t bytes, lines;
	int ended, idle, counted;
};

struct logs_reader {
	struct ir_logs_reader reader;
	char *room;		/* exactly as large as said, so that writing beyond is seen */
	size_t size;
	struct logs_got v[LOGS_STREAMS];
	size_t n;
	bool marks;
	/* Called after each took, ended and idle; may be NULL. */
	void (*seen)(void *arg, struct logs_got *);
	void *arg;
	int64_t counted_lines;
};

static inline struct logs_got *
logs_got(struct ir_logs_reader *reader, struct ir_logs_stream *stream)
{
	struct logs_reader *r = (struct logs_reader *)reader;

	if (!stream->reading) {
		if (r->n == LOGS_STREAMS)
			abort();
		stream->reading = &r->v[r->n++];
		((struct logs_got *)stream->reading)->stream = stream;
		ir_buf_init(&((struct logs_got *)stream->reading)->text, LOGS_KEPT);
	}
	return stream->reading;
}

static inline void
logs_seen(struct ir_logs_reader *reader, struct logs_got *g)
{
	struct logs_reader *r = (struct logs_reader *)reader;

	if (r->seen)
		r->seen(r->arg, g);
}

static inline char *
logs_room(struct ir_logs_reader *reader, struct ir_logs_stream *stream, size_t *n)
{
	struct logs_reader *r = (struct logs_reader *)reader;

	logs_got(reader, stream);
	free(r->room);
	r->room = malloc(r->size);
	if (!r->room)
		abort();
	*n = r->size;
	return r->room;
}

static inline void
logs_took(struct ir_logs_reader *reader, struct ir_logs_stream *stream, size_t n)
{
	struct logs_reader *r = (struct logs_reader *)reader;
	struct logs_got *g = logs_got(reader, stream);

	if (n > r->size)
		abort();
	for (const char *p = r->room, *end = p + n; (p = memchr(p, '\n', (size_t)(end - p))); p++)
		g->lines++;
	g->bytes += (int64_t)n;
	ir_buf_add(&g->text, r->room, n);
	logs_seen(reader, g);
}

static inline void
logs_counted(struct ir_logs_reader *reader, struct ir_logs_stream *stream, const char *line, size_t n, const struct ir_logs_counted *c)
{
	struct logs_got *g = logs_got(reader, stream);

	g->counted++;
	((struct logs_reader *)reader)->counted_lines += c->count;
	ir_buf_add(&g->text, line, n);
	ir_buf_addc(&g->text, '\n');
	logs_seen(reader, g);
}

static inline void
logs_ended(struct ir_logs_reader *reader, struct ir_logs_stream *stream)
{
	struct logs_got *g = logs_got(reader, stream);

	g->ended++;
	if (((struct logs_reader *)reader)->marks)
		ir_buf_addc(&g->text, '\x1e');
	logs_seen(reader, g);
}

static inline void
logs_idle(struct ir_logs_reader *reader, struct ir_logs_stream *stream)
{
	struct logs_got *g = logs_got(reader, stream);

	g->idle++;
	logs_seen(reader, g);
}

static inline void
logs_reader_init(struct logs_reader *r, size_t room)
{
	static const struct ir_logs_reader_ops ops = { logs_room, logs_took, logs_counted, logs_ended, logs_idle };

	memset(r, 0, sizeof(*r));
	r->reader.ops = &ops;
	r->size = room ? room : LOGS_ROOM;
}

static inline void
logs_reader_done(struct logs_reader *r)
{
	for (size_t i = 0; i < r->n; i++) {
		r->v[i].stream->reading = NULL;
		ir_buf_done(&r->v[i].text);
	}
	free(r->room);
	r->room = NULL;
	r->n = 0;
}

/* The first stream of that subject, or whose subject ends with it; NULL: the first of all. */
static inline struct logs_got *
logs_stream(struct logs_reader *r, const char *subject)
{
	for (size_t i = 0; i < r->n; i++) {
		const char *s = r->v[i].stream->subject;

		if (!subject || (strlen(s) >= strlen(subject) && strcmp(s + strlen(s) - strlen(subject), subject) == 0))
			return &r->v[i];
	}
	return NULL;
}

static inline const char *
logs_text(struct logs_reader *r, const char *subject)
{
	struct logs_got *g = logs_stream(r, subject);

	return g ? g->text.data : NULL;
}

/* A query for everything. */
static inline struct ir_logs_query
logs_query(void)
{
	return (struct ir_logs_query){ .since_ms = IR_TIME_NONE, .until_ms = IR_TIME_NONE, .split_ms = IR_TIME_NONE, .tail = -1, .now_ms = ir_now_ms() };
}

struct logs_wait {
	struct ir_loop *loop;
	bool done;
};

/* `priv` is the backend's, so whom done() speaks to is found by name. */
static struct logs_wait logs_waiting;

static inline void
logs_on_done(struct ir_logs_source *s)
{
	(void)s;
	logs_waiting.done = true;
	ir_loop_release(logs_waiting.loop);
}

/* Start a prepared source and run the loop until it is done: 0; 1: the deadline passed, 2: stopped; then it is stopped. -1: could not be started. ctx->loop must be there. */
static inline int
logs_run(struct ir_logs_source *s, struct ir_err *err)
{
	int rc;

	logs_waiting = (struct logs_wait){ .loop = s->ctx->loop };
	ir_loop_hold(s->ctx->loop);
	if (s->ops->start(s, logs_on_done, err) < 0) {
		ir_loop_release(s->ctx->loop);
		return -1;
	}
	rc = ir_loop_run(s->ctx->loop, NULL, NULL);
	if (!logs_waiting.done) {
		s->ops->stop(s);
		ir_loop_release(s->ctx->loop);
	}
	return logs_waiting.done ? 0 : rc;
}

#endif
