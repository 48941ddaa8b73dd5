/*
 * find - where dependencies are found, one file a place. Private to lib/dep
 *
 * Each adds what it finds by ir_deps_add(), and leaves what is wanted, a duplicate or on one server to that. -1 with IR_CONFIG or IR_USAGE: nothing is asked at all;
 * what was merely discovered and cannot be used never is that.
 */
#ifndef IR_DEP_FIND_H
#define IR_DEP_FIND_H

#include "dep/deps.h"
#include "dep/variables.h"

/* [database] [cache] [queue] of ir.conf; find_conf.c */
int ir_deps_find_conf(struct ir_deps *, struct ir_err *);
/* Of these, each [queue] that does not say where its jobs are and could not be added yet. last: nothing more is to come, so it is added as one that cannot be asked. */
int ir_deps_find_queues(struct ir_deps *, bool last, struct ir_err *);

/* Our own environment, then .env; find_env.c */
int ir_deps_find_env(struct ir_deps *, struct ir_err *);
/* What was discovered first of that type: its URL and password (copied) and backend; false: nothing. In the environment and .env, then in containers if these were asked. */
bool ir_deps_find_default(struct ir_deps *, const char *type, struct ir_dep *);
/* A dependency of what variables say; the secrets are moved. */
struct ir_dep *ir_deps_of_variable(struct ir_deps *, struct ir_variable_dep *, const char *origin);

/* find_place.c: by its host, the service that it belongs to where none is said, and whether only the engine can tell where that is (held). Before it is added. */
void ir_deps_find_place(const struct ir_deps *, struct ir_dep *);
enum { IR_DEP_HOSTS_MAX = 16 };
struct ir_dep_host {
	const char *host;	/* without brackets */
	uint16_t    port;	/* 0: of no known scheme */
};
/* The hosts of a URL, at most max; none for a unix socket. In the arena. Pure. */
size_t ir_deps_hosts(struct ir_arena *, const char *url, struct ir_dep_host *v, size_t max);
/* The address by which a port of a host of the project can be reached from here, as "127.0.0.1:15432"; NULL: it is none of the project's, or cannot be reached (then *down
 * says why). via: in words. at: where the engine's published ports are (NULL: not known). local: that is this machine. Pure; so is the second, of one container. */
const char *ir_deps_reach(struct ir_arena *, const struct ir_container *v, size_t n, const char *host, uint16_t port, const char *at, bool local, const char **via,
    const char **down);
const char *ir_container_reach(struct ir_arena *, const struct ir_container *, uint16_t port, const char *at, bool local, const char **via);

/* Ask the engine (d->q.place) for the project's containers; what it answers is added while the loop runs, and started at once. Called with each ir_deps_start();
 * d->containers says whether there is anything to ask, d->engine is its own; find_containers.c. Why it could not be: d->no_engine. */
void ir_deps_find_containers(struct ir_deps *);
/* After the loop: end that, if it is still under way; d->no_engine says so then. */
void ir_deps_find_containers_stop(struct ir_deps *);
/* Of what they just answered, as ir_deps_find_default(). */
bool ir_deps_container_default(struct ir_deps *, const char *type, struct ir_dep *);
/* Is that what a [queue] of that type would be asked for? A broker is better than a cache. 0: no, 1: yes, 2: none is better. Copies the secrets. */
int ir_deps_default_of(const struct ir_variable_dep *, const char *type, struct ir_dep *);

/* deps.c: how one that was held is reached (via NULL: as it says itself; down: why not, in this turn); copied. Then start all that were held. */
void ir_deps_place(struct ir_deps *, struct ir_dep *, const struct ir_list *resolve, const char *via, const char *down);
void ir_deps_release(struct ir_deps *);

#endif
