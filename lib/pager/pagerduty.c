/*
 * pagerduty - open incidents of PagerDuty, by its REST API v2
 *
 * An ack of an incident that was resolved in between would open it again. So the list is taken again right before each PUT, and one that it does not show open is looked at by itself.
 */
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/percent.h"
#include "pager/pagerduty.h"
#include "rec/foreign.h"

enum { PAGE = 100, STEP = 90, OFFSET_MAX = 10000, NAMES_MAX = 16, MAIL_MAX = 254 };

/* ---- pure: the list */

static const char *
page(struct ir_pager_work *w, json_t **body)
{
	(void)body;
	/* without date_range only those of the last month are listed */
	return ir_asprintf(w->pager->look->ctx->arena,
	    "/incidents?statuses%%5B%%5D=triggered&statuses%%5B%%5D=acknowledged&date_range=all&limit=%d&offset=%zu&"
	    "sort_by=created_at",
	    PAGE, w->pages * STEP);
}

/* The first of acknowledgements; the rest came after it. */
static const json_t *
first_ack(const json_t *incident)
{
	const json_t *all = json_object_get(incident, "acknowledgements"), *first = NULL;
	int64_t first_ms = IR_TIME_NONE;

	for (size_t i = 0; json_is_array(all) && i < json_array_size(all); i++) {
		const json_t *ack = json_array_get(all, i);
		int64_t ms = ir_foreign_time(json_object_get(ack, "at"));

		if (json_is_object(ack) && (!first || (ms != IR_TIME_NONE && ms < first_ms))) {
			first = ack;
			first_ms = ms;
		}
	}
	return first;
}

/* Is one of its acknowledgements ours? */
static bool
is_ours(const json_t *incident, const char *me)
{
	const json_t *all = json_object_get(incident, "acknowledgements");

	for (size_t i = 0; me && json_is_array(all) && i < json_array_size(all); i++) {
		const json_t *who = json_object_get(json_array_get(all, i), "acknowledger");
		const char *id = json_string_value(json_object_get(who, "id"));

		if (id && strcmp(id, me) == 0)
			return true;
	}
	return false;
}

static const char *
name_of(struct ir_arena *arena, const json_t *reference)
{
	const char *s = ir_foreign_text(arena, reference, "summary");

	return s ? s : ir_foreign_text(arena, reference, "name");
}

/* When it is triggered again by itself. */
int64_t
ir_pagerduty_until(const json_t *incident, int64_t acked_ms)
{
	const json_t *all = json_object_get(incident, "pending_actions");
	int64_t timeout =
	    ir_foreign_int(json_object_get(json_object_get(incident, "service"), "acknowledgement_timeout"), 0);

	for (size_t i = 0; json_is_array(all) && i < json_array_size(all); i++) {
		const json_t *action = json_array_get(all, i);
		const char *type = json_string_value(json_object_get(action, "type"));

		if (type && strcmp(type, "unacknowledge") == 0)
			return ir_foreign_time(json_object_get(action, "at"));
	}
	return acked_ms != IR_TIME_NONE && timeout > 0 && timeout <= 1 << 30 ? acked_ms + timeout * 1000 : IR_TIME_NONE;
}

static void
take_assigned(struct ir_pager_work *w, const json_t *incident, struct ir_alert *a)
{
	struct ir_arena *arena = w->pager->look->ctx->arena;
	const json_t *all = json_object_get(incident, "assignments");

	a->mine = w->me ? 0 : -1;
	for (size_t i = 0; json_is_array(all) && i < json_array_size(all) && i < NAMES_MAX; i++) {
		const json_t *who = json_object_get(json_array_get(all, i), "assignee");
		const char *id = json_string_value(json_object_get(who, "id")), *name = name_of(arena, who);

		if (name)
			ir_list_add_once(arena, &a->assigned, name);
		if (id && w->me && strcmp(id, w->me) == 0)
			a->mine = 1;
	}
}

static void
take_labels(struct ir_pager_work *w, const json_t *incident, struct ir_alert *a)
{
	struct ir_arena *arena = w->pager->look->ctx->arena;
	const json_t *teams = json_object_get(incident, "teams");

	ir_pager_work_label(w, a, "number", ir_foreign_number(arena, incident, "incident_number"));
	ir_pager_work_label(w, a, "urgency", ir_foreign_text(arena, incident, "urgency"));
	ir_pager_work_label(w, a, "incident_key", ir_foreign_text(arena, incident, "incident_key"));
	ir_pager_work_label(w, a, "escalation_policy", name_of(arena, json_object_get(incident, "escalation_policy")));
	for (size_t i = 0; json_is_array(teams) && i < json_array_size(teams) && i < NAMES_MAX; i++)
		ir_pager_work_label(w, a, "team", name_of(arena, json_array_get(teams, i)));
}

static void
take_ack(struct ir_arena *arena, const json_t *incident, struct ir_alert *a)
{
	const json_t *ack = first_ack(incident);

	a->acked_by = name_of(arena, json_object_get(ack, "acknowledger"));
	a->acked_ms = ir_foreign_time(json_object_get(ack, "at"));
	a->acked_until_ms = ir_pagerduty_until(incident, a->acked_ms);
}

static const char *
state_of(const json_t *incident)
{
	const char *s = json_string_value(json_object_get(incident, "status"));

	if (!s)
		return NULL;
	return strcmp(s, "triggered") == 0      ? "firing"
	       : strcmp(s, "acknowledged") == 0 ? "acked"
	       : strcmp(s, "resolved") == 0     ? "resolved"
						: NULL;
}

struct ir_alert *
ir_pagerduty_incident(struct ir_pager_work *w, const json_t *o)
{
	struct ir_arena *arena = w->pager->look->ctx->arena;
	const char *state = state_of(o);
	struct ir_alert *a;

	if (!state)
		w->odd++;
	a = !state ? NULL
		   : ir_pager_work_add(w, ir_foreign_text(arena, o, "id"),
			 ir_foreign_time(json_object_get(o, "created_at")),
			 ir_foreign_text(arena, json_object_get(first_ack(o), "acknowledger"), "id"));
	if (!a)
		return NULL;
	ir_pager_seen_find(w->seen, a->alert)->ours = is_ours(o, w->me);
	a->state = state;
	a->name = ir_foreign_text(arena, o, "title");
	if (!a->name)
		a->name = ir_foreign_text(arena, o, "summary");
	a->severity = name_of(arena, json_object_get(o, "priority"));
	if (!a->severity)
		a->severity = ir_foreign_text(arena, o, "urgency");
	a->h.service = name_of(arena, json_object_get(o, "service"));
	if (strcmp(state, "acked") == 0)
		take_ack(arena, o, a);
	if (ir_foreign_text(arena, o, "html_url"))
		ir_list_add(arena, &a->links, ir_foreign_text(arena, o, "html_url"));
	take_assigned(w, o, a);
	take_labels(w, o, a);
	return a;
}

static int
take(struct ir_pager_work *w, const json_t *root, struct ir_err *err)
{
	const json_t *all = json_object_get(root, "incidents");

	if (!json_is_array(all)) {
		ir_fail(err, IR_BACKEND, "pager '%s': what answers there is not PagerDuty's REST API", w->pager->name);
		return ir_hint(err, "correct url: it is https://api.pagerduty.com, or https://api.eu.pagerduty.com");
	}
	for (size_t i = 0; i < json_array_size(all); i++) {
		const char *state = state_of(json_array_get(all, i));

		if (!state || strcmp(state, "resolved") != 0)
			ir_pagerduty_incident(w, json_array_get(all, i));
	}
	if (!json_is_true(json_object_get(root, "more")))
		return 0;
	/* beyond it PagerDuty lists none */
	if ((w->pages + 1) * STEP + PAGE > OFFSET_MAX)
		w->into->cut = true;
	return 1;
}

/* ---- who we are */

/* Fit for a header. */
static bool
is_mail(const char *s)
{
	if (!s || strlen(s) > MAIL_MAX || !strchr(s, '@'))
		return false;
	for (; *s; s++)
		if (*s <= ' ' || *s > '~')
			return false;
	return true;
}

static void
take_user(struct ir_pager_work *w, const json_t *user)
{
	struct ir_arena *arena = w->pager->look->ctx->arena;
	const char *mail = ir_foreign_text(arena, user, "email");

	w->me = ir_foreign_text(arena, user, "id");
	w->pager->me = ir_foreign_text(arena, user, "name");
	if (!w->from && is_mail(mail))
		w->from = mail;
}

void
ir_pagerduty_user(struct ir_pager_work *w, const json_t *root)
{
	const json_t *all = json_object_get(root, "users");

	if (json_object_get(root, "user"))
		take_user(w, json_object_get(root, "user"));
	for (size_t i = 0; json_is_array(all) && i < json_array_size(all); i++) {
		const char *mail = json_string_value(json_object_get(json_array_get(all, i), "email"));

		if (mail && w->from && strcasecmp(mail, w->from) == 0)
			take_user(w, json_array_get(all, i));
	}
}

static void
on_me(struct ir_pager_work *w, const struct ir_http_res *res, const json_t *root, const struct ir_err *why)
{
	struct pagerduty *d = (struct pagerduty *)w;
	struct ir_err err = IR_ERR_INIT;

	d->asked_me = !why || (res && res->status >= 400 && res->status < 500);
	if (!why)
		ir_pagerduty_user(w, root);
	if (why && (!res || (res->status != 400 && res->status != 403 && res->status != 404))) {
		ir_pager_listed(w->pager, why);
		return;
	}
	if (w->pager->look->q.mine && !w->me) {
		ir_fail(&err, IR_CONFIG, "pager '%s' does not know who we are there", w->pager->name);
		ir_hint(&err,
		    w->from ? "correct user, written at %s: it is the e-mail address of a user there"
			    : "write user = E-MAIL at %s: the key belongs to no user",
		    w->pager->origin);
		ir_pager_listed(w->pager, &err);
		return;
	}
	if (ir_pager_work_list(w, w->pager, ir_pager_work_listed, &err) < 0)
		ir_pager_listed(w->pager, &err);
}

static const char *
me_path(const struct ir_pager_work *w)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;

	ir_buf_init(&b, 2000);
	if (!w->from)
		return "/users/me";
	ir_buf_adds(&b, "/users?limit=100&query=");
	ir_percent_add(&b, w->from);
	return ir_strdup(w->pager->look->ctx->arena, b.data);
}

static int
list(struct ir_pager *p, struct ir_err *err)
{
	struct pagerduty *d = ir_pager_work_of(p, &ir_pager_pagerduty_api, sizeof(*d));
	struct ir_pager_work *w = &d->w;

	if (d->asked_me)
		return ir_pager_work_list(w, p, ir_pager_work_listed, err);
	if (is_mail(p->user))
		w->from = p->user;
	return ir_pager_work_ask(w, IR_READ, "GET", me_path(w), NULL, on_me, err);
}

static int
check(struct ir_ctx *ctx, const struct ir_section *s, struct ir_err *err)
{
	const char *user = ir_conf_str(s, "pager", "user");

	(void)ctx;
	if (user && !is_mail(user)) {
		ir_fail(err, IR_CONFIG, "user = %s is no e-mail address", user);
		return ir_hint(err, "write the e-mail address of your user of PagerDuty");
	}
	if (ir_conf_value(s, "token"))
		return 0;
	ir_fail(err, IR_CONFIG, "a pager of type pagerduty needs a key of its API");
	return ir_hint(err, "add token-file, token-command or token-env");
}

const struct ir_pager_api ir_pager_pagerduty_api = {
	.name = "PagerDuty",
	.unit = "incident",
	.prefix = "",
	.accept = "application/vnd.pagerduty+json;version=2",
	.auth = "Authorization: Token token=",
	.right = "to read and to write incidents",
	.batch = IR_PAGERDUTY_BATCH,
	.leases = true,
	.takes_over = true,
	.overlaps = true,
	.page = page,
	.take = take,
};

const struct ir_pager_ops ir_pager_pagerduty = {
	.name = "pagerduty",
	.url = "https://api.pagerduty.com",
	.can_renew = true,
	.can_unack = true,
	.check = check,
	.list = list,
	.choose = ir_pagerduty_choose,
	.act = ir_pagerduty_act,
	.stop = ir_pagerduty_stop,
};
