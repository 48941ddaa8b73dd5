/*
 * line_read - one line, read in full
 */
#ifndef IR_LOGS_LINE_READ_H
#define IR_LOGS_LINE_READ_H

#include "logs/ids.h"
#include "logs/line.h"

/* Where texts are that stand in no line as they are. */
struct ir_line_scratch {
	struct ir_buf clean, outer, inner;
};
void ir_line_scratch_init(struct ir_line_scratch *);
void ir_line_scratch_done(struct ir_line_scratch *);

/* Read n bytes (no newline; those beyond IR_LOG_LINE_MAX are passed over). stamped: the transport put a time before them (source.h). ids may be NULL. What is returned points into p or into the
 * scratch, until the next call. Offsets are -1 where the line had to be cleaned first. */
void ir_line_read(struct ir_line_scratch *, bool stamped, struct ir_stamp_base *, const char *p, size_t n, struct ir_log_line *, struct ir_ids *ids);
/* A message of several lines, as JSON can hold it, says what happened in the first; all of it may be a stack trace, where no other is told. */
void ir_line_split(struct ir_log_line *);

#endif
