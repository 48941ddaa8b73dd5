/* postgres_parse - rows of a PostgreSQL server as facts; pure */
#include "dep/postgres.h"

#include "base/num.h"

enum { BY_MAX = 64 };

void
ir_postgres_facts_init(struct ir_postgres_facts *f)
{
	memset(f, 0, sizeof(*f));
	f->standby = f->read_only = -1;
	f->max = f->reserved = f->database_limit = f->role_limit = f->xid_age = f->mxid_age = f->pid = INT64_MIN;
	f->backends = f->database_backends = f->commits = f->rollbacks = f->deadlocks = f->conflicts = INT64_MIN;
	f->checksums = f->clients = f->active = f->idle = f->idle_in_transaction = f->hidden = INT64_MIN;
	f->role_clients = f->holder_sessions = f->holder_idle = f->prepared = f->pending = f->invalid = INT64_MIN;
	f->size = INT64_MIN;
	f->uptime_s = f->checksum_s = f->lag_bytes = f->replayed_s = f->archiver_failed_s = f->archived_s = (double)NAN;
	f->prepared_s = f->transaction.age_s = f->idle_one.age_s = (double)NAN;
}

/* ---- cells */

static const char *
text(struct ir_arena *arena, const struct ir_pg_set *s, size_t row, size_t col)
{
	const char *cell = ir_pg_cell(s, row, col);

	return cell && *cell ? ir_strdup(arena, cell) : NULL;
}

static int64_t
integer(const struct ir_pg_set *s, size_t row, size_t col)
{
	const char *cell = ir_pg_cell(s, row, col);
	int64_t v;

	return cell && ir_parse_int(cell, -INT64_MAX, INT64_MAX, &v, NULL) == 0 ? v : INT64_MIN;
}

/* Sums are numeric, so they come with any number of digits, also behind the point. */
static double
number(const struct ir_pg_set *s, size_t row, size_t col)
{
	const char *cell = ir_pg_cell(s, row, col);
	char *end;
	double v;

	if (!cell || !*cell)
		return (double)NAN;
	v = strtod(cell, &end);
	return *end == '\0' && isfinite(v) ? v : (double)NAN;
}

/* Clocks go back now and then: no age is below zero. */
static double
age(const struct ir_pg_set *s, size_t row, size_t col)
{
	double v = number(s, row, col);

	return v < 0 ? 0 : v;
}

/* "t" "on" */
static int
truth(const struct ir_pg_set *s, size_t row, size_t col)
{
	const char *cell = ir_pg_cell(s, row, col);

	if (!cell)
		return -1;
	return strcmp(cell, "t") == 0 || strcmp(cell, "on") == 0;
}

/* ---- facts */

static void
parse_core(struct ir_arena *arena, const struct ir_pg_set *s, struct ir_postgres_facts *f)
{
	int64_t users = integer(s, 0, 4);

	f->standby = truth(s, 0, 0);
	f->read_only = truth(s, 0, 1);
	f->max = integer(s, 0, 2);
	f->reserved = integer(s, 0, 3);
	if (f->reserved >= 0 && users > 0 && users < INT32_MAX)
		f->reserved += users;
	f->database_limit = integer(s, 0, 5);
	f->role_limit = integer(s, 0, 6);
	f->xid_age = integer(s, 0, 7);
	f->mxid_age = integer(s, 0, 8);
	f->oldest_database = text(arena, s, 0, 9);
	f->pid = integer(s, 0, 10);
	f->uptime_s = age(s, 0, 11);
	f->started = text(arena, s, 0, 12);
	f->sees_all = truth(s, 0, 13) == 1;
	f->user = text(arena, s, 0, 14);
	f->database = text(arena, s, 0, 15);
	f->sync_names = text(arena, s, 0, 16);
}

static void
parse_stats(const struct ir_pg_set *s, struct ir_postgres_facts *f)
{
	f->backends = integer(s, 0, 0);
	f->database_backends = integer(s, 0, 1);
	f->commits = integer(s, 0, 2);
	f->rollbacks = integer(s, 0, 3);
	f->deadlocks = integer(s, 0, 4);
	f->conflicts = integer(s, 0, 5);
	f->checksums = integer(s, 0, 6);
	f->checksum_s = age(s, 0, 7);
}

static void
parse_sessions(const struct ir_pg_set *s, struct ir_postgres_facts *f)
{
	f->clients = integer(s, 0, 0);
	f->active = integer(s, 0, 1);
	f->idle = integer(s, 0, 2);
	f->idle_in_transaction = integer(s, 0, 3);
	f->hidden = integer(s, 0, 4);
	f->role_clients = integer(s, 0, 5);
}

static struct ir_postgres_session
session(struct ir_arena *arena, const struct ir_pg_set *s, size_t row)
{
	return (struct ir_postgres_session){ .pid = integer(s, row, 0),
		.user = text(arena, s, row, 1),
		.application = text(arena, s, row, 2),
		.client = text(arena, s, row, 3),
		.state = text(arena, s, row, 4),
		.age_s = age(s, row, 5),
		.query = text(arena, s, row, 6) };
}

/* "12,13" */
static void
parse_by(struct ir_arena *arena, const char *cell, struct ir_postgres_waiter *w)
{
	w->by = IR_NEW_N(arena, int64_t, BY_MAX);
	while (cell && *cell && w->n_by < BY_MAX) {
		size_t n = strcspn(cell, ",");
		int64_t pid;

		if (ir_parse_int(ir_strndup(arena, cell, n), 0, INT32_MAX, &pid, NULL) == 0)
			w->by[w->n_by++] = pid;
		cell += n + (cell[n] == ',');
	}
}

static void
parse_blocked(struct ir_arena *arena, const struct ir_pg_set *s, struct ir_postgres_facts *f)
{
	f->n_waiters = s->rows < IR_POSTGRES_WAITERS_MAX ? s->rows : IR_POSTGRES_WAITERS_MAX;
	f->waiters = IR_NEW_N(arena, struct ir_postgres_waiter, f->n_waiters + 1);
	for (size_t i = 0; i < f->n_waiters; i++) {
		f->waiters[i].s = session(arena, s, i);
		f->waiters[i].wait_s = age(s, i, 8);
		parse_by(arena, ir_pg_cell(s, i, 7), &f->waiters[i]);
	}
}

static void
parse_standbys(struct ir_arena *arena, const struct ir_pg_set *s, struct ir_postgres_facts *f)
{
	f->n_standbys = s->rows;
	f->standbys = IR_NEW_N(arena, struct ir_postgres_standby, s->rows + 1);
	for (size_t i = 0; i < s->rows; i++)
		f->standbys[i] = (struct ir_postgres_standby){ .name = text(arena, s, i, 0),
			.client = text(arena, s, i, 1),
			.state = text(arena, s, i, 2),
			.sync = text(arena, s, i, 3),
			.lag_bytes = age(s, i, 4),
			.lag_s = age(s, i, 5) };
}

static void
parse_slots(struct ir_arena *arena, const struct ir_pg_set *s, struct ir_postgres_facts *f)
{
	f->n_slots = s->rows;
	f->slots = IR_NEW_N(arena, struct ir_postgres_slot, s->rows + 1);
	for (size_t i = 0; i < s->rows; i++)
		f->slots[i] = (struct ir_postgres_slot){ .name = text(arena, s, i, 0),
			.kind = text(arena, s, i, 1),
			.active = truth(s, i, 2) == 1,
			.wal = text(arena, s, i, 3),
			.kept_bytes = age(s, i, 4) };
}

/* Between two looks it was caught up once: then what it is behind by is on its way. */
static void
parse_lag(struct ir_arena *arena, const struct ir_pg_set *s, struct ir_postgres_facts *f)
{
	if (s->rows == 0)
		return;
	f->paused = truth(s, 0, 0) == 1;
	f->streamed = truth(s, 0, 1) == 1;
	f->caught_up = f->caught_up || truth(s, 0, 2) == 1;
	f->lag_bytes = age(s, 0, 3);
	f->replayed_s = age(s, 0, 4);
	f->receiver = integer(s, 0, 5) > 0;
	f->receiver_status = text(arena, s, 0, 6);
	f->sender = text(arena, s, 0, 7);
}

static void
parse_archiver(struct ir_arena *arena, const struct ir_pg_set *s, struct ir_postgres_facts *f)
{
	f->archiver_fails = truth(s, 0, 0) == 1;
	f->archiver_failed_s = age(s, 0, 1);
	f->archived_s = age(s, 0, 2);
	f->archiver_wal = text(arena, s, 0, 3);
}

static void
parse_prepared(struct ir_arena *arena, const struct ir_pg_set *s, struct ir_postgres_facts *f)
{
	f->prepared = s->rows ? integer(s, 0, 0) : 0;
	f->prepared_s = age(s, 0, 1);
	f->prepared_gid = text(arena, s, 0, 2);
	f->prepared_owner = text(arena, s, 0, 3);
}

static void
parse_holder(struct ir_arena *arena, const struct ir_pg_set *s, struct ir_postgres_facts *f)
{
	f->holder = text(arena, s, 0, 0);
	f->holder_user = text(arena, s, 0, 1);
	f->holder_sessions = integer(s, 0, 2);
	f->holder_idle = integer(s, 0, 3);
}

static void
parse_settings(struct ir_arena *arena, const struct ir_pg_set *s, struct ir_postgres_facts *f)
{
	f->pending = integer(s, 0, 0);
	f->pending_names = text(arena, s, 0, 1);
	f->read_only_source = text(arena, s, 0, 2);
}

void
ir_postgres_parse(
    struct ir_arena *arena, enum ir_postgres_fact fact, const struct ir_pg_set *s, struct ir_postgres_facts *f)
{
	static void (*const parsers[])(struct ir_arena *, const struct ir_pg_set *, struct ir_postgres_facts *) = {
		[IR_POSTGRES_CORE] = parse_core,
		[IR_POSTGRES_HOLDER] = parse_holder,
		[IR_POSTGRES_BLOCKED] = parse_blocked,
		[IR_POSTGRES_STANDBYS] = parse_standbys,
		[IR_POSTGRES_SLOTS] = parse_slots,
		[IR_POSTGRES_LAG] = parse_lag,
		[IR_POSTGRES_LAG_AGAIN] = parse_lag,
		[IR_POSTGRES_ARCHIVER] = parse_archiver,
		[IR_POSTGRES_PREPARED] = parse_prepared,
		[IR_POSTGRES_SETTINGS] = parse_settings,
		[IR_POSTGRES_FACTS] = NULL,
	};

	f->known[fact] = IR_POSTGRES_KNOWN;
	if (parsers[fact])
		parsers[fact](arena, s, f);
	else if (fact == IR_POSTGRES_STATS)
		parse_stats(s, f);
	else if (fact == IR_POSTGRES_SESSIONS)
		parse_sessions(s, f);
	else if (fact == IR_POSTGRES_TRANSACTION && s->rows)
		f->transaction = session(arena, s, 0);
	else if (fact == IR_POSTGRES_IDLE && s->rows)
		f->idle_one = session(arena, s, 0);
	else if (fact == IR_POSTGRES_SIZE)
		f->size = integer(s, 0, 0);
	if (fact == IR_POSTGRES_INDEXES) {
		f->invalid = integer(s, 0, 0);
		f->invalid_name = text(arena, s, 0, 1);
	}
}
