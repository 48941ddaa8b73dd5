/*
 * line - what one line of a log says: when, how bad, what, and for whom
 *
 * Pure: bytes in, spans of the same bytes out. The parts that make it up: stamp.h (times), level.h (levels), fields.h (JSON, logfmt), header.h (everything before the
 * message), ids.h (request and trace ids).
 */
#ifndef IR_LOGS_LINE_H
#define IR_LOGS_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "logs/level.h"
#include "logs/stamp.h"

/* Bytes that are looked at of one line; the rest is counted, and shown as cut. */
enum { IR_LOG_LINE_MAX = 16 << 10 };

struct ir_span {
	const char *p;		/* NULL: none */
	size_t n;
};

struct ir_log_line {
	int64_t ms;		/* IR_TIME_NONE: it has no time */
	bool zoned;
	enum ir_log_level level;	/* 0: it names none, and is no access log's line of a failure */
	enum ir_log_level named;	/* the one that it names */
	int status;			/* an access log's; 0: none */
	struct ir_span message;	/* without header and wrapping; in the line, or (unescaped from JSON) in the scratch buffer */
	struct ir_span logger;	/* component, program or logger's name */
	struct ir_span stack;	/* of a JSON or logfmt line: the member with the stack trace, unescaped */
	struct ir_span service;	/* of a JSON or logfmt line: "service", "service.name", "app" … */
	bool header;		/* something before the message was recognised as a header, or it was JSON or logfmt */
	bool fields;		/* it was JSON or logfmt */
	/* For lines that are alike but for digits: where things stand in the line itself (-1: nowhere). */
	int time_at;		/* its time, of time_shape */
	uint8_t time_shape;
	int level_at;		/* a level that is a number: "level":30, <34> */
	int status_at;		/* the status */
	bool uncertain;		/* digits decide how bad it is, and where they stand is not known */
	int header_seen;	/* so many bytes decided which time is the header's; -1: not known */
};

#endif
