/* split - since when something in a log is news: what was said, an incident, a deploy, or just now */
#include "logs/split.h"

#include <jansson.h>
#include <string.h>

#include "base/clock.h"
#include "rec/journal.h"

enum { LOOKED_AT = 50 };

struct newest {
	struct ir_arena *arena;
	int64_t from_ms, to_ms;
	const char *since; /* the member with the beginning, where it is not `time` */
	const char *id;
	int64_t ms;
};

static int64_t
time_of(const json_t *rec, const char *member)
{
	const char *s = json_string_value(json_object_get(rec, member));
	int64_t ms;

	return s && ir_time_parse_rfc3339(s, strlen(s), &ms) == 0 ? ms : IR_TIME_NONE;
}

static bool
is_closed(const json_t *rec)
{
	const json_t *closed = json_object_get(rec, "closed");

	return closed && !json_is_null(closed) && !json_is_false(closed);
}

/* The newest that is open and lies within the times. */
static int
take(void *arg, const char *record, size_t len)
{
	struct newest *n = arg;
	json_t *rec = json_loadb(record, len, 0, NULL);
	int64_t ms = n->since ? time_of(rec, n->since) : IR_TIME_NONE;
	bool good;

	if (ms == IR_TIME_NONE)
		ms = time_of(rec, "time");
	good = rec && !is_closed(rec) && ms >= n->from_ms && ms < n->to_ms && ms > n->ms;
	if (good) {
		n->ms = ms;
		n->id = ir_strdup(n->arena, json_string_value(json_object_get(rec, "id")));
	}
	json_decref(rec);
	return 0;
}

static bool
find(struct ir_ctx *ctx, const char *kind, struct newest *n)
{
	struct ir_err err = IR_ERR_INIT;

	n->arena = ctx->arena;
	n->ms = IR_TIME_NONE;
	if (!ctx->journal || ir_journal_recent(ctx->journal, kind, LOOKED_AT, take, n, &err) < 0)
		return false;
	return n->ms != IR_TIME_NONE;
}

static void
choose(struct ir_ctx *ctx, int64_t end_ms, struct ir_logs_split *s)
{
	struct newest incident = { .from_ms = INT64_MIN + 1, .to_ms = end_ms, .since = "started" };
	struct newest deploy = { .from_ms = end_ms - IR_SPLIT_DAY_MS, .to_ms = end_ms };

	if (find(ctx, "incident", &incident)) {
		s->ms = incident.ms;
		s->why = ir_asprintf(ctx->arena, "incident %s", incident.id ? incident.id : "");
	} else if (find(ctx, "deploy", &deploy)) {
		s->ms = deploy.ms;
		s->why = ir_asprintf(ctx->arena, "deploy %s", deploy.id ? deploy.id : "");
	} else {
		s->ms = end_ms - IR_SPLIT_AFTER_MS;
		s->why = "15 minutes before the end";
	}
}

struct ir_logs_split
ir_logs_split(struct ir_ctx *ctx, int64_t said_ms, int64_t end_ms)
{
	struct ir_logs_split s = { .ms = said_ms, .why = "as said" };
	int64_t before;

	if (said_ms == IR_TIME_NONE)
		choose(ctx, end_ms, &s);
	before = end_ms > s.ms ? 3 * (end_ms - s.ms) : 0;
	before = before < IR_SPLIT_BEFORE_MS ? IR_SPLIT_BEFORE_MS : before;
	s.since_ms = s.ms - (before > IR_SPLIT_DAY_MS ? IR_SPLIT_DAY_MS : before);
	return s;
}
