/* flyway - Flyway: V1_2__words.sql, R__words.sql that is repeated, U1_2__words.sql that undoes */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "migrate/numbered.h"

/* Subdirectories that hold one database's own files, beside those of others. */
static const char *const vendors[] = { "postgresql", "postgres", "mysql", "mariadb", "h2", "oracle", "sqlserver",
	"mssql", "sqlite", "hsqldb", "derby", "db2", NULL };

struct flyway_name {
	const char *base, *version, *words; /* version "" of R__ */
	size_t n_version, n_words;
	char type; /* V R U */
	bool sql;
};

static bool
parse(const char *path, struct flyway_name *ret)
{
	size_t dir = ir_numbered_dir(path, strlen(path));
	const char *end = path + strlen(path), *q;

	*ret = (struct flyway_name){ .base = path + dir + (path[dir] == '/') };
	ret->type = *ret->base;
	ret->sql = ir_numbered_ends(path, ".sql");
	if (!ret->type || !strchr("VRU", ret->type) ||
	    (!ret->sql && !ir_numbered_ends(path, ".java") && !ir_numbered_ends(path, ".kt")))
		return false;
	ret->version = ret->base + 1;
	for (q = ret->version; isdigit((unsigned char)*q) || ((*q == '.' || *q == '_') && isdigit((unsigned char)q[1]));
	     q++)
		;
	ret->n_version = (size_t)(q - ret->version);
	if (strncmp(q, "__", 2) != 0 || (ret->n_version == 0) != (ret->type == 'R') || ret->n_version > 50)
		return false;
	ret->words = q + 2;
	while (end > ret->words && *--end != '.')
		;
	ret->n_words = (size_t)(end - ret->words);
	return ret->n_words > 0;
}

/* Locations are searched through; those of Java's and of resources are one. */
static size_t
set_dir(const char *path, size_t dir)
{
	const char *at = strstr(path, "db/migration/"), *main_dir = strstr(path, "/src/main/");
	size_t n;

	if (!at || (size_t)(at - path) > dir || (at > path && at[-1] != '/'))
		return dir;
	at += strlen("db/migration/");
	for (size_t i = 0; vendors[i]; i++)
		if (strncmp(at, vendors[i], n = strlen(vendors[i])) == 0 && at[n] == '/')
			return (size_t)(at + n - path);
	if (strncmp(path, "src/main/", 9) == 0)
		return strlen("src/main");
	return main_dir && main_dir < at ? (size_t)(main_dir - path) + strlen("/src/main") : (size_t)(at - 1 - path);
}

static bool
wants(const char *path, size_t *dir)
{
	struct flyway_name n;

	if (!parse(path, &n))
		return false;
	*dir = set_dir(path, ir_numbered_dir(path, strlen(path)));
	return true;
}

/* CRC-32 of all lines without their ends, a byte order mark left out, as a signed number. */
static const char *
checksum(struct ir_arena *arena, const struct ir_tree_file *f, bool repeats)
{
	const char *s = f->text, *end = s + f->n;
	uLong sum = crc32(0, NULL, 0);

	/* What is in a placeholder counts too, of those that are repeated. */
	if (repeats && memmem(s, f->n, "${", 2))
		return NULL;
	if (f->n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
		s += 3;
	while (s < end) {
		const char *line = s;

		while (s < end && *s != '\n' && *s != '\r')
			s++;
		sum = crc32(sum, (const Bytef *)line, (uInt)(s - line));
		s += s < end;
	}
	return ir_asprintf(arena, "%d", (int)(uint32_t)sum);
}

/* "1_2" as the table has it: "1.2". */
static char *
replaced(struct ir_arena *arena, const char *s, size_t n, char from, char to)
{
	char *copy = ir_strndup(arena, s, n);

	for (char *q = copy; *q; q++)
		if (*q == from)
			*q = to;
	return copy;
}

static bool
has_undo(
    struct ir_arena *arena, const struct flyway_name *n, const char *path, const struct ir_tree_file *all, size_t n_all)
{
	const char *undo =
	    ir_asprintf(arena, "%.*sU%.*s__", (int)(n->base - path), path, (int)n->n_version, n->version);

	return n->type == 'V' && ir_sql_says_something(ir_beside(all, n_all, undo, false));
}

static void
judge(
    struct ir_migrate_set *set, const struct flyway_name *n, const struct ir_tree_file *f, struct ir_migrate_file *ret)
{
	if (!f->text) {
		ir_migrate_unread(ret, f);
	} else if (!n->sql) {
		ir_migrate_worsen(&ret->judgement, IR_MIGRATE_UNKNOWN, "a program: what it does is not known", 1);
	} else {
		ret->checksum = checksum(set->arena, f, ret->repeats);
		ir_migrate_judge_sql(set->arena, f->text, f->n, 1, &ret->judgement);
	}
}

static int
read_one(struct ir_migrate_set *set, const struct ir_tree_file *f, const struct ir_tree_file *all, size_t n_all,
    struct ir_migrate_file *ret)
{
	struct flyway_name n;

	if (!parse(f->path, &n) || n.type == 'U')
		return 0;
	ret->app = "";
	ret->repeats = n.type == 'R';
	ret->name = ret->repeats ? ir_asprintf(set->arena, "R__%s", replaced(set->arena, n.words, n.n_words, ' ', '_'))
				 : replaced(set->arena, n.version, n.n_version, '_', '.');
	ret->title = replaced(set->arena, n.words, n.n_words, '_', ' ');
	ret->written_ms = ret->repeats ? IR_TIME_NONE : ir_migrate_stamp(n.version, n.n_version);
	judge(set, &n, f, ret);
	ret->judgement.reversible = has_undo(set->arena, &n, f->path, all, n_all);
	return 1;
}

/* The next number of a version, without its zeros: "" when there is none. Moves on behind it. */
static size_t
part(const char **s, const char **digits)
{
	size_t n;

	while (**s == '.')
		(*s)++;
	while (**s == '0')
		(*s)++;
	*digits = *s;
	n = strspn(*s, "0123456789");
	*s += n;
	return n;
}

/* "1.10" is after "1.9", "1.0" is "1", "01" too. */
static int
compare_versions(const char *a, const char *b)
{
	while (*a || *b) {
		const char *x, *y;
		size_t n = part(&a, &x), m = part(&b, &y);
		int c = n != m ? (n > m) - (n < m) : memcmp(x, y, n);

		if (c)
			return c;
		if ((*a && *a != '.') || (*b && *b != '.'))
			return strcmp(a, b);
	}
	return 0;
}

static int
by_version(const void *a, const void *b)
{
	const struct ir_migrate_file *x = a, *y = b;
	int c = x->repeats || y->repeats ? x->repeats - y->repeats : compare_versions(x->name, y->name);

	if (!c && x->repeats)
		c = strcmp(x->name, y->name);
	return c ? c : strcmp(x->path, y->path);
}

static void
order(struct ir_migrate_set *set)
{
	if (set->n)
		qsort(set->v, set->n, sizeof(*set->v), by_version);
}

static bool
same(const struct ir_migrate_file *f, const struct ir_migrate_row *row)
{
	if (f->repeats || strncmp(row->name, "R__", 3) == 0)
		return strcmp(f->name, row->name) == 0;
	return compare_versions(f->name, row->name) == 0;
}

/* A baseline stands for all versions up to its own, and need not be one that there is a file of. */
static void
expand(struct ir_arena *arena, const struct ir_migrate_set *set, struct ir_migrate_table *t)
{
	struct ir_migrate_row *v, *base = NULL;
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].batch && strcmp(t->v[i].batch, "baseline") == 0)
			base = &t->v[i];
	if (!base)
		return;
	v = IR_NEW_N(arena, struct ir_migrate_row, set->n + t->n);
	for (size_t i = 0; i < set->n; i++)
		if (!set->v[i].repeats && compare_versions(set->v[i].name, base->name) <= 0) {
			v[n] = *base;
			v[n].name = set->v[i].name;
			v[n++].batch = NULL;
		}
	for (size_t i = 0; i < t->n; i++)
		if (&t->v[i] != base &&
		    (strncmp(t->v[i].name, "R__", 3) == 0 || compare_versions(t->v[i].name, base->name) > 0))
			v[n++] = t->v[i];
	t->v = v;
	t->n = t->size = n;
}

/* The older schema_version has these columns, too. Of a version, and of a file that is repeated, the newest row counts. */
static const struct ir_migrate_layout layouts[] = {
	{ .table = "flyway_schema_history",
	    .by_columns = true,
	    .columns = { "installed_rank", "version", "description", "type", "script", "checksum", "installed_by",
		"installed_on", "success" },
	    .statement = "SELECT CASE WHEN version IS NULL THEN 'R__' || replace(description, ' ', '_') ELSE version "
			 "END AS name, "
			 "description AS title, CASE WHEN NOT success THEN 'failed' WHEN type LIKE 'UNDO%' OR type = "
			 "'DELETE' THEN "
			 "'undone' ELSE 'applied' END AS state, CASE WHEN type IN ('BASELINE', 'SQL_BASELINE', 'INIT') "
			 "THEN 'baseline' "
			 "END AS batch, CASE WHEN type NOT LIKE 'UNDO%' THEN checksum::text END AS checksum, "
			 "installed_by AS author, "
			 "extract(epoch FROM installed_on)::text AS applied FROM (SELECT DISTINCT ON "
			 "(coalesce(version, script)) * FROM "
			 "$T WHERE type <> 'SCHEMA' ORDER BY coalesce(version, script), installed_rank DESC) s ORDER "
			 "BY installed_rank" },
	{ .table = NULL },
};

const struct ir_migrate_type ir_migrate_flyway = {
	.name = "flyway",
	.tool = "flyway info",
	.wants = wants,
	.read = read_one,
	.order = order,
	.layouts = layouts,
	.expand = expand,
	.same = same,
};
