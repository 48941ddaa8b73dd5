/* sql_judge - does code that does not know them still run after these statements of SQL? */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "migrate/sql_judge.h"

enum { TOKENS = 4096, MADE = 1000 };

enum ir_sqljudge_age
ir_sqljudge_age(const struct ir_sqljudge *x, const struct ir_sqljudge_name *name)
{
	if (!*name->key)
		return IR_SQLJUDGE_OLD;
	if (ir_list_has(&x->made, name->key))
		return IR_SQLJUDGE_NEW;
	return ir_list_has(&x->maybe, name->key) ? IR_SQLJUDGE_MAYBE : IR_SQLJUDGE_OLD;
}

void
ir_sqljudge_made(struct ir_sqljudge *x, const struct ir_sqljudge_name *name, bool maybe)
{
	struct ir_list *l = maybe ? &x->maybe : &x->made;

	if (*name->key && l->n < MADE)
		ir_list_add_once(&x->scratch, l, name->key);
}

/* It is gone, or another one has the name now. */
static void
forget(struct ir_list *l, const char *key)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i], key) == 0)
			l->v[i] = "";
}

static unsigned
line_of(const struct ir_sqljudge *x)
{
	return x->n ? x->v[0].line : 0;
}

void
ir_sqljudge_tell(struct ir_sqljudge *x, enum ir_sqljudge_age age, enum ir_migrate_verdict verdict, const char *fmt, ...)
{
	va_list ap;

	if (age == IR_SQLJUDGE_NEW)
		verdict = IR_MIGRATE_SAFE;
	else if (age == IR_SQLJUDGE_MAYBE && verdict == IR_MIGRATE_UNSAFE)
		verdict = IR_MIGRATE_UNKNOWN;
	if (!ir_migrate_is_worse(x->j, verdict))
		return;
	va_start(ap, fmt);
	ir_migrate_worsen(x->j, verdict, ir_vasprintf(x->arena, fmt, ap), line_of(x));
	va_end(ap);
}

void
ir_sqljudge_locks(struct ir_sqljudge *x, enum ir_sqljudge_age age)
{
	x->j->locks |= age != IR_SQLJUDGE_NEW;
}

void
ir_sqljudge_drops(struct ir_sqljudge *x, enum ir_sqljudge_age age)
{
	x->j->drops |= age != IR_SQLJUDGE_NEW;
}

void
ir_sqljudge_forget(struct ir_sqljudge *x, const struct ir_sqljudge_name *name)
{
	forget(&x->made, name->key);
	forget(&x->maybe, name->key);
	forget(&x->types, name->key);
}

/* As far as it can be said in a few words. */
static const char *
beginning(struct ir_sqljudge *x)
{
	const char *from = x->v[0].p;
	size_t last = x->n < 4 ? x->n - 1 : 3, n = (size_t)(x->v[last].p + x->v[last].n - from);
	char *s = ir_strndup(&x->scratch, from, n < 80 ? n : 80);

	for (char *q = s; *q; q++)
		if ((unsigned char)*q < 0x20)
			*q = ' ';
	return s;
}

/* What has to have a name and has none is not understood. */
static bool
named(struct ir_sqljudge *x, struct ir_sqljudge_name *ret)
{
	if (ir_sqljudge_name(x, ret))
		return true;
	ir_sqljudge_tell(x, IR_SQLJUDGE_OLD, IR_MIGRATE_UNKNOWN, "%s: not understood", beginning(x));
	return false;
}

/* DROP what, of things that code speaks of by name. */
static void
drop(struct ir_sqljudge *x, const char *what, const char *why)
{
	struct ir_sqljudge_name name;

	ir_sqljudge_eat(x, "IF EXISTS");
	do {
		enum ir_sqljudge_age age;

		if (!named(x, &name))
			break;
		age = ir_sqljudge_age(x, &name);
		ir_sqljudge_tell(x, age, IR_MIGRATE_UNSAFE, "DROP %s %s: %s", what, name.shown, why);
		ir_sqljudge_drops(x, age);
		ir_sqljudge_locks(x, age);
		ir_sqljudge_forget(x, &name);
	} while (ir_sqljudge_eat(x, ","));
	/* Of what is new nothing old depends, but a list that was not understood may hold anything. */
	if (ir_sqljudge_is(x, "("))
		ir_sqljudge_skip_to(x, ",");
	if (!ir_sqljudge_end(x) && !ir_sqljudge_eat(x, "CASCADE") && !ir_sqljudge_eat(x, "RESTRICT"))
		ir_sqljudge_tell(x, IR_SQLJUDGE_OLD, IR_MIGRATE_UNKNOWN, "DROP %s: not understood", what);
}

static void
drop_table(struct ir_sqljudge *x)
{
	drop(x, "TABLE", "old code still reads it");
}

static void
drop_view(struct ir_sqljudge *x)
{
	drop(x, "VIEW", "old code may still read it");
}

static void
drop_type(struct ir_sqljudge *x)
{
	drop(x, "TYPE", "old code may still name it");
}

static void
drop_sequence(struct ir_sqljudge *x)
{
	drop(x, "SEQUENCE", "old code may still take numbers from it");
}

static void
drop_function(struct ir_sqljudge *x)
{
	drop(x, "FUNCTION", "old code may still call it");
}

static void
create_type(struct ir_sqljudge *x)
{
	struct ir_sqljudge_name name;

	if (!named(x, &name))
		return;
	if (*name.key && x->types.n < MADE)
		ir_list_add_once(&x->scratch, &x->types, name.key);
	ir_sqljudge_tell(x, IR_SQLJUDGE_OLD, IR_MIGRATE_SAFE, "CREATE TYPE %s", name.shown);
}

static void
alter_type(struct ir_sqljudge *x)
{
	struct ir_sqljudge_name name;
	enum ir_sqljudge_age age = IR_SQLJUDGE_OLD;

	if (ir_sqljudge_name(x, &name) && *name.key && ir_list_has(&x->types, name.key))
		age = IR_SQLJUDGE_NEW;
	if (ir_sqljudge_eat(x, "ADD VALUE"))
		ir_sqljudge_tell(x, age, IR_MIGRATE_UNKNOWN,
		    "ALTER TYPE %s ADD VALUE: old code reads a value that it does not know once new code wrote it",
		    name.shown);
	else if (ir_sqljudge_is(x, "RENAME") || ir_sqljudge_eat(x, "SET SCHEMA"))
		ir_sqljudge_tell(x, IR_SQLJUDGE_OLD, IR_MIGRATE_UNSAFE,
		    "ALTER TYPE %s RENAME: old code still uses the old name", name.shown);
	else
		ir_sqljudge_tell(x, IR_SQLJUDGE_OLD, IR_MIGRATE_UNKNOWN, "ALTER TYPE %s: not understood", name.shown);
}

static void
create_view(struct ir_sqljudge *x)
{
	struct ir_sqljudge_name name;

	ir_sqljudge_eat(x, "IF NOT EXISTS");
	if (!named(x, &name))
		return;
	ir_sqljudge_made(x, &name, true);
	ir_sqljudge_tell(x, IR_SQLJUDGE_OLD, IR_MIGRATE_SAFE, "CREATE VIEW %s", name.shown);
}

static void
create_sequence(struct ir_sqljudge *x)
{
	struct ir_sqljudge_name name;
	bool maybe = ir_sqljudge_eat(x, "IF NOT EXISTS");

	if (!named(x, &name))
		return;
	ir_sqljudge_made(x, &name, maybe);
	ir_sqljudge_tell(x, IR_SQLJUDGE_OLD, IR_MIGRATE_SAFE, "CREATE SEQUENCE %s", name.shown);
}

static void
alter_sequence(struct ir_sqljudge *x)
{
	struct ir_sqljudge_name name;
	enum ir_migrate_verdict verdict = IR_MIGRATE_UNKNOWN;

	ir_sqljudge_eat(x, "IF EXISTS");
	if (!named(x, &name))
		return;
	if (ir_sqljudge_is(x, "OWNED"))
		verdict = IR_MIGRATE_SAFE;
	else if (ir_sqljudge_is(x, "RENAME"))
		verdict = IR_MIGRATE_UNSAFE;
	ir_sqljudge_tell(x, ir_sqljudge_age(x, &name), verdict, "ALTER SEQUENCE %s%s", name.shown,
	    verdict == IR_MIGRATE_SAFE ? "" : ": old code may still take numbers from it");
}

/* With its parts within: CREATE SCHEMA x CREATE TABLE … */
static void
create_schema(struct ir_sqljudge *x)
{
	struct ir_sqljudge_name name = { .shown = "" };

	ir_sqljudge_eat(x, "IF NOT EXISTS");
	if (!ir_sqljudge_is(x, "AUTHORIZATION"))
		(void)ir_sqljudge_name(x, &name);
	if (ir_sqljudge_eat(x, "AUTHORIZATION"))
		x->i++;
	ir_sqljudge_tell(x, IR_SQLJUDGE_OLD, ir_sqljudge_end(x) ? IR_MIGRATE_SAFE : IR_MIGRATE_UNKNOWN,
	    "CREATE SCHEMA %s%s", name.shown, ir_sqljudge_end(x) ? "" : ": not understood");
}

/* A function for triggers alone is called by nothing old; any other may be taken for an old one of its name. */
static void
create_function(struct ir_sqljudge *x)
{
	struct ir_sqljudge_name name;
	bool trigger;

	if (!named(x, &name))
		return;
	trigger = ir_sqljudge_eat(x, "( ) RETURNS TRIGGER");
	ir_sqljudge_tell(x, IR_SQLJUDGE_OLD, trigger ? IR_MIGRATE_SAFE : IR_MIGRATE_UNKNOWN, "CREATE FUNCTION %s%s",
	    name.shown, trigger ? "" : ": old code's calls may mean it now");
}

/* CREATE TRIGGER name … ON table; CREATE POLICY name ON table. */
static void
on_table(struct ir_sqljudge *x, enum ir_migrate_verdict verdict, const char *what, const char *why)
{
	struct ir_sqljudge_name name, table = { .key = "", .shown = "" };

	(void)ir_sqljudge_name(x, &name);
	while (!ir_sqljudge_end(x) && !ir_sqljudge_is(x, "ON"))
		x->i++;
	if (ir_sqljudge_eat(x, "ON"))
		(void)ir_sqljudge_name(x, &table);
	ir_sqljudge_locks(x, ir_sqljudge_age(x, &table));
	ir_sqljudge_tell(x, ir_sqljudge_age(x, &table), verdict, "%s %s ON %s: %s", what, name.shown, table.shown, why);
}

static void
create_trigger(struct ir_sqljudge *x)
{
	on_table(x, IR_MIGRATE_UNSAFE, "CREATE TRIGGER", "it may refuse what old code writes");
}

static void
create_policy(struct ir_sqljudge *x)
{
	on_table(x, IR_MIGRATE_UNKNOWN, "CREATE POLICY", "it may hide rows from old code");
}

static void
drop_trigger(struct ir_sqljudge *x)
{
	ir_sqljudge_eat(x, "IF EXISTS");
	on_table(x, IR_MIGRATE_UNKNOWN, "DROP TRIGGER", "old code may count on what it does");
}

/* Unquoted names may be of other tables from here on; strings may end elsewhere. */
static void
set(struct ir_sqljudge *x)
{
	(void)(ir_sqljudge_eat(x, "SESSION") || ir_sqljudge_eat(x, "LOCAL"));
	if (ir_sqljudge_is(x, "SEARCH_PATH") || ir_sqljudge_is(x, "SCHEMA") || ir_sqljudge_is(x, "ROLE") ||
	    ir_sqljudge_is(x, "SESSION"))
		x->made = x->maybe = x->types = (struct ir_list){ 0 };
	if (!ir_sqljudge_eat(x, "STANDARD_CONFORMING_STRINGS"))
		return;
	x->i++;
	x->blind = ir_sqljudge_at(x, 0)->n != 2 || strncasecmp(ir_sqljudge_at(x, 0)->p, "on", 2) != 0;
	if (x->blind)
		ir_sqljudge_tell(x, IR_SQLJUDGE_OLD, IR_MIGRATE_UNKNOWN,
		    "SET standard_conforming_strings: where strings end is not known from here on");
}

static void
lock(struct ir_sqljudge *x)
{
	ir_sqljudge_locks(x, IR_SQLJUDGE_OLD);
}

static void
drop_index(struct ir_sqljudge *x)
{
	struct ir_sqljudge_name name;
	bool concurrently = ir_sqljudge_eat(x, "CONCURRENTLY");

	ir_sqljudge_eat(x, "IF EXISTS");
	do {
		if (!named(x, &name))
			return;
		if (ir_sqljudge_hints_unique(name.shown))
			ir_sqljudge_tell(x, ir_sqljudge_age(x, &name), IR_MIGRATE_UNKNOWN,
			    "DROP INDEX %s: old code's ON CONFLICT may count on it", name.shown);
		else
			ir_sqljudge_tell(x, IR_SQLJUDGE_OLD, IR_MIGRATE_SAFE, "DROP INDEX %s", name.shown);
	} while (ir_sqljudge_eat(x, ","));
	if (!concurrently)
		ir_sqljudge_locks(x, ir_sqljudge_age(x, &name));
}

/* The first that fits. Without a function it is as verdict and why say; those without either tell nothing. */
static const struct verb {
	const char *words;
	void (*judge)(struct ir_sqljudge *);
	enum ir_migrate_verdict verdict;
	const char *why;
	bool drops;
} verbs[] = {
	{ .words = "BEGIN" },
	{ .words = "START TRANSACTION" },
	{ .words = "COMMIT" },
	{ .words = "END" },
	{ .words = "SET", .judge = set },
	{ .words = "SELECT", .judge = ir_sqljudge_select },
	{ .words = "COMMENT ON" },
	{ .words = "ANALYZE" },
	{ .words = "GRANT" },
	{ .words = "LOCK", .judge = lock },
	{ .words = "REINDEX", .judge = lock },
	{ .words = "ALTER TABLE", .judge = ir_sqljudge_alter_table },
	{ .words = "CREATE TABLE", .judge = ir_sqljudge_create_table },
	{ .words = "CREATE UNLOGGED TABLE", .judge = ir_sqljudge_create_table },
	{ .words = "CREATE TEMP TABLE", .judge = ir_sqljudge_create_table },
	{ .words = "CREATE TEMPORARY TABLE", .judge = ir_sqljudge_create_table },
	{ .words = "CREATE UNIQUE INDEX", .judge = ir_sqljudge_create_index },
	{ .words = "CREATE INDEX", .judge = ir_sqljudge_create_index },
	{ .words = "DROP INDEX", .judge = drop_index },
	{ .words = "DROP TABLE", .judge = drop_table },
	{ .words = "DROP VIEW", .judge = drop_view },
	{ .words = "DROP MATERIALIZED VIEW", .judge = drop_view },
	{ .words = "DROP SEQUENCE", .judge = drop_sequence },
	{ .words = "DROP TYPE", .judge = drop_type },
	{ .words = "DROP FUNCTION", .judge = drop_function },
	{ .words = "DROP TRIGGER", .judge = drop_trigger },
	{ .words = "DROP STATISTICS" },
	{ .words = "DROP POLICY", .verdict = IR_MIGRATE_UNKNOWN, .why = "old code may count on it" },
	{ .words = "DROP RULE", .verdict = IR_MIGRATE_UNKNOWN, .why = "old code may count on it" },
	{ .words = "DROP", .verdict = IR_MIGRATE_UNSAFE, .why = "old code may still use it", .drops = true },
	{ .words = "CREATE TYPE", .judge = create_type },
	{ .words = "ALTER TYPE", .judge = alter_type },
	{ .words = "CREATE DOMAIN", .verdict = IR_MIGRATE_SAFE, .why = "" },
	{ .words = "CREATE EXTENSION", .verdict = IR_MIGRATE_SAFE, .why = "" },
	{ .words = "CREATE STATISTICS", .verdict = IR_MIGRATE_SAFE, .why = "" },
	{ .words = "CREATE SCHEMA", .judge = create_schema },
	{ .words = "CREATE SEQUENCE", .judge = create_sequence },
	{ .words = "ALTER SEQUENCE", .judge = alter_sequence },
	{ .words = "CREATE VIEW", .judge = create_view },
	{ .words = "CREATE MATERIALIZED VIEW", .judge = create_view },
	{ .words = "CREATE FUNCTION", .judge = create_function },
	{ .words = "CREATE TRIGGER", .judge = create_trigger },
	{ .words = "CREATE OR REPLACE TRIGGER", .judge = create_trigger },
	{ .words = "CREATE CONSTRAINT TRIGGER", .judge = create_trigger },
	{ .words = "CREATE POLICY", .judge = create_policy },
	{ .words = "CREATE RULE",
	    .verdict = IR_MIGRATE_UNSAFE,
	    .why = "it may turn what old code writes into something else" },
	{ .words = "CREATE OR REPLACE", .verdict = IR_MIGRATE_UNKNOWN, .why = "old code may count on how it was" },
	{ .words = "INSERT INTO", .judge = ir_sqljudge_insert },
	{ .words = "UPDATE", .judge = ir_sqljudge_update },
	{ .words = "DELETE FROM", .judge = ir_sqljudge_delete },
	{ .words = "TRUNCATE", .judge = ir_sqljudge_truncate },
	{ .words = "REVOKE", .verdict = IR_MIGRATE_UNSAFE, .why = "old code may not do any more what it does" },
	{ .words = "ALTER INDEX", .verdict = IR_MIGRATE_SAFE, .why = "" },
	{ .words = "DO", .verdict = IR_MIGRATE_UNKNOWN, .why = "a program, which is not read" },
	{ .words = "CALL", .verdict = IR_MIGRATE_UNKNOWN, .why = "a program, which is not read" },
	{ .words = "COPY", .verdict = IR_MIGRATE_UNKNOWN, .why = "it changes rows" },
};

static void
plain(struct ir_sqljudge *x, const struct verb *verb)
{
	if (!verb->why)
		return;
	x->j->drops |= verb->drops;
	ir_sqljudge_tell(x, IR_SQLJUDGE_OLD, verb->verdict, "%s%s%s", beginning(x), *verb->why ? ": " : "", verb->why);
}

static void
statement(struct ir_sqljudge *x)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		x->i = 0;
		if (!ir_sqljudge_eat(x, verbs[i].words))
			continue;
		if (verbs[i].judge)
			verbs[i].judge(x);
		else
			plain(x, &verbs[i]);
		return;
	}
	ir_sqljudge_tell(x, IR_SQLJUDGE_OLD, IR_MIGRATE_UNKNOWN, "%s: not understood", beginning(x));
}

/* The rows behind COPY … FROM stdin, to a line that is "\." */
static void
skip_rows(const struct ir_sqljudge *x, struct ir_sqltok_scan *s)
{
	const char *q;

	if (x->n == 0 || !ir_sqltok_is(&x->v[0], "COPY") || !ir_sqltok_is(&x->v[x->n - 1], "STDIN"))
		return;
	q = memmem(s->p, (size_t)(s->end - s->p), "\n\\.\n", 4);
	for (const char *end = q ? q + 3 : s->end; s->p < end; s->p++)
		s->line += *s->p == '\n';
}

void
ir_migrate_judge_sql(
    struct ir_arena *arena, const char *text, size_t n, unsigned first_line, struct ir_migrate_judgement *j)
{
	struct ir_sqljudge x = { .arena = arena, .j = j };
	struct ir_sqltok *v = IR_NEW_N(&x.scratch, struct ir_sqltok, TOKENS);
	struct ir_sqltok_scan s;
	bool whole;

	ir_sqltok_begin(&s, text, n, first_line);
	x.v = v;
	while (!x.blind && ir_sqltok_statement(&s, v, TOKENS, &x.n, &whole)) {
		if (whole)
			statement(&x);
		else
			ir_sqljudge_tell(&x, IR_SQLJUDGE_OLD, IR_MIGRATE_UNKNOWN, "%s: it could not be read to its end",
			    beginning(&x));
		skip_rows(&x, &s);
	}
	ir_arena_done(&x.scratch);
}
