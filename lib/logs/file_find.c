/* file_find - which files are meant, and which of them are one log */
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <unistd.h>

#include "base/percent.h"
#include "logs/file.h"
#include "logs/rotated.h"

/* ---- names */

/* Without "//" and "/./", so that one file has one name. */
static const char *
tidy(char *path)
{
	char *to = path;

	for (const char *p = path; *p; p++) {
		if (p[0] == '/' && p[1] == '/')
			continue;
		if (p[0] == '/' && p[1] == '.' && p[2] == '/')
			p++;
		else
			*to++ = *p;
	}
	*to = '\0';
	if (to - path > 2 && strcmp(to - 2, "/.") == 0)
		to[-2] = '\0';
	return path;
}

const char *
ir_log_file_absolute(struct ir_arena *arena, const char *path)
{
	char cwd[PATH_MAX];
	const char *home = getenv("HOME");

	if (strncmp(path, "~/", 2) == 0 && home && *home == '/')
		return tidy(ir_asprintf(arena, "%s%s", home, path + 1));
	if (*path == '/' || !getcwd(cwd, sizeof(cwd)))
		return tidy(ir_strdup(arena, path));
	for (; strncmp(path, "./", 2) == 0; path += 2)
		;
	while (strcmp(path, "..") == 0 || strncmp(path, "../", 3) == 0) {
		char *slash = strrchr(cwd, '/');

		*(slash == cwd ? slash + 1 : slash) = '\0';
		path += path[2] ? 3 : 2;
	}
	return tidy(ir_asprintf(arena, "%s/%s", cwd, path));
}

bool
ir_log_file_magic(const char *pattern)
{
	return strpbrk(pattern, "*?[{") != NULL;
}

const char *
ir_log_file_subject(struct ir_arena *arena, const char *path, bool pattern)
{
	struct ir_buf b;
	const char *ret, *stays = pattern ? "/*?[]{}" : "/";

	ir_buf_init(&b, 3 * PATH_MAX);
	ir_buf_adds(&b, "file://");
	for (; *path; path++) {
		if (strchr(stays, *path))
			ir_buf_addc(&b, *path);
		else
			ir_percent_add(&b, (const char[]){ *path, '\0' });
	}
	ret = ir_strdup(arena, b.data);
	ir_buf_done(&b);
	return ret;
}

/* ---- what is one log */

struct match {
	const char *key, *path;
	enum ir_rotation how;
};

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct match *)a)->path, ((const struct match *)b)->path);
}

static int
by_key(const void *a, const void *b)
{
	int cmp = strcmp(((const struct match *)a)->key, ((const struct match *)b)->key);

	return cmp ? cmp : by_path(a, b);
}

/* A number alone does not make one file another's: it must be there. v is sorted by path. */
static void
set_key(struct ir_arena *arena, struct match *m, const struct match *v, size_t n)
{
	const char *slash = strrchr(m->path, '/');
	struct ir_rotated r;
	struct match base;

	ir_rotated_read(arena, slash + 1, &r);
	base.path = ir_asprintf(arena, "%.*s%s", (int)(slash + 1 - m->path), m->path, r.base);
	m->key = m->path;
	m->how = r.how;
	if (r.how == IR_ROTATION_DATE || (r.how != IR_ROTATION_NONE && bsearch(&base, v, n, sizeof(*v), by_path)))
		m->key = base.path;
}

static struct ir_log_file *
known(const struct ir_log_files *all, const char *key)
{
	for (size_t i = 0; i < all->n; i++) {
		if (all->v[i]->path && strcmp(all->v[i]->key, key) == 0)
			return all->v[i];
	}
	return NULL;
}

/* It may be one that is read under another name: a link, or one that it was given while it is followed. */
static bool
taken(const struct ir_log_files *all, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return false;
	for (size_t i = 0; i < all->n; i++) {
		const struct ir_log_file *f = all->v[i];
		const struct ir_log_part *live = f->path && f->n_parts ? &f->parts[f->n_parts - 1] : NULL;

		if (live && live->ino == st.st_ino && live->dev == st.st_dev)
			return true;
		if (f->feed.fd >= 0 && f->st.st_ino == st.st_ino && f->st.st_dev == st.st_dev)
			return true;
	}
	return false;
}

/* Siblings that are read before it: those that were named, and those that reach into the time that is asked for. */
static void
add_siblings(struct ir_log_file *f, struct ir_arena *arena, struct ir_list *older)
{
	const struct ir_logs_query *q = f->all->source->query;
	struct ir_list more = { NULL, 0, 0 };
	struct ir_log_part *parts;
	struct stat live = { 0 };
	size_t n;

	stat(f->path, &live);
	if (q->since_ms != IR_TIME_NONE) {
		ir_rotated_siblings(arena, f->path, q->since_ms, &more);
		for (size_t i = 0; i < more.n; i++)
			ir_list_add_once(arena, older, more.v[i]);
		if (more.n)
			ir_rotated_sort(arena, older);
	} else if (older->n && q->tail >= 0 && ir_log_file_holds(f->path, q->tail)) {
		older->n = 0;
	}
	n = ir_log_parts(arena, older, &parts);
	ir_log_file_parts(f, parts, n, &live);
}

static void
too_many(struct ir_log_files *all)
{
	struct ir_err err = IR_ERR_INIT;

	if (all->many)
		return;
	all->many = true;
	ir_fail(&err, IR_INCOMPLETE, "there are more than %d logs; the others are not read", IR_LOG_FILES_MAX);
	ir_hint(&err, "name fewer files");
	ir_logs_fault(all->source, all->source->subject, &err);
}

/* One log: m[0 … n-1], that have a key in common. */
static void
take(struct ir_log_files *all, struct ir_arena *arena, const struct match *m, size_t n, bool first)
{
	struct ir_list older = { NULL, 0, 0 };
	struct ir_log_file *f = known(all, m->key);
	const char *live = NULL;
	struct stat st = { 0 };

	for (size_t i = 0; i < n; i++) {
		if (strcmp(m[i].path, m[i].key) == 0)
			live = m[i].path;
		else
			ir_list_add_once(arena, &older, m[i].path);
	}
	if (!live) { /* it is written to under names that go on with time */
		ir_rotated_sort(arena, &older);
		live = older.v[--older.n];
	}
	if (f) {
		if (strcmp(f->path, live) != 0 && strverscmp(live, f->path) > 0 && !taken(all, live))
			f->path = ir_strdup(all->source->ctx->arena, live);
		return;
	}
	if (taken(all, live)) { /* as another log; those before it may not be */
		if (!older.n || !first)
			return;
		live = older.v[--older.n];
	}
	if (taken(all, live))
		return;
	if (all->n >= IR_LOG_FILES_MAX) {
		too_many(all);
		return;
	}
	f = ir_log_file_new(all, m->key, live);
	f->fresh = !first;
	if (first) {
		ir_rotated_sort(arena, &older);
		add_siblings(f, arena, &older);
	} else {
		stat(live, &st);
		ir_log_file_parts(f, NULL, 0, &st);
	}
}

static void
take_all(struct ir_log_files *all, struct ir_arena *arena, struct match *v, size_t n, bool first)
{
	if (!n)
		return;
	qsort(v, n, sizeof(*v), by_path);
	for (size_t i = 0; i < n; i++)
		set_key(arena, &v[i], v, n);
	qsort(v, n, sizeof(*v), by_key);
	for (size_t i = 0, k; i < n; i = k) {
		for (k = i + 1; k < n && strcmp(v[k].key, v[i].key) == 0;)
			k++;
		take(all, arena, &v[i], k - i, first);
	}
}

/* ---- patterns */

static void
nothing(struct ir_log_files *all, const char *pattern)
{
	struct ir_logs_source *s = all->source;
	struct ir_err err = IR_ERR_INIT;

	if (s->query->follow) {
		ir_trace(s->ctx, 0, "nothing matches '%s' yet", pattern);
		return;
	}
	ir_fail(&err, IR_FINDING, "no file matches '%s'", pattern);
	ir_hint(&err, "correct the pattern, or check that this user may list the directory");
	ir_logs_fault(s, ir_log_file_subject(s->ctx->arena, pattern, true), &err);
}

struct matches {
	struct match *v;
	size_t n, size;
};

static void
add_match(struct ir_arena *arena, struct matches *m, const char *path)
{
	if (m->n == m->size) {
		struct match *v = IR_NEW_N(arena, struct match, m->size = 2 * m->size + 16);

		if (m->n)
			memcpy(v, m->v, m->n * sizeof(*v));
		m->v = v;
	}
	m->v[m->n++].path = ir_strdup(arena, path);
}

static void
expand(struct ir_log_files *all, struct ir_arena *arena, const char *pattern, bool first, struct matches *m)
{
	size_t before = m->n;
	struct stat st;
	glob_t g;
	int rc = glob(pattern, GLOB_NOSORT | GLOB_BRACE, NULL, &g);

	for (size_t i = 0; rc == 0 && i < g.gl_pathc; i++) {
		if (stat(g.gl_pathv[i], &st) == 0 && !S_ISDIR(st.st_mode))
			add_match(arena, m, g.gl_pathv[i]);
	}
	if (m->n == before && first)
		nothing(all, pattern);
	globfree(&g);
}

void
ir_log_files_find(struct ir_log_files *all, bool first)
{
	struct ir_arena arena = { NULL };
	struct matches m = { NULL, 0, 0 };
	struct stat st;

	for (size_t i = 0; i < all->patterns.n; i++) {
		const char *p = all->patterns.v[i];

		/* a file may be called so */
		if (ir_log_file_magic(p) && lstat(p, &st) < 0)
			expand(all, &arena, p, first, &m);
		else if (first)
			add_match(&arena, &m, p);
	}
	take_all(all, &arena, m.v, m.n, first);
	ir_arena_done(&arena);
}
