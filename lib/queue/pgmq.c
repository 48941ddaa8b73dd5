/* pgmq - queues of the extension pgmq: a table each. A message that was read is invisible until its time is over */
#include "queue/sql_type.h"

static bool
wanted(const struct ir_sql_place *p, const char *queue)
{
	return p->ask->names.n == 0 || ir_list_has(&p->ask->names, queue);
}

/* The sequence counts what was ever sent. */
static const char *
sent(struct ir_arena *arena, const char *table)
{
	const char *name = ir_pg_text(arena, table);

	return ir_asprintf(arena,
	    "(SELECT CASE WHEN has_sequence_privilege(s, 'SELECT') THEN coalesce(pg_sequence_last_value(s::regclass), "
	    "0) END FROM "
	    "pg_get_serial_sequence(%s, 'msg_id') s)",
	    name);
}

static void
add_queue(struct ir_sql_place *p, const struct ir_sql_relation *r)
{
	struct ir_arena *arena = p->arena;
	const char *table = ir_sql_relation_name(arena, r);
	struct ir_sql_statement s = { .ready = true };

	s.rows = ir_asprintf(arena, "FROM %s WHERE vt <= now()", table);
	s.sql = ir_asprintf(arena,
	    "SELECT %s AS queue, count(*) AS seen, count(*) FILTER (WHERE vt <= now()) AS pending, count(*) FILTER "
	    "(WHERE vt > now() AND "
	    "read_ct > 0) AS running, count(*) FILTER (WHERE vt > now() AND read_ct = 0) AS scheduled, "
	    "max(extract(epoch FROM now() - vt)) "
	    "FILTER (WHERE vt <= now()) AS oldest_s, array_to_string((array_agg(msg_id ORDER BY msg_id) FILTER (WHERE "
	    "vt <= now()))[1:100], "
	    "chr(1)) AS next, %s AS enqueued_total FROM (SELECT msg_id, vt, read_ct FROM %s LIMIT %d) s",
	    ir_pg_text(arena, r->name + 2), sent(arena, table), table, IR_SQL_COUNT + 1);
	ir_sql_add(p, &s);
}

static void
build(struct ir_sql_place *p)
{
	for (size_t i = 0; i < p->n_all && i < IR_QUEUES_MAX; i++)
		if (wanted(p, p->all[i].name + 2) && ir_sql_may_read(p, &p->all[i]))
			add_queue(p, &p->all[i]);
}

const struct ir_sql_type ir_sql_pgmq = {
	.name = "pgmq",
	.tables = { { .name = "meta", .columns = { "queue_name", "is_partitioned" } },
	    { .name = "q_*", .columns = { "msg_id", "read_ct", "enqueued_at", "vt", "message" }, .optional = true } },
	.build = build,
};
