/* process - the process made safe before anything else runs, and what stops it */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/time.h>
#include <unistd.h>

#include "cli/process.h"

/* A handler can reach nothing else. */
static volatile sig_atomic_t stop;

static void
on_stop(int sig)
{
	stop = sig;
}

static void
on_alarm(int sig)
{
	(void)sig;
	_exit(0);
}

void
ir_process_fds(void)
{
	static const int modes[] = { O_WRONLY, O_RDONLY, O_WRONLY };

	for (int fd = 0; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		if (open("/dev/null", modes[fd]) != fd) /* the lowest free one: all below are open */
			_exit(70);
	}
}

static void catch (int sig, int flags)
{
	struct sigaction old, sa = { .sa_handler = on_stop, .sa_flags = flags };

	if (sigaction(sig, NULL, &old) == 0 && old.sa_handler == SIG_IGN)
		return;
	sigemptyset(&sa.sa_mask);
	sigaction(sig, &sa, NULL);
}

volatile sig_atomic_t *
ir_process_signals(bool patient)
{
	static const int stopping[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction sa = { .sa_handler = SIG_IGN };

	sigemptyset(&sa.sa_mask);
	sigaction(SIGPIPE, &sa, NULL);
	sigaction(SIGXFSZ, &sa, NULL); /* a limit on file sizes is a write error, as a full disk is */
	for (size_t i = 0; i < sizeof(stopping) / sizeof(*stopping); i++)
		catch (stopping[i], patient ? 0 : (int)SA_RESETHAND);
	return &stop;
}

void
ir_process_limit(long ms)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	struct itimerval at = { .it_value = { ms / 1000, ms % 1000 * 1000 } };

	sigemptyset(&sa.sa_mask);
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &at, NULL);
}

int
ir_process_write(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t w = write(fd, p, n);

		if (w < 0 && errno == EAGAIN) { /* somebody made our terminal or pipe non-blocking */
			poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
			continue;
		}
		if (w < 0 && errno != EINTR)
			return -1;
		if (w > 0) {
			p += w;
			n -= (size_t)w;
		}
	}
	return 0;
}
