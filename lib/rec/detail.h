/*
 * detail - one record whole, for people
 */
#ifndef IR_REC_DETAIL_H
#define IR_REC_DETAIL_H

#include "base/buf.h"
#include "rec/rec.h"
#include "rec/term.h"

/* Find a record by id for the summary beside a ref; returns text valid until the next call, or NULL. */
typedef const char *ir_detail_lookup(void *arg, const char *id);

/* Aligned members (nulls left out), times with their age, refs with their summaries, long text indented and wrapped to the width. */
void ir_detail(struct ir_buf *, const struct ir_term *, const struct ir_rec *, int64_t now_ms, ir_detail_lookup *, void *arg);

#endif
