/*
 * peek - is standard input a log, or are these rows of ours?
 */
#ifndef IR_LOGS_PEEK_H
#define IR_LOGS_PEEK_H

#include "base/ctx.h"

/* Is the first line a record {"kind":"…","v":… of a kind there is, or a row that begins with a handle (a terminal's header may stand before it)? Pure. n bytes of the beginning; whole: there is nothing after them. */
bool ir_logs_is_rows(const char *p, size_t n, bool whole);

/* The same of a descriptor, of which nothing is taken: waits for its first line, until the run is stopped or its deadline. What cannot be looked at beforehand (a terminal) is a log. */
bool ir_logs_peek(const struct ir_ctx *, int fd);

#endif
