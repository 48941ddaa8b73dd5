/*
 * amqp - does an AMQP 0-9-1 broker let us in?
 *
 * The opening of a connection: the broker's greeting, which tells product and version, the login, the virtual host; then it is closed as it should be, so that the
 * broker's log has no complaint. No channel is opened and nothing is published or consumed.
 */
#ifndef IR_NET_AMQP_H
#define IR_NET_AMQP_H

#include "conf/secret.h"
#include "net/resolve.h"

enum { IR_AMQP_PORT = 5672, IR_AMQPS_PORT = 5671 };

enum ir_amqp_phase { IR_AMQP_DNS, IR_AMQP_CONNECT, IR_AMQP_TLS, IR_AMQP_GREETING, IR_AMQP_LOGIN, IR_AMQP_VHOST, IR_AMQP_DONE };
extern const char *const ir_amqp_phase_names[];

enum ir_amqp_error {
	IR_AMQP_OK,
	IR_AMQP_TIMEOUT,	/* in the phase told */
	IR_AMQP_RESOLVE,	/* the name has no address */
	IR_AMQP_REFUSED,	/* connection refused, no route, reset before anything was said */
	IR_AMQP_TLS_FAILED,
	IR_AMQP_DENIED,		/* user or password */
	IR_AMQP_NO_VHOST,	/* not there, or not for this user */
	IR_AMQP_SERVER,		/* the broker closed for another reason; code tells which */
	IR_AMQP_PROTOCOL,	/* what came is not AMQP 0-9-1, or broke off */
	IR_AMQP_STOPPED,	/* ir_amqp_stop() */
	IR_AMQP_LOCAL,		/* ours */
};

/* All pointers are borrowed until the callback. Zero is the default everywhere. */
struct ir_amqp_req {
	enum ir_effect          effect;
	const char             *host;		/* name or numeric address, without brackets */
	uint16_t                port;		/* 0: 5672, with TLS 5671 */
	const struct ir_list   *resolve;	/* "host:port:address", before the resolver; may be NULL */
	bool                    tls;
	const char             *ca_file, *cert_file, *key_file;
	bool                    insecure;	/* no verification */
	const char             *user;		/* NULL: no login, the greeting is all */
	const struct ir_secret *password;
	const char             *vhost;		/* NULL: "/" */
	int64_t                 timeout_us;	/* never beyond the run's deadline. 0: the deadline alone */
};

struct ir_amqp_res {
	enum ir_amqp_error error;
	char               message[256];	/* in words, when error; says how far it got; never the password */
	enum ir_amqp_phase phase;		/* where it ended */
	bool               greeted;		/* product and version are known */
	bool               opened;		/* logged in, and the virtual host is there */
	char               product[64], version[64], cluster[128];	/* "RabbitMQ" "3.10.8" "rabbit@host"; "" when not told; not escaped */
	int                code;		/* of the broker's close: 403, 530 …; 0: none */
	char               address[IR_ADDR_MAX];
	int64_t            dns_us, connect_us, tls_us, total_us;	/* -1: not reached. total_us: to the last answer */
	int64_t            cert_expires_ms;	/* IR_TIME_NONE: not known */
	char               tls_version[16];	/* or "" */
};

/* Called once, from the loop, never from inside ir_amqp_open(); res is valid during the call. */
typedef void ir_amqp_cb(void *arg, const struct ir_amqp_res *);
struct ir_amqp;

/* -1: IR_REFUSED by the gate, IR_USAGE for a host that is none or a user, password or virtual host that is too long, IR_BACKEND when libcurl (for TLS) cannot be
 * loaded; then the callback never comes. */
int ir_amqp_open(struct ir_loop *, const struct ir_amqp_req *, ir_amqp_cb *, void *arg, struct ir_amqp **ret, struct ir_err *);
/* End it now: the callback comes from inside this call. NULL is fine; not after the callback came. */
void ir_amqp_stop(struct ir_amqp *);
/* The callback does not come. NULL is fine; not after it came. */
void ir_amqp_cancel(struct ir_amqp *);

#endif
