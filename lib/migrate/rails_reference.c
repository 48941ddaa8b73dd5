/* rails_reference - columns, references and indexes of Rails' migrations */
#include <string.h>
#include <strings.h>

#include "migrate/rails.h"

/* Types that take NULL; any other may be a domain that does not. */
bool
rails_known_type(const char *name)
{
	static const char *const types[] = { "bigint", "bigserial", "binary", "bit", "bit_varying", "blob", "boolean",
		"box", "cidr", "circle", "citext", "date", "daterange", "datetime", "decimal", "enum", "float",
		"hstore", "inet", "int4range", "int8range", "integer", "interval", "json", "jsonb", "line", "lseg",
		"ltree", "macaddr", "money", "numeric", "numrange", "oid", "path", "point", "polygon", "serial",
		"string", "text", "time", "timestamp", "timestamptz", "tsrange", "tstzrange", "tsvector", "uuid", "xml",
		NULL };

	for (size_t i = 0; types[i]; i++)
		if (strcmp(types[i], name) == 0)
			return true;
	return false;
}

/* Is it there, and not nil or false? */
static bool
given(const struct rails *x, const struct rails_arg *a)
{
	return a && !rails_arg_is(x, a, "nil") && !rails_arg_is(x, a, "false");
}

/* NULL may be written: it is not said otherwise. */
static bool
nullable(const struct rails *x, const struct rails_call *c)
{
	const struct rails_arg *a = rails_option(c, "null");

	return !a || rails_arg_is(x, a, "true");
}

/* Does "index: { unique: true }" say so? */
static bool
index_is_unique(const struct rails *x, const struct rails_call *c)
{
	const struct rails_arg *a = rails_option(c, "index");

	for (size_t i = a ? a->from : 0; a && i + 1 < a->to; i++)
		if (x->v[i].kind == IR_RUBY_LABEL && x->v[i].n == 6 && memcmp(x->v[i].p, "unique", 6) == 0)
			return !ir_ruby_is(&x->v[i + 1], "false");
	return false;
}

/* foreign_key: true, or { to_table: :x }: the old table that it binds to; NULL: none. */
static const char *
bound_to(struct rails *x, const struct rails_call *c, const char *name)
{
	const struct rails_arg *a = rails_option(c, "foreign_key");
	const char *table = name && *name ? ir_asprintf(&x->scratch, "%ss", name) : "a table";

	if (!given(x, a))
		return NULL;
	for (size_t i = a->from; i + 1 < a->to; i++)
		if (x->v[i].kind == IR_RUBY_LABEL && x->v[i].n == 8 && memcmp(x->v[i].p, "to_table", 8) == 0) {
			struct rails_arg to = { .from = i + 1, .to = i + 2 };

			table = rails_literal(x, &to);
		}
	return table && rails_age(x, table) == RAILS_NEW ? NULL : table ? table : "a table";
}

void
rails_add_column(
    struct rails *x, const struct rails_call *c, const struct rails_target *t, const char *type, const char *column)
{
	bool has_default = given(x, rails_option(c, "default")) || rails_arg_is(x, rails_option(c, "default"), "false");
	enum ir_migrate_verdict verdict = IR_MIGRATE_SAFE;
	const char *why = "";

	if (!nullable(x, c) && !has_default)
		verdict = IR_MIGRATE_UNSAFE, why = ": NOT NULL without a default, rows of old code leave it out";
	else if (index_is_unique(x, c) || (type && strcmp(type, "primary_key") == 0) || rails_option(c, "primary_key"))
		verdict = IR_MIGRATE_UNSAFE, why = ": it may refuse rows of old code";
	else if (c->odd || c->n_places > t->shift + 2)
		verdict = IR_MIGRATE_UNKNOWN, why = ": its options are not known";
	else if (rails_option(c, "as"))
		verdict = IR_MIGRATE_UNKNOWN, why = ": what it is generated from may fail on rows of old code";
	else if (rails_option(c, "foreign_key"))
		verdict = IR_MIGRATE_UNKNOWN, why = ": old code cannot delete what it refers to";
	else if (!has_default && (!type || !rails_known_type(type)))
		verdict = IR_MIGRATE_UNKNOWN, why = ": its type may be one that refuses NULL";
	rails_tell(x, t->age, verdict, c->name, "add_column %s.%s%s", t->shown, column ? column : "?", why);
}

void
rails_add_reference(struct rails *x, const struct rails_call *c, const struct rails_target *t)
{
	const char *name = rails_literal(x, rails_place(c, t->shift)), *bound = bound_to(x, c, name);
	const char *shown = name ? name : "?";

	if (!nullable(x, c) && !given(x, rails_option(c, "default")))
		rails_tell(x, t->age, IR_MIGRATE_UNSAFE, c->name,
		    "add_reference %s.%s: NOT NULL without a default, rows of old code leave it out", t->shown, shown);
	if (index_is_unique(x, c))
		rails_tell(x, t->age, IR_MIGRATE_UNSAFE, c->name, "add_reference %s.%s: it may refuse rows of old code",
		    t->shown, shown);
	/* However new the table is, the one that it refers to is not. */
	if (bound)
		rails_tell(x, RAILS_OLD, IR_MIGRATE_UNKNOWN, c->name,
		    "add_reference %s.%s: old code cannot delete what it refers to in %s", t->shown, shown, bound);
	if (c->odd)
		rails_tell(x, RAILS_OLD, IR_MIGRATE_UNKNOWN, c->name, "add_reference %s.%s: its options are not known",
		    t->shown, shown);
	rails_tell(x, t->age, IR_MIGRATE_SAFE, c->name, "add_reference %s.%s", t->shown, shown);
}

void
rails_add_foreign_key(struct rails *x, const struct rails_call *c, const struct rails_target *t)
{
	const char *to = rails_literal(x, rails_place(c, t->shift));

	if (rails_age(x, to) != RAILS_NEW)
		rails_tell(x, RAILS_OLD, IR_MIGRATE_UNKNOWN, c->name,
		    "add_foreign_key %s, %s: old code cannot delete what it refers to", t->shown, to ? to : "?");
	rails_tell(x, t->age, IR_MIGRATE_UNSAFE, c->name, "add_foreign_key %s, %s: it may refuse what old code writes",
	    t->shown, to ? to : "?");
}

/* Only names of columns, and conditions that call and compute nothing. */
static bool
index_is_plain(struct rails *x, const struct rails_call *c, const struct rails_target *t)
{
	const struct rails_arg *columns = rails_place(c, t->shift), *where = rails_option(c, "where");
	const char *condition = rails_literal(x, where);

	if (!columns || c->odd || (where && (!condition || strpbrk(condition, "(:/%"))))
		return false;
	for (size_t i = columns->from; i < columns->to; i++) {
		const struct ir_ruby *v = &x->v[i];

		if (v->kind == IR_RUBY_WORD || v->mixed ||
		    (v->kind == IR_RUBY_STRING && (memchr(v->p, '(', v->n) || memchr(v->p, ':', v->n))))
			return false;
	}
	return true;
}

void
rails_add_index(struct rails *x, const struct rails_call *c, const struct rails_target *t)
{
	const char *column = rails_literal(x, rails_place(c, t->shift));

	if (!column)
		column = "several";
	if (given(x, rails_option(c, "unique")))
		rails_tell(x, t->age, IR_MIGRATE_UNSAFE, c->name,
		    "add_index %s.%s, unique: it may refuse what old code writes", t->shown, column);
	else if (!index_is_plain(x, c, t))
		rails_tell(x, t->age, IR_MIGRATE_UNKNOWN, c->name,
		    "add_index %s: what it computes may fail on rows of old code", t->shown);
	else
		rails_tell(x, t->age, IR_MIGRATE_SAFE, c->name, "add_index %s.%s", t->shown, column);
}

/* One that is unique: ON CONFLICT of old code counts on it. */
void
rails_remove_index(struct rails *x, const struct rails_call *c, const struct rails_target *t)
{
	const char *name = rails_literal(x, rails_option(c, "name"));
	bool unique = given(x, rails_option(c, "unique")) || (name && strcasestr(name, "uniq"));

	if (unique || c->odd)
		rails_tell(x, t->age, IR_MIGRATE_UNKNOWN, c->name,
		    "remove_index %s, unique: old code's upserts may count on it", t->shown);
	else
		rails_tell(x, t->age, IR_MIGRATE_SAFE, c->name, "remove_index %s", t->shown);
	if (!rails_place(c, t->shift) && !rails_option(c, "column"))
		rails_irreversible(x, 0);
}
