/* smtp_talk - what libcurl says to a mail server, in a thread of its own */
#include "net/smtp_talk.h"

#include <ctype.h>
#include <signal.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/utf8.h"

enum { REFUSED_MAX = 100 };

/* ---- what is said on the line */

static bool
begins(const char *p, size_t n, const char *word)
{
	return n >= strlen(word) && strncasecmp(p, word, strlen(word)) == 0;
}

/* libcurl would wait for the answer to QUIT: there shall be none. */
static void
on_quit(struct ir_smtp_talk *s)
{
	s->quit = true;
	if (s->taken >= 0)
		shutdown(s->taken, SHUT_RD);
}

static void
on_said(struct ir_smtp_talk *s, const char *p, size_t n)
{
	if (begins(p, n, "QUIT")) {
		on_quit(s);
		return;
	}
	s->said_code = 0;
	s->asked += begins(p, n, "RCPT TO");
	if (begins(p, n, "AUTH"))
		s->phase = IR_SMTP_LOGIN;
	else if (begins(p, n, "MAIL FROM"))
		s->phase = IR_SMTP_SENDER;
	else if (begins(p, n, "RCPT TO"))
		s->phase = IR_SMTP_RECIPIENTS;
	else if (begins(p, n, "DATA"))
		s->phase = IR_SMTP_DATA;
}

static void
keep_said(struct ir_smtp_talk *s, const char *p, size_t n)
{
	struct ir_buf b;

	while (n && isspace((unsigned char)p[n - 1]))
		n--;
	ir_buf_init(&b, sizeof(s->said) - 1);
	ir_utf8_escape(&b, p, n < IR_SMTP_SAID ? n : IR_SMTP_SAID);
	snprintf(s->said, sizeof(s->said), "%s", b.data);
	ir_buf_done(&b);
}

/* The last line of a reply. */
static void
on_heard(struct ir_smtp_talk *s, const char *p, size_t n)
{
	if (s->quit || s->phase == IR_SMTP_DONE || n < 4 || !isdigit((unsigned char)p[0]) ||
	    !isdigit((unsigned char)p[1]) || !isdigit((unsigned char)p[2]) || p[3] == '-')
		return;
	s->said_code = (p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0');
	keep_said(s, p, n);
	if (s->phase == IR_SMTP_RECIPIENTS && s->said_code >= 400 && s->asked <= s->req.to.n &&
	    s->res.refused.n < REFUSED_MAX)
		ir_list_add(
		    &s->arena, &s->res.refused, ir_asprintf(&s->arena, "%s: %s", s->req.to.v[s->asked - 1], s->said));
	if (s->phase == IR_SMTP_SENT && s->said_code < 400)
		s->phase = IR_SMTP_DONE;
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
	struct ir_smtp_talk *s = arg;
	size_t left = s->req.mail_len - s->read, room = size * n;

	n = left < room ? left : room;
	memcpy(to, s->req.mail + s->read, n);
	s->read += n;
	if (n == 0 && s->phase == IR_SMTP_DATA) {
		s->phase = IR_SMTP_SENT;
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
	struct ir_smtp_talk *s = arg;
	int fd = s->fd;

	(void)purpose;
	(void)address;
	s->fd = -1;
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static int
on_close(void *arg, curl_socket_t fd)
{
	struct ir_smtp_talk *s = arg;

	pthread_mutex_lock(&s->lock);
	if (s->taken == fd)
		s->taken = -1;
	pthread_mutex_unlock(&s->lock);
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
in_brackets(struct ir_smtp_talk *s, const char *address)
{
	return ir_asprintf(&s->arena, "<%s>", address);
}

/* A password must not go to another host in plain text, whatever somebody on the way makes of STARTTLS. */
static int
set_tls(struct ir_smtp_talk *s)
{
	const struct ir_curl *c = &s->curl;
	bool has_password = s->password.len > 0;
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
set_place(struct ir_smtp_talk *s)
{
	const struct ir_curl *c = &s->curl;
	bool v6 = strchr(s->host, ':') != NULL;

	c->easy_setopt(s->easy, CURLOPT_URL,
	    ir_asprintf(&s->arena, "%s://%s%s%s:%u", s->tls ? "smtps" : "smtp", v6 ? "[" : "", s->host, v6 ? "]" : "",
		(unsigned)s->port));
	append(c, &s->connect_to, ir_asprintf(&s->arena, "::%s", s->address));
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
}

static void
set_mail(struct ir_smtp_talk *s)
{
	const struct ir_curl *c = &s->curl;

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
setup(struct ir_smtp_talk *s)
{
	const struct ir_curl *c = &s->curl;
	const char *password = ir_secret_reveal(&s->password);

	s->easy = c->easy_init();
	if (!s->easy)
		ir_oom();
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

__attribute__((format(printf, 3, 4))) static void
fail(struct ir_smtp_talk *s, enum ir_http_error error, const char *fmt, ...)
{
	va_list ap;

	s->res.error = error;
	va_start(ap, fmt);
	vsnprintf(s->res.message, sizeof(s->res.message), fmt, ap);
	va_end(ap);
}

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
judge(struct ir_smtp_talk *s, CURLcode code)
{
	if (code == CURLE_OK) {
		s->phase = IR_SMTP_DONE;
		s->res.code = 250;
	} else if (code == CURLE_USE_SSL_FAILED) {
		fail(s, IR_HTTP_TLS_FAILED, "it offers no TLS, and without it no password is sent");
	} else if (s->said_code >= 400) {
		s->res.code = s->said_code;
		snprintf(s->res.message, sizeof(s->res.message), "%.250s", s->said);
	} else if (code == CURLE_LOGIN_DENIED) {
		s->phase = IR_SMTP_LOGIN;
		s->res.code = 535;
		snprintf(s->res.message, sizeof(s->res.message), "it knows no way to log in that is known here");
	} else {
		fail(s, kind_of(code), "%s", s->why[0] ? s->why : s->curl.easy_strerror(code));
	}
}

/* ---- the thread */

static void
talk_free(struct ir_smtp_talk *s)
{
	if (s->easy)
		s->curl.easy_cleanup(s->easy);
	s->curl.slist_free_all(s->to);
	s->curl.slist_free_all(s->connect_to);
	s->curl.free(s->host);
	if (s->fd >= 0)
		close(s->fd);
	ir_secret_done(&s->password);
	pthread_mutex_destroy(&s->lock);
	ir_arena_done(&s->arena);
	free(s);
}

void
ir_smtp_talk_unref(struct ir_smtp_talk *s)
{
	bool last;

	pthread_mutex_lock(&s->lock);
	last = --s->refs == 0;
	pthread_mutex_unlock(&s->lock);
	if (last)
		talk_free(s);
}

void
ir_smtp_talk_leave(struct ir_smtp_talk *s)
{
	pthread_mutex_lock(&s->lock);
	s->efd = -1;
	if (s->taken >= 0)
		shutdown(s->taken, SHUT_RDWR);
	pthread_mutex_unlock(&s->lock);
}

static void *
work(void *arg)
{
	struct ir_smtp_talk *s = arg;

	if (setup(s) < 0)
		fail(s, IR_HTTP_LOCAL, "libcurl does not take an option: %s", s->why);
	else
		judge(s, s->curl.easy_perform(s->easy));
	/* it says good-bye in here */
	s->curl.easy_cleanup(s->easy);
	s->easy = NULL;
	pthread_mutex_lock(&s->lock);
	if (s->efd >= 0)
		eventfd_write(s->efd, 1);
	pthread_mutex_unlock(&s->lock);
	ir_smtp_talk_unref(s);
	return NULL;
}

int
ir_smtp_talk_start(struct ir_smtp_talk *s)
{
	pthread_attr_t attr;
	sigset_t all, old;
	pthread_t id;
	int rc;

	s->refs++;
	s->taken = s->fd;
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&id, &attr, work, s);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	if (rc != 0)
		s->refs--;
	return rc;
}
