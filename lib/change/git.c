/* git - a checkout that is deployed by pull, checkout or reset: its reflog knows when */
#include "git/git.h"

#include "change/told.h"

struct checkout {
	struct ir_change_source *source;
	struct ir_git *git;
};

/* ---- moves */

enum move { WORK, DEPLOY, STEP, LAST_STEP /* of a rebase, which passes through many states */ };

/* "pull: Fast-forward" "pull --rebase origin main (finish): returning to refs/heads/main" "reset: moving to HEAD~1" "merge origin/main: Fast-forward" */
static enum move
move_of(const char *what)
{
	static const char *const verbs[] = { "checkout", "reset", "merge", "clone", "pull", "rebase", NULL };
	size_t colon = strcspn(what, ":"), n = strcspn(what, ": ");
	const char *bracket = memrchr(what, '(', colon);
	int verb = -1;

	for (int i = 0; verbs[i] && verb < 0; i++)
		if (strlen(verbs[i]) == n && strncmp(what, verbs[i], n) == 0)
			verb = i;
	if (verb < 0)
		return WORK;
	if (verb >= 4 && bracket && what[colon - 1] == ')')
		return strncmp(bracket, "(finish)", 8) == 0 ? LAST_STEP : STEP;
	return DEPLOY;
}

/* What there was before move i; n: nothing that is known. */
static size_t
before(const struct ir_git_move *v, size_t n, size_t i)
{
	size_t j = i + 1;

	while (move_of(v[i].what) == LAST_STEP && j < n && move_of(v[j].what) == STEP)
		j++;
	return j;
}

static void
put_move(struct ir_change_rows *rows, const struct ir_git_move *m, const struct ir_git_move *last, bool back)
{
	struct ir_deploy *d = ir_change_row(rows);

	if (!d)
		return;
	d->h.time_ms = m->ms;
	d->revision = m->revision;
	d->change = back ? "rollback" : "deploy";
	d->time_basis = "reflog";
	d->outcome = "succeeded";
	d->author = ir_foreign_clean(rows->arena, m->who, strlen(m->who));
	d->message = ir_foreign_clean(rows->arena, m->what, strlen(m->what));
	if (last) {
		d->previous_revision = last->revision;
		d->previous_available = 1; /* what the reflog names is kept */
		d->previous_basis = "reflog";
	}
}

/* By revision the index of the oldest move to it. */
static json_t *
oldest_moves(const struct ir_git_move *v, size_t n)
{
	json_t *seen = json_object();

	for (size_t i = 0; i < n; i++)
		json_object_set_new(seen, v[i].revision, json_integer((json_int_t)i));
	return seen;
}

static json_int_t
oldest(const json_t *seen, const struct ir_git_move *m)
{
	return json_integer_value(json_object_get(seen, m->revision));
}

void
ir_change_git_rows(const struct ir_git_move *v, size_t n, struct ir_change_rows *rows)
{
	json_t *seen = oldest_moves(v, n);

	for (size_t i = 0; i < n; i++) {
		size_t j = before(v, n, i);
		const struct ir_git_move *last = j < n ? &v[j] : NULL;
		enum move move = move_of(v[i].what);

		if (move == WORK || move == STEP || (last && strcmp(last->revision, v[i].revision) == 0))
			continue;
		/* back is to what was there before that which it leaves */
		put_move(rows, &v[i], last, last && oldest(seen, &v[i]) > oldest(seen, last));
	}
	json_decref(seen);
	/* unless somebody worked in it since */
	if (rows->n && n && strcmp(rows->v[0].revision, v[0].revision) == 0)
		rows->v[0].current = 1;
}

/* ---- the source */

static void
on_git(void *arg, struct ir_git *git, const struct ir_err *why)
{
	struct checkout *c = arg;
	struct ir_change_source *s = c->source;
	struct ir_change_rows rows = { .arena = s->look->ctx->arena };
	struct ir_git_move *v;
	const char *text;
	size_t n;
	bool cut;

	if (why) {
		ir_change_fault(s, s->service, NULL, why);
	} else {
		text = ir_git_out(git, &n, &cut);
		n = ir_git_reflog_parse(rows.arena, text, n, &v);
		ir_change_git_rows(v, n, &rows);
		rows.cut |= cut || n >= IR_CHANGE_DEPLOYS;
		ir_change_put_all(s, &rows);
	}
	c->git = NULL;
	ir_change_done(s);
}

static int
check(struct ir_ctx *ctx, const struct ir_section *section, struct ir_err *err)
{
	(void)ctx;
	return ir_change_need(section, "dir", "DIRECTORY", err);
}

static int
start(struct ir_change_source *s, struct ir_err *err)
{
	struct ir_ctx *ctx = s->look->ctx;
	struct checkout *c = IR_NEW(ctx->arena, struct checkout);
	const char *dir = ir_change_key(s, "dir");

	s->priv = c;
	c->source = s;
	c->git = ir_git_start(ctx, dir ? dir : s->look->q.dir, ir_git_reflog_args(ctx->arena, IR_CHANGE_DEPLOYS), NULL,
	    0, 0, on_git, c, err);
	return c->git ? 0 : -1;
}

static void
stop(struct ir_change_source *s)
{
	struct checkout *c = s->priv;

	if (c)
		ir_git_stop(c->git);
}

const struct ir_change_ops ir_change_git = {
	.name = "git",
	.check = check,
	.start = start,
	.stop = stop,
};
