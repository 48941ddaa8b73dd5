/* alert - what is said of an alert, whatever paged: whose it is, how bad, in one line */
#include <string.h>
#include <strings.h>

#include "pager/pager.h"

/* Labels that often bear a service's name; they count where it is one that is known. */
static const char *const likely_labels[] = { "app", "app_kubernetes_io_name", "job", "container", NULL };
/* Severities that nobody is woken for. */
static const char *const mild[] = { "info", "information", "informational", "none", "debug", "notice", "warning",
	"warn", "low", "minor", "p4", "p5", NULL };

/* [service "web"] alert-match = … */
struct rule {
	const char *service;
	struct ir_matcher *v;
	size_t n;
};

struct ir_pager_rules {
	struct rule *rules;
	size_t n;
	struct ir_matcher **filters; /* of each pager */
	size_t *n_filters;
	struct ir_list known; /* services */
};

static int
add_rules(struct ir_pager_look *look, struct ir_pager_rules *r, const struct ir_section *s, struct ir_err *err)
{
	struct ir_arena *arena = look->ctx->arena;
	const struct ir_list *list = ir_conf_list(s, "alert-match");
	const struct ir_value *v = ir_conf_value(s, "alert-match");

	for (size_t i = 0; i < list->n; i++) {
		struct rule *rule = &r->rules[r->n];

		rule->service = s->name;
		if (ir_matcher_parse_all(arena, list->v[i], &rule->v, &rule->n, err) < 0)
			return ir_wrap(err, "%s: alert-match", ir_conf_origin(arena, v->file, v->line));
		r->n++;
	}
	return 0;
}

static int
read_filters(struct ir_pager_look *look, struct ir_pager_rules *r, size_t at, struct ir_err *err)
{
	struct ir_arena *arena = look->ctx->arena;
	const struct ir_section *s = look->v[at].section;
	const struct ir_list *list = ir_conf_list(s, "filter");
	const struct ir_value *v = ir_conf_value(s, "filter");

	r->filters[at] = IR_NEW_N(arena, struct ir_matcher, list->n + 1);
	for (size_t i = 0; i < list->n; i++) {
		if (ir_matcher_parse(arena, list->v[i], &r->filters[at][i], err) < 0)
			return ir_wrap(err, "%s: filter", ir_conf_origin(arena, v->file, v->line));
		r->n_filters[at]++;
	}
	return 0;
}

static size_t
count_rules(const struct ir_conf *conf)
{
	size_t n = 0;

	for (size_t i = 0; i < conf->n; i++)
		if (strcmp(conf->v[i].type->name, "service") == 0)
			n += ir_conf_list(&conf->v[i], "alert-match")->n;
	return n;
}

int
ir_pager_rules_read(struct ir_pager_look *look, struct ir_err *err)
{
	const struct ir_conf *conf = look->ctx->conf;
	struct ir_arena *arena = look->ctx->arena;
	struct ir_pager_rules *r = IR_NEW(arena, struct ir_pager_rules);

	look->rules = r;
	r->rules = IR_NEW_N(arena, struct rule, count_rules(conf) + 1);
	r->filters = IR_NEW_N(arena, struct ir_matcher *, look->n + 1);
	r->n_filters = IR_NEW_N(arena, size_t, look->n + 1);
	for (size_t i = 0; i < conf->n; i++) {
		if (strcmp(conf->v[i].type->name, "service") != 0)
			continue;
		ir_list_add_once(arena, &r->known, conf->v[i].name);
		if (add_rules(look, r, &conf->v[i], err) < 0)
			return -1;
	}
	for (size_t i = 0; look->q.services && i < look->q.services->n; i++)
		ir_list_add_once(arena, &r->known, look->q.services->v[i]);
	for (size_t i = 0; i < look->n; i++)
		if (read_filters(look, r, i, err) < 0)
			return -1;
	return 0;
}

void
ir_pager_rules_done(struct ir_pager_look *look)
{
	const struct ir_pager_rules *r = look->rules;

	for (size_t i = 0; r && i < r->n; i++)
		for (size_t k = 0; k < r->rules[i].n; k++)
			ir_matcher_done(&r->rules[i].v[k]);
	for (size_t i = 0; r && i < look->n; i++)
		for (size_t k = 0; k < r->n_filters[i]; k++)
			ir_matcher_done(&r->filters[i][k]);
	look->rules = NULL;
}

static bool
all_hold(const struct ir_matcher *v, size_t n, const struct ir_alert *a)
{
	for (size_t i = 0; i < n; i++)
		if (!ir_matcher_holds(&v[i], a))
			return false;
	return true;
}

bool
ir_pager_wants(const struct ir_pager *p, const struct ir_alert *a)
{
	const struct ir_pager_rules *r = p->look->rules;
	size_t at = (size_t)(p - p->look->v);

	return !r || all_hold(r->filters[at], r->n_filters[at], a);
}

/* ---- whose it is */

static const char *
by_rule(const struct ir_pager_rules *r, const struct ir_alert *a)
{
	for (size_t i = 0; r && i < r->n; i++)
		if (all_hold(r->rules[i].v, r->rules[i].n, a))
			return r->rules[i].service;
	return NULL;
}

static const char *
by_label(const struct ir_pager *p, const struct ir_alert *a)
{
	static const char *const usual[] = { "service", NULL };
	const struct ir_list *said = ir_conf_list(p->section, "service-label");
	const char *const *names = said->n ? said->v : usual;

	for (; *names; names++) {
		const char *s = ir_alert_label(a, *names);

		if (s && *s)
			return s;
	}
	return NULL;
}

static const char *
by_known_name(const struct ir_pager_rules *r, const struct ir_alert *a)
{
	for (size_t i = 0; r && likely_labels[i]; i++) {
		const char *s = ir_alert_label(a, likely_labels[i]);

		if (s && ir_list_has(&r->known, s))
			return s;
	}
	return NULL;
}

static const char *
service_of(const struct ir_pager *p, const struct ir_alert *a)
{
	const char *s = by_rule(p->look->rules, a);

	if (!s && a->h.service && *a->h.service)
		s = a->h.service;
	if (!s)
		s = by_label(p, a);
	if (!s)
		s = by_known_name(p->look->rules, a);
	return s ? s : "";
}

/* ---- how bad it is, in one line */

static bool
is_mild(const char *severity)
{
	for (size_t i = 0; severity && mild[i]; i++)
		if (strcasecmp(mild[i], severity) == 0)
			return true;
	return false;
}

static enum ir_status
status_of(const struct ir_alert *a)
{
	if (strcmp(a->state, "resolved") == 0)
		return IR_STATUS_OK;
	if (strcmp(a->state, "firing") != 0)
		return IR_STATUS_WARN;
	return is_mild(a->severity) ? IR_STATUS_WARN : IR_STATUS_FAIL;
}

/* "acked by ana until 02:40Z" */
static const char *
state_text(struct ir_arena *arena, const struct ir_alert *a, int64_t now_ms)
{
	enum { DAY_MS = 24 * 60 * 60 * 1000, DATE = 10, CLOCK = 11, MINUTE = 16 };
	char time[IR_TIME_MAX];
	const char *until = "";

	if (strcmp(a->state, "firing") == 0)
		return "";
	if (a->acked_until_ms != IR_TIME_NONE) {
		ir_time_format(time, a->acked_until_ms);
		until = a->acked_until_ms - now_ms < DAY_MS
			    ? ir_asprintf(arena, " until %.*sZ", MINUTE - CLOCK, time + CLOCK)
			    : ir_asprintf(arena, " until %.*s", DATE, time);
	}
	return ir_asprintf(
	    arena, "%s%s%s%s: ", a->state, a->acked_by ? " by " : "", a->acked_by ? a->acked_by : "", until);
}

static const char *
summary_of(struct ir_arena *arena, const struct ir_alert *a, int64_t now_ms)
{
	const char *said = a->description && *a->description ? a->description : a->name;
	size_t n = strcspn(said, "\r\n");

	return ir_asprintf(arena, "%s%s%s%.*s", state_text(arena, a, now_ms), a->severity ? a->severity : "",
	    a->severity ? ": " : "", (int)(n < 400 ? n : 400), said);
}

void
ir_pager_tell(const struct ir_pager *p, struct ir_alert *a)
{
	struct ir_arena *arena = p->look->ctx->arena;
	const char *instance = ir_alert_label(a, "instance");

	a->pager = p->name;
	a->pager_type = p->ops->name;
	if (!a->name)
		a->name = a->alert;
	if (!a->state)
		a->state = "firing";
	a->h.service = service_of(p, a);
	a->h.status = status_of(a);
	a->h.subject = ir_asprintf(arena, "alert:%s%s%s", a->name, instance ? "@" : "", instance ? instance : "");
	a->h.summary = summary_of(arena, a, ir_now_ms());
}
