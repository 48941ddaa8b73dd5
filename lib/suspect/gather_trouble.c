/* gather_trouble - patterns, checks, alerts and incidents as where the trouble is and since when */
#include "suspect/gather.h"

#include <math.h>
#include <string.h>

enum {
	SLACK_MS = 5000,
	RESTARTS_MS = 600000,
	ALERT_MS = 300000,
	INCIDENT_MS = 900000,
	SPLIT_MS = 600000,
	FUTURE_MS = 120000
};
static const double certain = 1, perhaps = 0.25;

/* One more in an array of the arena. */
#define GROW(g, v, n, size) \
	do { \
		if ((n) == (size)) { \
			size_t more = (size) ? 2 * (size) : 64; \
			void *new = ir_arena_alloc_n((g)->arena, more, sizeof(*(v))); \
			if (n) \
				memcpy(new, (v), (n) * sizeof(*(v))); \
			(v) = new; \
			(size) = more; \
		} \
	} while (0)

static bool
status_is(const json_t *rec, const char *status)
{
	return strcmp(gather_str(rec, "status"), status) == 0;
}

void
gather_mark(struct ir_gather *g, const json_t *rec, int64_t from_ms, int64_t to_ms, bool said)
{
	if (g->n_marks >= IR_GATHER_MAX)
		return;
	GROW(g, g->marks, g->n_marks, g->marks_size);
	g->marks[g->n_marks++] = (struct ir_suspect_mark){
		.id = rec ? ir_strdup(g->arena, gather_str(rec, "id")) : NULL,
		.service = rec ? ir_strdup(g->arena, gather_str(rec, "service")) : "",
		.what = rec ? ir_strdup(g->arena, gather_str(rec, "kind")) : "said",
		.from_ms = from_ms,
		.to_ms = to_ms,
		.said = said,
	};
}

void
ir_gather_edge(struct ir_gather *g, const char *from, const char *to)
{
	if (!*from || !*to || g->n_edges >= IR_GATHER_MAX)
		return;
	GROW(g, g->edges, g->n_edges, g->edges_size);
	g->edges[g->n_edges++] = (struct ir_suspect_edge){ ir_strdup(g->arena, from), ir_strdup(g->arena, to) };
}

static void
add_failing(struct ir_gather *g, const char *service, const json_t *rec, double weight)
{
	if (!*service || g->n_failing >= IR_GATHER_MAX)
		return;
	GROW(g, g->failing, g->n_failing, g->failing_size);
	g->failing[g->n_failing++] = (struct ir_suspect_failing){
		ir_strdup(g->arena, service),
		ir_strdup(g->arena, gather_str(rec, "id")),
		weight,
	};
}

/* ---- patterns */

static bool
is_error(const json_t *rec)
{
	const char *level = gather_str(rec, "level");

	return status_is(rec, "fail") || strcmp(level, "error") == 0 || strcmp(level, "fatal") == 0;
}

static bool
is_news(const json_t *rec)
{
	const char *trend = gather_str(rec, "trend");

	return strcmp(trend, "new") == 0 || strcmp(trend, "more") == 0;
}

static const int64_t *
counts_of(struct ir_gather *g, const json_t *list, size_t *n)
{
	int64_t *v;

	*n = json_array_size(list);
	*n = *n < IR_GATHER_COUNTS ? *n : IR_GATHER_COUNTS;
	v = IR_NEW_N(g->arena, int64_t, *n + 1);
	for (size_t i = 0; i < *n; i++) {
		const json_t *e = json_array_get(list, i);
		double d = json_is_real(e) ? json_real_value(e) : 0;

		v[i] = json_is_integer(e) ? (int64_t)json_integer_value(e) : d > 0 ? INT64_C(1) << 40 : 0;
	}
	return v;
}

static bool
add_series(struct ir_gather *g, const json_t *rec)
{
	struct ir_suspect_series s = {
		.start_ms = gather_time(rec, "counts_from"),
		.width_ms = gather_int(rec, "counts_every_ms", 0),
		.first_ms = gather_time(rec, "first_seen"),
	};

	s.counts = counts_of(g, json_object_get(rec, "counts"), &s.n);
	if (s.start_ms == IR_TIME_NONE || s.width_ms <= 0 || s.n < 2 || g->n_series >= IR_GATHER_MAX)
		return false;
	s.id = ir_strdup(g->arena, gather_str(rec, "id"));
	s.service = ir_strdup(g->arena, gather_str(rec, "service"));
	s.what = ir_strdup(g->arena, gather_str(rec, "template"));
	gather_list(g, rec, "files", &s.files);
	GROW(g, g->series, g->n_series, g->series_size);
	g->series[g->n_series++] = s;
	return true;
}

/* Without counts: what was never seen before began when it was first seen, what is more frequent about when that was compared. */
static void
mark_pattern(struct ir_gather *g, const json_t *rec)
{
	int64_t first = gather_time(rec, "first_seen"), split = gather_time(rec, "split");
	const char *trend = gather_str(rec, "trend");
	bool more = strcmp(trend, "more") == 0, unseen = strcmp(trend, "new") == 0 || strcmp(trend, "first") == 0;

	if (more && split != IR_TIME_NONE)
		gather_mark(g, rec, split - SPLIT_MS, split + SPLIT_MS, false);
	else if (unseen && first != IR_TIME_NONE)
		gather_mark(g, rec, first - SLACK_MS, first, false);
}

/* Files without counts are told by a series without buckets. */
static void
add_files(struct ir_gather *g, const json_t *rec)
{
	struct ir_suspect_series s = { .id = ir_strdup(g->arena, gather_str(rec, "id")), .first_ms = IR_TIME_NONE };

	s.service = ir_strdup(g->arena, gather_str(rec, "service"));
	gather_list(g, rec, "files", &s.files);
	if (s.files.n == 0 || g->n_series >= IR_GATHER_MAX)
		return;
	GROW(g, g->series, g->n_series, g->series_size);
	g->series[g->n_series++] = s;
}

static void
take_pattern(struct ir_gather *g, const json_t *rec)
{
	const json_t *services = json_object_get(rec, "services"), *e;
	double weight = is_news(rec) || status_is(rec, "fail") ? certain : perhaps;
	size_t i;

	if (!is_error(rec))
		return;
	if (!add_series(g, rec)) {
		mark_pattern(g, rec);
		add_files(g, rec);
	}
	add_failing(g, gather_str(rec, "service"), rec, weight);
	json_array_foreach(services, i, e)
	{
		if (i < IR_GATHER_FILES && json_string_value(e))
			add_failing(g, json_string_value(e), rec, weight);
	}
}

/* ---- checks, alerts, incidents */

/* One that was started again and again ended for the first time before that. */
static void
take_check(struct ir_gather *g, const json_t *rec)
{
	int64_t finished = gather_time(rec, "finished"), restarts = gather_int(rec, "restarts_recent", 0);

	if (!status_is(rec, "fail"))
		return;
	add_failing(g, gather_str(rec, "service"), rec, certain);
	if (finished == IR_TIME_NONE && g->checks.n < IR_GATHER_CHECKS)
		ir_list_add(g->arena, &g->checks, ir_strdup(g->arena, gather_str(rec, "id")));
	else if (finished != IR_TIME_NONE)
		gather_mark(g, rec, finished - (restarts > 0 ? RESTARTS_MS : SLACK_MS), finished + SLACK_MS, false);
}

static void
take_alert(struct ir_gather *g, const json_t *rec)
{
	int64_t at = gather_time(rec, "time");

	if (!status_is(rec, "fail") && !status_is(rec, "warn"))
		return;
	add_failing(g, gather_str(rec, "service"), rec, certain);
	if (at != IR_TIME_NONE)
		gather_mark(g, rec, at - ALERT_MS, at, false);
}

static bool
is_closed(const json_t *rec)
{
	const json_t *closed = json_object_get(rec, "closed");

	return closed && !json_is_null(closed) && !json_is_false(closed);
}

static void
take_incident(struct ir_gather *g, const json_t *rec)
{
	const json_t *services = json_object_get(rec, "services"), *e;
	int64_t at = gather_time(rec, "began");
	size_t i;

	if (is_closed(rec))
		return;
	at = at == IR_TIME_NONE ? gather_time(rec, "time") : at;
	add_failing(g, gather_str(rec, "service"), rec, certain);
	json_array_foreach(services, i, e)
	{
		if (i < IR_GATHER_FILES && json_string_value(e))
			add_failing(g, json_string_value(e), rec, certain);
	}
	if (at != IR_TIME_NONE)
		gather_mark(g, rec, at - INCIDENT_MS, at, false);
}

bool
gather_trouble(struct ir_gather *g, const char *kind, const json_t *rec)
{
	static const struct {
		const char *kind;
		void (*take)(struct ir_gather *, const json_t *);
	} kinds[] = {
		{ "pattern", take_pattern },
		{ "check", take_check },
		{ "alert", take_alert },
		{ "incident", take_incident },
	};
	int64_t at = gather_time(rec, "time");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(kind, kinds[i].kind) != 0)
			continue;
		if (g->since_ms != IR_TIME_NONE && at != IR_TIME_NONE && at < g->since_ms)
			return true;
		g->looked_at++;
		if (at == IR_TIME_NONE || at <= g->now_ms + FUTURE_MS)
			kinds[i].take(g, rec);
		return true;
	}
	return false;
}
