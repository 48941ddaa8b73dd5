/* sql_judge_table - CREATE TABLE, and what a column's definition says */
#include <string.h>

#include "migrate/sql_judge.h"

/* Types that take NULL. Any other may be a domain that does not. */
static const char *const types[] = { "bigint", "bigserial", "bit", "bool", "boolean", "box", "bytea", "char",
	"character", "cidr", "circle", "citext", "cube", "date", "daterange", "decimal", "double", "float", "float4",
	"float8", "geography", "geometry", "halfvec", "hstore", "inet", "int", "int2", "int4", "int4range", "int8",
	"int8range", "integer", "interval", "json", "jsonb", "jsonpath", "line", "lseg", "ltree", "macaddr", "macaddr8",
	"money", "name", "national", "numeric", "numrange", "oid", "path", "pg_lsn", "point", "polygon", "real",
	"serial", "serial2", "serial4", "serial8", "smallint", "smallserial", "text", "time", "timestamp",
	"timestamptz", "timetz", "tsquery", "tsrange", "tstzrange", "tsvector", "uuid", "varbit", "varchar", "vector",
	"xml", NULL };

static bool
known_type(const struct ir_sqljudge *x, const char *key)
{
	if (strncmp(key, "pg_catalog\1", 11) == 0)
		key += 11;
	for (size_t i = 0; types[i]; i++)
		if (strcmp(types[i], key) == 0)
			return true;
	return ir_list_has(&x->types, key);
}

/* What begins the next part of a column's definition. */
static bool
part_begins(const struct ir_sqljudge *x)
{
	static const char *const words[] = { "NOT", "NULL", "DEFAULT", "GENERATED", "REFERENCES", "UNIQUE", "CHECK",
		"PRIMARY", "CONSTRAINT", "COLLATE", "STORAGE", "COMPRESSION", ",", ")", NULL };

	for (size_t i = 0; words[i]; i++)
		if (ir_sqljudge_is(x, words[i]))
			return true;
	return ir_sqljudge_end(x);
}

static void
skip_part(struct ir_sqljudge *x)
{
	while (!part_begins(x)) {
		if (ir_sqljudge_is(x, "("))
			ir_sqljudge_skip_parens(x);
		else
			x->i++;
	}
}

static void
references(struct ir_sqljudge *x, struct ir_sqljudge_column *c)
{
	struct ir_sqljudge_name name;

	if (!ir_sqljudge_name(x, &name) || ir_sqljudge_age(x, &name) != IR_SQLJUDGE_NEW)
		c->references = name.shown;
	/* ON DELETE SET NULL, NOT DEFERRABLE: no parts of the column's */
	while (!ir_sqljudge_end(x)) {
		if (ir_sqljudge_is(x, "("))
			ir_sqljudge_skip_parens(x);
		else if (ir_sqljudge_eat(x, "SET NULL") || ir_sqljudge_eat(x, "SET DEFAULT") ||
			 ir_sqljudge_eat(x, "NOT DEFERRABLE"))
			continue;
		else if (part_begins(x))
			return;
		else
			x->i++;
	}
}

/* A NULL in it, wherever, may be all that it gives. */
static void
default_value(struct ir_sqljudge *x, struct ir_sqljudge_column *c)
{
	size_t from = x->i;

	c->has_default = true;
	if (ir_sqljudge_is(x, "("))
		ir_sqljudge_skip_parens(x);
	else
		x->i += !ir_sqljudge_end(x); /* DEFAULT NULL, which would begin the next part */
	skip_part(x);
	for (; from < x->i; from++)
		if (ir_sqltok_is(&x->v[from], "NULL"))
			c->has_default = false;
}

static void
generated(struct ir_sqljudge *x, struct ir_sqljudge_column *c)
{
	size_t from;

	c->generated = true;
	while (!ir_sqljudge_end(x) && !ir_sqljudge_is(x, "("))
		if (ir_sqljudge_eat(x, "IDENTITY"))
			break;
		else
			x->i++;
	from = x->i;
	skip_part(x);
	if (!ir_sqljudge_harmless(x, from, x->i) || ir_sqljudge_computes(x, from, x->i))
		c->risky = true;
}

void
ir_sqljudge_column(struct ir_sqljudge *x, struct ir_sqljudge_column *c)
{
	*c = (struct ir_sqljudge_column){ 0 };
	if (!ir_sqljudge_name(x, &c->type))
		return;
	c->known = known_type(x, c->type.key);
	c->serial = strstr(c->type.key, "serial") && c->known;
	skip_part(x);
	while (!ir_sqljudge_end(x) && !ir_sqljudge_is(x, ",") && !ir_sqljudge_is(x, ")")) {
		if (ir_sqljudge_eat(x, "NOT NULL"))
			c->not_null = true;
		else if (ir_sqljudge_eat(x, "DEFAULT"))
			default_value(x, c);
		else if (ir_sqljudge_eat(x, "GENERATED"))
			generated(x, c);
		else if (ir_sqljudge_eat(x, "REFERENCES"))
			references(x, c);
		else if (ir_sqljudge_is(x, "UNIQUE") || ir_sqljudge_is(x, "CHECK") || ir_sqljudge_is(x, "PRIMARY"))
			c->constrained = true, x->i++, skip_part(x);
		else
			x->i++, skip_part(x);
	}
}

/* What binds the new table to an old one, or NULL. The cursor is on "(". */
static const char *
bound_to(struct ir_sqljudge *x, const struct ir_sqljudge_name *self)
{
	struct ir_sqljudge_name name;
	const char *bound = NULL;
	size_t depth = 0;

	do {
		bool first =
		    depth == 1 && x->i && (ir_sqltok_is(&x->v[x->i - 1], "(") || ir_sqltok_is(&x->v[x->i - 1], ","));

		depth += ir_sqljudge_is(x, "(");
		depth -= ir_sqljudge_is(x, ")");
		if (!ir_sqljudge_eat(x, "REFERENCES") && !(first && ir_sqljudge_eat(x, "LIKE"))) {
			x->i++;
			continue;
		}
		if (!ir_sqljudge_name(x, &name) ||
		    (strcmp(name.key, self->key) != 0 && ir_sqljudge_age(x, &name) != IR_SQLJUDGE_NEW))
			bound = bound ? bound : name.shown;
	} while (depth && !ir_sqljudge_end(x));
	return bound;
}

/* Behind the columns: nothing that takes from, or shows in, another table. */
static bool
tail_is_plain(struct ir_sqljudge *x)
{
	while (!ir_sqljudge_end(x)) {
		if (ir_sqljudge_is(x, "("))
			ir_sqljudge_skip_parens(x);
		else if (ir_sqljudge_is(x, "INHERITS") || ir_sqljudge_is(x, "AS") || ir_sqljudge_is(x, "OF") ||
			 ir_sqljudge_is(x, "SELECT"))
			return false;
		else
			x->i++;
	}
	return true;
}

static bool
partition_of_new(struct ir_sqljudge *x)
{
	struct ir_sqljudge_name parent;

	return ir_sqljudge_eat(x, "PARTITION OF") && ir_sqljudge_name(x, &parent) &&
	       ir_sqljudge_age(x, &parent) == IR_SQLJUDGE_NEW && !ir_sqljudge_is(x, "(");
}

void
ir_sqljudge_create_table(struct ir_sqljudge *x)
{
	bool temporary = ir_sqltok_is(&x->v[1], "TEMP") || ir_sqltok_is(&x->v[1], "TEMPORARY");
	bool maybe = ir_sqljudge_eat(x, "IF NOT EXISTS"), plain;
	struct ir_sqljudge_name name;
	const char *bound = NULL;

	if (!ir_sqljudge_name(x, &name)) {
		ir_sqljudge_tell(x, IR_SQLJUDGE_OLD, IR_MIGRATE_UNKNOWN, "CREATE TABLE: not understood");
		return;
	}
	plain = ir_sqljudge_is(x, "(");
	if (plain)
		bound = bound_to(x, &name);
	else
		plain = partition_of_new(x);
	plain = plain && tail_is_plain(x);
	if (!temporary) /* its name means the old table again when it goes, and that is not seen */
		ir_sqljudge_made(x, &name, maybe);
	if (!plain)
		ir_sqljudge_tell(x, IR_SQLJUDGE_OLD, IR_MIGRATE_UNKNOWN,
		    "CREATE TABLE %s: what it takes from another table is not known", name.shown);
	else if (bound)
		ir_sqljudge_tell(x, IR_SQLJUDGE_OLD, IR_MIGRATE_UNKNOWN,
		    "CREATE TABLE %s with a reference to %s: old code cannot delete what it refers to", name.shown,
		    bound);
	else
		ir_sqljudge_tell(x, IR_SQLJUDGE_OLD, IR_MIGRATE_SAFE, "CREATE TABLE %s", name.shown);
	x->j->locks |= bound != NULL;
}
