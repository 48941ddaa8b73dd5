/* river - River's jobs: its main migrations 002 to 007 */
#include "queue/sql_type.h"

/* clang-format off */
#define ROWS(where) "FROM $T WHERE " where "$Q(queue)"

static const struct ir_sql_statement statements[] = {
	{ .sql = IR_SQL_TALLY("count(*) AS pending, max(age) AS oldest_s, " IR_SQL_IDS("id", "priority, scheduled_at, id"),
	    "queue, id, priority, scheduled_at, " IR_SQL_AGE("scheduled_at") " AS age", ROWS("state = 'available'")),
	  .rows = ROWS("state = 'available'") },
	{ .sql = IR_SQL_TALLY("count(*) AS running, max(age) AS running_s", "queue, " IR_SQL_AGE("attempted_at") " AS age", ROWS("state = 'running'")) },
	/* 'pending' ones wait for others; the state came with migration 004. */
	{ .sql = IR_SQL_TALLY("count(*) AS scheduled", "queue", ROWS("state IN ('scheduled', 'retryable'{river_queue.name:, 'pending'})")) },
	{ .sql = IR_SQL_TALLY("count(*) AS failed", "queue", ROWS("state = 'discarded'")) },
	{ .sql = "SELECT queue, count(*) / 60.0 AS completion_per_s FROM (SELECT queue FROM $T WHERE state IN ('completed', 'cancelled', 'discarded') "
	    "AND finalized_at > now() - interval '60 s'$Q(queue) LIMIT $L) s GROUP BY queue", .may_be_slow = true },
	{ .sql = IR_SQL_RATE("arrival_per_s", "queue, created_at AS t", "FROM $T", "$Q(queue)"), .may_be_slow = true },
	{ .sql = "SELECT name AS queue, paused_at IS NOT NULL AS paused FROM $S.river_queue WHERE true$Q(name) ORDER BY name LIMIT 1000" },
	{ .sql = NULL },
};
/* clang-format on */

const struct ir_sql_type ir_sql_river = {
	.name = "river",
	.tables = { { .name = "river_job",
			.columns = { "id", "state", "queue", "kind", "priority", "created_at", "scheduled_at",
			    "attempted_at", "finalized_at" } },
	    { .name = "river_queue", .columns = { "name", "paused_at" }, .optional = true } },
	.statements = statements,
};
