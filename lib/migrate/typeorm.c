/* typeorm - migrations of TypeORM: classes whose names end in the time they were written, and the table migrations */
#include <ctype.h>

#include "base/num.h"
#include "migrate/script.h"

enum { STAMP = 13 }; /* figures: milliseconds since the epoch */

static bool
wants(const char *path, size_t *dir)
{
	*dir = (size_t)(ir_script_base(path) - path);
	*dir -= *dir > 0;
	return ir_script_stamped(ir_script_base(path), STAMP, "-_", "ts js cts mts cjs mjs") == STAMP;
}

static size_t
word_end(const char *s)
{
	size_t n = 0;

	while (isalnum((unsigned char)s[n]) || s[n] == '_' || s[n] == '$')
		n++;
	return n;
}

/* "AddDue1700000000000": its time; IR_TIME_NONE: it has none. */
static int64_t
time_of(const char *name)
{
	size_t n = strlen(name);
	int64_t ms;

	if (n < STAMP || strspn(name + n - STAMP, "0123456789") < STAMP ||
	    ir_parse_int(name + n - STAMP + strspn(name + n - STAMP, "0"), 1, INT64_MAX, &ms, NULL) < 0)
		return INT64_MIN;
	return ms;
}

/* The first class whose name has a time. */
static const char *
class_name(struct ir_arena *arena, const char *bare)
{
	for (const char *at = bare; (at = ir_script_word(at, "class"));) {
		const char *name;

		at += 5;
		at += strspn(at, " \t\r\n");
		name = ir_strndup(arena, at, word_end(at));
		if (time_of(name) != INT64_MIN)
			return name;
	}
	return NULL;
}

/* name = 'AddDue1700000000000', in the class: then that is what the table has. */
static const char *
property(struct ir_arena *arena, const struct ir_tree_file *file, const char *bare)
{
	for (const char *at = bare; (at = ir_script_word(at, "name"));) {
		const char *s = at += 4;
		const char *name;

		s += strspn(s, " \t");
		if (*s != '=')
			continue;
		s += 1 + strspn(s + 1, " \t");
		if (!*s || !strchr("'\"`", *s))
			continue;
		name = file->text + (s - bare) + 1;
		name = ir_strndup(arena, name, word_end(name));
		if (time_of(name) != INT64_MIN)
			return name;
	}
	return NULL;
}

static bool
is_one(const char *bare)
{
	struct ir_arena scratch = { 0 };
	bool is = ir_script_word(bare, "up") && class_name(&scratch, bare);

	ir_arena_done(&scratch);
	return is;
}

static int
read_file(struct ir_migrate_set *set, const struct ir_tree_file *file, const struct ir_tree_file *all, size_t n_all,
    struct ir_migrate_file *ret)
{
	static const struct ir_script script = { IR_SCRIPT_SLASH, is_one, ir_script_down, false,
		"code in JavaScript: not judged" };
	struct ir_arena scratch = { 0 };
	const char *bare, *name;

	(void)all;
	(void)n_all;
	if (!ir_script_read(&script, set, file, ret))
		return 0;
	bare = ir_script_bare(&scratch, file, IR_SCRIPT_SLASH);
	name = property(&scratch, file, bare);
	ret->name = ir_strdup(set->arena, name ? name : class_name(&scratch, bare));
	ir_arena_done(&scratch);
	ret->title = ir_strndup(set->arena, ret->name, strlen(ret->name) - STAMP);
	ret->written_ms = time_of(ret->name);
	return 1;
}

static int
by_time(const void *va, const void *vb)
{
	const struct ir_migrate_file *a = va, *b = vb;

	if (a->written_ms != b->written_ms)
		return a->written_ms < b->written_ms ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void
order(struct ir_migrate_set *set)
{
	qsort(set->v, set->n, sizeof(set->v[0]), by_time);
}

/* One that was renamed has the same time. */
static bool
same(const struct ir_migrate_file *f, const struct ir_migrate_row *r)
{
	return time_of(r->name) == f->written_ms && f->written_ms != INT64_MIN;
}

static const struct ir_migrate_layout layouts[] = {
	{ .table = "migrations",
	    .by_columns = false,
	    .columns = { "id", "timestamp", "name" },
	    .never = { "migration", "batch" },
	    .statement = "SELECT name::text" IR_MIGRATE_XMIN " FROM $T ORDER BY id" },
	{ .table = NULL },
};

const struct ir_migrate_type ir_migrate_typeorm = {
	.name = "typeorm",
	.tool = "npx typeorm migration:show",
	.wants = wants,
	.read = read_file,
	.order = order,
	.layouts = layouts,
	.same = same,
};
