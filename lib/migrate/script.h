/* script - migrations written in a programming language: their files' names, and the little that is read of their code. Pure. */
#ifndef IR_MIGRATE_SCRIPT_H
#define IR_MIGRATE_SCRIPT_H

#include "migrate/type.h"

/* The part of a path behind the last '/'. */
const char *ir_script_base(const char *path);
/* Does base begin with at least min figures and sep, and end in one of the extensions ("js ts")? How many figures; 0: no. */
size_t ir_script_stamped(const char *base, size_t min, const char *seps, const char *extensions);
/* Is the file in a directory called "migrations", "migration" or "migrate"? dir: that directory. */
bool ir_script_in_migrations(const char *path, size_t *dir);
/* Bytes of base without its extension. */
size_t ir_script_stem(const char *base);
/* The same but for the extension: what is compiled has another one. */
bool ir_script_same_stem(const struct ir_migrate_file *, const struct ir_migrate_row *);
/* "add_due_date" -> "add due date"; NULL: nothing is left. */
const char *ir_script_words(struct ir_arena *, const char *s, size_t n);

enum ir_script_comments { IR_SCRIPT_SLASH = 1, IR_SCRIPT_HASH = 2 };	/* "//" and slash star; "#" */
/* The same text, as long, with comments and what is in quotes blank. */
const char *ir_script_bare(struct ir_arena *, const struct ir_tree_file *, unsigned comments);
/* Where the word stands by itself in a bare text, from s on; NULL. */
const char *ir_script_word(const char *s, const char *word);
/* Of a bare text in which functions have braces: is there a function "down" that does something? 1; 0: none, an empty one, or one that only throws; -1. */
int ir_script_down(const char *bare);

/* How the files of a framework are told and read. */
struct ir_script {
	unsigned comments;
	bool   (*is_one)(const char *bare);
	int    (*down)(const char *bare);
	bool     by_path;	/* the path says enough when the file cannot be read */
	const char *unjudged;	/* "code in PHP: not judged" */
};
/* As type->read: name is the file's, title and time are what its name says. The bare text does not outlive it. */
int ir_script_read(const struct ir_script *, struct ir_migrate_set *, const struct ir_tree_file *, struct ir_migrate_file *ret);

#endif
