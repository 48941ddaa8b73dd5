/* reach - can an engine's unix socket be connected to? Private to lib/runtime. */
#ifndef IR_RUNTIME_REACH_H
#define IR_RUNTIME_REACH_H

#include "base/err.h"

/* Never blocks. 0, or -1 with IR_BACKEND and the fix as the hint. */
int ir_runtime_reach(const char *path, struct ir_err *);

#endif
