/* proc - real children: descriptors, signals, groups, ends */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/proc.h"
#include "tap.h"

static const struct ir_ctx ctx = { .command = "ir-health" };
enum { PATIENCE_MS = 20000 };
static char scratch[200];

static const char *
in_scratch(const char *name)
{
	static char path[300];

	snprintf(path, sizeof path, "%s/%s", scratch, name);
	return path;
}

#define ARGV(...) ((char *const[]){ __VA_ARGS__, NULL })
#define SH(script) ARGV("sh", "-c", (script))

static int
wait_for(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, PATIENCE_MS) == 1;
}

/* All that comes until the end, at most size - 1 bytes. */
static const char *
read_all(int fd, char *out, size_t size)
{
	size_t len = 0;
	ssize_t n = 0;

	while (len < size - 1 && wait_for(fd) && (n = read(fd, out + len, size - 1 - len)) > 0)
		len += (size_t)n;
	out[len] = '\0';
	return out;
}

/* Run to the end; the status is -1 when it could not be started. */
static int
run(char *const argv[], const char *dir, char *const env[], char *out, size_t size)
{
	struct ir_err e = IR_ERR_INIT;
	struct ir_proc p;
	int status = -1;

	if (ir_proc_start(&ctx, IR_READ, argv, dir, env, &p, &e) < 0) {
		printf("# %s\n", e.msg);
		return -1;
	}
	read_all(p.out, out, size);
	wait_for(p.pidfd);
	ir_proc_reap(&p, &status);
	ir_proc_done(&p);
	return status;
}

static void
test_run(void)
{
	char out[4096];
	char *const env[] = { "A=1", "PATH=/nonexistent", NULL };

	IS_INT(run(SH("echo hello"), NULL, NULL, out, sizeof out), 0, "a program ends well");
	IS_STR(out, "hello\n", "and its output is read");
	IS_INT(WEXITSTATUS(run(SH("exit 7"), NULL, NULL, out, sizeof out)), 7, "an exit status");
	int status = run(SH("kill -TERM $$"), NULL, NULL, out, sizeof out);
	OK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, "a signal");
	IS_INT(run(ARGV("env"), NULL, env, out, sizeof out), 0, "found in our PATH, not in the one given");
	IS_STR(out, "A=1\nPATH=/nonexistent\n", "with exactly the environment given");
	run(SH("echo x >here"), scratch, NULL, out, sizeof out);
	OK(access(in_scratch("here"), F_OK) == 0, "started in the directory given");
	unlink(in_scratch("here"));
	IS_INT(run(SH("cat; echo end"), NULL, NULL, out, sizeof out), 0, "standard input");
	IS_STR(out, "end\n", "is at its end");
}

static void
test_descriptors(void)
{
	char out[4096];
	int open_one = open("/dev/null", O_RDONLY), high = fcntl(open_one, F_DUPFD, 200);

	run(ARGV("ls", "/proc/self/fd"), NULL, NULL, out, sizeof out);
	IS_STR(out, "0\n1\n2\n3\n", "nothing but 0 to 2 (and the one that ls opens) is inherited");
	close(high);
	close(open_one);

	/* Even where our own 0 to 2 are closed, the child gets the right ones. */
	int status, saved[3];

	fflush(stdout);
	for (int i = 0; i < 3; i++) {
		saved[i] = fcntl(i, F_DUPFD_CLOEXEC, 100);
		close(i);
	}
	struct ir_proc p;
	int r = ir_proc_start(&ctx, IR_READ, SH("echo out; echo err >&2; cat"), NULL, NULL, &p, NULL);
	char err[100] = "";
	out[0] = '\0';
	if (r == 0) {
		read_all(p.out, out, sizeof out);
		read_all(p.err, err, sizeof err);
		ir_proc_reap(&p, &status);
		ir_proc_done(&p);
	}
	for (int i = 0; i < 3; i++) {
		dup2(saved[i], i);
		close(saved[i]);
	}
	IS_INT(r, 0, "started with 0 to 2 closed");
	IS_STR(out, "out\n", "its output");
	IS_STR(err, "err\n", "its errors");
}

static uint64_t
mask_of(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtoull(at + strlen(name), NULL, 16) : UINT64_MAX;
}

static void
test_signals(void)
{
	char out[4096];
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	run(ARGV("grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"), NULL, NULL, out, sizeof out);
	IS_INT((int64_t)mask_of(out, "SigBlk:"), 0, "no signal is blocked");
	/* 32 and 33 are the C library's own, and its posix_spawn leaves them so. */
	IS_INT((int64_t)mask_of(out, "SigIgn:") & ~INT64_C(0x180000000), 0, "no signal is ignored");
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_DFL);

	signal(SIGCHLD, SIG_IGN);
	IS_INT(WEXITSTATUS(run(SH("exit 5"), NULL, NULL, out, sizeof out)), 5,
	    "its end is known though SIGCHLD was ignored");
	signal(SIGCHLD, SIG_DFL);
}

static void
refused(char *const argv[], const char *dir, enum ir_effect effect, int code, const char *part)
{
	struct ir_err e = IR_ERR_INIT;
	struct ir_proc p;
	int64_t before = ir_mono_us();

	IS_INT(ir_proc_start(&ctx, effect, argv, dir, NULL, &p, &e), -1, "'%s' is not started", argv[0] ? argv[0] : "");
	IS_INT(e.code, code, "the code");
	OK(strstr(e.msg, part) != NULL, "%s", e.msg);
	OK(p.pid == 0 && p.pidfd == -1 && p.out == -1 && p.err == -1, "and nothing is left");
	OK(ir_mono_us() - before < 5000000, "at once");
	ir_proc_done(&p);
}

static void
test_refused(void)
{
	IR_FREE char *file = strdup(in_scratch("file"));
	IR_FREE char *script = strdup(in_scratch("script"));
	int fd = open(script, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);

	dprintf(fd, "#!/nonexistent/interpreter\n");
	close(fd);
	close(open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	refused(ARGV("nonesuch-program"), NULL, IR_READ, IR_CONFIG, "'nonesuch-program' was not found in PATH");
	refused(ARGV("/nonexistent/program"), NULL, IR_READ, IR_CONFIG, "'/nonexistent/program' is not there");
	refused(ARGV(file), NULL, IR_READ, IR_CONFIG, "cannot be executed");
	refused(ARGV(script), NULL, IR_READ, IR_CONFIG, "interpreter");
	refused(ARGV("/"), NULL, IR_READ, IR_CONFIG, "cannot be executed");
	refused(SH("true"), "/nonexistent/dir", IR_READ, IR_CONFIG, "in '/nonexistent/dir'");
	refused(SH("true"), file, IR_READ, IR_CONFIG, file);
	refused(ARGV(""), NULL, IR_READ, IR_CONFIG, "no program");
	refused(ARGV(NULL), NULL, IR_READ, IR_CONFIG, "no program");
	refused(SH("true"), NULL, IR_WRITE, IR_REFUSED, "may not change anything");
	unlink(file);
	unlink(script);
}

static int
alive(pid_t pid)
{
	return kill(pid, 0) == 0;
}

/* The grandchild that holds our pipe: gone when its end closes. */
static int
gone(int fd)
{
	char c;
	ssize_t n = -1;

	while (wait_for(fd) && (n = read(fd, &c, 1)) > 0)
		;
	return n == 0;
}

static void
test_group(void)
{
	struct ir_proc p = { 0 };
	char out[100];
	int status = -1, fd;

	IS_INT(ir_proc_start(&ctx, IR_PROBE, SH("sleep 1000 & echo ready; exec sleep 1000"), NULL, NULL, &p, NULL), 0,
	    "started");
	OK(wait_for(p.out) && read(p.out, out, sizeof out) == 6, "both sleep");
	IS_INT(getpgid(p.pid), p.pid, "in a group of its own");
	OK((fcntl(p.out, F_GETFL) & O_NONBLOCK) && (fcntl(p.err, F_GETFL) & O_NONBLOCK), "its pipes do not block");
	OK((fcntl(p.out, F_GETFD) & FD_CLOEXEC) && (fcntl(p.pidfd, F_GETFD) & FD_CLOEXEC), "and are not inherited");
	IS_INT(ir_proc_reap(&p, &status), 0, "still running");
	ir_proc_signal(&p, SIGTERM);
	OK(wait_for(p.pidfd), "the pidfd tells its end");
	OK(gone(p.out), "the whole group is gone");
	IS_INT(ir_proc_reap(&p, &status), 1, "it ended");
	OK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, "by that signal");
	IS_INT(ir_proc_reap(&p, &status), 1, "and it may be asked again");
	ir_proc_signal(&p, SIGTERM);
	ir_proc_done(&p);
	OK(p.pid == 0 && p.pidfd == -1 && p.out == -1 && p.err == -1, "done leaves nothing");
	IS_INT(ir_proc_reap(&p, &status), -1, "and there is none to reap");
	ir_proc_signal(&p, SIGTERM);
	ir_proc_done(&p);

	/* A leader that left its children behind: they end with it. */
	ir_proc_start(&ctx, IR_PROBE, SH("sleep 1000 & exit 0"), NULL, NULL, &p, NULL);
	wait_for(p.pidfd);
	IS_INT(ir_proc_reap(&p, &status), 1, "the leader ended");
	fd = fcntl(p.out, F_DUPFD_CLOEXEC, 10);
	ir_proc_done(&p);
	OK(gone(fd), "what it left behind ends with done");
	close(fd);
}

static void
test_done(void)
{
	struct ir_proc p = { 0 };
	char out[100];
	int fd;

	ir_proc_done(&p);
	OK(alive(getpid()), "ending none is harmless");
	ir_proc_start(
	    &ctx, IR_PROBE, SH("trap '' TERM INT HUP; echo ready; while :; do sleep 1000; done"), NULL, NULL, &p, NULL);
	OK(wait_for(p.out) && read(p.out, out, sizeof out) == 6, "one that ignores signals");
	fd = fcntl(p.out, F_DUPFD_CLOEXEC, 10);

	pid_t pid = p.pid;
	int64_t before = ir_mono_us();

	ir_proc_done(&p);
	OK(ir_mono_us() - before < 5000000, "is ended at once");
	OK(gone(fd), "with its children");
	close(fd);
	waitpid(pid, NULL, 0); /* only when the kernel was slow to bury it */
	OK(!alive(pid), "and is not a zombie");

	int before_fd = open("/dev/null", O_RDONLY);
	for (int i = 0; i < 20; i++)
		run(ARGV("true"), NULL, NULL, out, sizeof out);
	int after_fd = open("/dev/null", O_RDONLY);
	IS_INT(after_fd, before_fd + 1, "no descriptor leaks");
	close(before_fd);
	close(after_fd);
	OK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD, "no child is left");
}

/* With fewer descriptors than it takes, at every step: a clean failure and nothing left, or a child. */
static void
test_short_of_descriptors(void)
{
	struct rlimit was, now;
	int first = open("/dev/null", O_RDONLY | O_CLOEXEC), started = 0, failed = 0, bad = 0;

	close(first);
	getrlimit(RLIMIT_NOFILE, &was);
	now = was;
	for (int spare = 0; spare < 8; spare++) {
		struct ir_err e = IR_ERR_INIT;
		struct ir_proc p;

		now.rlim_cur = (rlim_t)(first + spare);
		setrlimit(RLIMIT_NOFILE, &now);
		int r = ir_proc_start(&ctx, IR_READ, ARGV("true"), NULL, NULL, &p, &e);
		setrlimit(RLIMIT_NOFILE, &was);
		started += r == 0;
		failed += r < 0;
		bad += r < 0 && (e.code != IR_INTERNAL || !strstr(e.msg, "'true'") || p.pid != 0 || p.pidfd != -1);
		ir_proc_done(&p);
		while (waitpid(-1, NULL, 0) > 0)
			; /* one that was slow to be buried */
		int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
		bad += next != first;
		close(next);
	}
	OK(started > 0 && failed >= 4, "some are started, %d, and some are not, %d", started, failed);
	IS_INT(bad, 0, "each cleanly");
}

static void
test_find(void)
{
	struct ir_arena a = { 0 };
	char *old = strdup(getenv("PATH"));
	char path[sizeof scratch + 32];

	snprintf(path, sizeof path, "/nowhere:%s:/bin", scratch);
	setenv("PATH", path, 1);
	IS_STR(ir_proc_find(&a, "sh"), "/bin/sh", "a program is found in PATH");
	IS_STR(ir_proc_find(&a, "no-such-program"), NULL, "one that is not there is not");
	IS_STR(ir_proc_find(&a, "/bin/sh"), "/bin/sh", "a path is taken as it is");
	IS_STR(ir_proc_find(&a, "/etc/passwd"), NULL, "what cannot be executed is no program");
	setenv("PATH", old, 1);
	free(old);
	ir_arena_done(&a);
}

int
main(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(scratch, sizeof scratch, "%s/ir-proc-XXXXXX", tmp && *tmp ? tmp : P_tmpdir);
	OK(mkdtemp(scratch) != NULL, "a scratch directory");
	test_run();
	test_descriptors();
	test_signals();
	test_refused();
	test_group();
	test_done();
	test_find();
	test_short_of_descriptors();
	OK(rmdir(scratch) == 0, "which is empty at the end");
	return tap_done();
}
