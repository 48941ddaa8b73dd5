/* secret - what a program told that was asked for a secret. Private to channels */
#ifndef IR_CHANNEL_SECRET_H
#define IR_CHANNEL_SECRET_H

#include "conf/secret.h"
#include "net/program.h"

/* Its stdout, less the last newline. -1 with IR_CONFIG: it did not end in time, or not well, or what it told is none. */
int ir_secret_told(const struct ir_program *, struct ir_secret *, struct ir_err *);

#endif
