/* schema - migrations of the place: those of the code here, and those that its databases have seen */
#ifndef IR_CHANGE_SCHEMA_H
#define IR_CHANGE_SCHEMA_H

#include "change/change.h"
#include "dep/deps.h"
#include "migrate/migrate.h"

struct ir_schema_query {
	const struct ir_place *place;
	const char *dir;	/* absolute */
	const char *rev;	/* of the code to compare with; NULL: the files as they lie there */
	int64_t timeout_ms;	/* of one database */
};

enum { IR_SCHEMA_DATABASES = 64 };

struct ir_schema_session;
struct ir_schema_code;

struct ir_schema_look {
	struct ir_dep_ops ops;		/* those of PostgreSQL, but with our question; the first member */
	struct ir_ctx *ctx;
	struct ir_schema_query q;
	struct ir_schema_code *then, *now;	/* the code of q.rev, which is NULL without one; the files as they lie there */
	struct ir_deps deps;
	struct ir_migrate_database *databases;	/* and who asks them */
	struct ir_schema_session **sessions;
	size_t n_databases;
	struct ir_err no_engine;	/* code not 0: the containers could not be asked which databases there are */
	struct ir_err *faults;
	size_t faults_n, faults_size;
	bool cut, begun, asking;	/* asking: the databases */
	struct ir_migrations migrations;	/* after the finish; in the order in which they are applied */
};

/* Begin; then ir_loop_run(). A zeroed *look. -1 with IR_CONFIG, IR_USAGE. */
int ir_schema_start(struct ir_ctx *, const struct ir_schema_query *, struct ir_schema_look *, struct ir_err *);
void ir_schema_finish(struct ir_schema_look *);
/* Wipe secrets. */
void ir_schema_done(struct ir_schema_look *);

/* Which are shown: all that is not as it should be, and the last ones of the rest (0: all) within the times. Pure. In the arena. */
bool *ir_schema_choose(struct ir_arena *, const struct ir_migrations *, int64_t last, int64_t since_ms, int64_t until_ms);
/* The migrations that came with each deploy: their files are among its own, or they were applied within ten minutes of it. */
void ir_schema_between(struct ir_arena *, const struct ir_schema_look *, struct ir_change_look *);

#endif
