/*
 * sample - counters of the last look, for what only two looks can tell
 *
 * The last look is that of this run (--sample, -w), else the newest one in the journal that is between 1 s and 1 h old: the own row's member `counters` holds
 * "key=integer" entries. A look at another server, or at one that was started anew (the counter "identity" differs), is none.
 */
#ifndef IR_DEP_SAMPLE_H
#define IR_DEP_SAMPLE_H

#include "dep/dep.h"

/* Keep a counter for the next look. key may hold any bytes. Values that are no numbers (a job's id) go as ir_sample_hash(). */
void ir_sample_count(struct ir_dep *, const char *key, int64_t value);
int64_t ir_sample_hash(const char *s);

/* How long ago the last look was; NAN: there was none. */
double ir_sample_seconds(const struct ir_dep *);
/* What the counter was then; INT64_MIN: not known. */
int64_t ir_sample_before(const struct ir_dep *, const char *key);
/* Keep it, and say by how much it grew; false: not known, or it went down. */
bool ir_sample_grown(struct ir_dep *, const char *key, int64_t value, int64_t *grown);

#endif
