/*
 * logs_count - a text counted in a given way, and what came out as one text that can be compared
 */
#ifndef IR_TESTS_UNIT_LOGS_COUNT_H
#define IR_TESTS_UNIT_LOGS_COUNT_H

#include "logs/counter.h"

struct count_way {
	size_t piece;	/* bytes of a read */
	int threads;
	const char *isa;
	bool assign;
	int64_t split_ms;
	uint32_t patterns;
	bool stamped;
};

static inline void
count_feed(struct ir_logs_reader *r, struct ir_logs_stream *s, const char *text, size_t n, size_t piece)
{
	for (size_t at = 0; at < n;) {
		size_t room, take = n - at < piece ? n - at : piece;
		char *to = r->ops->room(r, s, &room);

		if (take > room)
			take = room;
		memcpy(to, text + at, take);
		r->ops->took(r, s, take);
		at += take;
	}
	r->ops->ended(r, s);
}

/* lines of all patterns, and what is beside them */
static inline int64_t
count_sum(const struct ir_logs_counts *k)
{
	int64_t sum = k->untold_lines + k->other_lines + k->left_out;

	for (size_t i = 0; i < k->n; i++)
		sum += k->v[i].lines;
	return sum;
}

static inline void
count_pattern(struct ir_buf *out, const struct ir_logs_pattern *p)
{
	ir_buf_addf(out, "%lld/%lld %d%s %lld..%lld %lld+%lld %s", (long long)p->events, (long long)p->lines, (int)p->level, p->level_guessed ? "?" : "", (long long)p->first_ms,
	    (long long)p->last_ms, (long long)p->before, (long long)p->after, p->key);
	for (size_t i = 0; i < p->buckets.n; i++)
		ir_buf_addf(out, " %u", p->buckets.v[i]);
	ir_buf_addc(out, '\n');
}

static inline int
count_by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Of every pattern a line, in order of their texts; then the totals. */
static inline void
count_text(const char *text, size_t n, const struct count_way *w, struct ir_buf *out, struct ir_logs_counts *k, struct ir_arena *arena)
{
	const struct ir_logs_query q = { .since_ms = IR_TIME_NONE, .until_ms = IR_TIME_NONE, .split_ms = w->split_ms ? w->split_ms : IR_TIME_NONE, .tail = -1 };
	const struct ir_logs_counter_opts o = { .query = &q, .threads = w->threads, .isa = w->isa, .assign = w->assign, .patterns = w->patterns };
	struct ir_logs_stream s = { .service = "web", .subject = "test", .newest_ms = 1800000000000, .stamped = w->stamped };
	struct ir_logs_counter *c = ir_logs_counter_new(arena, &o);
	char **order;

	count_feed(ir_logs_counter_reader(c), &s, text, n, w->piece);
	ir_logs_counter_finish(c, k);
	order = malloc((k->n + 1) * sizeof(*order));
	for (size_t i = 0; order && i < k->n; i++) {
		struct ir_buf b;

		ir_buf_init(&b, 1 << 20);
		count_pattern(&b, &k->v[i]);
		order[i] = ir_strdup(arena, b.data);
		ir_buf_done(&b);
	}
	if (order)
		qsort(order, k->n, sizeof(*order), count_by_text);
	for (size_t i = 0; order && i < k->n; i++)
		ir_buf_adds(out, order[i]);
	free(order);
	ir_buf_addf(out, "lines %lld events %lld other %lld\n", (long long)k->lines, (long long)k->events, (long long)k->other_lines);
	for (size_t i = 0; w->assign && i < ir_logs_counter_lines(c); i++) {
		long at = ir_logs_counter_assigned(c, i);

		ir_buf_addf(out, "%s\n", at < 0 ? "-" : k->v[at].template);
	}
	k->v = NULL;
	ir_logs_counter_free(c);
}

#endif
