/*
 * migrate_fake - a tree of files that is made up by the test, and what a test needs to link without the rest
 *
 * All of git/tree.h is here, so that the real one is not linked.
 */
#ifndef IR_TESTS_UNIT_MIGRATE_FAKE_H
#define IR_TESTS_UNIT_MIGRATE_FAKE_H

#include "base/clock.h"
#include "migrate/type.h"
#include "net/loop.h"

struct fake_file {
	const char *path, *text; /* text NULL: cannot be read */
};

struct ir_tree {
	struct ir_loop *loop;
	struct ir_arena *arena;
	const struct fake_file *v; /* ended by a NULL path, in the order of paths */
	const char *broken;	   /* the list cannot be had, and why */
	struct ir_list paths;
	struct ir_timer *timer;
	ir_tree_cb *cb;
	void *arg;
	size_t reads, most; /* calls of ir_tree_read, and files of the greatest */
};

static inline void
fake_answer(void *arg)
{
	struct ir_tree *t = arg;
	struct ir_err err = IR_ERR_INIT;

	t->timer = NULL;
	ir_loop_release(t->loop);
	if (t->broken)
		ir_fail(&err, IR_BACKEND, "%s", t->broken);
	t->cb(t->arg, t, t->broken ? &err : NULL);
}

static inline int
fake_later(struct ir_tree *t, ir_tree_cb *cb, void *arg)
{
	t->cb = cb;
	t->arg = arg;
	t->timer = ir_loop_at(t->loop, 0, fake_answer, t);
	ir_loop_hold(t->loop);
	return 0;
}

struct ir_tree *
ir_tree_new(struct ir_ctx *ctx, const char *dir, const char *rev)
{
	(void)ctx, (void)dir, (void)rev;
	return NULL;
}

int
ir_tree_list(struct ir_tree *t, bool (*wanted)(void *, const char *), ir_tree_cb *cb, void *arg, struct ir_err *err)
{
	(void)err;
	for (size_t i = 0; t->v[i].path; i++)
		if (wanted(arg, t->v[i].path))
			ir_list_add(t->arena, &t->paths, t->v[i].path);
	return fake_later(t, cb, arg);
}

const struct ir_list *
ir_tree_paths(const struct ir_tree *t, bool *cut)
{
	*cut = false;
	return &t->paths;
}

int
ir_tree_read(struct ir_tree *t, struct ir_tree_file *v, size_t n, ir_tree_cb *cb, void *arg, struct ir_err *err)
{
	size_t at = 0;

	(void)err;
	t->reads++;
	t->most = n > t->most ? n : t->most;
	for (size_t i = 0; i < n; i++) { /* in the same order */
		while (t->v[at].path && strcmp(t->v[at].path, v[i].path) != 0)
			at++;
		v[i].text = t->v[at].text;
		v[i].n = v[i].text ? strlen(v[i].text) : 0;
		v[i].why = v[i].text ? NULL : "larger than 1.0 MiB";
	}
	return fake_later(t, cb, arg);
}

void
ir_tree_stop(struct ir_tree *t)
{
	if (!t->timer)
		return;
	ir_timer_cancel(t->timer);
	ir_loop_release(t->loop);
	t->timer = NULL;
}

struct fake_found {
	struct ir_ctx ctx;
	struct ir_tree tree;
	struct ir_migrate_code code;
	int called;
	char why[1024];
};

static inline void
fake_found(void *arg, const struct ir_err *why)
{
	struct fake_found *f = arg;

	f->called++;
	snprintf(f->why, sizeof(f->why), "%s", why ? why->msg : "");
}

/* Everything that is in these files. */
static inline void
fake_find(struct fake_found *f, struct ir_arena *arena, const struct fake_file *v, const char *broken)
{
	struct ir_err err = IR_ERR_INIT;

	memset(f, 0, sizeof(*f));
	f->ctx = (struct ir_ctx){ .command = "ir-test", .arena = arena, .deadline_us = ir_mono_us() + 20000000 };
	f->ctx.loop = ir_loop_new(&f->ctx, &err);
	f->tree = (struct ir_tree){ .loop = f->ctx.loop, .arena = arena, .v = v, .broken = broken };
	if (!ir_migrate_find(&f->ctx, &f->tree, NULL, &f->code, fake_found, f, &err))
		printf("# %s\n", err.msg);
	ir_loop_run(f->ctx.loop, NULL, NULL);
	ir_loop_free(f->ctx.loop);
}

static inline const struct ir_migrate_set *
fake_set(const struct fake_found *f, const char *type)
{
	for (size_t i = 0; i < f->code.n; i++)
		if (strcmp(f->code.v[i].type->name, type) == 0)
			return &f->code.v[i];
	return NULL;
}

/* A set as text: "app/name" and what is known, a line each. */
static inline const char *
fake_text(struct ir_arena *arena, const struct ir_migrate_set *s)
{
	const char *text = "";

	for (size_t i = 0; s && i < s->n; i++) {
		const struct ir_migrate_file *f = &s->v[i];
		char time[IR_TIME_MAX];

		text = ir_asprintf(arena, "%s%s%s%s|%s|%.10s|%d%s\n", text, f->app, *f->app ? "/" : "", f->name,
		    f->title ? f->title : "-", ir_time_format(time, f->written_ms), f->judgement.reversible,
		    f->repeats ? "|repeats" : "");
	}
	return text;
}

#endif
