/* counter - bytes of many streams become batches of whole lines */
#include "logs/counter_priv.h"

#include <unistd.h>

#include "base/err.h"
#include "logs/layout.h"

enum {
	PATTERNS = 1 << 20, /* kept, when nothing is said */
	CARRY = IR_LOG_LINE_MAX + 1,
	CREW_BYTES = 64 << 10, /* a batch that is worth a second thread */
	BATCH = IR_SCAN_BYTES + CARRY + IR_SKELETON_SLACK + IR_LAYOUT_BYTES,
};

static void *
need_memory(void *p)
{
	if (!p)
		ir_oom();
	return p;
}

static struct ir_logs_counter *
of(struct ir_logs_reader *reader)
{
	return (struct ir_logs_counter *)((char *)reader - offsetof(struct ir_logs_counter, reader));
}

static struct ir_stream_reading *
reading_of(struct ir_logs_counter *c, struct ir_logs_stream *stream)
{
	struct ir_stream_reading *r = stream->reading;
	const char *service = stream->service ? stream->service : "";

	if (r)
		return r;
	r = need_memory(calloc(1, sizeof(*r)));
	r->stream = stream;
	r->base = (struct ir_stamp_base){ .newest_ms = stream->newest_ms, .zone_min = stream->zone_min };
	r->service = ir_names_number(&c->names, service, strlen(service));
	r->last_ms = IR_TIME_NONE;
	ir_buf_init(&r->event.example, IR_EVENT_TEXT);
	r->next = c->streams;
	c->streams = r;
	stream->reading = r;
	return r;
}

static struct ir_scan *
new_scan(struct ir_logs_counter *c, const struct ir_skeleton *skeleton)
{
	const struct ir_logs_query *q = c->opts.query;
	struct ir_scan *s = ir_scan_new(skeleton, &c->names);

	s->gathers = !c->opts.matches && !c->opts.event && !c->opts.assign;
	s->bounds[0] = q->since_ms;
	s->bounds[1] = q->until_ms == IR_TIME_NONE ? IR_TIME_NONE : q->until_ms + 1;
	s->bounds[2] = q->split_ms;
	return s;
}

/* ---- batches */

/* What was scanned of the batch, and what a batch of very short lines has beyond that. */
static void
finish_batch(struct ir_logs_counter *c, struct ir_batch *b, size_t from)
{
	b->r->stacks = &b->stacks;
	for (;;) {
		for (size_t i = 0; i < b->n_lines; i++)
			ir_event_line(c, b->r, b->bytes + from, &b->lines[i]);
		if (b->used >= b->n)
			break;
		from = b->used;
		ir_batch_scan(c->scans[0], b);
	}
	b->r->base = b->base;
	ir_event_hold(b->r);
	b->n_lines = b->used = b->n = 0;
}

/* The batch that the other thread has. */
static void
finish_pending(struct ir_logs_counter *c)
{
	if (!c->pending)
		return;
	ir_crew_wait(c->crew);
	c->pending = false;
	finish_batch(c, &c->batches[c->current ^ 1], 0);
}

static void
run_batch(struct ir_logs_counter *c, struct ir_batch *b)
{
	b->base = b->r->base;
	b->used = 0;
	if (c->opts.threads > 1 && b->n >= CREW_BYTES && !c->pending) {
		if (!c->crew) {
			c->scans[1] = new_scan(c, c->scans[0]->skeleton);
			c->crew = ir_crew_new(c->scans[1]);
			ir_scan_much(c->scans[0]);
			ir_scan_much(c->scans[1]);
		}
		if (c->crew) {
			c->pending = true;
			c->current ^= 1;
			ir_crew_give(c->crew, b);
			return;
		}
		c->opts.threads = 1;
	}
	ir_batch_scan(c->scans[0], b);
	finish_pending(c);
	finish_batch(c, b, 0);
}

/* ---- what a source calls */

static char *
room(struct ir_logs_reader *reader, struct ir_logs_stream *stream, size_t *n)
{
	struct ir_logs_counter *c = of(reader);
	struct ir_stream_reading *r = reading_of(c, stream);
	struct ir_batch *b;

	if (c->pending && c->batches[c->current ^ 1].r != r)
		finish_pending(c);
	b = &c->batches[c->current];
	if (!b->bytes) {
		b->bytes = need_memory(calloc(1, BATCH));
		b->lines = need_memory(malloc(IR_SCAN_LINES * sizeof(b->lines[0])));
	}
	b->r = r;
	b->n = r->n_carry;
	if (r->n_carry > 0)
		memcpy(b->bytes, r->carry, r->n_carry);
	*n = IR_SCAN_BYTES;
	return b->bytes + b->n;
}

static void
keep_carry(struct ir_stream_reading *r, const char *p, size_t n)
{
	if (n > CARRY) {
		n = CARRY;
		r->skipping = true;
	}
	if (n > r->size_carry) {
		r->size_carry = n < 512 ? 512 : CARRY;
		r->carry = need_memory(realloc(r->carry, r->size_carry));
	}
	if (n > 0)
		memcpy(r->carry, p, n);
	r->n_carry = n;
}

static void
took(struct ir_logs_reader *reader, struct ir_logs_stream *stream, size_t n)
{
	struct ir_logs_counter *c = of(reader);
	struct ir_stream_reading *r = stream->reading;
	struct ir_batch *b = &c->batches[c->current];
	char *from = b->bytes + b->n, *nl;

	c->counts.bytes += (int64_t)n;
	if (r->skipping) {
		char *end = memchr(from, '\n', n);

		if (!end)
			return;
		r->skipping = false;
		memmove(from, end, n - (size_t)(end - from));
		n -= (size_t)(end - from);
	}
	b->n += n;
	nl = memrchr(from, '\n', n);
	if (!nl) {
		keep_carry(r, b->bytes, b->n);
		return;
	}
	keep_carry(r, nl + 1, b->n - (size_t)(nl + 1 - b->bytes));
	b->n = (size_t)(nl + 1 - b->bytes);
	run_batch(c, b);
}

static void
idle(struct ir_logs_reader *reader, struct ir_logs_stream *stream)
{
	(void)stream;
	finish_pending(of(reader));
}

static void
ended(struct ir_logs_reader *reader, struct ir_logs_stream *stream)
{
	struct ir_logs_counter *c = of(reader);
	struct ir_stream_reading *r = reading_of(c, stream);
	struct ir_batch *b;
	size_t n;

	finish_pending(c);
	if (r->n_carry > 0) {
		room(reader, stream, &n);
		b = &c->batches[c->current];
		r->n_carry = 0;
		r->skipping = false;
		b->base = r->base;
		b->used = 0;
		ir_batch_scan(c->scans[0], b);
		finish_batch(c, b, 0);
	}
	ir_event_close(c, r);
	r->fold = (struct ir_fold){ 0 };
}

static void
counted(struct ir_logs_reader *reader, struct ir_logs_stream *stream, const char *text, size_t n,
    const struct ir_logs_counted *k)
{
	struct ir_logs_counter *c = of(reader);
	struct ir_stream_reading *r = reading_of(c, stream);
	size_t size;
	char *at;

	finish_pending(c);
	at = room(reader, stream, &size);
	if (n > size)
		n = size;
	memcpy(at, text, n);
	if (n == 0) /* an empty line is one too */
		at[n++] = '\n';
	ir_event_counted(c, r, at, n, &c->batches[c->current], k);
}

static const struct ir_logs_reader_ops ops = {
	.room = room, .took = took, .counted = counted, .ended = ended, .idle = idle
};

/* ---- beginning and end */

struct ir_logs_counter *
ir_logs_counter_new(struct ir_arena *arena, const struct ir_logs_counter_opts *opts)
{
	struct ir_logs_counter *c = need_memory(calloc(1, sizeof(*c)));
	const struct ir_skeleton *skeleton = opts->isa ? ir_skeleton_named(opts->isa) : NULL;

	c->reader.ops = &ops;
	c->arena = arena;
	c->opts = *opts;
	if (c->opts.threads == 0)
		c->opts.threads = sysconf(_SC_NPROCESSORS_ONLN) > 1 ? 2 : 1;
	pthread_mutex_init(&c->names.lock, NULL);
	c->scans[0] = new_scan(c, skeleton ? skeleton : ir_skeleton_best());
	c->learn = ir_learn_new(opts->patterns ? opts->patterns : PATTERNS);
	ir_tallies_init(&c->tallies);
	for (size_t i = 0; i < 2; i++)
		ir_buf_init(&c->batches[i].stacks, IR_STACKS_BYTES);
	return c;
}

struct ir_logs_reader *
ir_logs_counter_reader(struct ir_logs_counter *c)
{
	return &c->reader;
}

void
ir_logs_counter_finish(struct ir_logs_counter *c, struct ir_logs_counts *ret)
{
	finish_pending(c);
	for (struct ir_stream_reading *r = c->streams; r; r = r->next)
		ended(&c->reader, r->stream);
	ir_counter_unite(c);
	*ret = c->counts;
}

long
ir_logs_counter_pattern(const struct ir_logs_counter *c, uint32_t pattern)
{
	uint32_t i = pattern < c->tallies.n ? c->tally_pattern[pattern] : UINT32_MAX;

	return i == UINT32_MAX ? -1 : (long)i;
}

long
ir_logs_counter_assigned(const struct ir_logs_counter *c, size_t line)
{
	return line < c->n_assigned ? ir_logs_counter_pattern(c, c->event_tally[c->assigned[line]]) : -1;
}

size_t
ir_logs_counter_lines(const struct ir_logs_counter *c)
{
	return c->n_assigned;
}

static void
free_streams(struct ir_logs_counter *c)
{
	while (c->streams) {
		struct ir_stream_reading *next = c->streams->next;

		ir_buf_done(&c->streams->event.example);
		free(c->streams->hold);
		free(c->streams->carry);
		c->streams->stream->reading = NULL;
		free(c->streams);
		c->streams = next;
	}
}

void
ir_logs_counter_free(struct ir_logs_counter *c)
{
	if (!c)
		return;
	ir_crew_free(c->crew);
	free_streams(c);
	for (size_t i = 0; i < 2; i++) {
		ir_scan_free(c->scans[i]);
		free(c->batches[i].bytes);
		free(c->batches[i].lines);
		ir_buf_done(&c->batches[i].stacks);
	}
	for (size_t i = 0; i < c->names.n; i++)
		free(c->names.v[i]);
	free(c->names.v);
	pthread_mutex_destroy(&c->names.lock);
	ir_learn_free(c->learn);
	ir_tallies_done(&c->tallies);
	free(c->counts.v);
	free(c->counts.services);
	free(c->assigned);
	free(c->event_tally);
	free(c->tally_pattern);
	free(c);
}
