/* schema_show - which migrations are shown, and which came with a deploy */
#include <stdlib.h>
#include <string.h>

#include "change/schema.h"

enum { ODD_MAX = 50, WITH_MS = 10 * 60 * 1000 };

static bool
is_odd(const struct ir_migration *m)
{
	return m->h.status != IR_STATUS_OK && strcmp(m->state, "unknown") != 0;
}

/* Rows that are as they should be, in the order of their time; what has none, by its position. */
struct dated {
	int64_t ms;
	size_t i;
};

static int
newest_first(const void *a, const void *b)
{
	const struct dated *x = a, *y = b;

	if (x->ms != y->ms)
		return x->ms > y->ms ? -1 : 1;
	return x->i > y->i ? -1 : 1;
}

static bool
is_within(int64_t ms, int64_t since_ms, int64_t until_ms)
{
	if (since_ms == IR_TIME_NONE && until_ms == IR_TIME_NONE)
		return true;
	return ms != IR_TIME_NONE && (since_ms == IR_TIME_NONE || ms >= since_ms) &&
	       (until_ms == IR_TIME_NONE || ms < until_ms);
}

bool *
ir_schema_choose(
    struct ir_arena *arena, const struct ir_migrations *m, int64_t last, int64_t since_ms, int64_t until_ms)
{
	bool *wanted = IR_NEW_N(arena, bool, m->n + 1);
	struct dated *v = IR_NEW_N(arena, struct dated, m->n + 1);
	size_t n = 0, odd = 0;

	for (size_t i = 0; i < m->n; i++) {
		if (is_odd(&m->v[i]))
			wanted[i] = last == 0 || odd++ < ODD_MAX;
		else if (is_within(m->v[i].applied_ms, since_ms, until_ms))
			v[n++] = (struct dated){ m->v[i].applied_ms, i };
	}
	if (n)
		qsort(v, n, sizeof(*v), newest_first);
	for (size_t i = 0; i < n && (last == 0 || (int64_t)i < last); i++)
		wanted[v[i].i] = true;
	return wanted;
}

static bool
came_with(const struct ir_migration *m, const struct ir_deploy *d)
{
	if (m->file && ir_list_has(&d->files, m->file))
		return true;
	return m->applied_ms != IR_TIME_NONE && m->applied_ms >= d->h.time_ms - WITH_MS &&
	       m->applied_ms <= d->h.time_ms + WITH_MS;
}

void
ir_schema_between(struct ir_arena *arena, const struct ir_schema_look *l, struct ir_change_look *c)
{
	for (size_t i = 0; i < c->n_deploys; i++) {
		struct ir_deploy *d = &c->deploys[i];

		if (d->change && strcmp(d->change, "restart") == 0)
			continue;
		for (size_t k = 0; k < l->migrations.n; k++) {
			const struct ir_migration *m = &l->migrations.v[k];

			if (came_with(m, d))
				ir_list_add_once(arena, &d->migrations,
				    *m->app ? ir_asprintf(arena, "%s.%s", m->app, m->name) : m->name);
		}
	}
}
