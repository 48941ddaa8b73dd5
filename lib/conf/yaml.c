/* yaml - a YAML text as a tree, by libyaml's events, within limits */
#include "conf/yaml.h"

#include <yaml.h>

#include "base/cleanup.h"
#include "conf/conf.h"

enum { DEPTH_MAX = 64, NODES_MAX = 200000, ANCHORS_MAX = 1000, DOCS_MAX = 32, MERGES_MAX = 32, STEPS_MAX = 5000000 };

struct anchor {
	const char *name;
	struct ir_yaml *node;
};

struct builder {
	struct ir_arena *arena;
	struct ir_err *err;
	const char *file, *text;
	yaml_parser_t parser;
	struct ir_yaml_docs docs;
	struct ir_yaml *root; /* of the document that is read */
	struct ir_yaml *stack[DEPTH_MAX];
	size_t depth, nodes;
	struct anchor *anchors; /* ANCHORS_MAX, made when first needed */
	size_t n_anchors;
};

static int
fail_at(struct builder *b, size_t line, const char *what, const char *name)
{
	return ir_fail(b->err, IR_CONFIG, "%s: %s%s", ir_conf_origin(b->arena, b->file, (unsigned)line), what, name);
}

/* libyaml's own complaint. Its reader tells the offset only. */
static int
fail_parser(struct builder *b)
{
	const yaml_parser_t *p = &b->parser;
	const char *what = p->problem ? p->problem : "cannot be read";
	size_t line = p->problem_mark.line + 1;

	if (p->error == YAML_MEMORY_ERROR)
		ir_oom();
	if (p->error == YAML_READER_ERROR) {
		line = 1;
		for (size_t i = 0; i < p->problem_offset && b->text[i]; i++)
			line += b->text[i] == '\n';
	}
	return fail_at(b, line, what, "");
}

static void
append(struct ir_arena *arena, struct ir_yaml *to, struct ir_yaml *node)
{
	if (to->n == to->size) {
		struct ir_yaml **more = IR_NEW_N(arena, struct ir_yaml *, to->size ? to->size * 2 : 4);

		if (to->n)
			memcpy(more, to->v, to->n * sizeof *more);
		to->v = more;
		to->size = to->size ? to->size * 2 : 4;
	}
	to->v[to->n++] = node;
}

/* Put the node where the events have come to. */
static void
place(struct builder *b, struct ir_yaml *node)
{
	if (b->depth)
		append(b->arena, b->stack[b->depth - 1], node);
	else
		b->root = node;
}

static struct anchor *
find_anchor(struct builder *b, const char *name)
{
	for (size_t i = 0; i < b->n_anchors; i++)
		if (strcmp(b->anchors[i].name, name) == 0)
			return &b->anchors[i];
	return NULL;
}

static int
name_node(struct builder *b, const yaml_char_t *name, struct ir_yaml *node)
{
	struct anchor *a = name ? find_anchor(b, (const char *)name) : NULL;

	if (!name)
		return 0;
	if (!a && b->n_anchors == ANCHORS_MAX)
		return fail_at(b, node->line, "too many anchors", "");
	if (!b->anchors)
		b->anchors = IR_NEW_N(b->arena, struct anchor, ANCHORS_MAX);
	if (!a)
		a = &b->anchors[b->n_anchors++];
	*a = (struct anchor){ ir_strdup(b->arena, (const char *)name), node };
	return 0;
}

static struct ir_yaml *
new_node(struct builder *b, const yaml_event_t *e, enum ir_yaml_type type, const yaml_char_t *tag)
{
	struct ir_yaml *node;

	if (++b->nodes > NODES_MAX) {
		fail_at(b, e->start_mark.line + 1, "too many values", "");
		return NULL;
	}
	node = IR_NEW(b->arena, struct ir_yaml);
	node->type = type;
	node->line = (unsigned)e->start_mark.line + 1;
	node->tag = ir_strdup(b->arena, (const char *)tag);
	place(b, node);
	return node;
}

static int
on_scalar(struct builder *b, const yaml_event_t *e)
{
	struct ir_yaml *node = new_node(b, e, IR_YAML_SCALAR, e->data.scalar.tag);

	if (!node)
		return -1;
	node->text = ir_strndup(b->arena, (const char *)e->data.scalar.value, e->data.scalar.length);
	node->plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	return name_node(b, e->data.scalar.anchor, node);
}

static int
on_alias(struct builder *b, const yaml_event_t *e)
{
	const char *name = (const char *)e->data.alias.anchor;
	struct anchor *a = find_anchor(b, name);

	if (!a)
		return fail_at(b, e->start_mark.line + 1, "there is no anchor before alias *", name);
	if (a->node->open)
		return fail_at(b, e->start_mark.line + 1, "a value holds itself by alias *", name);
	place(b, a->node);
	return 0;
}

static int
on_open(
    struct builder *b, const yaml_event_t *e, enum ir_yaml_type type, const yaml_char_t *tag, const yaml_char_t *anchor)
{
	struct ir_yaml *node = new_node(b, e, type, tag);

	if (!node)
		return -1;
	if (b->depth == DEPTH_MAX)
		return fail_at(b, node->line, "values are nested too deep", "");
	node->open = true;
	b->stack[b->depth++] = node;
	return name_node(b, anchor, node);
}

static int
on_document(struct builder *b, const yaml_event_t *e)
{
	if (b->docs.n == DOCS_MAX)
		return fail_at(b, e->start_mark.line + 1, "too many documents", "");
	b->docs.v[b->docs.n++] = (struct ir_yaml_doc){ b->root, STEPS_MAX };
	b->root = NULL;
	b->n_anchors = 0;
	return 0;
}

static int
on_event(struct builder *b, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(b, e);
	case YAML_ALIAS_EVENT:
		return on_alias(b, e);
	case YAML_SEQUENCE_START_EVENT:
		return on_open(b, e, IR_YAML_LIST, e->data.sequence_start.tag, e->data.sequence_start.anchor);
	case YAML_MAPPING_START_EVENT:
		return on_open(b, e, IR_YAML_MAP, e->data.mapping_start.tag, e->data.mapping_start.anchor);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		b->stack[--b->depth]->open = false;
		return 0;
	case YAML_DOCUMENT_END_EVENT:
		return on_document(b, e);
	default:
		return 0;
	}
}

static int
build(struct builder *b)
{
	for (;;) {
		IR_CLEANUP(yaml_event_delete) yaml_event_t e;

		memset(&e, 0, sizeof e);
		if (!yaml_parser_parse(&b->parser, &e))
			return fail_parser(b);
		if (e.type == YAML_STREAM_END_EVENT || e.type == YAML_NO_EVENT)
			return 0;
		if (on_event(b, &e) < 0)
			return -1;
	}
}

int
ir_yaml_parse(
    struct ir_arena *arena, const char *file, const char *text, size_t n, struct ir_yaml_docs *ret, struct ir_err *err)
{
	struct builder b = { .arena = arena, .err = err, .file = file, .text = text };
	int bad;

	if (!yaml_parser_initialize(&b.parser))
		ir_oom();
	b.docs.v = IR_NEW_N(arena, struct ir_yaml_doc, DOCS_MAX);
	yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&b.parser, (const unsigned char *)text, n);
	bad = build(&b);
	yaml_parser_delete(&b.parser);
	*ret = b.docs;
	return bad;
}

static bool
step(struct ir_yaml_doc *doc)
{
	return doc->budget > 0 && doc->budget-- > 0;
}

bool
ir_yaml_over(const struct ir_yaml_doc *doc)
{
	return doc->budget <= 0;
}

static bool
is_merge(const struct ir_yaml *key)
{
	return key->text && key->plain && strcmp(key->text, "<<") == 0;
}

static const struct ir_yaml *get(struct ir_yaml_doc *doc, const struct ir_yaml *map, const char *key, int merges);

/* Of one map or a list of them, the first that has the key. */
static const struct ir_yaml *
get_merged(struct ir_yaml_doc *doc, const struct ir_yaml *from, const char *key, int merges)
{
	const struct ir_yaml *found = NULL;

	if (from->type == IR_YAML_MAP)
		return get(doc, from, key, merges + 1);
	for (size_t i = 0; from->type == IR_YAML_LIST && i < from->n && !found; i++)
		found = get(doc, from->v[i], key, merges + 1);
	return found;
}

static const struct ir_yaml *
get(struct ir_yaml_doc *doc, const struct ir_yaml *map, const char *key, int merges)
{
	const struct ir_yaml *found = NULL;

	if (!map || map->type != IR_YAML_MAP || merges > MERGES_MAX)
		return NULL;
	for (size_t i = map->n; i > 1 && step(doc); i -= 2)
		if (map->v[i - 2]->text && strcmp(map->v[i - 2]->text, key) == 0 && !is_merge(map->v[i - 2]))
			return map->v[i - 1];
	for (size_t i = 0; i + 1 < map->n && !found && step(doc); i += 2)
		if (is_merge(map->v[i]))
			found = get_merged(doc, map->v[i + 1], key, merges);
	return found;
}

const struct ir_yaml *
ir_yaml_get(struct ir_yaml_doc *doc, const struct ir_yaml *map, const char *key)
{
	return get(doc, map, key, 0);
}

static void
add_key(struct ir_arena *arena, struct ir_yaml_doc *doc, const char *key, struct ir_list *ret)
{
	for (size_t i = 0; i < ret->n; i++)
		if (!step(doc) || strcmp(ret->v[i], key) == 0)
			return;
	ir_list_add(arena, ret, key);
}

static void
add_keys(struct ir_arena *arena, struct ir_yaml_doc *doc, const struct ir_yaml *from, int merges, struct ir_list *ret)
{
	if (merges > MERGES_MAX)
		return;
	for (size_t i = 0; from->type == IR_YAML_LIST && i < from->n && step(doc); i++)
		add_keys(arena, doc, from->v[i], merges + 1, ret);
	if (from->type != IR_YAML_MAP)
		return;
	for (size_t i = 0; i + 1 < from->n && step(doc); i += 2)
		if (from->v[i]->text && !is_merge(from->v[i]))
			add_key(arena, doc, from->v[i]->text, ret);
	for (size_t i = 0; i + 1 < from->n && step(doc); i += 2)
		if (is_merge(from->v[i]))
			add_keys(arena, doc, from->v[i + 1], merges + 1, ret);
}

void
ir_yaml_keys(struct ir_arena *arena, struct ir_yaml_doc *doc, const struct ir_yaml *map, struct ir_list *ret)
{
	if (map && map->type == IR_YAML_MAP)
		add_keys(arena, doc, map, 0, ret);
}

bool
ir_yaml_null(const struct ir_yaml *node)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL" };

	for (size_t i = 0; node && i < sizeof nulls / sizeof *nulls; i++)
		if (node->type == IR_YAML_SCALAR && node->plain && strcmp(node->text, nulls[i]) == 0)
			return true;
	return !node;
}

const char *
ir_yaml_text(const struct ir_yaml *node)
{
	return !ir_yaml_null(node) && node->type == IR_YAML_SCALAR ? node->text : NULL;
}
