/* goose - Go's goose: numbered files of SQL with "-- +goose Up" in them, or of Go */
#include <string.h>

#include "migrate/numbered.h"

static bool
wants(const char *path, size_t *dir)
{
	struct ir_numbered n;

	if (ir_numbered_ends(path, ".up.sql") || ir_numbered_ends(path, ".down.sql") ||
	    ir_numbered_ends(path, "_test.go") ||
	    (!ir_numbered(path, ".sql", '_', &n) && !ir_numbered(path, ".go", '_', &n)))
		return false;
	*dir = n.dir;
	return true;
}

/* A program; it is not run, and not understood. */
static int
read_go(const struct ir_tree_file *f, struct ir_migrate_file *ret)
{
	if (!f->text || !memmem(f->text, f->n, "goose.", 6))
		return 0;
	ir_migrate_worsen(&ret->judgement, IR_MIGRATE_UNKNOWN, "a program in Go: what it does is not known", 1);
	ret->judgement.reversible = -1;
	return 1;
}

static int
read_sql(struct ir_migrate_set *set, const struct ir_tree_file *f, struct ir_migrate_file *ret)
{
	/* What cannot be read is taken where others of its directory were. */
	if (!f->text && set->n == 0)
		return 0;
	if (!f->text)
		ir_migrate_unread(ret, f);
	else if (!ir_migrate_is_marked(f, "+goose"))
		return 0;
	else
		ir_migrate_judge_marked(set->arena, f, "+goose", &ret->judgement);
	return 1;
}

static int
read_one(struct ir_migrate_set *set, const struct ir_tree_file *f, const struct ir_tree_file *all, size_t n_all,
    struct ir_migrate_file *ret)
{
	struct ir_numbered n;
	bool go = ir_numbered(f->path, ".go", '_', &n);

	(void)all, (void)n_all;
	if (!go && !ir_numbered(f->path, ".sql", '_', &n))
		return 0;
	ret->app = "";
	ret->name = ir_numbered_name(set->arena, n.digits, n.n_digits);
	ret->title = ir_numbered_title(set->arena, n.words, n.n_words);
	ret->written_ms = ir_migrate_stamp(n.digits, n.n_digits);
	return go ? read_go(f, ret) : read_sql(set, f, ret);
}

/* Older ones add a row when they go down, newer ones take the row away: of a version the newest row counts. Version 0 is the table's own. */
static const struct ir_migrate_layout layouts[] = {
	{ .table = "goose_db_version",
	    .by_columns = true,
	    .columns = { "id", "version_id", "is_applied", "tstamp" },
	    .statement =
		"SELECT version_id::text AS name, CASE WHEN is_applied THEN 'applied' ELSE 'undone' END AS state, "
		"extract(epoch FROM tstamp)::text AS applied FROM (SELECT DISTINCT ON (version_id) version_id, "
		"is_applied, "
		"tstamp, id FROM $T WHERE version_id <> 0 ORDER BY version_id, id DESC) s ORDER BY id" },
	{ .table = NULL },
};

const struct ir_migrate_type ir_migrate_goose = {
	.name = "goose",
	.tool = "goose status",
	.wants = wants,
	.read = read_one,
	.order = ir_numbered_order,
	.layouts = layouts,
};
