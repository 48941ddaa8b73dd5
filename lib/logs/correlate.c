/* correlate - which errors of different services belong together */
#include "logs/correlate.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "logs/chains.h"

enum { IDS = 64 << 10, SERVICES = 1024 };

struct ir_logs_correlate {
	struct ir_requests *requests;
	struct ir_chain_sums sums;
	struct ir_arena arena;
	const char *services[SERVICES]; /* by number; those that are too many are the last one */
	const char *last;               /* as it was given */
	uint16_t n_services, last_number;
	bool finishing;
	int64_t ids, forgotten;
};

static void
gone(void *arg, const struct ir_request *q)
{
	struct ir_logs_correlate *c = arg;

	c->ids++;
	if (!ir_chain_sums_add(&c->sums, q) && !c->finishing)
		c->forgotten++;
}

struct ir_logs_correlate *
ir_logs_correlate_new(size_t ids)
{
	struct ir_logs_correlate *c = calloc(1, sizeof(*c));

	if (!c)
		ir_oom();
	c->requests = ir_requests_new(ids ? ids : IDS, gone, c);
	return c;
}

static uint16_t
service(struct ir_logs_correlate *c, const char *name)
{
	uint16_t i;

	if (c->n_services && strcmp(c->services[c->last_number], name) == 0)
		return c->last_number;
	for (i = 0; i < c->n_services && strcmp(c->services[i], name) != 0; i++)
		;
	if (i == SERVICES)
		i--;
	else if (i == c->n_services)
		c->services[c->n_services++] = ir_strdup(&c->arena, name);
	c->last_number = i;
	return i;
}

void
ir_logs_correlate_event(void *correlate, const struct ir_logs_event *e)
{
	struct ir_logs_correlate *c = correlate;
	struct ir_request_seen s = { .ms = e->ms, .pattern = e->pattern, .level = (uint8_t)e->level };

	if (!e->ids || e->ids->n == 0)
		return;
	s.service = service(c, e->service ? e->service : "");
	ir_requests_add(c->requests, e->ids, &s);
}

/* Most requests first, then the worst, then the earliest. */
static int
by_weight(const void *a, const void *b)
{
	const struct ir_logs_chain *x = a, *y = b;

	if (x->ids != y->ids)
		return x->ids < y->ids ? 1 : -1;
	if (x->level != y->level)
		return x->level < y->level ? 1 : -1;
	if (x->first_ms != y->first_ms)
		return x->first_ms > y->first_ms ? 1 : -1;
	return strcmp(x->text, y->text);
}

void
ir_logs_correlate_finish(struct ir_logs_correlate *c, struct ir_arena *arena, const struct ir_logs_counts *counts,
    long (*pattern)(void *, uint32_t), void *arg, struct ir_logs_chains *ret)
{
	const char **services = IR_NEW_N(arena, const char *, SERVICES);

	*ret = (struct ir_logs_chains){ 0 };
	c->finishing = true;
	ir_requests_finish(c->requests);
	for (size_t i = 0; i < c->n_services; i++)
		services[i] = ir_strdup(arena, c->services[i]);
	ir_chain_sums_resolve(&c->sums, pattern, arg);
	for (size_t i = 0; i < c->sums.n; i++) {
		struct ir_logs_chain chain;

		ir_chain_of_sum(arena, &c->sums.v[i], services, counts, &chain);
		ir_chains_add(arena, ret, &chain);
	}
	if (ret->n)
		qsort(ret->v, ret->n, sizeof(*ret->v), by_weight);
	ir_chains_by_time(arena, counts, ret);
	ret->ids = c->ids;
	ret->forgotten = c->forgotten;
	ret->left_out = c->sums.left_out;
}

size_t
ir_logs_correlate_bytes(const struct ir_logs_correlate *c)
{
	return sizeof(*c) + ir_requests_bytes(c->requests) + c->sums.size * sizeof(*c->sums.v);
}

void
ir_logs_correlate_free(struct ir_logs_correlate *c)
{
	ir_requests_free(c->requests);
	ir_chain_sums_free(&c->sums);
	ir_arena_done(&c->arena);
	free(c);
}
