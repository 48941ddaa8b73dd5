/*
 * pager_alertmanager - lists cut, read, acks sent and read back, before a server that answers by path
 *
 * Shapes of answers are those of the API document 0.25 and of a real Alertmanager 0.25.0 (tests/cmd/alerts-alertmanager.t runs against that one); mutedBy and 404 for DELETE are of the document of 0.34. Here
 * is what a real one cannot be made to do: break off, lie, hang, take a silence and not say so, be two who ack in the same moment.
 */
#include "pager/alertmanager.h"

#include "base/cleanup.h"
#include "by_path.h"
#include "tap.h"

#define ALERT(fp, name, instance, by) \
	"{\"annotations\":{\"runbook_url\":\"https://u:secret@r/x\",\"summary\":\"it is " \
	"broken\"},\"endsAt\":\"2026-02-01T03:00:00.000Z\",\"fingerprint\":\"" fp \
	"\",\"receivers\":[{\"name\":\"sre\"}],\"startsAt\":\"2026-02-01T02:00:00.000Z\",\"status\":{\"inhibitedBy\":" \
	"[],\"silencedBy\":[" by "],\"state\":\"active\"},\"updatedAt\":\"2026-02-01T02:00:00.000Z\"," \
	"\"generatorURL\":\"http://p/g\",\"labels\":{\"alertname\":\"" name "\",\"instance\":\"" instance \
	"\",\"severity\":\"critical\"}}"
#define SILENCE(id, by, starts, matchers, comment) \
	"{\"id\":\"" id \
	"\",\"status\":{\"state\":\"active\"},\"updatedAt\":\"2026-02-01T02:00:00.000Z\",\"comment\":\"" comment \
	"\",\"createdBy\":\"" by "\",\"endsAt\":\"2099-02-01T02:00:00.000Z\",\"matchers\":[" matchers \
	"],\"startsAt\":\"" starts "\"}"
#define DOWN "{\"isEqual\":true,\"isRegex\":false,\"name\":\"alertname\",\"value\":\"Down\"}"
#define REFUSED(status, body) "HTTP/1.1 " status " x\r\nConnection: close\r\n\r\n" body

static struct ir_arena arena;

/* ---- cutting */

static struct ir_list cut_seen;

static int
on_cut(void *arg, const char *p, size_t n)
{
	(void)arg;
	ir_list_add(&arena, &cut_seen, ir_strndup(&arena, p, n));
	return 0;
}

/* In pieces of step bytes: the elements, and how it ends. */
static const char *
cut(const char *text, size_t step)
{
	struct ir_am_cut c;
	struct ir_err err = IR_ERR_INIT;
	size_t n = strlen(text);
	int bad = 0;

	cut_seen = (struct ir_list){ 0 };
	ir_am_cut_init(&c, on_cut, NULL);
	for (size_t i = 0; i < n && !bad; i += step) {
		/* a copy of its own, so that reading on is seen */
		char *piece = strndup(text + i, n - i < step ? n - i : step);

		bad = ir_am_cut_feed(&c, piece, strlen(piece), &err);
		free(piece);
	}
	if (!bad)
		ir_am_cut_end(&c, &err);
	ir_am_cut_done(&c);
	return ir_asprintf(&arena, "%s%s%s", ir_list_join(&arena, &cut_seen, "", ";"), err.code ? " ! " : "", err.msg);
}

static const struct {
	const char *text, *want;
} cuts[] = {
	{ "[]", "" },
	{ " [ ] \n", "" },
	{ "[{}]", "{}" },
	{ "[{\"a\":[1,{}]} , {\"b\":\"]}\\\"{\"}]\n", "{\"a\":[1,{}]};{\"b\":\"]}\\\"{\"}" },
	{ "[{\"a\":\"\\\\\"},{}]", "{\"a\":\"\\\\\"};{}" },
	{ "[{},]", "{} ! what it answers is no list of JSON objects" },
	{ "[,{}]", " ! what it answers is no list of JSON objects" },
	{ "[{}{}]", "{} ! what it answers is no list of JSON objects" },
	{ "[{}]]", "{} ! what it answers is no list of JSON objects" },
	{ "[{}][]", "{} ! what it answers is no list of JSON objects" },
	{ "[1]", " ! what it answers is no list of JSON objects" },
	{ "{}", " ! what it answers is no list of JSON objects" },
	{ "<html>", " ! what it answers is no list of JSON objects" },
	{ "", " ! what it answers is no list of JSON objects" },
	{ "[{}", "{} ! what it answers is broken off" },
	{ "[{\"a\":\"", " ! what it answers is broken off" },
	{ "[{[{[{[{[{[{[{[{[{[{}]", " ! what it answers is nested more than 16 deep" },
};

static void
test_cut(void)
{
	for (size_t i = 0; i < sizeof(cuts) / sizeof(*cuts); i++)
		for (size_t step = 1; step < 40; step += step < 4 ? 1 : 9)
			IS_STR(cut(cuts[i].text, step), cuts[i].want, "list %zu in pieces of %zu", i, step);
}

static void
test_cut_large(void)
{
	size_t n = (1 << 20) + 10;
	char *big = malloc(n + 1);

	memset(big, 'x', n);
	memcpy(big, "[{\"a\":\"", 7);
	big[n] = '\0';
	OK(strstr(cut(big, 16000), "has more than 1048576 bytes"), "one object without end, in pieces");
	OK(strstr(cut(big, n), "has more than 1048576 bytes"), "and at once");
	free(big);
}

/* ---- reading */

static struct ir_am_texts texts;

static struct ir_alert
read_alert(const char *text, int want)
{
	struct ir_alert a;

	ir_row_init(&ir_kind_alert, &a);
	IS_INT(ir_am_read_alert(&arena, &texts, text, strlen(text), &a), want, "%.60s", text);
	return a;
}

static void
test_read_alert(void)
{
	struct ir_alert a = read_alert(ALERT("f1", "Down", "h\\u0031", ""), 0);

	IS_STR(a.alert, "f1", "fingerprint");
	IS_STR(a.name, "Down", "name");
	IS_STR(a.severity, "critical", "severity");
	IS_STR(a.state, "firing", "state");
	IS_STR(a.description, "it is broken", "description");
	IS_STR(ir_list_join(&arena, &a.links, "", " "), "https://***@r/x http://p/g", "links, without secrets");
	IS_STR(ir_list_join(&arena, &a.assigned, "", " "), "sre", "receivers");
	IS_STR(ir_alert_label(&a, "instance"), "h1", "a label");
	IS_INT(a.h.time_ms, 1769911200000, "since when");
	a = read_alert("{\"fingerprint\":\"f\",\"labels\":{\"a\":\"\",\"x=y\":\"z\",\"alertname\":\"N\",\"n\":1},"
		       "\"status\":{\"state\":\"suppressed\",\"inhibitedBy\":[\"q\"]}}",
	    0);
	IS_STR(ir_list_join(&arena, &a.labels, "", " "), "alertname=N", "labels that are none");
	IS_STR(a.state, "inhibited", "inhibited");
	a = read_alert("{\"fingerprint\":\"f\",\"labels\":{\"a\":\"b\"},\"status\":{\"state\":\"suppressed\","
		       "\"mutedBy\":[\"weekend\"]}}",
	    0);
	IS_STR(a.state, "silenced", "muted by a time interval");
	IS_STR(a.ack_note, "muted by time interval 'weekend'", "which one");
	read_alert("{\"fingerprint\":\"f\",\"labels\":[]}", -1);
	read_alert("{\"fingerprint\":1,\"labels\":{\"a\":\"b\"}}", -1);
	read_alert("{\"labels\":{\"a\":\"b\"}}", -1);
	read_alert("{\"fingerprint\":\"f\",\"labels\":{\"a\":\"\xff\"}}", -1);
	read_alert("{\"fingerprint\":\"f\"]", -1);
}

/* Each is read by its bytes (1), or left to jansson. */
static const struct {
	const char *text;
	int plain;
} plains[] = {
	{ ALERT("f1", "Down", "h1", ""), 1 },
	{ ALERT("f1", "Down", "h1", "\"s1\",\"s2\""), 1 },
	{ ALERT("f1", "Down", "h\\u0031", ""), 1 },
	{ ALERT("f1", "Down",
	      "gr\xc3\xb6\xc3\x9f"
	      "e",
	      ""),
	    1 },
	{ ALERT("f1", "Down", "\x7f", ""), 1 },
	{ ALERT("f1", "Down", "a\\\\", ""), 1 },
	{ ALERT("f1", "Down", "a\\\"b\\u0026", ""), 1 },
	{ ALERT("f1", "Down", "\n", ""), -1 },
	{ ALERT("f1", "Down", "\\x", ""), -1 },
	{ ALERT("f1", "Down", "\xff", ""), -1 },
	{ ALERT("f\\u0031", "Down", "a", ""), 0 },
	{ "{\"fingerprint\":\"f\",\"labels\":{\"a\":\"b\"},\"status\":{},\"receivers\":[],\"startsAt\":\"x\","
	  "\"annotations\":{}}",
	    1 },
	{ " { \"fingerprint\" : \"f\" , \"labels\" : { \"a\" : \"b\" } "
	  ",\"status\":{},\"receivers\":[],\"startsAt\":\"x\",\"annotations\":{}}\n",
	    1 },
	/* texts that are the same bytes as what is no text */
	{ "{\"generatorURL\":\"{}\",\"fingerprint\":\"f\",\"labels\":{\"a\":\"b\"},\"status\":{},\"receivers\":[],"
	  "\"startsAt\":\"x\",\"annotations\":{\"runbook\":\"[]\"}}",
	    1 },
	{ "{\"fingerprint\":\"f\",\"labels\":{\"b\":\"b\",\"a\":\"b\"},\"status\":{},\"receivers\":[],\"startsAt\":"
	  "\"x\",\"annotations\":{}}",
	    0 },
	{ "{\"fingerprint\":\"f\",\"labels\":{\"a\":\"b\",\"a\":\"c\"},\"status\":{},\"receivers\":[],\"startsAt\":"
	  "\"x\",\"annotations\":{}}",
	    0 },
	{ "{\"fingerprint\":\"f\",\"labels\":{\"a\":1},\"status\":{},\"receivers\":[],\"startsAt\":\"x\","
	  "\"annotations\":{},\"x\":[1]}",
	    0 },
	{ "{\"fingerprint\":\"f\",\"fingerprint\":\"g\",\"labels\":{\"a\":\"b\"},\"status\":{},\"receivers\":[],"
	  "\"startsAt\":\"x\",\"annotations\":{}}",
	    0 },
	{ "{\"fingerprint\":\"f\",\"labels\":{\"a\":\"b\",},\"status\":{},\"receivers\":[],\"startsAt\":\"x\","
	  "\"annotations\":{}}",
	    -1 },
	{ "{\"fingerprint\":\"f\",\"labels\":{\"a\":\"b\"},\"status\":{,},\"receivers\":[],\"startsAt\":\"x\","
	  "\"annotations\":{}}",
	    -1 },
	{ "{\"fingerprint\":\"f\" "
	  "\"labels\":{\"a\":\"b\"},\"status\":{},\"receivers\":[],\"startsAt\":\"x\",\"annotations\":{}}",
	    -1 },
	{ "{\"fingerprint\":\"f\",\"labels\":{\"a\" "
	  "\"b\"},\"status\":{},\"receivers\":[],\"startsAt\":\"x\",\"annotations\":{}}",
	    -1 },
	{ "{\"fingerprint\":\"f\",\"labels\":{\"a\":\"b\"},\"status\":{},\"receivers\":[],\"startsAt\":\"x\","
	  "\"annotations\":{}",
	    -1 },
};

static const char *
all_of(const struct ir_alert *a)
{
	return ir_asprintf(&arena, "%s %s %lld %s %s %s %s %s", a->alert, a->state, (long long)a->h.time_ms,
	    a->description ? a->description : "-", ir_list_join(&arena, &a->labels, "", ","),
	    ir_list_join(&arena, &a->links, "", ","), ir_list_join(&arena, &a->assigned, "", ","),
	    ir_list_join(&arena, &a->acks, "", ","));
}

static void
test_both_ways(void)
{
	for (size_t i = 0; i < sizeof(plains) / sizeof(*plains); i++) {
		const char *text = strdup(plains[i].text);
		struct ir_alert quick, whole;
		bool plain;

		ir_row_init(&ir_kind_alert, &quick);
		ir_row_init(&ir_kind_alert, &whole);
		plain = ir_am_read_plain(&arena, &texts, text, strlen(text), &quick);
		IS_INT(ir_am_read_whole(&arena, &texts, text, strlen(text), &whole), plains[i].plain < 0 ? -1 : 0,
		    "alert %zu by jansson", i);
		IS_INT(plain, plains[i].plain > 0, "alert %zu by its bytes", i);
		if (plain)
			IS_STR(all_of(&quick), all_of(&whole), "alert %zu: the same", i);
		free((char *)(uintptr_t)text);
	}
}

static const struct {
	const char *comment, *note;
} comments[] = {
	{ "ACK! inc-7 looking (ir-ack)", "inc-7 looking" },
	{ "ACK! (ir-ack)", NULL },
	{ "ACK!", NULL },
	{ "ACK! This alert was acknowledged using karma on now", "This alert was acknowledged using karma on now" },
	{ "maintenance", "maintenance" },
};

static void
test_comments(void)
{
	for (size_t i = 0; i < sizeof(comments) / sizeof(*comments); i++)
		IS_STR(ir_am_note(&arena, comments[i].comment), comments[i].note, "%s", comments[i].comment);
	IS_STR(ir_am_comment(&arena, "looking"), "ACK! looking (ir-ack)", "a comment");
	IS_STR(ir_am_comment(&arena, "two\nlines\x1b[31m\x7f"), "ACK! two lines [31m  (ir-ack)",
	    "one line, that a terminal only shows");
	IS_STR(ir_am_comment(&arena, NULL), "ACK! (ir-ack)", "of no note");
	IS_STR(ir_am_note(&arena, ir_am_comment(&arena, "a (ir-ack) b")), "a (ir-ack) b", "and back");
}

static const char *
said(const char *body)
{
	struct ir_http_res res = { .status = 400 };
	const char *s;

	ir_buf_init(&res.body, 1000);
	ir_buf_adds(&res.body, body);
	s = ir_am_said(&arena, &res);
	ir_buf_done(&res.body);
	return s;
}

static void
test_said(void)
{
	IS_STR(said("\"silence not found\"\n"), "silence not found", "an error as a string");
	IS_STR(said("{\"code\":612,\"message\":\"matchers in body should have at least 1 items\"}"),
	    "matchers in body should have at least 1 items", "as an object");
	IS_STR(said(""), NULL, "as nothing");
	IS_STR(said("<html>"), NULL, "as something else");
	IS_STR(said("[1]"), NULL, "as another kind of JSON");
}

/* ---- runs */

static volatile sig_atomic_t signalled;
static struct ir_ctx ctx;
static struct ir_conf conf;
static struct ir_pager_look look;
static struct scripted server;
static struct ir_pager_job job;

static void
begin_at(const char *lines, const struct by_path *rules)
{
	static const struct ir_pager_query all = { 0 };
	struct ir_err err = IR_ERR_INIT;
	const char *text;

	server = by_path_start(rules);
	text = ir_asprintf(&arena, "[pager \"am\"]\n%surl = http://127.0.0.1:%d/\n", lines, server.port);
	conf = (struct ir_conf){ 0 };
	IS_INT(ir_conf_parse(&arena, &conf, "ir.conf", text, strlen(text), &err), 0, "conf %s", err.msg);
	ctx = (struct ir_ctx){ .arena = &arena,
		.command = "ir-test",
		.run = "run-0123abcd",
		.env = "shop",
		.who = "ana",
		.conf = &conf,
		.quiet = true,
		.actor = true,
		.stop = &signalled,
		.timeout_ms = 700,
		.deadline_us = ir_mono_us() + 20000000 };
	OK(ir_loop_new(&ctx, &err) && ir_pager_begin(&ctx, &all, &look, &err) == 0 && ir_pager_list(&look, &err) == 0,
	    "a list %s", err.msg);
}

static void
begin(const struct by_path *rules)
{
	begin_at("", rules);
}

static void
end(void)
{
	ir_pager_done(&look);
	ir_loop_free(ctx.loop);
	scripted_stop(&server);
}

/* Act on all that were listed; each item as "status reason by hold". */
static const char *
act(enum ir_pager_verb verb)
{
	struct ir_pager *p = &look.v[0];
	struct ir_list lines = { 0 };
	struct ir_err err = IR_ERR_INIT;

	job = (struct ir_pager_job){ .verb = verb, .who = "ana", .note = "looking", .n = p->n };
	job.items = IR_NEW_N(&arena, struct ir_pager_item, p->n + 1);
	for (size_t i = 0; i < p->n; i++)
		job.items[i] = (struct ir_pager_item){
			.alert = p->alerts[i], .status = IR_STATUS_PLANNED, .until_ms = IR_TIME_NONE
		};
	p->job = &job;
	if (p->ops->choose(p, &job, &err) < 0)
		return ir_asprintf(&arena, "! %s", err.msg);
	ir_pager_act(&look);
	for (size_t i = 0; i < job.n; i++) {
		const struct ir_pager_item *it = &job.items[i];

		ir_list_add(&arena, &lines,
		    ir_asprintf(&arena, "%s%s%s%s%s", ir_status_names[it->status], it->by ? " by " : "",
			it->by ? it->by : "", it->reason ? ": " : "", it->reason ? it->reason : ""));
	}
	return ir_list_join(&arena, &lines, "", "; ");
}

static void
list_fails(const struct by_path *rules, const char *want)
{
	begin(rules);
	OK(strstr(look.v[0].err.msg, want), "%s: %s", want, look.v[0].err.msg);
	OK(look.v[0].err.code == IR_BACKEND && !strchr(look.v[0].err.msg, '\n'), "in one clear sentence");
	end();
}

static void
test_lists_that_fail(void)
{
	static const struct by_path half[] = { { "GET /api/v2/alerts", { "[" ALERT("f1", "Down", "a", "") ",<cut>" } },
		{ "GET", { "[]" } }, { NULL, { NULL } } };
	static const struct by_path html[] = { { "GET /api/v2/alerts", { "<html>login</html>" } }, { "GET", { "[]" } },
		{ NULL, { NULL } } };
	static const struct by_path text[] = { { "GET /api/v2/alerts",
						   { REFUSED("400", "\"bad matcher format: foo\"\n") } },
		{ "GET", { "[]" } }, { NULL, { NULL } } };
	static const struct by_path object[] = {
		{ "GET /api/v2/alerts", { REFUSED("422", "{\"code\":601,\"message\":\"no such thing\"}") } },
		{ "GET", { "[]" } }, { NULL, { NULL } }
	};
	static const struct by_path gone[] = { { "GET", { REFUSED("410", "") } }, { NULL, { NULL } } };
	static const struct by_path one_bad[] = { { "GET /api/v2/alerts",
						      { "[" ALERT("f1", "Down", "a", "") ",{\"fingerprint\":2}]" } },
		{ "GET", { "[]" } }, { NULL, { NULL } } };
	static const struct by_path hang[] = { { "GET /api/v2/silences", { "<hang>" } }, { "GET", { "[]" } },
		{ NULL, { NULL } } };

	list_fails(half, "the answer broke off");
	IS_INT((int64_t)look.v[0].n, 1, "what came before counts");
	list_fails(html, "is no Alertmanager with API v2 (/api/v2/alerts): what it answers is no list");
	list_fails(text, "HTTP status 400: bad matcher format: foo");
	list_fails(object, "HTTP status 422: no such thing");
	list_fails(gone, "HTTP status 410");
	list_fails(one_bad, "1 of what /api/v2/alerts tells cannot be read");
	list_fails(hang, "no answer within 700ms");
	begin(one_bad);
	OK(strstr(act(IR_PAGER_ACK), "what else would be covered is not known"), "then nothing is acked: %s",
	    act(IR_PAGER_ACK));
	end();
	begin(hang);
	OK(strstr(act(IR_PAGER_ACK), "it is not known who has what"), "nor without the silences");
	end();
}

static void
test_members(void)
{
	static const struct by_path dead[] = { { "GET", { REFUSED("503", "") } }, { NULL, { NULL } } };
	static const struct by_path half[] = { { "GET /api/v2/alerts", { "[" ALERT("f0", "Other", "a", "") ",<cut>" } },
		{ "GET", { "[]" } }, { NULL, { NULL } } };
	static const struct by_path well[] = { { "GET /api/v2/alerts", { "[" ALERT("f1", "Down", "a", "") "]" } },
		{ "GET", { "[]" } }, { NULL, { NULL } } };
	struct scripted first = by_path_start(dead);

	begin_at(ir_asprintf(&arena, "url = http://127.0.0.1:1\nurl = http://127.0.0.1:%d\n", first.port), well);
	IS_STR(look.v[0].err.msg, "", "a member that is not there, one that is not well: the third is asked");
	IS_INT((int64_t)look.v[0].n, 1, "and tells");
	end();
	scripted_stop(&first);
	first = by_path_start(half);
	begin_at(ir_asprintf(&arena, "url = http://127.0.0.1:%d\n", first.port), well);
	IS_INT((int64_t)look.v[0].n, 1, "of a member that breaks off nothing is kept when the next one tells all");
	IS_STR(look.v[0].alerts[0]->alert, "f1", "which is this");
	end();
	scripted_stop(&first);
}

/* ---- acks */

#define MINE(id, starts) SILENCE(id, "ana", starts, DOWN, "ACK! looking (ir-ack)")
#define BOBS(id, starts) SILENCE(id, "bob", starts, DOWN, "ACK! me (ir-ack)")
#define LIST1(by) "[" ALERT("f1", "Down", "a", by) "]"
#define POSTED "{\"silenceID\":\"s5\"}"

/* Alerts and silences as they are after the POST. */
static const char *
ack_race(const char *by, const char *silences, const char *removed)
{
	const struct by_path rules[] = { { "GET /api/v2/alerts", { LIST1(""), by } },
		{ "GET /api/v2/silences", { "[]", silences } }, { "POST /api/v2/silences", { POSTED } },
		{ "DELETE /api/v2/silence/s5 ", { removed } }, { NULL, { NULL } } };
	const char *ret;

	begin(rules);
	ret = act(IR_PAGER_ACK);
	ret = ir_asprintf(&arena, "%s [%d]", ret, by_path_count(&server, "DELETE"));
	end();
	return ret;
}

static void
test_ack_races(void)
{
	IS_STR(ack_race(LIST1("\"s5\""), "[" MINE("s5", "2026-02-01T02:00:00.005Z") "]", ""), "done [0]", "alone");
	IS_STR(ack_race(LIST1("\"s5\",\"s1\""),
		   "[" MINE("s5", "2026-02-01T02:00:00.005Z") "," BOBS("s1", "2026-02-01T02:00:00.006Z") "]", ""),
	    "done [0]", "another is later: it is ours, whatever the ids");
	IS_STR(ack_race(LIST1("\"s1\",\"s5\""),
		   "[" BOBS("s9", "2026-02-01T02:00:00.005Z") "," MINE("s5", "2026-02-01T02:00:00.005Z") "]", ""),
	    "done [0]", "in the same millisecond the smaller id has it");
	IS_STR(ack_race(LIST1("\"s1\",\"s5\""),
		   "[" BOBS("s1", "2026-02-01T02:00:00.005Z") "," MINE("s5", "2026-02-01T02:00:00.005Z") "]", ""),
	    "noop by bob [1]", "and the other takes its own back");
	IS_STR(ack_race(LIST1("\"s5\",\"s9\""),
		   "[" BOBS("s9", "2026-02-01T02:00:00.004Z") "," MINE("s5", "2026-02-01T02:00:00.005Z") "]", ""),
	    "noop by bob [1]", "another is earlier");
	IS_STR(ack_race(LIST1("\"s5\",\"s9\""),
		   "[" BOBS("s9", "2026-02-01T02:00:00.004Z") "," MINE("s5", "2026-02-01T02:00:00.005Z") "]",
		   REFUSED("403", "")),
	    "noop by bob: silence s5 could not be taken back: pager 'am' does not allow this (HTTP status 403) [1]",
	    "and ours cannot be taken back: said");
	IS_STR(ack_race(LIST1("\"s5\",\"s9\""),
		   "[" BOBS("s9", "2026-02-01T02:00:00.004Z") "," MINE("s5", "2026-02-01T02:00:00.005Z") "]",
		   REFUSED("500", "\"silence not found\"")),
	    "noop by bob [1]", "gone already is as good (0.25)");
	IS_STR(ack_race("[]", "[" MINE("s5", "2026-02-01T02:00:00.005Z") "]", ""), "noop: resolved in between [1]",
	    "resolved in between: nothing is left behind");
	IS_STR(ack_race("[" ALERT("f1", "Down", "a", "\"s5\"") "," ALERT("f2", "Down", "b", "\"s5\"") "]",
		   "[" MINE("s5", "2026-02-01T02:00:00.005Z") "]", ""),
	    "done: the silence covers 1 that began since, too [0]", "one began since");
	IS_STR(ack_race(LIST1(""), "[" MINE("s5", "2026-02-01T02:00:00.005Z") "]", ""),
	    "unknown: silence s5 was made, but the alert does not show it [0]", "never shown: not done");
}

/* The last answer to POST is not one; what is then seen. */
static const char *
ack_post(const char *post, const char *by, const char *silences)
{
	const struct by_path rules[] = { { "GET /api/v2/alerts", { LIST1(""), by } },
		{ "GET /api/v2/silences", { "[]", silences } }, { "POST /api/v2/silences", { post } },
		{ NULL, { NULL } } };
	const char *ret;

	begin(rules);
	ret = act(IR_PAGER_ACK);
	ret = ir_asprintf(&arena, "%s [%d]", ret, by_path_count(&server, "POST"));
	end();
	return ret;
}

static void
test_posts(void)
{
	IS_STR(ack_post(REFUSED("400", "\"silence invalid: at least one matcher must not match the empty string\"\n"),
		   LIST1(""), "[]"),
	    "failed: pager 'am' answers with HTTP status 400: silence invalid: at least one matcher must not match the "
	    "empty string [1]",
	    "refused, as a string");
	IS_STR(ack_post(REFUSED("422", "{\"code\":602,\"message\":\"comment in body is required\"}"), LIST1(""), "[]"),
	    "failed: pager 'am' answers with HTTP status 422: comment in body is required [1]", "as an object");
	IS_STR(ack_post(REFUSED("400", ""), LIST1(""), "[]"), "failed: pager 'am' answers with HTTP status 400 [1]",
	    "as nothing");
	IS_STR(ack_post("<reset>", LIST1("\"s5\""), "[" MINE("s5", "2026-02-01T02:00:00.005Z") "]"), "done [1]",
	    "no answer, but it is there");
	IS_STR(ack_post("<hang>", LIST1("\"s5\""), "[" MINE("s5", "2026-02-01T02:00:00.005Z") "]"), "done [1]",
	    "nor within the time");
	OK(strstr(ack_post("<reset>", LIST1(""), "[]"), "unknown: pager 'am': "),
	    "and it is not: not known, and not sent twice");
	OK(strstr(ack_post("{\"silenceID\":5}", LIST1(""), "[]"),
	       "unknown: the answer names no silence; whether it was done is not known [1]"),
	    "an answer without id");
}

static void
test_post_to_the_next(void)
{
	static const struct by_path first_rules[] = { { "GET /api/v2/alerts", { LIST1(""), LIST1("\"s5\"") } },
		{ "GET /api/v2/silences", { "[]", "[]", "[" MINE("s5", "2026-02-01T02:00:00.005Z") "]" } },
		{ "POST", { "<reset>" } }, { NULL, { NULL } } };
	static const struct by_path second_rules[] = { { "GET /api/v2/alerts", { LIST1("\"s5\"") } },
		{ "GET /api/v2/silences", { "[" MINE("s5", "2026-02-01T02:00:00.005Z") "]" } }, { "POST", { POSTED } },
		{ NULL, { NULL } } };
	struct scripted first = by_path_start(first_rules);

	begin_at(ir_asprintf(&arena, "url = http://127.0.0.1:%d\n", first.port), second_rules);
	IS_STR(act(IR_PAGER_ACK), "done",
	    "a member that takes it and says nothing: it is looked for, then the next one gets it");
	IS_INT(by_path_count(&first, "POST"), 1, "once to the first");
	OK(by_path_count(&first, "GET /api/v2/silences") == 2, "which was asked whether it is there");
	IS_INT(by_path_count(&server, "POST"), 1, "once to the second");
	end();
	scripted_stop(&first);
}

static void
test_what_is_sent(void)
{
	static const struct by_path rules[] = {
		{ "GET /api/v2/alerts",
		    { "[" ALERT("f1", "Down", "a\\\"|b", "") "," ALERT("f2", "Up", "b", "") "]", "[]" } },
		{ "GET", { "[]" } }, { "POST", { POSTED } }, { "DELETE", { "" } }, { NULL, { NULL } }
	};
	const char *asked = "";

	begin_at("header = X-Scope-OrgID: shop\n", rules);
	look.v[0].n = 1; /* the other one is not chosen */
	act(IR_PAGER_ACK);
	for (int i = 0; i < server.seen->n && strncmp(asked, "POST", 4) != 0; i++)
		asked = scripted_asked(&server, i);
	OK(strncmp(asked, "POST /api/v2/silences HTTP/1.1\r\n", 32) == 0, "a silence is posted");
	OK(strstr(asked, "\r\nContent-Type: application/json\r\n") && strstr(asked, "\r\nX-Scope-OrgID: shop\r\n"),
	    "with these headers");
	OK(strstr(asked, "{\"matchers\":[{\"name\":\"alertname\",\"value\":\"Down\",\"isRegex\":false,\"isEqual\":true}"
			 "],\"startsAt\":\""),
	    "as the document has it: %s", strstr(asked, "{"));
	OK(strstr(asked, "\"createdBy\":\"ana\",\"comment\":\"ACK! looking (ir-ack)\"}"), "by whom, and what for");
	end();
}

static void
test_held(void)
{
	static const struct by_path two[] = { { "GET /api/v2/alerts", { "[" ALERT("f1", "Down", "a", "\"s1\"") "]" } },
		{ "GET", { "[" BOBS("s1", "2026-02-01T02:00:00Z") "]" } }, { NULL, { NULL } } };
	static const struct by_path mine[] = { { "GET /api/v2/alerts",
						   { LIST1("\"s5\""), LIST1("\"s5\""), LIST1("") } },
		{ "GET", { "[" MINE("s5", "2026-02-01T02:00:00Z") "]" } }, { "DELETE", { REFUSED("404", "") } },
		{ NULL, { NULL } } };
	static const struct by_path other[] = { { "GET /api/v2/alerts", { LIST1("\"s1\"") } },
		{ "GET", { "[" SILENCE("s1", "bob", "2026-02-01T02:00:00Z", DOWN, "upgrade") "]" } },
		{ "POST", { REFUSED("500", "") } }, { NULL, { NULL } } };

	begin(two);
	IS_STR(look.v[0].alerts[0]->state, "acked", "acked");
	IS_STR(look.v[0].alerts[0]->acked_by, "bob", "by whom");
	IS_STR(look.v[0].alerts[0]->ack_note, "me", "what for");
	IS_STR(act(IR_PAGER_ACK), "noop by bob", "acked already");
	IS_STR(act(IR_PAGER_UNACK), "refused: bob has it: say --anyone", "not ours to give back");
	IS_STR(act(IR_PAGER_RENEW), "refused: somebody else has it: say --anyone", "nor to renew");
	end();
	begin(mine);
	IS_STR(act(IR_PAGER_RENEW), "noop: it holds longer already", "it holds longer");
	IS_STR(act(IR_PAGER_UNACK), "done", "given back: gone already (404, 0.26 and later), and shown a moment later");
	end();
	begin(other);
	IS_STR(look.v[0].alerts[0]->state, "silenced", "a silence that is no ack");
	IS_STR(look.v[0].alerts[0]->acked_by, "bob", "whose it is");
	IS_STR(
	    act(IR_PAGER_UNACK), "noop: it is not acked: a silence of another kind holds it", "is no ack to give back");
	IS_STR(act(IR_PAGER_RENEW), "refused: nobody has acked it, or the ack has ended: ack it again", "nor to renew");
	end();
}

int
main(void)
{
	unsetenv("ALERTMANAGER_URL");
	unsetenv("PAGERDUTY_TOKEN");
	test_cut();
	test_cut_large();
	test_read_alert();
	test_both_ways();
	test_comments();
	test_said();
	test_lists_that_fail();
	test_members();
	test_ack_races();
	test_posts();
	test_post_to_the_next();
	test_what_is_sent();
	test_held();
	ir_arena_done(&arena);
	return tap_done();
}
