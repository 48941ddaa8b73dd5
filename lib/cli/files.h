/*
 * files - names of files for completion. Private to lib/cli.
 */
#ifndef IR_CLI_FILES_H
#define IR_CLI_FILES_H

#include "base/ctx.h"

/* Files that begin with the prefix; of the only directory that does, what is in it. Hidden ones only where the prefix says so. Bounded. */
void ir_files_complete(struct ir_ctx *, const char *prefix, void (*add)(void *, const char *value, const char *doc), void *arg);

#endif
