/*
 * factors - what is known of a change besides its time, and how much likelier that makes it. Private to lib/suspect.
 *
 * Each is a ratio: how often causes are like that, to how often other changes are. They are judgements, rounded, not measurements.
 *
 *	kind		1 deploy, config, migration, switch; 0.3 rollback, scale; 0.2 commit, which runs nowhere by itself; 0.15 restart: shares of the prior
 *	service		causes are of a service with a weight of 8 when it fails, 4 when what fails needs it, 2 when it does by way of others, else 0.5; against how often any
 *			change is of such: half guessed from how many services there are, the more changes there are the more from those. So it says little where nearly all changes are of one service. At most 6, at
 *			least 1/6; of several that fail the mean by weight
 *	file		4 a stack trace names a file that it changed; 0.5 both are known whole and have none in common (causes do in 0.57, others in 0.14)
 *	locks, drops	1.5 of a migration
 */
#ifndef IR_SUSPECT_FACTORS_H
#define IR_SUSPECT_FACTORS_H

#include "suspect/curve.h"

struct suspect_file {
	const char *path, *name;	/* name: its last part */
	const char *id;			/* of the pattern */
};

enum suspect_class { SUSPECT_SELF, SUSPECT_NEEDED, SUSPECT_FURTHER, SUSPECT_ELSEWHERE, SUSPECT_CLASSES };

/* How far what fails is from a service. */
struct suspect_way {
	const char *service;
	int down;			/* steps from what fails down to what it needs; -1: there is no way */
};

struct suspect_ways {
	const char *failing, *id;
	double weight;			/* all of them: 1 */
	struct suspect_way *v;		/* by name */
	size_t n;
	double ratio[SUSPECT_CLASSES];
};

struct suspect_context {
	struct ir_arena *arena;
	struct suspect_file *files;	/* by name */
	size_t n_files;
	struct suspect_ways *failing;
	size_t n_failing;
};

double suspect_prior_of(enum ir_suspect_kind);
void suspect_context_make(struct ir_arena *, const struct ir_suspect_case *, struct suspect_context *);
/* Add the factors; returns their product. */
double suspect_factors(const struct suspect_context *, struct ir_suspect_found *);
void suspect_factor_add(struct ir_arena *, struct ir_suspect_found *, const char *name, double value, const char *id, const char *words);
enum { SUSPECT_FACTORS = 8 };

/* Do two paths name one file? One may lack directories at its front, but two parts have to be there, or it is the whole of both. */
bool suspect_same_file(const char *, const char *);

#endif
