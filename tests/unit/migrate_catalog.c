/* migrate_catalog - tables that several frameworks could call theirs, by answers of a catalog that are made up here */
#include "migrate/catalog.h"
#include "tap.h"

static struct ir_arena arena;

/* As two that share a name and the columns, one with another table beside it; and a third that has one column more. */
static const struct ir_migrate_layout with_meta[] = {
	{ .table = "schema_migrations",
	    .columns = { "version" },
	    .never = { "dirty" },
	    .with = "meta",
	    .statement = "SELECT version AS name FROM $T, $W" },
	{ .table = NULL },
};
static const struct ir_migrate_layout without_meta[] = {
	{ .table = "schema_migrations",
	    .columns = { "version" },
	    .never = { "dirty" },
	    .without = "meta",
	    .statement = "SELECT version AS name" IR_MIGRATE_XMIN " FROM $T" },
	{ .table = NULL },
};
static const struct ir_migrate_layout dirty[] = {
	{ .table = "schema_migrations",
	    .by_columns = true,
	    .columns = { "version", "dirty" },
	    .more = { "note" },
	    .statement = "SELECT version AS name{note:, note AS title}{!note:, 'none' AS title} FROM $T" },
	{ .table = NULL },
};
static const struct ir_migrate_type rails = { .name = "rails", .layouts = with_meta },
				    dbmate = { .name = "dbmate", .layouts = without_meta },
				    golang = { .name = "golang", .layouts = dirty }, none = { .name = "none" };
const struct ir_migrate_type *const ir_migrate_types[] = { &rails, &none, &dbmate, &golang, NULL };

/* "schema name columns…"; "!" before: not readable, "?": hides rows, "=": a view. */
static const char *
places(const char *const *lines, bool times)
{
	static const char *const names[] = { "schema", "name", "readable", "hides", "stored", "columns" },
				 *const about[] = { "me", "database", "times" };
	const char *cells[64], *setting[] = { "ann", "shop", times ? "t" : "f" }, *all = "";
	const struct ir_pg_set settings = { 3, 1, about, setting, "" };
	struct ir_migrate_catalog c = { .arena = &arena };
	struct ir_migrate_database d = { .name = "main" };
	struct ir_pg_set set = { 6, 0, names, cells, "" };
	struct ir_migrate_place *p;

	for (; lines[set.rows]; set.rows++) {
		const char *s = lines[set.rows], **to = cells + set.rows * 6;
		char *text = ir_strdup(&arena, s + strspn(s, "!?=")), *rest = text + strcspn(text, " ");

		to[2] = *s == '!' ? "f" : "t";
		to[3] = *s == '?' ? "t" : "f";
		to[4] = *s == '=' ? "f" : "t";
		*rest++ = '\0';
		to[0] = text;
		to[1] = rest;
		rest += strcspn(rest, " ");
		to[5] = *rest ? rest + 1 : NULL;
		*rest = '\0';
		for (char *at = rest + 1; to[5] && *at; at++)
			if (*at == ' ')
				*at = '\1';
	}
	ir_migrate_catalog_take(&c, &set, &settings);
	p = ir_migrate_places(&c, &d);
	for (size_t i = 0; i < d.n; i++) {
		const char *sql = p[i].statement ? strstr(p[i].statement, "FROM (SELECT ver") : NULL;

		all = ir_asprintf(&arena, "%s%s %s.%s %.*s\n", all, d.v[i].type->name, d.v[i].schema, d.v[i].name,
		    sql ? (int)(strstr(sql, ") s)") - sql - 6) : 200, sql ? sql + 6 : d.v[i].trouble);
	}
	return all;
}

#define L(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
test_shared(void)
{
	IS_STR(places(L("a schema_migrations version"), false),
	    "dbmate a.schema_migrations SELECT version AS name FROM \"a\".\"schema_migrations\"\n",
	    "the one that must not have the other table");
	IS_STR(places(L("a schema_migrations version", "a meta key"), false),
	    "rails a.schema_migrations SELECT version AS name FROM \"a\".\"schema_migrations\", \"a\".\"meta\"\n",
	    "the one that has to");
	IS_STR(places(L("a schema_migrations version", "b meta key"), false),
	    "dbmate a.schema_migrations SELECT version AS name FROM \"a\".\"schema_migrations\"\n",
	    "which counts in the same schema alone");
	IS_STR(places(L("a schema_migrations version", "!a meta key"), false), "",
	    "what is read with it has to be readable");
	IS_STR(places(L("a schema_migrations version dirty"), false),
	    "golang a.schema_migrations SELECT version AS name, 'none' AS title FROM \"a\".\"schema_migrations\"\n",
	    "a column that others never have");
	IS_STR(places(L("a schema_migrations dirty"), false), "", "a column too few");
	IS_STR(places(L("a other version"), false), "", "another name");
}

static void
test_names(void)
{
	IS_STR(places(L("a other version dirty note"), false),
	    "golang a.other SELECT version AS name, note AS title FROM \"a\".\"other\"\n",
	    "another name, when the columns are its own");
	IS_STR(places(L("a other version dirty", "a schema_migrations version dirty"), false),
	    "golang a.schema_migrations SELECT version AS name, 'none' AS title FROM \"a\".\"schema_migrations\"\n",
	    "but not beside the usual one");
	IS_STR(places(L("a other version dirty", "b schema_migrations version dirty note"), false),
	    "golang a.other SELECT version AS name, 'none' AS title FROM \"a\".\"other\"\n"
	    "golang b.schema_migrations SELECT version AS name, note AS title FROM \"b\".\"schema_migrations\"\n",
	    "in another schema, that is");
}

static void
test_rest(void)
{
	IS_STR(places(L("a schema_migrations version"), true),
	    "dbmate a.schema_migrations SELECT version AS name, extract(epoch FROM pg_xact_commit_timestamp(xmin)) AS "
	    "applied FROM "
	    "\"a\".\"schema_migrations\"\n",
	    "the time of its transaction, where it is kept");
	IS_STR(places(L("=a schema_migrations version"), true),
	    "dbmate a.schema_migrations SELECT version AS name FROM \"a\".\"schema_migrations\"\n", "a view has none");
	IS_STR(places(L("!a schema_migrations version"), false),
	    "dbmate a.schema_migrations \"a\".\"schema_migrations\" may not be read by \"ann\"\n", "not readable");
	IS_STR(places(L("?a schema_migrations version"), false),
	    "dbmate a.schema_migrations row level security would hide migrations in \"a\".\"schema_migrations\" from "
	    "\"ann\"\n",
	    "rows that are hidden");
	IS_STR(places(L("a schema_migrations"), false), "", "no columns at all");
}

static void
test_question(void)
{
	const char *sql = ir_migrate_catalog_sql(&arena);

	OK(strstr(sql, "ARRAY['schema_migrations','meta']::name[]"), "every name is asked for once");
	OK(strstr(sql, "ARRAY['version','dirty','note']::name[]"), "and every column");
	OK(strstr(sql, "HAVING count(*) FILTER (WHERE attname = ANY(ARRAY['version','dirty']::name[])) = 2"),
	    "and whatever has columns of its own");
	OK(!strchr(sql, ';'), "in one statement");
}

int
main(void)
{
	test_shared();
	test_names();
	test_rest();
	test_question();
	ir_arena_done(&arena);
	return tap_done();
}
