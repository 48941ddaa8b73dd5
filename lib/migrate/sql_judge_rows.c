/* sql_judge_rows - statements that change rows, or only seem to ask for them */
#include <string.h>

#include "migrate/sql_judge.h"

/* Safe on a new table, when what it computes is harmless too; else as verdict and why say. */
static void
change(struct ir_sqljudge *x, const char *what, enum ir_migrate_verdict verdict, const char *why)
{
	struct ir_sqljudge_name table = { .key = "", .shown = "" };
	enum ir_sqljudge_age age;

	ir_sqljudge_eat(x, "ONLY");
	(void)ir_sqljudge_name(x, &table);
	age = ir_sqljudge_age(x, &table);
	if (age == IR_SQLJUDGE_NEW) {
		/* INSERT INTO t (columns): that parenthesis calls nothing */
		if (ir_sqljudge_is(x, "("))
			ir_sqljudge_skip_parens(x);
		if (!ir_sqljudge_harmless(x, x->i, x->n))
			age = IR_SQLJUDGE_OLD, verdict = IR_MIGRATE_UNKNOWN, why = "what it computes is not known";
	}
	ir_sqljudge_tell(x, age, verdict, "%s %s%s%s", what, table.shown, age == IR_SQLJUDGE_NEW ? "" : ": ",
	    age == IR_SQLJUDGE_NEW ? "" : why);
}

void
ir_sqljudge_insert(struct ir_sqljudge *x)
{
	change(x, "INSERT INTO", IR_MIGRATE_UNKNOWN, "old code may not expect these rows");
}

void
ir_sqljudge_update(struct ir_sqljudge *x)
{
	change(x, "UPDATE", IR_MIGRATE_UNKNOWN, "old code may not expect what it writes");
}

void
ir_sqljudge_delete(struct ir_sqljudge *x)
{
	size_t from = x->i;
	struct ir_sqljudge_name table = { .key = "", .shown = "" };

	ir_sqljudge_eat(x, "ONLY");
	(void)ir_sqljudge_name(x, &table);
	ir_sqljudge_drops(x, ir_sqljudge_age(x, &table));
	x->i = from;
	change(x, "DELETE FROM", IR_MIGRATE_UNSAFE, "old code may count on these rows");
}

void
ir_sqljudge_truncate(struct ir_sqljudge *x)
{
	struct ir_sqljudge_name table = { .key = "", .shown = "" };

	ir_sqljudge_eat(x, "TABLE");
	do {
		enum ir_sqljudge_age age;

		ir_sqljudge_eat(x, "ONLY");
		(void)ir_sqljudge_name(x, &table);
		ir_sqljudge_eat(x, "*");
		age = ir_sqljudge_age(x, &table);
		ir_sqljudge_tell(
		    x, age, IR_MIGRATE_UNSAFE, "TRUNCATE %s: old code may count on these rows", table.shown);
		ir_sqljudge_drops(x, age);
		ir_sqljudge_locks(x, age);
	} while (ir_sqljudge_eat(x, ","));
	if (ir_sqljudge_is(x, "CASCADE"))
		ir_sqljudge_tell(x, IR_SQLJUDGE_OLD, IR_MIGRATE_UNSAFE,
		    "TRUNCATE %s CASCADE: old code may count on these rows", table.shown);
}

/* One that only sets something of the session, or gives a constant, does nothing. */
void
ir_sqljudge_select(struct ir_sqljudge *x)
{
	bool constant = x->n == 2 && (x->v[1].kind == IR_SQLTOK_NUMBER || x->v[1].kind == IR_SQLTOK_STRING);

	if (constant)
		return;
	ir_sqljudge_eat(x, "PG_CATALOG .");
	if (ir_sqljudge_eat(x, "SET_CONFIG (")) {
		x->made = x->maybe = x->types = (struct ir_list){ 0 }; /* search_path, most likely */
		x->i--;
		ir_sqljudge_skip_parens(x);
		if (ir_sqljudge_end(x))
			return;
	}
	ir_sqljudge_tell(x, IR_SQLJUDGE_OLD, IR_MIGRATE_UNKNOWN, "SELECT: what it calls may change anything");
}
