/*
 * amqp_url - where a RabbitMQ is, as the URLs of its clients say it
 *
 *	amqp://user:password@host:5672/vhost	pyamqp:// and librabbitmq:// are the same; amqps:// is TLS. Of several (a;b) the first counts
 *	http://user:password@host:15672/vhost	its management; https:// is TLS
 *
 * No virtual host, and an empty one, is "/"; so are "//" and "/%2F". cacertfile, certfile, keyfile and verify=verify_none of the query are understood, and whatever else
 * is in it is passed over.
 */
#ifndef IR_NET_AMQP_URL_H
#define IR_NET_AMQP_URL_H

#include "base/arena.h"
#include "conf/secret.h"

enum { IR_RABBITMQ_HTTP_PORT = 15672, IR_RABBITMQ_HTTPS_PORT = 15671 };

struct ir_amqp_url {
	bool        management;		/* http or https */
	bool        tls, insecure;
	const char *host;		/* decoded, no brackets; "localhost" when there is none */
	uint16_t    port;
	const char *user;		/* decoded; NULL: none */
	struct ir_secret password;	/* decoded */
	const char *vhost;
	const char *ca_file, *cert_file, *key_file;	/* NULL: not said */
	const char *subject;		/* in one spelling, without user and password: "amqp://host:5672/shop" */
};

extern const char *const ir_amqp_schemes[];	/* NULL-terminated; http and https are not among them */

/* *ret is in the arena but for the password. -1 with IR_CONFIG and *ret empty; no message shows a piece of the text. */
int ir_amqp_url_parse(struct ir_arena *, const char *text, struct ir_amqp_url *ret, struct ir_err *);
/* Wipe the password. */
void ir_amqp_url_done(struct ir_amqp_url *);

#endif
