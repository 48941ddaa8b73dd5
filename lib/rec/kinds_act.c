/* kinds_act - the tables of what pages, what is planned, done and told */
#include <math.h>

#include "rec/kinds_cols.h"

/* alert */

/* clang-format off */
static const struct ir_col alert_cols[] = {
	STR(struct ir_alert, pager, 0, "PAGER", "name of the pager, as in ir.conf, or its type when none is configured"),
	STR(struct ir_alert, pager_type, 0, "TYPE", "alertmanager pagerduty goalert oncall opsgenie jsm command"),
	STR(struct ir_alert, alert, 0, "ALERT", "the pager's own id of it: a fingerprint, an incident's id"),
	STR(struct ir_alert, name, 0, "NAME", "of the rule that fires, or its title"),
	STR(struct ir_alert, severity, 0, "SEVERITY", "as the pager says it"),
	STR(struct ir_alert, state, 0, "STATE", "firing acked silenced inhibited resolved"),
	TIME(struct ir_alert, ended_ms, "ended", 0, "ENDED", "when it was seen to be over, while watching"),
	STR(struct ir_alert, description, 0, "DESCRIPTION", "in words, at most 1 KiB"),
	STR(struct ir_alert, acked_by, 0, "ACKED BY", "who has it"),
	TIME(struct ir_alert, acked_ms, "acked_at", 0, "ACKED", "since when"),
	TIME(struct ir_alert, acked_until_ms, "acked_until", 0, "ACKED UNTIL", "when it pages again; null: it does not, or the pager does not tell"),
	STR(struct ir_alert, ack_note, 0, "ACK NOTE", "what was said when it was acked"),
	LIST(struct ir_alert, acks, 0, "ACKS", "the pager's own ids of what keeps it quiet: silences"),
	BOOL(struct ir_alert, mine, 0, "MINE", "it pages this user; null: the pager does not tell whom it pages"),
	LIST(struct ir_alert, assigned, 0, "ASSIGNED", "whom it pages"),
	LIST(struct ir_alert, labels, 0, "LABELS", "\"name=value\""),
	LIST(struct ir_alert, links, 0, "LINKS", "where more is said: runbook, dashboard, graph, the pager's page"),
	STR(struct ir_alert, change, 0, "CHANGE", "while watching: + appeared, - over, ~ changed"),
	END,
};
/* clang-format on */

static void
alert_key(const void *row, const char *env, const char *run, struct ir_buf *b)
{
	const struct ir_alert *a = row;
	char time[IR_TIME_MAX];

	(void)run;
	ir_key_first(b, env);
	ir_key_next(b, a->pager);
	ir_key_next(b, a->alert);
	ir_key_next(b, a->h.time_ms == IR_TIME_NONE ? "" : ir_time_format(time, a->h.time_ms));
}

const struct ir_kind ir_kind_alert = {
	.name = "alert",
	.version = 1,
	.prefix = "alr",
	.doc = "something pages, or would if nobody had it",
	.key_doc = "env, a zero byte, pager, a zero byte, alert, a zero byte, time in RFC 3339 with milliseconds",
	.cols = alert_cols,
	.size = sizeof(struct ir_alert),
	.key = alert_key,
};

/* plan */

/* clang-format off */
static const struct ir_col plan_cols[] = {
	STR(struct ir_plan, command, 0, "COMMAND", "that made it"),
	STR(struct ir_plan, verb, 0, "VERB", "what it does, in a word"),
	INT(struct ir_plan, steps, 0, "STEPS", "how many actions it has"),
	LIST(struct ir_plan, targets, 0, "TARGETS", "ids of what it acts on"),
	STR(struct ir_plan, who, 0, "WHO", "in whose name"),
	STR(struct ir_plan, reason, 0, "REASON", "what for"),
	STR(struct ir_plan, undo, 0, "UNDO", "the command that takes it back; null: it cannot be"),
	TIME(struct ir_plan, expires_ms, "expires", 0, "EXPIRES", "when it can no longer be applied"),
	END,
};
/* clang-format on */

static void
plan_key(const void *row, const char *env, const char *run, struct ir_buf *b)
{
	(void)row;
	(void)env;
	ir_key_first(b, run);
}

const struct ir_kind ir_kind_plan = {
	.name = "plan",
	.version = 1,
	.prefix = "pln",
	.doc = "what an actor is about to do, or did",
	.key_doc = "run",
	.cols = plan_cols,
	.size = sizeof(struct ir_plan),
	.key = plan_key,
};

/* action */

/* clang-format off */
static const struct ir_col action_cols[] = {
	STR(struct ir_action, plan, 0, "PLAN", "id of the plan that it is a step of"),
	INT(struct ir_action, step, 0, "STEP", "of the plan, from 1"),
	STR(struct ir_action, verb, 0, "VERB", "what was to be done: ack renew unack open note close post ticket"),
	STR(struct ir_action, target, 0, "TARGET", "id of what it was done to"),
	STR(struct ir_action, backend, 0, "BACKEND", "what was asked to do it: name of the pager, the channel"),
	STR(struct ir_action, before, 0, "BEFORE", "how it was"),
	STR(struct ir_action, after, 0, "AFTER", "how it was found to be afterwards"),
	STR(struct ir_action, by, 0, "BY", "who has it already, when there was nothing to do"),
	STR(struct ir_action, who, 0, "WHO", "in whose name"),
	STR(struct ir_action, reason, 0, "REASON", "why it was not done, or did not go well"),
	STR(struct ir_action, hold, 0, "HOLD", "the backend's own id of what was made: a silence, a message"),
	TIME(struct ir_action, until_ms, "until", 0, "UNTIL", "when it ends by itself; null: it does not"),
	STR(struct ir_action, undo, 0, "UNDO", "the command that takes it back"),
	END,
};
/* clang-format on */

static void
action_key(const void *row, const char *env, const char *run, struct ir_buf *b)
{
	const struct ir_action *a = row;

	(void)env;
	(void)run;
	ir_key_first(b, a->plan);
	ir_buf_addc(b, '\0');
	ir_buf_addf(b, "%lld", (long long)a->step);
}

const struct ir_kind ir_kind_action = {
	.name = "action",
	.version = 1,
	.prefix = "act",
	.doc = "one step of a plan, and how it went",
	.key_doc = "the plan's id, a zero byte, step in decimal",
	.cols = action_cols,
	.size = sizeof(struct ir_action),
	.key = action_key,
};

/* incident */

/* clang-format off */
static const struct ir_col incident_cols[] = {
	STR(struct ir_incident, title, 0, "TITLE", "as it was opened"),
	STR(struct ir_incident, state, 0, "STATE", "open closed"),
	STR(struct ir_incident, severity, 0, "SEVERITY", "sev1, the worst, to sev5; null: not judged yet"),
	STR(struct ir_incident, opened_by, 0, "OPENED BY", "who opened it"),
	STR(struct ir_incident, lead, 0, "LEAD", "who leads the response"),
	TIME(struct ir_incident, began_ms, "began", 0, "BEGAN", "when the trouble began, by the earliest alert or as somebody said"),
	TIME(struct ir_incident, opened_ms, "opened", 0, "OPENED", "when it was opened"),
	TIME(struct ir_incident, closed_ms, "closed", 0, "CLOSED", "when it was closed"),
	LIST(struct ir_incident, alerts, 0, "ALERTS", "ids of the alerts that it is about"),
	LIST(struct ir_incident, services, 0, "SERVICES", "that are affected"),
	STR(struct ir_incident, ticket, 0, "TICKET", "where it is tracked: URL, or the ticket system's id"),
	LIST(struct ir_incident, threads, 0, "THREADS", "\"channel=id\" of the message that later ones are threaded under"),
	STR(struct ir_incident, event, 0, "EVENT", "what this record tells: opened severity assigned joined closed reopened; told: a ticket or a thread came of it"),
	STR(struct ir_incident, who, 0, "WHO", "who did that"),
	STR(struct ir_incident, message, 0, "MESSAGE", "what was said with it"),
	END,
};
/* clang-format on */

static void
incident_key(const void *row, const char *env, const char *run, struct ir_buf *b)
{
	const struct ir_incident *i = row;
	char time[IR_TIME_MAX];

	(void)env;
	(void)run;
	ir_key_first(b, i->h.time_ms == IR_TIME_NONE ? "" : ir_time_format(time, i->h.time_ms));
	ir_key_next(b, i->title);
}

const struct ir_kind ir_kind_incident = {
	.name = "incident",
	.version = 1,
	.prefix = "inc",
	.doc = "what responders work on together",
	.key_doc = "time in RFC 3339 with milliseconds, a zero byte, title",
	.cols = incident_cols,
	.size = sizeof(struct ir_incident),
	.key = incident_key,
};

/* note */

/* clang-format off */
static const struct ir_col note_cols[] = {
	STR(struct ir_note, incident, 0, "INCIDENT", "id of the incident that it is about"),
	STR(struct ir_note, who, 0, "WHO", "who said it"),
	STR(struct ir_note, text, 0, "TEXT", "all of it, at most 64 KiB"),
	TIME(struct ir_note, written_ms, "written", 0, "WRITTEN", "when it was written; time is what it speaks of"),
	END,
};
/* clang-format on */

static void
note_key(const void *row, const char *env, const char *run, struct ir_buf *b)
{
	(void)row;
	(void)env;
	ir_key_first(b, run);
}

const struct ir_kind ir_kind_note = {
	.name = "note",
	.version = 1,
	.prefix = "nte",
	.doc = "what somebody said",
	.key_doc = "run",
	.cols = note_cols,
	.size = sizeof(struct ir_note),
	.key = note_key,
};
