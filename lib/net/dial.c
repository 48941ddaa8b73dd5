/* dial - a connection to the first address that takes it */
#include "net/dial.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <strings.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"

enum {
	ADDRS_MAX = 8,
	BESIDE_US = 250 * 1000,    /* RFC 8305's connection attempt delay */
	UNIX_AGAIN_US = 10 * 1000, /* a unix socket with a full backlog is asked again */
};

struct ir_dial {
	struct ir_loop *loop;
	struct ir_dial_req req;
	ir_dial_cb *cb;
	void *arg;
	struct ir_resolve *ticket;
	struct ir_timer *end;  /* at_us */
	struct ir_timer *next; /* the next address beside, the unix socket again, or a result known at once */
	struct ir_addr addrs[ADDRS_MAX];
	int fds[ADDRS_MAX]; /* -1: not started, or failed */
	size_t addrs_n, started, open;
	size_t told; /* the address that the result tells */
	int64_t start_us, resolved_us;
	int error;     /* errno that tells most so far; 0: none */
	bool starting; /* inside ir_dial() */
	bool settled;  /* res is final */
	struct ir_dial_res res;
};

static void start_next(struct ir_dial *);

/* Forget the attempt: its descriptor is closed, or the caller's now. */
static int
drop_fd(struct ir_dial *d, size_t i)
{
	int fd = d->fds[i];

	if (fd < 0)
		return -1;
	ir_loop_del(d->loop, fd);
	d->fds[i] = -1;
	d->open--;
	return fd;
}

static void
release_all(struct ir_dial *d)
{
	ir_resolve_cancel(d->ticket);
	ir_timer_cancel(d->end);
	ir_timer_cancel(d->next);
	for (size_t i = 0; i < ADDRS_MAX; i++) {
		int fd = drop_fd(d, i);

		if (fd >= 0)
			close(fd);
	}
	ir_loop_release(d->loop);
}

static void
finish(struct ir_dial *d)
{
	release_all(d);
	d->cb(d->arg, &d->res);
	free(d);
}

static void
on_known(void *arg)
{
	struct ir_dial *d = arg;

	d->next = NULL;
	finish(d);
}

/* The result is known. From inside ir_dial() it is told on the next turn. */
static void
settle(struct ir_dial *d)
{
	d->settled = true;
	if (d->starting) {
		ir_timer_cancel(d->next);
		d->next = ir_loop_at(d->loop, 0, on_known, d);
		return;
	}
	finish(d);
}

/* Address and times, as far as it got. */
static void
fill_res(struct ir_dial *d)
{
	int64_t now = ir_mono_us();

	if (d->addrs_n > 0)
		ir_addr_format(d->res.address, &d->addrs[d->told]);

	d->res.resolved = d->resolved_us >= 0;
	d->res.dns_us = (d->res.resolved ? d->resolved_us : now) - d->start_us;
	d->res.connect_us = d->res.resolved ? now - d->resolved_us : -1;
}

__attribute__((format(printf, 3, 4))) static void
fail(struct ir_dial *d, enum ir_dial_error error, const char *fmt, ...)
{
	va_list ap;

	fill_res(d);
	d->res.error = error;
	va_start(ap, fmt);
	vsnprintf(d->res.message, sizeof(d->res.message), fmt, ap);
	va_end(ap);
	settle(d);
}

static const char *
where(const struct ir_dial *d, char *out, size_t size)
{
	char address[IR_ADDR_MAX] = "";

	if (d->addrs_n > 0)
		ir_addr_format(address, &d->addrs[d->told]);
	if (d->resolved_us < 0)
		snprintf(out, size, "resolving '%s'", d->req.host);
	else
		snprintf(out, size, "connecting to %s", d->req.unix_path ? d->req.unix_path : address);
	return out;
}

static void
on_end(void *arg)
{
	struct ir_dial *d = arg;
	char place[160], limit[IR_NUM_MAX];

	d->end = NULL;
	ir_format_duration(limit, (d->req.at_us - d->start_us + 5000) / 10000 * 10);
	fail(d, IR_DIAL_TIMEOUT, "no answer within %s: %s", limit, where(d, place, sizeof(place)));
}

void
ir_dial_stop(struct ir_dial *d)
{
	char place[160];

	if (d->settled)
		finish(d);
	else
		fail(d, IR_DIAL_STOPPED, "stopped: %s", where(d, place, sizeof(place)));
}

void
ir_dial_cancel(struct ir_dial *d)
{
	if (!d)
		return;
	if (d->res.fd >= 0)
		close(d->res.fd);
	release_all(d);
	free(d);
}

static bool
is_local(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM || error == EADDRNOTAVAIL ||
	       error == EAFNOSUPPORT;
}

/* Of several addresses' failures, the one that says most about the peer is told. */
static int
weight(int error)
{
	if (error == 0)
		return 0;
	if (is_local(error))
		return 1;
	if (error == ENETUNREACH || error == EHOSTUNREACH)
		return 2;
	return error == ECONNREFUSED ? 4 : 3;
}

static const char *
error_words(int error, char *out, size_t size)
{
	switch (error) {
	case ETIMEDOUT:
		return "the host does not answer";
	case EADDRNOTAVAIL:
		return "no local address or port left for it";
	case EMFILE:
	case ENFILE:
		return "no descriptor left (see 'ulimit -n')";
	default:
		snprintf(out, size, "%s", strerror(error));
		out[0] = (char)tolower((unsigned char)out[0]);
		return out;
	}
}

static void
fail_all(struct ir_dial *d)
{
	char words[128], tried[40] = "";

	if (d->addrs_n > 1)
		snprintf(tried, sizeof(tried), " (%zu addresses tried)", d->addrs_n);
	fail(d, is_local(d->error) ? IR_DIAL_LOCAL : IR_DIAL_REFUSED, "%s%s",
	    error_words(d->error, words, sizeof(words)), tried);
}

static void
note_error(struct ir_dial *d, size_t i, int error)
{
	if (weight(error) <= weight(d->error))
		return;
	d->error = error;
	d->told = i;
}

static void
attempt_failed(struct ir_dial *d, size_t i, int error)
{
	int fd = drop_fd(d, i);

	if (fd >= 0)
		close(fd);
	note_error(d, i, error);
}

/* A connect to a free port of our own range may meet itself (simultaneous open): nobody is there. */
static bool
met_itself(int fd, const struct ir_addr *peer)
{
	struct ir_addr own = { .len = sizeof(own.sa) };
	const struct sockaddr_in *a4 = (const void *)&own.sa, *b4 = (const void *)&peer->sa;
	const struct sockaddr_in6 *a6 = (const void *)&own.sa, *b6 = (const void *)&peer->sa;

	if (getsockname(fd, (struct sockaddr *)&own.sa, &own.len) < 0)
		return false;
	if (peer->sa.ss_family == AF_INET)
		return a4->sin_port == b4->sin_port && a4->sin_addr.s_addr == b4->sin_addr.s_addr;
	return a6->sin6_port == b6->sin6_port && IN6_ARE_ADDR_EQUAL(&a6->sin6_addr, &b6->sin6_addr);
}

static void
connected(struct ir_dial *d, size_t i)
{
	d->told = i;
	fill_res(d);
	d->res.error = IR_DIAL_OK;
	d->res.message[0] = '\0';
	d->res.fd = drop_fd(d, i);
	settle(d);
}

/* How the connect ended: 0 or errno. */
static int
outcome(int fd, const struct ir_addr *peer)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		return errno;
	return error == 0 && met_itself(fd, peer) ? ECONNREFUSED : error;
}

static void
on_ready(void *arg, int fd, uint32_t events)
{
	struct ir_dial *d = arg;
	size_t i = 0;
	int error;

	(void)events;
	while (d->fds[i] != fd)
		i++;
	error = outcome(fd, &d->addrs[i]);
	if (error == 0) {
		connected(d, i);
		return;
	}
	attempt_failed(d, i, error);
	start_next(d);
}

static void
on_next(void *arg)
{
	struct ir_dial *d = arg;

	d->next = NULL;
	start_next(d);
}

/* On this host a connect has happened, or failed, by the time it is said to be in progress: no need to wait a turn, and the time is the connect's and not ours. */
static int
local_outcome(int fd, const struct ir_addr *a)
{
	const struct sockaddr_in *in = (const void *)&a->sa;
	const struct sockaddr_in6 *in6 = (const void *)&a->sa;
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	bool local = a->sa.ss_family == AF_INET ? ntohl(in->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET
						: IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);

	return local && poll(&p, 1, 0) == 1 ? outcome(fd, a) : EINPROGRESS;
}

/* 1: connected. 0: under way. -1: failed, and noted. */
static int
attempt(struct ir_dial *d, size_t i)
{
	const struct ir_addr *a = &d->addrs[i];
	int fd = socket(a->sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error;

	if (!d->error)
		d->told = i;
	if (fd < 0) {
		note_error(d, i, errno);
		return -1;
	}
	d->fds[i] = fd;
	d->open++;
	error = connect(fd, (const struct sockaddr *)&a->sa, a->len) == 0 ? 0 : errno;
	if (error == EINPROGRESS)
		error = local_outcome(fd, a);
	if (error == EINPROGRESS && ir_loop_add(d->loop, fd, EPOLLOUT, on_ready, d, NULL) == 0)
		return 0;
	if (error == 0)
		return 1;
	attempt_failed(d, i, error);
	return -1;
}

/* Start the next address that can be started, or tell that all failed. */
static void
start_next(struct ir_dial *d)
{
	ir_timer_cancel(d->next);
	d->next = NULL;
	while (d->started < d->addrs_n) {
		size_t i = d->started++;
		int rc = attempt(d, i);

		if (rc > 0) {
			connected(d, i);
			return;
		}
		if (rc == 0) {
			if (d->started < d->addrs_n)
				d->next = ir_loop_at(d->loop, ir_mono_us() + BESIDE_US, on_next, d);
			return;
		}
	}
	if (d->open == 0)
		fail_all(d);
}

/* A unix socket connects at once, or its backlog is full (EAGAIN, and no way to wait for it). */
static void
dial_unix(void *arg)
{
	struct ir_dial *d = arg;
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	d->next = NULL;
	if (strlen(d->req.unix_path) >= sizeof(un.sun_path)) {
		fail(d, IR_DIAL_LOCAL, "socket path longer than %zu bytes", sizeof(un.sun_path) - 1);
		return;
	}
	memcpy(un.sun_path, d->req.unix_path, strlen(d->req.unix_path));
	d->fds[0] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	d->open = d->fds[0] >= 0;
	if (d->open && connect(d->fds[0], (const struct sockaddr *)&un, sizeof(un)) == 0) {
		connected(d, 0);
		return;
	}
	d->error = 0;
	attempt_failed(d, 0, errno);
	if (d->error == EAGAIN)
		d->next = ir_loop_at(d->loop, ir_mono_us() + UNIX_AGAIN_US, dial_unix, d);
	else
		fail_all(d);
}

/* The next address of the family wanted, from *i on; NULL when there is none. */
static const struct ir_addr *
next_of(const struct ir_addr *v, size_t n, size_t *i, bool v6)
{
	while (*i < n) {
		const struct ir_addr *a = &v[(*i)++];

		if ((a->sa.ss_family == AF_INET6) == v6)
			return a;
	}
	return NULL;
}

/* Families alternate, beginning with that of the first; within one the resolver's order stays. */
static void
take_addrs(struct ir_dial *d, const struct ir_addr *v, size_t n)
{
	bool v6 = v[0].sa.ss_family == AF_INET6;
	size_t at[2] = { 0, 0 };

	for (size_t misses = 0; d->addrs_n < ADDRS_MAX && misses < 2; v6 = !v6) {
		const struct ir_addr *a = next_of(v, n, &at[v6], v6);

		misses = a ? 0 : misses + 1;
		if (a)
			d->addrs[d->addrs_n++] = *a;
	}
	d->resolved_us = ir_mono_us();
}

static void
on_resolved(void *arg, const struct ir_addr *v, size_t n, const char *error)
{
	struct ir_dial *d = arg;

	d->ticket = NULL;
	if (n == 0 && ir_mono_us() >= d->req.at_us) {
		ir_timer_cancel(d->end);
		on_end(d);
		return;
	}
	if (n == 0) {
		fail(d, IR_DIAL_RESOLVE, "cannot resolve '%s': %s", d->req.host, error);
		return;
	}
	take_addrs(d, v, n);
	start_next(d);
}

/* Addresses that were given by hand, or -1 after a bad one. */
static int
find_overrides(struct ir_dial *d, struct ir_addr *v, size_t *n)
{
	for (size_t i = 0; d->req.resolve && i < d->req.resolve->n && *n < ADDRS_MAX; i++) {
		int rc = ir_addr_override(d->req.resolve->v[i], d->req.host, d->req.port, &v[*n]);

		if (rc < 0) {
			fail(d, IR_DIAL_LOCAL, "'%s' is not host:port:address", d->req.resolve->v[i]);
			return -1;
		}
		*n += (size_t)rc;
	}
	return 0;
}

static void
dial_host(struct ir_dial *d)
{
	struct ir_addr v[ADDRS_MAX];
	size_t n = 0;

	if (find_overrides(d, v, &n) < 0)
		return;
	if (n == 0 && ir_addr_parse(d->req.host, d->req.port, &v[0]) == 0 &&
	    (d->req.family == AF_UNSPEC || v[0].sa.ss_family == d->req.family))
		n = 1;
	if (n == 0) {
		d->ticket = ir_resolve(d->loop, d->req.host, d->req.port, d->req.family, d->req.at_us, on_resolved, d);
		return;
	}
	take_addrs(d, v, n);
	start_next(d);
}

struct ir_dial *
ir_dial(struct ir_loop *loop, const struct ir_dial_req *req, ir_dial_cb *cb, void *arg)
{
	struct ir_dial *d = calloc(1, sizeof(*d));

	if (!d)
		ir_oom();
	d->loop = loop;
	d->req = *req;
	d->cb = cb;
	d->arg = arg;
	d->start_us = ir_mono_us();
	d->resolved_us = -1;
	d->res.fd = -1;
	for (size_t i = 0; i < ADDRS_MAX; i++)
		d->fds[i] = -1;
	ir_loop_hold(loop);
	d->end = ir_loop_at(loop, req->at_us, on_end, d);
	d->starting = true;
	if (req->unix_path) {
		d->resolved_us = d->start_us;
		dial_unix(d);
	} else {
		dial_host(d);
	}
	d->starting = false;
	return d;
}
