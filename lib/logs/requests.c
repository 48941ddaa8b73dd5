/* requests - who said what about which request, as long as it can be remembered */
#include "logs/requests.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "logs/level.h"

enum { ORDINARY = 5 }; /* of what is seen: the rest of the room is for errors */
#define NONE UINT32_MAX

struct slot {
	uint64_t id;
	uint32_t request; /* NONE: free */
};

struct ir_requests {
	void (*gone)(void *arg, const struct ir_request *);
	void *arg;
	struct ir_request *v;
	uint32_t n, size, max; /* in use, allocated, at most */
	uint32_t newest, oldest, unused;
	struct slot *slots; /* open addressing, half of them free at least */
	uint32_t mask;
	size_t n_ids;
};

/* ---- ids */

static uint64_t
hash(const char *s)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	h ^= h >> 32;
	return h * 0x9e3779b97f4a7c15u;
}

static uint32_t
find(const struct ir_requests *t, uint64_t id)
{
	uint32_t i = (uint32_t)(id >> 32) & t->mask;

	while (t->slots[i].request != NONE && t->slots[i].id != id)
		i = (i + 1) & t->mask;
	return i;
}

static void
remove_id(struct ir_requests *t, uint64_t id)
{
	uint32_t hole = find(t, id), i = hole;

	t->slots[hole].request = NONE;
	t->n_ids--;
	/* what went past the hole to find room comes back */
	while (t->slots[i = (i + 1) & t->mask].request != NONE) {
		uint32_t home = (uint32_t)(t->slots[i].id >> 32) & t->mask;

		if (((i - home) & t->mask) < ((i - hole) & t->mask))
			continue;
		t->slots[hole] = t->slots[i];
		t->slots[i].request = NONE;
		hole = i;
	}
}

/* ---- requests, by when they were last named */

static void
unlink_request(struct ir_requests *t, uint32_t r)
{
	struct ir_request *q = &t->v[r];

	if (q->newer == NONE)
		t->newest = q->older;
	else
		t->v[q->newer].older = q->older;
	if (q->older == NONE)
		t->oldest = q->newer;
	else
		t->v[q->older].newer = q->newer;
}

static void
link_newest(struct ir_requests *t, uint32_t r)
{
	struct ir_request *q = &t->v[r];

	q->newer = NONE;
	q->older = t->newest;
	if (t->newest == NONE)
		t->oldest = r;
	else
		t->v[t->newest].newer = r;
	t->newest = r;
}

static void
forget(struct ir_requests *t, uint32_t r)
{
	for (int i = 0; i < t->v[r].n_ids; i++)
		remove_id(t, t->v[r].ids[i]);
	unlink_request(t, r);
	t->v[r].older = t->unused;
	t->unused = r;
}

static void
forget_oldest(struct ir_requests *t)
{
	uint32_t r = t->oldest;

	t->gone(t->arg, &t->v[r]);
	forget(t, r);
}

static uint32_t
new_request(struct ir_requests *t)
{
	uint32_t r = t->unused;

	if (r != NONE) {
		t->unused = t->v[r].older;
	} else {
		if (t->n == t->size) {
			t->size = t->size ? 2 * t->size : 64;
			t->v = realloc(t->v, t->size * sizeof(*t->v));
			if (!t->v)
				ir_oom();
		}
		r = t->n++;
	}
	t->v[r] = (struct ir_request){ .n = 0 };
	link_newest(t, r);
	return r;
}

/* ---- what is seen of one */

static bool
is_error(const struct ir_request_seen *s)
{
	return s->level >= IR_LEVEL_ERROR;
}

static bool
is_earlier(int64_t a, int64_t b)
{
	return a != IR_TIME_NONE && (b == IR_TIME_NONE || a < b);
}

/* Room for one more: errors take that of the last ordinary one. NULL: none. */
static struct ir_request_seen *
room(struct ir_request *q, bool error)
{
	int ordinary = 0, last = -1;

	for (int i = 0; i < q->n; i++) {
		if (!is_error(&q->v[i])) {
			ordinary++;
			last = i;
		}
	}
	if (!error && ordinary >= ORDINARY)
		return NULL;
	if (q->n < IR_REQUEST_SEEN)
		return &q->v[q->n++];
	return error && last >= 0 ? &q->v[last] : NULL;
}

static void
note(struct ir_request *q, const struct ir_request_seen *s)
{
	struct ir_request_seen *to;

	for (int i = 0; i < q->n; i++) {
		to = &q->v[i];
		if (to->service == s->service && to->pattern == s->pattern) {
			if (is_earlier(s->ms, to->ms))
				to->ms = s->ms;
			if (s->level > to->level)
				to->level = s->level;
			return;
		}
	}
	to = room(q, is_error(s));
	if (to)
		*to = *s;
}

static void
name(struct ir_request *q, const struct ir_id *id)
{
	if (q->text[0] && q->kind <= id->kind)
		return;
	q->kind = (uint8_t)id->kind;
	memcpy(q->text, id->text, sizeof(q->text));
}

/* Two requests turn out to be one. Too many ids in one are rather a batch. */
static void
join(struct ir_requests *t, uint32_t into, uint32_t from)
{
	struct ir_request *a = &t->v[into], b = t->v[from];

	if (a->n_ids + b.n_ids > IR_REQUEST_IDS)
		return;
	forget(t, from);
	for (int i = 0; i < b.n_ids; i++) {
		t->slots[find(t, b.ids[i])] = (struct slot){ b.ids[i], into };
		t->n_ids++;
		a->ids[a->n_ids++] = b.ids[i];
	}
	for (int i = 0; i < b.n; i++)
		note(a, &b.v[i]);
	a->events += b.events;
	if (b.kind < a->kind) {
		a->kind = b.kind;
		memcpy(a->text, b.text, sizeof(a->text));
	}
}

/* The request that the ids name; a new one if nobody knows them. */
static uint32_t
request(struct ir_requests *t, const struct ir_ids *ids)
{
	uint32_t r = NONE;

	for (size_t i = 0; i < ids->n; i++) {
		uint32_t other = t->slots[find(t, hash(ids->v[i].text))].request;

		if (r == NONE)
			r = other;
		else if (other != NONE && other != r)
			join(t, r, other);
	}
	return r == NONE ? new_request(t) : r;
}

/* ---- the calls */

struct ir_requests *
ir_requests_new(size_t ids, void (*gone)(void *, const struct ir_request *), void *arg)
{
	struct ir_requests *t = calloc(1, sizeof(*t));
	uint32_t slots = 64;

	while (slots < 2 * ids)
		slots *= 2;
	if (!t || !(t->slots = malloc(slots * sizeof(*t->slots))))
		ir_oom();
	memset(t->slots, 0xff, slots * sizeof(*t->slots));
	t->mask = slots - 1;
	t->max = (uint32_t)ids;
	t->gone = gone;
	t->arg = arg;
	t->newest = t->oldest = t->unused = NONE;
	return t;
}

void
ir_requests_add(struct ir_requests *t, const struct ir_ids *ids, const struct ir_request_seen *s)
{
	struct ir_request *q;
	uint32_t r;

	if (ids->n == 0)
		return;
	while (t->n_ids + ids->n > t->max && t->oldest != NONE)
		forget_oldest(t);
	r = request(t, ids);
	q = &t->v[r];
	unlink_request(t, r);
	link_newest(t, r);
	for (size_t i = 0; i < ids->n; i++) {
		uint64_t id = hash(ids->v[i].text);
		uint32_t at = find(t, id);

		if (t->slots[at].request != NONE || q->n_ids == IR_REQUEST_IDS)
			continue;
		t->slots[at] = (struct slot){ id, r };
		t->n_ids++;
		q->ids[q->n_ids++] = id;
		name(q, &ids->v[i]);
	}
	q->events++;
	note(q, s);
}

void
ir_requests_finish(struct ir_requests *t)
{
	while (t->oldest != NONE)
		forget_oldest(t);
}

size_t
ir_requests_bytes(const struct ir_requests *t)
{
	return sizeof(*t) + t->size * sizeof(*t->v) + ((size_t)t->mask + 1) * sizeof(*t->slots);
}

void
ir_requests_free(struct ir_requests *t)
{
	free(t->v);
	free(t->slots);
	free(t);
}
