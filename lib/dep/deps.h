/*
 * deps - all dependencies of a place: found, asked at once, told
 *
 * Where they come from, in this order; a name that is taken is not taken again, and a target that is there already (same server, same database) is not asked twice:
 *	operands that are URLs; [database] [cache] [queue] of ir.conf; our own environment (DATABASE_URL, REDIS_URL, CELERY_BROKER_URL, PG*, …: dep/variables.c);
 *	.env of the compose project, else of the working directory; the environment of the project's containers, through the engine
 */
#ifndef IR_DEP_DEPS_H
#define IR_DEP_DEPS_H

#include "dep/dep.h"
#include "runtime/place.h"

struct ir_deps_query {
	const struct ir_list *urls;	/* operands */
	const struct ir_list *services;	/* -s; empty: all */
	bool    (*wanted)(void *arg, const char *service, const char *name);	/* NULL: all. Of those that have a name */
	void     *wanted_arg;
	bool      only_urls;		/* nothing but the operands */
	bool      only_find;		/* none is asked anything */
	const struct ir_dep_ops *(*as)(void *arg, const struct ir_dep_ops *);	/* who asks, instead of a backend that would; NULL: it is left out. NULL: the backend itself */
	void     *as_arg;
	const struct ir_place *place;
	int64_t   timeout_ms;		/* of one dependency */
	int64_t   sample_ms;		/* 0: one look; else a second one that much later */
	bool      detail;
};

struct ir_deps {
	struct ir_ctx *ctx;
	struct ir_deps_query q;
	struct ir_dep **v;		/* grows while the loop runs: containers may name more */
	size_t n, size;
	struct ir_check **rows;		/* after ir_deps_finish(): the own rows, all that was found, and of an engine that could not be asked */
	size_t n_rows;
	struct ir_list lost;		/* what was found and is left out, and why, in words: ".env:3: 'redis' is by REDIS_URL" */
	bool containers;		/* the engine is asked, too */
	struct ir_err no_engine;	/* after the finish: why it could not be; code 0: it could, or was not */
	void *engine;			/* find_containers.c's own */
	struct ir_deps_state *state;
};

/* Everything but the containers. A zeroed *ret is empty. -1 with IR_CONFIG, IR_USAGE. ctx->arena has to outlive *ret. */
int ir_deps_find(struct ir_ctx *, const struct ir_deps_query *, struct ir_deps *ret, struct ir_err *);
/* Start all, and the engine's answer when the place has one; then ir_loop_run(). May be called again after a finish, for -w: arena is that of the turn. */
int ir_deps_start(struct ir_deps *, struct ir_arena *arena, struct ir_err *);
/* After the loop ended: what is under way becomes `unknown`. Rows are complete, worst first. */
void ir_deps_finish(struct ir_deps *);
/* Wipe the secrets. */
void ir_deps_done(struct ir_deps *);

/* For the finders (dep/find.h). A new one, of the turn: fill it in, then add it; name NULL: it is called after its subject. */
struct ir_dep *ir_deps_new(struct ir_deps *, const char *type, const char *name, const char *origin);
/* Add it, prepared, and started if the others were. It is copied with all its texts, and url and password are moved out of it: it is of no use afterwards. A duplicate,
 * or one not wanted, is left out. ops NULL: by the scheme of url. -1 with what prepare() said of an operand or a section; what was merely discovered and cannot be used is
 * added with `unready`, when its scheme is one of ours. */
int ir_deps_add(struct ir_deps *, struct ir_dep *, struct ir_err *);

#endif
