/*
 * guest - how a library with its own wait joins the loop; for lib/net only
 *
 * Once there is a guest, the loop waits through it: the guest's wait returns when the loop's epoll descriptor is readable too. libcurl is the only one.
 */
#ifndef IR_NET_GUEST_H
#define IR_NET_GUEST_H

#include "net/loop.h"

struct ir_loop_guest {
	/* Wait for its own descriptors and for epfd, timeout_ms at the most. */
	void (*wait)(void *arg, int epfd, int timeout_ms);
	/* Do what can be done without waiting; called once a turn, after the loop's descriptors. */
	void (*turn)(void *arg);
	void (*free)(void *arg);
};

void ir_loop_set_guest(struct ir_loop *, const struct ir_loop_guest *, void *arg);
/* The arg of the guest, or NULL. */
void *ir_loop_guest_arg(const struct ir_loop *);

/* The same for the resolver, which has no wait of its own: what it keeps for this loop. */
void ir_loop_set_resolver(struct ir_loop *, void *arg, void (*done)(void *));
void *ir_loop_resolver(const struct ir_loop *);

#endif
