/* compose - which compose files make the project of a directory */
#include "conf/compose.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/file.h"

enum { COMPOSE_MAX = 1 << 20, NAMES = 4 };

/* In the order in which compose v2 prefers them; 1.29 knows the same names and warns when there are two. */
static const char *const file_names[NAMES] = { "compose.yaml", "compose.yml", "docker-compose.yml",
	"docker-compose.yaml" };
static const char *const override_names[NAMES] = { "compose.override.yml", "compose.override.yaml",
	"docker-compose.override.yml", "docker-compose.override.yaml" };

void
ir_compose_note(struct ir_arena *arena, struct ir_compose *c, const char *fmt, ...)
{
	va_list ap;
	const char *text;

	va_start(ap, fmt);
	text = ir_vasprintf(arena, fmt, ap);
	va_end(ap);
	/* a file of a thousand such services is told by its first ones */
	if (!c->note)
		c->note = text;
	else if (strlen(c->note) < 400)
		c->note = ir_asprintf(arena, "%s; %s", c->note, text);
}

const char *
ir_compose_normalize(struct ir_arena *arena, const char *name)
{
	char *out = ir_strdup(arena, name), *o = out;

	for (const char *s = name; *s; s++) {
		char c = *s >= 'A' && *s <= 'Z' ? (char)(*s + 'a' - 'A') : *s;

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (o > out && (c == '-' || c == '_')))
			*o++ = c;
	}
	*o = '\0';
	return *out ? out : "default";
}

/* The path from dir, without "." and ".." in it, as compose writes it into labels. dir is absolute. */
static const char *
absolute(struct ir_arena *arena, const char *dir, const char *path)
{
	char *out = *path == '/' ? ir_strdup(arena, path) : ir_asprintf(arena, "%s/%s", dir, path), *o = out, *s = out;

	while (*s) {
		size_t n = strcspn(s, "/");

		if (n == 2 && memcmp(s, "..", 2) == 0) {
			while (o > out && *--o != '/')
				;
		} else if (n && !(n == 1 && *s == '.')) {
			*o++ = '/';
			memmove(o, s, n);
			o += n;
		}
		s += n + (s[n] == '/');
	}
	if (o == out)
		*o++ = '/';
	*o = '\0';
	return out;
}

static const char *
parent(struct ir_arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == path ? "/" : ir_strndup(arena, path, (size_t)(slash - path));
}

static const char *
first_there(struct ir_arena *arena, const char *dir, const char *const *names)
{
	for (size_t i = 0; i < NAMES; i++) {
		const char *path = absolute(arena, dir, names[i]);

		if (access(path, F_OK) == 0)
			return path;
	}
	return NULL;
}

/* The paths in COMPOSE_FILE, relative to dir. */
static void
split_files(struct ir_arena *arena, struct ir_compose *c, const char *dir, const char *list)
{
	const char *sep = ir_compose_var(arena, dir, "COMPOSE_PATH_SEPARATOR");
	size_t n, skip = sep && *sep ? strlen(sep) : 1;

	if (!sep || !*sep)
		sep = ":";
	for (;; list += n + skip) {
		const char *next = strstr(list, sep);

		n = next ? (size_t)(next - list) : strlen(list);
		if (n == 1 && *list == '-')
			ir_compose_note(arena, c, "COMPOSE_FILE names standard input, which is not read");
		else if (n)
			ir_list_add(arena, &c->files, absolute(arena, dir, ir_strndup(arena, list, n)));
		if (!next)
			return;
	}
}

/* The files that a directory itself has. */
static bool
files_in(struct ir_arena *arena, struct ir_compose *c, const char *dir, const char *list)
{
	const char *main_file, *more;

	if (!list)
		list = ir_dotenv(arena, absolute(arena, dir, ".env"), "COMPOSE_FILE");
	if (list && *list) {
		split_files(arena, c, dir, list);
		return true;
	}
	main_file = first_there(arena, dir, file_names);
	if (!main_file)
		return false;
	ir_list_add(arena, &c->files, main_file);
	more = first_there(arena, dir, override_names);
	if (more)
		ir_list_add(arena, &c->files, more);
	return true;
}

static bool
find_files(struct ir_arena *arena, struct ir_compose *c, const char *dir)
{
	const char *list = getenv("COMPOSE_FILE");

	c->dir = dir;
	if (list && *list)
		files_in(arena, c, dir, list);
	else
		while (!files_in(arena, c, c->dir, NULL)) {
			if (strcmp(c->dir, "/") == 0)
				return false;
			c->dir = parent(arena, c->dir);
		}
	if (c->files.n)
		c->dir = parent(arena, c->files.v[0]);
	return true;
}

static int
read_files(struct ir_arena *arena, struct ir_compose *c, struct ir_err *err)
{
	for (size_t i = 0; i < c->files.n; i++) {
		struct ir_file f;
		int there = ir_file_read(arena, c->files.v[i], COMPOSE_MAX, &f, err);

		if (there < 0)
			return -1;
		if (!there) {
			ir_fail(err, IR_CONFIG, "%s: no such compose file", c->files.v[i]);
			return ir_hint(err, "look at COMPOSE_FILE, in the environment or in .env");
		}
		if (ir_compose_parse(arena, c, c->files.v[i], f.text, f.n, err) < 0)
			return -1;
	}
	return 0;
}

/* A profile that is switched on makes its services ordinary ones. */
static void
enable_profiles(struct ir_arena *arena, struct ir_compose *c)
{
	const char *s = ir_compose_var(arena, c->dir, "COMPOSE_PROFILES");

	for (size_t n; s && *s; s += n + (s[n] == ',')) {
		const char *name;

		n = strcspn(s, ",");
		name = ir_strndup(arena, s + strspn(s, " "), n > strspn(s, " ") ? n - strspn(s, " ") : 0);
		for (size_t i = 0; *name && i < c->n; i++)
			if (strcmp(name, "*") == 0 || ir_list_has(&c->v[i].profiles, name))
				c->v[i].profiles = (struct ir_list){ .n = 0 };
	}
}

/* The working directory by the name that the user took to it, as compose v2 does: through a link, the project is called
 * after the link. */
static const char *
working_dir(char *buf, size_t size)
{
	const char *pwd = getenv("PWD");
	struct stat here, there;

	if (pwd && *pwd == '/' && stat(".", &here) == 0 && stat(pwd, &there) == 0 && here.st_dev == there.st_dev &&
	    here.st_ino == there.st_ino)
		return pwd;
	return getcwd(buf, size) && *buf == '/' ? buf : NULL;
}

static const char *
resolve_dir(struct ir_arena *arena, const char *dir)
{
	char buf[PATH_MAX];
	const char *cwd = *dir == '/' ? "/" : working_dir(buf, sizeof buf);

	return cwd ? absolute(arena, cwd, dir) : NULL;
}

int
ir_compose_find(struct ir_arena *arena, const char *dir, struct ir_compose *c, struct ir_err *err)
{
	const char *name, *last;

	*c = (struct ir_compose){ .project = NULL };
	dir = resolve_dir(arena, dir);
	if (!dir || !find_files(arena, c, dir))
		return 0;
	if (read_files(arena, c, err) < 0)
		return -1;
	enable_profiles(arena, c);
	name = ir_compose_var(arena, c->dir, "COMPOSE_PROJECT_NAME");
	last = strrchr(c->dir, '/');
	if (name && *name)
		c->project = ir_compose_normalize(arena, name);
	else if (!c->project)
		c->project = ir_compose_normalize(arena, last ? last + 1 : c->dir);
	return 1;
}
