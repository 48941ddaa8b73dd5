/* clickhouse_counts - groups of lines, sorted by when they began */
#include "logs/clickhouse_counts.h"

#include <string.h>

enum { TURN = 500, KEPT_MAX = 128 << 20 };

struct group {
	struct ir_logs_stream *stream;
	struct ir_logs_counted counted;
	const char *text;
	size_t n;
};

struct ir_clickhouse_counts {
	struct ir_engine *engine;
	struct ir_clickhouse_grid grid;
	struct ir_arena arena; /* of what is held now */
	struct group *v;
	size_t n, size, given, bytes;
	bool sorted, bad;
	int64_t lines, groups, all_lines, all_groups;
	int64_t *ms, *count; /* of the row under way */
	size_t n_pairs;
};

struct ir_clickhouse_counts *
ir_clickhouse_counts_new(struct ir_engine *engine, struct ir_clickhouse_grid grid)
{
	struct ir_clickhouse_counts *c = calloc(1, sizeof(*c));

	if (!c)
		ir_oom();
	c->engine = engine;
	c->grid = grid;
	return c;
}

void
ir_clickhouse_counts_free(struct ir_clickhouse_counts *c)
{
	if (!c)
		return;
	ir_arena_done(&c->arena);
	free(c->v);
	free(c);
}

/* ---- rows */

static void
add_pair(void *arg, int64_t bucket, int64_t count)
{
	struct ir_clickhouse_counts *c = arg;

	if (c->n_pairs > IR_CLICKHOUSE_BUCKETS || bucket > IR_CLICKHOUSE_BUCKETS)
		return;
	c->ms[c->n_pairs] = c->grid.base_ms + bucket * c->grid.width_ms;
	c->count[c->n_pairs++] = count;
}

static bool
take_pairs(struct ir_clickhouse_counts *c, const struct ir_span *v, struct ir_logs_counted *k)
{
	size_t n = 1;

	for (const char *p = v->p; *p && n <= IR_CLICKHOUSE_BUCKETS; p++)
		n += *p == ',';
	c->ms = IR_NEW_N(&c->arena, int64_t, n);
	c->count = IR_NEW_N(&c->arena, int64_t, n);
	c->n_pairs = 0;
	if (n > IR_CLICKHOUSE_BUCKETS + 1 || !ir_clickhouse_pairs(v, add_pair, c))
		return false;
	k->minute_ms = c->ms;
	k->minute_count = c->count;
	k->minutes = c->n_pairs;
	return true;
}

static bool
take(struct ir_clickhouse_counts *c, const struct ir_span *v, struct group *g)
{
	struct ir_logs_counted *k = &g->counted;
	bool otel = v[7].n > 1 && *v[7].p == '#';

	if (ir_clickhouse_number(&v[0], &k->count) < 0 || ir_clickhouse_number(&v[1], &k->before) < 0 ||
	    ir_clickhouse_number(&v[2], &k->first_ms) < 0 || ir_clickhouse_number(&v[3], &k->last_ms) < 0)
		return false;
	if (k->count <= 0 || k->before < 0 || k->before > k->count || k->last_ms < k->first_ms)
		return false;
	if (c->engine->source->query->split_ms != IR_TIME_NONE)
		k->after = k->count - k->before;
	k->level = ir_engine_level(v[7].p + otel, v[7].n - otel, otel);
	g->stream = ir_engine_stream(c->engine, v[6], "");
	g->n = v[8].n;
	while (g->n && (v[8].p[g->n - 1] == '\n' || v[8].p[g->n - 1] == '\r'))
		g->n--;
	g->text = memcpy(ir_arena_alloc(&c->arena, g->n + 1), v[8].p, g->n);
	return take_pairs(c, &v[5], k);
}

static void
add(struct ir_clickhouse_counts *c, const struct group *g)
{
	if (c->n == c->size) {
		c->size = c->size ? 2 * c->size : 1024;
		c->v = reallocarray(c->v, c->size, sizeof(*c->v));
		if (!c->v)
			ir_oom();
	}
	c->v[c->n++] = *g;
	c->bytes += g->n + 16 * g->counted.minutes;
	c->groups++;
	c->lines += g->counted.count;
}

void
ir_clickhouse_counts_row(struct ir_clickhouse_counts *c, const struct ir_span *v, bool totals)
{
	struct group g = { .n = 0 };

	if (totals) {
		if (ir_clickhouse_number(&v[0], &c->all_lines) < 0 || ir_clickhouse_number(&v[4], &c->all_groups) < 0)
			c->bad = true;
		return;
	}
	if (!take(c, v, &g)) {
		c->bad = true;
		return;
	}
	add(c, &g);
	/* more than should be held: they go out in a worse order */
	while (c->bytes > KEPT_MAX && ir_clickhouse_counts_give(c))
		;
}

/* ---- to the reader */

static int
by_first(const void *a, const void *b)
{
	const struct group *x = a, *y = b;
	int order = memcmp(x->text, y->text, x->n < y->n ? x->n : y->n);

	if (x->counted.first_ms != y->counted.first_ms)
		return x->counted.first_ms < y->counted.first_ms ? -1 : 1;
	if (order)
		return order;
	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	order = strcmp(x->stream->service, y->stream->service);
	return order ? order : (x->counted.level > y->counted.level) - (x->counted.level < y->counted.level);
}

bool
ir_clickhouse_counts_give(struct ir_clickhouse_counts *c)
{
	struct ir_logs_reader *r = c->engine->source->reader;

	if (!c->sorted && c->n)
		qsort(c->v, c->n, sizeof(*c->v), by_first);
	c->sorted = true;
	for (size_t i = 0; i < TURN && c->given < c->n; i++) {
		struct group *g = &c->v[c->given++];

		r->ops->counted(r, g->stream, g->text, g->n, &g->counted);
	}
	if (c->given < c->n)
		return true;
	ir_arena_done(&c->arena);
	c->n = c->given = c->bytes = 0;
	c->sorted = false;
	return false;
}

int64_t
ir_clickhouse_counts_left(const struct ir_clickhouse_counts *c, int64_t *groups)
{
	*groups = c->all_groups - c->groups;
	return c->all_lines - c->lines;
}

bool
ir_clickhouse_counts_bad(const struct ir_clickhouse_counts *c)
{
	return c->bad;
}
