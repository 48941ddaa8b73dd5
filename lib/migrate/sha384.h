/* sha384 - SHA-384 (FIPS 180-4, by nettle), which sqlx keeps of each file */
#ifndef IR_MIGRATE_SHA384_H
#define IR_MIGRATE_SHA384_H

#include "base/arena.h"

/* Lower-case hexadecimal. */
const char *ir_sha384_hex(struct ir_arena *, const void *p, size_t n);

#endif
