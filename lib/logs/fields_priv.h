/*
 * fields_priv - what the members of a line mean, for the readers of JSON and of logfmt
 */
#ifndef IR_LOGS_FIELDS_PRIV_H
#define IR_LOGS_FIELDS_PRIV_H

#include "logs/fields.h"

enum ir_field_role {
	IR_FIELD_OTHER,
	IR_FIELD_MESSAGE,
	IR_FIELD_TIME,
	IR_FIELD_LEVEL,
	IR_FIELD_LOGGER,
	IR_FIELD_SERVICE,
	IR_FIELD_STACK,
	IR_FIELD_STATUS,
	IR_FIELD_ROLES,
};

/* How a number in a level is meant. */
enum ir_field_scale { IR_FIELD_PLAIN, IR_FIELD_OTEL, IR_FIELD_PYTHON };

struct ir_field_name {
	enum ir_field_role role;
	unsigned rank;		/* of several the lowest decides; 0: not yet any */
	enum ir_field_scale scale;
};

/* Of a name in any case, "parent.child" where it is nested. */
struct ir_field_name ir_field_name(const char *name, size_t n);
/* Does a parent's name say nothing: "fields", "payload"? */
bool ir_field_parent(const char *name, size_t n);

/* Where a value's bytes are: in the line as they are meant; in the line with backslashes; in memory that goes; in the scratch buffer. */
enum ir_field_how { IR_FIELD_IN_LINE, IR_FIELD_ESCAPED, IR_FIELD_ELSEWHERE, IR_FIELD_SCRATCH };

/* A value as text: of a number its digits. */
struct ir_field_value {
	const char *p;
	size_t n;
	enum ir_field_how how;
	long at;		/* where it stands in the line byte by byte; -1 */
	double number;		/* of a number; else 0 */
};

struct ir_field_text {
	const char *p;
	size_t n, off;		/* off: in the scratch buffer, which moves */
	enum ir_field_how how;
};

struct ir_field_sink {
	struct ir_stamp_base *base;
	struct ir_buf *scratch;
	struct ir_log_line *line;
	struct ir_ids *ids;
	unsigned rank[IR_FIELD_ROLES];
	struct ir_field_text text[IR_FIELD_ROLES];
	int status;		/* 0: none */
	long status_at;
	bool odd_status, odd_level;	/* a number where one should be, that is none */
	bool uncertain;		/* a number decides, and where it stands cannot be told */
};

/* Take it, if it is better than what there is. */
void ir_field_take(struct ir_field_sink *, struct ir_field_name, const struct ir_field_value *);
/* Everything was taken, and what is elsewhere is still there: fill in the line. */
void ir_field_finish(struct ir_field_sink *);

bool ir_fields_json(const char *p, size_t n, struct ir_field_sink *);
bool ir_fields_logfmt(const char *p, size_t n, struct ir_field_sink *);

#endif
