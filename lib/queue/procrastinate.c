/* procrastinate - Procrastinate's jobs: its sql/schema.sql, from 1.0; workers' heartbeats from 3.0, paused queues from 3.10 */
#include "queue/sql_type.h"

/* clang-format off */
#define DUE "FROM $T WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())$Q(queue_name)"
#define ROWS(where) "FROM $T WHERE " where "$Q(queue_name)"

static const struct ir_sql_statement statements[] = {
	{ .sql = IR_SQL_TALLY("count(*) AS pending, " IR_SQL_IDS("id", "priority DESC, id"), "queue_name AS queue, id, priority", DUE), .rows = DUE },
	/* When a job was deferred stands among its events only: asked for the oldest ones. */
	{ .sql = "SELECT queue, max(age) AS oldest_s FROM (SELECT queue_name AS queue, " IR_SQL_AGE("greatest(scheduled_at, (SELECT max(e.at) "
	    "FROM $S.procrastinate_events e WHERE e.job_id = j.id AND e.type IN ('deferred', 'deferred_for_retry')))") " AS age "
	    "FROM $T j WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())$Q(queue_name) ORDER BY id LIMIT 1000) s GROUP BY queue",
	  .may_be_slow = true },
	{ .sql = IR_SQL_TALLY("count(*) AS running", "queue_name AS queue", ROWS("status = 'doing'")) },
	{ .sql = IR_SQL_TALLY("count(*) AS scheduled", "queue_name AS queue", ROWS("status = 'todo' AND scheduled_at > now()")) },
	{ .sql = IR_SQL_TALLY("count(*) AS failed", "queue_name AS queue", ROWS("status = 'failed'")), .may_be_slow = true },
	{ .sql = IR_SQL_RATE("completion_per_s", "(SELECT j.queue_name FROM $T j WHERE j.id = job_id) AS queue, type, at AS t", "FROM $S.procrastinate_events",
	    " AND type IN ('succeeded', 'failed', 'aborted')"), .may_be_slow = true },
	{ .sql = "SELECT count(*) AS consumers FROM $S.procrastinate_workers WHERE last_heartbeat > now() - interval '30 s'" },
	{ .sql = "SELECT queue_name AS queue, true AS paused FROM $S.procrastinate_paused_queues WHERE true$Q(queue_name) GROUP BY queue_name" },
	{ .sql = NULL },
};
/* clang-format on */

const struct ir_sql_type ir_sql_procrastinate = {
	.name = "procrastinate",
	.tables = { { .name = "procrastinate_jobs",
			.columns = { "id", "queue_name", "task_name", "priority", "status", "scheduled_at" } },
	    { .name = "procrastinate_events", .columns = { "job_id", "type", "at" } },
	    { .name = "procrastinate_workers", .columns = { "last_heartbeat" }, .optional = true },
	    { .name = "procrastinate_paused_queues", .columns = { "queue_name" }, .optional = true } },
	.statements = statements,
};
