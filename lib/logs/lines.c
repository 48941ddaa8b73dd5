/* lines - the reader that shows: bytes become lines, lines events, and what is asked for of these goes to the merge */
#include "logs/lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "logs/clean.h"
#include "logs/counter_priv.h"
#include "logs/layout.h"
#include "logs/merge.h"

enum {
	ROOM = 64 << 10,
	SLACK = IR_SKELETON_SLACK + IR_LAYOUT_BYTES, /* that are read beyond lines */
	MEMORY = 40 << 20,
	STAMP_MAX = 40,     /* of the transport, with its space */
	EARLY_LINES = 1000, /* that may wait for their stream's first time */
	EARLY_BYTES = 256 << 10,
	OPEN_BYTES = 64 << 10, /* of an event, that are not given up when memory is short */
	SERVICES = 1024,       /* told apart */
	/* while following, in microseconds */
	HOLD = 1000 * 1000,          /* an event waits for the others' older ones */
	SETTLE = 300 * 1000,         /* all streams have begun by then */
	QUIET = 1000 * 1000,         /* nothing came for so long: that was what there was */
	CATCH_UP = 60 * 1000 * 1000, /* at most, until what there was is given out */
};
/* A line's length in the text of an event, and whether it was cut. */
#define CUT (UINT32_C(1) << 31)

/* The event that a stream is at. */
struct event {
	bool open, resumed, timed, matched, level_guessed;
	uint8_t level;
	uint32_t service, lines;
	int64_t ms;
	struct ir_buf text; /* lines, as add_line() puts them */
};

struct reading {
	struct ir_logs_stream *stream;
	uint32_t n, service;
	struct ir_buf carry; /* a line's beginning */
	struct ir_stamp_base base;
	struct ir_fold fold;
	struct event event;
	int64_t last_ms;
	bool caught_up;
	int64_t touched_us;
	/* events before the stream's first time */
	struct ir_held *early, **early_end;
	uint32_t early_lines;
	size_t early_bytes;
};

struct ir_logs_lines {
	struct ir_logs_reader base;
	struct ir_logs_lines_opts o;
	struct ir_arena arena;
	struct ir_merge *merge;
	struct reading **streams; /* by number */
	uint32_t n_streams, size_streams;
	const char **services; /* by number */
	uint32_t n_services;
	uint32_t number_of[SERVICES]; /* in services, of what ir_scan_lines() numbers; 0: not known yet */
	struct ir_names names;
	struct ir_scan *scan;
	struct ir_scanned *scanned;
	struct ir_line_scratch scratch;
	struct ir_buf text, says, logger;
	size_t waiting; /* bytes of open and of early events */
	bool flowing;
	int64_t start_us, now_us, took_us;
	struct ir_logs_lines_counts counts;
	char room[ROOM + SLACK];
	char one[IR_LOG_LINE_MAX + STAMP_MAX + SLACK];
};

/* ---- what goes out */

static uint32_t
take_u32(const char **p)
{
	uint32_t v;

	memcpy(&v, *p, sizeof(v));
	*p += sizeof(v);
	return v;
}

static void
clean(struct ir_buf *b, const char *p, size_t n)
{
	ir_buf_reset(b);
	ir_log_clean(b, p, n);
}

/* How much of a line's beginning is its time and what closes that. */
static size_t
dated(const struct ir_log_line *line, struct ir_stamp_base *base, const char *p, size_t n)
{
	size_t at = (size_t)line->time_at;
	int64_t ms;

	if (line->time_at < 0 || line->fields || at > 1 || (at == 1 && p[0] != '['))
		return 0;
	at += ir_stamp_again(line->time_shape, p + at, n - at, base, &ms);
	if (at < n && p[at] && strchr("]|,:", p[at]))
		at++;
	while (at < n && (p[at] == ' ' || p[at] == '\t'))
		at++;
	return at < n && at > 1 ? at : 0;
}

/* Of the event's first line: not worth the while for those that are not shown. */
static void
read_head(struct ir_logs_lines *l, const struct ir_held *e, struct ir_logs_shown *s, struct ir_ids *ids)
{
	struct ir_stamp_base base = { .newest_ms = l->o.query->now_ms };
	struct ir_log_line line;
	const char *p = e->data;
	uint32_t n = take_u32(&p) & ~CUT;

	if (e->resumed)
		return;
	ir_line_read(&l->scratch, false, &base, p, n, &line, ids);
	s->dated = dated(&line, &base, p, n);
	if (line.fields && line.message.n > 0) {
		clean(&l->says, line.message.p, line.message.n);
		s->says = l->says.data;
	}
	if (line.logger.n == 0)
		return;
	clean(&l->logger, line.logger.p, line.logger.n < IR_ID_TEXT ? line.logger.n : IR_ID_TEXT);
	s->logger = l->logger.data;
}

static void
count_shown(struct ir_logs_lines *l, const struct ir_logs_shown *s)
{
	l->counts.shown++;
	l->counts.late += s->late;
	l->counts.cut += s->cut;
	l->counts.no_time += s->ms == IR_TIME_NONE;
}

static void
give(void *arg, const struct ir_held *e)
{
	struct ir_logs_lines *l = arg;
	struct ir_ids ids = { .n = 0 };
	const char *p = e->data;
	struct ir_logs_shown s = {
		.stream = l->streams[e->stream]->stream,
		.service = l->services[e->service],
		.ms = e->no_time ? IR_TIME_NONE : e->key,
		.level = (enum ir_log_level)e->level,
		.level_guessed = e->level_guessed,
		.ids = &ids,
		.late = e->late,
	};

	read_head(l, e, &s, &ids);
	for (uint32_t i = 0; i < e->lines; i++) {
		uint32_t n = take_u32(&p);

		if (i >= e->skip) {
			clean(&l->text, p, n & ~CUT);
			s.text = l->text.data;
			s.n = l->text.len;
			s.cut = n & CUT;
			s.more = i > 0 || e->resumed;
			if (i > 0) {
				s.dated = 0;
				s.says = NULL;
			}
			count_shown(l, &s);
			l->o.line(l->o.line_arg, &s);
		}
		p += n & ~CUT;
	}
}

/* ---- which events are asked for, and when they happened */

static int64_t
wall_ms(const struct ir_logs_lines *l)
{
	return l->o.query->now_ms + (l->now_us - l->start_us) / 1000;
}

static bool
in_time(const struct ir_logs_query *q, int64_t ms)
{
	return ms == IR_TIME_NONE || ((q->since_ms == IR_TIME_NONE || ms >= q->since_ms) &&
					 (q->until_ms == IR_TIME_NONE || ms <= q->until_ms));
}

static void
place(struct ir_logs_lines *l, struct ir_held *e, int64_t ms)
{
	if (!in_time(l->o.query, ms)) {
		l->counts.left_out += e->lines;
		free(e);
		return;
	}
	e->key = ms;
	e->no_time = ms == IR_TIME_NONE;
	if (e->no_time && l->o.query->follow)
		e->key = wall_ms(l);
	e->due_us = l->now_us + (l->n_streams > 1 ? HOLD : 0);
	ir_merge_add(l->merge, e);
}

static void
place_early(struct ir_logs_lines *l, struct reading *r, int64_t ms)
{
	struct ir_held *e;

	while ((e = r->early)) {
		r->early = e->after;
		place(l, e, ms);
	}
	r->early_end = &r->early;
	r->early_lines = 0;
	l->waiting -= r->early_bytes;
	r->early_bytes = 0;
}

static void
wait_for_time(struct ir_logs_lines *l, struct reading *r, struct ir_held *e)
{
	e->after = NULL;
	*r->early_end = e;
	r->early_end = &e->after;
	r->early_lines += e->lines;
	r->early_bytes += e->size;
	l->waiting += e->size;
	if (r->early_lines > EARLY_LINES || r->early_bytes > EARLY_BYTES)
		place_early(l, r, IR_TIME_NONE);
}

static bool
asked_for(const struct ir_logs_lines *l, const struct event *v)
{
	const struct ir_list *services = l->o.services;

	if (services && services->n && !ir_list_has(services, l->services[v->service]))
		return false;
	return v->matched && (int)v->level >= l->o.query->min_level;
}

static struct ir_held *
hold(const struct reading *r)
{
	const struct event *v = &r->event;
	struct ir_held *e = malloc(sizeof(*e) + v->text.len);

	if (!e)
		ir_oom();
	*e = (struct ir_held){ .stream = r->n, .service = v->service, .lines = v->lines, .resumed = v->resumed };
	e->level = v->level;
	e->level_guessed = v->level_guessed;
	e->size = (uint32_t)v->text.len;
	memcpy(e->data, v->text.data, v->text.len);
	return e;
}

/* The event's lines so far are an event, or a piece of one. */
static void
close_event(struct ir_logs_lines *l, struct reading *r)
{
	struct event *v = &r->event;

	if (!v->open)
		return;
	v->open = false;
	l->waiting -= v->text.len;
	if (!asked_for(l, v)) {
		l->counts.left_out += v->lines;
		return;
	}
	if (v->ms != IR_TIME_NONE)
		place(l, hold(r), v->ms);
	else
		wait_for_time(l, r, hold(r));
}

/* ---- lines become events */

static void
put_u32(struct ir_buf *b, size_t v)
{
	uint32_t v32 = (uint32_t)v;

	ir_buf_add(b, &v32, sizeof(v32));
}

/* Services that lines name are as many as they like: past the bound they are told as none. */
static uint32_t
service_number(struct ir_logs_lines *l, const char *name)
{
	for (uint32_t i = 0; i < l->n_services; i++)
		if (strcmp(l->services[i], name) == 0)
			return i;
	if (l->n_services == SERVICES)
		return 0;
	l->services[l->n_services] = ir_strdup(&l->arena, name);
	return l->n_services++;
}

static uint32_t
service(struct ir_logs_lines *l, const struct reading *r, const struct ir_scanned *s)
{
	if (r->service || s->service == 0 || s->service >= SERVICES)
		return r->service;
	if (l->number_of[s->service] == 0)
		l->number_of[s->service] = service_number(l, l->names.v[s->service - 1]);
	return l->number_of[s->service];
}

static void
open_event(struct ir_logs_lines *l, struct reading *r, const struct ir_scanned *s)
{
	struct event *v = &r->event;

	v->open = true;
	v->resumed = false;
	v->matched = !l->o.matches;
	v->service = service(l, r, s);
	v->lines = 0;
	if (s->ms != IR_TIME_NONE) {
		place_early(l, r, s->ms);
		r->last_ms = s->ms;
		l->counts.zone_guessed |= s->flags & IR_SCANNED_GUESSED_ZONE && !r->stream->zone_known;
	}
	v->ms = r->last_ms;
	v->level = s->level;
	v->level_guessed = s->flags & IR_SCANNED_GUESSED;
	r->fold.calm = s->level && s->level < IR_LEVEL_WARN && !v->level_guessed;
	ir_buf_reset(&v->text);
}

/* Its beginning was given out already. */
static void
resume_event(struct event *v)
{
	v->open = v->resumed = true;
	v->lines = 0;
	ir_buf_reset(&v->text);
}

static void
add_line(struct ir_logs_lines *l, struct reading *r, const char *p, size_t n, bool cut)
{
	struct event *v = &r->event;
	size_t held, most;

	v->lines++;
	v->matched = v->matched || l->o.matches(l->o.matches_arg, p, n);
	l->waiting += sizeof(uint32_t) + n;
	put_u32(&v->text, n | (cut ? CUT : 0));
	ir_buf_add(&v->text, p, n);
	held = ir_merge_held(l->merge, &most);
	if (v->text.len > IR_FOLD_BYTES || (v->text.len > OPEN_BYTES && held + l->waiting > l->o.memory))
		close_event(l, r);
}

/* Bytes of the transport's stamp. */
static size_t
stamp_length(const char *p, size_t n)
{
	const char *space = memchr(p, ' ', n < STAMP_MAX ? n : STAMP_MAX);
	int64_t ms;

	return space && ir_time_parse_rfc3339(p, (size_t)(space - p), &ms) == 0 ? (size_t)(space - p) + 1 : 0;
}

static void
take_line(struct ir_logs_lines *l, struct reading *r, const char *p, const struct ir_scanned *s)
{
	size_t n = s->n, stamp, whole;
	enum ir_fold_step step = ir_fold_line(&r->fold, s->cls, n, s->flags & IR_SCANNED_HEADER);

	l->counts.lines++;
	if (n && p[n - 1] == '\r')
		n--;
	stamp = r->stream->stamped ? stamp_length(p, n) : 0;
	whole = n;
	n = stamp + ir_utf8_cut(p + stamp, n - stamp, IR_LOG_LINE_MAX);
	if (step == IR_FOLD_NEW) {
		close_event(l, r);
		open_event(l, r, s);
	} else {
		if (!r->event.open)
			resume_event(&r->event);
		/* a stack trace whose beginning names no level tells of an error */
		if (r->event.level_guessed && r->event.level < IR_LEVEL_ERROR)
			r->event.level = IR_LEVEL_ERROR;
	}
	add_line(l, r, p + stamp, n - stamp, n < whole);
}

/* Lines of [p, end); returns the bytes that they took. */
static size_t
read_lines(struct ir_logs_lines *l, struct reading *r, const char *p, const char *end, bool last)
{
	const char *from = p;
	size_t used, n;

	do {
		n = ir_scan_lines(l->scan, r->stream, &r->base, p, end, last, l->scanned, &used);
		for (size_t i = 0; i < n; i++)
			take_line(l, r, p + l->scanned[i].at, &l->scanned[i]);
		p += used;
	} while (used && p < end);
	return (size_t)(p - from);
}

/* The line whose beginning was carried over, and that is at its end now. */
static void
read_carried(struct ir_logs_lines *l, struct reading *r)
{
	memcpy(l->one, r->carry.data, r->carry.len);
	read_lines(l, r, l->one, l->one + r->carry.len, true);
	ir_buf_reset(&r->carry);
}

/* ---- bytes become lines */

static struct reading *
reading(struct ir_logs_lines *l, struct ir_logs_stream *s)
{
	struct reading *r = s->reading;

	if (r)
		return r;
	r = s->reading = IR_NEW(&l->arena, struct reading);
	r->stream = s;
	r->n = l->n_streams++;
	r->last_ms = IR_TIME_NONE;
	r->service = service_number(l, s->service ? s->service : "");
	r->early_end = &r->early;
	ir_buf_init(&r->carry, IR_LOG_LINE_MAX + STAMP_MAX);
	ir_buf_init(&r->event.text, 2 * IR_FOLD_BYTES);
	if (r->n == l->size_streams) {
		l->size_streams = l->size_streams ? 2 * l->size_streams : 16;
		l->streams = realloc(l->streams, l->size_streams * sizeof(struct reading *));
		if (!l->streams)
			ir_oom();
	}
	l->streams[r->n] = r;
	return r;
}

static char *
lines_room(struct ir_logs_reader *reader, struct ir_logs_stream *s, size_t *n)
{
	struct ir_logs_lines *l = (struct ir_logs_lines *)reader;

	(void)s;
	*n = ROOM;
	return l->room;
}

static void
lines_took(struct ir_logs_reader *reader, struct ir_logs_stream *s, size_t n)
{
	struct ir_logs_lines *l = (struct ir_logs_lines *)reader;
	struct reading *r = reading(l, s);
	const char *p = l->room, *end = p + n, *newline;

	if (n == 0)
		return;
	l->counts.bytes += (int64_t)n;
	l->took_us = r->touched_us = l->now_us;
	r->base.newest_ms = s->newest_ms;
	r->base.zone_min = s->zone_min;
	newline = r->carry.len ? memchr(p, '\n', n) : NULL;
	if (newline) {
		ir_buf_add(&r->carry, p, (size_t)(newline - p));
		read_carried(l, r);
		p = newline + 1;
	}
	if (r->carry.len == 0 && p < end)
		p += read_lines(l, r, p, end, false);
	ir_buf_add(&r->carry, p, (size_t)(end - p));
}

static void
lines_ended(struct ir_logs_reader *reader, struct ir_logs_stream *s)
{
	struct ir_logs_lines *l = (struct ir_logs_lines *)reader;
	struct reading *r = reading(l, s);

	if (r->carry.len)
		read_carried(l, r);
	close_event(l, r);
	place_early(l, r, IR_TIME_NONE);
	r->fold = (struct ir_fold){ 0 };
	r->caught_up = true;
}

static void
lines_idle(struct ir_logs_reader *reader, struct ir_logs_stream *s)
{
	struct ir_logs_lines *l = (struct ir_logs_lines *)reader;
	struct reading *r = reading(l, s);

	close_event(l, r);
	place_early(l, r, IR_TIME_NONE);
	r->caught_up = true;
}

static const struct ir_logs_reader_ops lines_ops = {
	.room = lines_room,
	.took = lines_took,
	.ended = lines_ended,
	.idle = lines_idle,
};

/* ---- the calls */

struct ir_logs_lines *
ir_logs_lines_new(const struct ir_logs_lines_opts *o)
{
	struct ir_logs_lines *l = calloc(1, sizeof(*l));

	if (!l)
		ir_oom();
	l->base.ops = &lines_ops;
	l->o = *o;
	if (l->o.memory == 0)
		l->o.memory = MEMORY;
	l->services = IR_NEW_N(&l->arena, const char *, SERVICES);
	l->services[l->n_services++] = "";
	pthread_mutex_init(&l->names.lock, NULL);
	l->scan = ir_scan_new(ir_skeleton_best(), &l->names);
	l->scanned = malloc(IR_SCAN_LINES * sizeof(*l->scanned));
	if (!l->scanned)
		ir_oom();
	ir_line_scratch_init(&l->scratch);
	ir_buf_init(&l->text, 4 * IR_LOG_LINE_MAX);
	ir_buf_init(&l->logger, 4 * IR_ID_TEXT);
	ir_buf_init(&l->says, 4 * IR_LOG_LINE_MAX);
	l->merge = ir_merge_new(&(struct ir_merge_opts){ .memory = l->o.memory,
	    .tail = o->tail,
	    .directory = o->directory,
	    .arrival = o->query->follow,
	    .give = give,
	    .arg = l });
	return l;
}

struct ir_logs_reader *
ir_logs_lines_reader(struct ir_logs_lines *l)
{
	return &l->base;
}

/* Was all that there was when it began brought? */
static bool
settled(const struct ir_logs_lines *l)
{
	bool all = l->n_streams > 0;

	if (l->now_us - l->took_us >= QUIET || l->now_us - l->start_us >= CATCH_UP)
		return true;
	for (uint32_t i = 0; i < l->n_streams; i++)
		all = all && l->streams[i]->caught_up;
	return all && l->now_us - l->start_us >= SETTLE;
}

void
ir_logs_lines_tick(struct ir_logs_lines *l, int64_t mono_us)
{
	if (l->now_us == 0)
		l->start_us = l->took_us = mono_us;
	l->now_us = mono_us;
	for (uint32_t i = 0; i < l->n_streams; i++) {
		struct reading *r = l->streams[i];

		if (mono_us - r->touched_us >= HOLD) {
			close_event(l, r);
			place_early(l, r, IR_TIME_NONE);
		}
	}
	if (l->flowing) {
		ir_merge_due(l->merge, mono_us);
	} else if (settled(l)) {
		ir_merge_flow(l->merge);
		l->flowing = true;
	}
}

void
ir_logs_lines_finish(struct ir_logs_lines *l)
{
	for (uint32_t i = 0; i < l->n_streams; i++)
		lines_ended(&l->base, l->streams[i]->stream);
	ir_merge_flow(l->merge);
	ir_merge_left(l->merge, &l->counts.before_tail, &l->counts.dropped);
}

const struct ir_logs_lines_counts *
ir_logs_lines_counts(const struct ir_logs_lines *l)
{
	return &l->counts;
}

size_t
ir_logs_lines_held(const struct ir_logs_lines *l, size_t *most)
{
	return ir_merge_held(l->merge, most) + l->waiting;
}

void
ir_logs_lines_free(struct ir_logs_lines *l)
{
	for (uint32_t i = 0; i < l->n_streams; i++) {
		struct reading *r = l->streams[i];

		for (struct ir_held *e; (e = r->early); free(e))
			r->early = e->after;
		ir_buf_done(&r->carry);
		ir_buf_done(&r->event.text);
		r->stream->reading = NULL;
	}
	ir_merge_free(l->merge);
	ir_line_scratch_done(&l->scratch);
	ir_scan_free(l->scan);
	free(l->scanned);
	for (size_t i = 0; i < l->names.n; i++)
		free(l->names.v[i]);
	free(l->names.v);
	pthread_mutex_destroy(&l->names.lock);
	ir_buf_done(&l->text);
	ir_buf_done(&l->logger);
	ir_buf_done(&l->says);
	free(l->streams);
	ir_arena_done(&l->arena);
	free(l);
}
