/*
 * change - what changed: commits, deploys, migrations, from everything that knows of some
 *
 * Sources of deploys (docker, ledger, releases, log, command, kubectl, helm, github, gitlab, git) are one file each, ending in a const struct ir_change_ops, and one
 * entry in sources.c. All are asked at once; what they tell of the same deploy is united (unite.c), then git says what lies between a deploy and the one before it (between.c).
 */
#ifndef IR_CHANGE_CHANGE_H
#define IR_CHANGE_CHANGE_H

#include "conf/conf.h"
#include "rec/kinds.h"
#include "runtime/place.h"

enum {
	IR_CHANGE_DEPLOYS = 2000,	/* of a run */
	IR_CHANGE_UNITE_MS = 10 * 60 * 1000,	/* two sources that tell of the same revision within this tell of the same deploy */
};

/* What is asked for. */
struct ir_change_query {
	int64_t last;			/* of each kind (of deploys: and service); 0: no limit */
	int64_t since_ms, until_ms;	/* IR_TIME_NONE: no limit */
	const struct ir_list *services;	/* empty: all */
	const struct ir_place *place;
	const char *dir;		/* of the code, absolute */
	const char *range;		/* "A..B": commits, all of them; or a revision: the last ones up to it; NULL: up to HEAD */
	bool commits, deploys;		/* are wanted */
	int64_t now_ms;
};

/* A source that did not answer, or not with all. */
struct ir_change_fault {
	const char *service, *subject;	/* may be NULL */
	struct ir_err err;
};

struct ir_change_look;
struct ir_change_ops;

/* One source of this run. */
struct ir_change_source {
	const struct ir_change_ops *ops;
	const struct ir_section *section;	/* [deploy "…"] that asks for it; NULL: the place does */
	const char *service;			/* whose deploys it tells; NULL: it says itself */
	const char *origin;			/* "ir.conf:12" */
	struct ir_change_look *look;
	void *priv;
	bool begun, done;
};

struct ir_change_ops {
	const char *name;		/* as in known_by, and in type = … */
	/* Is the section complete? -1 with IR_CONFIG, without file and line. NULL: nothing to check. */
	int (*check)(struct ir_ctx *, const struct ir_section *, struct ir_err *);
	/* Ask; everything found by ir_change_add(); at the end (never from inside this call) ir_change_done(). -1: it could not be started; that becomes a fault. */
	int (*start)(struct ir_change_source *, struct ir_err *);
	/* End now, without ir_change_done(). */
	void (*stop)(struct ir_change_source *);
};

extern const struct ir_change_ops ir_change_docker, ir_change_ledger, ir_change_releases, ir_change_log, ir_change_command, ir_change_kubectl, ir_change_helm,
    ir_change_github, ir_change_gitlab, ir_change_git;
extern const struct ir_change_ops *const ir_change_sources[];	/* NULL-terminated; sources.c */

/* A deploy, zeroed by ir_row_init(&ir_kind_deploy): h.time_ms, h.service, time_basis at least; rollout when the source has a
 * number of its own for it (no '@' in it), else it is told by its time. Strings are copied. Of more than 2 * IR_CHANGE_DEPLOYS the newest stay; outside of the services and times that are asked for, it is left out (one before since_ms is kept as the one before another). */
void ir_change_add(struct ir_change_source *, const struct ir_deploy *);
void ir_change_fault(struct ir_change_source *, const char *service, const char *subject, const struct ir_err *);
void ir_change_done(struct ir_change_source *);
/* "sha256:…@2026-02-01T02:12:44.918Z", "155dfed…@shop/deployments/web/3" */
const char *ir_change_rollout(struct ir_arena *, const struct ir_deploy *);
/* One JSON object that somebody else wrote about a deploy: service revision version image image_id author message url time started finished status environment change
 * (also commit sha tag user by description deployed_at created_at timestamp; times RFC 3339 or epoch in s or ms). 0, or -1 with IR_DATA and what is wrong. Strings in the arena. */
int ir_change_read(struct ir_arena *, const char *text, size_t n, struct ir_deploy *ret, struct ir_err *);

struct ir_images;
struct ir_git;

struct ir_change_look {
	struct ir_ctx *ctx;
	struct ir_change_query q;
	struct ir_change_source *sources;
	size_t n_sources, waiting;
	struct ir_deploy *deploys;	/* by time, oldest first, after the finish */
	size_t n_deploys, size_deploys;
	struct ir_commit *commits;	/* in git's order: newest first */
	size_t n_commits;
	struct ir_change_fault *faults;
	size_t n_faults, size_faults;
	bool cut;			/* there is more than could be looked at */
	const struct ir_images *images;	/* the engine's, when it was asked; NULL */
	const char *repository;		/* name of the top directory of the code; NULL: there is none */
	struct ir_git *log;		/* under way */
	struct ir_change_between *between;
	bool no_git;			/* there is no repository */
	void (*done)(void *arg);	/* all sources were asked */
	void *arg;
};

/* Ask all sources; done is called from the loop when they and git have answered. A zeroed *look. -1 with IR_CONFIG: what [deploy] says makes no sense. */
int ir_change_start(struct ir_ctx *, const struct ir_change_query *, struct ir_change_look *look, void (*done)(void *arg), void *arg, struct ir_err *);
/* After the loop: end what is under way (each a fault), put deploys in order. */
void ir_change_finish(struct ir_change_look *);

/* summary.c: summaries and statuses, when all is known; after the finish. */
void ir_change_tell(struct ir_change_look *);

/* ---- inside: one file each */

/* commits.c: git's log of q.dir into look->commits. */
int ir_change_commits(struct ir_change_look *, struct ir_err *);
/* unite.c: what several tell of the same; by time; each one's previous; current ones. */
void ir_change_unite(struct ir_change_look *);
/* Do two tell of the same? Pure. */
bool ir_change_same(const struct ir_deploy *, const struct ir_deploy *);
/* Is one hash the beginning of the other, 7 digits at least? */
bool ir_change_same_revision(const char *, const char *);
/* between.c: of the newest deploys with a revision, what lies between them and the ones before. Calls done (maybe at once) when it is known. */
void ir_change_between(struct ir_change_look *, void (*done)(struct ir_change_look *));
void ir_change_between_stop(struct ir_change_look *);

#endif
