/* prisma - Prisma: a directory a migration, with migration.sql in it, and migration_lock.toml beside them */
#include <string.h>

#include "base/hash.h"
#include "migrate/numbered.h"

static bool
wants(const char *path, size_t *dir)
{
	size_t inner = ir_numbered_dir(path, strlen(path));

	if (strcmp(path, "migration_lock.toml") == 0 || ir_numbered_ends(path, "/migration_lock.toml")) {
		*dir = inner;
		return true;
	}
	if (!ir_numbered_ends(path, "/migration.sql"))
		return false;
	*dir = ir_numbered_dir(path, inner);
	return true;
}

static const char *
in_dir(struct ir_arena *arena, const char *path, size_t dir, const char *name)
{
	return ir_asprintf(arena, "%.*s%s%s", (int)dir, path, dir ? "/" : "", name);
}

static int
read_one(struct ir_migrate_set *set, const struct ir_tree_file *f, const struct ir_tree_file *all, size_t n_all,
    struct ir_migrate_file *ret)
{
	size_t inner = ir_numbered_dir(f->path, strlen(f->path)), dir = ir_numbered_dir(f->path, inner), digits;
	const char *name = f->path + dir + (f->path[dir] == '/'), *words;

	if (!ir_numbered_ends(f->path, "/migration.sql") ||
	    !ir_beside(all, n_all, in_dir(set->arena, f->path, dir, "migration_lock.toml"), true))
		return 0;
	ret->app = "";
	ret->name = ir_strndup(set->arena, name, (size_t)(f->path + inner - name));
	digits = strspn(ret->name, "0123456789");
	words = ret->name + digits + (ret->name[digits] == '_');
	ret->title = ir_numbered_title(set->arena, words, strlen(words));
	ret->written_ms = ir_migrate_stamp(ret->name, digits);
	if (!f->text) {
		ir_migrate_unread(ret, f);
		return 1;
	}
	ret->checksum = ir_sha256_hex(f->text, f->n, ir_arena_alloc(set->arena, IR_SHA_HEX));
	ir_migrate_judge_sql(set->arena, f->text, f->n, 1, &ret->judgement);
	ret->judgement.reversible = 0; /* it has no way back */
	return 1;
}

/* A migration that failed and was begun again has several rows: the newest counts. */
static const struct ir_migrate_layout layouts[] = {
	{ .table = "_prisma_migrations",
	    .columns = { "id", "checksum", "finished_at", "migration_name", "logs", "rolled_back_at", "started_at" },
	    .statement = "SELECT migration_name AS name, checksum, CASE WHEN rolled_back_at IS NOT NULL THEN 'undone' "
			 "WHEN finished_at "
			 "IS NULL THEN 'failed' ELSE 'applied' END AS state, CASE WHEN finished_at IS NULL THEN "
			 "left(logs, 2000) END AS "
			 "error, extract(epoch FROM coalesce(finished_at, rolled_back_at, started_at))::text AS "
			 "applied FROM (SELECT "
			 "DISTINCT ON (migration_name) * FROM $T ORDER BY migration_name, started_at DESC) s ORDER BY "
			 "started_at, "
			 "migration_name" },
	{ .table = NULL },
};

const struct ir_migrate_type ir_migrate_prisma = {
	.name = "prisma",
	.tool = "prisma migrate status",
	.wants = wants,
	.read = read_one,
	.layouts = layouts,
};
