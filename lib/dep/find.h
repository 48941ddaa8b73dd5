/*
 * find - where dependencies are found, one file a place. Private to lib/dep
 *
 * Each adds what it finds by ir_deps_add(), and leaves what is wanted, a duplicate or on one server to that. -1 with IR_CONFIG or IR_USAGE: nothing is asked at all;
 * what was merely discovered and cannot be used never is that.
 */
#ifndef IR_DEP_FIND_H
#define IR_DEP_FIND_H

#include "dep/deps.h"

/* [database] [cache] [queue] of ir.conf; find_conf.c */
static inline int
ir_deps_find_conf(struct ir_deps *d, struct ir_err *err)
{
	(void)d, (void)err;
	return 0;
}

/* Our own environment, then .env; find_env.c */
static inline int
ir_deps_find_env(struct ir_deps *d, struct ir_err *err)
{
	(void)d, (void)err;
	return 0;
}

/* Ask the engine (d->q.place) for the project's containers; what it answers is added while the loop runs, and started at once. Called with each ir_deps_start();
 * d->containers says whether there is anything to ask, d->engine is its own; find_containers.c. Why it could not be: d->no_engine. */
static inline void
ir_deps_find_containers(struct ir_deps *d)
{
	(void)d;
}

/* After the loop: end that, if it is still under way; d->no_engine says so then. */
static inline void
ir_deps_find_containers_stop(struct ir_deps *d)
{
	(void)d;
}

#endif
