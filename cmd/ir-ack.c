/* ir-ack - acknowledge alerts: in the pager where it can, by silences where it cannot */
#include <string.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "cli/help.h"
#include "incident/incident.h"
#include "net/loop.h"
#include "pager/acks.h"
#include "runtime/place.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

struct opts {
	bool dry, renew, undo, wide, anyone;
	int64_t for_ms;
	const char *message, *project;
};

static const struct ir_opt opts[] = { IR_FLAG(
					  struct opts, dry, 'n', "dry-run", "tell what would be done, and do nothing"),
	IR_STR(struct opts, message, 'm', "message", "TEXT", "say this with it"),
	IR_MS(struct opts, for_ms, 0, "for", "how long it holds, where the pager lets that be chosen", .min = 1000,
	    .max = 7 * DAY_MS,
	    .more =
		"By default ack-for of the pager's section, which is 15m. An acknowledgement is a lease: what it ends "
		"with is printed, and --renew makes it longer."),
	IR_FLAG(struct opts, renew, 0, "renew", "make acknowledgements last longer; without operands all of mine"),
	IR_FLAG(struct opts, undo, 0, "undo", "take acknowledgements back, where the pager can"),
	IR_FLAG(struct opts, wide, 0, "wide", "a silence may cover alerts that were not chosen",
	    .more =
		"How many is printed. By default it is refused: each silence covers what was chosen, and what joins "
		"it later."),
	IR_FLAG(
	    struct opts, anyone, 0, "anyone", "also alerts that page somebody else, and acknowledgements of others"),
	IR_STR(struct opts, project, 'p', "project", "NAME", "the environment is that of this compose project",
	    .more = "By default the project of the compose file in the working directory or above it."),
	IR_OPT_END };

struct run {
	struct ir_ctx *ctx;
	const struct opts *o;
	struct ir_in in;
	struct ir_ack_target *targets;
	size_t n, size;
	struct ir_list pagers; /* of the targets */
	struct ir_pager_look look;
	const char *note;
	struct ir_acks acks;
};

static int
check(const struct opts *o, char **operands, struct ir_err *err)
{
	if (o->renew && o->undo)
		return ir_fail(err, IR_USAGE, "'--renew' and '--undo' exclude one another");
	if (o->undo && (o->for_ms || o->message))
		return ir_fail(err, IR_USAGE, "'--undo' takes neither '--for' nor '-m'");
	if (!operands[0] && !o->renew) {
		ir_fail(err, IR_USAGE, "no alert is named");
		return ir_hint(err, "name handles of ir-alerts, or give its rows on standard input with -");
	}
	return 0;
}

/* ---- input */

static int
take_alert(struct run *r, const struct ir_rec *rec, struct ir_err *err)
{
	struct ir_arena *arena = r->ctx->arena;
	struct ir_ack_target t = { .id = ir_strdup(arena, ir_rec_str(rec, "id")),
		.pager = ir_strdup(arena, ir_rec_str(rec, "pager")),
		.alert = ir_strdup(arena, ir_rec_str(rec, "alert")),
		.service = ir_strdup(arena, ir_rec_str(rec, "service")),
		.subject = ir_strdup(arena, ir_rec_str(rec, "subject")) };

	if (!*t.pager || !*t.alert)
		return ir_fail(err, IR_DATA, "%s does not tell its pager and what it is there", t.id);
	if (r->n == r->size) {
		struct ir_ack_target *v = IR_NEW_N(arena, struct ir_ack_target, 2 * r->size + 16);

		if (r->n)
			memcpy(v, r->targets, r->n * sizeof(*v));
		r->size = 2 * r->size + 16;
		r->targets = v;
	}
	r->targets[r->n++] = t;
	ir_list_add_once(arena, &r->pagers, t.pager);
	return 0;
}

/* What an action was done to. */
static int
take_action(struct run *r, const struct ir_rec *rec, struct ir_err *err)
{
	const char *target = ir_rec_str(rec, "target");
	struct ir_in in = { 0 };
	int ret = 0;

	if (strncmp(target, "alr-", 4) != 0)
		return ir_fail(err, IR_DATA, "%s is no action on an alert", ir_rec_str(rec, "id"));
	if (ir_in_handle(r->ctx, target, &in, err) < 0)
		return -1;
	for (size_t i = 0; i < in.n && ret == 0; i++)
		ret = take_alert(r, &in.v[i].rec, err);
	ir_in_done(&in);
	return ret;
}

static int
take_input(struct run *r, char **operands, struct ir_err *err)
{
	static const struct ir_kind *const takes[] = { &ir_kind_alert, &ir_kind_action, NULL };
	static const char *const members[] = { "kind", "id", "env", "service", "subject", "pager", "alert", "target",
		NULL };

	if (!operands[0])
		return 0;
	r->in.only = members;
	if (ir_plan_read(r->ctx, operands, takes, r->ctx->env, &r->in, err) < 0)
		return -1;
	for (size_t i = 0; i < r->in.n; i++) {
		const struct ir_rec *rec = &r->in.v[i].rec;

		if ((rec->kind == &ir_kind_alert ? take_alert(r, rec, err) : take_action(r, rec, err)) < 0)
			return -1;
	}
	/* of thousands, that is much */
	ir_in_done(&r->in);
	return 0;
}

/* ---- what is said with it */

/* "inc-7k3f2q8m looking": so that who sees the ack finds the incident. */
static int
find_note(struct run *r, struct ir_err *err)
{
	struct ir_err own = IR_ERR_INIT;
	const struct ir_incident *inc = ir_incident_current(r->ctx, r->ctx->env, &own);

	r->note = r->o->message;
	if (own.code && r->ctx->incident) {
		*err = own;
		return -1;
	}
	if (inc)
		r->note = ir_asprintf(r->ctx->arena, "%s%s%s", inc->h.id, r->note ? " " : "", r->note ? r->note : "");
	return 0;
}

/* What a pager that told not all has besides is not known: an ack there may end without a word. */
static int
tell_unlisted(struct run *r, int ret)
{
	bool any = false;

	for (size_t i = 0; i < r->look.n; i++) {
		const struct ir_pager *p = &r->look.v[i];

		if (!p->err.code || !p->ops->can_renew)
			continue;
		ir_out_error(r->ctx->out, &p->err, NULL, ir_asprintf(r->ctx->arena, "pager:%s", p->name));
		ir_out_incomplete(r->ctx->out);
		any = true;
	}
	if (any && ret == IR_OK)
		return r->acks.work.intended ? IR_PARTIAL : IR_INCOMPLETE;
	return ret;
}

/* What cannot be done at a pager, what an ack costs there, and what else it covers. */
static void
tell_cost(const struct run *r)
{
	for (size_t i = 0; i < r->look.n; i++) {
		const struct ir_pager *p = &r->look.v[i];

		if (p->act_err.code)
			ir_say(r->ctx, &p->act_err);
		if (!p->job || p->job->n_steps == 0)
			continue;
		if (p->job->cost)
			ir_trace(r->ctx, 0, "note: %s: %s", p->name, p->job->cost);
		if (p->job->extra)
			ir_trace(r->ctx, 0, "warning: %s: %lld alerts are covered that were not chosen", p->name,
			    (long long)p->job->extra);
	}
}

static void
on_progress(void *arg)
{
	const struct run *r = arg;

	if (isatty(STDERR_FILENO))
		ir_trace(r->ctx, 0, "asking %zu pager%s ...", r->look.n, r->look.n == 1 ? "" : "s");
}

static int
act(struct run *r, struct ir_err *err)
{
	const struct ir_acks_query q = {
		.verb = r->o->renew  ? IR_PAGER_RENEW
			: r->o->undo ? IR_PAGER_UNACK
				     : IR_PAGER_ACK,
		.targets = r->targets,
		.n = r->n,
		.mine = r->o->renew && r->n == 0,
		.for_ms = r->o->for_ms,
		.wide = r->o->wide,
		.anyone = r->o->anyone,
		.note = r->note,
	};

	if (ir_pager_list(&r->look, err) < 0)
		return -1;
	ir_acks_choose(&r->acks, &r->look, &q);
	tell_cost(r);
	if (r->o->dry)
		return q.mine ? tell_unlisted(r, ir_plan_show(&r->acks.work)) : ir_plan_show(&r->acks.work);
	if (ir_plan_intend(&r->acks.work, err) < 0)
		return -1;
	if (r->acks.work.intended)
		ir_pager_act(&r->look);
	ir_acks_settle(&r->acks);
	return q.mine ? tell_unlisted(r, ir_plan_tell(&r->acks.work)) : ir_plan_tell(&r->acks.work);
}

static int
run(struct ir_ctx *ctx, const struct ir_common *common, const void *arg, char **operands, struct ir_err *err)
{
	struct run r = { .ctx = ctx, .o = arg };
	struct ir_pager_query q = { .names = &r.pagers, .progress = on_progress, .progress_arg = &r };
	struct ir_place place;
	int ret = -1;

	(void)common;
	if (check(r.o, operands, err) < 0 || !ir_loop_new(ctx, err))
		return -1;
	ir_place_find(ctx, r.o->project, &place);
	ctx->env = place.env;
	if (take_input(&r, operands, err) == 0 && find_note(&r, err) == 0 && ir_pager_begin(ctx, &q, &r.look, err) == 0)
		ret = act(&r, err);
	if (r.look.v)
		ir_pager_done(&r.look);
	ir_in_done(&r.in);
	return ret;
}

static const struct ir_kind *const kinds[] = { &ir_kind_action, &ir_kind_plan, &ir_kind_error, &ir_kind_end, NULL };

static const struct ir_example examples[] = {
	{ "ir-ack alr-7k3f2q8m", "this one is mine" },
	{ "ir-alerts --state firing -s web | ir-ack -m 'looking' -", "all of web that nobody has yet" },
	{ "ir-ack -n --for 1h alr-7k3f2q8m", "what would be done: which silences, covering what" },
	{ "ir-ack --renew", "what I have stays mine: for cron, or every ten minutes" },
	{ "ir-ack --undo alr-7k3f2q8m", "it pages again" },
	{ NULL, NULL },
};

int
main(int argc, char **argv)
{
	static const struct ir_cmd cmd = {
		.name = "ir-ack",
		.brief = "acknowledge alerts",
		.operands = "[HANDLE|- ...]",
		.operand_values = &ir_values_alert,
		.role = IR_ACTOR,
		.with = IR_WITH_OUTPUT | IR_WITH_DEADLINE,
		.timeout = "8s",
		.deadline = "30s",
		.opts = opts,
		.optsize = sizeof(struct opts),
		.kinds = kinds,
		.examples = examples,
		.run = run,
	};

	return ir_main(&cmd, argc, argv);
}
