/* good_job - GoodJob's jobs: its migrations of versions 2 to 4 */
#include "queue/sql_type.h"

/* clang-format off */
#define QUEUE "coalesce(queue_name, '') AS queue"
#define NAMES "$Q(coalesce(queue_name, ''))"
#define DUE "FROM $T WHERE finished_at IS NULL AND performed_at IS NULL AND (scheduled_at IS NULL OR scheduled_at <= now())" NAMES

static const struct ir_sql_statement statements[] = {
	{ .sql = IR_SQL_TALLY("count(*) AS pending, max(age) AS oldest_s, " IR_SQL_IDS("id", "priority, created_at, id"),
	    QUEUE ", id, priority, created_at, " IR_SQL_AGE("coalesce(scheduled_at, created_at)") " AS age", DUE), .rows = DUE },
	{ .sql = IR_SQL_TALLY("count(*) AS running, max(age) AS running_s", QUEUE ", " IR_SQL_AGE("performed_at") " AS age",
	    "FROM $T WHERE finished_at IS NULL AND performed_at IS NOT NULL" NAMES) },
	{ .sql = IR_SQL_TALLY("count(*) AS scheduled", QUEUE, "FROM $T WHERE finished_at IS NULL AND performed_at IS NULL AND scheduled_at > now()" NAMES) },
	{ .sql = IR_SQL_TALLY("count(*) AS failed", QUEUE, "FROM $T WHERE finished_at IS NOT NULL AND error IS NOT NULL"
	    "{good_jobs.retried_good_job_id: AND retried_good_job_id IS NULL}" NAMES), .may_be_slow = true },
	{ .sql = "SELECT queue, count(*) / 60.0 AS completion_per_s FROM (SELECT " QUEUE " FROM $T WHERE finished_at > now() - interval '60 s'"
	    "{good_jobs.retried_good_job_id: AND retried_good_job_id IS NULL}" NAMES " LIMIT $L) s GROUP BY queue", .may_be_slow = true },
	/* They say that they live twice a minute. */
	{ .sql = "SELECT count(*) AS consumers FROM $S.good_job_processes WHERE updated_at > now() - interval '2 min'" },
	{ .sql = "SELECT q AS queue, true AS paused FROM (SELECT jsonb_array_elements_text(CASE WHEN jsonb_typeof(value->'queues') = 'array' THEN "
	    "value->'queues' ELSE '[]' END) AS q FROM $S.good_job_settings WHERE key = 'pauses' LIMIT 1000) s WHERE true$Q(q)" },
	{ .sql = NULL },
};
/* clang-format on */

const struct ir_sql_type ir_sql_good_job = {
	.name = "good-job",
	.tables = { { .name = "good_jobs",
			.columns = { "id", "queue_name", "priority", "serialized_params", "created_at", "scheduled_at",
			    "performed_at", "finished_at", "error" },
			.more = { "retried_good_job_id" } },
	    { .name = "good_job_processes", .columns = { "updated_at" }, .optional = true },
	    { .name = "good_job_settings", .columns = { "key", "value" }, .optional = true } },
	.statements = statements,
};
