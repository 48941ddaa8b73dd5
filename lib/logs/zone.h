/*
 * zone - which zone the times of a source mean when they name none
 */
#ifndef IR_LOGS_ZONE_H
#define IR_LOGS_ZONE_H

#include "logs/source.h"

struct ir_logs_zone {
	bool known;	/* the section says it: `timezone`; else it is this machine's */
	int minutes;	/* east of UTC; of a zone with summer time, now; when known */
};

/* "UTC", "Z", "+02:00", "-0530", "Europe/Berlin": minutes east of UTC at the instant. 0, or -1 with IR_CONFIG. */
int ir_logs_zone_parse(const char *text, int64_t at_ms, int *minutes, struct ir_err *err);
/* As the source's section says. To be called from prepare(): 0, or -1 with IR_CONFIG. section may be NULL. */
int ir_logs_zone_of(const struct ir_section *, int64_t now_ms, struct ir_logs_zone *, struct ir_err *err);
/* Put it into a stream whose newest_ms is set. */
void ir_logs_zone_set(const struct ir_logs_zone *, struct ir_logs_stream *);

#endif
