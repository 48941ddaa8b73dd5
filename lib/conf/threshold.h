/*
 * threshold - "NAME VALUE", as in `warn = connections 70%`
 */
#ifndef IR_CONF_THRESHOLD_H
#define IR_CONF_THRESHOLD_H

#include <stdbool.h>

#include "base/err.h"

enum ir_threshold_unit {
	IR_THRESHOLD_STATE,		/* off is all that there is to say */
	IR_THRESHOLD_SHARE,		/* 80%: 0.8 */
	IR_THRESHOLD_COUNT,		/* 30 */
	IR_THRESHOLD_SECONDS,		/* 5m */
	IR_THRESHOLD_BYTES,		/* 1G */
	IR_THRESHOLD_PER_SECOND,	/* 10/s, or 5/min */
	IR_THRESHOLD_PER_MINUTE,
	IR_THRESHOLD_UNITS
};

enum { IR_THRESHOLD_NAME_MAX = 64 };

/* 0, or -1 with IR_CONFIG when it is not two words. *value points into text. */
int ir_threshold_split(const char *text, char name[static IR_THRESHOLD_NAME_MAX], const char **value, struct ir_err *);
/* NAN for off. -1 with IR_CONFIG and how it is written. */
int ir_threshold_value(const char *value, enum ir_threshold_unit, double *ret, struct ir_err *);

#endif
