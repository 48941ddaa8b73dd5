/* catalog - what to ask of a database's catalog, and which frameworks have their tables there. Pure. */
#ifndef IR_MIGRATE_CATALOG_H
#define IR_MIGRATE_CATALOG_H

#include "migrate/type.h"
#include "net/pg_text.h"

enum { IR_MIGRATE_TABLES = 64 };	/* read at the most */

/* A relation as the catalog knows it. */
struct ir_migrate_relation {
	const char    *schema, *name;
	struct ir_list columns;		/* those looked for; "xmin" when the time of its transaction can be told */
	bool           readable, hides;	/* hides: row level security would keep rows from us */
};

struct ir_migrate_catalog {
	struct ir_arena *arena;
	const char *user, *database;
	bool times;			/* the server keeps the times of transactions */
	struct ir_migrate_relation *v;
	size_t n;
	bool cut;
};

/* A framework's table, and what to ask of it; NULL: it may not be read, which ret's table says. */
struct ir_migrate_place {
	const struct ir_migrate_relation *relation;
	const char *statement;
};

const char *ir_migrate_catalog_sql(struct ir_arena *);
const char *ir_migrate_settings_sql(void);
/* The answers of both. arena of *ret is set already. */
void ir_migrate_catalog_take(struct ir_migrate_catalog *ret, const struct ir_pg_set *relations, const struct ir_pg_set *settings);
/* The tables, into ret->v and ret->n, and a place for each. */
struct ir_migrate_place *ir_migrate_places(const struct ir_migrate_catalog *, struct ir_migrate_database *ret);
/* The rows of one. */
void ir_migrate_rows(struct ir_arena *, const struct ir_migrate_place *, const struct ir_pg_set *, struct ir_migrate_table *ret);

#endif
