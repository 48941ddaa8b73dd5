/* dep_fixture - a dependency of a section of ir.conf, at its first look, without anything behind it */
#ifndef IR_TESTS_UNIT_DEP_FIXTURE_H
#define IR_TESTS_UNIT_DEP_FIXTURE_H

#include "dep/look.h"
#include "tap.h"

/* Its section says these lines. What *dep was before is forgotten. */
static inline void
dep_fixture(struct ir_dep *dep, struct ir_ctx *ctx, const struct ir_dep_ops *ops, const char *type, const char *name, const char *lines)
{
	struct ir_conf *conf = IR_NEW(ctx->arena, struct ir_conf);
	const char *text = ir_asprintf(ctx->arena, "[%s \"%s\"]\n%s", type, name, lines);
	struct ir_err err = IR_ERR_INIT;

	OK(ir_conf_parse(ctx->arena, conf, "ir.conf", text, strlen(text), &err) == 0, "ir.conf is read: %s", err.msg);
	if (dep->state)
		ir_dep_forget(dep);
	*dep = (struct ir_dep){ .name = name,
		.service = "",
		.type = type,
		.origin = "ir.conf:1",
		.ops = ops,
		.ctx = ctx,
		.subject = ir_asprintf(ctx->arena, "%s://%s/shop", ops->name, name),
		.section = ir_conf_section(conf, type, name) };
	ir_dep_ready(dep);
	ir_dep_fresh(dep, NULL);
	ir_sample_begin(dep);
}

#endif
