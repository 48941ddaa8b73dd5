/* dbmate - dbmate: numbered files of SQL with "-- migrate:up" in them */
#include "migrate/numbered.h"

static bool
wants(const char *path, size_t *dir)
{
	struct ir_numbered n;

	if (ir_numbered_ends(path, ".up.sql") || ir_numbered_ends(path, ".down.sql") ||
	    !ir_numbered(path, ".sql", 0, &n))
		return false;
	*dir = n.dir;
	return true;
}

static int
read_one(struct ir_migrate_set *set, const struct ir_tree_file *f, const struct ir_tree_file *all, size_t n_all,
    struct ir_migrate_file *ret)
{
	struct ir_numbered n;

	(void)all, (void)n_all;
	if (!ir_numbered(f->path, ".sql", 0, &n) || (!f->text && set->n == 0) ||
	    (f->text && !ir_migrate_is_marked(f, "migrate:")))
		return 0;
	ret->app = "";
	ret->name = ir_strndup(set->arena, n.digits, n.n_digits); /* with its zeros: the column is text */
	ret->title = ir_numbered_title(set->arena, n.words, n.n_words);
	ret->written_ms = ir_migrate_stamp(n.digits, n.n_digits);
	if (f->text)
		ir_migrate_judge_marked(set->arena, f, "migrate:", &ret->judgement);
	else
		ir_migrate_unread(ret, f);
	return 1;
}

/* Rails' table has the same column: beside that one is ar_internal_metadata. */
static const struct ir_migrate_layout layouts[] = {
	{ .table = "schema_migrations",
	    .columns = { "version" },
	    .never = { "dirty", "inserted_at", "id", "name" },
	    .without = "ar_internal_metadata",
	    .statement = "SELECT version::text AS name" IR_MIGRATE_XMIN " FROM $T ORDER BY version" },
	{ .table = NULL },
};

const struct ir_migrate_type ir_migrate_dbmate = {
	.name = "dbmate",
	.tool = "dbmate status",
	.wants = wants,
	.read = read_one,
	.layouts = layouts,
};
