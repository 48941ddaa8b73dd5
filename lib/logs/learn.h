/*
 * learn - which words vary
 *
 * A shape is a message's sequence of words and values (token.h). Shapes that differ in one word only are united when enough different words have stood there, or when something that is a value by its form has:
 * for each word the sequence without it is the key of a bucket. Words that were found to vary are remembered: two of them in one bucket are enough. Uniting is union-find, so that counts are added up at
 * the end, and no line is read twice. Bounded: the buckets are a fixed table (the least filled gives way), shapes beyond the most that may be are not learned.
 */
#ifndef IR_LOGS_LEARN_H
#define IR_LOGS_LEARN_H

#include "base/buf.h"
#include "logs/line.h"
#include "logs/token.h"

enum { IR_SHAPE_TEXT = 400 };	/* bytes of the first message that are kept */

struct ir_learn;
struct ir_learn *ir_learn_new(uint32_t max_shapes);
void ir_learn_free(struct ir_learn *);

/* When all is read: shapes that differ only in words that were found to vary elsewhere are united, too, where enough else is the same. */
void ir_learn_finish(struct ir_learn *);
/* The number of the shape with this hash, or UINT32_MAX. */
uint32_t ir_learn_find(const struct ir_learn *, uint64_t hash);
/* Learn a new shape: tokens collapsed, of message; hash is ir_tokens_hash() of them. line is what the message was found in. UINT32_MAX: there are too many. */
uint32_t ir_learn_add(struct ir_learn *, uint64_t hash, const struct ir_tokens *, struct ir_span message, struct ir_span line);
/* The beginning of the first line of this shape; of the message alone where that stands in no line as it is. */
struct ir_span ir_learn_line(const struct ir_learn *, uint32_t shape);
uint32_t ir_learn_count(const struct ir_learn *);
/* The shape that stands for all it was united with: the oldest. */
uint32_t ir_learn_root(struct ir_learn *, uint32_t shape);
/* Unite shapes that differ in several words which vary independently of one another (vary.c). When all is read, before ir_learn_finish(), which goes on from there. */
void ir_learn_vary(struct ir_learn *);
/* For vary.c: the beginning of a shape's first message; a hash of all of it but its words and values. */
struct ir_span ir_learn_message(const struct ir_learn *, uint32_t shape);
uint32_t ir_learn_form(const struct ir_learn *, uint32_t shape);
/* The two are one; a token of it varies; a word with this hash was found to vary. */
void ir_learn_unite(struct ir_learn *, uint32_t a, uint32_t b);
void ir_learn_wild(struct ir_learn *, uint32_t shape, size_t token);
void ir_learn_know(struct ir_learn *, uint64_t word);
/* Add its template: words, <*> for what varies, prefix<*>; blanks as they were. own: of the shape as it was first read, nothing learned. */
void ir_learn_template(const struct ir_learn *, uint32_t shape, int own, struct ir_buf *);

#endif
