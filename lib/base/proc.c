/* proc - start a program, watch it, end it with all its children */
#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"

/* How long the kernel may take to bury what was killed; then it is left to init. */
enum { BURIAL_MS = 20 };

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Both ends at 3 or above: 0 to 2 are where the child's own are put. */
static int
open_pipe(int ends[static 2])
{
	if (pipe2(ends, O_CLOEXEC) < 0) {
		ends[0] = ends[1] = -1;
		return -1;
	}
	for (int i = 0; i < 2; i++) {
		if (ends[i] > STDERR_FILENO)
			continue;
		int high = fcntl(ends[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

		close_fd(&ends[i]);
		if (high < 0)
			return -1;
		ends[i] = high;
	}
	return fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

/* Where our parent ignored SIGCHLD, children would vanish before they can be asked how they ended. */
static void
keep_children(void)
{
	struct sigaction sa;

	if (sigaction(SIGCHLD, NULL, &sa) == 0 && !(sa.sa_flags & SA_SIGINFO) && sa.sa_handler == SIG_IGN)
		signal(SIGCHLD, SIG_DFL);
}

static int
set_attr(posix_spawnattr_t *attr)
{
	sigset_t all, none;
	int e;

	sigfillset(&all);
	sigemptyset(&none);
	e = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	if (!e)
		e = posix_spawnattr_setpgroup(attr, 0);
	if (!e)
		e = posix_spawnattr_setsigdefault(attr, &all);
	return e ? e : posix_spawnattr_setsigmask(attr, &none);
}

static int
set_actions(posix_spawn_file_actions_t *fa, const char *dir, int in, int out, int err_fd)
{
	int e = in < 0 ? posix_spawn_file_actions_addopen(fa, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
		       : posix_spawn_file_actions_adddup2(fa, in, STDIN_FILENO);

	if (!e)
		e = posix_spawn_file_actions_adddup2(fa, out, STDOUT_FILENO);
	if (!e)
		e = posix_spawn_file_actions_adddup2(fa, err_fd, STDERR_FILENO);
	if (!e)
		e = posix_spawn_file_actions_addclosefrom_np(fa, STDERR_FILENO + 1);
	return !e && dir ? posix_spawn_file_actions_addchdir_np(fa, dir) : e;
}

/* 0 or an errno. The failure of exec itself is among them: the child is a vfork until then. */
static int
spawn(char *const argv[], const char *dir, char *const env[], int in, int out, int err_fd, pid_t *ret)
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	int e = posix_spawn_file_actions_init(&fa);

	if (e)
		return e;
	e = posix_spawnattr_init(&attr);
	if (!e) {
		e = set_attr(&attr);
		if (!e)
			e = set_actions(&fa, dir, in, out, err_fd);
		if (!e)
			e = posix_spawnp(ret, argv[0], &fa, &attr, argv, env ? env : environ);
		posix_spawnattr_destroy(&attr);
	}
	posix_spawn_file_actions_destroy(&fa);
	return e;
}

static int
explain(struct ir_err *err, int e, const char *name, const char *dir)
{
	struct stat st;

	if (dir && (stat(dir, &st) < 0 || !S_ISDIR(st.st_mode) || access(dir, X_OK) < 0)) {
		ir_fail(err, IR_CONFIG, "'%s' cannot be started in '%s': %s", name, dir, strerror(e));
		return ir_hint(err, "give a directory that exists and may be entered");
	}
	if (e == ENOENT && !strchr(name, '/')) {
		ir_fail(err, IR_CONFIG, "'%s' was not found in PATH", name);
		return ir_hint(err, "install it, or give its full path");
	}
	if (e == ENOENT || e == ENOTDIR) {
		ir_fail(err, IR_CONFIG, "'%s' is not there, or its interpreter is not", name);
		return ir_hint(err, "correct the path, or install it");
	}
	if (e == EACCES || e == EPERM || e == ENOEXEC || e == ELOOP || e == ENAMETOOLONG) {
		ir_fail(err, IR_CONFIG, "'%s' cannot be executed: %s", name, strerror(e));
		return ir_hint(err, "check that it is a program and that this user may execute it");
	}
	return ir_fail(err, IR_INTERNAL, "'%s' cannot be started: %s", name, strerror(e));
}

/* The child runs; make it ours to watch. */
static int
adopt(struct ir_proc *p, pid_t pid, int *out, int *err_fd)
{
	p->pid = pid;
	p->out = *out;
	p->err = *err_fd;
	*out = *err_fd = -1;
	p->pidfd = pidfd_open(pid, 0);
	if (p->pidfd < 0) {
		int e = errno;

		ir_proc_done(p);
		errno = e;
		return -1;
	}
	return 0;
}

int
ir_proc_start(const struct ir_ctx *ctx, enum ir_effect effect, char *const argv[], const char *dir, char *const env[],
    struct ir_proc *ret, struct ir_err *err)
{
	return ir_proc_start_fed(ctx, effect, argv, dir, env, -1, ret, err);
}

int
ir_proc_start_fed(const struct ir_ctx *ctx, enum ir_effect effect, char *const argv[], const char *dir,
    char *const env[], int in, struct ir_proc *ret, struct ir_err *err)
{
	IR_CLOSE int out_r = -1;
	IR_CLOSE int out_w = -1;
	IR_CLOSE int err_r = -1;
	IR_CLOSE int err_w = -1;
	int ends[2], e;
	pid_t pid;

	*ret = (struct ir_proc){ 0, -1, -1, -1 };
	if (ir_effect_allowed(ctx, effect, err) < 0)
		return -1;
	if (!argv[0] || !*argv[0])
		return ir_fail(err, IR_CONFIG, "no program is given");
	keep_children();
	e = open_pipe(ends) < 0 ? errno : 0;
	out_r = ends[0];
	out_w = ends[1];
	if (!e) {
		e = open_pipe(ends) < 0 ? errno : 0;
		err_r = ends[0];
		err_w = ends[1];
	}
	if (e)
		return ir_fail(err, IR_INTERNAL, "'%s' cannot be started: %s", argv[0], strerror(e));
	e = spawn(argv, dir, env, in, out_w, err_w, &pid);
	if (e)
		return explain(err, e, argv[0], dir);
	if (adopt(ret, pid, &out_r, &err_r) < 0)
		return ir_fail(err, IR_INTERNAL, "'%s' cannot be watched: %s", argv[0], strerror(errno));
	return 0;
}

void
ir_proc_signal(const struct ir_proc *p, int sig)
{
	if (p->pid > 0)
		kill(-p->pid, sig);
}

int
ir_proc_reap(struct ir_proc *p, int *status)
{
	siginfo_t si = { 0 };
	int r;

	if (p->pid <= 0)
		return -1;
	/* It stays a zombie until ir_proc_done(), so that its pid is nobody else's and its group can be signalled. */
	do
		r = waitid(P_PID, (id_t)p->pid, &si, WEXITED | WNOHANG | WNOWAIT);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return -1;
	if (si.si_pid == 0)
		return 0;
	if (si.si_code == CLD_EXITED)
		*status = (si.si_status & 0xff) << 8;
	else
		*status = si.si_status | (si.si_code == CLD_DUMPED ? 0x80 : 0);
	return 1;
}

const char *
ir_proc_find(struct ir_arena *arena, const char *name)
{
	const char *path = getenv("PATH");

	if (strchr(name, '/'))
		return access(name, X_OK) == 0 ? ir_strdup(arena, name) : NULL;
	for (path = path ? path : "/bin:/usr/bin"; *path; path += strcspn(path, ":"), path += *path == ':') {
		int n = (int)strcspn(path, ":");
		const char *full = ir_asprintf(arena, "%.*s/%s", n ? n : 1, n ? path : ".", name);

		if (access(full, X_OK) == 0)
			return full;
	}
	return NULL;
}

void
ir_proc_done(struct ir_proc *p)
{
	struct pollfd ended = { .fd = p->pidfd, .events = POLLIN };

	if (p->pid <= 0)
		return;
	close_fd(&p->out);
	close_fd(&p->err);
	kill(-p->pid, SIGKILL);
	if (waitpid(p->pid, NULL, WNOHANG) == 0) {
		/* A process stuck in the kernel must not hold us. */
		poll(&ended, ended.fd >= 0, BURIAL_MS);
		waitpid(p->pid, NULL, WNOHANG);
	}
	close_fd(&p->pidfd);
	p->pid = 0;
}
