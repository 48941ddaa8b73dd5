/*
 * counter - the reader that counts: a million lines in, their patterns out
 *
 * One pass, memory bounded whatever comes. The result depends on the lines of each stream and on the order of the streams' first lines, never on the sizes of reads, on threads or on the
 * instruction set. The numbers add up: lines = lines of all patterns + untold_lines + other_lines +
 * left_out.
 */
#ifndef IR_LOGS_COUNTER_H
#define IR_LOGS_COUNTER_H

#include "base/arena.h"
#include "logs/ids.h"
#include "logs/line.h"
#include "logs/source.h"

enum { IR_LOGS_BUCKETS = 60, IR_LOGS_EXAMPLES = 3, IR_LOGS_ALSO = 8 };

/* Counts over time: bucket i begins at start_ms + i * width_ms. */
struct ir_logs_buckets {
	int64_t start_ms, width_ms;
	size_t n;
	uint32_t v[IR_LOGS_BUCKETS];
};

/* How wide they are when they reach from one instant to the other; each width divides the greater ones. */
int64_t ir_logs_bucket_width(int64_t from_ms, int64_t to_ms);

/* Events of one service that say the same. */
struct ir_logs_pattern {
	const char *service;
	const char *template;		/* "connection to <*> refused"; of a stack trace: "Internal Server Error: <*> | ValueError: <*>" */
	const char *key;		/* what the id is made from besides the service: the template, and the frames of a stack trace */
	struct ir_list also;		/* keys of the first few shapes that were united in it, where they differ */
	enum ir_log_level level;	/* the worst of its events; guessed from the words where no event names one */
	bool level_guessed;
	int64_t events, lines;		/* a stack trace is one event of many lines */
	int64_t before, after;		/* events before the split, and from it on */
	int64_t first_ms, last_ms;	/* IR_TIME_NONE: no line with a time */
	struct ir_logs_buckets buckets;
	struct ir_list examples;	/* whole events (lines joined by \n), cleaned, redacted, bounded: the first, and later ones */
	const char *error;		/* exception's type; NULL */
	struct ir_list frames;		/* "app/views.py:42 in checkout", own code only, innermost first */
	struct ir_list files;		/* that the frames name, each once */
};

/* How much of a service was read: is there a baseline? */
struct ir_logs_coverage {
	const char *service;
	int64_t lines, before, after;	/* events before the split, and from it on */
	int64_t first_ms, last_ms;
};

struct ir_logs_counts {
	struct ir_logs_pattern *v;	/* the worst first: by level, then by events */
	size_t n;
	int64_t untold, untold_events, untold_lines;	/* patterns beyond opts.tell that were counted, too */
	struct ir_logs_coverage *services;
	size_t n_services;
	int64_t lines, events, bytes;
	int64_t other_events, other_lines;	/* of patterns that were forgotten, because there were too many */
	int64_t forgotten;			/* so many patterns */
	int64_t left_out;			/* lines outside of the times, the level, the services or --grep that were asked for */
	int64_t no_time;			/* lines of streams that never named a time */
	int64_t cut;				/* lines that were longer than IR_LOG_LINE_MAX */
	bool zone_guessed;			/* times without a zone were taken for this machine's */
};

struct ir_logs_counter;

/* A complete event, in its stream's order, for whoever wants more than counts (correlate.h). pattern is for ir_logs_counter_pattern(). */
struct ir_logs_event {
	const struct ir_logs_stream *stream;
	const char *service;
	int64_t ms;
	enum ir_log_level level;
	uint32_t pattern;
	const struct ir_ids *ids;
};

struct ir_logs_counter_opts {
	const struct ir_logs_query *query;
	const struct ir_list *services;		/* empty: all */
	bool (*matches)(void *arg, const char *p, size_t n);	/* --grep, of an event's first line or any of its stack trace; NULL: all */
	void *matches_arg;
	void (*event)(void *arg, const struct ir_logs_event *);	/* NULL: nobody; ids are looked for only then */
	void *event_arg;
	bool assign;				/* remember each line's pattern, for ir_logs_counter_assigned() */
	int threads;				/* 0: as many as help */
	const char *isa;			/* NULL: the best */
	uint32_t patterns;			/* kept at most; 0: the default */
	size_t tell;				/* patterns told of at most; 0: the default. With assign all are */
};

/* To be put into the sources' reader. */
struct ir_logs_counter *ir_logs_counter_new(struct ir_arena *, const struct ir_logs_counter_opts *);
struct ir_logs_reader *ir_logs_counter_reader(struct ir_logs_counter *);
/* Everything that was read, united; afterwards nothing more may be read. The strings live in the arena. */
void ir_logs_counter_finish(struct ir_logs_counter *, struct ir_logs_counts *);
/* After finish: which of counts->v an event was of, or -1 (it was forgotten, or is not told). */
long ir_logs_counter_pattern(const struct ir_logs_counter *, uint32_t pattern);
/* After finish, with assign: of input line i (from 0, in the order of reading) the index in counts->v, or -1 (left out, or forgotten). */
long ir_logs_counter_assigned(const struct ir_logs_counter *, size_t line);
size_t ir_logs_counter_lines(const struct ir_logs_counter *);
void ir_logs_counter_free(struct ir_logs_counter *);

#endif
