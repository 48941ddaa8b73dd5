/* que - Que's jobs: its migrations 4 to 7 (Que 1 and 2) */
#include "queue/sql_type.h"

/* clang-format off */
/* A job that runs, or that a worker process holds to run next, is locked by its id. */
#define LOCKED "ARRAY(SELECT l.classid::bigint << 32 | l.objid::bigint FROM pg_locks l JOIN $S.que_lockers q ON q.pid = l.pid " \
	"WHERE l.locktype = 'advisory' AND l.objsubid = 1)"
#define KEPT "finished_at IS NULL AND expired_at IS NULL"
#define DUE "FROM $T WHERE " KEPT " AND run_at <= now() AND id <> ALL(" LOCKED ")$Q(queue)"

static const struct ir_sql_statement statements[] = {
	{ .sql = IR_SQL_TALLY("count(*) AS pending, max(age) AS oldest_s, " IR_SQL_IDS("id", "priority, run_at, id"),
	    "queue, id, priority, run_at, " IR_SQL_AGE("run_at") " AS age", DUE), .rows = DUE },
	{ .sql = IR_SQL_TALLY("count(*) AS running", "queue", "FROM $T WHERE id = ANY(" LOCKED ")$Q(queue)") },
	{ .sql = IR_SQL_TALLY("count(*) AS scheduled", "queue", "FROM $T WHERE " KEPT " AND run_at > now()$Q(queue)") },
	{ .sql = IR_SQL_TALLY("count(*) AS failed", "queue", "FROM $T WHERE expired_at IS NOT NULL$Q(queue)"), .may_be_slow = true },
	{ .sql = "SELECT queue, sum(worker_count) AS consumers FROM (SELECT unnest(queues) AS queue, worker_count FROM $S.que_lockers l "
	    "JOIN pg_stat_activity a ON a.pid = l.pid) s WHERE true$Q(queue) GROUP BY queue" },
	{ .sql = NULL },
};
/* clang-format on */

const struct ir_sql_type ir_sql_que = {
	.name = "que",
	.tables = { { .name = "que_jobs",
			.columns = { "id", "queue", "priority", "run_at", "job_class", "error_count", "finished_at",
			    "expired_at" } },
	    { .name = "que_lockers", .columns = { "pid", "worker_count", "queues" } } },
	.statements = statements,
};
