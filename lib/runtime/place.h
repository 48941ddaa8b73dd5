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
	const char *env;		/* "default/shop" */
	struct ir_engine engine;
	struct ir_err no_engine;	/* code not 0: what was configured for it cannot be used */
};

#endif
