/* between - what git says lies between a deploy and the one before it: commits, files, who wrote it and what for */
#include <string.h>

#include "change/change.h"
#include "git/log.h"

enum { PAIRS = 8 };

/* Two revisions; several deploys may have the same. */
struct pair {
	struct ir_change_look *look;
	const char *from, *to; /* from NULL: not known */
	struct ir_git *log, *diff;
};

struct ir_change_between {
	struct pair v[PAIRS];
	size_t n, waiting;
	void (*done)(struct ir_change_look *);
};

static bool
same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool
is_of(const struct ir_deploy *d, const struct pair *p)
{
	return same(d->revision, p->to) && same(d->previous_revision, p->from);
}

static void
end_one(struct ir_change_look *l)
{
	struct ir_change_between *b = l->between;

	if (--b->waiting == 0)
		b->done(l);
}

static void
on_log(void *arg, struct ir_git *git, const struct ir_err *why)
{
	struct pair *p = arg;
	struct ir_change_look *l = p->look;
	struct ir_git_commit *v = NULL;
	size_t n, k = 0;
	bool cut;
	const char *text = ir_git_out(git, &n, &cut);

	p->log = NULL;
	/* a revision that the repository here does not have is nothing bad */
	if (!why)
		k = ir_git_log_parse(l->ctx->arena, text, n, cut, &v);
	for (size_t i = 0; i < l->n_deploys && !why; i++) {
		struct ir_deploy *d = &l->deploys[i];

		if (!is_of(d, p))
			continue;
		if (p->from && !cut && k <= IR_GIT_COMMITS)
			d->commits = (int64_t)k;
		if (k > 0 && !d->author)
			d->author = v[0].author;
		if (k > 0 && !d->message)
			d->message = v[0].title;
	}
	end_one(l);
}

static void
on_diff(void *arg, struct ir_git *git, const struct ir_err *why)
{
	struct pair *p = arg;
	struct ir_change_look *l = p->look;
	struct ir_list files = { 0 };
	int64_t count = INT64_MIN;
	size_t n;
	bool cut;
	const char *text = ir_git_out(git, &n, &cut);

	p->diff = NULL;
	if (!why)
		count = ir_git_names_parse(l->ctx->arena, text, n, cut, IR_GIT_FILES, &files);
	for (size_t i = 0; i < l->n_deploys && !why; i++) {
		struct ir_deploy *d = &l->deploys[i];

		if (!is_of(d, p))
			continue;
		d->files_changed = count < 0 ? INT64_MIN : count;
		d->files = files;
	}
	end_one(l);
}

static bool
may_be_asked(const char *rev)
{
	return rev && ir_git_rev_valid(rev);
}

static void
add_pair(struct ir_change_look *l, const struct ir_deploy *d)
{
	struct ir_change_between *b = l->between;
	struct pair *p;

	for (size_t i = 0; i < b->n; i++) {
		if (is_of(d, &b->v[i]))
			return;
	}
	if (b->n == PAIRS)
		return;
	p = &b->v[b->n++];
	*p = (struct pair){ .look = l, .from = d->previous_revision, .to = d->revision };
}

static void
ask(struct pair *p)
{
	struct ir_change_look *l = p->look;
	struct ir_arena *arena = l->ctx->arena;
	bool both = may_be_asked(p->from);
	const struct ir_git_log q = { .range = both ? ir_asprintf(arena, "%s..%s", p->from, p->to) : p->to,
		.last = both ? 0 : 1,
		.since_ms = IR_TIME_NONE,
		.until_ms = IR_TIME_NONE };

	p->log = ir_git_start(l->ctx, l->q.dir, ir_git_log_args(arena, &q), NULL, 0, 0, on_log, p, NULL);
	l->between->waiting += p->log != NULL;
	if (!both)
		return;
	p->diff = ir_git_start(l->ctx, l->q.dir, ir_git_diff_args(arena, p->from, p->to), NULL, 0, 0, on_diff, p, NULL);
	l->between->waiting += p->diff != NULL;
}

void
ir_change_between(struct ir_change_look *l, void (*done)(struct ir_change_look *))
{
	struct ir_change_between *b = IR_NEW(l->ctx->arena, struct ir_change_between);

	l->between = b;
	b->done = done;
	for (size_t i = l->n_deploys; i-- > 0 && !l->no_git;) {
		const struct ir_deploy *d = &l->deploys[i];

		if (may_be_asked(d->revision) && !(d->change && strcmp(d->change, "restart") == 0))
			add_pair(l, d);
	}
	for (size_t i = 0; i < b->n; i++)
		ask(&b->v[i]);
	if (b->waiting == 0)
		done(l);
}

void
ir_change_between_stop(struct ir_change_look *l)
{
	for (size_t i = 0; l->between && i < l->between->n; i++) {
		ir_git_stop(l->between->v[i].log);
		ir_git_stop(l->between->v[i].diff);
		l->between->v[i].log = l->between->v[i].diff = NULL;
	}
}
