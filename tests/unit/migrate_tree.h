/* migrate_tree - a directory of fixtures as a set of migrations, and a table of what readers say of them */
#ifndef IR_TESTS_UNIT_MIGRATE_TREE_H
#define IR_TESTS_UNIT_MIGRATE_TREE_H

#include <ftw.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "migrate/type.h"
#include "tap.h"

enum { TREE_FILES = 500 };

static struct ir_tree_file tree_files[TREE_FILES];
static size_t tree_n, tree_skip;
static const struct ir_migrate_type *tree_type;
static struct ir_arena *tree_arena;

static inline char *
tree_text(struct ir_arena *arena, const char *path, size_t *n)
{
	FILE *f = fopen(path, "r");
	struct stat st;
	char *s;

	if (!f || fstat(fileno(f), &st) < 0) {
		printf("Bail out! %s: %s\n", path, strerror(errno));
		exit(1);
	}
	s = ir_arena_alloc(arena, (size_t)st.st_size + 1);
	*n = fread(s, 1, (size_t)st.st_size, f);
	fclose(f);
	return s;
}

static inline int
tree_visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	size_t dir;
	struct ir_tree_file *f = &tree_files[tree_n];

	(void)st, (void)ftw;
	if (type != FTW_F || tree_n == TREE_FILES || !tree_type->wants(path + tree_skip, &dir))
		return 0;
	*f = (struct ir_tree_file){ .path = ir_strdup(tree_arena, path + tree_skip) };
	f->text = tree_text(tree_arena, path, &f->n);
	tree_n++;
	return 0;
}

static inline int
tree_by_path(const void *a, const void *b)
{
	return strcmp(((const struct ir_tree_file *)a)->path, ((const struct ir_tree_file *)b)->path);
}

/* One file, given by its text. */
static inline int
tree_add(struct ir_migrate_set *set, const struct ir_tree_file *f)
{
	struct ir_migrate_file file = { .path = f->path };

	if (!set->type->read(set, f, f, 1, &file))
		return 0;
	if (!set->v) {
		set->v = IR_NEW_N(set->arena, struct ir_migrate_file, TREE_FILES);
		set->size = TREE_FILES;
	}
	if (set->n < set->size)
		set->v[set->n++] = file;
	return 1;
}

/* All of a directory, read, but neither beyond nor in order. */
static inline void
tree_load(struct ir_arena *arena, const struct ir_migrate_type *type, const char *dir, struct ir_migrate_set *set)
{
	*set = (struct ir_migrate_set){ .type = type, .arena = arena, .dir = "" };
	tree_type = type;
	tree_arena = arena;
	tree_n = 0;
	tree_skip = strlen(dir) + 1;
	if (nftw(dir, tree_visit, 16, FTW_PHYS) != 0) {
		printf("Bail out! %s: %s\n", dir, strerror(errno));
		exit(1);
	}
	qsort(tree_files, tree_n, sizeof(*tree_files), tree_by_path);
	for (size_t i = 0; i < tree_n; i++)
		tree_add(set, &tree_files[i]);
}

static inline const struct ir_migrate_file *
tree_named(const struct ir_migrate_set *set, const char *path)
{
	for (size_t i = 0; i < set->n; i++)
		if (strcmp(set->v[i].path, path) == 0)
			return &set->v[i];
	return NULL;
}

static const char *const tree_words[] = { "safe", "unsafe", "unknown" };

/* "path TAB verdict" a line: prints a table; nothing that a reader finds unsafe or cannot know may be called safe, and at least `agree` of 100 are what he says. */
static inline void
tree_labels(const struct ir_migrate_set *set, const char *table, int agree)
{
	size_t n, seen = 0, same = 0, wrong = 0;
	char *text = tree_text(set->arena, table, &n), *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *want = strchr(line, '\t');
		const struct ir_migrate_file *f;
		const char *got;

		if (*line == '#' || !want)
			continue;
		*want++ = '\0';
		f = tree_named(set, line);
		got = f ? tree_words[f->judgement.verdict] : "missing";
		printf("# %-8s %-8s %s%s%s\n", want, got, line, f && f->judgement.operation ? "  " : "", f && f->judgement.operation ? f->judgement.operation : "");
		seen++;
		same += strcmp(want, got) == 0;
		wrong += strcmp(got, "missing") == 0 || (strcmp(got, "safe") == 0 && strcmp(want, "safe") != 0);
	}
	IS_INT((int64_t)wrong, 0, "nothing of %s is called safe that is not", table);
	OK(seen > 0 && same * 100 >= seen * (size_t)agree, "%zu of %zu are what a reader says", same, seen);
}

#endif
