/*
 * resolve - names to addresses without ever blocking the loop
 *
 * A struct name is one question (host and family). Its thread gets a struct job of its own, and hands it back through the mailbox, which outlives the loop
 * for as long as a stuck thread does. Nothing else is shared.
 */
#include "net/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/guest.h"

enum {
	ADDRS_MAX = 16,
	THREADS_MAX = 1024,
	STACK_BYTES = 256 * 1024,
	BUCKETS = 256,
	FRESH_US = 2000 * 1000, /* an answer serves everybody who asks within this time */
};

struct answer {
	struct ir_addr v[ADDRS_MAX];
	size_t n;
	char error[128]; /* when n is 0 */
};

struct mailbox {
	pthread_mutex_t lock;
	int refs; /* the loop's, and one a thread */
	int efd;  /* -1: the loop has gone */
	struct job *done;
};

struct job {
	struct job *next;
	struct mailbox *box;
	struct name *name; /* not for the thread */
	char *host;
	int family;
	struct answer answer;
};

struct name {
	struct name *next; /* in the bucket */
	struct name *next_waiting;
	struct ir_resolve *tickets;
	char *host;
	int family;
	enum { NAME_IDLE, NAME_WAITING, NAME_RUNNING } state;
	int64_t fresh_until; /* 0: no answer yet */
	struct answer answer;
};

struct resolver {
	struct ir_loop *loop;
	struct mailbox *box;
	struct name *buckets[BUCKETS];
	struct name *waiting, **waiting_end; /* for a thread */
	int threads;
};

struct ir_resolve {
	struct ir_resolve *next, **prev; /* among the name's tickets */
	struct ir_loop *loop;
	struct name *name;
	uint16_t port;
	struct ir_timer *timer; /* at_us, or at once when the answer is here already */
	struct answer *own;     /* no name was asked */
	ir_resolve_cb *cb;
	void *arg;
};

static void
box_unref(struct mailbox *box)
{
	bool last;

	pthread_mutex_lock(&box->lock);
	last = --box->refs == 0;
	pthread_mutex_unlock(&box->lock);
	if (last) {
		pthread_mutex_destroy(&box->lock);
		free(box);
	}
}

static void
job_free(struct job *j)
{
	free(j->host);
	free(j);
}

static void
tell_error(struct answer *a, int rc)
{
	const char *text;

	if (rc == EAI_NONAME || rc == EAI_NODATA || rc == EAI_ADDRFAMILY)
		text = "no such host";
	else if (rc == EAI_AGAIN)
		text = "no answer from the resolver";
	else if (rc == EAI_SYSTEM)
		text = strerror(errno);
	else
		text = gai_strerror(rc);
	snprintf(a->error, sizeof(a->error), "%s", text);
}

static void
ask(const char *host, int family, struct answer *a)
{
	struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_STREAM }, *list = NULL;
	int rc = getaddrinfo(host, NULL, &hints, &list);

	if (rc != 0) {
		tell_error(a, rc);
		return;
	}
	for (const struct addrinfo *ai = list; ai && a->n < ADDRS_MAX; ai = ai->ai_next) {
		if (ai->ai_addrlen > sizeof(a->v[0].sa))
			continue;
		memcpy(&a->v[a->n].sa, ai->ai_addr, ai->ai_addrlen);
		a->v[a->n++].len = ai->ai_addrlen;
	}
	freeaddrinfo(list);
	if (a->n == 0)
		tell_error(a, EAI_NONAME);
}

/* The thread. It may be stuck in getaddrinfo() for good. */
static void *
work(void *arg)
{
	struct job *j = arg;
	struct mailbox *box = j->box;

	ask(j->host, j->family, &j->answer);
	pthread_mutex_lock(&box->lock);
	if (box->efd >= 0) {
		j->next = box->done;
		box->done = j;
		eventfd_write(box->efd, 1);
		j = NULL;
	}
	pthread_mutex_unlock(&box->lock);
	if (j)
		job_free(j);
	box_unref(box);
	return NULL;
}

/* A detached thread that gets none of the signals. 0 or errno. */
static int
start_thread(struct job *j)
{
	pthread_attr_t attr;
	sigset_t all, old;
	pthread_t id;
	int rc;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&id, &attr, work, j);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return rc;
}

/* Take it out of everything; what is left is to call or to free it. */
static void
ticket_unlink(struct ir_resolve *t)
{
	ir_loop_release(t->loop);
	ir_timer_cancel(t->timer);
	t->timer = NULL;
	if (t->prev) {
		*t->prev = t->next;
		if (t->next)
			t->next->prev = t->prev;
		t->prev = NULL;
	}
}

static void
ticket_call(struct ir_resolve *t, struct answer *a)
{
	ticket_unlink(t);
	for (size_t i = 0; i < a->n; i++) {
		if (a->v[i].sa.ss_family == AF_INET6)
			((struct sockaddr_in6 *)&a->v[i].sa)->sin6_port = htons(t->port);
		else
			((struct sockaddr_in *)&a->v[i].sa)->sin_port = htons(t->port);
	}
	t->cb(t->arg, a->v, a->n, a->n ? NULL : a->error);
	free(t->own);
	free(t);
}

static void
name_answer(struct name *nm, const struct answer *a)
{
	nm->state = NAME_IDLE;
	nm->answer = *a;
	nm->fresh_until = ir_mono_us() + FRESH_US;
	while (nm->tickets)
		ticket_call(nm->tickets, &nm->answer);
}

static int
name_start(struct resolver *r, struct name *nm)
{
	struct job *j = calloc(1, sizeof(*j));
	int rc;

	if (!j || !(j->host = strdup(nm->host)))
		ir_oom();
	j->box = r->box;
	j->name = nm;
	j->family = nm->family;
	pthread_mutex_lock(&r->box->lock);
	r->box->refs++;
	pthread_mutex_unlock(&r->box->lock);
	rc = start_thread(j);
	if (rc != 0) {
		box_unref(r->box);
		job_free(j);
		return rc;
	}
	nm->state = NAME_RUNNING;
	r->threads++;
	return 0;
}

/* Start as many of the waiting as there may be threads. When there can't even be one, they have their answer. */
static void
start_waiting(struct resolver *r)
{
	while (r->waiting && r->threads < THREADS_MAX) {
		struct name *nm = r->waiting;
		int rc = name_start(r, nm);

		if (rc != 0 && r->threads > 0)
			return;
		r->waiting = nm->next_waiting;
		if (!r->waiting)
			r->waiting_end = &r->waiting;
		if (rc != 0) {
			struct answer a = { .n = 0 };

			snprintf(a.error, sizeof(a.error), "cannot start a thread to resolve it: %s", strerror(rc));
			name_answer(nm, &a);
		}
	}
}

static void
on_mail(void *arg, int fd, uint32_t events)
{
	struct resolver *r = arg;
	struct job *j, *next;
	eventfd_t count;

	(void)events;
	eventfd_read(fd, &count);
	pthread_mutex_lock(&r->box->lock);
	j = r->box->done;
	r->box->done = NULL;
	pthread_mutex_unlock(&r->box->lock);
	for (; j; j = next) {
		next = j->next;
		r->threads--;
		name_answer(j->name, &j->answer);
		job_free(j);
	}
	start_waiting(r);
}

static void
resolver_done(void *arg)
{
	struct resolver *r = arg;
	struct name *nm;
	struct job *j, *next;

	ir_loop_del(r->loop, r->box->efd);
	pthread_mutex_lock(&r->box->lock);
	close(r->box->efd);
	r->box->efd = -1;
	j = r->box->done;
	pthread_mutex_unlock(&r->box->lock);
	for (; j; j = next) {
		next = j->next;
		job_free(j);
	}
	for (size_t i = 0; i < BUCKETS; i++) {
		while ((nm = r->buckets[i])) {
			r->buckets[i] = nm->next;
			while (nm->tickets)
				ir_resolve_cancel(nm->tickets);
			free(nm->host);
			free(nm);
		}
	}
	box_unref(r->box);
	free(r);
}

static struct resolver *
resolver_new(struct ir_loop *loop)
{
	struct resolver *r = calloc(1, sizeof(*r));
	struct mailbox *box = calloc(1, sizeof(*box));

	if (!r || !box)
		ir_oom();
	r->loop = loop;
	r->box = box;
	r->waiting_end = &r->waiting;
	box->refs = 1;
	pthread_mutex_init(&box->lock, NULL);
	box->efd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (box->efd < 0 || ir_loop_add(loop, box->efd, EPOLLIN, on_mail, r, NULL) < 0) {
		box_unref(box);
		free(r);
		return NULL;
	}
	ir_loop_set_resolver(loop, r, resolver_done);
	return r;
}

static struct name *
name_of(struct resolver *r, const char *host, int family)
{
	uint32_t h = 2166136261U ^ (uint32_t)family;
	struct name *nm;

	for (const char *p = host; *p; p++)
		h = (h ^ (unsigned char)(*p | 0x20)) * 16777619U;
	for (nm = r->buckets[h % BUCKETS]; nm; nm = nm->next)
		if (nm->family == family && strcasecmp(nm->host, host) == 0)
			return nm;
	nm = calloc(1, sizeof(*nm));
	if (!nm || !(nm->host = strdup(host)))
		ir_oom();
	nm->family = family;
	nm->next = r->buckets[h % BUCKETS];
	r->buckets[h % BUCKETS] = nm;
	return nm;
}

static void
on_own(void *arg)
{
	struct ir_resolve *t = arg;

	t->timer = NULL;
	ticket_call(t, t->own);
}

static void
on_fresh(void *arg)
{
	struct ir_resolve *t = arg;

	t->timer = NULL;
	ticket_call(t, &t->name->answer);
}

static void
on_timeout(void *arg)
{
	struct ir_resolve *t = arg;
	struct answer a = { .n = 0 };

	t->timer = NULL;
	tell_error(&a, EAI_AGAIN);
	ticket_call(t, &a);
}

/* What needs no question: numeric addresses, and "localhost" (RFC 6761). */
static bool
answer_locally(const char *host, int family, struct answer *a)
{
	if (strcasecmp(host, "localhost") == 0) {
		if (family != AF_INET)
			ir_addr_parse("::1", 0, &a->v[a->n++]);
		if (family != AF_INET6)
			ir_addr_parse("127.0.0.1", 0, &a->v[a->n++]);
		return true;
	}
	if (ir_addr_parse(host, 0, &a->v[0]) < 0)
		return false;
	if (family == AF_UNSPEC || a->v[0].sa.ss_family == family)
		a->n = 1;
	else
		snprintf(a->error, sizeof(a->error), "not an %s address", family == AF_INET ? "IPv4" : "IPv6");
	return true;
}

static void
ticket_ask(struct resolver *r, struct ir_resolve *t, const char *host, int family, int64_t at_us)
{
	struct name *nm = name_of(r, host, family);

	t->name = nm;
	t->prev = &nm->tickets;
	t->next = nm->tickets;
	if (t->next)
		t->next->prev = &t->next;
	nm->tickets = t;
	if (nm->state == NAME_IDLE && nm->fresh_until > ir_mono_us()) {
		t->timer = ir_loop_at(r->loop, 0, on_fresh, t);
		return;
	}
	t->timer = ir_loop_at(r->loop, at_us, on_timeout, t);
	if (nm->state != NAME_IDLE)
		return;
	nm->state = NAME_WAITING;
	nm->next_waiting = NULL;
	*r->waiting_end = nm;
	r->waiting_end = &nm->next_waiting;
}

struct ir_resolve *
ir_resolve(
    struct ir_loop *loop, const char *host, uint16_t port, int family, int64_t at_us, ir_resolve_cb *cb, void *arg)
{
	struct ir_resolve *t = calloc(1, sizeof(*t));
	struct answer *own = calloc(1, sizeof(*own));
	struct resolver *r = NULL;

	if (!t || !own)
		ir_oom();
	ir_loop_hold(loop);
	t->loop = loop;
	t->port = port;
	t->cb = cb;
	t->arg = arg;
	if (!answer_locally(host, family, own)) {
		r = ir_loop_resolver(loop);
		if (!r)
			r = resolver_new(loop);
		if (!r)
			snprintf(own->error, sizeof(own->error), "no descriptor left for the resolver");
	}
	if (!r) {
		t->own = own;
		t->timer = ir_loop_at(loop, 0, on_own, t);
		return t;
	}
	free(own);
	ticket_ask(r, t, host, family, at_us);
	start_waiting(r);
	return t;
}

void
ir_resolve_cancel(struct ir_resolve *t)
{
	if (!t)
		return;
	ticket_unlink(t);
	free(t->own);
	free(t);
}
