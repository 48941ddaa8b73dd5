/* unit - a systemd unit, by `systemctl show` */

#include <sys/wait.h>

#include "base/utf8.h"
#include "net/program.h"
#include "probe/target.h"
#include "probe/systemd.h"

struct unit {
	struct ir_program program;
	const char *name;
	struct ir_ctx *ctx;
	struct ir_target *target;
	ir_probe_done *done;
};

static int
prepare(struct ir_ctx *ctx, struct ir_target *t, struct ir_err *err)
{
	struct unit *u = IR_NEW(ctx->arena, struct unit);

	u->name = t->section ? ir_target_str(t, "unit") : t->url + strlen("unit:");
	if (!u->name || !*u->name)
		return ir_target_fail(ctx, t, "type", err, "a check of a unit needs the unit's name");
	if (*u->name == '-' || strpbrk(u->name, " \t\n/*?["))
		return ir_target_fail(ctx, t, "unit", err, "'%s' is not the name of a unit", u->name);
	t->priv = u;
	t->subject = ir_asprintf(ctx->arena, "unit:%s", u->name);
	return 0;
}

static void
on_end(void *arg, struct ir_program *p)
{
	struct unit *u = arg;
	struct ir_check *row = u->target->row;
	size_t n = strcspn(p->errs.data, "\n");

	row->latency_ms = (double)p->took_us / 1000;
	row->unit = u->name;
	row->h.status = IR_STATUS_UNKNOWN;
	if (p->late) {
		row->h.summary = "systemctl did not answer in time";
	} else if (!WIFEXITED(p->status) || WEXITSTATUS(p->status) != 0) {
		row->h.summary = ir_asprintf(
		    u->ctx->arena, "systemctl cannot tell: %.*s", (int)ir_utf8_cut(p->errs.data, n, 150), p->errs.data);
		row->hint = "is this host run by systemd?";
	} else {
		ir_unit_judge(u->ctx->arena, p->head.data, p->head.len, ir_mono_us(), row);
	}
	ir_program_done(p);
	u->done(u->target);
}

static int
start(struct ir_ctx *ctx, struct ir_target *t, int64_t at_us, ir_probe_done *done, struct ir_err *err)
{
	struct unit *u = t->priv;
	char *argv[] = { (char *)"systemctl", (char *)"show", (char *)"--no-pager", (char *)"-p",
		(char *)IR_UNIT_PROPERTIES, (char *)"--", (char *)u->name, NULL };

	u->ctx = ctx;
	u->target = t;
	u->done = done;
	t->row->unit = u->name;
	u->program = (struct ir_program){ .ended = on_end, .arg = u };
	return ir_program_start(ctx, IR_READ, argv, NULL, NULL, at_us, &u->program, err);
}

static void
stop(struct ir_target *t)
{
	struct unit *u = t->priv;

	ir_program_stop(&u->program);
	ir_program_done(&u->program);
}

const struct ir_probe_ops ir_probe_unit = {
	.name = "unit",
	.groups = IR_CHECK_UNIT | IR_CHECK_PROGRAM,
	.files = 3,
	.prepare = prepare,
	.start = start,
	.stop = stop,
};
