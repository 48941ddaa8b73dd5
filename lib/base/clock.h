/*
 * clock - the only reader of the clocks, and time as text
 *
 * Instants are int64_t milliseconds since the Unix epoch, UTC. Deadlines and
 * latencies are int64_t microseconds of CLOCK_MONOTONIC.
 *
 * IR_TEST_NOW, for tests, fixes the wall clock: RFC 3339, or seconds since the
 * epoch. The monotonic clock always runs.
 */
#ifndef IR_BASE_CLOCK_H
#define IR_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define IR_TIME_NONE INT64_MIN	/* "not known", for instants */

int64_t ir_now_ms(void);
int64_t ir_mono_us(void);

enum { IR_TIME_MAX = 32 };

/* RFC 3339, UTC, milliseconds: "2026-02-01T02:12:44.918Z"; IR_TIME_NONE is "", beyond the years 0000 to
 * 9999 the nearest end of them. Returns out. */
const char *ir_time_format(char out[static IR_TIME_MAX], int64_t ms);
/* "2026-02-01", for segment names. */
const char *ir_day_format(char out[static IR_TIME_MAX], int64_t ms);

/* Days from 1970-01-01 to a day of the Gregorian calendar, years 0 to 9999; -1 when there is no such day. */
int ir_day_number(int year, int month, int day, int64_t *ret_days);
/* Exactly n bytes of RFC 3339 with any offset and 0 to 9 digits of fraction
 * (a space is taken for the T; 23:59:60 UTC is the next day's first second). 0, or -1 when it is not one. */
int ir_time_parse_rfc3339(const char *s, size_t n, int64_t *ret_ms);

/* What people type (ir(7), TIMES): "15m" (ago) "02:10" (the last time it was that,
 * local time) "today 02:10" "yesterday 02:10" "2026-02-01" "2026-02-01 02:10" RFC 3339
 * "@epoch" "now"; no clock time is midnight, seconds may follow. Where clocks were put back over the
 * time of a named day it is the first of the two, where they were put forward over it, what a clock not yet
 * put forward showed. Handles are the caller's. IR_USAGE on failure. */
int ir_time_parse(const char *s, int64_t now_ms, int64_t *ret_ms, struct ir_err *err);

#endif
