/* channel_build - what each channel sends, and what it makes of answers: pure, no socket */
#include "base/utf8.h"
#include "channel/answer.h"
#include "channel/text.h"
#include "channel_run.h"

static struct ir_http_req req;
static struct ir_channel *ch;

static const char *const lines[] = {
	[0] = "[channel \"s\"]\ntype = slack\nurl-env = X\n",
	[1] = "[channel \"s\"]\ntype = slack\ntoken-env = X\nto = C0123\n",
	[2] = "[channel \"m\"]\ntype = mattermost\nurl-env = X\n",
	[3] = "[channel \"m\"]\ntype = mattermost\nserver = https://mm.example/\ntoken-env = X\nto = ch1\n",
	[4] = "[channel \"d\"]\ntype = discord\nurl-env = X\n",
	[5] = "[channel \"t\"]\ntype = teams\nurl-env = X\n",
	[6] = "[channel \"w\"]\nurl-env = X\ntoken-env = X\nheader = X-Team: shop\n",
};
enum { SLACK_HOOK, SLACK_API, MM_HOOK, MM_API, DISCORD, TEAMS, WEBHOOK };

static void
begin(int which)
{
	if (ch)
		channel_stop();
	channel_new(lines[which]);
	ch = &run.all.v[0];
	ir_secret_set(&ch->url, "https://host.example/hook/s3cr3t", 32);
	ir_secret_set(&ch->token, "t0ken-s3cr3t", 12);
}

static const char *
built(const struct ir_channel_msg *m)
{
	req = (struct ir_http_req){ 0 };
	if (ch->ops->build(ch, m, &req, &run.err) < 0)
		return run.err.msg;
	OK(req.effect == IR_WRITE && req.secret_url && strcmp(req.method, "POST") == 0 &&
		req.body_len == strlen(req.body) && !strstr(req.body, "s3cr3t"),
	    "%s: a POST that writes, no secret in its body", ch->ops->name);
	return req.body;
}

static const char *
text(const char *title, const char *words)
{
	struct ir_channel_msg m = channel_msg("k-1", title, words);
	const char *body = built(&m);
	json_t *root = json_loads(body, 0, NULL);
	const char *s = NULL;
	static const char *const names[] = { "content", "message", "text" };
	for (size_t i = 0; i < 3 && !s; i++)
		s = json_string_value(json_object_get(root, names[i]));
	s = ir_strdup(&run.arena, s ? s : body);
	json_decref(root);
	return s;
}

#define END "\nrecord 7 \xc2\xb7 1a453a469fe6"
#define ZW "\xe2\x80\x8b"

static void
test_slack(void)
{
	struct ir_channel_msg m = channel_msg("k-1", "t", "x");

	begin(SLACK_HOOK);
	IS_STR(text("Down & <!channel>", "<@U1> *b* @here\n<https://x|y>"),
	    "Down &amp; &lt;!channel&gt;\n&lt;@U1&gt; *b* @here\n&lt;https://x|y&gt;" END,
	    "Slack: entities, so that nothing is a mention or a link");
	OK(strstr(req.body, "\"mrkdwn\":false") && strstr(req.body, "\"parse\":\"none\"") &&
		strstr(req.body, "\"link_names\":false"),
	    "and its markup is off");
	IS_STR(req.url, "https://host.example/hook/s3cr3t", "it goes to the webhook");
	begin(SLACK_API);
	ir_list_add(&run.arena, &run.threads, "other=9.9");
	ir_list_add(&run.arena, &run.threads, "s=12.34");
	OK(strstr(built(&m), "\"channel\":\"C0123\"") && strstr(req.body, "\"thread_ts\":\"12.34\"") &&
		req.bearer == &ch->token,
	    "the API: channel, thread and token");
	IS_STR(req.url, "https://slack.com/api/chat.postMessage", "at Slack");
	m.first = true;
	OK(!strstr(built(&m), "thread_ts"), "the first one is in no thread");
	run.threads.n = 0;
}

static void
test_markdown(void)
{
	begin(MM_HOOK);
	IS_STR(text("a*b", "<!channel> @all me@x.y\n# head\n- item\n[l](u)"),
	    "**a\\*b**\n\\<\\!channel\\> @" ZW "all me@x.y\n\\# head\n\\- item\n\\[l\\]\\(u\\)" END,
	    "Mattermost: Markdown and mentions, Slack's too, an address stays one");
	begin(MM_API);
	OK(strstr(text("t", "x"), "**t**\nx"), "the API takes a message");
	IS_STR(req.url, "https://mm.example/api/v4/posts", "at the server");
	OK(req.bearer == &ch->token && strstr(req.body, "\"channel_id\":\"ch1\"") && !strstr(req.body, "root_id") &&
		!strstr(req.body, "urgent"),
	    "with token and channel");
	struct ir_channel_msg m = channel_msg("k", "t", "x");
	m.first = true;
	OK(strstr(built(&m), "\"metadata\":{\"priority\":{\"priority\":\"urgent\"}}"), "a first one of sev1 is urgent");
	begin(DISCORD);
	IS_STR(text("a_b", "@everyone <@123> `x`\n> q\n1. one"),
	    "**a\\_b**\n@" ZW "everyone \\<@" ZW "123\\> \\`x\\`\n\\> q\n1" ZW ". one" END, "Discord: the same");
	OK(strstr(req.body, "\"allowed_mentions\":{\"parse\":[]}"), "and mentions are off");
	IS_STR(req.url, "https://host.example/hook/s3cr3t?wait=true", "it waits for the message");
}

static void
test_cards(void)
{
	struct ir_channel_msg m = channel_msg("k-1", "**t** <at>x</at>", "one\n\n\x07two");

	begin(TEAMS);
	IS_STR(built(&m),
	    "{\"type\":\"message\",\"attachments\":[{\"contentType\":\"application/"
	    "vnd.microsoft.card.adaptive\",\"contentUrl\":null,\"content\":"
	    "{\"$schema\":\"http://adaptivecards.io/schemas/"
	    "adaptive-card.json\",\"type\":\"AdaptiveCard\",\"version\":\"1.4\",\"body\":["
	    "{\"type\":\"RichTextBlock\",\"spacing\":\"default\",\"inlines\":[{\"type\":\"TextRun\",\"text\":\"**t** "
	    "<at>x</at>\",\"weight\":\"bolder\",\"color\":\"attention\"}]},"
	    "{\"type\":\"RichTextBlock\",\"spacing\":\"none\",\"inlines\":[{\"type\":\"TextRun\",\"text\":\"one\"}]},"
	    "{\"type\":\"RichTextBlock\",\"spacing\":\"none\",\"inlines\":[{\"type\":\"TextRun\",\"text\":\" \"}]},"
	    "{\"type\":\"RichTextBlock\",\"spacing\":\"none\",\"inlines\":[{\"type\":\"TextRun\",\"text\":"
	    "\"\\\\x07two\"}]},"
	    "{\"type\":\"RichTextBlock\",\"spacing\":\"none\",\"inlines\":[{\"type\":\"TextRun\",\"text\":\"record 7 "
	    "\xc2\xb7 1a453a469fe6\",\"isSubtle\":true}]}],"
	    "\"msteams\":{\"width\":\"Full\"}}}]}",
	    "Teams: a card of runs, which know no markup");
	begin(WEBHOOK);
	m.key = "k 1\n";
	OK(strstr(built(&m), "\"key\":\"k 1\"") && ir_list_join(&run.arena, &req.headers, "", "|"),
	    "the webhook has all members");
	IS_STR(ir_list_join(&run.arena, &req.headers, "", "|"),
	    "User-Agent: ir|Content-Type: application/json; charset=utf-8|X-Team: shop|Idempotency-Key: k-1-",
	    "its headers, into which no key puts a line");
	ir_secret_done(&ch->url);
	ir_secret_set(&ch->url, "ftp://x/s3cr3t", 14);
	IS_STR(built(&m), "its URL is not http:// or https://", "another scheme is refused, without a word of it");
}

static void
test_limits(void)
{
	static const int all[] = { SLACK_HOOK, MM_HOOK, DISCORD };
	char *big = ir_arena_alloc(&run.arena, 65001), *emoji = ir_arena_alloc(&run.arena, 60001);

	memset(big, '<', 65000);
	for (int i = 0; i < 15000; i++)
		memcpy(emoji + 4 * i, "\xf0\x9f\x94\xa5", 4);
	for (size_t i = 0; i < 3; i++) {
		begin(all[i]);
		const char *s = text("t", big);
		OK(ir_text_units(s, strlen(s)) <= ch->ops->chars_max &&
			ir_text_units(s, strlen(s)) > ch->ops->chars_max - 90,
		    "%s: a long text is cut to its limit", ch->ops->name);
		OK(strstr(s, " more bytes)" END) && strstr(s, "(cut here: "), "and says so, and the end is whole");
		s = text(emoji, emoji);
		OK(ir_text_units(s, strlen(s)) <= ch->ops->chars_max && strstr(s, "(cut here: ") &&
			ir_utf8_valid(s, strlen(s)),
		    "characters of four bytes count two, and none is parted");
	}
	begin(TEAMS);
	struct ir_channel_msg m = channel_msg("k", big, big);
	OK(strlen(built(&m)) < 28000 && strstr(req.body, "(cut here: "), "Teams: the whole card is below 28 kB");
	memset(big, '\n', 60000);
	m.text = ir_asprintf(&run.arena, "a%sb", big);
	OK(strlen(built(&m)) < 28000, "also of many lines");
}

/* ---- answers */

static struct ir_arena res_arena;

static struct ir_channel_result
answered(int status, const char *body, const char *header)
{
	struct ir_http_res res = { .status = status, .phase = IR_HTTP_DONE };
	struct ir_channel_result r = { 0 };

	ir_buf_init(&res.body, 1 << 16);
	ir_buf_adds(&res.body, body);
	if (header)
		ir_list_add(&res_arena, &res.headers, header);
	ch->ops->parse(ch, &res, &r);
	ir_buf_done(&res.body);
	return r;
}

static void
is(int status, const char *body, enum ir_channel_outcome outcome, const char *why)
{
	struct ir_channel_result r = answered(status, body, NULL);

	OK(r.outcome == outcome, "%s: %d '%s' is told apart: %d", ch->ops->name, status, body, r.outcome);
	IS_STR(r.why, why, "in words");
}

static void
test_answers(void)
{
	begin(SLACK_HOOK);
	is(200, "ok", IR_CHANNEL_SENT, NULL);
	is(400, "invalid_payload", IR_CHANNEL_REFUSED, "refuses it with HTTP status 400: invalid_payload");
	is(404, "no_service", IR_CHANNEL_FAILED, "answers 'no_service': make a new webhook: this one is gone");
	is(410, "channel_is_archived", IR_CHANNEL_FAILED,
	    "answers 'channel_is_archived': name another channel: this one is archived");
	is(302, "", IR_CHANNEL_FAILED, "answers with HTTP status 302: correct its URL, which leads elsewhere");
	is(504, "", IR_CHANNEL_UNCLEAR, "answers with HTTP status 504, from something before it");
	begin(SLACK_API);
	is(200, "{\"ok\":true,\"ts\":\"1.2\"}", IR_CHANNEL_SENT, NULL);
	is(200, "{\"ok\":false,\"error\":\"invalid_auth\"}", IR_CHANNEL_FAILED,
	    "answers 'invalid_auth': renew the token");
	is(200, "{\"ok\":false,\"error\":\"msg_too_long\"}", IR_CHANNEL_REFUSED, "refuses it: 'msg_too_long'");
	is(200, "{\"ok\":false,\"error\":\"fatal_error\"}", IR_CHANNEL_UNCLEAR,
	    "answers 'fatal_error': Slack failed on the way");
	is(200, "<html>", IR_CHANNEL_UNCLEAR, "what answers there is not Slack's API: correct server");
	is(200, "{\"ok\":false,\"error\":\"\\u001b[2J\"}", IR_CHANNEL_UNCLEAR,
	    "what answers there is not Slack's API: correct server");
	struct ir_channel_result r = answered(200, "{\"ok\":true,\"ts\":\"1.2\\nx=y\"}", NULL);
	OK(r.outcome == IR_CHANNEL_SENT && !r.thread, "an id that is none is not remembered");
	r = answered(429, "", "retry-after: 3");
	OK(r.outcome == IR_CHANNEL_FAILED && r.retry_after_ms == 3001, "429 says when");
	r = answered(429, "", "retry-after: 99999999999");
	OK(r.retry_after_ms == 3600001 - 1, "at most an hour is believed");
	begin(MM_API);
	r = answered(201, "{\"id\":\"abcdefghijklmnopqrstuvwxyz\"}", NULL);
	IS_STR(r.thread, "abcdefghijklmnopqrstuvwxyz", "Mattermost: the post's id");
	IS_STR(r.url, "https://mm.example/_redirect/pl/abcdefghijklmnopqrstuvwxyz", "and where it is");
	is(401, "{\"message\":\"Invalid\"}", IR_CHANNEL_FAILED,
	    "answers with HTTP status 401: Invalid: renew the token, let its user post there, or correct to and "
	    "server");
	is(400, "{\"message\":\"Unable t0ken-s3cr3t\"}", IR_CHANNEL_REFUSED, "refuses it with HTTP status 400");
	begin(DISCORD);
	r = answered(429, "{\"message\":\"slow down\",\"retry_after\":0.35,\"global\":false}", NULL);
	OK(r.retry_after_ms == 351, "Discord says so in JSON, in parts of a second");
	begin(TEAMS);
	is(202, "", IR_CHANNEL_SENT, NULL);
	is(200, "1", IR_CHANNEL_SENT, NULL);
	is(200, "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413",
	    IR_CHANNEL_REFUSED,
	    "refuses it with status 200: Webhook message delivery failed with error: Microsoft Teams endpoint returned "
	    "HTTP error 413");
}

static void
test_check(void)
{
	static const char *const bad[] = { "type = slack\n", "type = slack\nto = x\n",
		"type = mattermost\ntoken-env = X\nto = c\n", "type = discord\n", "type = teams\n", "type = webhook\n",
		"type = command\n", "type = smtp\nserver = smtp://x\n",
		"type = smtp\nserver = http://x\nfrom = a@b\nrecipient = c@d\n",
		"type = smtp\nserver = smtp://x\nfrom = a@b\nrecipient = \"c@d\\nBcc: x\"\n",
		"type = smtp\nserver = smtp://x\nfrom = a@b\nrecipient = c@d\npassword-env = X\n" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		channel_stop();
		run.text = ir_asprintf(&run.arena, "[channel \"x\"]\n%s", bad[i]);
		OK(channel_begin() < 0 && run.err.code == IR_CONFIG && strstr(run.err.msg, "ir.conf:1: "),
		    "%zu is not complete", i);
	}
}

int
main(void)
{
	channel_scratch();
	test_slack();
	test_markdown();
	test_cards();
	test_limits();
	test_answers();
	test_check();
	channel_end();
	ir_arena_done(&res_arena);
	return tap_done();
}
