/* seen - rows that were brought already, by a hash of each */
#include "logs/seen.h"

#include <stdlib.h>

#include "base/err.h"

struct row {
	uint64_t hash; /* 0: a free slot */
	int64_t ms;
	uint32_t look;           /* that saw it last */
	uint32_t brought, count; /* so many of it were brought; the look has seen so many */
};

struct ir_seen {
	struct row *v;
	size_t n, size;
	uint32_t look;
};

static uint64_t
mix(uint64_t h, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)p[i]) * UINT64_C(0x100000001b3);
	return (h ^ h >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
}

struct ir_seen *
ir_seen_new(void)
{
	struct ir_seen *s = calloc(1, sizeof(*s));

	if (!s)
		ir_oom();
	return s;
}

void
ir_seen_free(struct ir_seen *s)
{
	if (s)
		free(s->v);
	free(s);
}

static struct row *
slot(const struct ir_seen *s, uint64_t hash)
{
	size_t i = hash & (s->size - 1);

	while (s->v[i].hash && s->v[i].hash != hash)
		i = (i + 1) & (s->size - 1);
	return &s->v[i];
}

/* Again, without what is older. */
static void
rebuild(struct ir_seen *s, size_t size, int64_t from_ms)
{
	struct row *old = s->v;
	size_t n = s->size;

	s->size = size;
	s->n = 0;
	s->v = calloc(size, sizeof(*s->v));
	if (!s->v)
		ir_oom();
	for (size_t i = 0; i < n; i++) {
		if (!old[i].hash || old[i].ms < from_ms)
			continue;
		*slot(s, old[i].hash) = old[i];
		s->n++;
	}
	free(old);
}

void
ir_seen_look(struct ir_seen *s, int64_t from_ms)
{
	size_t size = 64;

	s->look++;
	while (size < 3 * s->n)
		size *= 2;
	rebuild(s, size, from_ms);
}

bool
ir_seen_row(struct ir_seen *s, int64_t ms, const char *service, size_t n_service, const char *text, size_t n)
{
	uint64_t hash = mix(mix((uint64_t)ms * UINT64_C(0x9e3779b97f4a7c15), service, n_service), text, n);
	struct row *r;

	hash += hash == 0;
	if (2 * (s->n + 1) > s->size)
		rebuild(s, s->size ? 2 * s->size : 64, INT64_MIN);
	r = slot(s, hash);
	if (!r->hash) {
		*r = (struct row){ .hash = hash, .ms = ms };
		s->n++;
	}
	if (r->look != s->look)
		r->count = 0;
	r->look = s->look;
	if (++r->count <= r->brought)
		return false;
	r->brought = r->count;
	return true;
}

size_t
ir_seen_held(const struct ir_seen *s)
{
	return s->n;
}
