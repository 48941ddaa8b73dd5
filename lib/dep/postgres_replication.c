/* postgres_replication - standbys, slots and archiver seen on a primary, and the lag seen on a standby */
#include "dep/postgres.h"

#include <inttypes.h>

#include "base/num.h"

/* ---- seen on the primary */

static double
no_less(double a, double b)
{
	return isnan(a) || b > a ? b : a;
}

/* A standby that keeps up has no lag in time: NULL from the server. */
static double
lag_of(const struct ir_postgres_standby *s)
{
	return isnan(s->lag_s) ? 0 : s->lag_s;
}

static const struct ir_postgres_standby *
worst_of(const struct ir_postgres_facts *f)
{
	const struct ir_postgres_standby *worst = NULL;

	for (size_t i = 0; i < f->n_standbys; i++) {
		const struct ir_postgres_standby *s = &f->standbys[i];

		if (!worst || lag_of(s) > lag_of(worst) ||
		    (lag_of(s) >= lag_of(worst) && s->lag_bytes > worst->lag_bytes))
			worst = s;
	}
	return worst;
}

static const char *
standby_name(const struct ir_postgres_standby *s)
{
	return s->name ? s->name : s->client ? s->client : "a standby";
}

static const char *
words_of_standbys(struct ir_arena *arena, const struct ir_postgres_facts *f, const struct ir_postgres_standby *worst)
{
	const char *n = ir_asprintf(arena, "%zu standby%s", f->n_standbys, f->n_standbys == 1 ? " is" : "s are");

	if (!worst)
		return "no standby is connected";
	if (!worst->state)
		return ir_asprintf(arena, "%s connected", n);
	if (lag_of(worst) >= 1 || worst->lag_bytes >= 1 << 20)
		return ir_asprintf(arena, "%s connected; '%s' is %s and %s behind", n, standby_name(worst),
		    ir_duration_text(arena, lag_of(worst)), ir_size_text(arena, worst->lag_bytes));
	return ir_asprintf(arena, "%s connected, in step", n);
}

/* Commits that wait for a standby that is not there wait for ever. */
static bool
nobody_confirms(const struct ir_postgres_facts *f)
{
	for (size_t i = 0; i < f->n_standbys; i++) {
		const struct ir_postgres_standby *s = &f->standbys[i];

		if (!s->state || (s->sync && (strcmp(s->sync, "sync") == 0 || strcmp(s->sync, "quorum") == 0)))
			return false;
	}
	return f->sync_names && f->standby == 0;
}

static void
judge_count(struct ir_dep *dep, const struct ir_postgres_facts *f, struct ir_check *row)
{
	struct ir_arena *arena = dep->ctx->arena;
	bool database = dep->section && strcmp(dep->type, "database") == 0;
	int64_t want = database ? ir_conf_int(dep->section, "database", "replicas") : INT64_MIN;

	if (want >= 0 && (int64_t)f->n_standbys < want) {
		ir_dep_worsen(row, f->n_standbys ? IR_STATUS_WARN : IR_STATUS_FAIL);
		row->h.summary = ir_asprintf(arena, "%s; %" PRId64 " have to be", row->h.summary, want);
		row->hint = "look at the standby's log: is it up, and what does its WAL receiver say?";
	}
	if (nobody_confirms(f)) {
		ir_dep_worsen(row, IR_STATUS_FAIL);
		row->h.summary = ir_asprintf(arena,
		    "commits hang: synchronous_standby_names is '%s', and none of these is connected", f->sync_names);
		row->hint =
		    "start the standby, or ALTER SYSTEM RESET synchronous_standby_names and SELECT pg_reload_conf()";
	}
}

static void
judge_standbys(struct ir_dep *dep, const struct ir_postgres_facts *f)
{
	const struct ir_postgres_standby *worst = worst_of(f);
	struct ir_check *row;
	double bytes = (double)NAN;

	if (!ir_postgres_known(dep, f, IR_POSTGRES_STANDBYS, "standbys"))
		return;
	for (size_t i = 0; i < f->n_standbys; i++)
		bytes = no_less(bytes, f->standbys[i].lag_bytes);
	row = ir_dep_measure(dep, "standbys", worst ? lag_of(worst) : 0, (double)NAN, "%s",
	    words_of_standbys(dep->ctx->arena, f, worst));
	ir_dep_fact(dep, row, "standbys", "%zu", f->n_standbys);
	if (!isnan(bytes))
		ir_dep_fact(dep, row, "lag_bytes", "%.0f", bytes);
	for (size_t i = 0; i < f->n_standbys && i < 10; i++)
		ir_dep_fact(dep, row, standby_name(&f->standbys[i]), "%s %s",
		    f->standbys[i].state ? f->standbys[i].state : "hidden",
		    isnan(f->standbys[i].lag_bytes) ? "?" : ir_size_text(dep->ctx->arena, f->standbys[i].lag_bytes));
	judge_count(dep, f, row);
}

/* ---- slots */

static bool
is_lost(const struct ir_postgres_slot *s)
{
	return s->wal && (strcmp(s->wal, "lost") == 0 || strcmp(s->wal, "unreserved") == 0);
}

static void
judge_slots(struct ir_dep *dep, const struct ir_postgres_facts *f)
{
	struct ir_arena *arena = dep->ctx->arena;
	const struct ir_postgres_slot *lost = NULL, *worst = NULL;
	struct ir_check *row;
	size_t inactive = 0;

	if (!ir_postgres_known(dep, f, IR_POSTGRES_SLOTS, "slots"))
		return;
	for (size_t i = 0; i < f->n_slots; i++) {
		const struct ir_postgres_slot *s = &f->slots[i];

		inactive += !s->active;
		if (is_lost(s))
			lost = s;
		if (!s->active && (!worst || s->kept_bytes > worst->kept_bytes))
			worst = s;
	}
	if (lost) {
		row = ir_dep_state(dep, "slots", IR_STATUS_FAIL, "slot '%s' is %s: WAL that it needs %s", lost->name,
		    lost->wal, strcmp(lost->wal, "lost") == 0 ? "is gone" : "may go at any moment");
		row->hint = "what reads it has to be made anew; then drop the slot";
	} else if (worst) {
		row = ir_dep_measure(dep, "slots", isnan(worst->kept_bytes) ? 0 : worst->kept_bytes, (double)NAN,
		    "%zu of %zu slots %s not in use; '%s' keeps %s of WAL", inactive, f->n_slots,
		    inactive == 1 ? "is" : "are", worst->name, ir_size_text(arena, worst->kept_bytes));
		row->hint = ir_asprintf(arena,
		    "start what reads it, or SELECT pg_drop_replication_slot('%s'): it keeps WAL until the disk is "
		    "full",
		    worst->name);
	} else {
		row = ir_dep_state(
		    dep, "slots", IR_STATUS_OK, f->n_slots ? "all slots are in use" : "no replication slot");
	}
	ir_dep_fact(dep, row, "slots", "%zu", f->n_slots);
	ir_dep_fact(dep, row, "inactive", "%zu", inactive);
}

/* ---- archiver */

static void
judge_archiver(struct ir_dep *dep, const struct ir_postgres_facts *f)
{
	struct ir_arena *arena = dep->ctx->arena;
	struct ir_check *row;

	if (!ir_postgres_known(dep, f, IR_POSTGRES_ARCHIVER, "archiver"))
		return;
	if (!f->archiver_fails) {
		ir_dep_state(dep, "archiver", IR_STATUS_OK, "no failure to archive WAL since the last success");
		return;
	}
	row = ir_dep_state(dep, "archiver", IR_STATUS_WARN,
	    "WAL cannot be archived: %s failed %s ago, the last success %s",
	    f->archiver_wal ? f->archiver_wal : "a file", ir_duration_text(arena, f->archiver_failed_s),
	    isnan(f->archived_s) ? "never was"
				 : ir_asprintf(arena, "was %s ago", ir_duration_text(arena, f->archived_s)));
	row->hint = "look for archive_command in the server's log; WAL is kept until it succeeds";
}

/* ---- seen on the standby */

static const char *
words_of_lag(struct ir_arena *arena, const struct ir_postgres_facts *f, double lag)
{
	if (f->paused && f->caught_up)
		return "replay is paused";
	if (f->paused)
		return ir_asprintf(arena, "replay is paused, %s and %s behind", ir_duration_text(arena, lag),
		    ir_size_text(arena, f->lag_bytes));
	if (!f->receiver && f->streamed)
		return ir_asprintf(arena, "not connected to its primary; the last transaction replayed is %s old",
		    ir_duration_text(arena, f->replayed_s));
	if (f->caught_up)
		return "in step with its primary";
	if (!f->streamed)
		return ir_asprintf(arena, "fed from an archive; the last transaction replayed is %s old",
		    ir_duration_text(arena, lag));
	return ir_asprintf(
	    arena, "%s and %s behind its primary", ir_duration_text(arena, lag), ir_size_text(arena, f->lag_bytes));
}

/*
 * The age of the last transaction is no lag: nothing may have been written since. When all that came was replayed and more could come there is none.
 */
static void
judge_lag(struct ir_dep *dep, const struct ir_postgres_facts *f)
{
	bool connected = f->receiver || !f->streamed;
	double lag = f->caught_up && connected ? 0 : f->replayed_s;
	struct ir_check *row;

	if (!ir_postgres_known(dep, f, IR_POSTGRES_LAG, "lag"))
		return;
	row =
	    ir_dep_measure(dep, "lag", isnan(lag) ? 0 : lag, (double)NAN, "%s", words_of_lag(dep->ctx->arena, f, lag));
	if (!isnan(f->lag_bytes))
		ir_dep_fact(dep, row, "lag_bytes", "%.0f", f->lag_bytes);
	if (f->receiver_status)
		ir_dep_fact(dep, row, "receiver", "%s", f->receiver_status);
	if (f->sender)
		ir_dep_fact(dep, row, "primary", "%s", f->sender);
	if (f->paused) {
		ir_dep_worsen(row, IR_STATUS_WARN);
		row->hint = "SELECT pg_wal_replay_resume()";
	} else if (!connected) {
		ir_dep_worsen(row, IR_STATUS_FAIL);
		row->hint = "is the primary up? look for the WAL receiver in the standby's log";
	} else if (f->receiver_status && strcmp(f->receiver_status, "streaming") != 0) {
		ir_dep_worsen(row, IR_STATUS_WARN);
	}
}

void
ir_postgres_judge_replication(struct ir_dep *dep, const struct ir_postgres_facts *f)
{
	judge_standbys(dep, f);
	judge_slots(dep, f);
	if (f->standby == 1)
		judge_lag(dep, f);
	else
		judge_archiver(dep, f);
}
