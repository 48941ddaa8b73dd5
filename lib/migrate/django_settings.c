/* django_settings - what settings files say of applications: INSTALLED_APPS, AUTH_USER_MODEL, MIGRATION_MODULES */
#include <string.h>

#include "migrate/django.h"

enum { NAMES_DEEP = 8, BLOCKS_DEEP = 12 };

struct reading {
	struct ir_arena *arena;
	struct ir_django *d;
	const struct ir_py_module *m;
	unsigned work; /* nodes looked at */
};

/* Add all strings of "[…] + OTHER_APPS". false: something is not understood. */
static bool
add_apps(struct reading *r, const struct ir_py_node *n, int depth)
{
	const struct ir_py_statement *s;
	bool whole = true;

	if (!n || depth > NAMES_DEEP || r->d->apps.n >= IR_DJANGO_APPS || ++r->work > 10 * IR_DJANGO_APPS)
		return false;
	if (n->kind == IR_PY_STRING && ir_py_word(n)) {
		ir_list_add_once(r->arena, &r->d->apps, ir_strdup(r->arena, ir_py_word(n)));
		return true;
	}
	if (n->kind == IR_PY_NAME) {
		if (strcmp(n->text, "INSTALLED_APPS") == 0)
			return true;
		s = ir_py_find(r->m->first, IR_PY_ASSIGN, n->text);
		return s && add_apps(r, s->value, depth + 1);
	}
	if (n->kind != IR_PY_LIST && n->kind != IR_PY_TUPLE && n->kind != IR_PY_SUM)
		return false;
	for (const struct ir_py_node *c = n->first; c; c = c->next)
		whole &= add_apps(r, c, depth + 1);
	return whole;
}

static void
apps(struct reading *r, const struct ir_py_node *n)
{
	r->d->apps_said = true;
	r->d->apps_whole &= add_apps(r, n, 0);
}

static void
modules(struct reading *r, const struct ir_py_node *n)
{
	if (!n || n->kind != IR_PY_DICT)
		return;
	for (const struct ir_py_node *c = n->first; c && r->d->elsewhere.n < IR_DJANGO_APPS; c = c->next)
		if (ir_py_word(c->of))
			ir_list_add_once(r->arena, &r->d->elsewhere, ir_strdup(r->arena, ir_py_word(c->of)));
}

/* AUTH_USER_MODEL = "accounts.User" */
static void
model(struct reading *r, const struct ir_py_statement *s)
{
	size_t n = strlen(s->name);
	const char *value = ir_py_word(s->value), *dot = value ? strchr(value, '.') : NULL;

	if (n > 6 && n < 100 && strcmp(s->name + n - 6, "_MODEL") == 0 && dot)
		ir_byname_put(r->arena, &r->d->models, ir_strdup(r->arena, s->name),
		    ir_strndup(r->arena, value, (size_t)(dot - value)));
}

static void
assigned(struct reading *r, const struct ir_py_statement *s)
{
	if (strcmp(s->name, "INSTALLED_APPS") == 0)
		apps(r, s->value);
	else if (strcmp(s->name, "MIGRATION_MODULES") == 0)
		modules(r, s->value);
	else if (s->says == IR_PY_ASSIGN)
		model(r, s);
}

/* INSTALLED_APPS.append("x"), .insert(0, "x"), .extend(["x"]); "remove" is not believed: one application too many does no harm. */
static void
called(struct reading *r, const struct ir_py_node *n)
{
	if (!n || n->kind != IR_PY_CALL || strncmp(n->text, "INSTALLED_APPS.", 15) != 0)
		return;
	if (strcmp(n->text + 15, "append") == 0 || strcmp(n->text + 15, "extend") == 0)
		apps(r, n->first);
	else if (strcmp(n->text + 15, "insert") == 0)
		apps(r, n->first ? n->first->next : NULL);
}

/* In all branches of what is conditional, too. */
static void
statements(struct reading *r, const struct ir_py_statement *s, int depth)
{
	for (; s; s = s->next) {
		if ((s->says == IR_PY_ASSIGN || s->says == IR_PY_ADD) && s->value)
			assigned(r, s);
		else if (s->says == IR_PY_EXPRESSION)
			called(r, s->value);
		else if ((s->says == IR_PY_BLOCK || s->says == IR_PY_WITH) && depth < BLOCKS_DEEP)
			statements(r, s->body, depth + 1);
	}
}

void
ir_django_read_settings(struct ir_migrate_set *set, const struct ir_tree_file *file, const char *dir)
{
	struct ir_arena scratch = { 0 };
	struct reading r = { set->arena, ir_django(set), ir_py_parse(&scratch, file->text, file->n), 0 };

	if (r.d->settings.n < IR_DJANGO_APPS)
		ir_list_add_once(set->arena, &r.d->settings, dir);
	if (r.m->broken)
		r.d->apps_whole = false;
	statements(&r, r.m->first, 0);
	ir_arena_done(&scratch);
}
