/*
 * percent - percent-encoding of parts of URLs (RFC 3986, 2.1)
 */
#ifndef IR_BASE_PERCENT_H
#define IR_BASE_PERCENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* The byte that "%4a" at s, of n bytes, encodes; -1: none. */
int ir_percent_byte(const char *s, size_t n);
/* Decoded, and a NUL behind it, for the caller to free (and to wipe). A '%' that encodes nothing is one; plus: '+' is a blank. There may be NULs in it. */
char *ir_percent_decode(const char *s, size_t n, bool plus, size_t *len);
/* Add s with all encoded but letters, digits and "-._~". */
void ir_percent_add(struct ir_buf *, const char *s);

#endif
