/* expect - what an answer has to be like. Pure. Private to lib/probe. */
#ifndef IR_PROBE_EXPECT_H
#define IR_PROBE_EXPECT_H

#include "base/arena.h"
#include "base/err.h"

/* Is code in a set such as "200-299,301"? 1 or 0, -1 when the set is not well-formed. */
int ir_set_has(const char *set, int64_t code);
/* The set is well-formed and within min..max: 0, or -1 with IR_CONFIG. */
int ir_set_check(const char *set, int64_t min, int64_t max, struct ir_err *);

/* "path.to.member = value": does the JSON text have it? 1 yes; 0 no, *ret says what it is instead ("status is
 * 'down', not 'up'"); a number in the path is an index into an array. Values are compared as text: strings as
 * they are, numbers by value, true, false and null by name. */
int ir_json_has(struct ir_arena *, const char *expect, const char *text, size_t n, const char **ret);
int ir_json_check(const char *expect, struct ir_err *);

#endif
