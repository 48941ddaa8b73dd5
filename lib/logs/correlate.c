/* correlate - which errors of different services belong together */
#include "logs/correlate.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "logs/chains.h"
#include "logs/rotated.h"

enum { IDS = 64 << 10, SERVICES = 1024 };

struct ir_logs_correlate {
	struct ir_requests *requests;
	struct ir_chain_sums sums;
	struct ir_arena arena;
	const char *services
	    [SERVICES]; /* by number; those that are too many are the last one. "file:///x.log": none, but its log */
	const struct ir_logs_stream *stream; /* whose service is none, and */
	uint16_t stream_number;              /* what stands for it */
	const char *last;                    /* as it was given */
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

/* What belongs to no service is told by its log: both outputs of a container are one, and a file with those that were rotated from it. */
static uint16_t
log_of(struct ir_logs_correlate *c, const struct ir_logs_stream *stream)
{
	static const char *const outputs[] = { "/stdout", "/stderr" };
	struct ir_arena arena = { NULL };
	struct ir_rotated rotated;
	char *at, *name;

	if (!stream)
		return service(c, "");
	if (c->stream == stream)
		return c->stream_number;
	at = ir_strdup(&arena, stream->subject);
	for (int i = 0; i < 2; i++) {
		char *end = at + strlen(at) - (strlen(at) > strlen(outputs[i]) ? strlen(outputs[i]) : 0);

		if (strcmp(end, outputs[i]) == 0)
			*end = '\0';
	}
	name = strrchr(at, '/');
	if (name) {
		ir_rotated_read(&arena, name + 1, &rotated);
		name[1] = '\0';
		at = ir_asprintf(&arena, "%s%s", at, rotated.base);
	}
	c->stream = stream;
	c->stream_number = service(c, at);
	ir_arena_done(&arena);
	return c->stream_number;
}

void
ir_logs_correlate_event(void *correlate, const struct ir_logs_event *e)
{
	struct ir_logs_correlate *c = correlate;
	struct ir_request_seen s = { .ms = e->ms, .pattern = e->pattern, .level = (uint8_t)e->level };

	if (!e->ids || e->ids->n == 0)
		return;
	s.service = e->service && *e->service ? service(c, e->service) : log_of(c, e->stream);
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
