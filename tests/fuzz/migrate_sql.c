/* migrate_sql - any bytes as SQL: the judge ends, and what drops an old table behind them is never called safe */
#include "fuzz.h"
#include "migrate/type.h"

static struct ir_migrate_judgement
judge(struct ir_arena *arena, const char *text, size_t n)
{
	struct ir_migrate_judgement j = { 0 };

	ir_migrate_judge_sql(arena, text, n, 1, &j);
	HOLDS(j.operation || j.verdict == IR_MIGRATE_SAFE);
	HOLDS(!j.operation || strlen(j.operation) < 1000);
	HOLDS(j.line <= n + 1);
	return j;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char drop[] = "\n;DROP TABLE an_old_one";
	struct ir_arena arena = { NULL };
	char *text = fuzz_string(data, n), *more = malloc(n + sizeof(drop));
	enum ir_migrate_verdict first = judge(&arena, text, n).verdict, then;

	memcpy(more, text, n);
	memcpy(more + n, drop, sizeof(drop));
	then = judge(&arena, more, n + sizeof(drop) - 1).verdict;
	HOLDS(then != IR_MIGRATE_SAFE || strstr(text, "an_old_one"));
	HOLDS(first != IR_MIGRATE_UNSAFE || then != IR_MIGRATE_SAFE);
	free(more);
	free(text);
	ir_arena_done(&arena);
	return 0;
}
