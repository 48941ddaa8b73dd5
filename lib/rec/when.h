/*
 * when - an instant in one short word for people, and that word back
 *
 * "02:12:44Z" for what is less than 20 hours away, "01-31T02:12Z" within 300 days, else "2025-01-31". Always UTC, and it says so.
 */
#ifndef IR_REC_WHEN_H
#define IR_REC_WHEN_H

#include "base/clock.h"

enum { IR_WHEN_MAX = 16 };

/* "-" for IR_TIME_NONE. Returns out. */
const char *ir_when(char out[static IR_WHEN_MAX], int64_t ms, int64_t now_ms);

/* Are these n bytes such a word? */
int ir_when_valid(const char *s, size_t n);

/* Could this valid word have been written for ms? */
int ir_when_fits(const char *s, size_t n, int64_t ms);

#endif
