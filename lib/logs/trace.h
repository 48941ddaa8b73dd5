/*
 * trace - what the lines of a stack trace say together: which exception, and where in one's own code
 *
 * Python says the innermost frame last, everyone else first; Go and Rust say a frame's function and its file on two lines; PHP says where a function was called, not where it was.
 */
#ifndef IR_LOGS_TRACE_H
#define IR_LOGS_TRACE_H

#include "logs/fold.h"

enum { IR_TRACE_TYPE = 128, IR_TRACE_TEXT = 512, IR_TRACE_FILE = 200, IR_TRACE_FUNCTION = 160 };

struct ir_trace_frame {
	char file[IR_TRACE_FILE], function[IR_TRACE_FUNCTION];	/* "" where it is not said */
	long line;
};
/* Of the open event of one stream. Zero is the beginning. */
struct ir_trace {
	bool is;			/* there were frames, or an exception's own line below the first */
	char type[IR_TRACE_TYPE];	/* "" : none was named */
	char text[IR_TRACE_TEXT];	/* its message's first line, cut */
	struct ir_trace_frame v[IR_FOLD_FRAMES];	/* own code only, innermost first */
	size_t n;
	/* own */
	uint8_t language;
	size_t at;			/* where the next frame goes */
	struct ir_trace_frame half;	/* whose other half is on the next line */
};

/* A line that ir_fold_line() was just given, and what it said of it. */
void ir_trace_line(struct ir_trace *, const struct ir_fold *, enum ir_fold_step, uint8_t cls, const char *message, size_t n);
/* The same of a whole trace in one text, as JSON lines have it. */
void ir_trace_text(struct ir_trace *, const char *p, size_t n);
/* "app/views.py:42 in checkout", or what of it is known. */
void ir_trace_frame_text(const struct ir_trace_frame *, struct ir_buf *);

#endif
