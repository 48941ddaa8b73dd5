/*
 * type - one framework of migrations
 *
 * A file a framework, ending in a const struct ir_migrate_type, and one entry in types.c. Everything here but beyond() is pure: texts and rows in, facts out. Texts are from
 * outside and may be anything; what is not understood is `unknown`, never `safe`.
 */
#ifndef IR_MIGRATE_TYPE_H
#define IR_MIGRATE_TYPE_H

#include "migrate/migrate.h"

enum { IR_MIGRATE_COLUMNS = 12, IR_MIGRATE_ROWS = 20000, IR_MIGRATE_FILES = 20000 };

/*
 * Its table. A table fits that has all `columns`, and none of `never`. `statement` is a template (net/pg_text.h): $T is the table, $W the one of `with`, both quoted with
 * their schema; {column:text} is text when the table has the column, {!column:text} when it has not. Of more rows than IR_MIGRATE_ROWS the last are kept: no LIMIT is needed.
 * The session's time zone is UTC. Its rows are told by the names of their columns, all text:
 *	app name title batch author error checksum	NULL or missing: none
 *	applied		epoch in seconds, with a fraction; NULL: not known
 *	state		applied failed undone; missing: applied
 * in the order of application. Where the table has no time, {xmin:text} is there when the server keeps the times of transactions (track_commit_timestamp): see IR_MIGRATE_XMIN.
 * A lock that is held is told as a failed row, with the name of the lock's table.
 */
#define IR_MIGRATE_XMIN "{xmin:, extract(epoch FROM pg_xact_commit_timestamp(xmin)) AS applied}"

struct ir_migrate_layout {
	const char *table;			/* its usual name: of several that fit, that one is preferred; another name is taken only when by_columns */
	bool        by_columns;			/* its columns are so much its own that the name does not matter */
	const char *columns[IR_MIGRATE_COLUMNS], *more[IR_MIGRATE_COLUMNS], *never[IR_MIGRATE_COLUMNS];	/* ended by NULL */
	const char *with;			/* another table that has to be in the same schema, and readable when $W is in the statement; or NULL */
	const char *without;			/* one that must not be */
	const char *statement;
};

struct ir_migrate_type {
	const char *name;			/* "django" */
	const char *tool;			/* how to list them by hand: "manage.py showmigrations --plan" */
	/* Could the file be one of its, by its path alone? dir: where its set is, a prefix of path, not terminated. */
	bool (*wants)(const char *path, size_t *dir);
	/* Read one: fill in *ret (zeroed, path set). 0: it is none of its. 1: taken. all: every wanted file of the set, sorted by path (down.sql beside up.sql).
	 * A text is never NULL: of a file that could not be read it is "" and `why` says the reason; taken all the same, it gets its trouble and an unknown verdict. */
	int (*read)(struct ir_migrate_set *, const struct ir_tree_file *, const struct ir_tree_file *all, size_t n_all, struct ir_migrate_file *ret);
	/* After all of the tree was read: what lies beyond it, on this machine's disk (applications that come as packages). NULL: nothing. root: where the tree is. */
	void (*beyond)(struct ir_migrate_set *, const char *root);
	/* Bring set->v into the order of application, and settle what needs all of them. NULL: by name. */
	void (*order)(struct ir_migrate_set *);
	const struct ir_migrate_layout *layouts;	/* ended by a NULL table */
	/* Rows that stand for others (Alembic's heads, golang-migrate's single number) become all that they stand for, by the code's. NULL: they are what they are. */
	void (*expand)(struct ir_arena *, const struct ir_migrate_set *, struct ir_migrate_table *);
	/* How it names what is in a row, when not literally: do they mean the same? NULL: by app and name. */
	bool (*same)(const struct ir_migrate_file *, const struct ir_migrate_row *);
	/* Its files may as well be that one's, and have the same names: a set of it for which there is no table of its own takes one of that one. NULL: they are its own alone. */
	const struct ir_migrate_type *twin;
};

extern const struct ir_migrate_type *const ir_migrate_types[];	/* NULL-terminated; types.c. Several may fit a file: the one that comes first takes it, unless its read() says no */

/* sql_judge.c: statements of SQL (PostgreSQL's, as far as it goes). first_line: the line of text's first one. Never safe what it does not understand. */
void ir_migrate_judge_sql(struct ir_arena *, const char *text, size_t n, unsigned first_line, struct ir_migrate_judgement *);
/* Make a judgement at least as bad. The first of the worst decides. operation is kept, not copied. */
void ir_migrate_worsen(struct ir_migrate_judgement *, enum ir_migrate_verdict, const char *operation, unsigned line);
/* Would it make it worse? */
bool ir_migrate_is_worse(const struct ir_migrate_judgement *, enum ir_migrate_verdict);
/* Order by `after`, else by the order in which they stand: stable, as depth-first from the first. A circle or a missing one sets set->trouble. */
void ir_migrate_order(struct ir_migrate_set *);
/* The file of that app and name, or NULL: the first of several. Fast once there is an index, also after the files were moved about; slow in a set made by hand. */
struct ir_migrate_file *ir_migrate_named(const struct ir_migrate_set *, const char *app, const char *name);
struct ir_migrate_file *ir_migrate_key(const struct ir_migrate_set *, const char *key);	/* "app\1name" */
void ir_migrate_index(struct ir_migrate_set *);
/* "20260101120000" (14, 12 or 8 digits) as an instant; IR_TIME_NONE when it is none. */
int64_t ir_migrate_stamp(const char *digits, size_t n);

#endif
