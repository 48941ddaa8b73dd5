/*
 * look - once, or with -w again and again: each turn within the deadline, what changed between them printed
 */
#ifndef IR_CLI_LOOK_H
#define IR_CLI_LOOK_H

#include "cli/cmd.h"
#include "rec/changes.h"

struct ir_look {
	struct ir_ctx *ctx;
	const struct ir_common *common;
	struct ir_changes_rules rules;
	int64_t more_ms;		/* a look may take longer than the deadline says */
	/* One look; ctx->arena is that of the turn. The rows live until the next one. */
	int (*once)(void *arg, struct ir_check ***rows, size_t *n, struct ir_err *);
	/* Rows were printed; of those that changed, `change` is set. NULL: nothing to say. */
	void (*printed)(void *arg, struct ir_check *const *rows, size_t n, bool first);
	/* After the first look: an exit status for what was asked for and is not there. */
	int (*asked)(void *arg, struct ir_check *const *rows, size_t n);
	void *arg;
};

/* Returns what asked() said, or -1 with *err. */
int ir_look(const struct ir_look *, struct ir_err *);

/* -w for whatever else: a turn each interval, each with the deadline (and more_ms) and an arena of its own in ctx, until stopped, or nobody reads any more. 0, or -1 with *err as the turn said. */
int ir_turns(struct ir_ctx *, const struct ir_common *, int64_t more_ms, int (*turn)(void *arg, struct ir_err *), void *arg, struct ir_err *);

#endif
