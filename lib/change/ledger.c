/* ledger - deploys that the journal remembers: those that were recorded, and those that were seen by earlier runs */
#include <jansson.h>
#include <string.h>

#include "change/told.h"
#include "rec/journal.h"
#include "rec/rec.h"
#include "service/service.h"

enum { LOOKED_AT = 20000 };

struct ledger {
	struct ir_change_source *source;
	const char *env;
	struct ir_change_later later;
	struct ir_list seen; /* rollouts, newest observation first */
};

/* What was true then need not be now. */
static void
forget(struct ir_deploy *d)
{
	d->current = -1;
	d->previous_available = -1;
	d->previous = d->previous_basis = NULL;
	if (d->outcome && strcmp(d->outcome, "replaced") == 0)
		d->outcome = NULL;
}

static int
take(void *arg, const char *record, size_t len)
{
	struct ledger *g = arg;
	struct ir_arena *arena = g->source->look->ctx->arena;
	json_t *obj = json_loadb(record, len, 0, NULL);
	struct ir_deploy d;

	if (!obj)
		return 0;
	ir_rec_to_row(arena, &ir_kind_deploy, obj, &d);
	json_decref(obj);
	if (!d.h.env || strcmp(d.h.env, g->env) != 0 || !d.rollout || ir_list_has(&g->seen, d.rollout))
		return 0;
	ir_list_add(arena, &g->seen, d.rollout);
	forget(&d);
	ir_change_add(g->source, &d);
	return 0;
}

static int
start(struct ir_change_source *s, struct ir_err *err)
{
	struct ir_ctx *ctx = s->look->ctx;
	struct ledger *g = IR_NEW(ctx->arena, struct ledger);
	struct ir_err why = IR_ERR_INIT;

	(void)err;
	g->source = s;
	g->env = s->look->q.place ? s->look->q.place->env : ir_service_env(ctx, NULL, NULL);
	s->priv = g;
	if (ctx->journal && ir_journal_recall(ctx->journal, "deploy", LOOKED_AT, take, g, &why) < 0)
		ir_change_fault(s, NULL, "journal", &why);
	ir_change_later(&g->later, s);
	return 0;
}

static void
stop(struct ir_change_source *s)
{
	struct ledger *g = s->priv;

	ir_change_later_stop(&g->later);
}

const struct ir_change_ops ir_change_ledger = {
	.name = "ledger",
	.start = start,
	.stop = stop,
};
