/*
 * gather - what an incident is about, from the records that it is opened with
 */
#ifndef IR_INCIDENT_GATHER_H
#define IR_INCIDENT_GATHER_H

#include "rec/kinds.h"
#include "rec/read.h"

struct ir_incident_gathered {
	int64_t        began_ms;	/* of the earliest alert, else of the earliest trouble; IR_TIME_NONE */
	struct ir_list alerts;		/* ids */
	struct ir_list refs;		/* ids of the rest */
	struct ir_list services;
	struct ir_list about;		/* a line for each alert, then for each other */
	const char    *severity;	/* sev1 … sev4, by the worst alert; NULL: none says */
};

/* Kinds that an incident may be about; NULL-terminated. */
extern const struct ir_kind *const ir_incident_about[];

/* Pure. Strings in the arena. */
void ir_incident_gather(struct ir_arena *, const struct ir_in *, struct ir_incident_gathered *);

#endif
