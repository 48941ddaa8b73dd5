/* logs_find - which logs are read, what stands on standard input, since when something is news */
#include "logs/find.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "logs/grep.h"
#include "logs/peek.h"
#include "logs/split.h"
#include "rec/journal.h"
#include "scratch.h"
#include "tap.h"

static const int64_t now = 1769911200000; /* 2026-02-01T02:00:00Z */
static struct ir_arena arena;
static struct ir_ctx ctx;
static struct ir_place place;
static struct ir_logs_asked asked;
static struct ir_err err;

static void
conf(const char *text)
{
	ctx.conf = IR_NEW(&arena, struct ir_conf);
	err = (struct ir_err)IR_ERR_INIT;
	if (ir_conf_parse(&arena, ctx.conf, "ir.conf", text, strlen(text), &err) < 0)
		OK(false, "%s: %s", text, err.msg);
}

/* For the name of a test. */
static const char *
one_line(const char *text)
{
	char *s = ir_strdup(&arena, text);

	for (char *p = s; *p; p++)
		*p = *p == '\n' ? '|' : *p;
	return s;
}

/* ---- operands */

static const char *
joined(const struct ir_list *l)
{
	return l->n ? ir_list_join(&arena, l, "", " ") : "";
}

static void
ask(const char *operands, const char *paths, const char *sections, const char *services)
{
	struct ir_list none = { 0 }, all = { 0 };
	char *words = ir_strdup(&arena, operands), *save = NULL;

	for (char *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save))
		ir_list_add(&arena, &all, w);
	ir_list_add(&arena, &all, NULL);
	err = (struct ir_err)IR_ERR_INIT;
	OK(ir_logs_ask(&ctx, &place, &none, (char **)(void *)all.v, &asked, &err) == 0, "'%s' is taken: %s", operands,
	    err.msg);
	IS_STR(joined(&asked.paths), paths, "'%s': files", operands);
	IS_STR(joined(&asked.sections), sections, "'%s': sections", operands);
	IS_STR(joined(&asked.services), services, "'%s': services", operands);
}

static void
test_operands(void)
{
	conf("[logs \"edge\"]\npath = /var/log/edge.log\n[logs \"old\"]\npath = x\nservice = batch\n[service "
	     "\"web\"]\n");
	ask("", "", "", "");
	ask("edge web batch", "", "edge", "web batch");
	ask("/var/log/syslog ./web *.log", "/var/log/syslog ./web *.log", "", "");
	ask("web web", "", "", "web");
	ask("unheard-of", "", "", "unheard-of");
	ask("app.log", "app.log", "", "");
	mkdir("web", 0700);
	mkdir("dir", 0700);
	ask("web dir", "dir", "", "web");
}

/* ---- sources */

static void
is_type(const char *keys, const char *type)
{
	conf(ir_asprintf(&arena, "[logs \"x\"]\n%s\n", keys));
	err = (struct ir_err)IR_ERR_INIT;
	IS_STR(ir_logs_type(&arena, ir_conf_section(ctx.conf, "logs", "x"), &err), type, "%s", one_line(keys));
}

static void
test_types(void)
{
	is_type("path = /var/log/a", "file");
	is_type("unit = web.service", "journald");
	is_type("command = kubectl get events -w", "command");
	is_type("selector = app=web", "kubectl");
	is_type("namespace = shop\ncontainer = web", "kubectl");
	is_type("container = shop_web_1", "docker");
	is_type("project = shop", "docker");
	is_type("url = http://ch:9000/\ntable = logs", "clickhouse");
	is_type("url = http://ch:8123", "clickhouse");
	is_type("url = https://loki:3100/", "loki");
	is_type("url = http://vl:9428", "victorialogs");
	is_type("type = stdin", "stdin");
	is_type("url = https://logs.example.org\ntype = loki", "loki");
	is_type("url = http://x:31000", NULL);
	is_type("service = web", NULL);
	OK(strstr(err.msg, "ir.conf:1: [logs \"x\"] does not tell"), "said with its place: %s", err.msg);
}

static void
found(const char *text, const char *want)
{
	struct ir_logs_query q = { .now_ms = now };
	struct ir_logs_sources all;
	struct ir_list names = { 0 };

	conf(text);
	err = (struct ir_err)IR_ERR_INIT;
	if (ir_logs_find(&ctx, &place, &asked, &q, &all, &err) < 0)
		ir_list_add(&arena, &names, ir_asprintf(&arena, "%d", err.code));
	for (size_t i = 0; i < all.n; i++)
		ir_list_add(&arena, &names, ir_asprintf(&arena, "%s:%s", all.v[i]->ops->name, all.v[i]->name));
	IS_STR(joined(&names), want, "sources of '%s'", one_line(text));
}

static void
test_sources(void)
{
	static const char two[] =
	    "[logs \"a\"]\npath = /a\nservice = web\n[logs \"b\"]\npath = /b\n[service \"web\"]\n";

	asked = (struct ir_logs_asked){ .lines = false };
	found("", "69");
	OK(strstr(err.hint, "name a file"), "with what to do: %s", err.hint);
	found(two, "file:a file:b");
	ask("worker", "", "", "worker");
	found(two, "file:b");
	conf(two);
	ask("a", "", "a", "");
	found(two, "file:a");
	ask("/x", "/x", "", "");
	found(two, "file:operand");
	conf(two);
	ask("/x web", "/x", "", "web");
	found(two, "file:operand file:a file:b");
	asked = (struct ir_logs_asked){ .lines = true };
	found(two, "stdin:stdin");
	asked = (struct ir_logs_asked){ .lines = false };
	found("[logs \"a\"]\nservice = web\n", "78");
	place.project = "shop";
	place.engine.present = true;
	found("", "docker:shop");
	found(two, "file:a file:b");
	place.said = true;
	found(two, "docker:shop");
	place = (struct ir_place){ .said = false };
}

/* ---- standard input */

static void
test_rows(void)
{
	static const struct {
		const char *text;
		bool rows;
	} v[] = {
		{ "{\"kind\":\"pattern\",\"v\":1,\"id\":\"pat-00000000\"}\n", true },
		{ "{\"kind\":\"start\",\"v\":1,", true },
		{ "{\"kind\":\"Event\",\"v\":1}\n", false },
		{ "{\"kind\":\"check\",\"name\":1}\n", false },
		{ "{\"time\":\"2026-02-01T02:00:00Z\",\"msg\":\"x\"}\n", false },
		{ "pat-zj5sr133\t2026-02-01T02:00:00.000Z\tfail\tweb\tlog:error\tx\n", true },
		{ "ID            TIME       AGE  STATUS\npat-zj5sr133  02:00:00Z  3m  fail\n", true },
		{ "pat-zj5sr133", true },
		{ "path-zj5sr133 is a word\n", false },
		{ "2026-02-01T02:00:00Z INFO pat-zj5sr133\n", false },
		{ "\n\n\n\n\n\n", false },
		{ "", false },
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		OK(ir_logs_is_rows(v[i].text, strlen(v[i].text), true) == v[i].rows, "%s: %.60s",
		    v[i].rows ? "rows" : "a log", v[i].text);
}

/* Nothing is taken out of a pipe. */
static void
test_peek(void)
{
	static const char row[] = "pat-zj5sr133\n";
	char got[64];
	int ends[2];

	ctx.deadline_us = INT64_MAX;
	if (pipe(ends) < 0 || write(ends[1], row, 13) != 13)
		exit(1);
	OK(ir_logs_peek(&ctx, ends[0]), "a row in a pipe");
	IS_INT(read(ends[0], got, sizeof(got)), 13, "is still there");
	if (write(ends[1], "GET / 200\n", 10) != 10)
		exit(1);
	OK(!ir_logs_peek(&ctx, ends[0]), "a line in a pipe");
	IS_INT(read(ends[0], got, sizeof(got)), 10, "is still there, too");
	close(ends[1]);
	OK(!ir_logs_peek(&ctx, ends[0]), "nothing is no row");
	close(ends[0]);
	OK(!ir_logs_peek(&ctx, -1), "nor is what is closed");
}

/* ---- since when */

static void
record(const char *kind, const char *id, const char *text)
{
	struct ir_entry e = { .record = text, .len = strlen(text), .kind = kind, .id = id, .key = "" };

	if (ir_journal_append(ctx.journal, &e, 1, false, NULL, &err) < 0)
		OK(false, "%s", err.msg);
}

static void
test_split(void)
{
	const int64_t minute = 60000, hour = 60 * minute;
	struct ir_journal_opts o = { .dir = "journal", .keep_days = -1 };
	struct ir_logs_split s = ir_logs_split(&ctx, IR_TIME_NONE, now);

	IS_INT(now - s.ms, 15 * minute, "the last quarter of an hour, without a journal");
	IS_INT(s.ms - s.since_ms, hour, "against the hour before");
	s = ir_logs_split(&ctx, now - 2 * hour, now);
	IS_INT(now - s.ms, 2 * hour, "as said");
	IS_INT(s.ms - s.since_ms, 6 * hour, "against three times as long");
	s = ir_logs_split(&ctx, now - 30 * hour, now);
	IS_INT(s.ms - s.since_ms, 24 * hour, "at most a day");
	ctx.journal = ir_journal_open(&o, &err);
	if (!ctx.journal) {
		OK(false, "%s", err.msg);
		return;
	}
	record("deploy", "dep-00000000",
	    "{\"kind\":\"deploy\",\"id\":\"dep-00000000\",\"time\":\"2026-01-31T23:00:00.000Z\"}");
	record("deploy", "dep-00000001",
	    "{\"kind\":\"deploy\",\"id\":\"dep-00000001\",\"time\":\"2026-01-31T22:00:00.000Z\"}");
	record("deploy", "dep-00000002",
	    "{\"kind\":\"deploy\",\"id\":\"dep-00000002\",\"time\":\"2026-02-01T03:00:00.000Z\"}");
	s = ir_logs_split(&ctx, IR_TIME_NONE, now);
	IS_INT(now - s.ms, 3 * hour, "the last deploy before the end");
	IS_STR(s.why, "deploy dep-00000000", "it is named");
	s = ir_logs_split(&ctx, IR_TIME_NONE, now + 3 * 24 * hour);
	IS_STR(s.why, "15 minutes before the end", "one of three days ago is none");
	record("incident", "inc-00000000",
	    "{\"kind\":\"incident\",\"id\":\"inc-00000000\",\"time\":\"2026-02-01T01:30:00.000Z\",\"closed\":\"2026-02-"
	    "01T01:40:00.000Z\"}");
	s = ir_logs_split(&ctx, IR_TIME_NONE, now);
	IS_STR(s.why, "deploy dep-00000000", "an incident that is closed is none");
	record("incident", "inc-00000001",
	    "{\"kind\":\"incident\",\"id\":\"inc-00000001\",\"time\":\"2026-02-01T01:50:00.000Z\",\"closed\":null}");
	s = ir_logs_split(&ctx, IR_TIME_NONE, now);
	IS_STR(s.why, "incident inc-00000001", "one that is open comes first");
	IS_INT(now - s.ms, 10 * minute, "with its beginning");
	ir_journal_close(ctx.journal);
	ctx.journal = NULL;
}

/* The end of a file is in its last lines. */
static void
test_newest(void)
{
	struct ir_list paths = { 0 };
	struct ir_logs_source s = { .paths = &paths, .ops = &ir_logs_file };
	struct ir_logs_source *v[] = { &s };
	struct ir_logs_sources all = { .v = v, .n = 1 };
	FILE *f = fopen("old.log", "w");

	for (int i = 0; f && i < 5000; i++)
		fprintf(f, "2026-01-20T10:%02d:%02d.000Z INFO line %d\n", i / 100, i % 60, i);
	if (f)
		fclose(f);
	ctx.start_ms = now;
	ir_list_add(&arena, &paths, "old.log");
	IS_INT(ir_logs_newest(&ctx, &all), 1768906199000, "the newest time of the last lines"); /* 10:49:59 */
	ir_list_add(&arena, &paths, "no-such.log");
	IS_INT(ir_logs_newest(&ctx, &all), now, "of what is not there: now");
	s.paths = NULL;
	IS_INT(ir_logs_newest(&ctx, &all), now, "and of what goes on");
}

static void
test_grep(void)
{
	struct ir_logs_grep g;

	if (OK(ir_logs_grep_init(&g, "time out", &err) == 0 && g.plain, "plain words")) {
		OK(ir_logs_grep_match(&g, "a time out!", 11) && !ir_logs_grep_match(&g, "a time ou", 9),
		    "are found as they are");
		ir_logs_grep_done(&g);
	}
	if (OK(ir_logs_grep_init(&g, "^(GET|POST) .* 5[0-9]+$", &err) == 0 && !g.plain, "an expression")) {
		OK(ir_logs_grep_match(&g, "GET /a 502", 10) && !ir_logs_grep_match(&g, "GET /a 502", 8) &&
			!ir_logs_grep_match(&g, "PUT /a 502", 10),
		    "matches within its line");
		ir_logs_grep_done(&g);
	}
	OK(ir_logs_grep_init(&g, "(", &err) < 0 && err.code == IR_USAGE, "what is none: %s", err.msg);
	ir_logs_grep_done(&g);
}

int
main(void)
{
	if (chdir(scratch_new(&arena)) < 0)
		return 1;
	ctx.arena = &arena;
	ctx.command = "ir-logs";
	ctx.quiet = true;
	ctx.deadline_us = INT64_MAX;
	unsetenv("LOKI_ADDR");
	setenv("PATH", "/nonexistent", 1);
	test_operands();
	test_types();
	test_sources();
	test_rows();
	test_peek();
	test_split();
	test_newest();
	test_grep();
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
