/* chain_text - a sum of requests as a chain: in which order, how far apart, and in words */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/utf8.h"
#include "logs/chains.h"

enum {
	STEP = 72, /* bytes of a template that are shown */
	ID = 16,   /* of an id */
	ZONE_MS = 15 * 60 * 1000,
	ZONE_NEAR_MS = 10 * 1000, /* a difference so near to a quarter of an hour is a zone's */
	CLOCK_MS = 1000,          /* clocks that differ by less are not told from it */
	CLOCK_IDS = 5,            /* nor are those that so few requests tell of */
};

const char *const ir_logs_how_names[] = { "trace", "request", "job", "time", NULL };

/* ---- the order */

static int
by_number(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return (x > y) - (x < y);
}

static void
measure(const struct ir_chain_sum *s, size_t step, struct ir_logs_step *out)
{
	int32_t v[IR_CHAIN_SAMPLES];
	size_t n = 0;

	for (uint32_t i = 0; i < s->n_samples; i++)
		if (s->samples[i][step] != INT32_MIN)
			v[n++] = s->samples[i][step];
	out->offset_ms = IR_TIME_NONE;
	out->spread_ms = 0;
	if (n == 0)
		return;
	qsort(v, n, sizeof(v[0]), by_number);
	out->offset_ms = v[n / 2];
	out->spread_ms = v[(n - 1) * 9 / 10] - v[(n - 1) / 10];
}

/* Of what happened at the same time, what is no error led to what is. */
static int
by_time(const void *a, const void *b)
{
	const struct ir_logs_step *x = a, *y = b;

	if (x->offset_ms != y->offset_ms)
		return (x->offset_ms > y->offset_ms) - (x->offset_ms < y->offset_ms);
	if (x->error != y->error)
		return x->error - y->error;
	return strcmp(x->service, y->service);
}

static void
count_from_first(struct ir_logs_chain *c)
{
	int64_t first = IR_TIME_NONE;

	for (size_t i = 0; i < c->n && first == IR_TIME_NONE; i++)
		first = c->v[i].offset_ms;
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].offset_ms != IR_TIME_NONE)
			c->v[i].offset_ms -= first;
}

/* ---- clocks */

static const struct ir_logs_step *
first_known(const struct ir_logs_chain *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].offset_ms != IR_TIME_NONE)
			return &c->v[i];
	return NULL;
}

/* Always the same time after an error, and no error: was it before, by another clock? */
static const char *
clock_note(struct ir_arena *arena, const struct ir_logs_chain *c)
{
	const struct ir_logs_step *first = first_known(c);

	for (size_t i = 0; first && i < c->n; i++) {
		const struct ir_logs_step *s = &c->v[i];
		int64_t d = s->offset_ms, zone = (d + ZONE_MS / 2) / ZONE_MS * ZONE_MS;
		char text[IR_NUM_MAX];

		if (d == IR_TIME_NONE || s == first)
			continue;
		if (zone > 0 && llabs(d - zone) <= ZONE_NEAR_MS && s->spread_ms <= ZONE_NEAR_MS)
			return ir_asprintf(arena,
			    "times of %s and %s differ by %s: a time zone that is missing from one?", first->service,
			    s->service, ir_format_duration(text, zone));
		if (first->error && !s->error && c->ids >= CLOCK_IDS && d >= CLOCK_MS && s->spread_ms <= d / 20)
			return ir_asprintf(arena, "%s is always %s after %s: their clocks may differ", s->service,
			    ir_format_duration(text, d), first->service);
	}
	return NULL;
}

/* ---- words */

void
ir_chain_step_text(struct ir_buf *b, const struct ir_logs_step *s, size_t max)
{
	const char *t = s->pattern ? s->pattern->template : "(a pattern that was forgotten)";
	size_t n = strlen(t), fit = ir_utf8_cut(t, n, max);

	ir_buf_addf(b, "%s: ", s->service[0] ? s->service : "?");
	ir_buf_add(b, t, fit);
	if (fit < n)
		ir_buf_adds(b, "…");
}

static const char *
words(struct ir_arena *arena, const struct ir_logs_chain *c)
{
	static const char *const one[] = { "trace", "request", "job" };
	const char *id = c->examples.v[0];
	struct ir_buf b;
	const char *text;

	ir_buf_init(&b, 4096);
	for (size_t i = 0; i < c->n; i++) {
		ir_buf_adds(&b, i ? " -> " : "");
		ir_chain_step_text(&b, &c->v[i], STEP);
	}
	ir_buf_addf(&b, " (%lld %s%s, as ", (long long)c->ids, one[c->how], c->ids == 1 ? "" : "s");
	ir_buf_add(&b, id, ir_utf8_cut(id, strlen(id), ID));
	ir_buf_adds(&b, strlen(id) > ID ? "…)" : ")");
	text = ir_strdup(arena, b.data);
	ir_buf_done(&b);
	return text;
}

static void
put_service(struct ir_logs_step *s, const char *name)
{
	const char *slash = strrchr(name, '/');

	s->named = *name && !strstr(name, "://");
	s->service = !s->named && slash ? slash + 1 : name;
}

void
ir_chain_of_sum(struct ir_arena *arena, const struct ir_chain_sum *s, const char *const *services,
    const struct ir_logs_counts *counts, struct ir_logs_chain *c)
{
	*c = (struct ir_logs_chain){ .ids = s->ids,
		.first_ms = s->first_ms,
		.last_ms = s->last_ms,
		.level = (enum ir_log_level)s->level,
		.n = s->n };
	for (int k = 1; k < 3; k++)
		if (s->kinds[k] > s->kinds[c->how])
			c->how = (enum ir_logs_how)k;
	for (int64_t i = 0; i < s->ids && i < IR_CHAIN_EXAMPLES; i++)
		ir_list_add(arena, &c->examples, ir_strdup(arena, s->examples[i]));
	c->v = IR_NEW_N(arena, struct ir_logs_step, s->n);
	for (size_t i = 0; i < s->n; i++) {
		put_service(&c->v[i], services[s->v[i].service]);
		c->v[i].pattern = s->v[i].pattern < counts->n ? &counts->v[s->v[i].pattern] : NULL;
		c->v[i].error = s->v[i].level >= IR_LEVEL_ERROR;
		measure(s, i, &c->v[i]);
	}
	qsort(c->v, c->n, sizeof(*c->v), by_time);
	count_from_first(c);
	c->note = clock_note(arena, c);
	c->text = words(arena, c);
}

void
ir_chains_add(struct ir_arena *arena, struct ir_logs_chains *all, const struct ir_logs_chain *c)
{
	/* it doubles at each power of two */
	if ((all->n & (all->n - 1)) == 0) {
		struct ir_logs_chain *v = IR_NEW_N(arena, struct ir_logs_chain, all->n ? 2 * all->n : 1);

		if (all->n)
			memcpy(v, all->v, all->n * sizeof(*v));
		all->v = v;
	}
	all->v[all->n++] = *c;
}
