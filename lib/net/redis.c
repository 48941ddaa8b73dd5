/* redis - a connection, and a send from its start to its result */
#include "net/redis.h"

#include <errno.h>

#include "base/clock.h"
#include "net/redis_priv.h"

enum {
	BYTES_MAX = 1024 * 1024,
	ELEMENTS_MAX = 65536,
	LOGIN_BYTES_MAX = 64 * 1024,
	LOGIN_ELEMENTS_MAX = 64,
	READ_SIZE = 16 * 1024,
};

static void on_event(void *redis, int fd, uint32_t events);

/* Wait for these events, none with 0. 0 or -1. */
static int
wait_for(struct ir_redis *r, uint32_t events)
{
	uint32_t before = r->waiting;
	int fd;

	if (events == before)
		return 0;
	fd = ir_stream_fd(r->stream);
	r->waiting = events;
	if (before && events)
		return ir_loop_mod(r->loop, fd, events);
	if (events && ir_loop_add(r->loop, fd, events, on_event, r, NULL) == 0)
		return 0;
	r->waiting = 0;
	if (events)
		return -1;
	ir_loop_del(r->loop, fd);
	return 0;
}

static void
disconnect(struct ir_redis *r)
{
	if (!r->stream)
		return;
	wait_for(r, 0);
	ir_stream_close(r->stream);
	r->stream = NULL;
	r->open = false;
	ir_resp_done(&r->resp);
}

/* Let go of all that the send holds, but for its arena. */
static void
send_end(struct ir_redis *r)
{
	ir_timer_cancel(r->timer);
	ir_timer_cancel(r->later);
	r->timer = r->later = NULL;
	ir_redis_wipe(&r->login);
	ir_redis_wipe(&r->commands);
	r->cb = NULL;
}

static void
trace(const struct ir_redis *r, const struct ir_redis_res *res)
{
	const char *to = r->req.unix_path ? r->req.unix_path : res->address[0] ? res->address : r->req.host;

	ir_trace(ir_loop_ctx(r->loop), 2, "redis %s, %zu commands from %.40s: %s in %.1f ms", to, r->n, r->names[0],
	    res->error ? res->message : "all replied", (double)res->total_us / 1000);
}

/* Tell the result. The callback may send again or close: r is not looked at after it, and what the result rests on is out of its reach. */
static void
finish(struct ir_redis *r)
{
	struct ir_redis_res res = r->res;
	struct ir_arena arena = r->arena;
	ir_redis_cb *cb = r->cb;

	res.total_us = ir_mono_us() - r->start_us;
	if (!res.error)
		res.phase = IR_REDIS_DONE;
	if (res.phase >= IR_REDIS_REPLY && !r->lost)
		res.bytes = (int64_t)(r->max_bytes - r->resp.scan.max_bytes);
	trace(r, &res);
	send_end(r);
	if (res.error)
		disconnect(r);
	else
		wait_for(r, 0);
	r->arena.blocks = NULL;
	cb(r->arg, &res);
	ir_arena_done(&arena);
}

static struct ir_redis_out *
out_of(struct ir_redis *r)
{
	return r->res.phase == IR_REDIS_LOGIN ? &r->login : &r->commands;
}

/* Send what can be sent. A connection that takes no more may still have something to say, so its reading end tells how it ended. */
static void
flush(struct ir_redis *r)
{
	struct ir_redis_out *out = out_of(r);

	while (out->sent < out->n) {
		ssize_t n = ir_stream_write(r->stream, out->p + out->sent, out->n - out->sent);

		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0)
			out->sent = out->n;
		else
			out->sent += (size_t)n;
	}
}

static void
phase_begin(struct ir_redis *r, enum ir_redis_phase phase)
{
	bool login = phase == IR_REDIS_LOGIN;

	r->res.phase = phase;
	r->got = 0;
	r->max_bytes = login ? LOGIN_BYTES_MAX : r->req.max_bytes;
	r->resp.scan = (struct ir_resp_scan){ .max_bytes = r->max_bytes };
	r->resp.scan.max_elements = login ? LOGIN_ELEMENTS_MAX : r->req.max_elements;
	r->phase_us = ir_mono_us();
	flush(r);
}

/* Each of these takes a reply, and is false when the send has ended with it: then r is not to be looked at. */

static bool
take_login(struct ir_redis *r, const struct ir_redis_reply *reply, bool more)
{
	if (reply->type != IR_REDIS_STATUS) {
		ir_redis_fail_login(r, reply);
		finish(r);
		return false;
	}
	if (++r->got < r->login_n)
		return true;
	r->res.login_us = ir_mono_us() - r->phase_us;
	ir_redis_wipe(&r->login);
	if (more) {
		ir_redis_fail(r, IR_REDIS_PROTOCOL, "the server said something that it was not asked for");
		finish(r);
		return false;
	}
	phase_begin(r, IR_REDIS_REPLY);
	return true;
}

static bool
take_reply(struct ir_redis *r, const struct ir_redis_reply *reply, bool more)
{
	r->replies[r->got++] = *reply;
	r->res.n = r->got;
	r->res.reply_us = ir_mono_us() - r->phase_us;
	if (!(r->got == 1 && ir_redis_denied(r, reply))) {
		if (r->got < r->n)
			return true;
		if (more)
			ir_redis_fail(r, IR_REDIS_PROTOCOL, "the server said something that it was not asked for");
	}
	finish(r);
	return false;
}

static bool
take(struct ir_redis *r, const char *p, size_t n)
{
	while (n > 0) {
		struct ir_redis_reply reply;
		size_t used;
		int rc = ir_resp_take(&r->resp, p, n, &used, &r->arena, &reply);

		if (rc < 0) {
			ir_redis_fail_resp(r);
			finish(r);
			return false;
		}
		p += used;
		n -= used;
		if (rc == 0)
			return true;
		if (!(r->res.phase == IR_REDIS_LOGIN ? take_login : take_reply)(r, &reply, n > 0))
			return false;
	}
	return true;
}

/* Wait for what is still to come, and to send. */
static int
wait_out(struct ir_redis *r)
{
	const struct ir_redis_out *out = out_of(r);

	return wait_for(r, EPOLLIN | (out->sent < out->n ? EPOLLOUT : 0));
}

/* Read all that is there: the caps bound it. Then wait for more. */
static void
pull(struct ir_redis *r)
{
	char data[READ_SIZE];
	ssize_t n;

	while ((n = ir_stream_read(r->stream, data, sizeof(data))) > 0)
		if (!take(r, data, (size_t)n))
			return;
	if (n == 0 || errno != EAGAIN) {
		ir_redis_fail_broken(r, n == 0 ? "closed" : "reset");
		finish(r);
		return;
	}
	if (wait_out(r) < 0) {
		ir_redis_fail(r, IR_REDIS_LOCAL, "cannot wait for the connection");
		finish(r);
	}
}

static void
on_event(void *redis, int fd, uint32_t events)
{
	struct ir_redis *r = redis;

	(void)fd;
	(void)events;
	flush(r);
	pull(r);
}

static void
on_timer(void *redis)
{
	struct ir_redis *r = redis;

	r->timer = NULL;
	ir_redis_fail_stopped(r, IR_REDIS_TIMEOUT);
	finish(r);
}

static void
on_later(void *redis)
{
	struct ir_redis *r = redis;

	r->later = NULL;
	ir_redis_fail(r, IR_REDIS_PROTOCOL, "%s", r->lost);
	finish(r);
}

static void
set_timer(struct ir_redis *r)
{
	if (r->end_us != INT64_MAX)
		r->timer = ir_loop_at(r->loop, r->end_us, on_timer, r);
}

static void
on_open(void *redis, const struct ir_stream_res *s)
{
	static const enum ir_redis_phase phases[] = {
		[IR_HTTP_DNS] = IR_REDIS_DNS,
		[IR_HTTP_CONNECT] = IR_REDIS_CONNECT,
		[IR_HTTP_TLS] = IR_REDIS_TLS,
	};
	struct ir_redis *r = redis;

	r->res.phase = s->phase <= IR_HTTP_TLS ? phases[s->phase] : IR_REDIS_TLS;
	r->res.dns_us = s->dns_us;
	r->res.connect_us = s->connect_us;
	r->res.tls_us = s->tls_us;
	r->res.cert_expires_ms = s->cert_expires_ms;
	r->res.tls_version = ir_strdup(&r->arena, s->tls_version);
	snprintf(r->address, sizeof(r->address), "%s", s->address);
	memcpy(r->res.address, r->address, sizeof(r->address));
	if (s->error) {
		ir_redis_fail_open(r, s);
		finish(r);
		return;
	}
	r->open = true;
	ir_resp_init(&r->resp, &r->lib);
	ir_redis_form_login(r);
	set_timer(r);
	phase_begin(r, r->login_n > 0 ? IR_REDIS_LOGIN : IR_REDIS_REPLY);
	if (r->stopping)
		ir_redis_stop(r);
	else
		pull(r);
}

static int
connect_now(struct ir_redis *r, enum ir_effect effect, struct ir_err *err)
{
	struct ir_stream_req s = { .effect = effect, .host = r->req.host, .port = r->req.port };

	if (!s.host && !r->req.unix_path)
		return ir_fail(err, IR_USAGE, "no host and no socket to find Redis at");
	s.family = r->req.family;
	s.unix_path = r->req.unix_path;
	s.resolve = r->req.resolve;
	s.tls = r->req.tls;
	s.ca_file = r->req.ca_file;
	s.cert_file = r->req.cert_file;
	s.key_file = r->req.key_file;
	s.insecure = r->req.insecure;
	s.end_us = r->end_us;
	r->stream = ir_stream_open(r->loop, &s, on_open, r, err);
	return r->stream ? 0 : -1;
}

/* On the connection as it is. Whatever came since the last reply is not an answer to this. */
static void
send_again(struct ir_redis *r)
{
	char byte;
	ssize_t n = ir_stream_read(r->stream, &byte, 1);

	r->res.again = true;
	memcpy(r->res.address, r->address, sizeof(r->address));
	set_timer(r);
	if (n > 0)
		r->lost = "the server said something that it was not asked for";
	else if (n == 0 || errno != EAGAIN)
		r->lost = "the server has closed the connection since the last reply";
	else if (phase_begin(r, IR_REDIS_REPLY), wait_out(r) < 0)
		r->lost = "cannot wait for the connection";
	if (!r->lost)
		return;
	r->res.phase = IR_REDIS_REPLY;
	r->later = ir_loop_at(r->loop, 0, on_later, r);
}

static void
set_end(struct ir_redis *r)
{
	int64_t deadline = ir_loop_ctx(r->loop)->deadline_us;

	r->start_us = ir_mono_us();
	r->end_us = r->req.timeout_us > 0 ? r->start_us + r->req.timeout_us : INT64_MAX;
	if (deadline > 0 && deadline < r->end_us)
		r->end_us = deadline;
}

static int
prepare(struct ir_redis *r, const struct ir_redis_cmd *cmds, size_t n, struct ir_err *err)
{
	if (!r->lib.reader_create && ir_hiredis_load(&r->lib, err) < 0) {
		r->lib.reader_create = NULL;
		return -1;
	}
	memset(&r->res, 0, sizeof(r->res));
	r->res.dns_us = r->res.connect_us = r->res.tls_us = r->res.login_us = r->res.reply_us = -1;
	r->res.cert_expires_ms = IR_TIME_NONE;
	r->stopping = false;
	r->lost = NULL;
	r->got = 0;
	if (ir_redis_form(r, cmds, n, err) < 0)
		return -1;
	r->res.replies = r->replies;
	set_end(r);
	return 0;
}

int
ir_redis_send(struct ir_redis *r, enum ir_effect effect, const struct ir_redis_cmd *cmds, size_t n, ir_redis_cb *cb,
    void *arg, struct ir_err *err)
{
	if (ir_effect_allowed(ir_loop_ctx(r->loop), effect, err) < 0)
		return -1;
	if (r->cb)
		return ir_fail(err, IR_INTERNAL, "a send to Redis while another is under way");
	if (prepare(r, cmds, n, err) < 0 || (!r->open && connect_now(r, effect, err) < 0)) {
		send_end(r);
		ir_arena_done(&r->arena);
		return -1;
	}
	r->cb = cb;
	r->arg = arg;
	if (r->open)
		send_again(r);
	return 0;
}

struct ir_redis *
ir_redis_open(struct ir_loop *loop, const struct ir_redis_req *req)
{
	struct ir_redis *r = calloc(1, sizeof(*r));

	if (!r)
		ir_oom();
	r->loop = loop;
	r->req = *req;
	if (r->req.port == 0)
		r->req.port = IR_REDIS_PORT;
	if (r->req.max_bytes == 0)
		r->req.max_bytes = BYTES_MAX;
	if (r->req.max_elements == 0)
		r->req.max_elements = ELEMENTS_MAX;
	ir_loop_hold(loop);
	return r;
}

void
ir_redis_stop(struct ir_redis *r)
{
	if (!r->cb)
		return;
	r->stopping = true;
	if (!r->open) {
		ir_stream_stop(r->stream);
		return;
	}
	ir_redis_fail_stopped(r, IR_REDIS_STOPPED);
	finish(r);
}

void
ir_redis_close(struct ir_redis *r)
{
	if (!r)
		return;
	send_end(r);
	disconnect(r);
	ir_arena_done(&r->arena);
	ir_loop_release(r->loop);
	free(r);
}
