/*
 * alertmanager - alerts and silences of an Alertmanager, or a cluster of them, by its API v2
 *
 * Both lists are asked for at once and read as they come. Who has what is told when both are there.
 */
#include <string.h>

#include "pager/alertmanager.h"

/* ---- one list, streamed */

void
ir_am_credentials(const struct ir_pager *p, struct ir_http_req *req)
{
	if (p->token.len) {
		req->bearer = &p->token;
	} else if (p->password.len) {
		req->user = p->user;
		req->password = &p->password;
	}
}

static int
on_element(void *arg, const char *p, size_t n)
{
	struct ir_am_get *g = arg;

	if (g->each(g, p, n) < 0)
		g->bad++;
	return 0;
}

static int
on_piece(struct ir_pager_ask *a, const char *p, size_t n)
{
	struct ir_am_get *g = a->arg;

	if (p)
		return ir_am_cut_feed(&g->cut, p, n, &g->err);
	ir_am_cut_done(&g->cut);
	ir_am_cut_init(&g->cut, on_element, g);
	g->err = (struct ir_err)IR_ERR_INIT;
	g->bad = 0;
	g->restart(g);
	return 0;
}

/* What is wrong with the list itself. */
static int
judge(struct ir_am_get *g, struct ir_err *err)
{
	const char *name = g->ask.pager->name;
	struct ir_err end = IR_ERR_INIT;

	if (g->err.code || ir_am_cut_end(&g->cut, &end) < 0) {
		ir_fail(err, IR_BACKEND, "pager '%s' is no Alertmanager with API v2 (%s): %s", name, g->ask.path,
		    g->err.code ? g->err.msg : end.msg);
		return ir_hint(err, "see whether url, written at %s, is its base", g->ask.pager->origin);
	}
	if (g->bad)
		return ir_fail(
		    err, IR_BACKEND, "pager '%s': %zu of what %s tells cannot be read", name, g->bad, g->ask.path);
	return 0;
}

static void
on_answer(struct ir_pager_ask *a, const struct ir_http_res *res, const struct ir_err *why)
{
	struct ir_am_get *g = a->arg;
	struct ir_err err = IR_ERR_INIT;

	(void)res;
	if (!why && judge(g, &err) < 0)
		why = &err;
	ir_am_cut_done(&g->cut);
	g->open = false;
	g->ended(g, why);
}

int
ir_am_get(struct ir_am *am, struct ir_am_get *g, const char *path, struct ir_err *err)
{
	g->ask = (struct ir_pager_ask){ .pager = am->pager,
		.path = path,
		.url_at = am->url_at,
		.take = on_answer,
		.said = ir_am_said,
		.stream = on_piece,
		.arg = g };
	g->ask.req.effect = IR_READ;
	ir_am_credentials(am->pager, &g->ask.req);
	if (ir_pager_ask(&g->ask, err) < 0) {
		ir_pager_ask_stop(&g->ask);
		ir_am_cut_done(&g->cut);
		return -1;
	}
	g->open = true;
	return 0;
}

void
ir_am_get_stop(struct ir_am_get *g)
{
	if (!g->open)
		return;
	ir_pager_ask_stop(&g->ask);
	ir_am_cut_done(&g->cut);
	g->open = false;
}

/* ---- all alerts, all silences */

static void
forget_alerts(struct ir_am_get *g)
{
	struct ir_am *am = g->arg;

	am->pager->n = am->n_all = 0;
	am->pager->cut = am->cut = false;
}

static int
take_alert(struct ir_am_get *g, const char *text, size_t n)
{
	struct ir_am *am = g->arg;
	struct ir_arena *arena = am->pager->look->ctx->arena;
	struct ir_alert *a = ir_pager_add(am->pager);

	if (!a) {
		am->cut = true;
		return 0;
	}
	if (ir_am_read_alert(arena, &am->texts, text, n, a) < 0) {
		am->pager->n--;
		return -1;
	}
	am->all = ir_am_more(arena, am->all, am->n_all, &am->size_all, sizeof(*am->all));
	am->all[am->n_all++] = a;
	return 0;
}

static void
forget_silences(struct ir_am_get *g)
{
	struct ir_am *am = g->arg;

	am->silences.n = 0;
	am->silences.cut = false;
}

static int
take_silence(struct ir_am_get *g, const char *text, size_t n)
{
	struct ir_am *am = g->arg;

	return ir_am_read_silence(am->pager->look->ctx->arena, text, n, &am->silences);
}

/* Both are there. */
static void
finish(struct ir_am *am)
{
	struct ir_pager *p = am->pager;
	struct ir_err err = p->err;

	ir_am_silences_sort(&am->silences);
	for (size_t i = 0; i < am->n_all; i++)
		ir_am_tell_state(p->look->ctx->arena, &am->silences, am->all[i]);
	if (!err.code)
		err = am->silences_err;
	if (!err.code && am->silences.cut)
		ir_fail(&err, IR_BACKEND, "pager '%s' has more than %d silences: who has what is not known", p->name,
		    IR_AM_SILENCES);
	ir_pager_listed(p, err.code ? &err : NULL);
}

static void
on_alerts(struct ir_am_get *g, const struct ir_err *why)
{
	struct ir_am *am = g->arg;

	am->url_at = g->ask.url_at;
	if (why)
		am->pager->err = *why;
	if (!am->get_silences.open)
		finish(am);
}

static void
on_silences(struct ir_am_get *g, const struct ir_err *why)
{
	struct ir_am *am = g->arg;

	if (why)
		am->silences_err = *why;
	if (!am->get_alerts.open)
		finish(am);
}

static int
list(struct ir_pager *p, struct ir_err *err)
{
	struct ir_am *am = IR_NEW(p->look->ctx->arena, struct ir_am);

	p->priv = am;
	am->pager = p;
	am->get_alerts =
	    (struct ir_am_get){ .each = take_alert, .restart = forget_alerts, .ended = on_alerts, .arg = am };
	am->get_silences =
	    (struct ir_am_get){ .each = take_silence, .restart = forget_silences, .ended = on_silences, .arg = am };
	if (ir_am_get(am, &am->get_alerts, "/api/v2/alerts", err) < 0)
		return -1;
	/* servers that do not know the parameter tell also those that are over */
	ir_am_get(am, &am->get_silences, "/api/v2/silences?expired=false", &am->silences_err);
	return 0;
}

static void
stop(struct ir_pager *p)
{
	struct ir_am *am = p->priv;

	if (!am)
		return;
	ir_am_get_stop(&am->get_alerts);
	ir_am_get_stop(&am->get_silences);
	ir_am_act_stop(am);
	if (p->acting)
		return;
	/* what came is told as far as it goes */
	ir_am_silences_sort(&am->silences);
	for (size_t i = 0; i < am->n_all; i++)
		ir_am_tell_state(p->look->ctx->arena, &am->silences, am->all[i]);
}

const struct ir_pager_ops ir_pager_alertmanager = {
	.name = "alertmanager",
	.can_renew = true,
	.can_unack = true,
	.list = list,
	.choose = ir_am_choose,
	.act = ir_am_act,
	.stop = stop,
};
