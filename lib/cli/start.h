/* start - what a run's `start` record says of how it was called */
#ifndef IR_CLI_START_H
#define IR_CLI_START_H

#include "base/ctx.h"
#include "cli/opt.h"
#include "rec/kinds.h"

/* A URL with a password on the command line is seen by everybody on the host and kept by the shell: IR_USAGE, with the fix. */
int ir_start_check(int argc, char **argv, struct ir_err *);

/* In whose name a run is: IR_WHO, else USER, LOGNAME, else "uid 1000". sudo's caller, not root. In the arena or the environment. */
const char *ir_start_who(struct ir_arena *);

/* Fill in the row; shown are the arguments as ir_opt_parse() left them. */
void ir_start_row(struct ir_ctx *, const struct ir_list *shown, struct ir_start *);

#endif
