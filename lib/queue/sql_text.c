/* sql_text - text of statements: templates filled in, names and values quoted */
#include <ctype.h>

#include "base/buf.h"
#include "queue/sql_type.h"

enum { SQL_MAX = 256 * 1024 };

static const char *
kept(struct ir_arena *arena, struct ir_buf *b)
{
	const char *s = b->full ? NULL : ir_strndup(arena, b->data, b->len);

	ir_buf_done(b);
	return s;
}

/* A ';' may not be sent (net/pg.h), so it is written in figures. */
const char *
ir_sql_name(struct ir_arena *arena, const char *s)
{
	struct ir_buf b;
	bool figures = strchr(s, ';') != NULL;

	ir_buf_init(&b, SQL_MAX);
	ir_buf_adds(&b, figures ? "U&\"" : "\"");
	for (; *s; s++) {
		if (*s == '"' || (figures && *s == '\\'))
			ir_buf_addc(&b, *s);
		if (*s == ';')
			ir_buf_adds(&b, "\\003b");
		else
			ir_buf_addc(&b, *s);
	}
	ir_buf_addc(&b, '"');
	return kept(arena, &b);
}

const char *
ir_sql_relation_name(struct ir_arena *arena, const struct ir_sql_relation *r)
{
	return ir_asprintf(arena, "%s.%s", ir_sql_name(arena, r->schema), ir_sql_name(arena, r->name));
}

/* The same whatever standard_conforming_strings is. */
const char *
ir_sql_text(struct ir_arena *arena, const char *s)
{
	struct ir_buf b;

	ir_buf_init(&b, SQL_MAX);
	ir_buf_adds(&b, strpbrk(s, "\\;") ? "E'" : "'");
	for (; *s; s++) {
		if (*s == '\'' || *s == '\\')
			ir_buf_addc(&b, *s);
		if (*s == ';')
			ir_buf_adds(&b, "\\x3b");
		else
			ir_buf_addc(&b, *s);
	}
	ir_buf_addc(&b, '\'');
	return kept(arena, &b);
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
	const char *table = ir_sql_relation_name(p->arena, r), *user = ir_sql_name(p->arena, p->user);
	struct ir_queue_trouble *t;

	if (r->readable)
		t = ir_queue_trouble(p->found, p->type->name,
		    ir_asprintf(p->arena, "row level security would hide jobs in %s from %s", table, user),
		    ir_asprintf(p->arena, "connect as the owner of %s, or run: ALTER ROLE %s BYPASSRLS", table, user));
	else
		t = ir_queue_trouble(p->found, p->type->name,
		    ir_asprintf(p->arena, "%s may not be read by %s", table, user),
		    ir_asprintf(p->arena, "GRANT USAGE ON SCHEMA %s TO %s; GRANT SELECT ON %s TO %s",
			ir_sql_name(p->arena, r->schema), user, table, user));
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
	ir_buf_addf(b, "%s.%s", ir_sql_name(p->arena, r->schema), ir_sql_name(p->arena, r->name));
	return true;
}

static void
add_names(struct ir_sql_place *p, struct ir_buf *b, const char *expr, size_t n)
{
	if (p->ask->names.n == 0)
		return;
	ir_buf_addf(b, " AND %.*s IN (", (int)n, expr);
	for (size_t i = 0; i < p->ask->names.n; i++)
		ir_buf_addf(b, "%s%s", i ? "," : "", ir_sql_text(p->arena, p->ask->names.v[i]));
	ir_buf_addc(b, ')');
}

/* Is the condition "table.column" or "!table.column" met? */
static bool
holds(const struct ir_sql_place *p, const char *s, size_t n)
{
	bool wanted = *s != '!';
	const char *dot;
	const struct ir_sql_relation *r;

	s += !wanted, n -= !wanted;
	dot = memchr(s, '.', n);
	r = dot ? find(p, s, (size_t)(dot - s)) : NULL;
	return (r && ir_sql_has(r, ir_strndup(p->arena, dot + 1, (size_t)(s + n - dot - 1)))) == wanted;
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
add_variable(struct ir_sql_place *p, struct ir_buf *b, const char *s)
{
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

static bool
add_template(struct ir_sql_place *p, struct ir_buf *b, const char *s, const char *end)
{
	while (s < end) {
		size_t n = 1;

		if (*s == '$') {
			n = add_variable(p, b, s + 1);
			if (n++ == 0)
				return false;
		} else if (*s == '{') {
			const char *colon = strchr(s, ':'), *close = strchr(s, '}');

			if (holds(p, s + 1, (size_t)(colon - s - 1)) && !add_template(p, b, colon + 1, close))
				return false;
			n = (size_t)(close - s + 1);
		} else {
			ir_buf_addc(b, *s);
		}
		s += n;
	}
	return true;
}

const char *
ir_sql_expand(struct ir_sql_place *p, const struct ir_sql_statement *statement, const char *sql)
{
	struct ir_buf b;
	bool whole;

	if (statement->ready)
		return sql;
	ir_buf_init(&b, SQL_MAX);
	whole = add_template(p, &b, sql, sql + strlen(sql)) && !b.full;
	if (!whole) {
		ir_buf_done(&b);
		return NULL;
	}
	return kept(p->arena, &b);
}
