/* scan - lines of a batch, each read in full or known from one that was alike */
#include "logs/counter_priv.h"

#include "base/err.h"
#include "logs/header.h"
#include "logs/layout.h"

/* How the level or the status is found that digits tell. */
enum { NUMBER_NONE, NUMBER_STATUS, NUMBER_LEVEL };
enum { NO_LAYOUT = 255, NO_NEEDLE = UINT16_MAX, LAYOUTS = 3 };

/* What lines of one skeleton have in common; as long as a line of the processor's cache. */
struct ir_scan_entry {
	uint64_t key; /* 0: nothing */
	uint64_t hash;
	uint64_t layout, digits; /* of its beginning: layout.h */
	uint32_t age;            /* the misses before it was read */
	int16_t time_at;         /* of the line that was read; -1: it has none; time_back: from the line's end */
	int16_t time_off;        /* from the beginning of the layout's time_word */
	uint16_t service, needle, time_needle;
	uint16_t gathered; /* index + 1 of what is gathered of it, if that is of this batch */
	uint8_t time_word, time_shape, level, cls, flags, number;
	uint8_t words; /* of the layout; NO_LAYOUT: it is no matter */
	bool time_back, simple, far;
} __attribute__((aligned(64)));

_Static_assert(sizeof(struct ir_scan_entry) == 64, "an entry is one line of the cache");

static void *
need_memory(void *p)
{
	if (!p)
		ir_oom();
	return p;
}

struct ir_scan *
ir_scan_new(const struct ir_skeleton *skeleton, struct ir_names *names)
{
	struct ir_scan *s = need_memory(calloc(1, sizeof(*s)));

	s->skeleton = skeleton;
	s->names = names;
	/* Zeroed by the system, page by page as it is used. */
	s->memory = need_memory(calloc(IR_SCAN_CACHE + 1, sizeof(s->cache[0])));
	s->cache = (struct ir_scan_entry *)(((uintptr_t)s->memory + 63) & ~(uintptr_t)63);
	ir_line_scratch_init(&s->scratch);
	return s;
}

void
ir_scan_free(struct ir_scan *s)
{
	if (!s)
		return;
	ir_line_scratch_done(&s->scratch);
	free(s->memory);
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

static bool
has_digit(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] >= '0' && p[i] <= '9')
			return true;
	}
	return false;
}

/* What stands before the number, for a sign of it: the first such in the line must be it. NO_NEEDLE: there is none. */
static uint16_t
make_needle(struct ir_scan *scan, const char *p, size_t n, int at)
{
	int from = at;
	uint16_t i;

	if (at < 1 || scan->n_needles == IR_SCAN_NEEDLES)
		return NO_NEEDLE;
	while (from > 0 && at - from < IR_SCAN_NEEDLE && (p[from - 1] < '0' || p[from - 1] > '9') &&
	       !(at - from >= 3 && (p[from - 1] == ',' || p[from - 1] == '{')))
		from--;
	if (at == from || memmem(p, n, p + from, (size_t)(at - from)) != p + from)
		return NO_NEEDLE;
	for (i = 0; i < scan->n_needles; i++) {
		if (scan->needles[i].n == at - from &&
		    memcmp(scan->needles[i].text, p + from, (size_t)(at - from)) == 0)
			return i;
	}
	scan->needles[i].n = (uint8_t)(at - from);
	memcpy(scan->needles[i].text, p + from, (size_t)(at - from));
	return scan->n_needles++;
}

/* Where it points to; n: nowhere. */
static size_t
find_needle(const struct ir_scan *scan, uint16_t needle, const char *p, size_t n)
{
	const struct ir_scan_needle *what = &scan->needles[needle];
	const char *at = needle == NO_NEEDLE ? NULL : memmem(p, n, what->text, what->n);

	return at ? (size_t)(at - p) + what->n : n;
}

/* ---- reading in full */

static void
read_tokens(const struct ir_log_line *line, struct ir_tokens *t)
{
	ir_tokens_read(line->message.p, line->message.n, t);
	ir_tokens_collapse(t, line->message.p);
}

void
ir_scan_tokens(struct ir_scan *s, const struct ir_logs_stream *stream, struct ir_stamp_base *base, const char *p,
    size_t n, struct ir_log_line *line, struct ir_tokens *t)
{
	ir_line_read(&s->scratch, stream->stamped, base, p, n, line, NULL);
	ir_line_split(line);
	read_tokens(line, t);
}

/* May what was read be used again for lines with the same skeleton? */
static bool
is_cacheable(const struct ir_log_line *line, const char *p, size_t n, bool stamped)
{
	if (n > IR_LOG_LINE_MAX || line->stack.p || (line->service.p && has_digit(line->service.p, line->service.n)))
		return false;
	if ((line->ms != IR_TIME_NONE && line->time_at < 0) || (line->status && line->status_at < 0))
		return false;
	if (line->fields && memmem(p, n, "\\u", 2))
		return false;
	if (!line->fields && (line->header_seen < 0 || line->header_seen > IR_LAYOUT_BYTES))
		return false;
	return !stamped || line->ms != IR_TIME_NONE;
}

/* Where the time is, so that it is found in lines that are longer or shorter before it. */
static void
remember_time(struct ir_scan *scan, struct ir_scan_entry *e, const struct ir_log_line *line, const char *p, size_t n)
{
	e->time_at = (int16_t)line->time_at;
	e->time_shape = line->time_shape;
	e->time_needle = NO_NEEDLE;
	e->time_word = NO_LAYOUT;
	if (line->time_at >= 0 && line->fields) {
		e->time_needle = make_needle(scan, p, n, line->time_at);
		if ((size_t)line->time_at > n / 2) {
			e->time_back = true;
			e->time_at = (int16_t)(n - (size_t)line->time_at);
		}
	}
}

static void
remember_layout(struct ir_scan_entry *e, const struct ir_log_line *line, const char *p, size_t n)
{
	struct ir_layout l;

	e->words = NO_LAYOUT;
	if (line->fields)
		return;
	ir_layout(p, n, SIZE_MAX, &l);
	for (e->words = 0; e->words < l.n && l.at[e->words] < line->header_seen; e->words++) {
		if (line->time_at >= 0 && e->time_word == NO_LAYOUT && l.end[e->words] > line->time_at) {
			e->time_word = e->words;
			e->time_off = (int16_t)(line->time_at - l.at[e->words]);
		}
	}
	e->far = line->header_seen > 64;
	ir_layout(p, n, e->words, &l);
	e->layout = l.hash;
	e->digits = ir_layout_digits(p, n, e->far ? IR_LAYOUT_BYTES : 64);
}

static void
remember(struct ir_scan *scan, struct ir_scan_entry *e, uint64_t key, const struct ir_log_line *line,
    const struct ir_scanned *s, const char *p, size_t n)
{
	*e = (struct ir_scan_entry){ .hash = s->hash,
		.level = s->level,
		.cls = s->cls,
		.flags = s->flags,
		.service = s->service,
		.needle = NO_NEEDLE };
	remember_time(scan, e, line, p, n);
	remember_layout(e, line, p, n);
	e->simple = s->cls == 0 && (s->flags & IR_SCANNED_HEADER) &&
		    !(s->flags & ~(IR_SCANNED_HEADER | IR_SCANNED_GUESSED | IR_SCANNED_GUESSED_ZONE)) &&
		    e->time_shape && line->status_at < 0 && line->level_at < 0;
	if (line->status_at >= 0 || line->level_at >= 0) {
		e->number = line->status_at >= 0 ? NUMBER_STATUS : NUMBER_LEVEL;
		e->needle = make_needle(scan, p, n, line->status_at >= 0 ? line->status_at : line->level_at);
		if (e->needle == NO_NEEDLE)
			return;
	}
	e->age = (uint32_t)scan->misses;
	e->key = key;
}

static void
read_in_full(struct ir_scan *scan, const struct ir_logs_stream *stream, struct ir_stamp_base *base, const char *p,
    size_t n, struct ir_scan_entry *e, uint64_t key, struct ir_scanned *s)
{
	struct ir_log_line line;
	struct ir_tokens t;
	size_t seen = n > IR_LOG_LINE_MAX ? IR_LOG_LINE_MAX : n;

	ir_scan_tokens(scan, stream, base, p, n, &line, &t);
	s->hash = ir_tokens_hash(&t);
	s->ms = line.ms;
	/* what is remembered is for lines of any status */
	s->level = (uint8_t)line.named;
	s->flags = (uint8_t)((line.header ? IR_SCANNED_HEADER : 0) | (line.stack.p ? IR_SCANNED_STACK : 0) |
			     (n > seen ? IR_SCANNED_CUT : 0));
	if (line.ms != IR_TIME_NONE && !line.zoned)
		s->flags |= IR_SCANNED_GUESSED_ZONE;
	if (!line.named) {
		s->level = (uint8_t)ir_level_guess(line.message.p, line.message.n);
		s->flags |= IR_SCANNED_GUESSED;
	}
	if (line.service.p)
		s->service = ir_names_number(scan->names, line.service.p, line.service.n);
	s->cls = ir_fold_class(line.message.p, line.message.n);
	if (key && is_cacheable(&line, p, n, stream->stamped))
		remember(scan, e, key, &line, s, p, n);
	tell_status(s, line.status);
}

/* ---- known from one that was alike */

/* at: where it should be. A header's time is one by its layout, be there such a day or not. */
static bool
read_time(const struct ir_scan *scan, const struct ir_scan_entry *e, struct ir_stamp_base *base, const char *p,
    size_t n, size_t at, int64_t *ms)
{
	*ms = IR_TIME_NONE;
	if (e->time_shape == 0 || (at < n && ir_stamp_again(e->time_shape, p + at, n - at, base, ms) > 0) ||
	    e->words != NO_LAYOUT)
		return true;
	at = find_needle(scan, e->time_needle, p, n);
	return at < n && ir_stamp_again(e->time_shape, p + at, n - at, base, ms) > 0;
}

static bool
read_number(const struct ir_scan *scan, const struct ir_scan_entry *e, const char *p, size_t n, struct ir_scanned *s)
{
	size_t at = find_needle(scan, e->needle, p, n);
	long value = number_at(p, n, at);

	if (value < 0)
		return false;
	if (e->number == NUMBER_STATUS)
		tell_status(s, value);
	else
		s->level = (uint8_t)(p[at - 1] == '<' ? ir_level_pri(value) : ir_level_number(value));
	return true;
}

static bool
read_alike(const struct ir_scan *scan, const struct ir_scan_entry *e, struct ir_stamp_base *base, const char *p,
    size_t n, size_t at, struct ir_scanned *s)
{
	if (!read_time(scan, e, base, p, n, at, &s->ms))
		return false;
	s->hash = e->hash;
	s->level = e->level;
	s->cls = e->cls;
	s->flags = e->flags;
	s->service = e->service;
	return e->number == NUMBER_NONE || read_number(scan, e, p, n, s);
}

/* The entry with that key; else the one of two that gives way for it. */
static struct ir_scan_entry *
pair_of(const struct ir_scan *scan, uint64_t key)
{
	return &scan->cache[(key >> 40) % IR_SCAN_CACHE & ~(uint64_t)1];
}

static struct ir_scan_entry *
entry_of(const struct ir_scan *scan, uint64_t key)
{
	struct ir_scan_entry *e = pair_of(scan, key);

	if (e[0].key == key || e[1].key == key)
		return e[0].key == key ? e : e + 1;
	return e[0].key != 0 && e[1].age <= e[0].age ? e + 1 : e;
}

/* Is the line's beginning like the entry's? *at gets where its time is. */
static bool
is_laid_out(const struct ir_scan_entry *e, const char *p, size_t n, struct ir_layout *l, size_t *at)
{
	*at = e->time_back ? n - (size_t)e->time_at : (size_t)e->time_at;
	if (e->words == NO_LAYOUT || e->digits == ir_layout_digits(p, n, e->far ? IR_LAYOUT_BYTES : 64))
		return true;
	ir_layout(p, n, e->words, l);
	if (e->time_word != NO_LAYOUT && e->time_word < l->n)
		*at = (size_t)(l->at[e->time_word] + e->time_off);
	return l->n == e->words && l->hash == e->layout && (e->time_shape == 0 || e->time_word != NO_LAYOUT);
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
	e = entry_of(scan, key);
	for (int i = 0; e->key == key && !is_laid_out(e, p, n, &l, &at); i++) {
		/* Another layout has an entry of its own. */
		key = i < LAYOUTS ? ir_log_mix(key, l.hash) | 1 : 0;
		e = entry_of(scan, key);
		if (key == 0)
			break;
	}
	if (key && e->key == key && read_alike(scan, e, base, p, n, at, s))
		return e;
	*s = (struct ir_scanned){ .at = s->at, .n = s->n };
	scan->misses++;
	read_in_full(scan, stream, base, p, n, e, key, s);
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
	} else if (s->ms < g->start_ms || s->ms >= g->end_ms || g->s.count == UINT32_MAX) {
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
			__builtin_prefetch(pair_of(scan, a->v[i].key));
	}
	if (a->n == 0)
		return scan->skeleton->line(p, end, len);
	*len = a->v[a->i].n;
	return a->v[a->i++].key;
}

size_t
ir_scan_lines(struct ir_scan *scan, const struct ir_logs_stream *stream, struct ir_stamp_base *base, const char *p,
    const char *end, bool last, struct ir_scanned *v, size_t *used)
{
	const char *from = p;
	struct ir_scan_entry *held = NULL; /* of the line before, that is gathered when this one is ordinary, too */
	struct ir_scanned before, s;
	struct ahead ahead;
	size_t n = 0, after = scan->gathers ? IR_GATHER_AFTER : SIZE_MAX;

	ahead.n = ahead.i = 0;
	scan->n_gathered = 0;
	while (n + scan->n_gathered + 4 < IR_SCAN_LINES && p < end) {
		size_t len;
		uint64_t key = next_key(scan, &ahead, p, end, &len);
		struct ir_scan_entry *e;

		if (p + len == end && !last)
			break;
		s = (struct ir_scanned){ .at = (uint32_t)(p - from), .n = (uint32_t)len };
		e = scan_line(scan, stream, base, p, len, key, &s);
		p += len + 1;
		scan->lines++;
		if (after > 0 || !e || !e->simple || s.ms == IR_TIME_NONE) {
			if (held)
				v[n++] = before;
			held = NULL;
			v[n++] = s;
			after = e && e->simple && s.ms != IR_TIME_NONE ? after - (scan->gathers ? 1 : 0)
				: scan->gathers                        ? IR_GATHER_AFTER
								       : SIZE_MAX;
			continue;
		}
		if (held)
			gather(scan, held, &before, v, &n);
		held = e;
		before = s;
	}
	if (held)
		v[n++] = before;
	for (size_t i = 0; i < scan->n_gathered; i++)
		v[n++] = scan->gathered[i].s;
	scan->n_gathered = 0;
	*used = (size_t)((p > end ? end : p) - from);
	return n;
}
