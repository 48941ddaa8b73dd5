/* migrate_find - files of a tree become sets, one a framework and directory */
#include "migrate_fake.h"
#include "tap.h"

static struct ir_arena arena;

#define KNEX "exports.up = (knex) => knex.schema.dropTable('x');"
#define SEQUELIZE "module.exports = { async up(queryInterface) {}, async down(queryInterface) {} };"

static void
test_sets(void)
{
	static const struct fake_file v[] = {
		{ "README.md", "exports.up" },
		{ "api/migrations/20260101000000_b.js", KNEX },
		{ "api/migrations/20260101000000_a.js", KNEX },
		{ "api/migrations/20260102000000_helper.js", "module.exports = {}" },
		{ "api/migrations/notes.js", KNEX },
		{ "both/migrations/20260101000000-s.js", SEQUELIZE },
		{ "both/migrations/20260101000000_k.js", KNEX },
		{ "both/migrations/20260103000000_s.js", SEQUELIZE },
		{ "empty/migrations/20260101000000_x.js", "" },
		{ "web/migrations/20260101000000_w.js", KNEX },
		{ NULL, NULL },
	};
	struct fake_found f;

	fake_find(&f, &arena, v, NULL);
	IS_INT(f.called, 1, "told once");
	IS_STR(f.why, "", "without trouble");
	IS_INT((int64_t)f.code.n, 4, "four sets");
	OK(!f.code.cut && !f.code.troubles.n, "of all that there is");
	IS_STR(f.code.v[0].type->name, "sequelize", "frameworks in their order");
	IS_STR(f.code.v[0].dir, "both/migrations", "with their directory");
	IS_STR(fake_text(&arena, &f.code.v[0]),
	    "20260101000000-s.js|s|2026-01-01|0\n20260103000000_s.js|s|2026-01-03|0\n",
	    "what the first that wants it takes");
	IS_STR(f.code.v[1].dir, "api/migrations", "directories apart");
	IS_STR(fake_text(&arena, &f.code.v[1]),
	    "20260101000000_a.js|a|2026-01-01|0\n20260101000000_b.js|b|2026-01-01|0\n",
	    "by name, without what is none");
	IS_STR(fake_text(&arena, &f.code.v[2]), "20260101000000_k.js|k|2026-01-01|0\n", "the rest is for the next");
	IS_STR(f.code.v[3].dir, "web/migrations", "a directory with nothing in it is no set");
}

static void
test_unread(void)
{
	static const struct fake_file v[] = {
		{ "a/migrations/20260101000000_big.js", NULL },
		{ "a/migrations/20260102000000_x.js", KNEX },
		{ NULL, NULL },
	};
	struct fake_found f;

	fake_find(&f, &arena, v, NULL);
	OK(f.code.cut, "not everything could be looked at");
	IS_STR(f.code.troubles.n ? f.code.troubles.v[0] : NULL,
	    "a/migrations/20260101000000_big.js: larger than 1.0 MiB", "which");
	IS_INT((int64_t)f.code.v[0].n, 2, "it is there all the same");
	IS_STR(f.code.v[0].v[0].trouble, "larger than 1.0 MiB", "with its trouble");
	IS_STR(f.code.v[0].v[0].judgement.operation, "not read: larger than 1.0 MiB", "and unknown");
	IS_INT(f.code.v[0].v[0].judgement.reversible, -1, "in all");
	fake_find(&f, &arena, v, "git is not there");
	IS_STR(f.why, "git is not there", "a tree that cannot be listed");
	IS_INT(f.called, 1, "is told once");
}

/* More than is taken; and not all at once. */
static void
test_many(void)
{
	enum { N = IR_MIGRATE_FILES + 5 };
	struct fake_file *v = IR_NEW_N(&arena, struct fake_file, N + 1);
	struct fake_found f;

	for (size_t i = 0; i < N; i++)
		v[i] = (struct fake_file){ ir_asprintf(&arena, "migrations/2026%06zu_x.js", i), KNEX };
	fake_find(&f, &arena, v, NULL);
	IS_INT((int64_t)f.code.v[0].n, IR_MIGRATE_FILES, "as many as are taken");
	OK(f.code.cut && f.code.troubles.n == 1, "that there are more is told: %s", f.code.troubles.v[0]);
	OK(f.tree.most <= 1000 && f.tree.reads >= 20, "read in parts: %zu", f.tree.reads);
	IS_STR(f.code.v[0].v[0].name, "2026000000_x.js", "from the first on");
}

static void
test_stop(void)
{
	static const struct fake_file v[] = { { "migrations/20260101000000_x.js", KNEX }, { NULL, NULL } };
	struct ir_ctx ctx = { .command = "ir-test", .arena = &arena, .deadline_us = ir_mono_us() + 20000000 };
	struct ir_err err = IR_ERR_INIT;
	struct ir_migrate_code code;
	struct fake_found f = { .called = 0 };
	struct ir_migrate_find *find;

	ctx.loop = ir_loop_new(&ctx, &err);
	f.tree = (struct ir_tree){ .loop = ctx.loop, .arena = &arena, .v = v };
	find = ir_migrate_find(&ctx, &f.tree, NULL, &code, fake_found, &f, &err);
	ir_migrate_find_stop(find);
	IS_INT(ir_loop_run(ctx.loop, NULL, NULL), 0, "nothing is left when it is stopped");
	IS_INT(f.called, 0, "and nothing is told");
	ir_migrate_find_stop(find);
	ir_migrate_find_stop(NULL);
	ir_loop_free(ctx.loop);
}

int
main(void)
{
	test_sets();
	test_unread();
	test_many();
	test_stop();
	ir_arena_done(&arena);
	return tap_done();
}
