/*
 * refs - the summaries of records that others rest on, looked up all at once
 */
#ifndef IR_REC_REFS_H
#define IR_REC_REFS_H

#include "rec/read.h"

enum { IR_REFS_MAX = 10000 }; /* different ids that are looked up; those beyond have no summary */

struct ir_refs {
	struct ir_arena  arena;
	struct ir_about *v;	/* by id */
	size_t           n;
};

/* The refs of all records in *in: from *in, else from the journal (NULL: none). *in has to stay. */
void ir_refs_look_up(struct ir_refs *, const struct ir_in *, struct ir_journal *);
/* NULL when it is not known. arg is a struct ir_refs: this is an ir_detail_lookup. */
const char *ir_refs_summary(void *arg, const char *id);
void ir_refs_done(struct ir_refs *);

#endif
