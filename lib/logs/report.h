/*
 * report - patterns and lines as records
 */
#ifndef IR_LOGS_REPORT_H
#define IR_LOGS_REPORT_H

#include "logs/judge.h"
#include "logs/lines.h"

struct ir_logs_report {
	const struct ir_logs_counts *counts;
	const struct ir_logs_verdict *verdicts;	/* one a pattern */
	struct ir_logs_span span;		/* counts over time are of this, so that those of all patterns stand below one another */
	int64_t split_ms;
};
/* Pattern i as a row. All lives in the arena and in counts. */
void ir_logs_pattern_row(struct ir_arena *, const struct ir_logs_report *, size_t i, struct ir_pattern *);
/* What was counted and belongs to no pattern that is told of: a row, so that the lines of all rows add up. False: there is none. */
bool ir_logs_other_row(struct ir_arena *, const struct ir_logs_counts *, struct ir_pattern *);

/* A line as a row, without secrets. */
void ir_logs_line_row(struct ir_arena *, const struct ir_logs_shown *, struct ir_line *);

/* "1,204" */
const char *ir_logs_count_text(struct ir_arena *, int64_t);

#endif
