/* alembic - Alembic's migrations: which files, which table, what a file says of itself */
#include <string.h>

#include "base/clock.h"
#include "migrate/alembic.h"

enum { LIST = 1000 };

struct ir_alembic *
ir_alembic(struct ir_migrate_set *set)
{
	if (!set->priv)
		set->priv = IR_NEW(set->arena, struct ir_alembic);
	return set->priv;
}

/* A module anywhere below "versions". The set lies above that. */
static bool
wants(const char *path, size_t *dir)
{
	size_t n = strlen(path);
	const char *slash = strrchr(path, '/'), *from = NULL;

	if (!slash || n < 4 || strcmp(path + n - 3, ".py") != 0 || slash[1] == '_' || slash[1] == '.')
		return false;
	for (const char *s = path; (s = strstr(s, "versions/")); s += 9)
		if (s == path || s[-1] == '/')
			from = s;
	if (!from)
		return false;
	*dir = from == path ? 0 : (size_t)(from - path) - 1;
	return true;
}

/* A string, several, or None. false: something else. */
static bool
names(struct ir_arena *arena, const struct ir_py_statement *s, struct ir_list *ret)
{
	const struct ir_py_node *n = s ? s->value : NULL;

	if (!n || ir_py_is(n, "None"))
		return true;
	if (ir_py_word(n)) {
		ir_list_add(arena, ret, ir_strdup(arena, ir_py_word(n)));
		return true;
	}
	if (n->kind != IR_PY_TUPLE && n->kind != IR_PY_LIST && n->kind != IR_PY_SET)
		return false;
	for (n = n->first; n; n = n->next) {
		if (!ir_py_word(n) || ret->n >= LIST)
			return false;
		ir_list_add(arena, ret, ir_strdup(arena, ir_py_word(n)));
	}
	return true;
}

/* The first words of its docstring: the message it was made with. */
static const char *
message(struct ir_arena *arena, const struct ir_py_node *doc)
{
	const char *s = doc ? doc->text + strspn(doc->text, " \t\r\n") : "";
	size_t n = strcspn(s, "\r\n");

	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '.'))
		n--;
	return n == 0 || strncmp(s, "Revision ID", 11) == 0 ? NULL : ir_strndup(arena, s, n < 200 ? n : 200);
}

/* "Create Date: 2024-01-02 10:11:12.345678", with or without an offset; without one it is taken for UTC. */
static int64_t
created(const struct ir_py_node *doc)
{
	char at[64];
	int64_t ms;
	const char *s = doc ? strstr(doc->text, "Create Date: ") : NULL;
	size_t n;

	if (!s)
		return IR_TIME_NONE;
	s += 13;
	n = strcspn(s, "\r\n");
	while (n > 0 && s[n - 1] == ' ')
		n--;
	if (n < 19 || n > 40)
		return IR_TIME_NONE;
	snprintf(at, sizeof(at), "%.*s%s", (int)n, s, strspn(s + 19, ".0123456789") + 19 == n ? "Z" : "");
	return ir_time_parse_rfc3339(at, strlen(at), &ms) == 0 ? ms : IR_TIME_NONE;
}

static const struct ir_py_node *
docstring(const struct ir_py_module *m)
{
	const struct ir_py_statement *s = m->first;

	return s && s->says == IR_PY_EXPRESSION && s->value && s->value->kind == IR_PY_STRING ? s->value : NULL;
}

static void
head(struct ir_migrate_set *set, const struct ir_py_module *m, struct ir_alembic_file *f, struct ir_migrate_file *ret)
{
	struct ir_list labels = { 0 };

	ret->title = message(set->arena, docstring(m));
	ret->written_ms = created(docstring(m));
	if (!names(set->arena, ir_py_find(m->first, IR_PY_ASSIGN, "down_revision"), &f->down))
		ret->trouble = "its down_revision is not literal";
	else if (!names(set->arena, ir_py_find(m->first, IR_PY_ASSIGN, "depends_on"), &f->depends))
		ret->trouble = "its depends_on is not literal";
	else if (!names(set->arena, ir_py_find(m->first, IR_PY_ASSIGN, "branch_labels"), &labels))
		ret->trouble = "its branch_labels are not literal";
	else if (m->broken)
		ret->trouble = ir_asprintf(set->arena, "%s (line %u)", m->broken, m->broken_line);
	for (size_t i = 0; i < labels.n; i++)
		ir_byname_put(set->arena, &ir_alembic(set)->labels, labels.v[i], (void *)(uintptr_t)ret->name);
}

static void
judge(struct ir_arena *arena, const struct ir_py_module *m, struct ir_migrate_file *ret)
{
	ret->judgement = (struct ir_migrate_judgement){ .verdict = IR_MIGRATE_SAFE, .reversible = -1 };
	if (ret->trouble)
		ir_migrate_worsen(&ret->judgement, IR_MIGRATE_UNKNOWN, ret->trouble, m->broken_line);
	ir_alembic_judge(arena, m, &ret->judgement);
}

static int
read_one(struct ir_migrate_set *set, const struct ir_tree_file *file, const struct ir_tree_file *all, size_t n_all,
    struct ir_migrate_file *ret)
{
	struct ir_arena scratch = { 0 };
	const struct ir_py_statement *revision;
	struct ir_alembic_file *f;
	struct ir_py_module *m;

	(void)all, (void)n_all;
	if (!file->text)
		return 0;
	m = ir_py_parse(&scratch, file->text, file->n);
	revision = ir_py_find(m->first, IR_PY_ASSIGN, "revision");
	if (!revision || !ir_py_word(revision->value) || !ir_py_find(m->first, IR_PY_ASSIGN, "down_revision")) {
		ir_arena_done(&scratch);
		return 0;
	}
	f = IR_NEW(set->arena, struct ir_alembic_file);
	ret->app = "";
	ret->name = ir_strdup(set->arena, ir_py_word(revision->value));
	ret->path = ir_strdup(set->arena, file->path);
	head(set, m, f, ret);
	judge(set->arena, m, ret);
	ir_byname_put(set->arena, &ir_alembic(set)->files, ret->path, f);
	ir_arena_done(&scratch);
	return 1;
}

static const struct ir_migrate_layout layouts[] = {
	{ .table = "alembic_version",
	    .columns = { "version_num", NULL },
	    .statement = "SELECT version_num AS name{xmin:, extract(epoch FROM pg_xact_commit_timestamp(xmin)) AS "
			 "applied} FROM $T ORDER BY 1" },
	{ .table = NULL },
};

const struct ir_migrate_type ir_migrate_alembic = {
	.name = "alembic",
	.tool = "alembic history",
	.wants = wants,
	.read = read_one,
	.order = ir_alembic_order,
	.layouts = layouts,
	.expand = ir_alembic_expand,
};
