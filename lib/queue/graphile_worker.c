/* graphile_worker - Graphile Worker's jobs: its tables of version 0.14 on, or its view `jobs`, which older versions have as a table */
#include "queue/sql_type.h"

/* clang-format off */
/* Its tables have row level security and no policy: others than their owner see no row, and are not told. The view is its owner's, and has all. */
#define ORDER IR_SQL_IDS("id", "priority, run_at, id")
#define STATEMENTS(from, free) \
	{ .sql = IR_SQL_TALLY("count(*) AS pending, max(age) AS oldest_s, " ORDER, "'' AS queue, id, priority, run_at, " IR_SQL_AGE("run_at") " AS age", \
	    "FROM " from " WHERE " free " AND run_at <= now()"), .rows = "FROM " from " WHERE " free " AND run_at <= now()" }, \
	{ .sql = IR_SQL_TALLY("count(*) AS running, max(age) AS running_s", "'' AS queue, " IR_SQL_AGE("locked_at") " AS age", \
	    "FROM " from " WHERE locked_at > now() - interval '4 h'"), .may_be_slow = true }, \
	{ .sql = IR_SQL_TALLY("count(*) AS scheduled", "'' AS queue", "FROM " from " WHERE " free " AND run_at > now()") }, \
	{ .sql = IR_SQL_TALLY("count(*) AS failed", "'' AS queue", "FROM " from " WHERE attempts >= max_attempts AND locked_at IS NULL"), .may_be_slow = true }

static const struct ir_sql_statement of_table[] = { STATEMENTS("$S._private_jobs", "is_available") };
static const struct ir_sql_statement of_view[] = { STATEMENTS("$T", "locked_at IS NULL AND attempts < max_attempts") };
/* clang-format on */

enum { STATEMENTS_N = sizeof(of_view) / sizeof(of_view[0]) };

static void
build(struct ir_sql_place *p)
{
	const struct ir_sql_relation *view = p->tables[0], *table = p->tables[1];
	const struct ir_sql_statement *v = of_view;

	if (table && table->readable && !table->hides)
		v = of_table;
	else if (!ir_sql_may_read(p, view))
		return;
	for (size_t i = 0; i < STATEMENTS_N; i++)
		ir_sql_add(p, &v[i]);
}

const struct ir_sql_type ir_sql_graphile_worker = {
	.name = "graphile-worker",
	.tables = { { .name = "jobs",
			.columns = { "id", "queue_name", "task_identifier", "priority", "run_at", "attempts",
			    "max_attempts", "locked_at" } },
	    { .name = "_private_jobs",
		.columns = { "id", "priority", "run_at", "attempts", "max_attempts", "locked_at", "is_available" },
		.optional = true } },
	.build = build,
};
