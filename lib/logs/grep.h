/*
 * grep - lines that match a POSIX extended regular expression
 *
 * Text without anything special in it is looked for as it is, which is many times faster.
 */
#ifndef IR_LOGS_GREP_H
#define IR_LOGS_GREP_H

#include <regex.h>
#include <stdbool.h>

#include "base/err.h"

struct ir_logs_grep {
	const char *text;
	size_t n;
	bool plain;
	regex_t re;	/* unless plain */
};

/* -1 with IR_USAGE. text has to stay. */
int ir_logs_grep_init(struct ir_logs_grep *, const char *text, struct ir_err *);
/* For a reader's `matches`. Of a line no more than IR_LOG_LINE_MAX bytes are looked at. */
bool ir_logs_grep_match(void *grep, const char *p, size_t n);
void ir_logs_grep_done(struct ir_logs_grep *);

#endif
