/* tally - what is counted of each pattern, and when */
#include "logs/counter_priv.h"

#include "base/err.h"

enum { DETAILS_MAX = 1 << 16 };

/* Widths of buckets; each is a multiple of the one before. */
static const int64_t widths[] = { IR_GATHER_MS, 30000, 60000, 300000, 600000, 1800000, 3600000, 10800000, 43200000,
	86400000, 604800000, 2419200000ll, 29030400000ll, 348364800000ll };

static void *
need_memory(void *p)
{
	if (!p)
		ir_oom();
	return p;
}

void
ir_tallies_init(struct ir_tallies *t)
{
	*t = (struct ir_tallies){ .n_slots = 1 << 12 };
	t->slots = need_memory(calloc(t->n_slots, sizeof(t->slots[0])));
}

void
ir_tallies_done(struct ir_tallies *t)
{
	for (uint32_t i = 0; i < t->n_details; i++) {
		for (size_t k = 0; k < IR_LOGS_EXAMPLES; k++)
			free(t->details[i].examples[k]);
		free(t->details[i].error);
		free(t->details[i].frames);
	}
	free(t->details);
	free(t->slots);
	free(t->v);
}

static uint32_t
slot_of(const struct ir_tallies *t, uint64_t key)
{
	uint32_t i = (uint32_t)(key >> 20) & (t->n_slots - 1);

	while (t->slots[i] && t->v[t->slots[i] - 1].key != key)
		i = (i + 1) & (t->n_slots - 1);
	return i;
}

struct ir_tally *
ir_tallies_find(const struct ir_tallies *t, uint64_t key)
{
	uint32_t i = t->slots[slot_of(t, key)];

	return i ? &t->v[i - 1] : NULL;
}

struct ir_tally *
ir_tallies_add(struct ir_tallies *t, uint64_t key)
{
	if (t->n == t->size) {
		t->size = t->size ? t->size * 2 : 1024;
		t->v = need_memory(realloc(t->v, t->size * sizeof(t->v[0])));
	}
	if (t->n >= t->n_slots / 2) {
		free(t->slots);
		t->n_slots *= 2;
		t->slots = need_memory(calloc(t->n_slots, sizeof(t->slots[0])));
		for (uint32_t i = 0; i < t->n; i++)
			t->slots[slot_of(t, t->v[i].key)] = i + 1;
	}
	t->slots[slot_of(t, key)] = t->n + 1;
	t->v[t->n] =
	    (struct ir_tally){ .key = key, .first_ms = IR_TIME_NONE, .last_ms = IR_TIME_NONE, .error = UINT32_MAX };
	return &t->v[t->n++];
}

struct ir_tally_detail *
ir_tally_detail(struct ir_tallies *t, struct ir_tally *y)
{
	if (y->detail)
		return &t->details[y->detail - 1];
	if (t->n_details >= DETAILS_MAX)
		return NULL;
	if (t->n_details == t->size_details) {
		t->size_details = t->size_details ? t->size_details * 2 : 64;
		t->details = need_memory(realloc(t->details, t->size_details * sizeof(t->details[0])));
	}
	t->details[t->n_details] = (struct ir_tally_detail){ .high_ms = INT64_MIN };
	y->detail = ++t->n_details;
	if (y->first_ms != IR_TIME_NONE && y->events > 0)
		ir_buckets_add(&t->details[y->detail - 1].buckets, y->first_ms, (uint32_t)y->events);
	return &t->details[y->detail - 1];
}

/* ---- buckets */

static int64_t
floor_to(int64_t ms, int64_t width)
{
	int64_t rest = ms % width;

	return ms - (rest < 0 ? rest + width : rest);
}

int64_t
ir_logs_bucket_width(int64_t from_ms, int64_t to_ms)
{
	const size_t n = sizeof(widths) / sizeof(widths[0]);
	size_t w = 0;

	while (w + 1 < n && (to_ms - floor_to(from_ms, widths[w])) / widths[w] >= IR_LOGS_BUCKETS)
		w++;
	return widths[w];
}

static void
add_count(uint32_t *to, uint32_t count)
{
	*to = count > UINT32_MAX - *to ? UINT32_MAX : *to + count;
}

static void
rebucket(struct ir_logs_buckets *b, int64_t start_ms, int64_t width_ms, size_t n)
{
	struct ir_logs_buckets old = *b;

	*b = (struct ir_logs_buckets){ .start_ms = start_ms, .width_ms = width_ms, .n = n };
	for (size_t i = 0; i < old.n; i++)
		add_count(&b->v[(old.start_ms + (int64_t)i * old.width_ms - start_ms) / width_ms], old.v[i]);
}

/* Make it reach from low to high. */
static void
reach(struct ir_logs_buckets *b, int64_t low_ms, int64_t high_ms)
{
	size_t w = 0;

	while (widths[w] < b->width_ms)
		w++;
	for (; w < sizeof(widths) / sizeof(widths[0]); w++) {
		int64_t start = floor_to(low_ms, widths[w]), n = (high_ms - start) / widths[w] + 1;

		if (n <= IR_LOGS_BUCKETS) {
			if (start != b->start_ms || widths[w] != b->width_ms)
				rebucket(b, start, widths[w], (size_t)n);
			else
				b->n = (size_t)n;
			return;
		}
	}
}

void
ir_buckets_add(struct ir_logs_buckets *b, int64_t ms, uint32_t count)
{
	int64_t low, high;

	if (b->n == 0)
		*b = (struct ir_logs_buckets){ .start_ms = floor_to(ms, widths[0]), .width_ms = widths[0], .n = 1 };
	low = b->start_ms;
	high = b->start_ms + (int64_t)b->n * b->width_ms - 1;
	if (ms < low || ms > high)
		reach(b, ms < low ? ms : low, ms > high ? ms : high);
	if (ms >= b->start_ms && ms < b->start_ms + (int64_t)b->n * b->width_ms)
		add_count(&b->v[(ms - b->start_ms) / b->width_ms], count);
}

void
ir_buckets_unite(struct ir_logs_buckets *to, const struct ir_logs_buckets *from)
{
	if (from->n == 0)
		return;
	if (to->n == 0) {
		*to = *from;
		return;
	}
	if (from->width_ms > to->width_ms)
		reach(to, floor_to(to->start_ms, from->width_ms),
		    floor_to(to->start_ms, from->width_ms) + from->width_ms * IR_LOGS_BUCKETS - 1);
	for (size_t i = 0; i < from->n; i++) {
		if (from->v[i])
			ir_buckets_add(to, from->start_ms + (int64_t)i * from->width_ms, from->v[i]);
	}
}

static void
add_bucket(struct ir_tally_detail *d, int64_t ms)
{
	struct ir_logs_buckets *b = &d->buckets;

	if (ms < d->low_ms || ms >= d->high_ms) {
		ir_buckets_add(b, ms, 1);
		d->last = (size_t)((ms - b->start_ms) / b->width_ms);
		if (d->last >= b->n)
			return;
		d->low_ms = b->start_ms + (int64_t)d->last * b->width_ms;
		d->high_ms = d->low_ms + b->width_ms;
		return;
	}
	add_count(&b->v[d->last], 1);
}

static void
tally_times(struct ir_tally *y, int64_t first_ms, int64_t last_ms)
{
	if (first_ms != IR_TIME_NONE && (y->first_ms == IR_TIME_NONE || first_ms < y->first_ms))
		y->first_ms = first_ms;
	if (last_ms != IR_TIME_NONE && (y->last_ms == IR_TIME_NONE || last_ms > y->last_ms))
		y->last_ms = last_ms;
}

/* What does not fit goes to the detail, where there is one. */
static void
add_big(struct ir_tallies *t, const struct ir_tally *y, uint32_t *to, size_t offset, int64_t count)
{
	if (count <= UINT32_MAX / 2 && *to <= UINT32_MAX / 2)
		*to += (uint32_t)count;
	else if (y->detail)
		*(int64_t *)((char *)&t->details[y->detail - 1] + offset) += count;
	else
		*to = UINT32_MAX;
}

void
ir_tally_count(struct ir_tallies *t, struct ir_tally *y, uint32_t lines, int64_t ms, int64_t split_ms)
{
	add_big(t, y, &y->events, offsetof(struct ir_tally_detail, events), 1);
	add_big(t, y, &y->lines, offsetof(struct ir_tally_detail, lines), lines);
	if (ms == IR_TIME_NONE)
		return;
	if (y->detail)
		add_bucket(&t->details[y->detail - 1], ms);
	tally_times(y, ms, ms);
	if (split_ms == IR_TIME_NONE)
		return;
	if (ms < split_ms)
		add_big(t, y, &y->before, offsetof(struct ir_tally_detail, before), 1);
	else
		add_big(t, y, &y->after, offsetof(struct ir_tally_detail, after), 1);
}

void
ir_tally_gathered(
    struct ir_tallies *t, struct ir_tally *y, uint32_t count, int64_t first_ms, int64_t last_ms, int64_t split_ms)
{
	add_big(t, y, &y->events, offsetof(struct ir_tally_detail, events), count);
	add_big(t, y, &y->lines, offsetof(struct ir_tally_detail, lines), count);
	if (y->detail)
		ir_buckets_add(&t->details[y->detail - 1].buckets, first_ms, count);
	tally_times(y, first_ms, last_ms);
	if (split_ms != IR_TIME_NONE && first_ms < split_ms)
		add_big(t, y, &y->before, offsetof(struct ir_tally_detail, before), count);
	else if (split_ms != IR_TIME_NONE)
		add_big(t, y, &y->after, offsetof(struct ir_tally_detail, after), count);
}

void
ir_tally_counted(struct ir_tallies *t, struct ir_tally *y, const struct ir_logs_counted *k, int64_t lines)
{
	struct ir_tally_detail *d = ir_tally_detail(t, y);

	add_big(t, y, &y->events, offsetof(struct ir_tally_detail, events), k->count);
	add_big(t, y, &y->lines, offsetof(struct ir_tally_detail, lines), lines);
	add_big(t, y, &y->before, offsetof(struct ir_tally_detail, before), k->before);
	add_big(t, y, &y->after, offsetof(struct ir_tally_detail, after), k->after);
	tally_times(y, k->first_ms, k->last_ms);
	for (size_t i = 0; d && i < k->minutes; i++)
		ir_buckets_add(&d->buckets, k->minute_ms[i],
		    k->minute_count[i] > UINT32_MAX ? UINT32_MAX : (uint32_t)k->minute_count[i]);
}

void
ir_tally_level(struct ir_tally *y, uint8_t level, bool guessed)
{
	if (y->guessed && !guessed) {
		y->guessed = false;
		y->level = level;
	} else if (level > y->level && y->guessed == guessed) {
		y->level = level;
	}
}

/* Examples of the one that goes are the other's while it has room for them. */
static void
unite_details(struct ir_tally_detail *d, const struct ir_tally_detail *f)
{
	ir_buckets_unite(&d->buckets, &f->buckets);
	for (size_t i = 0, k = 0; i < IR_LOGS_EXAMPLES && f->examples[i]; i++) {
		while (k < IR_LOGS_EXAMPLES && d->examples[k])
			k++;
		if (k < IR_LOGS_EXAMPLES)
			d->examples[k] = need_memory(strdup(f->examples[i]));
	}
}

void
ir_tally_unite(struct ir_tallies *t, struct ir_tally *to, const struct ir_tally *from)
{
	struct ir_tally_detail *d = ir_tally_detail(t, to);
	const struct ir_tally_detail *f = from->detail ? &t->details[from->detail - 1] : NULL;
	static const struct ir_tally_detail none;

	if (d && f)
		unite_details(d, f);
	else if (d && from->first_ms != IR_TIME_NONE)
		ir_buckets_add(&d->buckets, from->first_ms, from->events);
	if (!f)
		f = &none;
	add_big(t, to, &to->events, offsetof(struct ir_tally_detail, events), from->events + f->events);
	add_big(t, to, &to->lines, offsetof(struct ir_tally_detail, lines), from->lines + f->lines);
	add_big(t, to, &to->before, offsetof(struct ir_tally_detail, before), from->before + f->before);
	add_big(t, to, &to->after, offsetof(struct ir_tally_detail, after), from->after + f->after);
	tally_times(to, from->first_ms, from->last_ms);
	ir_tally_level(to, from->level, from->guessed);
}
