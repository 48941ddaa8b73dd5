/*
 * place - where a run looks: the compose project, the engine, and what the environment is called
 */
#ifndef IR_RUNTIME_PLACE_H
#define IR_RUNTIME_PLACE_H

#include "runtime/runtime.h"

struct ir_place {
	struct ir_compose compose;
	bool has_compose;		/* of this project */
	const char *project, *dir;	/* NULL: none */
	bool said;			/* the project was named, not found */
	const char *env;		/* "default/shop" */
	struct ir_engine engine;
	struct ir_err no_engine;	/* code not 0: what was configured for it cannot be used */
	struct ir_err no_compose;	/* code not 0: a compose file is here, but cannot be read */
};

/* The project that was said (-p; NULL: that of the working directory or above) and the engine. Asks nobody; what cannot be read or used is told in *ret. */
void ir_place_find(struct ir_ctx *, const char *said, struct ir_place *ret);

/* Would somebody expect an engine here? One that was stopped may have taken its socket along; where none is installed, nobody does. */
bool ir_place_expects_engine(const struct ir_ctx *, const struct ir_place *);

/* Warn of a compose file that cannot be read, or not whole (-v). */
void ir_place_warn(const struct ir_ctx *, const struct ir_place *);

#endif
