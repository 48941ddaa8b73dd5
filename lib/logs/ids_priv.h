/*
 * ids_priv - what is an id, for those who read names and values
 */
#ifndef IR_LOGS_IDS_PRIV_H
#define IR_LOGS_IDS_PRIV_H

#include <stdbool.h>

#include "logs/ids.h"

/* Could it be the name of an id? */
bool ir_ids_name(const char *name, size_t n);
/* Add the value, if the name is one of an id's; names such as "request", which may mean other things, only when the value looks like an id. */
void ir_ids_add_named(struct ir_ids *, const char *name, size_t n_name, const char *p, size_t n);

#endif
