/* rails_command - what Rails' migrations can say */
#include <string.h>

#include "migrate/rails.h"

typedef void judge(struct rails *, const struct rails_call *, const struct rails_target *);

static void
add_column(struct rails *x, const struct rails_call *c, const struct rails_target *t)
{
	rails_add_column(
	    x, c, t, rails_literal(x, rails_place(c, t->shift + 1)), rails_literal(x, rails_place(c, t->shift)));
}

/* Since 5.0 they are NOT NULL unless it is said otherwise. */
static void
add_timestamps(struct rails *x, const struct rails_call *c, const struct rails_target *t)
{
	bool fine = rails_arg_is(x, rails_option(c, "null"), "true") ||
		    (rails_option(c, "default") && !rails_arg_is(x, rails_option(c, "default"), "nil"));

	rails_tell(x, t->age, fine ? IR_MIGRATE_SAFE : IR_MIGRATE_UNSAFE, c->name, "add_timestamps %s%s", t->shown,
	    fine ? "" : ": NOT NULL without a default, rows of old code leave them out");
}

static void
change_column_null(struct rails *x, const struct rails_call *c, const struct rails_target *t)
{
	bool allowed = rails_arg_is(x, rails_place(c, t->shift + 1), "true");
	const char *column = rails_literal(x, rails_place(c, t->shift));

	rails_tell(x, t->age, allowed ? IR_MIGRATE_UNKNOWN : IR_MIGRATE_UNSAFE, c->name, "change_column_null %s.%s: %s",
	    t->shown, column ? column : "?",
	    allowed ? "old code reads a NULL that it does not expect once new code wrote one"
		    : "rows of old code may leave it out");
}

static void
change_column_default(struct rails *x, const struct rails_call *c, const struct rails_target *t)
{
	const struct rails_arg *to = rails_option(c, "to") ? rails_option(c, "to") : rails_place(c, t->shift + 1);
	const char *column = rails_literal(x, rails_place(c, t->shift));
	bool gone = !to || rails_arg_is(x, to, "nil") || c->odd;

	rails_tell(x, t->age, gone ? IR_MIGRATE_UNSAFE : IR_MIGRATE_SAFE, c->name, "change_column_default %s.%s%s",
	    t->shown, column ? column : "?", gone ? ": rows of old code may leave it out" : "");
	if (!rails_option(c, "from"))
		rails_irreversible(x, 0);
}

static void
remove_column(struct rails *x, const struct rails_call *c, const struct rails_target *t)
{
	const char *column = rails_literal(x, rails_place(c, t->shift));

	rails_tell(x, t->age, IR_MIGRATE_UNSAFE, c->name, "remove_column %s.%s: old code still reads it", t->shown,
	    column ? column : "?");
	x->j->drops |= t->age != RAILS_NEW;
	if (!rails_place(c, t->shift + 1) && !rails_option(c, "type"))
		rails_irreversible(x, 0);
}

static void
drop_table(struct rails *x, const struct rails_call *c, const struct rails_target *t)
{
	rails_tell(x, t->age, IR_MIGRATE_UNSAFE, c->name, "drop_table %s: old code still reads it", t->shown);
	/* several tables at once: only the first was looked at */
	if (c->n_places > 1 || c->odd)
		rails_tell(x, RAILS_OLD, IR_MIGRATE_UNSAFE, c->name,
		    "drop_table %s and others: old code still reads them", t->shown);
	x->j->drops |= t->age != RAILS_NEW || c->n_places > 1;
	for (size_t i = 0; i < x->made.n; i++)
		if (strcmp(x->made.v[i], t->shown) == 0)
			x->made.v[i] = "";
	if (!c->block)
		rails_irreversible(x, 0);
}

/* "…", <<~SQL.strip, <<~SQL.squish: its text is known. What is squished is one line, and a comment goes to its end. */
static bool
is_text(const struct rails *x, const struct rails_arg *a)
{
	const struct ir_ruby *s = &x->v[a->from];
	size_t n = a->to - a->from;

	if (s->kind != IR_RUBY_STRING || s->mixed || memchr(s->p, '\0', s->n) ||
	    (n != 1 && (n != 3 || !ir_ruby_is(s + 1, "."))))
		return false;
	if (n == 3 && ir_ruby_is(s + 2, "squish"))
		return !memmem(s->p, s->n, "--", 2);
	return n == 1 || ir_ruby_is(s + 2, "strip") || ir_ruby_is(s + 2, "strip_heredoc") || ir_ruby_is(s + 2, "chomp");
}

/* A literal is read as SQL, anything else is not known. */
static void
execute(struct rails *x, const struct rails_call *c, const struct rails_target *t)
{
	const struct rails_arg *a = rails_place(c, 0);
	const char *sql;

	(void)t;
	rails_irreversible(x, 0);
	if (!a || c->n != 1 || c->odd || !is_text(x, a)) {
		rails_tell(
		    x, RAILS_OLD, IR_MIGRATE_UNKNOWN, c->name, "execute: what it says is not known before it runs");
		return;
	}
	sql = ir_ruby_string(&x->scratch, &x->v[a->from]);
	ir_migrate_judge_sql(x->arena, sql, strlen(sql), x->v[a->from].line, x->j);
}

/* Where there is no function, verdict and why say it. reversible: by itself, in `change`. */
static const struct command {
	const char *name;
	judge *judge;
	enum ir_migrate_verdict verdict;
	const char *why;
	bool no_table, reversible, drops, quiet; /* quiet: nobody has to wait for it */
} commands[] = {
	{ .name = "add_column", .judge = add_column, .reversible = true },
	{ .name = "add_reference", .judge = rails_add_reference, .reversible = true },
	{ .name = "add_belongs_to", .judge = rails_add_reference, .reversible = true },
	{ .name = "add_timestamps", .judge = add_timestamps, .reversible = true },
	{ .name = "add_index", .judge = rails_add_index, .reversible = true },
	{ .name = "remove_index", .judge = rails_remove_index, .reversible = true },
	{ .name = "rename_index", .verdict = IR_MIGRATE_SAFE, .why = "", .reversible = true },
	{ .name = "remove_column", .judge = remove_column, .reversible = true },
	{ .name = "remove_columns", .judge = remove_column, .reversible = true },
	{ .name = "remove_reference",
	    .verdict = IR_MIGRATE_UNSAFE,
	    .why = "old code still reads it",
	    .reversible = true,
	    .drops = true },
	{ .name = "remove_belongs_to",
	    .verdict = IR_MIGRATE_UNSAFE,
	    .why = "old code still reads it",
	    .reversible = true,
	    .drops = true },
	{ .name = "remove_timestamps",
	    .verdict = IR_MIGRATE_UNSAFE,
	    .why = "old code still writes them",
	    .reversible = true,
	    .drops = true },
	{ .name = "rename_column",
	    .verdict = IR_MIGRATE_UNSAFE,
	    .why = "old code still uses the old name",
	    .reversible = true },
	{ .name = "rename_table",
	    .verdict = IR_MIGRATE_UNSAFE,
	    .why = "old code still uses the old name",
	    .reversible = true },
	{ .name = "change_column",
	    .verdict = IR_MIGRATE_UNSAFE,
	    .why = "old code may not be able to use it as it is then" },
	{ .name = "change_column_null", .judge = change_column_null, .reversible = true },
	{ .name = "change_column_default", .judge = change_column_default, .reversible = true },
	{ .name = "change_column_comment", .verdict = IR_MIGRATE_SAFE, .why = "", .reversible = true },
	{ .name = "change_table_comment", .verdict = IR_MIGRATE_SAFE, .why = "", .reversible = true },
	{ .name = "drop_table", .judge = drop_table, .reversible = true },
	{ .name = "drop_join_table",
	    .verdict = IR_MIGRATE_UNSAFE,
	    .why = "old code still reads it",
	    .reversible = true,
	    .drops = true },
	{ .name = "add_foreign_key", .judge = rails_add_foreign_key, .reversible = true },
	{ .name = "remove_foreign_key", .verdict = IR_MIGRATE_SAFE, .why = "", .reversible = true },
	{ .name = "add_check_constraint",
	    .verdict = IR_MIGRATE_UNSAFE,
	    .why = "it may refuse what old code writes",
	    .reversible = true },
	{ .name = "add_exclusion_constraint",
	    .verdict = IR_MIGRATE_UNSAFE,
	    .why = "it may refuse what old code writes",
	    .reversible = true },
	{ .name = "add_unique_constraint",
	    .verdict = IR_MIGRATE_UNSAFE,
	    .why = "it may refuse what old code writes",
	    .reversible = true },
	{ .name = "remove_check_constraint", .verdict = IR_MIGRATE_SAFE, .why = "", .reversible = true },
	{ .name = "remove_exclusion_constraint", .verdict = IR_MIGRATE_SAFE, .why = "", .reversible = true },
	{ .name = "remove_unique_constraint",
	    .verdict = IR_MIGRATE_UNKNOWN,
	    .why = "old code's upserts may count on it",
	    .reversible = true },
	{ .name = "validate_foreign_key", .verdict = IR_MIGRATE_SAFE, .why = "", .quiet = true },
	{ .name = "validate_check_constraint", .verdict = IR_MIGRATE_SAFE, .why = "", .quiet = true },
	{ .name = "validate_constraint", .verdict = IR_MIGRATE_SAFE, .why = "", .quiet = true },
	{ .name = "execute", .judge = execute, .no_table = true },
	{ .name = "enable_extension", .verdict = IR_MIGRATE_SAFE, .why = "", .no_table = true, .reversible = true },
	{ .name = "disable_extension",
	    .verdict = IR_MIGRATE_UNSAFE,
	    .why = "old code may still use it",
	    .no_table = true,
	    .reversible = true },
	{ .name = "create_enum", .verdict = IR_MIGRATE_SAFE, .why = "", .no_table = true, .reversible = true },
	{ .name = "drop_enum",
	    .verdict = IR_MIGRATE_UNSAFE,
	    .why = "old code may still name it",
	    .no_table = true,
	    .reversible = true,
	    .drops = true },
	{ .name = "rename_enum",
	    .verdict = IR_MIGRATE_UNSAFE,
	    .why = "old code still uses the old name",
	    .no_table = true,
	    .reversible = true },
	{ .name = "rename_enum_value",
	    .verdict = IR_MIGRATE_UNSAFE,
	    .why = "old code still uses the old name",
	    .no_table = true,
	    .reversible = true },
	{ .name = "add_enum_value",
	    .verdict = IR_MIGRATE_UNKNOWN,
	    .why = "old code reads a value that it does not know once new code wrote it",
	    .no_table = true },
	{ .name = "create_schema", .verdict = IR_MIGRATE_SAFE, .why = "", .no_table = true },
	{ .name = "drop_schema",
	    .verdict = IR_MIGRATE_UNSAFE,
	    .why = "old code may still use it",
	    .no_table = true,
	    .drops = true },
	{ .name = "say", .no_table = true, .reversible = true },
	{ .name = "create_table" },
	{ .name = "create_join_table" },
	{ .name = "change_table" },
	{ .name = NULL },
};

/* What they are called on a table: t.remove :total */
static const char *const on_table[][2] = { { "remove", "remove_columns" }, { "rename", "rename_column" },
	{ "change", "change_column" }, { "change_default", "change_column_default" },
	{ "change_null", "change_column_null" }, { "index", "add_index" }, { "remove_index", "remove_index" },
	{ "rename_index", "rename_index" }, { "references", "add_reference" }, { "belongs_to", "add_reference" },
	{ "remove_references", "remove_reference" }, { "remove_belongs_to", "remove_reference" },
	{ "timestamps", "add_timestamps" }, { "remove_timestamps", "remove_timestamps" },
	{ "foreign_key", "add_foreign_key" }, { "remove_foreign_key", "remove_foreign_key" },
	{ "check_constraint", "add_check_constraint" }, { "remove_check_constraint", "remove_check_constraint" },
	{ "exclusion_constraint", "add_exclusion_constraint" }, { "unique_constraint", "add_unique_constraint" },
	{ "column", "add_column" }, { NULL, NULL } };

static const struct command *
find(const char *name, size_t n)
{
	for (const struct command *c = commands; c->name; c++)
		if (strlen(c->name) == n && memcmp(c->name, name, n) == 0)
			return c;
	return NULL;
}

bool
rails_is_command(const struct ir_ruby *name)
{
	return find(name->p, name->n) != NULL;
}

static void
run(struct rails *x, const struct command *command, const struct rails_call *c, const struct rails_target *t)
{
	const char *concurrently = rails_literal(x, rails_option(c, "algorithm"));

	if (!command->reversible)
		rails_irreversible(x, 0);
	if (command->judge)
		command->judge(x, c, t);
	else if (command->why)
		rails_tell(x, t->age, command->verdict, c->name, "%s %s%s%s", command->name, t->shown,
		    *command->why ? ": " : "", command->why);
	x->j->drops |= command->drops && t->age != RAILS_NEW;
	if (!command->no_table && !command->quiet && t->age != RAILS_NEW &&
	    !(concurrently && strcmp(concurrently, "concurrently") == 0))
		x->j->locks = true;
}

bool
rails_command(struct rails *x, const struct rails_call *c)
{
	const struct command *command = find(c->name->p, c->name->n);
	const char *table = rails_literal(x, rails_place(c, 0));
	struct rails_target t = { .shown = table ? table : "?", .shift = 1 };

	if (!command || (!command->judge && !command->why && strcmp(command->name, "say") != 0))
		return false;
	if (!command->no_table)
		t.age = rails_age(x, table);
	run(x, command, c, &t);
	return true;
}

/* t.string :a, :b: only the first is named. */
void
rails_column(struct rails *x, const struct rails_call *c, struct rails_target *t)
{
	const char *type = ir_strndup(&x->scratch, c->name->p, c->name->n < 60 ? c->name->n : 60);
	struct rails_target all = *t;

	for (size_t i = 0; on_table[i][0]; i++)
		if (strcmp(on_table[i][0], type) == 0) {
			run(x, find(on_table[i][1], strlen(on_table[i][1])), c, t);
			return;
		}
	if (!rails_known_type(type) && strcmp(type, "primary_key") != 0 && strcmp(type, "virtual") != 0) {
		rails_tell(x, RAILS_OLD, IR_MIGRATE_UNKNOWN, c->name, "%s.%s: not understood", t->shown, type);
		return;
	}
	all.shift = c->n_places; /* each place is a column's */
	rails_add_column(x, c, &all, type, rails_literal(x, rails_place(c, 0)));
	x->j->locks |= t->age != RAILS_NEW;
	if (rails_option(c, "foreign_key"))
		rails_tell(x, RAILS_OLD, IR_MIGRATE_UNKNOWN, c->name, "%s.%s: old code cannot delete what it refers to",
		    t->shown, type);
}
