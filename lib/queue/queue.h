/*
 * queue - how job systems stand, read from their keys in Redis or their tables in PostgreSQL, without the application
 *
 * One file a job system, ending in a const struct (queue/redis_type.h, queue/sql_type.h), and one entry in redis.c or sql.c. A system is recognised by its keys or by
 * the columns of its tables, never by a name alone. Reads only; every question is bounded in rows, bytes and time; no KEYS, SCAN only where a system keeps no list.
 */
#ifndef IR_QUEUE_QUEUE_H
#define IR_QUEUE_QUEUE_H

#include <math.h>

#include "base/ctx.h"
#include "net/pg.h"
#include "net/redis.h"

enum { IR_QUEUES_MAX = 200 };		/* told a run; beyond that `cut` is set */

/* One queue. Numbers that the system does not keep are INT64_MIN, NAN, NULL. */
struct ir_queue_facts {
	const char *type;		/* "celery" "rq" … "table" */
	const char *queue;		/* its name; "" when the system has but one */
	int64_t     pending;		/* due, taken by nobody */
	int64_t     running;
	int64_t     scheduled;		/* due later, retries too */
	int64_t     failed;		/* given up, kept */
	int64_t     consumers;		/* workers alive that take from it */
	double      oldest_s;		/* how long the oldest pending job has been due */
	int64_t     completed_total;	/* counts up for ever; together with failed ones or not, as `note` says */
	int64_t     enqueued_total;	/* likewise */
	double      arrival_per_s, completion_per_s;	/* where one look can tell */
	struct ir_list next;		/* ids of the jobs to be taken next, oldest first, 100 at most; empty: not known */
	bool        paused;
	bool        estimate;		/* pending is about right only */
	double      running_s;		/* the longest running one, or the oldest that a dead worker left; NAN */
	bool        own_consumers;	/* consumers are of this queue alone; false: they may take from others of the system, too */
	const char *note;		/* more in words, or NULL: "priority lists 3, 6 and 9 counted in" */
};
#define IR_QUEUE_FACTS_NONE { .pending = INT64_MIN, .running = INT64_MIN, .scheduled = INT64_MIN, .failed = INT64_MIN, .consumers = INT64_MIN, .oldest_s = NAN, \
	.completed_total = INT64_MIN, .enqueued_total = INT64_MIN, .arrival_per_s = NAN, .completion_per_s = NAN, .running_s = NAN }

/* What to look for: a [queue "…"], or all zero for whatever is there. Pointers are borrowed until the callback. */
struct ir_queue_ask {
	const char    *type;		/* NULL: recognise */
	struct ir_list names;		/* queues; empty: all that the system lists */
	const char    *prefix;		/* of keys, or the schema of tables; NULL: the system's own */
	/* SQL of one's own: a table with its columns, or statements that answer one number (oldest: seconds) */
	const char    *table;		/* "jobs_jobqueue" "app.jobs" */
	const char    *status_column, *pending, *running, *failed;	/* "status" "pending" "running,processing" "failed": one value, or several by comma */
	const char    *created_column, *due_column, *queue_column;	/* NULL: recognised from the catalog (created_at, run_at …), or none */
	const char    *pending_sql, *running_sql, *scheduled_sql, *failed_sql, *oldest_sql;
	int            db;		/* Redis: of the connection */
	int64_t        statement_ms;	/* of one SQL statement; 0: 500 */
	int64_t        at_us;		/* end by (monotonic); 0: the run's deadline alone */
};

/* Something that could not be read: no right to a table, a key of another type, no time left. */
struct ir_queue_trouble {
	const char *type;		/* NULL: whatever it would have been */
	const char *message, *hint;	/* hint or NULL */
	bool        denied;		/* our rights */
};

struct ir_queue_res {
	struct ir_queue_facts *v;	/* by system, then name */
	size_t                 n;
	bool                   cut;	/* there were more */
	struct ir_queue_trouble *troubles;
	size_t                 n_troubles;
	bool                   policy_matters;	/* Redis: jobs live here that an eviction would lose */
};

/* Called once, from the loop; res is in ctx->arena. The connection is the caller's again. */
typedef void ir_queue_cb(void *arg, const struct ir_queue_res *);
struct ir_queue_run;

/* On a connection that nothing else is under way on. NULL: the callback never comes. A connection that breaks is a trouble. */
struct ir_queue_run *ir_queue_redis(struct ir_ctx *, struct ir_redis *, const struct ir_queue_ask *, ir_queue_cb *, void *arg, struct ir_err *);
struct ir_queue_run *ir_queue_sql(struct ir_ctx *, struct ir_pg *, const struct ir_queue_ask *, ir_queue_cb *, void *arg, struct ir_err *);
/* The callback comes from inside this call, with what is known by then; what was not read yet is a trouble. NULL is fine; not after the callback came. */
void ir_queue_stop(struct ir_queue_run *);

/* What `type` of a [queue "…"] may say: names of all systems, NULL-terminated, and a line about each. */
extern const char *const ir_queue_types[];
/* Where jobs of a type can be; some in either. */
bool ir_queue_in_redis(const char *type);
bool ir_queue_in_sql(const char *type);

#endif
