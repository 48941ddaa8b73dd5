/* setup - configuration and journal of a run, each opened when it is first needed. */
#ifndef IR_CLI_SETUP_H
#define IR_CLI_SETUP_H

#include "base/ctx.h"

/* Read ir.conf into ctx->conf, once; and ctx->env when it is not said yet. -1 with IR_CONFIG. */
int ir_setup_conf(struct ir_ctx *, struct ir_err *);

/* Open the journal into ctx->journal, once: IR_JOURNAL ("off" or a directory), [journal] dir of ir.conf, $XDG_STATE_HOME/ir/journal.
 * 0: it is open. 1: it is off. -1: there is none that can be used; *err says why. */
int ir_setup_journal(struct ir_ctx *, bool readonly, struct ir_err *);

#endif
