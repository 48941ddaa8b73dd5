/*
 * parse - answers of sources of deploys, as rows. Private to the sources, their tests and fuzzers
 *
 * Pure: text in, rows out. What a source says is hostile: text of others is cut, made valid UTF-8 and copied, numbers and times are checked, rows are counted.
 */
#ifndef IR_CHANGE_PARSE_H
#define IR_CHANGE_PARSE_H

#include "change/change.h"
#include "git/log.h"
#include "rec/foreign.h"

/* Rows that were found, oldest or newest first as the source has them. Begin with { .arena = … }. */
struct ir_change_rows {
	struct ir_arena *arena;
	struct ir_deploy *v;
	size_t n, size;
	bool cut;	/* there were more */
};

/* One more, all members null; valid until the next. NULL: there are IR_CHANGE_DEPLOYS. */
struct ir_deploy *ir_change_row(struct ir_change_rows *);

/* "succeeded" "failed" "running" "replaced" from the words in use for these ("success", "in_progress" …); NULL: a word that is not known. */
const char *ir_change_outcome(const char *word);
/* Is it a hash of git's, whole or at least 7 digits of it? */
bool ir_change_is_hash(const char *s);
/* From an image's reference: its tag as version, or as revision where it is a whole hash. "latest" says nothing. */
void ir_change_take_image(struct ir_arena *, const char *image, struct ir_deploy *);

/* releases.c: a directory of releases, as it was found there and in the tools' own logs. */
struct ir_change_release {
	const char *name, *revision, *author, *message;
	int64_t ms;		/* of the name or the log; IR_TIME_NONE */
	bool there, logged, bad;
	bool begun;		/* logged when it began, not when it was done */
};
struct ir_change_releases {
	struct ir_arena *arena;
	struct ir_change_release *v;
	size_t n, size;
	const char *path;	/* of the directory that holds releases */
	const char *current;	/* name of the release that the link names; NULL: no link */
	int64_t switched_ms;	/* when the link was made */
	const char *last;	/* release that the last line of the log deploys; NULL: it goes back, or there is none */
	const char *back_to, *back_by;	/* that it goes back to, and who did that; or NULL */
	bool any_log, cut;
};
/* 20260201021244, UTC. */
int64_t ir_change_release_time(const char *name);
/* Capistrano's revisions.log, and Deployer's releases_log. Adds to v. */
void ir_change_capistrano(struct ir_change_releases *, const char *text, size_t n);
void ir_change_deployer(struct ir_change_releases *, const char *text, size_t n);
/* Sorts and unites v. */
void ir_change_releases_rows(struct ir_change_releases *, struct ir_change_rows *);

/* git.c: moves of a checkout that deploy, newest first as git tells them. */
void ir_change_git_rows(const struct ir_git_move *, size_t n, struct ir_change_rows *);

/* kubectl.c: a list of Deployments, StatefulSets, ReplicaSets and ControllerRevisions. service NULL: they say it themselves; all: whatever is there is that service's. 0, or -1 with IR_BACKEND. */
int ir_change_kubectl_rows(const char *text, size_t n, const char *service, bool all, struct ir_change_rows *, struct ir_err *);

/* helm.c: helm history, and the names and namespaces of helm list. 0, or -1 with IR_BACKEND. */
int ir_change_helm_rows(const char *text, size_t n, const char *release, const char *space, struct ir_change_rows *, struct ir_err *);
struct ir_change_release_name {
	const char *name, *space;
};
/* At most max of them; *more is set when there are more. */
int ir_change_helm_list(struct ir_arena *, const char *text, size_t n, size_t max, struct ir_change_release_name **ret, size_t *ret_n, bool *more, struct ir_err *);

/* github.c: the list (ids for the statuses: rollout), then of one of them its statuses. 0, or -1 with IR_BACKEND. */
int ir_change_github_rows(const char *text, size_t n, struct ir_change_rows *, struct ir_err *);
int ir_change_github_statuses(struct ir_arena *, const char *text, size_t n, struct ir_deploy *, struct ir_err *);

/* gitlab.c */
int ir_change_gitlab_rows(const char *text, size_t n, struct ir_change_rows *, struct ir_err *);

/* Of each environment (subject) the newest that succeeded is what runs. */
void ir_change_mark_current(struct ir_change_rows *);

#endif
