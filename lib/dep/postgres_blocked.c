/* postgres_blocked - who blocks whom, and who stands at the root of it; pure */
#include "dep/postgres.h"

/* Whom each one waits for, as an index: itself when nobody, or somebody who is not in the answer. */
static void
link_up(const struct ir_postgres_facts *f, size_t up[static IR_POSTGRES_WAITERS_MAX])
{
	for (size_t i = 0; i < f->n_waiters; i++) {
		const struct ir_postgres_waiter *w = &f->waiters[i];

		up[i] = i;
		for (size_t j = 0; w->n_by && j < f->n_waiters; j++) {
			if (f->waiters[j].s.pid == w->by[0])
				up[i] = j;
		}
	}
}

/* In a circle (a deadlock that is not found yet, or that changed while it was read) it ends somewhere. */
static size_t
root_of(const size_t *up, size_t n, size_t i)
{
	for (size_t steps = 0; steps < n && up[i] != i; steps++)
		i = up[i];
	return i;
}

struct ir_postgres_tree
ir_postgres_blocked(const struct ir_postgres_facts *f)
{
	struct ir_postgres_tree t = { .longest_s = (double)NAN };
	size_t up[IR_POSTGRES_WAITERS_MAX], behind[IR_POSTGRES_WAITERS_MAX] = { 0 };
	double waits[IR_POSTGRES_WAITERS_MAX] = { 0 }, best_s = 0;

	link_up(f, up);
	for (size_t i = 0; i < f->n_waiters; i++) {
		const struct ir_postgres_waiter *w = &f->waiters[i];
		size_t root = root_of(up, f->n_waiters, i);

		if (w->n_by == 0)
			continue;
		t.blocked++;
		behind[root]++;
		if (w->wait_s > waits[root])
			waits[root] = w->wait_s;
		if (!isnan(w->wait_s) && !(w->wait_s <= t.longest_s))
			t.longest_s = w->wait_s;
	}
	for (size_t i = 0; i < f->n_waiters; i++) {
		if (behind[i] < t.behind || behind[i] == 0 || (behind[i] == t.behind && waits[i] <= best_s))
			continue;
		t.behind = behind[i];
		best_s = waits[i];
		t.root = &f->waiters[i].s;
	}
	return t;
}
