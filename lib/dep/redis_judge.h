/*
 * redis_judge - what was seen of a Redis or Valkey, as rows: the words, and what is bad. Private to lib/dep
 */
#ifndef IR_DEP_REDIS_JUDGE_H
#define IR_DEP_REDIS_JUDGE_H

#include "dep/found.h"
#include "dep/redis_info.h"

enum { IR_REDIS_PINGS = 5, IR_REDIS_LATELY_S = 300 };

struct ir_redis_seen {
	struct ir_redis_info info, cluster;	/* n 0: could not be seen, or there was no reason to */
	const char *ping;		/* code of the error that PING got: "MISCONF" "MASTERDOWN" "NOPERM"; NULL: it was answered */
	double      pings_ms[IR_REDIS_PINGS];
	size_t      n_pings;
	int64_t     maxclients;		/* from CONFIG, where INFO does not tell it; INT64_MIN */
	bool        slow_seen;
	struct ir_redis_slow slow;
	struct ir_list events;		/* of LATENCY LATEST: "fork=12ms" */
	struct ir_list denied;		/* what the user may not run, as ACL SETUSER has it: "slowlog|get" */
	const char *user;		/* we are; NULL: the default one */
};

extern const struct ir_measure ir_redis_measures[];
/* The same, for a table that has more. NAN needs math.h. */
#define IR_REDIS_MEASURES \
	{ "role", IR_UNIT_NONE, false, false, NAN, NAN, "master or replica, when `role` says which it has to be, or it was the other at the last look" }, \
	{ "loading", IR_UNIT_NONE, false, false, NAN, NAN, "its data is being read, and it answers from what it had before" }, \
	{ "link", IR_UNIT_SECONDS, false, false, 10, 60, "of a replica: since it last heard from its master; a link that is down is a failure" }, \
	{ "lag", IR_UNIT_SECONDS, false, false, 10, NAN, "of a master: since it last heard from the replica that is furthest behind" }, \
	{ "replicas", IR_UNIT_COUNT, false, true, NAN, NAN, "connected to a master: fewer than `replicas` says, or than at the last look" }, \
	{ "clients", IR_UNIT_COUNT, true, false, 0.8, 0.95, "connected, of maxclients" }, \
	{ "blocked", IR_UNIT_COUNT, false, false, NAN, NAN, "clients that wait in a blocking command, as idle workers do" }, \
	{ "rejected", IR_UNIT_COUNT, false, false, NAN, 1, "connections refused since the last look, for maxclients was reached" }, \
	{ "memory", IR_UNIT_BYTES, true, false, 0.9, 0.98, "used, of maxmemory, or of all there is where no limit is set; a cache that may evict any key is full when it is well" }, \
	{ "fragmentation", IR_UNIT_COUNT, false, false, 2, NAN, "resident memory to used memory, above 100 MiB" }, \
	{ "evictions", IR_UNIT_PER_SECOND, false, false, NAN, NAN, "keys thrown away for want of memory since the last look; a failure where jobs live among them" }, \
	{ "policy", IR_UNIT_NONE, false, false, NAN, NAN, "jobs live there, and its maxmemory-policy may throw them away" }, \
	{ "save", IR_UNIT_NONE, false, false, NAN, NAN, "the last background save failed; a failure when writes are refused for that" }, \
	{ "aof", IR_UNIT_NONE, false, false, NAN, NAN, "the append-only file: a failed write, a failed rewrite, a disk too slow for it since the last look" }, \
	{ "latency", IR_UNIT_SECONDS, false, false, 0.05, 0.5, "median of several pings" }, \
	{ "slowlog", IR_UNIT_SECONDS, false, false, 1, NAN, "the slowest command of the last 5 minutes; none other runs meanwhile" }, \
	{ "restarted", IR_UNIT_SECONDS, false, true, 300, NAN, "how long ago it was started" }, \
	{ "cluster", IR_UNIT_NONE, false, false, NAN, NAN, "of a cluster's node: slots that nobody serves" }, \
	{ "queues", IR_UNIT_NONE, false, false, NAN, NAN, "job queues that could not be read, or are not there" }, \
	{ "rights", IR_UNIT_NONE, false, false, NAN, NAN, "what the user may not see" }

/* "Redis 7.0.15", "Valkey 8.0.1"; NULL: it does not say. "master" "replica" "sentinel" likewise. */
const char *ir_redis_product(struct ir_arena *, const struct ir_redis_info *);
const char *ir_redis_role(const struct ir_redis_info *);
/* "Redis 7.0.15 master, 12 of 10000 clients, 3.1 MiB of 64.0 MiB, ping 0.2ms" */
const char *ir_redis_headline(struct ir_dep *, const struct ir_redis_seen *);
/* Keep what later looks are compared by. First of all. */
void ir_redis_identify(struct ir_dep *, const struct ir_redis_seen *);
/* Rows of all measures of the server but those of jobs. */
void ir_redis_judge(struct ir_dep *, const struct ir_redis_seen *);
/* evictions, policy: jobs live there, or not as far as is known. */
void ir_redis_judge_jobs(struct ir_dep *, const struct ir_redis_seen *, bool jobs);
/* One row for all that is denied; more: in words, what else may not be seen. None when all may be. */
void ir_redis_judge_rights(struct ir_dep *, const struct ir_redis_seen *, const struct ir_list *more);
/* "redis-cli -h db -p 6379 CLIENT LIST", for hints. */
const char *ir_redis_cli(struct ir_dep *, const char *command);
/* As it can be pasted into a shell, or what stands for it. */
const char *ir_redis_word(const char *s, const char *otherwise);

#endif
