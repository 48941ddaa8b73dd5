/*
 * timeline - what happened, in the order of time, out of records that say the same again and again
 *
 * Records are given in the order of their files; what is kept of them does not grow with how often a thing was looked at. Folding:
 *  - check, pattern, chain, switch and kinds of a later version: the first observation, then each change of status
 *  - alert: began (at its time), then each change of state or of who has it
 *  - deploy, migration, commit, note: once, the newest observation
 *  - action: how it ended; only planned when that is not known, and not at all when that was a dry run
 *  - incident: each event
 *  - suspect: the likeliest of each onset, as the newest run has it
 *  - error: once a text
 *  - plans, lines of logs, start and end of runs tell of no event
 */
#ifndef IR_INCIDENT_TIMELINE_H
#define IR_INCIDENT_TIMELINE_H

#include "incident/incident.h"

enum {
	IR_TIMELINE_INCIDENTS = 16,
	IR_TIMELINE_RECORDS = 200000,		/* kept at once */
	IR_TIMELINE_BYTES = 256 << 20,
	IR_TIMELINE_WANTED = 10000,		/* ids that are looked up because others refer to them */
};

struct ir_timeline_opts {
	const struct ir_incident *incidents;	/* records of these only, by the rule of incident.h; n 0: of any */
	size_t      n;
	const char *env;			/* n 0: of this environment only; NULL: of any */
	int64_t     since_ms, until_ms;		/* as the user said; IR_TIME_NONE */
	int64_t     before_ms;			/* how long before an incident began events are still of it */
	bool        all;			/* every observation */
	bool        ends;			/* keep how runs ended, for who reads on */
};

/* Of one record; the same may tell of two. Valid until the timeline is done, or the next record is followed. */
struct ir_timeline_event {
	int64_t     at_ms;			/* when it happened, which is not always the record's time */
	uint64_t    order;			/* among those of one instant */
	const char *line;
	size_t      len;
	bool        again;			/* another event of the same record comes before it */
	char        what[128];			/* "was fail", "acked by ana"; "" */
};

struct ir_timeline;
struct ir_timeline *ir_timeline_new(struct ir_arena *, const struct ir_timeline_opts *);
void ir_timeline_done(struct ir_timeline *);

/* Another file begins: what is known of its clock is forgotten. */
void ir_timeline_source(struct ir_timeline *);
/* 0, or -1: this is no record. */
int ir_timeline_take(struct ir_timeline *, const char *line, size_t len);
/* Too much came for all of it to be kept. */
bool ir_timeline_full(const struct ir_timeline *);

/* Ids that records taken since the last call refer to, and that did not come: take what is found of them. In the arena of the timeline. */
void ir_timeline_wanted(struct ir_timeline *, struct ir_list *ids);

/* From here on only what was asked for is taken, until events are told: for files, which have to be read again for it. */
void ir_timeline_again(struct ir_timeline *);

/* All events, in order. */
void ir_timeline_events(struct ir_timeline *, const struct ir_timeline_event **ret, size_t *n);
/* After that: a record that came later. 1: *ev tells what it brings; 0: nothing new; -1: no record. */
int ir_timeline_follow(struct ir_timeline *, const char *line, size_t len, struct ir_timeline_event *ev);

/* ---- Where records come from. */

struct ir_timeline_file {
	const char *name;
	int         fd;			/* can be read by position */
	uint64_t    bad;		/* lines that are no records */
	uint64_t    first_bad;		/* number of the first of them */
	bool        torn;		/* the last line is unfinished */
};

/* Open it; what cannot be read by position ("-", a pipe) is copied to a file without a name first, at most 1 GiB. -1 with IR_IO, IR_DATA or IR_INTERRUPTED. */
int ir_timeline_open(struct ir_ctx *, const char *name, struct ir_timeline_file *, struct ir_err *);
/* Take all of it: lines of a journal, or records as they are. */
int ir_timeline_file(struct ir_timeline *, struct ir_timeline_file *, struct ir_err *);
/* How an incident stands by these files. NULL: they do not know it, or *err. */
struct ir_incident *ir_timeline_incident(
    struct ir_arena *, const char *id, const struct ir_timeline_file *, size_t n, struct ir_err *);

/* The local journal from a time on. */
int ir_timeline_journal(struct ir_timeline *, struct ir_journal *, int64_t from_ms, struct ir_journal_at *, struct ir_err *);
/* What records refer to, from the journal. */
int ir_timeline_referred(struct ir_timeline *, struct ir_journal *, struct ir_err *);

/* New records, for those who follow: give each that came to cb, having waited for one for at most wait_ms. -1 with IR_IO. */
struct ir_timeline_feed {
	int (*next)(struct ir_timeline_feed *, int64_t wait_ms, ir_journal_cb *cb, void *arg, struct ir_err *);
	struct ir_journal   *journal;
	struct ir_journal_at at;
};
/* Of the local journal, which is looked at every while. */
int ir_timeline_local(struct ir_timeline_feed *, int64_t wait_ms, ir_journal_cb *cb, void *arg, struct ir_err *);

/* How runs ended that gave what was kept: lines of `end`. Only with opts.ends. */
void ir_timeline_ends(struct ir_timeline *, struct ir_list *lines);
/* The hosts of those runs, each once, at most 100. */
const struct ir_list *ir_timeline_hosts(struct ir_timeline *);

/* Of no use to people: that an event was posted to the channel that is a file here. */
bool ir_timeline_quiet(const json_t *rec);
/* A record for people: its summary says who and what changed, its time is that of the event. since_ms (IR_TIME_NONE: not said): how long after that. New reference. */
json_t *ir_timeline_shown(const struct ir_timeline_event *, const json_t *rec, int64_t since_ms);

#endif
