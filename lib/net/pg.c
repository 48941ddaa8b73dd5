/* pg - a PostgreSQL connection from its start to its end; what is asked on it is pg_query.c */
#include <linux/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/pg_priv.h"

static void host_start(struct ir_pg *);
static void attempt_start(struct ir_pg *);

static void
on_notice(void *arg, const char *text)
{
	(void)arg;
	(void)text;
}

/* libpq may have closed it and opened another one with the same number, so what the loop knows is never trusted. */
int
ir_pg_wait(struct ir_pg *p, uint32_t events, ir_loop_fd_cb *cb)
{
	/* libpq reads a long message for as long as there is something to read, and an endless one for ever: a small
	 * window leaves nothing now and then, which is when our bounds are looked at. */
	const int window = IR_PG_WINDOW;
	int fd = p->q->socket(p->conn);
	struct ir_err err = IR_ERR_INIT;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &window, sizeof(window));
	if (p->fd >= 0)
		ir_loop_del(p->loop, p->fd);
	p->fd = -1;
	if (ir_loop_add(p->loop, fd, events, cb, p, &err) < 0) {
		ir_pg_fail(p, IR_PG_LOCAL, "%s", err.msg);
		return -1;
	}
	p->fd = fd;
	p->events = events;
	return 0;
}

static void
unwait(struct ir_pg *p)
{
	if (p->fd >= 0)
		ir_loop_del(p->loop, p->fd);
	p->fd = -1;
}

void
ir_pg_drop(struct ir_pg *p)
{
	unwait(p);
	p->usable = false;
	if (p->conn)
		p->q->finish(p->conn);
	p->conn = NULL;
}

int64_t
ir_pg_received(const struct ir_pg *p)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (p->local || getsockopt(p->q->socket(p->conn), IPPROTO_TCP, TCP_INFO, &info, &len) < 0)
		return 0;
	return (int64_t)info.tcpi_bytes_received;
}

static void
cancel_timers(struct ir_pg *p)
{
	ir_resolve_cancel(p->ticket);
	p->ticket = NULL;
	ir_timer_cancel(p->step);
	p->step = NULL;
	ir_timer_cancel(p->end);
	p->end = NULL;
}

static void
pg_free(struct ir_pg *p)
{
	ir_arena_done(&p->arena);
	ir_arena_done(&p->answer);
	free(p);
}

static void
trace(const struct ir_pg *p)
{
	const struct ir_ctx *ctx = ir_loop_ctx(p->loop);

	ir_trace(ctx, 2, "%s: %s in %.1f ms, %s", p->open.target->label, p->res.error ? p->res.message : "answers",
	    (double)(ir_mono_us() - p->start_us) / 1000, p->info.address);
}

/* An idle connection is not waited for: what comes on it then is read with the next answer. */
void
ir_pg_finish(struct ir_pg *p)
{
	ir_pg_cb *cb = p->cb;
	struct ir_arena answer = p->answer;
	struct ir_pg_res res = p->res;

	/* the callback may begin a query, and this answer is its own until it returns */
	memset(&p->answer, 0, sizeof(p->answer));
	res.info = &p->info;
	cancel_timers(p);
	unwait(p);
	p->cb = NULL;
	ir_loop_release(p->loop);
	trace(p);
	p->calling++;
	cb(p->arg, p, &res);
	p->calling--;
	ir_arena_done(&answer);
	if (p->closed && p->calling == 0)
		pg_free(p);
}

static void
break_off(struct ir_pg *p, enum ir_pg_error error)
{
	ir_pg_fail_stopped(p, error);
	if (p->res.phase < IR_PG_READY && p->info.total_us < 0)
		p->info.total_us = ir_mono_us() - p->start_us;
	ir_pg_drop(p);
	ir_pg_finish(p);
}

/* A host that said something before says more than one that has not answered yet. */
static int
weight(enum ir_pg_error error)
{
	static const int weights[] = {
		[IR_PG_RESOLVE] = 1,
		[IR_PG_REFUSED] = 2,
		[IR_PG_TIMEOUT] = 3,
		[IR_PG_PROTOCOL] = 4,
		[IR_PG_TLS_FAILED] = 5,
		[IR_PG_SERVER] = 6,
		[IR_PG_DENIED] = 7,
		[IR_PG_LOCAL] = 8,
		[IR_PG_TOO_BIG] = 4,
		[IR_PG_STOPPED] = 0,
		[IR_PG_OK] = 0,
	};

	return weights[error];
}

static void
on_end(void *arg)
{
	struct ir_pg *p = arg;

	p->end = NULL;
	break_off(p, IR_PG_TIMEOUT);
}

void
ir_pg_begin(struct ir_pg *p, ir_pg_cb *cb, void *arg, int64_t timeout_us)
{
	int64_t deadline = ir_loop_ctx(p->loop)->deadline_us;

	p->cb = cb;
	p->arg = arg;
	p->start_us = p->phase_us = ir_mono_us();
	p->end_us = timeout_us > 0 ? p->start_us + timeout_us : 0;
	if (deadline > 0 && (p->end_us == 0 || deadline < p->end_us))
		p->end_us = deadline;
	if (p->end_us > 0)
		p->end = ir_loop_at(p->loop, p->end_us, on_end, p);
	ir_loop_hold(p->loop);
}

static int64_t *
bucket(struct ir_pg *p, enum ir_pg_phase phase)
{
	switch (phase) {
	case IR_PG_DNS:
		return &p->info.dns_us;
	case IR_PG_CONNECT:
		return &p->info.connect_us;
	case IR_PG_TLS:
		return &p->info.tls_us;
	default:
		return &p->info.auth_us;
	}
}

/* The time until then was the old phase's. */
static void
enter_at(struct ir_pg *p, enum ir_pg_phase phase, int64_t at_us)
{
	int64_t *b = bucket(p, p->res.phase);

	*b = (*b < 0 ? 0 : *b) + at_us - p->phase_us;
	p->phase_us = at_us;
	p->res.phase = phase;
}

static void
enter(struct ir_pg *p, enum ir_pg_phase phase)
{
	enter_at(p, phase, ir_mono_us());
}

static enum ir_pg_phase
phase_now(const struct ir_pg *p)
{
	switch (p->q->status(p->conn)) {
	case CONNECTION_NEEDED:
	case CONNECTION_STARTED:
		return IR_PG_CONNECT;
	case CONNECTION_SSL_STARTUP:
		return p->q->ssl_in_use(p->conn) ? IR_PG_TLS : IR_PG_GREETING;
	case CONNECTION_AWAITING_RESPONSE:
		return p->q->used_password(p->conn) ? IR_PG_AUTH : IR_PG_GREETING;
	case CONNECTION_MADE:
	case CONNECTION_GSS_STARTUP:
		return IR_PG_GREETING;
	default:
		return IR_PG_START;
	}
}

static int64_t
share(int64_t until, size_t left)
{
	int64_t now = ir_mono_us();

	return until == INT64_MAX ? until : now + (until - now) / (int64_t)left;
}

/* Does another host make sense after this failure? As libpq has it: not when one has denied us, but when one is not up yet. */
static bool
may_go_on(const struct ir_pg *p)
{
	if (p->res.error == IR_PG_SERVER)
		return strcmp(p->res.sqlstate, "57P03") == 0;
	return p->res.error != IR_PG_DENIED && p->res.error != IR_PG_LOCAL;
}

static void
give_up(struct ir_pg *p)
{
	size_t n;

	p->res = p->best;
	p->info = p->best_info;
	p->info.total_us = ir_mono_us() - p->start_us;
	n = strlen(p->res.message);
	if (p->tried > 1)
		snprintf(p->res.message + n, sizeof(p->res.message) - n, " (%zu tried)", p->tried);
	ir_pg_finish(p);
}

static void
attempt_failed(struct ir_pg *p)
{
	bool same_host = p->addr + 1 < p->addrs_n && p->res.phase <= IR_PG_CONNECT;

	p->tried++;
	ir_pg_drop(p);
	ir_resolve_cancel(p->ticket);
	p->ticket = NULL;
	ir_timer_cancel(p->step);
	p->step = NULL;
	if (weight(p->res.error) > weight(p->best.error)) {
		p->best = p->res;
		p->best_info = p->info;
	}
	if (same_host && may_go_on(p)) {
		p->addr++;
		attempt_start(p);
	} else if (may_go_on(p) && p->host + 1 < p->hosts_end) {
		p->host++;
		host_start(p);
	} else {
		give_up(p);
	}
}

static void
on_step(void *arg)
{
	struct ir_pg *p = arg;

	p->step = NULL;
	ir_pg_fail_stopped(p, IR_PG_TIMEOUT);
	attempt_failed(p);
}

/* The attempt has its share of the time; the last one has all that is left, and then the end is the end. */
static void
set_step(struct ir_pg *p)
{
	int64_t at = p->host_end_us;

	if (p->res.phase <= IR_PG_CONNECT && p->addrs_n > p->addr + 1)
		at = share(at, p->addrs_n - p->addr);
	ir_timer_cancel(p->step);
	p->step = NULL;
	if (at != INT64_MAX && at != p->end_us)
		p->step = ir_loop_at(p->loop, p->step_us = at, on_step, p);
}

static int
flag(const struct ir_pg *p, const char *name)
{
	const char *s = p->q->parameter_status(p->conn, name);

	return s ? strcmp(s, "on") == 0 : -1;
}

static void
take_info(struct ir_pg *p)
{
	const struct ir_libpq *q = p->q;
	struct ir_pg_info *i = &p->info;

	i->server_version = ir_strdup(&p->arena, q->parameter_status(p->conn, "server_version"));
	i->version = q->server_version(p->conn);
	i->standby = flag(p, "in_hot_standby");
	i->read_only = flag(p, "default_transaction_read_only");
	i->superuser = flag(p, "is_superuser");
	i->backend_pid = q->backend_pid(p->conn);
	if (q->ssl_in_use(p->conn))
		i->tls_version = ir_strdup(&p->arena, q->ssl_attribute(p->conn, "protocol"));
	i->total_us = ir_mono_us() - p->start_us;
}

static void
connected(struct ir_pg *p)
{
	enter(p, IR_PG_READY);
	take_info(p);
	p->q->set_nonblocking(p->conn, 1);
	p->q->set_error_verbosity(p->conn, PQERRORS_DEFAULT);
	p->usable = true;
	ir_pg_finish(p);
}

/* With a near server the whole handshake is over within one poll. */
static void
follow_phase(struct ir_pg *p, int64_t polled_us)
{
	enum ir_pg_phase now = phase_now(p);
	bool was_connecting = p->res.phase <= IR_PG_CONNECT;

	if (now > IR_PG_TLS && p->info.tls_us < 0 && p->res.phase != IR_PG_TLS && p->q->ssl_in_use(p->conn))
		enter_at(p, IR_PG_TLS, polled_us);
	if (now == p->res.phase)
		return;
	enter(p, now);
	if (was_connecting && now > IR_PG_CONNECT)
		set_step(p);
}

static void
on_poll(void *arg, int fd, uint32_t events)
{
	struct ir_pg *p = arg;
	PostgresPollingStatusType want;
	int64_t now = ir_mono_us();

	(void)fd;
	(void)events;
	want = p->q->connect_poll(p->conn);
	if (want == PGRES_POLLING_OK) {
		connected(p);
		return;
	}
	if (want == PGRES_POLLING_FAILED) {
		ir_pg_fail_connect(p);
		enter(p, p->res.phase);
		attempt_failed(p);
		return;
	}
	follow_phase(p, now);
	if (ir_pg_received(p) > IR_PG_SLACK) {
		ir_pg_fail(p, IR_PG_PROTOCOL, "the greeting has no end");
		attempt_failed(p);
		return;
	}
	if (ir_pg_wait(p, want == PGRES_POLLING_READING ? EPOLLIN : EPOLLOUT, on_poll) < 0)
		attempt_failed(p);
}

/* That of the address: where it was given by hand it may not be the host's. */
static unsigned
port_of(const struct ir_addr *a)
{
	return ntohs(a->sa.ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)&a->sa)->sin6_port
						 : ((const struct sockaddr_in *)&a->sa)->sin_port);
}

/* What was written, then what is ours. */
static PGconn *
start_libpq(struct ir_pg *p, const char *addr)
{
	const struct ir_pg_target *t = p->open.target;
	const struct ir_pg_host *h = &t->hosts[p->host];
	const char *keys[80], *values[80];
	size_t n = 0;
	char port[8];

#define PUT(k, v) (keys[n] = (k), values[n++] = (v))
	if (!getenv("PGGSSENCMODE"))
		PUT("gssencmode", "disable");
	PUT("application_name", ir_loop_ctx(p->loop)->command);
	for (size_t i = 0; i < t->keys.n && n < 70; i++)
		PUT(t->keys.v[i], t->values.v[i]);
	snprintf(port, sizeof(port), "%u", addr ? port_of(&p->addrs[p->addr]) : h->port);
	PUT("host", h->name);
	PUT("port", port);
	if (addr)
		PUT("hostaddr", addr);
	if (t->password.len)
		PUT("password", ir_secret_reveal(&t->password));
	if (t->sslpassword.len)
		PUT("sslpassword", ir_secret_reveal(&t->sslpassword));
	PUT("client_encoding", "UTF8");
	PUT("target_session_attrs", "any");
	PUT(NULL, NULL);
#undef PUT
	return p->q->connect_start(keys, values, 0);
}

/* The address that libpq gets, without a port; NULL for a unix socket. */
static const char *
numeric(struct ir_pg *p, char out[static IR_ADDR_MAX])
{
	char text[IR_ADDR_MAX];
	size_t n;

	if (p->local) {
		snprintf(p->info.address, sizeof(p->info.address), "%.100s/.s.PGSQL.%u",
		    p->open.target->hosts[p->host].name, p->open.target->hosts[p->host].port);
		return NULL;
	}
	ir_addr_format(text, &p->addrs[p->addr]);
	snprintf(p->info.address, sizeof(p->info.address), "%s", text);
	n = (size_t)(strrchr(text, ':') - text);
	if (text[0] == '[')
		snprintf(out, IR_ADDR_MAX, "%.*s", (int)n - 2, text + 1);
	else
		snprintf(out, IR_ADDR_MAX, "%.*s", (int)n, text);
	return out;
}

static void
attempt_start(struct ir_pg *p)
{
	char addr[IR_ADDR_MAX];

	p->res.error = IR_PG_OK;
	p->res.sqlstate[0] = p->res.message[0] = '\0';
	p->res.phase = IR_PG_CONNECT;
	p->phase_us = ir_mono_us();
	p->info.connect_us = p->info.tls_us = p->info.auth_us = -1;
	p->conn = start_libpq(p, numeric(p, addr));
	if (!p->conn)
		ir_oom();
	if (p->q->status(p->conn) == CONNECTION_BAD) {
		bool ours =
		    p->q->socket(p->conn) < 0 && strncmp(p->q->error_message(p->conn), "connection to ", 14) != 0;

		ir_pg_fail_connect(p);
		if (ours && p->res.error == IR_PG_REFUSED)
			p->res.error = IR_PG_LOCAL;
		enter(p, IR_PG_CONNECT);
		attempt_failed(p);
		return;
	}
	p->q->set_notice_processor(p->conn, on_notice, NULL);
	p->q->set_error_verbosity(p->conn, PQERRORS_VERBOSE); /* the only way to the SQLSTATE of a failed connect */
	set_step(p);
	if (ir_pg_wait(p, EPOLLOUT, on_poll) < 0)
		attempt_failed(p);
}

static void
on_resolved(void *arg, const struct ir_addr *v, size_t n, const char *error)
{
	struct ir_pg *p = arg;

	p->ticket = NULL;
	enter(p, IR_PG_DNS);
	if (n == 0) {
		ir_pg_fail(p, IR_PG_RESOLVE, "cannot resolve '%s': %s", p->open.target->hosts[p->host].name, error);
		attempt_failed(p);
		return;
	}
	p->addrs_n = n < IR_PG_ADDRS_MAX ? n : IR_PG_ADDRS_MAX;
	memcpy(p->addrs, v, p->addrs_n * sizeof(*v));
	attempt_start(p);
}

/* Addresses that were given by hand. */
static void
find_overrides(struct ir_pg *p, const struct ir_pg_host *h)
{
	const struct ir_list *l = p->open.resolve;

	for (size_t i = 0; l && !p->local && !h->addr && i < l->n && p->addrs_n < IR_PG_ADDRS_MAX; i++)
		p->addrs_n += ir_addr_override(l->v[i], h->name, h->port, &p->addrs[p->addrs_n]) == 1;
}

static void
host_start(struct ir_pg *p)
{
	const struct ir_pg_host *h = &p->open.target->hosts[p->host];

	p->host_us = p->phase_us = ir_mono_us();
	p->host_end_us = share(p->end_us ? p->end_us : INT64_MAX, p->hosts_end - p->host);
	p->info.host = p->host;
	p->info.address[0] = '\0';
	p->info.dns_us = p->info.connect_us = -1;
	p->res.error = IR_PG_OK;
	p->res.phase = IR_PG_DNS;
	p->addr = p->addrs_n = 0;
	p->local = !h->addr && (h->name[0] == '/' || h->name[0] == '@');
	find_overrides(p, h);
	if (p->addrs_n == 0 && !p->local)
		p->addrs_n = ir_addr_parse(h->addr ? h->addr : h->name, h->port, &p->addrs[0]) == 0;
	if (p->local || p->addrs_n) {
		p->info.dns_us = 0;
		attempt_start(p);
		return;
	}
	set_step(p);
	p->ticket = ir_resolve(p->loop, h->name, h->port, p->open.family, INT64_MAX, on_resolved, p);
}

static void
on_start(void *arg)
{
	struct ir_pg *p = arg;

	p->step = NULL;
	host_start(p);
}

int
ir_pg_open(struct ir_loop *loop, const struct ir_pg_open *open, ir_pg_cb *cb, void *arg, struct ir_pg **ret,
    struct ir_err *err)
{
	struct ir_pg *p;

	if (ir_effect_allowed(ir_loop_ctx(loop), open->effect, err) < 0)
		return -1;
	if (open->host > open->target->hosts_n)
		return ir_fail(err, IR_USAGE, "there is no host %zu", open->host);
	p = calloc(1, sizeof(*p));
	if (!p)
		ir_oom();
	p->loop = loop;
	p->q = open->target->lib;
	p->open = *open;
	p->fd = -1;
	p->host = open->host ? open->host - 1 : 0;
	p->hosts_end = open->host ? open->host : open->target->hosts_n;
	p->info.host = p->host;
	p->info.standby = p->info.read_only = p->info.superuser = -1;
	p->info.dns_us = p->info.connect_us = p->info.tls_us = p->info.auth_us = p->info.total_us = -1;
	ir_pg_begin(p, cb, arg, open->timeout_us);
	p->step = ir_loop_at(loop, 0, on_start, p); /* never from inside this call */
	*ret = p;
	return 0;
}

bool
ir_pg_usable(const struct ir_pg *p)
{
	return p->usable && !p->cb;
}

void
ir_pg_stop(struct ir_pg *p)
{
	if (p->cb)
		break_off(p, IR_PG_STOPPED);
}

void
ir_pg_close(struct ir_pg *p)
{
	if (!p)
		return;
	cancel_timers(p);
	ir_pg_drop(p);
	if (p->cb)
		ir_loop_release(p->loop);
	p->cb = NULL;
	p->closed = true;
	if (!p->calling)
		pg_free(p);
}

const char *
ir_pg_cell(const struct ir_pg_set *set, size_t row, size_t col)
{
	return row < set->rows && col < set->cols ? set->cells[row * set->cols + col] : NULL;
}
