/* liquibase - change sets of Liquibase: changelogs put together as they include each other, and databasechangelog */
#include <ctype.h>
#include <strings.h>

#include "base/clock.h"
#include "migrate/changelog.h"
#include "migrate/script.h"

enum { DEPTH = 20, COMPARED = 4000000 };

/* All changelogs of a set: its priv. */
struct book {
	struct ir_changelog *first, **end;
	size_t items;
	long budget; /* names that may be compared */
};

struct ir_changelog_item *
ir_changelog_add(struct ir_changelog *log, int kind)
{
	if (log->n == log->max) {
		log->trouble = ir_asprintf(log->arena, "%s: more than %d change sets", log->path, IR_CHANGELOG_ITEMS);
		return NULL;
	}
	if (log->n == log->size) {
		struct ir_changelog_item *v =
		    IR_NEW_N(log->arena, struct ir_changelog_item, log->size = log->size * 2 + 8);

		if (log->n)
			memcpy(v, log->v, log->n * sizeof(*v));
		log->v = v;
	}
	log->v[log->n].kind = kind;
	return &log->v[log->n++];
}

/* Changelogs are called anything: they are looked for where a directory or a file is called after them. What lies beside that is one set. */
static bool
wants(const char *path, size_t *dir)
{
	static const char *const words[] = { "changelog", "liquibase", "changeset", NULL };
	const char *base = ir_script_base(path), *ext = base + ir_script_stem(base);

	if (strcmp(ext, ".sql") != 0 && strcmp(ext, ".xml") != 0 && strcmp(ext, ".yaml") != 0 &&
	    strcmp(ext, ".yml") != 0 && strcmp(ext, ".json") != 0)
		return false;
	for (const char *s = path; *s; s += strcspn(s, "/"), s += *s == '/') {
		size_t n = strcspn(s, "/");

		for (size_t w = 0; words[w]; w++)
			for (size_t i = 0; i + strlen(words[w]) <= n; i++)
				if (strncasecmp(s + i, words[w], strlen(words[w])) == 0) {
					*dir = (size_t)(s - path) - (s > path);
					return true;
				}
	}
	return false;
}

static int
read_file(struct ir_migrate_set *set, const struct ir_tree_file *file, const struct ir_tree_file *all, size_t n_all,
    struct ir_migrate_file *ret)
{
	const char *base = ir_script_base(file->path), *ext = base + ir_script_stem(base);
	struct ir_changelog *log = IR_NEW(set->arena, struct ir_changelog);
	struct book *book = set->priv;
	bool is_one;

	(void)all;
	(void)n_all;
	if (!book) {
		book = set->priv = IR_NEW(set->arena, struct book);
		book->end = &book->first;
	}
	*log =
	    (struct ir_changelog){ .arena = set->arena, .path = file->path, .max = IR_CHANGELOG_ITEMS - book->items };
	if (strcmp(ext, ".sql") == 0)
		is_one = ir_changelog_sql(log, file->text, file->n);
	else if (strcmp(ext, ".xml") == 0)
		is_one = ir_changelog_xml(log, file->text, file->n);
	else
		is_one = ir_changelog_yaml(log, file->text, file->n);
	if (!is_one)
		return 0;
	*book->end = log;
	book->end = &log->next;
	book->items += log->n;
	ret->name = file->path;
	return 1;
}

/* ---- which changelog includes which */

static const char *
without_scheme(const char *path)
{
	const char *colon = strchr(path, ':');

	path = colon ? colon + 1 : path;
	while (strncmp(path, "./", 2) == 0)
		path += 2;
	return path + strspn(path, "/");
}

/* "a/b.xml" at the end of "x/a/b.xml", or the other way round. */
static bool
alike(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b), n = na < nb ? na : nb;

	if (n == 0 || strcmp(a + na - n, b + nb - n) != 0)
		return false;
	return na == nb || (na > nb ? a[na - n - 1] : b[nb - n - 1]) == '/';
}

/* What an item names, seen from the top of the tree or of the class path. "..": one directory less. */
static const char *
target(struct ir_arena *arena, const struct ir_changelog *from, const struct ir_changelog_item *item)
{
	const char *path = without_scheme(item->path);
	size_t n = (size_t)(ir_script_base(from->path) - from->path);

	if (!item->relative)
		return path;
	for (; strncmp(path, "../", 3) == 0; path += 3) {
		n -= n > 0;
		while (n && from->path[n - 1] != '/')
			n--;
	}
	return ir_asprintf(arena, "%.*s%s", (int)n, from->path, path);
}

static bool
is_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	while (n && dir[n - 1] == '/')
		n--;
	for (const char *s = path; s; s = strchr(s, '/') ? strchr(s, '/') + 1 : NULL)
		if (strncmp(s, dir, n) == 0 && s[n] == '/')
			return true;
	return n == 0;
}

static bool
includes(struct book *book, const struct ir_changelog *from, const struct ir_changelog_item *item, const char *what,
    const struct ir_changelog *other)
{
	if (item->kind == IR_CHANGESET || other == from || book->budget-- <= 0)
		return false;
	return item->kind == IR_CHANGELOG_INCLUDE ? alike(other->path, what) : is_below(other->path, what);
}

static void
mark_included(struct ir_migrate_set *set, struct book *book, const struct ir_changelog *log)
{
	for (size_t i = 0; i < log->n; i++) {
		const char *what = log->v[i].kind == IR_CHANGESET ? NULL : target(set->arena, log, &log->v[i]);
		bool found = !what || log->v[i].kind == IR_CHANGELOG_INCLUDE_ALL;

		for (struct ir_changelog *other = what ? book->first : NULL; other; other = other->next)
			if (includes(book, log, &log->v[i], what, other))
				found = other->included = true;
		if (!found && !set->trouble)
			set->trouble = ir_asprintf(set->arena, "%s includes %s, which is not there", log->path, what);
	}
}

/* ---- change sets in their order */

static const char *
known_by(const struct ir_changelog *log, const struct ir_changelog_item *item)
{
	const char *path = item->path ? item->path : log->logical ? log->logical : log->path;
	const char *resources = strstr(path, "/resources/");

	return resources ? resources + 11 : without_scheme(path);
}

static void
tell_changeset(struct ir_migrate_set *set, const struct ir_changelog *log, const struct ir_changelog_item *item)
{
	if (set->n == set->size)
		return;
	set->v[set->n++] = (struct ir_migrate_file){ .app = known_by(log, item),
		.name = item->id,
		.path = log->path,
		.written_ms = IR_TIME_NONE,
		.repeats = item->repeats,
		.judgement = item->judgement };
}

static void
tell_log(struct ir_migrate_set *set, struct book *book, struct ir_changelog *log, int depth)
{
	if (log->told || depth == DEPTH)
		return;
	log->told = true;
	if (log->trouble && !set->trouble)
		set->trouble = log->trouble;
	for (size_t i = 0; i < log->n; i++) {
		const struct ir_changelog_item *item = &log->v[i];
		const char *what = item->kind == IR_CHANGESET ? NULL : target(set->arena, log, item);

		if (!what)
			tell_changeset(set, log, item);
		for (struct ir_changelog *other = what ? book->first : NULL; other; other = other->next)
			if (includes(book, log, item, what, other))
				tell_log(set, book, other, depth + 1);
	}
}

/* Files become change sets: from those that no other includes on; of a circle, all the same. */
static void
order(struct ir_migrate_set *set)
{
	struct book *book = set->priv;

	if (!book)
		return;
	set->v = IR_NEW_N(set->arena, struct ir_migrate_file, book->items + 1);
	set->size = book->items;
	set->n = 0;
	book->budget = COMPARED;
	for (struct ir_changelog *log = book->first; log; log = log->next)
		mark_included(set, book, log);
	if (book->budget <= 0)
		set->trouble = "its changelogs include too much to be followed";
	book->budget = COMPARED;
	for (int included = 0; included < 2; included++)
		for (struct ir_changelog *log = book->first; log; log = log->next)
			if (included || !log->included)
				tell_log(set, book, log, 0);
}

/* The table has the path as it was given to Liquibase, or seen from a directory of the class path. */
static bool
same(const struct ir_migrate_file *f, const struct ir_migrate_row *r)
{
	return strcmp(f->name, r->name) == 0 && alike(f->app, without_scheme(r->app));
}

/* clang-format off */
#define ROWS "SELECT orderexecuted, filename::text AS app, id::text AS name, author::text, {description:nullif(description::text, '')}" \
	"{!description:NULL::text} AS title, {deployment_id:deployment_id::text}{!deployment_id:NULL::text} AS batch, " \
	"extract(epoch FROM dateexecuted)::text AS applied, CASE exectype::text WHEN 'FAILED' THEN 'failed' WHEN 'SKIPPED' THEN 'undone' END AS state"
#define COLUMNS .by_columns = true, .columns = { "id", "author", "filename", "dateexecuted", "orderexecuted", "exectype", "md5sum" }, \
	.more = { "deployment_id", "description" }
static const struct ir_migrate_layout layouts[] = {
	{ .table = "databasechangelog", COLUMNS, .with = "databasechangeloglock",
	    .statement = "SELECT app, name, author, title, batch, applied, state, error FROM (" ROWS ", NULL::text AS error FROM $T UNION ALL "
	    "SELECT 2147483647, '', 'databasechangeloglock', NULL, NULL, NULL, NULL, 'failed', 'the lock is held by ' || coalesce(lockedby::text, "
	    "'somebody') || coalesce(' since ' || lockgranted::text, '') FROM $W WHERE locked::text IN ('t', 'true', '1')) s ORDER BY orderexecuted" },
	{ .table = "databasechangelog", COLUMNS, .statement = ROWS " FROM $T ORDER BY orderexecuted" },
	{ .table = NULL },
};
/* clang-format on */

const struct ir_migrate_type ir_migrate_liquibase = {
	.name = "liquibase",
	.tool = "liquibase status --verbose",
	.wants = wants,
	.read = read_file,
	.order = order,
	.layouts = layouts,
	.same = same,
};
