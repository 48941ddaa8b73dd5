/*
 * num - numbers, durations and sizes as text, without the locale
 */
#ifndef IR_BASE_NUM_H
#define IR_BASE_NUM_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* All of s must be a decimal integer within [min, max]. On failure -1 with
 * err->code IR_USAGE and a message that names what was given and what is wanted. */
int ir_parse_int(const char *s, int64_t min, int64_t max, int64_t *ret, struct ir_err *err);

/* "250ms" "2s" "1m30s" "15m" "2h" "7d" "1w" "1.5s"; a bare number is refused,
 * because its unit would be a guess ("0" is taken). Milliseconds, rounded up, 0 .. 100 years. */
int ir_parse_duration(const char *s, int64_t *ret_ms, struct ir_err *err);

/* "64k" "16M" "1GiB" "1.5 GiB" "512" (bytes); k, M, G, T, P, E are 1024-based, in any case. */
int ir_parse_size(const char *s, int64_t *ret_bytes, struct ir_err *err);

/* "yes" "true" "on" "1" / "no" "false" "off" "0", in any case. */
int ir_parse_bool(const char *s, int *ret, struct ir_err *err);

enum { IR_NUM_MAX = 48 };

/* Two units at the most, cut and not rounded: "0ms" "902ms" "2.3s" "59s" "4m10s" "3h12m" "5d4h";
 * negative gets a "-". Returns out. */
const char *ir_format_duration(char out[static IR_NUM_MAX], int64_t ms);
/* The same of a latency, in which tenths of a millisecond count: "0.4ms" "41ms" "1.2s"; "-" for what is none (NAN, negative). */
const char *ir_format_latency(char out[static IR_NUM_MAX], double ms);
/* Microseconds as milliseconds; NAN when below 0, which is "not known". */
double ir_us_to_ms(int64_t us);

/* The same texts, in an arena; of what is not known "an unknown time" and "an unknown amount". */
const char *ir_latency_text(struct ir_arena *, double ms);
const char *ir_duration_text(struct ir_arena *, double seconds);
const char *ir_size_text(struct ir_arena *, double bytes);

/* One unit, for ages: "3s" "4m" "3h" "5d". */
const char *ir_format_age(char out[static IR_NUM_MAX], int64_t ms);
/* "512 B" "16.0 MiB". */
const char *ir_format_size(char out[static IR_NUM_MAX], int64_t bytes);

#endif
