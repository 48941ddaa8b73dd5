/* scan - lines of a batch, each read in full or known from one that was alike */
#include <sys/mman.h>

#include "base/err.h"
#include "logs/header.h"
#include "logs/layout.h"
#include "logs/scan_priv.h"

enum { LAYOUTS = 3 }; /* of one skeleton, that are kept */
enum { CACHE_BYTES = IR_SCAN_CACHE * sizeof(struct ir_scan_entry) };

static void *
need_memory(void *p)
{
	if (!p)
		ir_oom();
	return p;
}

/* Zeroed by the system, page by page as it is used. */
static struct ir_scan_entry *
new_cache(void)
{
	void *p = mmap(NULL, CACHE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		ir_oom();
	return p;
}

void
ir_scan_much(struct ir_scan *s)
{
#ifdef MADV_POPULATE_WRITE
	madvise(s->cache, CACHE_BYTES, MADV_POPULATE_WRITE);
#else
	(void)s;
#endif
}

struct ir_scan *
ir_scan_new(const struct ir_skeleton *skeleton, struct ir_names *names)
{
	struct ir_scan *s = need_memory(calloc(1, sizeof(*s)));

	s->skeleton = skeleton;
	s->names = names;
	s->cache = new_cache();
	s->kinds = need_memory(calloc(IR_SCAN_KINDS, sizeof(s->kinds[0])));
	s->messages = need_memory(calloc(IR_SCAN_MESSAGES, sizeof(s->messages[0])));
	ir_line_scratch_init(&s->scratch);
	return s;
}

void
ir_scan_free(struct ir_scan *s)
{
	if (!s)
		return;
	ir_line_scratch_done(&s->scratch);
	free(s->messages);
	free(s->kinds);
	munmap(s->cache, CACHE_BYTES);
	free(s);
}

uint16_t
ir_names_number(struct ir_names *names, const char *p, size_t n)
{
	uint16_t ret = 0;

	pthread_mutex_lock(&names->lock);
	for (size_t i = 0; i < names->n && !ret; i++) {
		if (strlen(names->v[i]) == n && memcmp(names->v[i], p, n) == 0)
			ret = (uint16_t)(i + 1);
	}
	if (!ret && names->n < UINT16_MAX) {
		if (names->n == names->size) {
			names->size = names->size ? names->size * 2 : 16;
			names->v = need_memory(realloc(names->v, names->size * sizeof(names->v[0])));
		}
		names->v[names->n] = need_memory(strndup(p, n));
		ret = (uint16_t)++names->n;
	}
	pthread_mutex_unlock(&names->lock);
	return ret;
}

/* ---- numbers that tell how bad it is */

static long
number_at(const char *p, size_t n, size_t at)
{
	long value = 0;
	size_t i = at;

	for (; i < n && i < at + 6 && p[i] >= '0' && p[i] <= '9'; i++)
		value = value * 10 + (p[i] - '0');
	return i == at ? -1 : value;
}

static void
tell_status(struct ir_scanned *s, long status)
{
	s->variant = status >= 500 && status <= 599 ? 5 : 0;
	if (!s->variant || (s->level >= IR_LEVEL_ERROR && !(s->flags & IR_SCANNED_GUESSED)))
		return;
	s->level = IR_LEVEL_ERROR;
	s->flags &= (uint8_t)~IR_SCANNED_GUESSED;
}

/* ---- reading in full */

void
ir_scan_tokens(struct ir_scan *s, const struct ir_logs_stream *stream, struct ir_stamp_base *base, const char *p,
    size_t n, struct ir_log_line *line, struct ir_tokens *t)
{
	ir_line_read(&s->scratch, stream->stamped, base, p, n, line, NULL);
	ir_line_split(line);
	ir_tokens_read(line->message.p, line->message.n, t);
	ir_tokens_collapse(t, line->message.p);
}

static void
read_message(struct ir_span m, const char *skeleton, size_t n, struct ir_scan_message *ret)
{
	struct ir_tokens t;

	ir_tokens_read(m.p, m.n, &t);
	ir_tokens_collapse(&t, m.p);
	ret->hash = ir_tokens_hash(&t);
	ret->cls = ir_fold_class_skeleton(skeleton, n);
	ret->guessed = ret->counted = false;
}

/* What the message says, from one that was alike, if there was any; guess: and how bad it sounds. */
static void
find_message(struct ir_scan *scan, struct ir_span m, bool guess, struct ir_scan_message *ret)
{
	char text[IR_LOG_LINE_MAX];
	bool whole = m.n <= sizeof(text);
	size_t n = ir_skeleton_text(m.p, whole ? m.n : sizeof(text), text);
	uint64_t key = ir_skeleton_text_hash(text, n) | 1;
	struct ir_scan_message *at = &scan->messages[(key >> 40) % IR_SCAN_MESSAGES];

	*ret = *at;
	if (at->key != key || !whole) {
		read_message(m, text, n, ret);
		ret->key = whole ? key : 0;
	}
	if (guess && (!ret->guessed || (ret->counted && ir_scan_has_nought(m.p, m.n)))) {
		ret->level = (uint8_t)ir_level_guess(m.p, m.n, &ret->counted);
		ret->guessed = !ret->counted || !ir_scan_has_nought(m.p, m.n);
	}
	*at = *ret;
}

static void
keep_stack(struct ir_scan *scan, struct ir_span stack, struct ir_scanned *s)
{
	size_t at = scan->stacks ? scan->stacks->len : 0;

	if (!scan->stacks || ir_buf_add(scan->stacks, stack.p, stack.n) < 0)
		return;
	s->last_at = (uint32_t)at;
	s->last_n = (uint32_t)stack.n;
}

static void
read_in_full(struct ir_scan *scan, const struct ir_logs_stream *stream, struct ir_stamp_base *base, const char *p,
    size_t n, uint64_t key, struct ir_scanned *s)
{
	struct ir_log_line line;
	struct ir_scan_message m;
	size_t seen = n > IR_LOG_LINE_MAX ? IR_LOG_LINE_MAX : n;

	ir_line_read(&scan->scratch, stream->stamped, base, p, n, &line, NULL);
	ir_line_split(&line);
	find_message(scan, line.message, !line.named, &m);
	s->hash = m.hash;
	s->ms = line.ms;
	/* what is remembered is for lines of any status */
	s->level = (uint8_t)line.named;
	s->flags = (uint8_t)((line.header ? IR_SCANNED_HEADER : 0) | (line.stack.p ? IR_SCANNED_STACK : 0) |
			     (n > seen ? IR_SCANNED_CUT : 0));
	if (line.stack.p)
		keep_stack(scan, line.stack, s);
	if (line.ms != IR_TIME_NONE && !line.zoned)
		s->flags |= IR_SCANNED_GUESSED_ZONE;
	if (!line.named) {
		s->level = m.level;
		s->flags |= IR_SCANNED_GUESSED;
	}
	if (line.service.p)
		s->service = ir_names_number(scan->names, line.service.p, line.service.n);
	s->cls = m.cls;
	if (key)
		ir_scan_remember(scan, stream, key, &line, s, !line.named && m.counted, p, n);
	tell_status(s, line.status);
}

/* ---- known from one that was alike */

/* at: where it should be. A header's time is one by its layout, be there such a day or not. */
static bool
read_time(const struct ir_scan *scan, const struct ir_scan_kind *k, struct ir_stamp_base *base, const char *p, size_t n,
    size_t at, int64_t *ms)
{
	*ms = IR_TIME_NONE;
	if (k->time_shape == 0 || (at < n && ir_stamp_again(k->time_shape, p + at, n - at, base, ms) > 0) ||
	    k->words != IR_NO_LAYOUT)
		return true;
	at = ir_scan_find_needle(scan, k->time_needle, p, n, -1);
	return at < n && ir_stamp_again(k->time_shape, p + at, n - at, base, ms) > 0;
}

static bool
read_number(const struct ir_scan *scan, const struct ir_scan_entry *e, const struct ir_scan_kind *k, const char *p,
    size_t n, struct ir_scanned *s)
{
	size_t at = ir_scan_find_needle(scan, k->needle, p, n, e->number_at);
	long value = number_at(p, n, at);

	if (value < 0 || (k->number == IR_NUMBER_STATUS && !ir_level_status(value)))
		return false;
	if (k->number == IR_NUMBER_STATUS) {
		tell_status(s, value);
		return true;
	}
	s->level = (uint8_t)(p[at - 1] == '<' ? ir_level_pri(value) : ir_level_number(value));
	return s->level != IR_LEVEL_NONE;
}

static bool
read_alike(const struct ir_scan *scan, const struct ir_scan_entry *e, struct ir_stamp_base *base, const char *p,
    size_t n, size_t at, struct ir_scanned *s)
{
	const struct ir_scan_kind *k = &scan->kinds[e->kind];

	if (!read_time(scan, k, base, p, n, at, &s->ms) || (k->counted && ir_scan_has_nought(p, n)))
		return false;
	s->hash = e->hash;
	s->level = k->level;
	s->cls = k->cls;
	s->flags = k->flags;
	s->service = k->service;
	return k->number == IR_NUMBER_NONE || read_number(scan, e, k, p, n, s);
}

static struct ir_scan_entry *
find_entry(const struct ir_scan *scan, uint64_t key)
{
	struct ir_scan_entry *e = ir_scan_pair(scan, key);

	return e[0].key == key ? e : e[1].key == key ? e + 1 : NULL;
}

/* Is the line's beginning like the entry's? *at gets where its time is; l its layout, if it had to be read. */
static bool
is_laid_out(
    const struct ir_scan *scan, const struct ir_scan_entry *e, const char *p, size_t n, struct ir_layout *l, size_t *at)
{
	const struct ir_scan_kind *k = &scan->kinds[e->kind];

	*at = k->time_back ? n - (size_t)k->time_at : (size_t)k->time_at;
	if (k->words == IR_NO_LAYOUT || e->marks == ir_layout_marks(p, n, k->seen))
		return true;
	ir_layout(p, n, k->words, l);
	if (k->time_word != IR_NO_LAYOUT && k->time_word < l->n)
		*at = (size_t)(l->at[k->time_word] + k->time_off);
	return l->hash == k->layout && (k->time_shape == 0 || k->time_word != IR_NO_LAYOUT);
}

/* Returns the entry where the line is like one that was read before. */
static struct ir_scan_entry *
scan_line(struct ir_scan *scan, const struct ir_logs_stream *stream, struct ir_stamp_base *base, const char *p,
    size_t n, uint64_t key, struct ir_scanned *s)
{
	struct ir_scan_entry *e;
	struct ir_layout l;
	size_t at;

	key = (key ^ stream->stamped) | 1;
	e = find_entry(scan, key);
	for (int i = 0; e && !is_laid_out(scan, e, p, n, &l, &at); i++) {
		/* Another layout has an entry of its own. */
		key = i < LAYOUTS ? ir_log_mix(key, l.hash) | 1 : 0;
		e = key ? find_entry(scan, key) : NULL;
	}
	if (e && read_alike(scan, e, base, p, n, at, s)) {
		if (!e->again)
			e->again = true;
		return e;
	}
	*s = (struct ir_scanned){ .at = s->at, .n = s->n };
	scan->misses++;
	read_in_full(scan, stream, base, p, n, key, s);
	return NULL;
}

/* ---- ordinary lines that are alike are told at once */

static void
set_bounds(const struct ir_scan *scan, struct ir_gathered *g, int64_t ms)
{
	int64_t rest = ms % IR_GATHER_MS;

	g->start_ms = ms - (rest < 0 ? rest + IR_GATHER_MS : rest);
	g->end_ms = g->start_ms + IR_GATHER_MS;
	for (size_t i = 0; i < sizeof(scan->bounds) / sizeof(scan->bounds[0]); i++) {
		int64_t b = scan->bounds[i];

		if (b != IR_TIME_NONE && b > g->start_ms && b <= ms)
			g->start_ms = b;
		else if (b != IR_TIME_NONE && b > ms && b < g->end_ms)
			g->end_ms = b;
	}
}

static void
gather(struct ir_scan *scan, struct ir_scan_entry *e, const struct ir_scanned *s, struct ir_scanned *v, size_t *n)
{
	struct ir_gathered *g = e->gathered > 0 ? &scan->gathered[e->gathered - 1] : NULL;

	if (!g || e->gathered > scan->n_gathered || g->entry != e) {
		if (scan->n_gathered == IR_GATHERED) {
			v[(*n)++] = *s;
			return;
		}
		g = &scan->gathered[scan->n_gathered++];
		e->gathered = (uint16_t)scan->n_gathered;
		g->entry = e;
	} else if (s->ms < g->start_ms || s->ms >= g->end_ms || g->s.count == UINT32_MAX || s->level != g->s.level ||
		   s->variant != g->s.variant || s->flags != g->s.flags) {
		v[(*n)++] = g->s;
	} else {
		g->s.count++;
		if (s->ms < g->s.ms)
			g->s.ms = s->ms;
		if (s->ms > g->s.last_ms)
			g->s.last_ms = s->ms;
		g->s.last_at = s->at;
		g->s.last_n = s->n;
		return;
	}
	set_bounds(scan, g, s->ms);
	g->s = *s;
	g->s.count = 1;
	g->s.last_ms = s->ms;
	g->s.last_at = s->at;
	g->s.last_n = s->n;
}

/* Keys of lines that come next. */
struct ahead {
	struct ir_skeleton_line v[IR_SKELETON_LINES];
	size_t n, i;
};

static uint64_t
next_key(const struct ir_scan *scan, struct ahead *a, const char *p, const char *end, size_t *len)
{
	if (a->i == a->n) {
		a->n = scan->skeleton->lines(p, end, a->v);
		a->i = 0;
		for (size_t i = 0; i < a->n; i++)
			__builtin_prefetch(ir_scan_pair(scan, a->v[i].key));
	}
	if (a->n == 0)
		return scan->skeleton->line(p, end, len);
	*len = a->v[a->i].n;
	return a->v[a->i++].key;
}

/* An event by itself, whatever comes next, if that is ordinary too. */
static bool
is_ordinary(const struct ir_scanned *s)
{
	const uint8_t may = IR_SCANNED_HEADER | IR_SCANNED_GUESSED | IR_SCANNED_GUESSED_ZONE;

	return s->cls == 0 && s->ms != IR_TIME_NONE && (s->flags & IR_SCANNED_HEADER) && !(s->flags & ~may);
}

size_t
ir_scan_lines(struct ir_scan *scan, const struct ir_logs_stream *stream, struct ir_stamp_base *base, const char *p,
    const char *end, bool last, struct ir_scanned *v, size_t *used)
{
	const char *from = p;
	struct ir_scan_entry *held = NULL; /* of the line before, that is gathered when this one is ordinary, too */
	struct ir_scanned before, s;
	struct ahead ahead;
	size_t n = 0, after = IR_GATHER_AFTER;

	ahead.n = ahead.i = 0;
	scan->n_gathered = 0;
	while (n + scan->n_gathered + 4 < IR_SCAN_LINES && p < end) {
		size_t len;
		uint64_t key = next_key(scan, &ahead, p, end, &len);
		struct ir_scan_entry *e;
		bool ordinary;

		if (p + len == end && !last)
			break;
		s = (struct ir_scanned){ .at = (uint32_t)(p - from), .n = (uint32_t)len };
		e = scan_line(scan, stream, base, p, len, key, &s);
		p += len + 1;
		scan->lines++;
		ordinary = scan->gathers && is_ordinary(&s);
		if (ordinary && e && after == 0) {
			if (held)
				gather(scan, held, &before, v, &n);
			held = e;
			before = s;
			continue;
		}
		/* What was read in full may have taken the entry that is held. */
		if (held)
			v[n++] = before;
		held = NULL;
		v[n++] = s;
		after = !ordinary ? IR_GATHER_AFTER : after > 0 ? after - 1 : 0;
	}
	if (held)
		v[n++] = before;
	for (size_t i = 0; i < scan->n_gathered; i++)
		v[n++] = scan->gathered[i].s;
	scan->n_gathered = 0;
	*used = (size_t)((p > end ? end : p) - from);
	return n;
}
