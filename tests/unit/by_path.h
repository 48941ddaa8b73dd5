/*
 * by_path - an HTTP server that answers by method and path, for a unit test, and remembers what it was asked
 *
 *	static const struct by_path rules[] = { { "GET /api/v2/alerts", { "[]" } }, { "POST ", { "HTTP/1.1 400 x\r\n…" , "{}" } }, { NULL } };
 *
 * The first rule whose text the request begins with answers, one answer after the other; the last one again and again. Answers as in scripted.h; "<hang>" never comes, "<reset>" is none.
 */
#ifndef IR_TESTS_UNIT_BY_PATH_H
#define IR_TESTS_UNIT_BY_PATH_H

#include "scripted.h"

struct by_path {
	const char *begins;
	const char *answers[6];
};

static inline void
by_path_reset(int fd)
{
	struct linger now = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

static inline void
by_path_serve(int listener, const struct by_path *rules, struct scripted_seen *seen)
{
	int given[32] = { 0 };

	for (;;) {
		int fd = accept(listener, NULL, NULL);
		char *to = seen->requests[seen->n < SCRIPTED_REQUESTS ? seen->n : SCRIPTED_REQUESTS - 1];
		const char *answer = "HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n";
		size_t i = 0;

		if (fd < 0)
			_exit(1);
		scripted_read(fd, to);
		__atomic_add_fetch(&seen->n, 1, __ATOMIC_SEQ_CST);
		while (rules[i].begins && strncmp(to, rules[i].begins, strlen(rules[i].begins)) != 0)
			i++;
		if (rules[i].begins) {
			answer = rules[i].answers[given[i]];
			given[i] += given[i] < 5 && rules[i].answers[given[i] + 1];
		}
		if (strcmp(answer, "<hang>") == 0)
			continue; /* open to the end */
		if (strcmp(answer, "<reset>") == 0) {
			by_path_reset(fd);
			continue;
		}
		scripted_answer(fd, answer);
		close(fd);
	}
}

static inline struct scripted
by_path_start(const struct by_path *rules)
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
		by_path_serve(fd, rules, s.seen);
	}
	close(fd);
	return s;
}

/* How many requests began like that. */
static inline int
by_path_count(const struct scripted *s, const char *begins)
{
	int n = 0;

	for (int i = 0; i < s->seen->n && i < SCRIPTED_REQUESTS; i++)
		n += strncmp(s->seen->requests[i], begins, strlen(begins)) == 0;
	return n;
}

#endif
