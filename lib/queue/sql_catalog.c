/* sql_catalog - which job systems have their tables in a database */
#include <ctype.h>

#include "base/buf.h"
#include "queue/sql_type.h"

enum { CATALOG_MAX = 64 * 1024, RELATIONS = 900, PLACES = 64 };

extern const struct ir_sql_type ir_sql_delayed_job, ir_sql_django_q, ir_sql_django_tasks, ir_sql_good_job,
    ir_sql_graphile_worker, ir_sql_huey, ir_sql_laravel, ir_sql_oban, ir_sql_pg_boss, ir_sql_pg_boss_9, ir_sql_pgmq,
    ir_sql_procrastinate, ir_sql_que, ir_sql_river, ir_sql_solid_queue;

const struct ir_sql_type *const ir_sql_types[] = { &ir_sql_delayed_job, &ir_sql_django_q, &ir_sql_django_tasks,
	&ir_sql_good_job, &ir_sql_graphile_worker, &ir_sql_huey, &ir_sql_laravel, &ir_sql_oban, &ir_sql_pg_boss,
	&ir_sql_pg_boss_9, &ir_sql_pgmq, &ir_sql_procrastinate, &ir_sql_que, &ir_sql_river, &ir_sql_solid_queue, NULL };

static bool
asked(const struct ir_queue_ask *ask, const struct ir_sql_type *type)
{
	return !ask->type || strcmp(ask->type, type->name) == 0;
}

/* What the table is called here: the first one may have another name. */
static const char *
table_name(struct ir_arena *arena, const struct ir_queue_ask *ask, const struct ir_sql_type *type, size_t i)
{
	const char *schema, *name;

	if (i || !ask->table)
		return type->tables[i].name;
	ir_sql_own_name(arena, ask->table, &schema, &name);
	return name;
}

static void
add_columns(struct ir_arena *arena, struct ir_list *columns, const char *const *v)
{
	for (size_t i = 0; i < IR_SQL_COLUMNS && v[i]; i++)
		ir_list_add_once(arena, columns, v[i]);
}

static void
add_type(struct ir_arena *arena, const struct ir_queue_ask *ask, const struct ir_sql_type *type, struct ir_list *tables,
    struct ir_list *columns)
{
	for (size_t i = 0; i < IR_SQL_TABLES && type->tables[i].name; i++) {
		ir_list_add_once(arena, tables, table_name(arena, ask, type, i));
		add_columns(arena, columns, type->tables[i].columns);
		add_columns(arena, columns, type->tables[i].more);
	}
}

/* As it is written, and as PostgreSQL reads it without quotes. */
static void
add_own(struct ir_arena *arena, const struct ir_queue_ask *ask, struct ir_list *tables, struct ir_list *columns)
{
	const char *schema, *name;
	char *lower;

	ir_sql_own_name(arena, ask->table, &schema, &name);
	lower = ir_strdup(arena, name);
	for (char *s = lower; *s; s++)
		*s = (char)tolower((unsigned char)*s);
	ir_list_add_once(arena, tables, name);
	ir_list_add_once(arena, tables, lower);
	ir_sql_own_columns(arena, ask, columns);
}

/* Names in an array, those that end in '*' as ranges, which an index of pg_class serves. */
static void
add_tables(struct ir_arena *arena, struct ir_buf *b, const struct ir_list *tables)
{
	const char *comma = "";

	ir_buf_adds(b, "(c.relname = ANY(ARRAY[");
	for (size_t i = 0; i < tables->n; i++)
		if (!strchr(tables->v[i], '*')) {
			ir_buf_addf(b, "%s%s", comma, ir_pg_text(arena, tables->v[i]));
			comma = ",";
		}
	ir_buf_adds(b, "]::name[])");
	for (size_t i = 0; i < tables->n; i++) {
		size_t n = strcspn(tables->v[i], "*");

		if (tables->v[i][n])
			ir_buf_addf(b, " OR (c.relname >= '%.*s' AND c.relname < '%.*s%c')", (int)n, tables->v[i],
			    (int)n - 1, tables->v[i], tables->v[i][n - 1] + 1);
	}
	ir_buf_addc(b, ')');
}

static const char what[] =
    "SELECT n.nspname AS schema, c.relname AS name, pg_table_is_visible(c.oid) AS visible, current_user AS me, "
    "has_schema_privilege(n.oid, 'USAGE') AND (has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, "
    "'SELECT')) AS readable, row_security_active(c.oid) AS hides, "
    "(SELECT string_agg(a.attname || '=' || format_type(a.atttypid, NULL), chr(1)) FROM pg_attribute a WHERE "
    "a.attrelid = "
    "c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attname = ANY(w.columns)) AS columns, "
    "(SELECT string_agg(a.attname || '=' || e.enumlabel, chr(1) ORDER BY e.enumsortorder) FROM pg_attribute a JOIN "
    "pg_enum e "
    "ON e.enumtypid = a.atttypid WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attname = "
    "ANY(w.columns)) AS labels "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, (SELECT ARRAY[";

const char *
ir_sql_catalog(struct ir_arena *arena, const struct ir_queue_ask *ask)
{
	struct ir_list tables = { 0 }, columns = { 0 };
	const char *schema = ask->prefix, *name, *sql;
	struct ir_buf b;

	if (ir_sql_is_own(ask))
		add_own(arena, ask, &tables, &columns);
	for (size_t i = 0; ir_sql_types[i] && !ir_sql_is_own(ask); i++)
		if (asked(ask, ir_sql_types[i]))
			add_type(arena, ask, ir_sql_types[i], &tables, &columns);
	if (ask->table)
		ir_sql_own_name(arena, ask->table, &schema, &name);
	schema = schema ? schema : ask->prefix;
	ir_buf_init(&b, CATALOG_MAX);
	ir_buf_adds(&b, what);
	ir_pg_texts(arena, &b, &columns);
	ir_buf_adds(&b, "]::name[] AS columns) w WHERE ");
	add_tables(arena, &b, &tables);
	ir_buf_adds(&b, " AND c.relkind IN ('r','p','v','m','f') AND NOT c.relispartition AND n.nspname <> "
			"'information_schema' AND "
			"left(n.nspname, 3) <> 'pg_'");
	if (schema)
		ir_buf_addf(&b, " AND n.nspname = %s", ir_pg_text(arena, schema));
	ir_buf_addf(&b, " ORDER BY 1, 2 LIMIT %d", RELATIONS);
	sql = ir_strndup(arena, b.data, b.len);
	ir_buf_done(&b);
	return sql;
}

static struct ir_sql_relation
relation(struct ir_arena *arena, const struct ir_pg_set *set, size_t row)
{
	const char *schema = ir_pg_named(set, row, "schema"), *name = ir_pg_named(set, row, "name");
	struct ir_list columns = ir_pg_pieces(arena, ir_pg_named(set, row, "columns"));
	struct ir_sql_relation r = { .schema = ir_strdup(arena, schema ? schema : ""),
		.name = ir_strdup(arena, name ? name : "") };

	r.visible = ir_pg_yes(set, row, "visible");
	r.readable = ir_pg_yes(set, row, "readable");
	r.hides = ir_pg_yes(set, row, "hides");
	r.labels = ir_pg_pieces(arena, ir_pg_named(set, row, "labels"));
	for (size_t i = 0; i < columns.n; i++) {
		const char *eq = strchr(columns.v[i], '=');

		if (!eq)
			continue;
		ir_list_add(arena, &r.columns, ir_strndup(arena, columns.v[i], (size_t)(eq - columns.v[i])));
		ir_list_add(arena, &r.types, eq + 1);
	}
	return r;
}

const char *
ir_sql_type_of(const struct ir_sql_relation *r, const char *column)
{
	for (size_t i = 0; i < r->columns.n; i++)
		if (strcmp(r->columns.v[i], column) == 0)
			return r->types.v[i];
	return NULL;
}

bool
ir_sql_has(const struct ir_sql_relation *r, const char *column)
{
	return ir_sql_type_of(r, column) != NULL;
}

/* The catalog's answer, taken apart. */
struct catalog {
	struct ir_queue_found *found;
	const struct ir_queue_ask *ask;
	const char *user;
	struct ir_sql_relation *v;
	size_t n;
	struct ir_sql_place *places;
	size_t n_places;
};

static bool
fits(const struct ir_sql_table *t, const char *name, const struct ir_sql_relation *r)
{
	size_t n = strcspn(name, "*");

	if (name[n] ? strncmp(r->name, name, n) != 0 : strcmp(r->name, name) != 0)
		return false;
	for (size_t i = 0; i < IR_SQL_COLUMNS && t->columns[i]; i++)
		if (!ir_sql_has(r, t->columns[i]))
			return false;
	return true;
}

static bool
match_table(const struct catalog *c, struct ir_sql_place *p, size_t i)
{
	const struct ir_sql_table *t = &p->type->tables[i];
	const char *name = table_name(p->arena, c->ask, p->type, i);
	struct ir_sql_relation *all = IR_NEW_N(p->arena, struct ir_sql_relation, c->n);

	p->n_all = 0;
	for (size_t j = 0; j < c->n; j++)
		if (strcmp(c->v[j].schema, p->schema) == 0 && fits(t, name, &c->v[j]))
			all[p->n_all++] = c->v[j];
	p->all = all;
	p->tables[i] = p->n_all ? all : NULL;
	return p->n_all || t->optional;
}

static void
match_schema(struct catalog *c, const struct ir_sql_type *type, const char *schema)
{
	struct ir_sql_place p = { .arena = c->found->arena,
		.type = type,
		.ask = c->ask,
		.found = c->found,
		.schema = schema,
		.user = c->user };

	for (size_t i = 0; i < IR_SQL_TABLES && type->tables[i].name; i++)
		if (!match_table(c, &p, i))
			return;
	if (c->n_places == PLACES) {
		c->found->res.cut = true;
		return;
	}
	c->places[c->n_places++] = p;
}

/* Whatever the answer: what is missing is for its build() to tell. */
static void
match_own(struct catalog *c)
{
	c->places[c->n_places++] = (struct ir_sql_place){ .arena = c->found->arena,
		.type = &ir_sql_own,
		.ask = c->ask,
		.found = c->found,
		.schema = "",
		.user = c->user,
		.all = c->v,
		.n_all = c->n };
}

static void
set_several(struct catalog *c)
{
	for (size_t i = 0; i < c->n_places; i++)
		for (size_t j = 0; j < c->n_places; j++)
			if (i != j && strcmp(c->places[i].type->name, c->places[j].type->name) == 0)
				c->places[i].several = true;
}

struct ir_sql_place *
ir_sql_places(struct ir_queue_found *found, const struct ir_queue_ask *ask, const struct ir_pg_set *set, size_t *ret_n)
{
	struct ir_arena *arena = found->arena;
	struct catalog c = { .found = found,
		.ask = ask,
		.user = "",
		.v = IR_NEW_N(arena, struct ir_sql_relation, set ? set->rows : 1),
		.n = set ? set->rows : 0,
		.places = IR_NEW_N(arena, struct ir_sql_place, PLACES) };

	for (size_t i = 0; i < c.n; i++)
		c.v[i] = relation(arena, set, i);
	if (c.n && ir_pg_named(set, 0, "me"))
		c.user = ir_strdup(arena, ir_pg_named(set, 0, "me"));
	found->res.cut |= c.n == RELATIONS;
	if (ir_sql_is_own(ask))
		match_own(&c);
	for (size_t t = 0; ir_sql_types[t] && !ir_sql_is_own(ask); t++)
		for (size_t i = 0; asked(ask, ir_sql_types[t]) && i < c.n; i++)
			if (i == 0 || strcmp(c.v[i].schema, c.v[i - 1].schema) != 0)
				match_schema(&c, ir_sql_types[t], c.v[i].schema);
	set_several(&c);
	*ret_n = c.n_places;
	return c.places;
}
