/*
 * resolve - names to addresses without ever blocking the loop
 *
 * getaddrinfo(3) runs in a detached thread, one a distinct name; a stuck one is abandoned, never joined. Numeric addresses and "localhost" take no thread.
 * An answer serves all who ask within the next two seconds.
 */
#ifndef IR_NET_RESOLVE_H
#define IR_NET_RESOLVE_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "net/loop.h"

struct ir_addr {
	struct sockaddr_storage sa;
	socklen_t               len;
};

/* n addresses in the resolver's order, valid during the call; n 0: error says why ("no such host", "no answer from the resolver"). */
typedef void ir_resolve_cb(void *arg, const struct ir_addr *v, size_t n, const char *error);

/* family AF_UNSPEC, AF_INET or AF_INET6. The callback comes from the loop, never from inside this call. Not later than at_us. Holds the loop until then. Returns a ticket for cancel. */
struct ir_resolve *ir_resolve(struct ir_loop *, const char *host, uint16_t port, int family, int64_t at_us, ir_resolve_cb *, void *arg);
/* The callback does not come. NULL is fine; not after it came. */
void ir_resolve_cancel(struct ir_resolve *);

/* "127.0.0.1:80" "[::1]:80". */
enum { IR_ADDR_MAX = 80 };
const char *ir_addr_format(char out[static IR_ADDR_MAX], const struct ir_addr *);
/* Numeric only. 0 or -1. */
int ir_addr_parse(const char *host, uint16_t port, struct ir_addr *);
/* An entry "host:port:address" of a list that goes before the resolver: 1 when it is of that host and port, 0 when not, -1 when it is no such thing. The address is
 * numeric, and may bring a port of its own, where what listens is published: "db:5432:127.0.0.1:15432" "db:5432:[::1]:15432". */
int ir_addr_override(const char *entry, const char *host, uint16_t port, struct ir_addr *);

#endif
