/* reach - can an engine's unix socket be connected to, and where do requests to an engine go? For lib/runtime, and for lib/logs/docker*.c. */
#ifndef IR_RUNTIME_REACH_H
#define IR_RUNTIME_REACH_H

#include "net/http.h"
#include "runtime/runtime.h"

/* Never blocks. 0, or -1 with IR_BACKEND and the fix as the hint. */
int ir_runtime_reach(const char *path, struct ir_err *);

/* A request to the engine that reads: all but its path, which is to be added to *url (made here) and put into the request, and its bounds. */
void ir_runtime_request(const struct ir_engine *, struct ir_http_req *, struct ir_buf *url);

/* Microseconds for one request: the time of one target, and none has more than the run. */
int64_t ir_runtime_time_left(const struct ir_ctx *);

#endif
