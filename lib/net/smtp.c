/* smtp - one mail to one server: the way there, its limit of time, and its end */
#include "net/smtp.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"
#include "net/dial.h"
#include "net/multi.h"
#include "net/smtp_talk.h"

struct ir_smtp {
	struct ir_loop *loop;
	ir_smtp_cb *cb;
	void *arg;
	struct ir_timer *timer;
	struct ir_dial *dial;
	int64_t start_us, end_us; /* end_us 0: none */
	int efd;                  /* -1: the talk has not begun */
	struct ir_smtp_talk *talk;
	struct ir_smtp_res res;
};

/* ---- its end */

static void
finish(struct ir_smtp *s)
{
	const struct ir_ctx *ctx = ir_loop_ctx(s->loop);

	ir_timer_cancel(s->timer);
	ir_dial_cancel(s->dial);
	if (s->efd >= 0) {
		ir_smtp_talk_leave(s->talk);
		ir_loop_del(s->loop, s->efd);
		close(s->efd);
	}
	ir_trace(ctx, 2, "mail: %s in %.1f ms, %s", s->res.error || s->res.code != 250 ? s->res.message : "taken",
	    (double)(ir_mono_us() - s->start_us) / 1000, s->res.address);
	s->cb(s->arg, &s->res);
	ir_smtp_talk_unref(s->talk);
	ir_loop_release(s->loop);
	free(s);
}

__attribute__((format(printf, 3, 4))) static void
fail(struct ir_smtp *s, enum ir_http_error error, const char *fmt, ...)
{
	va_list ap;

	s->res.error = error;
	va_start(ap, fmt);
	vsnprintf(s->res.message, sizeof(s->res.message), fmt, ap);
	va_end(ap);
}

static const char *
place(const struct ir_smtp *s)
{
	static const char *const words[] = { "connecting", "connected, waiting for its greeting", "logging in",
		"naming the sender", "naming the recipients", "sending the mail",
		"the mail was sent, waiting for its word", "done" };

	return words[s->res.phase];
}

static void
end_by(struct ir_smtp *s, enum ir_http_error error)
{
	char limit[IR_NUM_MAX];

	if (s->efd >= 0)
		s->res.phase = (enum ir_smtp_phase)atomic_load(&s->talk->phase);
	ir_format_duration(limit, (s->end_us - s->start_us + 5000) / 10000 * 10);
	if (error == IR_HTTP_TIMEOUT)
		fail(s, error, "no answer within %s: %s", limit, place(s));
	else
		fail(s, error, "stopped: %s", place(s));
	if (s->res.phase == IR_SMTP_DONE) {
		s->res.error = IR_HTTP_OK;
		s->res.code = 250;
		s->res.refused = s->talk->res.refused;
	}
	finish(s);
}

static void
on_timer(void *arg)
{
	struct ir_smtp *s = arg;

	s->timer = NULL;
	end_by(s, IR_HTTP_TIMEOUT);
}

void
ir_smtp_stop(struct ir_smtp *s)
{
	end_by(s, IR_HTTP_STOPPED);
}

/* The thread has done with it. */
static void
on_ended(void *arg, int fd, uint32_t events)
{
	struct ir_smtp *s = arg;

	(void)fd;
	(void)events;
	/* its lock is what makes the result ours */
	ir_smtp_talk_leave(s->talk);
	s->res = s->talk->res;
	s->res.phase = (enum ir_smtp_phase)atomic_load(&s->talk->phase);
	snprintf(s->res.address, sizeof(s->res.address), "%s", s->talk->address);
	finish(s);
}

/* ---- its start */

static void
fail_dial(struct ir_smtp *s, const struct ir_dial_res *d)
{
	enum ir_http_error e = d->error == IR_DIAL_RESOLVE ? IR_HTTP_RESOLVE
			       : d->error == IR_DIAL_LOCAL ? IR_HTTP_LOCAL
							   : IR_HTTP_REFUSED;

	fail(s, e, "%s%s%s", d->message, *d->address ? ": " : "", d->address);
	finish(s);
}

static int
begin_talk(struct ir_smtp *s)
{
	int efd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), rc;

	if (efd < 0)
		return errno;
	if (ir_loop_add(s->loop, efd, EPOLLIN, on_ended, s, NULL) < 0) {
		close(efd);
		return ENOSPC;
	}
	s->talk->efd = s->efd = efd;
	s->talk->phase = IR_SMTP_HELLO;
	rc = ir_smtp_talk_start(s->talk);
	return rc;
}

static void
on_dialled(void *arg, const struct ir_dial_res *d)
{
	struct ir_smtp *s = arg;
	struct ir_smtp_talk *t = s->talk;
	int rc;

	s->dial = NULL;
	t->fd = d->fd;
	snprintf(s->res.address, sizeof(s->res.address), "%s", d->address);
	snprintf(t->address, sizeof(t->address), "%s", d->address);
	t->local = strncmp(d->address, "127.", 4) == 0 || strncmp(d->address, "[::1]", 5) == 0;
	if (d->error) {
		fail_dial(s, d);
		return;
	}
	rc = begin_talk(s);
	if (rc == 0)
		return;
	fail(s, IR_HTTP_LOCAL, "no thread to send it in: %s", strerror(rc));
	finish(s);
}

static int
take_url(struct ir_smtp_talk *s, struct ir_err *err)
{
	const struct ir_curl *c = &s->curl;
	CURLU *u = c->url();
	char *port = NULL, *scheme = NULL;
	int64_t n = 0;
	bool well = u && c->url_set(u, CURLUPART_URL, s->req.url, 0) == CURLUE_OK &&
		    c->url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
		    c->url_get(u, CURLUPART_HOST, &s->host, 0) == CURLUE_OK &&
		    c->url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
		    ir_parse_int(port, 1, 65535, &n, NULL) == 0;

	s->tls = scheme && strcmp(scheme, "smtps") == 0;
	well = well && (s->tls || strcmp(scheme, "smtp") == 0);
	s->port = (uint16_t)n;
	if (well && s->host[0] == '[') {
		size_t len = strlen(s->host);

		memmove(s->host, s->host + 1, len - 2);
		s->host[len - 2] = '\0';
	}
	c->free(scheme);
	c->free(port);
	c->url_cleanup(u);
	if (well)
		return 0;
	ir_fail(err, IR_USAGE, "the mail server is no URL of smtp:// or smtps://");
	return ir_hint(err, "give it as smtp://host:25 or smtps://host");
}

bool
ir_smtp_address_valid(const char *a)
{
	const char *at = a ? strrchr(a, '@') : NULL;

	if (!at || at == a || !at[1] || strlen(a) > 254)
		return false;
	for (const char *p = a; *p; p++)
		if (*p <= ' ' || *p > '~' || strchr("<>\"\\,;:()", *p))
			return false;
	return true;
}

static int
check(const struct ir_smtp_req *req, struct ir_err *err)
{
	if (!ir_smtp_address_valid(req->from))
		return ir_fail(err, IR_USAGE, "the sender is no bare address");
	if (req->to.n == 0)
		return ir_fail(err, IR_USAGE, "the mail has no recipient");
	for (size_t i = 0; i < req->to.n; i++)
		if (!ir_smtp_address_valid(req->to.v[i]))
			return ir_fail(err, IR_USAGE, "recipient %zu is no bare address", i + 1);
	return 0;
}

/* What the thread reads is its own. */
static void
copy(struct ir_smtp_talk *t, const struct ir_smtp_req *req)
{
	struct ir_arena *arena = &t->arena;
	const char *password = req->password ? ir_secret_reveal(req->password) : NULL;

	t->req = *req;
	t->req.url = ir_strdup(arena, req->url);
	t->req.user = ir_strdup(arena, req->user);
	t->req.from = ir_strdup(arena, req->from);
	t->req.to = (struct ir_list){ 0 };
	for (size_t i = 0; i < req->to.n; i++)
		ir_list_add(arena, &t->req.to, ir_strdup(arena, req->to.v[i]));
	t->req.resolve = (struct ir_list){ 0 };
	for (size_t i = 0; i < req->resolve.n; i++)
		ir_list_add(arena, &t->req.resolve, ir_strdup(arena, req->resolve.v[i]));
	t->req.mail = ir_strndup(arena, req->mail, req->mail_len);
	t->req.ca_file = ir_strdup(arena, req->ca_file);
	t->req.cert_file = ir_strdup(arena, req->cert_file);
	t->req.key_file = ir_strdup(arena, req->key_file);
	t->req.password = NULL;
	if (password)
		ir_secret_set(&t->password, password, strlen(password));
}

static struct ir_smtp_talk *
new_talk(const struct ir_multi *net, const struct ir_smtp_req *req)
{
	struct ir_smtp_talk *t = calloc(1, sizeof(*t));

	if (!t)
		ir_oom();
	pthread_mutex_init(&t->lock, NULL);
	t->refs = 1;
	t->efd = t->taken = t->fd = -1;
	t->curl = net->curl;
	copy(t, req);
	return t;
}

static void
enter(struct ir_smtp *s)
{
	const struct ir_smtp_talk *t = s->talk;
	int64_t deadline = ir_loop_ctx(s->loop)->deadline_us, at = s->start_us + t->req.timeout_us;
	struct ir_dial_req d = { .host = t->host, .port = t->port, .resolve = &t->req.resolve, .at_us = INT64_MAX };

	ir_loop_hold(s->loop);
	if (t->req.timeout_us <= 0 || (deadline > 0 && deadline < at))
		at = deadline;
	s->end_us = at;
	if (at > 0)
		s->timer = ir_loop_at(s->loop, at, on_timer, s);
	s->dial = ir_dial(s->loop, &d, on_dialled, s);
}

int
ir_smtp_send(struct ir_loop *loop, const struct ir_smtp_req *req, ir_smtp_cb *cb, void *arg, struct ir_smtp **ret,
    struct ir_err *err)
{
	struct ir_multi *net;
	struct ir_smtp *s;

	if (ir_effect_allowed(ir_loop_ctx(loop), req->effect, err) < 0 || check(req, err) < 0)
		return -1;
	net = ir_multi_of(loop, err);
	if (!net)
		return -1;
	s = calloc(1, sizeof(*s));
	if (!s)
		ir_oom();
	*s = (struct ir_smtp){ .loop = loop, .cb = cb, .arg = arg, .efd = -1, .start_us = ir_mono_us() };
	s->talk = new_talk(net, req);
	if (take_url(s->talk, err) < 0) {
		ir_smtp_talk_unref(s->talk);
		free(s);
		return -1;
	}
	enter(s);
	if (ret)
		*ret = s;
	return 0;
}
