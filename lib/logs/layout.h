/*
 * layout - the words of a line's beginning in which a time could be
 *
 * They begin with a digit, also behind a bracket or a quote, or with a capital letter and a digit; an IPv4 address is none, and of an id (a UUID, or twelve hex digits and more with a letter) only the length
 * counts. What is in brackets behind a name is one, too, where a skeleton does not tell it from a number: a process's, or an id. Lines with one skeleton and one layout have the header's time in the same of these
 * words, so that it need not be looked for again: what stands between them may be longer or shorter.
 */
#ifndef IR_LOGS_LAYOUT_H
#define IR_LOGS_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

enum { IR_LAYOUT_BYTES = 128, IR_LAYOUT_WORDS = 8 };	/* looked at; and words that are told at most */

struct ir_layout {
	uint64_t hash;			/* of all of them: how long each is, and where its digits are */
	size_t n;
	uint8_t at[IR_LAYOUT_WORDS];
	uint8_t end[IR_LAYOUT_WORDS];
};

/* Those among the first `words` of all the line's words. IR_LAYOUT_BYTES after p can be read; those beyond n do not count. */
void ir_layout(const char *p, size_t n, size_t words, struct ir_layout *);
/* How many words, of whatever sort, begin in the first so many bytes. */
size_t ir_layout_words(const char *p, size_t n, size_t bytes);
/* Where all digits and ] are, of the first `bytes` (IR_LAYOUT_BYTES at most): where these are the same, the layout of the words that end before is. Much faster. */
uint64_t ir_layout_marks(const char *p, size_t n, size_t bytes);

#endif
