/*
 * alembic - what the parts of Alembic's type share
 */
#ifndef IR_MIGRATE_ALEMBIC_H
#define IR_MIGRATE_ALEMBIC_H

#include "migrate/byname.h"
#include "migrate/python.h"
#include "migrate/type.h"

/* What a file says of those before it: revisions, or labels of branches. */
struct ir_alembic_file {
	struct ir_list down, depends;
};

struct ir_alembic {
	struct ir_byname files;		/* by path: struct ir_alembic_file */
	struct ir_byname labels;	/* of branches: the revision that says it */
};

struct ir_alembic *ir_alembic(struct ir_migrate_set *);	/* set->priv */

/* alembic_judge.c */
void ir_alembic_judge(struct ir_arena *, const struct ir_py_module *, struct ir_migrate_judgement *);
/* alembic_column.c: what is said of a column, and of a table's parts. */
struct ir_alembic_column {
	const char *name;
	bool nullable, has_default, unique, index, primary, opaque;
	struct ir_list keys;		/* tables that it points to, "schema.users"; a "" that is not literal */
};
bool ir_alembic_column(struct ir_arena *, const struct ir_py_module *, const struct ir_py_node *, struct ir_alembic_column *);
/* "schema.users" of sa.ForeignKeyConstraint(…); false: it is none. */
bool ir_alembic_keys(struct ir_arena *, const struct ir_py_module *, const struct ir_py_node *, struct ir_list *);
/* A constraint or an index of a table alone. */
bool ir_alembic_own(struct ir_arena *, const struct ir_py_module *, const struct ir_py_node *);
/* The last part of a name of SQLAlchemy's, or NULL when it is another's. */
const char *ir_alembic_class(struct ir_arena *, const struct ir_py_module *, const struct ir_py_node *);
/* alembic_order.c */
void ir_alembic_order(struct ir_migrate_set *);
void ir_alembic_expand(struct ir_arena *, const struct ir_migrate_set *, struct ir_migrate_table *);

#endif
