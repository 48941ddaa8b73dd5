/* alembic_column - what SQLAlchemy's Column and its constraints say */
#include <string.h>

#include "migrate/alembic.h"

const char *
ir_alembic_class(struct ir_arena *arena, const struct ir_py_module *m, const struct ir_py_node *n)
{
	const char *s = n->kind == IR_PY_CALL ? ir_py_resolve(arena, m, n->text) : "";

	return strncmp(s, "sqlalchemy.", 11) == 0 ? strrchr(s, '.') + 1 : NULL;
}

static bool
is_class(struct ir_arena *arena, const struct ir_py_module *m, const struct ir_py_node *n, const char *class)
{
	const char *s = ir_alembic_class(arena, m, n);

	return s && strcmp(s, class) == 0;
}

/* "schema.users" of "schema.users.id"; "" of what is not literal. */
static const char *
table_of(struct ir_arena *arena, const struct ir_py_node *n)
{
	const char *s = n ? ir_py_word(n) : NULL, *dot = s ? strrchr(s, '.') : NULL;

	return dot ? ir_strndup(arena, s, (size_t)(dot - s)) : "";
}

bool
ir_alembic_keys(struct ir_arena *arena, const struct ir_py_module *m, const struct ir_py_node *n, struct ir_list *ret)
{
	const struct ir_py_node *to;

	if (is_class(arena, m, n, "ForeignKey")) {
		ir_list_add(arena, ret, table_of(arena, ir_py_argument(n, "column", 0)));
		return true;
	}
	if (!is_class(arena, m, n, "ForeignKeyConstraint"))
		return false;
	to = ir_py_argument(n, "refcolumns", 1);
	if (!to || (to->kind != IR_PY_LIST && to->kind != IR_PY_TUPLE) || !to->first)
		ir_list_add(arena, ret, "");
	for (to = to ? to->first : NULL; to; to = to->next)
		ir_list_add_once(arena, ret, table_of(arena, to));
	return true;
}

bool
ir_alembic_own(struct ir_arena *arena, const struct ir_py_module *m, const struct ir_py_node *n)
{
	static const char *const classes[] = { "PrimaryKeyConstraint", "UniqueConstraint", "CheckConstraint",
		"ExcludeConstraint", "Index" };

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (is_class(arena, m, n, classes[i]))
			return true;
	return false;
}

static bool
is_database_value(struct ir_arena *arena, const struct ir_py_module *m, const struct ir_py_node *n)
{
	return is_class(arena, m, n, "Identity") || is_class(arena, m, n, "Computed") ||
	       is_class(arena, m, n, "DefaultClause");
}

/* The text of "x" and of sa.text("x"), or NULL. */
static const char *
sql_of(struct ir_arena *arena, const struct ir_py_module *m, const struct ir_py_node *n)
{
	if (is_class(arena, m, n, "text"))
		n = ir_py_argument(n, "text", 0);
	return n && n->kind == IR_PY_STRING ? n->text : NULL;
}

static void
set_bool(struct ir_alembic_column *c, bool *ret, const struct ir_py_node *n)
{
	*ret = ir_py_is(n, "True");
	if (!*ret && !ir_py_is(n, "False"))
		c->opaque = true;
}

/* NULL is none. What is not literal may be nothing, too. */
static void
set_default(
    struct ir_arena *arena, const struct ir_py_module *m, struct ir_alembic_column *c, const struct ir_py_node *n)
{
	const char *text = sql_of(arena, m, n);

	if (ir_py_is(n, "None") || (text && strcasecmp(text, "NULL") == 0))
		return;
	c->has_default = true;
	if (!text && !ir_alembic_class(arena, m, n))
		c->opaque = true;
}

static void
keyword(struct ir_arena *arena, const struct ir_py_module *m, struct ir_alembic_column *c, const struct ir_py_node *n)
{
	static const char *const unseen[] = { "name", "type_", "default", "comment", "autoincrement", "info", "key",
		"quote", "doc", "onupdate", "server_onupdate", "system", "insert_default" };
	bool known = false;

	for (size_t i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++)
		known |= strcmp(n->key, unseen[i]) == 0;
	if (strcmp(n->key, "nullable") == 0)
		set_bool(c, &c->nullable, n);
	else if (strcmp(n->key, "unique") == 0)
		set_bool(c, &c->unique, n);
	else if (strcmp(n->key, "index") == 0)
		set_bool(c, &c->index, n);
	else if (strcmp(n->key, "primary_key") == 0)
		set_bool(c, &c->primary, n);
	else if (strcmp(n->key, "server_default") == 0)
		set_default(arena, m, c, n);
	else if (!known)
		c->opaque = true;
}

bool
ir_alembic_column(
    struct ir_arena *arena, const struct ir_py_module *m, const struct ir_py_node *n, struct ir_alembic_column *ret)
{
	int i = 0;

	*ret = (struct ir_alembic_column){ .nullable = true };
	if (!n || !is_class(arena, m, n, "Column"))
		return false;
	for (const struct ir_py_node *a = n->first; a; a = a->next) {
		if (a->key)
			keyword(arena, m, ret, a);
		else if (i++ == 0)
			ret->name = ir_py_word(a);
		else if (is_database_value(arena, m, a))
			ret->has_default = true;
		else if (!ir_alembic_keys(arena, m, a, &ret->keys) &&
			 i > 2) /* the second is its type, whatever that is */
			ret->opaque = true;
	}
	return true;
}
