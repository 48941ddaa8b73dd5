/* scan_remember - what is kept of a line for those that are alike */
#include "logs/scan_priv.h"

#include <ctype.h>

#include "base/err.h"
#include "logs/layout.h"

static bool
has_digit(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] >= '0' && p[i] <= '9')
			return true;
	}
	return false;
}

/* ---- needles: where the first of its text in a line ends, the number begins */

/* What stands before the number; IR_NO_NEEDLE: nothing that is a sign of it. */
static uint16_t
make_needle(struct ir_scan *scan, const char *p, size_t n, int at)
{
	int from = at;
	uint16_t i;

	if (at < 1 || scan->n_needles == IR_SCAN_NEEDLES)
		return IR_NO_NEEDLE;
	while (from > 0 && at - from < IR_SCAN_NEEDLE && (p[from - 1] < '0' || p[from - 1] > '9') &&
	       !(at - from >= 3 && (p[from - 1] == ',' || p[from - 1] == '{')))
		from--;
	if (at == from || memmem(p, n, p + from, (size_t)(at - from)) != p + from)
		return IR_NO_NEEDLE;
	for (i = 0; i < scan->n_needles; i++) {
		if (scan->needles[i].n == at - from &&
		    memcmp(scan->needles[i].text, p + from, (size_t)(at - from)) == 0)
			return i;
	}
	scan->needles[i].n = (uint8_t)(at - from);
	memcpy(scan->needles[i].text, p + from, (size_t)(at - from));
	return scan->n_needles++;
}

size_t
ir_scan_find_needle(const struct ir_scan *scan, uint16_t needle, const char *p, size_t n, long hint)
{
	const struct ir_scan_needle *what = &scan->needles[needle];
	const char *end = p + n, *at = p;

	if (needle == IR_NO_NEEDLE)
		return n;
	if (hint >= what->n && (size_t)hint < n && memcmp(p + hint - what->n, what->text, what->n) == 0)
		return (size_t)hint;
	/* Faster than memmem() where lines are short. */
	for (; (at = memchr(at, what->text[0], (size_t)(end - at))); at++) {
		if ((size_t)(end - at) < what->n)
			return n;
		if (memcmp(at, what->text, what->n) == 0)
			return (size_t)(at - p) + what->n;
	}
	return n;
}

bool
ir_scan_has_nought(const char *p, size_t n)
{
	const char *at = p, *end = p + n;

	for (; (at = memchr(at, '0', (size_t)(end - at))); at++) {
		bool begins = at == p || !isalnum((unsigned char)at[-1]) || (at - p > 1 && at[-2] == '\\'); /* \t0 */

		if (begins && (at + 1 == end || !isalnum((unsigned char)at[1])))
			return true;
	}
	return false;
}

/* ---- kinds */

/* When there are too many, all is forgotten. */
static uint16_t
kind_number(struct ir_scan *scan, const struct ir_scan_kind *k)
{
	uint64_t h = 0, word;
	size_t i;

	_Static_assert(sizeof(*k) % sizeof(word) == 0, "hashed word by word");
	for (i = 0; i < sizeof(*k) / sizeof(word); i++) {
		memcpy(&word, (const char *)k + i * sizeof(word), sizeof(word));
		h = ir_log_mix(h, word);
	}
	for (i = h % IR_SCAN_KIND_SLOTS; scan->kind_slots[i]; i = (i + 1) % IR_SCAN_KIND_SLOTS) {
		if (memcmp(&scan->kinds[scan->kind_slots[i] - 1], k, sizeof(*k)) == 0)
			return scan->kind_slots[i] - 1;
	}
	if (scan->n_kinds == IR_SCAN_KINDS) {
		memset(scan->cache, 0, IR_SCAN_CACHE * sizeof(scan->cache[0]));
		memset(scan->kind_slots, 0, sizeof(scan->kind_slots));
		scan->n_kinds = 0;
		i = h % IR_SCAN_KIND_SLOTS;
	}
	scan->kinds[scan->n_kinds] = *k;
	scan->kind_slots[i] = ++scan->n_kinds;
	return scan->n_kinds - 1;
}

/* ---- lines */

/* It could be JSON, but for a number that begins with a zero. */
static bool
is_broken_json(const char *p, size_t n)
{
	const char *open = memchr(p, '{', n), *end = p + n;

	if (!open || !memchr(open, '}', (size_t)(end - open)))
		return false;
	for (p = open + 1; end - p > 1 && (p = memchr(p, '0', (size_t)(end - p - 1))); p++) {
		if (strchr(":[,- ", p[-1]) && p[-1] && p[1] >= '0' && p[1] <= '9')
			return true;
	}
	return false;
}

/* May what was read be used again for lines with the same skeleton? */
static bool
is_cacheable(const struct ir_log_line *line, const char *p, size_t n, bool stamped)
{
	if (n > IR_LOG_LINE_MAX || line->stack.p || (line->service.p && has_digit(line->service.p, line->service.n)))
		return false;
	if ((line->ms != IR_TIME_NONE && line->time_at < 0) || line->uncertain ||
	    (line->status_at >= 0 && line->level_at >= 0))
		return false;
	if (line->fields && memmem(p, n, "\\u", 2))
		return false;
	if (!line->fields && (line->header_seen < 0 || line->header_seen > IR_LAYOUT_BYTES || is_broken_json(p, n)))
		return false;
	return !stamped || line->ms != IR_TIME_NONE;
}

/* Where the time is, so that it is found in lines that are longer or shorter before it. */
static void
remember_time(struct ir_scan *scan, struct ir_scan_kind *k, const struct ir_log_line *line, const char *p, size_t n)
{
	k->time_at = (int16_t)line->time_at;
	k->time_shape = line->time_shape;
	k->time_needle = IR_NO_NEEDLE;
	k->time_word = IR_NO_LAYOUT;
	if (line->time_at >= 0 && line->fields) {
		k->time_needle = make_needle(scan, p, n, line->time_at);
		if ((size_t)line->time_at > n / 2) {
			k->time_back = true;
			k->time_at = (int16_t)(n - (size_t)line->time_at);
		}
	}
}

/* The digits of what the header's reading saw, and of all words that begin there, tell the layout. */
static void
remember_layout(struct ir_scan_kind *k, const struct ir_log_line *line, const char *p, size_t n)
{
	struct ir_layout l;
	size_t seen = (size_t)line->header_seen;

	k->words = IR_NO_LAYOUT;
	if (line->fields)
		return;
	k->words = (uint8_t)ir_layout_words(p, n, seen);
	ir_layout(p, n, k->words, &l);
	k->layout = l.hash;
	for (size_t i = 0; i < l.n; i++) {
		if (line->time_at >= 0 && k->time_word == IR_NO_LAYOUT && l.end[i] > line->time_at) {
			k->time_word = (uint8_t)i;
			k->time_off = (int16_t)(line->time_at - l.at[i]);
		}
		if (l.end[i] >= seen)
			seen = l.end[i] + 1u;
	}
	k->seen = (uint8_t)(seen > IR_LAYOUT_BYTES ? IR_LAYOUT_BYTES : seen);
}

/* Which of a pair goes: not the one that is found again and again. */
static struct ir_scan_entry *
make_room(struct ir_scan *scan, uint64_t key)
{
	struct ir_scan_entry *e = ir_scan_pair(scan, key);
	size_t i = key >> 39 & 1;

	if (e[0].key == key || e[1].key == key)
		return e[0].key == key ? e : e + 1;
	if (!e[0].key || !e[1].key)
		return e[0].key ? e + 1 : e;
	if (e[0].again != e[1].again)
		i = e[0].again ? 1 : 0;
	e[0].again = e[1].again = false;
	return e + i;
}

void
ir_scan_remember(struct ir_scan *scan, const struct ir_logs_stream *stream, uint64_t key,
    const struct ir_log_line *line, const struct ir_scanned *s, bool counted, const char *p, size_t n)
{
	struct ir_scan_entry *e;
	struct ir_scan_kind k;
	uint16_t kind;
	int at = line->status_at >= 0 ? line->status_at : line->level_at;

	if (!is_cacheable(line, p, n, stream->stamped) || (counted && ir_scan_has_nought(p, n)))
		return;
	memset(&k, 0, sizeof(k));
	k.level = s->level;
	k.cls = s->cls;
	k.flags = s->flags;
	k.counted = counted;
	k.service = s->service;
	k.needle = IR_NO_NEEDLE;
	remember_time(scan, &k, line, p, n);
	remember_layout(&k, line, p, n);
	if (at >= 0) {
		k.number = line->status_at >= 0 ? IR_NUMBER_STATUS : IR_NUMBER_LEVEL;
		k.needle = make_needle(scan, p, n, at);
		if (k.needle == IR_NO_NEEDLE)
			return;
		/* Is it in the line once? Else where it was before may be where another is. */
		if (memmem(p + at, n - (size_t)at, scan->needles[k.needle].text, scan->needles[k.needle].n))
			at = -1;
	}
	kind = kind_number(scan, &k);
	e = make_room(scan, key);
	*e = (struct ir_scan_entry){ .key = key,
		.hash = s->hash,
		.marks = k.words == IR_NO_LAYOUT ? 0 : ir_layout_marks(p, n, k.seen),
		.kind = kind,
		.number_at = (int16_t)at };
}
