/*
 * header - what stands before the message: times, host, program, process, thread, level, logger
 *
 * No format is configured and none is recognised as a whole: the last time among the first words is found, then what loggers put after it is taken off piece by piece. Pure. Apart from what the times
 * are, it is the same for lines with one skeleton and times at the same places.
 */
#ifndef IR_LOGS_HEADER_H
#define IR_LOGS_HEADER_H

#include "logs/line.h"

enum { IR_HEADER_WORDS = 8 };	/* a time begins within so many words */

struct ir_header {
	size_t message;		/* where it begins; 0: no header */
	bool stamped;		/* there is a time */
	struct ir_stamp stamp;
	size_t stamp_at, stamp_n;
	enum ir_log_level level;
	long level_at;		/* of a level that is a number (<PRI>); -1 */
	struct ir_span logger;
	size_t seen;		/* words with digits that begin in so many bytes decided */
	bool web;		/* a time in brackets after an address: an access log */
};

void ir_header_read(const char *p, size_t n, struct ir_stamp_base *, struct ir_header *);
/* Only the last time of the first words, as ir_header_read() finds it. seen gets how many bytes decided that. */
bool ir_header_stamp(const char *p, size_t n, struct ir_stamp_base *, struct ir_stamp *, size_t *at, size_t *len, size_t *seen);

#endif
