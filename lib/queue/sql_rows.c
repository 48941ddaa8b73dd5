/* sql_rows - what the rows of a statement say of queues */
#include "base/num.h"
#include "queue/sql_type.h"

enum kind { COUNT, KEPT, REAL, YES, IDS, TEXT };

/* COUNT: 0 where no row tells it. KEPT: not known then. */
static const struct member {
	const char *name;
	enum kind kind;
	size_t offset;
} members[] = {
	{ "pending", COUNT, offsetof(struct ir_queue_facts, pending) },
	{ "running", COUNT, offsetof(struct ir_queue_facts, running) },
	{ "scheduled", COUNT, offsetof(struct ir_queue_facts, scheduled) },
	{ "failed", COUNT, offsetof(struct ir_queue_facts, failed) },
	{ "consumers", COUNT, offsetof(struct ir_queue_facts, consumers) },
	{ "completed_total", KEPT, offsetof(struct ir_queue_facts, completed_total) },
	{ "enqueued_total", KEPT, offsetof(struct ir_queue_facts, enqueued_total) },
	{ "oldest_s", REAL, offsetof(struct ir_queue_facts, oldest_s) },
	{ "running_s", REAL, offsetof(struct ir_queue_facts, running_s) },
	{ "arrival_per_s", REAL, offsetof(struct ir_queue_facts, arrival_per_s) },
	{ "completion_per_s", REAL, offsetof(struct ir_queue_facts, completion_per_s) },
	{ "paused", YES, offsetof(struct ir_queue_facts, paused) },
	{ "own_consumers", YES, offsetof(struct ir_queue_facts, own_consumers) },
	{ "next", IDS, offsetof(struct ir_queue_facts, next) },
	{ "note", TEXT, offsetof(struct ir_queue_facts, note) },
};
enum {
	MEMBERS = sizeof(members) / sizeof(members[0]),
	COUNTED = 4 /* of a system's rows: pending running scheduled failed */
};

/* Rates are 0 where no row tells them, as counts are. */
static bool
is_zero_without(const struct member *m)
{
	return m->kind == COUNT || m->offset == offsetof(struct ir_queue_facts, arrival_per_s) ||
	       m->offset == offsetof(struct ir_queue_facts, completion_per_s);
}

static int64_t *
count_of(struct ir_queue_facts *q, const struct member *m)
{
	return (int64_t *)(void *)((char *)q + m->offset);
}

static double *
real_of(struct ir_queue_facts *q, const struct member *m)
{
	return (double *)(void *)((char *)q + m->offset);
}

static int64_t
number(const char *cell)
{
	int64_t n;

	return cell && ir_parse_int(cell, 0, INT64_MAX, &n, NULL) == 0 ? n : INT64_MIN;
}

/* Ages of what is not due by a clock that is not the server's are 0. */
static double
real(const char *cell)
{
	char *end;
	double d = cell ? strtod(cell, &end) : NAN;

	if (!cell || end == cell || *end || !isfinite(d))
		return NAN;
	return d > 0 ? d : 0;
}

static struct ir_list
ids(struct ir_arena *arena, const char *cell)
{
	struct ir_list list = { 0 };

	while (*cell && list.n < IR_SQL_NEXT) {
		size_t n = strcspn(cell, "\1");

		ir_list_add(arena, &list, ir_strndup(arena, cell, n < 100 ? n : 100));
		cell += n + (cell[n] == '\1');
	}
	return list;
}

static void
put(struct ir_arena *arena, struct ir_queue_facts *q, const struct member *m, const char *cell)
{
	char *to = (char *)q + m->offset;

	if (!cell)
		return;
	if (m->kind == COUNT || m->kind == KEPT)
		*count_of(q, m) = number(cell);
	else if (m->kind == REAL)
		*real_of(q, m) = real(cell);
	else if (m->kind == YES)
		*(bool *)to = *cell == 't';
	else if (m->kind == IDS)
		*(struct ir_list *)(void *)to = ids(arena, cell);
	else
		*(const char **)(void *)to = ir_strdup(arena, cell);
}

/* Systems of one type in several schemas have queues of the same name. */
static const char *
queue_name(const struct ir_sql_place *p, const char *name)
{
	if (!p->several)
		return name;
	return ir_asprintf(p->arena, "%s%s%s", p->schema, *name ? "." : "", name);
}

/* Of all rows together: did the count end before the rows did? */
static bool
cut_off(const struct ir_pg_set *set)
{
	size_t seen = ir_pg_column(set, "seen");
	int64_t sum[COUNTED + 1] = { 0 };

	for (size_t row = 0; row < set->rows; row++)
		for (size_t i = 0; i <= COUNTED; i++) {
			int64_t n =
			    number(ir_pg_cell(set, row, i < COUNTED ? ir_pg_column(set, members[i].name) : seen));

			sum[i] += n > 0 && n <= IR_SQL_COUNT + 1 ? n : 0;
		}
	for (size_t i = 0; seen == set->cols && i < COUNTED; i++)
		if (sum[i] > IR_SQL_COUNT)
			return true;
	return sum[COUNTED] > IR_SQL_COUNT;
}

/* The counts are what there is at least, and the jobs that come next may be others. */
static void
mark_cut_off(const struct ir_sql_place *p, struct ir_queue_facts *q)
{
	if (q->pending == INT64_MIN)
		return;
	if (q->pending > IR_SQL_COUNT)
		q->pending = IR_SQL_COUNT;
	q->estimate = true;
	q->next = (struct ir_list){ 0 };
	q->note = ir_asprintf(p->arena, "%d pending or more: counting ended there", IR_SQL_COUNT);
}

static void
tell_trouble(const struct ir_sql_place *p, const struct ir_pg_set *set, size_t row)
{
	const char *message = ir_pg_cell(set, row, ir_pg_column(set, "trouble")),
		   *hint = ir_pg_cell(set, row, ir_pg_column(set, "hint"));

	if (message)
		ir_queue_trouble(p->found, p->type->name, ir_strdup(p->arena, message), ir_strdup(p->arena, hint));
}

static void
take_row(const struct ir_sql_place *p, struct ir_sql_told *told, const struct ir_pg_set *set, size_t row, bool cut)
{
	const char *name = ir_pg_cell(set, row, ir_pg_column(set, "queue"));
	struct ir_queue_facts *q;

	if (name && p->ask->names.n && !ir_list_has(&p->ask->names, name))
		return;
	q = name ? ir_queue_of(p->found, p->type->name, queue_name(p, name)) : &told->all;
	tell_trouble(p, set, row);
	for (size_t i = 0; q && i < MEMBERS; i++)
		put(p->arena, q, &members[i], ir_pg_cell(set, row, ir_pg_column(set, members[i].name)));
	if (q && cut && ir_pg_column(set, "pending") < set->cols)
		mark_cut_off(p, q);
}

struct ir_sql_told
ir_sql_untold(const struct ir_queue_found *f)
{
	return (struct ir_sql_told){ .first = f->res.n, .all = IR_QUEUE_FACTS_NONE };
}

void
ir_sql_take(const struct ir_sql_place *p, struct ir_sql_told *told, const struct ir_pg_set *set)
{
	bool cut = cut_off(set);

	for (size_t row = 0; row < set->rows; row++)
		take_row(p, told, set, row, cut);
	for (size_t i = 0; i < MEMBERS; i++)
		if (ir_pg_column(set, members[i].name) < set->cols) {
			told->any = true;
			told->counted |= cut ? 0 : 1U << i;
		}
}

/* For what no row of its own told. */
static void
fill(const struct ir_sql_told *told, struct ir_queue_facts *q)
{
	struct ir_queue_facts all = told->all;

	for (size_t i = 0; i < MEMBERS; i++) {
		const struct member *m = &members[i];
		bool zero = is_zero_without(m) && (told->counted & 1U << i);

		if (m->kind == COUNT || m->kind == KEPT) {
			if (*count_of(q, m) == INT64_MIN)
				*count_of(q, m) = *count_of(&all, m) != INT64_MIN || !zero ? *count_of(&all, m) : 0;
		} else if (m->kind == REAL && isnan(*real_of(q, m))) {
			*real_of(q, m) = !isnan(*real_of(&all, m)) || !zero ? *real_of(&all, m) : 0;
		}
	}
	q->paused |= all.paused;
	q->own_consumers |= all.own_consumers;
	q->note = q->note ? q->note : all.note;
}

void
ir_sql_finish(const struct ir_sql_place *p, struct ir_sql_told *told)
{
	struct ir_queue_found *f = p->found;

	if (!told->any)
		return;
	for (size_t i = 0; i < p->ask->names.n; i++)
		ir_queue_of(f, p->type->name, queue_name(p, p->ask->names.v[i]));
	if (f->res.n == told->first)
		ir_queue_of(f, p->type->name, queue_name(p, ""));
	for (size_t i = told->first; i < f->res.n; i++)
		fill(told, &f->res.v[i]);
}

void
ir_sql_estimate(const struct ir_sql_place *p, struct ir_sql_told *told, const struct ir_pg_set *set)
{
	static const char rows[] = "\"Plan Rows\":";
	const char *text = ir_pg_cell(set, 0, 0), *at = text ? strstr(text, rows) : NULL;
	const char *name = p->ask->names.n == 1 ? p->ask->names.v[0] : "";
	struct ir_queue_facts *q;
	double n;

	if (!at || !((n = real(ir_strndup(p->arena, at + strlen(rows), strcspn(at + strlen(rows), ",\n")))) >= 0))
		return;
	q = ir_queue_of(p->found, p->type->name, queue_name(p, name));
	if (!q)
		return;
	told->any = true;
	q->pending = n < 9e15 ? (int64_t)n : INT64_MAX;
	q->estimate = true;
	q->note = "pending is what the planner expects";
}
