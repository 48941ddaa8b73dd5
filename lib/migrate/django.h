/*
 * django - what the parts of Django's type share
 *
 * A file is read once, on its own (django_read.c, django_judge.c), into what it does, step by step. What a step means to old code may depend on all before it (AlterField), so
 * the verdict falls when the order is known (django_order.c, django_past.c).
 */
#ifndef IR_MIGRATE_DJANGO_H
#define IR_MIGRATE_DJANGO_H

#include "migrate/byname.h"
#include "migrate/python.h"
#include "migrate/type.h"

/* A field's definition, as far as the database has it. */
struct ir_django_field {
	const char *class;		/* "CharField"; of another's whole: "phone.fields.PhoneField" */
	const char *rest;		/* other arguments that count, written out; NULL: not all of them are understood */
	const char *to;			/* of a relation: written out */
	const char *column;		/* db_column, or NULL */
	const char *db_default;		/* written out, or NULL */
	long        length, digits, places;	/* -1: not said */
	bool        known;		/* the class is */
	bool        relation, many;	/* a foreign key; a join table */
	bool        null, unique, index, primary;
	bool        opaque;		/* some of this is not understood */
	bool        generated;		/* by the database */
};

enum ir_django_step_kind {
	IR_DJANGO_SAID,			/* verdict is what it is */
	IR_DJANGO_MODEL,		/* model, field NULL: begins; sets: unique_together; to: db_table; unmanaged */
	IR_DJANGO_FIELD,		/* model.name is field now */
	IR_DJANGO_ALTER,		/* likewise, and judged by what it was */
	IR_DJANGO_DROP_FIELD, IR_DJANGO_RENAME_FIELD, IR_DJANGO_RENAME_MODEL, IR_DJANGO_DELETE_MODEL,	/* to: the new name */
	IR_DJANGO_UNIQUE,		/* unique_together is sets now */
	IR_DJANGO_TABLE,		/* db_table is to now */
};

struct ir_django_step {
	enum ir_django_step_kind kind;
	unsigned    line;
	const char *op;			/* "AddField" */
	const char *model, *name, *to;	/* model in lower case */
	enum ir_migrate_verdict verdict;
	const char *reason;		/* of what is not safe */
	const struct ir_django_field *field;
	const struct ir_list *sets;	/* NULL: not understood */
	bool        state;		/* of Django's idea only: the database does nothing */
	bool        fresh;		/* its table is made by the same migration */
	bool        unmanaged;		/* no table */
	bool        opaque;		/* what it says is not understood whole */
	bool        locks, drops;
	struct ir_django_step *next;
};

struct ir_django_file {
	const char *dir;		/* the application's: above "migrations" */
	struct ir_list run_before;
	struct ir_django_step *first, **last;
	int         reversible;
};

/* A class of an apps.py. */
struct ir_django_config {
	const char *name, *module, *label, *base;	/* the class; name, label: as it says, or NULL; base: dotted */
	struct ir_django_config *next;
};

struct ir_django {
	struct ir_byname files;		/* by path: struct ir_django_file */
	struct ir_byname configs;	/* by directory: struct ir_django_config */
	struct ir_list settings;	/* directories of settings files */
	struct ir_list apps;		/* INSTALLED_APPS, of all of them */
	struct ir_list elsewhere;	/* labels that MIGRATION_MODULES names */
	struct ir_byname models;	/* AUTH_USER_MODEL and its like: the label of its application */
	bool        apps_said, apps_whole;	/* there is an INSTALLED_APPS; nothing of it was not understood */
	bool        settled;
};

struct ir_django *ir_django(struct ir_migrate_set *);	/* set->priv */

enum { IR_DJANGO_APPS = 1000 };	/* of INSTALLED_APPS */

/* django_read.c. A dependency on what a setting names has "@AUTH_USER_MODEL" for its label. */
int ir_django_read_file(struct ir_migrate_set *, const struct ir_tree_file *, const char *dir, struct ir_migrate_file *);
void ir_django_read_apps(struct ir_migrate_set *, const struct ir_tree_file *, const char *dir);
const char *ir_django_key(struct ir_arena *, const char *app, const char *name);
/* django_settings.c */
void ir_django_read_settings(struct ir_migrate_set *, const struct ir_tree_file *, const char *dir);

/* django_judge.c: the steps of a list of operations. */
void ir_django_steps(struct ir_arena *, const struct ir_py_module *, const struct ir_py_statement *class, struct ir_django_file *);
/* django_field.c */
const struct ir_django_field *ir_django_field(struct ir_arena *, const struct ir_py_module *, const struct ir_py_node *);
enum ir_migrate_verdict ir_django_field_added(const struct ir_django_field *, const char **why);
enum ir_migrate_verdict ir_django_field_altered(const struct ir_django_field *old, const struct ir_django_field *new, const char **why, bool *locks);
/* django_past.c: what each file means, with all before it known. set->v is in order. */
void ir_django_judge(struct ir_migrate_set *);
/* django_packages.c */
void ir_django_beyond(struct ir_migrate_set *, const char *root);
/* django_order.c */
void ir_django_order(struct ir_migrate_set *);
/* django.c: labels of applications, and what of the tree is not installed goes. Once. */
void ir_django_settle(struct ir_migrate_set *);

#endif
