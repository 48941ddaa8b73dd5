/* http - a request from its start to its result */
#include "net/http.h"

#include <unistd.h>

#include "base/clock.h"
#include "net/request.h"

static void hop_start(struct ir_http *);

static void
list_put(struct ir_http **list, struct ir_http *h)
{
	h->prev = list;
	h->next = *list;
	if (h->next)
		h->next->prev = &h->next;
	*list = h;
}

static void
list_take(struct ir_http *h)
{
	*h->prev = h->next;
	if (h->next)
		h->next->prev = h->prev;
}

static void
wipe_list(const struct ir_curl *c, struct curl_slist **list)
{
	for (struct curl_slist *l = *list; l; l = l->next)
		explicit_bzero(l->data, strlen(l->data));
	c->slist_free_all(*list);
	*list = NULL;
}

static void
wait_put(struct ir_http *h)
{
	h->waiting = true;
	h->next_waiting = NULL;
	h->prev_waiting = h->net->waiting_end;
	*h->net->waiting_end = h;
	h->net->waiting_end = &h->next_waiting;
}

static void
wait_take(struct ir_http *h)
{
	if (!h->waiting)
		return;
	h->waiting = false;
	*h->prev_waiting = h->next_waiting;
	if (h->next_waiting)
		h->next_waiting->prev_waiting = h->prev_waiting;
	else
		h->net->waiting_end = h->prev_waiting;
}

/* Let go of all that the hop holds. Not from inside libcurl. */
static void
hop_end(struct ir_http *h)
{
	const struct ir_curl *c = &h->net->curl;

	ir_dial_cancel(h->dial);
	h->dial = NULL;
	wait_take(h);
	if (h->added)
		c->multi_remove_handle(h->net->m, h->easy);
	h->added = false;
	if (h->easy)
		c->easy_cleanup(h->easy);
	h->easy = NULL;
	wipe_list(c, &h->headers);
	wipe_list(c, &h->connect_to);
	if (h->fd >= 0)
		close(h->fd);
	h->fd = -1;
}

static void
http_free(struct ir_http *h)
{
	hop_end(h);
	ir_timer_cancel(h->timer);
	list_take(h);
	ir_url_done(&h->net->curl, &h->url);
	ir_url_done(&h->net->curl, &h->proxy);
	ir_buf_done(&h->head);
	ir_buf_done(&h->res.body);
	ir_arena_done(&h->arena);
	ir_loop_release(h->net->loop);
	free(h);
}

void
ir_http_free_all(struct ir_multi *m)
{
	while (m->requests)
		http_free(m->requests);
	ir_http_free_dead(m);
}

void
ir_http_free_dead(struct ir_multi *m)
{
	while (m->dead)
		http_free(m->dead);
}

/* What may be shown of where it goes. */
static const char *
place(const struct ir_http *h, struct ir_arena *arena)
{
	if (h->req.secret_url)
		return ir_asprintf(arena, "%s://%s/***", h->url.tls ? "https" : "http", h->url.host);
	return ir_url_redact(arena, h->url.text);
}

static void
trace(const struct ir_http *h)
{
	const struct ir_ctx *ctx = ir_loop_ctx(h->net->loop);

	if (ctx->verbose < 2)
		return;
	ir_trace(ctx, 2, "%s %s: %s%s in %.1f ms, %s",
	    h->req.connect_only ? "connect"
	    : h->method         ? h->method
				: "GET",
	    place(h, ctx->arena), h->res.error ? h->res.message : "status ",
	    h->res.error ? "" : ir_asprintf(ctx->arena, "%d", h->res.status), (double)h->res.total_us / 1000,
	    h->res.address);
}

/* Tell the result. The hop's libcurl handle has gone before the callback, so that a thousand of them need no more memory than those under way. */
static void
finish(struct ir_http *h)
{
	bool kept = h->req.keep && h->added && !h->res.error;

	ir_timer_cancel(h->timer);
	h->timer = NULL;
	if (h->res.total_us < 0)
		h->res.total_us = ir_mono_us() - h->start_us;
	if (!h->res.error)
		h->res.phase = IR_HTTP_DONE;
	ir_http_take_headers(h);
	h->res.url = h->url.text;
	if (!kept)
		hop_end(h);
	trace(h);
	h->cb(h->arg, &h->res);
	if (!kept)
		http_free(h);
}

static bool
gives_body(const char *method)
{
	return method && strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0;
}

/* RFC 9110, 15.4: what becomes of the method. */
static void
rewrite_method(struct ir_http *h)
{
	bool post = h->method && strcmp(h->method, "POST") == 0;
	bool to_get =
	    (h->res.status == 303 && gives_body(h->method)) || ((h->res.status == 301 || h->res.status == 302) && post);

	if (!to_get)
		return;
	h->method = NULL;
	h->no_body = true;
}

static void
forget_answer(struct ir_http *h)
{
	ir_buf_reset(&h->head);
	h->head_bytes = 0;
	h->head_done = h->in_body = false;
	h->end = IR_HTTP_GOING;
	h->why[0] = '\0';
	h->res.status = 0;
	h->res.version = NULL;
	h->res.body_bytes = 0;
	h->res.tls_version = h->res.cert_subject = h->res.cert_issuer = NULL;
	h->res.cert_expires_ms = IR_TIME_NONE;
	h->res.connect_us = h->res.tls_us = h->res.first_byte_us = -1;
}

/* Where the answer sends us. False: it is not to be followed, and the request has failed for it. */
static bool
redirect_to(struct ir_http *h, struct ir_url *to)
{
	struct ir_err err = IR_ERR_INIT;
	const char *value;
	size_t n = 0;
	char *location;
	int rc;

	if (h->res.redirects >= h->req.max_redirects) {
		ir_http_fail(h, IR_HTTP_PROTOCOL, "more than %d redirects", h->req.max_redirects);
		return false;
	}
	value = ir_http_head_value(h, "location", &n);
	location = strndup(value, n);
	if (!location)
		ir_oom();
	rc = ir_url_follow(&h->net->curl, &h->url, location, to, &err);
	if (rc < 0)
		ir_http_fail(h, IR_HTTP_PROTOCOL, "redirect (status %d) refused: %s: '%.100s'", h->res.status, err.msg,
		    ir_url_redact(&h->arena, location));
	free(location);
	return rc == 0;
}

static void
redirect(struct ir_http *h)
{
	const char *wrong = NULL;
	struct ir_url to;
	bool same;

	if (!redirect_to(h, &to)) {
		finish(h);
		return;
	}
	same = ir_url_same_origin(&h->url, &to);
	rewrite_method(h);
	if (!same && h->req.unix_path)
		wrong = "away from the unix socket";
	else if (!same && h->req.body && !h->no_body)
		wrong = "the body would go to another origin";
	if (wrong) {
		ir_url_done(&h->net->curl, &to);
		ir_http_fail(h, IR_HTTP_PROTOCOL, "redirect (status %d) refused: %s", h->res.status, wrong);
		finish(h);
		return;
	}
	hop_end(h);
	h->foreign |= !same;
	if (same) {
		to.user = h->url.user;
		to.password = h->url.password;
		h->url.user = h->url.password = NULL;
	}
	ir_url_done(&h->net->curl, &h->url);
	h->url = to;
	forget_answer(h);
	h->res.redirects++;
	hop_start(h);
}

/* The certificate was not trusted; when does it expire? */
static void
peek(struct ir_http *h)
{
	h->res.total_us = ir_mono_us() - h->start_us;
	hop_end(h);
	h->peeking = true;
	hop_start(h);
}

static void
judge(struct ir_http *h, CURLcode code)
{
	bool want_two = h->req.http2 && !h->req.connect_only;

	if (h->end == IR_HTTP_HEAD_TOO_BIG)
		ir_http_fail(h, IR_HTTP_TOO_BIG, "headers larger than %d KiB", IR_HTTP_HEAD_MAX / 1024);
	else if (code != CURLE_OK && h->end != IR_HTTP_ENOUGH)
		ir_http_fail_curl(h, code);
	else if (want_two && (!h->res.version || strcmp(h->res.version, "2") != 0))
		ir_http_fail(
		    h, IR_HTTP_PROTOCOL, "the answer is not HTTP/2 but HTTP/%s", h->res.version ? h->res.version : "?");
}

void
ir_http_ended(struct ir_http *h, CURLcode code)
{
	if (h->peeking) {
		ir_http_take_cert(h);
		finish(h);
		return;
	}
	ir_http_take_hop(h);
	ir_http_take_cert(h);
	if (code == CURLE_GOT_NOTHING) { /* libcurl takes the end for a first byte */
		h->res.phase = IR_HTTP_WAIT;
		h->res.first_byte_us = -1;
	}
	if (h->req.connect_only && code == CURLE_OK && h->url.tls)
		ir_http_on_ready(h, NULL, NULL, 0, 0);
	judge(h, code);
	if (!h->res.error && ir_http_redirects(h))
		redirect(h);
	else if (code == CURLE_PEER_FAILED_VERIFICATION && h->req.want_cert)
		peek(h);
	else
		finish(h);
}

static int
transfer(struct ir_http *h)
{
	if (ir_http_setup(h) < 0) {
		ir_http_fail(h, IR_HTTP_LOCAL, "libcurl does not take an option: %s", h->why);
		return -1;
	}
	if (ir_multi_add(h->net, h->easy) < 0) {
		ir_http_fail(h, IR_HTTP_LOCAL, "libcurl does not take the request");
		return -1;
	}
	h->added = true;
	return 0;
}

int
ir_http_admit(struct ir_http *h)
{
	int cost = h->url.tls ? IR_MULTI_TLS_COST : 1;
	struct ir_http_res first = h->res;

	wait_take(h);
	if (transfer(h) == 0)
		return cost;
	if (h->peeking)
		h->res = first; /* no error may take the place of the one that the look is for */
	finish(h);
	return cost;
}

static void
on_dialled(void *arg, const struct ir_dial_res *d)
{
	struct ir_http *h = arg;

	h->dial = NULL;
	h->fd = d->fd;
	if (h->peeking && d->error) {
		finish(h);
		return;
	}
	if (h->peeking) {
		wait_put(h);
		return;
	}
	h->res.phase = d->resolved ? IR_HTTP_CONNECT : IR_HTTP_DNS;
	h->res.dns_us = (h->res.dns_us < 0 ? 0 : h->res.dns_us) + d->dns_us;
	h->res.connect_us = d->connect_us;
	snprintf(h->res.address, sizeof(h->res.address), "%s", d->address);
	if (d->error) {
		if (h->stopping)
			ir_http_fail_stopped(h, h->stop_error);
		else
			ir_http_fail_dial(h, d);
		finish(h);
	} else if (h->req.connect_only && !h->url.tls) {
		finish(h);
	} else {
		wait_put(h);
	}
}

static void
hop_start(struct ir_http *h)
{
	const struct ir_url *to = h->proxy.host ? &h->proxy : &h->url;
	struct ir_dial_req d = {
		.host = to->host, .port = to->port, .family = h->req.family, .unix_path = h->req.unix_path
	};

	d.resolve = &h->req.resolve;
	d.at_us = INT64_MAX; /* our timer ends it, so that the words are ours */
	h->dial = ir_dial(h->net->loop, &d, on_dialled, h);
}

static void
stop(struct ir_http *h, enum ir_http_error error)
{
	if (h->peeking) {
		finish(h);
		return;
	}
	h->stopping = true;
	h->stop_error = error;
	if (h->dial) {
		ir_dial_stop(h->dial);
		return;
	}
	if (h->waiting) {
		h->res.phase = h->url.tls ? IR_HTTP_TLS : IR_HTTP_SEND;
	} else {
		ir_http_take_hop(h);
		ir_http_take_cert(h);
	}
	ir_http_fail_stopped(h, error);
	finish(h);
}

static void
on_timer(void *arg)
{
	struct ir_http *h = arg;

	h->timer = NULL;
	stop(h, IR_HTTP_TIMEOUT);
}

void
ir_http_stop(struct ir_http *h)
{
	stop(h, IR_HTTP_STOPPED);
}

void
ir_http_cancel(struct ir_http *h)
{
	if (!h)
		return;
	if (!h->net->inside) {
		http_free(h);
		return;
	}
	h->end = IR_HTTP_CANCELLED;
	list_take(h);
	list_put(&h->net->dead, h);
}

static int
check_req(const struct ir_http_req *req, struct ir_err *err)
{
	for (const char *p = req->method; p && *p; p++)
		if (*p < 'A' || *p > 'Z')
			return ir_fail(err, IR_USAGE, "'%s' is not a method", req->method);
	for (size_t i = 0; i < req->headers.n; i++)
		if (!ir_http_header_valid(req->headers.v[i]))
			return ir_fail(err, IR_USAGE, "header %zu is not 'Name: value'", i + 1);
	return 0;
}

static void
set_end(struct ir_http *h)
{
	int64_t deadline = ir_loop_ctx(h->net->loop)->deadline_us;

	if (h->req.timeout_us > 0)
		h->end_us = h->start_us + h->req.timeout_us;
	if (deadline > 0 && (h->end_us == 0 || deadline < h->end_us))
		h->end_us = deadline;
	if (h->end_us > 0)
		h->timer = ir_loop_at(h->net->loop, h->end_us, on_timer, h);
}

/* Where the request goes, and through which proxy. */
static int
take_urls(const struct ir_curl *c, const struct ir_http_req *req, struct ir_url *url, struct ir_url *proxy,
    struct ir_err *err)
{
	memset(proxy, 0, sizeof(*proxy));
	if (ir_url_parse(c, req->url, url, err) < 0)
		return -1;
	if (!req->proxy || req->unix_path)
		return 0;
	if (ir_url_parse(c, req->proxy, proxy, err) == 0 && !proxy->tls)
		return 0;
	ir_url_done(c, url);
	ir_url_done(c, proxy);
	ir_fail(err, IR_USAGE, "the proxy is not an http:// URL");
	return ir_hint(err, "give it as http://host:port");
}

int
ir_http_send(struct ir_loop *loop, const struct ir_http_req *req, ir_http_cb *cb, void *arg, struct ir_http **ret,
    struct ir_err *err)
{
	struct ir_multi *net;
	struct ir_http *h;
	struct ir_url url, proxy;

	if (ir_effect_allowed(ir_loop_ctx(loop), req->effect, err) < 0 || check_req(req, err) < 0)
		return -1;
	net = ir_multi_of(loop, err);
	if (!net || take_urls(&net->curl, req, &url, &proxy, err) < 0)
		return -1;
	h = calloc(1, sizeof(*h));
	if (!h)
		ir_oom();
	h->net = net;
	h->req = *req;
	h->cb = cb;
	h->arg = arg;
	h->url = url;
	h->proxy = proxy;
	h->fd = -1;
	h->method = req->method && strcmp(req->method, "GET") != 0 ? req->method : NULL;
	h->start_us = ir_mono_us();
	h->res.dns_us = h->res.total_us = -1;
	ir_buf_init(&h->head, IR_HTTP_HEAD_MAX);
	ir_buf_init(&h->res.body, req->max_body);
	forget_answer(h);
	list_put(&net->requests, h);
	ir_loop_hold(loop);
	set_end(h);
	hop_start(h);
	if (ret)
		*ret = h;
	return 0;
}
