/* place - where a run looks: the compose project, the engine, and what the environment is called */
#include "runtime/place.h"

#include <string.h>

#include "base/proc.h"
#include "service/service.h"

/* The name that compose would give it when its file can be read no further. */
static const char *
name_of_dir(struct ir_ctx *ctx, const struct ir_compose *compose)
{
	const char *slash = compose->dir ? strrchr(compose->dir, '/') : NULL;

	if (compose->project || !compose->dir)
		return compose->project;
	return ir_compose_normalize(ctx->arena, slash ? slash + 1 : compose->dir);
}

static void
find_project(struct ir_ctx *ctx, const char *said, struct ir_place *p)
{
	int found = ir_compose_find(ctx->arena, ".", &p->compose, &p->no_compose);

	p->said = said != NULL;
	p->project = said ? said : found ? name_of_dir(ctx, &p->compose) : NULL;
	p->has_compose = found > 0 && strcmp(p->project, p->compose.project) == 0;
	if (found && !said)
		p->dir = p->compose.dir;
}

void
ir_place_find(struct ir_ctx *ctx, const char *said, struct ir_place *ret)
{
	*ret = (struct ir_place){ .has_compose = false };
	find_project(ctx, said, ret);
	if (ir_engine_find(ctx, &ret->engine, &ret->no_engine) < 0 && !ret->engine.context)
		ret->engine.context = "default";
	ret->env = ir_service_env(ctx, ret->project ? ret->engine.context : NULL, ret->project);
}

bool
ir_place_expects_engine(const struct ir_ctx *ctx, const struct ir_place *p)
{
	static const char *const programs[] = { "dockerd", "docker", "podman" };

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		if (ir_proc_find(ctx->arena, programs[i]))
			return true;
	}
	return p->engine.present || p->said;
}

void
ir_place_warn(const struct ir_ctx *ctx, const struct ir_place *p)
{
	if (p->no_compose.code)
		ir_trace(ctx, 0, "warning: containers are known from their labels only: %s", p->no_compose.msg);
	else if (p->compose.note)
		ir_trace(ctx, 1, "%s: %s", p->compose.dir, p->compose.note);
}
