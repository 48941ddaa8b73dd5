/*
 * mattermost - Mattermost: an incoming webhook (Slack's shape), or posts of its API, which can thread
 *
 * Its Markdown is escaped, and so is what of Slack's a webhook would take for a mention or a link.
 */
#include "base/cleanup.h"
#include "channel/answer.h"
#include "channel/text.h"

enum { CHARS_MAX = 16000, ID_MAX = 26 };

static const struct ir_text_form form = { .put = ir_text_mattermost, .chars = CHARS_MAX, .bold = "**" };

static int
check(struct ir_ctx *ctx, const struct ir_section *s, struct ir_err *err)
{
	if (!s || ir_channel_has(s, "url"))
		return ir_channel_need_url(ctx, s, err);
	if (ir_channel_has(s, "token") && ir_channel_has(s, "to") && ir_channel_has(s, "server"))
		return 0;
	ir_fail(err, IR_CONFIG, "Mattermost needs the URL of a webhook, or server, token and to");
	return ir_hint(err, "add url-file, or server = https://HOST, token-file and to = ID of the channel");
}

static bool
by_api(const struct ir_channel *c)
{
	return c->section && !ir_channel_has(c->section, "url");
}

static const char *
base(const struct ir_channel *c)
{
	const char *server = ir_channel_key(c, "server");
	size_t n = server ? strlen(server) : 0;

	while (n && server[n - 1] == '/')
		n--;
	return ir_strndup(c->ctx->arena, server ? server : "", n);
}

static bool
is_urgent(const struct ir_channel_msg *msg)
{
	return msg->first && msg->severity &&
	       (strcmp(msg->severity, "sev1") == 0 || strcmp(msg->severity, "sev2") == 0);
}

static int
build(struct ir_channel *c, const struct ir_channel_msg *msg, struct ir_http_req *req, struct ir_err *err)
{
	const char *text = ir_text_compose(c->ctx->arena, msg, &form), *thread = ir_channel_thread(c, msg);
	json_t *o = json_object();

	if (!by_api(c)) {
		json_object_set_new(o, "text", json_string(text));
		return ir_answer_request(c, ir_secret_reveal(&c->url), o, req, err);
	}
	json_object_set_new(o, "channel_id", json_string(ir_channel_key(c, "to")));
	json_object_set_new(o, "message", json_string(text));
	if (thread)
		json_object_set_new(o, "root_id", json_string(thread));
	/* only what begins a thread may have one */
	if (is_urgent(msg))
		json_object_set_new(o, "metadata", json_pack("{s:{s:s}}", "priority", "priority", "urgent"));
	if (ir_answer_request(c, ir_asprintf(c->ctx->arena, "%s/api/v4/posts", base(c)), o, req, err) < 0)
		return -1;
	req->bearer = &c->token;
	return 0;
}

static void
parse(struct ir_channel *c, const struct ir_http_res *res, struct ir_channel_result *r)
{
	IR_CLEANUP(ir_answer_json_done) json_t *root = ir_answer_json(res);
	struct ir_arena *arena = c->ctx->arena;

	if (!ir_answer_well(
		c, res, r, by_api(c) ? "renew the token, let its user post there, or correct to and server" : NULL))
		return;
	if (!by_api(c))
		return;
	r->thread = ir_answer_id(arena, json_string_value(json_object_get(root, "id")), ID_MAX, "");
	if (r->thread)
		r->url = ir_asprintf(arena, "%s/_redirect/pl/%s", base(c), r->thread);
	else
		ir_answer_set(
		    arena, r, IR_CHANNEL_UNCLEAR, "what answers there is not Mattermost's API: correct server");
}

const struct ir_channel_ops ir_channel_mattermost = {
	.name = "mattermost",
	.chars_max = CHARS_MAX,
	.check = check,
	.build = build,
	.parse = parse,
};
