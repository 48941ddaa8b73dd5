/* pair - which table belongs to which set of migrations, and which row to which file */
#include "migrate/pair.h"

/* Rows looked at to find the set of a table, and calls of same(), in all: nothing makes it take longer. */
enum { STEPS = 20000000 };

/* Who says which names mean the same: the table's framework, which may be the set's twin. */
static const struct ir_migrate_type *
type_of(const struct ir_migrate_pair *p)
{
	return p->table ? p->table->type : p->set->type;
}

/* Frameworks whose rows are called otherwise: from where the last one was found on, as both are in order. */
static size_t
search(const struct ir_migrate_pair *p, const struct ir_migrate_row *r, size_t *from, long *budget)
{
	const struct ir_migrate_set *set = p->set;

	for (size_t i = 0; i<set->n && * budget> 0; i++, --*budget) {
		size_t at = (*from + i) % set->n;

		if (type_of(p)->same(&set->v[at], r)) {
			*from = at + 1;
			return at + 1;
		}
	}
	return 0;
}

static size_t
file_of(const struct ir_migrate_pair *p, const struct ir_migrate_row *r, size_t *from, long *budget)
{
	const struct ir_migrate_file *f = ir_migrate_named(p->set, r->app, r->name);

	if (f) {
		*from = (size_t)(f - p->set->v) + 1;
		return *from;
	}
	return type_of(p)->same ? search(p, r, from, budget) : 0;
}

/* Rows by name, as a set: of several the first is found, so they are in it from the last on. */
static void
index_rows(struct ir_arena *arena, struct ir_migrate_pair *p)
{
	p->rows = (struct ir_migrate_set){ .arena = arena, .n = p->table->n };
	p->rows.v = IR_NEW_N(arena, struct ir_migrate_file, p->rows.n + 1);
	for (size_t i = 0; i < p->rows.n; i++) {
		const struct ir_migrate_row *r = &p->table->v[p->rows.n - 1 - i];

		p->rows.v[i] = (struct ir_migrate_file){ .app = r->app, .name = r->name };
	}
	ir_migrate_index(&p->rows);
}

static const struct ir_migrate_row *
row_of(const struct ir_migrate_pair *p, const struct ir_migrate_file *f)
{
	return f ? &p->table->v[p->rows.n - 1 - (size_t)(f - p->rows.v)] : NULL;
}

const struct ir_migrate_row *
ir_migrate_pair_row(const struct ir_migrate_pair *p, const char *key)
{
	return row_of(p, ir_migrate_key(&p->rows, key));
}

/* Rows of names that the code has not, twice: the last one counts. */
static void
drop_earlier(const struct ir_migrate_pair *p)
{
	for (size_t i = 0; i < p->table->n; i++) {
		const struct ir_migrate_row *r = &p->table->v[i];

		if (p->file_of[i] == 0 && row_of(p, ir_migrate_named(&p->rows, r->app, r->name)) != r)
			p->file_of[i] = SIZE_MAX;
	}
}

/* The table's rows with the set's files. newer: of another revision, or NULL. */
static struct ir_migrate_pair
match(struct ir_arena *arena, const struct ir_migrate_set *set, const struct ir_migrate_set *newer,
    const struct ir_migrate_database *d, const struct ir_migrate_table *table, long *budget)
{
	struct ir_migrate_pair p = { .set = set, .database = d, .table = IR_NEW(arena, struct ir_migrate_table) };
	size_t from = 0, n = table->n;

	*p.table = *table;
	p.table->v = IR_NEW_N(arena, struct ir_migrate_row, n + 1);
	if (n)
		memcpy(p.table->v, table->v, n * sizeof(table->v[0]));
	p.table->size = n + 1;
	if (newer && table->type->expand)
		table->type->expand(arena, newer, p.table);
	if (set && table->type->expand)
		table->type->expand(arena, set, p.table);
	p.row_of = IR_NEW_N(arena, size_t, (set ? set->n : 0) + 1);
	p.file_of = IR_NEW_N(arena, size_t, p.table->n + 1);
	for (size_t i = 0; set && set->n && i < p.table->n; i++) {
		size_t at = p.file_of[i] = file_of(&p, &p.table->v[i], &from, budget);

		if (!at)
			continue;
		p.common += p.row_of[at - 1] == 0;
		if (p.row_of[at - 1])
			p.file_of[p.row_of[at - 1] - 1] = SIZE_MAX;
		p.row_of[at - 1] = i + 1;
	}
	p.table->cut |= *budget <= 0; /* then what has no row may have one */
	index_rows(arena, &p);
	drop_earlier(&p);
	return p;
}

static size_t
in_common(const struct ir_migrate_set *set, const struct ir_migrate_database *d, const struct ir_migrate_table *t,
    long *budget)
{
	struct ir_arena arena = { 0 };
	size_t n = match(&arena, set, NULL, d, t, budget).common;

	*budget -= (long)(t->n + set->n);
	ir_arena_done(&arena);
	return n;
}

static bool
has_table_of(const struct ir_migrate_database *d, const struct ir_migrate_type *type)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->v[i].type == type)
			return true;
	return false;
}

/* May the table be the set's? As a twin's, when there is none of its own. */
static bool
may_be_of(const struct ir_migrate_set *set, const struct ir_migrate_database *d, const struct ir_migrate_table *t)
{
	return set->type == t->type || (set->type->twin == t->type && !has_table_of(d, set->type));
}

/* The only set of the framework also when no name is in common: then all is ahead, or pending. */
static const struct ir_migrate_set *
best(const struct ir_migrate_code *code, const struct ir_migrate_database *d, const struct ir_migrate_table *t,
    long *budget)
{
	const struct ir_migrate_set *ret = NULL;
	size_t most = 0, sets = 0;

	for (size_t i = 0; i < code->n; i++)
		if (may_be_of(&code->v[i], d, t) && ++sets == 1)
			ret = &code->v[i];
	if (sets == 1)
		return ret;
	ret = NULL;
	for (size_t i = 0; i<code->n && * budget> 0; i++) {
		size_t n = may_be_of(&code->v[i], d, t) ? in_common(&code->v[i], d, t, budget) : 0;

		if (n > most) {
			ret = &code->v[i];
			most = n;
		}
	}
	return ret;
}

/* Numbers are the same everywhere: words have to be, too. */
static bool
same_title(const struct ir_migrate_file *a, const struct ir_migrate_file *b)
{
	return a->title == b->title || (a->title && b->title && strcmp(a->title, b->title) == 0);
}

bool
ir_migrate_is_copy(const struct ir_migrate_set *set, const struct ir_migrate_set *of, long *budget)
{
	const struct ir_migrate_pair p = { .set = of };
	size_t from = 0, at;

	if (set->type != of->type || set->n > of->n)
		return false;
	for (size_t i = 0; i < set->n; i++, --*budget) {
		const struct ir_migrate_row row = { .app = set->v[i].app, .name = set->v[i].name };

		if (*budget <= 0 || !(at = file_of(&p, &row, &from, budget)) || !same_title(&set->v[i], &of->v[at - 1]))
			return false;
	}
	return true;
}

static bool
same_table(const struct ir_migrate_pair *a, const struct ir_migrate_pair *b)
{
	return a->database == b->database && strcmp(a->table->schema, b->table->schema) == 0 &&
	       strcmp(a->table->name, b->table->name) == 0;
}

/* Of frameworks that call the same table theirs, the one that the code speaks for. */
static void
add(struct ir_migrate_pairs *pairs, const struct ir_migrate_pair *p)
{
	struct ir_migrate_pair *last = pairs->n ? &pairs->v[pairs->n - 1] : NULL;

	if (!last || !same_table(last, p))
		pairs->v[pairs->n++] = *p;
	else if (p->common > last->common || (p->set && !last->set))
		*last = *p;
}

void
ir_migrate_pair(struct ir_arena *arena, const struct ir_migrate_code *code, const struct ir_migrate_database *d,
    size_t n, struct ir_migrate_pairs *ret)
{
	long looking = STEPS, matching = STEPS;
	size_t tables = 0;

	for (size_t i = 0; i < n; i++)
		tables += d[i].n;
	*ret = (struct ir_migrate_pairs){ .v = IR_NEW_N(arena, struct ir_migrate_pair, tables + 1) };
	for (size_t i = 0; i < n; i++)
		for (size_t t = 0; t < d[i].n; t++) {
			const struct ir_migrate_table *table = &d[i].v[t];
			const struct ir_migrate_set *set = table->trouble ? NULL : best(code, &d[i], table, &looking);
			const struct ir_migrate_set *newer =
			    set && code->newer ? best(code->newer, &d[i], table, &looking) : NULL;
			struct ir_migrate_pair p = match(arena, set, newer, &d[i], table, &matching);

			add(ret, &p);
		}
}
