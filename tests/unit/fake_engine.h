/*
 * fake_engine - an engine whose containers are what their names say, for tests of the docker source of logs
 *
 *	good		a line on each stream
 *	long N lines	"lines-N": so many lines
 *	flood		lines without end, as fast as they are taken
 *	hang		a line, then nothing
 *	die		a line, then the connection breaks
 *	half		a frame that is cut, then the end
 *	junk		no frames
 *	lie		a frame of 4 GiB, of which a line comes
 *	trouble		a line, then the engine's own words
 *	none gone dead angry	501, 404, 409, and 500 with much text
 *	again		follow: a line, the end; then it runs again: another line, and no end
 *	east local	good, in Kolkata, and in its machine's zone
 *	late		follow: it is there from the second list on
 *
 * A process a connection; all is in memory that they share.
 */
#ifndef IR_TESTS_UNIT_FAKE_ENGINE_H
#define IR_TESTS_UNIT_FAKE_ENGINE_H

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FAKE_ASKED = 64, FAKE_LINE = 512 };

struct fake_engine {
	char path[256];
	pid_t pid;
	struct fake_shared {
		const char *names[300];	/* NULL-terminated; set before it starts */
		int lists;		/* that were asked for */
		int again;		/* how often its log was */
		char asked[FAKE_ASKED][FAKE_LINE];	/* requests for logs */
		int n_asked;
		bool down;		/* the list is answered with 500 */
	} *shared;
};

static inline void
fake_say(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t k = send(fd, p, n, MSG_NOSIGNAL);

		if (k <= 0)
			_exit(0);
		p += k;
		n -= (size_t)k;
	}
}

static inline void
fake_head(int fd, const char *status, const char *type)
{
	char head[512];
	int n = snprintf(head, sizeof(head),
	    "HTTP/1.1 %s\r\nApi-Version: 1.41\r\nServer: Docker/20.10.24 (linux)\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n", status, type);

	fake_say(fd, head, (size_t)n);
}

static inline void
fake_chunk(int fd, const char *p, size_t n)
{
	char head[32];
	int k = snprintf(head, sizeof(head), "%zx\r\n", n);

	fake_say(fd, head, (size_t)k);
	fake_say(fd, p, n);
	fake_say(fd, "\r\n", 2);
}

static inline void
fake_frame(int fd, int stream, const char *text)
{
	char frame[FAKE_LINE];
	size_t n = strlen(text);

	memset(frame, 0, 8);
	frame[0] = (char)stream;
	frame[6] = (char)(n >> 8);
	frame[7] = (char)n;
	memcpy(frame + 8, text, n);
	fake_chunk(fd, frame, n + 8);
}

#define FAKE_AT "2026-11-28T01:38:49.57014503"

/* 64 KiB of frames a chunk. */
static inline void
fake_flood(int fd, long lines)
{
	static char all[1 << 16];
	size_t n = 0;

	for (long i = 0; lines < 0 || i < lines; i++) {
		if (n + 8 + 75 > sizeof(all)) {
			fake_chunk(fd, all, n);
			n = 0;
		}
		memcpy(all + n, "\1\0\0\0\0\0\0\x4b", 8);
		memcpy(all + n + 8, FAKE_AT "9Z flood flood flood flood flood flood flood!!\n", 75);
		n += 83;
	}
	fake_chunk(fd, all, n);
}

static inline void
fake_hold(int fd)
{
	char c;

	while (recv(fd, &c, 1, 0) > 0)
		;
	_exit(0);
}

static inline void
fake_list(struct fake_shared *s, int fd)
{
	int lists = __atomic_add_fetch(&s->lists, 1, __ATOMIC_SEQ_CST), n = 0;
	char one[FAKE_LINE];

	fake_head(fd, s->down ? "500 Broken" : "200 OK", "application/json");
	fake_chunk(fd, "[", 1);
	for (int i = 0; s->names[i]; i++) {
		const char *name = s->names[i];
		int len;

		if (strcmp(name, "late") == 0 && lists < 2)
			continue;
		len = snprintf(one, sizeof(one),
		    "%s{\"Id\":\"id-%s\",\"Names\":[\"/%s\"],\"State\":\"running\",\"Labels\":{\"com.docker.compose.project\":\"shop\",\"com.docker.compose.service\":\"%.*s\"}}",
		    n++ ? "," : "", name, name, (int)strcspn(name, "-"), name);
		fake_chunk(fd, one, (size_t)len);
	}
	fake_chunk(fd, "]", 1);
	fake_say(fd, "0\r\n\r\n", 5);
}

static inline void
fake_error(int fd, const char *status, const char *message)
{
	char text[FAKE_LINE];
	int n = snprintf(text, sizeof(text), "{\"message\":\"%s\"}", message);

	fake_head(fd, status, "application/json");
	fake_chunk(fd, text, (size_t)n);
	fake_say(fd, "0\r\n\r\n", 5);
}

static inline void
fake_log(struct fake_shared *s, int fd, const char *name, bool follow)
{
	if (strcmp(name, "none") == 0)
		fake_error(fd, "501 Not Implemented", "configured logging driver does not support reading");
	else if (strcmp(name, "gone") == 0)
		fake_error(fd, "404 Not Found", "No such container: gone");
	else if (strcmp(name, "dead") == 0)
		fake_error(fd, "409 Conflict", "can not get logs from container which is dead or marked for removal");
	if (strcmp(name, "angry") == 0) {
		fake_head(fd, "500 Broken", "text/html");
		for (int i = 0; i < 10000; i++)
			fake_chunk(fd, "<b>angry</b>\n", 13);
	}
	if (strcmp(name, "none") == 0 || strcmp(name, "gone") == 0 || strcmp(name, "dead") == 0 || strcmp(name, "angry") == 0)
		return;
	fake_head(fd, "200 OK", "application/vnd.docker.raw-stream");
	if (strcmp(name, "junk") == 0) {
		fake_chunk(fd, "\1garbage", 8);
	} else if (strcmp(name, "again") == 0) {
		int n = __atomic_add_fetch(&s->again, 1, __ATOMIC_SEQ_CST);

		fake_frame(fd, 1, n == 1 ? FAKE_AT "1Z first life\n" : FAKE_AT "5Z second life\n");
		if (n > 1)
			fake_hold(fd);
		fake_say(fd, "0\r\n\r\n", 5);
		return;
	} else if (strncmp(name, "lines-", 6) == 0) {
		fake_flood(fd, strtol(name + 6, NULL, 10));
	} else {
		fake_frame(fd, 1, FAKE_AT "1Z out\n");
		fake_frame(fd, 2, FAKE_AT "2Z err\n");
	}
	if (strcmp(name, "flood") == 0)
		fake_flood(fd, -1);
	if (strcmp(name, "hang") == 0)
		fake_hold(fd);
	if (strcmp(name, "die") == 0)
		_exit(0);
	if (strcmp(name, "half") == 0)
		fake_chunk(fd, "\1\0\0\0\0\0\0\x40" FAKE_AT "3Z half", 8 + 36);
	if (strcmp(name, "lie") == 0)
		fake_chunk(fd, "\1\0\0\0\xff\xff\xff\xff" FAKE_AT "3Z lie\n", 8 + 36);
	if (strcmp(name, "trouble") == 0)
		fake_frame(fd, 3, "Error grabbing logs: invalid character '\\x00'\n");
	if (follow)
		fake_hold(fd);
	fake_say(fd, "0\r\n\r\n", 5);
}

static inline void
fake_serve(struct fake_shared *s, int fd)
{
	char in[4096] = "", name[256] = "";
	size_t n = 0;
	ssize_t k;

	while (!strstr(in, "\r\n\r\n") && (k = recv(fd, in + n, sizeof(in) - 1 - n, 0)) > 0)
		n += (size_t)k;
	if (n == 0) /* somebody who only looks whether anybody is here */
		_exit(0);
	in[strcspn(in, "\r")] = '\0';
	if (strstr(in, "/logs?") && sscanf(in, "GET /v1.41/containers/id-%255[^/]", name) == 1) {
		snprintf(s->asked[__atomic_fetch_add(&s->n_asked, 1, __ATOMIC_SEQ_CST) % FAKE_ASKED], FAKE_LINE, "%s", in);
		fake_log(s, fd, name, strstr(in, "follow=1") != NULL);
	} else if (sscanf(in, "GET /v1.41/containers/id-%255[^/]", name) == 1) {
		static const char text[] = "{\"State\":{\"Status\":\"running\"},\"Config\":{\"Env\":[\"A=b\",\"TZ=%s\"]},\"Mounts\":[{\"Destination\":\"%s\"}]}";
		char all[FAKE_LINE];
		int len = snprintf(all, sizeof(all), text, strcmp(name, "east") == 0 ? "Asia/Kolkata" : "nowhere",
		    strcmp(name, "local") == 0 ? "/etc/localtime" : "/etc/timezone");

		fake_head(fd, "200 OK", "application/json");
		fake_chunk(fd, all, (size_t)len);
		fake_say(fd, "0\r\n\r\n", 5);
	} else if (strstr(in, "/events")) {
		fake_head(fd, "200 OK", "application/json");
		fake_hold(fd);
	} else {
		fake_list(s, fd);
	}
	_exit(0);
}

static inline void
fake_start(struct fake_engine *e, const char *dir, const char *const *names)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), n = 0;

	snprintf(e->path, sizeof(e->path), "%s/engine.sock", dir);
	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", e->path);
	e->shared = mmap(NULL, sizeof(*e->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (e->shared == MAP_FAILED)
		printf("Bail out! no memory\n"), exit(1);
	for (; names[n] && n < 299; n++)
		e->shared->names[n] = names[n];
	unlink(sa.sun_path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 || listen(fd, 1000) < 0)
		printf("Bail out! cannot listen at %s\n", e->path), exit(1);
	e->pid = fork();
	if (e->pid == 0) {
		setpgid(0, 0);
		signal(SIGCHLD, SIG_IGN);
		for (;;) {
			int c = accept(fd, NULL, NULL);

			if (c >= 0 && fork() == 0) {
				close(fd);
				fake_serve(e->shared, c);
			}
			if (c >= 0)
				close(c);
		}
	}
	setpgid(e->pid, e->pid);
	close(fd);
}

static inline void
fake_stop(struct fake_engine *e)
{
	kill(-e->pid, SIGKILL);
	waitpid(e->pid, NULL, 0);
	unlink(e->path);
	munmap(e->shared, sizeof(*e->shared));
}

/* The nth request for a log of that container; "" when there was none. */
static inline const char *
fake_asked(const struct fake_engine *e, const char *name, int nth)
{
	char path[FAKE_LINE];

	snprintf(path, sizeof(path), "/id-%s/", name);
	for (int i = 0; i < e->shared->n_asked && i < FAKE_ASKED; i++)
		if (strstr(e->shared->asked[i], path) && nth-- == 0)
			return e->shared->asked[i];
	return "";
}

#endif
