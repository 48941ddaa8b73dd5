/* migrate_sql - statements of SQL: taken apart, and judged */
#include "migrate/sql_token.h"
#include "migrate_labels.h"

static struct ir_arena arena;

static struct ir_migrate_judgement
judge_n(const char *text, size_t n)
{
	struct ir_migrate_judgement j = { 0 };

	ir_migrate_judge_sql(&arena, text, n, 1, &j);
	return j;
}

static struct ir_migrate_judgement
judge(const char *text)
{
	return judge_n(text, strlen(text));
}

/* "W1 create|O1 (|…" : kind, line and text of each token. */
static const char *
tokens(const char *text)
{
	static const char kinds[] = "EWQSNOMB";
	static char out[2000];
	struct ir_sqltok_scan s;
	struct ir_sqltok t;
	size_t used = 0;

	out[0] = '\0';
	ir_sqltok_begin(&s, text, strlen(text), 1);
	for (ir_sqltok_next(&s, &t); t.kind != IR_SQLTOK_END && used < sizeof(out) - 100; ir_sqltok_next(&s, &t))
		used += (size_t)snprintf(out + used, sizeof(out) - used, "%s%c%u %.*s", used ? "|" : "", kinds[t.kind],
		    t.line, (int)t.n, t.p);
	return out;
}

static void
test_tokens(void)
{
	IS_STR(tokens("a \"b \"\" c\"\n'd '' e' 1.5e3"), "W1 a|Q1 \"b \"\" c\"|S2 'd '' e'|N2 1.5e3",
	    "names, strings, numbers");
	IS_STR(tokens("E'a\\'b' 'c\\' x U&\"d\" U&'e' $$a;$$ $t$ $$ \n $t$ $1"),
	    "S1 E'a\\'b'|S1 'c\\'|W1 x|Q1 U&\"d\"|S1 U&'e'|S1 $$a;$$|S1 $t$ $$ \n $t$|O2 $|N2 1",
	    "a backslash counts only in E'…'; dollar quotes have tags");
	IS_STR(tokens("a -- 'b\nc /* d /* ' */ */ e::f"), "W1 a|W2 c|W2 e|O2 ::|W2 f",
	    "comments, nested ones too, are none");
	IS_STR(tokens("\\set x 'y\na"), "M1 \\set x 'y|W2 a", "psql's commands go to the end of their lines");
	IS_STR(tokens("a 'b;\nc"), "W1 a|B1 'b;\nc", "a string without an end goes to the text's");
	IS_STR(tokens("a /* b"), "W1 a|B1 /* b", "so does a comment");
	IS_STR(tokens("\xef\xbb\xbf"
		      "a `b`"),
	    "W1 a|B1 `|W1 b|B1 `", "no SQL of PostgreSQL's; a byte order mark is nothing");
}

static void
test_statements(void)
{
	static const char text[] = "a; ;\n(b; c); CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; "
				   "SELECT 2; END; d\n;\\e f; g\nh";
	static const char *const want[] = { "a 1", "( 2", "CREATE 2", "d 2", "\\e f; g 3", "h 4" };
	struct ir_sqltok_scan s;
	struct ir_sqltok v[64];
	size_t n, i = 0;
	bool whole;

	ir_sqltok_begin(&s, text, strlen(text), 1);
	while (ir_sqltok_statement(&s, v, 64, &n, &whole) && i < 6) {
		char got[60];

		snprintf(got, sizeof(got), "%.*s %u", (int)v[0].n, v[0].p, v[0].line);
		IS_STR(got, want[i], "statement %zu", i);
		OK(whole, "and all of it");
		i++;
	}
	IS_INT((int64_t)i, 6, "that many");
	ir_sqltok_begin(&s, "a b c d; (e", 11, 1);
	OK(ir_sqltok_statement(&s, v, 2, &n, &whole) && n == 2 && !whole, "one that is too long");
	OK(ir_sqltok_statement(&s, v, 2, &n, &whole) && !whole, "one that is not closed");
	OK(!ir_sqltok_statement(&s, v, 2, &n, &whole), "no more");
}

static void
label(const char *path, const char *want)
{
	size_t n;
	const char *text = fixture(&arena, ir_asprintf(&arena, MIGRATE_LABELS "%s", path), &n);
	struct ir_migrate_judgement j = judge_n(text, n);

	migrate_label_check(path, want, &j);
}

/* What the text says, and where. */
static void
test_words(void)
{
	struct ir_migrate_judgement j =
	    judge("-- x\nCREATE TABLE a (id int);\n\nALTER TABLE orders\n  DROP COLUMN total");

	IS_STR(j.operation, "ALTER TABLE orders DROP COLUMN total: old code still reads it", "the worst one is told");
	IS_INT(j.line, 4, "with its line");
	OK(j.drops && j.locks, "it drops, it locks");
	j = judge("CREATE TABLE a (id int)");
	IS_STR(j.operation, "CREATE TABLE a", "of safe ones the first");
	OK(!j.drops && !j.locks, "nothing is dropped, nothing locked");
	j = judge(" ; -- nothing\n");
	OK(!j.operation && j.verdict == IR_MIGRATE_SAFE, "nothing is done, nothing is told");
	j = judge("CREATE INDEX CONCURRENTLY i ON t (a)");
	OK(!j.locks && j.verdict == IR_MIGRATE_SAFE, "an index that is made concurrently locks nobody out");
	j = judge("CREATE INDEX i ON t (a)");
	OK(j.locks && j.verdict == IR_MIGRATE_SAFE, "another does");
	j = judge("UPDATE a SET b = 1; DROP TABLE c; DROP TABLE d");
	IS_STR(j.operation, "DROP TABLE c: old code still reads it",
	    "unsafe is worse than unknown, the first of these decides");
	j = judge("FROB a b c d e");
	IS_STR(j.operation, "FROB a b c: not understood", "what is not understood is said so");
	j = judge("COPY t FROM stdin;\n1\tit's\n\\.\nDROP TABLE t;");
	IS_STR(j.operation, "DROP TABLE t: old code still reads it", "rows of COPY are no SQL");
	IS_INT(j.line, 4, "but they are lines");
}

/* The same thing, each a little different. */
static const struct {
	const char *sql;
	enum ir_migrate_verdict want;
} cases[] = {
	{ "CREATE TABLE a (id int) TABLESPACE x", IR_MIGRATE_SAFE },
	{ "CREATE TABLE a (id int) PARTITION BY RANGE (id); CREATE TABLE b PARTITION OF a DEFAULT", IR_MIGRATE_SAFE },
	{ "CREATE TABLE b PARTITION OF a DEFAULT", IR_MIGRATE_UNKNOWN },
	{ "CREATE TABLE a (LIKE b)", IR_MIGRATE_UNKNOWN },
	{ "CREATE TABLE a (b int, LIKE c INCLUDING ALL)", IR_MIGRATE_UNKNOWN },
	{ "CREATE TABLE a (b int, FOREIGN KEY (b) REFERENCES c (d))", IR_MIGRATE_UNKNOWN },
	{ "CREATE TABLE c (d int); CREATE TABLE a (b int, FOREIGN KEY (b) REFERENCES c (d))", IR_MIGRATE_SAFE },
	{ "CREATE TABLE C (d int); CREATE TABLE a (b int REFERENCES \"c\")", IR_MIGRATE_SAFE },
	{ "CREATE TABLE \"C\" (d int); CREATE TABLE a (b int REFERENCES c)", IR_MIGRATE_UNKNOWN },
	{ "CREATE TABLE x.c (d int); CREATE TABLE a (b int REFERENCES c)", IR_MIGRATE_UNKNOWN },
	{ "CREATE TEMP TABLE a (b int); DROP TABLE a", IR_MIGRATE_UNSAFE },
	{ "CREATE TABLE a (b int); DROP TABLE a; DROP TABLE a", IR_MIGRATE_UNSAFE },
	{ "CREATE TABLE a (b int); DROP TABLE a, c", IR_MIGRATE_UNSAFE },
	{ "CREATE TABLE a (b int); DROP COLUMN", IR_MIGRATE_UNSAFE },
	{ "ALTER TABLE a ADD b int NOT NULL", IR_MIGRATE_UNSAFE },
	{ "ALTER TABLE a ADD b serial NOT NULL", IR_MIGRATE_SAFE },
	{ "ALTER TABLE a ADD b double precision DEFAULT 1.5 NOT NULL", IR_MIGRATE_SAFE },
	{ "ALTER TABLE a ADD b int DEFAULT NULL NOT NULL", IR_MIGRATE_UNSAFE },
	{ "ALTER TABLE a ADD b int REFERENCES c ON DELETE SET NULL NOT NULL", IR_MIGRATE_UNSAFE },
	{ "ALTER TABLE a ADD b int REFERENCES c ON DELETE SET NULL", IR_MIGRATE_UNKNOWN },
	{ "ALTER TABLE a ADD b int CONSTRAINT x NOT NULL", IR_MIGRATE_UNSAFE },
	{ "ALTER TABLE a ADD b text COLLATE \"C\" NOT NULL", IR_MIGRATE_UNSAFE },
	{ "ALTER TABLE a ADD b int CHECK (b > 0)", IR_MIGRATE_UNSAFE },
	{ "ALTER TABLE a ADD b numeric(10, 2), ADD c int NOT NULL", IR_MIGRATE_UNSAFE },
	{ "ALTER TABLE a ADD b order_status", IR_MIGRATE_UNKNOWN },
	{ "ALTER TABLE a ADD b order_status NOT NULL DEFAULT 'new'", IR_MIGRATE_SAFE },
	{ "ALTER TABLE a ADD b int GENERATED ALWAYS AS (1 / c) STORED", IR_MIGRATE_UNKNOWN },
	{ "ALTER TABLE a ADD b int GENERATED ALWAYS AS (x.lower(c)) STORED", IR_MIGRATE_UNKNOWN },
	{ "ALTER TABLE a ADD CONSTRAINT b UNIQUE USING INDEX c", IR_MIGRATE_UNSAFE },
	{ "ALTER TABLE a ADD PRIMARY KEY (b)", IR_MIGRATE_UNSAFE },
	{ "ALTER TABLE a VALIDATE CONSTRAINT b", IR_MIGRATE_SAFE },
	{ "ALTER TABLE a OWNER TO b", IR_MIGRATE_UNKNOWN },
	{ "ALTER TABLE a SET (fillfactor = 70)", IR_MIGRATE_SAFE },
	{ "ALTER TABLE a SET SCHEMA b", IR_MIGRATE_UNSAFE },
	{ "ALTER TABLE a ALTER b SET DATA TYPE varchar(3)", IR_MIGRATE_UNKNOWN },
	{ "ALTER TABLE a ALTER b FROB", IR_MIGRATE_UNKNOWN },
	{ "ALTER TABLE", IR_MIGRATE_UNKNOWN },
	{ "CREATE TABLE", IR_MIGRATE_UNKNOWN },
	{ "CREATE INDEX", IR_MIGRATE_UNKNOWN },
	{ "CREATE INDEX i ON t USING gin (a gin_trgm_ops)", IR_MIGRATE_SAFE },
	{ "CREATE INDEX i ON t (a) INCLUDE (b)", IR_MIGRATE_SAFE },
	{ "CREATE INDEX i ON t ((a ->> 'b'))", IR_MIGRATE_SAFE },
	{ "CREATE INDEX i ON t ((a * b))", IR_MIGRATE_UNKNOWN },
	{ "CREATE TABLE a (b int) COMMENT 'it\\'s'; DROP TABLE b; -- '", IR_MIGRATE_UNKNOWN },
	{ "CREATE INDEX i ON t (f(a))", IR_MIGRATE_UNKNOWN },
	{ "CREATE INDEX i ON t (a) WHERE b / c > 1", IR_MIGRATE_UNKNOWN },
	{ "ALTER TYPE a RENAME VALUE 'b' TO 'c'", IR_MIGRATE_UNSAFE },
	{ "CREATE TYPE a AS ENUM ('b'); ALTER TYPE a ADD VALUE 'c'", IR_MIGRATE_SAFE },
	{ "CREATE SCHEMA a CREATE TABLE b (c int)", IR_MIGRATE_UNKNOWN },
	{ "CREATE OR REPLACE VIEW a AS SELECT 1", IR_MIGRATE_UNKNOWN },
	{ "CREATE VIEW a AS SELECT 1", IR_MIGRATE_SAFE },
	{ "CREATE VIEW a AS SELECT * FROM b; INSERT INTO a VALUES (1)", IR_MIGRATE_UNKNOWN },
	{ "CREATE TABLE a (b int); INSERT INTO a SELECT frob(1)", IR_MIGRATE_UNKNOWN },
	{ "CREATE TABLE a (b int); UPDATE a SET b = 1", IR_MIGRATE_SAFE },
	{ "CREATE TABLE a (b int); TRUNCATE a, c", IR_MIGRATE_UNSAFE },
	{ "CREATE TABLE a (b int); ROLLBACK; DROP TABLE a", IR_MIGRATE_UNKNOWN },
	{ "WITH x AS (DELETE FROM a) SELECT 1", IR_MIGRATE_UNKNOWN },
	{ "SELECT 'x'", IR_MIGRATE_SAFE },
	{ "SELECT drop_all()", IR_MIGRATE_UNKNOWN },
	{ "SELECT set_config('a', 'b', false), drop_all()", IR_MIGRATE_UNKNOWN },
	{ "\\i other.sql", IR_MIGRATE_UNKNOWN },
	{ "CREATE TABLE `a` (id int)", IR_MIGRATE_UNKNOWN },
	{ "CREATE TABLE a (id int))", IR_MIGRATE_UNKNOWN },
	{ "DROP FUNCTION f(int, text), g", IR_MIGRATE_UNSAFE },
	{ "DROP DATABASE x", IR_MIGRATE_UNSAFE },
	{ "ALTER SYSTEM SET x = 1", IR_MIGRATE_UNKNOWN },
};

static void
test_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ir_migrate_judgement j = judge(cases[i].sql);

		if (!OK(j.verdict == cases[i].want, "%s", cases[i].sql))
			fprintf(stderr, "# %s: %s\n", migrate_label_words[j.verdict], j.operation);
	}
}

/* n times the text, behind what begins. */
static struct ir_migrate_judgement
judge_many(const char *begin, const char *text, size_t bytes)
{
	size_t first = strlen(begin), each = strlen(text), n = first;
	char *all = malloc(bytes + first + each);
	struct ir_migrate_judgement j;

	memcpy(all, begin, first);
	for (; n + each <= bytes; n += each)
		memcpy(all + n, text, each);
	j = judge_n(all, n);
	free(all);
	return j;
}

static void
test_hostile(void)
{
	static const char *const texts[] = { "(", ")", "((a,", "/*", "*/", "'", "''", "\"", "$a$", "$a", "E'\\", "--",
		"\\\n", ";", "a", "a.", "1.", "U&'", "::", "CASE ", "BEGIN ATOMIC ", "ALTER TABLE a ADD ",
		"CREATE TABLE a(", "CREATE TABLE a();", "DROP TABLE a, ", "COPY a FROM STDIN;\n", "REFERENCES ",
		"CREATE TABLE IF NOT EXISTS a.b.c.d.e.f (LIKE x);", "\xff\xfe" };
	bool ok = true;
	struct ir_migrate_judgement j;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		for (size_t n = 1; n <= 300000; n = n * 17 + 3)
			ok &= judge_many("CREATE TABLE t (a int", texts[i], n + 30).verdict != IR_MIGRATE_UNSAFE ||
			      strstr(texts[i], "DROP") || strstr(texts[i], "ALTER") || strstr(texts[i], "CREATE");
	OK(ok, "anything, many times");
	j = judge_many("INSERT INTO a VALUES ", "(1, 'some words'), ", 1 << 20);
	IS_INT(j.verdict, IR_MIGRATE_UNKNOWN, "a statement of a megabyte");
	j = judge_many("", "CREATE TABLE a (b int); ALTER TABLE a DROP b; ", 1 << 20);
	IS_INT(j.verdict, IR_MIGRATE_SAFE, "20,000 statements");
	j = judge_n("CREATE TABLE a\0(b int)", 22);
	IS_INT(j.verdict, IR_MIGRATE_UNKNOWN, "a NUL");
	j = judge_n("CREATE TABLE a (b int); 'x\0", 27);
	IS_INT(j.verdict, IR_MIGRATE_UNKNOWN, "a NUL in a string without an end");
	j = judge_n("DROP TABLE orders", 12);
	IS_STR(j.operation, "DROP TABLE o: old code still reads it", "not read past its end");
	j = judge_n("DROP TABLE orders", 10);
	IS_INT(j.verdict, IR_MIGRATE_UNKNOWN, "nor before it");
	IS_INT((int64_t)judge_many("DROP TABLE ", "n", 5000).verdict, IR_MIGRATE_UNSAFE, "a name of 5000 bytes");
	OK(strlen(judge_many("DROP TABLE ", "n", 5000).operation) < 200, "is told cut");
}

/* 20,000 tables, each looked for among those before it. */
static void
test_many_tables(void)
{
	char *all = malloc(1 << 20);
	size_t n = 0;

	for (int i = 0; i < 20000; i++)
		n += (size_t)snprintf(all + n, (1 << 20) - n, "CREATE TABLE table_%d (a int); ", i);
	IS_INT(judge_n(all, n).verdict, IR_MIGRATE_SAFE, "20,000 tables");
	free(all);
}

int
main(void)
{
	test_tokens();
	test_statements();
	test_words();
	test_cases();
	migrate_labels_each(&arena, MIGRATE_LABELS "sql.tsv", label);
	test_hostile();
	test_many_tables();
	ir_arena_done(&arena);
	return tap_done();
}
