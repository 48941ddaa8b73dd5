/* laravel_sql - jobs of Laravel's database driver; times are seconds since 1970 */
#include "queue/sql_type.h"

/* clang-format off */
#define NOW "extract(epoch FROM now())::integer"
#define DUE "FROM $T WHERE reserved_at IS NULL AND available_at <= " NOW "$Q(queue)"

static const struct ir_sql_statement statements[] = {
	{ .sql = IR_SQL_TALLY("count(*) AS pending, max(age) AS oldest_s, " IR_SQL_IDS("id", "id"), "queue, id, " NOW " - available_at AS age", DUE),
	  .rows = DUE, .index = "CREATE INDEX CONCURRENTLY ON $T (queue, available_at) WHERE reserved_at IS NULL" },
	{ .sql = IR_SQL_TALLY("count(*) AS running, max(age) AS running_s", "queue, " NOW " - reserved_at AS age",
	    "FROM $T WHERE reserved_at IS NOT NULL$Q(queue)") },
	{ .sql = IR_SQL_TALLY("count(*) AS scheduled", "queue", "FROM $T WHERE reserved_at IS NULL AND available_at > " NOW "$Q(queue)") },
	{ .sql = IR_SQL_TALLY("count(*) AS failed", "queue", "FROM $S.failed_jobs WHERE true$Q(queue)") },
	{ .sql = NULL },
};
/* clang-format on */

const struct ir_sql_type ir_sql_laravel = {
	.name = "laravel",
	.tables = { { .name = "jobs",
			.columns = { "id", "queue", "payload", "attempts", "reserved_at", "available_at",
			    "created_at" } },
	    { .name = "failed_jobs",
		.columns = { "connection", "queue", "payload", "exception", "failed_at" },
		.optional = true } },
	.statements = statements,
};
