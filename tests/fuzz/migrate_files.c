/* migrate_files - any bytes as files of migrations, in pairs: whatever they hold, they end soon, and what is taken has a name */
#include "migrate/type.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char *const paths[] = { "migrations/20260101000000_a.js", "migrations/20260101000000-b.ts",
	"src/1700000000000-c.ts", "database/migrations/2026_01_01_000000_d.php",
	"priv/repo/migrations/20260101000000_e.exs", "changelog/f.sql", "changelog/g.yaml", "changelog/h.json",
	"changelog/i.xml", "deploy/a.sql", "sqitch.plan", "shop/migrations/0001_a.py", "shop/settings.py",
	"shop/apps.py", "db/versions/aaaa01_a.py", "db/migrate/20260101000000_a.rb", "sql/V1__a.sql", "sql/R__b.sql",
	"prisma/migrations/20260101000000_a/migration.sql", "migrations/2026-01-01-000000_a/up.sql",
	"db/migrations/20260101000000_a.sql", "migrations/000001_a.up.sql", "migrations/000001_a.down.sql" };
enum { PATHS = sizeof(paths) / sizeof(paths[0]) };

static void
check(const struct ir_migrate_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		const struct ir_migrate_file *f = &set->v[i];

		if (!f->app || !f->name || !f->path || (f->trouble && f->judgement.verdict == IR_MIGRATE_SAFE))
			abort();
	}
}

static void
read_both(struct ir_arena *arena, const struct ir_migrate_type *type, const struct ir_tree_file *files, size_t n)
{
	struct ir_migrate_set set = { .type = type, .arena = arena, .dir = "" };
	size_t dir;

	set.v = IR_NEW_N(arena, struct ir_migrate_file, n);
	set.size = n;
	ir_migrate_index(&set);
	for (size_t i = 0; i < n; i++) {
		set.v[set.n] = (struct ir_migrate_file){ .app = "", .path = files[i].path, .written_ms = INT64_MIN };
		if (type->wants(files[i].path, &dir) && type->read(&set, &files[i], files, n, &set.v[set.n]))
			set.n++;
	}
	if (type->order)
		type->order(&set);
	check(&set);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ir_arena arena = { .blocks = NULL };
	struct ir_tree_file files[2] = { { 0 } };
	size_t half;

	if (n < 3)
		return 0;
	half = (n - 3) * data[2] / 255;
	files[0] = (struct ir_tree_file){ .path = paths[data[0] % PATHS] };
	files[1] = (struct ir_tree_file){ .path = paths[data[1] % PATHS] };
	for (size_t i = 0; i < 2; i++) {
		size_t len = i ? n - 3 - half : half;
		char *text = ir_arena_alloc(&arena, len + 1);

		memcpy(text, data + 3 + (i ? half : 0), len);
		files[i].text = text;
		files[i].n = len;
	}
	for (size_t t = 0; ir_migrate_types[t]; t++)
		read_both(&arena, ir_migrate_types[t], files, 2);
	ir_arena_done(&arena);
	return 0;
}
