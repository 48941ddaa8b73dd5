/* record - a deploy that somebody says happened just now: one line in the journal, which is the ledger */
#ifndef IR_CHANGE_RECORD_H
#define IR_CHANGE_RECORD_H

#include "change/change.h"

/* What was said; NULL: nothing, and it is found out where it can be. */
struct ir_change_recorded {
	const char *service, *revision, *version, *image, *by, *message, *url, *outcome;
	const struct ir_place *place;
	const char *dir;
};

/* Ask engine and git what was not said, print and journal the record. 0, or -1: IR_BACKEND without a journal. Runs ctx->loop. */
int ir_change_record(struct ir_ctx *, const struct ir_change_recorded *, struct ir_err *);

#endif
