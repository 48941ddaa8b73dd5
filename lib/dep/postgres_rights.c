/* postgres_rights - what may not be seen, in one row, with what would show it */
#include "dep/postgres.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/cleanup.h"

enum { TEXT_MAX = 2048 };

static const char *const names[] = {
	[IR_POSTGRES_STATS] = "statistics",
	[IR_POSTGRES_SESSIONS] = "sessions",
	[IR_POSTGRES_HOLDER] = "who holds the connections",
	[IR_POSTGRES_TRANSACTION] = "open transactions",
	[IR_POSTGRES_IDLE] = "sessions that are idle in transaction",
	[IR_POSTGRES_BLOCKED] = "who waits for locks",
	[IR_POSTGRES_STANDBYS] = "standbys",
	[IR_POSTGRES_SLOTS] = "replication slots",
	[IR_POSTGRES_LAG] = "lag",
	[IR_POSTGRES_ARCHIVER] = "the archiver",
	[IR_POSTGRES_PREPARED] = "prepared transactions",
	[IR_POSTGRES_SETTINGS] = "settings",
	[IR_POSTGRES_INDEXES] = "indexes",
	[IR_POSTGRES_SIZE] = "size",
	[IR_POSTGRES_FACTS] = NULL,
};

__attribute__((format(printf, 2, 3))) static void
add(struct ir_buf *b, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ir_buf_addf(b, "%s%s", b->len ? "; " : "", text);
}

/* A member of pg_monitor would see it. */
static bool
add_hidden(struct ir_buf *b, const struct ir_postgres_facts *f)
{
	size_t standbys = 0, before = b->len;

	if (f->hidden > 0 && !f->sees_all)
		add(b, "what %" PRId64 " other sessions do", f->hidden);
	for (size_t i = 0; i < f->n_standbys; i++)
		standbys += !f->standbys[i].state;
	if (standbys)
		add(b, "how far behind %zu standby%s", standbys, standbys == 1 ? " is" : "s are");
	for (int i = 0; i < IR_POSTGRES_FACTS; i++) {
		if (f->known[i] == IR_POSTGRES_HIDDEN && names[i])
			add(b, "%s (%s)", names[i], f->why[i]);
	}
	return b->len > before;
}

/* There is no such role before 10. */
static const char *
monitor_hint(const struct ir_postgres_look *l)
{
	return l->info.version >= 100000 ? "GRANT pg_monitor TO"
					 : "before version 10 only a superuser sees it; GRANT … TO";
}

void
ir_postgres_judge_rights(struct ir_dep *dep, const struct ir_postgres *p, const struct ir_postgres_look *l)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf hidden, hint;
	const char *user = l->facts.user ? l->facts.user : p->target.user;
	struct ir_check *row;

	ir_buf_init(&hidden, TEXT_MAX);
	ir_buf_init(&hint, TEXT_MAX);
	if (add_hidden(&hidden, &l->facts))
		add(&hint, "%s %s", monitor_hint(l), user);
	if (l->pool.denied) {
		add(&hidden, "PgBouncer's pools");
		add(&hint, "add %s to stats_users in pgbouncer.ini", user);
	}
	for (size_t i = 0; i < p->jobs_why.n; i++)
		add(&hidden, "%s", p->jobs_why.v[i]);
	for (size_t i = 0; i < p->grants.n; i++)
		add(&hint, "%s", p->grants.v[i]);
	if (hidden.len == 0) {
		if (!p->only_jobs)
			ir_dep_state(dep, "rights", IR_STATUS_OK, "nothing is hidden from %s", user);
		return;
	}
	row = ir_dep_state(dep, "rights", IR_STATUS_WARN, "hidden from %s: %s", user, hidden.data);
	if (hint.len)
		row->hint = ir_strdup(dep->ctx->arena, hint.data);
}
