/* redis_server - a throwaway Redis for a unit test, its files below the scratch directory */
#ifndef IR_TESTS_UNIT_REDIS_SERVER_H
#define IR_TESTS_UNIT_REDIS_SERVER_H

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "net/resolve.h"
#include "peer.h"
#include "scratch.h"

static inline uint16_t
redis_free_port(void)
{
	struct ir_addr a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ir_addr_parse("127.0.0.1", 0, &a);
	if (bind(fd, (struct sockaddr *)&a.sa, a.len) < 0 || getsockname(fd, (struct sockaddr *)&a.sa, &a.len) < 0)
		scratch_die("bind");
	close(fd);
	return ntohs(((struct sockaddr_in *)&a.sa)->sin_port);
}

static inline bool
redis_answers(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), rc;

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	rc = connect(fd, (struct sockaddr *)&un, sizeof(un));
	close(fd);
	return rc == 0;
}

/* A server with that configuration; pid 0: there is none to be had. */
static inline struct peer
redis_server_start(struct ir_arena *arena, const char *name, uint16_t port, const char *more)
{
	struct peer p = { 0, port };
	const char *dir = scratch_dir(arena, name), *path = ir_asprintf(arena, "%s/s", dir);
	int status;

	scratch_file(
	    ir_asprintf(arena, "%s/conf", name), ir_asprintf(arena,
						      "bind 127.0.0.1\nport %d\nunixsocket %s\ndir %s\nlogfile "
						      "%s/log\nsave \"\"\nenable-debug-command yes\n%s",
						      port, path, dir, dir, more));
	p.pid = fork();
	if (p.pid == 0) {
		execlp("redis-server", "redis-server", ir_asprintf(arena, "%s/conf", dir), (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 500; i++) {
		if (waitpid(p.pid, &status, WNOHANG) == p.pid) {
			p.pid = 0;
			return p;
		}
		if (redis_answers(path))
			return p;
		usleep(10000);
	}
	printf("Bail out! redis-server does not answer\n");
	exit(1);
}

#endif
