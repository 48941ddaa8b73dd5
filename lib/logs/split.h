/*
 * split - since when something in a log is news
 */
#ifndef IR_LOGS_SPLIT_H
#define IR_LOGS_SPLIT_H

#include "base/ctx.h"

enum { IR_SPLIT_AFTER_MS = 15 * 60 * 1000, IR_SPLIT_BEFORE_MS = 60 * 60 * 1000, IR_SPLIT_DAY_MS = 24 * 60 * 60 * 1000 };

struct ir_logs_split {
	int64_t ms;		/* IR_TIME_NONE: nothing is compared */
	int64_t since_ms;	/* how far back to read for what came before: three times as long as what comes after, an hour at least, a day at most */
	const char *why;	/* "as said", "incident inc-…", "deploy dep-…", "15 minutes before the end" */
};

/* What was said (IR_TIME_NONE: nothing); else when the newest incident began that is not closed; else the last deploy within a day; else a quarter of an hour before the end. end_ms: of what is read. */
struct ir_logs_split ir_logs_split(struct ir_ctx *, int64_t said_ms, int64_t end_ms);

#endif
