/*
 * layout - where the digits of a line's beginning are
 *
 * Lines with one skeleton and one layout have their times at the same places, so that they need not be looked for again. Only digits of words that could begin a time count: those that begin with a digit, also
 * behind a bracket or a quote, or with a capital letter and a digit.
 */
#ifndef IR_LOGS_LAYOUT_H
#define IR_LOGS_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

enum { IR_LAYOUT_WORDS = 2, IR_LAYOUT_SLACK = 64 * IR_LAYOUT_WORDS };

/* Bit i of out[i / 64] tells of byte i, up to words * 64 bytes. IR_LAYOUT_SLACK bytes after p can be read; those beyond n do not count. */
void ir_layout(const char *p, size_t n, size_t words, uint64_t out[static IR_LAYOUT_WORDS]);
/* All digits, whatever words they are in: where these are the same, the layout is. Faster. */
void ir_layout_digits(const char *p, size_t n, size_t words, uint64_t out[static IR_LAYOUT_WORDS]);

#endif
