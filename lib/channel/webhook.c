/*
 * webhook - any server that takes a post as JSON, and answers 2xx when it has it
 *
 *	{"v":1,"key":…,"time":…,"title":…,"text":…,"severity":…,"incident":…,"env":…,"footer":…,"first":…,"repeat":…}
 *
 * The key is in the header Idempotency-Key, too: the same in a repetition.
 */
#include "channel/answer.h"

/* What a header may hold. */
static const char *
plain_key(struct ir_arena *arena, const char *key)
{
	char *s = ir_strdup(arena, key ? key : "");

	for (char *p = s; *p; p++)
		if (*p <= ' ' || *p > '~')
			*p = '-';
	return s;
}

static int
build(struct ir_channel *c, const struct ir_channel_msg *msg, struct ir_http_req *req, struct ir_err *err)
{
	struct ir_arena *arena = c->ctx->arena;

	if (ir_answer_request(c, ir_secret_reveal(&c->url), ir_channel_json(arena, msg), req, err) < 0)
		return -1;
	ir_list_add(arena, &req->headers, ir_asprintf(arena, "Idempotency-Key: %s", plain_key(arena, msg->key)));
	if (c->token.len)
		req->bearer = &c->token;
	return 0;
}

static void
parse(struct ir_channel *c, const struct ir_http_res *res, struct ir_channel_result *r)
{
	ir_answer_well(c, res, r, c->token.len ? "correct its URL or its token" : NULL);
}

const struct ir_channel_ops ir_channel_webhook = {
	.name = "webhook",
	.check = ir_channel_need_url,
	.build = build,
	.parse = parse,
};
