/*
 * cost - run a command and say what it and its children cost
 *
 *	cost FILE COMMAND ARG…
 *
 * Adds a line to FILE: wall milliseconds, CPU milliseconds (user and system, of all that was waited for), peak memory of the largest process in
 * KiB, exit status. Exits with the command's status.
 */
#include <errno.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static double
ms(struct timeval tv)
{
	return (double)tv.tv_sec * 1e3 + (double)tv.tv_usec / 1e3;
}

/* The status of argv as the shell has it, its cost in *ru. -1: it could not be started. */
static int
run(char **argv, struct rusage *ru)
{
	pid_t pid = vfork();
	int status;

	if (pid == 0) {
		execvp(argv[0], argv);
		_exit(127);
	}
	while (pid > 0 && wait4(pid, &status, 0, ru) < 0)
		if (errno != EINTR)
			return -1;
	if (pid < 0)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
main(int argc, char **argv)
{
	FILE *f = argc > 2 ? fopen(argv[1], "ae") : NULL;
	struct rusage ru = { 0 };
	double start;
	int status;

	if (!f) {
		fprintf(stderr, "usage: cost FILE COMMAND ARG...\n");
		return 64;
	}
	start = now_ms();
	status = run(argv + 2, &ru);
	fprintf(f, "%.2f %.2f %ld %d\n", now_ms() - start, ms(ru.ru_utime) + ms(ru.ru_stime), ru.ru_maxrss, status);
	if (fclose(f) != 0)
		return 74;
	return status < 0 ? 127 : status;
}
