/* siblings - other commands of ours, run side by side for what they put into the journal */
#ifndef IR_CLI_SIBLINGS_H
#define IR_CLI_SIBLINGS_H

#include "base/ctx.h"

enum { IR_SIBLINGS = 8 };

struct ir_sibling {
	const char *name;	/* "ir-logs" */
	int status;		/* enum ir_exit; -1: it could not be run, or was ended at the deadline */
};

/* Those beside this program, else those in PATH; quiet, with the environment that is ours. Ends by the deadline. 0, or -1: none could be run. */
int ir_siblings_run(struct ir_ctx *, struct ir_sibling *v, size_t n, struct ir_err *);

#endif
