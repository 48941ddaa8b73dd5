/*
 * scripted - an HTTP server that gives one answer after the other, for a unit test, and remembers what it was asked
 *
 *	static const char *const answers[] = { "{}", "HTTP/1.1 500 x\r\nContent-Length: 4\r\n\r\nsad\n", NULL };
 *	struct scripted s = scripted_start(answers);		its port is s.port
 *	scripted_asked(&s, 0)					the first request, whole, decoded
 *	scripted_stop(&s);
 *
 * An answer that does not begin with HTTP/ is the body of a 200. The last one is given again and again. One that ends with "<cut>" is broken off there.
 */
#ifndef IR_TESTS_UNIT_SCRIPTED_H
#define IR_TESTS_UNIT_SCRIPTED_H

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/percent.h"

enum { SCRIPTED_REQUESTS = 64, SCRIPTED_REQUEST = 64 << 10 };

struct scripted_seen {
	int n;
	char requests[SCRIPTED_REQUESTS][SCRIPTED_REQUEST];
};

struct scripted {
	pid_t pid;
	int   port;
	struct scripted_seen *seen;	/* shared with the server */
};

/* The request, up to the end of its body. */
static inline void
scripted_read(int fd, char *out)
{
	size_t n = 0, want = 0;
	char *end = NULL;

	while (!end || n < want) {
		ssize_t got = n + 1 < SCRIPTED_REQUEST ? read(fd, out + n, SCRIPTED_REQUEST - 1 - n) : 0;
		const char *length;

		if (got <= 0)
			break;
		n += (size_t)got;
		out[n] = '\0';
		end = strstr(out, "\r\n\r\n");
		length = end ? strcasestr(out, "content-length:") : NULL;
		want = end ? (size_t)(end + 4 - out) + (length && length < end ? strtoul(length + 15, NULL, 10) : 0) : 0;
	}
}

static inline void
scripted_write(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t put = write(fd, p, n);

		if (put <= 0)
			return;
		p += put;
		n -= (size_t)put;
	}
}

static inline void
scripted_answer(int fd, const char *answer)
{
	const char *cut = strstr(answer, "<cut>");
	size_t n = cut ? (size_t)(cut - answer) : strlen(answer);
	char head[200];

	if (strncmp(answer, "HTTP/", 5) != 0) {
		snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n", n + (cut ? 1000 : 0));
		scripted_write(fd, head, strlen(head));
	}
	scripted_write(fd, answer, n);
}

static inline void
scripted_serve(int listener, const char *const *answers, struct scripted_seen *seen)
{
	for (size_t i = 0;; i += answers[i + 1] != NULL) {
		int fd = accept(listener, NULL, NULL);
		char *to = seen->requests[seen->n < SCRIPTED_REQUESTS ? seen->n : SCRIPTED_REQUESTS - 1];

		if (fd < 0)
			_exit(1);
		scripted_read(fd, to);
		__atomic_add_fetch(&seen->n, 1, __ATOMIC_SEQ_CST);
		scripted_answer(fd, answers[i]);
		close(fd);
	}
}

static inline struct scripted
scripted_start(const char *const *answers)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct scripted s;

	s.seen = mmap(NULL, sizeof(*s.seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fd < 0 || s.seen == MAP_FAILED || bind(fd, (struct sockaddr *)&a, len) < 0 || listen(fd, 16) < 0 || getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		printf("Bail out! no server\n"), exit(1);
	s.port = ntohs(a.sin_port);
	fflush(stdout);
	s.pid = fork();
	if (s.pid == 0) {
		signal(SIGPIPE, SIG_IGN);
		scripted_serve(fd, answers, s.seen);
	}
	close(fd);
	return s;
}

/* Request i, with its percent-encoding and '+' undone; "" when there was none. */
static inline const char *
scripted_asked(const struct scripted *s, int i)
{
	static char *last;
	size_t n;

	free(last);
	if (i >= __atomic_load_n(&s->seen->n, __ATOMIC_SEQ_CST))
		return last = calloc(1, 1);
	return last = ir_percent_decode(s->seen->requests[i], strlen(s->seen->requests[i]), false, &n);
}

static inline void
scripted_stop(struct scripted *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	munmap(s->seen, sizeof(*s->seen));
}

#endif
