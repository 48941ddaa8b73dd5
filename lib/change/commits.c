/* commits - the last commits of the code, as git tells them */
#include <string.h>

#include "base/utf8.h"
#include "change/change.h"
#include "conf/discover.h"
#include "git/log.h"

/* "title [v1.2], by Ann" */
static const char *
summary(struct ir_arena *arena, const struct ir_git_commit *c)
{
	const char *tags = c->tags.n ? ir_list_join(arena, &c->tags, "", ", ") : NULL;

	return ir_asprintf(arena, "%.*s%s%s%s%s, by %.*s", (int)ir_utf8_cut(c->title, strlen(c->title), 120), c->title,
	    c->parents.n > 1 ? " (merge)" : "", tags ? " [" : "", tags ? tags : "", tags ? "]" : "",
	    (int)ir_utf8_cut(c->author, strlen(c->author), 40), c->author);
}

static void
take(struct ir_change_look *l, const struct ir_git_commit *c, struct ir_commit *row)
{
	ir_row_init(&ir_kind_commit, row);
	row->h.time_ms = c->committed_ms;
	row->h.status = IR_STATUS_OK;
	row->h.subject = ir_asprintf(l->ctx->arena, "git:%.12s", c->revision);
	row->h.summary = summary(l->ctx->arena, c);
	row->title = c->title;
	row->revision = c->revision;
	row->author = c->author;
	row->authored_ms = c->authored_ms;
	row->parents = c->parents;
	row->merge = c->parents.n > 1;
	row->tags = c->tags;
	row->files = c->files;
	row->files_changed = c->n_files < 0 ? INT64_MIN : c->n_files;
	row->repository = l->repository;
}

static void
end(struct ir_change_look *l)
{
	struct ir_change_source none = { .look = l, .done = false };

	ir_change_done(&none);
}

static void
on_log(void *arg, struct ir_git *git, const struct ir_err *why)
{
	struct ir_change_look *l = arg;
	struct ir_change_source git_itself = { .look = l, .origin = "git" };
	struct ir_git_commit *v;
	size_t n;
	bool cut;
	const char *text = ir_git_out(git, &n, &cut);

	l->log = NULL;
	if (why) {
		/* a directory without a repository is nothing bad, nor is one without commits */
		l->no_git = strstr(why->msg, "there is no git repository") != NULL;
		if (!l->no_git && !strstr(why->msg, "no commits yet"))
			ir_change_fault(&git_itself, NULL, "git", why);
		end(l);
		return;
	}
	l->n_commits = ir_git_log_parse(l->ctx->arena, text, n, cut, &v);
	l->cut |= cut || l->n_commits > IR_GIT_COMMITS;
	if (l->n_commits > IR_GIT_COMMITS)
		l->n_commits = IR_GIT_COMMITS;
	l->commits = IR_NEW_N(l->ctx->arena, struct ir_commit, l->n_commits + 1);
	for (size_t i = 0; i < l->n_commits; i++)
		take(l, &v[i], &l->commits[i]);
	end(l);
}

int
ir_change_commits(struct ir_change_look *l, struct ir_err *err)
{
	const struct ir_git_log q = { .range = l->q.range,
		.last = l->q.range && strstr(l->q.range, "..") ? 0 : l->q.last,
		.since_ms = l->q.since_ms,
		.until_ms = l->q.until_ms,
		.files = true };
	const char *top = ir_discover_root(l->ctx->arena, l->q.dir), *slash = top ? strrchr(top, '/') : NULL;

	l->repository = slash ? slash + 1 : NULL;
	l->log = ir_git_start(l->ctx, l->q.dir, ir_git_log_args(l->ctx->arena, &q), NULL, 0, 0, on_log, l, err);
	return l->log ? 0 : -1;
}
