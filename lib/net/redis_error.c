/*
 * redis_error - what went wrong, in words, and how far it got
 *
 * A server's words about a login are never shown: some repeat what they were sent, and that is the password.
 */
#include "base/num.h"
#include "net/redis_priv.h"

const char *const ir_redis_phase_names[] = { "dns", "connect", "tls", "login", "reply", "done", NULL };

void
ir_redis_fail(struct ir_redis *r, enum ir_redis_end error, const char *fmt, ...)
{
	va_list ap;

	r->res.error = error;
	va_start(ap, fmt);
	vsnprintf(r->res.message, sizeof(r->res.message), fmt, ap);
	va_end(ap);
}

void
ir_redis_fail_open(struct ir_redis *r, const struct ir_stream_res *s)
{
	static const enum ir_redis_end ends[] = {
		[IR_HTTP_OK] = IR_REDIS_OK,
		[IR_HTTP_TIMEOUT] = IR_REDIS_TIMEOUT,
		[IR_HTTP_RESOLVE] = IR_REDIS_RESOLVE,
		[IR_HTTP_REFUSED] = IR_REDIS_REFUSED,
		[IR_HTTP_TLS_FAILED] = IR_REDIS_TLS_FAILED,
		[IR_HTTP_PROTOCOL] = IR_REDIS_PROTOCOL,
		[IR_HTTP_TOO_BIG] = IR_REDIS_PROTOCOL,
		[IR_HTTP_STOPPED] = IR_REDIS_STOPPED,
		[IR_HTTP_LOCAL] = IR_REDIS_LOCAL,
	};

	ir_redis_fail(r, ends[s->error], "%s", s->message);
}

/* The command whose reply is awaited. */
static const char *
awaited(const struct ir_redis *r)
{
	return r->res.phase == IR_REDIS_LOGIN ? r->login_names[r->got] : r->names[r->got];
}

static bool
in_a_reply(const struct ir_redis *r)
{
	return r->resp.scan.at != IR_RESP_TYPE || r->resp.scan.depth > 0;
}

/* "connected, 2 of 5 replies came, waiting for the reply to INFO". */
static const char *
place(const struct ir_redis *r, char *out, size_t size)
{
	const struct ir_redis_out *o = r->res.phase == IR_REDIS_LOGIN ? &r->login : &r->commands;
	char came[64] = "";

	if (r->res.phase == IR_REDIS_REPLY && r->got > 0)
		snprintf(came, sizeof(came), ", %zu of %zu replies came", r->got, r->n);
	if (in_a_reply(r))
		snprintf(out, size, "connected%s, the reply to %.40s began, not complete after %zu bytes", came,
		    awaited(r), r->max_bytes - r->resp.scan.max_bytes);
	else if (o->sent < o->n && r->got == 0)
		snprintf(
		    out, size, "connected, sending %s", r->res.phase == IR_REDIS_LOGIN ? "the login" : "the commands");
	else
		snprintf(out, size, "connected%s, waiting for the reply to %.40s", came, awaited(r));
	return out;
}

void
ir_redis_fail_stopped(struct ir_redis *r, enum ir_redis_end error)
{
	char where[200], limit[IR_NUM_MAX];

	place(r, where, sizeof(where));
	if (error == IR_REDIS_TIMEOUT) {
		ir_format_duration(limit, (r->end_us - r->start_us + 5000) / 10000 * 10);
		ir_redis_fail(r, error, "no %sanswer within %s: %s",
		    r->res.phase == IR_REDIS_REPLY && (r->got || in_a_reply(r)) ? "complete " : "", limit, where);
	} else {
		ir_redis_fail(r, error, "stopped: %s", where);
	}
}

/* The last thing it said, when that was an error: likely why. */
static const char *
last_words(const struct ir_redis *r, char *out, size_t size)
{
	const struct ir_redis_reply *last = r->res.n > 0 ? &r->replies[r->res.n - 1] : NULL;

	const struct ir_secret *password = r->req.password;

	out[0] = '\0';
	if (last && last->type == IR_REDIS_ERROR &&
	    !(password && password->len && memmem(last->s, last->len, ir_secret_reveal(password), password->len)))
		snprintf(out, size, "; the last: %.100s", last->s);
	return out;
}

void
ir_redis_fail_broken(struct ir_redis *r, const char *how)
{
	char last[128];

	if (in_a_reply(r))
		ir_redis_fail(
		    r, IR_REDIS_PROTOCOL, "connection %s in the middle of the reply to %.40s", how, awaited(r));
	else if (r->res.phase == IR_REDIS_REPLY && r->got > 0)
		ir_redis_fail(r, IR_REDIS_PROTOCOL, "connection %s after %zu of %zu replies%s", how, r->got, r->n,
		    last_words(r, last, sizeof(last)));
	else
		ir_redis_fail(r, strcmp(how, "reset") == 0 ? IR_REDIS_REFUSED : IR_REDIS_PROTOCOL,
		    "connection %s without a reply to %.40s", how, awaited(r));
}

void
ir_redis_fail_resp(struct ir_redis *r)
{
	const struct ir_resp_scan *s = &r->resp.scan;

	if (s->error == IR_RESP_TOO_BIG)
		ir_redis_fail(r, IR_REDIS_TOO_BIG, "the reply to %.40s is too big: %s", awaited(r), s->why);
	else
		ir_redis_fail(r, IR_REDIS_PROTOCOL, "what came is no reply to %.40s: %s", awaited(r), s->why);
}

static bool
begins_with(const char *s, const char *start)
{
	return s && strncmp(s, start, strlen(start)) == 0;
}

static void
deny(struct ir_redis *r, const char *code, const char *words)
{
	r->res.code = code;
	ir_redis_fail(r, IR_REDIS_DENIED, "%s", words);
}

bool
ir_redis_denied(struct ir_redis *r, const struct ir_redis_reply *reply)
{
	if (reply->type != IR_REDIS_ERROR)
		return false;
	if (strcmp(reply->code, "NOAUTH") == 0)
		deny(r, "NOAUTH", "the server wants a password");
	else if (strcmp(reply->code, "DENIED") == 0)
		deny(
		    r, "DENIED", "the server is in protected mode: without a password it takes local connections only");
	else if (begins_with(reply->s, "ERR max number of clients"))
		deny(r, "ERR", "the server takes no more clients: its maxclients is reached");
	else
		return false;
	return true;
}

/* What a server may say to AUTH or SELECT, by how it begins; the first that fits. All that is shown of it is here. */
static const struct {
	const char *command, *begins, *code, *words;
} refusals[] = {
	{ "AUTH", "WRONGPASS", "WRONGPASS", "wrong user or password, or the user is off" },
	{ "AUTH", "ERR invalid password", "WRONGPASS", "wrong password" },
	{ "AUTH", "ERR AUTH <password> called without any", "ERR",
	    "there is a password here, but the server has none" },
	{ "AUTH", "ERR Client sent AUTH, but no password", "ERR", "there is a password here, but the server has none" },
	{ "AUTH", "ERR wrong number of arguments", "ERR", "the server knows no users (Redis before 6)" },
	{ "AUTH", "ERR syntax error", "ERR", "the server knows no users (Redis before 6)" },
	{ "SELECT", "ERR DB index is out of range", "ERR", "there is no such database" },
	{ "SELECT", "ERR invalid DB index", "ERR", "there is no such database" },
	{ "SELECT", "ERR SELECT is not allowed in cluster", "ERR", "a cluster has database 0 alone" },
	{ NULL, "ERR unknown command", "ERR", "the server does not know it" },
	{ NULL, "NOPERM", "NOPERM", "the user may not" },
	{ NULL, "LOADING", "LOADING", "the server is loading its data" },
	{ NULL, "BUSY", "BUSY", "the server is busy running a script" },
	{ NULL, "MASTERDOWN", "MASTERDOWN", "the replica has lost its master" },
	{ NULL, "MISCONF", "MISCONF", "the server cannot save its data" },
	{ NULL, "ERR", "ERR", "in words that are not shown, for they may repeat the password" },
	{ NULL, "", "", "in words that are not shown, for they may repeat the password" },
};

void
ir_redis_fail_login(struct ir_redis *r, const struct ir_redis_reply *reply)
{
	const char *command = awaited(r);
	size_t i = 0;

	if (ir_redis_denied(r, reply))
		return;
	if (reply->type != IR_REDIS_ERROR) {
		ir_redis_fail(r, IR_REDIS_PROTOCOL, "what came is no reply to %s", command);
		return;
	}
	while ((refusals[i].command && strcmp(refusals[i].command, command) != 0) ||
	       !begins_with(reply->s, refusals[i].begins))
		i++;
	r->res.code = refusals[i].code;
	ir_redis_fail(r, IR_REDIS_DENIED, "%s refused: %s", command, refusals[i].words);
}
