/* merge - events of many streams in the order of time, within bounded memory */
#include "logs/merge.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "logs/spill.h"

enum { OVERHEAD = 2 * sizeof(void *) + sizeof(struct ir_held *) };

/* The first in order is v[0]. */
struct heap {
	struct ir_held **v;
	size_t n, size;
	int64_t lines;
	size_t bytes;
};

struct ir_merge {
	struct ir_merge_opts o;
	struct heap all;
	struct heap *services; /* with a tail, until it flows */
	size_t n_services;
	struct ir_held *first, *last; /* of `all`, by arrival */
	bool flowing;
	uint64_t seq;
	int64_t given; /* newest key that went out */
	size_t held, most;
	int64_t before_tail, dropped;
	struct ir_spill *spill;
	bool no_spill; /* it cannot be had, or not any more */
};

/* ---- a heap */

static bool
goes_before(const struct ir_merge *m, const struct ir_held *a, const struct ir_held *b)
{
	if (a->key != b->key)
		return a->key < b->key;
	if (!m->o.arrival && a->stream != b->stream)
		return a->stream < b->stream;
	return a->seq < b->seq;
}

static void
heap_add(const struct ir_merge *m, struct heap *h, struct ir_held *e)
{
	size_t i = h->n++;

	if (i == h->size) {
		h->size = h->size ? 2 * h->size : 64;
		h->v = realloc(h->v, h->size * sizeof(*h->v));
		if (!h->v)
			ir_oom();
	}
	for (; i > 0 && goes_before(m, e, h->v[(i - 1) / 2]); i = (i - 1) / 2)
		h->v[i] = h->v[(i - 1) / 2];
	h->v[i] = e;
	h->lines += e->lines;
	h->bytes += e->size;
}

static struct ir_held *
heap_take(const struct ir_merge *m, struct heap *h)
{
	struct ir_held *top = h->v[0], *e = h->v[--h->n];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < h->n) {
		if (child + 1 < h->n && goes_before(m, h->v[child + 1], h->v[child]))
			child++;
		if (!goes_before(m, h->v[child], e))
			break;
		h->v[i] = h->v[child];
		i = child;
	}
	if (h->n)
		h->v[i] = e;
	h->lines -= top->lines;
	h->bytes -= top->size;
	return top;
}

/* ---- what is held */

static size_t
cost(const struct ir_held *e)
{
	return sizeof(*e) + e->size + OVERHEAD;
}

static void
drop(struct ir_merge *m, struct ir_held *e)
{
	m->held -= cost(e);
	free(e);
}

static void
queue(struct ir_merge *m, struct ir_held *e)
{
	e->before = m->last;
	e->after = NULL;
	if (m->last)
		m->last->after = e;
	else
		m->first = e;
	m->last = e;
	heap_add(m, &m->all, e);
}

static void
take_back(struct ir_merge *m, uint32_t run)
{
	struct ir_held *e = ir_spill_take(m->spill, run, &m->dropped);

	if (e) {
		m->held += cost(e);
		queue(m, e);
	}
}

static void
give(struct ir_merge *m)
{
	struct ir_held *e = heap_take(m, &m->all);

	if (e->before)
		e->before->after = e->after;
	else
		m->first = e->after;
	if (e->after)
		e->after->before = e->before;
	else
		m->last = e->before;
	e->late = e->key != IR_TIME_NONE && e->key < m->given;
	if (e->key > m->given)
		m->given = e->key;
	m->o.give(m->o.arg, e);
	if (e->spilled)
		take_back(m, e->run);
	drop(m, e);
}

/* ---- what does not fit into memory */

static int
by_order(const void *a, const void *b, void *m)
{
	return goes_before(m, *(struct ir_held *const *)a, *(struct ir_held *const *)b) ? -1 : 1;
}

static int
write_run(struct ir_merge *m)
{
	/* a sorted list is a heap, too: nothing is lost when this fails */
	qsort_r(m->all.v, m->all.n, sizeof(*m->all.v), by_order, m);
	if (ir_spill_begin(m->spill, m->held) != 0)
		return -1;
	for (size_t i = 0; i < m->all.n; i++)
		if (ir_spill_add(m->spill, m->all.v[i]) != 0)
			return -1;
	return ir_spill_end(m->spill);
}

static int
spill(struct ir_merge *m)
{
	if (m->flowing || m->no_spill || !m->o.directory)
		return -1;
	if (!m->spill)
		m->spill = ir_spill_new(m->o.directory);
	if (!m->spill || write_run(m) != 0) {
		m->no_spill = true;
		return -1;
	}
	for (size_t i = 0; i < m->all.n; i++)
		drop(m, m->all.v[i]);
	m->all.n = 0;
	m->first = m->last = NULL;
	return 0;
}

/* ---- the last lines of each service */

static struct heap *
service(struct ir_merge *m, uint32_t n)
{
	if (n >= m->n_services) {
		m->services = realloc(m->services, (n + 1) * sizeof(*m->services));
		if (!m->services)
			ir_oom();
		for (; m->n_services <= n; m->n_services++)
			m->services[m->n_services] = (struct heap){ 0 };
	}
	return &m->services[n];
}

static void
keep_tail(struct ir_merge *m, struct ir_held *e)
{
	struct heap *h = service(m, e->service);

	heap_add(m, h, e);
	while (h->n && h->lines - h->v[0]->lines >= m->o.tail) {
		m->before_tail += h->v[0]->lines;
		drop(m, heap_take(m, h));
	}
}

/* The service that takes most memory gives its oldest event up. */
static void
drop_from_tail(struct ir_merge *m)
{
	struct heap *most = NULL;

	for (size_t i = 0; i < m->n_services; i++)
		if (m->services[i].n && (!most || m->services[i].bytes > most->bytes))
			most = &m->services[i];
	m->dropped += most->v[0]->lines;
	drop(m, heap_take(m, most));
}

static void
end_tail(struct ir_merge *m)
{
	for (size_t i = 0; i < m->n_services; i++) {
		struct heap *h = &m->services[i];

		if (h->n && h->lines > m->o.tail) {
			h->v[0]->skip = (uint32_t)(h->lines - m->o.tail);
			m->before_tail += h->v[0]->skip;
		}
		while (h->n)
			queue(m, heap_take(m, h));
		free(h->v);
	}
	free(m->services);
	m->services = NULL;
	m->n_services = 0;
}

/* ---- the calls */

struct ir_merge *
ir_merge_new(const struct ir_merge_opts *o)
{
	struct ir_merge *m = calloc(1, sizeof(*m));

	if (!m)
		ir_oom();
	m->o = *o;
	m->given = IR_TIME_NONE;
	return m;
}

void
ir_merge_add(struct ir_merge *m, struct ir_held *e)
{
	bool tail = m->o.tail >= 0 && !m->flowing;

	e->seq = m->seq++;
	m->held += cost(e);
	if (tail)
		keep_tail(m, e);
	else
		queue(m, e);
	while (m->held > m->o.memory) {
		if (tail)
			drop_from_tail(m);
		else if (spill(m) != 0)
			give(m);
	}
	if (m->held > m->most)
		m->most = m->held;
}

void
ir_merge_flow(struct ir_merge *m)
{
	end_tail(m);
	m->flowing = true;
	for (uint32_t i = 0, n = m->spill ? ir_spill_runs(m->spill) : 0; i < n; i++)
		take_back(m, i);
	while (m->all.n)
		give(m);
	ir_spill_free(m->spill);
	m->spill = NULL;
}

void
ir_merge_due(struct ir_merge *m, int64_t now_us)
{
	while (m->flowing && m->first && m->first->due_us <= now_us)
		give(m);
}

size_t
ir_merge_held(const struct ir_merge *m, size_t *most)
{
	*most = m->most;
	return m->held;
}

void
ir_merge_left(const struct ir_merge *m, int64_t *before_tail, int64_t *dropped)
{
	*before_tail = m->before_tail;
	*dropped = m->dropped;
}

void
ir_merge_free(struct ir_merge *m)
{
	for (size_t i = 0; i < m->n_services; i++) {
		while (m->services[i].n)
			drop(m, heap_take(m, &m->services[i]));
		free(m->services[i].v);
	}
	while (m->all.n)
		drop(m, heap_take(m, &m->all));
	ir_spill_free(m->spill);
	free(m->services);
	free(m->all.v);
	free(m);
}
