/* alembic_order - from the heads down, as "alembic history" walks, and turned around; and which revisions a row of alembic_version stands for */
#include <string.h>

#include "base/clock.h"
#include "migrate/alembic.h"

enum { STEPS = 20000000 }; /* of looking for who still stands in the way */

struct node {
	size_t parents, n_parents; /* in ends: down_revision first, then what else it depends on */
	size_t children, n_children;
	size_t waits;      /* children that are not out yet */
	bool listed, done; /* among the heads; out */
	size_t seen;       /* by which search */
};

struct history {
	struct ir_migrate_set *set;
	struct ir_byname at; /* revision: its place in set->v + 1 */
	struct node *v;
	size_t *parents, n_parents, *children;
	size_t *heads, n_heads, *queue;
	size_t *out, n_out;
	size_t search, steps;
};

static size_t
number(const struct history *h, const char *name)
{
	return (size_t)(uintptr_t)ir_byname(&h->at, name);
}

static void
trouble(struct history *h, const char *why)
{
	if (!h->set->trouble)
		h->set->trouble = why;
}

/* A revision by its name, a branch's label, or as much of its name as is its alone. */
static size_t
find(struct history *h, const char *name)
{
	size_t i = number(h, name), n = strlen(name), found = 0;
	const char *label = i ? NULL : ir_byname(&ir_alembic(h->set)->labels, name);

	if (i || label || n < 4 || h->steps > STEPS)
		return label ? number(h, label) : i;
	h->steps += h->set->n;
	for (i = 0; i < h->set->n; i++) {
		if (strncmp(h->set->v[i].name, name, n) != 0)
			continue;
		if (found)
			return 0;
		found = i + 1;
	}
	return found;
}

static void
add_parents(struct history *h, size_t i, const struct ir_list *l)
{
	struct ir_migrate_file *f = &h->set->v[i];
	struct node *v = &h->v[i];

	for (size_t k = 0; k < l->n; k++) {
		size_t p = find(h, l->v[k]);
		bool twice = false;

		if (!p)
			trouble(
			    h, ir_asprintf(h->set->arena, "%s comes after %s, which is not there", f->name, l->v[k]));
		ir_list_add(
		    h->set->arena, &f->after, ir_asprintf(h->set->arena, "\1%s", p ? h->set->v[p - 1].name : l->v[k]));
		for (size_t e = v->parents; p && e < v->parents + v->n_parents; e++)
			twice |= h->parents[e] == p - 1;
		if (!p || twice || p - 1 == i)
			continue;
		h->parents[h->n_parents++] = p - 1;
		v->n_parents++;
		h->v[p - 1].n_children++;
	}
}

static const struct ir_alembic_file *
file_of(const struct history *h, size_t i)
{
	return ir_byname(&ir_alembic(h->set)->files, h->set->v[i].path);
}

/* Is that dependency one of a revision further down the same line? Alembic leaves it out then. */
static bool
is_further_down(struct history *h, size_t i, const char *name)
{
	size_t n = 0, at = 0;

	h->search++;
	h->queue[n++] = i;
	h->v[i].seen = h->search;
	while (at < n && h->steps++ < STEPS) {
		const struct ir_alembic_file *f = file_of(h, h->queue[at++]);

		if (at > 1 && ir_list_has(&f->depends, name))
			return true;
		for (size_t k = 0; k < f->down.n; k++) {
			size_t p = number(h, f->down.v[k]);

			if (p && h->v[p - 1].seen != h->search) {
				h->v[p - 1].seen = h->search;
				h->queue[n++] = p - 1;
			}
		}
	}
	return false;
}

static void
add_all_parents(struct history *h)
{
	size_t n = 0;

	for (size_t i = 0; i < h->set->n; i++)
		n += file_of(h, i)->down.n + file_of(h, i)->depends.n;
	h->parents = IR_NEW_N(h->set->arena, size_t, n + 1);
	for (size_t i = 0; i < h->set->n; i++) {
		const struct ir_alembic_file *f = file_of(h, i);
		struct ir_list needed = { 0 };

		h->v[i].parents = h->n_parents;
		add_parents(h, i, &f->down);
		for (size_t k = 0; k < f->depends.n; k++)
			if (!is_further_down(h, i, f->depends.v[k]))
				ir_list_add(h->set->arena, &needed, f->depends.v[k]);
		add_parents(h, i, &needed);
	}
}

static void
add_children(struct history *h)
{
	size_t n = 0;

	h->children = IR_NEW_N(h->set->arena, size_t, h->n_parents + 1);
	for (size_t i = 0; i < h->set->n; i++) {
		h->v[i].children = n;
		n += h->v[i].n_children;
		h->v[i].waits = h->v[i].n_children;
		h->v[i].n_children = 0;
	}
	for (size_t i = 0; i < h->set->n; i++) {
		for (size_t e = h->v[i].parents; e < h->v[i].parents + h->v[i].n_parents; e++) {
			struct node *p = &h->v[h->parents[e]];

			h->children[p->children + p->n_children++] = i;
		}
	}
}

/* The first of the heads, but that at `but`, from which that node is reached; n_heads: none. */
static size_t
who_waits(struct history *h, size_t node, size_t but)
{
	size_t n = 0, at = 0;

	h->search++;
	h->queue[n++] = node;
	h->v[node].seen = h->search;
	while (at < n && h->steps++ < STEPS) {
		const struct node *v = &h->v[h->queue[at++]];

		for (size_t e = v->children; e < v->children + v->n_children; e++) {
			struct node *c = &h->v[h->children[e]];

			if (c->done || c->seen == h->search)
				continue;
			c->seen = h->search;
			h->queue[n++] = h->children[e];
		}
	}
	for (at = 0; at < h->n_heads; at++)
		if (at != but && h->v[h->heads[at]].seen == h->search)
			return at;
	return h->n_heads;
}

static void
put_out(struct history *h, size_t i)
{
	struct node *v = &h->v[i];

	v->done = true;
	h->out[h->n_out++] = i;
	for (size_t e = v->parents; e < v->parents + v->n_parents; e++)
		h->v[h->parents[e]].waits--;
}

/* Its parents take its place among the heads: the first right there, the others at the end. true: there were any. */
static bool
go_down(struct history *h, size_t at)
{
	const struct node *v = &h->v[h->heads[at]];
	bool first = true;

	for (size_t e = v->parents; e < v->parents + v->n_parents; e++) {
		struct node *p = &h->v[h->parents[e]];

		if (p->done || p->listed)
			continue;
		p->listed = true;
		if (first)
			h->heads[at] = h->parents[e];
		else
			h->heads[h->n_heads++] = h->parents[e];
		first = false;
	}
	return !first;
}

/* The next of the heads that nothing stands above; n_heads: all of them wait, as in a circle. */
static size_t
next_free(const struct history *h, size_t at)
{
	for (size_t i = 0; i < h->n_heads; i++, at++)
		if (h->v[h->heads[at % h->n_heads]].waits == 0)
			return at % h->n_heads;
	return h->n_heads;
}

/* Where to go on from a head that others stand above. Beyond all reason it is only sure that these come first. */
static size_t
go_elsewhere(struct history *h, size_t at, size_t turns)
{
	if (h->steps > STEPS || turns > h->n_heads)
		return next_free(h, at);
	return who_waits(h, h->heads[at], at);
}

static void
walk(struct history *h)
{
	size_t at = 0, turns = 0;

	while (h->n_heads > 0) {
		size_t i = h->heads[at], other;

		if (h->v[i].waits > 0 && (other = go_elsewhere(h, at, turns)) < h->n_heads) {
			at = other;
			turns++;
			continue;
		}
		if (h->v[i].waits > 0)
			trouble(
			    h, ir_asprintf(h->set->arena, "a circle of revisions goes through %s", h->set->v[i].name));
		turns = 0;
		put_out(h, i);
		if (go_down(h, at))
			continue;
		memmove(h->heads + at, h->heads + at + 1, (h->n_heads - at - 1) * sizeof(*h->heads));
		h->n_heads--;
		at = at ? at - 1 : 0;
	}
}

static void
walk_all(struct history *h)
{
	for (size_t i = 0; i < h->set->n; i++) {
		if (h->v[i].waits == 0) {
			h->heads[h->n_heads++] = i;
			h->v[i].listed = true;
		}
	}
	walk(h);
	for (size_t i = 0; i < h->set->n; i++) {
		if (h->v[i].done)
			continue;
		trouble(h, ir_asprintf(h->set->arena, "a circle of revisions goes through %s", h->set->v[i].name));
		h->out[h->n_out++] = i;
	}
}

static void
know(struct history *h)
{
	for (size_t i = 0; i < h->set->n; i++) {
		if (number(h, h->set->v[i].name))
			trouble(h, ir_asprintf(h->set->arena, "%s is there twice: %s, %s", h->set->v[i].name,
				       h->set->v[number(h, h->set->v[i].name) - 1].path, h->set->v[i].path));
		else
			ir_byname_put(h->set->arena, &h->at, h->set->v[i].name, (void *)(uintptr_t)(i + 1));
	}
}

void
ir_alembic_order(struct ir_migrate_set *set)
{
	struct history h = { .set = set };
	struct ir_migrate_file *v = IR_NEW_N(set->arena, struct ir_migrate_file, set->n + 1);

	h.v = IR_NEW_N(set->arena, struct node, set->n + 1);
	h.heads = IR_NEW_N(set->arena, size_t, set->n + 1);
	h.queue = IR_NEW_N(set->arena, size_t, set->n + 1);
	h.out = IR_NEW_N(set->arena, size_t, set->n + 1);
	know(&h);
	add_all_parents(&h);
	add_children(&h);
	walk_all(&h);
	for (size_t i = 0; i < h.n_out; i++)
		v[i] = set->v[h.out[h.n_out - 1 - i]];
	set->v = v;
	set->size = set->n;
}

/* ---- rows */

struct rows {
	const struct ir_migrate_set *set;
	struct ir_byname at;              /* revision: its place in set->v + 1 */
	const struct ir_migrate_row **by; /* of each file: its own row, or one that stands for it */
	size_t *queue, n;
};

static void
mark(struct rows *r, size_t i, const struct ir_migrate_row *row)
{
	if (r->by[i])
		return;
	r->by[i] = row;
	r->queue[r->n++] = i;
}

static void
mark_all(struct rows *r, const struct ir_migrate_row *inherited)
{
	for (size_t at = 0; at < r->n; at++) {
		const struct ir_list *after = &r->set->v[r->queue[at]].after;

		for (size_t k = 0; k < after->n; k++) {
			size_t p = (size_t)(uintptr_t)ir_byname(&r->at, after->v[k] + 1);

			if (p)
				mark(r, p - 1, inherited);
		}
	}
}

static void
write_rows(const struct rows *r, struct ir_migrate_row *v, size_t *n)
{
	for (size_t i = 0; i < r->set->n; i++) {
		if (!r->by[i])
			continue;
		v[*n] = *r->by[i];
		v[(*n)++].name = r->set->v[i].name;
	}
}

void
ir_alembic_expand(struct ir_arena *arena, const struct ir_migrate_set *set, struct ir_migrate_table *t)
{
	static const struct ir_migrate_row inherited = {
		.app = "", .name = "", .state = IR_MIGRATE_APPLIED, .applied_ms = IR_TIME_NONE
	};
	struct rows r = { .set = set };
	struct ir_migrate_row *v = IR_NEW_N(arena, struct ir_migrate_row, set->n + t->n + 1);
	size_t n = 0;

	r.by = IR_NEW_N(arena, const struct ir_migrate_row *, set->n + 1);
	r.queue = IR_NEW_N(arena, size_t, set->n + 1);
	for (size_t i = 0; i < set->n; i++)
		ir_byname_put(arena, &r.at, set->v[i].name, (void *)(uintptr_t)(i + 1));
	for (size_t i = 0; i < t->n; i++) {
		size_t p = (size_t)(uintptr_t)ir_byname(&r.at, t->v[i].name);

		if (p && t->v[i].state == IR_MIGRATE_APPLIED)
			mark(&r, p - 1, &t->v[i]);
	}
	mark_all(&r, &inherited);
	write_rows(&r, v, &n);
	for (size_t i = 0; i < t->n; i++)
		if (!ir_byname(&r.at, t->v[i].name) || t->v[i].state != IR_MIGRATE_APPLIED)
			v[n++] = t->v[i];
	t->v = v;
	t->n = t->size = n;
}
