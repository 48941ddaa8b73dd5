/* pg_priv - one PostgreSQL connection under way; shared by the pg*.c files only */
#ifndef IR_NET_PG_PRIV_H
#define IR_NET_PG_PRIV_H

#include "net/libpq.h"
#include "net/pg.h"

enum {
	IR_PG_ADDRS_MAX = 8,
	IR_PG_WINDOW = 32 * 1024, /* bytes that the kernel takes ahead of us */
	IR_PG_SLACK =
	    8 * 1024 *
	    1024, /* bytes that may have come beyond what is wanted: the kernel's buffers, and what surrounds the rows */
};

struct ir_pg {
	struct ir_loop *loop;
	const struct ir_libpq *q;
	struct ir_pg_open open;
	PGconn *conn;
	int fd;          /* of conn, while the loop waits for it; -1 */
	uint32_t events; /* that it waits for */
	struct ir_resolve *ticket;
	struct ir_timer *end, *step; /* step: the end of one attempt, or what is known already is told */

	/* what is under way: the open, or a query */
	ir_pg_cb *cb; /* NULL: nothing */
	void *arg;
	int64_t start_us, end_us; /* end_us 0: none */
	int calling;              /* how many cb are under way */
	bool closed;              /* in one of them */
	bool usable;
	size_t notes; /* notifications that came, and nobody waited for */
	struct ir_pg_res res;
	struct ir_pg_info info;
	struct ir_arena arena;  /* of info */
	struct ir_arena answer; /* of res.sets */

	/* connecting */
	size_t host, hosts_end;
	struct ir_addr addrs[IR_PG_ADDRS_MAX];
	size_t addr, addrs_n;
	bool local;                   /* the host is a directory of sockets */
	size_t tried;                 /* attempts, for the words */
	int64_t host_us, host_end_us; /* when the host's turn began, and ends (INT64_MAX: never) */
	int64_t step_us;              /* when the attempt ends */
	int64_t phase_us;             /* when the phase began */
	struct ir_pg_res best;        /* of several failures, the one that says most */
	struct ir_pg_info best_info;

	/* the query */
	size_t before, wanted,
	    expected; /* results before the first wanted one; how many are wanted; all, with our own */
	size_t seen;  /* results that were complete */
	bool script;  /* answers are not told apart */
	bool undoing; /* the query has failed, and its transaction is rolled back */
	size_t rows, bytes, max_rows, max_bytes;
	int64_t received;     /* bytes, when it began */
	struct ir_list cells; /* of the set under way */
	size_t cols;
	const char *const *names;
	struct ir_pg_set *sets;
};

/* pg.c */
void ir_pg_begin(struct ir_pg *, ir_pg_cb *, void *arg, int64_t timeout_us);
void ir_pg_finish(struct ir_pg *);                                /* tell the result; p may be gone after it */
void ir_pg_drop(struct ir_pg *);                                  /* the connection is not used any more */
int ir_pg_wait(struct ir_pg *, uint32_t events, ir_loop_fd_cb *); /* -1: res says why */
int64_t ir_pg_received(const struct ir_pg *);                     /* bytes over TCP so far; 0: not known */

/* pg_error.c: fill in res */
void ir_pg_fail(struct ir_pg *, enum ir_pg_error, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void ir_pg_fail_stopped(struct ir_pg *, enum ir_pg_error);
void ir_pg_fail_connect(struct ir_pg *); /* by what libpq says of the connection */
void ir_pg_fail_lost(struct ir_pg *);    /* the connection went in the middle of a query */
void ir_pg_fail_result(struct ir_pg *, const PGresult *);

/* pg_await.c: count the notifications that came, so that libpq does not keep them: who sends them is not to be believed. */
void ir_pg_drain(struct ir_pg *);

#endif
