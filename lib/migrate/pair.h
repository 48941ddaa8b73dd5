/* pair - which row of a framework's table is which migration of the code. Pure. */
#ifndef IR_MIGRATE_PAIR_H
#define IR_MIGRATE_PAIR_H

#include "migrate/type.h"

/* A set and the table that belongs to it, in one database. Either may be NULL. */
struct ir_migrate_pair {
	const struct ir_migrate_set *set;
	const struct ir_migrate_database *database;
	struct ir_migrate_table *table;	/* a copy, its rows expanded by the code's */
	size_t *row_of;		/* of each file: its last row + 1; 0: none */
	size_t *file_of;	/* of each row: its file + 1; 0: none. SIZE_MAX: a later row has the same name */
	size_t  common;		/* files that have a row */
	struct ir_migrate_set rows;	/* the rows' names, from the last one on, for ir_migrate_pair_row() */
};

struct ir_migrate_pairs {
	struct ir_migrate_pair *v;
	size_t n;
};

/* Every table of the databases with its set, if it has one. Sets that no table belongs to are not in it. */
void ir_migrate_pair(struct ir_arena *, const struct ir_migrate_code *, const struct ir_migrate_database *, size_t n, struct ir_migrate_pairs *ret);
/* The last row of that name, "app\1name"; NULL: there is none. */
const struct ir_migrate_row *ir_migrate_pair_row(const struct ir_migrate_pair *, const char *key);
/* Is all of a set in another one of the same framework, as what is compiled is in its source? */
bool ir_migrate_is_copy(const struct ir_migrate_set *, const struct ir_migrate_set *of, long *budget);

#endif
