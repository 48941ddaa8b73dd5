/* smtp - one mail to one server, by libcurl */
#include "net/smtp.h"

#include <ctype.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/utf8.h"
#include "net/dial.h"
#include "net/multi.h"

enum { SAID_MAX = 160, REFUSED_MAX = 100 };

struct ir_smtp {
	struct ir_transfer transfer;
	struct ir_multi *net;
	struct ir_smtp_req req;
	ir_smtp_cb *cb;
	void *arg;
	struct ir_timer *timer;
	struct ir_dial *dial;
	int64_t start_us;
	char *host;
	uint16_t port;
	bool tls, local; /* smtps; the peer is this host */
	int fd;          /* connected, before libcurl took it; -1 */
	int taken;       /* the same, libcurl's */
	CURL *easy;
	bool added;
	struct curl_slist *to, *connect_to;
	char why[CURL_ERROR_SIZE];
	size_t read;  /* bytes of the mail that libcurl took */
	size_t asked; /* recipients that were named so far */
	char said[SAID_MAX * 4 + 1];
	int said_code;
	struct ir_arena arena;
	struct ir_smtp_res res;
};

/* ---- its life */

static void
smtp_free(struct ir_transfer *t)
{
	struct ir_smtp *s = (struct ir_smtp *)t;
	const struct ir_curl *c = &s->net->curl;

	ir_dial_cancel(s->dial);
	ir_timer_cancel(s->timer);
	if (s->added)
		c->multi_remove_handle(s->net->m, s->easy);
	if (s->easy)
		c->easy_cleanup(s->easy);
	c->slist_free_all(s->to);
	c->slist_free_all(s->connect_to);
	if (s->fd >= 0)
		close(s->fd);
	c->free(s->host);
	*t->prev = t->next;
	if (t->next)
		t->next->prev = t->prev;
	ir_arena_done(&s->arena);
	ir_loop_release(s->net->loop);
	free(s);
}

static void
finish(struct ir_smtp *s)
{
	const struct ir_ctx *ctx = ir_loop_ctx(s->net->loop);

	ir_timer_cancel(s->timer);
	s->timer = NULL;
	ir_trace(ctx, 2, "mail to %s: %s in %.1f ms, %s", s->host,
	    s->res.error || s->res.code != 250 ? s->res.message : "taken", (double)(ir_mono_us() - s->start_us) / 1000,
	    s->res.address);
	s->cb(s->arg, &s->res);
	smtp_free(&s->transfer);
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

	ir_format_duration(limit, (ir_mono_us() - s->start_us + 5000) / 10000 * 10);
	if (error == IR_HTTP_TIMEOUT)
		fail(s, error, "no answer within %s: %s", limit, place(s));
	else
		fail(s, error, "stopped: %s", place(s));
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

/* ---- what is said on the line */

static bool
begins(const char *p, size_t n, const char *word)
{
	return n >= strlen(word) && strncasecmp(p, word, strlen(word)) == 0;
}

static void
on_said(struct ir_smtp *s, const char *p, size_t n)
{
	if (!begins(p, n, "QUIT"))
		s->said_code = 0;
	if (begins(p, n, "AUTH"))
		s->res.phase = IR_SMTP_LOGIN;
	else if (begins(p, n, "MAIL FROM"))
		s->res.phase = IR_SMTP_SENDER;
	else if (begins(p, n, "RCPT TO"))
		s->res.phase = IR_SMTP_RECIPIENTS, s->asked++;
	else if (begins(p, n, "DATA"))
		s->res.phase = IR_SMTP_DATA;
	else if (begins(p, n, "QUIT") && s->taken >= 0)
		/* libcurl would wait for the answer to it, and we with it: there shall be none */
		shutdown(s->taken, SHUT_RD);
}

static void
keep_said(struct ir_smtp *s, const char *p, size_t n)
{
	struct ir_buf b;

	while (n && isspace((unsigned char)p[n - 1]))
		n--;
	ir_buf_init(&b, sizeof(s->said) - 1);
	ir_utf8_escape(&b, p, n < SAID_MAX ? n : SAID_MAX);
	snprintf(s->said, sizeof(s->said), "%s", b.data);
	ir_buf_done(&b);
}

/* The last line of a reply. */
static void
on_heard(struct ir_smtp *s, const char *p, size_t n)
{
	if (s->res.phase == IR_SMTP_DONE || n < 4 || !isdigit((unsigned char)p[0]) || !isdigit((unsigned char)p[1]) ||
	    !isdigit((unsigned char)p[2]) || p[3] == '-')
		return;
	s->said_code = (p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0');
	keep_said(s, p, n);
	if (s->res.phase == IR_SMTP_RECIPIENTS && s->said_code >= 400 && s->asked <= s->req.to.n &&
	    s->res.refused.n < REFUSED_MAX)
		ir_list_add(
		    &s->arena, &s->res.refused, ir_asprintf(&s->arena, "%s: %s", s->req.to.v[s->asked - 1], s->said));
	if (s->res.phase == IR_SMTP_SENT && s->said_code < 400)
		s->res.phase = IR_SMTP_DONE;
}

static int
on_line(CURL *easy, curl_infotype type, char *p, size_t n, void *arg)
{
	(void)easy;
	if (type == CURLINFO_HEADER_OUT)
		on_said(arg, p, n);
	else if (type == CURLINFO_HEADER_IN)
		on_heard(arg, p, n);
	return 0;
}

static size_t
on_read(char *to, size_t size, size_t n, void *arg)
{
	struct ir_smtp *s = arg;
	size_t left = s->req.mail_len - s->read, room = size * n;

	n = left < room ? left : room;
	memcpy(to, s->req.mail + s->read, n);
	s->read += n;
	if (n == 0 && s->res.phase == IR_SMTP_DATA) {
		s->res.phase = IR_SMTP_SENT;
		s->said_code = 0;
	}
	return n;
}

static size_t
on_ignored(char *p, size_t size, size_t n, void *arg)
{
	(void)p;
	(void)arg;
	return size * n;
}

/* ---- libcurl's options */

static curl_socket_t
on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct ir_smtp *s = arg;
	int fd = s->fd;

	(void)purpose;
	(void)address;
	s->fd = -1;
	s->taken = fd;
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static int
on_close(void *arg, curl_socket_t fd)
{
	struct ir_smtp *s = arg;

	if (s->taken == fd)
		s->taken = -1;
	return close(fd);
}

static int
on_sockopt(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	(void)arg;
	(void)fd;
	(void)purpose;
	return CURL_SOCKOPT_ALREADY_CONNECTED;
}

static void
append(const struct ir_curl *c, struct curl_slist **list, const char *text)
{
	struct curl_slist *longer = c->slist_append(*list, text);

	if (!longer)
		ir_oom();
	*list = longer;
}

static const char *
in_brackets(struct ir_smtp *s, const char *address)
{
	return ir_asprintf(&s->arena, "<%s>", address);
}

/* A password must not go to another host in plain text, whatever somebody on the way makes of STARTTLS. */
static int
set_tls(struct ir_smtp *s)
{
	const struct ir_curl *c = &s->net->curl;
	bool has_password = s->req.password && ir_secret_reveal(s->req.password);
	bool must = (has_password && !s->local) || s->req.ca_file, verify = (s->tls || must) && !s->req.insecure;
	CURLcode rc = CURLE_OK;

	c->easy_setopt(s->easy, CURLOPT_USE_SSL, must && !s->tls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_TRY);
	c->easy_setopt(s->easy, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
	c->easy_setopt(s->easy, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
	if (s->req.ca_file)
		rc = c->easy_setopt(s->easy, CURLOPT_CAINFO, s->req.ca_file);
	if (rc == CURLE_OK && s->req.cert_file)
		rc = c->easy_setopt(s->easy, CURLOPT_SSLCERT, s->req.cert_file);
	if (rc == CURLE_OK && s->req.key_file)
		rc = c->easy_setopt(s->easy, CURLOPT_SSLKEY, s->req.key_file);
	return rc == CURLE_OK ? 0 : -1;
}

static void
set_place(struct ir_smtp *s)
{
	const struct ir_curl *c = &s->net->curl;
	bool v6 = strchr(s->host, ':') != NULL;

	c->easy_setopt(s->easy, CURLOPT_URL,
	    ir_asprintf(&s->arena, "%s://%s%s%s:%u", s->tls ? "smtps" : "smtp", v6 ? "[" : "", s->host, v6 ? "]" : "",
		(unsigned)s->port));
	append(c, &s->connect_to, ir_asprintf(&s->arena, "::%s", s->res.address));
	c->easy_setopt(s->easy, CURLOPT_CONNECT_TO, s->connect_to);
	c->easy_setopt(s->easy, CURLOPT_PROXY, "");
	c->easy_setopt(s->easy, CURLOPT_NOPROXY, "");
	c->easy_setopt(s->easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	c->easy_setopt(s->easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
	c->easy_setopt(s->easy, CURLOPT_OPENSOCKETDATA, s);
	c->easy_setopt(s->easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
	c->easy_setopt(s->easy, CURLOPT_CLOSESOCKETDATA, s);
	c->easy_setopt(s->easy, CURLOPT_SOCKOPTFUNCTION, on_sockopt);
	c->easy_setopt(s->easy, CURLOPT_FRESH_CONNECT, 1L);
	c->easy_setopt(s->easy, CURLOPT_FORBID_REUSE, 1L);
	c->easy_setopt(s->easy, CURLOPT_DNS_CACHE_TIMEOUT, -1L);
	c->easy_setopt(s->easy, CURLOPT_QUICK_EXIT, 1L);
}

static void
set_mail(struct ir_smtp *s)
{
	const struct ir_curl *c = &s->net->curl;

	c->easy_setopt(s->easy, CURLOPT_MAIL_FROM, in_brackets(s, s->req.from));
	for (size_t i = 0; i < s->req.to.n; i++)
		append(c, &s->to, in_brackets(s, s->req.to.v[i]));
	c->easy_setopt(s->easy, CURLOPT_MAIL_RCPT, s->to);
	c->easy_setopt(s->easy, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
	c->easy_setopt(s->easy, CURLOPT_UPLOAD, 1L);
	c->easy_setopt(s->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)s->req.mail_len);
	c->easy_setopt(s->easy, CURLOPT_READFUNCTION, on_read);
	c->easy_setopt(s->easy, CURLOPT_READDATA, s);
}

static int
setup(struct ir_smtp *s)
{
	const struct ir_curl *c = &s->net->curl;
	const char *password = s->req.password ? ir_secret_reveal(s->req.password) : NULL;

	s->easy = c->easy_init();
	if (!s->easy)
		ir_oom();
	c->easy_setopt(s->easy, CURLOPT_PRIVATE, s);
	c->easy_setopt(s->easy, CURLOPT_ERRORBUFFER, s->why);
	c->easy_setopt(s->easy, CURLOPT_NOSIGNAL, 1L);
	/* the only way to hear which recipient was refused */
	c->easy_setopt(s->easy, CURLOPT_VERBOSE, 1L);
	c->easy_setopt(s->easy, CURLOPT_DEBUGFUNCTION, on_line);
	c->easy_setopt(s->easy, CURLOPT_DEBUGDATA, s);
	c->easy_setopt(s->easy, CURLOPT_WRITEFUNCTION, on_ignored);
	if (s->req.user) {
		c->easy_setopt(s->easy, CURLOPT_USERNAME, s->req.user);
		c->easy_setopt(s->easy, CURLOPT_PASSWORD, password ? password : "");
	}
	set_place(s);
	set_mail(s);
	return set_tls(s);
}

/* ---- how it ended */

static enum ir_http_error
kind_of(CURLcode code)
{
	switch (code) {
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CIPHER:
		return IR_HTTP_TLS_FAILED;
	case CURLE_COULDNT_CONNECT:
		return IR_HTTP_REFUSED;
	default:
		return IR_HTTP_PROTOCOL;
	}
}

static void
judge(struct ir_smtp *s, CURLcode code)
{
	if (code == CURLE_OK) {
		s->res.phase = IR_SMTP_DONE;
		s->res.code = 250;
	} else if (code == CURLE_USE_SSL_FAILED) {
		fail(s, IR_HTTP_TLS_FAILED, "it offers no TLS, and without it no password is sent");
	} else if (s->said_code >= 400) {
		s->res.code = s->said_code;
		snprintf(s->res.message, sizeof(s->res.message), "%.250s", s->said);
	} else if (code == CURLE_LOGIN_DENIED) {
		s->res.phase = IR_SMTP_LOGIN;
		s->res.code = 535;
		snprintf(s->res.message, sizeof(s->res.message), "it knows no way to log in that is known here");
	} else {
		fail(s, kind_of(code), "%s: %s", s->why[0] ? s->why : s->net->curl.easy_strerror(code), place(s));
	}
}

static void
on_ended(struct ir_transfer *t, CURLcode code)
{
	struct ir_smtp *s = (struct ir_smtp *)t;

	judge(s, code);
	finish(s);
}

/* ---- the start */

static void
fail_dial(struct ir_smtp *s, const struct ir_dial_res *d)
{
	enum ir_http_error e = d->error == IR_DIAL_RESOLVE ? IR_HTTP_RESOLVE
			       : d->error == IR_DIAL_LOCAL ? IR_HTTP_LOCAL
							   : IR_HTTP_REFUSED;

	fail(s, e, "%s%s%s", d->message, *d->address ? ": " : "", d->address);
	finish(s);
}

static void
on_dialled(void *arg, const struct ir_dial_res *d)
{
	struct ir_smtp *s = arg;

	s->dial = NULL;
	s->fd = d->fd;
	snprintf(s->res.address, sizeof(s->res.address), "%s", d->address);
	s->local = strncmp(d->address, "127.", 4) == 0 || strncmp(d->address, "[::1]", 5) == 0;
	if (d->error) {
		fail_dial(s, d);
		return;
	}
	if (setup(s) < 0 || ir_multi_add(s->net, s->easy) < 0) {
		fail(s, IR_HTTP_LOCAL, "libcurl does not take an option: %s", s->why);
		finish(s);
		return;
	}
	s->added = true;
	s->res.phase = IR_SMTP_HELLO;
}

static int
take_url(struct ir_smtp *s, struct ir_err *err)
{
	const struct ir_curl *c = &s->net->curl;
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

static void
enter(struct ir_smtp *s)
{
	struct ir_multi *net = s->net;
	int64_t deadline = ir_loop_ctx(net->loop)->deadline_us, at = s->start_us + s->req.timeout_us;
	struct ir_dial_req d = { .host = s->host, .port = s->port, .resolve = &s->req.resolve, .at_us = INT64_MAX };

	s->transfer.next = net->transfers;
	s->transfer.prev = &net->transfers;
	if (s->transfer.next)
		s->transfer.next->prev = &s->transfer.next;
	net->transfers = &s->transfer;
	ir_loop_hold(net->loop);
	if (s->req.timeout_us <= 0 || (deadline > 0 && deadline < at))
		at = deadline;
	if (at > 0)
		s->timer = ir_loop_at(net->loop, at, on_timer, s);
	s->dial = ir_dial(net->loop, &d, on_dialled, s);
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
	s->transfer = (struct ir_transfer){ .ended = on_ended, .free = smtp_free };
	s->net = net;
	s->req = *req;
	s->cb = cb;
	s->arg = arg;
	s->fd = s->taken = -1;
	s->start_us = ir_mono_us();
	if (take_url(s, err) < 0) {
		net->curl.free(s->host);
		free(s);
		return -1;
	}
	enter(s);
	if (ret)
		*ret = s;
	return 0;
}
