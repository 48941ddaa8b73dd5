/*
 * migrate - the changes of a database's schema: those that the code has, those that the database has seen, and what of them stands in the way back
 *
 * Nothing of an application is ever started. What the code has is read from its files (git/tree.h), what the database has seen from the table that the framework keeps,
 * which is recognised by its columns. One file a framework, ending in a const struct ir_migrate_type (migrate/type.h), and one entry in types.c.
 */
#ifndef IR_MIGRATE_MIGRATE_H
#define IR_MIGRATE_MIGRATE_H

#include "git/tree.h"
#include "net/pg.h"
#include "rec/kinds.h"

/* Does code that does not know a migration still run after it? */
enum ir_migrate_verdict { IR_MIGRATE_SAFE, IR_MIGRATE_UNSAFE, IR_MIGRATE_UNKNOWN };
extern const char *const ir_migrate_verdicts[];	/* "safe" "unsafe" "unknown" */

/* Operations only make it worse: unsafe over unknown over safe. */
struct ir_migrate_judgement {
	enum ir_migrate_verdict verdict;
	const char *operation;		/* that decides, with its reason: "RemoveField billing.invoice.due: old code still reads the column"; NULL: none (nothing is done at all) */
	unsigned    line;		/* where that begins; 0: not known */
	int         reversible;		/* the framework can undo it: 1, 0, -1 not known */
	bool        locks, drops;	/* it keeps others from an existing table while it runs; it takes something away */
};

/* A migration that the code has. Strings are in the arena of the set, or constants. */
struct ir_migrate_file {
	const char *app;		/* Django's label of the application; "" elsewhere */
	const char *name;		/* as the framework's table has it */
	const char *title;		/* words of its name or message, or NULL */
	const char *path;		/* in the tree */
	struct ir_list after;		/* those that have to be applied before it, as "app\1name"; app "" too */
	struct ir_list replaces;	/* those that it stands for, likewise */
	int64_t     written_ms;		/* as its name or its head says; IR_TIME_NONE */
	const char *checksum;		/* as the framework's table would have it, or NULL */
	bool        repeats;		/* it is applied again whenever it changes (Flyway's R__): never "out of order" */
	const char *trouble;		/* it could not be read whole, and why; verdict is unknown then */
	struct ir_migrate_judgement judgement;
};

struct ir_migrate_type;

/* What the code has of one framework below one directory. */
struct ir_migrate_set {
	const struct ir_migrate_type *type;
	struct ir_arena *arena;
	const char *dir;		/* in the tree; "" : its top */
	struct ir_migrate_file *v;	/* in the order in which the framework applies them */
	size_t n, size;
	const char *trouble;		/* the order is not to be trusted, and why (a circle, a parent that is not there); NULL */
	struct ir_list foreign;		/* applications that come with packages: of those whose files are not here, rows are never "ahead" */
	void *priv;			/* the type's own */
	struct ir_migrate_index *index;	/* order.c's: by name; NULL: there is none */
};

/* What a row of the framework's table says. */
struct ir_migrate_row {
	const char *app, *name, *title;	/* title NULL */
	enum { IR_MIGRATE_APPLIED, IR_MIGRATE_FAILED, IR_MIGRATE_UNDONE } state;	/* undone: it was, and was taken back */
	int64_t     applied_ms;		/* IR_TIME_NONE: not kept */
	const char *time_basis;		/* "row applied" "transaction"; NULL */
	const char *batch, *author, *error, *checksum;	/* or NULL */
};

/* A framework's table in a database. */
struct ir_migrate_table {
	const struct ir_migrate_type *type;
	const char *schema, *name;
	struct ir_migrate_row *v;	/* in the order of application, as far as that is known */
	size_t n, size;
	bool cut;			/* there are more */
	const char *trouble, *hint;	/* it could not be read, and why; NULL */
};

/* What a database has. */
struct ir_migrate_database {
	const char *name;		/* "main" */
	const char *identity;		/* "7123…/shop": system identifier and name; "" when not known */
	struct ir_migrate_table *v;
	size_t n;
	const char *trouble, *hint;	/* it could not be asked; NULL */
};

/* ---- the code: find.c */

struct ir_migrate_code {
	struct ir_migrate_set *v;
	size_t n;
	const struct ir_migrate_code *newer;	/* the same at another revision, for compare(): it may know what a row stands for when this one does not; NULL */
	bool cut;			/* not everything could be looked at */
	struct ir_list troubles;	/* in words: files that could not be read */
};
typedef void ir_migrate_code_cb(void *arg, const struct ir_err *why);
struct ir_migrate_find;
/* Read all of a tree's migrations. root: where the tree is on the disk, for what lies beyond it; NULL: nothing beyond it is looked at. *ret is filled in when the
 * callback comes; it lives in the arena of ctx. NULL: not begun, no callback. */
struct ir_migrate_find *ir_migrate_find(struct ir_ctx *, struct ir_tree *, const char *root, struct ir_migrate_code *ret, ir_migrate_code_cb *, void *arg, struct ir_err *);
void ir_migrate_find_stop(struct ir_migrate_find *);

/* ---- the database: ask.c */

typedef void ir_migrate_ask_cb(void *arg, const struct ir_err *why);
struct ir_migrate_ask;
/* On a connection that nothing else is under way on (it stays the caller's): one question to the catalog, one to the tables. ret->name is the caller's. What stands
 * in the way is the trouble of *ret or of its tables; why is always NULL. at_us 0: until the run's deadline. */
struct ir_migrate_ask *ir_migrate_ask(struct ir_ctx *, struct ir_pg *, int64_t at_us, struct ir_migrate_database *ret, ir_migrate_ask_cb *, void *arg, struct ir_err *);
void ir_migrate_ask_stop(struct ir_migrate_ask *);

/* ---- both: state.c */

struct ir_migrations {
	struct ir_migration *v;		/* rows without env, service; in the order of application: as the framework's own tool would list them */
	size_t n, size;
};
/* Which table belongs to which set (the same framework; of several the one with most names in common), and what follows. code or databases may be empty.
 * A set without a database is `unknown`, and not told when all of it is in another one that has (what is compiled beside its source); a table without a set is `ahead` when the code could be read (code_known), else `applied`. */
void ir_migrate_compare(struct ir_arena *, const struct ir_migrate_code *, bool code_known, const struct ir_migrate_database *, size_t n, const char *revision, struct ir_migrations *ret);

#endif
