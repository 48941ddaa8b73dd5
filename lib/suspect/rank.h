/*
 * rank - what the files of the ranking share. Private to lib/suspect.
 */
#ifndef IR_SUSPECT_RANK_H
#define IR_SUSPECT_RANK_H

#include "suspect/suspect.h"

/* Put the found (with their probabilities) into places, with other and none, the likeliest first. */
void suspect_group(struct ir_arena *, struct ir_suspect_found *, size_t n, struct ir_suspect_answer *);

/* Rates before and after the change, and how likely chance alone makes them differ so. */
struct suspect_curve;
void suspect_evidence(const struct suspect_curve *, size_t n_changes, struct ir_suspect_found *);

#endif
