/* pattern - does a body match a regular expression? Within a time. Private to lib/probe. */
#ifndef IR_PROBE_PATTERN_H
#define IR_PROBE_PATTERN_H

#include <regex.h>
#include <stdint.h>

/* 1 or 0; -1: it was not done by at_us, or could not be tried. Text may hold any bytes, and
 * has a zero behind them. */
int ir_pattern_has(const regex_t *, const char *text, size_t n, int64_t at_us);

#endif
