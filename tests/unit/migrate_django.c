/* migrate_django - Django's migrations: their order is that of the real showmigrations, and nothing is called safe that is not */
#include "base/buf.h"
#include "migrate/django.h"
#include "migrate_tree.h"
#include "scratch.h"

#define PROJECT "tests/unit/migrate-django/"

extern const struct ir_migrate_type ir_migrate_django;

static struct ir_arena arena;

/* As showmigrations prints it: what was replaced is not in it. */
static const char *
plan(const struct ir_migrate_set *set)
{
	struct ir_list replaced = { 0 };
	struct ir_buf b;
	const char *s;

	for (size_t i = 0; i < set->n; i++)
		for (size_t k = 0; k < set->v[i].replaces.n; k++)
			ir_list_add(&arena, &replaced, set->v[i].replaces.v[k]);
	ir_buf_init(&b, 1 << 20);
	for (size_t i = 0; i < set->n; i++)
		if (!ir_list_has(&replaced, ir_django_key(&arena, set->v[i].app, set->v[i].name)))
			ir_buf_addf(&b, "[ ]  %s.%s\n", set->v[i].app, set->v[i].name);
	s = ir_strndup(&arena, b.data, b.len);
	ir_buf_done(&b);
	return s;
}

static const char *
listed(const struct ir_list *l)
{
	char *s = ir_strdup(&arena, ir_list_join(&arena, l, "", " "));

	for (char *c = s; *c; c++)
		if (*c == '\1')
			*c = '.';
	return s;
}

static void
test_real_order(void)
{
	struct ir_migrate_set set;
	size_t n;
	const struct ir_migrate_file *f;

	if (access("/usr/lib/python3/dist-packages/django/__init__.py", R_OK) != 0) {
		SKIP("django", "the order of a project with django.contrib");
		return;
	}
	tree_load(&arena, &ir_migrate_django, PROJECT "src", &set);
	ir_django_beyond(&set, PROJECT "src");
	ir_django_order(&set);
	IS_STR(plan(&set), tree_text(&arena, PROJECT "ORDER", &n),
	    "the order is that of showmigrations --plan, with what comes from packages");
	IS_STR(set.trouble, NULL, "nothing is wrong with it");
	f = tree_named(&set, "notify/migrations/0002_c1_squashed_0004_c3.py");
	IS_STR(listed(&f->replaces), "notify.0002_c1 notify.0003_c2 notify.0004_c3",
	    "a squashed one names what it replaces");
	OK(f - set.v >= 3 && strcmp(f[-1].name, "0004_c3") == 0 && strcmp(f[-3].name, "0002_c1") == 0,
	    "which stand before it");
	f = tree_named(&set, "orders/migrations/0003_fill.py");
	IS_STR(listed(&f->after),
	    "members.0001_initial orders.0002_invoice notify.0003_c2 billing.0003_merge_0002_due_0002_paid "
	    "audit.0001_initial",
	    "all that one needs, by name");
	IS_STR(f->judgement.operation, "RunPython fill: what it does to the data is not known", "what decides");
	IS_INT(f->judgement.line, 20, "and where");
	IS_INT(f->judgement.reversible, 1, "it can be undone");
	OK(!tree_named(&set, "tools/old/migrations/0001_initial.py"), "what is not installed is not in it");
	IS_STR(tree_named(&set, "catalog/migrations/0002_tags.py")->judgement.operation,
	    "AddField catalog.product.first_order: a foreign key: what old code deletes may still be pointed to",
	    "a key into an old table");
	IS_INT((int64_t)set.foreign.n, 0, "all packages were found");
}

static void
test_without_packages(void)
{
	struct ir_migrate_set set;

	tree_load(&arena, &ir_migrate_django, PROJECT "src", &set);
	setenv("VIRTUAL_ENV", scratch_dir(&arena, "venv"), 1);
	scratch_dir(&arena, "venv/lib/python3.11/site-packages/django");
	ir_django_beyond(&set, scratch_dir(&arena, "nothing"));
	unsetenv("VIRTUAL_ENV");
	ir_django_order(&set);
	IS_STR(listed(&set.foreign), "admin auth contenttypes sessions messages sites flatpages",
	    "packages that are not there are others'");
	IS_STR(set.trouble, NULL, "and not missed");
	IS_INT((int64_t)set.n, 19, "all of the tree is there");
}

/* ---- small trees */

static void
begin(struct ir_migrate_set *set)
{
	*set = (struct ir_migrate_set){ .type = &ir_migrate_django, .arena = &arena, .dir = "" };
}

static void
add_text(struct ir_migrate_set *set, const char *path, const char *text)
{
	struct ir_tree_file f = { .path = path, .text = text, .n = strlen(text) };

	tree_add(set, &f);
}

/* A migration of so much of a class. */
static void
add_class(struct ir_migrate_set *set, const char *path, const char *body)
{
	add_text(set, path,
	    ir_asprintf(&arena,
		"from django.db import migrations, models\nfrom django.conf import settings\n\n\nclass "
		"Migration(migrations.Migration):\n%s",
		body));
}

#define AFTER(app, name) "    dependencies = [('" app "', '" name "')]\n"

static void
test_packages(void)
{
	static const char migration[] =
	    "from django.db import migrations\nclass Migration(migrations.Migration):\n    operations = []\n";
	struct ir_migrate_set set;

	begin(&set);
	scratch_dir(&arena, "p/.venv/lib/python3.12/site-packages/django/contrib/auth/migrations");
	scratch_dir(&arena, "p/.venv/lib/python3.12/site-packages/django/contrib/admin/migrations");
	scratch_dir(&arena, "p/.venv/lib/python3.12/site-packages/taggit/migrations");
	scratch_dir(&arena, "p/.venv/lib/python3.12/site-packages/paying/migrations/__pycache__");
	scratch_dir(&arena, "p/src/plain");
	scratch_file("p/.venv/lib/python3.12/site-packages/django/contrib/auth/migrations/0001_initial.py", migration);
	scratch_file("p/.venv/lib/python3.12/site-packages/django/contrib/admin/migrations/0001_initial.py", migration);
	scratch_file("p/.venv/lib/python3.12/site-packages/taggit/migrations/0001_initial.py", migration);
	scratch_file("p/.venv/lib/python3.12/site-packages/taggit/migrations/__init__.py", "");
	scratch_file("p/.venv/lib/python3.12/site-packages/taggit/migrations/0002.broken.py", migration);
	scratch_file("p/.venv/lib/python3.12/site-packages/paying/migrations/0001_initial.py", migration);
	scratch_file("p/.venv/lib/python3.12/site-packages/paying/apps.py",
	    "class C(AppConfig):\n  name = 'paying'\n  label = 'pay'\n");
	add_text(&set, "src/shop/apps.py",
	    "from django.apps import AppConfig\nfrom django.contrib.admin.apps import AdminConfig\n"
	    "class Shop(AppConfig):\n  name = 'shop'\n  label = 'store'\nclass Admin(AdminConfig):\n  default_site = "
	    "'x'\n");
	add_class(&set, "src/shop/migrations/0001_initial.py", AFTER("auth", "0001_initial"));
	add_text(&set, "src/conf/settings/base.py",
	    "INSTALLED_APPS = ['django.contrib.auth', 'shop.apps.Shop', 'shop.apps.Admin', 'plain', "
	    "'gone.apps.GoneConfig']\nif DEBUG:\n    INSTALLED_APPS += ['paying.apps.C']\n");
	add_text(&set, "src/conf/settings/dev.py",
	    "from .base import *\nINSTALLED_APPS.append('taggit')\nMIGRATION_MODULES = {'flatpages': "
	    "None}\nINSTALLED_APPS += ['django.contrib.flatpages']\n");
	ir_django_beyond(&set, ir_asprintf(&arena, "%s/p", scratch_top));
	ir_django_order(&set);
	IS_STR(plan(&set),
	    "[ ]  admin.0001_initial\n[ ]  auth.0001_initial\n[ ]  pay.0001_initial\n[ ]  store.0001_initial\n[ ]  "
	    "taggit.0001_initial\n",
	    "applications of the virtual environment, by their labels");
	IS_STR(listed(&set.foreign), "gone flatpages", "what is nowhere, and what has its migrations elsewhere");
	OK(tree_named(
	       &set, ir_asprintf(&arena, "%s/p/.venv/lib/python3.12/site-packages/taggit/migrations/0001_initial.py",
			 scratch_top)),
	    "their paths are whole");
}

static void
test_no_settings(void)
{
	struct ir_migrate_set set;

	begin(&set);
	add_class(&set, "shop/migrations/0001_initial.py",
	    "    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL), ('elsewhere', '0001')]\n");
	setenv("VIRTUAL_ENV", scratch_dir(&arena, "venv"), 1);
	ir_django_beyond(&set, "");
	ir_django_order(&set);
	unsetenv("VIRTUAL_ENV");
	IS_STR(listed(&set.foreign), "auth elsewhere admin contenttypes sessions sites flatpages redirects",
	    "without settings all of django.contrib is others'");
	IS_STR(set.trouble, NULL, "and nothing is missed");
}

static void
test_troubles(void)
{
	struct ir_migrate_set set;

	begin(&set);
	add_class(&set, "a/migrations/0001_x.py", AFTER("a", "0003_z"));
	add_class(&set, "a/migrations/0002_y.py", AFTER("a", "0001_x"));
	add_class(&set, "a/migrations/0003_z.py", AFTER("a", "0002_y"));
	add_class(&set, "b/migrations/0001_x.py", AFTER("b", "0001_x"));
	ir_django_order(&set);
	IS_INT((int64_t)set.n, 4, "a circle loses nothing");
	OK(set.trouble && strstr(set.trouble, "circle"), "and is told: %s", set.trouble);
	begin(&set);
	add_class(&set, "a/migrations/0002_y.py", AFTER("a", "0001_x"));
	ir_django_order(&set);
	IS_STR(set.trouble, "a.0002_y depends on a.0001_x, which is not there", "a parent that is not there");
	begin(&set);
	add_class(&set, "a/migrations/0001_both.py", "    replaces = [('a', '0001_x'), ('a', '0002_y')]\n");
	add_class(&set, "z/migrations/0001_x.py", "    run_before = [('a', '0002_y')]\n");
	ir_django_order(&set);
	IS_STR(plan(&set), "[ ]  z.0001_x\n[ ]  a.0001_both\n", "before one that is gone, and replaced");
	IS_STR(set.trouble, NULL, "which is no trouble");
	begin(&set);
	add_class(&set, "z/migrations/0001_x.py", "    run_before = [('a', '0002_y')]\n");
	ir_django_order(&set);
	IS_STR(set.trouble, "z.0001_x runs before a.0002_y, which is not there", "before one that is not there");
	begin(&set);
	add_class(&set, "one/a/migrations/0001_x.py", "    initial = True\n");
	add_class(&set, "two/a/migrations/0001_x.py", "    initial = True\n");
	ir_django_order(&set);
	OK(set.n == 1 && set.trouble && strstr(set.trouble, "a.0001_x is there twice"), "two of one name");
	begin(&set);
	add_class(&set, "a/migrations/0001_x.py", "    dependencies = get()\n    operations = []\n");
	add_text(&set, "a/migrations/0002_y.py",
	    "from django.db import migrations\nclass Migration(migrations.Migration):\n    dependencies = [('a', "
	    "'0001_x'\n");
	add_text(&set, "a/migrations/0003_z.py", "x = 1\n");
	add_text(
	    &set, "a/migrations/0004_w.py", "class Migration(SchemaMigration):\n    def forwards(self, orm): pass\n");
	ir_django_order(&set);
	IS_INT((int64_t)set.n, 2, "what has no such class is none");
	IS_STR(set.v[0].trouble, "its dependencies are not literal (line 6)", "dependencies that nobody can read");
	OK(set.v[1].trouble && strstr(set.v[1].trouble, "a bracket is not closed"), "one that is not Python");
	OK(set.v[0].judgement.verdict == IR_MIGRATE_UNKNOWN && set.v[1].judgement.verdict == IR_MIGRATE_UNKNOWN,
	    "are not known");
}

/* What one operation on its own is said to be. */
static const struct ir_migrate_judgement *
judged(const char *operations)
{
	struct ir_migrate_set set;

	begin(&set);
	add_class(&set, "a/migrations/0001_x.py",
	    "    operations = [migrations.CreateModel('Old', [('id', models.AutoField(primary_key=True)), ('n', "
	    "models.IntegerField()), ('m', models.IntegerField(unique=True)),"
	    " ('up', models.ForeignKey('a.Old', models.CASCADE))])]\n");
	add_class(&set, "a/migrations/0002_y.py", ir_asprintf(&arena, AFTER("a", "0001_x") "%s", operations));
	ir_django_order(&set);
	return &set.v[1].judgement;
}

static void
test_judged(void)
{
	static const struct {
		const char *operations;
		enum ir_migrate_verdict want;
		int reversible;
		bool locks, drops;
	} v[] = {
		{ "", IR_MIGRATE_SAFE, 1, false, false },
		{ "    operations = []\n", IR_MIGRATE_SAFE, 1, false, false },
		{ "    operations = get()\n", IR_MIGRATE_UNKNOWN, -1, false, false },
		{ "    operations = [x for x in y]\n", IR_MIGRATE_UNKNOWN, -1, false, false },
		{ "    operations = [] + [migrations.RemoveField('old', 'n')]\n", IR_MIGRATE_UNSAFE, 1, false, true },
		{ "    operations = []\n    operations += [migrations.RemoveField('old', 'n')]\n", IR_MIGRATE_UNSAFE, 1,
		    false, true },
		{ "    operations = []\n    operations.append(migrations.RemoveField('old', 'n'))\n",
		    IR_MIGRATE_UNKNOWN, -1, false, false },
		{ "    operations = []\n    def apply(self):\n        pass\n", IR_MIGRATE_UNKNOWN, -1, false, false },
		{ "    operations = []\nMigration.operations += [migrations.RemoveField('old', 'n')]\n",
		    IR_MIGRATE_UNKNOWN, -1, false, false },
		{ "    operations = []\nMigration = f(Migration)\n", IR_MIGRATE_UNKNOWN, -1, false, false },
		{ "    operations = [migrations.RunPython(x.noop, x.noop)]\n", IR_MIGRATE_UNKNOWN, 1, false, false },
		{ "    if x:\n        operations = []\n", IR_MIGRATE_UNKNOWN, -1, false, false },
		{ "    operations = [AddField('old', 'x', models.IntegerField(null=True))]\n", IR_MIGRATE_UNKNOWN, -1,
		    false, false },
		{ "    operations = [migrations.AddField('old', 'x', models.IntegerField(null=True))]\n",
		    IR_MIGRATE_SAFE, 1, false, false },
		{ "    operations = [migrations.AddField('old', 'x', models.IntegerField(null=N))]\n",
		    IR_MIGRATE_UNKNOWN, 1, false, false },
		{ "    operations = [migrations.AddField('old', 'x', models.IntegerField(**k))]\n", IR_MIGRATE_UNKNOWN,
		    1, false, false },
		{ "    operations = [migrations.AddField('old', 'x', make(null=True))]\n", IR_MIGRATE_UNKNOWN, 1, false,
		    false },
		{ "    operations = [migrations.AddField(*a)]\n", IR_MIGRATE_UNKNOWN, -1, false, false },
		{ "    operations = [migrations.AddField('old', 'x', models.IntegerField(null=True, unique=True))]\n",
		    IR_MIGRATE_SAFE, 1, true, false },
		{ "    operations = [migrations.AddField('old', 'x', models.IntegerField(db_default=None))]\n",
		    IR_MIGRATE_UNSAFE, 1, false, false },
		{ "    operations = [migrations.AddField('old', 'x', models.IntegerField(db_default=f()))]\n",
		    IR_MIGRATE_UNKNOWN, 1, false, false },
		{ "    operations = [migrations.AddField('old', 'x', models.NullBooleanField())]\n", IR_MIGRATE_SAFE, 1,
		    false, false },
		{ "    operations = [migrations.AddField('old', 'x', models.ForeignKey('a.Old', models.CASCADE))]\n",
		    IR_MIGRATE_UNSAFE, 1, true, false },
		{ "    operations = [migrations.AlterField('old', 'n', models.PositiveIntegerField())]\n",
		    IR_MIGRATE_UNSAFE, 1, false, false },
		{ "    operations = [migrations.AlterField('old', 'n', models.SmallIntegerField())]\n",
		    IR_MIGRATE_UNSAFE, 1, true, false },
		{ "    operations = [migrations.AlterField('old', 'n', models.IntegerField(db_index=True))]\n",
		    IR_MIGRATE_SAFE, 1, true, false },
		{ "    operations = [migrations.AlterField('old', 'n', models.IntegerField(db_column='o'))]\n",
		    IR_MIGRATE_UNSAFE, 1, false, false },
		{ "    operations = [migrations.AlterField('old', 'n', models.IntegerField(new_thing=1))]\n",
		    IR_MIGRATE_UNKNOWN, 1, false, false },
		{ "    operations = [migrations.AlterField('old', 'm', models.IntegerField())]\n", IR_MIGRATE_SAFE, 1,
		    false, false },
		{ "    operations = [migrations.AlterField('old', 'new', models.IntegerField())]\n", IR_MIGRATE_UNKNOWN,
		    1, true, false },
		{ "    operations = [migrations.AlterField('old', 'up', models.ForeignKey('a.old', models.PROTECT, "
		  "related_name='x'))]\n",
		    IR_MIGRATE_SAFE, 1, false, false },
		{ "    operations = [migrations.AlterField('old', 'up', models.OneToOneField('a.old', "
		  "models.PROTECT))]\n",
		    IR_MIGRATE_UNSAFE, 1, true, false },
		{ "    operations = [migrations.AlterField('old', 'up', models.ForeignKey('a.other', "
		  "models.PROTECT))]\n",
		    IR_MIGRATE_UNSAFE, 1, false, false },
		{ "    operations = [migrations.CreateModel('New', [('a', models.IntegerField()), ('up', "
		  "models.ForeignKey('self', models.CASCADE))])]\n",
		    IR_MIGRATE_SAFE, 1, false, false },
		{ "    operations = [migrations.CreateModel('New', [('up', models.ForeignKey('a.Old', "
		  "models.CASCADE))])]\n",
		    IR_MIGRATE_UNKNOWN, 1, false, false },
		{ "    operations = [migrations.CreateModel('New', [('up', models.ForeignKey('b.New', "
		  "models.CASCADE))])]\n",
		    IR_MIGRATE_UNKNOWN, 1, false, false },
		{ "    operations = [migrations.CreateModel('New', [('up', models.ManyToManyField('a.Old'))])]\n",
		    IR_MIGRATE_UNKNOWN, 1, false, false },
		{ "    operations = [migrations.CreateModel('New', [('up', get())])]\n", IR_MIGRATE_UNKNOWN, 1, false,
		    false },
		{ "    operations = [migrations.CreateModel('New', [*get()])]\n", IR_MIGRATE_UNKNOWN, 1, false, false },
		{ "    operations = [migrations.CreateModel('New', [('n', models.IntegerField())], "
		  "bases=('a.old',))]\n",
		    IR_MIGRATE_UNKNOWN, 1, false, false },
		{ "    operations = [migrations.CreateModel('New', [], options={'managed': False}), "
		  "migrations.AddField('old', 'x', models.OneToOneField('a.New', models.CASCADE, null=True))]\n",
		    IR_MIGRATE_UNKNOWN, 1, true, false },
		{ "    operations = [migrations.CreateModel('New', []), migrations.AddField('new', 'x', "
		  "models.IntegerField()), migrations.AddConstraint('new', c)]\n",
		    IR_MIGRATE_SAFE, 1, false, false },
		{ "    operations = [migrations.SeparateDatabaseAndState([], [migrations.CreateModel('New', [])]), "
		  "migrations.AddField('new', 'x', models.IntegerField())]\n",
		    IR_MIGRATE_UNSAFE, 1, false, false },
		{ "    operations = "
		  "[migrations.SeparateDatabaseAndState(database_operations=[migrations.RemoveField('old', 'n')])]\n",
		    IR_MIGRATE_UNSAFE, 1, false, true },
		{ "    operations = [migrations.SeparateDatabaseAndState(database_operations=get())]\n",
		    IR_MIGRATE_UNKNOWN, -1, false, false },
		{ "    operations = [migrations.SeparateDatabaseAndState([migrations.AlterField('old', 'n', "
		  "models.IntegerField())])]\n",
		    IR_MIGRATE_UNKNOWN, 1, false, false },
		{ "    operations = [migrations.RunPython(f)]\n", IR_MIGRATE_UNKNOWN, 0, false, false },
		{ "    operations = [migrations.RunPython(migrations.RunPython.noop, f)]\n", IR_MIGRATE_SAFE, 1, false,
		    false },
		{ "    operations = [migrations.RunSQL('CREATE INDEX a ON b (c)')]\n", IR_MIGRATE_SAFE, 0, true,
		    false },
		{ "    operations = [migrations.RunSQL('SELECT ' + x, '')]\n", IR_MIGRATE_UNKNOWN, 1, false, false },
		{ "    operations = [migrations.RunSQL(open('x').read(), '')]\n", IR_MIGRATE_UNKNOWN, 1, false, false },
		{ "    operations = [migrations.RunSQL(['CREATE INDEX a ON b (c)', f'x'], '')]\n", IR_MIGRATE_UNKNOWN,
		    1, true, false },
		{ "    operations = [migrations.RunSQL('ALTER TABLE a DROP COLUMN b', '')]\n", IR_MIGRATE_UNSAFE, 1,
		    true, true },
		{ "    operations = [migrations.DeleteModel('Old')]\n", IR_MIGRATE_UNSAFE, 1, false, true },
		{ "    operations = [migrations.AddIndex('old', models.Index(fields=['n']))]\n", IR_MIGRATE_SAFE, 1,
		    true, false },
		{ "    operations = [migrations.AddIndex('old', x)]\n", IR_MIGRATE_UNKNOWN, 1, true, false },
		{ "    operations = [migrations.AlterUniqueTogether('old', {('n', 'm')})]\n", IR_MIGRATE_UNSAFE, 1,
		    true, false },
		{ "    operations = [migrations.AlterOrderWithRespectTo('old', 'n')]\n", IR_MIGRATE_UNKNOWN, 1, false,
		    false },
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		const struct ir_migrate_judgement *j = judged(v[i].operations);

		if (!OK(j->verdict == v[i].want && j->reversible == v[i].reversible && j->locks == v[i].locks &&
			    j->drops == v[i].drops,
			"%s", strtok_r(ir_strdup(&arena, v[i].operations), "\n", &(char *){ NULL })))
			fprintf(stderr, "# %s, reversible %d, locks %d, drops %d: %s\n", tree_words[j->verdict],
			    j->reversible, j->locks, j->drops, j->operation ? j->operation : "-");
	}
}

static void
test_labels(void)
{
	struct ir_migrate_set set;

	tree_load(&arena, &ir_migrate_django, "tests/unit/migrate-labels/django", &set);
	ir_django_order(&set);
	tree_labels(&set, "tests/unit/migrate-labels/django.tsv", 90);
}

static void
test_heads(void)
{
	struct ir_migrate_set set;
	char at[IR_TIME_MAX];

	begin(&set);
	add_text(&set, "a/migrations/0007_add_due.py",
	    "# Generated by Django 4.2.7 on 2024-03-01 09:30\nfrom django.db import migrations\nclass "
	    "Migration(migrations.Migration):\n    pass\n");
	IS_STR(ir_time_format(at, set.v[0].written_ms), "2024-03-01T09:30:00.000Z", "when it was written");
	IS_STR(set.v[0].title, "add due", "its words");
	OK(!ir_migrate_django.wants("a/migrations/__init__.py", &(size_t){ 0 }) &&
		!ir_migrate_django.wants("a/migrations/_x.py", &(size_t){ 0 }) &&
		!ir_migrate_django.wants("a/migrations/x/y.py", &(size_t){ 0 }) &&
		!ir_migrate_django.wants("a/migrations/x.pyc", &(size_t){ 0 }),
	    "what is none by its path");
	OK(ir_migrate_django.wants("migrations/x.py", &(size_t){ 0 }) &&
		ir_migrate_django.wants("a/settings/x.py", &(size_t){ 0 }) &&
		ir_migrate_django.wants("settings.py", &(size_t){ 0 }),
	    "what is wanted");
}

/* One after the other, and each of all. */
static void
test_many(void)
{
	struct ir_migrate_set set;
	struct ir_buf b;

	begin(&set);
	set.v = IR_NEW_N(&arena, struct ir_migrate_file, IR_MIGRATE_FILES);
	set.size = IR_MIGRATE_FILES;
	for (int i = 0; i < IR_MIGRATE_FILES; i++)
		add_class(&set, ir_asprintf(&arena, "a/migrations/%05d.py", i),
		    ir_asprintf(&arena, "    dependencies = [('a', '%05d'), ('a', '%05d')]\n", i - 1, i / 2));
	ir_django_order(&set);
	IS_INT((int64_t)set.n, IR_MIGRATE_FILES, "twenty thousand, one after the other");
	ir_buf_init(&b, 4 << 20);
	ir_buf_adds(&b, "    operations = [\n");
	for (int i = 0; i < 8000; i++)
		ir_buf_addf(&b, "migrations.AlterField('old', 'f%d', models.IntegerField(null=True)),\n", i);
	ir_buf_adds(&b, "]\n");
	OK(judged(b.data)->verdict != IR_MIGRATE_SAFE, "eight thousand operations");
	ir_buf_done(&b);
}

/* All but a byte of a real one: nothing falls, and only what is there is called safe. */
static void
test_damaged(void)
{
	size_t n, taken = 0;
	char *text = tree_text(&arena, "tests/unit/migrate-labels/django/shop/migrations/0001_initial.py", &n), *copy;

	for (size_t i = 0; i < n; i++) {
		struct ir_arena a = { 0 };
		struct ir_migrate_set set = { .type = &ir_migrate_django, .arena = &a, .dir = "" };
		struct ir_tree_file f = { .path = "a/migrations/0001_x.py" };

		copy = malloc(n);
		memcpy(copy, text, i);
		memcpy(copy + i, text + i + 1, n - i - 1);
		f.text = copy;
		f.n = i % 2 ? n - 1 : i;
		taken += tree_add(&set, &f) == 1;
		ir_django_order(&set);
		ir_arena_done(&a);
		free(copy);
	}
	OK(taken > n / 4, "%zu damaged texts", n);
}

int
main(void)
{
	unsetenv("VIRTUAL_ENV");
	scratch_new(&arena);
	test_real_order();
	test_without_packages();
	test_packages();
	test_no_settings();
	test_troubles();
	test_judged();
	test_labels();
	test_heads();
	test_many();
	test_damaged();
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
