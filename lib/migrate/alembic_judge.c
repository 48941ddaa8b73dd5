/* alembic_judge - what upgrade() does, statement by statement, and whether downgrade() does anything */
#include <string.h>

#include "migrate/alembic.h"

enum { DEEP = 8, FRESH = 1000, STATEMENTS = 20000 };

struct judging {
	struct ir_arena *keep;
	struct ir_arena scratch;
	const struct ir_py_module *m;
	struct ir_migrate_judgement *to;
	struct ir_list fresh; /* tables that it makes, "schema.users" */
	const char *batch;    /* the variable of "with op.batch_alter_table(…) as batch_op", or NULL */
	const char *table;    /* its table */
	size_t n;
};

static const char NOT_UNDERSTOOD[] = "not all of it is understood",
		  NEW_KEY[] = "a foreign key: what old code deletes may still be pointed to";

static void statements(struct judging *, const struct ir_py_statement *, int depth);

static void
say(struct judging *j, const struct ir_py_node *at, enum ir_migrate_verdict v, const char *op, const char *table,
    const char *column, const char *why)
{
	ir_migrate_worsen(j->to, v,
	    ir_asprintf(j->keep, "%s%s%s%s%s: %s", op, table ? " " : "", table ? table : "", column ? "." : "",
		column ? column : "", why),
	    at->line);
}

/* A name: "x", or op.f("x"). */
static const char *
name_of(struct judging *j, const struct ir_py_node *n)
{
	if (n && n->kind == IR_PY_CALL && strcmp(ir_py_resolve(&j->scratch, j->m, n->text), "alembic.op.f") == 0)
		n = n->first;
	return ir_py_word(n);
}

/* Inside "with" the table is left out. */
static const struct ir_py_node *
argument(const struct judging *j, const struct ir_py_node *call, const char *key, int position, int table_at)
{
	return ir_py_argument(call, key, j->batch && position > table_at ? position - 1 : position);
}

static const char *
with_schema(struct judging *j, const struct ir_py_node *call, const char *table)
{
	const struct ir_py_node *schema = ir_py_argument(call, "schema", -1);

	if (!schema || ir_py_is(schema, "None"))
		return table;
	return ir_py_word(schema) && table ? ir_asprintf(j->keep, "%s.%s", ir_py_word(schema), table) : NULL;
}

/* The table that a call is about; NULL: not literal, or arguments are hidden. */
static const char *
table_of(struct judging *j, const struct ir_py_node *call, const char *key, int position)
{
	if (ir_py_hidden(call))
		return NULL;
	return j->batch ? j->table : with_schema(j, call, name_of(j, ir_py_argument(call, key, position)));
}

static bool
is_fresh(const struct judging *j, const char *table)
{
	return table && *table && ir_list_has(&j->fresh, table);
}

/* Does the call have more than so many arguments by position (inside "with" one less)? What they mean hangs on the version of Alembic. */
static bool
is_crowded(const struct judging *j, const struct ir_py_node *call, int most)
{
	return ir_py_argument(call, NULL, j->batch ? most - 1 : most) != NULL;
}

static void
keys(struct judging *j, const struct ir_py_node *at, const char *op, const char *table, const char *column,
    const struct ir_list *to)
{
	for (size_t i = 0; i < to->n; i++)
		if (!is_fresh(j, to->v[i]))
			say(j, at, IR_MIGRATE_UNKNOWN, op, table, column, NEW_KEY);
}

/* ---- tables */

static void
table_part(struct judging *j, const struct ir_py_node *n, const char *op, const char *table)
{
	struct ir_alembic_column c;
	struct ir_list to = { 0 };

	if (ir_alembic_column(&j->scratch, j->m, n, &c)) {
		keys(j, n, op, table, c.name, &c.keys);
		if (c.opaque)
			say(j, n, IR_MIGRATE_UNKNOWN, op, table, c.name, NOT_UNDERSTOOD);
	} else if (ir_alembic_keys(&j->scratch, j->m, n, &to)) {
		keys(j, n, op, table, NULL, &to);
	} else if (!ir_alembic_own(&j->scratch, j->m, n)) {
		say(j, n, IR_MIGRATE_UNKNOWN, op, table, NULL, NOT_UNDERSTOOD);
	}
}

static void
create_table(struct judging *j, const struct ir_py_node *call, const char *op)
{
	static const char *const unseen[] = { "schema", "comment", "info", "postgresql_tablespace", "if_not_exists" };
	const char *table = table_of(j, call, "table_name", 0);

	if (!table) {
		say(j, call, IR_MIGRATE_UNKNOWN, op, NULL, NULL, NOT_UNDERSTOOD);
		return;
	}
	if (!ir_py_argument(call, "if_not_exists", -1) && j->fresh.n < FRESH)
		ir_list_add(j->keep, &j->fresh, ir_strdup(j->keep, table));
	for (const struct ir_py_node *n = call->first; n; n = n->next) {
		bool known = !n->key || strncmp(n->key, "sqlite_", 7) == 0 || strncmp(n->key, "mysql_", 6) == 0;

		for (size_t i = 0; !known && i < sizeof(unseen) / sizeof(unseen[0]); i++)
			known = strcmp(n->key, unseen[i]) == 0;
		if (!known)
			say(j, n, IR_MIGRATE_UNKNOWN, op, table, NULL, NOT_UNDERSTOOD);
		else if (!n->key && n != call->first)
			table_part(j, n, op, table);
	}
}

static void
drop_table(struct judging *j, const struct ir_py_node *call, const char *op)
{
	const char *table = table_of(j, call, "table_name", 0);

	if (is_fresh(j, table) && !is_crowded(j, call, 1))
		return;
	j->to->drops = true;
	say(j, call, IR_MIGRATE_UNSAFE, op, table, NULL, "old code still uses the table");
}

static void
rename_table(struct judging *j, const struct ir_py_node *call, const char *op)
{
	const char *table = table_of(j, call, "old_table_name", 0);

	if (!is_fresh(j, table) || is_crowded(j, call, 2))
		say(j, call, IR_MIGRATE_UNSAFE, op, table, NULL, "old code uses the old name");
}

static void
bulk_insert(struct judging *j, const struct ir_py_node *call, const char *op)
{
	say(j, call, IR_MIGRATE_UNKNOWN, op, NULL, NULL, "what it does to the data is not known");
}

/* ---- columns */

static void
added(struct judging *j, const struct ir_py_node *call, const char *op, const char *table,
    const struct ir_alembic_column *c)
{
	if (!c->nullable && !c->has_default)
		say(j, call, c->opaque ? IR_MIGRATE_UNKNOWN : IR_MIGRATE_UNSAFE, op, table, c->name,
		    "NOT NULL without a server_default, so inserts of old code fail");
	else if (c->unique && c->has_default)
		say(j, call, IR_MIGRATE_UNSAFE, op, table, c->name,
		    "unique, with a value that the database gives: a second insert of old code may fail");
	else if (c->primary)
		say(j, call, IR_MIGRATE_UNKNOWN, op, table, c->name, "a primary key");
	else if (c->opaque)
		say(j, call, IR_MIGRATE_UNKNOWN, op, table, c->name, NOT_UNDERSTOOD);
	j->to->locks |= c->index || c->unique || c->keys.n;
}

static void
add_column(struct judging *j, const struct ir_py_node *call, const char *op)
{
	const char *table = table_of(j, call, "table_name", 0);
	struct ir_alembic_column c;

	if (!table || is_crowded(j, call, 2) ||
	    !ir_alembic_column(&j->scratch, j->m, argument(j, call, "column", 1, 0), &c)) {
		say(j, call, IR_MIGRATE_UNKNOWN, op, table, NULL, NOT_UNDERSTOOD);
		return;
	}
	keys(j, call, op, table, c.name, &c.keys);
	if (!is_fresh(j, table))
		added(j, call, op, table, &c);
	else if (c.opaque)
		say(j, call, IR_MIGRATE_UNKNOWN, op, table, c.name, NOT_UNDERSTOOD);
}

static void
drop_column(struct judging *j, const struct ir_py_node *call, const char *op)
{
	const char *table = table_of(j, call, "table_name", 0);

	if (is_fresh(j, table) && !is_crowded(j, call, 2))
		return;
	j->to->drops = true;
	say(j, call, IR_MIGRATE_UNSAFE, op, table, name_of(j, argument(j, call, "column_name", 1, 0)),
	    "old code still uses the column");
}

static long
length_of(const struct ir_py_node *type)
{
	const struct ir_py_node *n = ir_py_argument(type, "length", 0);

	return n && n->kind == IR_PY_NUMBER && n->n < 9 ? strtol(n->text, NULL, 10) : -1;
}

/* As existing_type says, which need not be so. */
static bool
only_widened(struct judging *j, const struct ir_py_node *call, const struct ir_py_node *type)
{
	const struct ir_py_node *old = ir_py_argument(call, "existing_type", -1);
	const char *was = old ? ir_alembic_class(&j->scratch, j->m, old) : NULL,
		   *is = ir_alembic_class(&j->scratch, j->m, type);
	bool string;

	if (!was || !is)
		return false;
	string = strcasecmp(was, "String") == 0 || strcasecmp(was, "VARCHAR") == 0;
	if (strcasecmp(was, "Integer") == 0 || strcasecmp(was, "SmallInteger") == 0)
		return strcasecmp(is, "BigInteger") == 0 || strcasecmp(is, "BIGINT") == 0;
	if (!string)
		return false;
	if (strcasecmp(is, "Text") == 0)
		return true;
	return (strcasecmp(is, "String") == 0 || strcasecmp(is, "VARCHAR") == 0) && length_of(old) > 0 &&
	       length_of(type) >= length_of(old);
}

static void
altered_type(struct judging *j, const struct ir_py_node *call, const char *op, const char *table, const char *column)
{
	const struct ir_py_node *type = ir_py_argument(call, "type_", -1);

	if (!type || ir_py_is(type, "None"))
		return;
	j->to->locks = true;
	if (only_widened(j, call, type))
		say(j, call, IR_MIGRATE_UNKNOWN, op, table, column,
		    "it becomes wider, if it was what existing_type says");
	else
		say(j, call, IR_MIGRATE_UNSAFE, op, table, column, "its type changes");
}

static void
altered(struct judging *j, const struct ir_py_node *call, const char *op, const char *table, const char *column)
{
	static const char *const unseen[] = { "table_name", "column_name", "type_", "nullable", "new_column_name",
		"name", "server_default", "comment", "schema", "existing_type", "existing_nullable",
		"existing_server_default", "existing_comment", "existing_autoincrement" };
	const struct ir_py_node *n = ir_py_argument(call, "nullable", 2),
				*d = ir_py_argument(call, "server_default", -1);

	if (ir_py_argument(call, "new_column_name", -1) || ir_py_argument(call, "name", -1))
		say(j, call, IR_MIGRATE_UNSAFE, op, table, column, "old code uses the old name");
	altered_type(j, call, op, table, column);
	if (ir_py_is(n, "False"))
		say(j, call, IR_MIGRATE_UNSAFE, op, table, column,
		    "it becomes NOT NULL, so inserts of old code may fail");
	else if (n && !ir_py_is(n, "None"))
		say(j, call, IR_MIGRATE_UNKNOWN, op, table, column, "NULL becomes allowed, and old code may read one");
	if (ir_py_is(d, "None"))
		say(j, call, IR_MIGRATE_UNSAFE, op, table, column,
		    "its database default goes, so inserts of old code may fail");
	j->to->locks |= ir_py_is(n, "False");
	for (const struct ir_py_node *a = call->first; a; a = a->next) {
		bool known = !a->key;

		for (size_t i = 0; !known && i < sizeof(unseen) / sizeof(unseen[0]); i++)
			known = strcmp(a->key, unseen[i]) == 0;
		if (!known)
			say(j, call, IR_MIGRATE_UNKNOWN, op, table, column, NOT_UNDERSTOOD);
	}
}

static void
alter_column(struct judging *j, const struct ir_py_node *call, const char *op)
{
	const char *table = table_of(j, call, "table_name", 0),
		   *column = name_of(j, argument(j, call, "column_name", 1, 0));

	if (!table || !column || is_crowded(j, call, 3))
		say(j, call, IR_MIGRATE_UNKNOWN, op, table, column, NOT_UNDERSTOOD);
	if (!is_fresh(j, table))
		altered(j, call, op, table, column);
}

/* ---- indexes and constraints */

static void
create_index(struct judging *j, const struct ir_py_node *call, const char *op)
{
	const char *table = table_of(j, call, "table_name", 1);
	const struct ir_py_node *unique = ir_py_argument(call, "unique", -1),
				*concurrently = ir_py_argument(call, "postgresql_concurrently", -1);

	if (is_fresh(j, table) && !is_crowded(j, call, 3))
		return;
	j->to->locks |= !ir_py_is(concurrently, "True");
	if (!table || is_crowded(j, call, 3))
		say(j, call, IR_MIGRATE_UNKNOWN, op, table, NULL, NOT_UNDERSTOOD);
	else if (ir_py_is(unique, "True"))
		say(j, call, IR_MIGRATE_UNSAFE, op, table, NULL, "a unique index: what old code writes may break it");
	else if (unique && !ir_py_is(unique, "False"))
		say(j, call, IR_MIGRATE_UNKNOWN, op, table, NULL, NOT_UNDERSTOOD);
}

static void
create_constraint(struct judging *j, const struct ir_py_node *call, const char *op)
{
	const char *table = table_of(j, call, "table_name", 1);

	if (is_fresh(j, table) && !is_crowded(j, call, 3))
		return;
	j->to->locks = true;
	say(j, call, IR_MIGRATE_UNSAFE, op, table, NULL, "a new constraint: what old code writes may break it");
}

static void
create_key(struct judging *j, const struct ir_py_node *call, const char *op)
{
	const char *table = j->batch ? j->table : name_of(j, ir_py_argument(call, "source_table", 1));
	const char *to = name_of(j, argument(j, call, "referent_table", 2, 1));
	const struct ir_py_node *schemas[] = { ir_py_argument(call, "source_schema", -1),
		ir_py_argument(call, "referent_schema", -1) };
	bool plain = !schemas[0] && !schemas[1] && !ir_py_hidden(call);

	if (plain && is_fresh(j, table)) {
		if (!is_fresh(j, to))
			say(j, call, IR_MIGRATE_UNKNOWN, op, table, NULL, NEW_KEY);
		return;
	}
	j->to->locks = true;
	say(j, call, IR_MIGRATE_UNSAFE, op, table, NULL,
	    "a new foreign key: what old code writes and deletes may break it");
}

static void
harmless(struct judging *j, const struct ir_py_node *call, const char *op)
{
	(void)j, (void)call, (void)op;
}

static void
execute(struct judging *j, const struct ir_py_node *call, const char *op)
{
	const struct ir_py_node *n = ir_py_argument(call, "sqltext", 0);
	const char *class = n ? ir_alembic_class(&j->scratch, j->m, n) : NULL;
	struct ir_migrate_judgement is = { .verdict = IR_MIGRATE_SAFE, .reversible = -1 };

	if (class && strcmp(class, "text") == 0)
		n = ir_py_argument(n, "text", 0);
	if (!n || n->kind != IR_PY_STRING || ir_py_hidden(call)) {
		say(j, call, IR_MIGRATE_UNKNOWN, op, NULL, NULL, "its statement is not literal");
		return;
	}
	ir_migrate_judge_sql(j->keep, n->text, n->n, n->line, &is);
	j->to->locks |= is.locks;
	j->to->drops |= is.drops;
	if (is.verdict != IR_MIGRATE_SAFE)
		ir_migrate_worsen(j->to, is.verdict,
		    ir_asprintf(j->keep, "%s: %s", op, is.operation ? is.operation : "what it does is not known"),
		    is.line ? is.line : n->line);
}

/* ---- all of it */

static const struct {
	const char *name;
	void (*take)(struct judging *, const struct ir_py_node *, const char *op);
} known[] = {
	{ "create_table", create_table },
	{ "drop_table", drop_table },
	{ "rename_table", rename_table },
	{ "bulk_insert", bulk_insert },
	{ "add_column", add_column },
	{ "drop_column", drop_column },
	{ "alter_column", alter_column },
	{ "create_index", create_index },
	{ "drop_index", harmless },
	{ "create_unique_constraint", create_constraint },
	{ "create_check_constraint", create_constraint },
	{ "create_exclude_constraint", create_constraint },
	{ "create_primary_key", create_constraint },
	{ "create_foreign_key", create_key },
	{ "drop_constraint", harmless },
	{ "create_table_comment", harmless },
	{ "drop_table_comment", harmless },
	{ "execute", execute },
};

/* The operation that a call is: of op, or of the variable of a batch; NULL: none. */
static const char *
operation_of(struct judging *j, const struct ir_py_node *call)
{
	const char *dotted = ir_py_resolve(&j->scratch, j->m, call->text);
	size_t n = j->batch ? strlen(j->batch) : 0;

	if (n && strncmp(call->text, j->batch, n) == 0 && call->text[n] == '.')
		return call->text + n + 1;
	return strncmp(dotted, "alembic.op.", 11) == 0 ? dotted + 11 : NULL;
}

static void
call(struct judging *j, const struct ir_py_node *n)
{
	const char *op = n->kind == IR_PY_CALL ? operation_of(j, n) : NULL, *batch = j->batch;

	if (op && batch && strncmp(n->text, batch, strlen(batch)) != 0)
		j->batch = NULL;
	for (size_t i = 0; op && i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].name, op) == 0) {
			known[i].take(j, n, known[i].name);
			j->batch = batch;
			return;
		}
	}
	j->batch = batch;
	say(j, n, IR_MIGRATE_UNKNOWN, n->kind == IR_PY_CALL ? n->text : "upgrade()", NULL, NULL,
	    "a statement that is not known here");
}

static void
with(struct judging *j, const struct ir_py_statement *s, int depth)
{
	const struct ir_py_node *v = s->value;
	const char *batch = j->batch, *table = j->table, *op = v && v->kind == IR_PY_CALL ? operation_of(j, v) : NULL;

	if (strcmp(s->text, "op.get_context().autocommit_block()") == 0) {
		statements(j, s->body, depth + 1);
	} else if (op && strcmp(op, "batch_alter_table") == 0 && s->name && *s->name) {
		j->batch = NULL;
		j->table = table_of(j, v, "table_name", 0);
		j->batch = s->name;
		statements(j, s->body, depth + 1);
	} else {
		struct ir_py_node at = { .line = s->line };

		say(j, &at, IR_MIGRATE_UNKNOWN, "upgrade()", NULL, NULL, "a statement that is not known here");
	}
	j->batch = batch;
	j->table = table;
}

static bool
does_nothing(const struct ir_py_statement *s)
{
	return s->says == IR_PY_PASS || (s->says == IR_PY_EXPRESSION && s->value && s->value->kind == IR_PY_STRING);
}

static void
statements(struct judging *j, const struct ir_py_statement *s, int depth)
{
	for (; s; s = s->next) {
		struct ir_py_node at = { .line = s->line };
		const char *op = s->says == IR_PY_ASSIGN && s->value && s->value->kind == IR_PY_CALL
				     ? operation_of(j, s->value)
				     : NULL;

		if (++j->n > STATEMENTS)
			return;
		if (does_nothing(s))
			continue;
		if (s->says == IR_PY_EXPRESSION && s->value)
			call(j, s->value);
		else if (op && strcmp(op, "create_table") == 0)
			call(j, s->value);
		else if (s->says == IR_PY_WITH && depth < DEEP)
			with(j, s, depth);
		else
			say(j, &at, IR_MIGRATE_UNKNOWN, "upgrade()", NULL, NULL, "a statement that is not known here");
	}
}

static bool
is_empty(const struct ir_py_statement *s)
{
	while (s && does_nothing(s))
		s = s->next;
	return !s;
}

static int
reversible(const struct ir_py_statement *up, const struct ir_py_statement *down)
{
	const struct ir_py_statement *s = down ? down->body : NULL;

	if (up && is_empty(up->body))
		return 1;
	while (s && does_nothing(s))
		s = s->next;
	return s && s->says != IR_PY_RAISE;
}

void
ir_alembic_judge(struct ir_arena *arena, const struct ir_py_module *m, struct ir_migrate_judgement *ret)
{
	struct judging j = { .keep = arena, .m = m, .to = ret };
	const struct ir_py_statement *up = ir_py_find(m->first, IR_PY_DEF, "upgrade"),
				     *down = ir_py_find(m->first, IR_PY_DEF, "downgrade");

	if (up)
		statements(&j, up->body, 0);
	if (ir_py_find(m->first, IR_PY_ASSIGN, "upgrade"))
		ir_migrate_worsen(ret, IR_MIGRATE_UNKNOWN, "upgrade() is not what it was defined as", 0);
	if (!up || j.n > STATEMENTS)
		ir_migrate_worsen(
		    ret, IR_MIGRATE_UNKNOWN, up ? "upgrade(): it is too long" : "there is no upgrade()", 0);
	ret->reversible = reversible(up, down);
	ir_arena_done(&j.scratch);
}
