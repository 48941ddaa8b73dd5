/*
 * slack - Slack: an incoming webhook, or chat.postMessage with a bot's token, which can thread
 *
 * The text is sent with its markup off, and with & < > as entities besides, so that nobody is mentioned. A webhook answers "ok" or a word; the API answers
 * {"ok":false,"error":…} with status 200.
 */
#include "base/cleanup.h"
#include "channel/answer.h"
#include "channel/text.h"

enum { CHARS_MAX = 12000, GAP_MS = 1000 };

static const struct ir_text_form form = { .put = ir_text_slack, .chars = CHARS_MAX, .bold = "" };

static int
check(struct ir_ctx *ctx, const struct ir_section *s, struct ir_err *err)
{
	if (!s || ir_channel_has(s, "url"))
		return ir_channel_need_url(ctx, s, err);
	if (ir_channel_has(s, "token") && ir_channel_has(s, "to"))
		return 0;
	ir_fail(err, IR_CONFIG, "Slack needs the URL of a webhook, or a token and to");
	return ir_hint(err, "add url-file, or token-file and to = C0123456789");
}

static bool
by_api(const struct ir_channel *c)
{
	return c->section && !ir_channel_has(c->section, "url");
}

static const char *
api_url(const struct ir_channel *c)
{
	const char *server = ir_channel_key(c, "server");
	size_t n = server ? strlen(server) : 0;

	while (n && server[n - 1] == '/')
		n--;
	return ir_asprintf(
	    c->ctx->arena, "%.*s/api/chat.postMessage", n ? (int)n : 17, n ? server : "https://slack.com");
}

static json_t *
body(struct ir_channel *c, const struct ir_channel_msg *msg)
{
	json_t *o = json_object();

	json_object_set_new(o, "text", json_string(ir_text_compose(c->ctx->arena, msg, &form)));
	json_object_set_new(o, "mrkdwn", json_false());
	json_object_set_new(o, "parse", json_string("none"));
	json_object_set_new(o, "link_names", json_false());
	json_object_set_new(o, "unfurl_links", json_false());
	json_object_set_new(o, "unfurl_media", json_false());
	return o;
}

static int
build(struct ir_channel *c, const struct ir_channel_msg *msg, struct ir_http_req *req, struct ir_err *err)
{
	json_t *o = body(c, msg);
	const char *thread = ir_channel_thread(c, msg);

	if (!by_api(c))
		return ir_answer_request(c, ir_secret_reveal(&c->url), o, req, err);
	json_object_set_new(o, "channel", json_string(ir_channel_key(c, "to")));
	if (thread)
		json_object_set_new(o, "thread_ts", json_string(thread));
	if (ir_answer_request(c, api_url(c), o, req, err) < 0)
		return -1;
	req->bearer = &c->token;
	return 0;
}

struct word {
	const char *word;
	enum ir_channel_outcome outcome;
	const char *fix;
};

/* Words of both; others are about the post. */
static const struct word words[] = {
	{ "ratelimited", IR_CHANNEL_FAILED, "it takes no more posts at present" },
	{ "rate_limited", IR_CHANNEL_FAILED, "it takes no more posts at present" },
	{ "invalid_auth", IR_CHANNEL_FAILED, "renew the token" },
	{ "not_authed", IR_CHANNEL_FAILED, "add a token" },
	{ "token_revoked", IR_CHANNEL_FAILED, "renew the token" },
	{ "token_expired", IR_CHANNEL_FAILED, "renew the token" },
	{ "account_inactive", IR_CHANNEL_FAILED, "renew the token: its account is gone" },
	{ "missing_scope", IR_CHANNEL_FAILED, "give the token the scope chat:write" },
	{ "not_in_channel", IR_CHANNEL_FAILED, "invite the bot into the channel" },
	{ "channel_not_found", IR_CHANNEL_FAILED, "correct to, or invite the bot into the channel" },
	{ "is_archived", IR_CHANNEL_FAILED, "name another channel: this one is archived" },
	{ "channel_is_archived", IR_CHANNEL_FAILED, "name another channel: this one is archived" },
	{ "restricted_action", IR_CHANNEL_FAILED, "let the bot post there" },
	{ "action_prohibited", IR_CHANNEL_FAILED, "let the webhook post there" },
	{ "no_service", IR_CHANNEL_FAILED, "make a new webhook: this one is gone" },
	{ "no_service_id", IR_CHANNEL_FAILED, "correct the webhook's URL" },
	{ "no_team", IR_CHANNEL_FAILED, "correct the webhook's URL" },
	{ "team_disabled", IR_CHANNEL_FAILED, "name another workspace: this one is closed" },
	{ "invalid_token", IR_CHANNEL_FAILED, "correct the webhook's URL" },
	{ "service_unavailable", IR_CHANNEL_FAILED, "Slack is not at work" },
	{ "rollup_error", IR_CHANNEL_UNCLEAR, "Slack failed on the way" },
	{ "internal_error", IR_CHANNEL_UNCLEAR, "Slack failed on the way" },
	{ "fatal_error", IR_CHANNEL_UNCLEAR, "Slack failed on the way" },
	{ "request_timeout", IR_CHANNEL_FAILED, "Slack did not get all of it" },
};

static const struct word *
word_of(const char *word)
{
	for (size_t i = 0; word && i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, word) == 0)
			return &words[i];
	return NULL;
}

/* The one word of the answer, when it is one. */
static const char *
said(struct ir_arena *arena, const struct ir_http_res *res)
{
	IR_CLEANUP(ir_answer_json_done) json_t *root = ir_answer_json(res);
	const char *s = json_string_value(json_object_get(root, "error"));

	if (!s && !root && res->body.len) {
		size_t n = strcspn(res->body.data, " \t\r\n");

		s = ir_strndup(arena, res->body.data, n);
	}
	return ir_answer_id(arena, s, 60, "_");
}

static void
judge_word(struct ir_channel *c, const char *word, struct ir_channel_result *r)
{
	const struct word *w = word_of(word);

	if (w)
		ir_answer_set(c->ctx->arena, r, w->outcome, "answers '%s': %s", word, w->fix);
	else
		ir_answer_set(c->ctx->arena, r, IR_CHANNEL_REFUSED, "refuses it: '%s'", word);
}

static void
parse_webhook(struct ir_channel *c, const struct ir_http_res *res, struct ir_channel_result *r)
{
	const char *word = said(c->ctx->arena, res);

	if (ir_answer_well(c, res, r, NULL)) {
		if (!word || strcmp(word, "ok") == 0)
			return;
		judge_word(c, word, r);
	} else if (!res->error && res->status < 500 && res->status >= 400 && word && word_of(word)) {
		judge_word(c, word, r);
	}
}

static void
parse_api(struct ir_channel *c, const struct ir_http_res *res, struct ir_channel_result *r)
{
	IR_CLEANUP(ir_answer_json_done) json_t *root = ir_answer_json(res);
	const char *word = said(c->ctx->arena, res);

	if (!ir_answer_well(c, res, r, "renew the token"))
		return;
	if (json_is_true(json_object_get(root, "ok"))) {
		r->thread = ir_answer_id(c->ctx->arena, json_string_value(json_object_get(root, "ts")), 40, ".");
		return;
	}
	r->retry_after_ms = ir_answer_retry_ms(res);
	if (root && json_is_false(json_object_get(root, "ok")) && word)
		judge_word(c, word, r);
	else
		ir_answer_set(
		    c->ctx->arena, r, IR_CHANNEL_UNCLEAR, "what answers there is not Slack's API: correct server");
}

static void
parse(struct ir_channel *c, const struct ir_http_res *res, struct ir_channel_result *r)
{
	if (by_api(c))
		parse_api(c, res, r);
	else
		parse_webhook(c, res, r);
}

const struct ir_channel_ops ir_channel_slack = {
	.name = "slack",
	.chars_max = CHARS_MAX,
	.gap_ms = GAP_MS,
	.check = check,
	.build = build,
	.parse = parse,
};
