/*
 * django_order - the order in which showmigrations --plan has them: from each application's last ones, by name, down through all that they depend on
 *
 * A migration that replaces others takes their place; they stay in the set, just before it, as a database may have been there before it came.
 */
#include <string.h>

#include "migrate/django.h"

struct node {
	const char *key; /* "app\1name" */
	const char *app;
	long file;       /* in set->v; -1: only named, by others */
	long by;         /* the node that replaces it; -1 */
	size_t first, n; /* parents, in edges */
	bool has_child;  /* in its application */
	bool open, done;
};

struct edge {
	size_t child, parent;
};

struct graph {
	struct ir_migrate_set *set;
	struct ir_byname at; /* by key: node's number + 1 */
	struct node *v;      /* by key, once they are sorted */
	size_t n, size;
	struct edge *edges;
	size_t n_edges, edges_size;
	struct ir_byname first, last; /* of applications: __first__, __latest__ */
	size_t *order, n_order;
};

static size_t
number(const struct graph *g, const char *key)
{
	return (size_t)(uintptr_t)ir_byname(&g->at, key);
}

static void
remember(struct graph *g, const char *key, size_t i)
{
	ir_byname_put(g->set->arena, &g->at, key, (void *)(uintptr_t)(i + 1));
}

static void
add_node(struct graph *g, const char *key, long file)
{
	if (number(g, key))
		return;
	if (g->n == g->size) {
		struct node *more = IR_NEW_N(g->set->arena, struct node, g->size = g->size ? g->size * 2 : 256);

		if (g->n)
			memcpy(more, g->v, g->n * sizeof(*more));
		g->v = more;
	}
	g->v[g->n] = (struct node){
		.key = key, .file = file, .by = -1, .app = ir_strndup(g->set->arena, key, strcspn(key, "\1"))
	};
	remember(g, key, g->n++);
}

static void
add_edge(struct graph *g, size_t child, size_t parent)
{
	if (g->n_edges == g->edges_size) {
		struct edge *more =
		    IR_NEW_N(g->set->arena, struct edge, g->edges_size = g->edges_size ? g->edges_size * 2 : 1024);

		if (g->n_edges)
			memcpy(more, g->edges, g->n_edges * sizeof(*more));
		g->edges = more;
	}
	g->edges[g->n_edges++] = (struct edge){ child, parent };
}

static void
trouble(struct graph *g, const char *why)
{
	if (!g->set->trouble)
		g->set->trouble = why;
}

static const char *
dotted(struct graph *g, const char *key)
{
	char *s = ir_strdup(g->set->arena, key), *at = strchr(s, '\1');

	if (at)
		*at = '.';
	return s;
}

/* ---- names */

/* "@AUTH_USER_MODEL\1__first__" as the settings have it; NULL: nobody says. */
static const char *
swapped(struct graph *g, const char *key)
{
	const char *sep = strchr(key, '\1'), *label;

	if (*key != '@')
		return key;
	label = ir_byname(&ir_django(g->set)->models, ir_strndup(g->set->arena, key + 1, (size_t)(sep - key - 1)));
	if (!label && strncmp(key, "@AUTH_USER_MODEL\1", 17) == 0)
		label = "auth";
	return label ? ir_asprintf(g->set->arena, "%s%s", label, sep) : NULL;
}

/* The migration that is meant, as "app\1name"; NULL: none. */
static const char *
meant(struct graph *g, const char *app, const char *key)
{
	const char *sep, *other;

	key = swapped(g, key);
	if (!key)
		return NULL;
	sep = strchr(key, '\1');
	if (strcmp(sep, "\1__first__") != 0 && strcmp(sep, "\1__latest__") != 0)
		return key;
	other = ir_strndup(g->set->arena, key, (size_t)(sep - key));
	if (strcmp(other, app) == 0)
		return NULL;
	return ir_byname(sep[3] == 'f' ? &g->first : &g->last, other);
}

static bool
is_of(const char *key, const char *app)
{
	size_t n = strlen(app);

	return strncmp(key, app, n) == 0 && key[n] == '\1';
}

/* What is first and last of each application, by what it says of itself alone. */
static void
find_ends(struct graph *g)
{
	struct ir_byname has_child = { 0 };

	for (size_t i = 0; i < g->set->n; i++)
		for (size_t k = 0; k < g->set->v[i].after.n; k++)
			if (is_of(g->set->v[i].after.v[k], g->set->v[i].app))
				ir_byname_put(g->set->arena, &has_child, g->set->v[i].after.v[k], g);
	for (size_t i = 0; i < g->n; i++) { /* by key */
		const struct ir_migrate_file *f = g->v[i].file < 0 ? NULL : &g->set->v[g->v[i].file];
		bool root = f != NULL;

		for (size_t k = 0; root && k < f->after.n; k++)
			root = !is_of(f->after.v[k], f->app) || strcmp(strchr(f->after.v[k], '\1'), "\1__first__") == 0;
		if (root && !ir_byname(&g->first, f->app))
			ir_byname_put(g->set->arena, &g->first, f->app, (void *)(uintptr_t)g->v[i].key);
		if (f && !ir_byname(&has_child, g->v[i].key) && !ir_byname(&g->last, f->app))
			ir_byname_put(g->set->arena, &g->last, f->app, (void *)(uintptr_t)g->v[i].key);
	}
}

/* ---- the graph */

static int
by_key(const void *a, const void *b)
{
	return strcmp(((const struct node *)a)->key, ((const struct node *)b)->key);
}

static void
sort_nodes(struct graph *g)
{
	if (g->n)
		qsort(g->v, g->n, sizeof(*g->v), by_key);
	for (size_t i = 0; i < g->n; i++)
		remember(g, g->v[i].key, i);
}

static void
add_files(struct graph *g)
{
	for (size_t i = 0; i < g->set->n; i++) {
		const struct ir_migrate_file *f = &g->set->v[i];
		const char *key = ir_django_key(g->set->arena, f->app, f->name);

		if (number(g, key))
			trouble(g, ir_asprintf(g->set->arena, "%s.%s is there twice: %s, %s", f->app, f->name,
				       g->set->v[g->v[number(g, key) - 1].file].path, f->path));
		else
			add_node(g, key, (long)i);
	}
	sort_nodes(g);
}

/* Dependencies become names of migrations, in the files, too. */
static void
settle_names(struct graph *g)
{
	for (size_t i = 0; i < g->set->n; i++) {
		struct ir_migrate_file *f = &g->set->v[i];
		struct ir_list after = { 0 };

		for (size_t k = 0; k < f->after.n; k++) {
			const char *key = meant(g, f->app, f->after.v[k]);

			if (key)
				ir_list_add(g->set->arena, &after, key);
		}
		f->after = after;
	}
}

/* The file of that name, or the one that replaces it when it is gone; NULL: neither. */
static struct ir_migrate_file *
file_for(struct graph *g, const struct ir_byname *replacing, const char *key)
{
	size_t at = number(g, key);

	return at && g->v[at - 1].file >= 0 ? &g->set->v[g->v[at - 1].file] : ir_byname(replacing, key);
}

static void
runs_before(struct graph *g, const struct ir_byname *replacing, const struct ir_migrate_file *f, const char *before)
{
	const char *key = meant(g, f->app, before);
	struct ir_migrate_file *other = key ? file_for(g, replacing, key) : NULL;

	if (other)
		ir_list_add(g->set->arena, &other->after, ir_django_key(g->set->arena, f->app, f->name));
	else if (key && !ir_list_has(&g->set->foreign, ir_strndup(g->set->arena, key, strcspn(key, "\1"))))
		trouble(g, ir_asprintf(g->set->arena, "%s.%s runs before %s, which is not there", f->app, f->name,
			       dotted(g, key)));
}

/* "run before that" is "that, after this". */
static void
settle_before(struct graph *g)
{
	struct ir_byname replacing = { 0 };

	for (size_t i = g->n; i > 0; i--) {
		struct ir_migrate_file *f = &g->set->v[g->v[i - 1].file];

		for (size_t k = 0; k < f->replaces.n; k++)
			ir_byname_put(g->set->arena, &replacing, f->replaces.v[k], f);
	}
	for (size_t i = 0; i < g->set->n; i++) {
		const struct ir_django_file *d = ir_byname(&ir_django(g->set)->files, g->set->v[i].path);

		for (size_t k = 0; d && k < d->run_before.n; k++)
			runs_before(g, &replacing, &g->set->v[i], d->run_before.v[k]);
	}
}

static void
add_named(struct graph *g)
{
	for (size_t i = 0; i < g->set->n; i++) {
		const struct ir_migrate_file *f = &g->set->v[i];

		for (size_t k = 0; k < f->after.n; k++)
			add_node(g, f->after.v[k], -1);
		for (size_t k = 0; k < f->replaces.n; k++)
			add_node(g, f->replaces.v[k], -1);
	}
	sort_nodes(g);
}

/* The node that stands in its place now. */
static size_t
standing(const struct graph *g, size_t i)
{
	for (size_t steps = 0; g->v[i].by >= 0 && steps < 100; steps++)
		i = (size_t)g->v[i].by;
	return i;
}

static void
replace(struct graph *g)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct ir_migrate_file *f = g->v[i].file < 0 ? NULL : &g->set->v[g->v[i].file];

		for (size_t k = 0; f && k < f->replaces.n; k++) {
			size_t r = number(g, f->replaces.v[k]) - 1;

			if (r != i && g->v[r].by < 0 && standing(g, i) != r)
				g->v[r].by = (long)i;
		}
	}
}

static int
by_child(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	if (x->child != y->child)
		return x->child < y->child ? -1 : 1;
	return x->parent < y->parent ? -1 : x->parent > y->parent;
}

static void
missing(struct graph *g, size_t child, size_t parent)
{
	const struct node *p = &g->v[parent];

	if (p->file >= 0 || ir_list_has(&g->set->foreign, p->app))
		return;
	trouble(g, ir_asprintf(g->set->arena, "%s depends on %s, which is not there", dotted(g, g->v[child].key),
		       dotted(g, p->key)));
}

static void
add_edges(struct graph *g)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct ir_migrate_file *f = g->v[i].file < 0 ? NULL : &g->set->v[g->v[i].file];
		size_t child = standing(g, i);

		for (size_t k = 0; f && k < f->after.n; k++) {
			size_t parent = standing(g, number(g, f->after.v[k]) - 1);

			missing(g, i, parent);
			if (parent != child && g->v[parent].file >= 0)
				add_edge(g, child, parent);
		}
	}
	if (g->n_edges)
		qsort(g->edges, g->n_edges, sizeof(*g->edges), by_child);
	for (size_t i = 0; i < g->n_edges; i++) {
		const struct edge *e = &g->edges[i];

		if (g->v[e->child].n++ == 0)
			g->v[e->child].first = i;
		if (strcmp(g->v[e->child].app, g->v[e->parent].app) == 0)
			g->v[e->parent].has_child = true;
	}
}

/* ---- the order */

/* All that a node needs, and it: each one after its parents, the last of them by name first. */
static void
descend(struct graph *g, size_t *stack, size_t from)
{
	size_t n = 0;

	stack[n++] = from * 2;
	while (n > 0) {
		size_t top = stack[--n];
		struct node *v = &g->v[top / 2];

		if (v->done)
			continue;
		if (top & 1) {
			v->done = true;
			g->order[g->n_order++] = top / 2;
			continue;
		}
		if (v->open) {
			trouble(g,
			    ir_asprintf(g->set->arena, "a circle of dependencies goes through %s", dotted(g, v->key)));
			continue;
		}
		v->open = true;
		stack[n++] = top | 1;
		for (size_t i = 0; i < v->n; i++)
			stack[n++] = g->edges[v->first + i].parent * 2;
	}
}

static void
walk(struct graph *g)
{
	size_t *stack = IR_NEW_N(g->set->arena, size_t, g->n_edges + 2 * g->n + 2);

	g->order = IR_NEW_N(g->set->arena, size_t, g->n + 1);
	for (int all = 0; all < 2; all++) /* then what only a circle keeps from having an end */
		for (size_t i = 0; i < g->n; i++)
			if (g->v[i].file >= 0 && g->v[i].by < 0 && !g->v[i].done && (all || !g->v[i].has_child))
				descend(g, stack, i);
}

struct replaced {
	size_t by, node;
};

static int
by_replacement(const void *a, const void *b)
{
	const struct replaced *x = a, *y = b;

	if (x->by != y->by)
		return x->by < y->by ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

/* Those that are replaced, by what stands in their place. */
static struct replaced *
all_replaced(struct graph *g, size_t *ret_n)
{
	struct replaced *v = IR_NEW_N(g->set->arena, struct replaced, g->n + 1);

	for (size_t i = *ret_n = 0; i < g->n; i++)
		if (g->v[i].by >= 0 && g->v[i].file >= 0)
			v[(*ret_n)++] = (struct replaced){ standing(g, i), i };
	qsort(v, *ret_n, sizeof(*v), by_replacement);
	return v;
}

static void
put_in_order(struct graph *g)
{
	struct ir_migrate_file *v = IR_NEW_N(g->set->arena, struct ir_migrate_file, g->set->n + 1);
	size_t n_replaced, n = 0, *from = IR_NEW_N(g->set->arena, size_t, g->n + 1);
	struct replaced *r = all_replaced(g, &n_replaced);

	for (size_t i = n_replaced; i > 0; i--)
		from[r[i - 1].by] = i;
	for (size_t i = 0; i < g->n_order; i++) {
		size_t node = g->order[i];

		for (size_t k = from[node]; k > 0 && k <= n_replaced && r[k - 1].by == node; k++)
			v[n++] = g->set->v[g->v[r[k - 1].node].file];
		v[n++] = g->set->v[g->v[node].file];
	}
	g->set->v = v;
	g->set->n = g->set->size = n;
}

void
ir_django_order(struct ir_migrate_set *set)
{
	struct graph g = { .set = set };

	ir_django_settle(set);
	add_files(&g);
	find_ends(&g);
	settle_names(&g);
	settle_before(&g);
	add_named(&g);
	replace(&g);
	add_edges(&g);
	walk(&g);
	put_in_order(&g);
	ir_django_judge(set);
}
