/* rows - what the rows of a framework's table say */
#include <math.h>

#include "base/clock.h"
#include "migrate/catalog.h"

static const struct member {
	const char *name;
	size_t offset;
} members[] = {
	{ "app", offsetof(struct ir_migrate_row, app) },
	{ "name", offsetof(struct ir_migrate_row, name) },
	{ "title", offsetof(struct ir_migrate_row, title) },
	{ "batch", offsetof(struct ir_migrate_row, batch) },
	{ "author", offsetof(struct ir_migrate_row, author) },
	{ "error", offsetof(struct ir_migrate_row, error) },
	{ "checksum", offsetof(struct ir_migrate_row, checksum) },
};
enum { MEMBERS = sizeof(members) / sizeof(members[0]) };

static int64_t
instant(const char *cell)
{
	char *end;
	double d = cell ? strtod(cell, &end) : NAN;

	if (!cell || end == cell || *end || !isfinite(d) || fabs(d) > 1e11)
		return IR_TIME_NONE;
	return (int64_t)floor(d * 1000 + 0.5);
}

static void
set_state(struct ir_migrate_row *r, const char *state)
{
	r->state = IR_MIGRATE_APPLIED;
	if (state && strcmp(state, "failed") == 0)
		r->state = IR_MIGRATE_FAILED;
	if (state && strcmp(state, "undone") == 0)
		r->state = IR_MIGRATE_UNDONE;
}

static struct ir_migrate_row
one(struct ir_arena *arena, const struct ir_pg_set *set, size_t row, const size_t *columns)
{
	struct ir_migrate_row r = { .applied_ms = instant(ir_pg_cell(set, row, ir_pg_column(set, "applied"))) };

	for (size_t i = 0; i < MEMBERS; i++)
		*(const char **)(void *)((char *)&r + members[i].offset) =
		    ir_strdup(arena, ir_pg_cell(set, row, columns[i]));
	r.app = r.app ? r.app : "";
	set_state(&r, ir_pg_cell(set, row, ir_pg_column(set, "state")));
	return r;
}

/* They come from the last on. */
void
ir_migrate_rows(
    struct ir_arena *arena, const struct ir_migrate_place *p, const struct ir_pg_set *set, struct ir_migrate_table *ret)
{
	const char *basis = strstr(p->statement, "pg_xact_commit_timestamp(") ? "transaction" : "row applied";
	size_t columns[MEMBERS], n = set->rows;

	for (size_t i = 0; i < MEMBERS; i++)
		columns[i] = ir_pg_column(set, members[i].name);
	ret->cut = n > IR_MIGRATE_ROWS;
	n = ret->cut ? IR_MIGRATE_ROWS : n;
	ret->v = IR_NEW_N(arena, struct ir_migrate_row, n + 1);
	ret->size = n + 1;
	ret->n = 0;
	while (n--) {
		struct ir_migrate_row r = one(arena, set, n, columns);

		if (!r.name || !*r.name)
			continue;
		r.time_basis = r.applied_ms != IR_TIME_NONE ? basis : NULL;
		ret->v[ret->n++] = r;
	}
}
