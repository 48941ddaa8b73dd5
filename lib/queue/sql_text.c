/* sql_text - text of statements: templates filled in, names and values quoted */
#include <ctype.h>

#include "queue/sql_type.h"

const char *
ir_sql_relation_name(struct ir_arena *arena, const struct ir_sql_relation *r)
{
	return ir_pg_relation(arena, r->schema, r->name);
}

void
ir_sql_add(struct ir_sql_place *p, const struct ir_sql_statement *s)
{
	struct ir_sql_statement *more = IR_NEW_N(p->arena, struct ir_sql_statement, p->n_statements + 1);

	if (p->n_statements)
		memcpy(more, p->statements, p->n_statements * sizeof(*more));
	more[p->n_statements++] = *s;
	p->statements = more;
}

static const struct ir_sql_relation *
find(const struct ir_sql_place *p, const char *name, size_t n)
{
	for (size_t i = 0; i < IR_SQL_TABLES && p->type->tables[i].name; i++)
		if (strncmp(p->type->tables[i].name, name, n) == 0 && !p->type->tables[i].name[n])
			return p->tables[i];
	return NULL;
}

/* What we may not read, with what would help. */
static void
tell_denied(struct ir_sql_place *p, const struct ir_sql_relation *r)
{
	const char *table = ir_sql_relation_name(p->arena, r), *user = ir_pg_name(p->arena, p->user);
	struct ir_queue_trouble *t;

	if (r->readable)
		t = ir_queue_trouble(p->found, p->type->name,
		    ir_asprintf(p->arena, "row level security would hide jobs in %s from %s", table, user),
		    ir_pg_bypass(p->arena, r->schema, r->name, p->user));
	else
		t = ir_queue_trouble(p->found, p->type->name,
		    ir_asprintf(p->arena, "%s may not be read by %s", table, user),
		    ir_pg_grant(p->arena, r->schema, r->name, p->user));
	t->denied = true;
}

bool
ir_sql_may_read(struct ir_sql_place *p, const struct ir_sql_relation *r)
{
	if (r->readable && !r->hides)
		return true;
	tell_denied(p, r);
	return false;
}

/* false: the statement is left out. */
static bool
add_table(struct ir_sql_place *p, struct ir_buf *b, const struct ir_sql_relation *r)
{
	if (!r || !ir_sql_may_read(p, r))
		return false;
	ir_buf_adds(b, ir_sql_relation_name(p->arena, r));
	return true;
}

static void
add_names(struct ir_sql_place *p, struct ir_buf *b, const char *expr, size_t n)
{
	if (p->ask->names.n == 0)
		return;
	ir_buf_addf(b, " AND %.*s IN (", (int)n, expr);
	for (size_t i = 0; i < p->ask->names.n; i++)
		ir_buf_addf(b, "%s%s", i ? "," : "", ir_pg_text(p->arena, p->ask->names.v[i]));
	ir_buf_addc(b, ')');
}

/* Has the table the column, in "table.column"? */
static bool
holds(void *arg, const char *s, size_t n)
{
	const struct ir_sql_place *p = arg;
	const char *dot = memchr(s, '.', n);
	const struct ir_sql_relation *r = dot ? find(p, s, (size_t)(dot - s)) : NULL;

	return r && ir_sql_has(r, ir_strndup(p->arena, dot + 1, (size_t)(s + n - dot - 1)));
}

/* Up to the parenthesis that closes the first one. */
static size_t
closed(const char *s)
{
	size_t n = strcspn(s, "("), depth = 0;

	do {
		depth += s[n] == '(';
		depth -= s[n] == ')';
		n++;
	} while (depth && s[n]);
	return n;
}

/* What comes behind a '$'; how long it is, 0: it stops the statement. */
static size_t
add_variable(void *arg, struct ir_buf *b, const char *s)
{
	struct ir_sql_place *p = arg;
	size_t n = 1;

	if (s[0] == 'T')
		return add_table(p, b, p->tables[0]);
	if (s[0] == 'L')
		ir_buf_addf(b, "%d", IR_SQL_COUNT + 1);
	if (s[0] == 'Q') {
		n = closed(s);
		add_names(p, b, s + 2, n - 3);
	}
	if (s[0] == 'S') {
		for (n = 2; isalnum((unsigned char)s[n]) || s[n] == '_';)
			n++;
		if (!add_table(p, b, find(p, s + 2, n - 2)))
			return 0;
	}
	return n;
}

const char *
ir_sql_expand(struct ir_sql_place *p, const struct ir_sql_statement *statement, const char *sql)
{
	const struct ir_pg_template t = { .arg = p, .variable = add_variable, .has = holds };

	return statement->ready ? sql : ir_pg_expand(p->arena, &t, sql);
}
