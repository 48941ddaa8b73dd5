/* delayed_job - delayed_job's jobs, as delayed_job_active_record makes the table */
#include "queue/sql_type.h"

/* clang-format off */
#define QUEUE "coalesce(queue, '') AS queue"
#define NAMES "$Q(coalesce(queue, ''))"
/* A lock that is older than the longest run (4 hours, unless it is set) holds nobody. */
#define FREE "(locked_at IS NULL OR locked_at < now() - interval '4 h')"
#define DUE "FROM $T WHERE failed_at IS NULL AND " FREE " AND run_at <= now()" NAMES

static const struct ir_sql_statement statements[] = {
	{ .sql = IR_SQL_TALLY("count(*) AS pending, max(age) AS oldest_s, " IR_SQL_IDS("id", "priority, run_at, id"),
	    QUEUE ", id, priority, run_at, " IR_SQL_AGE("run_at") " AS age", DUE), .rows = DUE },
	{ .sql = IR_SQL_TALLY("count(*) AS running, max(age) AS running_s", QUEUE ", " IR_SQL_AGE("locked_at") " AS age",
	    "FROM $T WHERE failed_at IS NULL AND NOT " FREE NAMES) },
	{ .sql = IR_SQL_TALLY("count(*) AS scheduled", QUEUE, "FROM $T WHERE failed_at IS NULL AND " FREE " AND run_at > now()" NAMES) },
	{ .sql = IR_SQL_TALLY("count(*) AS failed", QUEUE, "FROM $T WHERE failed_at IS NOT NULL" NAMES) },
	{ .sql = NULL },
};
/* clang-format on */

const struct ir_sql_type ir_sql_delayed_job = {
	.name = "delayed-job",
	.tables = { { .name = "delayed_jobs",
	    .columns = { "id", "queue", "priority", "attempts", "handler", "run_at", "locked_at", "locked_by",
		"failed_at" } } },
	.statements = statements,
};
