/*
 * postgres - what the files about PostgreSQL share. Private to lib/dep
 *
 * postgres.c asks, postgres_sql.c has the questions by version, postgres_parse.c makes facts of the answers, postgres_blocked.c finds who blocks whom,
 * postgres_judge.c, postgres_replication.c and postgres_upkeep.c make rows of the facts, postgres_connect.c judges a connection that failed, postgres_hosts.c tells
 * several hosts apart, postgres_pool.c asks PgBouncer of itself, postgres_jobs.c has the job queues.
 */
#ifndef IR_DEP_POSTGRES_H
#define IR_DEP_POSTGRES_H

#include <math.h>

#include "dep/dep.h"
#include "dep/found.h"
#include "dep/sample.h"
#include "net/pg.h"
#include "queue/queue.h"

/* One statement each, in the order in which they are sent: what explains most comes first, since a slow one costs those behind it their time. */
enum ir_postgres_fact {
	IR_POSTGRES_CORE,
	IR_POSTGRES_STATS,
	IR_POSTGRES_SESSIONS,
	IR_POSTGRES_HOLDER,
	IR_POSTGRES_TRANSACTION,
	IR_POSTGRES_IDLE,
	IR_POSTGRES_BLOCKED,
	IR_POSTGRES_STANDBYS,
	IR_POSTGRES_SLOTS,
	IR_POSTGRES_LAG,
	IR_POSTGRES_ARCHIVER,
	IR_POSTGRES_PREPARED,
	IR_POSTGRES_SETTINGS,
	IR_POSTGRES_INDEXES,
	IR_POSTGRES_SIZE,
	IR_POSTGRES_LAG_AGAIN,
	IR_POSTGRES_FACTS
};

/* What became of a question. */
enum ir_postgres_known { IR_POSTGRES_NOT_ASKED, IR_POSTGRES_KNOWN, IR_POSTGRES_HIDDEN, IR_POSTGRES_NOT_KNOWN };

/* A session that is told of. pid 0: a prepared transaction. */
struct ir_postgres_session {
	int64_t     pid;
	const char *user, *application, *client, *state, *query;	/* NULL: hidden, or none */
	double      age_s;		/* of its transaction, or how long it has been idle in it; NAN */
};

enum { IR_POSTGRES_WAITERS_MAX = 400 };

/* One that waits for a lock, or that others wait for. */
struct ir_postgres_waiter {
	struct ir_postgres_session s;
	int64_t *by;			/* pids that it waits for */
	size_t   n_by;			/* 0: it does not wait */
	double   wait_s;		/* NAN: hidden */
};

struct ir_postgres_standby {
	const char *name, *client, *state, *sync;	/* state NULL: hidden */
	double      lag_bytes, lag_s;
};

struct ir_postgres_slot {
	const char *name, *kind, *wal;	/* wal: reserved extended unreserved lost; NULL before 13 */
	bool        active;
	double      kept_bytes;		/* of WAL for it */
};

/* Numbers that are not known are INT64_MIN and NAN. */
struct ir_postgres_facts {
	enum ir_postgres_known known[IR_POSTGRES_FACTS];
	const char *why[IR_POSTGRES_FACTS];	/* of HIDDEN and NOT_KNOWN */
	/* core */
	int         standby, read_only;		/* 1, 0, -1 */
	int64_t     max, reserved, database_limit, role_limit, xid_age, mxid_age, pid;
	double      uptime_s;
	bool        sees_all;			/* pg_read_all_stats, or superuser */
	const char *started, *user, *database, *oldest_database, *sync_names;
	/* stats; of this database, but backends and checksums: of all */
	int64_t     backends, database_backends, commits, rollbacks, deadlocks, conflicts, checksums;
	double      checksum_s;			/* since the last one */
	/* sessions */
	int64_t     clients, active, idle, idle_in_transaction, hidden, role_clients;
	const char *holder, *holder_user;
	int64_t     holder_sessions, holder_idle;
	struct ir_postgres_session transaction, idle_one;	/* pid 0: none */
	struct ir_postgres_waiter *waiters;
	size_t      n_waiters;
	/* replication */
	struct ir_postgres_standby *standbys;
	size_t      n_standbys;
	struct ir_postgres_slot *slots;
	size_t      n_slots;
	bool        paused, streamed, caught_up, receiver;	/* streamed: it ever was; receiver: it is connected */
	double      lag_bytes, replayed_s;
	const char *receiver_status, *sender;
	/* upkeep */
	bool        archiver_fails;
	double      archiver_failed_s, archived_s;
	const char *archiver_wal;
	int64_t     prepared;
	double      prepared_s;
	const char *prepared_gid, *prepared_owner;
	int64_t     pending, invalid;
	const char *pending_names, *invalid_name, *read_only_source;
	int64_t     size;
};

/* The root of the tree that most wait in. Pure. */
struct ir_postgres_tree {
	size_t  blocked;		/* sessions that wait */
	size_t  behind;			/* of these, behind the root */
	double  longest_s;		/* NAN: hidden */
	const struct ir_postgres_session *root;	/* NULL: not known */
};
struct ir_postgres_tree ir_postgres_blocked(const struct ir_postgres_facts *);

/* The statement for a server of this version (150007); NULL: it has no such thing. detail: with texts of queries. Pure. */
const char *ir_postgres_sql(struct ir_arena *, enum ir_postgres_fact, int version, bool detail);
/* The answer to it. Pure. */
void ir_postgres_parse(struct ir_arena *, enum ir_postgres_fact, const struct ir_pg_set *, struct ir_postgres_facts *);
void ir_postgres_facts_init(struct ir_postgres_facts *);

/* What PgBouncer says of itself. */
struct ir_postgres_pool {
	bool        asked, told;
	const char *why;		/* not told */
	bool        denied;
	const char *version;		/* "1.18.0"; NULL: the pooler is another one, or said nothing */
	bool        paused;		/* our database */
	int64_t     pools;		/* of our database, one a user */
	int64_t     waiting, active, servers, size, clients, max_clients;	/* of our database; clients: of all; servers: logged in */
	double      wait_s;		/* of the client that waits longest */
	const char *mode, *user;	/* of the pool where most wait */
};
void ir_postgres_pool_init(struct ir_postgres_pool *);
/* What SHOW POOLS, SHOW DATABASES, SHOW CONFIG say. Pure. */
void ir_postgres_pool_parse(struct ir_arena *, const char *database, size_t which, const struct ir_pg_set *, struct ir_postgres_pool *);
extern const char *const ir_postgres_pool_sql[];	/* NULL-terminated */

struct ir_postgres;
/* One host of the URL. */
struct ir_postgres_look {
	struct ir_postgres *all;
	const char *label;		/* among the others: "db2", "127.0.0.1:5433" */
	struct ir_pg *pg, *console;
	bool        busy, console_busy;
	bool        connected, settled;	/* settled: connected and asked, or failed */
	enum ir_pg_error error;		/* of the connection, or that broke it later */
	enum ir_pg_phase phase;
	const char *message, *sqlstate;
	struct ir_pg_info info;
	struct ir_pg_target console_target;
	size_t      console_next;
	enum ir_postgres_fact asked[IR_POSTGRES_FACTS];
	size_t      n_asked, next;	/* of them, the first that is not answered */
	struct ir_postgres_facts facts;
	struct ir_postgres_pool pool;
};

/* priv of a dependency. */
struct ir_postgres {
	struct ir_dep *dep;
	struct ir_pg_target target;
	struct ir_queue_ask ask;
	bool        only_jobs, jobs;	/* nothing of the server; job queues, too */
	struct ir_postgres_look *looks;	/* one a host */
	size_t      n_looks;
	int64_t     at_us, begun_us;
	ir_dep_done *done;
	struct ir_timer *end;
	bool        stopping, told;
	struct ir_queue_run *run;
	struct ir_postgres_look *jobs_of;	/* the host whose jobs were asked for; NULL: none yet */
	struct ir_list jobs_why, grants;	/* what of them is hidden, and the hints */
};

/* postgres_connect.c: the verdict over a connection that failed. */
struct ir_postgres_verdict {
	enum ir_status status;
	const char *summary, *hint;
};
struct ir_postgres_verdict ir_postgres_verdict(struct ir_arena *, const struct ir_postgres_look *, const struct ir_pg_target *);

/* postgres_hosts.c: the host that an application would get; NULL: none, or (unless last) not known yet. */
struct ir_postgres_look *ir_postgres_choose(struct ir_postgres *, bool last);
/* The rows of all that was found. */
void ir_postgres_tell(struct ir_postgres *);

/* Rows. sampled: of the host that an application gets, whose counters are kept. */
void ir_postgres_judge_role(struct ir_dep *, const struct ir_postgres *, const struct ir_postgres_facts *);
void ir_postgres_judge_sessions(struct ir_dep *, const struct ir_postgres_facts *);
void ir_postgres_judge_replication(struct ir_dep *, const struct ir_postgres_facts *);
void ir_postgres_judge_upkeep(struct ir_dep *, const struct ir_postgres_facts *);
void ir_postgres_judge_pool(struct ir_dep *, const struct ir_postgres_pool *, const struct ir_pg_target *);
void ir_postgres_judge_rights(struct ir_dep *, const struct ir_postgres *, const struct ir_postgres_look *);
/* Is it known? If not: the measure's row says why, or (hidden) the rights' row will. */
bool ir_postgres_known(struct ir_dep *, const struct ir_postgres_facts *, enum ir_postgres_fact, const char *measure);
/* Connections that ordinary users have; INT64_MIN: not known. And how many are used. */
int64_t ir_postgres_available(const struct ir_postgres_facts *);
int64_t ir_postgres_used(const struct ir_postgres_facts *);

/* postgres_pool.c: begin to ask the console, once. Ends by ir_postgres_step(). */
void ir_postgres_pool_ask(struct ir_postgres_look *);
/* postgres_jobs.c */
int ir_postgres_jobs_prepare(struct ir_ctx *, struct ir_postgres *, struct ir_err *);
void ir_postgres_jobs_ask(struct ir_postgres *, struct ir_postgres_look *);

/* postgres.c: go on with whatever can be done now; tells and calls done when that is nothing more. */
void ir_postgres_step(struct ir_postgres *);
/* Microseconds that are left, at least one. */
int64_t ir_postgres_left(const struct ir_postgres *);

/* "4711 (shop, 'web')" */
const char *ir_postgres_who(struct ir_arena *, const struct ir_postgres_session *);

#endif
