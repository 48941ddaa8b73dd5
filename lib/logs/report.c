/* report - patterns and lines as records */
#include "logs/report.h"

#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "logs/chain_row.h"
#include "logs/clean.h"

enum { TEXT_MAX = 64 << 10, TEMPLATE_SHOWN = 120, DAY_MS = 24 * 60 * 60 * 1000 };

/* ---- words */

const char *
ir_logs_count_text(struct ir_arena *arena, int64_t n)
{
	char digits[24], out[32];
	int len = snprintf(digits, sizeof(digits), "%lld", (long long)n), at = 0;

	for (int i = 0; i < len; i++) {
		out[at++] = digits[i];
		if (digits[i] != '-' && i + 1 < len && (len - i - 1) % 3 == 0)
			out[at++] = ',';
	}
	return ir_strndup(arena, out, (size_t)at);
}

/* "02:10Z"; with its day when that is another than that of the end. */
static const char *
clock_text(struct ir_arena *arena, int64_t ms, int64_t end_ms)
{
	char s[IR_TIME_MAX];

	ir_time_format(s, ms);
	if (ms / DAY_MS == end_ms / DAY_MS)
		return ir_asprintf(arena, "%.5sZ", s + 11);
	return ir_asprintf(arena, "%.5sT%.5sZ", s + 5, s + 11);
}

static const char *
rate_text(struct ir_arena *arena, double per_min)
{
	if (per_min >= 10)
		return ir_asprintf(arena, "%s/min", ir_logs_count_text(arena, (int64_t)(per_min + 0.5)));
	if (per_min >= 0.1)
		return ir_asprintf(arena, "%.1f/min", per_min);
	return ir_asprintf(arena, "%.2g/h", per_min * 60);
}

/* What is to be known before what it says. */
static const char *
trend_text(struct ir_arena *arena, const struct ir_logs_pattern *p, const struct ir_logs_verdict *v, int64_t split_ms)
{
	switch (v->trend) {
	case IR_LOGS_NEW:
		return ir_asprintf(arena, " new since %s", clock_text(arena, p->first_ms, p->last_ms));
	case IR_LOGS_MORE:
	case IR_LOGS_LESS:
		return ir_asprintf(arena, " %s %s, was %s", ir_logs_trend_names[v->trend],
		    rate_text(arena, v->after_per_min), rate_text(arena, v->before_per_min));
	case IR_LOGS_GONE:
		return ir_asprintf(arena, " gone since %s", clock_text(arena, p->last_ms, split_ms));
	case IR_LOGS_FIRST: /* at the end: nobody can say whether it is new */
	case IR_LOGS_SAME:
	case IR_LOGS_NO_BASELINE:
		break;
	}
	return "";
}

/* "1,204× new since 02:10Z: GET /checkout: ValueError: <*> (app/views.py:42 in checkout)" */
static const char *
summary(struct ir_arena *arena, const struct ir_logs_pattern *p, const struct ir_logs_verdict *v, int64_t split_ms)
{
	const char *count = ir_logs_count_text(arena, p->events), *trend = trend_text(arena, p, v, split_ms);
	const char *first = v->trend == IR_LOGS_FIRST
				? ir_asprintf(arena, "; first seen %s", clock_text(arena, p->first_ms, p->last_ms))
				: "";
	size_t n = strlen(p->template);

	if (p->frames.n == 0)
		return ir_asprintf(arena, "%s×%s: %s%s", count, trend, p->template, first);
	return ir_asprintf(arena, "%s×%s: %.*s (%s)%s", count, trend, (int)ir_utf8_cut(p->template, n, TEMPLATE_SHOWN),
	    p->template, p->frames.v[0], first);
}

/* "log:error": a subject to look for. */
static const char *
subject(struct ir_arena *arena, enum ir_log_level level)
{
	return level == IR_LEVEL_NONE ? "log" : ir_asprintf(arena, "log:%s", ir_level_names[level]);
}

static const char *
level_name(enum ir_log_level level)
{
	return level == IR_LEVEL_NONE ? NULL : ir_level_names[level];
}

/* ---- patterns */

static struct ir_list
services_of(struct ir_arena *arena, const struct ir_logs_counts *c, const struct ir_logs_pattern *p)
{
	struct ir_list ret = { 0 };

	for (size_t i = 0; i < c->n; i++) {
		if (*c->v[i].service && strcmp(c->v[i].key, p->key) == 0)
			ir_list_add_once(arena, &ret, c->v[i].service);
	}
	return ret;
}

/* Ids of the shapes that it was before it was united. */
static struct ir_list
also_of(struct ir_arena *arena, const struct ir_logs_pattern *p)
{
	const char *own = ir_pattern_id(arena, p);
	struct ir_list ret = { 0 };

	for (size_t i = 0; i < p->also.n; i++) {
		struct ir_logs_pattern other = { .service = p->service, .key = p->also.v[i] };
		const char *id = ir_pattern_id(arena, &other);

		if (strcmp(id, own) != 0)
			ir_list_add_once(arena, &ret, id);
	}
	return ret;
}

/* The buckets that all patterns have in common. Those of a single one are as fine as its own time allows. */
static struct ir_logs_buckets
grid_of(const struct ir_logs_report *r)
{
	struct ir_logs_buckets g = { .n = 0 };

	if (r->span.begin_ms == IR_TIME_NONE)
		return g;
	g.width_ms = ir_logs_bucket_width(r->span.begin_ms, r->span.end_ms);
	g.start_ms = r->span.begin_ms - (r->span.begin_ms % g.width_ms + g.width_ms) % g.width_ms;
	g.n = (size_t)((r->span.end_ms - g.start_ms) / g.width_ms) + 1;
	g.n = g.n < IR_LOGS_BUCKETS ? g.n : IR_LOGS_BUCKETS;
	return g;
}

static void
put_counts(
    struct ir_arena *arena, const struct ir_logs_report *r, const struct ir_logs_buckets *own, struct ir_pattern *row)
{
	struct ir_logs_buckets g = grid_of(r);
	int64_t *v = IR_NEW_N(arena, int64_t, g.n + own->n + 1);

	if (own->n == 0)
		return;
	if (g.n == 0)
		g = (struct ir_logs_buckets){ .start_ms = own->start_ms, .width_ms = own->width_ms, .n = own->n };
	for (size_t i = 0; i < own->n; i++) {
		int64_t ms = own->start_ms + (int64_t)i * own->width_ms - g.start_ms;

		if (ms >= 0 && ms < (int64_t)g.n * g.width_ms)
			v[ms / g.width_ms] += own->v[i];
	}
	row->counts = (struct ir_ints){ v, g.n };
	row->counts_from_ms = g.start_ms;
	row->counts_every_ms = g.width_ms;
}

void
ir_logs_pattern_row(struct ir_arena *arena, const struct ir_logs_report *r, size_t i, struct ir_pattern *row)
{
	const struct ir_logs_pattern *p = &r->counts->v[i];
	const struct ir_logs_verdict *v = &r->verdicts[i];

	ir_row_init(&ir_kind_pattern, row);
	row->h.time_ms = p->last_ms;
	row->h.status = v->status;
	row->h.service = p->service;
	row->h.subject = subject(arena, p->level);
	row->h.summary = summary(arena, p, v, r->split_ms);
	row->key = p->key;
	row->template = p->template;
	row->events = p->events;
	row->lines = p->lines;
	row->level = level_name(p->level);
	row->level_guessed = p->level == IR_LEVEL_NONE ? -1 : p->level_guessed;
	row->services = services_of(arena, r->counts, p);
	row->first_seen_ms = p->first_ms;
	row->last_seen_ms = p->last_ms;
	if (p->first_ms != IR_TIME_NONE && r->split_ms != IR_TIME_NONE) {
		row->split_ms = r->split_ms;
		row->before = p->before;
		row->after = p->after;
	}
	row->rate_before_per_min = v->before_per_min;
	row->rate_after_per_min = v->after_per_min;
	row->p_log10 = v->p_log10;
	row->trend = ir_logs_trend_names[v->trend];
	row->error = p->error;
	row->frames = p->frames;
	row->files = p->files;
	row->examples = p->examples;
	row->also = also_of(arena, p);
	put_counts(arena, r, &p->buckets, row);
}

bool
ir_logs_other_row(struct ir_arena *arena, const struct ir_logs_counts *c, struct ir_pattern *row)
{
	if (c->other_lines + c->untold_lines == 0)
		return false;
	ir_row_init(&ir_kind_pattern, row);
	row->h.status = IR_STATUS_OK;
	row->h.subject = "log:other";
	row->h.summary =
	    ir_asprintf(arena, "%s×: other patterns, too many to be told one by one: %s counted, %s forgotten",
		ir_logs_count_text(arena, c->other_events + c->untold_events), ir_logs_count_text(arena, c->untold),
		ir_logs_count_text(arena, c->forgotten));
	row->key = "";
	row->template = "";
	row->events = c->other_events + c->untold_events;
	row->lines = c->other_lines + c->untold_lines;
	row->trend = ir_logs_trend_names[IR_LOGS_NO_BASELINE];
	return true;
}

/* ---- lines */

static enum ir_status
line_status(enum ir_log_level level)
{
	return level >= IR_LEVEL_ERROR ? IR_STATUS_FAIL : level == IR_LEVEL_WARN ? IR_STATUS_WARN : IR_STATUS_OK;
}

static const char *
redacted(struct ir_arena *arena, const char *p, size_t n)
{
	struct ir_buf b;
	const char *ret;

	ir_buf_init(&b, TEXT_MAX);
	ir_log_redact(&b, p, n);
	ret = ir_strndup(arena, b.data, b.len);
	ir_buf_done(&b);
	return ret;
}

/* "docker://shop_web_1/stderr" */
static const char *
stream_of(const char *at)
{
	const char *slash = strrchr(at, '/');

	return slash && (strcmp(slash, "/stdout") == 0 || strcmp(slash, "/stderr") == 0) ? slash + 1 : NULL;
}

static void
put_ids(struct ir_arena *arena, const struct ir_ids *ids, struct ir_list *ret)
{
	static const char *const kinds[] = {
		[IR_ID_TRACE] = "trace", [IR_ID_REQUEST] = "request", [IR_ID_JOB] = "job"
	};

	for (size_t i = 0; ids && i < ids->n; i++)
		ir_list_add(arena, ret, ir_asprintf(arena, "%s=%s", kinds[ids->v[i].kind], ids->v[i].text));
}

void
ir_logs_line_row(struct ir_arena *arena, const struct ir_logs_shown *l, struct ir_line *row)
{
	ir_row_init(&ir_kind_line, row);
	row->h.time_ms = l->ms;
	row->h.status = line_status(l->level);
	row->h.service = l->service;
	row->h.subject = l->stream->subject;
	row->text = redacted(arena, l->text, l->n);
	row->h.summary = row->text + (l->dated < strlen(row->text) ? l->dated : 0);
	if (l->says)
		row->h.summary = ir_asprintf(arena, "%s  %s", redacted(arena, l->says, strlen(l->says)), row->text);
	row->level = level_name(l->level);
	row->stream = stream_of(l->stream->subject);
	row->logger = l->logger;
	row->late = l->late;
	put_ids(arena, l->ids, &row->ids);
}
