/* sql_judge_alter - ALTER TABLE */
#include <string.h>

#include "migrate/sql_judge.h"

struct alter {
	struct ir_sqljudge *x;
	struct ir_sqljudge_name table, what; /* what: a column, a constraint */
	enum ir_sqljudge_age age;
};

static void
tell(struct alter *a, enum ir_migrate_verdict verdict, const char *action, const char *why)
{
	ir_sqljudge_tell(a->x, a->age, verdict, "ALTER TABLE %s %s%s%s%s%s", a->table.shown, action,
	    *a->what.shown ? " " : "", a->what.shown, *why ? ": " : "", why);
}

/* It reaches into an old table, so that the table's own age does not help. */
static void
refers(struct alter *a, const char *action)
{
	enum ir_sqljudge_age age = a->age;

	a->age = IR_SQLJUDGE_OLD;
	tell(a, IR_MIGRATE_UNKNOWN, action, "old code cannot delete what it refers to");
	a->age = age;
	ir_sqljudge_locks(a->x, IR_SQLJUDGE_OLD);
}

static void
add_column(struct alter *a)
{
	struct ir_sqljudge_column c;
	const char *action = "ADD COLUMN";

	ir_sqljudge_eat(a->x, "IF NOT EXISTS");
	if (!ir_sqljudge_name(a->x, &a->what)) {
		tell(a, IR_MIGRATE_UNKNOWN, action, "not understood");
		return;
	}
	ir_sqljudge_column(a->x, &c);
	if (c.references)
		refers(a, action);
	if (c.not_null && !c.has_default && !c.generated && !c.serial)
		tell(a, IR_MIGRATE_UNSAFE, action, "NOT NULL without a default, rows of old code leave it out");
	else if (c.constrained)
		tell(a, IR_MIGRATE_UNSAFE, action, "its constraint may refuse rows of old code");
	else if (c.risky)
		tell(a, IR_MIGRATE_UNKNOWN, action, "what it is generated from may fail on rows of old code");
	else if (!c.known && !c.has_default && !c.generated)
		tell(a, IR_MIGRATE_UNKNOWN, action, "its type may be a domain that refuses NULL");
	else
		tell(a, IR_MIGRATE_SAFE, action, "");
}

static void
add_constraint(struct alter *a)
{
	struct ir_sqljudge_name to;

	if (ir_sqljudge_eat(a->x, "CONSTRAINT"))
		(void)ir_sqljudge_name(a->x, &a->what);
	while (!ir_sqljudge_end(a->x) && !ir_sqljudge_is(a->x, ",") && !ir_sqljudge_is(a->x, "REFERENCES")) {
		if (ir_sqljudge_is(a->x, "("))
			ir_sqljudge_skip_parens(a->x);
		else
			a->x->i++;
	}
	if (ir_sqljudge_eat(a->x, "REFERENCES") &&
	    (!ir_sqljudge_name(a->x, &to) || ir_sqljudge_age(a->x, &to) != IR_SQLJUDGE_NEW))
		refers(a, "ADD CONSTRAINT");
	tell(a, IR_MIGRATE_UNSAFE, "ADD CONSTRAINT", "it may refuse what old code writes");
}

static void
add(struct alter *a)
{
	static const char *const constraints[] = { "CONSTRAINT", "UNIQUE", "CHECK", "FOREIGN", "EXCLUDE", "PRIMARY" };

	for (size_t i = 0; i < sizeof(constraints) / sizeof(constraints[0]); i++)
		if (ir_sqljudge_is(a->x, constraints[i])) {
			add_constraint(a);
			return;
		}
	ir_sqljudge_eat(a->x, "COLUMN");
	add_column(a);
}

static void
drop(struct alter *a)
{
	bool constraint = ir_sqljudge_eat(a->x, "CONSTRAINT");

	if (!constraint)
		ir_sqljudge_eat(a->x, "COLUMN");
	ir_sqljudge_eat(a->x, "IF EXISTS");
	(void)ir_sqljudge_name(a->x, &a->what);
	if (constraint && ir_sqljudge_hints_unique(a->what.shown)) {
		tell(a, IR_MIGRATE_UNKNOWN, "DROP CONSTRAINT", "old code's ON CONFLICT may count on it");
	} else if (constraint) {
		tell(a, IR_MIGRATE_SAFE, "DROP CONSTRAINT", "");
	} else {
		tell(a, IR_MIGRATE_UNSAFE, "DROP COLUMN", "old code still reads it");
		ir_sqljudge_drops(a->x, a->age);
	}
}

static void
set_default(struct alter *a)
{
	if (ir_sqljudge_is(a->x, "NULL"))
		tell(a, IR_MIGRATE_UNSAFE, "SET DEFAULT NULL of", "rows of old code may leave it out");
	else
		tell(a, IR_MIGRATE_SAFE, "SET DEFAULT of", "");
}

/* What may be done to a column; the first that fits. */
static const struct action {
	const char *words;
	enum ir_migrate_verdict verdict;
	const char *shown, *why;
	void (*judge)(struct alter *);
} of_column[] = {
	{ "SET DEFAULT", .judge = set_default },
	{ "DROP DEFAULT", IR_MIGRATE_UNSAFE, "DROP DEFAULT of", "rows of old code may leave it out", NULL },
	{ "SET NOT NULL", IR_MIGRATE_UNSAFE, "SET NOT NULL of", "rows of old code may leave it out", NULL },
	{ "DROP NOT NULL", IR_MIGRATE_UNKNOWN, "DROP NOT NULL of",
	    "old code reads a NULL that it does not expect once new code wrote one", NULL },
	{ "TYPE", IR_MIGRATE_UNKNOWN, "TYPE of", "whether old code can still use it depends on what it was", NULL },
	{ "SET DATA TYPE", IR_MIGRATE_UNKNOWN, "TYPE of", "whether old code can still use it depends on what it was",
	    NULL },
	{ "SET STATISTICS", IR_MIGRATE_SAFE, "SET STATISTICS of", "", NULL },
	{ "SET STORAGE", IR_MIGRATE_SAFE, "SET STORAGE of", "", NULL },
	{ "SET COMPRESSION", IR_MIGRATE_SAFE, "SET COMPRESSION of", "", NULL },
	{ "SET (", IR_MIGRATE_SAFE, "SET options of", "", NULL },
	{ "RESET (", IR_MIGRATE_SAFE, "RESET options of", "", NULL },
	{ "DROP IDENTITY", IR_MIGRATE_UNSAFE, "DROP IDENTITY of", "rows of old code leave it out", NULL },
	{ "DROP EXPRESSION", IR_MIGRATE_UNKNOWN, "DROP EXPRESSION of", "rows of old code leave it out", NULL },
	{ .words = NULL },
};

static void
alter_column(struct alter *a)
{
	ir_sqljudge_eat(a->x, "COLUMN");
	(void)ir_sqljudge_name(a->x, &a->what);
	for (const struct action *c = of_column; c->words; c++)
		if (ir_sqljudge_eat(a->x, c->words)) {
			if (c->words[strlen(c->words) - 1] == '(')
				a->x->i--;
			if (c->judge)
				c->judge(a);
			else
				tell(a, c->verdict, c->shown, c->why);
			return;
		}
	tell(a, IR_MIGRATE_UNKNOWN, "ALTER COLUMN", "not understood");
}

static void
rename_it(struct alter *a)
{
	struct ir_sqljudge_name to;

	if (ir_sqljudge_eat(a->x, "TO")) {
		tell(a, IR_MIGRATE_UNSAFE, "RENAME", "old code still uses the old name");
		ir_sqljudge_forget(a->x, &a->table);
		if (ir_sqljudge_name(a->x, &to) && a->age == IR_SQLJUDGE_NEW)
			ir_sqljudge_made(a->x, &to, false);
	} else if (ir_sqljudge_eat(a->x, "CONSTRAINT")) {
		(void)ir_sqljudge_name(a->x, &a->what);
		tell(a, IR_MIGRATE_UNKNOWN, "RENAME CONSTRAINT", "old code may know it by its name");
	} else {
		ir_sqljudge_eat(a->x, "COLUMN");
		(void)ir_sqljudge_name(a->x, &a->what);
		tell(a, IR_MIGRATE_UNSAFE, "RENAME COLUMN", "old code still uses the old name");
	}
}

static void
set_schema(struct alter *a)
{
	tell(a, IR_MIGRATE_UNSAFE, "SET SCHEMA", "old code looks for it where it was");
	ir_sqljudge_forget(a->x, &a->table);
}

static const struct action of_table[] = {
	{ "ADD", .judge = add },
	{ "DROP", .judge = drop },
	{ "ALTER", .judge = alter_column },
	{ "RENAME", .judge = rename_it },
	{ "VALIDATE CONSTRAINT", IR_MIGRATE_SAFE, "VALIDATE CONSTRAINT", "", NULL },
	{ "ENABLE ROW LEVEL SECURITY", IR_MIGRATE_UNSAFE, "ENABLE ROW LEVEL SECURITY", "it may hide rows from old code",
	    NULL },
	{ "FORCE ROW LEVEL SECURITY", IR_MIGRATE_UNSAFE, "FORCE ROW LEVEL SECURITY", "it may hide rows from old code",
	    NULL },
	{ "ENABLE", IR_MIGRATE_UNKNOWN, "ENABLE", "it may refuse what old code writes", NULL },
	{ "SET SCHEMA", .judge = set_schema },
	{ "DETACH PARTITION", IR_MIGRATE_UNSAFE, "DETACH PARTITION", "old code does not see its rows any more", NULL },
	{ "REPLICA IDENTITY", IR_MIGRATE_SAFE, "REPLICA IDENTITY", "", NULL },
	{ "CLUSTER ON", IR_MIGRATE_SAFE, "CLUSTER ON", "", NULL },
	{ "SET WITHOUT CLUSTER", IR_MIGRATE_SAFE, "SET WITHOUT CLUSTER", "", NULL },
	{ "SET (", IR_MIGRATE_SAFE, "SET options", "", NULL },
	{ "RESET (", IR_MIGRATE_SAFE, "RESET options", "", NULL },
	{ .words = NULL },
};

static void
one(struct alter *a)
{
	a->what = (struct ir_sqljudge_name){ .key = "", .shown = "" };
	a->age = ir_sqljudge_age(a->x, &a->table);
	for (const struct action *c = of_table; c->words; c++)
		if (ir_sqljudge_eat(a->x, c->words)) {
			if (c->words[strlen(c->words) - 1] == '(')
				a->x->i--;
			if (c->judge)
				c->judge(a);
			else
				tell(a, c->verdict, c->shown, c->why);
			return;
		}
	(void)ir_sqljudge_name(a->x, &a->what);
	a->age = IR_SQLJUDGE_OLD; /* of two tables perhaps: ATTACH PARTITION, INHERIT */
	tell(a, IR_MIGRATE_UNKNOWN, "with", "not understood");
}

void
ir_sqljudge_alter_table(struct ir_sqljudge *x)
{
	struct alter a = { .x = x };

	ir_sqljudge_eat(x, "IF EXISTS");
	ir_sqljudge_eat(x, "ONLY");
	if (!ir_sqljudge_name(x, &a.table)) {
		ir_sqljudge_tell(x, IR_SQLJUDGE_OLD, IR_MIGRATE_UNKNOWN, "ALTER TABLE: not understood");
		return;
	}
	ir_sqljudge_eat(x, "*");
	a.age = ir_sqljudge_age(x, &a.table);
	ir_sqljudge_locks(x, a.age);
	do {
		one(&a);
		ir_sqljudge_skip_to(x, ",");
	} while (ir_sqljudge_eat(x, ","));
}
