/*
 * changes - of alerts between one look and the next, for -w: + began, ~ has another state or holder, - is over
 */
#ifndef IR_PAGER_CHANGES_H
#define IR_PAGER_CHANGES_H

#include "base/ctx.h"
#include "rec/kinds.h"

struct ir_alert_seen;

/* Zeroed to begin with. */
struct ir_alert_changes {
	struct ir_arena arena;
	struct ir_alert_seen *v;	/* by id */
	size_t n;
	bool any;			/* there was a look before */
};

/* Of the first look all; then what changed: *v becomes that, in ctx->arena, with those that are over. silent(): this alert is kept as it was, for its pager did not answer, or leaves it out now. Returns how many. */
size_t ir_alert_changes(struct ir_alert_changes *, struct ir_ctx *, struct ir_alert ***v, size_t n, bool (*silent)(void *arg, const char *pager, const char *alert), void *arg);
void ir_alert_changes_done(struct ir_alert_changes *);

#endif
