/*
 * suspect - which change did it: a Bayes comparison of "the errors rose because of this change" with "because of something else" and "they did not rise"
 *
 * Pure: no clock, no files, no randomness; the same case in another order gives the same answer. Times are milliseconds.
 *
 * The hypotheses. none: nothing changed. other: something changed at a time that no listed change explains. change j: the errors rose because of j, a lag
 * after it. Priors 0.25, 0.25, and 0.5 shared by the changes in proportion to how often changes of their kind break things (about 70 % of outages
 * come from changes: Beyer et al., Site Reliability Engineering, 2016, ch. 1), times factors for what is known of j apart from time (factors.c).
 *
 * The evidence. Counts are Poisson with a rate that is Gamma distributed (a = 1/2, mean that of all counts), so that the probability of K events in a time E is M(K, E) = b^a G(a+K) / (G(a) (b+E)^(a+K)), and the
 * Bayes factor of a rise at instant i is B(i) = M(before) M(after) / M(all) (Gelman et al., Bayesian Data Analysis, 3rd ed., 2.6); only rises to 1.3 times the rate and more count. B is 1 of what says nothing. Besides:
 *  - A rise may also end by itself, after 2 to 40 minutes: M(before and after together) M(between) / M(all). That is mostly how something unrelated behaves (0.4 of it), and
 *    seldom a change (0.15), so that a passing burst near a deploy is no proof.
 *  - A change that was undone at u explains a rise that ends at u, and no other: so what went on after its rollback exonerates, and what ended with it accuses.
 *  - Noise in bursts. log B is divided by the source's dispersion (variance by mean of the counts about the two rates, of single buckets or of blocks of eight, whichever is more; at least 1), as for quasi-likelihood
 *    (McCullagh and Nelder, Generalized Linear Models, 2nd ed., ch. 9): blocks see what is correlated in time.
 *  - Lag. From the change to the onset it is exponential, with a mean of 2 minutes (0.85) or 15 (0.15), since a fault may need a cache to expire, a job to run or a pool to fill. Clocks differ by up to 15 s (0.85) or 75 s (0.15).
 *    A lag that would lie beyond the end of the data says nothing: a change a moment ago keeps its prior.
 *  - Several sources (patterns, services) have one onset, within two minutes; each takes part with probability 1/2: L(i) = prod (1/2 + 1/2 B_s(i)). An alert's start or an operator's word is a source, too: an interval in which the onset lies.
 *
 * other: mean of L over all instants. change j: mean of L weighted by the probability of the lag.
 */
#ifndef IR_SUSPECT_SUSPECT_H
#define IR_SUSPECT_SUSPECT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/clock.h"

enum {
	IR_SUSPECT_SERIES = 256,	/* those with the most events are looked at */
	IR_SUSPECT_SOURCES = 48,	/* of them and the marks those with the most to say are used */
	IR_SUSPECT_MARKS = 16,		/* the earliest */
	IR_SUSPECT_GRID = 1440,		/* instants at which a rise is looked for */
	IR_SUSPECT_UNDONE = 256,	/* changes whose undoing is reckoned with, the newest ones */
	IR_SUSPECT_GROUP_MS = 120000,	/* closer than that, times cannot tell changes apart */
};

/* How many errors there were in each of n buckets. */
struct ir_suspect_series {
	const char *id, *service;	/* of the record that says so */
	const char *what;		/* its template, for words; NULL */
	int64_t start_ms, width_ms;
	const int64_t *counts;
	size_t n;
	int64_t first_ms;		/* the first event of all, where that is known better than by its bucket; else IR_TIME_NONE */
	struct ir_list files;		/* of its stack traces */
};

/* The onset lies between two instants. */
struct ir_suspect_mark {
	const char *id, *service, *what;
	int64_t from_ms, to_ms;
	bool said;			/* by the operator: it is certain */
};

enum ir_suspect_kind {
	IR_SUSPECT_DEPLOY, IR_SUSPECT_ROLLBACK, IR_SUSPECT_CONFIG, IR_SUSPECT_RESTART, IR_SUSPECT_SCALE, IR_SUSPECT_MIGRATION, IR_SUSPECT_SWITCH, IR_SUSPECT_COMMIT,
};
extern const char *const ir_suspect_kind_names[];	/* NULL-terminated */

struct ir_suspect_change {
	const char *id, *service;
	enum ir_suspect_kind kind;
	const char *what;		/* "deploy web 155dfed", for words */
	int64_t start_ms, end_ms;	/* start IR_TIME_NONE: it took no time */
	int64_t undone_ms;		/* IR_TIME_NONE: it was not */
	const char *undone_by;		/* id */
	struct ir_list files;
	bool all_files;			/* there are no others */
	bool locks, drops;		/* a migration does */
};

/* Where the trouble is. */
struct ir_suspect_failing {
	const char *service, *id;
	double weight;
};

/* from needs to. */
struct ir_suspect_edge {
	const char *from, *to;
};

struct ir_suspect_case {
	const struct ir_suspect_series  *series;
	size_t n_series;
	const struct ir_suspect_mark    *marks;
	size_t n_marks;
	const struct ir_suspect_change  *changes;
	size_t n_changes;
	const struct ir_suspect_failing *failing;
	size_t n_failing;
	const struct ir_suspect_edge    *edges;
	size_t n_edges;
	int64_t now_ms;			/* the end of what is known, where no series says it */
};

struct ir_suspect_factor {
	const char *name;
	double value;
	const char *words;
	const char *id;			/* of the record that says so; NULL */
};

enum ir_suspect_verdict { IR_SUSPECT_LIKELY, IR_SUSPECT_POSSIBLE, IR_SUSPECT_NO_EVIDENCE, IR_SUSPECT_TOO_EARLY };
extern const char *const ir_suspect_verdict_names[];	/* "likely" "possible" "no evidence" "too early" */

/* A change, and what speaks for it. */
struct ir_suspect_found {
	const struct ir_suspect_change *change;
	double probability;		/* its own */
	double prior;			/* its share of what changes have, before factors */
	double evidence;		/* mean of L over its lags */
	double seen;			/* how much of the lags lies within the data */
	bool early;			/* most of them lie beyond, and nothing says that the errors began before it */
	double lag_s;			/* to the onset */
	double before_per_min, after_per_min, p_log10;	/* NAN: there are no counts */
	double before, after;		/* events */
	double before_min, after_min;	/* minutes */
	struct ir_suspect_factor *factors;
	size_t n_factors;
};

/* What stands in one place of the order: a change with those that cannot be told from it, or other, or none. */
struct ir_suspect_place {
	struct ir_suspect_found **v;	/* the likeliest first */
	size_t n;			/* 0: other or none */
	const char *name;		/* "other" "none"; else NULL */
	double probability;		/* of all together */
	enum ir_suspect_verdict verdict;
};

struct ir_suspect_answer {
	struct ir_suspect_place *v;	/* the likeliest first */
	size_t n;
	double other, none;
	double time_other, time_none;	/* their evidence to that of a change at any time */
	int64_t onset_ms;		/* the likeliest; IR_TIME_NONE: nothing tells of any */
	int64_t from_ms, to_ms;		/* what was looked at */
	size_t outside;			/* changes that are none of it */
	size_t sources;			/* that say something */
	const struct ir_suspect_series *strongest;	/* NULL: marks only */
};

/* The answer lives in the arena and points into the case. A case without changes has the places other and none. */
void ir_suspect_rank(struct ir_arena *, const struct ir_suspect_case *, struct ir_suspect_answer *);

#endif
