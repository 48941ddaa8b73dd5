/*
 * pager - long text for people, a page at a time
 *
 * IR_PAGER, else PAGER, else less; "" or "cat" for none. Only on a terminal. less gets FRX when LESS is not set: it leaves by itself when all fits, and passes colours.
 */
#ifndef IR_CLI_PAGER_H
#define IR_CLI_PAGER_H

#include "base/ctx.h"

/* From here on standard output goes through the pager; nothing happens when the command has none, there is no terminal, or it runs already. */
void ir_pager_start(struct ir_ctx *);

/* After the last byte: close standard output and wait until the reader is done. */
void ir_pager_wait(struct ir_ctx *);

#endif
