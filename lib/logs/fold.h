/*
 * fold - the lines of one stack trace are one event
 *
 * Python (chained causes; ExceptionGroup), Java, Go (panics, goroutines), Node, Rust (panics, backtraces), Ruby, PHP, .NET. What a line is by itself is told once by ir_fold_class()
 * (pure, and the same for lines with one skeleton); what it is in its stream is the little machine below. No line is held back: an event is open until a line comes that does not belong to it.
 */
#ifndef IR_LOGS_FOLD_H
#define IR_LOGS_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "logs/line.h"

enum { IR_FOLD_LINES = 1000, IR_FOLD_BYTES = 256 << 10, IR_FOLD_FRAMES = 5 };

/* What a line (its message, and whether a header stood before it) could be; 0: nothing but an ordinary line. Fits 8 bits. */
uint8_t ir_fold_class(const char *message, size_t n, bool header);

enum ir_fold_step {
	IR_FOLD_NEW,		/* a new event begins with this line (the one before is complete) */
	IR_FOLD_MORE,		/* it belongs to the open event */
	IR_FOLD_FRAME,		/* it belongs, and is a frame: ir_fold_frame() says of what */
	IR_FOLD_ERROR,		/* it belongs, and is the exception's own line "Type: message": of several the last one said decides (Java: the last "Caused by:") */
};

/* Of one stream. Zero is the beginning. */
struct ir_fold {
	uint8_t state, language;
	bool headers;		/* an event with a header is open: only a line without one goes on with it */
	uint32_t lines, bytes;	/* of the open event */
};

enum ir_fold_step ir_fold_line(struct ir_fold *, uint8_t cls, size_t n, bool header);

/* A frame: file, line and function, whatever is there; in_app is false for the library's and runtime's own (site-packages, java., node:internal, /usr/local/go/src …). */
struct ir_frame {
	struct ir_span file, function;
	long line;		/* 0: not said */
	bool in_app;
};
bool ir_fold_frame(const char *message, size_t n, struct ir_frame *);
/* "Caused by: java.sql.SQLException: no connection": the type and the message. */
bool ir_fold_error(const char *message, size_t n, struct ir_span *type, struct ir_span *text);

#endif
