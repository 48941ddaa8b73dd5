/*
 * correlate - which errors of different services belong together
 *
 * By ids: events of two or more services that name the same request, trace or job, at least one of them an error, are a chain. Ids that stand in one event are one request (a request
 * and the job that it queued). Of each service the chain has its worst error; of a service without one, what it said last before the first error. Chains with the same patterns are
 * one, with how many requests share it. Logs that belong to no service stand for one each. So many ids are remembered, those named longest ago are forgotten first; a chain that was seen by then is counted.
 *
 * By time: error patterns of different services that begin, or become much more frequent, within half a minute. That shows that they co-occur, and nothing about what causes what.
 */
#ifndef IR_LOGS_CORRELATE_H
#define IR_LOGS_CORRELATE_H

#include "base/arena.h"
#include "logs/counter.h"

enum ir_logs_how { IR_CHAIN_TRACE, IR_CHAIN_REQUEST, IR_CHAIN_JOB, IR_CHAIN_TIME };
extern const char *const ir_logs_how_names[];	/* "trace" "request" "job" "time", NULL-terminated */

struct ir_logs_step {
	const char *service;	/* where it is none, a word for the log: "app.log" */
	bool named;		/* it is a service */
	const struct ir_logs_pattern *pattern;	/* of the counts; NULL: it was forgotten */
	int64_t offset_ms;	/* after the first step; by ids the median; IR_TIME_NONE: not known */
	int64_t spread_ms;	/* by ids: between the 10th and the 90th percentile; by time: how exactly the beginning is known */
	bool error;
};

struct ir_logs_chain {
	enum ir_logs_how how;
	struct ir_logs_step *v;	/* in the order of time */
	size_t n;
	int64_t ids;		/* requests, traces or jobs that share it; 0: by time */
	struct ir_list examples;	/* a few of them */
	int64_t first_ms, last_ms;	/* IR_TIME_NONE: no times */
	enum ir_log_level level;	/* of the worst */
	const char *text;	/* "web: POST /checkout 500 -> worker: ValueError: <*> (37 requests, as 3f2a9c…)" */
	const char *note;	/* about clocks that may differ; NULL */
};

struct ir_logs_chains {
	struct ir_logs_chain *v;	/* by ids first, most of them first */
	size_t n;
	int64_t ids;		/* requests, traces and jobs that were seen */
	int64_t forgotten;	/* of these, so many before they were part of a chain: later events of theirs were not joined */
	int64_t left_out;	/* chains by ids that were too many to be told apart: so many requests */
};

struct ir_logs_correlate;
struct ir_logs_correlate *ir_logs_correlate_new(size_t ids);	/* that are remembered; 0: the default */
/* For ir_logs_counter_opts.event. */
void ir_logs_correlate_event(void *correlate, const struct ir_logs_event *);
/* Everything was counted. pattern tells which of counts->v an event's pattern is, or -1. Nothing may be added afterwards; all lives in the arena and in counts. */
void ir_logs_correlate_finish(struct ir_logs_correlate *, struct ir_arena *, const struct ir_logs_counts *, long (*pattern)(void *arg, uint32_t pattern), void *arg,
    struct ir_logs_chains *);
size_t ir_logs_correlate_bytes(const struct ir_logs_correlate *);
void ir_logs_correlate_free(struct ir_logs_correlate *);

#endif
