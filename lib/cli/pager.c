/* pager - long text for people, a page at a time */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/proc.h"
#include "cli/pager.h"

/* In the foreground group, unlike what base/proc.h starts: it reads the terminal. */
struct ir_pager {
	pid_t pid;
};

static const char *
pager_command(void)
{
	const char *s = getenv("IR_PAGER");

	if (!s)
		s = getenv("PAGER");
	if (!s)
		s = "less";
	return *s && strcmp(s, "cat") != 0 ? s : NULL;
}

/* Our environment, with LESS unless it is set. */
static char **
pager_env(struct ir_arena *a)
{
	struct ir_list env = { 0 };

	for (char **e = environ; *e; e++)
		ir_list_add(a, &env, *e);
	if (!getenv("LESS"))
		ir_list_add(a, &env, "LESS=FRX");
	return (char **)(void *)env.v;
}

static int
spawn(const char *command, int in, char **env, pid_t *pid)
{
	char *argv[] = { (char[]){ "sh" }, (char[]){ "-c" }, (char *)(uintptr_t)command, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t defaults;
	int ret;

	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	sigaddset(&defaults, SIGXFSZ);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	ret = posix_spawn(pid, "/bin/sh", &actions, &attr, argv, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return ret;
}

void
ir_pager_start(struct ir_ctx *ctx)
{
	const char *command = pager_command();
	struct ir_pager *pager;
	int ends[2];

	if (!ctx->paged || ctx->pager || !command || !isatty(STDOUT_FILENO))
		return;
	/* output must not vanish into a pager that the shell will not find */
	if (!ir_proc_find(ctx->arena, ir_strndup(ctx->arena, command, strcspn(command, " \t"))))
		return;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return;
	pager = IR_NEW(ctx->arena, struct ir_pager);
	if (spawn(command, ends[0], pager_env(ctx->arena), &pager->pid) == 0 && dup2(ends[1], STDOUT_FILENO) >= 0) {
		ctx->pager = pager;
		signal(
		    SIGINT, SIG_IGN); /* it speaks to the pager now, which must not be left alone with the terminal */
	}
	close(ends[0]);
	close(ends[1]);
}

void
ir_pager_wait(struct ir_ctx *ctx)
{
	if (!ctx->pager)
		return;
	close(STDOUT_FILENO);
	while (waitpid(ctx->pager->pid, NULL, 0) < 0 && errno == EINTR)
		;
	ctx->pager = NULL;
}
