/*
 * resp - Redis' protocol (RESP2) as a tree; for lib/net only
 *
 * hiredis reads it, but only what was looked at before: its versions before 1.0 allocate what a header line asks for. So each header line is checked
 * here first, and sizes, counts and depth have caps.
 */
#ifndef IR_NET_RESP_H
#define IR_NET_RESP_H

#include "net/hiredis.h"
#include "net/redis.h"

enum {
	IR_RESP_DEPTH = 7,		/* arrays in arrays; hiredis 0.14 takes no more */
	IR_RESP_LINE  = 16 * 1024,	/* bytes of a status or an error */
};

enum ir_resp_error { IR_RESP_OK, IR_RESP_WRONG, IR_RESP_TOO_BIG };

/* The look ahead. Zeroed, with the caps set, it is at the beginning of a reply. */
struct ir_resp_scan {
	size_t max_bytes, max_elements;	/* what is left of them, over all replies */
	enum { IR_RESP_TYPE, IR_RESP_IN_LINE, IR_RESP_IN_BULK, IR_RESP_BULK_END } at;
	char     type;
	char     line[24];		/* of a number */
	size_t   line_n;
	size_t   bulk;			/* bytes to come */
	bool     cr;
	int      depth;			/* arrays that are open */
	int64_t  left[IR_RESP_DEPTH];	/* elements to come of each */
	enum ir_resp_error error;
	char     why[120];		/* in words, when error */
};

/* Look at n bytes: 1 when a reply ends within them, after *used; 0: all were used, more must come; -1: error and why. */
int ir_resp_scan(struct ir_resp_scan *, const char *p, size_t n, size_t *used);

/* The look ahead, and hiredis' reader behind it. */
struct ir_resp {
	const struct ir_hiredis *lib;
	redisReader             *reader;	/* owned */
	struct ir_resp_scan      scan;
};

void ir_resp_init(struct ir_resp *, const struct ir_hiredis *);
void ir_resp_done(struct ir_resp *);
/* As ir_resp_scan(); with 1 *ret is the reply, in the arena. */
int ir_resp_take(
    struct ir_resp *, const char *p, size_t n, size_t *used, struct ir_arena *, struct ir_redis_reply *ret);

#endif
