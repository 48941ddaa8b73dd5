/* postgres_judge - role, sessions and locks of a PostgreSQL server */
#include "dep/postgres.h"

#include <inttypes.h>

#include "base/num.h"

const char *
ir_postgres_who(struct ir_arena *arena, const struct ir_postgres_session *s)
{
	if (s->pid == 0)
		return "a prepared transaction";
	if (!s->user)
		return ir_asprintf(arena, "%" PRId64 " (%s)", s->pid, s->state ? s->state : "unknown");
	if (!s->application)
		return ir_asprintf(arena, "%" PRId64 " (%s)", s->pid, s->user);
	return ir_asprintf(arena, "%" PRId64 " (%s, '%s')", s->pid, s->user, s->application);
}

bool
ir_postgres_known(
    struct ir_dep *dep, const struct ir_postgres_facts *f, enum ir_postgres_fact fact, const char *measure)
{
	if (f->known[fact] == IR_POSTGRES_NOT_KNOWN)
		ir_dep_state(dep, measure, IR_STATUS_UNKNOWN, "%s", f->why[fact]);
	return f->known[fact] == IR_POSTGRES_KNOWN;
}

/* ---- role */

static void
judge_expected(struct ir_dep *dep, const struct ir_postgres_facts *f)
{
	bool database = dep->section && strcmp(dep->type, "database") == 0;
	const char *want = database ? ir_conf_str(dep->section, "database", "role") : "any",
		   *is = f->standby == 1 ? "standby" : "primary";

	if (strcmp(want, "any") != 0 && strcmp(want, is) != 0)
		ir_dep_state(dep, "role", IR_STATUS_FAIL, "it is a %s, and has to be a %s", is, want)->hint =
		    "find out who failed over, or point the URL to the server that it is now";
	else
		ir_dep_state(dep, "role", IR_STATUS_OK, "%s", is);
}

/* Where a default_transaction_read_only comes from, and so what takes it away. */
static const char *
read_only_hint(struct ir_arena *arena, const struct ir_postgres_facts *f)
{
	const char *source = f->read_only_source ? f->read_only_source : "";

	if (strncmp(source, "database", 8) == 0)
		return ir_asprintf(arena, "ALTER DATABASE %s RESET default_transaction_read_only", f->database);
	if (strcmp(source, "user") == 0)
		return ir_asprintf(arena, "ALTER ROLE %s RESET default_transaction_read_only", f->user);
	return "ALTER SYSTEM RESET default_transaction_read_only, or take it out of postgresql.conf; then SELECT "
	       "pg_reload_conf()";
}

void
ir_postgres_judge_role(struct ir_dep *dep, const struct ir_postgres *p, const struct ir_postgres_facts *f)
{
	const char *attrs = p->target.session_attrs;
	bool writes = strcmp(attrs, "read-write") == 0 || strcmp(attrs, "primary") == 0;
	struct ir_check *row;

	if (f->standby < 0)
		return;
	judge_expected(dep, f);
	if (f->standby == 1 && writes) {
		row = ir_dep_state(dep, "read-only", IR_STATUS_FAIL,
		    "only a standby is reached, and the application asks for target_session_attrs=%s", attrs);
		row->hint = "promote a standby, or point the URL to the primary";
	} else if (f->standby == 0 && f->read_only == 1) {
		row = ir_dep_state(dep, "read-only", IR_STATUS_FAIL,
		    "a primary that refuses writes: default_transaction_read_only is on (%s)",
		    f->read_only_source ? f->read_only_source : "unknown source");
		row->hint = read_only_hint(dep->ctx->arena, f);
	} else {
		ir_dep_state(dep, "read-only", IR_STATUS_OK, f->standby ? "only reads: a standby" : "takes writes");
	}
}

/* ---- connections */

int64_t
ir_postgres_available(const struct ir_postgres_facts *f)
{
	return f->max < 0 || f->reserved < 0 || f->max <= f->reserved ? INT64_MIN : f->max - f->reserved;
}

/* Sessions of clients, where they can be told from parallel workers and autovacuum. */
int64_t
ir_postgres_used(const struct ir_postgres_facts *f)
{
	bool exact = f->known[IR_POSTGRES_SESSIONS] == IR_POSTGRES_KNOWN && f->hidden == 0;

	return exact ? f->clients : f->backends;
}

/* The limit that is nearest: of the server, the database, or the role. */
struct limit {
	const char *of;
	int64_t used, max;
};

static void
nearest(struct limit *l, int64_t used, int64_t max, const char *of)
{
	if (used < 0 || max <= 0)
		return;
	if (l->max <= 0 || (double)used / (double)max > (double)l->used / (double)l->max)
		*l = (struct limit){ of, used, max };
}

static const char *
words_of_states(struct ir_arena *arena, const struct ir_postgres_facts *f)
{
	if (f->idle_in_transaction > 0)
		return ir_asprintf(arena, ", %" PRId64 " idle in transaction", f->idle_in_transaction);
	return "";
}

/* Told when one has most of them. */
static const char *
words_of_holder(struct ir_arena *arena, const struct ir_postgres_facts *f, int64_t used)
{
	const char *who = f->holder ? f->holder : f->holder_user;

	if (!who || f->holder_sessions < 2 || f->holder_sessions * 2 < used)
		return "";
	return ir_asprintf(arena, "; '%s' has %" PRId64, who, f->holder_sessions);
}

static void
connection_facts(struct ir_dep *dep, struct ir_check *row, const struct ir_postgres_facts *f)
{
	const char *who = f->holder ? f->holder : f->holder_user;

	if (f->known[IR_POSTGRES_SESSIONS] == IR_POSTGRES_KNOWN) {
		ir_dep_fact(dep, row, "active", "%" PRId64, f->active);
		ir_dep_fact(dep, row, "idle", "%" PRId64, f->idle);
		ir_dep_fact(dep, row, "idle_in_transaction", "%" PRId64, f->idle_in_transaction);
		ir_dep_fact(dep, row, "hidden", "%" PRId64, f->hidden);
	}
	ir_dep_fact(dep, row, "max_connections", "%" PRId64, f->max);
	ir_dep_fact(dep, row, "reserved", "%" PRId64, f->reserved);
	if (!who)
		return;
	ir_dep_fact(dep, row, "top", "%s", who);
	if (f->holder_user)
		ir_dep_fact(dep, row, "top_user", "%s", f->holder_user);
	ir_dep_fact(dep, row, "top_sessions", "%" PRId64, f->holder_sessions);
}

static void
judge_connections(struct ir_dep *dep, const struct ir_postgres_facts *f)
{
	struct ir_arena *arena = dep->ctx->arena;
	struct limit l = { .max = 0 };
	struct ir_check *row;

	if (!ir_postgres_known(dep, f, IR_POSTGRES_STATS, "connections"))
		return;
	nearest(&l, ir_postgres_used(f), ir_postgres_available(f), "");
	nearest(&l, f->database_backends, f->database_limit,
	    ir_asprintf(arena, " of database %s", f->database ? f->database : "?"));
	nearest(&l, f->role_clients, f->role_limit, ir_asprintf(arena, " of role %s", f->user ? f->user : "?"));
	if (l.max <= 0)
		return;
	row = ir_dep_measure(dep, "connections", (double)l.used, (double)l.max,
	    "%" PRId64 " of %" PRId64 " connections%s used%s%s", l.used, l.max, l.of, words_of_states(arena, f),
	    words_of_holder(arena, f, l.used));
	connection_facts(dep, row, f);
	if (row->h.status != IR_STATUS_OK)
		row->hint =
		    "SELECT application_name, usename, state, count(*) FROM pg_stat_activity GROUP BY 1,2,3 ORDER "
		    "BY 4 DESC";
}

/* ---- transactions */

static void
session_facts(struct ir_dep *dep, struct ir_check *row, const struct ir_postgres_session *s)
{
	ir_dep_fact(dep, row, "pid", "%" PRId64, s->pid);
	if (s->user)
		ir_dep_fact(dep, row, "user", "%s", s->user);
	if (s->application)
		ir_dep_fact(dep, row, "application", "%s", s->application);
	if (s->client)
		ir_dep_fact(dep, row, "client", "%s", s->client);
	if (s->state)
		ir_dep_fact(dep, row, "state", "%s", s->state);
	if (!isnan(s->age_s))
		ir_dep_fact(dep, row, "age_s", "%.3f", s->age_s);
	if (dep->detail)
		row->query = s->query;
}

/* Of who works the statement is cancelled; of who does nothing only the session can be ended. */
static const char *
end_hint(struct ir_arena *arena, const struct ir_postgres_session *s)
{
	if (s->pid == 0)
		return "SELECT gid FROM pg_prepared_xacts ORDER BY prepared; then COMMIT PREPARED or ROLLBACK PREPARED "
		       "it";
	return ir_asprintf(arena, "SELECT pg_terminate_backend(%" PRId64 ")", s->pid);
}

static void
judge_transaction(struct ir_dep *dep, const struct ir_postgres_facts *f)
{
	const struct ir_postgres_session *s = &f->transaction;
	struct ir_arena *arena = dep->ctx->arena;
	struct ir_check *row;

	if (!ir_postgres_known(dep, f, IR_POSTGRES_TRANSACTION, "transaction"))
		return;
	if (s->pid <= 0) {
		ir_dep_measure(dep, "transaction", 0, (double)NAN, "no transaction is open");
		return;
	}
	row = ir_dep_measure(dep, "transaction", s->age_s, (double)NAN, "a transaction is open for %s: %s, %s",
	    ir_duration_text(arena, s->age_s), ir_postgres_who(arena, s), s->state ? s->state : "unknown");
	session_facts(dep, row, s);
	if (row->h.status != IR_STATUS_OK)
		row->hint = s->state && strcmp(s->state, "active") == 0
				? ir_asprintf(arena, "SELECT pg_cancel_backend(%" PRId64 ")", s->pid)
				: end_hint(arena, s);
}

static void
judge_idle(struct ir_dep *dep, const struct ir_postgres_facts *f)
{
	const struct ir_postgres_session *s = &f->idle_one;
	struct ir_arena *arena = dep->ctx->arena;
	struct ir_check *row;
	int64_t n = f->idle_in_transaction;

	if (!ir_postgres_known(dep, f, IR_POSTGRES_IDLE, "idle-in-transaction"))
		return;
	if (s->pid <= 0) {
		ir_dep_measure(dep, "idle-in-transaction", 0, (double)NAN, "no session is idle in transaction");
		return;
	}
	row = ir_dep_measure(dep, "idle-in-transaction", s->age_s, (double)NAN, "idle in transaction for %s: %s%s",
	    ir_duration_text(arena, s->age_s), ir_postgres_who(arena, s),
	    n > 1 ? ir_asprintf(arena, "; %" PRId64 " sessions are", n) : "");
	session_facts(dep, row, s);
	if (row->h.status != IR_STATUS_OK)
		row->hint = end_hint(arena, s);
}

/* ---- locks */

/* ", idle in transaction for 4m" */
static const char *
words_of_root(struct ir_arena *arena, const struct ir_postgres_session *s)
{
	if (s->pid == 0 || !s->state)
		return "";
	if (isnan(s->age_s))
		return ir_asprintf(arena, ", %s", s->state);
	return ir_asprintf(arena, ", %s, in a transaction of %s", s->state, ir_duration_text(arena, s->age_s));
}

static void
judge_locks(struct ir_dep *dep, const struct ir_postgres_facts *f)
{
	struct ir_arena *arena = dep->ctx->arena;
	struct ir_postgres_tree t;
	struct ir_check *row;
	const char *waits;

	if (!ir_postgres_known(dep, f, IR_POSTGRES_BLOCKED, "locks"))
		return;
	t = ir_postgres_blocked(f);
	if (t.blocked == 0) {
		ir_dep_measure(dep, "locks", 0, (double)NAN, "no session waits for a lock");
		return;
	}
	waits = isnan(t.longest_s) ? "" : ir_asprintf(arena, " for up to %s", ir_duration_text(arena, t.longest_s));
	row = ir_dep_measure(dep, "locks", isnan(t.longest_s) ? 0 : t.longest_s, (double)NAN,
	    "%zu session%s for a lock%s; %s holds it%s", t.blocked, t.blocked == 1 ? " waits" : "s wait", waits,
	    t.root ? ir_postgres_who(arena, t.root) : "an unknown session", t.root ? words_of_root(arena, t.root) : "");
	/* for how long is hidden, that they do is not */
	if (isnan(t.longest_s)) {
		row->measured = (double)NAN;
		ir_dep_worsen(row, IR_STATUS_WARN);
	}
	ir_dep_fact(dep, row, "blocked", "%zu", t.blocked);
	ir_dep_fact(dep, row, "behind_it", "%zu", t.behind);
	if (!t.root)
		return;
	session_facts(dep, row, t.root);
	row->hint = end_hint(arena, t.root);
}

void
ir_postgres_judge_sessions(struct ir_dep *dep, const struct ir_postgres_facts *f)
{
	judge_connections(dep, f);
	judge_transaction(dep, f);
	judge_idle(dep, f);
	judge_locks(dep, f);
}
