/*
 * changes - of check rows between one look and the next, for -w: + is new, ~ has another status or is another thing, - is gone
 */
#ifndef IR_REC_CHANGES_H
#define IR_REC_CHANGES_H

#include <stdbool.h>

#include "base/ctx.h"
#include "rec/kinds.h"

/* What is remembered of a row. */
struct ir_seen {
	const char *env, *service, *name, *subject, *type, *origin, *dependency;
	const char *identity;		/* a container's id; a dependency's role */
	enum ir_status status;
	bool dull;
};

/* What only the command can tell. */
struct ir_changes_rules {
	/* It was not looked at this time, as what tells of it does not answer: it is kept as it was. */
	bool (*hidden)(void *arg, const struct ir_seen *);
	/* It is not there any more: status and summary of the row that says so. */
	void (*gone)(void *arg, const struct ir_seen *, struct ir_check *);
	/* Not worth showing unless it changed, nor when it is gone; it is journalled and counted. NULL: all are. */
	bool (*dull)(void *arg, const struct ir_check *);
	void *arg;
};

/* Set rules; else zeroed. */
struct ir_changes {
	struct ir_changes_rules rules;
	struct ir_arena arena;
	struct ir_seen *v;
	size_t n;
	bool any;			/* there was a look before */
};

/* Put the rows of a look out: all of the first one, then what changed, with `change` set. beat: what did not change goes to the journal, which shows then
 * that somebody looked. Rows and ctx->arena may go afterwards. */
void ir_changes_put(struct ir_changes *, struct ir_ctx *, struct ir_check *const *rows, size_t n, bool beat);
void ir_changes_done(struct ir_changes *);

#endif
