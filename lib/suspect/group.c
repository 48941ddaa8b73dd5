/* group - changes too close together to be told apart are one place in the order */
#include "suspect/rank.h"

#include <stdlib.h>
#include <string.h>

static const double likely = 0.8, possible = 0.3;

const char *const ir_suspect_verdict_names[] = { "likely", "possible", "no evidence", "too early", NULL };

static int
order_changes(const struct ir_suspect_change *a, const struct ir_suspect_change *b)
{
	if (a->end_ms != b->end_ms)
		return a->end_ms < b->end_ms ? -1 : 1;
	return strcmp(a->id ? a->id : "", b->id ? b->id : "");
}

static int
by_probability(const void *x, const void *y)
{
	const struct ir_suspect_found *a = *(struct ir_suspect_found *const *)x,
				      *b = *(struct ir_suspect_found *const *)y;

	if (a->probability != b->probability)
		return a->probability > b->probability ? -1 : 1;
	return order_changes(a->change, b->change);
}

static int
by_place(const void *x, const void *y)
{
	const struct ir_suspect_place *a = x, *b = y;

	if (a->probability != b->probability)
		return a->probability > b->probability ? -1 : 1;
	if (a->n == 0 || b->n == 0)
		return a->n && !b->n ? -1 : b->n && !a->n ? 1 : strcmp(b->name, a->name);
	return order_changes(a->v[0]->change, b->v[0]->change);
}

/* Those near in time to the one at i that have no place yet; time[] is in the order of time, at[] says where in it they are. */
static size_t
gather(struct ir_suspect_found **time, size_t n, size_t at, bool *placed, struct ir_suspect_found **ret)
{
	int64_t ms = time[at]->change->end_ms;
	size_t from = at, k = 0;

	while (from > 0 && ms - time[from - 1]->change->end_ms < IR_SUSPECT_GROUP_MS)
		from--;
	for (size_t i = from; i < n && time[i]->change->end_ms - ms < IR_SUSPECT_GROUP_MS; i++) {
		if (placed[i])
			continue;
		placed[i] = true;
		ret[k++] = time[i];
	}
	qsort(ret, k, sizeof(*ret), by_probability);
	return k;
}

/* It is too early when no other answer is good. */
static enum ir_suspect_verdict
verdict_of(const struct ir_suspect_place *p, double best)
{
	if (p->probability >= likely)
		return IR_SUSPECT_LIKELY;
	if (p->n > 0 && p->v[0]->early && best < likely)
		return IR_SUSPECT_TOO_EARLY;
	return p->probability >= possible ? IR_SUSPECT_POSSIBLE : IR_SUSPECT_NO_EVIDENCE;
}

static void
judge(struct ir_suspect_answer *r)
{
	double best = 0;

	for (size_t i = 0; i < r->n; i++)
		best = r->v[i].probability > best && (r->v[i].n || strcmp(r->v[i].name, "other") == 0)
			   ? r->v[i].probability
			   : best;
	for (size_t i = 0; i < r->n; i++)
		r->v[i].verdict = verdict_of(&r->v[i], best);
}

static void
add_place(struct ir_suspect_answer *r, struct ir_suspect_found **v, size_t n)
{
	struct ir_suspect_place *p = &r->v[r->n++];

	p->v = v;
	p->n = n;
	for (size_t i = 0; i < n; i++)
		p->probability += v[i]->probability;
}

void
suspect_group(struct ir_arena *a, struct ir_suspect_found *found, size_t n, struct ir_suspect_answer *r)
{
	struct ir_suspect_found **time = IR_NEW_N(a, struct ir_suspect_found *, n + 1);
	struct ir_suspect_found **best = IR_NEW_N(a, struct ir_suspect_found *, n + 1);
	struct ir_suspect_found **out = IR_NEW_N(a, struct ir_suspect_found *, n + 1);
	bool *placed = IR_NEW_N(a, bool, n + 1);

	r->v = IR_NEW_N(a, struct ir_suspect_place, n + 2);
	for (size_t i = 0; i < n; i++)
		time[i] = best[i] = &found[i]; /* they come in the order of time */
	qsort(best, n, sizeof(*best), by_probability);
	for (size_t i = 0; i < n; i++) {
		size_t at = (size_t)(best[i] - found), k;

		if (placed[at])
			continue;
		k = gather(time, n, at, placed, out);
		add_place(r, out, k);
		out += k;
	}
	r->v[r->n++] = (struct ir_suspect_place){ .name = "other", .probability = r->other };
	r->v[r->n++] = (struct ir_suspect_place){ .name = "none", .probability = r->none };
	qsort(r->v, r->n, sizeof(*r->v), by_place);
	judge(r);
}
