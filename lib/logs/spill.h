/*
 * spill - sorted events that did not fit into memory, in a file without a name
 *
 * The file is gone with the process, nobody else can open it, and it takes at most half of what is free in its file system: a disk that is nearly full may be the very incident.
 */
#ifndef IR_LOGS_SPILL_H
#define IR_LOGS_SPILL_H

#include "logs/merge.h"

struct ir_spill;
/* In the directory. NULL: there can be no such file. */
struct ir_spill *ir_spill_new(const char *directory);

/* Room for a run of that many bytes of events? Then it begins: 0, or -1. */
int ir_spill_begin(struct ir_spill *, size_t bytes);
/* The run's next event, in order. -1: it cannot be written, and the run is not there. */
int ir_spill_add(struct ir_spill *, const struct ir_held *);
/* The run is whole. -1: it is not there. */
int ir_spill_end(struct ir_spill *);

/* When all runs are written: how many, and the next event of each, made by malloc(), with its `run`; NULL after the last. Lines that cannot be read back any more are added to *lost. */
uint32_t ir_spill_runs(struct ir_spill *);
struct ir_held *ir_spill_take(struct ir_spill *, uint32_t run, int64_t *lost);
void ir_spill_free(struct ir_spill *);

#endif
