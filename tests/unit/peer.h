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

/* Start a program and read its output up to the line that has the port behind mark. */
static inline struct peer
peer_spawn(char *const argv[], const char *mark)
{
	struct peer p = { 0, 0 };
	char line[256] = "";
	const char *at = NULL;
	int fds[2];
	FILE *f;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return p;
	p.pid = fork();
	if (p.pid == 0) {
		dup2(fds[1], 1);
		dup2(open("/dev/null", O_WRONLY), 2);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(fds[1]);
	f = fdopen(fds[0], "r");
	while (f && !at && fgets(line, sizeof(line), f))
		at = strstr(line, mark);
	if (!at || sscanf(at + strlen(mark), "%d", &p.port) != 1)
		printf("Bail out! cannot start %s %s\n", argv[0], argv[1]), exit(1);
	fclose(f);
	return p;
}

/* The tools are beside the unit tests. listen and unix_path may be NULL. */
static inline struct peer
peer_start(const char *mode, const char *listen, const char *unix_path)
{
	char self[4096] = "", tool[4200], modes[2048], where[256];
	char option[16];
	char *argv[] = { tool, modes, option, where, NULL };

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		self[0] = '\0';
	snprintf(tool, sizeof(tool), "%s/../tools/peer", dirname(self));
	snprintf(modes, sizeof(modes), "%s", mode);
	snprintf(option, sizeof(option), "%s", unix_path ? "--unix" : "--listen");
	snprintf(where, sizeof(where), "%s", unix_path ? unix_path : listen ? listen : "127.0.0.1:0");
	return peer_spawn(argv, "port ");
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
