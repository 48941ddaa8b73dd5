/* django_judge - the operations of a migration, step by step: which of them old code outlives */
#include <string.h>

#include "migrate/django.h"

enum { STEPS = 5000, FRESH = 1000 };

struct judging {
	struct ir_arena *keep;
	struct ir_arena scratch;
	const struct ir_py_module *m;
	struct ir_django_file *f;
	const char *app;      /* the directory's name: what its label is, mostly */
	struct ir_list fresh; /* models that it makes, in lower case */
	size_t n;
	bool state;    /* of Django's idea only */
	bool database; /* of the database only */
};

static const char NOT_UNDERSTOOD[] = "not all of it is understood";

static void operations(struct judging *, const struct ir_py_node *);

/* A step, at the end. */
static struct ir_django_step *
step(struct judging *j, const struct ir_py_node *at, const char *op, enum ir_migrate_verdict v, const char *reason)
{
	struct ir_django_step *s = IR_NEW(j->keep, struct ir_django_step);

	s->kind = IR_DJANGO_SAID;
	s->line = at->line;
	s->op = op;
	s->verdict = v;
	s->reason = reason;
	s->state = j->state;
	*j->f->last = s;
	j->f->last = &s->next;
	return s;
}

static void
unknown(struct judging *j, const struct ir_py_node *at, const char *op, const char *reason)
{
	step(j, at, op, IR_MIGRATE_UNKNOWN, reason);
	if (j->f->reversible > 0 && !j->state)
		j->f->reversible = -1;
}

static const char *
lower(struct ir_arena *arena, const char *s)
{
	char *copy = ir_strdup(arena, s);

	for (char *c = copy; c && *c; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c | 32) : *c;
	return copy;
}

static const char *
word(struct judging *j, const struct ir_py_node *call, const char *key, int position)
{
	return ir_strdup(j->keep, ir_py_word(ir_py_argument(call, key, position)));
}

static const char *
model_word(struct judging *j, const struct ir_py_node *call, const char *key)
{
	return lower(j->keep, ir_py_word(ir_py_argument(call, key, 0)));
}

static bool
is_fresh(const struct judging *j, const char *model)
{
	return model && ir_list_has(&j->fresh, model);
}

static void
make_fresh(struct judging *j, const char *model)
{
	if (model && !j->state && j->fresh.n < FRESH)
		ir_list_add_once(j->keep, &j->fresh, model);
}

/* Is what a key points to, as written out, made by the same migration? */
static bool
points_to_fresh(const struct judging *j, const char *to)
{
	char name[256];
	size_t n = to ? strlen(to) : 0, app = strlen(j->app);

	if (n < 3 || n >= sizeof(name) || *to != '"')
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)(n - 2), to + 1);
	if (strchr(name, '.'))
		return strncmp(name, j->app, app) == 0 && name[app] == '.' && is_fresh(j, name + app + 1);
	return strcmp(name, "self") == 0 || is_fresh(j, name);
}

/* A step of a model that has to be named; NULL: it is not, and is unknown. */
static struct ir_django_step *
of_model(
    struct judging *j, const struct ir_py_node *call, const char *op, enum ir_migrate_verdict v, const char *reason)
{
	const char *model = model_word(j, call,
	    strcmp(op, "CreateModel") == 0 || strstr(op, "Model") || strncmp(op, "Alter", 5) == 0 ? "name"
												  : "model_name");
	struct ir_django_step *s;

	if (!model || ir_py_hidden(call)) {
		unknown(j, call, op, NOT_UNDERSTOOD);
		return NULL;
	}
	s = step(j, call, op, v, reason);
	s->model = model;
	if ((s->fresh = is_fresh(j, model)))
		s->verdict = IR_MIGRATE_SAFE;
	return s;
}

static bool
refuse(struct ir_django_step *s, bool if_so, const char *reason)
{
	if (if_so && s->verdict == IR_MIGRATE_SAFE) {
		s->verdict = IR_MIGRATE_UNKNOWN;
		s->reason = reason;
	}
	return if_so;
}

/* ---- models */

/* What keeps a column of a new table from being harmless. */
static void
judge_fresh_field(struct judging *j, struct ir_django_step *s, const struct ir_django_field *f)
{
	refuse(s, (f->relation || f->many) && !points_to_fresh(j, f->to),
	    "a foreign key into a table that was there: what old code deletes may still be pointed to");
	refuse(s, !f->known && !f->relation && *f->class, "the class of a field is not known here");
	refuse(s, !*f->class || (f->opaque && !f->known), NOT_UNDERSTOOD);
	refuse(s, f->many && f->rest && strstr(f->rest, "through="), "a join table of its own");
}

static struct ir_django_step *
field_step(struct judging *j, const struct ir_py_node *at, const char *model, const char *name,
    const struct ir_django_field *f)
{
	struct ir_django_step *s = step(j, at, "CreateModel", IR_MIGRATE_SAFE, NULL);

	s->kind = IR_DJANGO_FIELD;
	s->model = model;
	s->name = name;
	s->field = f;
	s->fresh = true;
	return s;
}

static void
model_fields(struct judging *j, struct ir_django_step *model, const struct ir_py_node *fields)
{
	if (!fields || fields->kind != IR_PY_LIST) {
		refuse(model, true, NOT_UNDERSTOOD);
		return;
	}
	for (const struct ir_py_node *n = fields->first; n && ++j->n < STEPS; n = n->next) {
		const char *name = n->kind == IR_PY_TUPLE ? ir_py_word(n->first) : NULL;
		const struct ir_django_field *f;

		if (refuse(model, !name || !n->first->next, NOT_UNDERSTOOD))
			continue;
		f = ir_django_field(j->keep, j->m, n->first->next);
		judge_fresh_field(j, field_step(j, n, model->model, ir_strdup(j->keep, name), f), f);
	}
	refuse(model, j->n >= STEPS, "it is too long");
}

/* "a,b" of ("a", "b"); NULL: not understood. */
static const char *
joined(struct judging *j, const struct ir_py_node *set)
{
	struct ir_list l = { 0 };

	for (const struct ir_py_node *n = set->first; n; n = n->next) {
		if (!ir_py_word(n) || l.n > 100)
			return NULL;
		ir_list_add(&j->scratch, &l, ir_py_word(n));
	}
	return ir_list_join(j->keep, &l, "", ",");
}

static bool
is_empty(const struct ir_py_node *n)
{
	if (ir_py_is(n, "None"))
		return true;
	if (n->kind == IR_PY_CALL)
		return strcmp(n->text, "set") == 0 &&
		       (!n->first ||
			   ((n->first->kind == IR_PY_LIST || n->first->kind == IR_PY_TUPLE) && !n->first->first));
	return n->kind >= IR_PY_LIST && n->kind <= IR_PY_DICT && !n->first;
}

/* unique_together, in any of its spellings; NULL: not understood. */
static const struct ir_list *
together(struct judging *j, const struct ir_py_node *n)
{
	struct ir_list *l = IR_NEW(j->keep, struct ir_list);
	const char *s;

	if (!n || is_empty(n))
		return l;
	if (n->kind == IR_PY_CALL && strcmp(n->text, "set") == 0 && n->first)
		n = n->first;
	if (n->kind < IR_PY_LIST || n->kind > IR_PY_SET)
		return NULL;
	if (n->first && n->first->kind == IR_PY_STRING) {
		if (!(s = joined(j, n)))
			return NULL;
		ir_list_add(j->keep, l, s);
		return l;
	}
	for (const struct ir_py_node *c = n->first; c; c = c->next) {
		if (c->kind < IR_PY_LIST || c->kind > IR_PY_SET || l->n > 100 || !(s = joined(j, c)))
			return NULL;
		ir_list_add(j->keep, l, s);
	}
	return l;
}

static void
model_options(struct judging *j, struct ir_django_step *s, const struct ir_py_node *options)
{
	s->sets = together(j, NULL);
	for (const struct ir_py_node *n = options ? options->first : NULL; n; n = n->next) {
		const char *key = ir_py_word(n->of);

		if (key && strcmp(key, "unique_together") == 0)
			s->sets = together(j, n);
		else if (key && strcmp(key, "db_table") == 0)
			s->to = ir_strdup(j->keep, ir_py_word(n));
	}
}

static void
model_bases(struct judging *j, struct ir_django_step *s, const struct ir_py_node *bases)
{
	for (const struct ir_py_node *n = bases ? bases->first : NULL; n; n = n->next) {
		const char *base = lower(j->keep, ir_py_word(n));

		refuse(s, base && !points_to_fresh(j, ir_asprintf(&j->scratch, "\"%s\"", base)),
		    "a foreign key into its parent's table: what old code deletes may still be pointed to");
	}
}

/* A proxy, or one whose table Django leaves to others. */
static bool
is_unmanaged(const struct ir_py_node *options)
{
	for (const struct ir_py_node *n = options ? options->first : NULL; n; n = n->next) {
		const char *key = ir_py_word(n->of);

		if (key && ((strcmp(key, "proxy") == 0 && ir_py_is(n, "True")) ||
			       (strcmp(key, "managed") == 0 && ir_py_is(n, "False"))))
			return true;
	}
	return false;
}

static void
create_model(struct judging *j, const struct ir_py_node *call, const char *op)
{
	const struct ir_py_node *options = ir_py_argument(call, "options", 2);
	bool unmanaged = is_unmanaged(options);
	struct ir_django_step *s;

	if (!unmanaged)
		make_fresh(j, model_word(j, call, "name"));
	s = of_model(j, call, op, IR_MIGRATE_SAFE, NULL);
	if (!s)
		return;
	s->kind = IR_DJANGO_MODEL;
	s->unmanaged = unmanaged;
	model_options(j, s, options);
	model_bases(j, s, ir_py_argument(call, "bases", 3));
	model_fields(j, s, ir_py_argument(call, "fields", 1));
	for (; s && unmanaged; s = s->next)
		s->verdict = IR_MIGRATE_SAFE;
}

static void
delete_model(struct judging *j, const struct ir_py_node *call, const char *op)
{
	struct ir_django_step *s = of_model(j, call, op, IR_MIGRATE_UNSAFE, "old code still uses the table");

	if (!s)
		return;
	s->kind = IR_DJANGO_DELETE_MODEL;
	s->drops = !s->fresh;
}

static void
rename_model(struct judging *j, const struct ir_py_node *call, const char *op)
{
	const char *model = model_word(j, call, "old_name"),
		   *to = lower(j->keep, ir_py_word(ir_py_argument(call, "new_name", 1)));
	struct ir_django_step *s;

	if (!model || !to) {
		unknown(j, call, op, NOT_UNDERSTOOD);
		return;
	}
	s = step(j, call, op, IR_MIGRATE_UNSAFE, ir_asprintf(j->keep, "old code uses the old name, it is %s now", to));
	s->kind = IR_DJANGO_RENAME_MODEL;
	s->model = model;
	s->to = to;
	if ((s->fresh = is_fresh(j, model))) {
		s->verdict = IR_MIGRATE_SAFE;
		make_fresh(j, to);
	}
}

static void
alter_table(struct judging *j, const struct ir_py_node *call, const char *op)
{
	struct ir_django_step *s = of_model(j, call, op, IR_MIGRATE_UNSAFE, "old code uses the table by its old name");

	if (!s)
		return;
	s->kind = IR_DJANGO_TABLE;
	s->to = word(j, call, "table", 1);
}

static void
alter_unique(struct judging *j, const struct ir_py_node *call, const char *op)
{
	struct ir_django_step *s =
	    of_model(j, call, op, IR_MIGRATE_UNSAFE, "a new constraint: what old code writes may break it");
	const struct ir_py_node *n = ir_py_argument(call, "unique_together", 1);

	if (!s)
		return;
	s->kind = IR_DJANGO_UNIQUE;
	s->sets = n ? together(j, n) : NULL;
	s->locks = !s->fresh;
}

/* Nothing of the database, or nothing that statements see. */
static void
harmless(struct judging *j, const struct ir_py_node *call, const char *op)
{
	step(j, call, op, IR_MIGRATE_SAFE, NULL);
}

static void
unordered(struct judging *j, const struct ir_py_node *call, const char *op)
{
	of_model(j, call, op, IR_MIGRATE_UNKNOWN, "it adds or takes away a column");
}

/* ---- fields */

static struct ir_django_step *
of_field(struct judging *j, const struct ir_py_node *call, const char *op, const char *key)
{
	const char *model = model_word(j, call, "model_name"), *name = word(j, call, key, 1);
	struct ir_django_step *s;

	if (!model || !name || ir_py_hidden(call)) {
		unknown(j, call, op, NOT_UNDERSTOOD);
		return NULL;
	}
	s = step(j, call, op, IR_MIGRATE_SAFE, NULL);
	s->model = model;
	s->name = name;
	s->fresh = is_fresh(j, model);
	return s;
}

static void
add_field(struct judging *j, const struct ir_py_node *call, const char *op)
{
	struct ir_django_step *s = of_field(j, call, op, "name");

	if (!s)
		return;
	s->kind = IR_DJANGO_FIELD;
	s->field = ir_django_field(j->keep, j->m, ir_py_argument(call, "field", 2));
	if (s->fresh) {
		judge_fresh_field(j, s, s->field);
		return;
	}
	s->verdict = ir_django_field_added(s->field, &s->reason);
	s->locks =
	    !s->field->many && (s->field->index || s->field->unique || s->field->relation || s->field->generated);
}

static void
alter_field(struct judging *j, const struct ir_py_node *call, const char *op)
{
	struct ir_django_step *s = of_field(j, call, op, "name");

	if (!s)
		return;
	s->kind = IR_DJANGO_ALTER;
	s->field = ir_django_field(j->keep, j->m, ir_py_argument(call, "field", 2));
	if (s->fresh)
		judge_fresh_field(j, s, s->field);
}

static void
remove_field(struct judging *j, const struct ir_py_node *call, const char *op)
{
	struct ir_django_step *s = of_field(j, call, op, "name");

	if (!s)
		return;
	s->kind = IR_DJANGO_DROP_FIELD;
	s->drops = !s->fresh;
	if (!s->fresh) {
		s->verdict = IR_MIGRATE_UNSAFE;
		s->reason = "old code still uses the column";
	}
}

static void
rename_field(struct judging *j, const struct ir_py_node *call, const char *op)
{
	struct ir_django_step *s = of_field(j, call, op, "old_name");

	if (!s)
		return;
	s->kind = IR_DJANGO_RENAME_FIELD;
	s->to = word(j, call, "new_name", 2);
	if (!s->fresh) {
		s->verdict = IR_MIGRATE_UNSAFE;
		s->reason = ir_asprintf(j->keep, "old code uses the old name, it is %s now", s->to ? s->to : "another");
	}
}

/* ---- indexes and constraints */

static void
add_index(struct judging *j, const struct ir_py_node *call, const char *op)
{
	const struct ir_py_node *index = ir_py_argument(call, "index", 1);
	const char *class = index && index->kind == IR_PY_CALL ? ir_py_resolve(&j->scratch, j->m, index->text) : "";
	struct ir_django_step *s = of_model(j, call, op, IR_MIGRATE_SAFE, NULL);

	if (!s)
		return;
	refuse(s,
	    strncmp(class, "django.db.models.", 17) != 0 && strncmp(class, "django.contrib.postgres.indexes.", 32) != 0,
	    "the class of the index is not known here");
	s->locks = !s->fresh && !strstr(op, "Concurrently");
}

static void
index_together(struct judging *j, const struct ir_py_node *call, const char *op)
{
	struct ir_django_step *s = of_model(j, call, op, IR_MIGRATE_SAFE, NULL);

	if (s)
		s->locks = !s->fresh;
}

static void
add_constraint(struct judging *j, const struct ir_py_node *call, const char *op)
{
	struct ir_django_step *s =
	    of_model(j, call, op, IR_MIGRATE_UNSAFE, "a new constraint: what old code writes may break it");

	if (s)
		s->locks = !s->fresh && !strstr(op, "NotValid");
}

/* ---- what is not Django's own to know */

/* "migrations.RunPython.noop", and nobody else's. */
static bool
is_noop(struct judging *j, const struct ir_py_node *n)
{
	const char *s = n && n->kind == IR_PY_NAME ? ir_py_resolve(&j->scratch, j->m, n->text) : "",
		   *dot = strrchr(s, '.');

	return strncmp(s, "django.db.migrations.", 21) == 0 && strcmp(dot, ".noop") == 0;
}

static void
needs_reverse(struct judging *j, const struct ir_py_node *reverse)
{
	if (!j->state && (!reverse || ir_py_is(reverse, "None")))
		j->f->reversible = 0;
}

static void
run_python(struct judging *j, const struct ir_py_node *call, const char *op)
{
	const struct ir_py_node *code = ir_py_argument(call, "code", 0);
	struct ir_django_step *s;

	needs_reverse(j, ir_py_argument(call, "reverse_code", 1));
	if (is_noop(j, code)) {
		harmless(j, call, op);
		return;
	}
	s = step(j, call, op, IR_MIGRATE_UNKNOWN, "what it does to the data is not known");
	s->name = code && code->kind == IR_PY_NAME ? ir_strdup(j->keep, code->text) : NULL;
}

static void
judge_text(struct judging *j, const struct ir_py_node *n, const char *op)
{
	struct ir_migrate_judgement is = { .verdict = IR_MIGRATE_SAFE, .reversible = -1 };
	struct ir_django_step *s;

	ir_migrate_judge_sql(j->keep, n->text, n->n, n->line, &is);
	s = step(j, n, op, is.verdict, is.operation ? is.operation : "what it does is not known");
	s->line = is.line ? is.line : n->line;
	s->locks = is.locks;
	s->drops = is.drops;
}

/* A string, or a list of strings and of (string, parameters). */
static void
judge_sql(struct judging *j, const struct ir_py_node *n, const char *op)
{
	const struct ir_py_node *s;

	if (n->kind == IR_PY_STRING) {
		judge_text(j, n, op);
		return;
	}
	if (n->kind != IR_PY_LIST && n->kind != IR_PY_TUPLE) {
		step(j, n, op, IR_MIGRATE_UNKNOWN, "its statement is not literal");
		return;
	}
	for (n = n->first; n && ++j->n < STEPS; n = n->next) {
		s = n->kind == IR_PY_TUPLE || n->kind == IR_PY_LIST ? n->first : n;
		if (s && s->kind == IR_PY_STRING)
			judge_text(j, s, op);
		else
			step(j, n, op, IR_MIGRATE_UNKNOWN, "its statement is not literal");
	}
	if (n)
		step(j, n, op, IR_MIGRATE_UNKNOWN, "it is too long");
}

static void
state_operations(struct judging *j, const struct ir_py_node *list)
{
	bool was = j->state;

	if (!list || is_empty(list))
		return;
	j->state = true;
	operations(j, list);
	j->state = was;
}

static void
run_sql(struct judging *j, const struct ir_py_node *call, const char *op)
{
	const struct ir_py_node *sql = ir_py_argument(call, "sql", 0);

	needs_reverse(j, ir_py_argument(call, "reverse_sql", 1));
	if (!sql || ir_py_hidden(call))
		unknown(j, call, op, NOT_UNDERSTOOD);
	else if (is_noop(j, sql))
		harmless(j, call, op);
	else
		judge_sql(j, sql, op);
	state_operations(j, ir_py_argument(call, "state_operations", 2));
}

/* What is done behind Django's back says nothing of its fields. */
static void
forget_kinds(struct ir_django_step **from)
{
	for (struct ir_django_step *s = *from; s; s = s->next) {
		if (s->kind == IR_DJANGO_ALTER && !s->fresh) {
			s->verdict = IR_MIGRATE_UNKNOWN;
			s->reason = "what it was before is not known";
		}
		s->kind = IR_DJANGO_SAID;
	}
}

static void
separate(struct judging *j, const struct ir_py_node *call, const char *op)
{
	const struct ir_py_node *database = ir_py_argument(call, "database_operations", 0);
	struct ir_django_step **from;

	if (ir_py_hidden(call))
		unknown(j, call, op, NOT_UNDERSTOOD);
	else
		harmless(j, call, op);
	from = j->f->last;
	if (database && !is_empty(database) && !j->state) {
		operations(j, database);
		forget_kinds(from);
	}
	state_operations(j, ir_py_argument(call, "state_operations", 1));
}

/* ---- all of them */

static const struct {
	const char *name;
	void (*take)(struct judging *, const struct ir_py_node *, const char *op);
} known[] = {
	{ "CreateModel", create_model },
	{ "DeleteModel", delete_model },
	{ "RenameModel", rename_model },
	{ "AlterModelTable", alter_table },
	{ "AlterModelTableComment", harmless },
	{ "AlterModelOptions", harmless },
	{ "AlterModelManagers", harmless },
	{ "AlterUniqueTogether", alter_unique },
	{ "AlterIndexTogether", index_together },
	{ "AlterOrderWithRespectTo", unordered },
	{ "AddField", add_field },
	{ "AlterField", alter_field },
	{ "RemoveField", remove_field },
	{ "RenameField", rename_field },
	{ "AddIndex", add_index },
	{ "AddIndexConcurrently", add_index },
	{ "RemoveIndex", harmless },
	{ "RemoveIndexConcurrently", harmless },
	{ "RenameIndex", harmless },
	{ "AddConstraint", add_constraint },
	{ "AddConstraintNotValid", add_constraint },
	{ "RemoveConstraint", harmless },
	{ "SeparateDatabaseAndState", separate },
	{ "RunSQL", run_sql },
	{ "RunPython", run_python },
	{ "CreateExtension", harmless },
	{ "BloomExtension", harmless },
	{ "BtreeGinExtension", harmless },
	{ "BtreeGistExtension", harmless },
	{ "CITextExtension", harmless },
	{ "CryptoExtension", harmless },
	{ "HStoreExtension", harmless },
	{ "TrigramExtension", harmless },
	{ "UnaccentExtension", harmless },
	{ "CreateCollation", harmless },
};

static const char *
bare(const char *dotted)
{
	static const char *const ours[] = { "django.db.migrations.", "django.contrib.postgres.operations." };

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (strncmp(dotted, ours[i], strlen(ours[i])) == 0)
			return strrchr(dotted, '.') + 1;
	return NULL;
}

static void
operation(struct judging *j, const struct ir_py_node *n)
{
	const char *dotted = n->kind == IR_PY_CALL ? ir_py_resolve(&j->scratch, j->m, n->text) : NULL,
		   *name = dotted ? bare(dotted) : NULL;

	if (++j->n > STEPS)
		return;
	for (size_t i = 0; name && i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].name, name) == 0) {
			known[i].take(j, n, known[i].name);
			return;
		}
	}
	unknown(j, n, dotted ? ir_strdup(j->keep, dotted) : "an operation",
	    dotted ? "an operation that is not known here" : NOT_UNDERSTOOD);
}

static void
operations(struct judging *j, const struct ir_py_node *list)
{
	if (list->kind != IR_PY_LIST && list->kind != IR_PY_TUPLE && list->kind != IR_PY_SUM) {
		unknown(j, list, "operations", "they are not a literal list");
		return;
	}
	for (const struct ir_py_node *n = list->first; n; n = n->next) {
		if (list->kind == IR_PY_SUM && n->kind == IR_PY_LIST)
			operations(j, n);
		else
			operation(j, n);
	}
}

/* Anything of a class, or after it, that may make its operations others than they are written. */
static void
statement(struct judging *j, const struct ir_py_statement *s)
{
	struct ir_py_node at = { .line = s->line };

	if ((s->says == IR_PY_ASSIGN || s->says == IR_PY_ADD) && s->value && strcmp(s->name, "operations") == 0)
		operations(j, s->value);
	else if (s->says == IR_PY_DEF)
		unknown(j, &at, "Migration", "it has methods of its own");
	else if (s->says == IR_PY_BLOCK || s->says == IR_PY_WITH || s->says == IR_PY_OTHER ||
		 (s->says == IR_PY_EXPRESSION && (!s->value || s->value->kind != IR_PY_STRING)))
		unknown(j, &at, "Migration", NOT_UNDERSTOOD);
}

static void
after_class(struct judging *j, const struct ir_py_statement *s, int depth)
{
	for (; s; s = s->next) {
		struct ir_py_node at = { .line = s->line };

		if ((s->says == IR_PY_EXPRESSION && s->value && s->value->kind != IR_PY_STRING) ||
		    (s->name && strncmp(s->name, "Migration.", 10) == 0) ||
		    (s->name && s->says != IR_PY_CLASS && strcmp(s->name, "Migration") == 0))
			unknown(j, &at, "Migration", "it is changed from outside its class");
		if (s->says == IR_PY_BLOCK && depth < 8)
			after_class(j, s->body, depth + 1);
	}
}

static void
base(struct judging *j, const struct ir_py_statement *class)
{
	const struct ir_py_node *b = class->value ? class->value->first : NULL;
	struct ir_py_node at = { .line = class->line };
	const char *name =
	    b && b->kind == IR_PY_NAME && !b->next ? bare(ir_py_resolve(&j->scratch, j->m, b->text)) : NULL;

	if (!name || strcmp(name, "Migration") != 0)
		unknown(j, &at, "Migration", "its base class is not Django's");
}

void
ir_django_steps(
    struct ir_arena *arena, const struct ir_py_module *m, const struct ir_py_statement *class, struct ir_django_file *f)
{
	const char *slash = strrchr(f->dir, '/');
	struct judging j = { .keep = arena, .m = m, .f = f, .app = slash ? slash + 1 : f->dir };

	base(&j, class);
	for (const struct ir_py_statement *s = class->body; s; s = s->next)
		statement(&j, s);
	after_class(&j, m->first, 0);
	if (j.n >= STEPS) {
		struct ir_py_node at = { .line = class->line };

		unknown(&j, &at, "Migration", "it is too long");
	}
	ir_arena_done(&j.scratch);
}
