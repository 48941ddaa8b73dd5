/*
 * change - something happens to an incident: journalled, told to the ticket and the channels
 *
 * A plan like any actor's: the first step is the journal's, then the ticket, then a post for each channel. The journal has it before anybody is told, whatever becomes of the rest, and the posts are in the outbox
 * before the ticket system is asked. It is asked while the channels are told; only when the incident is opened it comes first, for the ticket's URL is in the posts.
 */
#ifndef IR_INCIDENT_CHANGE_H
#define IR_INCIDENT_CHANGE_H

#include "channel/channel.h"
#include "incident/incident.h"
#include "plan/plan.h"

struct ir_incident_change {
	struct ir_incident *incident;	/* as it stands afterwards; event, who, message are set by ir_incident_change_begin() */
	const char *event;		/* opened severity assigned joined closed; NULL: a note */
	const char *message;		/* NULL: nothing said */
	const struct ir_note *note;	/* NULL: none; it gets its id */
	const struct ir_list *about;	/* lines about what it is about: alerts; may be NULL */
	const struct ir_list *channels;	/* names; empty: all */
	bool no_post, no_ticket;
	int *lock;			/* of incidents: given back when the record is in the journal; NULL: none was taken */
	/* inside */
	struct ir_plan_at_work work;
	struct ir_channels to;
	bool posts;			/* there is somebody to tell */
	struct ir_channel_msg msg;
};

/* Steps of what is to be done. -1 with IR_CONFIG. */
int ir_incident_change_begin(struct ir_incident_change *, struct ir_ctx *, struct ir_err *);
/* -n */
int ir_incident_change_show(struct ir_incident_change *);
/* Do it. Returns the exit status, or -1: nothing was done. */
int ir_incident_change_do(struct ir_incident_change *, struct ir_err *);
void ir_incident_change_done(struct ir_incident_change *);

/* words.c, pure: "[sev1] Checkout is down (inc-7k3f2q8m)", and what is said below it. */
const char *ir_incident_headline(struct ir_arena *, const struct ir_incident *, const char *event);
const char *ir_incident_story(struct ir_arena *, const struct ir_incident_change *, int64_t now_ms);
/* "open for 42m: Checkout is down": the record's summary. */
const char *ir_incident_summary(struct ir_arena *, const struct ir_incident *);

#endif
