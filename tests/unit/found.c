/* found - thresholds, verdicts and the rows that tell them */
#include <math.h>

#include "conf/check.h"
#include "conf/threshold.h"
#include "dep/found.h"
#include "dep/look.h"
#include "tap.h"

static struct ir_arena arena;
static struct ir_ctx ctx = { .arena = &arena };

static const struct ir_measure measures[] = {
	{ "connections", IR_UNIT_COUNT, true, false, 0.8, 0.95, "used" },
	{ "longest", IR_UNIT_SECONDS, false, false, 300, 3600, "longest transaction" },
	{ "memory", IR_UNIT_BYTES, true, false, 0.9, NAN, "used" },
	{ "left", IR_UNIT_COUNT, false, true, 5, 0, "left" },
	{ "deadlocks", IR_UNIT_PER_MINUTE, false, false, NAN, NAN, "a minute" },
	{ "evictions", IR_UNIT_PER_SECOND, false, false, 1, NAN, "a second" },
	{ "size", IR_UNIT_BYTES, false, false, NAN, NAN, "bytes" },
	{ "rights", IR_UNIT_NONE, false, false, NAN, NAN, "what may be seen" },
	{ .name = NULL },
};
static const struct ir_dep_ops ops = { .name = "postgres", .measures = measures };

/* A dependency with these lines in its section. */
static struct ir_dep
dep_with(const char *lines)
{
	struct ir_dep dep = {
		.name = "main", .service = "shop", .type = "database", .origin = "ir.conf:1", .ops = &ops, .ctx = &ctx
	};
	struct ir_conf *conf = IR_NEW(&arena, struct ir_conf);
	const char *text = ir_asprintf(&arena, "[database \"main\"]\n%s", lines);
	struct ir_err err = IR_ERR_INIT;

	OK(ir_conf_parse(&arena, conf, "ir.conf", text, strlen(text), &err) == 0, "ir.conf is read: %s", err.msg);
	dep.section = ir_conf_section(conf, "database", "main");
	dep.subject = "postgresql://db:5432/shop";
	ir_dep_fresh(&dep, NULL);
	return dep;
}

static void
test_threshold(void)
{
	static const struct {
		const char *text;
		enum ir_threshold_unit unit;
		double want; /* -1: refused */
	} all[] = {
		{ "80%", IR_THRESHOLD_SHARE, 0.8 },
		{ "99.5%", IR_THRESHOLD_SHARE, 0.995 },
		{ "80", IR_THRESHOLD_SHARE, -1 },
		{ "30", IR_THRESHOLD_COUNT, 30 },
		{ "0", IR_THRESHOLD_COUNT, 0 },
		{ "30s", IR_THRESHOLD_COUNT, -1 },
		{ "5m", IR_THRESHOLD_SECONDS, 300 },
		{ "250ms", IR_THRESHOLD_SECONDS, 0.25 },
		{ "5", IR_THRESHOLD_SECONDS, -1 },
		{ "1G", IR_THRESHOLD_BYTES, 1 << 30 },
		{ "512", IR_THRESHOLD_BYTES, 512 },
		{ "1Q", IR_THRESHOLD_BYTES, -1 },
		{ "10/s", IR_THRESHOLD_PER_SECOND, 10 },
		{ "30/min", IR_THRESHOLD_PER_SECOND, 0.5 },
		{ "5/min", IR_THRESHOLD_PER_MINUTE, 5 },
		{ "0.5/s", IR_THRESHOLD_PER_MINUTE, 30 },
		{ "10", IR_THRESHOLD_PER_SECOND, -1 },
		{ "10/h", IR_THRESHOLD_PER_SECOND, -1 },
		{ "1", IR_THRESHOLD_STATE, -1 },
		{ "-1", IR_THRESHOLD_COUNT, -1 },
		{ "1.", IR_THRESHOLD_COUNT, -1 },
		{ ".5%", IR_THRESHOLD_SHARE, -1 },
		{ "1e3", IR_THRESHOLD_COUNT, -1 },
		{ "nan", IR_THRESHOLD_COUNT, -1 },
		{ "9999999999999999999", IR_THRESHOLD_COUNT, -1 },
	};
	double v = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		int ret = ir_threshold_value(all[i].text, all[i].unit, &v, NULL);

		OK(all[i].want < 0 ? ret < 0 : ret == 0 && fabs(v - all[i].want) < 1e-9, "%s is %g: %g", all[i].text,
		    all[i].want, v);
	}
	for (int unit = 0; unit < IR_THRESHOLD_UNITS; unit++)
		OK(ir_threshold_value("off", (enum ir_threshold_unit)unit, &v, NULL) == 0 && isnan(v), "off");
}

static void
test_syntax(void)
{
	static const char *const good[] = { "connections 70%", "oldest  5m", "evictions off", "x-y_2\t1G", "a 5/min",
		"a 30", NULL };
	static const char *const bad[] = { "", "connections", "connections ", " connections 70%", "Connections 70%",
		"a b c", "a 70 %", "a -1", "connections=70%", NULL };
	struct ir_err err = IR_ERR_INIT;

	for (size_t i = 0; good[i]; i++)
		OK(ir_check_threshold(good[i], &err) == 0, "'%s' is one", good[i]);
	for (size_t i = 0; bad[i]; i++)
		OK(ir_check_threshold(bad[i], &err) < 0 && err.code == IR_CONFIG, "'%s' is none: %s", bad[i], err.msg);
}

static void
test_checked(void)
{
	struct ir_dep dep = dep_with("warn = connections 70%\nwarn = oldest 5m\nfail = rights off\n");
	struct ir_err err = IR_ERR_INIT;

	IS_INT(ir_dep_thresholds_check(&dep, &err), 0, "measures of the backend and of queues");
	dep = dep_with("timeout = 1s\nfail = connectons 70%\n");
	IS_INT(ir_dep_thresholds_check(&dep, &err), -1, "no such measure");
	IS_STR(err.msg, "ir.conf:3: [database \"main\"]: fail: postgres has no measure 'connectons'", "says where");
	IS_STR(err.hint, "did you mean 'connections'?", "and what was meant");
	dep = dep_with("warn = connections 5m\n");
	IS_INT(ir_dep_thresholds_check(&dep, &err), -1, "another unit");
	IS_STR(err.msg, "ir.conf:2: [database \"main\"]: warn: connections: '5m' is no such threshold", "says which");
	IS_STR(err.hint, "write a share of the maximum, as 80%, or off", "and how it is written");
	IS_INT(err.code, IR_CONFIG, "a matter of configuration");
}

static enum ir_status
status_of(struct ir_dep *dep, const char *measure, double value, double maximum)
{
	return ir_dep_measure(dep, measure, value, maximum, "%g", value)->h.status;
}

static void
test_judged(void)
{
	struct ir_dep dep = dep_with("");
	struct ir_check *row;

	IS_INT(status_of(&dep, "connections", 79, 100), IR_STATUS_OK, "below");
	IS_INT(status_of(&dep, "connections", 80, 100), IR_STATUS_WARN, "at the threshold it is reached");
	IS_INT(status_of(&dep, "connections", 95, 100), IR_STATUS_FAIL, "the worse one");
	IS_INT(status_of(&dep, "connections", 95, (double)NAN), IR_STATUS_OK, "a share of no maximum");
	IS_INT(status_of(&dep, "connections", 95, 0), IR_STATUS_OK, "a share of none");
	IS_INT(status_of(&dep, "left", 6, 100), IR_STATUS_OK, "enough left");
	IS_INT(status_of(&dep, "left", 5, 100), IR_STATUS_WARN, "little left");
	IS_INT(status_of(&dep, "left", 0, 100), IR_STATUS_FAIL, "nothing left");
	IS_INT(status_of(&dep, "size", 1e18, (double)NAN), IR_STATUS_OK, "without a threshold");
	IS_INT(
	    status_of(&dep, "longest", (double)NAN, (double)NAN), IR_STATUS_UNKNOWN, "what is not known is not well");
	row = ir_dep_measure(&dep, "connections", 97, 100, "%d of %d used", 97, 100);
	IS_STR(row->name, "main/connections", "called after both");
	IS_STR(row->measured_in, "count", "unit");
	OK(row->warn_at == 80 && row->fail_at == 95 && row->maximum == 100 && row->measured == 97,
	    "absolute thresholds");
	IS_STR(row->h.summary, "97 of 100 used", "summary");
	IS_STR(row->h.service, "shop", "service");
	IS_STR(row->h.subject, "postgresql://db:5432/shop#connections", "subject");
	IS_STR(row->dependency, "main", "dependency");
	IS_INT(row->groups, IR_CHECK_DEP | IR_CHECK_MEASURE, "groups");
	row = ir_dep_measure(&dep, "size", 5, (double)NAN, "x");
	OK(isnan(row->warn_at) && isnan(row->fail_at), "no thresholds");
}

static void
test_set(void)
{
	struct ir_dep dep =
	    dep_with("warn = connections 50%\nfail = connections off\nwarn = longest 1m\nwarn = longest 10s\n"
		     "warn = rights off\nfail = evictions 60/min\n");
	struct ir_check *row;

	IS_INT(status_of(&dep, "connections", 50, 100), IR_STATUS_WARN, "another threshold");
	IS_INT(status_of(&dep, "connections", 100, 100), IR_STATUS_WARN, "off is never");
	IS_INT(status_of(&dep, "longest", 10, (double)NAN), IR_STATUS_WARN, "the last line counts");
	IS_INT(status_of(&dep, "evictions", 1, (double)NAN), IR_STATUS_FAIL, "a rate a minute of one a second");
	IS_INT(
	    ir_dep_state(&dep, "rights", IR_STATUS_WARN, "some")->h.status, IR_STATUS_OK, "a state that may not warn");
	IS_INT(ir_dep_state(&dep, "rights", IR_STATUS_FAIL, "none")->h.status, IR_STATUS_FAIL, "may fail");
	dep = dep_with("fail = rights off\n");
	IS_INT(ir_dep_state(&dep, "rights", IR_STATUS_FAIL, "none")->h.status, IR_STATUS_WARN,
	    "one that may not fail warns");
	IS_INT(ir_dep_state(&dep, "rights", IR_STATUS_UNKNOWN, "none")->h.status, IR_STATUS_UNKNOWN, "unknown stays");
	dep = dep_with("fail = rights off\nwarn = rights off\n");
	row = ir_dep_state(&dep, "rights", IR_STATUS_FAIL, "none");
	IS_INT(row->h.status, IR_STATUS_OK, "neither");
	OK(!row->measured_in && isnan(row->measured), "a state has no number");
}

static void
test_hints(void)
{
	struct ir_dep dep = dep_with("warn = size 1G\n");
	struct ir_check *a = ir_dep_measure(&dep, "connections", 96, 120, "x"), *b, *c, *d, *e;

	b = ir_dep_measure(&dep, "longest", 4000, (double)NAN, "x");
	b->hint = "own";
	c = ir_dep_measure(&dep, "left", 3, 100, "x");
	d = ir_dep_measure(&dep, "size", 2e9, (double)NAN, "x");
	e = ir_dep_measure(&dep, "connections", 1, 100, "x");
	ir_dep_worsen(e, IR_STATUS_WARN);
	ir_dep_found_finish(&dep);
	IS_STR(a->hint, "threshold: warn at 96 (80%); set another with 'warn = connections …' in ir.conf", "a share");
	IS_STR(b->hint, "own", "the backend's own words stay");
	IS_STR(c->hint, "threshold: warn at 5 or below; set another with 'warn = left …' in ir.conf", "below");
	IS_STR(d->hint, "threshold: warn at 1.0 GiB; set another with 'warn = size …' in ir.conf", "a size");
	IS_STR(e->hint, NULL, "no threshold was reached");
	IS_INT(dep.n_found, 5, "all rows stay");
}

static void
test_worsen(void)
{
	struct ir_dep dep = dep_with("");
	struct ir_check row = { .h.status = IR_STATUS_OK };

	ir_dep_worsen(&row, IR_STATUS_WARN);
	IS_INT(row.h.status, IR_STATUS_WARN, "ok < warn");
	ir_dep_worsen(&row, IR_STATUS_UNKNOWN);
	IS_INT(row.h.status, IR_STATUS_UNKNOWN, "warn < unknown");
	ir_dep_worsen(&row, IR_STATUS_WARN);
	IS_INT(row.h.status, IR_STATUS_UNKNOWN, "never better");
	ir_dep_worsen(&row, IR_STATUS_FAIL);
	IS_INT(row.h.status, IR_STATUS_FAIL, "unknown < fail");
	ir_dep_fact(&dep, &row, "idle", "%d", 61);
	IS_STR(row.facts.v[0], "idle=61", "a fact");
	ir_dep_answers(&dep, "PostgreSQL %d", 15);
	IS_INT(dep.row->h.status, IR_STATUS_OK, "it answers");
	ir_dep_fails(&dep, IR_STATUS_FAIL, "do this", "gone: %s", "x");
	IS_STR(dep.row->h.summary, "gone: x", "it fails");
	IS_STR(dep.row->hint, "do this", "with a hint");
}

static void
test_many(void)
{
	struct ir_dep dep = dep_with("");

	for (int i = 0; i < 1000; i++)
		ir_dep_measure(&dep, "size", i, (double)NAN, "%d", i);
	IS_INT(dep.n_found, 1000, "any number of rows");
	IS_STR(dep.found[999]->h.summary, "999", "in their order");
}

int
main(void)
{
	test_threshold();
	test_syntax();
	test_checked();
	test_judged();
	test_set();
	test_hints();
	test_worsen();
	test_many();
	ir_arena_done(&arena);
	return tap_done();
}
