/*
 * redis - commands to a Redis, Valkey or Sentinel, and their replies
 *
 * A connection is opened by its first send, which logs in too (AUTH, SELECT: a round trip of its own, so that no command runs as somebody else or on another
 * database when that is refused), and stays open: what a callback has learnt may decide its next send. After any error the connection is closed, and a send after
 * that opens it anew. Nothing is ever sent twice.
 *
 * hiredis (dlopen, on first use) only puts commands and replies into and out of their form. Sockets are net/dial.h's, TLS is libcurl's. RESP2 only.
 */
#ifndef IR_NET_REDIS_H
#define IR_NET_REDIS_H

#include "conf/secret.h"
#include "net/loop.h"
#include "net/resolve.h"

enum {
	IR_REDIS_PORT         = 6379,
	IR_REDIS_COMMANDS_MAX = 4096,		/* of one send */
	IR_REDIS_SEND_MAX     = 1024 * 1024,	/* bytes of one send */
};

enum ir_redis_phase { IR_REDIS_DNS, IR_REDIS_CONNECT, IR_REDIS_TLS, IR_REDIS_LOGIN, IR_REDIS_REPLY, IR_REDIS_DONE };
extern const char *const ir_redis_phase_names[];

enum ir_redis_end {
	IR_REDIS_OK,		/* each command has its reply, whatever it says */
	IR_REDIS_TIMEOUT,	/* in the phase told */
	IR_REDIS_RESOLVE,	/* the name has no address */
	IR_REDIS_REFUSED,	/* connection refused, no route, reset without a reply */
	IR_REDIS_TLS_FAILED,	/* handshake or verification */
	IR_REDIS_DENIED,	/* it does not let us in: login refused or missing, too many clients, protected mode; code */
	IR_REDIS_PROTOCOL,	/* what came is not Redis' protocol, or broke off */
	IR_REDIS_TOO_BIG,	/* the replies are beyond max_bytes or max_elements */
	IR_REDIS_STOPPED,	/* ir_redis_stop() */
	IR_REDIS_LOCAL,		/* ours: no descriptor left, a bad option */
};

enum ir_redis_type { IR_REDIS_NIL, IR_REDIS_STRING, IR_REDIS_STATUS, IR_REDIS_ERROR, IR_REDIS_INTEGER, IR_REDIS_ARRAY };

struct ir_redis_reply {
	enum ir_redis_type type;
	const char *s;				/* STRING, STATUS, ERROR: the bytes and a NUL; others: NULL */
	size_t      len;
	const char *code;			/* ERROR: "NOPERM" "LOADING" "ERR"; "" when it has none */
	int64_t     i;				/* INTEGER */
	const struct ir_redis_reply *v;		/* ARRAY: n of them */
	size_t      n;
};

/* All pointers are borrowed until ir_redis_close(). Zero is the default everywhere. */
struct ir_redis_req {
	const char             *host;		/* name or numeric address, without brackets */
	uint16_t                port;		/* 0: IR_REDIS_PORT */
	int                     family;		/* AF_UNSPEC, AF_INET, AF_INET6 */
	const char             *unix_path;	/* connect here instead */
	const struct ir_list   *resolve;	/* "host:port:address", before the resolver */
	const char             *user;		/* NULL: the default user, if there is a password */
	const struct ir_secret *password;	/* may be NULL or empty */
	int                     db;
	bool                    tls;		/* rediss:// */
	const char             *ca_file, *cert_file, *key_file;
	bool                    insecure;	/* no verification */
	int64_t                 timeout_us;	/* of each send, with connecting and login where it comes to that; never beyond the run's deadline. 0: the deadline alone */
	size_t                  max_bytes;	/* of the replies of one send, login aside; 0: 1 MiB */
	size_t                  max_elements;	/* of the same; 0: 65536 */
};

/* Words, ended by NULL, and their lengths (NULL: of strings). */
struct ir_redis_cmd {
	const char *const *argv;
	const size_t      *lens;
};
#define IR_REDIS_CMD(...) ((struct ir_redis_cmd){ (const char *const[]){ __VA_ARGS__, NULL }, NULL })

struct ir_redis_res {
	enum ir_redis_end   error;
	char                message[256];	/* in words, when error: "no answer within 2s: connected, waiting for the reply to PING". Never what was sent but the commands' names */
	enum ir_redis_phase phase;		/* where it ended */
	const char         *code;		/* DENIED: "NOAUTH" "WRONGPASS" "NOPERM" "LOADING" "BUSY" "DENIED" "ERR" …; else NULL */
	const struct ir_redis_reply *replies;	/* one a command, in order; with an error as many as came */
	size_t              n;
	int64_t             bytes;		/* of the replies */
	bool                again;		/* on a connection that was open already */
	char                address[IR_ADDR_MAX];	/* numeric, with port; "" for a unix socket and before it was known */
	/* microseconds that each phase took; reply: from sending the commands to the last reply. -1: not reached, or not this time. */
	int64_t             dns_us, connect_us, tls_us, login_us, reply_us, total_us;
	int64_t             cert_expires_ms;	/* IR_TIME_NONE: not known; when the connection was opened */
	const char         *tls_version;	/* or NULL; the same */
};

/* Called once for a send, from the loop; res is valid during the call. It may send again, or close. */
typedef void ir_redis_cb(void *arg, const struct ir_redis_res *);
struct ir_redis;

/* Never fails: nothing happens yet. It holds the loop until it is closed, between sends too; close it before the loop is freed. */
struct ir_redis *ir_redis_open(struct ir_loop *, const struct ir_redis_req *);
/* One pipeline, one callback; one at a time. The commands are copied. -1: IR_REFUSED by the gate, IR_USAGE for no commands, too many, or a host that is none,
 * IR_BACKEND when hiredis or libcurl cannot be loaded, IR_INTERNAL while another is under way; then the callback never comes. */
int ir_redis_send(struct ir_redis *, enum ir_effect, const struct ir_redis_cmd *, size_t n, ir_redis_cb *, void *arg, struct ir_err *);
/* End the send that is under way now: the callback comes from inside this call, with IR_REDIS_STOPPED and how far it got. */
void ir_redis_stop(struct ir_redis *);
/* The callback of a send under way does not come. NULL is fine. */
void ir_redis_close(struct ir_redis *);

#endif
