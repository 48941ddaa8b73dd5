/* postgres_jobs - the job queues in the tables of a database */
#include "dep/postgres.h"

/* What a [queue "…"] says. */
static const char *
said(const struct ir_dep *dep, const char *key)
{
	return ir_conf_str(dep->section, "queue", key);
}

static int
excludes(struct ir_ctx *ctx, const struct ir_dep *dep, struct ir_err *err)
{
	const struct ir_value *table = ir_conf_value(dep->section, "table"),
			      *sql = ir_conf_value(dep->section, "pending-sql");

	if (!table || !sql)
		return 0;
	ir_fail(err, IR_CONFIG, "table and pending-sql exclude one another");
	return ir_wrap(err, "%s", ir_conf_origin(ctx->arena, sql->file, sql->line));
}

int
ir_postgres_jobs_prepare(struct ir_ctx *ctx, struct ir_postgres *p, struct ir_err *err)
{
	const struct ir_dep *dep = p->dep;
	const char *table;

	if (!dep->section || strcmp(dep->type, "queue") != 0)
		return 0;
	table = said(dep, "table");
	p->ask = (struct ir_queue_ask){ .type = said(dep, "type"),
		.names = *ir_conf_list(dep->section, "name"),
		.prefix = said(dep, "prefix"),
		.table = table,
		.status_column = said(dep, "status-column"),
		.pending = said(dep, "status"),
		.running = said(dep, "running"),
		.failed = said(dep, "failed"),
		.created_column = said(dep, "created-column"),
		.due_column = said(dep, "due-column"),
		.queue_column = said(dep, "queue-column"),
		.pending_sql = said(dep, "pending-sql"),
		.running_sql = said(dep, "running-sql"),
		.scheduled_sql = said(dep, "scheduled-sql"),
		.failed_sql = said(dep, "failed-sql"),
		.oldest_sql = said(dep, "oldest-sql") };
	return excludes(ctx, dep, err);
}

/* The rights' row tells of all that is hidden. */
static void
take_trouble(struct ir_postgres *p, const struct ir_queue_trouble *t)
{
	struct ir_dep *dep = p->dep;
	struct ir_check *row;

	if (t->denied) {
		ir_list_add(dep->ctx->arena, &p->jobs_why, t->message);
		if (t->hint)
			ir_list_add(dep->ctx->arena, &p->grants, t->hint);
		return;
	}
	row = ir_dep_state(dep, "jobs", IR_STATUS_UNKNOWN, "%s", t->message);
	row->hint = t->hint;
}

static void
on_jobs(void *arg, const struct ir_queue_res *res)
{
	struct ir_postgres *p = arg;

	p->run = NULL;
	for (size_t i = 0; i < res->n; i++)
		ir_dep_queue(p->dep, &res->v[i]);
	for (size_t i = 0; i < res->n_troubles; i++)
		take_trouble(p, &res->troubles[i]);
	if (res->cut)
		ir_dep_state(p->dep, "jobs", IR_STATUS_WARN, "only the first %zu queues are told", res->n);
	ir_postgres_step(p);
}

void
ir_postgres_jobs_ask(struct ir_postgres *p, struct ir_postgres_look *l)
{
	struct ir_err err = IR_ERR_INIT;

	p->jobs_of = l;
	p->ask.at_us = p->at_us;
	p->run = ir_queue_sql(p->dep->ctx, l->pg, &p->ask, on_jobs, p, &err);
	if (!p->run)
		ir_dep_state(p->dep, "jobs", IR_STATUS_UNKNOWN, "the job queues cannot be asked: %s", err.msg);
}
