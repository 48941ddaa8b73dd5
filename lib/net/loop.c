/* loop - one thread, one wait, one deadline */
#include "net/loop.h"

#include <errno.h>
#include <limits.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/guest.h"

enum {
	EVENTS_MAX = 256,
	WAIT_MAX_MS = 200, /* a signal that comes between the look at ctx->stop and the wait is seen after this */
	PROGRESS_US = 300 * 1000,
	FILES_KEPT = 128, /* descriptors that others than those at work may want */
	MARGIN_US = 20 * 1000,
	TELL_US = 60,
};

struct slot {
	ir_loop_fd_cb *cb; /* NULL: free */
	void *arg;
	uint32_t gen; /* tells an event of an earlier owner of the descriptor */
};

struct ir_timer {
	struct ir_loop *loop;
	int64_t at;
	uint64_t serial; /* those of one instant are called in the order they were made */
	size_t index;    /* in the heap */
	ir_loop_timer_cb *cb;
	void *arg;
};

struct ir_loop {
	struct ir_ctx *ctx;
	int epfd;
	struct slot *slots; /* by descriptor */
	size_t slots_n;
	struct ir_timer **heap;
	size_t heap_n, heap_size;
	uint64_t serial;
	int64_t calling; /* timers due by this instant are being called; 0: none are */
	int held;
	int64_t lag_us;
	const struct ir_loop_guest *guest;
	void *guest_arg;
	void *resolver;
	void (*resolver_done)(void *);
};

/* A binary heap, the earliest at heap[0]. */

static bool
earlier(const struct ir_timer *a, const struct ir_timer *b)
{
	return a->at < b->at || (a->at == b->at && a->serial < b->serial);
}

static void
heap_put(struct ir_loop *l, size_t i, struct ir_timer *t)
{
	l->heap[i] = t;
	t->index = i;
}

static void
heap_up(struct ir_loop *l, size_t i, struct ir_timer *t)
{
	while (i > 0 && earlier(t, l->heap[(i - 1) / 2])) {
		heap_put(l, i, l->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	heap_put(l, i, t);
}

static void
heap_down(struct ir_loop *l, size_t i, struct ir_timer *t)
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= l->heap_n)
			break;
		if (child + 1 < l->heap_n && earlier(l->heap[child + 1], l->heap[child]))
			child++;
		if (!earlier(l->heap[child], t))
			break;
		heap_put(l, i, l->heap[child]);
		i = child;
	}
	heap_put(l, i, t);
}

static void
heap_remove(struct ir_loop *l, size_t i)
{
	struct ir_timer *last = l->heap[--l->heap_n];

	if (i == l->heap_n)
		return;
	if (i > 0 && earlier(last, l->heap[(i - 1) / 2]))
		heap_up(l, i, last);
	else
		heap_down(l, i, last);
}

struct ir_timer *
ir_loop_at(struct ir_loop *l, int64_t at_us, ir_loop_timer_cb *cb, void *arg)
{
	struct ir_timer *t = malloc(sizeof(*t));

	if (l->heap_n == l->heap_size) {
		l->heap_size = l->heap_size ? 2 * l->heap_size : 16;
		l->heap = realloc(l->heap, l->heap_size * sizeof(*l->heap));
	}
	if (!t || !l->heap)
		ir_oom();
	if (l->calling && at_us <= l->calling)
		at_us = l->calling + 1; /* next turn, so that a timer that makes timers ends */
	*t = (struct ir_timer){ l, at_us, l->serial++, 0, cb, arg };
	heap_up(l, l->heap_n++, t);
	return t;
}

void
ir_timer_cancel(struct ir_timer *t)
{
	if (!t)
		return;
	heap_remove(t->loop, t->index);
	free(t);
}

static void
call_timers(struct ir_loop *l)
{
	l->calling = ir_mono_us();
	while (l->heap_n && l->heap[0]->at <= l->calling) {
		struct ir_timer t = *l->heap[0];

		ir_timer_cancel(l->heap[0]);
		t.cb(t.arg);
	}
	l->calling = 0;
}

/* More descriptors than 1,024 are wanted by a thousand checks at once. */
static void
raise_nofile(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < r.rlim_max) {
		r.rlim_cur = r.rlim_max;
		setrlimit(RLIMIT_NOFILE, &r);
	}
}

size_t
ir_loop_files(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) < 0)
		return SIZE_MAX;
	return r.rlim_cur > 2 * FILES_KEPT ? r.rlim_cur - FILES_KEPT : r.rlim_cur / 2;
}

struct ir_loop *
ir_loop_new(struct ir_ctx *ctx, struct ir_err *err)
{
	struct ir_loop *l = calloc(1, sizeof(*l));

	if (!l)
		ir_oom();
	raise_nofile();
	l->ctx = ctx;
	l->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (l->epfd < 0) {
		ir_fail(err, IR_INTERNAL, "cannot make an epoll descriptor: %s", strerror(errno));
		free(l);
		return NULL;
	}
	ctx->loop = l;
	return l;
}

void
ir_loop_free(struct ir_loop *l)
{
	if (!l)
		return;
	if (l->guest)
		l->guest->free(l->guest_arg);
	if (l->resolver)
		l->resolver_done(l->resolver);
	while (l->heap_n)
		ir_timer_cancel(l->heap[l->heap_n - 1]);
	close(l->epfd);
	free(l->heap);
	free(l->slots);
	if (l->ctx->loop == l)
		l->ctx->loop = NULL;
	free(l);
}

struct ir_ctx *
ir_loop_ctx(const struct ir_loop *l)
{
	return l->ctx;
}

void
ir_loop_set_guest(struct ir_loop *l, const struct ir_loop_guest *guest, void *arg)
{
	l->guest = guest;
	l->guest_arg = arg;
}

void *
ir_loop_guest_arg(const struct ir_loop *l)
{
	return l->guest_arg;
}

void
ir_loop_set_resolver(struct ir_loop *l, void *arg, void (*done)(void *))
{
	l->resolver = arg;
	l->resolver_done = done;
}

void *
ir_loop_resolver(const struct ir_loop *l)
{
	return l->resolver;
}

static struct slot *
slot_of(struct ir_loop *l, int fd)
{
	if ((size_t)fd >= l->slots_n) {
		size_t n = l->slots_n ? l->slots_n : 64;

		while (n <= (size_t)fd)
			n *= 2;
		l->slots = realloc(l->slots, n * sizeof(*l->slots));
		if (!l->slots)
			ir_oom();
		memset(l->slots + l->slots_n, 0, (n - l->slots_n) * sizeof(*l->slots));
		l->slots_n = n;
	}
	return &l->slots[fd];
}

static int
control(struct ir_loop *l, int op, int fd, uint32_t events)
{
	struct epoll_event ev = { .events = events & EPOLLIN ? events | EPOLLRDHUP : events };

	ev.data.u64 = (uint64_t)l->slots[fd].gen << 32 | (uint32_t)fd;
	return epoll_ctl(l->epfd, op, fd, &ev);
}

int
ir_loop_add(struct ir_loop *l, int fd, uint32_t events, ir_loop_fd_cb *cb, void *arg, struct ir_err *err)
{
	struct slot *s;

	if (fd < 0)
		return ir_fail(err, IR_INTERNAL, "cannot wait for descriptor %d", fd);
	s = slot_of(l, fd);
	s->gen++;
	if (control(l, EPOLL_CTL_ADD, fd, events) < 0)
		return ir_fail(err, IR_INTERNAL, "cannot wait for descriptor %d: %s", fd, strerror(errno));
	s->cb = cb;
	s->arg = arg;
	return 0;
}

int
ir_loop_mod(struct ir_loop *l, int fd, uint32_t events)
{
	if (fd < 0 || (size_t)fd >= l->slots_n || !l->slots[fd].cb)
		return -1;
	return control(l, EPOLL_CTL_MOD, fd, events);
}

void
ir_loop_del(struct ir_loop *l, int fd)
{
	if (fd < 0 || (size_t)fd >= l->slots_n || !l->slots[fd].cb)
		return;
	l->slots[fd].cb = NULL;
	epoll_ctl(l->epfd, EPOLL_CTL_DEL, fd, NULL);
}

void
ir_loop_hold(struct ir_loop *l)
{
	l->held++;
}

void
ir_loop_release(struct ir_loop *l)
{
	l->held--;
}

int64_t
ir_loop_lag_us(const struct ir_loop *l)
{
	return l->lag_us;
}

static void
note_lag(struct ir_loop *l, int64_t us)
{
	if (us > l->lag_us)
		l->lag_us = us;
}

static void
dispatch(struct ir_loop *l, const struct epoll_event *ev)
{
	int fd = (int)(uint32_t)ev->data.u64;
	const struct slot *s = &l->slots[fd];

	if (s->cb && s->gen == (uint32_t)(ev->data.u64 >> 32))
		s->cb(s->arg, fd, ev->events);
}

/* How long to wait for the instant: whole milliseconds, rounded up, so that it has come by then. */
static int
wait_ms(int64_t now, int64_t until)
{
	int64_t us = until - now;

	if (us <= 0)
		return 0;
	return us > (int64_t)WAIT_MAX_MS * 1000 ? WAIT_MAX_MS : (int)((us + 999) / 1000);
}

/* One wait, not beyond the instant, and one call of all that is due. Answers come before timers: when we ourselves are late, a peer that answered in time is not blamed. */
static void
turn(struct ir_loop *l, int64_t until)
{
	struct epoll_event ev[EVENTS_MAX];
	int64_t wake, woke;
	int n, ms;

	wake = l->heap_n && l->heap[0]->at < until ? l->heap[0]->at : until;
	ms = wait_ms(ir_mono_us(), wake);
	if (l->guest)
		l->guest->wait(l->guest_arg, l->epfd, ms);
	n = epoll_wait(l->epfd, ev, EVENTS_MAX, l->guest ? 0 : ms);
	woke = ir_mono_us();
	if (ms > 0 && woke > wake)
		note_lag(l, woke - wake);
	for (int i = 0; i < n; i++)
		dispatch(l, &ev[i]);
	if (l->guest)
		l->guest->turn(l->guest_arg);
	call_timers(l);
	note_lag(l, ir_mono_us() - woke);
}

static bool
stopped(const struct ir_loop *l)
{
	return l->ctx->stop && *l->ctx->stop;
}

struct progress {
	struct ir_timer *timer;
	ir_loop_timer_cb *cb;
	void *arg;
};

static void
call_progress(void *arg)
{
	struct progress *p = arg;

	p->timer = NULL;
	p->cb(p->arg);
}

static int
run_until(struct ir_loop *l, int64_t until)
{
	while (l->held > 0) {
		if (stopped(l))
			return 2;
		if (ir_mono_us() >= until) {
			turn(l, 0);
			return l->held > 0;
		}
		turn(l, until);
	}
	return stopped(l) ? 2 : 0;
}

int
ir_loop_run(struct ir_loop *l, ir_loop_timer_cb *progress, void *arg)
{
	struct progress p = { NULL, progress, arg };
	int rc;

	if (progress)
		p.timer = ir_loop_at(l, ir_mono_us() + PROGRESS_US, call_progress, &p);
	rc = run_until(l, l->ctx->deadline_us > 0 ? l->ctx->deadline_us : INT64_MAX);
	ir_timer_cancel(p.timer);
	return rc;
}

int
ir_loop_sleep_until(struct ir_loop *l, int64_t at_us)
{
	while (ir_mono_us() < at_us) {
		if (stopped(l))
			return 2;
		turn(l, at_us);
	}
	return stopped(l) ? 2 : 0;
}

int64_t
ir_loop_margin_us(const struct ir_ctx *ctx, size_t n)
{
	int64_t left = ctx->deadline_us - ir_mono_us(), margin = MARGIN_US + TELL_US * (int64_t)n;

	return margin > left / 4 ? left / 4 : margin;
}
