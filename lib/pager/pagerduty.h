/* pagerduty - what pagerduty.c (the list) and pagerduty_act.c (acks) share. Private to them and their tests. */
#ifndef IR_PAGER_PAGERDUTY_H
#define IR_PAGER_PAGERDUTY_H

#include "pager/work.h"

enum { IR_PAGERDUTY_BATCH = 250 };

struct pagerduty {
	struct ir_pager_work w;
	bool asked_me;
	/* acks */
	size_t *sent, n_sent, from_at;	/* items of the PUT under way, and where in the queue it began */
	size_t *gone, n_gone, gone_at;	/* items that the newest list does not show */
	bool *is_gone;
	int64_t began_us;		/* lists from before it do not count */
	bool fresh;			/* a list has just come: it counts once, however long it took */
	size_t limit, cap;		/* of one PUT: at present, and at most */
	int refused;			/* single ones in a row */
	bool unclear;			/* a PUT may have been done or not */
	struct ir_err last;		/* of that PUT */
	size_t hold_at;			/* in the queue: whose time is set by a snooze */
	int64_t hold_ms;		/* 0: as the service says */
};

/* Pure: an incident of an answer becomes an alert of w->into; NULL: it is none, or there already. */
struct ir_alert *ir_pagerduty_incident(struct ir_pager_work *, const json_t *);
/* Pure: when it is triggered again by itself. */
int64_t ir_pagerduty_until(const json_t *incident, int64_t acked_ms);
/* Pure: the answer to /users/me, or to /users?query=. */
void ir_pagerduty_user(struct ir_pager_work *, const json_t *root);
/* Pure: the body of a PUT of all of d->sent. */
json_t *ir_pagerduty_body(const struct pagerduty *, const struct ir_pager_job *);
/* Pure: what the answer to it says of each; true: it speaks of all. */
bool ir_pagerduty_settle(struct pagerduty *, const json_t *root);

int ir_pagerduty_choose(struct ir_pager *, struct ir_pager_job *, struct ir_err *);
int ir_pagerduty_act(struct ir_pager *, struct ir_pager_job *, struct ir_err *);
void ir_pagerduty_stop(struct ir_pager *);

#endif
