/*
 * loop - one thread, one wait, one deadline
 *
 * An epoll descriptor for sockets, pipes and pidfds; libcurl's multi handle joins once HTTP is in use (curl_multi_poll then waits on both). Timers are a
 * heap. The run ends by ctx->deadline_us whatever the peers do.
 *
 * Work that is under way holds the loop; ir_loop_run() returns when nothing is held, at the deadline, or when ctx->stop is set.
 */
#ifndef IR_NET_LOOP_H
#define IR_NET_LOOP_H

#include <stdint.h>
#include <sys/epoll.h>

#include "base/ctx.h"

struct ir_loop;
typedef void ir_loop_fd_cb(void *arg, int fd, uint32_t events);
typedef void ir_loop_timer_cb(void *arg);

/* Also raises RLIMIT_NOFILE to the hard limit. Sets ctx->loop. */
struct ir_loop *ir_loop_new(struct ir_ctx *, struct ir_err *);
void ir_loop_free(struct ir_loop *);	/* never blocks */
struct ir_ctx *ir_loop_ctx(const struct ir_loop *);

/* events: EPOLLIN (EPOLLRDHUP comes with it), EPOLLOUT; EPOLLHUP and EPOLLERR are always delivered, again and again until the descriptor is removed. A callback may
 * remove any descriptor, its own too. Remove it before closing it. */
int ir_loop_add(struct ir_loop *, int fd, uint32_t events, ir_loop_fd_cb *, void *arg, struct ir_err *);
int ir_loop_mod(struct ir_loop *, int fd, uint32_t events);
void ir_loop_del(struct ir_loop *, int fd);

struct ir_timer;
/* Calls cb once at the instant (ir_mono_us()). A past one is called on the next turn. */
struct ir_timer *ir_loop_at(struct ir_loop *, int64_t at_us, ir_loop_timer_cb *, void *arg);
void ir_timer_cancel(struct ir_timer *);	/* NULL is fine; not after it was called */

void ir_loop_hold(struct ir_loop *);
void ir_loop_release(struct ir_loop *);

/* 0: nothing is held. 1: the deadline passed (timers due by then were called first). 2: stopped by a signal. What was under way is the caller's to report. Progress: cb is called once after 300 ms (NULL: none). */
int ir_loop_run(struct ir_loop *, ir_loop_timer_cb *progress, void *arg);

/* Run until the instant (0) or until stopped (2), whatever is held and whatever the deadline; for -w. */
int ir_loop_sleep_until(struct ir_loop *, int64_t at_us);

/* Descriptors that all work together may hold: there is no limit but that of the process, less what others want (the engine, the journal, programs that start). */
size_t ir_loop_files(void);

/* How long before ctx->deadline_us work on n things has to end, so that how far each got can still be told: some time and more for each, at most a quarter of what is left. */
int64_t ir_loop_margin_us(const struct ir_ctx *, size_t n);

/* How late the loop itself was at worst, in microseconds: our own lag, not the peers'. */
int64_t ir_loop_lag_us(const struct ir_loop *);

#endif
