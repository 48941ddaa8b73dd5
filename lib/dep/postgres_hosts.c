/* postgres_hosts - which of several hosts an application would get, and the rows of all of them */
#include "dep/postgres.h"

#include <inttypes.h>

#include "base/num.h"

/* ---- which one */

static int
standby_of(const struct ir_postgres_look *l)
{
	return l->facts.standby >= 0 ? l->facts.standby : l->info.standby;
}

static int
read_only_of(const struct ir_postgres_look *l)
{
	return l->facts.read_only >= 0 ? l->facts.read_only : l->info.read_only;
}

static bool
matches(const struct ir_postgres_look *l, const char *attrs)
{
	int standby = standby_of(l), read_only = read_only_of(l);

	if (strcmp(attrs, "read-write") == 0)
		return standby == 0 && read_only != 1;
	if (strcmp(attrs, "read-only") == 0)
		return standby == 1 || read_only == 1;
	if (strcmp(attrs, "primary") == 0)
		return standby == 0;
	if (strcmp(attrs, "standby") == 0)
		return standby == 1;
	return true;
}

static struct ir_postgres_look *
first_match(struct ir_postgres *p, const char *attrs, bool last)
{
	for (size_t i = 0; i < p->n_looks; i++) {
		struct ir_postgres_look *l = &p->looks[i];

		if (l->connected && (l->settled || last) && matches(l, attrs))
			return l;
		if (!l->settled && !last)
			return NULL;
	}
	return NULL;
}

struct ir_postgres_look *
ir_postgres_choose(struct ir_postgres *p, bool last)
{
	const char *attrs = p->target.session_attrs;
	struct ir_postgres_look *l;

	if (p->n_looks == 1)
		return p->looks[0].connected && (p->looks[0].settled || last) ? &p->looks[0] : NULL;
	if (strcmp(attrs, "prefer-standby") != 0)
		return first_match(p, attrs, last);
	for (size_t i = 0; i < p->n_looks && !last; i++) {
		if (!p->looks[i].settled)
			return NULL;
	}
	l = first_match(p, "standby", last);
	return l ? l : first_match(p, "any", last);
}

/* ---- the own row, and one for each other host */

static void
take_info(struct ir_arena *arena, struct ir_check *row, const struct ir_postgres_look *l)
{
	const struct ir_pg_info *info = &l->info;
	int standby = standby_of(l);

	row->address = info->address[0] ? ir_strdup(arena, info->address) : NULL;
	row->dns_ms = ir_us_to_ms(info->dns_us);
	row->connect_ms = ir_us_to_ms(info->connect_us);
	row->tls_ms = info->tls_version ? ir_us_to_ms(info->tls_us) : (double)NAN;
	row->first_byte_ms = ir_us_to_ms(info->auth_us);
	row->total_ms = ir_us_to_ms(info->total_us);
	row->phase = l->settled && !l->error ? "done" : ir_pg_phase_names[l->phase];
	row->role = standby < 0 ? NULL : standby ? "standby" : "primary";
	if (!l->connected)
		return;
	row->latency_ms = ir_us_to_ms(info->total_us);
	if (info->server_version)
		row->server = ir_asprintf(
		    arena, "PostgreSQL %.*s", (int)strcspn(info->server_version, " "), info->server_version);
}

static const char *
words_of_pooler(const struct ir_postgres_look *l)
{
	bool other = l->facts.pid >= 0 && l->facts.pid != l->info.backend_pid;

	return l->pool.version ? " through PgBouncer" : other ? " through a pooler" : "";
}

/* "PostgreSQL 15.7 primary, 12 of 97 connections, 3.1ms" */
static const char *
words_of_answer(struct ir_arena *arena, const struct ir_postgres_look *l, const struct ir_check *row)
{
	int64_t used = ir_postgres_used(&l->facts), max = ir_postgres_available(&l->facts);
	const char *connections =
	    used < 0 || max < 0 ? "" : ir_asprintf(arena, ", %" PRId64 " of %" PRId64 " connections", used, max);

	return ir_asprintf(arena, "%s%s%s%s%s, %s", row->server ? row->server : "PostgreSQL", row->role ? " " : "",
	    row->role ? row->role : "", words_of_pooler(l), connections, ir_latency_text(arena, row->latency_ms));
}

/* It took the connection; did it answer a question, too, where one was asked? */
static bool
answered(const struct ir_postgres_look *l)
{
	return l->connected && (l->n_asked == 0 || l->facts.known[IR_POSTGRES_CORE] == IR_POSTGRES_KNOWN) &&
	       (!l->error || l->error == IR_PG_TIMEOUT || l->error == IR_PG_STOPPED);
}

static void
tell_own(struct ir_postgres *p, const struct ir_postgres_look *l)
{
	struct ir_dep *dep = p->dep;
	struct ir_arena *arena = dep->ctx->arena;
	struct ir_postgres_verdict v;
	const char *host = p->n_looks > 1 ? ir_asprintf(arena, " from %s", l->label) : "";

	take_info(arena, dep->row, l);
	if (answered(l)) {
		ir_dep_answers(dep, "%s%s", words_of_answer(arena, l, dep->row), host);
		return;
	}
	v = ir_postgres_verdict(arena, l, &p->target);
	ir_dep_fails(
	    dep, v.status, v.hint, "%s%s%s", v.summary, p->n_looks > 1 ? ": " : "", p->n_looks > 1 ? l->label : "");
}

/* Nobody takes the application. */
static void
tell_none(struct ir_postgres *p)
{
	struct ir_dep *dep = p->dep;
	enum ir_status status = IR_STATUS_FAIL;
	size_t connected = 0;

	for (size_t i = 0; i < p->n_looks; i++) {
		connected += p->looks[i].connected;
		if (!p->looks[i].connected &&
		    ir_postgres_verdict(dep->ctx->arena, &p->looks[i], &p->target).status == IR_STATUS_UNKNOWN)
			status = IR_STATUS_UNKNOWN;
	}
	take_info(dep->ctx->arena, dep->row, &p->looks[0]);
	if (connected == 0)
		ir_dep_fails(dep, status, NULL, "none of %zu hosts takes a connection", p->n_looks);
	else
		ir_dep_fails(dep, status, "promote a standby, or point the URL to the primary",
		    "none of %zu hosts is what the application asks for, target_session_attrs=%s; %zu answer%s",
		    p->n_looks, p->target.session_attrs, connected, connected == 1 ? "s" : "");
}

static void
tell_host(struct ir_postgres *p, const struct ir_postgres_look *l)
{
	struct ir_dep *dep = p->dep;
	struct ir_arena *arena = dep->ctx->arena;
	struct ir_postgres_verdict v = ir_postgres_verdict(arena, l, &p->target);
	bool ok = answered(l);
	struct ir_check *row = ir_dep_state(dep, "host", ok ? IR_STATUS_OK : v.status, "%s", ok ? "" : v.summary);

	take_info(arena, row, l);
	row->groups |= IR_CHECK_NET;
	if (ok)
		row->h.summary = words_of_answer(arena, l, row);
	else
		row->hint = v.hint;
	row->name = ir_asprintf(arena, "%s/%s", dep->name, l->label);
}

/* What was found of one that is not the application's goes by its name: "main/db2/lag". */
static void
tell_other(struct ir_postgres *p, const struct ir_postgres_look *l)
{
	struct ir_dep *dep = p->dep;
	struct ir_postgres_facts f = l->facts;
	size_t n;

	tell_host(p, l);
	n = dep->n_found;
	/* its counters are not kept, and what is in the database is the same everywhere */
	if (l->facts.known[IR_POSTGRES_CORE] == IR_POSTGRES_KNOWN) {
		ir_postgres_judge_sessions(dep, &f);
		ir_postgres_judge_replication(dep, &f);
	}
	for (; n < dep->n_found; n++)
		dep->found[n]->name =
		    ir_asprintf(dep->ctx->arena, "%s/%s/%s", dep->name, l->label, dep->found[n]->measure);
}

void
ir_postgres_tell(struct ir_postgres *p)
{
	struct ir_postgres_look *chosen = ir_postgres_choose(p, true);

	if (!chosen && p->n_looks == 1)
		tell_own(p, &p->looks[0]);
	else if (!chosen)
		tell_none(p);
	else
		tell_own(p, chosen);
	if (chosen && chosen->facts.known[IR_POSTGRES_CORE] == IR_POSTGRES_KNOWN && !p->only_jobs) {
		ir_postgres_judge_role(p->dep, p, &chosen->facts);
		ir_postgres_judge_sessions(p->dep, &chosen->facts);
		ir_postgres_judge_replication(p->dep, &chosen->facts);
		ir_postgres_judge_upkeep(p->dep, &chosen->facts);
	}
	if (chosen && !p->only_jobs)
		ir_postgres_judge_pool(p->dep, &chosen->pool, &p->target);
	if (chosen)
		ir_postgres_judge_rights(p->dep, p, chosen);
	for (size_t i = 0; i < p->n_looks && p->n_looks > 1; i++) {
		if (&p->looks[i] != chosen)
			tell_other(p, &p->looks[i]);
	}
}
