/* git - run git so that nothing in a repository can make it run anything else */
#include "git/git.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

extern char **environ;

enum { REV_MAX = 250 };

struct ir_git {
	struct ir_ctx *ctx;
	struct ir_program program;
	ir_git_cb *cb;
	void *arg;
	const char *what; /* "log" */
};

static const char *const before[] = {
	"git",
	"--no-pager",
	"--no-optional-locks",
	"--no-replace-objects",
	"--literal-pathspecs",
	"-c",
	"safe.directory=*",
	"-c",
	"core.fsmonitor=false",
	"-c",
	"core.hooksPath=/dev/null",
	"-c",
	"core.alternateRefsCommand=true",
	"-c",
	"log.showSignature=false",
	"-c",
	"log.follow=false",
	"-c",
	"diff.external=",
	"-c",
	"diff.orderFile=/dev/null",
	"-c",
	"i18n.logOutputEncoding=UTF-8",
	"-c",
	"diff.relative=false",
	"-c",
	"diff.ignoreSubmodules=all",
	"-c",
	"gc.auto=0",
	"-c",
	"maintenance.auto=false",
};

static const char *const settings[] = {
	"LC_ALL=C",
	"GIT_OPTIONAL_LOCKS=0",
	"GIT_TERMINAL_PROMPT=0",
	"GIT_ASKPASS=false",
	"SSH_ASKPASS=false",
	"GIT_ALLOW_PROTOCOL=none",
	"GIT_NO_LAZY_FETCH=1",
};

/* What says where configuration is may stay: it is the user's own. */
static bool
is_kept(const char *variable)
{
	static const char *const ours[] = { "GIT_CONFIG_GLOBAL=", "GIT_CONFIG_SYSTEM=", "GIT_CONFIG_NOSYSTEM=",
		"GIT_CEILING_DIRECTORIES=", "GIT_DISCOVERY_ACROSS_FILESYSTEM=" };

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		if (strncmp(variable, ours[i], strlen(ours[i])) == 0)
			return true;
	}
	return strncmp(variable, "GIT_", 4) != 0 && strncmp(variable, "SSH_ASKPASS=", 12) != 0 &&
	       strncmp(variable, "LC_ALL=", 7) != 0;
}

static char *const *
environment(struct ir_arena *arena)
{
	size_t n = 0, k = 0, more = sizeof(settings) / sizeof(settings[0]);
	char **v;

	while (environ[n])
		n++;
	v = IR_NEW_N(arena, char *, n + more + 1);
	for (size_t i = 0; i < n; i++) {
		if (is_kept(environ[i]))
			v[k++] = environ[i];
	}
	for (size_t i = 0; i < more; i++)
		v[k++] = ir_strdup(arena, settings[i]);
	return v;
}

static char *const *
arguments(struct ir_arena *arena, const char *const *args)
{
	size_t n = 0, k = 0, head = sizeof(before) / sizeof(before[0]);
	char **v;

	while (args[n])
		n++;
	v = IR_NEW_N(arena, char *, head + n + 1);
	for (size_t i = 0; i < head; i++)
		v[k++] = ir_strdup(arena, before[i]);
	for (size_t i = 0; i < n; i++)
		v[k++] = ir_strdup(arena, args[i]);
	return v;
}

static bool
said(const struct ir_program *p, const char *words)
{
	return p->errs.len > 0 && strstr(p->errs.data, words);
}

/* git's own last words, without its "fatal: ". */
static const char *
words_of(struct ir_arena *arena, const struct ir_program *p)
{
	const char *s = p->errs.data, *fatal = s ? strstr(s, "fatal: ") : NULL;

	s = fatal ? fatal + 7 : s ? s : "";
	return ir_strndup(arena, s, strcspn(s, "\n"));
}

static int
judge(const struct ir_git *g, struct ir_err *why)
{
	const struct ir_program *p = &g->program;

	if (p->late)
		return ir_fail(why, IR_BACKEND, "git %s: no answer within %lld ms", g->what, (long long)p->limit_ms);
	if (WIFEXITED(p->status) && WEXITSTATUS(p->status) == 0)
		return 0;
	if (said(p, "not a git repository"))
		return ir_fail(why, IR_BACKEND, "there is no git repository here");
	if (said(p, "does not have any commits yet"))
		return ir_fail(why, IR_BACKEND, "the repository has no commits yet");
	if (WIFSIGNALED(p->status))
		return ir_fail(why, IR_BACKEND, "git %s was ended by signal %d", g->what, WTERMSIG(p->status));
	return ir_fail(why, IR_BACKEND, "git %s: %s", g->what, words_of(g->ctx->arena, p));
}

static void
on_end(void *arg, struct ir_program *p)
{
	struct ir_git *g = arg;
	struct ir_err why = IR_ERR_INIT;
	int bad = judge(g, &why);

	g->cb(g->arg, g, bad ? &why : NULL);
	ir_program_done(p);
}

struct ir_git *
ir_git_start(struct ir_ctx *ctx, const char *dir, const char *const *args, const char *input, size_t input_len,
    size_t max, ir_git_cb *cb, void *arg, struct ir_err *err)
{
	struct ir_git *g = IR_NEW(ctx->arena, struct ir_git);

	g->ctx = ctx;
	g->cb = cb;
	g->arg = arg;
	g->what = ir_strdup(ctx->arena, args[0]);
	g->program.head_max = max ? max : IR_GIT_MAX;
	g->program.input = input;
	g->program.input_len = input_len;
	g->program.ended = on_end;
	g->program.arg = g;
	if (ir_program_start(ctx, IR_READ, arguments(ctx->arena, args), dir, environment(ctx->arena),
		ir_mono_us() + ctx->timeout_ms * 1000, &g->program, err) == 0)
		return g;
	ir_program_done(&g->program);
	return NULL;
}

const char *
ir_git_out(const struct ir_git *g, size_t *n, bool *cut)
{
	*n = g->program.head.len;
	if (cut)
		*cut = g->program.head.full;
	return g->program.head.data;
}

void
ir_git_stop(struct ir_git *g)
{
	if (!g || !g->program.running)
		return;
	ir_program_stop(&g->program);
	ir_program_done(&g->program);
}

bool
ir_git_rev_valid(const char *rev)
{
	size_t n = strlen(rev);

	if (n == 0 || n > REV_MAX || rev[0] == '-' || rev[0] == '^' || strstr(rev, "..") || strpbrk(rev, ":?*[\\ "))
		return false;
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)rev[i] < 0x20 || rev[i] == 0x7f)
			return false;
	}
	return true;
}
