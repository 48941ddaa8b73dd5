/* ecto - migrations of Ecto: scripts in Elixir, and schema_migrations with the time of each */
#include "migrate/script.h"

static bool
wants(const char *path, size_t *dir)
{
	return ir_script_in_migrations(path, dir) && ir_script_stamped(ir_script_base(path), 1, "_", "exs");
}

/* change() is undone by itself, but for what it executes. */
static int
reversible(const char *bare)
{
	if (ir_script_word(bare, "down"))
		return 1;
	if (ir_script_word(bare, "change"))
		return ir_script_word(bare, "execute") ? -1 : 1;
	return ir_script_word(bare, "up") ? 0 : -1;
}

static bool
is_one(const char *bare)
{
	return ir_script_word(bare, "defmodule") != NULL;
}

static int
read_file(struct ir_migrate_set *set, const struct ir_tree_file *file, const struct ir_tree_file *all, size_t n_all,
    struct ir_migrate_file *ret)
{
	static const struct ir_script script = { IR_SCRIPT_HASH, is_one, reversible, true,
		"code in Elixir: not judged" };
	size_t figures, zeros;

	(void)all;
	(void)n_all;
	if (!ir_script_read(&script, set, file, ret))
		return 0;
	figures = strspn(ret->name, "0123456789");
	zeros = strspn(ret->name, "0");
	zeros -= zeros == figures;
	ret->name = ir_strndup(set->arena, ret->name + zeros, figures - zeros);
	return 1;
}

static int
by_number(const void *va, const void *vb)
{
	const struct ir_migrate_file *a = va, *b = vb;
	size_t na = strlen(a->name), nb = strlen(b->name);

	if (na != nb)
		return na < nb ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void
order(struct ir_migrate_set *set)
{
	qsort(set->v, set->n, sizeof(set->v[0]), by_number);
}

static const struct ir_migrate_layout layouts[] = {
	{ .table = "schema_migrations",
	    .columns = { "version", "inserted_at" },
	    .never = { "dirty", "name", "applied_at" },
	    .statement = "SELECT version::text AS name, extract(epoch FROM inserted_at)::text AS applied FROM $T ORDER "
			 "BY version" },
	{ .table = NULL },
};

const struct ir_migrate_type ir_migrate_ecto = {
	.name = "ecto",
	.tool = "mix ecto.migrations",
	.wants = wants,
	.read = read_file,
	.order = order,
	.layouts = layouts,
};
