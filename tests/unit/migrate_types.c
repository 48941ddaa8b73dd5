/* migrate_types - files of Knex, Sequelize, TypeORM and Sqitch as their own tools write them (tests/unit/migrate-TOOL), and of Laravel, Ecto and Liquibase as their manuals do */
#include "fixture.h"
#include "migrate_fake.h"
#include "tap.h"

static struct ir_arena arena;

/* What is found of one framework in these files. */
static const struct ir_migrate_set *
found(const char *type, const struct fake_file *v)
{
	static struct fake_found f;

	fake_find(&f, &arena, v, NULL);
	return fake_set(&f, type);
}

static const char *
told(const char *type, const struct fake_file *v)
{
	return fake_text(&arena, found(type, v));
}

/* One file alone. */
static const char *
one(const char *type, const char *path, const char *text)
{
	const struct fake_file v[] = { { path, text }, { NULL, NULL } };

	return told(type, v);
}

/* Files that a tool made: names below its directory. */
static const char *
made(const char *type, const char *const *names)
{
	struct fake_file v[8] = { { NULL, NULL } };
	size_t n;

	for (size_t i = 0; names[i]; i++) {
		v[i].path = ir_asprintf(&arena, "tests/unit/migrate-%s/migrations/%s", type, names[i]);
		v[i].text = fixture(&arena, v[i].path, &n);
	}
	return told(type, v);
}

static void
test_made(void)
{
	static const char *const knex[] = { "20261128130310_create_users.js", "20261128130311_add_email.js",
		"20261128130313_drop_email.js", NULL };
	static const char *const sequelize[] = { "20261128130315-create-users.js", "20261128130316-add-email.js",
		NULL };
	static const char *const typeorm[] = { "1795870998297-CreateUsers.ts", "1795870998663-AddEmail.js", NULL };

	IS_STR(made("knex", knex),
	    "20261128130310_create_users.js|create users|2026-11-28|1\n"
	    "20261128130311_add_email.js|add email|2026-11-28|0\n"
	    "20261128130313_drop_email.js|drop email|2026-11-28|0\n",
	    "knex 3.3.0: one with a way back, one that throws, one that is empty");
	IS_STR(made("sequelize", sequelize),
	    "20261128130315-create-users.js|create users|2026-11-28|1\n"
	    "20261128130316-add-email.js|add email|2026-11-28|0\n",
	    "sequelize-cli 6.6.5");
	IS_STR(made("typeorm", typeorm),
	    "CreateUsers1795870998297|CreateUsers|2026-11-28|0\nAddEmail1795870998663|AddEmail|2026-11-28|0\n",
	    "typeorm 1.1.1, in TypeScript and in JavaScript");
}

static void
test_sqitch(void)
{
	static const char *const names[] = { "deploy/bad.sql", "deploy/email.sql", "deploy/later.sql",
		"deploy/users.sql", "revert/bad.sql", "revert/email.sql", "revert/later.sql", "revert/users.sql",
		"sqitch.plan", NULL };
	struct fake_file v[12] = { { NULL, NULL } };
	const struct ir_migrate_set *s;
	size_t n;

	for (size_t i = 0; names[i]; i++) {
		v[i].path = ir_asprintf(&arena, "tests/unit/migrate-sqitch/%s", names[i]);
		v[i].text = fixture(&arena, v[i].path, &n);
	}
	s = found("sqitch", v);
	IS_STR(fake_text(&arena, s),
	    "shop/users|Creates users.|2026-11-28|1\n"
	    "shop/email|Adds their email.|2026-11-28|0\n"
	    "shop/bad|Fails.|2026-11-28|0\n"
	    "shop/later|Comes later.|2026-11-28|0\n",
	    "sqitch 1.3.1, in the order of its plan, with scripts that revert something");
	IS_STR(s ? s->v[1].after.v[0] : NULL, "shop\1users", "what it requires");
	IS_STR(s ? s->v[1].path : NULL, "tests/unit/migrate-sqitch/deploy/email.sql", "its script");
	IS_STR(one("sqitch", "db/sqitch.plan",
		   "%project=p\n\n+a [!b other:c d@v1] 2026-01-01T00:00:00Z X <x> #\n@v1 2026-01-01T00:00:00Z X <x> # "
		   "tag\n-b 2026\nd\n"
		   "a [a@v1] 2026-02-01T00:00:00Z X <x> # again\n[\n"),
	    "p/a|again|2026-02-01|0\np/d|-||0\np/[|-||0\n", "one that was reworked is there once");
	IS_STR(one("sqitch", "app/deploy/x.sql", "SELECT 1"), "", "without a plan there is nothing");
}

static void
test_script(void)
{
	IS_STR(one("knex", "db/migrations/20260101000000_a.ts",
		   "import type { Knex } from 'knex';\nexport async function up(knex: Knex): Promise<void> {\n}\n"
		   "export async function down(knex: Knex): Promise<void> {\n  await knex.schema.dropTable('a');\n}\n"),
	    "20260101000000_a.ts|a|2026-01-01|1\n", "knex in TypeScript");
	IS_STR(one("knex", "migrations/20260101000000_a.mjs",
		   "export const up = k => k.raw('x');\nexport const down = k => k.raw('y');\n"),
	    "20260101000000_a.mjs|a|2026-01-01|1\n", "a way back without braces");
	IS_STR(one("knex", "migrations/20260101000000_a.js",
		   "exports.up = () => {};\n// exports.down = () => { undo(); };\n"),
	    "20260101000000_a.js|a|2026-01-01|0\n", "one in a comment is none");
	IS_STR(one("knex", "migrations/20260101000000_a.js",
		   "exports.up = () => {};\nexports.down = ({ a: { b } }) => { /* { */ };\n"),
	    "20260101000000_a.js|a|2026-01-01|0\n", "nor is an empty one, behind braces in its arguments");
	IS_STR(one("knex", "migrations/20260101000000_a.d.ts", "export declare function up(): void"), "",
	    "declarations are none");
	IS_STR(one("knex", "migrations/20260101000000_a.js", "const s = 'up';"), "", "nor is a word in quotes");
	IS_STR(one("typeorm", "src/m/1700000000000-x.ts",
		   "// class Old1600000000000\nexport class A1700000000000 implements MigrationInterface {\n  name = "
		   "'Renamed1700000000001'\n"
		   "  public async up(q) { await q.query(`name = 'No1700000000009'`) }\n  async down(q) { throw new "
		   "Error() }\n}\n"),
	    "Renamed1700000000001|Renamed|2023-11-14|0\n", "typeorm by its property");
	IS_STR(one("typeorm", "src/m/1700000000000-x.ts", "export class Helper { up() {} }"), "",
	    "a class without a time is none");
	IS_STR(one("typeorm", "m/1700000000000-x.ts", ""), "", "nor is nothing");
}

static void
test_php_and_elixir(void)
{
	IS_STR(one("laravel", "database/migrations/2026_01_31_120000_add_due_to_invoices.php",
		   "<?php\nuse Illuminate\\Database\\Migrations\\Migration;\nreturn new class extends Migration {\n"
		   "    public function up(): void { Schema::table('invoices', function ($t) { $t->date('due'); }); }\n"
		   "    public function down(): void { Schema::table('invoices', fn ($t) => $t->dropColumn('due')); "
		   "}\n};\n"),
	    "2026_01_31_120000_add_due_to_invoices|add due to invoices|2026-01-31|1\n", "laravel");
	IS_STR(one("laravel", "database/migrations/0001_01_01_000000_create_users_table.php",
		   "<?php\nreturn new class extends Migration {\n function up() { x(); }\n function down() { # "
		   "nothing\n }\n};"),
	    "0001_01_01_000000_create_users_table|create users table||0\n", "what comes with it has no time");
	IS_STR(one("laravel", "database/migrations/2026_1_31_120000_x.php", "Migration"), "", "another form is none");
	IS_STR(one("ecto", "priv/repo/migrations/20260131120000_add_due.exs",
		   "defmodule Shop.Repo.Migrations.AddDue do\n  use Ecto.Migration\n  def change do\n    alter "
		   "table(:a) do\n"
		   "      add :due, :date # execute\n    end\n  end\nend\n"),
	    "20260131120000|add due|2026-01-31|1\n", "ecto undoes change()");
	IS_STR(one("ecto", "priv/repo/migrations/20260131120000_x.exs",
		   "defmodule X do\n  def up do\n    execute(\"drop\")\n  end\nend\n"),
	    "20260131120000|x|2026-01-31|0\n", "with up() alone there is no way back");
	IS_STR(one("ecto", "priv/repo/migrations/20260131120000_x.exs",
		   "defmodule X do\n  def change, do: execute(\"down\")\nend\n"),
	    "20260131120000|x|2026-01-31|-1\n", "what is executed may have one or not");
	IS_STR(one("ecto", "priv/repo/migrations/.formatter.exs", "[]"), "", "others are none");
	{
		static const struct fake_file v[] = { { "priv/repo/migrations/0012_b.exs", "defmodule B do end" },
			{ "priv/repo/migrations/2_a.exs", "defmodule A do end" }, { NULL, NULL } };

		IS_STR(told("ecto", v), "2|a||-1\n12|b||-1\n", "versions are numbers");
	}
}

#define SQL_A \
	"--liquibase formatted sql\n\n--changeset ann:1\nCREATE TABLE a (id int);\n--rollback DROP TABLE a;\n\n" \
	"-- changeset bob:add-b runOnChange:true\nCREATE TABLE b (id int);\n"

static const struct fake_file changelogs[] = {
	{ "src/main/resources/db/changelog/master.yaml",
	    "databaseChangeLog:\n  - include:\n      file: changes/b.json\n      relativeToChangelogFile: true\n  - "
	    "include:\n"
	    "      file: classpath:db/changelog/changes/x.xml\n  - changeSet:\n      id: last\n      author: ann\n     "
	    " changes:\n"
	    "        - dropTable:\n            tableName: a\n      rollback: []\n  - includeAll:\n      path: "
	    "db/changelog/sql/\n" },
	{ "src/main/resources/db/changelog/changes/b.json",
	    "{\"databaseChangeLog\": [{\"changeSet\": {\"id\": 7, \"author\": \"bob\", \"changes\": []}}]}" },
	{ "src/main/resources/db/changelog/changes/x.xml",
	    "<?xml version=\"1.0\"?>\n<databaseChangeLog xmlns=\"http://www.liquibase.org/xml/ns/dbchangelog\">\n"
	    "<changeSet id=\"x&amp;1\" author=\"ann\"><createTable tableName=\"t\"/><rollback/></changeSet>\n"
	    "<changeSet id=\"2\" author=\"ann\" logicalFilePath=\"old/x.xml\" "
	    "runAlways=\"true\"/></databaseChangeLog>" },
	{ "src/main/resources/db/changelog/sql/01.sql", SQL_A },
	{ "src/main/resources/db/changelog/sql/plain.sql", "SELECT 1;" },
	{ NULL, NULL },
};

static void
test_liquibase(void)
{
	const struct ir_migrate_set *s;
	struct ir_migrate_row row = { .app = "classpath:db/changelog/sql/01.sql", .name = "1" };

	s = found("liquibase", changelogs);
	IS_STR(fake_text(&arena, s),
	    "db/changelog/changes/b.json/7|-||-1\n"
	    "db/changelog/changes/x.xml/x&1|-||1\n"
	    "old/x.xml/2|-||-1|repeats\n"
	    "db/changelog/master.yaml/last|-||1\n"
	    "db/changelog/sql/01.sql/1|-||1\n"
	    "db/changelog/sql/01.sql/add-b|-||0|repeats\n",
	    "in the order in which changelogs include each other");
	IS_STR(s->dir, "src/main/resources/db", "all of one place");
	OK(!s->trouble, "without trouble");
	OK(s->type->same(&s->v[4], &row), "by the path in the class path");
	row.app = "changelog/sql/01.sql";
	OK(s->type->same(&s->v[4], &row), "or from another directory");
	row.app = "other01.sql";
	OK(!s->type->same(&s->v[4], &row), "not by a part of a name");
	row.app = "sql/02.sql";
	OK(!s->type->same(&s->v[4], &row), "nor by another");
	IS_STR(s->v[0].judgement.operation, "changes of a changelog: not judged", "what is no SQL is not judged");
}

static void
test_liquibase_hostile(void)
{
	const struct ir_migrate_set *s;
	static const struct fake_file circle[] = {
		{ "changelog/a.yaml",
		    "databaseChangeLog:\n- include: {file: changelog/b.yaml}\n- changeSet: {id: a, author: x}\n" },
		{ "changelog/b.yaml", "databaseChangeLog:\n- include: {file: changelog/a.yaml}\n- include: {file: "
				      "gone.sql}\n- changeSet: {id: b, author: x}\n" },
		{ NULL, NULL },
	};

	s = found("liquibase", circle);
	IS_STR(fake_text(&arena, s), "changelog/b.yaml/b|-||-1\nchangelog/a.yaml/a|-||-1\n", "a circle ends");
	IS_STR(s ? s->trouble : NULL, "changelog/b.yaml includes gone.sql, which is not there",
	    "what is not there is told");
	IS_STR(
	    one("liquibase", "changelog/a.xml",
		"<!DOCTYPE d [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><databaseChangeLog>&b;</databaseChangeLog>"),
	    "", "entities are not followed");
	IS_STR(one("liquibase", "changelog/a.xml", "<databaseChangeLog><changeSet id='1' author='x'/>"),
	    "changelog/a.xml/1|-||-1\n", "what breaks off is there as far as it goes");
	IS_STR(one("liquibase", "changelog/a.sql",
		   "--liquibase formatted sql\n--changeset\n--changeset x\n--changeset :\n"),
	    "", "change sets without a name are none");
	IS_STR(one("liquibase", "changelog/a.sql", ""), "", "nothing");
	IS_STR(one("liquibase", "changelog/a.yaml", "databaseChangeLog: [}"), "", "what is no YAML");
}

int
main(void)
{
	test_made();
	test_sqitch();
	test_script();
	test_php_and_elixir();
	test_liquibase();
	test_liquibase_hostile();
	ir_arena_done(&arena);
	return tap_done();
}
