/*
 * dep - one dependency: a database, a cache, the broker of a job queue, asked in depth
 *
 * A backend (postgres redis sentinel rabbitmq tcp) is one or more files ending in a const struct ir_dep_ops, and one entry in dep.c. It asks everything over as few
 * connections and round trips as it can, and says what it found, measure by measure, by the functions of dep/found.h. Deadlines, thresholds, samples, ids and the order
 * of rows are not its business.
 *
 * The same shape serves a [database], [cache] or [queue] of ir.conf, an operand, and what the environment or a container says.
 */
#ifndef IR_DEP_DEP_H
#define IR_DEP_DEP_H

#include "conf/secret.h"
#include "net/loop.h"
#include "rec/kinds.h"

enum ir_unit {
	IR_UNIT_NONE,		/* a state, not a number */
	IR_UNIT_COUNT,
	IR_UNIT_SECONDS,
	IR_UNIT_BYTES,
	IR_UNIT_PER_SECOND,
	IR_UNIT_PER_MINUTE,
};

/* What a backend can find, and when it is bad. A table of these, ended by a NULL name, is also what `warn` and `fail` of ir.conf may name, and what the manual lists. */
struct ir_measure {
	const char  *name;	/* "connections": the row is called DEP/connections */
	enum ir_unit unit;
	bool         share;	/* warn and fail are shares (0.8) of the maximum */
	bool         below;	/* bad at and below the threshold, not at and above */
	double       warn, fail;	/* NAN: never */
	const char  *doc;	/* one line, with the default's reason where it is no matter of course */
};

struct ir_dep_ops;
struct ir_dep_state;
struct ir_sample;

struct ir_dep {
	const char *name;		/* "main"; unique in a run; no '/' in it */
	const char *service;		/* owner; "" */
	const char *type;		/* "database" "cache" "queue": the section's type, also of what was discovered */
	const struct ir_section *section;	/* NULL: an operand, or discovered */
	const char *origin;		/* "ir.conf:12" "operand" "DATABASE_URL" ".env:3" "DATABASE_URL of shop_web_1" */
	const struct ir_dep_ops *ops;
	/* How to get there. */
	struct ir_secret url;		/* as it was written, with whatever is in it; empty: all from PG* (postgres) */
	struct ir_secret password;	/* from elsewhere than the URL; empty: none, or the URL's */
	struct ir_list resolve;		/* "host:port:address": names that only a container network knows */
	const char *via;		/* in words, when that is used: "published port of shop_db_1"; or NULL */
	bool held;			/* only the engine can tell where that is: it waits for its answer */
	bool down;			/* unready says why that cannot be, in this turn */
	size_t resolve_given;		/* entries of resolve that are not from the engine */
	const char *host;		/* set by prepare(); without user, password, brackets; NULL: a unix socket */
	uint16_t    port;
	const char *socket;		/* set by prepare(): path of the unix socket; or NULL. host and port, or this, tell whether two are on one server */
	const char *subject;		/* set by prepare(): "postgresql://db:5432/shop", never with user or password */
	int64_t timeout_ms;		/* INT64_MIN: the run's */
	bool server_told;		/* another dependency is on the same server and tells of it: only queues are asked for here */
	const char *unready, *unready_hint;	/* why it cannot be asked in this run (a secret that cannot be had); NULL: it can */
	bool detail;			/* -v: texts of queries, too */
	void *priv;			/* the backend's own, made by prepare() */
	/* What was found. */
	struct ir_check *row;		/* the dependency's own row: does it answer? */
	struct ir_check **found;	/* in the order of finding; ctx->arena */
	size_t n_found, size_found;
	struct ir_ctx *ctx;
	const struct ir_sample *before;	/* what was counted last time; NULL: nothing is known. dep/sample.h */
	struct ir_list counters;	/* what is counted now */
	struct ir_dep_state *state;	/* dep.c's own */
};

typedef void ir_dep_done(struct ir_dep *);

struct ir_dep_ops {
	const char *name;			/* type of its checks: "postgres" "redis" "sentinel" "rabbitmq" "tcp" */
	const char *const *schemes;		/* of URLs, NULL-terminated: "postgres" "postgresql" … */
	const struct ir_measure *measures;	/* NULL: none */
	unsigned files;				/* descriptors that it may hold at once */
	/* Fill in subject, host, port from url (never resolving anything), check the section's keys against one another. 0, or -1 with IR_CONFIG or IR_USAGE;
	 * the message never shows a piece of the URL that could be secret, and needs not say where: deps.c puts file, line and section before it. Called once. */
	int (*prepare)(struct ir_ctx *, struct ir_dep *, struct ir_err *);
	/* Ask, to end by at_us (monotonic). When all is said (never from inside this call) call done. -1: could not be started: the own row becomes `unknown` with the message.
	 * Called again for a second sample and for -w: everything of the look before is gone from row and found. */
	int (*start)(struct ir_dep *, int64_t at_us, ir_dep_done *, struct ir_err *);
	/* Stop now without calling done; must not block. What was found stays. Of the own row, when it has no answer yet: summary says in words how far it got. */
	void (*stop)(struct ir_dep *);
	/* Wipe the secrets that prepare() put into priv. NULL: it has none. */
	void (*done)(struct ir_dep *);
};

extern const struct ir_dep_ops ir_dep_postgres, ir_dep_redis, ir_dep_sentinel, ir_dep_rabbitmq, ir_dep_tcp;
extern const struct ir_dep_ops *const ir_dep_backends[];	/* NULL-terminated; dep.c */

/* By scheme ("postgresql" of "postgresql+psycopg://…"), any case; NULL: nobody knows it. */
const struct ir_dep_ops *ir_dep_by_scheme(const char *url);

#endif
