/* migrate_rails - any bytes as a migration of Rails: the judge ends, and what drops an old table behind them is never called safe */
#include "fuzz.h"
#include "migrate/rails.h"

static struct ir_migrate_judgement
judge(struct ir_arena *arena, const char *text, size_t n)
{
	struct ir_migrate_judgement j = { 0 };

	rails_judge(arena, text, n, &j);
	HOLDS(j.operation || j.verdict == IR_MIGRATE_SAFE);
	HOLDS(!j.operation || strlen(j.operation) < 1000);
	HOLDS(j.line <= n + 1);
	HOLDS(j.reversible >= -1 && j.reversible <= 1);
	return j;
}

/* Words with which the method may be over, or be another one, before what is behind them. */
static bool
may_end(const char *s, size_t n)
{
	static const char *const words[] = { "end", "END", "def", "class", "down", "an_old_one" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (memmem(s, n, words[i], strlen(words[i])))
			return true;
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char head[] = "class A < ActiveRecord::Migration[7.0]\ndef change\n",
			  tail[] = "\ndrop_table :an_old_one\nend\nend\n";
	struct ir_arena arena = { NULL };
	char *text = fuzz_string(data, n), *all = malloc(sizeof(head) + n + sizeof(tail));
	size_t len = sizeof(head) - 1;

	judge(&arena, text, n);
	memcpy(all, head, len);
	memcpy(all + len, text, n);
	memcpy(all + len + n, tail, sizeof(tail));
	HOLDS(may_end(text, n) || judge(&arena, all, len + n + sizeof(tail) - 1).verdict != IR_MIGRATE_SAFE);
	free(all);
	free(text);
	ir_arena_done(&arena);
	return 0;
}
