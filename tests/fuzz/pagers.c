/* pagers - any answer of a pager's API: what is listed has an id that is fit for a path, a state, and once each; what is told of an ack is an outcome */
#include "base/cleanup.h"
#include "fuzz.h"
#include "pager/goalert.h"
#include "pager/pagerduty.h"
#include "rec/foreign.h"

static const struct ir_pager_api *const apis[] = { &ir_pager_pagerduty_api, &ir_pager_goalert_api, &ir_pager_oncall_api,
	&ir_pager_opsgenie_api, &ir_pager_jsm_api };

static void
check_alerts(const struct ir_pager_work *w, const struct ir_pager *p)
{
	HOLDS(p->n == w->listed.n);
	for (size_t i = 0; i < p->n; i++) {
		const struct ir_alert *a = p->alerts[i];

		HOLDS(a->state && a->h.time_ms != IR_TIME_NONE && *a->alert && strlen(a->alert) <= IR_PAGER_ID);
		HOLDS(!strpbrk(a->alert, "/.?#% \r\n"));
		HOLDS(ir_pager_seen_find(&w->listed, a->alert)->alert == a);
		for (size_t k = 0; k < a->labels.n; k++)
			HOLDS(strchr(a->labels.v[k], '='));
	}
}

static void
check_acks(struct ir_pager_work *w, struct ir_pager *p, const json_t *root)
{
	struct ir_pager_item items[4];
	struct ir_pager_job job = { .items = items, .n = p->n < 4 ? p->n : 4 };
	size_t sent[] = { 0, 1, 2, 3 };

	for (size_t i = 0; i < job.n; i++)
		items[i] = (struct ir_pager_item){ .alert = p->alerts[i], .status = IR_STATUS_PLANNED };
	p->job = &job;
	ir_pager_work_choose(w, &job, "do");
	if (w->api == &ir_pager_pagerduty_api) {
		((struct pagerduty *)w)->sent = sent;
		((struct pagerduty *)w)->n_sent = job.n;
		ir_pagerduty_settle((struct pagerduty *)w, root);
		ir_pagerduty_user(w, root);
		HOLDS(!w->from || !strpbrk(w->from, " \r\n"));
	} else {
		ir_goalert_changed(w, root, sent, job.n);
	}
	for (size_t i = 0; i < job.n; i++)
		HOLDS(items[i].status >= IR_STATUS_PLANNED && items[i].status <= IR_STATUS_REFUSED);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ir_arena arena = { NULL };
	struct ir_ctx ctx = { .arena = &arena, .who = "ana" };
	struct ir_pager_look look = { .ctx = &ctx };
	const struct ir_pager_api *api = apis[fuzz_number(&data, &n, 1) % 5];
	struct ir_pager p = { .ops = &ir_pager_command, .name = "main", .origin = "ir.conf:1", .look = &look };
	struct ir_pager_work *w = ir_pager_work_of(&p, api, 1 << 15);
	struct ir_err err = IR_ERR_INIT;
	char *text = fuzz_string(data, n);
	json_t *root = ir_foreign_json(text, n);

	w->into = &p;
	w->seen = &w->listed;
	HOLDS(api->take(w, root, &err) >= 0 || err.code == IR_BACKEND);
	check_alerts(w, &p);
	check_acks(w, &p, root);
	json_decref(root);
	free(text);
	ir_arena_done(&arena);
	return 0;
}
