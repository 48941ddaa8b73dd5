/* python_look - looking into the tree of a Python file */
#include <string.h>

#include "base/buf.h"
#include "migrate/python.h"

enum { IMPORTS = 300, WRITTEN = 4096 };

const struct ir_py_statement *
ir_py_find(const struct ir_py_statement *s, enum ir_py_says says, const char *name)
{
	const struct ir_py_statement *last = NULL;

	for (; s; s = s->next)
		if (s->says == says && s->name && strcmp(s->name, name) == 0)
			last = s;
	return last;
}

const struct ir_py_node *
ir_py_argument(const struct ir_py_node *call, const char *key, int position)
{
	const struct ir_py_node *found = NULL;
	int i = 0;

	for (const struct ir_py_node *a = call->first; a; a = a->next) {
		if (a->key && key && strcmp(a->key, key) == 0)
			return a;
		if (!a->key && i++ == position)
			found = a;
	}
	return found;
}

bool
ir_py_hidden(const struct ir_py_node *call)
{
	for (const struct ir_py_node *a = call->first; a; a = a->next)
		if (a->key && strcmp(a->key, "*") == 0)
			return true;
	return false;
}

bool
ir_py_is(const struct ir_py_node *n, const char *name)
{
	return n && n->kind == IR_PY_NAME && strcmp(n->text, name) == 0;
}

bool
ir_py_literal(const struct ir_py_node *n)
{
	if (n->kind == IR_PY_STRING || n->kind == IR_PY_NUMBER)
		return true;
	if (n->kind == IR_PY_NAME)
		return ir_py_is(n, "None") || ir_py_is(n, "True") || ir_py_is(n, "False");
	if (n->kind == IR_PY_OPAQUE || n->kind == IR_PY_CALL)
		return false;
	for (const struct ir_py_node *c = n->first; c; c = c->next)
		if (!ir_py_literal(c) || (c->of && !ir_py_literal(c->of)))
			return false;
	return true;
}

const char *
ir_py_word(const struct ir_py_node *n)
{
	if (!n || n->kind != IR_PY_STRING || n->n == 0 || n->n > 255)
		return NULL;
	for (size_t i = 0; i < n->n; i++)
		if ((unsigned char)n->text[i] < ' ' || n->text[i] == 127)
			return NULL;
	return n->text;
}

const char *
ir_py_resolve(struct ir_arena *arena, const struct ir_py_module *m, const char *name)
{
	size_t n = strcspn(name, "."), seen = 0;
	const char *what = NULL;

	for (const struct ir_py_statement *s = m->first; s && seen < IMPORTS; s = s->next) {
		if (s->says != IR_PY_IMPORT)
			continue;
		seen++;
		if (strncmp(s->name, name, n) == 0 && !s->name[n])
			what = s->text;
	}
	return what ? ir_asprintf(arena, "%s%s", what, name + n) : name;
}

static void
write_text(struct ir_buf *b, const struct ir_py_node *n)
{
	for (size_t i = 0; i < n->n; i++) {
		if (n->text[i] == '"' || n->text[i] == '\\')
			ir_buf_addc(b, '\\');
		ir_buf_addc(b, n->text[i]);
	}
}

static bool
write_node(struct ir_arena *arena, const struct ir_py_module *m, struct ir_buf *b, const struct ir_py_node *n)
{
	static const char begins[] = { [IR_PY_CALL] = '(',
		[IR_PY_LIST] = '[',
		[IR_PY_TUPLE] = '[',
		[IR_PY_SET] = '{',
		[IR_PY_DICT] = '{',
		[IR_PY_SUM] = '+' };

	if (n->kind == IR_PY_OPAQUE)
		return false;
	if (n->key)
		ir_buf_addf(b, "%s=", n->key);
	if (n->of) {
		if (!write_node(arena, m, b, n->of))
			return false;
		ir_buf_addc(b, ':');
	}
	if (n->kind == IR_PY_STRING) {
		ir_buf_addc(b, '"');
		write_text(b, n);
		ir_buf_addc(b, '"');
		return true;
	}
	if (n->text)
		ir_buf_adds(b, n->kind == IR_PY_NUMBER ? n->text : ir_py_resolve(arena, m, n->text));
	if (n->kind == IR_PY_NAME || n->kind == IR_PY_NUMBER)
		return true;
	ir_buf_addc(b, begins[n->kind]);
	for (const struct ir_py_node *c = n->first; c; c = c->next) {
		if (!write_node(arena, m, b, c))
			return false;
		ir_buf_addc(b, ',');
	}
	ir_buf_addc(b, ')');
	return true;
}

const char *
ir_py_written(struct ir_arena *arena, const struct ir_py_module *m, const struct ir_py_node *n)
{
	struct ir_buf b;
	const char *s = NULL;

	ir_buf_init(&b, WRITTEN);
	if (write_node(arena, m, &b, n) && !b.full)
		s = ir_strndup(arena, b.data, b.len);
	ir_buf_done(&b);
	return s;
}
