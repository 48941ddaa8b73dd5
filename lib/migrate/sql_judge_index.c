/* sql_judge_index - CREATE INDEX */
#include "migrate/sql_judge.h"

void
ir_sqljudge_create_index(struct ir_sqljudge *x)
{
	bool unique = ir_sqltok_is(&x->v[1], "UNIQUE"), concurrently = ir_sqljudge_eat(x, "CONCURRENTLY");
	struct ir_sqljudge_name name = { .key = "", .shown = "" }, table = name;
	enum ir_sqljudge_age age;
	size_t from;

	ir_sqljudge_eat(x, "IF NOT EXISTS");
	if (!ir_sqljudge_is(x, "ON"))
		(void)ir_sqljudge_name(x, &name);
	if (ir_sqljudge_eat(x, "ON"))
		ir_sqljudge_eat(x, "ONLY");
	(void)ir_sqljudge_name(x, &table);
	age = ir_sqljudge_age(x, &table);
	if (age == IR_SQLJUDGE_NEW)
		ir_sqljudge_made(x, &name, false);
	if (!concurrently)
		ir_sqljudge_locks(x, age);
	if (ir_sqljudge_eat(x, "USING"))
		x->i++;
	from = x->i;
	if (unique)
		ir_sqljudge_tell(x, age, IR_MIGRATE_UNSAFE,
		    "CREATE UNIQUE INDEX %s ON %s: it may refuse what old code writes", name.shown, table.shown);
	else if (!*table.key || !ir_sqljudge_is(x, "(") || !ir_sqljudge_harmless(x, from, x->n) ||
		 ir_sqljudge_computes(x, from, x->n))
		ir_sqljudge_tell(x, age, IR_MIGRATE_UNKNOWN,
		    "CREATE INDEX %s ON %s: what it computes may fail on rows of old code", name.shown, table.shown);
	else
		ir_sqljudge_tell(x, age, IR_MIGRATE_SAFE, "CREATE INDEX %s ON %s", name.shown, table.shown);
}
