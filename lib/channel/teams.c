/*
 * teams - a workflow of Microsoft Teams, which takes an Adaptive Card
 *
 * Text is in runs of RichTextBlock, which know no markup, a block a line; without entities nobody is mentioned.
 */
#include "base/cleanup.h"
#include "channel/answer.h"
#include "channel/text.h"

enum { TITLE_CHARS = 300, TEXT_BYTES = 12 << 10, LINES_MAX = 60, GAP_MS = 250 };

static json_t *
block(const char *text, size_t n, const char *weight, const char *color, bool subtle)
{
	json_t *run = json_pack("{s:s, s:s%}", "type", "TextRun", "text", text, n);

	if (weight)
		json_object_set_new(run, "weight", json_string(weight));
	if (color)
		json_object_set_new(run, "color", json_string(color));
	if (subtle)
		json_object_set_new(run, "isSubtle", json_true());
	return json_pack(
	    "{s:s, s:s, s:[o]}", "type", "RichTextBlock", "spacing", weight ? "default" : "none", "inlines", run);
}

static const char *
color_of(const char *severity)
{
	if (!severity)
		return NULL;
	if (strcmp(severity, "sev1") == 0 || strcmp(severity, "sev2") == 0)
		return "attention";
	return strcmp(severity, "sev3") == 0 ? "warning" : NULL;
}

static void
add_lines(json_t *to, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		json_array_append_new(to, block(n ? text : " ", n ? n : 1, NULL, NULL, false));
		text += n + (text[n] == '\n');
	}
}

static json_t *
card(struct ir_arena *arena, const struct ir_channel_msg *msg)
{
	static const struct ir_text_form head = { .put = ir_text_plain, .chars = TITLE_CHARS };
	static const struct ir_text_form text = { .put = ir_text_plain, .bytes = TEXT_BYTES, .lines = LINES_MAX };
	const char *title = ir_text_fit(arena, ir_text_clean(arena, msg->title, false), &head);
	const char *end = ir_text_end(arena, msg);
	json_t *body = json_array();

	json_array_append_new(
	    body, block(*title ? title : " ", *title ? strlen(title) : 1, "bolder", color_of(msg->severity), false));
	add_lines(body, ir_text_fit(arena, ir_text_clean(arena, msg->text, true), &text));
	if (*end)
		json_array_append_new(body, block(end, strlen(end), NULL, NULL, true));
	return json_pack("{s:s, s:s, s:s, s:o, s:{s:s}}", "$schema",
	    "http://adaptivecards.io/schemas/adaptive-card.json", "type", "AdaptiveCard", "version", "1.4", "body",
	    body, "msteams", "width", "Full");
}

static int
build(struct ir_channel *c, const struct ir_channel_msg *msg, struct ir_http_req *req, struct ir_err *err)
{
	json_t *o = json_pack("{s:s, s:[{s:s, s:n, s:o}]}", "type", "message", "attachments", "contentType",
	    "application/vnd.microsoft.card.adaptive", "contentUrl", "content", card(c->ctx->arena, msg));

	return ir_answer_request(c, ir_secret_reveal(&c->url), o, req, err);
}

/* Some answer 200, and say in the text which status they themselves got. */
static void
parse(struct ir_channel *c, const struct ir_http_res *res, struct ir_channel_result *r)
{
	static const char mark[] = "HTTP error ";
	const char *p, *words = ir_answer_said(c->ctx->arena, res);

	if (!ir_answer_well(
		c, res, r, "correct its URL, or make the workflow anew: it goes with the person who owns it"))
		return;
	p = strstr(words, mark);
	if (!p)
		return;
	if (strncmp(p + sizeof(mark) - 1, "413", 3) == 0)
		ir_answer_set(c->ctx->arena, r, IR_CHANNEL_REFUSED, "refuses it with status 200%s", words);
	else
		ir_answer_set(c->ctx->arena, r, IR_CHANNEL_FAILED, "answers with status 200%s", words);
}

const struct ir_channel_ops ir_channel_teams = {
	.name = "teams",
	.text_max = TEXT_BYTES,
	.gap_ms = GAP_MS,
	.check = ir_channel_need_url,
	.build = build,
	.parse = parse,
};
