/* event - lines in their order: which belong together, and of which pattern they are */
#include "logs/counter_priv.h"

#include "base/err.h"
#include "logs/clean.h"
#include "logs/fold_kind.h"

static void *
need_memory(void *p)
{
	if (!p)
		ir_oom();
	return p;
}

static uint64_t
hash_string(const char *s)
{
	uint64_t h = 0xcbf29ce484222325ull;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3ull;
	return h;
}

/* ---- stack traces */

/* What the trace says: its exception, and the functions that it went through (not their lines: it is the same error after the next deploy). */
static void
end_trace(struct ir_logs_counter *c, struct ir_stream_reading *r)
{
	struct ir_open_event *e = &r->event;
	struct ir_trace *t = &r->trace;
	struct ir_tokens tokens;
	struct ir_buf text;
	uint64_t h = 0;

	if (!e->traced || !t->is)
		return;
	for (size_t i = 0; i < t->n; i++)
		h = ir_log_mix(ir_log_mix(h, hash_string(t->v[i].file)), hash_string(t->v[i].function));
	e->frames_hash = t->n > 0 ? h | 1 : 0;
	if (!t->type[0] && !t->text[0])
		return;
	ir_buf_init(&text, sizeof(t->type) + sizeof(t->text) + 8);
	ir_buf_addf(&text, "%s%s%s", t->type, t->type[0] && t->text[0] ? ": " : "", t->text);
	ir_tokens_read(text.data, text.len, &tokens);
	ir_tokens_collapse(&tokens, text.data);
	e->error_hash = ir_tokens_hash(&tokens);
	e->error = ir_learn_find(c->learn, e->error_hash);
	if (e->error == UINT32_MAX)
		e->error = ir_learn_add(c->learn, e->error_hash, &tokens, (struct ir_span){ text.data, text.len },
		    (struct ir_span){ text.data, text.len });
	if (e->error == UINT32_MAX)
		e->error_hash = 0;
	ir_buf_done(&text);
}

/* What a line that was scanned says, without its header. */
static struct ir_span
message_of(struct ir_logs_counter *c, struct ir_stream_reading *r, const char *p, const struct ir_scanned *s)
{
	struct ir_log_line line;

	if (!r->stream->stamped && !(s->flags & (IR_SCANNED_HEADER | IR_SCANNED_CUT)) && !ir_log_dirty(p, s->n))
		return (struct ir_span){ p, s->n };
	ir_line_read(&c->scans[0]->scratch, r->stream->stamped, &r->base, p, s->n, &line, NULL);
	return line.message;
}

/* The trace's first line, when there is a second, or it is all. */
static void
begin_trace(struct ir_logs_counter *c, struct ir_stream_reading *r)
{
	struct ir_open_event *e = &r->event;
	struct ir_span message = message_of(c, r, e->text, &e->head);

	e->traced = true;
	ir_trace_line(&r->trace, &r->fold, IR_FOLD_NEW, e->head.cls, message.p, message.n);
}

static void
take_trace(struct ir_logs_counter *c, struct ir_stream_reading *r, const char *p, const struct ir_scanned *s,
    enum ir_fold_step step)
{
	struct ir_span message;

	if (!r->event.traced)
		begin_trace(c, r);
	if (step == IR_FOLD_NEW)
		return;
	message = message_of(c, r, p, s);
	ir_trace_line(&r->trace, &r->fold, step, s->cls, message.p, message.n);
}

/* A stack trace in a field. */
static void
take_stack(struct ir_logs_counter *c, struct ir_stream_reading *r, const char *p, const struct ir_scanned *s)
{
	struct ir_log_line line;

	if (s->last_n > 0) {
		line.stack = (struct ir_span){ r->stacks->data + s->last_at, s->last_n };
	} else {
		ir_line_read(&c->scans[0]->scratch, r->stream->stamped, &r->base, p, s->n, &line, NULL);
		ir_line_split(&line);
		if (!line.stack.p)
			return;
	}
	r->event.traced = true;
	ir_trace_text(&r->trace, line.stack.p, line.stack.n);
}

/* ---- which pattern */

/* The shape of a line that was scanned, learned if it is new. UINT32_MAX: there are too many. */
static uint32_t
shape_of(struct ir_logs_counter *c, struct ir_stream_reading *r, uint64_t hash, struct ir_span text, bool *created)
{
	uint32_t shape = ir_learn_find(c->learn, hash);
	struct ir_log_line line;
	struct ir_tokens t;

	*created = shape == UINT32_MAX;
	if (shape != UINT32_MAX)
		return shape;
	ir_scan_tokens(c->scans[0], r->stream, &r->base, text.p, text.n, &line, &t);
	return ir_learn_add(c->learn, hash, &t, line.message, text);
}

static char *
copy_text(struct ir_span text)
{
	char *ret = need_memory(malloc(text.n + 1));

	memcpy(ret, text.p, text.n);
	ret[text.n] = '\0';
	return ret;
}

/* The first two, and then the newest of ever more. */
static void
add_example(struct ir_tally_detail *d, int64_t events, struct ir_span text)
{
	size_t i = 0;

	while (i < IR_LOGS_EXAMPLES - 1 && d->examples[i])
		i++;
	if (i == IR_LOGS_EXAMPLES - 1 && (events & (events - 1)) != 0)
		return;
	if (text.n > IR_EVENT_TEXT)
		text.n = IR_EVENT_TEXT;
	free(d->examples[i]);
	d->examples[i] = copy_text(text);
}

static struct ir_span
text_of(const struct ir_open_event *e)
{
	if (e->example.len > 0)
		return (struct ir_span){ e->example.data, e->example.len };
	return (struct ir_span){ e->text, e->head.n };
}

static uint64_t
key_of(const struct ir_open_event *e, uint16_t service)
{
	uint64_t key = e->head.hash;

	if (e->error_hash || e->frames_hash)
		key = ir_log_mix(ir_log_mix(key, e->error_hash), e->frames_hash);
	if (service > 1 || e->head.variant)
		key = ir_log_mix(key, (uint64_t)service << 8 | e->head.variant);
	return key;
}

static void
keep_trace(struct ir_logs_counter *c, struct ir_stream_reading *r, struct ir_tally *y)
{
	struct ir_tally_detail *d = ir_tally_detail(&c->tallies, y);
	struct ir_trace *t = &r->trace;
	struct ir_buf b;

	if (!d || !r->event.traced || !t->is)
		return;
	ir_buf_init(&b, IR_EVENT_TEXT);
	for (size_t i = 0; i < t->n; i++)
		ir_buf_addf(&b, "%s\t%s\t%ld\n", t->v[i].file, t->v[i].function, t->v[i].line);
	d->frames_hash = r->event.frames_hash;
	if (b.len > 0)
		d->frames = copy_text((struct ir_span){ b.data, b.len });
	if (t->type[0])
		d->error = copy_text((struct ir_span){ t->type, strlen(t->type) });
	ir_buf_done(&b);
}

static struct ir_tally *
new_tally(struct ir_logs_counter *c, struct ir_stream_reading *r, uint64_t key, uint16_t service)
{
	struct ir_open_event *e = &r->event;
	struct ir_tally *y;
	bool created;
	uint32_t shape = shape_of(c, r, e->head.hash, (struct ir_span){ e->text, e->head.n }, &created);

	if (shape == UINT32_MAX)
		return NULL;
	y = ir_tallies_add(&c->tallies, key);
	y->shape = shape;
	y->service = service;
	y->variant = e->head.variant & 7;
	y->guessed = true;
	y->error = e->error_hash ? e->error : UINT32_MAX;
	y->bare = (e->head.cls & IR_FOLD_KIND) == IR_KIND_PY_TRACEBACK;
	if (e->head.cls && !e->traced)
		begin_trace(c, r);
	if (e->lines > 1 || !created || (e->traced && r->trace.is))
		keep_trace(c, r, y);
	return y;
}

/* ---- how much of a service there is */

static struct ir_logs_coverage *
coverage_of(struct ir_logs_counter *c, struct ir_stream_reading *r, uint16_t service)
{
	struct ir_logs_coverage *v = c->counts.services;
	const char *name = c->names.v[service - 1];
	size_t i = r->coverage;

	if (i < c->counts.n_services && v[i].service == name)
		return &v[i];
	for (i = 0; i < c->counts.n_services && v[i].service != name; i++)
		;
	if (i == c->counts.n_services) {
		if (i == c->size_services) {
			c->size_services = i ? i * 2 : 16;
			v = need_memory(realloc(v, c->size_services * sizeof(v[0])));
			c->counts.services = v;
		}
		v[i] = (struct ir_logs_coverage){ .service = name, .first_ms = IR_TIME_NONE, .last_ms = IR_TIME_NONE };
		c->counts.n_services++;
	}
	r->coverage = (uint32_t)i;
	return &v[i];
}

static void
cover_times(struct ir_logs_coverage *v, int64_t first_ms, int64_t last_ms)
{
	if (first_ms != IR_TIME_NONE && (v->first_ms == IR_TIME_NONE || first_ms < v->first_ms))
		v->first_ms = first_ms;
	if (last_ms != IR_TIME_NONE && (v->last_ms == IR_TIME_NONE || last_ms > v->last_ms))
		v->last_ms = last_ms;
}

static void
cover(struct ir_logs_counter *c, struct ir_stream_reading *r, uint16_t service, int64_t ms)
{
	struct ir_logs_coverage *v = coverage_of(c, r, service);

	v->lines++;
	cover_times(v, ms, ms);
	if (ms != IR_TIME_NONE && c->opts.query->split_ms != IR_TIME_NONE)
		(*(ms < c->opts.query->split_ms ? &v->before : &v->after))++;
}

static void
cover_gathered(struct ir_logs_counter *c, struct ir_stream_reading *r, uint16_t service, const struct ir_scanned *s)
{
	struct ir_logs_coverage *v = coverage_of(c, r, service);

	v->lines += s->count;
	cover_times(v, s->ms, s->last_ms);
	if (s->ms != IR_TIME_NONE && c->opts.query->split_ms != IR_TIME_NONE)
		*(s->ms < c->opts.query->split_ms ? &v->before : &v->after) += s->count;
}

/* ---- the end of an event */

/* Of another time, or of another service. */
static bool
is_elsewhere(const struct ir_logs_counter *c, const struct ir_stream_reading *r, uint16_t service)
{
	const struct ir_logs_query *q = c->opts.query;
	const struct ir_open_event *e = &r->event;

	if (e->head.ms != IR_TIME_NONE && ((q->since_ms != IR_TIME_NONE && e->head.ms < q->since_ms) ||
					      (q->until_ms != IR_TIME_NONE && e->head.ms > q->until_ms)))
		return true;
	return c->opts.services && c->opts.services->n > 0 && !ir_list_has(c->opts.services, c->names.v[service - 1]);
}

static bool
is_passed_over(const struct ir_logs_counter *c, const struct ir_stream_reading *r)
{
	const struct ir_open_event *e = &r->event;

	return e->head.level < c->opts.query->min_level || (c->opts.matches && !e->matched);
}

static void
assign(struct ir_logs_counter *c, uint32_t number, const struct ir_tally *y)
{
	if (!c->opts.assign)
		return;
	c->event_tally[number] = y ? (uint32_t)(y - c->tallies.v) : UINT32_MAX;
}

static void
tell_event(struct ir_logs_counter *c, struct ir_stream_reading *r, const struct ir_tally *y)
{
	const struct ir_logs_event ev = { .stream = r->stream,
		.service = c->names.v[y->service - 1],
		.ms = r->event.head.ms,
		.level = (enum ir_log_level)r->event.head.level,
		.pattern = (uint32_t)(y - c->tallies.v),
		.ids = &r->event.ids };

	c->opts.event(c->opts.event_arg, &ev);
}

static void
count_event(struct ir_logs_counter *c, struct ir_stream_reading *r, struct ir_tally *y)
{
	struct ir_open_event *e = &r->event;

	if (y->events == 1 && !y->detail)
		ir_tally_detail(&c->tallies, y);
	ir_tally_count(&c->tallies, y, e->lines, e->head.ms, c->opts.query->split_ms);
	if (y->detail && (y->events <= IR_LOGS_EXAMPLES + 1 || (y->events & (y->events - 1)) == 0))
		add_example(&c->tallies.details[y->detail - 1], y->events, text_of(e));
	ir_tally_level(y, e->head.level, e->head.flags & IR_SCANNED_GUESSED);
}

static void
end_event(struct ir_open_event *e)
{
	e->open = false;
	if (e->lines > 1)
		ir_buf_reset(&e->example);
}

/* A stream's service is who wrote it, by the name that all commands know it by; what a line calls itself counts only where there is none. */
static uint16_t
service_of(const struct ir_stream_reading *r, const struct ir_scanned *s)
{
	bool named = r->stream->service && *r->stream->service;

	return named || !s->service ? r->service : s->service;
}

static void
leave_out(struct ir_logs_counter *c, struct ir_open_event *e)
{
	c->counts.left_out += e->lines;
	assign(c, e->number, NULL);
	end_event(e);
}

void
ir_event_close(struct ir_logs_counter *c, struct ir_stream_reading *r)
{
	struct ir_open_event *e = &r->event;
	uint16_t service = service_of(r, &e->head);
	struct ir_tally *y;
	uint64_t key;

	if (!e->open)
		return;
	end_trace(c, r);
	if (is_elsewhere(c, r, service)) {
		leave_out(c, e);
		return;
	}
	cover(c, r, service, e->head.ms); /* what is picked by level or words is compared with as much */
	if (is_passed_over(c, r)) {
		leave_out(c, e);
		return;
	}
	c->counts.events++;
	key = key_of(e, service);
	y = ir_tallies_find(&c->tallies, key);
	if (!y)
		y = new_tally(c, r, key, service);
	if (y) {
		count_event(c, r, y);
		if (c->opts.event)
			tell_event(c, r, y);
	} else {
		c->counts.other_events++;
		c->counts.other_lines += e->lines;
	}
	assign(c, e->number, y);
	end_event(e);
}

/* ---- lines */

static void
find_ids(struct ir_logs_counter *c, struct ir_stream_reading *r, const char *p, size_t n)
{
	struct ir_log_line line;

	ir_line_read(&c->scans[0]->scratch, r->stream->stamped, &r->base, p, n, &line, &r->event.ids);
}

static void
open_event(struct ir_logs_counter *c, struct ir_stream_reading *r, const char *p, const struct ir_scanned *s)
{
	struct ir_open_event *e = &r->event;

	e->open = true;
	e->head = *s;
	e->text = p;
	e->lines = 1;
	e->matched = false;
	e->error_hash = e->frames_hash = 0;
	e->traced = false;
	e->ids.n = 0;
	if (e->head.ms == IR_TIME_NONE)
		e->head.ms = r->last_ms;
	if (c->opts.assign) {
		if (c->n_events == c->size_events) {
			c->size_events = c->size_events ? c->size_events * 2 : 4096;
			c->event_tally =
			    need_memory(realloc(c->event_tally, c->size_events * sizeof(c->event_tally[0])));
		}
		e->number = (uint32_t)c->n_events++;
	}
	r->fold.calm = s->level && s->level < IR_LEVEL_WARN && !(s->flags & IR_SCANNED_GUESSED);
	if (s->flags & IR_SCANNED_STACK)
		take_stack(c, r, p, s);
}

/* The event's first line was but a head: this one is what it says. */
static void
say(struct ir_open_event *e, const char *p, const struct ir_scanned *s)
{
	if ((e->head.cls & IR_FOLD_KIND) != IR_KIND_HEAD || (e->head.flags & IR_SCANNED_GUESSED))
		return;
	e->text = p;
	e->head.n = s->n;
	e->head.hash = s->hash;
	e->head.cls = s->cls;
}

static void
go_on(struct ir_logs_counter *c, struct ir_stream_reading *r, const char *p, const struct ir_scanned *s,
    enum ir_fold_step step)
{
	struct ir_open_event *e = &r->event;

	if (e->lines++ == 1)
		ir_buf_add(&e->example, e->text, e->head.n);
	ir_buf_addc(&e->example, '\n');
	ir_buf_add(&e->example, p, s->n);
	if (e->lines == 2)
		say(e, p, s);
	if (s->cls || step != IR_FOLD_MORE)
		take_trace(c, r, p, s, step);
}

/* Lines that are events by themselves, and of one pattern. An event that is open stays so. */
static void
take_gathered(struct ir_logs_counter *c, struct ir_stream_reading *r, const char *batch, const struct ir_scanned *s)
{
	struct ir_open_event saved = r->event;
	struct ir_open_event *e = &r->event;
	uint16_t service = service_of(r, s);
	struct ir_tally *y;
	uint64_t key;

	*e = (struct ir_open_event){ .head = *s, .text = batch + s->at, .lines = 1, .matched = true };
	c->counts.lines += s->count;
	if ((s->flags & IR_SCANNED_GUESSED_ZONE) && !r->stream->zone_known)
		c->counts.zone_guessed = true;
	if (is_elsewhere(c, r, service)) {
		c->counts.left_out += s->count;
		r->event = saved;
		return;
	}
	cover_gathered(c, r, service, s);
	if (is_passed_over(c, r)) {
		c->counts.left_out += s->count;
		r->event = saved;
		return;
	}
	c->counts.events += s->count;
	key = key_of(e, service);
	y = ir_tallies_find(&c->tallies, key);
	if (!y)
		y = new_tally(c, r, key, service);
	if (y) {
		if (y->events >= 1 && !y->detail)
			ir_tally_detail(&c->tallies, y);
		ir_tally_gathered(&c->tallies, y, s->count, s->ms, s->last_ms, c->opts.query->split_ms);
		ir_tally_level(y, s->level, s->flags & IR_SCANNED_GUESSED);
	} else {
		c->counts.other_events += s->count;
		c->counts.other_lines += s->count;
	}
	r->event = saved;
}

void
ir_event_line(struct ir_logs_counter *c, struct ir_stream_reading *r, const char *batch, const struct ir_scanned *s)
{
	const char *p = batch + s->at;
	bool header = s->flags & IR_SCANNED_HEADER;
	enum ir_fold_step step;

	if (s->count > 0) {
		take_gathered(c, r, batch, s);
		return;
	}
	step = ir_fold_line(&r->fold, s->cls, s->n, header);
	c->counts.lines++;
	c->counts.cut += s->flags & IR_SCANNED_CUT ? 1 : 0;
	if (s->ms != IR_TIME_NONE) {
		r->last_ms = s->ms;
		r->timed = true;
		if ((s->flags & IR_SCANNED_GUESSED_ZONE) && !r->stream->zone_known)
			c->counts.zone_guessed = true;
	} else if (!r->timed) {
		c->counts.no_time++;
	}
	if (step == IR_FOLD_NEW || !r->event.open) {
		ir_event_close(c, r);
		open_event(c, r, p, s);
	} else {
		go_on(c, r, p, s, step);
	}
	if (c->opts.matches && !r->event.matched)
		r->event.matched = c->opts.matches(c->opts.matches_arg, p, s->n);
	if (c->opts.event)
		find_ids(c, r, p, s->n);
	if (c->opts.assign) {
		if (c->n_assigned == c->size_assigned) {
			c->size_assigned = c->size_assigned ? c->size_assigned * 2 : 4096;
			c->assigned = need_memory(realloc(c->assigned, c->size_assigned * sizeof(c->assigned[0])));
		}
		c->assigned[c->n_assigned++] = r->event.number;
	}
}

void
ir_event_hold(struct ir_stream_reading *r)
{
	struct ir_open_event *e = &r->event;
	size_t n = e->head.n < IR_LOG_LINE_MAX ? e->head.n : IR_LOG_LINE_MAX;

	if (!e->open || e->text == r->hold)
		return;
	if (!r->hold)
		r->hold = need_memory(malloc(IR_LOG_LINE_MAX));
	memcpy(r->hold, e->text, n);
	e->text = r->hold;
	e->head.n = (uint32_t)n;
}

/* ---- counted elsewhere */

static void
cover_counted(struct ir_logs_counter *c, struct ir_stream_reading *r, uint16_t service, const struct ir_logs_counted *k)
{
	struct ir_logs_coverage *v = coverage_of(c, r, service);

	v->lines += k->count;
	v->before += k->before;
	v->after += k->after;
	cover_times(v, k->first_ms, k->last_ms);
}

static void
count_counted(struct ir_logs_counter *c, struct ir_stream_reading *r, uint16_t service, const struct ir_logs_counted *k)
{
	struct ir_open_event *e = &r->event;
	int64_t lines = k->count * e->lines;
	uint64_t key = key_of(e, service);
	struct ir_tally *y = ir_tallies_find(&c->tallies, key);
	struct ir_tally_detail *d;

	c->counts.events += k->count;
	if (!y)
		y = new_tally(c, r, key, service);
	if (!y) {
		c->counts.other_events += k->count;
		c->counts.other_lines += lines;
		return;
	}
	d = ir_tally_detail(&c->tallies, y);
	if (d)
		add_example(d, 1, text_of(e));
	ir_tally_counted(&c->tallies, y, k, lines);
	ir_tally_level(y, e->head.level, e->head.flags & IR_SCANNED_GUESSED);
}

/* All its lines are one event, whatever they look like. */
static void
open_counted(
    struct ir_logs_counter *c, struct ir_stream_reading *r, const char *text, const struct ir_scanned *v, size_t n)
{
	r->fold = (struct ir_fold){ 0 };
	for (size_t i = 0; i < n; i++) {
		const char *p = text + v[i].at;
		enum ir_fold_step step = ir_fold_line(&r->fold, v[i].cls, v[i].n, v[i].flags & IR_SCANNED_HEADER);

		if (i == 0)
			open_event(c, r, p, &v[i]);
		else
			go_on(c, r, p, &v[i], step == IR_FOLD_NEW ? IR_FOLD_MORE : step);
		if (c->opts.matches && !r->event.matched)
			r->event.matched = c->opts.matches(c->opts.matches_arg, p, v[i].n);
	}
	r->fold = (struct ir_fold){ 0 };
}

void
ir_event_counted(struct ir_logs_counter *c, struct ir_stream_reading *r, const char *text, size_t n, struct ir_batch *b,
    const struct ir_logs_counted *k)
{
	struct ir_scanned *v = b->lines;
	uint16_t service;
	size_t used, lines;

	ir_event_close(c, r);
	ir_buf_reset(&b->stacks);
	c->scans[0]->stacks = &b->stacks;
	r->stacks = &b->stacks;
	lines = ir_scan_lines(c->scans[0], r->stream, &r->base, text, text + n, true, v, &used);
	if (lines == 0)
		return;
	v->ms = k->first_ms;
	if (k->level) {
		v->level = (uint8_t)k->level;
		v->flags &= (uint8_t)~IR_SCANNED_GUESSED;
	}
	open_counted(c, r, text, v, lines);
	end_trace(c, r);
	service = service_of(r, &r->event.head);
	c->counts.lines += k->count * (int64_t)lines;
	if (!is_elsewhere(c, r, service)) {
		cover_counted(c, r, service, k);
		if (!is_passed_over(c, r)) {
			count_counted(c, r, service, k);
			end_event(&r->event);
			return;
		}
	}
	c->counts.left_out += k->count * (int64_t)lines;
	end_event(&r->event);
}
