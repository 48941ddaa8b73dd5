/* knex - migrations of Knex: files in JavaScript or TypeScript, and knex_migrations */
#include "migrate/script.h"

static bool
wants(const char *path, size_t *dir)
{
	return ir_script_in_migrations(path, dir) && ir_script_stamped(ir_script_base(path), 8, "_", "js ts cjs mjs");
}

static bool
is_one(const char *bare)
{
	return ir_script_word(bare, "up") != NULL;
}

static int
read_file(struct ir_migrate_set *set, const struct ir_tree_file *file, const struct ir_tree_file *all, size_t n_all,
    struct ir_migrate_file *ret)
{
	static const struct ir_script script = { IR_SCRIPT_SLASH, is_one, ir_script_down, true,
		"code in JavaScript: not judged" };

	(void)all;
	(void)n_all;
	return ir_script_read(&script, set, file, ret);
}

/* clang-format off */
#define ROWS "SELECT id, name::text, batch::text, extract(epoch FROM migration_time)::text AS applied"
#define HELD "the lock is held: a migration runs, or one broke off"
static const struct ir_migrate_layout layouts[] = {
	{ .table = "knex_migrations", .by_columns = true, .columns = { "id", "name", "batch", "migration_time" }, .with = "knex_migrations_lock",
	    .statement = "SELECT name, batch, applied, state, error FROM (" ROWS ", NULL AS state, NULL AS error FROM $T UNION ALL "
	    "SELECT 2147483647, 'knex_migrations_lock', NULL, NULL, 'failed', '" HELD "' FROM $W WHERE is_locked::text = '1') s ORDER BY id" },
	{ .table = "knex_migrations", .by_columns = true, .columns = { "id", "name", "batch", "migration_time" },
	    .statement = ROWS " FROM $T ORDER BY id" },
	{ .table = NULL },
};
/* clang-format on */

const struct ir_migrate_type ir_migrate_knex = {
	.name = "knex",
	.tool = "npx knex migrate:list",
	.wants = wants,
	.read = read_file,
	.layouts = layouts,
	.same = ir_script_same_stem,
};
