/* smtp - mail to people, one to all recipients; those of an incident make a thread */
#include "net/smtp.h"

#include "base/clock.h"
#include "channel/answer.h"
#include "channel/mail.h"

struct smtp {
	struct ir_channel *c;
	struct ir_smtp *mail;
	const char *id;
};

static int
check_addresses(const struct ir_section *s, struct ir_err *err)
{
	const struct ir_list *to = ir_conf_list(s, "recipient");
	const char *from = ir_conf_str(s, "channel", "from");

	if (!ir_smtp_address_valid(from))
		return ir_fail(err, IR_CONFIG, "from '%s' is not a bare address, as in alerts@example.com", from);
	for (size_t i = 0; i < to->n; i++)
		if (!ir_smtp_address_valid(to->v[i]))
			return ir_fail(
			    err, IR_CONFIG, "recipient '%s' is not a bare address, as in ops@example.com", to->v[i]);
	return 0;
}

static int
check(struct ir_ctx *ctx, const struct ir_section *s, struct ir_err *err)
{
	const char *server = ir_conf_str(s, "channel", "server");

	(void)ctx;
	if (!server || !ir_channel_has(s, "from") || !ir_channel_has(s, "recipient")) {
		ir_fail(err, IR_CONFIG, "mail needs server, from and recipient");
		return ir_hint(
		    err, "add server = smtp://localhost:25, from = alerts@example.com and recipient = ops@example.com");
	}
	if (strncmp(server, "smtp://", 7) != 0 && strncmp(server, "smtps://", 8) != 0)
		return ir_fail(err, IR_CONFIG, "server '%s' is not smtp://host:port or smtps://host", server);
	if (ir_channel_has(s, "password") && !ir_channel_has(s, "user"))
		return ir_fail(err, IR_CONFIG, "there is a password, but no user");
	return check_addresses(s, err);
}

/* 4xx may go another time. 5xx is about the mail only where it was looked at; else about who sends, or to whom. */
static enum ir_channel_outcome
outcome(const struct ir_smtp_res *res)
{
	if (!res->error && res->code == 250)
		return IR_CHANNEL_SENT;
	if (res->error)
		return res->phase >= IR_SMTP_SENT ? IR_CHANNEL_UNCLEAR : IR_CHANNEL_FAILED;
	return res->code >= 500 && res->phase >= IR_SMTP_DATA ? IR_CHANNEL_REFUSED : IR_CHANNEL_FAILED;
}

static const char *
why(struct ir_arena *arena, const struct ir_smtp_res *res)
{
	const char *all = ir_list_join(arena, &res->refused, "", ", ");

	if (!res->error && res->code == 250)
		return res->refused.n ? ir_asprintf(arena, "not to all: %s", all) : NULL;
	if (res->error)
		return ir_strdup(arena, res->message);
	if (res->phase == IR_SMTP_LOGIN)
		return ir_asprintf(arena, "refuses the login (%s): correct user and password", res->message);
	if (res->phase == IR_SMTP_RECIPIENTS && res->refused.n)
		return ir_asprintf(arena, "no recipient was taken: %s", all);
	if (res->phase == IR_SMTP_SENDER)
		return ir_asprintf(arena, "refuses the sender: %s", res->message);
	return ir_asprintf(arena, "answers: %s", res->message);
}

static void
on_end(void *arg, const struct ir_smtp_res *res)
{
	struct smtp *s = arg;

	enum ir_channel_outcome o = outcome(res);

	s->mail = NULL;
	ir_channel_posted(s->c, o, why(s->c->ctx->arena, res), o == IR_CHANNEL_SENT ? s->id : NULL);
}

static int
start(struct ir_channel *c, const struct ir_channel_msg *msg, struct ir_err *err)
{
	struct ir_arena *arena = c->ctx->arena;
	struct smtp *s = IR_NEW(arena, struct smtp);
	struct ir_http_req keys = { 0 };
	struct ir_smtp_req req = { .effect = IR_WRITE,
		.url = ir_channel_key(c, "server"),
		.user = ir_channel_key(c, "user"),
		.from = ir_channel_key(c, "from"),
		.to = *ir_conf_list(c->section, "recipient"),
		.timeout_us = c->end_us - ir_mono_us() };

	*s = (struct smtp){ .c = c, .id = ir_mail_id(arena, msg->key, c->name, req.from) };
	c->priv = s;
	ir_answer_keys(c->section, "channel", &keys);
	req.resolve = keys.resolve;
	req.ca_file = keys.ca_file;
	req.cert_file = keys.cert_file;
	req.key_file = keys.key_file;
	req.insecure = keys.insecure;
	req.password = c->password.len ? &c->password : NULL;
	req.timeout_us = req.timeout_us > 0 ? req.timeout_us : 1;
	req.mail = ir_mail_build(arena, msg, c->name, req.from, &req.to, ir_channel_thread(c, msg));
	req.mail_len = strlen(req.mail);
	return ir_smtp_send(c->ctx->loop, &req, on_end, s, &s->mail, err);
}

static void
stop(struct ir_channel *c)
{
	struct smtp *s = c->priv;

	ir_smtp_stop(s->mail);
}

const struct ir_channel_ops ir_channel_smtp = {
	.name = "smtp",
	.check = check,
	.start = start,
	.stop = stop,
};
