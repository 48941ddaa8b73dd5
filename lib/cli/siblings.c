/* siblings - other commands of ours, run side by side for what they put into the journal */
#include "cli/siblings.h"

#include <limits.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"
#include "net/program.h"

struct sibling {
	struct ir_sibling *to;
	struct ir_program program;
};

static void
on_end(void *arg, struct ir_program *p)
{
	struct sibling *s = arg;

	s->to->status = !p->late && WIFEXITED(p->status) ? WEXITSTATUS(p->status) : -1;
	ir_program_done(p);
}

/* The one that was built with this one, wherever that is. */
static const char *
path_of(struct ir_arena *arena, const char *name)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	const char *slash, *path;

	self[n > 0 ? n : 0] = '\0';
	slash = strrchr(self, '/');
	path = slash ? ir_asprintf(arena, "%.*s/%s", (int)(slash - self), self, name) : name;
	return access(path, X_OK) == 0 ? path : name;
}

/* Its deadline is a little before ours, so that it says itself what it does not know. */
static int
start(struct ir_ctx *ctx, struct sibling *s, int64_t limit_ms, struct ir_err *err)
{
	char *const argv[] = { ir_strdup(ctx->arena, path_of(ctx->arena, s->to->name)), "-q", "-T",
		ir_asprintf(ctx->arena, "%lldms", (long long)limit_ms), NULL };

	s->to->status = -1;
	s->program.ended = on_end;
	s->program.arg = s;
	if (ir_program_start(ctx, IR_PROBE, argv, NULL, NULL, ctx->deadline_us, &s->program, err) == 0)
		return 0;
	ir_program_done(&s->program);
	return -1;
}

int
ir_siblings_run(struct ir_ctx *ctx, struct ir_sibling *v, size_t n, struct ir_err *err)
{
	struct sibling *all = IR_NEW_N(ctx->arena, struct sibling, n + 1);
	int64_t left = (ctx->deadline_us - ir_mono_us()) / 1000;
	size_t begun = 0;

	for (size_t i = 0; i < n; i++) {
		all[i].to = &v[i];
		begun += start(ctx, &all[i], left * 4 / 5, err) == 0;
	}
	if (begun == 0)
		return -1;
	ir_loop_run(ctx->loop, NULL, NULL);
	for (size_t i = 0; i < n; i++) {
		if (!all[i].program.running)
			continue;
		ir_program_stop(&all[i].program);
		ir_program_done(&all[i].program);
	}
	return 0;
}
