/* huey_sql - Huey's tasks in PostgreSQL (its PostgresStorage, with the usual prefix); what runs is not kept */
#include "queue/sql_type.h"

/* clang-format off */
static const struct ir_sql_statement statements[] = {
	{ .sql = IR_SQL_TALLY("count(*) AS pending, " IR_SQL_IDS("id", "priority DESC, id"), "queue, id, priority", "FROM $T WHERE true$Q(queue)"),
	  .rows = "FROM $T WHERE true$Q(queue)" },
	{ .sql = IR_SQL_TALLY("count(*) AS scheduled", "queue", "FROM $S.huey_schedule WHERE true$Q(queue)") },
	{ .sql = NULL },
};
/* clang-format on */

const struct ir_sql_type ir_sql_huey = {
	.name = "huey",
	.tables = { { .name = "huey_task", .columns = { "id", "queue", "data", "priority" } },
	    { .name = "huey_schedule", .columns = { "id", "queue", "data", "timestamp" } } },
	.statements = statements,
};
