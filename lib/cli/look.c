/* look - once, or with -w again and again: each turn within the deadline, what changed between them printed */
#include "cli/look.h"

#include "net/loop.h"
#include "rec/emit.h"

enum { BEAT_US = 60 * 1000 * 1000 };

struct turns {
	const struct ir_look *look;
	struct ir_changes changes;
	int64_t beat_us; /* when the journal hears again of what did not change */
	int told;
};

static int
turn(void *arg, struct ir_err *err)
{
	struct turns *t = arg;
	const struct ir_look *l = t->look;
	struct ir_check **rows = NULL;
	int64_t start = ir_mono_us();
	bool first = !t->changes.any;
	size_t n = 0;

	if (l->once(l->arg, &rows, &n, err) < 0)
		return -1;
	if (!first && *l->ctx->stop) /* it was not let look */
		return 0;
	ir_changes_put(&t->changes, l->ctx, rows, n, start >= t->beat_us);
	if (start >= t->beat_us)
		t->beat_us = start + BEAT_US;
	if (l->printed)
		l->printed(l->arg, rows, n, first);
	if (first)
		t->told = l->asked(l->arg, rows, n);
	return 0;
}

int
ir_turns(struct ir_ctx *ctx, const struct ir_common *common, int64_t more_ms,
    int (*turn_of)(void *arg, struct ir_err *), void *arg, struct ir_err *err)
{
	struct ir_arena *whole = ctx->arena, arena = { 0 };
	int64_t span_us = (common->deadline_ms + more_ms) * 1000;
	int ret = 0;

	while (ret == 0 && !*ctx->stop && !ir_out_closed(ctx->out)) {
		int64_t start = ir_mono_us();

		ctx->deadline_us = start + span_us;
		ctx->arena = &arena;
		ret = turn_of(arg, err);
		ctx->arena = whole;
		ir_arena_done(&arena);
		if (ret == 0)
			ir_loop_sleep_until(ctx->loop, start + common->interval_ms * 1000);
	}
	return ret < 0 && *ctx->stop ? 0 : ret;
}

int
ir_look(const struct ir_look *l, struct ir_err *err)
{
	struct turns t = { .look = l, .changes.rules = l->rules, .beat_us = ir_mono_us() + BEAT_US };
	int ret;

	l->ctx->deadline_us += l->more_ms * 1000;
	ret = l->common->watch ? ir_turns(l->ctx, l->common, l->more_ms, turn, &t, err) : turn(&t, err);
	ir_changes_done(&t.changes);
	return ret < 0 ? ret : t.told;
}
