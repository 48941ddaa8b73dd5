/*
 * log - commits, what a checkout was at, and what lies between two revisions
 *
 * Pure: arguments out, answers in. Answers are parted by NUL bytes (-z), which nothing in a repository can hold.
 */
#ifndef IR_GIT_LOG_H
#define IR_GIT_LOG_H

#include "base/arena.h"
#include "base/clock.h"
#include "git/git.h"

enum { IR_GIT_COMMITS = 5000,	/* told at most: one more says that there are more */
	 IR_GIT_FILES = 100 /* names of a commit that are kept */ };

struct ir_git_commit {
	const char *revision, *author, *title;
	int64_t committed_ms, authored_ms;
	struct ir_list parents, tags, files;
	int64_t n_files;	/* all that it changed, of a merge against its first parent; -1: not known */
};

/* What to ask for. Times IR_TIME_NONE, last 0: no limit. range: a revision or "A..B", NULL: HEAD. */
struct ir_git_log {
	const char *range;
	int64_t last, since_ms, until_ms;
	bool files;		/* names of files, too: it costs a comparison of trees each */
};
/* Arguments of `git log`, as of ir_git_start(). */
const char *const *ir_git_log_args(struct ir_arena *, const struct ir_git_log *);
/* In git's order. cut: the text is; the last commit's files are then not known. What is not such an answer ends the list. Returns how many. */
size_t ir_git_log_parse(struct ir_arena *, const char *text, size_t n, bool cut, struct ir_git_commit **ret);

/* What HEAD of a checkout was, newest first: git's reflog. */
struct ir_git_move {
	const char *revision, *what, *who;	/* what: "pull: Fast-forward" */
	int64_t ms;
};
const char *const *ir_git_reflog_args(struct ir_arena *, int64_t last);
size_t ir_git_reflog_parse(struct ir_arena *, const char *text, size_t n, struct ir_git_move **ret);

/* Names of files that differ between two revisions. */
const char *const *ir_git_diff_args(struct ir_arena *, const char *from, const char *to);
/* The first max of them; returns how many there are, -1 when that is not known. */
int64_t ir_git_names_parse(struct ir_arena *, const char *text, size_t n, bool cut, size_t max, struct ir_list *ret);

#endif
