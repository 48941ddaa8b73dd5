/* tree - the files of a directory, or of a revision */
#include "git/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/num.h"
#include "git/git.h"

enum { LIST_MAX = 32 << 20 };

struct ir_tree {
	struct ir_ctx *ctx;
	const char *dir, *rev;
	struct ir_list paths;
	bool cut;
	/* under way */
	bool (*wanted)(void *arg, const char *path);
	struct ir_tree_file *v;
	size_t n;
	ir_tree_cb *cb;
	void *arg;
	struct ir_git *git;
	struct ir_timer *timer;
};

struct ir_tree *
ir_tree_new(struct ir_ctx *ctx, const char *dir, const char *rev)
{
	struct ir_tree *t = IR_NEW(ctx->arena, struct ir_tree);

	t->ctx = ctx;
	t->dir = dir;
	t->rev = rev;
	return t;
}

const struct ir_list *
ir_tree_paths(const struct ir_tree *t, bool *cut)
{
	if (cut)
		*cut = t->cut;
	return &t->paths;
}

static void
add_path(struct ir_tree *t, const char *path)
{
	if (t->paths.n >= IR_TREE_FILES) {
		t->cut = true;
		return;
	}
	if (!t->wanted || t->wanted(t->arg, path))
		ir_list_add(t->ctx->arena, &t->paths, ir_strdup(t->ctx->arena, path));
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
end(struct ir_tree *t, const struct ir_err *why)
{
	t->cb(t->arg, t, why);
}

static void
on_turn(void *arg)
{
	struct ir_tree *t = arg;

	t->timer = NULL;
	ir_loop_release(t->ctx->loop);
	end(t, NULL);
}

static void
end_soon(struct ir_tree *t)
{
	ir_loop_hold(t->ctx->loop);
	t->timer = ir_loop_at(t->ctx->loop, 0, on_turn, t);
}

/* ---- a directory */

/* Where others' code lives, and what is made from ours. */
static bool
is_passed_over(const char *name)
{
	static const char *const names[] = { "node_modules", "bower_components", "vendor", "venv", "env", "virtualenv",
		"site-packages", "dist-packages", "__pycache__", "_build", "deps", "target", NULL };

	for (size_t i = 0; names[i]; i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return name[0] == '.';
}

/* Directories that wait to be read; they are taken from the end, so that there are few. */
struct walk {
	struct ir_tree *t;
	struct ir_list waiting;
	size_t entries;
};

static size_t
depth_of(const char *path)
{
	size_t n = 0;

	for (; *path; path++)
		n += *path == '/';
	return n;
}

static bool
is_dir(int fd, const struct dirent *e, bool *file)
{
	struct stat st;

	*file = e->d_type == DT_REG;
	if (e->d_type != DT_UNKNOWN)
		return e->d_type == DT_DIR;
	if (fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	*file = S_ISREG(st.st_mode);
	return S_ISDIR(st.st_mode);
}

static void
take_entry(struct walk *w, int fd, const char *at, const struct dirent *e)
{
	struct ir_arena *arena = w->t->ctx->arena;
	bool file, dir;

	if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
		return;
	dir = is_dir(fd, e, &file);
	if (dir && !is_passed_over(e->d_name)) {
		const char *path = *at ? ir_asprintf(arena, "%s/%s", at, e->d_name) : ir_strdup(arena, e->d_name);

		if (depth_of(path) < IR_TREE_DEPTH)
			ir_list_add(arena, &w->waiting, path);
		else
			w->t->cut = true;
	} else if (file) {
		char path[4096];

		if (snprintf(path, sizeof(path), "%s%s%s", at, *at ? "/" : "", e->d_name) < (int)sizeof(path))
			add_path(w->t, path);
	}
}

static void
read_dir(struct walk *w, int top, const char *at)
{
	int fd = openat(top, *at ? at : ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!d) {
		if (fd >= 0)
			close(fd);
		w->t->cut = true;
		return;
	}
	while ((e = readdir(d))) {
		/* a directory may have names without end that nobody wants */
		if (++w->entries > 10 * (size_t)IR_TREE_FILES) {
			w->t->cut = true;
			break;
		}
		take_entry(w, fd, at, e);
	}
	closedir(d);
}

static int
list_dir(struct ir_tree *t, struct ir_err *err)
{
	IR_CLOSE int top = open(t->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct walk w = { .t = t };

	if (top < 0)
		return ir_fail(err, IR_BACKEND, "'%s' cannot be read: %s", t->dir, strerror(errno));
	ir_list_add(t->ctx->arena, &w.waiting, "");
	while (w.waiting.n > 0 && !*t->ctx->stop && ir_mono_us() < t->ctx->deadline_us) {
		const char *at = w.waiting.v[--w.waiting.n];

		read_dir(&w, top, at);
	}
	t->cut |= w.waiting.n > 0;
	if (t->paths.n)
		qsort(t->paths.v, t->paths.n, sizeof(*t->paths.v), by_bytes);
	end_soon(t);
	return 0;
}

static void
read_file(struct ir_tree *t, int top, struct ir_tree_file *f, size_t *left)
{
	IR_CLOSE int fd = openat(top, f->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	char *text;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0) {
		f->why = ir_asprintf(t->ctx->arena, "it cannot be read: %s", strerror(errno));
		return;
	}
	if (!S_ISREG(st.st_mode) || st.st_size > IR_TREE_TEXT || (size_t)st.st_size > *left) {
		f->why = "it is too long";
		return;
	}
	text = ir_arena_alloc(t->ctx->arena, (size_t)st.st_size + 1);
	n = pread(fd, text, (size_t)st.st_size, 0);
	if (n < 0) {
		f->why = ir_asprintf(t->ctx->arena, "it cannot be read: %s", strerror(errno));
		return;
	}
	f->text = text;
	f->n = (size_t)n;
	*left -= (size_t)n;
}

static int
read_files(struct ir_tree *t, struct ir_err *err)
{
	IR_CLOSE int top = open(t->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t left = IR_TREE_TEXTS;

	if (top < 0)
		return ir_fail(err, IR_BACKEND, "'%s' cannot be read: %s", t->dir, strerror(errno));
	for (size_t i = 0; i < t->n; i++)
		read_file(t, top, &t->v[i], &left);
	end_soon(t);
	return 0;
}

/* ---- a revision */

static void
on_list(void *arg, struct ir_git *git, const struct ir_err *why)
{
	struct ir_tree *t = arg;
	size_t n, at = 0;
	bool cut;
	const char *text = ir_git_out(git, &n, &cut);

	t->git = NULL;
	t->cut |= cut;
	while (!why && at < n) {
		const char *nul = memchr(text + at, '\0', n - at);

		if (!nul)
			break;
		add_path(t, text + at);
		at = (size_t)(nul - text) + 1;
	}
	/* git's order is that of trees: "a.b" comes before "a/b", as by bytes, but links and the like are among them */
	if (t->paths.n)
		qsort(t->paths.v, t->paths.n, sizeof(*t->paths.v), by_bytes);
	end(t, why);
}

static int
list_rev(struct ir_tree *t, struct ir_err *err)
{
	const char *const args[] = { "ls-tree", "-r", "-z", "--name-only", "--full-tree", t->rev, NULL };

	if (!ir_git_rev_valid(t->rev))
		return ir_fail(err, IR_USAGE, "'%s' names no revision", t->rev);
	t->git = ir_git_start(t->ctx, t->dir, args, NULL, 0, LIST_MAX, on_list, t, err);
	return t->git ? 0 : -1;
}

/* "HASH blob SIZE\n", the text, "\n"; or "WHAT missing\n". Where the next begins, or NULL when that is no such answer. */
static const char *
take_blob(struct ir_tree *t, struct ir_tree_file *f, const char *p, const char *limit, size_t *left)
{
	const char *nl = memchr(p, '\n', (size_t)(limit - p)), *blob;
	int64_t size;

	if (!nl)
		return NULL;
	blob = memmem(p, (size_t)(nl - p), " blob ", 6);
	if (!blob) {
		f->why = "the repository does not have it";
		return nl + 1;
	}
	blob = ir_strndup(t->ctx->arena, blob + 6, (size_t)(nl - blob - 6));
	if (ir_parse_int(blob, 0, INT32_MAX, &size, NULL) < 0 || limit - nl - 1 < size)
		return NULL;
	if (size > IR_TREE_TEXT || (size_t)size > *left) {
		f->why = "it is too long";
	} else {
		f->text = ir_strndup(t->ctx->arena, "", 0);
		if (size > 0) {
			char *text = ir_arena_alloc(t->ctx->arena, (size_t)size + 1);

			memcpy(text, nl + 1, (size_t)size);
			f->text = text;
		}
		f->n = (size_t)size;
		*left -= (size_t)size;
	}
	return nl + 1 + size < limit ? nl + 2 + size : limit;
}

/* Names with a newline cannot be asked for. */
static bool
is_asked(const struct ir_tree_file *f)
{
	return !strchr(f->path, '\n');
}

static void
on_blobs(void *arg, struct ir_git *git, const struct ir_err *why)
{
	struct ir_tree *t = arg;
	size_t n, left = IR_TREE_TEXTS;
	const char *p = ir_git_out(git, &n, NULL), *limit = p + n;

	t->git = NULL;
	for (size_t i = 0; i < t->n; i++) {
		struct ir_tree_file *f = &t->v[i];

		if (is_asked(f) && p && p < limit)
			p = take_blob(t, f, p, limit, &left);
		if (!f->text && !f->why)
			f->why = "git does not tell it";
	}
	end(t, why);
}

static int
read_rev(struct ir_tree *t, struct ir_err *err)
{
	const char *const args[] = { "cat-file", "--batch", NULL };
	struct ir_buf b;

	ir_buf_init(&b, LIST_MAX);
	for (size_t i = 0; i < t->n; i++) {
		if (is_asked(&t->v[i]))
			ir_buf_addf(&b, "%s:%s\n", t->rev, t->v[i].path);
	}
	t->git = ir_git_start(t->ctx, t->dir, args, b.data, b.len, IR_TREE_TEXTS + LIST_MAX, on_blobs, t, err);
	ir_buf_done(&b);
	return t->git ? 0 : -1;
}

/* ---- either */

int
ir_tree_list(struct ir_tree *t, bool (*wanted)(void *, const char *), ir_tree_cb *cb, void *arg, struct ir_err *err)
{
	t->wanted = wanted;
	t->cb = cb;
	t->arg = arg;
	t->paths = (struct ir_list){ 0 };
	t->cut = false;
	return t->rev ? list_rev(t, err) : list_dir(t, err);
}

int
ir_tree_read(struct ir_tree *t, struct ir_tree_file *v, size_t n, ir_tree_cb *cb, void *arg, struct ir_err *err)
{
	t->v = v;
	t->n = n;
	t->cb = cb;
	t->arg = arg;
	for (size_t i = 0; i < n; i++)
		v[i] = (struct ir_tree_file){ .path = v[i].path };
	if (n == 0)
		end_soon(t);
	else
		return t->rev ? read_rev(t, err) : read_files(t, err);
	return 0;
}

void
ir_tree_stop(struct ir_tree *t)
{
	if (!t)
		return;
	ir_git_stop(t->git);
	t->git = NULL;
	if (t->timer) {
		ir_timer_cancel(t->timer);
		t->timer = NULL;
		ir_loop_release(t->ctx->loop);
	}
}
