/* changelog_yaml - Liquibase's changelogs in YAML, and in JSON, which is YAML */
#include "conf/yaml.h"
#include "migrate/changelog.h"

static bool
is_true(struct ir_yaml_doc *doc, const struct ir_yaml *map, const char *key)
{
	const char *s = ir_yaml_text(ir_yaml_get(doc, map, key));

	return s && strcmp(s, "true") == 0;
}

static void
take_changeset(struct ir_changelog *log, struct ir_yaml_doc *doc, const struct ir_yaml *map)
{
	const char *id = ir_yaml_text(ir_yaml_get(doc, map, "id")),
		   *author = ir_yaml_text(ir_yaml_get(doc, map, "author"));
	struct ir_changelog_item *item = id ? ir_changelog_add(log, IR_CHANGESET) : NULL;

	if (!item)
		return;
	item->id = id;
	item->author = author ? author : "";
	item->path = ir_yaml_text(ir_yaml_get(doc, map, "logicalFilePath"));
	item->repeats = is_true(doc, map, "runOnChange") || is_true(doc, map, "runAlways");
	item->judgement.reversible = ir_yaml_get(doc, map, "rollback") ? 1 : -1;
	ir_migrate_worsen(&item->judgement, IR_MIGRATE_UNKNOWN, "changes of a changelog: not judged", map->line);
}

static void
take_include(struct ir_changelog *log, struct ir_yaml_doc *doc, const struct ir_yaml *map, int kind)
{
	const char *path = ir_yaml_text(ir_yaml_get(doc, map, kind == IR_CHANGELOG_INCLUDE ? "file" : "path"));
	struct ir_changelog_item *item = path ? ir_changelog_add(log, kind) : NULL;

	if (!item)
		return;
	item->path = path;
	item->relative = is_true(doc, map, "relativeToChangelogFile");
}

static void
take_item(struct ir_changelog *log, struct ir_yaml_doc *doc, const struct ir_yaml *item)
{
	const struct ir_yaml *map;
	const char *logical = ir_yaml_text(ir_yaml_get(doc, item, "logicalFilePath"));

	if (logical)
		log->logical = logical;
	if ((map = ir_yaml_get(doc, item, "changeSet")) != NULL)
		take_changeset(log, doc, map);
	if ((map = ir_yaml_get(doc, item, "include")) != NULL)
		take_include(log, doc, map, IR_CHANGELOG_INCLUDE);
	if ((map = ir_yaml_get(doc, item, "includeAll")) != NULL)
		take_include(log, doc, map, IR_CHANGELOG_INCLUDE_ALL);
}

bool
ir_changelog_yaml(struct ir_changelog *log, const char *text, size_t n)
{
	struct ir_yaml_docs docs = { 0 };
	struct ir_err err = IR_ERR_INIT;
	const struct ir_yaml *list;

	if (!memmem(text, n, "databaseChangeLog", 17))
		return false;
	if (ir_yaml_parse(log->arena, log->path, text, n, &docs, &err) < 0) {
		log->trouble = ir_strdup(log->arena, err.msg);
		return true;
	}
	if (!docs.n || !(list = ir_yaml_get(&docs.v[0], docs.v[0].root, "databaseChangeLog")) ||
	    list->type != IR_YAML_LIST)
		return false;
	for (size_t i = 0; i < list->n; i++)
		take_item(log, &docs.v[0], list->v[i]);
	if (ir_yaml_over(&docs.v[0]))
		log->trouble = ir_asprintf(log->arena, "%s: too much to read", log->path);
	return true;
}
