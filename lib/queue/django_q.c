/* django_q - tasks that Django-Q2's ORM broker keeps; those that failed are in no queue of its */
#include "queue/sql_type.h"

/* clang-format off */
#define DUE "FROM $T WHERE (lock IS NULL OR lock <= now())$Q(key)"

static const struct ir_sql_statement statements[] = {
	{ .sql = IR_SQL_TALLY("count(*) AS pending, max(age) AS oldest_s, " IR_SQL_IDS("id", "id"), "key AS queue, id, " IR_SQL_AGE("lock") " AS age", DUE),
	  .rows = DUE },
	{ .sql = IR_SQL_TALLY("count(*) AS running", "key AS queue", "FROM $T WHERE lock > now()$Q(key)") },
	{ .sql = NULL },
};
/* clang-format on */

const struct ir_sql_type ir_sql_django_q = {
	.name = "django-q",
	.tables = { { .name = "django_q_ormq", .columns = { "id", "key", "payload", "lock" } } },
	.statements = statements,
};
