/* plan - what an actor is about to do, and what became of it */
#include "plan/plan.h"

#include <string.h>
#include <unistd.h>

enum { EXPIRES_MS = 10 * 60 * 1000, TARGETS_MAX = 1000, FLUSH_EVERY = 500 };

/* ---- input */

/* "alert and incident" */
static const char *
kind_names(struct ir_arena *arena, const struct ir_kind *const *kinds)
{
	struct ir_list names = { 0 };

	for (size_t i = 0; kinds[i]; i++)
		ir_list_add(arena, &names, kinds[i]->name);
	return ir_list_join(arena, &names, "", " or ");
}

static bool
is_among(const struct ir_kind *const *kinds, const struct ir_kind *kind)
{
	for (size_t i = 0; kinds[i]; i++)
		if (kinds[i] == kind)
			return true;
	return false;
}

static int
check_record(struct ir_ctx *ctx, const struct ir_in_rec *r, const struct ir_kind *const *kinds, const char *env,
    struct ir_err *err)
{
	const char *id = ir_rec_str(&r->rec, "id"), *of = ir_rec_str(&r->rec, "env");

	if (!is_among(kinds, r->rec.kind)) {
		const char *kind = ir_rec_str(&r->rec, "kind");

		ir_fail(err, IR_DATA, "%s%s is of kind %s, where %s is wanted: nothing was done",
		    r->lineno ? ir_asprintf(ctx->arena, "line %zu: ", r->lineno) : "", *id ? id : "a record", kind,
		    kind_names(ctx->arena, kinds));
		return ir_hint(err, "leave it out of what is given");
	}
	if (env && *of && strcmp(of, env) != 0) {
		ir_fail(err, IR_REFUSED, "%s is of environment '%s', and this is '%s'", id, of, env);
		return ir_hint(err, "say which is meant: --env %s", of);
	}
	return 0;
}

static int
read_operand(struct ir_ctx *ctx, const char *operand, struct ir_in *in, struct ir_err *err)
{
	if (strcmp(operand, "-") == 0)
		return ir_in_read(ctx, STDIN_FILENO, in, err);
	if (ir_in_handle(ctx, operand, in, err) == 0)
		return 0;
	if (err->code == IR_DATA) /* a handle that nobody knows is not malformed */
		err->code = IR_REFUSED;
	return -1;
}

int
ir_plan_read(struct ir_ctx *ctx, char **operands, const struct ir_kind *const *kinds, const char *env, struct ir_in *in,
    struct ir_err *err)
{
	for (char **o = operands; *o; o++)
		if (read_operand(ctx, *o, in, err) < 0)
			return -1;
	if (in->incomplete) {
		ir_fail(err, IR_REFUSED, "what was read is not complete, so nothing was done: %s", in->why);
		return ir_hint(err, "look again, and choose from a complete list; or name the handles as operands");
	}
	if (in->n == 0) {
		ir_fail(err, IR_REFUSED, "nothing was given to act on");
		return ir_hint(err, "name handles, or give rows on standard input with -");
	}
	for (size_t i = 0; i < in->n; i++)
		if (check_record(ctx, &in->v[i], kinds, env, err) < 0)
			return -1;
	return 0;
}

/* ---- the plan */

void
ir_plan_begin(struct ir_plan_at_work *w, struct ir_ctx *ctx, const char *verb, const char *reason)
{
	char id[IR_ID_MAX];

	*w = (struct ir_plan_at_work){ .ctx = ctx };
	ir_row_init(&ir_kind_plan, &w->plan);
	w->plan.h.status = IR_STATUS_PLANNED;
	w->plan.command = ctx->command;
	w->plan.verb = verb;
	w->plan.who = ctx->who;
	w->plan.reason = reason;
	w->plan.expires_ms = ir_now_ms() + EXPIRES_MS;
	w->plan.h.env = ctx->env;
	ir_rec_id(&ir_kind_plan, &w->plan, ctx->env, ctx->run, id);
	w->id = ir_strdup(ctx->arena, id);
}

struct ir_action *
ir_plan_add(struct ir_plan_at_work *w)
{
	struct ir_arena *arena = w->ctx->arena;
	struct ir_action *a = IR_NEW(arena, struct ir_action);

	if (w->n == w->size) {
		struct ir_action **v = IR_NEW_N(arena, struct ir_action *, 2 * w->size + 16);

		if (w->n)
			memcpy(v, w->v, w->n * sizeof(*v));
		w->size = 2 * w->size + 16;
		w->v = v;
	}
	ir_row_init(&ir_kind_action, a);
	w->v[w->n++] = a;
	a->h.status = IR_STATUS_PLANNED;
	a->plan = w->id;
	a->step = (int64_t)w->n;
	a->verb = w->plan.verb;
	a->who = w->ctx->who;
	return a;
}

static size_t
count(const struct ir_plan_at_work *w, enum ir_status status)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		n += w->v[i]->h.status == status;
	return n;
}

static void
settle_plan(struct ir_plan_at_work *w)
{
	struct ir_arena *arena = w->ctx->arena;

	w->plan.steps = (int64_t)w->n;
	w->plan.targets = (struct ir_list){ 0 };
	for (size_t i = 0; i < w->n && w->plan.targets.n < TARGETS_MAX; i++)
		if (w->v[i]->target)
			ir_list_add(arena, &w->plan.targets, w->v[i]->target);
	if (!w->plan.h.subject)
		w->plan.h.subject = ir_asprintf(arena, "%s:%s", w->ctx->command, w->plan.verb);
	if (!w->plan.h.summary)
		w->plan.h.summary = ir_asprintf(arena, "%s: %zu of %zu step%s to be done", w->plan.verb,
		    count(w, IR_STATUS_PLANNED), w->n, w->n == 1 ? "" : "s");
}

int
ir_plan_show(struct ir_plan_at_work *w)
{
	size_t refused = count(w, IR_STATUS_REFUSED);

	settle_plan(w);
	ir_out_row(w->ctx->out, &ir_kind_plan, &w->plan);
	for (size_t i = 0; i < w->n; i++)
		ir_out_row(w->ctx->out, &ir_kind_action, w->v[i]);
	ir_out_flush(w->ctx->out);
	if (refused == 0)
		return IR_OK;
	return refused == w->n ? IR_REFUSED : IR_PARTIAL;
}

int
ir_plan_intend(struct ir_plan_at_work *w, struct ir_err *err)
{
	settle_plan(w);
	if (count(w, IR_STATUS_PLANNED) == 0)
		return 0;
	w->ctx->actor = true;
	if (ir_effect_allowed(w->ctx, IR_WRITE, err) < 0)
		return -1;
	ir_out_beat(w->ctx->out, &ir_kind_plan, &w->plan);
	for (size_t i = 0; i < w->n; i++)
		if (w->v[i]->h.status == IR_STATUS_PLANNED)
			ir_out_beat(w->ctx->out, &ir_kind_action, w->v[i]);
	w->intended = ir_out_sync(w->ctx->out, err) == 0;
	w->ctx->actor = w->intended;
	return w->intended ? 0 : -1;
}

static enum ir_status
outcome(const struct ir_plan_at_work *w)
{
	if (count(w, IR_STATUS_UNKNOWN) + count(w, IR_STATUS_PLANNED))
		return IR_STATUS_UNKNOWN;
	if (count(w, IR_STATUS_FAILED))
		return IR_STATUS_FAILED;
	if (count(w, IR_STATUS_DONE))
		return IR_STATUS_DONE;
	return count(w, IR_STATUS_REFUSED) ? IR_STATUS_REFUSED : IR_STATUS_NOOP;
}

static int
exit_of(const struct ir_plan_at_work *w)
{
	size_t well = count(w, IR_STATUS_DONE) + count(w, IR_STATUS_NOOP), refused = count(w, IR_STATUS_REFUSED);

	if (well == w->n)
		return IR_OK;
	if (count(w, IR_STATUS_DONE))
		return IR_PARTIAL;
	if (count(w, IR_STATUS_UNKNOWN) + count(w, IR_STATUS_PLANNED))
		return IR_INCOMPLETE;
	return refused && !count(w, IR_STATUS_FAILED) ? IR_REFUSED : IR_FINDING;
}

int
ir_plan_tell(struct ir_plan_at_work *w)
{
	int64_t now_ms = ir_now_ms();

	for (size_t i = 0; i < w->n; i++) {
		w->v[i]->h.time_ms = now_ms;
		ir_out_row(w->ctx->out, &ir_kind_action, w->v[i]);
		if (i % FLUSH_EVERY == FLUSH_EVERY - 1)
			ir_out_flush(w->ctx->out);
	}
	if (w->intended) {
		w->plan.h.status = outcome(w);
		w->plan.h.time_ms = now_ms;
		w->plan.h.summary =
		    ir_asprintf(w->ctx->arena, "%s: %zu done, %zu had nothing to do, %zu refused, %zu failed",
			w->plan.verb, count(w, IR_STATUS_DONE), count(w, IR_STATUS_NOOP), count(w, IR_STATUS_REFUSED),
			w->n - count(w, IR_STATUS_DONE) - count(w, IR_STATUS_NOOP) - count(w, IR_STATUS_REFUSED));
		ir_out_beat(w->ctx->out, &ir_kind_plan, &w->plan);
	}
	ir_out_flush(w->ctx->out);
	return exit_of(w);
}
