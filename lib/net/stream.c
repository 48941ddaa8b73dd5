/* stream - bytes to and from a peer, over TCP, a unix socket or TLS */
#include "net/stream.h"

#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/request.h"

struct ir_stream {
	struct ir_loop *loop;
	ir_stream_cb *cb;
	void *arg;
	struct ir_dial *dial; /* while it opens */
	struct ir_http *http; /* while it opens with TLS, and then */
	bool open;
	int fd; /* of a plain one; -1 */
};

static void
on_dialled(void *arg, const struct ir_dial_res *d)
{
	struct ir_stream *s = arg;
	struct ir_stream_res res = { .tls_us = -1, .cert_expires_ms = IR_TIME_NONE };

	s->dial = NULL;
	s->fd = d->fd;
	s->open = !d->error;
	res.error = ir_http_dial_error(d->error);
	res.phase = d->resolved ? IR_HTTP_CONNECT : IR_HTTP_DNS;
	res.dns_us = d->dns_us;
	res.connect_us = d->connect_us;
	snprintf(res.message, sizeof(res.message), "%s", d->message);
	snprintf(res.address, sizeof(res.address), "%s", d->address);
	s->cb(s->arg, &res);
}

static void
on_secured(void *arg, const struct ir_http_res *h)
{
	struct ir_stream *s = arg;
	struct ir_stream_res res = { .error = h->error, .tls_version = h->tls_version };

	s->open = !h->error;
	if (h->error)
		s->http = NULL;
	res.phase = h->error ? h->phase : IR_HTTP_TLS;
	res.dns_us = h->dns_us;
	res.connect_us = h->connect_us;
	res.tls_us = h->tls_us;
	res.cert_expires_ms = h->cert_expires_ms;
	snprintf(res.message, sizeof(res.message), "%s", h->message);
	snprintf(res.address, sizeof(res.address), "%s", h->address);
	s->cb(s->arg, &res);
}

/* It becomes part of a URL: nothing in it may move the URL's parts. */
static bool
host_valid(const char *host)
{
	for (const char *p = host; *p; p++)
		if ((unsigned char)*p <= ' ' || strchr("/?#@\\%[]", *p))
			return false;
	return *host != '\0';
}

static int
secure(struct ir_stream *s, const struct ir_stream_req *req, struct ir_err *err)
{
	const char *host = req->host ? req->host : "localhost", *open = strchr(host, ':') ? "[" : "";
	struct ir_http_req h = { .effect = req->effect, .connect_only = true, .keep = true, .want_cert = true };
	int64_t left_us = req->end_us - ir_mono_us();
	struct ir_arena arena = { NULL };
	int rc;

	if (!host_valid(host))
		return ir_fail(err, IR_USAGE, "'%s' is not the name of a host", host);
	h.url = ir_asprintf(&arena, "https://%s%s%s:%d/", open, host, *open ? "]" : "", req->port);
	h.unix_path = req->unix_path;
	h.family = req->family;
	if (req->resolve)
		h.resolve = *req->resolve;
	h.ca_file = req->ca_file;
	h.cert_file = req->cert_file;
	h.key_file = req->key_file;
	h.insecure = req->insecure;
	h.timeout_us = req->end_us == INT64_MAX ? 0 : left_us > 0 ? left_us : 1;
	rc = ir_http_send(s->loop, &h, on_secured, s, &s->http, err);
	ir_arena_done(&arena);
	return rc;
}

static int
start(struct ir_stream *s, const struct ir_stream_req *req, struct ir_err *err)
{
	struct ir_dial_req d = { .host = req->host, .port = req->port, .family = req->family };

	if (req->tls)
		return secure(s, req, err);
	if (ir_effect_allowed(ir_loop_ctx(s->loop), req->effect, err) < 0)
		return -1;
	d.unix_path = req->unix_path;
	d.resolve = req->resolve;
	d.at_us = req->end_us;
	s->dial = ir_dial(s->loop, &d, on_dialled, s);
	return 0;
}

struct ir_stream *
ir_stream_open(struct ir_loop *loop, const struct ir_stream_req *req, ir_stream_cb *cb, void *arg, struct ir_err *err)
{
	struct ir_stream *s = calloc(1, sizeof(*s));

	if (!s)
		ir_oom();
	s->loop = loop;
	s->cb = cb;
	s->arg = arg;
	s->fd = -1;
	if (start(s, req, err) == 0)
		return s;
	free(s);
	return NULL;
}

void
ir_stream_stop(struct ir_stream *s)
{
	if (s->dial)
		ir_dial_stop(s->dial);
	else if (s->http && !s->open)
		ir_http_stop(s->http);
}

void
ir_stream_close(struct ir_stream *s)
{
	if (!s)
		return;
	ir_dial_cancel(s->dial);
	ir_http_cancel(s->http);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

int
ir_stream_fd(const struct ir_stream *s)
{
	return s->http ? ir_http_fd(s->http) : s->fd;
}

ssize_t
ir_stream_read(struct ir_stream *s, void *p, size_t n)
{
	return s->http ? ir_http_read(s->http, p, n) : recv(s->fd, p, n, 0);
}

ssize_t
ir_stream_write(struct ir_stream *s, const void *p, size_t n)
{
	return s->http ? ir_http_write(s->http, p, n) : send(s->fd, p, n, MSG_NOSIGNAL);
}
