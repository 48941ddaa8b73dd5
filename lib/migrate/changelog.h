/*
 * changelog - Liquibase's changelogs: change sets, and the other changelogs that they include
 *
 * One file holds many migrations. Readers, one a format, fill in items; liquibase.c puts them together.
 */
#ifndef IR_MIGRATE_CHANGELOG_H
#define IR_MIGRATE_CHANGELOG_H

#include "migrate/type.h"

enum { IR_CHANGELOG_ITEMS = 20000 };	/* of all files together */

struct ir_changelog_item {
	enum { IR_CHANGESET, IR_CHANGELOG_INCLUDE, IR_CHANGELOG_INCLUDE_ALL } kind;
	const char *id, *author;
	const char *path;	/* of a change set: what it is known by, where that is not the file's; else what is included */
	bool        relative;	/* to the file */
	bool        repeats;
	struct ir_migrate_judgement judgement;
};

struct ir_changelog {
	struct ir_arena *arena;
	const char *path;	/* in the tree */
	const char *logical;	/* path that all its change sets are known by, or NULL */
	struct ir_changelog_item *v;
	size_t n, size, max;
	const char *trouble;
	bool included, told;
	struct ir_changelog *next;
};

/* One more item; NULL: there are too many. */
struct ir_changelog_item *ir_changelog_add(struct ir_changelog *, int kind);
/* false: the text is no changelog. What cannot be read of one is its trouble. */
bool ir_changelog_sql(struct ir_changelog *, const char *text, size_t n);
bool ir_changelog_yaml(struct ir_changelog *, const char *text, size_t n);	/* and JSON */
bool ir_changelog_xml(struct ir_changelog *, const char *text, size_t n);

#endif
