/* django - Django's migrations: which files, which table */
#include "migrate/django.h"

struct ir_django *
ir_django(struct ir_migrate_set *set)
{
	if (!set->priv) {
		struct ir_django *d = IR_NEW(set->arena, struct ir_django);

		d->apps_whole = true;
		set->priv = d;
	}
	return set->priv;
}

/* The last part of a path, and its length without ".py"; NULL: it is no module. */
static const char *
module_name(const char *path, size_t *n)
{
	const char *slash = strrchr(path, '/'), *s = slash ? slash + 1 : path;
	size_t len = strlen(s);

	if (len < 4 || strcmp(s + len - 3, ".py") != 0)
		return NULL;
	*n = len - 3;
	return memchr(s, '.', *n) ? NULL : s;
}

/* Is the directory that holds base called name? */
static bool
lies_in(const char *path, const char *base, const char *name)
{
	size_t n = strlen(name);
	const char *from = base - 1 - n;

	return (size_t)(base - path) > n && memcmp(from, name, n) == 0 && (from == path || from[-1] == '/');
}

static bool
is_migration(const char *path)
{
	size_t n;
	const char *base = module_name(path, &n);

	return base && *base != '_' && *base != '~' && lies_in(path, base, "migrations");
}

static bool
is_settings(const char *path)
{
	size_t n;
	const char *base = module_name(path, &n);

	return base && (strcmp(base, "settings.py") == 0 || lies_in(path, base, "settings"));
}

static bool
is_apps(const char *path)
{
	size_t n;
	const char *base = module_name(path, &n);

	return base && strcmp(base, "apps.py") == 0;
}

/* All of a tree is one project: an application may be needed by any other. */
static bool
wants(const char *path, size_t *dir)
{
	*dir = 0;
	return is_migration(path) || is_settings(path) || is_apps(path);
}

/* The directory above the last `up` parts of a path; "" : the top. */
static const char *
above(struct ir_arena *arena, const char *path, int up)
{
	size_t n = strlen(path);

	for (; up > 0 && n > 0; up--)
		while (n > 0 && path[--n] != '/')
			;
	return ir_strndup(arena, path, n);
}

static int
read_one(struct ir_migrate_set *set, const struct ir_tree_file *f, const struct ir_tree_file *all, size_t n_all,
    struct ir_migrate_file *ret)
{
	(void)all, (void)n_all;
	if (is_migration(f->path))
		return ir_django_read_file(set, f, above(set->arena, f->path, 2), ret);
	if (f->text && is_settings(f->path))
		ir_django_read_settings(set, f, above(set->arena, f->path, 1));
	else if (f->text)
		ir_django_read_apps(set, f, above(set->arena, f->path, 1));
	return 0;
}

/* The label that an application in the tree has: as its apps.py says, else its directory's name. */
static const char *
label_of(struct ir_migrate_set *set, const char *dir)
{
	const struct ir_django_config *c = ir_byname(&ir_django(set)->configs, dir);
	const char *slash = strrchr(dir, '/'), *dot;

	for (const struct ir_django_config *i = c; i; i = i->next)
		if (i->label)
			return i->label;
	if (*dir)
		return slash ? slash + 1 : dir;
	for (; c; c = c->next)
		if (c->module)
			return (dot = strrchr(c->module, '.')) ? dot + 1 : c->module;
	return "";
}

/* Does a dotted name have that part? */
static bool
has_part(const char *dotted, const char *part)
{
	size_t n = strlen(part);

	for (const char *s = dotted; s; s = strchr(s, '.'), s += s != NULL)
		if (strncmp(s, part, n) == 0 && (s[n] == '.' || !s[n]))
			return true;
	return false;
}

/* Whether INSTALLED_APPS could mean the application in that directory. */
static bool
installed(const struct ir_django *d, const char *dir, const char *label)
{
	const char *slash = strrchr(dir, '/'), *base = slash ? slash + 1 : dir;

	if (!d->apps_said || !d->apps_whole || !*base)
		return true;
	for (size_t i = 0; i < d->apps.n; i++)
		if (has_part(d->apps.v[i], base) || has_part(d->apps.v[i], label))
			return true;
	return false;
}

void
ir_django_settle(struct ir_migrate_set *set)
{
	struct ir_django *d = ir_django(set);
	size_t n = 0;

	if (d->settled)
		return;
	d->settled = true;
	for (size_t i = 0; i < set->n; i++) {
		const struct ir_django_file *f = ir_byname(&d->files, set->v[i].path);
		struct ir_migrate_file keep = set->v[i];

		if (!f)
			continue;
		keep.app = label_of(set, f->dir);
		if (installed(d, f->dir, keep.app))
			set->v[n++] = keep;
	}
	set->n = n;
}

static const struct ir_migrate_layout layouts[] = {
	{ .table = "django_migrations",
	    .columns = { "id", "app", "name", "applied", NULL },
	    .statement = "SELECT app, name, extract(epoch FROM applied) AS applied FROM $T ORDER BY id" },
	{ .table = NULL },
};

const struct ir_migrate_type ir_migrate_django = {
	.name = "django",
	.tool = "manage.py showmigrations --plan",
	.wants = wants,
	.read = read_one,
	.beyond = ir_django_beyond,
	.order = ir_django_order,
	.layouts = layouts,
};
