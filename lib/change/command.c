/* command - deploys that a program of one's own prints, one JSON object a line */
#include "change/told.h"

enum { OUTPUT_MAX = 1 << 20 };

struct command {
	struct ir_change_source *source;
	struct ir_program program;
};

/* Lines that came before it failed are deploys all the same; the last one may be half. */
static void
on_end(void *arg, struct ir_program *p)
{
	struct command *c = arg;
	struct ir_change_source *s = c->source;
	struct ir_err err = IR_ERR_INIT;
	size_t n = p->head.len;
	bool bad = ir_change_ran(s->look->ctx->arena, p, "command", &err) < 0;

	if (bad && n) {
		const char *nl = memrchr(p->head.data, '\n', n);

		n = nl ? (size_t)(nl - p->head.data) : 0;
	}
	ir_change_put_lines(s, p->head.data, n, "command", "output of command", 1, 0);
	if (bad)
		ir_change_fault(s, s->service, NULL, &err);
	ir_program_done(p);
	ir_change_done(s);
}

static int
check(struct ir_ctx *ctx, const struct ir_section *section, struct ir_err *err)
{
	(void)ctx;
	return ir_change_need(section, "command", "PROGRAM ARGUMENTS", err);
}

static int
start(struct ir_change_source *s, struct ir_err *err)
{
	struct ir_ctx *ctx = s->look->ctx;
	struct command *c = IR_NEW(ctx->arena, struct command);
	char *argv[] = { ir_strdup(ctx->arena, "sh"), ir_strdup(ctx->arena, "-c"),
		ir_strdup(ctx->arena, ir_change_key(s, "command")), NULL };
	const char *dir = ir_change_key(s, "dir");

	s->priv = c;
	c->source = s;
	c->program.ended = on_end;
	c->program.arg = c;
	if (!dir && ctx->conf)
		dir = ctx->conf->root;
	return ir_change_run(s, &c->program, argv, dir,
	    ir_program_env(ctx->arena, "IR_SERVICE", s->service ? s->service : ""), OUTPUT_MAX, err);
}

static void
stop(struct ir_change_source *s)
{
	struct command *c = s->priv;

	if (c)
		ir_change_end(&c->program);
}

const struct ir_change_ops ir_change_command = {
	.name = "command",
	.check = check,
	.start = start,
	.stop = stop,
};
