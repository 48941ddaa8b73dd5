/*
 * alertmanager_cover - the fewest silences that cover what was chosen, and nothing else
 *
 * All alerts of one value of the first label are one group. A group that hits an alert that was not chosen is narrowed by the label that leaves the fewest silences: values that only chosen alerts have
 * become one silence (equality, or label=~"a|b|c"), each other value is a group again, and a label that is missing has the value "". Labels that are not in the list are used only where those in
 * it do not tell the alerts apart. Where none does, two alerts are the same. Each narrowing is one pass over the labels of the group's alerts.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "pager/alertmanager.h"
#include "pager/alertmanager_labels.h"

enum { DEPTH_MAX = 32 };

struct group {
	size_t *wanted, *denied; /* alerts, by index */
	size_t n_wanted, n_denied;
	struct ir_am_matcher matchers[DEPTH_MAX];
	size_t n;  /* matchers */
	bool real; /* one of them does not match "" : the server wants one */
};

struct work {
	struct ir_am_cover *c;
	struct ir_am_labels l;
};

static void narrow(struct work *, struct group *);

/* ---- what was found */

void
ir_am_quote(struct ir_buf *b, const char *s)
{
	for (; *s; s++) {
		if (strchr("\\.+*?()|[]{}^$", *s))
			ir_buf_addc(b, '\\');
		ir_buf_addc(b, *s);
	}
}

static int
by_index(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return x < y ? -1 : x > y;
}

static size_t *
copy_sorted(struct ir_arena *arena, const size_t *v, size_t n)
{
	size_t *to = IR_NEW_N(arena, size_t, n + 1);

	if (n) {
		memcpy(to, v, n * sizeof(*v));
		qsort(to, n, sizeof(*to), by_index);
	}
	return to;
}

/* The group's matchers and one more; NULL: none. */
static void
emit(struct work *w, const struct group *g, const struct ir_am_matcher *last, const size_t *covers, size_t n)
{
	struct ir_am_cover *c = w->c;
	struct ir_am_set *s;

	c->sets = ir_am_more(c->arena, c->sets, c->n_sets, &c->size, sizeof(*c->sets));
	s = &c->sets[c->n_sets++];
	*s = (struct ir_am_set){ .v = IR_NEW_N(c->arena, struct ir_am_matcher, g->n + 2),
		.covers = copy_sorted(c->arena, covers, n),
		.n_covers = n };
	for (size_t i = 0; i < g->n + (last != NULL); i++) {
		const struct ir_am_matcher *m = i < g->n ? &g->matchers[i] : last;

		s->v[s->n] = *m;
		s->v[s->n].name = ir_strdup(c->arena, m->name);
		s->v[s->n++].value = ir_strdup(c->arena, m->value);
	}
	ir_am_sort_matchers(s->v, s->n);
	s->extra = last ? 0 : g->n_denied;
}

static void
give_up(struct work *w, const struct group *g)
{
	struct ir_am_cover *c = w->c;

	for (size_t i = 0; i < g->n_wanted; i++) {
		c->hopeless = ir_am_more(c->arena, c->hopeless, c->n_hopeless, &c->size_hopeless, sizeof(*c->hopeless));
		c->hopeless[c->n_hopeless++] = g->wanted[i];
	}
}

/* ---- a label that narrows */

struct score {
	size_t cost;  /* silences, or groups that may become some */
	size_t clean; /* values in the alternation */
	size_t left;  /* denied alerts that it does not tell from wanted ones */
	size_t rank;
	const char *text;
	bool progress;
};

static struct score
score_of(const struct group *g, const struct ir_am_name *name)
{
	bool absent = name->has < g->n_wanted, mixed = absent && name->denied < g->n_denied;
	size_t values = name->values + absent, dirty = name->dirty + (absent && (mixed || !g->real));
	struct score s = { .clean = values - dirty, .rank = name->rank, .text = name->text };

	s.cost = (s.clean > 0) + dirty;
	s.left = name->hits + (mixed ? g->n_denied - name->denied : 0);
	s.progress = values > 1 || s.left < g->n_denied || (!g->real && name->values > 0);
	return s;
}

static bool
is_better(const struct score *a, const struct score *b)
{
	if (a->cost != b->cost)
		return a->cost < b->cost;
	if (a->clean != b->clean)
		return a->clean < b->clean;
	if (a->left != b->left)
		return a->left < b->left;
	return a->rank != b->rank ? a->rank < b->rank : strcmp(a->text, b->text) < 0;
}

/* Its number; SIZE_MAX: none makes a difference. */
static size_t
pick(struct work *w, const struct group *g)
{
	size_t listed = SIZE_MAX, other = SIZE_MAX;
	struct score best_listed = { 0 }, best_other = { 0 };

	ir_am_labels_count(&w->l, g->wanted, g->n_wanted, g->denied, w->c->wide ? 0 : g->n_denied);
	for (size_t i = 0; i < w->l.n_seen; i++) {
		size_t at = w->l.seen[i];
		const struct ir_am_name *name = &w->l.names[at];
		bool in_list = name->rank != SIZE_MAX;
		struct score s = score_of(g, name), *best = in_list ? &best_listed : &best_other;
		size_t *to = in_list ? &listed : &other;

		if (name->used || !s.progress || (*to != SIZE_MAX && !is_better(&s, best)))
			continue;
		*best = s;
		*to = at;
	}
	if (listed == SIZE_MAX || (best_listed.left > 0 && other != SIZE_MAX && best_other.left == 0))
		return other;
	return listed;
}

/* ---- what it narrows to */

/* An alert and the value that it has. */
struct has {
	const char *value;
	size_t alert;
};

static int
by_value(const void *x, const void *y)
{
	const struct has *a = x, *b = y;
	int order = strcmp(a->value, b->value);

	return order ? order : a->alert < b->alert ? -1 : a->alert > b->alert;
}

static struct has *
sorted(struct work *w, size_t name, const size_t *v, size_t n)
{
	struct has *to = IR_NEW_N(&w->l.arena, struct has, n + 1);

	for (size_t i = 0; i < n; i++)
		to[i] = (struct has){ ir_am_labels_value(&w->l, v[i], name), v[i] };
	if (n)
		qsort(to, n, sizeof(*to), by_value);
	return to;
}

/* The alerts in v that have the value, from *at on, which moves behind them. */
static size_t *
take_value(struct work *w, const struct has *v, size_t n, size_t *at, const char *value, size_t *n_ret)
{
	size_t from, *to;

	while (*at < n && strcmp(v[*at].value, value) < 0)
		++*at;
	from = *at;
	while (*at < n && strcmp(v[*at].value, value) == 0)
		++*at;
	*n_ret = *at - from;
	to = IR_NEW_N(&w->l.arena, size_t, *n_ret + 1);
	for (size_t i = 0; i < *n_ret; i++)
		to[i] = v[from + i].alert;
	return to;
}

/* Values that only wanted alerts have, as they come together. */
struct clean {
	const char *name;
	struct ir_buf regex;
	const char *first;
	size_t values;
	size_t *covers, n;
};

static void
flush(struct work *w, const struct group *g, struct clean *k)
{
	struct ir_am_matcher m = { .name = k->name, .value = k->regex.data, .regex = true };

	if (k->values == 1)
		m = (struct ir_am_matcher){ .name = k->name, .value = k->first };
	if (k->values)
		emit(w, g, &m, k->covers, k->n);
	ir_buf_reset(&k->regex);
	k->values = k->n = 0;
}

static void
add_clean(struct work *w, const struct group *g, struct clean *k, const char *value, const size_t *covers, size_t n)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf quoted;

	ir_buf_init(&quoted, 2 * IR_AM_ELEMENT);
	ir_am_quote(&quoted, value);
	if (k->values && k->regex.len + 1 + quoted.len > IR_AM_REGEX)
		flush(w, g, k);
	if (k->values)
		ir_buf_addc(&k->regex, '|');
	else
		k->first = value;
	ir_buf_add(&k->regex, quoted.data, quoted.len);
	k->values++;
	memcpy(k->covers + k->n, covers, n * sizeof(*covers));
	k->n += n;
}

/* One value of the label as a group of its own. */
static void
go_on(struct work *w, const struct group *g, size_t name, const char *value, const struct group *part)
{
	struct group *next = IR_NEW(&w->l.arena, struct group);

	*next = *g;
	next->wanted = part->wanted;
	next->n_wanted = part->n_wanted;
	next->denied = part->denied;
	next->n_denied = part->n_denied;
	next->matchers[next->n++] = (struct ir_am_matcher){ .name = w->l.names[name].text, .value = value };
	next->real = g->real || *value;
	w->l.names[name].used = true;
	narrow(w, next);
	w->l.names[name].used = false;
}

/* together: clean values may share a silence. */
static void
split(struct work *w, const struct group *g, size_t name, bool together)
{
	struct has *wanted = sorted(w, name, g->wanted, g->n_wanted);
	struct has *denied = sorted(w, name, g->denied, g->n_denied);
	struct clean k = { .name = w->l.names[name].text, .covers = IR_NEW_N(&w->l.arena, size_t, g->n_wanted + 1) };
	size_t at = 0, at_denied = 0;

	ir_buf_init(&k.regex, 2 * IR_AM_ELEMENT + IR_AM_REGEX);
	while (at < g->n_wanted) {
		const char *value = wanted[at].value;
		struct group part = { 0 };

		part.wanted = take_value(w, wanted, g->n_wanted, &at, value, &part.n_wanted);
		part.denied = take_value(w, denied, g->n_denied, &at_denied, value, &part.n_denied);
		if (together && part.n_denied == 0 && g->real)
			add_clean(w, g, &k, value, part.wanted, part.n_wanted);
		else
			go_on(w, g, name, value, &part);
	}
	flush(w, g, &k);
	ir_buf_done(&k.regex);
}

static void
narrow(struct work *w, struct group *g)
{
	size_t name;

	if (g->real && (g->n_denied == 0 || w->c->wide)) {
		emit(w, g, NULL, g->wanted, g->n_wanted);
		return;
	}
	name = g->n < DEPTH_MAX ? pick(w, g) : SIZE_MAX;
	if (name == SIZE_MAX)
		give_up(w, g);
	else
		split(w, g, name, true);
}

/* The first label of the list that a wanted alert has. */
static size_t
widest(const struct work *w)
{
	size_t found = SIZE_MAX;

	for (size_t i = 0; i < w->l.n_seen; i++) {
		const struct ir_am_name *name = &w->l.names[w->l.seen[i]];

		if (name->has && name->rank != SIZE_MAX && (found == SIZE_MAX || name->rank < w->l.names[found].rank))
			found = w->l.seen[i];
	}
	return found;
}

void
ir_am_cover(struct ir_am_cover *c)
{
	struct work w = { .c = c };
	struct group g = { 0 };
	size_t name;

	ir_am_labels_read(&w.l, c->alerts, c->n, c->labels);
	g.wanted = IR_NEW_N(&w.l.arena, size_t, c->n + 1);
	g.denied = IR_NEW_N(&w.l.arena, size_t, c->n + 1);
	for (size_t i = 0; i < c->n; i++) {
		if (c->want[i] == IR_AM_WANT)
			g.wanted[g.n_wanted++] = i;
		else if (c->want[i] == IR_AM_DENY)
			g.denied[g.n_denied++] = i;
	}
	ir_am_labels_count(&w.l, g.wanted, g.n_wanted, g.denied, 0);
	name = widest(&w);
	if (name != SIZE_MAX)
		split(&w, &g, name, false);
	else if (g.n_wanted)
		narrow(&w, &g);
	ir_arena_done(&w.l.arena);
}
