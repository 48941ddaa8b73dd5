/*
 * unpack - gzip and zstd, recognised by content, as one stream of bytes
 *
 * Members follow one another in any mixture, with NULs between them; what follows a member and begins none is plain text. What does not begin with one is plain to its end. Memory is
 * bounded by the formats' windows (32 KiB, and what `zstd -d` itself would take: 128 MiB at most).
 */
#ifndef IR_LOGS_UNPACK_H
#define IR_LOGS_UNPACK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum ir_pack { IR_PACK_UNSURE, IR_PACK_PLAIN, IR_PACK_GZIP, IR_PACK_ZSTD, IR_PACK_OTHER };

/* What the first n bytes of something begin; UNSURE: more of them are needed. *tool unpacks what is known but not read ("xzcat"); may be NULL. */
enum ir_pack ir_pack_of(const char *p, size_t n, const char **tool);

struct ir_unpack;
/* plain: it is known to be, whatever comes. */
struct ir_unpack *ir_unpack_new(bool plain);
void ir_unpack_free(struct ir_unpack *);	/* NULL is fine */

/* Nothing is to be undone: from here on the caller may take the bytes as they are. */
bool ir_unpack_is_plain(const struct ir_unpack *);

/* Take of the *n bytes at *in, which go forward, and put at most room bytes at out; how many is returned, -1 with IR_INCOMPLETE when it is corrupt (what came before is good). As
 * long as there is input and room, something goes on. 0 bytes put and *n 0: it wants more. */
long ir_unpack(struct ir_unpack *, const char **in, size_t *n, char *out, size_t room, struct ir_err *err);
/* No more comes. Bytes that were held back because they could have begun a member are put at out (room: 16 at least). -1 with IR_INCOMPLETE: it ends in the middle of a member. */
long ir_unpack_end(struct ir_unpack *, char *out, struct ir_err *err);

#endif
