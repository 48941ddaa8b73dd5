/* rails - Rails' Active Record: db/migrate/20260101120000_add_x.rb */
#include <string.h>

#include "migrate/numbered.h"
#include "migrate/rails.h"

/* db/migrate, an engine's own, and db/animals_migrate of a second database. */
static bool
wants(const char *path, size_t *dir)
{
	struct ir_numbered n;
	size_t from;

	if (!ir_numbered(path, ".rb", '_', &n) || n.dir < 7 || memcmp(path + n.dir - 7, "migrate", 7) != 0)
		return false;
	from = ir_numbered_dir(path, n.dir);
	if (n.dir - from != (from ? 8u : 7u) && path[n.dir - 8] != '_')
		return false;
	*dir = n.dir;
	return true;
}

static int
read_one(struct ir_migrate_set *set, const struct ir_tree_file *f, const struct ir_tree_file *all, size_t n_all,
    struct ir_migrate_file *ret)
{
	struct ir_numbered n;
	const char *scope;

	(void)all, (void)n_all;
	if (!ir_numbered(f->path, ".rb", '_', &n))
		return 0;
	/* "create_x.blorgh": one that came with an engine */
	scope = memchr(n.words, '.', n.n_words);
	ret->app = "";
	ret->name = ir_numbered_name(set->arena, n.digits, n.n_digits);
	ret->title = ir_numbered_title(set->arena, n.words, scope ? (size_t)(scope - n.words) : n.n_words);
	ret->written_ms = ir_migrate_stamp(n.digits, n.n_digits);
	if (f->text)
		rails_judge(set->arena, f->text, f->n, &ret->judgement);
	else
		ir_migrate_unread(ret, f);
	return 1;
}

static const struct ir_migrate_layout layouts[] = {
	{ .table = "schema_migrations",
	    .columns = { "version" },
	    .never = { "dirty", "inserted_at" },
	    .with = "ar_internal_metadata",
	    .statement =
		"SELECT version::text AS name" IR_MIGRATE_XMIN " FROM $T ORDER BY length(version::text), version" },
	{ .table = NULL },
};

const struct ir_migrate_type ir_migrate_rails = {
	.name = "rails",
	.tool = "bin/rails db:migrate:status",
	.wants = wants,
	.read = read_one,
	.order = ir_numbered_order,
	.layouts = layouts,
};
