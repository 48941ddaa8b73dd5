/* numbered - what frameworks share whose migrations are files of SQL: names that begin with a number, a file beside another, parts of a file */
#ifndef IR_MIGRATE_NUMBERED_H
#define IR_MIGRATE_NUMBERED_H

#include "migrate/type.h"

/* "db/migrations/0012_add_x.up.sql": by ".up.sql" its directory, "0012", "add_x". */
struct ir_numbered {
	size_t      dir;			/* bytes of path, without the slash */
	const char *digits, *words;	/* in path */
	size_t      n_digits, n_words;
};
/* between: what has to stand between digits and words: '_', or 0 for anything. */
bool ir_numbered(const char *path, const char *suffix, char between, struct ir_numbered *ret);
bool ir_numbered_ends(const char *s, const char *suffix);
/* The directory of a path, and of that one: bytes, without the slash. */
size_t ir_numbered_dir(const char *path, size_t n);
/* "0012" as a number would be written: "12". */
const char *ir_numbered_name(struct ir_arena *, const char *digits, size_t n);
/* "add_x" in words: "add x"; NULL when there are none. */
const char *ir_numbered_title(struct ir_arena *, const char *words, size_t n);
/* Bring them into the order of their numbers, which are their names. */
void ir_numbered_order(struct ir_migrate_set *);
/* Is a less than, equal to, greater than b, as numbers without leading zeros? */
int ir_numbered_compare(const char *a, const char *b);

/* The file whose path is dir/name, or begins so. NULL: there is none. all is sorted. */
const struct ir_tree_file *ir_beside(const struct ir_tree_file *all, size_t n, const char *path, bool whole);
/* Has it any statement in it? */
bool ir_sql_says_something(const struct ir_tree_file *);
/* There is no text: trouble, and unknown. */
void ir_migrate_unread(struct ir_migrate_file *, const struct ir_tree_file *);

/*
 * A file with both ways in it, parted by lines such as "-- +goose Down" (mark "+goose", then up or down in any case). Only what goes up is judged. false: there is no such
 * line for up.
 */
bool ir_migrate_judge_marked(struct ir_arena *, const struct ir_tree_file *, const char *mark, struct ir_migrate_judgement *);
bool ir_migrate_is_marked(const struct ir_tree_file *, const char *mark);

#endif
