/* record - a deploy that somebody says happened just now: one line in the journal, which is the ledger */
#ifndef IR_CHANGE_RECORD_H
#define IR_CHANGE_RECORD_H

#include "change/change.h"

/* What was said; NULL: nothing, and it is found out where it can be. */
struct ir_change_recorded {
	const char *service, *revision, *version, *image, *by, *message, *url, *outcome;
	int64_t keep;		/* of the service's last images so many get a name that keeps them from being pruned; 0: none */
	const struct ir_place *place;
	const char *dir;
};

/* keep.c: the names that the last `keep` images of the service get, those it runs and ran, and those of ours beyond them that are taken away. Pure. In the arena; returns how many. */
struct ir_image_name;
size_t ir_change_keep(struct ir_arena *, const struct ir_change_look *, const char *service, int64_t keep, struct ir_image_name **ret);

/* Ask engine and git what was not said, print and journal the record. An enum ir_exit, or -1: IR_BACKEND without a journal. Runs ctx->loop. */
int ir_change_record(struct ir_ctx *, const struct ir_change_recorded *, struct ir_err *);

#endif
