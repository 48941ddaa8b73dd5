/*
 * redis_look - one look at one Redis, by whoever knows where it is: all that is to be known of the server, then of the jobs in it. Private to lib/dep
 */
#ifndef IR_DEP_REDIS_LOOK_H
#define IR_DEP_REDIS_LOOK_H

#include "dep/redis_judge.h"
#include "net/redis_url.h"
#include "queue/queue.h"

enum ir_redis_step { IR_REDIS_FACTS, IR_REDIS_PINGING, IR_REDIS_MORE, IR_REDIS_QUEUES };

struct ir_redis_look {
	/* Set before the start; the pointers of req are borrowed until done. */
	struct ir_dep      *dep;
	struct ir_redis_req req;
	int64_t             at_us;
	const char         *what;	/* before what goes wrong: "the master 10.0.0.5:6379 that Sentinel names: "; "" */
	const char         *also;	/* after the own row's words: ", master of shop, quorum of 2 sentinels"; "" */
	bool                apart;	/* it may be in a network that cannot be reached from here: to be refused says nothing */
	void              (*done)(struct ir_redis_look *);	/* once, from the loop; the connection is closed */
	/* its own */
	struct ir_redis    *redis;
	enum ir_redis_step  step;
	struct ir_redis_seen seen;
	const char         *asked[5];	/* commands of the send under way, as ACL SETUSER has them */
	size_t              n_asked;
	struct ir_queue_ask ask;
	struct ir_queue_run *run;
	bool                stopping, jobs;
	bool                judged;	/* the measures of the server are told */
};

/* -1: nothing is under way, and done never comes. */
int ir_redis_look_start(struct ir_redis_look *, struct ir_err *);
/* End it; done does not come. Not after it came. */
void ir_redis_look_stop(struct ir_redis_look *);

/* The members of a connection, into the own row. */
void ir_redis_take_net(struct ir_dep *, const struct ir_redis_res *);
/* What went wrong with a connection, on the own row. what: as above; apart: as above. */
void ir_redis_fails(struct ir_dep *, const struct ir_redis_res *, const char *what, bool apart);
/* Whom to connect to as what; the section's keys before the URL's. The pointers are the URL's and the dependency's. */
void ir_redis_req_of(const struct ir_dep *, const struct ir_redis_url *, struct ir_redis_req *ret);
/* The URL of the dependency; with the name of the section's key, or of what it was discovered by, in the error. */
int ir_redis_prepare(struct ir_ctx *, struct ir_dep *, struct ir_redis_url *, struct ir_err *);

#endif
