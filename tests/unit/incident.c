/* Unit tests of incident/incident: how incidents stand, and which one is meant. */
#include "incident/incident.h"

#include <string.h>

#include "scratch.h"
#include "tap.h"

#define BEGAN "2026-02-01T01:58:00.000Z"

static struct ir_arena arena;
static struct ir_ctx ctx;
static struct ir_err err;
static int runs;

static int64_t
at(const char *time)
{
	int64_t ms = 0;

	if (ir_time_parse_rfc3339(time, strlen(time), &ms) < 0)
		scratch_die(time);
	return ms;
}

static struct ir_incident
row(const char *title, const char *time, const char *event)
{
	struct ir_incident r;

	ir_row_init(&ir_kind_incident, &r);
	r.h.time_ms = at(time);
	r.h.env = "prod";
	r.title = title;
	r.event = event;
	r.state = strcmp(event, "closed") == 0 ? "closed" : "open";
	return r;
}

/* Its id. */
static const char *
add(const struct ir_incident *r)
{
	char key[IR_SHA_HEX];
	const char *run = ir_asprintf(&arena, "run-%08d", ++runs);
	json_t *obj = ir_rec_from_row(&ir_kind_incident, r, "ir-incident", run, "prod", key);
	const char *id = ir_strdup(&arena, json_string_value(json_object_get(obj, "id")));
	struct ir_entry e = { .kind = "incident", .id = id, .key = key };

	e.record = ir_rec_encode(&arena, obj, &e.len);
	if (ir_journal_append(ctx.journal, &e, 1, false, NULL, &err) < 0)
		scratch_die(err.msg);
	json_decref(obj);
	return id;
}

static void
fresh(const char *name)
{
	struct ir_journal_opts o = { .dir = scratch_dir(&arena, name) };

	ir_journal_close(ctx.journal);
	setenv("IR_TEST_NOW", "2026-02-01T02:00:00Z", 1);
	err = (struct ir_err)IR_ERR_INIT;
	ctx = (struct ir_ctx){ .arena = &arena, .journal = ir_journal_open(&o, &err) };
	if (!ctx.journal)
		scratch_die(err.msg);
}

static const char *
joined(const struct ir_list *l)
{
	return ir_list_join(&arena, l, "", " ");
}

static void
test_fold(void)
{
	struct ir_incident r, *v;
	size_t n;

	fresh("fold");
	r = row("checkout fails", BEGAN, "opened");
	r.opened_by = "ana";
	r.began_ms = r.h.time_ms;
	r.opened_ms = at("2026-02-01T02:00:00Z");
	r.alerts = (struct ir_list){ .v = (const char *[]){ "alr-aaaaaaaa", "alr-bbbbbbbb" }, .n = 2 };
	r.services = (struct ir_list){ .v = (const char *[]){ "web" }, .n = 1 };
	r.threads = (struct ir_list){ .v = (const char *[]){ "team=1" }, .n = 1 };
	const char *id = add(&r);

	r = row("checkout fails", BEGAN, "severity");
	r.severity = "sev2";
	add(&r);
	r = row("checkout fails", BEGAN, "assigned");
	r.lead = "ben";
	r.alerts = (struct ir_list){ .v = (const char *[]){ "alr-bbbbbbbb", "alr-cccccccc" }, .n = 2 };
	r.services = (struct ir_list){ .v = (const char *[]){ "db" }, .n = 1 };
	r.threads = (struct ir_list){ .v = (const char *[]){ "team=2", "boss=7" }, .n = 2 };
	add(&r);
	r = row("checkout fails", BEGAN, "ticket");
	r.ticket = "https://example.org/1";
	r.severity = "sev1";
	add(&r);

	IS_INT(ir_incident_all(&ctx, NULL, false, &v, &n, &err), 0, "incidents are told");
	IS_INT((int64_t)n, 1, "four observations are one incident");
	IS_STR(v[0].h.id, id, "it has its id");
	IS_STR(v[0].event, "ticket", "what happened last");
	IS_STR(v[0].severity, "sev1", "the newest severity counts");
	IS_STR(v[0].lead, "ben", "the lead stays");
	IS_STR(v[0].opened_by, "ana", "who opened it stays");
	IS_STR(v[0].ticket, "https://example.org/1", "the ticket");
	OK(v[0].began_ms == r.h.time_ms && v[0].opened_ms == at("2026-02-01T02:00:00Z"), "its times stay");
	IS_STR(joined(&v[0].alerts), "alr-aaaaaaaa alr-bbbbbbbb alr-cccccccc", "alerts accumulate, each once");
	IS_STR(joined(&v[0].services), "web db", "services accumulate");
	IS_STR(joined(&v[0].threads), "team=2 boss=7", "one thread a channel, the newest");

	r = row("checkout fails", BEGAN, "closed");
	r.closed_ms = at("2026-02-01T03:00:00Z");
	add(&r);
	IS_INT(ir_incident_all(&ctx, NULL, true, &v, &n, &err), 0, "and open ones");
	IS_INT((int64_t)n, 0, "a closed one is not open");
	ir_incident_all(&ctx, "prod", false, &v, &n, &err);
	OK(n == 1 && v[0].closed_ms == r.closed_ms && strcmp(v[0].lead, "ben") == 0, "it is closed, and whole");
	r = row("checkout fails", BEGAN, "opened");
	add(&r);
	ir_incident_all(&ctx, "prod", true, &v, &n, &err);
	OK(n == 1 && v[0].closed_ms == IR_TIME_NONE, "opened again it is open, and not closed at any time");
	r = row("checkout fails", BEGAN, "closed");
	add(&r);
	ir_incident_all(&ctx, "prod", true, &v, &n, &err);
	IS_INT((int64_t)n, 0, "and closed again");
}

static void
test_many(void)
{
	struct ir_incident r, *v;
	size_t n, wrong = 0;

	fresh("many");
	for (int i = 0; i < IR_INCIDENTS + 50; i++) {
		r = row("one of many", ir_asprintf(&arena, "2026-02-01T%02d:%02d:00.000Z", i / 60, i % 60), "opened");
		add(&r);
	}
	r = row("elsewhere", "2026-02-01T23:00:00.000Z", "opened");
	r.h.env = "test";
	add(&r);
	ir_incident_all(&ctx, "prod", true, &v, &n, &err);
	IS_INT((int64_t)n, IR_INCIDENTS, "they are bounded");
	for (size_t i = 1; i < n; i++)
		wrong += v[i].h.time_ms >= v[i - 1].h.time_ms;
	IS_INT((int64_t)wrong, 0, "newest first");
	IS_INT(
	    v[0].h.time_ms, at("2026-02-01T04:09:00Z"), "the newest of all is there, not that of another environment");
}

static void
test_current(void)
{
	struct ir_incident r, *i;

	fresh("current");
	i = ir_incident_current(&ctx, "prod", &err);
	OK(!i && err.code == IR_OK, "there is none");
	r = row("one", BEGAN, "opened");
	const char *one = add(&r);
	i = ir_incident_current(&ctx, "prod", &err);
	IS_STR(i ? i->h.id : NULL, one, "the open one of the environment");
	i = ir_incident_current(&ctx, "test", &err);
	OK(!i && err.code == IR_OK, "not of another environment");
	i = ir_incident_current(&ctx, NULL, &err);
	IS_STR(i ? i->h.id : NULL, one, "of any, when the environment is not known");
	r = row("two", "2026-02-01T01:59:00.000Z", "opened");
	const char *two = add(&r);
	i = ir_incident_current(&ctx, "prod", &err);
	OK(!i && err.code == IR_USAGE && strstr(err.msg, one) && strstr(err.msg, two), "two are open: both are named");
	OK(strstr(err.hint, "--incident") != NULL, "with what to do");
	ctx.incident = one;
	i = ir_incident_current(&ctx, "test", &err);
	IS_STR(i ? i->title : NULL, "one", "what was chosen is it, whatever the environment");
	ctx.incident = "inc-00000000";
	i = ir_incident_current(&ctx, "prod", &err);
	OK(!i && err.code == IR_USAGE && strstr(err.msg, "inc-00000000"), "a handle of none is said");
	ir_journal_close(ctx.journal);
	ctx.journal = NULL;
	i = ir_incident_current(&ctx, "prod", &err);
	OK(!i && err.code == IR_USAGE, "nor without a journal");
	ctx.incident = NULL;
	i = ir_incident_current(&ctx, "prod", &err);
	OK(!i && err.code == IR_OK, "without a journal there is none");
}

/* Much is journalled while an incident is open. */
static void
test_remembered(void)
{
	enum { BYTES = 1 << 20, RECORDS = 40 };
	char *text = ir_arena_alloc(&arena, BYTES);
	struct ir_incident r, *v;
	const char *id;
	size_t n;

	fresh("much");
	r = row("checkout fails", BEGAN, "opened");
	id = add(&r);
	memset(text, 'x', BYTES - 200);
	for (int i = 0; i < RECORDS; i++) {
		const char *record = ir_asprintf(&arena,
		    "{\"kind\":\"check\",\"id\":\"chk-%08d\",\"run\":\"run-00000001\",\"text\":\"%s\"}", i, text);
		struct ir_entry e = { .record = record,
			.len = strlen(record),
			.kind = "check",
			.id = ir_asprintf(&arena, "chk-%08d", i),
			.key = "" };

		if (ir_journal_append(ctx.journal, &e, 1, false, NULL, &err) < 0)
			scratch_die(err.msg);
	}
	OK(ir_incident_all(&ctx, "prod", true, &v, &n, &err) == 0 && n == 0, "what is behind 40 MiB is not recalled");
	ir_incident_remember(&ctx, id);
	ir_incident_remember(&ctx, "inc-00000000");
	OK(ir_incident_all(&ctx, "prod", true, &v, &n, &err) == 0 && n == 1 && strcmp(v->h.id, id) == 0,
	    "but remembered");
	OK(ir_incident_all(&ctx, "test", true, &v, &n, &err) == 0 && n == 0, "not of another environment");
	r = row("checkout fails", BEGAN, "closed");
	add(&r);
	OK(ir_incident_all(&ctx, "prod", true, &v, &n, &err) == 0 && n == 0, "nor when it is closed");
	OK(ir_incident_all(&ctx, NULL, false, &v, &n, &err) == 0 && n == 1, "once, though recalled and remembered");
}

int
main(void)
{
	scratch_new(&arena);
	test_remembered();
	test_fold();
	test_many();
	test_current();
	ir_journal_close(ctx.journal);
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
