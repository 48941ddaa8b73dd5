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
	const char *dir;		/* of the code */
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

/* A deploy, zeroed by ir_row_init(&ir_kind_deploy): h.time_ms, h.service, identity (id of the image, else the revision, else ""), rollout, time_basis at least. Strings are
 * copied. Beyond IR_CHANGE_DEPLOYS, or outside of the services and times that are asked for, it is left out (one before since_ms is kept as the one before another). */
void ir_change_add(struct ir_change_source *, const struct ir_deploy *);
void ir_change_fault(struct ir_change_source *, const char *service, const char *subject, const struct ir_err *);
void ir_change_done(struct ir_change_source *);
/* "2026-02-01T02:12:44.918Z", for rollout. */
const char *ir_change_rollout(struct ir_arena *, int64_t ms);
/* One JSON object that somebody else wrote about a deploy: service revision version image image_id author message url time started finished status environment change
 * (also commit sha tag user by description deployed_at created_at timestamp; times RFC 3339 or epoch in s or ms). 0, or -1 with IR_DATA and what is wrong. Strings in the arena. */
int ir_change_read(struct ir_arena *, const char *text, size_t n, struct ir_deploy *ret, struct ir_err *);

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
	void (*done)(void *arg);	/* all sources were asked */
	void *arg;
};

#endif
