/*
 * suspect - which change did it: "the rate of errors changed at this change" against "it changed at some other time" against "it did not change"
 *
 * Each hypothesis is a change point of a Poisson rate with a Gamma prior (the Bayes factor is Adams and MacKay's and Fearnhead's marginal likelihood with the rate integrated out),
 * weighted by how long after a change trouble usually begins, and by what else speaks for or against the change. All posteriors add up to 1, so that "something else" and "nothing
 * changed" are answers. Pure and deterministic: the same case in another order gives the same answer.
 */
#ifndef IR_SUSPECT_SUSPECT_H
#define IR_SUSPECT_SUSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"

enum {
	IR_SUSPECT_CHANGES = 10000,
	IR_SUSPECT_SERIES  = 1000,
	IR_SUSPECT_BUCKETS = 20000,	/* of a series */
	IR_SUSPECT_GROUP_MS = 2 * 60 * 1000,	/* changes that close cannot be told apart by times */
};

enum ir_suspect_kind { IR_SUSPECT_DEPLOY, IR_SUSPECT_MIGRATION, IR_SUSPECT_SWITCH, IR_SUSPECT_COMMIT, IR_SUSPECT_RESTART };

/* Something that was changed. */
struct ir_suspect_change {
	const char *id;			/* of its record; decides where everything else is equal */
	enum ir_suspect_kind kind;
	const char *service;		/* ""; whose */
	int64_t ms;			/* when it was done */
	int64_t undone_ms;		/* when it was rolled back; IR_TIME_NONE: it was not */
	struct ir_list files;		/* that it touched */
	bool files_known;		/* they are all that it touched; false: nothing follows from a file that is not among them */
	bool locks, drops;		/* a migration that keeps others from a table, or takes something away */
};

/* How often something went wrong, over time. */
struct ir_suspect_series {
	const char *id;			/* of the record that tells */
	const char *service;		/* that says it; "" */
	const int64_t *counts;		/* one a bucket */
	size_t n;
	int64_t from_ms, every_ms;	/* of the buckets */
	struct ir_list files;		/* of its stack traces, own code only */
	bool fresh;			/* it was never seen before (as far as was looked back) */
};

/* A service that fails, by a check or an alert. */
struct ir_suspect_failure {
	const char *id, *service;
	int64_t since_ms;		/* IR_TIME_NONE: not known */
};

/* from needs to: what breaks in `to` is felt in `from`. */
struct ir_suspect_edge {
	const char *from, *to;
};

struct ir_suspect_case {
	struct ir_suspect_change *changes;
	size_t n_changes;
	struct ir_suspect_series *series;
	size_t n_series;
	struct ir_suspect_failure *failures;
	size_t n_failures;
	struct ir_suspect_edge *edges;
	size_t n_edges;
	int64_t onset_ms;		/* said by somebody (an incident, an alert); IR_TIME_NONE: it is estimated from the series */
	int64_t now_ms;			/* nothing is known beyond it */
};

/* Why something is more or less likely. */
struct ir_suspect_factor {
	const char *name;		/* "rate" "lag" "service" "file" "kind" "later" … */
	double factor;			/* that it multiplies by; 1: it says nothing */
	const char *words;		/* "errors began 38 s after it" */
	const char *evidence;		/* id of the record that says so, or NULL */
};

struct ir_suspect_answer {
	const struct ir_suspect_change *change;	/* NULL: "other", or "none" */
	bool none;			/* of these two */
	double probability;		/* of the change itself */
	double together;		/* of its group; probability when it is alone */
	size_t group;			/* equal for the members of a group; SIZE_MAX: it is alone */
	bool early;			/* too early to tell */
	const char *verdict;		/* "likely" "possible" "no evidence" "too early", by together */
	double lag_s;			/* from the change to the onset; NAN: there is no onset */
	double rate_before_per_min, rate_after_per_min;	/* NAN */
	double p_log10;			/* exact conditional binomial, times the number of changes; NAN */
	struct ir_suspect_factor *factors;
	size_t n_factors;
};

struct ir_suspect_result {
	int64_t onset_ms;		/* said or estimated; IR_TIME_NONE: nothing went wrong */
	struct ir_suspect_answer *v;	/* the likeliest first; "other" and "none" are among them; members of a group stand together */
	size_t n;
};

/* In the arena. Changes beyond IR_SUSPECT_CHANGES, series beyond theirs: the oldest, the smallest are left out. */
void ir_suspect_rank(struct ir_arena *, const struct ir_suspect_case *, struct ir_suspect_result *ret);

#endif
