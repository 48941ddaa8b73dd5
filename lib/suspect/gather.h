/*
 * gather - records into a case: which of them are changes, which are trouble, and what they say of time
 *
 *	deploy, commit, switch, migration	changes; a migration once it is applied or failed, a commit unless a deploy is of its revision
 *	pattern		of errors, or that fails: counts over time, or when it was first seen, and files
 *	check		that fails: where the trouble is; when a container ended, if one did
 *	alert, incident	that is not over: where, and since when
 *
 * A deploy is undone by a later one of its service that goes back to what ran before it; a switch by what sets it the other way.
 * Members of another type than they should have are taken as missing.
 */
#ifndef IR_SUSPECT_GATHER_H
#define IR_SUSPECT_GATHER_H

#include <jansson.h>

#include "suspect/suspect.h"

struct ir_journal;

enum { IR_GATHER_MAX = 100000, IR_GATHER_FILES = 2000, IR_GATHER_COUNTS = 10000, IR_GATHER_CHECKS = 200 };

/* What a change is, besides what ranks it. */
struct ir_gather_change {
	struct ir_suspect_change c;
	const char *record;		/* kind of its record */
	const char *subject, *env;
	const char *revision, *image_id, *before, *name;	/* before: revision that ran before */
	bool going_back, on;
	struct ir_list also;
};

struct ir_gather {
	struct ir_arena *arena;
	int64_t now_ms, since_ms;	/* what is older is no trouble any more */
	struct ir_gather_change *changes;
	size_t n_changes, changes_size;
	struct ir_suspect_series *series;
	size_t n_series, series_size;
	struct ir_suspect_mark *marks;
	size_t n_marks, marks_size;
	struct ir_suspect_failing *failing;
	size_t n_failing, failing_size;
	struct ir_suspect_edge *edges;
	size_t n_edges, edges_size;
	struct ir_list checks;		/* that fail and say no time */
	const char *asked;		/* the check that is asked about */
	size_t looked_at;		/* checks, patterns, alerts and incidents, bad or not */
	size_t no_time;			/* changes that say no time */
	const char *env;		/* of the first record that has one */
};

/* since_ms: of trouble; IR_TIME_NONE: all that is given. */
void ir_gather_init(struct ir_gather *, struct ir_arena *, int64_t now_ms, int64_t since_ms);

/* Take a record; false when it is of a kind that says nothing here. Copies what it needs. */
bool ir_gather_record(struct ir_gather *, const json_t *);

/* The record is the trouble that is asked about: its onset is certain; a check's is what the journal tells. -1 when it tells of none. */
int ir_gather_onset_of(struct ir_gather *, const json_t *);
/* The operator says so. */
void ir_gather_onset(struct ir_gather *, int64_t ms);
void ir_gather_edge(struct ir_gather *, const char *from, const char *to);

/* When checks that fail began to, by the last time that they did not; journal NULL: nothing tells. */
void ir_gather_since(struct ir_gather *, struct ir_journal *);

/* All was given. */
void ir_gather_finish(struct ir_gather *, struct ir_suspect_case *);

/* The change behind one of the case's. */
const struct ir_gather_change *ir_gather_of(const struct ir_gather *, const struct ir_suspect_change *);

/* Private: members of records. */
const char *gather_str(const json_t *, const char *key);	/* "" when there is none */
int64_t gather_time(const json_t *, const char *key);
int64_t gather_int(const json_t *, const char *key, int64_t none);
void gather_list(struct ir_gather *, const json_t *, const char *key, struct ir_list *);
bool gather_change(struct ir_gather *, const char *kind, const json_t *);
bool gather_trouble(struct ir_gather *, const char *kind, const json_t *);
void gather_settle(struct ir_gather *);
void gather_mark(struct ir_gather *, const json_t *, int64_t from_ms, int64_t to_ms, bool said);

#endif
