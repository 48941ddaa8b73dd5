/* laravel - migrations of Laravel: files in PHP, and the table migrations */
#include "base/clock.h"
#include "migrate/script.h"

enum { STAMP = 17 }; /* 2026_01_31_120000 */

static bool
is_stamped(const char *base)
{
	static const char form[] = "dddd_dd_dd_dddddd_";

	for (size_t i = 0; form[i]; i++)
		if (form[i] == '_' ? base[i] != '_' : base[i] < '0' || base[i] > '9')
			return false;
	return true;
}

static bool
wants(const char *path, size_t *dir)
{
	const char *base = ir_script_base(path);

	return ir_script_in_migrations(path, dir) && is_stamped(base) &&
	       strcmp(base + ir_script_stem(base), ".php") == 0;
}

static int64_t
written(const char *base)
{
	char figures[15];
	size_t n = 0;

	for (size_t i = 0; i < STAMP; i++)
		if (base[i] != '_')
			figures[n++] = base[i];
	return ir_migrate_stamp(figures, n);
}

static bool
is_one(const char *bare)
{
	return ir_script_word(bare, "Migration") != NULL;
}

static int
read_file(struct ir_migrate_set *set, const struct ir_tree_file *file, const struct ir_tree_file *all, size_t n_all,
    struct ir_migrate_file *ret)
{
	static const struct ir_script script = { IR_SCRIPT_SLASH | IR_SCRIPT_HASH, is_one, ir_script_down, true,
		"code in PHP: not judged" };

	(void)all;
	(void)n_all;
	if (!ir_script_read(&script, set, file, ret))
		return 0;
	ret->written_ms = written(ret->name);
	ret->name = ir_strndup(set->arena, ret->name, ir_script_stem(ret->name));
	ret->title = ir_script_words(set->arena, ret->name + STAMP, strlen(ret->name) - STAMP);
	return 1;
}

static const struct ir_migrate_layout layouts[] = {
	{ .table = "migrations",
	    .columns = { "id", "migration", "batch" },
	    .never = { "timestamp" },
	    .statement = "SELECT migration::text AS name, batch::text" IR_MIGRATE_XMIN " FROM $T ORDER BY batch, id" },
	{ .table = NULL },
};

const struct ir_migrate_type ir_migrate_laravel = {
	.name = "laravel",
	.tool = "php artisan migrate:status",
	.wants = wants,
	.read = read_file,
	.layouts = layouts,
};
