/*
 * skeleton - where lines end, and what they look like with their digits squeezed, in one touch of memory
 *
 * A cache key: lines with one skeleton are read alike, so that only the first of them has to be read in full. Words are maximal runs of ASCII letters and digits, but x and X are in none:
 * 0x1f3a is the words 0 and 1f3a. The skeleton of a line is its first IR_LOG_LINE_MAX bytes (a word that is cut there ends there) with
 *	- each word of four or more bytes, all of them hex digits, at least one a digit and one a letter, replaced by one '0'
 *	- each of five words of 8, 4, 4, 4 and 12 hex digits that are joined by '-' (a UUID) replaced by one '0'
 *	- in every other word, each run of decimal digits replaced by one '0', except a single digit with a letter of the word on both sides (L2CAP and 1h2m keep their 2; IPv6 becomes IPv0)
 * and the key is 64 bits of a hash of that and of nothing else. Which hash differs between instruction sets; which lines are alike never does.
 */
#ifndef IR_LOGS_SKELETON_H
#define IR_LOGS_SKELETON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that may be read beyond the end of what is to be read (their values do not matter); lines that lines() tells of at most. */
enum { IR_SKELETON_SLACK = 64, IR_SKELETON_LINES = 64 };

struct ir_skeleton_line {
	uint64_t key;
	uint32_t n;		/* bytes before its newline */
};

struct ir_skeleton {
	const char *name;	/* "avx512" "avx2" "portable" */
	/* Of the line that begins at p: the key, and *len bytes before its newline. end is where the bytes end, IR_SKELETON_SLACK more can be read; when no newline comes before it, *len
	 * is end - p. */
	uint64_t (*line)(const char *p, const char *end, size_t *len);
	/* Of lines from p on, as many as it likes, each with its newline before end: how many. With the keys of line(), and much faster. What comes after them is line()'s when there are none:
	 * it may be long, or without a newline. */
	size_t (*lines)(const char *p, const char *end, struct ir_skeleton_line v[static IR_SKELETON_LINES]);
};

/* The fastest that this machine has and that agrees with the portable one on a text of our own; or the named one (NULL when it cannot be had here): IR_LOGS_ISA in tests. */
const struct ir_skeleton *ir_skeleton_best(void);
const struct ir_skeleton *ir_skeleton_named(const char *name);
/* The skeleton itself, of n bytes (which may be more than IR_LOG_LINE_MAX: then of all of them). Writes at most n bytes, returns how many. */
size_t ir_skeleton_text(const char *p, size_t n, char *out);
/* Is the word that begins at p one number in a skeleton: digits, or hex digits as above? n bytes are there. *len gets how long it is, 0 when there is none. */
bool ir_skeleton_number(const char *p, size_t n, size_t *len);
/* 64 bits of a hash of a skeleton. */
uint64_t ir_skeleton_text_hash(const char *text, size_t n);
/* Is the word of len bytes at p + at one of a UUID that is within p's n bytes? */
bool ir_skeleton_uuid(const char *p, size_t n, size_t at, size_t len);

#endif
