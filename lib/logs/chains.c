/* chains - requests that went wrong alike are one chain */
#include "logs/chains.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"

enum {
	EVENTS = 5000,               /* an id that more events name is no request's */
	NUMBER = 10,                 /* digits: a shorter number is soon used again */
	NUMBER_SPAN = 60 * 60 * 1000 /* so its events are not joined over more than an hour */
};

/* ---- a request's steps */

static bool
is_error(const struct ir_request_seen *s)
{
	return s->level >= IR_LEVEL_ERROR;
}

static void
widen(int64_t *first, int64_t *last, int64_t ms)
{
	if (ms == IR_TIME_NONE)
		return;
	if (*first == IR_TIME_NONE || ms < *first)
		*first = ms;
	if (*last == IR_TIME_NONE || ms > *last)
		*last = ms;
}

static int64_t
first_error(const struct ir_request *q)
{
	int64_t first = IR_TIME_NONE, last = IR_TIME_NONE;

	for (int i = 0; i < q->n; i++)
		if (is_error(&q->v[i]))
			widen(&first, &last, q->v[i].ms);
	return first;
}

/* Which of two of a service tells more: the worse and earlier error; else the last before the error at the instant, else the first after it. */
static bool
tells_more(const struct ir_request_seen *a, const struct ir_request_seen *b, int64_t error_ms)
{
	bool a_before = a->ms <= error_ms, b_before = b->ms <= error_ms;

	if (is_error(a) || is_error(b))
		return a->level != b->level ? a->level > b->level : a->ms < b->ms;
	if (a_before != b_before)
		return a_before;
	return a_before ? a->ms > b->ms : a->ms < b->ms;
}

static int
by_service(const void *a, const void *b)
{
	const struct ir_request_seen *x = a, *y = b;

	return (x->service > y->service) - (x->service < y->service);
}

/* One step a service; how many. */
static size_t
steps(const struct ir_request *q, struct ir_request_seen *v)
{
	int64_t error_ms = first_error(q);
	size_t n = 0, k;

	for (int i = 0; i < q->n; i++) {
		for (k = 0; k < n && v[k].service != q->v[i].service; k++)
			;
		if (k == n)
			v[n++] = q->v[i];
		else if (tells_more(&q->v[i], &v[k], error_ms))
			v[k] = q->v[i];
	}
	qsort(v, n, sizeof(*v), by_service);
	return n;
}

static bool
reused_number(const struct ir_request *q)
{
	size_t n = strlen(q->text);
	int64_t first = IR_TIME_NONE, last = IR_TIME_NONE;

	for (int i = 0; i < q->n; i++)
		widen(&first, &last, q->v[i].ms);
	return q->kind != IR_ID_TRACE && n < NUMBER && strspn(q->text, "0123456789") == n && first != IR_TIME_NONE &&
	       last - first > NUMBER_SPAN;
}

static bool
makes_chain(const struct ir_request *q, const struct ir_request_seen *v, size_t n)
{
	bool error = false;

	for (size_t i = 0; i < n; i++)
		error |= is_error(&v[i]);
	return n >= 2 && error && q->events <= EVENTS && !reused_number(q);
}

/* ---- sums */

static uint64_t
key_of(const struct ir_request_seen *v, size_t n)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < n; i++) {
		h = (h ^ v[i].service) * 0x100000001b3u;
		h = (h ^ v[i].pattern) * 0x100000001b3u;
	}
	return h;
}

static bool
same_steps(const struct ir_chain_sum *s, const struct ir_request_seen *v, size_t n)
{
	bool same = s->n == n;

	for (size_t i = 0; same && i < n; i++)
		same = s->v[i].service == v[i].service && s->v[i].pattern == v[i].pattern;
	return same;
}

static struct ir_chain_sum *
sum_of(struct ir_chain_sums *all, const struct ir_request_seen *v, size_t n)
{
	uint64_t key = key_of(v, n);
	struct ir_chain_sum *s;

	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].key == key && same_steps(&all->v[i], v, n))
			return &all->v[i];
	if (all->n == IR_CHAINS_MAX)
		return NULL;
	if (all->n == all->size) {
		all->size = all->size ? 2 * all->size : 8;
		all->v = realloc(all->v, all->size * sizeof(*all->v));
		if (!all->v)
			ir_oom();
	}
	s = &all->v[all->n++];
	*s = (struct ir_chain_sum){ .key = key, .n = n, .first_ms = IR_TIME_NONE, .last_ms = IR_TIME_NONE };
	memcpy(s->v, v, n * sizeof(*v));
	return s;
}

static int32_t
difference(int64_t from, int64_t to)
{
	int64_t d = to - from;

	if (from == IR_TIME_NONE || to == IR_TIME_NONE)
		return INT32_MIN;
	return d > INT32_MAX ? INT32_MAX : d < -INT32_MAX ? -INT32_MAX : (int32_t)d;
}

/* A sample of all, each as likely as the others: the number of the request is the dice. */
static int32_t *
sample(struct ir_chain_sum *s)
{
	uint64_t dice = (uint64_t)s->ids * 0x9e3779b97f4a7c15u;

	if (s->n_samples < IR_CHAIN_SAMPLES)
		return s->samples[s->n_samples++];
	dice = (dice ^ dice >> 29) * 0xbf58476d1ce4e5b9u;
	dice = (dice >> 32) % (uint64_t)s->ids;
	return dice < IR_CHAIN_SAMPLES ? s->samples[dice] : NULL;
}

static bool
has(const struct ir_request_seen *v, size_t n, const struct ir_request_seen *what)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].service == what->service && v[i].pattern == what->pattern)
			return true;
	return false;
}

static void
note_said(struct ir_chain_sum *s, const struct ir_request *q)
{
	size_t n = 0;

	if (s->ids == 0) {
		memcpy(s->said, q->v, q->n * sizeof(*q->v));
		s->n_said = q->n;
	}
	for (size_t i = 0; i < s->n_said; i++)
		if (has(q->v, q->n, &s->said[i]))
			s->said[n++] = s->said[i];
	s->n_said = n;
}

bool
ir_chain_sums_add(struct ir_chain_sums *all, const struct ir_request *q)
{
	struct ir_request_seen v[IR_REQUEST_SEEN];
	size_t n = steps(q, v);
	struct ir_chain_sum *s;
	int32_t *offsets;

	if (!makes_chain(q, v, n))
		return false;
	s = sum_of(all, v, n);
	if (!s) {
		all->left_out++;
		return true;
	}
	note_said(s, q);
	if (s->ids < IR_CHAIN_EXAMPLES)
		memcpy(s->examples[s->ids], q->text, sizeof(q->text));
	s->ids++;
	s->kinds[q->kind]++;
	offsets = sample(s);
	for (size_t i = 0; i < n; i++) {
		widen(&s->first_ms, &s->last_ms, v[i].ms);
		if (offsets)
			offsets[i] = difference(v[0].ms, v[i].ms);
		if (v[i].level > s->v[i].level)
			s->v[i].level = v[i].level;
		if (v[i].level > s->level)
			s->level = v[i].level;
	}
	return true;
}

/* b is a, too. Of the samples each gives its share. */
static void
unite(struct ir_chain_sum *a, const struct ir_chain_sum *b)
{
	uint32_t take = b->n_samples, room = IR_CHAIN_SAMPLES - a->n_samples;
	uint32_t share = (uint32_t)(b->ids * IR_CHAIN_SAMPLES / (a->ids + b->ids));

	if (take > room && take > share)
		take = share > room ? share : room;
	for (uint32_t i = 0; i < take; i++) {
		uint32_t to = i < room ? a->n_samples++ : i;

		memcpy(a->samples[to], b->samples[i], sizeof(a->samples[to]));
	}
	for (int64_t i = a->ids, k = 0; i < IR_CHAIN_EXAMPLES && k < b->ids; i++, k++)
		memcpy(a->examples[i], b->examples[k], sizeof(a->examples[i]));
	a->ids += b->ids;
	for (int i = 0; i < 3; i++)
		a->kinds[i] += b->kinds[i];
	widen(&a->first_ms, &a->last_ms, b->first_ms);
	widen(&a->first_ms, &a->last_ms, b->last_ms);
	for (size_t i = 0; i < a->n; i++)
		if (b->v[i].level > a->v[i].level)
			a->v[i].level = b->v[i].level;
	if (b->level > a->level)
		a->level = b->level;
}

/* Are they the same but for what was chosen of services that had no error, though both was said about
 * all of them? Whether a line comes before another service's error or after it is chance. */
static bool
akin(const struct ir_chain_sum *a, const struct ir_chain_sum *b)
{
	bool same = a->n == b->n;

	for (size_t i = 0; same && i < a->n; i++)
		same = a->v[i].service == b->v[i].service &&
		       (a->v[i].pattern == b->v[i].pattern ||
			   (!is_error(&a->v[i]) && !is_error(&b->v[i]) && has(a->said, a->n_said, &b->v[i]) &&
			       has(b->said, b->n_said, &a->v[i])));
	return same;
}

/* Into the one with the most requests. */
static void
unite_akin(struct ir_chain_sums *all)
{
	for (size_t i = 0; i < all->n; i++) {
		for (size_t k = i + 1; k < all->n;) {
			struct ir_chain_sum *a = &all->v[i], *b = &all->v[k];

			if (!akin(a, b)) {
				k++;
				continue;
			}
			if (b->ids > a->ids) {
				unite(b, a);
				*a = *b;
			} else {
				unite(a, b);
			}
			memmove(b, b + 1, (--all->n - k) * sizeof(*b));
		}
	}
}

static uint32_t
final(uint32_t was, long (*pattern)(void *, uint32_t), void *arg)
{
	long p = pattern(arg, was);

	return p < 0 ? UINT32_MAX : (uint32_t)p;
}

void
ir_chain_sums_resolve(struct ir_chain_sums *all, long (*pattern)(void *, uint32_t), void *arg)
{
	size_t n = 0, k;

	for (size_t i = 0; i < all->n; i++) {
		struct ir_chain_sum *s = &all->v[i];

		for (size_t j = 0; j < s->n; j++)
			s->v[j].pattern = final(s->v[j].pattern, pattern, arg);
		for (size_t j = 0; j < s->n_said; j++)
			s->said[j].pattern = final(s->said[j].pattern, pattern, arg);
		s->key = key_of(s->v, s->n);
		for (k = 0; k < n && !(all->v[k].key == s->key && same_steps(&all->v[k], s->v, s->n)); k++)
			;
		if (k < n)
			unite(&all->v[k], s);
		else if (n++ != i)
			all->v[n - 1] = *s;
	}
	all->n = n;
	unite_akin(all);
}

void
ir_chain_sums_free(struct ir_chain_sums *all)
{
	free(all->v);
	*all = (struct ir_chain_sums){ 0 };
}
