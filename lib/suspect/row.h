/*
 * row - an answer as records
 */
#ifndef IR_SUSPECT_ROW_H
#define IR_SUSPECT_ROW_H

#include "rec/kinds.h"
#include "suspect/gather.h"

/* The i-th place of an answer. */
void ir_suspect_row(struct ir_arena *, const struct ir_gather *, const struct ir_suspect_answer *, size_t i, struct ir_suspect *row);

#endif
