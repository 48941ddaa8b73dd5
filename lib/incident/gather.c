/* gather - what an incident is about, from the records that it is opened with */
#include "incident/gather.h"

#include <string.h>
#include <strings.h>

#include "incident/incident.h"

enum { ALERTS_MAX = 1000, LINES_MAX = 50 };

const struct ir_kind *const ir_incident_about[] = { &ir_kind_alert, &ir_kind_action, &ir_kind_check, &ir_kind_pattern,
	&ir_kind_deploy, &ir_kind_migration, &ir_kind_suspect, NULL };

/* How bad, from 0, by what pagers say. */
static int
badness(const char *severity)
{
	static const char *const words[][8] = {
		{ "critical", "emergency", "fatal", "disaster", "page", "p1", "sev1", NULL },
		{ "error", "high", "major", "urgent", "p2", "sev2", NULL },
		{ "warning", "warn", "moderate", "medium", "p3", "sev3", NULL },
		{ "info", "low", "minor", "notice", "p4", "p5", "sev4", NULL },
	};

	for (int i = 0; i < 4; i++)
		for (size_t k = 0; words[i][k]; k++)
			if (strcasecmp(words[i][k], severity) == 0)
				return i;
	return -1;
}

static void
take_severity(struct ir_incident_gathered *g, const char *severity)
{
	int now = badness(severity), was = ir_name_index(ir_severities, g->severity);

	if (now >= 0 && (was < 0 || now < was))
		g->severity = ir_severities[now];
}

static void
take_line(struct ir_arena *arena, struct ir_incident_gathered *g, const struct ir_rec *rec)
{
	const char *service = ir_rec_str(rec, "service");

	if (g->about.n < LINES_MAX)
		ir_list_add(arena, &g->about,
		    ir_asprintf(arena, "%s %s%s%s", ir_rec_str(rec, "id"), service, *service ? ": " : "",
			ir_rec_str(rec, "summary")));
}

static void
take(struct ir_arena *arena, struct ir_incident_gathered *g, const struct ir_rec *rec, bool alerts)
{
	const char *id = ir_strdup(arena, ir_rec_str(rec, "id")), *service = ir_rec_str(rec, "service"),
		   *target = ir_rec_str(rec, "target");
	int64_t ms = ir_rec_time(rec);

	if (rec->kind == &ir_kind_action && strncmp(target, "alr-", 4) == 0)
		id = ir_strdup(arena, target);
	if (*service)
		ir_list_add_once(arena, &g->services, ir_strdup(arena, service));
	if (strncmp(id, "alr-", 4) == 0 && g->alerts.n < ALERTS_MAX)
		ir_list_add_once(arena, &g->alerts, id);
	else if (g->refs.n < ALERTS_MAX)
		ir_list_add_once(arena, &g->refs, id);
	/* an action's time is when it was done, a check's when it was looked at: where there are alerts, they tell when it began */
	if (ms != IR_TIME_NONE && (rec->kind == &ir_kind_alert || !alerts) && rec->kind != &ir_kind_action &&
	    (g->began_ms == IR_TIME_NONE || ms < g->began_ms))
		g->began_ms = ms;
	if (rec->kind == &ir_kind_alert)
		take_severity(g, ir_rec_str(rec, "severity"));
	take_line(arena, g, rec);
}

void
ir_incident_gather(struct ir_arena *arena, const struct ir_in *in, struct ir_incident_gathered *g)
{
	bool alerts = false;

	*g = (struct ir_incident_gathered){ .began_ms = IR_TIME_NONE };
	for (size_t i = 0; i < in->n; i++)
		alerts |= in->v[i].rec.kind == &ir_kind_alert;
	for (size_t i = 0; i < in->n; i++)
		take(arena, g, &in->v[i].rec, alerts);
}
