/* discord - a webhook of Discord, which is waited for, mentions nobody and shows no previews of links */
#include "base/cleanup.h"
#include "channel/answer.h"
#include "channel/text.h"

enum { CHARS_MAX = 2000, GAP_MS = 500, SUPPRESS_EMBEDS = 1 << 2 };

static const struct ir_text_form form = { .put = ir_text_discord, .chars = CHARS_MAX, .bold = "**" };

static int
build(struct ir_channel *c, const struct ir_channel_msg *msg, struct ir_http_req *req, struct ir_err *err)
{
	const char *url = ir_secret_reveal(&c->url), *query = url ? strchr(url, '?') : NULL;
	json_t *o = json_object();

	json_object_set_new(o, "content", json_string(ir_text_compose(c->ctx->arena, msg, &form)));
	json_object_set_new(o, "allowed_mentions", json_pack("{s:[]}", "parse"));
	json_object_set_new(o, "flags", json_integer(SUPPRESS_EMBEDS));
	/* without wait it answers before it has taken it */
	if (url && (!query || !strstr(query, "wait=")))
		url = ir_asprintf(c->ctx->arena, "%s%cwait=true", url, query ? '&' : '?');
	return ir_answer_request(c, url, o, req, err);
}

static void
parse(struct ir_channel *c, const struct ir_http_res *res, struct ir_channel_result *r)
{
	ir_answer_well(c, res, r, NULL);
}

const struct ir_channel_ops ir_channel_discord = {
	.name = "discord",
	.chars_max = CHARS_MAX,
	.gap_ms = GAP_MS,
	.check = ir_channel_need_url,
	.build = build,
	.parse = parse,
};
