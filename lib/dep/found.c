/* found - what a backend says of a dependency, as check rows */
#include "dep/found.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>

#include "base/num.h"
#include "conf/suggest.h"
#include "conf/threshold.h"
#include "dep/look.h"

static const char *const unit_names[] = {
	[IR_UNIT_NONE] = NULL,
	[IR_UNIT_COUNT] = "count",
	[IR_UNIT_SECONDS] = "s",
	[IR_UNIT_BYTES] = "B",
	[IR_UNIT_PER_SECOND] = "/s",
	[IR_UNIT_PER_MINUTE] = "/min",
};

/* ---- tables */

static const struct ir_measure *
in_table(const struct ir_measure *m, const char *name)
{
	for (; m && m->name; m++) {
		if (strcmp(m->name, name) == 0)
			return m;
	}
	return NULL;
}

const struct ir_measure *
ir_dep_measure_named(const struct ir_dep *dep, const char *name)
{
	const struct ir_measure *m = in_table(dep->ops->measures, name);

	return m ? m : in_table(ir_queue_measures, name);
}

/* ---- thresholds */

static enum ir_threshold_unit
unit_of(const struct ir_measure *m)
{
	static const enum ir_threshold_unit units[] = {
		[IR_UNIT_NONE] = IR_THRESHOLD_STATE,
		[IR_UNIT_COUNT] = IR_THRESHOLD_COUNT,
		[IR_UNIT_SECONDS] = IR_THRESHOLD_SECONDS,
		[IR_UNIT_BYTES] = IR_THRESHOLD_BYTES,
		[IR_UNIT_PER_SECOND] = IR_THRESHOLD_PER_SECOND,
		[IR_UNIT_PER_MINUTE] = IR_THRESHOLD_PER_MINUTE,
	};

	return m->share ? IR_THRESHOLD_SHARE : units[m->unit];
}

/* What the section's last line about the measure says; false: there is none. */
static bool
written(const struct ir_dep *dep, const struct ir_measure *m, const char *key, double *ret)
{
	const struct ir_list *lines = ir_conf_list(dep->section, key);
	char name[IR_THRESHOLD_NAME_MAX];
	const char *value;
	bool found = false;

	for (size_t i = 0; i < lines->n; i++) {
		if (ir_threshold_split(lines->v[i], name, &value, NULL) == 0 && strcmp(name, m->name) == 0 &&
		    ir_threshold_value(value, unit_of(m), ret, NULL) == 0)
			found = true;
	}
	return found;
}

void
ir_dep_thresholds(const struct ir_dep *dep, const struct ir_measure *m, double *warn, double *fail)
{
	if (!written(dep, m, "warn", warn))
		*warn = m->warn;
	if (!written(dep, m, "fail", fail))
		*fail = m->fail;
}

enum ir_status
ir_dep_allowed(const struct ir_dep *dep, const struct ir_measure *m, enum ir_status status)
{
	double v = 0;

	if (status == IR_STATUS_FAIL && written(dep, m, "fail", &v) && isnan(v))
		status = IR_STATUS_WARN;
	v = 0;
	if (status == IR_STATUS_WARN && written(dep, m, "warn", &v) && isnan(v))
		status = IR_STATUS_OK;
	return status;
}

/* All names that a line may say, for the nearest one. */
static const char *const *
all_names(const struct ir_dep *dep)
{
	const struct ir_measure *tables[] = { dep->ops->measures, ir_queue_measures };
	struct ir_list names = { 0 };

	for (size_t i = 0; i < 2; i++) {
		for (const struct ir_measure *m = tables[i]; m && m->name; m++)
			ir_list_add(dep->ctx->arena, &names, m->name);
	}
	return names.v;
}

static int
check_line(const struct ir_dep *dep, const char *line, struct ir_err *err)
{
	char name[IR_THRESHOLD_NAME_MAX];
	const char *value, *near;
	const struct ir_measure *m;
	double v;

	if (ir_threshold_split(line, name, &value, err) < 0)
		return -1;
	m = ir_dep_measure_named(dep, name);
	if (m) {
		if (ir_threshold_value(value, unit_of(m), &v, err) == 0)
			return 0;
		return ir_wrap(err, "%s", name);
	}
	near = ir_suggest(name, all_names(dep));
	ir_fail(err, IR_CONFIG, "%s has no measure '%s'", dep->ops->name, name);
	return near ? ir_hint(err, "did you mean '%s'?", near) : ir_hint(err, "see MEASURES in ir-deps(1)");
}

static int
check_key(const struct ir_dep *dep, const char *key, struct ir_err *err)
{
	const struct ir_value *v = ir_conf_value(dep->section, key);

	for (size_t i = 0; v && i < v->list.n; i++) {
		if (check_line(dep, v->list.v[i], err) == 0)
			continue;
		ir_wrap(err, "[%s \"%s\"]: %s", dep->type, dep->name, key);
		return ir_wrap(err, "%s", ir_conf_origin(dep->ctx->arena, v->file, v->line));
	}
	return 0;
}

int
ir_dep_thresholds_check(const struct ir_dep *dep, struct ir_err *err)
{
	return check_key(dep, "warn", err) < 0 || check_key(dep, "fail", err) < 0 ? -1 : 0;
}

/* ---- rows */

struct ir_check *
ir_dep_found_row(struct ir_dep *dep, const char *name)
{
	struct ir_arena *arena = dep->ctx->arena;
	struct ir_check *row = IR_NEW(arena, struct ir_check);

	if (dep->n_found == dep->size_found) {
		struct ir_check **v = IR_NEW_N(arena, struct ir_check *, dep->size_found = 2 * dep->size_found + 16);

		if (dep->n_found)
			memcpy(v, dep->found, dep->n_found * sizeof(*v));
		dep->found = v;
	}
	dep->found[dep->n_found++] = row;
	ir_row_init(&ir_kind_check, row);
	row->groups = IR_CHECK_DEP;
	row->h.env = dep->row->h.env;
	row->h.service = dep->service;
	row->h.subject = dep->subject;
	row->name = name ? ir_asprintf(arena, "%s/%s", dep->name, name) : dep->name;
	row->type = dep->ops->name;
	row->origin = dep->origin;
	row->dependency = dep->name;
	return row;
}

static struct ir_check *
measure_row(struct ir_dep *dep, const struct ir_measure *m)
{
	struct ir_check *row = ir_dep_found_row(dep, m->name);

	row->groups |= IR_CHECK_MEASURE;
	row->measure = m->name;
	row->h.subject = ir_asprintf(dep->ctx->arena, "%s#%s", dep->subject, m->name);
	row->measured_in = unit_names[m->unit];
	return row;
}

static bool
reached(double value, double at, bool below)
{
	return !isnan(at) && (below ? value <= at : value >= at);
}

struct ir_check *
ir_dep_measure(struct ir_dep *dep, const char *measure, double value, double maximum, const char *fmt, ...)
{
	const struct ir_measure *m = ir_dep_measure_named(dep, measure);
	struct ir_check *row;
	double warn, fail;
	va_list ap;

	assert(m);
	row = measure_row(dep, m);
	ir_dep_thresholds(dep, m, &warn, &fail);
	row->measured = value;
	row->maximum = maximum;
	/* a share of nothing, or of what has no end, is never reached */
	row->warn_at = !m->share ? warn : maximum > 0 ? warn * maximum : (double)NAN;
	row->fail_at = !m->share ? fail : maximum > 0 ? fail * maximum : (double)NAN;
	row->h.status = isnan(value)                             ? IR_STATUS_UNKNOWN
			: reached(value, row->fail_at, m->below) ? IR_STATUS_FAIL
			: reached(value, row->warn_at, m->below) ? IR_STATUS_WARN
								 : IR_STATUS_OK;
	va_start(ap, fmt);
	row->h.summary = ir_vasprintf(dep->ctx->arena, fmt, ap);
	va_end(ap);
	return row;
}

struct ir_check *
ir_dep_state(struct ir_dep *dep, const char *measure, enum ir_status status, const char *fmt, ...)
{
	const struct ir_measure *m = ir_dep_measure_named(dep, measure);
	struct ir_check *row;
	va_list ap;

	assert(m);
	row = measure_row(dep, m);
	row->h.status = ir_dep_allowed(dep, m, status);
	va_start(ap, fmt);
	row->h.summary = ir_vasprintf(dep->ctx->arena, fmt, ap);
	va_end(ap);
	return row;
}

void
ir_dep_worsen(struct ir_check *row, enum ir_status status)
{
	static const int rank[] = {
		[IR_STATUS_OK] = 0, [IR_STATUS_WARN] = 1, [IR_STATUS_UNKNOWN] = 2, [IR_STATUS_FAIL] = 3
	};

	if (rank[status] > rank[row->h.status])
		row->h.status = status;
}

void
ir_dep_fact(struct ir_dep *dep, struct ir_check *row, const char *key, const char *fmt, ...)
{
	struct ir_arena *arena = dep->ctx->arena;
	va_list ap;

	va_start(ap, fmt);
	ir_list_add(arena, &row->facts, ir_asprintf(arena, "%s=%s", key, ir_vasprintf(arena, fmt, ap)));
	va_end(ap);
}

/* ---- the own row */

void
ir_dep_answers(struct ir_dep *dep, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	dep->row->h.summary = ir_vasprintf(dep->ctx->arena, fmt, ap);
	va_end(ap);
	dep->row->h.status = IR_STATUS_OK;
}

void
ir_dep_fails(struct ir_dep *dep, enum ir_status status, const char *hint, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	dep->row->h.summary = ir_vasprintf(dep->ctx->arena, fmt, ap);
	va_end(ap);
	dep->row->h.status = status;
	dep->row->hint = ir_strdup(dep->ctx->arena, hint);
}

/* ---- after the look */

/* "80" "5m" "1.0 GiB" "10/s" */
static const char *
amount(struct ir_arena *arena, double v, const char *unit)
{
	char text[IR_NUM_MAX];

	if (unit && strcmp(unit, "s") == 0 && fabs(v) < 1e12)
		return ir_strdup(arena, ir_format_duration(text, (int64_t)(v * 1000)));
	if (unit && strcmp(unit, "B") == 0 && fabs(v) < 9e18)
		return ir_strdup(arena, ir_format_size(text, (int64_t)v));
	return ir_asprintf(arena, "%.15g%s", v, unit && *unit == '/' ? unit : "");
}

/* Which threshold it was, and where another one is set. */
static void
hint_threshold(struct ir_dep *dep, struct ir_check *row)
{
	struct ir_arena *arena = dep->ctx->arena;
	const struct ir_measure *m = row->measure ? ir_dep_measure_named(dep, row->measure) : NULL;
	bool fail = row->h.status == IR_STATUS_FAIL;
	double at = fail ? row->fail_at : row->warn_at;
	const char *key = fail ? "fail" : "warn", *share = "";

	if (!m || row->hint || (!fail && row->h.status != IR_STATUS_WARN) || !reached(row->measured, at, m->below))
		return;
	if (m->share && row->maximum > 0)
		share = ir_asprintf(arena, " (%.4g%%)", at / row->maximum * 100);
	row->hint = ir_asprintf(arena, "threshold: %s at %s%s%s; set another with '%s = %s …' in ir.conf", key,
	    amount(arena, at, row->measured_in), share, m->below ? " or below" : "", key, m->name);
}

void
ir_dep_found_finish(struct ir_dep *dep)
{
	size_t n = 0;

	for (size_t i = 0; i < dep->n_found; i++) {
		struct ir_check *row = dep->found[i];

		hint_threshold(dep, row);
		row->h.time_ms = dep->row->h.time_ms;
		if ((row->groups & IR_CHECK_QUEUE) && strcmp(row->name, dep->name) == 0)
			ir_dep_join_queue(dep, row);
		else
			dep->found[n++] = row;
	}
	dep->n_found = n;
}
