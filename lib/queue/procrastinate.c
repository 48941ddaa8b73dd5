/* procrastinate - jobs of Procrastinate: procrastinate_jobs, with the workers' heartbeats from 3.0 on (its sql/schema.sql) */
#include "queue/sql_type.h"

#define DUE "status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())"

static const struct ir_sql_statement statements[] = {
	{ .sql = "SELECT queue, max(age) AS oldest_s, " IR_SQL_IDS(
	      "id") " FROM (SELECT queue_name AS queue, id, " IR_SQL_AGE("greatest(scheduled_at, (SELECT "
									 "max(e.at) FROM $S.procrastinate_events "
									 "e WHERE e.job_id = j.id AND "
									 "e.type::text IN ('deferred', "
									 "'deferred_for_retry')))") " AS age "
												    "FROM $T j "
												    "WHERE " DUE
												    "$Q(queue_"
												    "name) ORDER "
												    "BY id LIMIT "
												    "1000) s "
												    "GROUP BY "
												    "queue" },
	{ .sql = "SELECT queue_name AS queue, count(*) AS pending FROM (SELECT queue_name FROM $T WHERE " DUE
		 "$Q(queue_name) LIMIT $L) s GROUP BY queue_name",
	    .rows = "FROM $T WHERE " DUE "$Q(queue_name)" },
	{ .sql = "SELECT queue_name AS queue, count(*) AS running FROM (SELECT queue_name FROM $T WHERE status = "
		 "'doing'$Q(queue_name) LIMIT $L) s GROUP BY queue_name" },
	{ .sql = "SELECT queue_name AS queue, count(*) AS scheduled FROM (SELECT queue_name FROM $T WHERE status = "
		 "'todo' AND "
		 "scheduled_at > now()$Q(queue_name) LIMIT $L) s GROUP BY queue_name" },
	{ .sql = "SELECT queue_name AS queue, count(*) AS failed FROM (SELECT queue_name FROM $T WHERE status = "
		 "'failed'$Q(queue_name) LIMIT $L) s GROUP BY queue_name" },
	{ .sql = "SELECT count(*) AS consumers FROM $S.procrastinate_workers WHERE last_heartbeat > now() - interval "
		 "'30 s'" },
	{ .sql = NULL },
};

const struct ir_sql_type ir_sql_procrastinate = {
	.name = "procrastinate",
	.tables = { { .name = "procrastinate_jobs",
			.columns = { "id", "queue_name", "task_name", "status", "scheduled_at" } },
	    { .name = "procrastinate_events", .columns = { "job_id", "type", "at" } },
	    { .name = "procrastinate_workers", .columns = { "last_heartbeat" }, .optional = true } },
	.statements = statements,
};
