/*
 * redis_wants - commands that a job system has asked for; between the engine (redis.c) and redis_wants.c only
 */
#ifndef IR_QUEUE_REDIS_WANTS_H
#define IR_QUEUE_REDIS_WANTS_H

#include "queue/redis_type.h"

enum { IR_REDIS_WANTS_MAX = 3000 };	/* of a system at a time; what is beyond is not asked */

struct ir_redis_want {
	const char *const *words;
	ir_redis_take *take;
	size_t         arg;
};

struct ir_redis_want_list {
	struct ir_redis_want *v;
	size_t n, size;
};

struct ir_redis_wants {
	struct ir_redis_want_list now, sent, last;
	struct ir_list denied;	/* commands that the user may not run */
	struct ir_list wrong;	/* in words */
};

/* Nothing is wanted now: turn to what was kept for the end. false: there is none. */
bool ir_redis_turn_last(struct ir_redis_place *);

/* Replies were more than is taken, before the first that is missing. It alone is: it is not asked again, and told. false: none of this system is missing. */
bool ir_redis_too_big(struct ir_redis_place *);
/* What has no reply is wanted anew. */
void ir_redis_ask_again(struct ir_redis_place *);

#endif
