/*
 * rec - one record in hand, made by us or read from somewhere
 *
 * The JSON object and the exact bytes of its line travel together: what came
 * from upstream is passed on byte for byte, never re-encoded.
 */
#ifndef IR_REC_REC_H
#define IR_REC_REC_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "rec/kinds.h"

enum { IR_LINE_MAX = 1 << 20 };		/* bytes of one record's line */

struct ir_rec {
	const struct ir_kind *kind;	/* NULL: a kind that this version does not know */
	json_t               *obj;	/* owned */
	const char           *line;	/* without the newline; owner says who frees */
	size_t                len;
};

/* Members of the envelope, "" or IR_TIME_NONE when missing or of another type. Borrowed from obj. */
const char *ir_rec_str(const struct ir_rec *, const char *key);
int64_t ir_rec_time(const struct ir_rec *);

/* row -> object with the envelope first. Strings are made valid UTF-8. Returns a new reference. The id is made from the
 * natural key; key_hex (IR_SHA_HEX bytes, may be NULL) gets the key's whole hash, or "". */
json_t *ir_rec_from_row(const struct ir_kind *, const void *row, const char *source, const char *run,
    const char *env, char *key_hex);

/* The id that a row will get; "" when its kind has none. */
void ir_rec_id(const struct ir_kind *, const void *row, const char *env, const char *run, char id[static IR_ID_MAX]);

/* The way back: a record's members as a row, for which it is initialised; of another type than the table says, they are null. Strings are copied into the arena. */
void ir_rec_to_row(struct ir_arena *, const struct ir_kind *, const json_t *obj, void *row);

/* The canonical line: compact, members in table order, no newline. Allocated in the arena. */
char *ir_rec_encode(struct ir_arena *, const json_t *obj, size_t *len);

/* Add a line of JSON so that it may go to a terminal: the same JSON, with DEL, C1 and format characters as \uNNNN, stray bytes as \\xNN. */
void ir_rec_safe(struct ir_buf *, const char *line, size_t n);

/* At most three decimals, no trailing zeros: "41.25" "41". */
void ir_rec_number(struct ir_buf *, double);

/* Text of one cell for people or TSV: escaped, "-" for null, missing and empty. human: units ("41ms", "3.2 MiB"), else plain. */
void ir_rec_cell(const struct ir_rec *, const char *key, int human, struct ir_buf *);

#endif
