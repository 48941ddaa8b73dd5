/* find - the migrations that a tree holds, by framework and directory */
#include "migrate/type.h"
#include "net/loop.h"

enum { BATCH = 500, TROUBLES = 50 };

/* A file that a framework may want, in the directory that it says. */
struct wanted {
	size_t type, file, dir; /* dir: bytes of the path */
};

struct ir_migrate_find {
	struct ir_ctx *ctx;
	struct ir_tree *tree;
	const char *root;
	struct ir_migrate_code *ret;
	ir_migrate_code_cb *cb;
	void *arg;
	struct ir_tree_file *files;
	bool *taken;
	size_t n, read, more; /* more: troubles that are not told one by one */
	struct wanted *wanted;
	size_t n_wanted, size;
	bool stopped;
};

static bool
is_wanted(void *arg, const char *path)
{
	size_t dir;

	(void)arg;
	for (size_t i = 0; ir_migrate_types[i]; i++)
		if (ir_migrate_types[i]->wants(path, &dir))
			return true;
	return false;
}

static void
end(struct ir_migrate_find *f, const struct ir_err *why)
{
	f->stopped = true;
	ir_loop_release(f->ctx->loop);
	f->cb(f->arg, why);
}

static void
trouble(struct ir_migrate_find *f, const char *what)
{
	if (f->ret->troubles.n < TROUBLES)
		ir_list_add(f->ctx->arena, &f->ret->troubles, what);
	else
		f->more++;
}

static void
want(struct ir_migrate_find *f, size_t type, size_t file, size_t dir)
{
	if (f->n_wanted == f->size) {
		struct wanted *v = IR_NEW_N(f->ctx->arena, struct wanted, f->size = f->size ? f->size * 2 : 256);

		if (f->n_wanted)
			memcpy(v, f->wanted, f->n_wanted * sizeof(*v));
		f->wanted = v;
	}
	f->wanted[f->n_wanted++] = (struct wanted){ type, file, dir };
}

/* By framework, by directory, by path: files are in the order of their paths. */
static int
by_set(const void *va, const void *vb, void *arg)
{
	const struct wanted *a = va, *b = vb;
	const struct ir_tree_file *files = arg;
	size_t n = a->dir < b->dir ? a->dir : b->dir;
	int c;

	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	if ((c = memcmp(files[a->file].path, files[b->file].path, n)) != 0)
		return c;
	if (a->dir != b->dir)
		return a->dir < b->dir ? -1 : 1;
	return a->file < b->file ? -1 : a->file > b->file;
}

static bool
same_set(const struct ir_migrate_find *f, const struct wanted *a, const struct wanted *b)
{
	return a->type == b->type && a->dir == b->dir &&
	       memcmp(f->files[a->file].path, f->files[b->file].path, a->dir) == 0;
}

/* What could not be read may be anything. */
static void
mark_unread(struct ir_migrate_find *f, struct ir_migrate_file *m, const struct ir_tree_file *file)
{
	if (!file->why)
		return;
	m->trouble = file->why;
	m->judgement = (struct ir_migrate_judgement){ .verdict = IR_MIGRATE_UNKNOWN,
		.operation = ir_asprintf(f->ctx->arena, "not read: %s", file->why),
		.reversible = -1 };
}

static void
read_set(struct ir_migrate_find *f, const struct wanted *w, size_t n)
{
	struct ir_arena *arena = f->ctx->arena;
	struct ir_migrate_set set = { .type = ir_migrate_types[w->type], .arena = arena };
	struct ir_tree_file *all = IR_NEW_N(arena, struct ir_tree_file, n);

	set.dir = ir_strndup(arena, f->files[w->file].path, w->dir);
	set.v = IR_NEW_N(arena, struct ir_migrate_file, n);
	set.size = n;
	ir_migrate_index(&set);
	for (size_t i = 0; i < n; i++)
		all[i] = f->files[w[i].file];
	for (size_t i = 0; i < n; i++) {
		struct ir_migrate_file *m = &set.v[set.n];

		if (f->taken[w[i].file])
			continue;
		*m = (struct ir_migrate_file){ .app = "", .path = all[i].path, .written_ms = INT64_MIN };
		if (!set.type->read(&set, &all[i], all, n, m))
			continue;
		f->taken[w[i].file] = true;
		mark_unread(f, m, &all[i]);
		set.n++;
	}
	if (set.n)
		f->ret->v[f->ret->n++] = set;
}

static int
by_name(const void *va, const void *vb)
{
	const struct ir_migrate_file *a = va, *b = vb;
	int c = strcmp(a->app, b->app);

	return c ? c : strcmp(a->name, b->name);
}

static void
settle(struct ir_migrate_find *f, struct ir_migrate_set *set)
{
	if (set->type->beyond && f->root)
		set->type->beyond(set, f->root);
	if (set->type->order)
		set->type->order(set);
	else
		qsort(set->v, set->n, sizeof(set->v[0]), by_name);
	if (set->trouble)
		trouble(f, ir_asprintf(f->ctx->arena, "%s%s%s: %s", set->type->name, *set->dir ? " in " : "", set->dir,
			       set->trouble));
}

static void
make_sets(struct ir_migrate_find *f)
{
	size_t sets = 0, n;

	for (size_t i = 0; i < f->n; i++)
		for (size_t t = 0, dir; ir_migrate_types[t]; t++)
			if (ir_migrate_types[t]->wants(f->files[i].path, &dir))
				want(f, t, i, dir);
	qsort_r(f->wanted, f->n_wanted, sizeof(f->wanted[0]), by_set, f->files);
	for (size_t i = 0; i < f->n_wanted; i++)
		sets += i == 0 || !same_set(f, &f->wanted[i - 1], &f->wanted[i]);
	f->ret->v = IR_NEW_N(f->ctx->arena, struct ir_migrate_set, sets + 1);
	for (size_t i = 0; i < f->n_wanted; i += n) {
		for (n = 1; i + n < f->n_wanted && same_set(f, &f->wanted[i], &f->wanted[i + n]);)
			n++;
		read_set(f, &f->wanted[i], n);
	}
	sets = f->ret->n;
	f->ret->n = 0;
	for (size_t i = 0; i < sets; i++) {
		settle(f, &f->ret->v[i]);
		if (f->ret->v[i].n)
			f->ret->v[f->ret->n++] = f->ret->v[i];
	}
}

static void
tell_unread(struct ir_migrate_find *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->files[i].why) {
			f->ret->cut = true;
			trouble(f, ir_asprintf(f->ctx->arena, "%s: %s", f->files[i].path, f->files[i].why));
		}
	if (f->more)
		ir_list_add(f->ctx->arena, &f->ret->troubles, ir_asprintf(f->ctx->arena, "and %zu more", f->more));
}

static void read_next(struct ir_migrate_find *);

static void
on_texts(void *arg, struct ir_tree *tree, const struct ir_err *why)
{
	struct ir_migrate_find *f = arg;

	(void)tree;
	if (f->stopped)
		return;
	if (why)
		end(f, why);
	else
		read_next(f);
}

static void
finish(struct ir_migrate_find *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (!f->files[i].text) {
			f->files[i].text = "";
			f->files[i].n = 0;
			f->files[i].why = f->files[i].why ? f->files[i].why : "not read";
		}
	if (f->n)
		make_sets(f);
	tell_unread(f);
	end(f, NULL);
}

static void
read_next(struct ir_migrate_find *f)
{
	struct ir_err err = IR_ERR_INIT;
	size_t n = f->n - f->read < BATCH ? f->n - f->read : BATCH;

	if (n == 0) {
		finish(f);
		return;
	}
	f->read += n;
	if (ir_tree_read(f->tree, f->files + f->read - n, n, on_texts, f, &err) < 0)
		end(f, &err);
}

static void
on_list(void *arg, struct ir_tree *tree, const struct ir_err *why)
{
	struct ir_migrate_find *f = arg;
	const struct ir_list *paths;

	if (f->stopped)
		return;
	if (why) {
		end(f, why);
		return;
	}
	paths = ir_tree_paths(tree, &f->ret->cut);
	f->n = paths->n < IR_MIGRATE_FILES ? paths->n : IR_MIGRATE_FILES;
	if (f->n < paths->n) {
		f->ret->cut = true;
		trouble(f, ir_asprintf(f->ctx->arena, "%zu files look like migrations, of which %zu were read",
			       paths->n, f->n));
	}
	f->files = IR_NEW_N(f->ctx->arena, struct ir_tree_file, f->n + 1);
	f->taken = IR_NEW_N(f->ctx->arena, bool, f->n + 1);
	for (size_t i = 0; i < f->n; i++)
		f->files[i].path = paths->v[i];
	read_next(f);
}

struct ir_migrate_find *
ir_migrate_find(struct ir_ctx *ctx, struct ir_tree *tree, const char *root, struct ir_migrate_code *ret,
    ir_migrate_code_cb *cb, void *arg, struct ir_err *err)
{
	struct ir_migrate_find *f = IR_NEW(ctx->arena, struct ir_migrate_find);

	*ret = (struct ir_migrate_code){ 0 };
	f->ctx = ctx;
	f->tree = tree;
	f->root = root;
	f->ret = ret;
	f->cb = cb;
	f->arg = arg;
	if (ir_tree_list(tree, is_wanted, on_list, f, err) < 0)
		return NULL;
	ir_loop_hold(ctx->loop);
	return f;
}

void
ir_migrate_find_stop(struct ir_migrate_find *f)
{
	if (!f || f->stopped)
		return;
	f->stopped = true;
	ir_tree_stop(f->tree);
	ir_loop_release(f->ctx->loop);
}
