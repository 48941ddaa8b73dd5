/* postgres_connect - a connection to PostgreSQL or PgBouncer that failed: what it means, and whose fault it is */
#include "dep/postgres.h"

/* SQLSTATEs that say why; the longest match of a beginning comes first. */
static const struct state {
	const char *state, *text; /* text: the message has it, or NULL */
	enum ir_status status;
	const char *words, *hint;
} states[] = {
	{ "53300", NULL, IR_STATUS_FAIL, "refuses connections",
	    "end idle sessions, or make the pools of the applications smaller than max_connections" },
	{ "53", NULL, IR_STATUS_FAIL, "is short of resources", NULL },
	{ "57P01", NULL, IR_STATUS_FAIL, "is being shut down", NULL },
	{ "57P02", NULL, IR_STATUS_FAIL, "crashed and restarts", "look at the server's log" },
	{ "57P03", NULL, IR_STATUS_FAIL, "is up, but takes no connections yet or any more",
	    "wait for it, and look at the server's log: how far is the recovery?" },
	{ "57P05", NULL, IR_STATUS_FAIL, "ended the session", NULL },
	{ "55000", NULL, IR_STATUS_FAIL, "takes no connections to this database",
	    "ALTER DATABASE … ALLOW_CONNECTIONS true, when that was not meant" },
	{ "3D000", NULL, IR_STATUS_UNKNOWN, "answers, but has no such database",
	    "was it dropped or renamed? else set the right name in the URL" },
	{ "42501", NULL, IR_STATUS_UNKNOWN, "answers, but our user may not connect",
	    "GRANT CONNECT ON DATABASE … TO …" },
	{ "28", NULL, IR_STATUS_UNKNOWN, "answers, but does not take our credentials",
	    "check user, password and pg_hba.conf for where we ask from" },
	{ "0A000", NULL, IR_STATUS_UNKNOWN, "answers, but not to what we ask for", NULL },
	{ "08P01", "no such database", IR_STATUS_UNKNOWN, "answers, but has no such database",
	    "list it in [databases] of PgBouncer, or set the right name in the URL" },
	{ "08P01", "server login", IR_STATUS_FAIL, "is reached, but gives no session",
	    "PgBouncer logs in to the server, too: look at its log for why it cannot" },
	{ "08P01", "no such user", IR_STATUS_UNKNOWN, "answers, but does not take our credentials",
	    "check user and password, and PgBouncer's auth_file" },
	{ "08P01", "authentication failed", IR_STATUS_UNKNOWN, "answers, but does not take our credentials",
	    "check user and password, and PgBouncer's auth_file" },
	{ "08P01", "unsupported startup parameter", IR_STATUS_UNKNOWN, "answers, but not to what we ask for",
	    "add it to ignore_startup_parameters of PgBouncer" },
	{ "08P01", "no more connections allowed", IR_STATUS_FAIL, "refuses connections",
	    "raise max_client_conn of PgBouncer" },
	{ "08P01", NULL, IR_STATUS_FAIL, "is reached, but gives no session", "is the server behind it up?" },
	{ "", NULL, IR_STATUS_FAIL, "answers with an error", NULL },
};

static const struct state *
state_of(const struct ir_postgres_look *l)
{
	/* a password that is asked for and not there is no error of the server's */
	const char *state = l->error == IR_PG_DENIED && !l->sqlstate[0] ? "28000" : l->sqlstate;
	const struct state *s = states;

	while (strncmp(state, s->state, strlen(s->state)) != 0 || (s->text && !strstr(l->message, s->text)))
		s++;
	return s;
}

static const char *
without_stopped(const char *message)
{
	return strncmp(message, "stopped: ", 9) == 0 ? message + 9 : message;
}

/* Clients of PgBouncer wait for a server's connection, and so do we. */
static bool
waits_in_pool(const struct ir_postgres_look *l)
{
	return l->connected && l->pool.told && l->pool.waiting > 0 &&
	       (l->error == IR_PG_TIMEOUT || l->error == IR_PG_STOPPED);
}

static struct ir_postgres_verdict
of_pool(const struct ir_postgres_pool *p)
{
	if (p->paused)
		return (struct ir_postgres_verdict){ IR_STATUS_FAIL, "PgBouncer answers, but it is paused",
			"RESUME it on its console, when who paused it is done" };
	if (p->servers == 0)
		return (struct ir_postgres_verdict){ IR_STATUS_FAIL,
			"PgBouncer answers, but has no connection to the server",
			"is the server behind it up? look at PgBouncer's log" };
	return (struct ir_postgres_verdict){ IR_STATUS_FAIL,
		"PgBouncer answers, but its pool has no server connection free for us",
		"see the pool; end what holds its connections, or raise its pool_size" };
}

static struct ir_postgres_verdict
of_server(struct ir_arena *arena, const struct ir_postgres_look *l)
{
	const struct state *s = state_of(l);

	return (struct ir_postgres_verdict){ s->status, ir_asprintf(arena, "%s: %s", s->words, l->message), s->hint };
}

static const char *
tls_hint(const struct ir_pg_target *t)
{
	if (strncmp(t->sslmode, "verify", 6) == 0)
		return "check the server's certificate, its name, and sslrootcert";
	return "check sslmode, and whether the server offers TLS";
}

struct ir_postgres_verdict
ir_postgres_verdict(struct ir_arena *arena, const struct ir_postgres_look *l, const struct ir_pg_target *t)
{
	const char *message = ir_strdup(arena, without_stopped(l->message ? l->message : ""));

	if (waits_in_pool(l))
		return of_pool(&l->pool);
	switch (l->error) {
	case IR_PG_DENIED:
	case IR_PG_SERVER:
		return of_server(arena, l);
	case IR_PG_REFUSED:
		return (struct ir_postgres_verdict){ IR_STATUS_FAIL, message,
			"is the server up, and does it listen there?" };
	case IR_PG_PROTOCOL:
		return (struct ir_postgres_verdict){ IR_STATUS_FAIL, message, NULL };
	case IR_PG_TLS_FAILED:
		return (struct ir_postgres_verdict){ IR_STATUS_UNKNOWN, message, tls_hint(t) };
	default:
		return (struct ir_postgres_verdict){ IR_STATUS_UNKNOWN, *message ? message : "not asked", NULL };
	}
}
