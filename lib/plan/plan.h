/*
 * plan - what an actor is about to do, and what became of it
 *
 * Each actor reads all its input, observes, makes a plan of steps, shows it or does it. The journal holds the plan and each step as `planned`, synced to disk,
 * before the first byte is sent, and each step's outcome after. One code path: a dry run stops before ir_plan_intend() makes the run an actor.
 */
#ifndef IR_PLAN_PLAN_H
#define IR_PLAN_PLAN_H

#include "rec/emit.h"
#include "rec/read.h"

/* All operands of an actor: handles, and "-" for standard input. 0, or -1:
 * IR_REFUSED when there is nothing, when the input was cut short or its run not complete, when a record is of another environment than env (NULL: not asked);
 * IR_DATA for a malformed line, or a record of a kind that is not among kinds (NULL-terminated): the whole input is refused, and the message names the line and the kinds. */
int ir_plan_read(struct ir_ctx *, char **operands, const struct ir_kind *const *kinds, const char *env, struct ir_in *, struct ir_err *);

struct ir_plan_at_work {
	struct ir_ctx *ctx;
	struct ir_plan plan;
	const char *id;			/* of the plan */
	struct ir_action **v;		/* steps */
	size_t n, size;
	bool intended;
};

void ir_plan_begin(struct ir_plan_at_work *, struct ir_ctx *, const char *verb, const char *reason);
/* A step, to be filled in: h.service, h.subject, h.summary, h.refs, target, backend, before; strings in ctx->arena. Its status is PLANNED; one for which there is nothing to do, or that is refused, gets its status at once. */
struct ir_action *ir_plan_add(struct ir_plan_at_work *);
/* -n: the plan and its steps are printed as they are; statuses count. Returns the exit status. */
int ir_plan_show(struct ir_plan_at_work *);
/* Journal plan and steps, synced, and declare the run an actor. When no step is planned nothing happens. -1 with IR_REFUSED or IR_IO: nothing may be sent. */
int ir_plan_intend(struct ir_plan_at_work *, struct ir_err *);
/* The steps' statuses are what they became: journalled and printed, with the time of now. Returns the exit status: 0 all done or nothing to do; 4 some; 3 all refused; 1 none, all failed; 2 none, and not known of some. */
int ir_plan_tell(struct ir_plan_at_work *);

#endif
