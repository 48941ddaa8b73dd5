/*
 * chain_row - a chain as a record
 */
#ifndef IR_LOGS_CHAIN_ROW_H
#define IR_LOGS_CHAIN_ROW_H

#include "logs/correlate.h"
#include "rec/kinds.h"

/* Fill in the row, and of each pattern the handle that its own record has. All lives in the arena and in the chain. */
void ir_chain_row(struct ir_arena *, const struct ir_logs_chain *, struct ir_chain *);
/* The handle of a pattern's record. */
const char *ir_pattern_id(struct ir_arena *, const struct ir_logs_pattern *);

#endif
