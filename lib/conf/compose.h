/*
 * compose - what the files of lib/conf/compose*.c share
 */
#ifndef IR_CONF_COMPOSE_H
#define IR_CONF_COMPOSE_H

#include "conf/discover.h"

/* A variable as compose sees it: the environment, else .env in the project's directory; NULL when it is not set. */
const char *ir_compose_var(struct ir_arena *, const char *dir, const char *name);

/* $X ${X} ${X:-default} ${X-default} ${X:+other} ${X+other} ${X:?message} ${X?message} $$, also nested. NULL when compose
 * would refuse it. dir as above, may be NULL. */
const char *ir_compose_expand(struct ir_arena *, const char *dir, const char *text);

/* Add words to what could not be read. */
void ir_compose_note(struct ir_arena *, struct ir_compose *, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
