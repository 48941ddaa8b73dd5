/*
 * redis_info - what a Redis or Valkey says of itself: INFO, CLUSTER INFO, SLOWLOG, LATENCY. Pure, and hostile input
 */
#ifndef IR_DEP_REDIS_INFO_H
#define IR_DEP_REDIS_INFO_H

#include <stdbool.h>

#include "base/arena.h"
#include "net/redis.h"

enum {
	IR_REDIS_INFO_MAX     = 1024,	/* members that are kept; a real one has about 200 */
	IR_REDIS_INFO_VALUE   = 512,	/* bytes of a value that are kept */
	IR_REDIS_REPLICAS_MAX = 256,
};

/* "key:value" lines. What counts commands and errors by name is passed over, but for errorstat_OOM. Zeroed: nothing was said. */
struct ir_redis_info {
	const char **keys, **values;
	size_t n;
};

void ir_redis_info_parse(struct ir_arena *, const char *text, size_t n, struct ir_redis_info *ret);
/* NULL: not said. The first line of a key counts. */
const char *ir_redis_info_text(const struct ir_redis_info *, const char *key);
bool ir_redis_info_is(const struct ir_redis_info *, const char *key, const char *value);
int64_t ir_redis_info_int(const struct ir_redis_info *, const char *key);	/* INT64_MIN: not said, or no number */

/* One that a master knows: "slave0:ip=10.0.0.7,port=6379,state=online,offset=84,lag=0" */
struct ir_redis_replica {
	const char *address;	/* "10.0.0.7:6379" */
	bool        online;	/* else it is being copied to */
	int64_t     offset;	/* INT64_MIN: not said */
	int64_t     lag_s;	/* since it was last heard of; INT64_MIN */
};
/* How many there are; *ret is in the arena. */
size_t ir_redis_info_replicas(struct ir_arena *, const struct ir_redis_info *, struct ir_redis_replica **ret);
/* The member of "a=1,b=2"; NULL: there is none. In the arena. */
const char *ir_redis_info_member(struct ir_arena *, const char *value, const char *name);

/* Commands that were slow of late. */
struct ir_redis_slow {
	int64_t     n;		/* entries not older than that */
	int64_t     longest_us;	/* INT64_MIN: there is none */
	int64_t     age_s;	/* of the longest */
	const char *command;	/* its name: no argument, but what is a subcommand; "" */
	const char *text;	/* with its arguments, escaped, at most 1 KiB */
};
/* Reply to SLOWLOG GET; now_s is the server's clock. */
void ir_redis_slow_read(struct ir_arena *, const struct ir_redis_reply *, int64_t now_s, int64_t within_s, struct ir_redis_slow *ret);
/* Reply to LATENCY LATEST: "event=12ms" of those not older than that. */
void ir_redis_events_read(struct ir_arena *, const struct ir_redis_reply *, int64_t now_s, int64_t within_s, struct ir_list *ret);

/* A flat list of names and values, as Sentinel has it. NULL: no such name. */
const char *ir_redis_pair(const struct ir_redis_reply *, const char *name);
int64_t ir_redis_pair_int(const struct ir_redis_reply *, const char *name);	/* INT64_MIN */
/* Is the word in "a,b,c"? */
bool ir_redis_flag(const char *flags, const char *word);

#endif
