/*
 * docker_place - of an inspected container: what of its environment is wanted, and where it can be reached. Pure, private to lib/runtime
 */
#ifndef IR_RUNTIME_DOCKER_PLACE_H
#define IR_RUNTIME_DOCKER_PLACE_H

#include <jansson.h>

#include "runtime/docker.h"

/* Config.Env; every string of it is wiped. */
void ir_docker_take_env(struct ir_arena *, const json_t *list, bool (*wanted)(const char *name), struct ir_container *);
/* NetworkSettings and HostConfig. */
void ir_docker_take_place(struct ir_arena *, const json_t *settings, const json_t *host, struct ir_container *);

#endif
