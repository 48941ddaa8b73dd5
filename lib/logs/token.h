/*
 * token - a message as a sequence of words and values
 *
 * What varies by its very form becomes a value: numbers, addresses, paths, URLs, hexadecimal, quoted texts and the like. Words stay, and learn.h finds out which of them vary. Pure, and the same for
 * messages with one skeleton (skeleton.h).
 */
#ifndef IR_LOGS_TOKEN_H
#define IR_LOGS_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { IR_TOKENS_MAX = 128 };	/* after collapsing; what comes then is not looked at */

enum ir_token_kind {
	IR_TOKEN_WORD,
	IR_TOKEN_VALUE,
	IR_TOKEN_PREFIX,	/* a word with one number in it: "eth0" is "eth#" */
	IR_TOKEN_DELIMITER,	/* one byte */
};

enum {
	IR_TOKEN_SPACE = 1 << 0,	/* blanks stood before it */
	IR_TOKEN_DOTTED = 1 << 1,	/* a.b.c */
	IR_TOKEN_TRUTH = 1 << 2,	/* true false null: a value only after '=' */
	IR_TOKEN_BARE = 1 << 3,		/* neither letters nor digits: "****" */
};

struct ir_token {
	uint64_t hash;		/* of kind and text (digits of a prefix squeezed); the same for all values */
	uint32_t at, n;		/* in the message */
	uint8_t kind, flags;
};

struct ir_tokens {
	struct ir_token v[IR_TOKENS_MAX];
	size_t n;
};

void ir_tokens_read(const char *message, size_t n, struct ir_tokens *);
/* Join what together is one value: lists, units, repeated groups … Works in place; also after a word was made a value. message is what was read. */
void ir_tokens_collapse(struct ir_tokens *, const char *message);
uint64_t ir_tokens_hash(const struct ir_tokens *);
/* The hash that every value has. */
extern const uint64_t ir_token_value;

uint64_t ir_log_mix(uint64_t a, uint64_t b);

/* Is it one of these words (lower case, shorter than this), whatever its case? */
enum { IR_WORD_MAX = 12 };
bool ir_word_among(const char *p, size_t n, const char (*words)[IR_WORD_MAX], size_t count);

#endif
