/* service - one name for a service, everywhere */

#include "service/service.h"

static const char *
mapped(const struct ir_conf *conf, const char *key, const char *theirs)
{
	for (size_t i = 0; conf && i < conf->n; i++) {
		const struct ir_section *s = &conf->v[i];
		const struct ir_value *v;

		if (strcmp(s->type->name, "service") != 0)
			continue;
		v = ir_conf_value(s, key);
		if (!v)
			continue;
		if (v->key->type == IR_KEY_LIST ? ir_list_has(&v->list, theirs) : strcmp(v->text, theirs) == 0)
			return s->name;
	}
	return NULL;
}

const char *
ir_service_of_compose(const struct ir_conf *conf, const char *compose)
{
	const char *ours = mapped(conf, "compose", compose);

	return ours ? ours : compose;
}

const char *
ir_service_of_unit(const struct ir_conf *conf, const char *unit)
{
	const char *ours = mapped(conf, "unit", unit);

	return ours ? ours : "";
}

int
ir_service_wanted(const struct ir_list *services, const char *name)
{
	return !services || services->n == 0 || ir_list_has(services, name);
}

const char *
ir_service_env(const struct ir_ctx *ctx, const char *docker_context, const char *project)
{
	if (ctx->env)
		return ctx->env;
	if (docker_context && project)
		return ir_asprintf(ctx->arena, "%s/%s", docker_context, project);
	return project ? project : docker_context ? docker_context : "local";
}
