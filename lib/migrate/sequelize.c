/* sequelize - migrations of Sequelize: files in JavaScript, and SequelizeMeta, which only has their names */
#include "migrate/script.h"

static bool
wants(const char *path, size_t *dir)
{
	return ir_script_in_migrations(path, dir) && ir_script_stamped(ir_script_base(path), 8, "-_", "js ts cjs mjs");
}

/* What its migrations are handed; by any other name they cannot be told from Knex's. */
static bool
is_one(const char *bare)
{
	return ir_script_word(bare, "up") &&
	       (ir_script_word(bare, "queryInterface") || ir_script_word(bare, "QueryInterface"));
}

static int
read_file(struct ir_migrate_set *set, const struct ir_tree_file *file, const struct ir_tree_file *all, size_t n_all,
    struct ir_migrate_file *ret)
{
	static const struct ir_script script = { IR_SCRIPT_SLASH, is_one, ir_script_down, false,
		"code in JavaScript: not judged" };

	(void)all;
	(void)n_all;
	return ir_script_read(&script, set, file, ret);
}

/* With another table of the tool's, whose columns are its own, it may be called otherwise; with only a column "name" it may not. */
static const struct ir_migrate_layout layouts[] = {
	{ .table = "SequelizeMeta",
	    .columns = { "name" },
	    .statement = "SELECT name::text" IR_MIGRATE_XMIN " FROM $T ORDER BY name" },
	{ .table = NULL },
};

const struct ir_migrate_type ir_migrate_sequelize = {
	.name = "sequelize",
	.tool = "npx sequelize-cli db:migrate:status",
	.wants = wants,
	.read = read_file,
	.layouts = layouts,
	.same = ir_script_same_stem,
};
