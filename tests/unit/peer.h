/* peer - start build/FLAVOUR/tools/peer, the hostile peer, for a unit test */
#ifndef IR_TESTS_UNIT_PEER_H
#define IR_TESTS_UNIT_PEER_H

#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct peer {
	pid_t pid;
	int   port;	/* 0: could not be started, or a unix socket */
};

/* argv[0] of the test: the tools are beside the unit tests. unix_path may be NULL. */
static inline struct peer
peer_start(const char *self, const char *mode, const char *listen, const char *unix_path)
{
	struct peer p = { 0, 0 };
	char dir[4096], tool[4200], line[64] = "";
	int fds[2];
	FILE *f;

	snprintf(dir, sizeof(dir), "%s", self);
	snprintf(tool, sizeof(tool), "%s/../tools/peer", dirname(dir));
	if (pipe2(fds, O_CLOEXEC) < 0)
		return p;
	p.pid = fork();
	if (p.pid == 0) {
		dup2(fds[1], 1);
		execl(tool, "peer", mode, unix_path ? "--unix" : "--listen", unix_path ? unix_path : listen ? listen : "127.0.0.1:0",
		    (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	f = fdopen(fds[0], "r");
	if (!f || !fgets(line, sizeof(line), f) || sscanf(line, "port %d", &p.port) != 1)
		printf("Bail out! cannot start %s %s\n", tool, mode);
	if (f)
		fclose(f);
	return p;
}

static inline void
peer_stop(struct peer *p)
{
	if (p->pid > 0) {
		kill(p->pid, SIGTERM);
		waitpid(p->pid, NULL, 0);
	}
	p->pid = 0;
}

#endif
