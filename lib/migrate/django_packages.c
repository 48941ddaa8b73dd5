/* django_packages - applications that come as packages: found in the virtual environment, or among the system's packages, and their migrations read from there */
#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "migrate/django.h"

enum { PLACES = 16, ENTRIES = 5000, ROUNDS = 20, TEXTS = 32 << 20 };

struct packages {
	struct ir_migrate_set *set;
	struct ir_arena *arena;
	const char *root;
	struct ir_list places;   /* directories that packages lie in */
	struct ir_byname labels; /* applications that are in the set */
	struct ir_byname tree;   /* directories of the tree that have migrations */
	size_t bytes;
};

static bool
is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* ---- where packages lie */

static void
add_places(struct packages *p, const char *pattern)
{
	glob_t g;

	if (glob(pattern, GLOB_NOSORT, NULL, &g) == 0)
		for (size_t i = 0; i < g.gl_pathc && p->places.n < PLACES; i++)
			if (is_directory(g.gl_pathv[i]))
				ir_list_add_once(p->arena, &p->places, ir_strdup(p->arena, g.gl_pathv[i]));
	globfree(&g);
}

/* With '*', '?' and '[' in it taken for what they are. */
static const char *
quoted(struct ir_arena *arena, const char *s)
{
	struct ir_buf b;
	const char *q;

	ir_buf_init(&b, 8192);
	for (; *s; s++) {
		if (strchr("*?[\\", *s))
			ir_buf_addc(&b, '\\');
		ir_buf_addc(&b, *s);
	}
	q = ir_strndup(arena, b.data, b.len);
	ir_buf_done(&b);
	return q;
}

static bool
have_django(const struct packages *p)
{
	for (size_t i = 0; i < p->places.n; i++)
		if (is_directory(ir_asprintf(p->arena, "%s/django", p->places.v[i])))
			return true;
	return false;
}

/* Where no virtual environment has Django, the system's: another version of Django has other migrations. */
static void
find_places(struct packages *p)
{
	static const char *const below[] = { ".venv", "venv", "env" };
	static const char *const shared[] = { "/usr/local/lib/python3*/site-packages",
		"/usr/local/lib/python3*/dist-packages", "/usr/lib/python3/dist-packages",
		"/usr/lib/python3*/site-packages" };
	const char *active = getenv("VIRTUAL_ENV");

	if (active && *active)
		add_places(p, ir_asprintf(p->arena, "%s/lib/python3*/site-packages", quoted(p->arena, active)));
	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]) && *p->root; i++)
		add_places(
		    p, ir_asprintf(p->arena, "%s/%s/lib/python3*/site-packages", quoted(p->arena, p->root), below[i]));
	if (have_django(p))
		return;
	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++)
		add_places(p, shared[i]);
}

/* ---- files */

static int
read_text(struct packages *p, struct ir_tree_file *f)
{
	IR_CLOSE int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	char *text;
	ssize_t n;

	f->why = "it cannot be read";
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -1;
	f->why = "it is too long";
	if (st.st_size > IR_TREE_TEXT || p->bytes + (size_t)st.st_size > TEXTS)
		return -1;
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		ir_oom();
	while (f->n < (size_t)st.st_size && (n = read(fd, text + f->n, (size_t)st.st_size - f->n)) > 0)
		f->n += (size_t)n;
	text[f->n] = '\0';
	p->bytes += f->n;
	f->text = text;
	f->why = NULL;
	return 0;
}

static void
drop_text(struct ir_tree_file *f)
{
	free((char *)(uintptr_t)f->text);
	f->text = NULL;
}

static void
add_file(struct ir_migrate_set *set, const struct ir_migrate_file *f)
{
	if (set->n >= set->size) {
		struct ir_migrate_file *more =
		    IR_NEW_N(set->arena, struct ir_migrate_file, set->size = set->n * 2 + 64);

		if (set->n)
			memcpy(more, set->v, set->n * sizeof(*more));
		set->v = more;
	}
	set->v[set->n++] = *f;
}

static bool
is_module(const char *name)
{
	size_t n = strlen(name);

	return n > 3 && strcmp(name + n - 3, ".py") == 0 && !memchr(name, '.', n - 3) && *name != '_' && *name != '~';
}

static void
read_migration(struct packages *p, const char *dir, const char *name, const char *label)
{
	struct ir_tree_file f = { .path = ir_asprintf(p->arena, "%s/migrations/%s", dir, name) };
	struct ir_migrate_file file = { .path = f.path };

	read_text(p, &f);
	if (ir_django_read_file(p->set, &f, dir, &file) && p->set->n < IR_MIGRATE_FILES) {
		file.app = label;
		add_file(p->set, &file);
	}
	drop_text(&f);
}

/* Its migrations, into the set. false: it has none. */
static bool
read_app(struct packages *p, const char *found, const char *label)
{
	const char *dir = ir_strdup(p->set->arena, found);
	DIR *d = opendir(ir_asprintf(p->arena, "%s/migrations", dir));
	size_t left = ENTRIES, before = p->set->n;

	if (!d)
		return false;
	for (struct dirent *e; left > 0 && (e = readdir(d)); left--)
		if (is_module(e->d_name))
			read_migration(p, dir, e->d_name, label);
	closedir(d);
	ir_byname_put(p->arena, &p->labels, label, p);
	return p->set->n > before;
}

/* ---- applications */

/* Where a dotted name's directory is; NULL: nowhere. */
static const char *
find_package(struct packages *p, const char *module)
{
	char *below = ir_strdup(p->arena, module);

	if (strchr(below, '/') || !*below || *below == '.')
		return NULL;
	for (char *c = below; *c; c++)
		if (*c == '.')
			*c = '/';
	for (size_t i = 0; i < p->places.n; i++) {
		const char *dir = ir_asprintf(p->arena, "%s/%s", p->places.v[i], below);

		if (is_directory(dir))
			return dir;
	}
	return NULL;
}

static const char *
last_part(const char *dotted)
{
	const char *dot = strrchr(dotted, '.');

	return dot ? dot + 1 : dotted;
}

static const char *
without_last(struct ir_arena *arena, const char *dotted)
{
	const char *dot = strrchr(dotted, '.');

	return dot ? ir_strndup(arena, dotted, (size_t)(dot - dotted)) : NULL;
}

/* What apps.py of a package says. */
static void
read_config(struct packages *p, const char *dir)
{
	struct ir_tree_file f = { .path = ir_asprintf(p->arena, "%s/apps.py", dir) };

	if (!ir_byname_at(p->arena, &ir_django(p->set)->configs, dir, false) && read_text(p, &f) == 0) {
		ir_django_read_apps(p->set, &f, ir_strdup(p->set->arena, dir));
		drop_text(&f);
	}
}

/* Its class, or of several the one that says a label. */
static const struct ir_django_config *
config_of(struct packages *p, const char *dir, const char *class)
{
	for (const struct ir_django_config *c = ir_byname(&ir_django(p->set)->configs, dir); c; c = c->next)
		if (class ? strcmp(c->name, class) == 0 : c->label != NULL)
			return c;
	return NULL;
}

/* Does a directory of the tree, relative to one of the places that the settings lie below, hold that module? */
static const char *
in_tree(struct packages *p, const char *module)
{
	struct ir_django *d = ir_django(p->set);
	char *below = ir_strdup(p->arena, module);

	for (char *c = below; *c; c++)
		if (*c == '.')
			*c = '/';
	for (size_t i = 0; i < d->settings.n && i < PLACES; i++) {
		char *base = ir_strdup(p->arena, d->settings.v[i]);

		for (int up = 0; up < IR_TREE_DEPTH; up++) {
			const char *dir = *base ? ir_asprintf(p->arena, "%s/%s", base, below) : below;
			char *slash = strrchr(base, '/');

			if (ir_byname(&p->tree, dir) || ir_byname_at(p->arena, &d->configs, dir, false) ||
			    (*p->root && is_directory(ir_asprintf(p->arena, "%s/%s", p->root, dir))))
				return dir;
			if (!*base)
				break;
			*(slash ? slash : base) = '\0';
		}
	}
	return NULL;
}

static void
add_foreign(struct packages *p, const char *label)
{
	if (!ir_byname(&p->labels, label))
		ir_list_add_once(p->set->arena, &p->set->foreign, ir_strdup(p->set->arena, label));
}

static const char *find_app(struct packages *, const char *entry, const char **label, int depth);

/* "shop.apps.ShopConfig" is of "shop.apps", or of "shop". */
static bool
is_class(const char *entry)
{
	const char *last = last_part(entry);

	return last != entry && *last >= 'A' && *last <= 'Z';
}

/* A configuration of one's own, of an application that lies elsewhere: by its name, or by the class that it is made of. */
static const char *
find_configured(struct packages *p, const struct ir_django_config *c, const char *entry, const char **label, int depth)
{
	if (!c)
		return NULL;
	if (c->module && strcmp(c->module, entry) != 0 && !is_class(c->module))
		return find_app(p, c->module, label, depth + 1);
	if (!c->module && c->base && strcmp(last_part(c->base), "AppConfig") != 0)
		return find_app(p, c->base, label, depth + 1);
	return NULL;
}

/* The directory of an entry of INSTALLED_APPS among packages; "" : it is in the tree; NULL: nowhere. */
static const char *
find_app(struct packages *p, const char *entry, const char **label, int depth)
{
	const char *module = is_class(entry) ? without_last(p->arena, entry) : entry, *dir = NULL, *package = NULL,
		   *other;
	const struct ir_django_config *c;

	for (int up = 0; module && up < (is_class(entry) ? 2 : 1) && !dir && !package; up++) {
		module = up ? without_last(p->arena, module) : module;
		dir = module ? in_tree(p, module) : NULL;
		package = dir || !module ? NULL : find_package(p, module);
	}
	*label = last_part(module ? module : entry);
	if (!dir && !package)
		return NULL;
	if (package)
		read_config(p, package);
	c = config_of(p, dir ? dir : package, is_class(entry) ? last_part(entry) : NULL);
	other = is_class(entry) && depth < 4 ? find_configured(p, c, module, label, depth) : NULL;
	if (other)
		return other;
	*label = c && c->label ? c->label : last_part(module);
	return dir ? "" : package;
}

static void
take_app(struct packages *p, const char *entry)
{
	const char *label, *dir = find_app(p, entry, &label, 0);
	const struct ir_django *d = ir_django(p->set);

	if (ir_list_has(&d->elsewhere, label) || !dir)
		add_foreign(p, label);
	else if (*dir && !ir_byname(&p->labels, label))
		read_app(p, dir, ir_strdup(p->set->arena, label));
}

/* ---- what dependencies name */

static void
take_named(struct packages *p, const char *key)
{
	const char *label = ir_strndup(p->arena, key, strcspn(key, "\1")), *dir;
	bool said = ir_django(p->set)->apps.n > 0;

	if (*label == '@')
		label =
		    strcmp(label, "@AUTH_USER_MODEL") == 0 && !ir_byname(&ir_django(p->set)->models, "AUTH_USER_MODEL")
			? "auth"
			: "";
	if (!*label || ir_byname(&p->labels, label) || ir_list_has(&p->set->foreign, label))
		return;
	dir = find_package(p, ir_asprintf(p->arena, "django.contrib.%s", label));
	if (!dir && !said)
		dir = find_package(p, label);
	if (!dir || (said && ir_django(p->set)->apps_whole) || !read_app(p, dir, ir_strdup(p->set->arena, label)))
		add_foreign(p, label);
}

static void
take_dependencies(struct packages *p)
{
	for (size_t i = 0; i < p->set->n; i++) /* which grows */
		for (size_t k = 0; k < p->set->v[i].after.n; k++)
			take_named(p, p->set->v[i].after.v[k]);
}

static void
know_tree(struct packages *p)
{
	for (size_t i = 0; i < p->set->n; i++) {
		const struct ir_django_file *f = ir_byname(&ir_django(p->set)->files, p->set->v[i].path);

		ir_byname_put(p->arena, &p->labels, p->set->v[i].app, p);
		if (f)
			ir_byname_put(p->arena, &p->tree, f->dir, p);
	}
}

void
ir_django_beyond(struct ir_migrate_set *set, const char *root)
{
	static const char *const contrib[] = { "admin", "auth", "contenttypes", "sessions", "sites", "flatpages",
		"redirects" };
	struct ir_arena scratch = { 0 };
	struct packages p = { .set = set, .arena = &scratch, .root = root ? root : "" };
	const struct ir_django *d = ir_django(set);

	ir_django_settle(set);
	if (set->n == 0 && d->apps.n == 0)
		return;
	know_tree(&p);
	find_places(&p);
	for (size_t i = 0; i < d->apps.n; i++)
		take_app(&p, d->apps.v[i]);
	take_dependencies(&p);
	for (size_t i = 0; i < sizeof(contrib) / sizeof(contrib[0]) && d->apps.n == 0; i++)
		add_foreign(&p, contrib[i]);
	ir_arena_done(&scratch);
}
