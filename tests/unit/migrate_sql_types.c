/* migrate_sql_types - frameworks whose migrations are files of SQL: their files, their order, and their tables in a real PostgreSQL */
#include "migrate_texts.h"
#include "postgres.h"

extern const struct ir_migrate_type ir_migrate_flyway, ir_migrate_prisma, ir_migrate_golang_migrate, ir_migrate_goose,
    ir_migrate_dbmate, ir_migrate_diesel, ir_migrate_sqlx, ir_migrate_rails;

static struct ir_arena arena;
static struct postgres db;

/* The directory that the type wants it for; "-": none. */
static const char *
dir(const struct ir_migrate_type *type, const char *path)
{
	size_t n;

	return type->wants(path, &n) ? ir_strndup(&arena, path, n) : "-";
}

static void
test_wants(void)
{
	static const struct {
		const struct ir_migrate_type *type;
		const char *path, *dir;
	} t[] = {
		{ &ir_migrate_flyway, "db/V1__a.sql", "db" },
		{ &ir_migrate_flyway, "V1__a.sql", "" },
		{ &ir_migrate_flyway, "x/src/main/resources/db/migration/2023/V1_2__a b.sql", "x/src/main" },
		{ &ir_migrate_flyway, "src/main/java/db/migration/V1_2__A.java", "src/main" },
		{ &ir_migrate_flyway, "x/db/migration/postgresql/R__a.sql", "x/db/migration/postgresql" },
		{ &ir_migrate_flyway, "db/migration/U2__a.sql", "db/migration" },
		{ &ir_migrate_flyway, "db/V__a.sql", "-" },
		{ &ir_migrate_flyway, "db/R1__a.sql", "-" },
		{ &ir_migrate_flyway, "db/V1_a.sql", "-" },
		{ &ir_migrate_flyway, "db/V1__.sql", "-" },
		{ &ir_migrate_flyway, "db/Views__a.sql", "-" },
		{ &ir_migrate_prisma, "prisma/migrations/1_a/migration.sql", "prisma/migrations" },
		{ &ir_migrate_prisma, "prisma/migrations/migration_lock.toml", "prisma/migrations" },
		{ &ir_migrate_prisma, "prisma/migration.sql", "" },
		{ &ir_migrate_prisma, "migration.sql", "-" },
		{ &ir_migrate_golang_migrate, "m/0001_a.up.sql", "m" },
		{ &ir_migrate_golang_migrate, "m/0001_a.down.sql", "m" },
		{ &ir_migrate_golang_migrate, "m/0001.up.sql", "-" },
		{ &ir_migrate_golang_migrate, "m/a.up.sql", "-" },
		{ &ir_migrate_goose, "m/1_a.sql", "m" },
		{ &ir_migrate_goose, "m/1_a.go", "m" },
		{ &ir_migrate_goose, "m/1_a_test.go", "-" },
		{ &ir_migrate_goose, "m/1_a.up.sql", "-" },
		{ &ir_migrate_dbmate, "db/migrations/20200101000000_a.sql", "db/migrations" },
		{ &ir_migrate_dbmate, "db/migrations/1.sql", "db/migrations" },
		{ &ir_migrate_dbmate, "db/schema.sql", "-" },
		{ &ir_migrate_diesel, "migrations/2023-05-01-120000_a/up.sql", "migrations" },
		{ &ir_migrate_diesel, "migrations/00000000000000_a/down.sql", "migrations" },
		{ &ir_migrate_diesel, "migrations/default/1600000000000_init/up.sql", "-" },
		{ &ir_migrate_diesel, "migrations/init/up.sql", "-" },
		{ &ir_migrate_diesel, "up.sql", "-" },
		{ &ir_migrate_sqlx, "api/migrations/1_a.sql", "api/migrations" },
		{ &ir_migrate_sqlx, "migrations/1_a.sql", "migrations" },
		{ &ir_migrate_sqlx, "mymigrations/1_a.sql", "-" },
		{ &ir_migrate_sqlx, "sql/1_a.sql", "-" },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		IS_STR(dir(t[i].type, t[i].path), t[i].dir, "%s: %s", t[i].type->name, t[i].path);
}

static void
test_flyway(void)
{
	struct ir_tree_file files[] = {
		{ .path = "db/R__my_view.sql", .text = "CREATE OR REPLACE VIEW a AS SELECT 1" },
		{ .path = "db/U1_2__other.sql", .text = "DROP TABLE c" },
		{ .path = "db/V10__ten.sql", .text = "DROP TABLE a" },
		{ .path = "db/V1_10__b.sql", .text = "CREATE TABLE b (c int);" },
		{ .path = "db/V1_2__c_d.sql",
		    .text = "\xef\xbb\xbf"
			    "CREATE TABLE c\r\n(d int);\n" },
		{ .path = "db/V2__Java.java", .text = "class V2__Java {}" },
		{ .path = "db/V3__gone.sql", .why = "greater than 1 MiB" },
	};
	struct ir_migrate_set set = MIGRATE_TREE(&arena, &ir_migrate_flyway, "db", files);
	struct ir_migrate_row rows[] = { { .app = "", .name = "2.0", .batch = "baseline" }, { .app = "", .name = "11" },
		{ .app = "", .name = "R__my_view" } };
	struct ir_migrate_table table = { .v = rows, .n = 3 };

	IS_STR(migrate_tree_text(&arena, &set),
	    "1.2 'c d' safe 1; 1.10 'b' safe 0; 2 'Java' unknown 0; 3 'gone' unknown 0 greater than 1 MiB; 10 'ten' "
	    "unsafe 0; "
	    "R__my_view 'my view' unknown 0",
	    "flyway: versions in order, then what is repeated");
	/* python3: zlib.crc32(b"CREATE TABLE c(d int);"), as a signed number of 32 bits */
	IS_STR(set.v[0].checksum, "-1544027854", "the checksum of a file is of its lines");
	OK(set.v[5].repeats && !set.v[0].repeats, "R__ is repeated");
	OK(ir_migrate_flyway.same(&set.v[0], &(struct ir_migrate_row){ .name = "01.2" }), "01.2 is 1.2");
	OK(!ir_migrate_flyway.same(&set.v[0], &(struct ir_migrate_row){ .name = "1.20" }), "1.20 is not");
	ir_migrate_flyway.expand(&arena, &set, &table);
	IS_INT((int64_t)table.n, 5, "a baseline stands for the three below it");
	IS_STR(table.v[2].name, "2", "up to its own");
	IS_STR(table.v[3].name, "11", "the others stay");
}

static void
test_prisma(void)
{
	struct ir_tree_file files[] = {
		{ .path = "prisma/migrations/20230101120000_init/migration.sql",
		    .text = "CREATE TABLE \"A\" (\"b\" TEXT);\n" },
		{ .path = "prisma/migrations/20230102120000_drop/migration.sql", .text = "DROP TABLE \"B\";\n" },
		{ .path = "prisma/migrations/migration_lock.toml", .text = "provider = \"postgresql\"\n" },
	};
	struct ir_migrate_set set = MIGRATE_TREE(&arena, &ir_migrate_prisma, "prisma/migrations", files), none;

	IS_STR(migrate_tree_text(&arena, &set),
	    "20230101120000_init 'init' safe 0; 20230102120000_drop 'drop' unsafe 0", "prisma");
	IS_STR(set.v[1].judgement.operation, "DROP TABLE \"B\": old code still reads it", "names as they are written");
	/* sha256sum */
	IS_STR(set.v[1].checksum, "06103e9b80e6946ed4335b4f5c71e6295c7b28b7cb101a396a2c2327dfd475ae", "its checksum");
	none = migrate_tree(&arena, &ir_migrate_prisma, "prisma/migrations", files, 2);
	IS_INT((int64_t)none.n, 0, "without the lock file it is another's");
}

static struct ir_tree_file numbered[] = {
	{ .path = "migrations/0002_b.down.sql", .text = "-- nothing\n" },
	{ .path = "migrations/0002_b.up.sql", .text = "ALTER TABLE a ADD c int NOT NULL" },
	{ .path = "migrations/0010_c.sql",
	    .text = "-- +goose Up\nCREATE TABLE c (d int);\n-- +goose Down\nDROP TABLE c;\n" },
	{ .path = "migrations/0011_d.sql",
	    .text = "-- migrate:up transaction:false\n\nDROP TABLE d;\n-- migrate:down\n" },
	{ .path = "migrations/0012_e.sql", .text = "CREATE INDEX i ON e (f);\n" },
	{ .path = "migrations/0013_f.sql", .text = "-- +migrate Up\nDROP TABLE f" },
	{ .path = "migrations/1_a.down.sql", .text = "DROP TABLE a;" },
	{ .path = "migrations/1_a_other.up.sql", .text = "CREATE TABLE a (b int)" },
	{ .path = "migrations/3_g.go", .text = "goose.AddMigration(up, down)" },
	{ .path = "migrations/4_h.go", .text = "package main" },
};

/* All in one directory: each takes its own. */
static void
test_numbered(void)
{
	struct ir_migrate_set set = MIGRATE_TREE(&arena, &ir_migrate_golang_migrate, "migrations", numbered);
	struct ir_migrate_row one[] = { { .app = "", .name = "2", .state = IR_MIGRATE_FAILED, .applied_ms = 5 } };
	struct ir_migrate_table table = { .v = one, .n = 1 };

	IS_STR(migrate_tree_text(&arena, &set), "1 'a other' safe 1; 2 'b' unsafe 0", "golang-migrate");
	OK(ir_migrate_golang_migrate.twin == &ir_migrate_sqlx, "they may be sqlx's");
	ir_migrate_golang_migrate.expand(&arena, &set, &table);
	OK(table.n == 2 && strcmp(table.v[0].name, "1") == 0 && table.v[0].state == IR_MIGRATE_APPLIED &&
		table.v[0].applied_ms == IR_TIME_NONE && table.v[1].state == IR_MIGRATE_FAILED,
	    "its number stands for those up to it; the last is the one that failed");
	set = MIGRATE_TREE(&arena, &ir_migrate_goose, "migrations", numbered);
	IS_STR(migrate_tree_text(&arena, &set), "3 'g' unknown -1; 10 'c' safe 1", "goose");
	set = MIGRATE_TREE(&arena, &ir_migrate_dbmate, "migrations", numbered);
	IS_STR(migrate_tree_text(&arena, &set), "0011 'd' unsafe 0", "dbmate");
	IS_INT(set.v[0].judgement.line, 3, "lines are the file's");
	set = MIGRATE_TREE(&arena, &ir_migrate_sqlx, "migrations", numbered);
	IS_STR(migrate_tree_text(&arena, &set), "12 'e' safe 0", "sqlx");
	/* sha384sum */
	IS_STR(set.v[0].checksum,
	    "46a712f41aae910d8800d03f87965b087292fb8571996fbbc4ae02b9a6b393ee5e2b3958998d16e1dcbb26a8c11cfc6b",
	    "its checksum");
}

static void
test_diesel(void)
{
	struct ir_tree_file files[] = {
		{ .path = "migrations/00000000000000_diesel_initial_setup/up.sql", .text = "SELECT 1;" },
		{ .path = "migrations/2023-05-01-120000_create_a/down.sql", .text = "DROP TABLE a" },
		{ .path = "migrations/2023-05-01-120000_create_a/up.sql", .text = "CREATE TABLE a (b int)" },
		{ .path = "migrations/2023-05-02-120000-0000_x/down.sql", .text = "" },
		{ .path = "migrations/2023-05-02-120000-0000_x/up.sql", .text = "DROP TABLE a" },
	};
	struct ir_migrate_set set = MIGRATE_TREE(&arena, &ir_migrate_diesel, "migrations", files);

	IS_STR(migrate_tree_text(&arena, &set),
	    "00000000000000 'diesel initial setup' safe 0; 20230501120000 'create a' safe 1; 202305021200000000 'x' "
	    "unsafe 0",
	    "diesel");
}

/* Marks stand at the beginning of lines, in any case; what is before the first is nobody's. */
static void
test_marks(void)
{
	struct ir_tree_file files[] = {
		{ .path = "1_a.sql",
		    .text = "DROP TABLE z;\n  --+GOOSE up\n-- +goose StatementBegin\nCREATE TABLE a (b int);\n-- "
			    "+goose StatementEnd\n"
			    "-- +goose down\nDROP TABLE a;\n-- +goose UP\nDROP TABLE b;" },
		{ .path = "2_b.sql", .text = "SELECT '-- +goose Up'" },
		{ .path = "3_c.sql", .text = "-- +goose Upward\n" },
		{ .path = "4_d.sql", .text = "-- +goose Up" },
		{ .path = "5_e.sql", .why = "it cannot be opened" },
	};
	struct ir_migrate_set set = MIGRATE_TREE(&arena, &ir_migrate_goose, "", files);

	IS_STR(migrate_tree_text(&arena, &set), "1 'a' unsafe 1; 4 'd' safe 0; 5 'e' unknown -1 it cannot be opened",
	    "marks");
	IS_INT(set.v[0].judgement.line, 9, "a second part that goes up counts, too");
}

/* ---- their tables */

/* A template as the core fills it in; committed: the server keeps the times of transactions. */
static const char *
filled(const struct ir_migrate_layout *l, const char *table, bool committed)
{
	const char *sql = "", *s = l->statement;

	while (*s) {
		size_t n = strcspn(s, "${");

		sql = ir_asprintf(&arena, "%s%.*s", sql, (int)n, s);
		s += n;
		if (strncmp(s, "$T", 2) == 0) {
			sql = ir_asprintf(&arena, "%s%s", sql, table);
			s += 2;
		} else if (strncmp(s, "{xmin:", 6) == 0) {
			n = strcspn(s, "}");
			sql = committed ? ir_asprintf(&arena, "%s%.*s", sql, (int)n - 6, s + 6) : sql;
			s += n + (s[n] == '}');
		} else if (*s) {
			sql = ir_asprintf(&arena, "%s%c", sql, *s++);
		}
	}
	return sql;
}

static const char *
answer(const char *sql)
{
	char program[300], port[16], out[300];
	const char *const run[] = { "env", "PGPASSWORD=" POSTGRES_PASSWORD, "PGTZ=UTC", program, "-qXAt", "-v",
		"ON_ERROR_STOP=1", "-h", db.dir, "-p", port, "-U", "admin", "-d", "postgres", "-o", "out", "-f", "sql",
		NULL };
	FILE *f;
	char *text = ir_arena_alloc(&arena, 4096);

	snprintf(program, sizeof(program), "%s/psql", db.bin);
	snprintf(port, sizeof(port), "%d", db.port);
	snprintf(out, sizeof(out), "%s/out", db.dir);
	postgres_file(&db, "sql", sql);
	if (postgres_run(&db, run) != 0)
		return "it failed";
	f = fopen(out, "r");
	if (f) {
		if (fread(text, 1, 4095, f) == 0)
			text[0] = '\0';
		fclose(f);
	}
	return text;
}

/* Tables as the tools' own sources spell them, written by hand from their documentation; none of the tools is in Debian, but for Rails. */
static const struct {
	const struct ir_migrate_type *type;
	const char *table, *setup, *want;
} tables[] = {
	{ &ir_migrate_flyway, "flyway_schema_history",
	    "CREATE TABLE flyway_schema_history (installed_rank int NOT NULL PRIMARY KEY, version varchar(50), "
	    "description varchar(200) NOT "
	    "NULL, type varchar(20) NOT NULL, script varchar(1000) NOT NULL, checksum int, installed_by varchar(100) "
	    "NOT NULL, installed_on "
	    "timestamp NOT NULL DEFAULT now(), execution_time int NOT NULL, success boolean NOT NULL);\n"
	    "INSERT INTO flyway_schema_history VALUES (0, NULL, '<< Flyway Schema Creation >>', 'SCHEMA', '\"x\"', "
	    "NULL, 'ana', "
	    "'2026-01-01', 0, true), (1, '1', '<< Flyway Baseline >>', 'BASELINE', 'b', NULL, 'ana', '2026-01-01', 0, "
	    "true), (2, '1.2', 'c d', "
	    "'SQL', 'V1_2__c_d.sql', -5, 'ana', '2026-01-02', 7, true), (3, NULL, 'my view', 'SQL', 'R__my_view.sql', "
	    "1, 'ana', '2026-01-03', "
	    "7, true), (4, NULL, 'my view', 'SQL', 'R__my_view.sql', 2, 'bo', '2026-01-04', 7, true), (5, '1.2', 'c "
	    "d', 'UNDO_SQL', "
	    "'U1_2__c_d.sql', 9, 'bo', '2026-01-05', 7, true), (6, '2', 'e', 'SQL', 'V2__e.sql', 9, 'bo', "
	    "'2026-01-06', 7, false);\n",
	    "1|<< Flyway Baseline >>|applied|baseline||ana|1767225600.000000\nR__my_view|my "
	    "view|applied||2|bo|1767484800.000000\n"
	    "1.2|c d|undone|||bo|1767571200.000000\n2|e|failed||9|bo|1767657600.000000\n" },
	{ &ir_migrate_prisma, "_prisma_migrations",
	    "CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY NOT NULL, checksum varchar(64) NOT NULL, "
	    "finished_at timestamptz, "
	    "migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz, started_at timestamptz NOT "
	    "NULL DEFAULT now(), "
	    "applied_steps_count integer NOT NULL DEFAULT 0);\n"
	    "INSERT INTO _prisma_migrations VALUES ('a', 'c1', '2026-01-01', '1_a', NULL, NULL, '2026-01-01', 1), "
	    "('b', 'c2', NULL, '2_b', "
	    "'it broke', '2026-01-02', '2026-01-02', 0), ('c', 'c2', '2026-01-03', '2_b', NULL, NULL, '2026-01-03', "
	    "1), ('d', 'c3', NULL, '3_c', "
	    "'no such column', NULL, '2026-01-04', 0);\n",
	    "1_a|c1|applied||1767225600.000000\n2_b|c2|applied||1767398400.000000\n3_c|c3|failed|no such "
	    "column|1767484800.000000\n" },
	{ &ir_migrate_golang_migrate, "schema_migrations",
	    "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);\nINSERT "
	    "INTO schema_migrations "
	    "VALUES (12, true);\n",
	    "12|failed\n" },
	/* as Active Record 6.1.7 makes it */
	{ &ir_migrate_rails, "schema_migrations_of_rails",
	    "CREATE TABLE schema_migrations_of_rails (version character varying NOT NULL PRIMARY KEY);\nINSERT INTO "
	    "schema_migrations_of_rails "
	    "VALUES ('20230101120000'), ('9'), ('10');\n",
	    "9\n10\n20230101120000\n" },
	{ &ir_migrate_goose, "goose_db_version",
	    "CREATE TABLE goose_db_version (id serial NOT NULL PRIMARY KEY, version_id bigint NOT NULL, is_applied "
	    "boolean NOT NULL, tstamp "
	    "timestamp NULL DEFAULT now());\nINSERT INTO goose_db_version (version_id, is_applied, tstamp) VALUES (0, "
	    "true, '2026-01-01'), (1, "
	    "true, '2026-01-01'), (2, true, '2026-01-02'), (2, false, '2026-01-03');\n",
	    "1|applied|1767225600.000000\n2|undone|1767398400.000000\n" },
	{ &ir_migrate_dbmate, "dbmate_migrations",
	    "CREATE TABLE dbmate_migrations (version varchar(128) PRIMARY KEY);\nINSERT INTO dbmate_migrations VALUES "
	    "('0002'), ('0001');\n",
	    "0001\n0002\n" },
	{ &ir_migrate_diesel, "__diesel_schema_migrations",
	    "CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY KEY NOT NULL, run_on timestamp NOT "
	    "NULL DEFAULT "
	    "CURRENT_TIMESTAMP);\nINSERT INTO __diesel_schema_migrations VALUES ('20230501120000', '2026-01-01');\n",
	    "20230501120000|1767225600.000000\n" },
	{ &ir_migrate_sqlx, "_sqlx_migrations",
	    "CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text NOT NULL, installed_on "
	    "timestamptz NOT NULL DEFAULT "
	    "now(), success boolean NOT NULL, checksum bytea NOT NULL, execution_time bigint NOT NULL);\nINSERT INTO "
	    "_sqlx_migrations VALUES "
	    "(1, 'a', '2026-01-01', true, '\\x00ff', 5), (2, 'b', '2026-01-02', false, '\\x01', -1);\n",
	    "1|a|00ff|1767225600.000000|applied\n2|b|01|1767312000.000000|failed\n" },
};

static void
test_tables(void)
{
	if (!postgres_up(&db, &arena)) {
		SKIP("postgresql", "tables in a real server");
		return;
	}
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		const struct ir_migrate_layout *l = tables[i].type->layouts;

		IS_STR(answer(tables[i].setup), "", "%s: its table", tables[i].type->name);
		IS_STR(answer(filled(l, tables[i].table, false)), tables[i].want, "%s: its rows", tables[i].type->name);
	}
	/* pg_xact_commit_timestamp() fails where times are not kept: that it is asked is enough to see. */
	IS_STR(answer(filled(ir_migrate_dbmate.layouts, "dbmate_migrations", true)), "it failed",
	    "times of transactions are asked for only where they are kept");
	postgres_down(&db);
}

int
main(void)
{
	test_wants();
	test_flyway();
	test_prisma();
	test_numbered();
	test_diesel();
	test_marks();
	test_tables();
	ir_arena_done(&arena);
	return tap_done();
}
