/* rotated - what a log file is called once another has taken its place */
#include "logs/rotated.h"

#include <ctype.h>
#include <dirent.h>
#include <sys/stat.h>

enum { SIBLINGS_MAX = 4096, NUMBER_MAX = 4 };

static const char *const suffixes[] = { ".gz", ".zst", ".zstd", ".xz", ".bz2", ".lz4", ".Z", NULL };
static const char *const olds[] = { ".old", ".prev", ".bak", NULL };

/* ---- names */

/* Length of the name without the suffix of the list that it ends with; n when with none. */
static size_t
without(const char *name, size_t n, const char *const *list)
{
	for (; *list; list++) {
		size_t m = strlen(*list);

		if (n > m && strncmp(name + n - m, *list, m) == 0)
			return n - m;
	}
	return n;
}

static bool
digits(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!isdigit((unsigned char)p[i]))
			return false;
	}
	return n > 0;
}

/* "20240503" "2024-05-03T01-02-03.123" "2024_05_03.0" "202405", or seconds since the epoch: digits and what stands between them, beginning with a year and a month. */
static bool
date(const char *p, size_t n)
{
	size_t month = n > 4 && !isdigit((unsigned char)p[4]) ? 5 : 4;

	if (n == 10 && *p == '1' && digits(p, n))
		return true;
	if (n < month + 2 || !digits(p, 4) || (strncmp(p, "19", 2) != 0 && strncmp(p, "20", 2) != 0) ||
	    !digits(p + month, 2) || strncmp(p + month, "01", 2) < 0 || strncmp(p + month, "12", 2) > 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!isdigit((unsigned char)p[i]) && !strchr("-_.:TtZ+", p[i]))
			return false;
	}
	return isdigit((unsigned char)p[n - 1]) || p[n - 1] == 'Z';
}

/* Does a token end the first n bytes? Its beginning, after the separator; n when none does. The longest is meant: ".2024-05-03.0". */
static size_t
token_at(const char *name, size_t n, enum ir_rotation *how)
{
	for (size_t i = 1; i < n; i++) {
		size_t left = n - i - 1;

		if (!strchr(".-_", name[i]))
			continue;
		if (date(name + i + 1, left))
			*how = IR_ROTATION_DATE;
		else if (name[i] == '.' && left <= NUMBER_MAX && digits(name + i + 1, left))
			*how = IR_ROTATION_NUMBER;
		else
			continue;
		return i + 1;
	}
	return n;
}

void
ir_rotated_read(struct ir_arena *arena, const char *name, struct ir_rotated *r)
{
	size_t all = strlen(name), n = without(name, all, suffixes), bare = without(name, n, olds), at, ext = n;

	*r = (struct ir_rotated){ .how = IR_ROTATION_NONE, .token = "", .packed = n < all };
	at = token_at(name, bare, &r->how);
	if (at < bare) { /* behind the whole name */
		r->token = ir_strndup(arena, name + at, bare - at);
		r->base = ir_strndup(arena, name, at - 1);
		return;
	}
	while (ext > 1 && name[ext - 1] != '.')
		ext--;
	at = ext > 1 ? token_at(name, ext - 1, &r->how) : n;
	if (ext > 1 && at < ext - 1) { /* before the extension */
		r->token = ir_strndup(arena, name + at, ext - 1 - at);
		r->base = ir_asprintf(arena, "%.*s%.*s", (int)(at - 1), name, (int)(n - ext + 1), name + ext - 1);
		return;
	}
	r->base = ir_strndup(arena, name, bare);
	if (bare < n) {
		r->how = IR_ROTATION_OLD;
		r->token = ir_strndup(arena, name + bare, n - bare);
	}
}

/* ---- order */

struct sibling {
	const char *path;
	struct ir_rotated r;
	struct timespec mtime;
};

static const char *
name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int
by_number(const void *a, const void *b)
{
	const struct sibling *x = a, *y = b;

	return -strverscmp(x->r.token, y->r.token);
}

static int
by_date(const void *a, const void *b)
{
	const struct sibling *x = a, *y = b;

	return strverscmp(x->r.token, y->r.token);
}

static int
by_mtime(const void *a, const void *b)
{
	const struct sibling *x = a, *y = b;

	if (x->mtime.tv_sec != y->mtime.tv_sec)
		return x->mtime.tv_sec < y->mtime.tv_sec ? -1 : 1;
	if (x->mtime.tv_nsec != y->mtime.tv_nsec)
		return x->mtime.tv_nsec < y->mtime.tv_nsec ? -1 : 1;
	return strcmp(x->path, y->path);
}

static bool
unpacked_too(const struct sibling *v, size_t n, const struct sibling *s)
{
	for (size_t i = 0; s->r.packed && i < n; i++) {
		if (!v[i].r.packed && strcmp(v[i].r.token, s->r.token) == 0)
			return true;
	}
	return false;
}

/* Numbers say more than times of files that were copied; where names say it in two ways, only times are left. */
static void
sort(struct sibling *v, size_t n)
{
	enum ir_rotation how = n ? v[0].r.how : IR_ROTATION_NONE;

	for (size_t i = 1; i < n; i++) {
		if (v[i].r.how != how)
			how = IR_ROTATION_NONE;
	}
	if (n)
		qsort(v, n, sizeof(*v),
		    how == IR_ROTATION_NUMBER ? by_number
		    : how == IR_ROTATION_DATE ? by_date
					      : by_mtime);
}

void
ir_rotated_sort(struct ir_arena *arena, struct ir_list *paths)
{
	struct sibling *v = IR_NEW_N(arena, struct sibling, paths->n + 1);
	size_t n = paths->n;
	struct stat st;

	for (size_t i = 0; i < n; i++) {
		v[i].path = paths->v[i];
		ir_rotated_read(arena, name_of(v[i].path), &v[i].r);
		if (stat(v[i].path, &st) == 0)
			v[i].mtime = st.st_mtim;
	}
	sort(v, n);
	paths->n = 0;
	for (size_t i = 0; i < n; i++) {
		if (!unpacked_too(v, n, &v[i]))
			ir_list_add(arena, paths, v[i].path);
	}
}

void
ir_rotated_siblings(struct ir_arena *arena, const char *path, int64_t since_ms, struct ir_list *ret)
{
	const char *base = name_of(path), *dot = strrchr(base, '.'), *path_of;
	size_t stem = dot && dot > base ? (size_t)(dot - base) : strlen(base);
	const char *dir = base > path ? ir_strndup(arena, path, (size_t)(base - path)) : "./";
	DIR *d = opendir(dir);
	struct ir_rotated r;
	struct dirent *e;
	struct stat st;

	while (d && ret->n < SIBLINGS_MAX && (e = readdir(d))) {
		if (strncmp(e->d_name, base, stem) != 0 || strcmp(e->d_name, base) == 0)
			continue;
		ir_rotated_read(arena, e->d_name, &r);
		if (r.how == IR_ROTATION_NONE || strcmp(r.base, base) != 0)
			continue;
		path_of = ir_asprintf(arena, "%s%s", base > path ? dir : "", e->d_name);
		if (stat(path_of, &st) == 0 && S_ISREG(st.st_mode) &&
		    (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000 >= since_ms)
			ir_list_add(arena, ret, path_of);
	}
	if (d)
		closedir(d);
	ir_rotated_sort(arena, ret);
}
