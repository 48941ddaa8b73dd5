/*
 * url - where a URL leads, by libcurl's own parser, so that there is no second opinion
 */
#ifndef IR_NET_URL_H
#define IR_NET_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "net/curl.h"

struct ir_url {
	char    *text;		/* without user, password and fragment */
	char    *host;		/* for the resolver: no brackets, international names in their ASCII form */
	char    *user, *password;	/* as the URL has them, decoded; or NULL */
	uint16_t port;
	bool     tls;		/* https */
};

/* Absolute, http or https. IR_USAGE. */
int ir_url_parse(const struct ir_curl *, const char *text, struct ir_url *ret, struct ir_err *err);

/* What a Location means that came from there; user and password in it are dropped. IR_DATA when it is no URL, another scheme, or
 * leads from https to http. */
int ir_url_follow(const struct ir_curl *, const struct ir_url *from, const char *location, struct ir_url *ret, struct ir_err *err);

/* Same scheme, host and port. */
bool ir_url_same_origin(const struct ir_url *, const struct ir_url *);

void ir_url_done(const struct ir_curl *, struct ir_url *);

#endif
