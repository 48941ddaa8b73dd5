/* diesel - Rust's Diesel: a directory a migration, with up.sql and down.sql in it */
#include <string.h>

#include "migrate/numbered.h"

/* "2023-05-01-120000_create_users": where the directory's name is, and how long what counts of it. */
struct dir_name {
	size_t dir;
	const char *name, *words;
	size_t n_version, n_words;
};

/* Hasura has the same files, numbered by 13 digits of milliseconds; those are not ours. */
static bool
dir_name(const char *path, struct dir_name *ret)
{
	size_t inner = ir_numbered_dir(path, strlen(path)), n;

	if (inner == 0)
		return false;
	ret->dir = ir_numbered_dir(path, inner);
	ret->name = path + ret->dir + (path[ret->dir] == '/');
	n = (size_t)(path + inner - ret->name);
	ret->n_version = strspn(ret->name, "0123456789-");
	ret->words = ret->name + ret->n_version + (ret->name[ret->n_version] == '_');
	if (ret->n_version == 0 || ret->n_version > 50 || ret->n_version > n || *ret->name == '-' ||
	    strspn(ret->name, "0123456789") == 13 || (ret->n_version < n && ret->name[ret->n_version] != '_'))
		return false;
	ret->n_words = ret->words < path + inner ? (size_t)(path + inner - ret->words) : 0;
	return true;
}

static bool
wants(const char *path, size_t *dir)
{
	struct dir_name d;

	if ((!ir_numbered_ends(path, "/up.sql") && !ir_numbered_ends(path, "/down.sql")) || !dir_name(path, &d))
		return false;
	*dir = d.dir;
	return true;
}

/* The version is what comes before the first '_', without any '-'. */
static const char *
version(struct ir_arena *arena, const struct dir_name *d)
{
	char *s = ir_strndup(arena, d->name, d->n_version), *to = s;

	for (const char *from = s; *from; from++)
		if (*from != '-')
			*to++ = *from;
	*to = '\0';
	return s;
}

static int
read_one(struct ir_migrate_set *set, const struct ir_tree_file *f, const struct ir_tree_file *all, size_t n_all,
    struct ir_migrate_file *ret)
{
	struct dir_name d;
	const char *down;

	if (!ir_numbered_ends(f->path, "/up.sql") || !dir_name(f->path, &d))
		return 0;
	ret->app = "";
	ret->name = version(set->arena, &d);
	ret->title = ir_numbered_title(set->arena, d.words, d.n_words);
	ret->written_ms = ir_migrate_stamp(ret->name, strlen(ret->name) < 14 ? strlen(ret->name) : 14);
	if (f->text)
		ir_migrate_judge_sql(set->arena, f->text, f->n, 1, &ret->judgement);
	else
		ir_migrate_unread(ret, f);
	down = ir_asprintf(set->arena, "%.*s/down.sql", (int)ir_numbered_dir(f->path, strlen(f->path)), f->path);
	ret->judgement.reversible = ir_sql_says_something(ir_beside(all, n_all, down, true));
	return 1;
}

static const struct ir_migrate_layout layouts[] = {
	{ .table = "__diesel_schema_migrations",
	    .columns = { "version", "run_on" },
	    .statement = "SELECT version::text AS name, extract(epoch FROM run_on)::text AS applied FROM $T ORDER BY "
			 "run_on, version" },
	{ .table = NULL },
};

const struct ir_migrate_type ir_migrate_diesel = {
	.name = "diesel",
	.tool = "diesel migration list",
	.wants = wants,
	.read = read_one,
	.layouts = layouts,
};
