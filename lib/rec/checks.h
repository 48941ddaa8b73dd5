/*
 * checks - what all that makes check rows does with them
 */
#ifndef IR_REC_CHECKS_H
#define IR_REC_CHECKS_H

#include "rec/kinds.h"

/* Bad first, then what is not known; the same every time: within a status by service, then name, then subject. */
void ir_checks_sort(struct ir_check **, size_t n);

/* TLS was spoken: in which version, and when the certificate expires (IR_TIME_NONE: not known). version NULL: it was not. version is copied. */
void ir_check_tls(struct ir_arena *, struct ir_check *, const char *version, int64_t expires_ms);

#endif
