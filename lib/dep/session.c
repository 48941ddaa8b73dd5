/* session - a PostgreSQL that was found, opened to be asked something else than how it is */
#include "dep/session.h"

#include "base/clock.h"
#include "dep/postgres.h"

int
ir_dep_session_open(
    const struct ir_dep *dep, int64_t at_us, ir_pg_cb *cb, void *arg, struct ir_pg **ret, struct ir_err *err)
{
	const struct ir_postgres *p = dep->priv;
	int64_t left = at_us - ir_mono_us();
	const struct ir_pg_open o = {
		.effect = IR_READ, .target = &p->target, .resolve = &dep->resolve, .timeout_us = left > 0 ? left : 1
	};

	return ir_pg_open(dep->ctx->loop, &o, cb, arg, ret, err);
}
