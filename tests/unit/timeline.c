/* Unit tests of incident/timeline: what is of an incident, what is folded, in which order it is told, what is bounded. */
#include "incident/timeline.h"

#include <string.h>

#include "scratch.h"
#include "tap.h"

static struct ir_arena arena;
static struct ir_timeline *tl;
static struct ir_incident incident;

static int64_t
at(const char *time)
{
	int64_t ms = 0;

	if (ir_time_parse_rfc3339(time, strlen(time), &ms) < 0)
		scratch_die(time);
	return ms;
}

static const char *
minute(int m)
{
	return ir_asprintf(&arena, "2026-02-01T%02d:%02d:00.000Z", m / 60, m % 60);
}

static struct ir_timeline_opts
opts(void)
{
	return (struct ir_timeline_opts){ .since_ms = IR_TIME_NONE, .until_ms = IR_TIME_NONE, .before_ms = 3600000 };
}

static void
begin(struct ir_timeline_opts o)
{
	if (tl)
		ir_timeline_done(tl);
	tl = ir_timeline_new(&arena, &o);
}

static int
take(const char *line)
{
	return ir_timeline_take(tl, line, strlen(line));
}

/* As our own encoder writes it. */
static const char *
line_of(const char *kind, const char *id, int m, const char *run, const char *status, const char *env, const char *more)
{
	return ir_asprintf(&arena,
	    "{\"kind\":\"%s\",\"v\":1,\"id\":\"%s\",\"time\":\"%s\",\"source\":\"test\",\"run\":\"%s\",\"status\":\"%"
	    "s\",\"env\":\"%s\","
	    "\"service\":\"web\",\"subject\":\"s\",\"summary\":\"said at %d\",\"refs\":[]%s}",
	    kind, id, minute(m), run, status, env, m, more);
}

static void
check(const char *id, int m, const char *status)
{
	take(line_of("check", id, m, "run-00000001", status, "prod", ""));
}

static void
start(const char *run, int m, const char *env, const char *more)
{
	take(ir_asprintf(&arena,
	    "{\"kind\":\"start\",\"v\":1,\"id\":null,\"time\":\"%s\",\"source\":\"test\",\"run\":\"%s\",\"status\":"
	    "\"ok\",\"env\":\"%s\"%s}",
	    minute(m), run, env, more));
}

/* "id minute status what" of each event. */
static const char *
told(void)
{
	const struct ir_timeline_event *v;
	struct ir_list l = { 0 };
	size_t n;

	ir_timeline_events(tl, &v, &n);
	for (size_t i = 0; i < n; i++) {
		json_t *o = json_loadb(v[i].line, v[i].len, 0, NULL);
		struct ir_rec rec = { .obj = o };
		int m = v[i].at_ms == IR_TIME_NONE ? -1 : (int)((v[i].at_ms - at(minute(0))) / 60000);

		ir_list_add(&arena, &l,
		    ir_asprintf(&arena, "%s %d %s%s%s", ir_rec_str(&rec, "id"), m, ir_rec_str(&rec, "status"),
			*v[i].what ? " " : "", v[i].what));
		json_decref(o);
	}
	return ir_list_join(&arena, &l, "", "; ");
}

static void
test_states(void)
{
	begin(opts());
	check("chk-aaaaaaaa", 1, "ok");
	check("chk-bbbbbbbb", 1, "ok");
	for (int m = 2; m < 10; m++)
		check("chk-aaaaaaaa", m, "ok");
	check("chk-aaaaaaaa", 10, "fail");
	check("chk-aaaaaaaa", 11, "fail");
	check("chk-aaaaaaaa", 12, "ok");
	IS_STR(told(), "chk-aaaaaaaa 10 fail was ok; chk-aaaaaaaa 12 ok was fail",
	    "the first observation, then each change");

	begin(opts());
	check("chk-aaaaaaaa", 1, "ok");
	check("chk-aaaaaaaa", 3, "ok");
	check("chk-aaaaaaaa", 5, "ok");
	ir_timeline_source(tl);
	check("chk-aaaaaaaa", 4, "fail");
	IS_STR(told(), "chk-aaaaaaaa 4 fail was ok; chk-aaaaaaaa 5 ok was fail",
	    "files of two people are one story, whichever comes first");

	begin(opts());
	check("chk-aaaaaaaa", 4, "fail");
	check("chk-aaaaaaaa", 1, "ok");
	check("chk-aaaaaaaa", 3, "ok");
	check("chk-aaaaaaaa", 5, "ok");
	IS_STR(told(), "chk-aaaaaaaa 4 fail was ok; chk-aaaaaaaa 5 ok was fail", "also in another order");

	struct ir_timeline_opts o = opts();
	o.all = true;
	begin(o);
	check("chk-aaaaaaaa", 2, "ok");
	check("chk-aaaaaaaa", 1, "ok");
	check("chk-aaaaaaaa", 2, "ok");
	IS_STR(told(), "chk-aaaaaaaa 1 ok; chk-aaaaaaaa 2 ok", "--all: each observation, the same bytes once");
}

static void
test_kinds(void)
{
	begin(opts());
	start("run-00000001", 1, "prod", "");
	take(line_of("action", "act-aaaaaaaa", 1, "run-00000001", "planned", "prod", ""));
	take(line_of("action", "act-aaaaaaaa", 2, "run-00000001", "done", "prod", ""));
	take(line_of("action", "act-bbbbbbbb", 3, "run-00000001", "planned", "prod", ""));
	take(line_of("plan", "pln-aaaaaaaa", 1, "run-00000001", "planned", "prod", ""));
	start("run-00000002", 1, "prod", ",\"args\":[\"-n\",\"web\"]");
	take(line_of("action", "act-cccccccc", 4, "run-00000002", "planned", "prod", ""));
	IS_STR(told(), "act-aaaaaaaa 2 done; act-bbbbbbbb 3 planned not known how it ended",
	    "actions: how they ended; a dry run's not at all");

	begin(opts());
	start("run-00000001", 10, "prod", "");
	take(line_of("alert", "alr-aaaaaaaa", 1, "run-00000001", "fail", "prod", ",\"state\":\"firing\""));
	start("run-00000002", 20, "prod", "");
	take(line_of("alert", "alr-aaaaaaaa", 1, "run-00000002", "warn", "prod",
	    ",\"state\":\"acked\",\"acked_by\":\"ana\",\"acked_at\":\"2026-02-01T00:15:00Z\""));
	start("run-00000003", 30, "prod", "");
	take(line_of("alert", "alr-aaaaaaaa", 1, "run-00000003", "warn", "prod",
	    ",\"state\":\"acked\",\"acked_by\":\"ana\",\"acked_at\":\"2026-02-01T00:15:00Z\""));
	take(line_of("alert", "alr-aaaaaaaa", 1, "run-00000003", "ok", "prod", ",\"state\":\"resolved\""));
	take(line_of("alert", "alr-bbbbbbbb", 2, "run-00000003", "warn", "prod",
	    ",\"state\":\"silenced\",\"acked_by\":\"ben\",\"acked_at\":\"2026-02-01T00:16:00Z\""));
	IS_STR(told(),
	    "alr-aaaaaaaa 1 fail began; alr-bbbbbbbb 2 warn began; alr-aaaaaaaa 15 warn acked by ana; alr-bbbbbbbb 16 "
	    "warn silenced by ben; "
	    "alr-aaaaaaaa 30 ok resolved",
	    "alerts: began, who has it, over");

	begin(opts());
	start("run-00000001", 10, "prod", "");
	start("run-00000002", 20, "prod", "");
	take(line_of("deploy", "dep-aaaaaaaa", 5, "run-00000001", "ok", "prod", ""));
	take(line_of("deploy", "dep-aaaaaaaa", 5, "run-00000002", "fail", "prod", ""));
	take(line_of("deploy", "dep-aaaaaaaa", 5, "run-00000001", "warn", "prod", ""));
	take(line_of("suspect", "sus-aaaaaaaa", 5, "run-00000001", "warn", "prod",
	    ",\"rank\":1,\"onset\":\"2026-02-01T00:06:00Z\",\"change\":\"dep-1\""));
	take(line_of("suspect", "sus-bbbbbbbb", 5, "run-00000001", "warn", "prod",
	    ",\"rank\":2,\"onset\":\"2026-02-01T00:06:00Z\",\"change\":\"dep-2\""));
	take(line_of("suspect", "sus-bbbbbbbb", 5, "run-00000002", "warn", "prod",
	    ",\"rank\":1,\"onset\":\"2026-02-01T00:06:00Z\",\"change\":\"dep-2\""));
	IS_STR(told(), "dep-aaaaaaaa 5 fail; sus-bbbbbbbb 20 warn",
	    "deploys once, as the newest run has them; the newest top suspect of an onset");

	begin(opts());
	take(line_of("error", "err-aaaaaaaa", 1, "run-00000001", "fail", "prod", ",\"message\":\"no\""));
	take(line_of("error", "err-bbbbbbbb", 2, "run-00000002", "fail", "prod", ",\"message\":\"no\""));
	take(line_of("error", "err-cccccccc", 3, "run-00000002", "fail", "prod", ",\"message\":\"other\""));
	IS_STR(told(), "err-aaaaaaaa 1 fail 2 times; err-cccccccc 3 fail", "errors once a text");

	begin(opts());
	start("run-00000001", 10, "prod", "");
	start("run-00000002", 20, "prod", "");
	take(line_of("incident", "inc-aaaaaaaa", 1, "run-00000001", "fail", "prod",
	    ",\"event\":\"opened\",\"opened\":\"2026-02-01T00:09:00Z\""));
	take(line_of("incident", "inc-aaaaaaaa", 1, "run-00000002", "fail", "prod",
	    ",\"event\":\"severity\",\"severity\":\"sev1\""));
	take(line_of("incident", "inc-aaaaaaaa", 1, "run-00000002", "fail", "prod", ",\"event\":\"told\""));
	take(line_of("incident", "inc-aaaaaaaa", 1, "run-00000002", "ok", "prod",
	    ",\"event\":\"closed\",\"closed\":\"2026-02-01T00:25:00Z\""));
	IS_STR(told(), "inc-aaaaaaaa 9 fail opened; inc-aaaaaaaa 20 fail severity sev1; inc-aaaaaaaa 25 ok closed",
	    "events of an incident, each when it happened");

	begin(opts());
	take("{\"v\": 9, \"kind\":\"novelty\", \"id\":\"nov-aaaaaaaa\", \"time\":\"2026-02-01T00:01:00Z\", "
	     "\"status\":\"ok\"}");
	take("{\"v\": 9, \"kind\":\"novelty\", \"id\":\"nov-aaaaaaaa\", \"time\":\"2026-02-01T00:02:00Z\", "
	     "\"status\":\"ok\"}");
	take("{\"kind\":\"thing\"}");
	IS_STR(told(), " -1 ; nov-aaaaaaaa 1 ok", "kinds of a later version, too");
}

/* ---- of the incident */

static void
begin_incident(int began, int closed)
{
	struct ir_timeline_opts o = opts();
	static const char *alerts[] = { "alr-aaaaaaaa", NULL };

	ir_row_init(&ir_kind_incident, &incident);
	incident.h.id = "inc-aaaaaaaa";
	incident.h.env = "prod";
	incident.h.time_ms = incident.began_ms = at(minute(began));
	if (closed)
		incident.closed_ms = at(minute(closed));
	incident.alerts = (struct ir_list){ .v = alerts, .n = 1 };
	o.incidents = &incident;
	o.n = 1;
	begin(o);
}

static void
test_which(void)
{
	struct ir_list ids = { 0 };

	begin_incident(120, 180);
	start("run-00000001", 110, "prod", "");
	take(line_of("check", "chk-aaaaaaaa", 110, "run-00000001", "warn", "prod", ""));
	start("run-00000002", 130, "prod", "");
	take(line_of("check", "chk-bbbbbbbb", 130, "run-00000002", "warn", "prod", ",\"refs\":[\"chk-eeeeeeee\"]"));
	take(line_of("deploy", "dep-aaaaaaaa", 70, "run-00000002", "ok", "prod", ""));
	take(line_of("deploy", "dep-bbbbbbbb", 50, "run-00000002", "ok", "prod", ""));
	start("run-00000003", 131, "test", "");
	take(line_of("check", "chk-cccccccc", 131, "run-00000003", "warn", "test", ""));
	start("run-00000004", 132, "test", ",\"incident\":\"inc-aaaaaaaa\"");
	take(line_of("check", "chk-dddddddd", 132, "run-00000004", "warn", "test", ""));
	start("run-00000005", 133, "prod", ",\"incident\":\"inc-bbbbbbbb\"");
	take(line_of("check", "chk-ffffffff", 133, "run-00000005", "warn", "prod", ""));
	start("run-00000006", 190, "prod", "");
	take(line_of("check", "chk-gggggggg", 190, "run-00000006", "warn", "prod", ""));
	take(line_of("note", "nte-aaaaaaaa", 191, "run-00000006", "ok", "prod", ",\"incident\":\"inc-aaaaaaaa\""));
	start("run-00000007", 20, "prod", "");
	take(line_of("alert", "alr-aaaaaaaa", 10, "run-00000007", "fail", "prod", ",\"state\":\"firing\""));
	take(line_of("check", "chk-hhhhhhhh", 140, "run-00000007", "warn", "prod", ""));
	take(line_of("check", "chk-kkkkkkkk", 140, "run-00000009", "warn", "prod", ""));
	take(line_of("incident", "inc-aaaaaaaa", 120, "run-00000009", "fail", "prod",
	    ",\"event\":\"opened\",\"opened\":\"2026-02-01T02:05:00Z\""));
	ir_timeline_wanted(tl, &ids);
	OK(ids.n == 1 && strcmp(ids.v[0], "chk-eeeeeeee") == 0, "what a record refers to is asked for");
	start("run-00000008", 100, "test", "");
	take(line_of("check", "chk-eeeeeeee", 100, "run-00000008", "warn", "test", ""));
	IS_STR(told(),
	    "alr-aaaaaaaa 10 fail began; dep-aaaaaaaa 70 ok; chk-eeeeeeee 100 warn; inc-aaaaaaaa 125 fail opened; "
	    "chk-bbbbbbbb 130 warn; chk-dddddddd 132 warn; "
	    "chk-hhhhhhhh 140 warn; chk-kkkkkkkk 140 warn; nte-aaaaaaaa 191 ok",
	    "runs by environment and time, or as chosen; the alerts; what is referred to; nothing old");
}

static void
test_window(void)
{
	struct ir_timeline_opts o = opts();

	o.since_ms = at(minute(10));
	o.until_ms = at(minute(20));
	o.env = "prod";
	begin(o);
	check("chk-aaaaaaaa", 9, "ok");
	check("chk-aaaaaaaa", 10, "ok");
	check("chk-aaaaaaaa", 20, "fail");
	check("chk-aaaaaaaa", 21, "ok");
	take(line_of("check", "chk-bbbbbbbb", 15, "run-00000002", "ok", "test", ""));
	IS_STR(told(), "chk-aaaaaaaa 20 fail was ok", "between two times, of one environment");
}

static void
test_follow(void)
{
	struct ir_timeline_event ev;
	const char *line;

	begin(opts());
	check("chk-aaaaaaaa", 1, "ok");
	told();
	line = line_of("check", "chk-aaaaaaaa", 2, "run-00000001", "ok", "prod", "");
	IS_INT(ir_timeline_follow(tl, line, strlen(line), &ev), 0, "the same again is no news");
	line = line_of("check", "chk-aaaaaaaa", 3, "run-00000001", "fail", "prod", "");
	IS_INT(ir_timeline_follow(tl, line, strlen(line), &ev), 1, "a change is");
	IS_STR(ev.what, "was ok", "with what it was");
	IS_INT(ir_timeline_follow(tl, line, strlen(line), &ev), 0, "told once");
	line = line_of("action", "act-aaaaaaaa", 3, "run-00000001", "planned", "prod", "");
	IS_INT(ir_timeline_follow(tl, line, strlen(line), &ev), 0, "a plan is none yet");
	line = line_of("action", "act-aaaaaaaa", 3, "run-00000001", "done", "prod", "");
	IS_INT(ir_timeline_follow(tl, line, strlen(line), &ev), 1, "its outcome is");
	line = line_of("note", "nte-aaaaaaaa", 3, "run-00000001", "ok", "prod", "");
	IS_INT(ir_timeline_follow(tl, line, strlen(line), &ev), 1, "a note is");
	IS_INT(ir_timeline_follow(tl, line, strlen(line), &ev), 0, "once");
	IS_INT(ir_timeline_follow(tl, "nonsense", 8, &ev), -1, "what is no record is said");
}

static void
test_shown(void)
{
	struct ir_timeline_event ev = { .at_ms = at(minute(62)), .what = "not known how it ended" };
	json_t *rec = json_loads(
		   "{\"kind\":\"action\",\"who\":\"ana\",\"summary\":\"roll back\",\"time\":\"x\"}", 0, NULL),
	       *shown = ir_timeline_shown(&ev, rec, at(minute(60)));
	struct ir_rec r = { .obj = shown };

	IS_STR(ir_rec_str(&r, "summary"), "+2m ana: not known how it ended: roll back", "who did it is told, and when");
	IS_STR(ir_rec_str(&r, "time"), "2026-02-01T01:02:00.000Z", "at the time of the event");
	IS_STR(json_string_value(json_object_get(rec, "summary")), "roll back", "the record stays");
	json_decref(shown);
	json_decref(rec);
}

/* ---- hostile */

static void
test_bounds(void)
{
	static const char broken[] = "{\"kind\":\"check\",\"v\":1,\"id\":\"chk-aaaaaaaa\",\"time\":\"2026-02-01T00:00:"
				     "00.000Z\",\"source\":\"\",\"run\":\"\",\"status\":\"ok\",\"env\":\"x\"oops}";
	static const char *const bad[] = { "", "{", "[]", "null", "{}", "{\"kind\":5}", "{\"kind\":\"check\"",
		"{\"kind\":\"\"}", broken };

	begin(opts());
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		IS_INT(take(bad[i]), -1, "no record: %s", bad[i]);
	for (int i = 0; i < IR_TIMELINE_RECORDS + 10 && !ir_timeline_full(tl); i++)
		take(line_of("check", ir_asprintf(&arena, "chk-%08d", i), 1, "run-00000001", "ok", "prod", ""));
	OK(ir_timeline_full(tl), "what is kept is bounded, and that it was too much is told");
}

int
main(void)
{
	test_states();
	test_kinds();
	test_which();
	test_window();
	test_follow();
	test_shown();
	test_bounds();
	ir_timeline_done(tl);
	ir_arena_done(&arena);
	return tap_done();
}
