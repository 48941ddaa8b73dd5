/* migrate_texts - a set of migrations from texts, as the core would read it, for unit tests of frameworks */
#ifndef IR_TESTS_UNIT_MIGRATE_TEXTS_H
#define IR_TESTS_UNIT_MIGRATE_TEXTS_H

#include "base/clock.h"
#include "migrate/type.h"
#include "tap.h"

/* Read the files, sorted by path, that belong to the set in dir. */
static inline struct ir_migrate_set
migrate_tree(struct ir_arena *arena, const struct ir_migrate_type *type, const char *dir, struct ir_tree_file *files, size_t n)
{
	struct ir_migrate_set set = { .type = type, .arena = arena, .dir = dir };
	struct ir_tree_file *all = IR_NEW_N(arena, struct ir_tree_file, n);
	size_t n_all = 0, len;

	for (size_t i = 0; i < n; i++) {
		if (files[i].text && files[i].n == 0)
			files[i].n = strlen(files[i].text);
		if (type->wants(files[i].path, &len) && len == strlen(dir) && strncmp(files[i].path, dir, len) == 0)
			all[n_all++] = files[i];
	}
	set.v = IR_NEW_N(arena, struct ir_migrate_file, n_all);
	for (size_t i = 0; i < n_all; i++) {
		struct ir_migrate_file f = { .path = all[i].path, .written_ms = IR_TIME_NONE };

		if (type->read(&set, &all[i], all, n_all, &f) > 0)
			set.v[set.n++] = f;
	}
	if (type->order)
		type->order(&set);
	return set;
}

#define MIGRATE_TREE(arena, type, dir, files) migrate_tree((arena), (type), (dir), (files), sizeof(files) / sizeof((files)[0]))

/* "name 'title' verdict reversible; …" */
static inline const char *
migrate_tree_text(struct ir_arena *arena, const struct ir_migrate_set *set)
{
	static const char *const words[] = { "safe", "unsafe", "unknown" };
	const char *s = "";

	for (size_t i = 0; i < set->n; i++) {
		const struct ir_migrate_file *f = &set->v[i];

		s = ir_asprintf(arena, "%s%s%s '%s' %s %d%s%s", s, *s ? "; " : "", f->name, f->title ? f->title : "",
		    words[f->judgement.verdict], f->judgement.reversible, f->trouble ? " " : "", f->trouble ? f->trouble : "");
	}
	return s;
}

#endif
