/* pg_boss - pg-boss' jobs: versions 10 to 12, and 5 to 9 with their other names of columns */
#include "queue/sql_type.h"

/* clang-format off */
/* States are in the order of a job's life; this is how its own index says that one waits. */
#define WAITS "state < 'active'"
#define DUE(after, more) "FROM $T WHERE " WAITS more " AND " after " <= now()$Q(name)"
#define STATEMENTS(after, created, started, more) \
	{ .sql = IR_SQL_TALLY("count(*) AS pending, max(age) AS oldest_s, " IR_SQL_IDS("id", "priority DESC, " created ", id"), \
	    "name AS queue, id, priority, " created ", " IR_SQL_AGE(after) " AS age", DUE(after, more)), .rows = DUE(after, more) }, \
	{ .sql = IR_SQL_TALLY("count(*) AS running, max(age) AS running_s", "name AS queue, " IR_SQL_AGE(started) " AS age", \
	    "FROM $T WHERE state = 'active'$Q(name)"), .may_be_slow = true }, \
	{ .sql = IR_SQL_TALLY("count(*) AS failed", "name AS queue", "FROM $T WHERE state = 'failed'$Q(name)"), .may_be_slow = true }

static const struct ir_sql_statement statements[] = {
	STATEMENTS("start_after", "created_on", "started_on", "{job.blocked: AND NOT blocked}"),
	{ .sql = IR_SQL_TALLY("count(*) AS scheduled", "name AS queue", "FROM $T WHERE " WAITS " AND (start_after > now(){job.blocked: OR blocked})$Q(name)") },
	/* Those of its own are not told when they are empty. */
	{ .sql = "SELECT name AS queue, NULL::bigint AS enqueued_total FROM $S.queue WHERE left(name, 8) <> '__pgboss'$Q(name) ORDER BY name LIMIT 1000" },
	{ .sql = NULL },
};

static const struct ir_sql_statement statements_9[] = {
	STATEMENTS("startafter", "createdon", "startedon", ""),
	{ .sql = IR_SQL_TALLY("count(*) AS scheduled", "name AS queue", "FROM $T WHERE " WAITS " AND startafter > now()$Q(name)") },
	{ .sql = NULL },
};
/* clang-format on */

const struct ir_sql_type ir_sql_pg_boss = {
	.name = "pg-boss",
	.tables = { { .name = "job",
			.columns = { "id", "name", "priority", "state", "retry_limit", "start_after", "created_on",
			    "started_on" },
			.more = { "blocked" } },
	    { .name = "queue", .columns = { "name", "policy" } } },
	.statements = statements,
};

const struct ir_sql_type ir_sql_pg_boss_9 = {
	.name = "pg-boss",
	.tables = { { .name = "job",
			.columns = { "id", "name", "priority", "state", "retrylimit", "startafter", "createdon",
			    "startedon" } },
	    { .name = "version", .columns = { "version" } } },
	.statements = statements_9,
};
