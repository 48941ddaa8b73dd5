/*
 * compose_parse - the services of one compose file
 *
 * What must run and in which order is read, nothing else. A later file adds to an earlier one as compose merges them. What
 * extends another service of the same file begins with what that one says; extends from another file and include are told
 * in the note.
 */
#include "conf/compose.h"

#include "base/num.h"
#include "conf/yaml.h"

enum { SERVICES_MAX = 1000, NAMES_MAX = 1000, REPLICAS_MAX = 10000, EXTENDS_MAX = 8 };

static const char restart_unsaid[] = "no";

struct reader {
	struct ir_arena *arena;
	struct ir_compose *compose;
	struct ir_err *err;
	const char *file;
	struct ir_yaml_doc *doc;
	const struct ir_yaml *services;
	bool over; /* a list was longer than NAMES_MAX */
};

static int
fail_at(struct reader *r, const struct ir_yaml *node, const char *what, const char *name)
{
	return ir_fail(r->err, IR_CONFIG, "%s: %s%s", ir_conf_origin(r->arena, r->file, node->line), what, name);
}

static const struct ir_yaml *
get(struct reader *r, const struct ir_yaml *map, const char *key)
{
	return ir_yaml_get(r->doc, map, key);
}

/* A scalar with its variables filled in; NULL when there is none or it cannot be known. */
static const char *
scalar(struct reader *r, const struct ir_yaml *node)
{
	const char *text = ir_yaml_text(node);

	return text ? ir_compose_expand(r->arena, r->compose->dir, text) : NULL;
}

static void
drop(struct ir_list *list, const char *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->v[i], s) != 0)
			list->v[kept++] = list->v[i];
	if (list->n)
		list->v[kept] = NULL;
	list->n = kept;
}

static void
add_once(struct reader *r, struct ir_list *list, const char *s)
{
	if (list->n == NAMES_MAX)
		r->over = true;
	else if (!ir_list_has(list, s))
		ir_list_add(r->arena, list, s);
}

/* !reset and !override forget what earlier files said. */
static bool
tagged(const struct ir_yaml *node, const char *tag)
{
	return node && node->tag && strcmp(node->tag, tag) == 0;
}

static void
read_profiles(struct reader *r, const struct ir_yaml *node, struct ir_list *list)
{
	if (tagged(node, "!reset") || tagged(node, "!override"))
		*list = (struct ir_list){ .n = 0 };
	for (size_t i = 0; node && node->type == IR_YAML_LIST && i < node->n && !r->over; i++) {
		const char *s = scalar(r, node->v[i]);

		if (s && *s)
			add_once(r, list, s);
	}
}

/* A list of names, or a map from name to condition. */
static int
read_depends(struct reader *r, const struct ir_yaml *node, struct ir_compose_service *s)
{
	struct ir_list names = { .n = 0 };

	if (tagged(node, "!reset") || tagged(node, "!override"))
		s->depends = s->completes = (struct ir_list){ .n = 0 };
	if (ir_yaml_null(node))
		return 0;
	if (node->type == IR_YAML_SCALAR)
		return fail_at(r, node, "depends_on is neither a list nor a mapping in service ", s->name);
	for (size_t i = 0; node->type == IR_YAML_LIST && i < node->n && !r->over; i++)
		if (ir_yaml_text(node->v[i]))
			add_once(r, &s->depends, node->v[i]->text);
	ir_yaml_keys(r->arena, r->doc, node, &names);
	for (size_t i = 0; i < names.n && !r->over; i++) {
		const char *condition = scalar(r, get(r, get(r, node, names.v[i]), "condition"));

		add_once(r, &s->depends, names.v[i]);
		if (condition && strcmp(condition, "service_completed_successfully") == 0)
			add_once(r, &s->completes, names.v[i]);
		else
			drop(&s->completes, names.v[i]);
	}
	return 0;
}

static int64_t
read_count(struct reader *r, const struct ir_yaml *node)
{
	const char *text = scalar(r, node);
	int64_t n;

	return text && ir_parse_int(text, 0, REPLICAS_MAX, &n, NULL) == 0 ? n : -1;
}

static void
read_replicas(struct reader *r, const struct ir_yaml *service, struct ir_compose_service *s)
{
	const struct ir_yaml *scale = get(r, service, "scale"), *deploy = get(r, service, "deploy");
	const struct ir_yaml *replicas = get(r, deploy, "replicas");
	const char *mode = scalar(r, get(r, deploy, "mode"));

	if (scale && !ir_yaml_null(scale))
		s->replicas = read_count(r, scale);
	else if (replicas && !ir_yaml_null(replicas) && !(mode && strcmp(mode, "global") == 0))
		s->replicas = read_count(r, replicas);
}

static void
read_restart(struct reader *r, const struct ir_yaml *service, struct ir_compose_service *s)
{
	const struct ir_yaml *node = get(r, service, "restart");
	const char *text = scalar(r, node);
	const char *condition = scalar(r, get(r, get(r, get(r, service, "deploy"), "restart_policy"), "condition"));

	if (tagged(node, "!reset"))
		s->restart = restart_unsaid;
	else if (node && !text && ir_yaml_text(node))
		s->restart = node->text;
	else if (text && *text)
		/* YAML 1.1 takes no for false, and so does who wrote it so */
		s->restart = strcmp(text, "false") == 0 || strcmp(text, "no") == 0 ? "no" : text;
	else if (condition && s->restart == restart_unsaid)
		s->restart = strcmp(condition, "none") == 0  ? "no"
			     : strcmp(condition, "any") == 0 ? "always"
							     : condition;
}

static int apply_service(struct reader *r, const struct ir_yaml *node, struct ir_compose_service *s, int depth);

/* extends: name, or { service: name, file: other } */
static int
apply_base(struct reader *r, const struct ir_yaml *extends, struct ir_compose_service *s, int depth)
{
	const char *name = extends->type == IR_YAML_MAP ? scalar(r, get(r, extends, "service")) : scalar(r, extends);
	const struct ir_yaml *base = name ? get(r, r->services, name) : NULL;

	if (get(r, extends, "file") || !base) {
		ir_compose_note(
		    r->arena, r->compose, "service '%s' extends one of another file, which is not read", s->name);
		return 0;
	}
	if (depth == EXTENDS_MAX)
		return fail_at(r, extends, "extends goes too deep or in a circle in service ", s->name);
	return apply_service(r, base, s, depth + 1);
}

static int
apply_service(struct reader *r, const struct ir_yaml *node, struct ir_compose_service *s, int depth)
{
	const struct ir_yaml *extends = get(r, node, "extends");

	if (ir_yaml_null(node))
		return 0;
	if (node->type != IR_YAML_MAP)
		return fail_at(r, node, "this is not a mapping: service ", s->name);
	if (!ir_yaml_null(extends) && apply_base(r, extends, s, depth) < 0)
		return -1;
	read_profiles(r, get(r, node, "profiles"), &s->profiles);
	read_replicas(r, node, s);
	read_restart(r, node, s);
	return read_depends(r, get(r, node, "depends_on"), s);
}

static struct ir_compose_service *
find_service(struct reader *r, const char *name)
{
	struct ir_compose *c = r->compose;

	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->v[i].name, name) == 0)
			return &c->v[i];
	if (c->n == SERVICES_MAX)
		return NULL;
	if (c->n == 0 || (c->n >= 8 && (c->n & (c->n - 1)) == 0)) {
		struct ir_compose_service *more = IR_NEW_N(r->arena, struct ir_compose_service, c->n ? c->n * 2 : 8);

		if (c->n)
			memcpy(more, c->v, c->n * sizeof *more);
		c->v = more;
	}
	c->v[c->n] = (struct ir_compose_service){ .name = name, .replicas = 1, .restart = restart_unsaid };
	return &c->v[c->n++];
}

static int
read_services(struct reader *r)
{
	struct ir_list names = { .n = 0 };

	if (r->services->type != IR_YAML_MAP)
		return fail_at(r, r->services, "services is not a mapping", "");
	ir_yaml_keys(r->arena, r->doc, r->services, &names);
	for (size_t i = 0; i < names.n; i++) {
		struct ir_compose_service *s = find_service(r, names.v[i]);

		if (!s)
			return fail_at(r, r->services, "more than 1000 services", "");
		if (apply_service(r, get(r, r->services, names.v[i]), s, 0) < 0)
			return -1;
	}
	return 0;
}

static int
read_doc(struct reader *r)
{
	const struct ir_yaml *root = r->doc->root, *include;
	const char *name;

	if (ir_yaml_null(root))
		return 0;
	if (root->type != IR_YAML_MAP)
		return fail_at(r, root, "a compose file is a mapping, with services in it", "");
	name = scalar(r, get(r, root, "name"));
	if (name && *name)
		r->compose->project = ir_compose_normalize(r->arena, name);
	include = get(r, root, "include");
	if (!ir_yaml_null(include))
		ir_compose_note(r->arena, r->compose, "%s includes other files, which are not read",
		    ir_conf_origin(r->arena, r->file, include->line));
	r->services = get(r, root, "services");
	if (!ir_yaml_null(r->services) && read_services(r) < 0)
		return -1;
	if (ir_yaml_null(r->services) && ir_yaml_null(include))
		ir_compose_note(r->arena, r->compose, "%s has no services", ir_conf_origin(r->arena, r->file, 0));
	return r->over || ir_yaml_over(r->doc) ? fail_at(r, root, "too many aliases, merge keys or names", "") : 0;
}

int
ir_compose_parse(
    struct ir_arena *arena, struct ir_compose *c, const char *file, const char *text, size_t n, struct ir_err *err)
{
	struct ir_yaml_docs docs;

	if (ir_yaml_parse(arena, file, text, n, &docs, err) < 0)
		return -1;
	for (size_t i = 0; i < docs.n; i++) {
		struct reader r = { .arena = arena, .compose = c, .err = err, .file = file, .doc = &docs.v[i] };

		if (read_doc(&r) < 0)
			return -1;
	}
	return 0;
}
