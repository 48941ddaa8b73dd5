/*
 * order - of check rows: bad first, then what is not known; the same every time
 */
#ifndef IR_REC_ORDER_H
#define IR_REC_ORDER_H

#include "rec/kinds.h"

/* Within a status by service, then name, then subject. */
void ir_checks_sort(struct ir_check **, size_t n);

#endif
