/* migrate_alembic - Alembic's migrations: their order is that of the real history, a head stands for all below it, and nothing is called safe that is not */
#include "base/buf.h"
#include "migrate/alembic.h"
#include "migrate_tree.h"

#define REVISIONS "tests/unit/migrate-alembic/"

extern const struct ir_migrate_type ir_migrate_alembic;

static struct ir_arena arena;

static const char *
kept(struct ir_buf *b)
{
	const char *s = ir_strndup(&arena, b->data, b->len);

	ir_buf_done(b);
	return s;
}

static const char *
names(const struct ir_migrate_set *set)
{
	struct ir_buf b;

	ir_buf_init(&b, 1 << 20);
	for (size_t i = 0; i < set->n; i++)
		ir_buf_addf(&b, "%s%s", i ? " " : "", set->v[i].name);
	return kept(&b);
}

/* "a -> b (head), Words" a line, newest first: the revisions, oldest first. */
static const char *
history(const char *path)
{
	struct ir_buf b;
	struct ir_list l = { 0 };
	size_t n;
	char *save = NULL, *text = tree_text(&arena, path, &n);

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *to = strstr(line, " -> ") + 4;

		ir_list_add(&arena, &l, ir_strndup(&arena, to, strcspn(to, " ,")));
	}
	ir_buf_init(&b, 1 << 20);
	for (size_t i = l.n; i > 0; i--)
		ir_buf_addf(&b, "%s%s", i < l.n ? " " : "", l.v[i - 1]);
	return kept(&b);
}

static const char *
listed(const struct ir_list *l)
{
	char *s = ir_strdup(&arena, ir_list_join(&arena, l, "", ""));

	for (char *c = s; *c; c++)
		if (*c == '\1')
			*c = '/';
	return s;
}

static const char *
rows(const struct ir_migrate_set *set, const char *heads)
{
	struct ir_migrate_row v[8] = { { .name = NULL } };
	struct ir_migrate_table t = { .v = v };
	char *save = NULL, *text = ir_strdup(&arena, heads);
	struct ir_buf b;

	for (char *h = strtok_r(text, " ", &save); h; h = strtok_r(NULL, " ", &save))
		v[t.n++] =
		    (struct ir_migrate_row){ .app = "", .name = h, .applied_ms = 1000, .state = IR_MIGRATE_APPLIED };
	ir_alembic_expand(&arena, set, &t);
	ir_buf_init(&b, 1 << 20);
	for (size_t i = 0; i < t.n; i++)
		ir_buf_addf(&b, "%s%s%s", i ? " " : "", t.v[i].name, t.v[i].applied_ms == IR_TIME_NONE ? "" : "*");
	return kept(&b);
}

static void
test_real(void)
{
	struct ir_migrate_set set;
	const struct ir_migrate_file *f;

	tree_load(&arena, &ir_migrate_alembic, REVISIONS "db", &set);
	ir_alembic_order(&set);
	IS_STR(names(&set), history(REVISIONS "HISTORY"), "the order is that of alembic history");
	IS_STR(set.trouble, NULL, "nothing is wrong with it");
	f = tree_named(&set, "versions/d1f0_all_together.py");
	IS_STR(listed(&f->after), "/a6f0/b3f0/c2f0", "a merge comes after all that it merges");
	IS_STR(listed(&tree_named(&set, "versions/b3f0_paid.py")->after), "/b2f0/a3f0", "what is depended on, too");
	IS_STR(listed(&tree_named(&set, "versions/c1f0_search.py")->after), "/b1f0", "by the label of its branch");
	IS_STR(f->title, "All together", "its message");
	OK(f->written_ms != IR_TIME_NONE && f->judgement.verdict == IR_MIGRATE_SAFE, "when it was made");
	IS_STR(rows(&set, "b2f0"), "a1f0 b1f0 b2f0*", "a head stands for all that it needs");
	IS_STR(rows(&set, "a6f0 c1f0"), "a1f0 a2f0 a4f0 a5f0 a3f0 b1f0 c1f0* a6f0*", "two heads");
	IS_STR(rows(&set, "a2f0 ffff"), "a1f0 a2f0* ffff*", "one that the code does not know stays");
	IS_STR(rows(&set, ""), "", "none");
}

static void
begin(struct ir_migrate_set *set)
{
	*set = (struct ir_migrate_set){ .type = &ir_migrate_alembic, .arena = &arena, .dir = "" };
}

static int
add_text(struct ir_migrate_set *set, const char *path, const char *text)
{
	struct ir_tree_file f = { .path = ir_strdup(set->arena, path), .text = text, .n = strlen(text) };

	return tree_add(set, &f);
}

static int
add_revision(struct ir_migrate_set *set, const char *name, const char *down)
{
	return add_text(set, ir_asprintf(set->arena, "versions/%s.py", name),
	    ir_asprintf(set->arena, "revision: str = '%s'\ndown_revision = %s\ndef upgrade(): pass\n", name, down));
}

static void
test_heads(void)
{
	struct ir_migrate_set set;
	char at[IR_TIME_MAX];
	size_t dir = 99;

	begin(&set);
	IS_INT(add_text(&set, "versions/x.py", "x = 1\n"), 0, "one without a revision is none");
	IS_INT(add_text(&set, "versions/x.py", "revision = 'a'\n"), 0, "nor one that comes after nothing it says");
	add_text(&set, "versions/a.py",
	    "\"\"\"Add it.\n\nRevision ID: a\nCreate Date: 2024-05-06 07:08:09.123+02:00\n\"\"\"\nrevision = "
	    "\"a\"\ndown_revision: Union[str, Sequence[str], None] = None\n");
	IS_STR(set.v[0].title, "Add it", "its message");
	IS_STR(ir_time_format(at, set.v[0].written_ms), "2024-05-06T05:08:09.123Z", "when it was made");
	IS_STR(set.v[0].judgement.operation, "there is no upgrade()", "one that does nothing that can be read");
	OK(ir_migrate_alembic.wants("src/db/versions/2024/x.py", &dir) && dir == 6, "below versions");
	OK(ir_migrate_alembic.wants("versions/x.py", &dir) && dir == 0, "at the top");
	OK(!ir_migrate_alembic.wants("src/conversions/x.py", &dir) &&
		!ir_migrate_alembic.wants("versions/__init__.py", &dir) &&
		!ir_migrate_alembic.wants("versions/x.sql", &dir) && !ir_migrate_alembic.wants("x.py", &dir),
	    "what is none by its path");
}

static void
test_troubles(void)
{
	struct ir_migrate_set set;

	begin(&set);
	add_revision(&set, "b", "'a'");
	ir_alembic_order(&set);
	IS_STR(set.trouble, "b comes after a, which is not there", "a parent that is not there");
	begin(&set);
	add_revision(&set, "a", "'c'");
	add_revision(&set, "b", "'a'");
	add_revision(&set, "c", "'b'");
	add_revision(&set, "d", "('c', 'e')");
	add_revision(&set, "e", "'e'");
	ir_alembic_order(&set);
	IS_INT((int64_t)set.n, 5, "a circle loses nothing");
	OK(set.trouble && strstr(set.trouble, "circle"), "and is told: %s", set.trouble);
	OK(rows(&set, "d") != NULL, "nor does it hold the rows");
	begin(&set);
	add_revision(&set, "a", "None");
	add_text(&set, "versions/again.py", "revision = 'a'\ndown_revision = None\n");
	ir_alembic_order(&set);
	OK(set.n == 2 && set.trouble && strstr(set.trouble, "twice"), "two of one name");
	begin(&set);
	add_revision(&set, "a", "get()");
	IS_STR(set.v[0].trouble, "its down_revision is not literal", "what nobody can read");
	OK(set.v[0].judgement.verdict == IR_MIGRATE_UNKNOWN, "is not known");
}

static const struct ir_migrate_judgement *
judged(const char *up, const char *down)
{
	struct ir_migrate_set set;

	begin(&set);
	add_text(&set, "versions/a.py",
	    ir_asprintf(&arena,
		"from alembic import op\nimport sqlalchemy as sa\nrevision = 'a'\ndown_revision = None\ndef "
		"upgrade():\n%s\ndef downgrade():\n    %s\n",
		up, down));
	return &set.v[0].judgement;
}

static void
test_judged(void)
{
	static const struct {
		const char *up, *down;
		enum ir_migrate_verdict want;
		int reversible;
		bool locks, drops;
	} v[] = {
		{ "    pass", "pass", IR_MIGRATE_SAFE, 1, false, false },
		{ "    'words'\n    # and more", "pass", IR_MIGRATE_SAFE, 1, false, false },
		{ "    op.drop_index('a')", "pass", IR_MIGRATE_SAFE, 0, false, false },
		{ "    op.drop_index('a')", "raise X", IR_MIGRATE_SAFE, 0, false, false },
		{ "    op.drop_index('a')", "op.create_index('a', 'b', ['c'])", IR_MIGRATE_SAFE, 1, false, false },
		{ "    op.create_index('a', 'b', ['c'])", "pass", IR_MIGRATE_SAFE, 0, true, false },
		{ "    op.create_index('a', 'b', ['c'], postgresql_concurrently=True)", "pass", IR_MIGRATE_SAFE, 0,
		    false, false },
		{ "    op.create_index('a', 'b', ['c'], unique=U)", "pass", IR_MIGRATE_UNKNOWN, 0, true, false },
		{ "    op.create_index('a', 'b', ['c'], None, True)", "pass", IR_MIGRATE_UNKNOWN, 0, true, false },
		{ "    op.create_table('a')\n    op.add_column('a', sa.Column('b', sa.Integer(), nullable=False), "
		  "'other')",
		    "pass", IR_MIGRATE_UNKNOWN, 0, false, false },
		{ "    op.alter_column('a', 'b', True, None, 'x')", "pass", IR_MIGRATE_UNKNOWN, 0, false, false },
		{ "    with op.batch_alter_table('a') as b:\n        b.alter_column('c', nullable=False)", "pass",
		    IR_MIGRATE_UNSAFE, 0, true, false },
		{ "    pass\nupgrade = f(upgrade)", "pass", IR_MIGRATE_UNKNOWN, 1, false, false },
		{ "    op.create_index(*a)", "pass", IR_MIGRATE_UNKNOWN, 0, true, false },
		{ "    op.add_column('a', sa.Column('b', sa.Integer()))", "pass", IR_MIGRATE_SAFE, 0, false, false },
		{ "    op.add_column('a', sa.Column('b', sa.Integer(), nullable=N))", "pass", IR_MIGRATE_UNKNOWN, 0,
		    false, false },
		{ "    op.add_column('a', sa.Column('b', sa.Integer(), **k))", "pass", IR_MIGRATE_UNKNOWN, 0, false,
		    false },
		{ "    op.add_column('a', sa.Column('b', sa.Integer(), f()))", "pass", IR_MIGRATE_UNKNOWN, 0, false,
		    false },
		{ "    op.add_column('a', column())", "pass", IR_MIGRATE_UNKNOWN, 0, false, false },
		{ "    op.add_column('a', sa.Column('b', sa.Integer(), nullable=False, server_default=None))", "pass",
		    IR_MIGRATE_UNSAFE, 0, false, false },
		{ "    op.add_column('a', sa.Column('b', sa.Integer(), nullable=False, "
		  "server_default=sa.text('NULL')))",
		    "pass", IR_MIGRATE_UNSAFE, 0, false, false },
		{ "    op.add_column('a', sa.Column('b', sa.Integer(), nullable=False, server_default=DEFAULT))",
		    "pass", IR_MIGRATE_UNKNOWN, 0, false, false },
		{ "    op.add_column('a', sa.Column('b', sa.Integer(), sa.Identity(), nullable=False))", "pass",
		    IR_MIGRATE_SAFE, 0, false, false },
		{ "    op.add_column('a', sa.Column('b', sa.Integer(), server_default='1', unique=True))", "pass",
		    IR_MIGRATE_UNSAFE, 0, true, false },
		{ "    op.add_column('a', sa.Column('b', sa.ForeignKey('c.d')))", "pass", IR_MIGRATE_UNKNOWN, 0, true,
		    false },
		{ "    op.create_table('a', sa.Column('b', sa.Integer()))\n    op.add_column('a', sa.Column('c', "
		  "sa.Integer(), nullable=False))\n    op.create_unique_constraint('d', 'a', ['c'])",
		    "pass", IR_MIGRATE_SAFE, 0, false, false },
		{ "    op.create_table('a', sa.Column('b', sa.Integer()), schema='x')\n    op.add_column('a', "
		  "sa.Column('c', sa.Integer(), nullable=False))",
		    "pass", IR_MIGRATE_UNSAFE, 0, false, false },
		{ "    op.create_table('a', *columns)", "pass", IR_MIGRATE_UNKNOWN, 0, false, false },
		{ "    op.create_table('a', sa.Column('b', sa.Integer()), postgresql_inherits='old')", "pass",
		    IR_MIGRATE_UNKNOWN, 0, false, false },
		{ "    op.create_table('a', sa.ForeignKeyConstraint(['b'], TO))", "pass", IR_MIGRATE_UNKNOWN, 0, false,
		    false },
		{ "    op.create_table('a', sa.Column('b', sa.Integer()), if_not_exists=True)\n    op.drop_column('a', "
		  "'b')",
		    "pass", IR_MIGRATE_UNSAFE, 0, false, true },
		{ "    op.drop_table('a')", "pass", IR_MIGRATE_UNSAFE, 0, false, true },
		{ "    op.rename_table('a', 'b')", "pass", IR_MIGRATE_UNSAFE, 0, false, false },
		{ "    op.alter_column('a', 'b', existing_nullable=True, comment='x')", "pass", IR_MIGRATE_SAFE, 0,
		    false, false },
		{ "    op.alter_column('a', 'b', server_default='1')", "pass", IR_MIGRATE_SAFE, 0, false, false },
		{ "    op.alter_column('a', 'b', nullable=N)", "pass", IR_MIGRATE_UNKNOWN, 0, false, false },
		{ "    op.alter_column('a', 'b', **k)", "pass", IR_MIGRATE_UNKNOWN, 0, false, false },
		{ "    op.execute(\"CREATE INDEX a ON b (c)\")", "pass", IR_MIGRATE_SAFE, 0, true, false },
		{ "    op.execute(f'CREATE INDEX {a}')", "pass", IR_MIGRATE_UNKNOWN, 0, false, false },
		{ "    op.execute(table.update().values(a=1))", "pass", IR_MIGRATE_UNKNOWN, 0, false, false },
		{ "    x = 1", "pass", IR_MIGRATE_UNKNOWN, 0, false, false },
		{ "    return\n    op.drop_index('a')", "pass", IR_MIGRATE_UNKNOWN, 0, false, false },
		{ "    with x() as y:\n        op.drop_index('a')", "pass", IR_MIGRATE_UNKNOWN, 0, false, false },
		{ "    with op.batch_alter_table('a') as b:\n        b.drop_column('c')", "pass", IR_MIGRATE_UNSAFE, 0,
		    false, true },
		{ "    with op.batch_alter_table('a') as b:\n        b.add_column(sa.Column('c', sa.Integer(), "
		  "nullable=False))",
		    "pass", IR_MIGRATE_UNSAFE, 0, false, false },
		{ "    with op.batch_alter_table('a') as b:\n        b.add_column(sa.Column('c', sa.Integer()))\n      "
		  "  op.add_column('d', sa.Column('e', sa.Integer(), nullable=False))",
		    "pass", IR_MIGRATE_UNSAFE, 0, false, false },
		{ "    with op.batch_alter_table('a') as b:\n        b.create_foreign_key('x', 'c', ['d'], ['e'])",
		    "pass", IR_MIGRATE_UNSAFE, 0, true, false },
		{ "    op.drop_index('a'); op.drop_column('b', 'c')", "pass", IR_MIGRATE_UNSAFE, 0, false, true },
		{ "    op.no_such_thing('a')", "pass", IR_MIGRATE_UNKNOWN, 0, false, false },
		{ "    globals()['upgrade_%s' % engine_name]()", "pass", IR_MIGRATE_UNKNOWN, 0, false, false },
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		const struct ir_migrate_judgement *j = judged(v[i].up, v[i].down);
		const char *line = strrchr(v[i].up, '\n');

		if (!OK(j->verdict == v[i].want && j->reversible == v[i].reversible && j->locks == v[i].locks &&
			    j->drops == v[i].drops,
			"%s", line ? line + 1 : v[i].up))
			fprintf(stderr, "# %s, reversible %d, locks %d, drops %d: %s\n", tree_words[j->verdict],
			    j->reversible, j->locks, j->drops, j->operation ? j->operation : "-");
	}
	IS_STR(judged("    op.drop_column('a', 'b')", "pass")->operation,
	    "drop_column a.b: old code still uses the column", "what decides");
	IS_INT(judged("    pass\n    op.drop_column('a', 'b')", "pass")->line, 7, "and where");
}

static void
test_labels(void)
{
	struct ir_migrate_set set;

	tree_load(&arena, &ir_migrate_alembic, "tests/unit/migrate-labels/alembic", &set);
	ir_alembic_order(&set);
	tree_labels(&set, "tests/unit/migrate-labels/alembic.tsv", 90);
}

/* A line of them, and a ladder in which every rung merges two. */
static void
test_many(void)
{
	struct ir_migrate_set set;

	begin(&set);
	set.v = IR_NEW_N(&arena, struct ir_migrate_file, IR_MIGRATE_FILES);
	set.size = IR_MIGRATE_FILES;
	for (int i = 0; i < IR_MIGRATE_FILES; i++) {
		char name[16], down[48];

		snprintf(name, sizeof(name), "r%05d", i);
		snprintf(down, sizeof(down), i > 1 ? "('r%05d', 'r%05d')" : "None", i - 1, i - 2);
		add_revision(&set, name, down);
	}
	ir_alembic_order(&set);
	OK(set.n == IR_MIGRATE_FILES && !set.trouble && strcmp(set.v[0].name, "r00002") < 0,
	    "twenty thousand that merge all the way");
	OK(strlen(rows(&set, "r19999")) > 19999, "and their rows");
	begin(&set);
	set.v = IR_NEW_N(&arena, struct ir_migrate_file, IR_MIGRATE_FILES);
	set.size = IR_MIGRATE_FILES;
	for (int i = 0; i < IR_MIGRATE_FILES; i++)
		add_revision(&set, ir_asprintf(&arena, "r%05d", i), i ? "'r00000'" : "None");
	ir_alembic_order(&set);
	IS_STR(set.v[0].name, "r00000", "as many heads of one");
}

static void
test_damaged(void)
{
	size_t n, taken = 0;
	char *text = tree_text(&arena, "tests/unit/migrate-labels/alembic/versions/0001crea_create_accounts.py", &n),
	     *copy;

	for (size_t i = 0; i < n; i++) {
		struct ir_arena a = { 0 };
		struct ir_migrate_set set = { .type = &ir_migrate_alembic, .arena = &a, .dir = "" };
		struct ir_tree_file f = { .path = "versions/x.py" };

		copy = malloc(n);
		memcpy(copy, text, i);
		memcpy(copy + i, text + i + 1, n - i - 1);
		f.text = copy;
		f.n = i % 2 ? n - 1 : i;
		taken += tree_add(&set, &f) == 1;
		ir_alembic_order(&set);
		ir_arena_done(&a);
		free(copy);
	}
	OK(taken > n / 4, "%zu damaged texts", n);
}

int
main(void)
{
	test_real();
	test_heads();
	test_troubles();
	test_judged();
	test_labels();
	test_many();
	test_damaged();
	ir_arena_done(&arena);
	return tap_done();
}
