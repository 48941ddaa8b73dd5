/* golang_migrate - Go's migrate: numbered files, N_x.up.sql and N_x.down.sql */
#include <string.h>

#include "migrate/numbered.h"
#include "migrate/sha384.h"

extern const struct ir_migrate_type ir_migrate_sqlx;

static bool
wants(const char *path, size_t *dir)
{
	struct ir_numbered n;

	if (!ir_numbered(path, ".up.sql", '_', &n) && !ir_numbered(path, ".down.sql", '_', &n))
		return false;
	*dir = n.dir;
	return true;
}

/* N_x.down.sql; its words may differ from those of N_x.up.sql. */
static const struct ir_tree_file *
down_of(
    struct ir_arena *arena, const struct ir_numbered *n, const char *path, const struct ir_tree_file *all, size_t n_all)
{
	const struct ir_tree_file *f;
	size_t seen = 0;
	const char *begin = ir_strndup(arena, path, (size_t)(n->digits + n->n_digits - path) + 1);

	for (f = ir_beside(all, n_all, begin, false);
	     f && f < all + n_all && seen++ < 64 && strncmp(f->path, begin, strlen(begin)) == 0; f++)
		if (ir_numbered_ends(f->path, ".down.sql"))
			return f;
	return NULL;
}

static int
read_one(struct ir_migrate_set *set, const struct ir_tree_file *f, const struct ir_tree_file *all, size_t n_all,
    struct ir_migrate_file *ret)
{
	struct ir_numbered n;

	if (!ir_numbered(f->path, ".up.sql", '_', &n))
		return 0;
	ret->app = "";
	ret->name = ir_numbered_name(set->arena, n.digits, n.n_digits);
	ret->title = ir_numbered_title(set->arena, n.words, n.n_words);
	ret->written_ms = ir_migrate_stamp(n.digits, n.n_digits);
	if (f->text) {
		ret->checksum = ir_sha384_hex(set->arena, f->text, f->n); /* the twin's */
		ir_migrate_judge_sql(set->arena, f->text, f->n, 1, &ret->judgement);
	} else {
		ir_migrate_unread(ret, f);
	}
	ret->judgement.reversible = ir_sql_says_something(down_of(set->arena, &n, f->path, all, n_all));
	return 1;
}

static const struct ir_migrate_layout layouts[] = {
	{ .table = "schema_migrations",
	    .by_columns = true,
	    .columns = { "version", "dirty" },
	    .statement = "SELECT version::text AS name, CASE WHEN dirty THEN 'failed' ELSE 'applied' END AS "
			 "state" IR_MIGRATE_XMIN " FROM $T WHERE version >= 0 ORDER BY version" },
	{ .table = NULL },
};

static void
add(struct ir_arena *arena, struct ir_migrate_table *t, const struct ir_migrate_row *row)
{
	if (t->n == t->size) {
		size_t size = t->size ? t->size * 2 : 16;
		struct ir_migrate_row *v = IR_NEW_N(arena, struct ir_migrate_row, size);

		if (t->n)
			memcpy(v, t->v, t->n * sizeof(*v));
		t->v = v;
		t->size = size;
	}
	t->v[t->n++] = *row;
}

/* The one number stands for all files up to it: those that came later with a lower one were never applied, and cannot be told. */
static void
expand(struct ir_arena *arena, const struct ir_migrate_set *set, struct ir_migrate_table *t)
{
	struct ir_migrate_row last;
	struct ir_migrate_table all = *t;

	if (t->n != 1)
		return;
	last = t->v[0];
	all.v = NULL;
	all.n = all.size = 0;
	for (size_t i = 0; i < set->n; i++)
		if (ir_numbered_compare(set->v[i].name, last.name) < 0)
			add(arena, &all,
			    &(struct ir_migrate_row){ .app = "",
				.name = set->v[i].name,
				.state = IR_MIGRATE_APPLIED,
				.applied_ms = IR_TIME_NONE });
	add(arena, &all, &last);
	*t = all;
}

const struct ir_migrate_type ir_migrate_golang_migrate = {
	.name = "golang-migrate",
	.tool = "migrate version",
	.wants = wants,
	.read = read_one,
	.order = ir_numbered_order,
	.layouts = layouts,
	.expand = expand,
	.twin = &ir_migrate_sqlx,
};
