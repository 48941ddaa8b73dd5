/*
 * pattern - does a body match a regular expression? Within a time.
 *
 * On an unlucky body, "[a-z]+!" takes the square of its length, and regexec(3) cannot be told to stop: half a minute for
 * 128 KiB that somebody else chose. So what is not short is left to a child, which can be killed.
 */

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "probe/pattern.h"

enum { SHORT = 2048 }; /* bytes: at worst 10 ms */

static char
match(const regex_t *re, const char *text, size_t n)
{
	regmatch_t all = { .rm_so = 0, .rm_eo = (regoff_t)n };

	return regexec(re, text, 1, &all, REG_STARTEND) == 0;
}

/* The child's one byte, or -1. */
static int
answer(int fd, int64_t at_us)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t left = at_us - ir_mono_us();
	char yes;

	if (poll(&p, 1, left > 0 ? (int)((left + 999) / 1000) : 0) != 1)
		return -1;
	return read(fd, &yes, 1) == 1 ? yes : -1;
}

int
ir_pattern_has(const regex_t *re, const char *text, size_t n, int64_t at_us)
{
	IR_CLOSE int from = -1;
	IR_CLOSE int to = -1;
	int ends[2], ret;
	pid_t pid;

	if (n <= SHORT)
		return match(re, text, n);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	from = ends[0];
	to = ends[1];
	pid = fork();
	if (pid == 0) {
		char yes;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		yes = match(re, text, n);
		_exit(write(to, &yes, 1) != 1);
	}
	close(to);
	to = -1;
	ret = pid < 0 ? -1 : answer(from, at_us);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return ret;
}
