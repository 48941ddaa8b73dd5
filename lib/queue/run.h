/*
 * run - what a look at job systems is while it is under way, whomever it asks
 *
 * struct ir_queue_run is the first member of what redis.c and sql.c keep. struct ir_queue_found is what they find, on its way to a struct ir_queue_res.
 */
#ifndef IR_QUEUE_RUN_H
#define IR_QUEUE_RUN_H

#include "queue/queue.h"

struct ir_queue_run {
	void (*stop)(struct ir_queue_run *);	/* of ir_queue_stop() */
};

struct ir_queue_found {
	struct ir_arena    *arena;
	struct ir_queue_res res;
	size_t              size_v, size_troubles;
};

/* The queue of that type and name, new when there is none yet (all numbers "not known"); NULL when IR_QUEUES_MAX are there: res.cut is set then. Strings are copied, a name beyond
 * 512 bytes is cut. The pointer is good until the next call. */
struct ir_queue_facts *ir_queue_of(struct ir_queue_found *, const char *type, const char *queue);
/* Strings are the arena's or constants. The same message of a type is kept once. */
struct ir_queue_trouble *ir_queue_trouble(struct ir_queue_found *, const char *type, const char *message, const char *hint);
/* By system, then name. */
const struct ir_queue_res *ir_queue_sorted(struct ir_queue_found *);

#endif
