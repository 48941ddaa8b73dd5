/* postgres_upkeep - what piles up in a PostgreSQL server, what it counts, and what it did lately */
#include "dep/postgres.h"

#include <inttypes.h>

#include "base/num.h"

enum {
	ROLLBACKS_MIN = 10, /* fewer between two looks are no share of anything */
};

/* Ids are compared modulo 2^32, so half of them are ahead; the server stops some million before. */
static const double ids = 2147483648.0;

static void
judge_wraparound(struct ir_dep *dep, const struct ir_postgres_facts *f)
{
	struct ir_arena *arena = dep->ctx->arena;
	bool multi = f->mxid_age > f->xid_age;
	double value = (double)(multi ? f->mxid_age : f->xid_age);
	struct ir_check *row;

	if (f->xid_age < 0)
		return;
	row = ir_dep_measure(dep, "wraparound", value, ids,
	    "%.0f%% of transaction ids are used up since the last freeze%s", 100 * value / ids,
	    f->oldest_database ? ir_asprintf(arena, " of database '%s'", f->oldest_database) : "");
	ir_dep_fact(dep, row, "xid_age", "%" PRId64, f->xid_age);
	if (f->mxid_age >= 0)
		ir_dep_fact(dep, row, "mxid_age", "%" PRId64, f->mxid_age);
	if (row->h.status != IR_STATUS_OK)
		row->hint =
		    "end old transactions, prepared ones and slots that hold it back; then VACUUM the oldest tables of "
		    "that database";
}

static void
judge_restarted(struct ir_dep *dep, const struct ir_postgres_facts *f)
{
	struct ir_check *row;

	if (isnan(f->uptime_s))
		return;
	row = ir_dep_measure(dep, "restarted", f->uptime_s, (double)NAN, "started %s ago",
	    ir_duration_text(dep->ctx->arena, f->uptime_s));
	if (row->h.status != IR_STATUS_OK)
		row->hint =
		    "if nobody meant to: look at the end of the server's log before that, and for the OOM killer";
}

/* ---- counters */

/* What the server is, and since when: other counters are no continuation of these. */
static void
identify(struct ir_dep *dep, const struct ir_postgres_facts *f)
{
	if (f->started)
		ir_sample_count(dep, "identity",
		    ir_sample_hash(ir_asprintf(dep->ctx->arena, "%s %s", f->started, f->database ? f->database : "")));
}

static void
judge_growth(struct ir_dep *dep, const char *measure, int64_t value, const char *one, const char *many)
{
	double seconds = ir_sample_seconds(dep);
	int64_t n;

	if (value == INT64_MIN || !ir_sample_grown(dep, measure, value, &n) || !(seconds > 0))
		return;
	ir_dep_measure(dep, measure, (double)n * 60 / seconds, (double)NAN, "%" PRId64 " %s within %s", n,
	    n == 1 ? one : many, ir_duration_text(dep->ctx->arena, seconds));
}

static void
judge_rollbacks(struct ir_dep *dep, const struct ir_postgres_facts *f)
{
	double seconds = ir_sample_seconds(dep);
	int64_t commits, rollbacks;
	bool commits_known, rollbacks_known;
	struct ir_check *row;

	if (f->commits == INT64_MIN || f->rollbacks == INT64_MIN)
		return;
	commits_known = ir_sample_grown(dep, "commits", f->commits, &commits);
	rollbacks_known = ir_sample_grown(dep, "rollbacks", f->rollbacks, &rollbacks);
	if (!commits_known || !rollbacks_known || !(seconds > 0))
		return;
	/* a handful may be anybody's typing mistakes */
	row = ir_dep_measure(dep, "rollbacks", rollbacks < ROLLBACKS_MIN ? 0 : (double)rollbacks,
	    (double)(commits + rollbacks), "%" PRId64 " of %" PRId64 " transactions rolled back within %s", rollbacks,
	    commits + rollbacks, ir_duration_text(dep->ctx->arena, seconds));
	row->measured = (double)rollbacks;
	if (row->h.status != IR_STATUS_OK)
		row->hint =
		    "look for ERROR in the server's log: constraints, time-outs, deadlocks, serialization failures";
	ir_dep_fact(dep, row, "commits", "%" PRId64, commits);
}

static void
judge_checksums(struct ir_dep *dep, const struct ir_postgres_facts *f)
{
	struct ir_check *row;

	if (f->checksums == INT64_MIN)
		return;
	row = ir_dep_measure(dep, "checksums", (double)f->checksums, (double)NAN, "%s",
	    f->checksums == 0
		? "no page with a wrong checksum"
		: ir_asprintf(dep->ctx->arena, "%" PRId64 " pages with a wrong checksum, the last one %s ago",
		      f->checksums, ir_duration_text(dep->ctx->arena, f->checksum_s)));
	if (row->h.status != IR_STATUS_OK)
		row->hint = "data is damaged: fail over or restore; afterwards SELECT pg_stat_reset() in each database";
}

static void
judge_counters(struct ir_dep *dep, const struct ir_postgres_facts *f)
{
	identify(dep, f);
	if (!ir_postgres_known(dep, f, IR_POSTGRES_STATS, "rollbacks"))
		return;
	judge_growth(dep, "deadlocks", f->deadlocks, "deadlock", "deadlocks");
	judge_growth(dep, "conflicts", f->conflicts, "query cancelled by replay", "queries cancelled by replay");
	judge_rollbacks(dep, f);
	judge_checksums(dep, f);
}

/* ---- what piles up */

static void
judge_size(struct ir_dep *dep, const struct ir_postgres_facts *f)
{
	double seconds = ir_sample_seconds(dep);
	struct ir_check *row;
	int64_t n;
	bool known;

	if (!ir_postgres_known(dep, f, IR_POSTGRES_SIZE, "size") || f->size == INT64_MIN)
		return;
	row = ir_dep_measure(
	    dep, "size", (double)f->size, (double)NAN, "%s", ir_size_text(dep->ctx->arena, (double)f->size));
	known = ir_sample_grown(dep, "size", f->size, &n);
	if (known && seconds > 0)
		ir_dep_fact(dep, row, "growth_bytes_per_minute", "%.0f", (double)n * 60 / seconds);
}

static void
judge_prepared(struct ir_dep *dep, const struct ir_postgres_facts *f)
{
	struct ir_arena *arena = dep->ctx->arena;
	struct ir_check *row;

	if (!ir_postgres_known(dep, f, IR_POSTGRES_PREPARED, "prepared"))
		return;
	if (f->prepared <= 0) {
		ir_dep_measure(dep, "prepared", 0, (double)NAN, "no prepared transaction");
		return;
	}
	row = ir_dep_measure(dep, "prepared", f->prepared_s, (double)NAN,
	    "%" PRId64 " prepared transaction%s, the oldest %s old: '%s' of %s", f->prepared,
	    f->prepared == 1 ? "" : "s", ir_duration_text(arena, f->prepared_s), f->prepared_gid ? f->prepared_gid : "",
	    f->prepared_owner ? f->prepared_owner : "?");
	ir_dep_fact(dep, row, "prepared", "%" PRId64, f->prepared);
	if (row->h.status != IR_STATUS_OK && f->prepared_gid)
		row->hint = ir_asprintf(
		    arena, "its transaction manager has to end it; else ROLLBACK PREPARED '%s'", f->prepared_gid);
}

static void
judge_indexes(struct ir_dep *dep, const struct ir_postgres_facts *f)
{
	struct ir_arena *arena = dep->ctx->arena;
	struct ir_check *row;

	/* a standby does not know who builds one on the primary */
	if (f->standby == 1 || !ir_postgres_known(dep, f, IR_POSTGRES_INDEXES, "invalid-indexes"))
		return;
	if (f->invalid <= 0) {
		ir_dep_measure(dep, "invalid-indexes", 0, (double)NAN, "no invalid index");
		return;
	}
	row = ir_dep_measure(dep, "invalid-indexes", (double)f->invalid, (double)NAN,
	    f->invalid == 1 ? "an invalid index: %s" : "invalid indexes, as %s",
	    f->invalid_name ? f->invalid_name : "?");
	row->hint = ir_asprintf(arena,
	    "REINDEX INDEX CONCURRENTLY %s, or DROP INDEX CONCURRENTLY it: it costs writes and serves no query",
	    f->invalid_name ? f->invalid_name : "?");
}

static void
judge_pending(struct ir_dep *dep, const struct ir_postgres_facts *f)
{
	if (!ir_postgres_known(dep, f, IR_POSTGRES_SETTINGS, "pending-restart"))
		return;
	if (f->pending > 0)
		ir_dep_measure(dep, "pending-restart", (double)f->pending, (double)NAN,
		    "%" PRId64 " changed setting%s for a restart: %s", f->pending,
		    f->pending == 1 ? " waits" : "s wait", f->pending_names ? f->pending_names : "?");
	else
		ir_dep_measure(dep, "pending-restart", 0, (double)NAN, "no setting waits for a restart");
}

void
ir_postgres_judge_upkeep(struct ir_dep *dep, const struct ir_postgres_facts *f)
{
	judge_wraparound(dep, f);
	judge_restarted(dep, f);
	judge_counters(dep, f);
	judge_size(dep, f);
	judge_prepared(dep, f);
	judge_indexes(dep, f);
	judge_pending(dep, f);
}
