/* pg_error - what went wrong, in words, and how far it got; never with a password */
#include <ctype.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/num.h"
#include "base/utf8.h"
#include "net/pg_priv.h"

const char *const ir_pg_phase_names[] = { "dns", "connect", "greeting", "tls", "auth", "start", "ready", "send", "wait",
	"rows", NULL };

enum { SECRET_MIN = 4, TEXT_MAX = 4096 };

/* Would it be seen anyway, because it is also the user's or database's name? */
static bool
is_public(const struct ir_pg *p, const char *secret)
{
	const struct ir_pg_target *t = p->open.target;

	return strcmp(secret, t->user) == 0 || strcmp(secret, t->dbname) == 0 ||
	       strcmp(secret, t->hosts[p->info.host].name) == 0;
}

/* A server that we gave a password to may say it. */
static void
cover(const struct ir_pg *p, const char *secret, char *text)
{
	size_t n = secret ? strlen(secret) : 0;

	if (n < SECRET_MIN || is_public(p, secret))
		return;
	for (char *s = text; (s = strstr(s, secret));) {
		memset(s, '*', 3);
		memmove(s + 3, s + n, strlen(s + n) + 1);
		s += 3;
	}
}

static void
set_message(struct ir_pg *p, char *text)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	size_t n;

	cover(p, ir_secret_reveal(&p->open.target->password), text);
	cover(p, ir_secret_reveal(&p->open.target->sslpassword), text);
	if (p->conn)
		cover(p, p->q->pass(p->conn), text);
	ir_buf_init(&b, TEXT_MAX * 8);
	ir_utf8_escape(&b, text, strlen(text));
	n = ir_utf8_cut(b.data, b.len, sizeof(p->res.message) - 1);
	memcpy(p->res.message, b.data, n);
	p->res.message[n] = '\0';
}

void
ir_pg_fail(struct ir_pg *p, enum ir_pg_error error, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	p->res.error = error;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	set_message(p, text);
}

/* What it was at, after "no answer within 2s: ". */
static const char *
place(const struct ir_pg *p, char *out, size_t size)
{
	switch (p->res.phase) {
	case IR_PG_DNS:
		snprintf(out, size, "resolving '%s'", p->open.target->hosts[p->info.host].name);
		break;
	case IR_PG_CONNECT:
		snprintf(out, size, "connecting to %s", p->info.address);
		break;
	case IR_PG_GREETING:
		return "connected, waiting for the greeting";
	case IR_PG_TLS:
		return "connected, in the TLS handshake";
	case IR_PG_AUTH:
		return "connected, authenticating";
	case IR_PG_START:
		return "authenticated, waiting for the session";
	case IR_PG_READY:
		return "connected";
	case IR_PG_SEND:
		return "connected, sending the query";
	case IR_PG_WAIT:
		return "connected, waiting for the rows";
	case IR_PG_ROWS:
		snprintf(out, size, "the rows are not complete after %zu", p->rows);
		break;
	}
	return out;
}

void
ir_pg_fail_stopped(struct ir_pg *p, enum ir_pg_error error)
{
	char where[200], limit[IR_NUM_MAX];

	/* a server's own word is worth more than that its transaction could not be ended as well */
	if (p->undoing && p->res.error)
		return;
	if (error == IR_PG_TIMEOUT) {
		/* a step's timer goes off while that of the end still runs */
		int64_t until = p->end ? p->step_us : p->end_us;
		int64_t from = p->res.phase < IR_PG_READY && p->tried ? p->host_us : p->start_us;

		ir_format_duration(limit, (until - from + 5000) / 10000 * 10);
		ir_pg_fail(p, error, "no %sanswer within %s: %s", p->res.phase == IR_PG_ROWS ? "complete " : "", limit,
		    place(p, where, sizeof(where)));
	} else {
		ir_pg_fail(p, error, "stopped: %s", place(p, where, sizeof(where)));
	}
}

static bool
is_state(const char *s)
{
	for (int i = 0; i < 5; i++)
		if (!isupper((unsigned char)s[i]) && !isdigit((unsigned char)s[i]))
			return false;
	return true;
}

/* One of libpq's reports of an attempt: a line. */
struct report {
	char state[6];
	char text[TEXT_MAX];
};

/* "connection to server at "h" (a), port 1 failed: FATAL:  28P01: no" + "LOCATION: …": the state and what is behind it. libpq 12 and 13 have no "connection to …". */
static void
read_report(const char *s, size_t n, struct report *r)
{
	static const char failed[] = " failed: ";
	const char *p = strncmp(s, "connection to server ", 21) == 0 ? memmem(s, n, failed, sizeof(failed) - 1) : NULL;
	const char *colon;

	if (p) {
		p += sizeof(failed) - 1;
		n -= (size_t)(p - s);
		s = p;
	}
	colon = memmem(s, n, ":  ", 3);
	r->state[0] = '\0';
	if (colon && n - (size_t)(colon - s) >= 10 && is_state(colon + 3) && strncmp(colon + 8, ": ", 2) == 0) {
		snprintf(r->state, sizeof(r->state), "%.5s", colon + 3);
		n -= (size_t)(colon + 10 - s);
		s = colon + 10;
	}
	snprintf(r->text, sizeof(r->text), "%.*s", (int)n, s);
}

/* Of several reports (sslmode=prefer tries again without TLS) the one to tell: not that we may not come this way, when the other way we may. */
static void
choose_report(const char *message, struct report *best)
{
	struct report *r = calloc(1, sizeof(*r));

	if (!r)
		ir_oom();
	best->state[0] = best->text[0] = '\0';
	while (*message) {
		size_t n = strcspn(message, "\n");
		bool starts = strncmp(message, "connection to server ", 21) == 0, first = !best->text[0];

		if (n && (first || starts)) {
			read_report(message, n, r);
			if (first || !best->state[0] || (r->state[0] && strcmp(best->state, "28000") == 0))
				*best = *r;
		}
		message += n + (message[n] == '\n');
	}
	free(r);
}

static enum ir_pg_error
kind_of_state(const char *state)
{
	return strncmp(state, "28", 2) == 0 ? IR_PG_DENIED : IR_PG_SERVER;
}

static bool
has_any(const char *text, const char *const *v)
{
	for (; *v; v++)
		if (strstr(text, *v))
			return true;
	return false;
}

static enum ir_pg_error
kind_of_text(const struct ir_pg *p, const char *text)
{
	static const char *const lost[] = { "closed the connection", "reset by peer", "Broken pipe", "not receive",
		"not send", "SYSCALL", NULL };
	static const char *const tls[] = { "SSL", "ertificate", "private key", NULL };
	static const char *const wrong[] = { "invalid response to SSL", "expected auth", "unexpected", NULL };

	if (p->q->needs_password(p->conn))
		return IR_PG_DENIED;
	if (p->res.phase == IR_PG_CONNECT)
		return IR_PG_REFUSED;
	if (has_any(text, wrong) && !strstr(text, "SSL error"))
		return IR_PG_PROTOCOL;
	if (p->res.phase == IR_PG_TLS)
		return IR_PG_TLS_FAILED;
	if (has_any(text, lost))
		return IR_PG_PROTOCOL;
	return has_any(text, tls) ? IR_PG_TLS_FAILED : IR_PG_PROTOCOL;
}

static const char *
lower(char *text)
{
	if (isupper((unsigned char)text[0]) && islower((unsigned char)text[1]))
		text[0] = (char)tolower((unsigned char)text[0]);
	return text;
}

static void
fail_text(struct ir_pg *p, char *text)
{
	static const char *const strange[] = { "expected auth", "invalid response to SSL", NULL };
	enum ir_pg_error error = kind_of_text(p, text);

	if (error == IR_PG_DENIED)
		ir_pg_fail(p, error, "a password is asked for, and there is none");
	else if (has_any(text, strange))
		ir_pg_fail(p, error, "the answer is not PostgreSQL's");
	else if (strstr(text, "reset by peer"))
		ir_pg_fail(p, error, "connection reset %s",
		    p->res.phase == IR_PG_TLS ? "in the TLS handshake" : "without an answer");
	else if (error == IR_PG_PROTOCOL && has_any(text, (const char *const[]){ "closed", "EOF", NULL }))
		ir_pg_fail(p, error, "connection closed %s",
		    p->res.phase >= IR_PG_AUTH ? "while authenticating" : "without an answer");
	else if (error == IR_PG_TLS_FAILED)
		ir_pg_fail(p, error, "TLS failed: %s", text);
	else
		ir_pg_fail(p, error, "%s", lower(text));
}

void
ir_pg_fail_connect(struct ir_pg *p)
{
	struct report *r = calloc(1, sizeof(*r));

	if (!r)
		ir_oom();
	choose_report(p->q->error_message(p->conn), r);
	snprintf(p->res.sqlstate, sizeof(p->res.sqlstate), "%s", r->state);
	if (r->state[0])
		ir_pg_fail(p, kind_of_state(r->state), "%s", r->text);
	else
		fail_text(p, r->text);
	explicit_bzero(r, sizeof(*r));
	free(r);
}

void
ir_pg_fail_lost(struct ir_pg *p)
{
	const char *text = p->q->error_message(p->conn);

	if (strstr(text, "reset by peer"))
		ir_pg_fail(p, IR_PG_PROTOCOL, "connection reset in the middle of the query");
	else if (strstr(text, "closed"))
		ir_pg_fail(p, IR_PG_PROTOCOL, "connection closed in the middle of the query");
	else
		ir_pg_fail(p, IR_PG_PROTOCOL, "the answer is not PostgreSQL's, or broke off");
}

void
ir_pg_fail_result(struct ir_pg *p, const PGresult *r)
{
	const char *state = p->q->result_error_field(r, PG_DIAG_SQLSTATE),
		   *text = p->q->result_error_field(r, PG_DIAG_MESSAGE_PRIMARY);

	if (!state || !text) {
		ir_pg_fail_lost(p);
		return;
	}
	snprintf(p->res.sqlstate, sizeof(p->res.sqlstate), "%s", state);
	ir_pg_fail(p, kind_of_state(state), "%s", text);
}
