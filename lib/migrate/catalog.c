/* catalog - which frameworks of migrations have their tables in a database */
#include "migrate/catalog.h"

enum { SQL_MAX = 64 * 1024, RELATIONS = 900 };

static void
add_all(struct ir_arena *arena, struct ir_list *to, const char *const *v)
{
	for (size_t i = 0; i < IR_MIGRATE_COLUMNS && v[i]; i++)
		ir_list_add_once(arena, to, v[i]);
}

static void
add_array(struct ir_arena *arena, struct ir_buf *b, const struct ir_list *list)
{
	ir_buf_adds(b, "ARRAY[");
	ir_pg_texts(arena, b, list);
	ir_buf_adds(b, "]::name[]");
}

/* Whatever they are called: those that have all columns of a layout. One pass over all columns of the database. */
static void
add_by_columns(struct ir_arena *arena, struct ir_buf *b, struct ir_buf *having, struct ir_list *any)
{
	for (size_t t = 0; ir_migrate_types[t]; t++)
		for (const struct ir_migrate_layout *l = ir_migrate_types[t]->layouts; l && l->table; l++) {
			struct ir_list columns = { 0 };

			if (!l->by_columns)
				continue;
			add_all(arena, &columns, l->columns);
			add_all(arena, any, l->columns);
			ir_buf_addf(having, "%scount(*) FILTER (WHERE attname = ANY(", having->len ? " OR " : "");
			add_array(arena, having, &columns);
			ir_buf_addf(having, ")) = %zu", columns.n);
		}
	if (!any->n)
		return;
	ir_buf_adds(b,
	    " OR c.oid IN (SELECT attrelid FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped AND attname = ANY(");
	add_array(arena, b, any);
	ir_buf_addf(b, ") GROUP BY attrelid HAVING %s)", having->data);
}

static const char what[] =
    "SELECT n.nspname AS schema, c.relname AS name, "
    "has_schema_privilege(n.oid, 'USAGE') AND (has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, "
    "'SELECT')) AS readable, row_security_active(c.oid) AS hides, c.relkind IN ('r', 'p') AS stored, "
    "(SELECT string_agg(a.attname, chr(1)) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT "
    "a.attisdropped AND a.attname = ANY(";

const char *
ir_migrate_catalog_sql(struct ir_arena *arena)
{
	struct ir_list tables = { 0 }, columns = { 0 }, any = { 0 };
	struct ir_buf b, having;
	const char *sql;

	for (size_t t = 0; ir_migrate_types[t]; t++)
		for (const struct ir_migrate_layout *l = ir_migrate_types[t]->layouts; l && l->table; l++) {
			ir_list_add_once(arena, &tables, l->table);
			if (l->with)
				ir_list_add_once(arena, &tables, l->with);
			if (l->without)
				ir_list_add_once(arena, &tables, l->without);
			add_all(arena, &columns, l->columns);
			add_all(arena, &columns, l->more);
			add_all(arena, &columns, l->never);
		}
	ir_buf_init(&b, SQL_MAX);
	ir_buf_init(&having, SQL_MAX);
	ir_buf_adds(&b, what);
	add_array(arena, &b, &columns);
	ir_buf_adds(
	    &b, ")) AS columns FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE (c.relname = ANY(");
	add_array(arena, &b, &tables);
	ir_buf_adds(&b, ")");
	add_by_columns(arena, &b, &having, &any);
	ir_buf_addf(&b,
	    ") AND c.relkind IN ('r','p','v','m','f') AND NOT c.relispartition AND n.nspname <> 'information_schema' "
	    "AND "
	    "left(n.nspname, 3) <> 'pg_' ORDER BY NOT pg_table_is_visible(c.oid), 1, 2 LIMIT %d",
	    RELATIONS);
	sql = ir_strndup(arena, b.data, b.len);
	ir_buf_done(&b);
	ir_buf_done(&having);
	return sql;
}

const char *
ir_migrate_settings_sql(void)
{
	return "SELECT current_user AS me, current_database() AS database, current_setting('track_commit_timestamp', "
	       "true) "
	       "= 'on' AS times";
}

static const char *
text(struct ir_arena *arena, const struct ir_pg_set *set, size_t row, const char *column)
{
	const char *s = ir_pg_named(set, row, column);

	return ir_strdup(arena, s ? s : "");
}

void
ir_migrate_catalog_take(struct ir_migrate_catalog *c, const struct ir_pg_set *set, const struct ir_pg_set *settings)
{
	c->user = text(c->arena, settings, 0, "me");
	c->database = text(c->arena, settings, 0, "database");
	c->times = ir_pg_yes(settings, 0, "times");
	c->v = IR_NEW_N(c->arena, struct ir_migrate_relation, set->rows + 1);
	c->n = set->rows;
	c->cut = set->rows == RELATIONS;
	for (size_t i = 0; i < c->n; i++) {
		struct ir_migrate_relation *r = &c->v[i];

		r->schema = text(c->arena, set, i, "schema");
		r->name = text(c->arena, set, i, "name");
		r->columns = ir_pg_pieces(c->arena, ir_pg_named(set, i, "columns"));
		r->readable = ir_pg_yes(set, i, "readable");
		r->hides = ir_pg_yes(set, i, "hides");
		if (c->times && ir_pg_yes(set, i, "stored"))
			ir_list_add(c->arena, &r->columns, "xmin");
	}
}

/* ---- which layout is it */

static const struct ir_migrate_relation *
beside(const struct ir_migrate_catalog *c, const char *schema, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->v[i].schema, schema) == 0 && strcmp(c->v[i].name, name) == 0)
			return &c->v[i];
	return NULL;
}

static bool
may_read(const struct ir_migrate_relation *r)
{
	return r->readable && !r->hides;
}

static bool
fits(const struct ir_migrate_catalog *c, const struct ir_migrate_layout *l, const struct ir_migrate_relation *r)
{
	const struct ir_migrate_relation *with = l->with ? beside(c, r->schema, l->with) : NULL;

	for (size_t i = 0; i < IR_MIGRATE_COLUMNS && l->columns[i]; i++)
		if (!ir_list_has(&r->columns, l->columns[i]))
			return false;
	for (size_t i = 0; i < IR_MIGRATE_COLUMNS && l->never[i]; i++)
		if (ir_list_has(&r->columns, l->never[i]))
			return false;
	if (l->with && (!with || (strstr(l->statement, "$W") && !may_read(with))))
		return false;
	return !l->without || !beside(c, r->schema, l->without);
}

/* The first layout of the type that the relation has; by its usual name, or by a name of its own. */
static const struct ir_migrate_layout *
layout_of(const struct ir_migrate_catalog *c, const struct ir_migrate_type *type, const struct ir_migrate_relation *r,
    bool usual)
{
	for (const struct ir_migrate_layout *l = type->layouts; l && l->table; l++)
		if ((strcmp(l->table, r->name) == 0 ? usual : !usual && l->by_columns) && fits(c, l, r))
			return l;
	return NULL;
}

/* One with the usual name makes those of other names in its schema copies. */
static const struct ir_migrate_layout *
chosen(const struct ir_migrate_catalog *c, const struct ir_migrate_type *type, const struct ir_migrate_relation *r)
{
	const struct ir_migrate_layout *l = layout_of(c, type, r, true);

	if (l || !(l = layout_of(c, type, r, false)))
		return l;
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->v[i].schema, r->schema) == 0 && layout_of(c, type, &c->v[i], true))
			return NULL;
	return l;
}

/* ---- what to ask of it */

struct expanding {
	const struct ir_migrate_catalog *c;
	const struct ir_migrate_layout *layout;
	const struct ir_migrate_relation *r;
};

static size_t
variable(void *arg, struct ir_buf *b, const char *s)
{
	const struct expanding *e = arg;

	if (*s != 'T' && *s != 'W')
		return 0;
	ir_buf_adds(b, ir_pg_relation(e->c->arena, e->r->schema, *s == 'T' ? e->r->name : e->layout->with));
	return 1;
}

static bool
has(void *arg, const char *name, size_t n)
{
	const struct expanding *e = arg;

	return ir_list_has(&e->r->columns, ir_strndup(e->c->arena, name, n));
}

/* The last rows, from the last on. */
static const char *
statement(const struct ir_migrate_catalog *c, const struct ir_migrate_layout *l, const struct ir_migrate_relation *r)
{
	struct expanding e = { c, l, r };
	const struct ir_pg_template t = { .arg = &e, .variable = variable, .has = has };
	const char *sql = ir_pg_expand(c->arena, &t, l->statement);

	return sql ? ir_asprintf(c->arena,
			 "SELECT * FROM (SELECT s.*, row_number() OVER () AS \"row number\" FROM (%s) s) t ORDER BY "
			 "\"row "
			 "number\" DESC LIMIT %d",
			 sql, IR_MIGRATE_ROWS + 1)
		   : NULL;
}

static void
tell_denied(const struct ir_migrate_catalog *c, const struct ir_migrate_relation *r, struct ir_migrate_table *ret)
{
	const char *table = ir_pg_relation(c->arena, r->schema, r->name), *user = ir_pg_name(c->arena, c->user);

	if (!r->readable) {
		ret->trouble = ir_asprintf(c->arena, "%s may not be read by %s", table, user);
		ret->hint = ir_pg_grant(c->arena, r->schema, r->name, c->user);
	} else {
		ret->trouble =
		    ir_asprintf(c->arena, "row level security would hide migrations in %s from %s", table, user);
		ret->hint = ir_pg_bypass(c->arena, r->schema, r->name, c->user);
	}
}

static void
add_place(const struct ir_migrate_catalog *c, const struct ir_migrate_type *type, const struct ir_migrate_layout *l,
    const struct ir_migrate_relation *r, struct ir_migrate_database *ret, struct ir_migrate_place *p)
{
	struct ir_migrate_table *t;

	if (ret->n == IR_MIGRATE_TABLES) {
		t = &ret->v[ret->n - 1];
		p[ret->n - 1].statement = NULL;
		t->trouble = ir_asprintf(
		    c->arena, "there are more than %d tables of migrations: not all were read", IR_MIGRATE_TABLES - 1);
		return;
	}
	t = &ret->v[ret->n];
	*t = (struct ir_migrate_table){ .type = type, .schema = r->schema, .name = r->name };
	p[ret->n].relation = r;
	if (may_read(r))
		p[ret->n].statement = statement(c, l, r);
	else
		tell_denied(c, r, t);
	ret->n++;
}

struct ir_migrate_place *
ir_migrate_places(const struct ir_migrate_catalog *c, struct ir_migrate_database *ret)
{
	struct ir_migrate_place *p = IR_NEW_N(c->arena, struct ir_migrate_place, IR_MIGRATE_TABLES);

	ret->v = IR_NEW_N(c->arena, struct ir_migrate_table, IR_MIGRATE_TABLES);
	ret->n = 0;
	for (size_t i = 0; i < c->n; i++)
		for (size_t t = 0; ir_migrate_types[t]; t++) {
			const struct ir_migrate_layout *l = chosen(c, ir_migrate_types[t], &c->v[i]);

			if (l)
				add_place(c, ir_migrate_types[t], l, &c->v[i], ret, p);
		}
	return p;
}
