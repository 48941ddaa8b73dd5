/*
 * redis_priv - a connection to Redis and the send under way; shared by the redis*.c files only
 */
#ifndef IR_NET_REDIS_PRIV_H
#define IR_NET_REDIS_PRIV_H

#include "net/redis.h"
#include "net/resp.h"
#include "net/stream.h"

struct ir_redis_out {
	char  *p;	/* owned, wiped */
	size_t n, sent;
};

struct ir_redis {
	struct ir_loop     *loop;
	struct ir_redis_req req;
	struct ir_hiredis   lib;
	struct ir_stream   *stream;	/* NULL: none */
	struct ir_resp      resp;	/* as long as stream */
	bool                open;
	uint32_t            waiting;	/* for these events; 0: not in the loop */
	char                address[IR_ADDR_MAX];

	/* the send; cb NULL: none is under way. Its phase, res.phase, says what it is at. */
	ir_redis_cb        *cb;
	void               *arg;
	struct ir_timer    *timer, *later;	/* later: lost, found at its start, is told on the next turn */
	const char         *lost;
	int64_t             start_us, end_us, phase_us;	/* end_us INT64_MAX: none */
	bool                stopping;
	struct ir_redis_out login, commands;
	const char         *login_names[2];
	const char        **names;
	size_t              login_n, n;		/* commands of each */
	size_t              got;		/* replies in this phase */
	size_t              max_bytes;		/* of them */
	struct ir_redis_reply *replies;
	struct ir_arena     arena;		/* res's, and all above that is the send's */
	struct ir_redis_res res;
};

/* redis_form.c: the send's commands, and the login's, as bytes. */
int ir_redis_form(struct ir_redis *, const struct ir_redis_cmd *, size_t n, struct ir_err *);
void ir_redis_form_login(struct ir_redis *);
void ir_redis_wipe(struct ir_redis_out *);

/* redis_error.c: res.error, res.code and res.message; each for one way to fail. */
__attribute__((format(printf, 3, 4))) void ir_redis_fail(struct ir_redis *, enum ir_redis_end, const char *fmt, ...);
void ir_redis_fail_open(struct ir_redis *, const struct ir_stream_res *);
void ir_redis_fail_login(struct ir_redis *, const struct ir_redis_reply *);
void ir_redis_fail_resp(struct ir_redis *);
/* "closed" "reset": the connection, how far it got. */
void ir_redis_fail_broken(struct ir_redis *, const char *how);
/* IR_REDIS_TIMEOUT or IR_REDIS_STOPPED, in LOGIN or REPLY. */
void ir_redis_fail_stopped(struct ir_redis *, enum ir_redis_end);
/* Is it what a server says to one that it does not let in? Then res says so. */
bool ir_redis_denied(struct ir_redis *, const struct ir_redis_reply *);

#endif
