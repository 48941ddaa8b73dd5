/*
 * fold - the lines of one stack trace are one event
 *
 * Python (chained causes; ExceptionGroup), Java, Go (panics, goroutines), Node, Rust (panics, backtraces), Ruby, PHP, .NET. What a line is by itself is told once by ir_fold_class()
 * (pure, and the same for lines with one skeleton); what it is in its stream is the little machine below. No line is held back: an event is open until a line comes that does not belong to it.
 *
 *	- a header begins an event, and what is indented below it belongs to it
 *	- without one, what is indented is an ordinary line unless a trace is open: tables and YAML do not become one event
 *	- a trace belongs to the line before it when that line has a header and does not say that all is well (`calm`), or announces an error ("Internal Server Error: /x")
 *	- where every line of a trace has a header (syslog, CRI), the trace is told by its frames
 *	- an empty line belongs to an open trace, and is an ordinary line elsewhere
 */
#ifndef IR_LOGS_FOLD_H
#define IR_LOGS_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "logs/line.h"

enum { IR_FOLD_LINES = 1000, IR_FOLD_BYTES = 256 << 10, IR_FOLD_FRAMES = 5 };

/* What a line could be by its message, without the header; 0: nothing but an ordinary line. */
uint8_t ir_fold_class(const char *message, size_t n);
/* The same of the message's skeleton (skeleton.h), of IR_LOG_LINE_MAX bytes at most. */
uint8_t ir_fold_class_skeleton(const char *text, size_t n);

enum ir_fold_step {
	IR_FOLD_NEW,		/* a new event begins with this line (the one before is complete) */
	IR_FOLD_MORE,		/* it belongs to the open event */
	IR_FOLD_FRAME,		/* it belongs, and is a frame: ir_fold_frame() says of what */
	IR_FOLD_ERROR,		/* it belongs, and is the exception's own line "Type: message": of several the last one said decides (Java: the last "Caused by:") */
};

enum ir_fold_language { IR_FOLD_NO_LANGUAGE, IR_FOLD_PYTHON, IR_FOLD_AT, IR_FOLD_GO, IR_FOLD_RUST, IR_FOLD_RUBY, IR_FOLD_PHP };	/* AT: Java and its kin, JavaScript, .NET */

/* Of one stream. Zero is the beginning. */
struct ir_fold {
	uint8_t state, language;
	bool headers;		/* an event with a header is open: only a line without one goes on with it */
	bool calm;		/* set by the caller after IR_FOLD_NEW: the line's level is below warn, so that a trace after it, of a program that died, is not its own */
	bool wrapped;		/* each line of the open trace has a header */
	uint8_t sure;		/* how little else the beginning of the open trace can be: 0 to 2 */
	bool gap;		/* the line before was empty */
	bool muted;		/* frames that come are not the error's: of "Suppressed:", of another goroutine */
	bool leaf;		/* the first error within an ExceptionGroup has been told */
	bool frame;		/* the line before was a frame */
	uint8_t count;		/* of lines of a message, of causes */
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
/* "Caused by: java.sql.SQLException: no connection": the type and the message. False when no type is named: text is then the whole. */
bool ir_fold_error(const char *message, size_t n, struct ir_span *type, struct ir_span *text);
/* The same, where it ends a line that begins otherwise: "request failed: RangeError: too many". */
bool ir_fold_error_within(const char *message, size_t n, struct ir_span *type, struct ir_span *text);

#endif
