/* django_tasks - tasks of Django's database backend (django-tasks 0.5 on, django-tasks-db) */
#include "queue/sql_type.h"

/* clang-format off */
/* A task for as soon as possible is due at the end of time. */
#define NEVER "'9998-01-01'"
#define DUE "FROM $T WHERE status = 'READY' AND (run_after IS NULL OR run_after <= now() OR run_after > " NEVER ")$Q(queue_name)"
#define ROWS(where) "FROM $T WHERE " where "$Q(queue_name)"

static const struct ir_sql_statement statements[] = {
	{ .sql = IR_SQL_TALLY("count(*) AS pending, max(age) AS oldest_s, " IR_SQL_IDS("id", "priority DESC, run_after, age DESC, id"),
	    "queue_name AS queue, id, priority, run_after, " IR_SQL_AGE("greatest(enqueued_at, CASE WHEN run_after <= " NEVER " THEN run_after END)") " AS age", DUE),
	  .rows = DUE },
	{ .sql = IR_SQL_TALLY("count(*) AS running, max(age) AS running_s", "queue_name AS queue, " IR_SQL_AGE("started_at") " AS age",
	    ROWS("status = 'RUNNING'")), .may_be_slow = true },
	{ .sql = IR_SQL_TALLY("count(*) AS scheduled", "queue_name AS queue", ROWS("status = 'READY' AND run_after > now() AND run_after <= " NEVER)) },
	{ .sql = IR_SQL_TALLY("count(*) AS failed", "queue_name AS queue", ROWS("status = 'FAILED'")), .may_be_slow = true },
	{ .sql = NULL },
};
/* clang-format on */

const struct ir_sql_type ir_sql_django_tasks = {
	.name = "django-tasks",
	.tables = { { .name = "django_tasks_database_dbtaskresult",
	    .columns = { "id", "status", "queue_name", "priority", "enqueued_at", "started_at", "run_after",
		"task_path" } } },
	.statements = statements,
};
