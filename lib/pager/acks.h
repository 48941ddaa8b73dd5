/*
 * acks - which alerts are to be acknowledged (renewed, given back), as steps of a plan over all pagers
 */
#ifndef IR_PAGER_ACKS_H
#define IR_PAGER_ACKS_H

#include "pager/pager.h"
#include "plan/plan.h"

/* An alert that is meant, as a record has it. */
struct ir_ack_target {
	const char *id, *pager, *alert, *service, *subject;
};

struct ir_acks_query {
	enum ir_pager_verb verb;
	const struct ir_ack_target *targets;
	size_t n;
	bool mine;			/* besides, all that this user has acknowledged */
	const char *note;		/* NULL */
	int64_t for_ms;			/* 0: as the pager's section says */
	bool wide, anyone;
};

struct ir_ack_pair;
struct ir_acks {
	struct ir_pager_look *look;
	struct ir_acks_query q;
	struct ir_plan_at_work work;
	struct ir_ack_pair *pairs;	/* each an action, and the item that it is about */
	size_t n;
};

/* After ir_pager_list(). Each pager that has something to do gets its job (what it costs is in it), or act_err says why nothing can be done there; work has all steps. Pure. */
void ir_acks_choose(struct ir_acks *, struct ir_pager_look *, const struct ir_acks_query *);
/* After ir_pager_act(): how each step went. */
void ir_acks_settle(struct ir_acks *);

#endif
