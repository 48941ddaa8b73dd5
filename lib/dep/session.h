/* session - a PostgreSQL that was found, opened to be asked something else than how it is */
#ifndef IR_DEP_SESSION_H
#define IR_DEP_SESSION_H

#include "dep/dep.h"
#include "net/pg.h"

/* Connect to it, to be done by at_us; as ir_pg_open(), whoever opens it closes it. Of a dependency that ir_dep_postgres has prepared. */
int ir_dep_session_open(const struct ir_dep *, int64_t at_us, ir_pg_cb *, void *arg, struct ir_pg **ret, struct ir_err *);

#endif
