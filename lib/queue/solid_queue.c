/* solid_queue - Solid Queue's jobs: its queue_schema.rb of version 1 */
#include "queue/sql_type.h"

/* clang-format off */
static const struct ir_sql_statement statements[] = {
	{ .sql = IR_SQL_TALLY("count(*) AS pending, max(age) AS oldest_s, " IR_SQL_IDS("job_id", "priority, job_id"),
	    "queue_name AS queue, job_id, priority, " IR_SQL_AGE("created_at") " AS age", "FROM $T WHERE true$Q(queue_name)"),
	  .rows = "FROM $T WHERE true$Q(queue_name)" },
	{ .sql = IR_SQL_TALLY("count(*) AS running, max(age) AS running_s", "j.queue_name AS queue, " IR_SQL_AGE("e.created_at") " AS age",
	    "FROM $S.solid_queue_claimed_executions e JOIN $S.solid_queue_jobs j ON j.id = e.job_id WHERE true$Q(j.queue_name)") },
	{ .sql = IR_SQL_TALLY("count(*) AS scheduled", "queue_name AS queue", "FROM (SELECT queue_name FROM $S.solid_queue_scheduled_executions "
	    "UNION ALL SELECT queue_name FROM $S.solid_queue_blocked_executions) e WHERE true$Q(queue_name)") },
	{ .sql = IR_SQL_TALLY("count(*) AS failed", "j.queue_name AS queue",
	    "FROM $S.solid_queue_failed_executions e JOIN $S.solid_queue_jobs j ON j.id = e.job_id WHERE true$Q(j.queue_name)"), .may_be_slow = true },
	{ .sql = "SELECT queue, count(*) / 60.0 AS completion_per_s FROM (SELECT queue_name AS queue FROM $S.solid_queue_jobs "
	    "WHERE finished_at > now() - interval '60 s'$Q(queue_name) LIMIT $L) s GROUP BY queue", .may_be_slow = true },
	{ .sql = IR_SQL_RATE("arrival_per_s", "queue_name AS queue, created_at AS t", "FROM $S.solid_queue_jobs", "$Q(queue)"), .may_be_slow = true },
	/* They say that they live once a minute. */
	{ .sql = "SELECT count(*) AS consumers FROM $S.solid_queue_processes WHERE kind = 'Worker' AND last_heartbeat_at > now() - interval '150 s'" },
	{ .sql = "SELECT queue_name AS queue, true AS paused FROM $S.solid_queue_pauses WHERE true$Q(queue_name) LIMIT 1000" },
	{ .sql = NULL },
};
/* clang-format on */

const struct ir_sql_type ir_sql_solid_queue = {
	.name = "solid-queue",
	.tables = { { .name = "solid_queue_ready_executions",
			.columns = { "job_id", "queue_name", "priority", "created_at" } },
	    { .name = "solid_queue_jobs",
		.columns = { "id", "queue_name", "class_name", "created_at", "finished_at" } },
	    { .name = "solid_queue_claimed_executions", .columns = { "job_id", "created_at" } },
	    { .name = "solid_queue_scheduled_executions", .columns = { "queue_name", "scheduled_at" } },
	    { .name = "solid_queue_blocked_executions", .columns = { "queue_name" } },
	    { .name = "solid_queue_failed_executions", .columns = { "job_id" } },
	    { .name = "solid_queue_processes", .columns = { "kind", "last_heartbeat_at" } },
	    { .name = "solid_queue_pauses", .columns = { "queue_name" } } },
	.statements = statements,
};
