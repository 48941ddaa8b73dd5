/* oban - Oban's jobs: its PostgreSQL migrations v1 to v14; producers are Oban Pro's */
#include "queue/sql_type.h"

/* clang-format off */
#define ROWS(where) "FROM $T WHERE " where "$Q(queue)"

static const struct ir_sql_statement statements[] = {
	{ .sql = IR_SQL_TALLY("count(*) AS pending, max(age) AS oldest_s, " IR_SQL_IDS("id", "priority, scheduled_at, id"),
	    "queue, id, priority, scheduled_at, " IR_SQL_AGE("scheduled_at") " AS age", ROWS("state = 'available'")),
	  .rows = ROWS("state = 'available'") },
	{ .sql = IR_SQL_TALLY("count(*) AS running, max(age) AS running_s", "queue, " IR_SQL_AGE("attempted_at") " AS age", ROWS("state = 'executing'")) },
	{ .sql = IR_SQL_TALLY("count(*) AS scheduled", "queue", ROWS("state IN ('scheduled', 'retryable')")) },
	{ .sql = IR_SQL_TALLY("count(*) AS failed", "queue", ROWS("state = 'discarded'")) },
	{ .sql = IR_SQL_RATE("arrival_per_s", "queue, inserted_at AS t", "FROM $T", "$Q(queue)"), .may_be_slow = true },
	{ .sql = "SELECT queue, count(*) AS consumers, true AS own_consumers, bool_and(coalesce(meta->>'paused', 'false') = 'true') AS paused "
	    "FROM $S.oban_producers WHERE updated_at > now() - interval '60 s'$Q(queue) GROUP BY queue" },
	{ .sql = NULL },
};
/* clang-format on */

const struct ir_sql_type ir_sql_oban = {
	.name = "oban",
	.tables = { { .name = "oban_jobs",
			.columns = { "id", "state", "queue", "worker", "priority", "inserted_at", "scheduled_at",
			    "attempted_at" } },
	    { .name = "oban_producers", .columns = { "queue", "meta", "updated_at" }, .optional = true } },
	.statements = statements,
};
