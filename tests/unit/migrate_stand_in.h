/* migrate_stand_in - what other parts of lib/migrate give, where they are not linked in */
#ifndef IR_TESTS_UNIT_MIGRATE_STAND_IN_H
#define IR_TESTS_UNIT_MIGRATE_STAND_IN_H

#include <string.h>

#include "migrate/type.h"

__attribute__((weak)) void
ir_migrate_worsen(struct ir_migrate_judgement *j, enum ir_migrate_verdict v, const char *operation, unsigned line)
{
	static const int weight[] = { [IR_MIGRATE_SAFE] = 0, [IR_MIGRATE_UNKNOWN] = 1, [IR_MIGRATE_UNSAFE] = 2 };

	if (j->operation && weight[v] <= weight[j->verdict])
		return;
	if (weight[v] < weight[j->verdict])
		return;
	j->verdict = v;
	j->operation = operation;
	j->line = line;
}

__attribute__((weak)) void
ir_migrate_judge_sql(struct ir_arena *arena, const char *text, size_t n, unsigned first_line, struct ir_migrate_judgement *j)
{
	const char *s = ir_strndup(arena, text, n);

	if (strstr(s, "DROP COLUMN") || strstr(s, "RENAME"))
		ir_migrate_worsen(j, IR_MIGRATE_UNSAFE, s, first_line);
	else if (!strstr(s, "CREATE INDEX"))
		ir_migrate_worsen(j, IR_MIGRATE_UNKNOWN, s, first_line);
}

__attribute__((weak)) void
ir_migrate_order(struct ir_migrate_set *set)
{
	(void)set;
}

#endif
