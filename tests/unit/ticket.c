/*
 * ticket - issues of GitHub and GitLab, and a program of one's own: opened, commented on, closed, looked up when it is not clear, and what refusals say
 *
 * The forges are tests/fakes/channels.py: written by hand after GitHub's OpenAPI description (2022-11-28) and GitLab's pages on its issues API, no answer was recorded.
 */
#include "base/utf8.h"
#include "channel/ticket.h"
#include "channel_run.h"

static struct peer fake;
static struct ir_ticket_result res;

static void
begin(const char *section)
{
	channel_scratch();
	fake = channel_fake("channels.py", "asked", NULL, NULL, NULL);
	channel_new(ir_asprintf(&run.arena, "[ticket]\n%s\ntoken-file = %s\nurl = http://127.0.0.1:%d\n", section,
	    channel_secret("token", "t0ken"), fake.port));
	run.ctx.timeout_ms = 700;
}

static void
end(void)
{
	peer_stop(&fake);
	channel_end();
}

static struct ir_ticket_job
job(enum ir_ticket_verb verb, const char *ticket, const char *title, const char *text)
{
	return (struct ir_ticket_job){
		.verb = verb, .ticket = ticket, .title = title, .text = text, .key = "inc-7k3f2q8m"
	};
}

static enum ir_channel_outcome
go(const struct ir_ticket_job *j)
{
	if (ir_ticket_do(&run.ctx, j, &res, &run.err) < 0)
		channel_die();
	return res.outcome;
}

static const char *
url(const char *path)
{
	return ir_asprintf(&run.arena, "http://127.0.0.1:%d/%s", fake.port, path);
}

static void
test_forge(const char *section, const char *path, const char *closing, const char *commenting)
{
	struct ir_ticket_job j = job(IR_TICKET_OPEN, NULL, "Checkout\nis down", "**What** we know");
	const char *asked;

	begin(section);
	OK(ir_ticket_configured(run.conf), "%s is configured", path);
	IS_INT(go(&j), IR_CHANNEL_SENT, "a ticket is opened: %s", res.why ? res.why : "");
	IS_STR(res.ticket, url(path), "and its URL is told");
	j = job(IR_TICKET_COMMENT, res.ticket, NULL, "news");
	IS_INT(go(&j), IR_CHANNEL_SENT, "it is commented on: %s", res.why ? res.why : "");
	j = job(IR_TICKET_CLOSE, "1", NULL, NULL);
	IS_INT(go(&j), IR_CHANNEL_SENT, "it is closed: %s", res.why ? res.why : "");
	asked = channel_slurp("asked");
	OK(strstr(asked, "<!-- ir:inc-7k3f2q8m -->") && strstr(asked, "Checkout is down") &&
		strstr(asked, "**What** we know"),
	    "with title, text and key");
	OK(strstr(asked, closing) && strstr(asked, commenting), "by the requests that are documented");
	OK(channel_count(asked, "Bearer t0ken") == 3 && !strstr(asked, "t0ken\\\""),
	    "the token is in the header alone");

	j = job(IR_TICKET_OPEN, NULL, "Checkout", "x");
	j.repeat = true;
	IS_INT(go(&j), IR_CHANNEL_SENT, "an opening that may have been done already");
	IS_STR(res.ticket, url(path), "finds the ticket that is there");
	j.key = "inc-00000000";
	IS_INT(go(&j), IR_CHANNEL_SENT, "and opens another where there is none of this key");
	OK(!strcmp(res.ticket + strlen(res.ticket) - 2, "/2"), "%s", res.ticket);
	j = job(IR_TICKET_OPEN, NULL, "slow one", "x");
	j.key = "inc-11111111";
	IS_INT(go(&j), IR_CHANNEL_SENT, "one whose answer never comes is looked up");
	OK(res.ticket && !strcmp(res.ticket + strlen(res.ticket) - 2, "/3"), "and found: %s",
	    res.ticket ? res.ticket : res.why);
	IS_INT(channel_count(channel_slurp("asked"), "\"method\": \"POST\""), 4, "so that no second one is made");
	j = job(IR_TICKET_COMMENT, "https://elsewhere.example/other/project/issues/1", NULL, "x");
	IS_INT(go(&j), IR_CHANNEL_REFUSED, "a ticket of another project is not touched: %s", res.why);
	j.ticket = "99";
	IS_INT(go(&j), IR_CHANNEL_REFUSED, "one that is not there");
	OK(strstr(res.why, "(HTTP status 404)"), "%s", res.why);
	run.ctx.actor = false;
	IS_INT(go(&j), IR_CHANNEL_FAILED, "a dry run does nothing: %s", res.why);
	end();
}

static void
refusal(const char *path, enum ir_channel_outcome outcome, const char *words)
{
	struct ir_ticket_job j = job(IR_TICKET_OPEN, NULL, "t", "x");

	channel_stop();
	channel_new(ir_asprintf(&run.arena, "[ticket]\ngithub = o/r\nurl = http://127.0.0.1:%d%s\n%s", fake.port, path,
	    strstr(path, "401") ? "" : "token-env = IR_TEST_TOKEN\n"));
	run.ctx.timeout_ms = 700;
	setenv("IR_TEST_TOKEN", "t", 1);
	IS_INT(go(&j), outcome, "%s is told apart", path);
	OK(res.why && strstr(res.why, words), "with the fix: %s", res.why ? res.why : "nothing");
}

static void
test_refusals(void)
{
	begin("github = o/r");
	refusal("/say/401", IR_CHANNEL_REFUSED, "GitHub wants a token (HTTP status 401): as asked: add token-file");
	refusal("/say/403", IR_CHANNEL_REFUSED, "give the token the right to write issues of o/r");
	refusal("/say/404", IR_CHANNEL_REFUSED, "correct the name, or give the token the right");
	refusal("/say/410", IR_CHANNEL_REFUSED, "switch them on there");
	refusal("/say/422=%7B%22message%22%3A%22Validation%20Failed%22%7D", IR_CHANNEL_REFUSED,
	    "HTTP status 422: Validation Failed");
	refusal("/say/429:60", IR_CHANNEL_FAILED, "takes no more requests at present (HTTP status 429): wait 1m");
	refusal("/say/403:60", IR_CHANNEL_FAILED, "takes no more requests at present (HTTP status 403): wait 1m");
	refusal("/say/500", IR_CHANNEL_FAILED, "HTTP status 500");
	refusal("/say/301", IR_CHANNEL_REFUSED, "correct url");
	refusal("/say/hang,200=%5B%5D", IR_CHANNEL_UNCLEAR, "no answer within");
	refusal("/say/drop,500", IR_CHANNEL_UNCLEAR, "connection closed");
	refusal("/say/ok", IR_CHANNEL_UNCLEAR, "what answers there is not GitHub");
	end();
}

static void
test_limits(void)
{
	struct ir_ticket t = { .ctx = &run.ctx, .project = "o/r", .ops = &ir_ticket_github };
	struct ir_ticket_job j;
	struct ir_http_req req;
	char *big;

	begin("github = o/r\nlabel = incident\nlabel = sev1");
	t.section = ir_conf_section(run.conf, "ticket", "");
	big = ir_arena_alloc(&run.arena, 70001);
	memset(big, 'x', 70000);
	j = job(IR_TICKET_OPEN, NULL, big, big);
	IS_INT(t.ops->build(&t, &j, &req, &run.err), 0, "a body that is too long is built");
	json_t *root = json_loads(req.body, 0, NULL);
	const char *body = json_string_value(json_object_get(root, "body"));
	OK(strlen(body) <= 65536 && strstr(body, "(cut here: ") && strstr(body, "<!-- ir:inc-7k3f2q8m -->"),
	    "cut, which it says, and its key is whole");
	OK(json_string_length(json_object_get(root, "title")) <= 256, "and its title");
	IS_STR(json_string_value(json_array_get(json_object_get(root, "labels"), 1)), "sev1", "it has its labels");
	json_decref(root);
	IS_STR(ir_ticket_mark(&run.arena, "a--> <b"), "<!-- ir:a-____b -->", "no key ends the comment that it is in");
	end();
}

static void
test_numbers(void)
{
	struct ir_ticket t = { .project = "Shop/web" };
	static const char *const good[] = { "12", "#12", "shop/web#12", "https://github.com/Shop/web/issues/12",
		"https://x/gitlab/shop/web/-/issues/12", "https://x/shop/web/-/issues/incident/12" };
	static const char *const bad[] = { "", "x", "#", "12a", "other/web#12",
		"https://github.com/other/web/issues/12", "https://x/aShop/web/issues/12",
		"https://x/Shop/webb/issues/12", "https://x/Shop/web/issues/", "https://x/Shop/web/12/../../a",
		"9999999999999", "https://12" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		IS_STR(ir_ticket_number(&t, good[i]), "12", "'%s'", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		IS_STR(ir_ticket_number(&t, bad[i]), NULL, "'%s' is none of it", bad[i]);
}

static void
test_escape(void)
{
	struct ir_arena a = { 0 };

	IS_STR(ir_ticket_escape(&a, "@me <b>&</b> *x* #12 `c` [l](u)\n# head\n  /close\n1. one\n--> a@b.c"),
	    "@\xe2\x80\x8bme &lt;b&gt;&amp;&lt;/b&gt; \\*x\\* #\xe2\x80\x8b"
	    "12 \\`c\\` \\[l\\](u)\n\\# head\n  \\/close\n1\xe2\x80\x8b. one\n\\--&gt; a@\xe2\x80\x8b"
	    "b.c",
	    "text from outside has no meaning in Markdown");
	IS_STR(ir_ticket_escape(&a, "\x1b[2J\xe2\x80\xae\xff"), "\\\\x1b\\[2J\\\\u{202e}\\\\xff", "and no controls");
	ir_arena_done(&a);
}

static void
test_command(void)
{
	struct ir_ticket_job j = job(IR_TICKET_OPEN, NULL, "t", "x");

	channel_scratch();
	channel_new(ir_asprintf(
	    &run.arena, "[ticket]\ncommand = cat >%s/got; echo $IR_TICKET >>%s/got; echo OPS-12\n", run.dir, run.dir));
	IS_INT(go(&j), IR_CHANNEL_SENT, "a program opens a ticket");
	IS_STR(res.ticket, "OPS-12", "its first line is the ticket");
	IS_STR(channel_slurp("got"),
	    "{\"v\":1,\"verb\":\"open\",\"ticket\":null,\"title\":\"t\",\"text\":\"x\",\"key\":\"inc-7k3f2q8m\","
	    "\"repeat\":false}\nopen\n",
	    "it gets all as JSON");
	static const struct {
		const char *command;
		enum ir_channel_outcome outcome;
		const char *why;
	} all[] = {
		{ "true", IR_CHANNEL_UNCLEAR,
		    "command did not print the ticket: its first line has to be the URL or the id" },
		{ "echo no >&2; exit 4", IR_CHANNEL_FAILED, "command ended with status 4: no" },
		{ "exit 65", IR_CHANNEL_REFUSED, "command ended with status 65" },
		{ "sleep 50", IR_CHANNEL_UNCLEAR, "command did not end within 300 ms" },
	};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		channel_stop();
		channel_new(ir_asprintf(&run.arena, "[ticket]\ncommand = %s\n", all[i].command));
		run.ctx.timeout_ms = 300;
		IS_INT(go(&j), all[i].outcome, "'%s' is told apart", all[i].command);
		IS_STR(res.why, all[i].why, "in words");
	}
	channel_end();
}

static void
test_check(void)
{
	struct ir_ticket_job j = job(IR_TICKET_OPEN, NULL, "t", "x");
	static const char *const bad[] = { "github = o\n", "github = o/r/x\n", "gitlab = g\n", "type = command\n",
		"github = o/r\nurl = ftp://x\n" };

	channel_scratch();
	channel_new("");
	OK(!ir_ticket_configured(run.conf) && ir_ticket_do(&run.ctx, &j, &res, &run.err) < 0 &&
		run.err.code == IR_CONFIG,
	    "none is configured: %s", run.err.msg);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		channel_stop();
		channel_new(ir_asprintf(&run.arena, "[ticket]\n%s", bad[i]));
		int rc = ir_ticket_do(&run.ctx, &j, &res, &run.err);
		OK((rc < 0 && run.err.code == IR_CONFIG && strstr(run.err.msg, "ir.conf:1: [ticket]")) ||
			(rc == 0 && res.outcome == IR_CHANNEL_FAILED),
		    "%zu makes no sense: %s", i, rc < 0 ? run.err.msg : res.why);
	}
	channel_end();
}

int
main(void)
{
	test_forge("github = o/r", "o/r/issues/1", "\"method\": \"PATCH\", \"path\": \"/repos/o/r/issues/1\"",
	    "\"path\": \"/repos/o/r/issues/1/comments\"");
	test_forge("gitlab = g/sub/p", "g/sub/p/-/issues/1",
	    "\"method\": \"PUT\", \"path\": \"/api/v4/projects/g%2Fsub%2Fp/issues/1\"",
	    "\"path\": \"/api/v4/projects/g%2Fsub%2Fp/issues/1/notes\"");
	test_refusals();
	test_limits();
	test_numbers();
	test_escape();
	test_command();
	test_check();
	return tap_done();
}
