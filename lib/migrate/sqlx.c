/* sqlx - Rust's sqlx: numbered files of SQL in a directory called migrations */
#include <string.h>

#include "migrate/numbered.h"
#include "migrate/sha384.h"

/*
 * Files that go both ways (.up.sql, .down.sql) look as golang-migrate's do: its type takes them, and has this one as its twin. A plain numbered file is ours when nothing
 * in it is another tool's.
 */
static bool
wants(const char *path, size_t *dir)
{
	struct ir_numbered n;
	size_t len = strlen("migrations");

	if (!ir_numbered(path, ".sql", '_', &n) || n.dir < len || memcmp(path + n.dir - len, "migrations", len) != 0 ||
	    (n.dir > len && path[n.dir - len - 1] != '/'))
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
	if (ir_numbered_ends(f->path, ".up.sql") || ir_numbered_ends(f->path, ".down.sql") ||
	    !ir_numbered(f->path, ".sql", '_', &n) || strspn(n.digits, "0") >= n.n_digits)
		return 0;
	if (ir_migrate_is_marked(f, "+goose") || ir_migrate_is_marked(f, "migrate:") ||
	    ir_migrate_is_marked(f, "+migrate"))
		return 0;
	ret->app = "";
	ret->name = ir_numbered_name(set->arena, n.digits, n.n_digits);
	ret->title = ir_numbered_title(set->arena, n.words, n.n_words);
	ret->written_ms = ir_migrate_stamp(n.digits, n.n_digits);
	if (!f->text) {
		ir_migrate_unread(ret, f);
		return 1;
	}
	ret->checksum = ir_sha384_hex(set->arena, f->text, f->n);
	ir_migrate_judge_sql(set->arena, f->text, f->n, 1, &ret->judgement);
	ret->judgement.reversible = 0;
	return 1;
}

static const struct ir_migrate_layout layouts[] = {
	{ .table = "_sqlx_migrations",
	    .by_columns = true,
	    .columns = { "version", "description", "installed_on", "success", "checksum", "execution_time" },
	    .never = { "installed_rank", "script" },
	    .statement =
		"SELECT version::text AS name, description AS title, encode(checksum, 'hex') AS checksum, "
		"extract(epoch FROM installed_on)::text AS applied, CASE WHEN success THEN 'applied' ELSE 'failed' "
		"END AS state FROM $T ORDER BY installed_on, version" },
	{ .table = NULL },
};

const struct ir_migrate_type ir_migrate_sqlx = {
	.name = "sqlx",
	.tool = "sqlx migrate info",
	.wants = wants,
	.read = read_one,
	.order = ir_numbered_order,
	.layouts = layouts,
};
