/*
 * dial - a connection to the first address that takes it
 *
 * Addresses are tried in the resolver's order, families alternating: the next is started when one fails, or beside it when it has not answered
 * within 250 ms; the first to connect wins. Shared by all that speaks TCP, libcurl too: it is handed a connected socket. Nothing is sent here, so no effect is asked for.
 */
#ifndef IR_NET_DIAL_H
#define IR_NET_DIAL_H

#include "net/resolve.h"

enum ir_dial_error {
	IR_DIAL_OK,
	IR_DIAL_TIMEOUT,	/* at_us passed, while resolving or connecting */
	IR_DIAL_RESOLVE,	/* the name has no address */
	IR_DIAL_REFUSED,	/* refused, reset, no route, by every address */
	IR_DIAL_STOPPED,	/* ir_dial_stop() */
	IR_DIAL_LOCAL,		/* ours: no descriptor left, a path too long */
};

/* All pointers are borrowed until the callback. */
struct ir_dial_req {
	const char           *host;		/* name or numeric address, without brackets */
	uint16_t              port;
	int                   family;		/* AF_UNSPEC, AF_INET, AF_INET6 */
	const char           *unix_path;	/* connect here instead */
	const struct ir_list *resolve;		/* "host:port:address", before the resolver; may be NULL */
	int64_t               at_us;		/* to end by */
};

struct ir_dial_res {
	enum ir_dial_error error;
	char    message[256];		/* in words, when error: "connection refused" "no answer within 2s: connecting to 10.0.0.1:80" */
	bool    resolved;		/* an address was known */
	int     fd;			/* connected, non-blocking, close-on-exec; the callback's to close. -1: none */
	char    address[IR_ADDR_MAX];	/* that took it, or the last tried; "" before */
	int64_t dns_us, connect_us;	/* how long each took; -1: not reached. A phase that was not finished: so far */
};

/* Called once, from the loop, never from inside ir_dial(). */
typedef void ir_dial_cb(void *arg, const struct ir_dial_res *);
struct ir_dial;

/* Never fails: what goes wrong comes by the callback. */
struct ir_dial *ir_dial(struct ir_loop *, const struct ir_dial_req *, ir_dial_cb *, void *arg);
/* The callback does not come. NULL is fine. */
void ir_dial_cancel(struct ir_dial *);
/* End it now: the callback comes from inside this call, with IR_DIAL_STOPPED and how far it got. */
void ir_dial_stop(struct ir_dial *);

#endif
