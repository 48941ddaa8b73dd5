/* amqp - the opening of a connection to an AMQP 0-9-1 broker, step by step */
#include "net/amqp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "net/amqp_form.h"
#include "net/stream.h"

const char *const ir_amqp_phase_names[] = { "dns", "connect", "tls", "greeting", "login", "vhost", "done", NULL };

enum { READ_SIZE = 4096, IN_MAX = IR_AMQP_FRAME_MAX + 8 + READ_SIZE, BYTES_MAX = 256 * 1024, GOODBYE_US = 100 * 1000 };

struct ir_amqp {
	struct ir_loop *loop;
	struct ir_amqp_req req;
	ir_amqp_cb *cb;
	void *arg;
	struct ir_stream *stream;
	struct ir_timer *timer;
	uint32_t waiting; /* events asked for; 0: not in the loop */
	int64_t start_us, end_us;
	size_t bytes; /* that came */
	struct ir_buf in;
	struct ir_amqp_out out;
	bool leaving; /* what there is to know is known; our goodbye is on its way */
	bool stopping;
	struct ir_amqp_res res;
};

static void on_event(void *amqp, int fd, uint32_t events);

static int
wait_for(struct ir_amqp *a, uint32_t events)
{
	uint32_t before = a->waiting;
	int fd;

	if (events == before)
		return 0;
	fd = ir_stream_fd(a->stream);
	a->waiting = events;
	if (before && events)
		return ir_loop_mod(a->loop, fd, events);
	if (events && ir_loop_add(a->loop, fd, events, on_event, a, NULL) == 0)
		return 0;
	a->waiting = 0;
	if (events)
		return -1;
	ir_loop_del(a->loop, fd);
	return 0;
}

static void
wipe(struct ir_amqp_out *out)
{
	explicit_bzero(out->bytes, sizeof(out->bytes));
	out->n = out->sent = 0;
}

static void
let_go(struct ir_amqp *a)
{
	ir_timer_cancel(a->timer);
	if (a->waiting)
		wait_for(a, 0);
	ir_stream_close(a->stream);
	wipe(&a->out);
	ir_buf_done(&a->in);
	ir_loop_release(a->loop);
	free(a);
}

static void
finish(struct ir_amqp *a)
{
	struct ir_amqp_res res = a->res;
	ir_amqp_cb *cb = a->cb;
	void *arg = a->arg;

	if (!a->leaving)
		res.total_us = ir_mono_us() - a->start_us;
	ir_trace(ir_loop_ctx(a->loop), 2, "amqp %s: %s in %.1f ms", res.address[0] ? res.address : a->req.host,
	    res.error ? res.message : "open", (double)res.total_us / 1000);
	let_go(a);
	cb(arg, &res);
}

/* Once: what is known when we are leaving stays. */
__attribute__((format(printf, 3, 4))) static void
fail(struct ir_amqp *a, enum ir_amqp_error error, const char *fmt, ...)
{
	va_list ap;

	if (!a->leaving) {
		a->res.error = error;
		va_start(ap, fmt);
		vsnprintf(a->res.message, sizeof(a->res.message), fmt, ap);
		va_end(ap);
	}
	finish(a);
}

/* "connected, waiting for the broker's greeting". */
static const char *
place(const struct ir_amqp *a)
{
	switch (a->res.phase) {
	case IR_AMQP_GREETING:
		return a->in.len ? "connected, in the middle of the broker's greeting"
				 : "connected, waiting for the broker's greeting";
	case IR_AMQP_LOGIN:
		return "greeted, waiting for the answer to the login";
	default:
		return "logged in, waiting for the virtual host";
	}
}

static void
end_early(struct ir_amqp *a, enum ir_amqp_error error)
{
	char after[IR_NUM_MAX];

	ir_format_duration(after, (ir_mono_us() - a->start_us) / 1000);
	if (error == IR_AMQP_TIMEOUT)
		fail(a, error, "no answer within %s: %s", after, place(a));
	else
		fail(a, error, "stopped after %s: %s", after, place(a));
}

static void
flush(struct ir_amqp *a)
{
	while (a->out.sent < a->out.n) {
		ssize_t n = ir_stream_write(a->stream, a->out.bytes + a->out.sent, a->out.n - a->out.sent);

		if (n < 0 && errno == EAGAIN)
			return;
		/* a connection that takes no more may still have something to say: its reading end tells how it ended */
		a->out.sent = n <= 0 ? a->out.n : a->out.sent + (size_t)n;
	}
	wipe(&a->out);
}

static void
on_timer(void *amqp)
{
	struct ir_amqp *a = amqp;

	a->timer = NULL;
	end_early(a, IR_AMQP_TIMEOUT);
}

/* All is known. The broker is told goodbye, and given a moment to take it. */
static void
leave(struct ir_amqp *a, bool answer)
{
	int64_t until = ir_mono_us() + GOODBYE_US;

	a->res.total_us = ir_mono_us() - a->start_us;
	a->leaving = true;
	if (answer)
		ir_amqp_put_close_ok(&a->out);
	else
		ir_amqp_put_close(&a->out);
	ir_timer_cancel(a->timer);
	a->timer = ir_loop_at(a->loop, until < a->end_us ? until : a->end_us, on_timer, a);
}

/* Each of these takes a frame; false: it was the last, and a is not to be looked at. */

static bool
take_greeting(struct ir_amqp *a, const struct ir_amqp_frame *f)
{
	const char *password = a->req.password ? ir_secret_reveal(a->req.password) : NULL;
	bool plain;

	if (ir_amqp_greeting(f, &a->res, &plain) < 0) {
		fail(a, IR_AMQP_PROTOCOL, "what came is not AMQP's greeting");
		return false;
	}
	a->res.greeted = true;
	if (!a->req.user) {
		finish(a);
		return false;
	}
	if (!plain) {
		fail(a, IR_AMQP_DENIED, "the broker takes no passwords");
		return false;
	}
	a->res.phase = IR_AMQP_LOGIN;
	ir_amqp_put_login(&a->out, a->req.user, password ? password : "");
	return true;
}

static bool
take_tune(struct ir_amqp *a, const struct ir_amqp_frame *f)
{
	uint32_t frame_max;
	uint16_t channels;

	if (f->method == IR_AMQP_SECURE || ir_amqp_tune(f, &channels, &frame_max) < 0) {
		fail(a, IR_AMQP_PROTOCOL, "what came is no answer to a login");
		return false;
	}
	a->res.phase = IR_AMQP_VHOST;
	ir_amqp_put_tune_ok(&a->out, channels, frame_max);
	ir_amqp_put_open(&a->out, a->req.vhost ? a->req.vhost : "/");
	return true;
}

static bool
take_opened(struct ir_amqp *a, const struct ir_amqp_frame *f)
{
	if (f->method != IR_AMQP_OPEN_OK) {
		fail(a, IR_AMQP_PROTOCOL, "what came is no answer about a virtual host");
		return false;
	}
	a->res.phase = IR_AMQP_DONE;
	a->res.opened = true;
	leave(a, false);
	return true;
}

/* A broker's words may repeat what it was sent, which is the password: only its code is told. */
static void
judge_close(struct ir_amqp *a, int code, const char *text)
{
	struct ir_amqp_res *r = &a->res;

	r->code = code;
	if (r->phase == IR_AMQP_LOGIN && (code == 403 || code == 530)) {
		r->error = IR_AMQP_DENIED;
		snprintf(r->message, sizeof(r->message), "the broker refuses user or password");
	} else if (r->phase == IR_AMQP_VHOST && (code == 403 || code == 404 || code == 530)) {
		const char *how = strstr(text, "not found") ? "is not there"
				  : strstr(text, "is down") ? "is down"
				  : strstr(text, "limit")   ? "takes no more connections"
							    : "is not for this user";

		r->error = IR_AMQP_NO_VHOST;
		snprintf(
		    r->message, sizeof(r->message), "virtual host '%s' %s", a->req.vhost ? a->req.vhost : "/", how);
	} else {
		r->error = IR_AMQP_SERVER;
		snprintf(r->message, sizeof(r->message), "the broker closes with code %d", code);
	}
}

static bool
take_close(struct ir_amqp *a, const struct ir_amqp_frame *f)
{
	char text[256];
	int code;

	if (ir_amqp_close(f, &code, text, sizeof(text)) < 0) {
		fail(a, IR_AMQP_PROTOCOL, "what came is not AMQP");
		return false;
	}
	judge_close(a, code, text);
	leave(a, true);
	return true;
}

static bool
take_frame(struct ir_amqp *a, const struct ir_amqp_frame *f)
{
	if (a->leaving) {
		if (f->method != IR_AMQP_CLOSE_OK)
			return true;
		finish(a);
		return false;
	}
	if (f->method == IR_AMQP_OTHER)
		return true;
	if (f->method == IR_AMQP_CLOSE && a->res.phase != IR_AMQP_GREETING)
		return take_close(a, f);
	switch (a->res.phase) {
	case IR_AMQP_GREETING:
		return take_greeting(a, f);
	case IR_AMQP_LOGIN:
		return take_tune(a, f);
	default:
		return take_opened(a, f);
	}
}

static bool
take(struct ir_amqp *a)
{
	size_t used = 0, all = 0;
	struct ir_amqp_frame f;
	const char *why;
	int rc;

	while ((rc = ir_amqp_frame((unsigned char *)a->in.data + all, a->in.len - all, &f, &used, &why)) > 0) {
		all += used;
		if (!take_frame(a, &f))
			return false;
	}
	ir_buf_consume(&a->in, all);
	if (rc == 0)
		return true;
	fail(a, IR_AMQP_PROTOCOL, "%s", why);
	return false;
}

static void
broken(struct ir_amqp *a, const char *how)
{
	if (a->res.phase == IR_AMQP_GREETING)
		fail(a, IR_AMQP_PROTOCOL, "the connection was %s before the broker's greeting was whole", how);
	else if (a->res.phase == IR_AMQP_LOGIN)
		/* brokers that know no better go away when a login is wrong */
		fail(a, IR_AMQP_PROTOCOL, "the connection was %s at the login: user or password may be wrong", how);
	else
		fail(a, IR_AMQP_PROTOCOL, "the connection was %s when the virtual host was asked for", how);
}

static void
turn(struct ir_amqp *a)
{
	char data[READ_SIZE];
	ssize_t n;

	while ((n = ir_stream_read(a->stream, data, sizeof(data))) > 0) {
		a->bytes += (size_t)n;
		if (a->bytes > BYTES_MAX) {
			fail(a, IR_AMQP_PROTOCOL, "the broker says more than AMQP has to");
			return;
		}
		ir_buf_add(&a->in, data, (size_t)n);
		if (!take(a))
			return;
	}
	if (n == 0 || errno != EAGAIN) {
		broken(a, n == 0 ? "closed" : "reset");
		return;
	}
	flush(a);
	if (wait_for(a, EPOLLIN | (a->out.sent < a->out.n ? EPOLLOUT : 0)) < 0)
		fail(a, IR_AMQP_LOCAL, "cannot wait for the connection");
}

static void
on_event(void *amqp, int fd, uint32_t events)
{
	struct ir_amqp *a = amqp;

	(void)fd;
	(void)events;
	flush(a);
	turn(a);
}

static void
fail_open(struct ir_amqp *a, const struct ir_stream_res *s)
{
	static const enum ir_amqp_error errors[] = {
		[IR_HTTP_OK] = IR_AMQP_OK,
		[IR_HTTP_TIMEOUT] = IR_AMQP_TIMEOUT,
		[IR_HTTP_RESOLVE] = IR_AMQP_RESOLVE,
		[IR_HTTP_REFUSED] = IR_AMQP_REFUSED,
		[IR_HTTP_TLS_FAILED] = IR_AMQP_TLS_FAILED,
		[IR_HTTP_PROTOCOL] = IR_AMQP_PROTOCOL,
		[IR_HTTP_TOO_BIG] = IR_AMQP_PROTOCOL,
		[IR_HTTP_STOPPED] = IR_AMQP_STOPPED,
		[IR_HTTP_LOCAL] = IR_AMQP_LOCAL,
	};

	fail(a, errors[s->error], "%s", s->message);
}

static void
on_open(void *amqp, const struct ir_stream_res *s)
{
	static const enum ir_amqp_phase phases[] = {
		[IR_HTTP_DNS] = IR_AMQP_DNS,
		[IR_HTTP_CONNECT] = IR_AMQP_CONNECT,
		[IR_HTTP_TLS] = IR_AMQP_TLS,
	};
	struct ir_amqp *a = amqp;

	a->res.phase = s->phase <= IR_HTTP_TLS ? phases[s->phase] : IR_AMQP_TLS;
	a->res.dns_us = s->dns_us;
	a->res.connect_us = s->connect_us;
	a->res.tls_us = s->tls_us;
	a->res.cert_expires_ms = s->cert_expires_ms;
	memcpy(a->res.address, s->address, sizeof(a->res.address));
	snprintf(a->res.tls_version, sizeof(a->res.tls_version), "%s", s->tls_version ? s->tls_version : "");
	if (s->error) {
		fail_open(a, s);
		return;
	}
	a->res.phase = IR_AMQP_GREETING;
	if (a->stopping) {
		end_early(a, IR_AMQP_STOPPED);
		return;
	}
	if (a->end_us != INT64_MAX)
		a->timer = ir_loop_at(a->loop, a->end_us, on_timer, a);
	ir_amqp_put_protocol(&a->out);
	flush(a);
	turn(a);
}

static int
connect_now(struct ir_amqp *a, struct ir_err *err)
{
	struct ir_stream_req s = { .effect = a->req.effect, .host = a->req.host, .port = a->req.port };

	if (s.port == 0)
		s.port = a->req.tls ? IR_AMQPS_PORT : IR_AMQP_PORT;
	s.resolve = a->req.resolve;
	s.tls = a->req.tls;
	s.ca_file = a->req.ca_file;
	s.cert_file = a->req.cert_file;
	s.key_file = a->req.key_file;
	s.insecure = a->req.insecure;
	s.end_us = a->end_us;
	a->stream = ir_stream_open(a->loop, &s, on_open, a, err);
	return a->stream ? 0 : -1;
}

/* What the forms have room for. */
static int
check(const struct ir_amqp_req *req, struct ir_err *err)
{
	if (!req->host)
		return ir_fail(err, IR_USAGE, "no host to find the broker at");
	if ((req->user && strlen(req->user) > 255) || (req->password && req->password->len > 1024))
		return ir_fail(err, IR_USAGE, "user or password is longer than AMQP has room for");
	if (req->vhost && strlen(req->vhost) > 255)
		return ir_fail(err, IR_USAGE, "the virtual host's name is longer than AMQP has room for");
	return 0;
}

int
ir_amqp_open(struct ir_loop *loop, const struct ir_amqp_req *req, ir_amqp_cb *cb, void *arg, struct ir_amqp **ret,
    struct ir_err *err)
{
	int64_t deadline = ir_loop_ctx(loop)->deadline_us;
	struct ir_amqp *a;

	if (check(req, err) < 0)
		return -1;
	a = calloc(1, sizeof(*a));
	if (!a)
		ir_oom();
	a->loop = loop;
	a->req = *req;
	a->cb = cb;
	a->arg = arg;
	a->res = (struct ir_amqp_res){ .dns_us = -1, .connect_us = -1, .tls_us = -1 };
	a->res.cert_expires_ms = IR_TIME_NONE;
	a->start_us = ir_mono_us();
	a->end_us = req->timeout_us > 0 ? a->start_us + req->timeout_us : INT64_MAX;
	if (deadline > 0 && deadline < a->end_us)
		a->end_us = deadline;
	ir_buf_init(&a->in, IN_MAX);
	if (connect_now(a, err) < 0) {
		ir_buf_done(&a->in);
		free(a);
		return -1;
	}
	ir_loop_hold(loop);
	if (ret)
		*ret = a;
	return 0;
}

void
ir_amqp_stop(struct ir_amqp *a)
{
	if (!a)
		return;
	a->stopping = true;
	if (a->res.phase < IR_AMQP_GREETING)
		ir_stream_stop(a->stream);
	else
		end_early(a, IR_AMQP_STOPPED);
}

void
ir_amqp_cancel(struct ir_amqp *a)
{
	if (a)
		let_go(a);
}
