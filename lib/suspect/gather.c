/* gather - records into a case: members, and what holds for all kinds */
#include "suspect/gather.h"

#include <math.h>
#include <string.h>

enum { SAID_MS = 60000, ALERT_MS = 300000, INCIDENT_MS = 900000, AFTER_MS = 30000 };

/* ---- members */

const char *
gather_str(const json_t *rec, const char *key)
{
	const char *s = json_string_value(json_object_get(rec, key));

	return s ? s : "";
}

int64_t
gather_time(const json_t *rec, const char *key)
{
	const char *s = gather_str(rec, key);
	int64_t ms;

	return ir_time_parse_rfc3339(s, strlen(s), &ms) == 0 ? ms : IR_TIME_NONE;
}

int64_t
gather_int(const json_t *rec, const char *key, int64_t none)
{
	const json_t *v = json_object_get(rec, key);

	return json_is_integer(v) ? (int64_t)json_integer_value(v) : none;
}

void
gather_list(struct ir_gather *g, const json_t *rec, const char *key, struct ir_list *list)
{
	const json_t *v = json_object_get(rec, key), *e;
	size_t i;

	json_array_foreach(v, i, e)
	{
		if (i >= IR_GATHER_FILES)
			break;
		if (json_string_value(e) && *json_string_value(e))
			ir_list_add(g->arena, list, ir_strdup(g->arena, json_string_value(e)));
	}
}

/* ---- taking */

void
ir_gather_init(struct ir_gather *g, struct ir_arena *arena, int64_t now_ms, int64_t since_ms)
{
	*g = (struct ir_gather){ .arena = arena, .now_ms = now_ms, .since_ms = since_ms };
}

bool
ir_gather_record(struct ir_gather *g, const json_t *rec)
{
	const char *kind = gather_str(rec, "kind"), *env = gather_str(rec, "env");

	if (!g->env && *env)
		g->env = ir_strdup(g->arena, env);
	return gather_change(g, kind, rec) || gather_trouble(g, kind, rec);
}

void
ir_gather_onset(struct ir_gather *g, int64_t ms)
{
	gather_mark(g, NULL, ms - SAID_MS, ms + SAID_MS, true);
}

/* An alert waits for a while, and people are slower still. */
int
ir_gather_onset_of(struct ir_gather *g, const json_t *rec)
{
	const char *kind = gather_str(rec, "kind");
	int64_t at = gather_time(rec, "time"), first = gather_time(rec, "first_seen"),
		began = gather_time(rec, "began");

	if (strcmp(kind, "pattern") == 0 && first != IR_TIME_NONE)
		gather_mark(g, rec, first - SAID_MS, first + SAID_MS, true);
	else if (strcmp(kind, "incident") == 0 && began != IR_TIME_NONE)
		gather_mark(g, rec, began - INCIDENT_MS, began + AFTER_MS, true);
	else if (strcmp(kind, "alert") == 0 && at != IR_TIME_NONE)
		gather_mark(g, rec, at - ALERT_MS, at + AFTER_MS, true);
	else if (strcmp(kind, "check") == 0)
		g->asked = ir_strdup(g->arena, gather_str(rec, "id"));
	else if (at != IR_TIME_NONE && strcmp(kind, "incident") == 0)
		gather_mark(g, rec, at - INCIDENT_MS, at + AFTER_MS, true);
	else
		return -1;
	return 0;
}

void
ir_gather_finish(struct ir_gather *g, struct ir_suspect_case *c)
{
	struct ir_suspect_change *v;

	gather_settle(g);
	v = IR_NEW_N(g->arena, struct ir_suspect_change, g->n_changes + 1);
	for (size_t i = 0; i < g->n_changes; i++)
		v[i] = g->changes[i].c;
	*c = (struct ir_suspect_case){
		.series = g->series,
		.n_series = g->n_series,
		.marks = g->marks,
		.n_marks = g->n_marks,
		.changes = v,
		.n_changes = g->n_changes,
		.failing = g->failing,
		.n_failing = g->n_failing,
		.edges = g->edges,
		.n_edges = g->n_edges,
		.now_ms = g->now_ms,
	};
}

/* They are few that are asked for. */
const struct ir_gather_change *
ir_gather_of(const struct ir_gather *g, const struct ir_suspect_change *c)
{
	for (size_t i = 0; i < g->n_changes; i++) {
		if (strcmp(g->changes[i].c.id, c->id) == 0)
			return &g->changes[i];
	}
	return NULL;
}
