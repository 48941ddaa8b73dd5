/* changelog_xml - Liquibase's changelogs in XML, by expat; with entities of their own they are not read */
#include <expat.h>

#include "migrate/changelog.h"

struct reading {
	struct ir_changelog *log;
	XML_Parser parser;
	struct ir_changelog_item *open; /* the change set that we are in */
	int depth;
	bool is_one;
};

static const char *
attribute(const XML_Char **attributes, const char *name)
{
	for (; *attributes; attributes += 2)
		if (strcmp(*attributes, name) == 0)
			return attributes[1];
	return NULL;
}

static bool
is_true(const XML_Char **attributes, const char *name)
{
	const char *s = attribute(attributes, name);

	return s && strcmp(s, "true") == 0;
}

static void
take_changeset(struct reading *r, const XML_Char **attributes)
{
	struct ir_arena *arena = r->log->arena;
	const char *id = attribute(attributes, "id"), *author = attribute(attributes, "author");

	r->open = id ? ir_changelog_add(r->log, IR_CHANGESET) : NULL;
	if (!r->open)
		return;
	r->open->id = ir_strdup(arena, id);
	r->open->author = ir_strdup(arena, author ? author : "");
	r->open->path = ir_strdup(arena, attribute(attributes, "logicalFilePath"));
	r->open->repeats = is_true(attributes, "runOnChange") || is_true(attributes, "runAlways");
	r->open->judgement.reversible = -1;
	ir_migrate_worsen(&r->open->judgement, IR_MIGRATE_UNKNOWN, "changes of a changelog: not judged",
	    (unsigned)XML_GetCurrentLineNumber(r->parser));
}

static void
take_include(struct reading *r, const XML_Char **attributes, int kind)
{
	const char *path = attribute(attributes, kind == IR_CHANGELOG_INCLUDE ? "file" : "path");
	struct ir_changelog_item *item = path ? ir_changelog_add(r->log, kind) : NULL;

	if (!item)
		return;
	item->path = ir_strdup(r->log->arena, path);
	item->relative = is_true(attributes, "relativeToChangelogFile");
}

static void XMLCALL
on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
	struct reading *r = arg;
	const char *colon = strrchr(name, ':');

	name = colon ? colon + 1 : name;
	if (r->depth++ == 0) {
		r->is_one = strcmp(name, "databaseChangeLog") == 0;
		r->log->logical = ir_strdup(r->log->arena, attribute(attributes, "logicalFilePath"));
		if (!r->is_one)
			XML_StopParser(r->parser, XML_FALSE);
	} else if (strcmp(name, "changeSet") == 0) {
		take_changeset(r, attributes);
	} else if (strcmp(name, "include") == 0) {
		take_include(r, attributes, IR_CHANGELOG_INCLUDE);
	} else if (strcmp(name, "includeAll") == 0) {
		take_include(r, attributes, IR_CHANGELOG_INCLUDE_ALL);
	} else if (r->open && strcmp(name, "rollback") == 0) {
		r->open->judgement.reversible = 1;
	}
}

static void XMLCALL
on_end(void *arg, const XML_Char *name)
{
	struct reading *r = arg;
	const char *colon = strrchr(name, ':');

	r->depth--;
	if (strcmp(colon ? colon + 1 : name, "changeSet") == 0)
		r->open = NULL;
}

/* What grows while it is read is not for us. */
static void XMLCALL
on_entity(void *arg, const XML_Char *name, int parameter, const XML_Char *value, int n, const XML_Char *base,
    const XML_Char *id, const XML_Char *public_id, const XML_Char *notation)
{
	const struct reading *r = arg;

	(void)name, (void)parameter, (void)value, (void)n, (void)base, (void)id, (void)public_id, (void)notation;
	XML_StopParser(r->parser, XML_FALSE);
}

bool
ir_changelog_xml(struct ir_changelog *log, const char *text, size_t n)
{
	struct reading r = { .log = log, .parser = XML_ParserCreate(NULL) };

	if (!r.parser)
		ir_oom();
	XML_SetUserData(r.parser, &r);
	XML_SetElementHandler(r.parser, on_start, on_end);
	XML_SetEntityDeclHandler(r.parser, on_entity);
	if (XML_Parse(r.parser, text, (int)n, 1) != XML_STATUS_OK)
		log->trouble = ir_asprintf(log->arena, "%s: line %lu: %s", log->path,
		    XML_GetCurrentLineNumber(r.parser), XML_ErrorString(XML_GetErrorCode(r.parser)));
	XML_ParserFree(r.parser);
	return r.is_one;
}
