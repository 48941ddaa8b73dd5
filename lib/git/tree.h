/*
 * tree - the files of the code: as they lie in a directory, or of a revision that is not checked out
 *
 * First the names, then the texts of those that are wanted. A directory is walked without following links, without .git and what others' code lives in (node_modules,
 * vendor, virtual environments); a revision is asked of git (ls-tree, cat-file). Bounded in files, depth and bytes.
 */
#ifndef IR_GIT_TREE_H
#define IR_GIT_TREE_H

#include "base/ctx.h"

enum {
	IR_TREE_FILES  = 200000,	/* names of a tree */
	IR_TREE_DEPTH  = 40,
	IR_TREE_TEXT   = 1 << 20,	/* bytes of one file: a greater one has no text */
	IR_TREE_TEXTS  = 16 << 20,	/* of all */
};

struct ir_tree_file {
	const char *path;		/* from the top, without "./" */
	const char *text;		/* NUL-terminated, may hold NULs; NULL: not read, and why says the reason */
	size_t      n;
	const char *why;
};

struct ir_tree;
/* Called once, from the loop, never from inside the call that began it. why NULL: it went well. */
typedef void ir_tree_cb(void *arg, struct ir_tree *, const struct ir_err *why);

/* rev NULL: the files as they lie in dir. Else of that revision of the repository that dir is in, all of it; names are from its top. In the arena of ctx. */
struct ir_tree *ir_tree_new(struct ir_ctx *, const char *dir, const char *rev);
/* The names, sorted by bytes. wanted is asked for each (NULL: all are kept). */
int ir_tree_list(struct ir_tree *, bool (*wanted)(void *arg, const char *path), ir_tree_cb *, void *arg, struct ir_err *);
/* After the list: it, NULL-terminated. cut: there are more than IR_TREE_FILES, or some that could not be looked at. */
const struct ir_list *ir_tree_paths(const struct ir_tree *, bool *cut);
/* Fill in the texts of v. */
int ir_tree_read(struct ir_tree *, struct ir_tree_file *v, size_t n, ir_tree_cb *, void *arg, struct ir_err *);
/* End what is under way; no callback comes. NULL is fine. */
void ir_tree_stop(struct ir_tree *);

#endif
