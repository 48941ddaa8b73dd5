/* migrate_rails - Rails' migrations: Ruby's words, what they come to, and the files */
#include "migrate/rails.h"
#include "migrate_labels.h"
#include "migrate_texts.h"

extern const struct ir_migrate_type ir_migrate_rails;

static struct ir_arena arena;

/* "W1 class|N1|…" : kind, line and text of each token; '*' behind what has #{} in it. */
static const char *
tokens(const char *text)
{
	static const char kinds[] = "EnWLSs%NOB";
	const char *out = "";
	size_t n;
	const struct ir_ruby *v = ir_ruby_read(&arena, text, strlen(text), &n);

	for (size_t i = 0; i < n; i++)
		out = ir_asprintf(&arena, "%s%s%c%u%s%.*s%s", out, i ? "|" : "", kinds[v[i].kind], v[i].line,
		    v[i].kind == IR_RUBY_NL ? "" : " ", v[i].kind == IR_RUBY_NL ? 0 : (int)v[i].n, v[i].p,
		    v[i].mixed ? "*" : "");
	return out;
}

static void
test_tokens(void)
{
	IS_STR(tokens("a_b! :c, d: 'e', \"f\": 1_0 # g\nh"), "W1 a_b!|S1 c|O1 ,|L1 d|s1 e|O1 ,|L1 f|N1 1_0|n1|W2 h",
	    "words");
	IS_STR(tokens(":a => :b, A::B[1.0]"), "S1 a|O1 =|O1 >|S1 b|O1 ,|W1 A|O1 ::|W1 B|O1 [|N1 1.0|O1 ]", "symbols");
	IS_STR(tokens("x <<~A, <<-'B'\n  one #{1}\n  A\ntwo #{2}\n  B\ny"),
	    "W1 x|s2   one #{1}\n*|O1 ,|s4 two #{2}\n|n1|W6 y", "heredocs have their lines; two on one line");
	IS_STR(tokens("x <<A.strip\nA\ny"), "W1 x|s2 |O1 .|W1 strip|n1|W3 y", "an empty one");
	IS_STR(
	    tokens("a \"b\\\"#{c}\" 'd\\'#{e}'"), "W1 a|s1 b\\\"#{c}*|s1 d\\'#{e}*", "what is not literal is marked");
	IS_STR(tokens("%w[a [b] c], %i(d)"), "%1 a [b] c|O1 ,|%1 d", "lists of words");
	IS_STR(tokens("=begin\na\n=end\nb\n__END__\nc '"), "n3|W4 b|n4", "what is no code");
	IS_STR(tokens("\"#{'\"'}\"; a 'b'"), "B1 *", "quotes within #{} are not followed");
	IS_STR(tokens("a 'b"), "W1 a|B1 ", "a string without an end");
	IS_STR(tokens("a <<~B\nc\n"), "W1 a|B2 ", "a heredoc without an end");
	IS_STR(tokens("a `b` / c"), "W1 a|B1 `|W1 b|B1 `|B1 /|W1 c", "what is not read");
	IS_STR(tokens("a \\\n b;c"), "W1 a|W2 b|n2|W2 c", "lines that go on");
}

static void
label(const char *path, const char *want)
{
	size_t n;
	const char *text = fixture(&arena, ir_asprintf(&arena, MIGRATE_LABELS "%s", path), &n);
	struct ir_migrate_judgement j = { 0 };

	rails_judge(&arena, text, n, &j);
	migrate_label_check(path, want, &j);
}

/* A migration whose `change` says so. */
static struct ir_migrate_judgement
change(const char *body)
{
	struct ir_migrate_judgement j = { 0 };
	const char *text =
	    ir_asprintf(&arena, "class A < ActiveRecord::Migration[7.0]\ndef change\n%s\nend\nend\n", body);

	rails_judge(&arena, text, strlen(text), &j);
	return j;
}

static const struct {
	const char *body;
	enum ir_migrate_verdict want;
	int reversible;
} cases[] = {
	{ "add_column :a, :b, :string", IR_MIGRATE_SAFE, 1 },
	{ "add_column :a, :b, :string, { null: false }", IR_MIGRATE_UNSAFE, 1 },
	{ "add_column :a, :b, :string, { default: 'x', null: false }", IR_MIGRATE_SAFE, 1 },
	{ "add_column :a, :b, :string, null: REQUIRED", IR_MIGRATE_UNSAFE, 1 },
	{ "add_column :a, :b, :string, options", IR_MIGRATE_UNKNOWN, 1 },
	{ "add_column :a, :b, :order_status", IR_MIGRATE_UNKNOWN, 1 },
	{ "add_column :a, :b, :order_status, default: 'new', null: false", IR_MIGRATE_SAFE, 1 },
	{ "add_column :a, :b, :virtual, as: 'c / d', stored: true", IR_MIGRATE_UNKNOWN, 1 },
	{ "add_column :a, :b, :integer,\n  null: false", IR_MIGRATE_UNSAFE, 1 },
	{ "add_column(\n  :a,\n  :b,\n  :integer,\n  null: false\n)", IR_MIGRATE_UNSAFE, 1 },
	{ "add_column :a, :b, :string; drop_table :c", IR_MIGRATE_UNSAFE, 0 },
	{ "add_column(:a, :b, :string).tap { drop_table :c }", IR_MIGRATE_UNKNOWN, -1 },
	{ "add_column :a, :b, :string if x?", IR_MIGRATE_UNKNOWN, -1 },
	{ "if x?\n add_column :a, :b, :string\nelse\n drop_table :c\nend", IR_MIGRATE_UNSAFE, 0 },
	{ "return if x?\ndrop_table :c", IR_MIGRATE_UNSAFE, 0 },
	{ "say \"#{'\"'}\"; drop_table :c; '", IR_MIGRATE_UNKNOWN, -1 },
	{ "say_with_time \"#{x}\" do\n drop_table :c\nend", IR_MIGRATE_UNSAFE, 0 },
	{ "say 'x',\n  drop_table(:c)", IR_MIGRATE_UNKNOWN, -1 },
	{ "add_column :a, :b, :string, default: (drop_table :c)", IR_MIGRATE_UNKNOWN, -1 },
	{ "begin\n drop_table :c\nrescue\n nil\nend", IR_MIGRATE_UNSAFE, 0 },
	{ "while x do\n drop_table :c\nend", IR_MIGRATE_UNSAFE, 0 },
	{ "Foo.each { |x| drop_table x }", IR_MIGRATE_UNSAFE, 0 },
	{ "x = 5", IR_MIGRATE_UNKNOWN, -1 },
	{ "Foo.update_all a: 1", IR_MIGRATE_UNKNOWN, -1 },
	{ "", IR_MIGRATE_SAFE, 1 },
	{ "create_table :a", IR_MIGRATE_SAFE, 1 },
	{ "create_table NAME do |t|\n t.string :b\nend", IR_MIGRATE_UNKNOWN, 1 },
	{ "create_table :a, as: 'SELECT 1'", IR_MIGRATE_UNKNOWN, 1 },
	{ "create_table :a do |t|\n t.userstamps\nend", IR_MIGRATE_UNKNOWN, 1 },
	{ "create_table :a do |t|\n t.string :b\n drop_table :c\nend", IR_MIGRATE_UNSAFE, 0 },
	{ "create_table :a do |t|\n t.foreign_key :b\nend", IR_MIGRATE_UNKNOWN, 1 },
	{ "create_table :a do |t|\n t.bigint :b, foreign_key: true\nend", IR_MIGRATE_UNKNOWN, 1 },
	{ "create_table :a do |t|\n t.references :b, foreign_key: false\nend", IR_MIGRATE_SAFE, 1 },
	{ "create_table :a, if_not_exists: true do |t|\n t.string :b\nend\nadd_index :a, :b, unique: true",
	    IR_MIGRATE_UNKNOWN, 1 },
	{ "create_table :a\nremove_column :a, :b, :string", IR_MIGRATE_SAFE, 1 },
	{ "create_table :a\ndrop_table :a\ndrop_table :a", IR_MIGRATE_UNSAFE, 0 },
	{ "drop_table :a do |t|\n t.string :b\nend", IR_MIGRATE_UNSAFE, 1 },
	{ "remove_column :a, :b", IR_MIGRATE_UNSAFE, 0 },
	{ "remove_columns :a, :b, :c, type: :string", IR_MIGRATE_UNSAFE, 1 },
	{ "change_table(:a) { |t| t.remove :b }", IR_MIGRATE_UNSAFE, 0 },
	{ "change_table :a do |t|\n t.timestamps null: true\n t.index :b\nend", IR_MIGRATE_SAFE, 1 },
	{ "change_table :a do |t|\n t.timestamps\nend", IR_MIGRATE_UNSAFE, 1 },
	{ "change_table :a do |t|\n t.references :b, index: { unique: true }\nend", IR_MIGRATE_UNSAFE, 1 },
	{ "change_table :a do |t|\n t.change_default :b, nil\nend", IR_MIGRATE_UNSAFE, 0 },
	{ "change_column :a, :b, :text", IR_MIGRATE_UNSAFE, 0 },
	{ "change_column_default :a, :b, 5", IR_MIGRATE_SAFE, 0 },
	{ "add_index :a, :b, unique: false", IR_MIGRATE_SAFE, 1 },
	{ "add_index :a, 'lower(b)'", IR_MIGRATE_UNKNOWN, 1 },
	{ "add_index :a, :b, where: \"c / d > 1\"", IR_MIGRATE_UNKNOWN, 1 },
	{ "remove_index :a, :b, unique: true", IR_MIGRATE_UNKNOWN, 1 },
	{ "execute 'CREATE TABLE a (b int)'", IR_MIGRATE_SAFE, 0 },
	{ "execute 'CREATE TABLE a (b int)' + x", IR_MIGRATE_UNKNOWN, 0 },
	{ "execute \"SELECT 1\\x3b DROP TABLE a\"", IR_MIGRATE_UNKNOWN, 0 },
	{ "execute(<<-SQL)\n DROP TABLE a;\nSQL\nadd_column :a, :b, :string", IR_MIGRATE_UNSAFE, 0 },
	{ "up_only { execute 'DROP TABLE a' }", IR_MIGRATE_UNSAFE, 0 },
	{ "reversible do |d|\n d.up { remove_column :a, :b }\n d.down { add_column :a, :b, :string }\nend",
	    IR_MIGRATE_UNSAFE, 1 },
	{ "reversible do |d|\n frob\nend", IR_MIGRATE_UNKNOWN, -1 },
	{ "reversible do |d|\n d.down { drop_table :c }\nend", IR_MIGRATE_SAFE, 1 },
	{ "enable_extension 'hstore'\ncreate_enum :mood, %w[good bad]", IR_MIGRATE_SAFE, 1 },
	{ "add_enum_value :mood, 'odd'", IR_MIGRATE_UNKNOWN, 0 },
	{ "revert OtherMigration", IR_MIGRATE_UNKNOWN, -1 },
	{ "add_foreign_key :a, :b", IR_MIGRATE_UNSAFE, 1 },
	{ "create_table :a\nadd_foreign_key :a, :b", IR_MIGRATE_UNKNOWN, 1 },
	{ "create_table :a\ncreate_table :b\nadd_foreign_key :a, :b", IR_MIGRATE_SAFE, 1 },
	{ "add_column :a, :b, :string\nend\ndef helper\nx", IR_MIGRATE_SAFE, 1 },
	{ "add_column :a, :b, :string)", IR_MIGRATE_UNKNOWN, -1 },
};

static void
test_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ir_migrate_judgement j = change(cases[i].body);

		if (!OK(j.verdict == cases[i].want && j.reversible == cases[i].reversible, "%s",
			ir_asprintf(&arena, "%.50s", cases[i].body)))
			fprintf(stderr, "# %s: %s %d: %s\n", cases[i].body, migrate_label_words[j.verdict],
			    j.reversible, j.operation);
	}
}

static void
test_words(void)
{
	struct ir_migrate_judgement j = change("add_index :orders, :note\n\nremove_column :orders, :total, :decimal");

	IS_STR(j.operation, "remove_column orders.total: old code still reads it", "the worst one is told");
	IS_INT(j.line, 5, "with its line");
	OK(j.drops && j.locks, "it drops, it locks");
	j = change("add_index :orders, :note, algorithm: :concurrently");
	OK(!j.locks && !j.drops, "an index that is made concurrently locks nobody out");
	j = change("create_table :a do |t|\n t.string :b\nend");
	OK(!j.locks && !j.drops, "a new table neither");
	j = change("execute <<~SQL\n  SELECT 1;\n\n  DROP TABLE x;\nSQL\n");
	IS_INT(j.line, 6, "lines within a heredoc are the file's");
}

static void
test_files(void)
{
	static const char text[] =
	    "class A < ActiveRecord::Migration[7.0]\ndef change\nadd_column :a, :b, :string\nend\nend";
	struct ir_tree_file files[] = {
		{ .path = "db/migrate/001_first.rb", .text = text },
		{ .path = "db/migrate/20230101120000_create_posts.blorgh.rb", .text = text },
		{ .path = "db/migrate/9_ninth.rb", .why = "it cannot be opened" },
	};
	struct ir_migrate_set set = MIGRATE_TREE(&arena, &ir_migrate_rails, "db/migrate", files);
	static const char *const paths[][2] = { { "db/migrate/1_a.rb", "db/migrate" },
		{ "engines/x/db/migrate/1_a.rb", "engines/x/db/migrate" },
		{ "db/animals_migrate/1_a.rb", "db/animals_migrate" }, { "migrate/1_a.rb", "migrate" },
		{ "db/migrate/a.rb", NULL }, { "db/remigrate/1_a.rb", NULL }, { "db/migrate/1_a.sql", NULL } };

	IS_STR(migrate_tree_text(&arena, &set),
	    "1 'first' safe 1; 9 'ninth' unknown -1 it cannot be opened; 20230101120000 'create posts' safe 1",
	    "names are versions, without zeros before them");
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		size_t n;
		bool wanted = ir_migrate_rails.wants(paths[i][0], &n);

		IS_STR(wanted ? ir_strndup(&arena, paths[i][0], n) : NULL, paths[i][1], "%s", paths[i][0]);
	}
}

static void
test_hostile(void)
{
	static const char *const texts[] = { "(", ")", "do\n", "end\n", "{", "}", "if x\n", "a do |t|\n", "'", "\"",
		"<<~A\n", "<<~A ", "%w[", ":", "#{", "def change\n", "class A < ActiveRecord::Migration\n", "=begin\n",
		",", ".", "\n", "a ", "*", "|", "create_table :a do |t| ", "t.string ", "execute ",
		"reversible do |d| d.up do ", ":a=>", "a: ", "\\", "\xff", "if x then y ", "%(" };
	struct ir_migrate_judgement j;
	bool ok = true;
	size_t n = 0;
	char *all = malloc(1 << 20);

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		for (size_t times = 1; times < 30000; times = times * 13 + 1) {
			n = (size_t)snprintf(all, 100, "class A < ActiveRecord::Migration[7.0]\ndef change\n");
			for (size_t k = 0; k < times && n < (1 << 20) - 100; k++)
				n += (size_t)snprintf(all + n, 100, "%s", texts[i]);
			j = (struct ir_migrate_judgement){ 0 };
			rails_judge(&arena, all, n, &j);
			ok &= j.verdict == IR_MIGRATE_UNKNOWN;
		}
	OK(ok, "anything, many times, is not known");
	n = (size_t)snprintf(all, 100, "class A < ActiveRecord::Migration[7.0]\ndef change\n");
	for (int k = 0; k < 3000; k++)
		n += (size_t)snprintf(all + n, 100, "create_table :t%d do |t|\n t.string :a\nend\n", k);
	n += (size_t)snprintf(all + n, 100, "end\nend\n");
	j = (struct ir_migrate_judgement){ 0 };
	rails_judge(&arena, all, n, &j);
	IS_INT(j.verdict, IR_MIGRATE_UNKNOWN, "a file with more words than are read");
	j = (struct ir_migrate_judgement){ 0 };
	rails_judge(&arena,
	    "class A < ActiveRecord::Migration\ndef change\nexecute 'SELECT 1;\0DROP TABLE a'\nend\nend", 84, &j);
	IS_INT(j.verdict, IR_MIGRATE_UNKNOWN, "a NUL");
	free(all);
}

int
main(void)
{
	test_tokens();
	test_cases();
	test_words();
	migrate_labels_each(&arena, MIGRATE_LABELS "rails.tsv", label);
	test_files();
	test_hostile();
	ir_arena_done(&arena);
	return tap_done();
}
