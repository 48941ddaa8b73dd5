/*
 * peer - a TCP and HTTP peer that behaves badly, as it is told
 *
 *	peer MODE[/ARG...] [--listen ADDRESS:PORT] [--unix PATH] [--for SECONDS]
 *
 * Listens on 127.0.0.1 and a free port (or as told), prints "port N" when it is ready, and ends by itself after 300 seconds. With --listen 0.0.0.0:0 one peer
 * is there on every address 127.x.y.z; callers from elsewhere are sent away. Modes:
 *
 *	full		never accept; the backlog is full, so that a connect gets no answer
 *	silent		accept, then nothing: also a stall in the TLS handshake
 *	close		accept and close
 *	reset		accept and reset
 *	banner		say "220 ready" at once, as a mail server does
 *	garbage		say what is not HTTP at once
 *	ok[/TEXT]	200 and TEXT
 *	status/N[/TEXT]	that status and TEXT
 *	empty		204, no body
 *	delay/MS	200, after that time
 *	drip[/MS]	200, a byte each MS (1000)
 *	half		200, half the body, then nothing
 *	short		200, half the body, then the end
 *	chunk		200, a broken chunk
 *	line		a status line without end
 *	head		headers without end
 *	interim		100 Continue without end
 *	body		a body without end
 *	trailer		200 in chunks, with a trailer
 *	redirect/N/URL	that status with Location: URL
 *	loop		302 to itself
 *	echo		200 and the request as the body
 *	tunnel		an HTTP proxy: CONNECT goes through; anything else is echoed
 *	raw/MS/TEXT	say TEXT at once, or a byte each MS; %0d and its like are bytes; then nothing
 *	rawend/MS/TEXT	the same, then the end
 *	rawmore/MS/TEXT	the same, then TEXT without end
 *	path		whichever the request's path names: GET /drip/10 (those that speak or end at once do so after the request)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/num.h"
#include "net/resolve.h"

enum { REQUEST_MAX = 1 << 20, OUT_MAX = 1 << 20, TICK_MS = 5 };

struct conn {
	struct conn *next;
	int fd;
	bool answered;
	bool hold; /* when all is sent: say nothing more, instead of closing */
	struct ir_buf in, out;
	const char *again; /* sent without end after out */
	int64_t every_ms;  /* a byte each; 0: all at once */
	int64_t at_us;     /* not before */
};

struct mode {
	const char *name;
	bool at_once; /* does not wait for a request */
	void (*answer)(struct conn *, const char *arg);
};

static const struct mode *find_mode(const char *text, const char **arg);

static void
say(struct conn *c, int status, const char *extra, const char *text)
{
	ir_buf_addf(&c->out, "HTTP/1.1 %d Status\r\nContent-Length: %zu\r\nConnection: close\r\n%s\r\n%s", status,
	    strlen(text), extra, text);
}

static int64_t
number(const char **arg, int64_t other)
{
	char digits[16];
	int64_t n = other;
	size_t len = strspn(*arg, "0123456789");

	snprintf(digits, sizeof(digits), "%.*s", (int)len, *arg);
	if (len)
		ir_parse_int(digits, 0, 1000000, &n, NULL);
	*arg += len;
	*arg += **arg == '/';
	return n;
}

static void
answer_silent(struct conn *c, const char *arg)
{
	(void)arg;
	c->hold = true;
}

static void
answer_close(struct conn *c, const char *arg)
{
	(void)c;
	(void)arg;
}

static void
answer_reset(struct conn *c, const char *arg)
{
	struct linger now = { 1, 0 };

	(void)arg;
	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

static void
answer_banner(struct conn *c, const char *arg)
{
	(void)arg;
	ir_buf_adds(&c->out, "220 ready\r\n");
	c->hold = true;
}

static void
answer_garbage(struct conn *c, const char *arg)
{
	static const char bytes[] = "\x16\x03\0\xff\x1b[31m\r\n\r\n\0garbage\n";

	(void)arg;
	ir_buf_add(&c->out, bytes, sizeof(bytes) - 1);
}

static void
answer_ok(struct conn *c, const char *arg)
{
	say(c, 200, "", arg);
}

static void
answer_status(struct conn *c, const char *arg)
{
	int status = (int)number(&arg, 500);

	say(c, status, "", arg);
}

static void
answer_empty(struct conn *c, const char *arg)
{
	(void)arg;
	ir_buf_adds(&c->out, "HTTP/1.1 204 No Content\r\n\r\n");
}

static void
answer_delay(struct conn *c, const char *arg)
{
	c->at_us = ir_mono_us() + number(&arg, 1000) * 1000;
	say(c, 200, "", "late");
}

static void
answer_drip(struct conn *c, const char *arg)
{
	c->every_ms = number(&arg, 1000);
	say(c, 200, "", "drip");
}

static void
answer_half(struct conn *c, const char *arg)
{
	(void)arg;
	ir_buf_adds(&c->out, "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf");
	c->hold = true;
}

static void
answer_short(struct conn *c, const char *arg)
{
	answer_half(c, arg);
	c->hold = false;
}

static void
answer_chunk(struct conn *c, const char *arg)
{
	(void)arg;
	ir_buf_adds(&c->out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngood\r\nzz\r\nbad\r\n");
}

static void
answer_line(struct conn *c, const char *arg)
{
	(void)arg;
	ir_buf_adds(&c->out, "HTTP/1.1 200 ");
	c->again = "very-very-very-very-very-very-very-very-very-very-very-very-long-";
}

static void
answer_head(struct conn *c, const char *arg)
{
	(void)arg;
	ir_buf_adds(&c->out, "HTTP/1.1 200 OK\r\n");
	c->again = "X-More: and more and more and more and more and more and more\r\n";
}

static void
answer_interim(struct conn *c, const char *arg)
{
	(void)arg;
	c->again = "HTTP/1.1 100 Continue\r\n\r\n";
}

static void
answer_body(struct conn *c, const char *arg)
{
	(void)arg;
	ir_buf_adds(&c->out, "HTTP/1.1 200 OK\r\n\r\n");
	c->again = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
}

static void
answer_trailer(struct conn *c, const char *arg)
{
	(void)arg;
	ir_buf_adds(&c->out, "HTTP/1.1 200 OK\r\nX-Where: head\r\nTransfer-Encoding: "
			     "chunked\r\n\r\n4\r\nbody\r\n0\r\nX-Where: tail\r\n\r\n");
}

static void
answer_redirect(struct conn *c, const char *arg)
{
	int status = (int)number(&arg, 302);
	char extra[1024];

	snprintf(extra, sizeof(extra), "Location: %s\r\n", arg);
	say(c, status, extra, "moved");
}

static void
answer_loop(struct conn *c, const char *arg)
{
	(void)arg;
	say(c, 302, "Location: /loop\r\n", "");
}

static void
answer_echo(struct conn *c, const char *arg)
{
	(void)arg;
	say(c, 200, "Content-Type: text/plain\r\n", c->in.data);
}

static void
answer_rawend(struct conn *c, const char *arg)
{
	c->every_ms = number(&arg, 0);
	for (unsigned byte; *arg; arg++) {
		bool coded = *arg == '%' && sscanf(arg + 1, "%2x", &byte) == 1;

		ir_buf_addc(&c->out, coded ? (char)byte : *arg);
		arg += coded ? 2 : 0;
	}
}

static void
answer_raw(struct conn *c, const char *arg)
{
	answer_rawend(c, arg);
	c->hold = true;
}

static void
answer_rawmore(struct conn *c, const char *arg)
{
	static char again[256];

	answer_rawend(c, arg);
	snprintf(again, sizeof(again), "%s", c->out.data);
	c->again = again;
}

static void
relay(int a, int b)
{
	struct pollfd p[2] = { { a, POLLIN, 0 }, { b, POLLIN, 0 } };
	char data[4096];

	while (poll(p, 2, -1) > 0) {
		for (int i = 0; i < 2; i++) {
			ssize_t n = p[i].revents ? read(p[i].fd, data, sizeof(data)) : -2;

			if (n == 0 || n == -1)
				return;
			if (n > 0 && write(p[!i].fd, data, (size_t)n) != n)
				return;
		}
	}
}

static void
answer_tunnel(struct conn *c, const char *arg)
{
	struct ir_addr to;
	char host[64] = "";
	int port = 0, fd;

	if (sscanf(c->in.data, "CONNECT %63[^: ]:%d ", host, &port) != 2 ||
	    ir_addr_parse(host, (uint16_t)port, &to) < 0) {
		answer_echo(c, arg);
		return;
	}
	if (fork() != 0) {
		answer_close(c, arg);
		return;
	}
	fd = socket(to.sa.ss_family, SOCK_STREAM, 0);
	fcntl(c->fd, F_SETFL, 0);
	if (connect(fd, (struct sockaddr *)&to.sa, to.len) == 0 && write(c->fd, "HTTP/1.1 200 OK\r\n\r\n", 19) == 19)
		relay(c->fd, fd);
	_exit(0);
}

/* "GET /drip/10 HTTP/1.1" */
static void
answer_path(struct conn *c, const char *arg)
{
	char path[1024] = "";
	const struct mode *m;

	(void)arg;
	sscanf(c->in.data, "%*s /%1023[^ ?]", path);
	m = find_mode(path, &arg);
	if (m && m->answer && m->answer != answer_path)
		m->answer(c, arg);
	else
		say(c, 404, "", "no such mode");
}

static const struct mode modes[] = {
	{ "full", true, NULL },
	{ "silent", true, answer_silent },
	{ "close", true, answer_close },
	{ "reset", true, answer_reset },
	{ "banner", true, answer_banner },
	{ "garbage", true, answer_garbage },
	{ "ok", false, answer_ok },
	{ "status", false, answer_status },
	{ "empty", false, answer_empty },
	{ "delay", false, answer_delay },
	{ "drip", false, answer_drip },
	{ "half", false, answer_half },
	{ "short", false, answer_short },
	{ "chunk", false, answer_chunk },
	{ "line", false, answer_line },
	{ "head", false, answer_head },
	{ "interim", false, answer_interim },
	{ "body", false, answer_body },
	{ "trailer", false, answer_trailer },
	{ "redirect", false, answer_redirect },
	{ "loop", false, answer_loop },
	{ "echo", false, answer_echo },
	{ "tunnel", false, answer_tunnel },
	{ "raw", true, answer_raw },
	{ "rawend", true, answer_rawend },
	{ "rawmore", true, answer_rawmore },
	{ "path", false, answer_path },
};

static const struct mode *
find_mode(const char *text, const char **arg)
{
	size_t n = strcspn(text, "/");

	*arg = text + n + (text[n] == '/');
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strlen(modes[i].name) == n && memcmp(modes[i].name, text, n) == 0)
			return &modes[i];
	return NULL;
}

/* The whole request, with its body, is there. */
static bool
request_whole(const struct conn *c)
{
	const char *end = strstr(c->in.data, "\r\n\r\n"), *length = strcasestr(c->in.data, "\r\ncontent-length:");
	long long body = 0;

	if (!end)
		return false;
	if (length && length < end)
		sscanf(length + 17, "%lld", &body);
	return (long long)(c->in.len - (size_t)(end + 4 - c->in.data)) >= body;
}

/* 0, or -1 when the caller has gone. */
static int
conn_read(struct conn *c)
{
	char data[4096];
	ssize_t n;

	while ((n = read(c->fd, data, sizeof(data))) > 0)
		ir_buf_add(&c->in, data, (size_t)n);
	return n < 0 && errno == EAGAIN ? 0 : -1;
}

/* Bytes there are to send now. */
static size_t
conn_due(struct conn *c)
{
	while (c->again && c->out.len < 65536)
		ir_buf_adds(&c->out, c->again);
	if (ir_mono_us() < c->at_us)
		return 0;
	if (c->every_ms && c->out.len)
		return 1;
	return c->out.len;
}

/* 0, or -1 when it is over. */
static int
conn_write(struct conn *c)
{
	size_t n;

	while ((n = conn_due(c))) {
		ssize_t w = send(c->fd, c->out.data, n, MSG_NOSIGNAL);

		if (w < 0)
			return errno == EAGAIN ? 0 : -1;
		ir_buf_consume(&c->out, (size_t)w);
		if (c->every_ms)
			c->at_us = ir_mono_us() + c->every_ms * 1000;
	}
	return c->out.len || c->hold ? 0 : -1;
}

static int
conn_turn(struct conn *c, const struct mode *m, const char *arg)
{
	if (conn_read(c) < 0)
		return -1;
	if (!c->answered && (m->at_once || request_whole(c))) {
		c->answered = true;
		m->answer(c, arg);
	}
	return c->answered ? conn_write(c) : 0;
}

static void
conn_free(struct conn *c)
{
	close(c->fd);
	ir_buf_done(&c->in);
	ir_buf_done(&c->out);
	free(c);
}

static bool
from_here(const struct sockaddr_storage *sa)
{
	const struct sockaddr_in *in = (const void *)sa;

	return sa->ss_family != AF_INET || ntohl(in->sin_addr.s_addr) >> 24 == 127;
}

static void
take_callers(int fd, int epfd, struct conn **all)
{
	struct sockaddr_storage sa = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(sa);
	int got;

	while ((got = accept4(fd, (struct sockaddr *)&sa, &len, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT | EPOLLET };
		struct conn *c = calloc(1, sizeof(*c));

		len = sizeof(sa);
		if (!c || !from_here(&sa)) {
			free(c);
			close(got);
			continue;
		}
		c->fd = got;
		ir_buf_init(&c->in, REQUEST_MAX);
		ir_buf_init(&c->out, OUT_MAX);
		c->next = *all;
		*all = c;
		epoll_ctl(epfd, EPOLL_CTL_ADD, got, &ev);
	}
}

/* All connections are looked at each time: it is a test's peer, with few of them that speak. */
static void
serve(int fd, const struct mode *m, const char *arg)
{
	int epfd = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event ev = { .events = EPOLLIN }, got[64];
	struct conn *all = NULL;

	epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &ev);
	for (;;) {
		bool timed = false;

		take_callers(fd, epfd, &all);
		for (struct conn **at = &all; *at;) {
			struct conn *c = *at;

			if (conn_turn(c, m, arg) < 0) {
				*at = c->next;
				conn_free(c);
				continue;
			}
			timed |= c->at_us && c->out.len;
			at = &c->next;
		}
		epoll_wait(epfd, got, 64, timed ? TICK_MS : -1);
	}
}

/* A full backlog of one's own making: nobody else gets in. */
static void
fill_backlog(const struct ir_addr *a)
{
	for (int i = 0; i < 4; i++) {
		int fd = socket(a->sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0);

		if (connect(fd, (const struct sockaddr *)&a->sa, a->len) < 0 && errno != EINPROGRESS)
			perror("peer: connect");
	}
}

static int
listen_tcp(const char *where, int backlog, struct ir_addr *a)
{
	const char *colon = strrchr(where, ':');
	char host[64];
	int64_t port;
	int one = 1, fd;

	snprintf(host, sizeof(host), "%.*s", colon ? (int)(colon - where) : 0, where);
	if (!colon || ir_parse_int(colon + 1, 0, 65535, &port, NULL) < 0 || ir_addr_parse(host, (uint16_t)port, a) < 0)
		return -1;
	fd = socket(a->sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&a->sa, a->len) < 0 || listen(fd, backlog) < 0)
		return -1;
	a->len = sizeof(a->sa);
	getsockname(fd, (struct sockaddr *)&a->sa, &a->len);
	return fd;
}

static int
listen_unix(const char *path, int backlog)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	unlink(path);
	return bind(fd, (struct sockaddr *)&un, sizeof(un)) < 0 || listen(fd, backlog) < 0 ? -1 : fd;
}

static int
usage(void)
{
	fprintf(stderr, "usage: peer MODE[/ARG...] [--listen ADDRESS:PORT] [--unix PATH] [--for SECONDS]\n");
	return 64;
}

int
main(int argc, char **argv)
{
	const char *where = "127.0.0.1:0", *path = NULL, *arg = "";
	const struct mode *m = argc > 1 ? find_mode(argv[1], &arg) : NULL;
	struct ir_addr a = { .len = 0 };
	int64_t seconds = 300;
	struct rlimit files;
	int fd;

	if (!m || argc % 2)
		return usage();
	for (int i = 2; i < argc; i += 2) {
		if (strcmp(argv[i], "--listen") == 0)
			where = argv[i + 1];
		else if (strcmp(argv[i], "--unix") == 0)
			path = argv[i + 1];
		else if (strcmp(argv[i], "--for") != 0 || ir_parse_int(argv[i + 1], 1, 86400, &seconds, NULL) < 0)
			return usage();
	}
	alarm((unsigned)seconds);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	fd = path ? listen_unix(path, m->answer ? 1024 : 0) : listen_tcp(where, m->answer ? 4096 : 0, &a);
	if (fd < 0) {
		perror("peer: listen");
		return 74;
	}
	if (!m->answer && !path)
		fill_backlog(&a);
	printf("port %d\n", path ? 0 : ntohs(((struct sockaddr_in *)&a.sa)->sin_port));
	fflush(stdout);
	if (!m->answer)
		pause();
	else
		serve(fd, m, arg);
	return 0;
}
