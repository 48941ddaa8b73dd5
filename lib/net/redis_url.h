/*
 * redis_url - where a Redis, Valkey or Sentinel is, as the URLs of its clients say it
 *
 *	redis://user:password@host:6379/0		valkey:// and rediscache:// are the same; rediss:// and valkeys:// are TLS
 *	unix://user:password@/path?db=0			redis+socket:///path?virtual_host=0 and redis+unix:// are the same
 *	sentinel://host:26379;sentinel://host2/master	or host,host2; the path is the master's name, but a number is a database (kombu has the master elsewhere)
 *
 * Of `db`, `database` and `virtual_host` in the query and a number in the path the query counts; a user or password in the query only where there is none before the
 * '@'. ssl_cert_reqs, ssl_ca_certs, ssl_certfile, ssl_keyfile and tls=true are understood, and whatever else is in the query is passed over. Of several URLs (a;b) the first counts.
 */
#ifndef IR_NET_REDIS_URL_H
#define IR_NET_REDIS_URL_H

#include "base/arena.h"
#include "conf/secret.h"

enum { IR_SENTINEL_PORT = 26379 };

struct ir_redis_url {
	const char *host;		/* decoded, no brackets; "localhost" when there is none; NULL: a unix socket */
	uint16_t    port;
	const char *unix_path;		/* NULL: not one */
	const char *user;		/* decoded; NULL: none */
	struct ir_secret password;	/* decoded */
	int         db;
	bool        tls, insecure;
	const char *ca_file, *cert_file, *key_file;	/* NULL: not said */
	bool        sentinel;
	struct ir_list hosts;		/* of a sentinel: all as "host:port" or "[address]:port"; host and port are the first one's */
	const char *master;		/* NULL: not said */
	const char *subject;		/* the whole in one spelling, without user and password: "redis://db:6379/0" */
};

/* Is its scheme one of these, in any case? */
bool ir_redis_url_is(const char *text);
extern const char *const ir_redis_schemes[], *const ir_sentinel_schemes[];	/* NULL-terminated */

/* *ret is in the arena but for the password. -1 with IR_CONFIG and *ret empty; no message shows a piece of the text. */
int ir_redis_url_parse(struct ir_arena *, const char *text, struct ir_redis_url *ret, struct ir_err *);
/* Wipe the password. */
void ir_redis_url_done(struct ir_redis_url *);

#endif
