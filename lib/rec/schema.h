/*
 * schema - a kind as JSON Schema (draft 2020-12), and a small check against it
 */
#ifndef IR_REC_SCHEMA_H
#define IR_REC_SCHEMA_H

#include "rec/rec.h"

/* A new reference. Members outside every group are required; null is allowed where the table allows it. */
json_t *ir_schema(const struct ir_kind *);

/* Is obj a record of its kind? 0, or -1 with IR_DATA naming the member. Unknown members are fine. */
int ir_schema_check(const struct ir_kind *, const json_t *obj, struct ir_err *);

#endif
