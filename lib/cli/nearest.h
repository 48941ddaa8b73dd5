/*
 * nearest - the word that was probably meant
 *
 *	struct ir_nearest n = { .word = "--tiemout" };
 *	for each candidate: ir_nearest_try(&n, candidate);
 *	n.best is the nearest one, or NULL when none is near
 */
#ifndef IR_CLI_NEAREST_H
#define IR_CLI_NEAREST_H

struct ir_nearest {
	const char *word;
	const char *best;	/* borrowed from the candidates */
	unsigned    cost;
};

void ir_nearest_try(struct ir_nearest *, const char *candidate);

/* Over a NULL-terminated list. */
const char *ir_nearest_of(const char *word, const char *const *candidates);

#endif
