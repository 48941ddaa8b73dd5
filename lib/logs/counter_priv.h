/*
 * counter_priv - what the files of the counter share
 *
 * A batch of lines goes through two steps. scan.c reads them: which shape, when, how bad; pure, so that two threads may do it for two batches. event.c takes what was read in the lines' order: folds
 * stack traces, and adds to tally.c's counts.
 */
#ifndef IR_LOGS_COUNTER_PRIV_H
#define IR_LOGS_COUNTER_PRIV_H

#include <pthread.h>

#include "logs/counter.h"
#include "logs/fold.h"
#include "logs/learn.h"
#include "logs/line_read.h"
#include "logs/skeleton.h"
#include "logs/trace.h"

enum {
	IR_TELL = 20000,
	IR_SCAN_LINES = 8 << 10,	/* of a batch */
	IR_SCAN_BYTES = 512 << 10,
	IR_SCAN_CACHE = 1 << 17,	/* entries */
	IR_SCAN_KINDS = 8 << 10,
	IR_SCAN_KIND_SLOTS = 4 * IR_SCAN_KINDS,
	IR_SCAN_MESSAGES = 16 << 10,
	IR_SCAN_NEEDLE = 24,
	IR_SCAN_NEEDLES = 256,
	IR_GATHERED = 512,		/* patterns of a batch that are gathered at a time */
	IR_GATHER_MS = 10000,
	IR_GATHER_AFTER = 4,		/* lines after one that is not ordinary */
	IR_EVENT_TEXT = 4 << 10,	/* of an example */
	IR_STACKS_BYTES = 1 << 20,	/* of a batch */
};

/* ---- scan.c */

enum {
	IR_SCANNED_HEADER = 1 << 0,
	IR_SCANNED_GUESSED = 1 << 1,	/* the level is from the words */
	IR_SCANNED_STACK = 1 << 2,	/* a member of it holds a stack trace */
	IR_SCANNED_CUT = 1 << 3,
	IR_SCANNED_GUESSED_ZONE = 1 << 4,
};

/* A line; or several that are alike, within IR_GATHER_MS, of which the first and the last are told. */
struct ir_scanned {
	uint64_t hash;		/* of its shape */
	int64_t ms, last_ms;
	uint32_t at, n;		/* in the batch */
	uint32_t last_at, last_n;	/* of a line with IR_SCANNED_STACK: where its stack trace is in the batch's; last_n is 0 when it has to be read again */
	uint32_t count;		/* 0: a line by itself */
	uint16_t service;	/* that it names (ir_names); 0: the stream's */
	uint8_t level, cls, flags;
	uint8_t variant;	/* first digit of an access log's status, where it is 5 */
};

/* Lines of one entry of the cache that are not told yet. */
struct ir_gathered {
	const struct ir_scan_entry *entry;
	int64_t start_ms, end_ms;	/* all are in it */
	struct ir_scanned s;
};

/* What messages of one skeleton have in common. */
struct ir_scan_message {
	uint64_t key;			/* 0: nothing */
	uint64_t hash;			/* of its shape */
	uint8_t cls;
	bool guessed;			/* the level is a guess that holds for all of them; */
	bool counted;			/* for those without a number that is 0 */
	uint8_t level;
};

struct ir_scan_entry;
struct ir_scan_kind;
struct ir_names;
/* What stands before a number that tells a level. */
struct ir_scan_needle {
	uint8_t n;
	char text[IR_SCAN_NEEDLE];
};
/* One thread's. */
struct ir_scan {
	const struct ir_skeleton *skeleton;
	struct ir_scan_entry *cache;
	struct ir_scan_kind *kinds;
	uint16_t kind_slots[IR_SCAN_KIND_SLOTS], n_kinds;	/* slots: index + 1, by hash */
	struct ir_scan_message *messages;	/* by key */
	struct ir_line_scratch scratch;
	struct ir_names *names;
	struct ir_scan_needle needles[IR_SCAN_NEEDLES];
	uint16_t n_needles;
	bool gathers;			/* lines that are alike may be told at once */
	int64_t bounds[3];		/* instants that no gathering reaches across; IR_TIME_NONE: none */
	struct ir_gathered gathered[IR_GATHERED];
	size_t n_gathered;
	uint64_t lines, misses;
	struct ir_buf *stacks;		/* NULL: they are not kept */
};

struct ir_scan *ir_scan_new(const struct ir_skeleton *, struct ir_names *);
void ir_scan_free(struct ir_scan *);
/* There is much to be scanned: have the cache's memory at once. Page by page, each would be looked at before it is written to, and so be had twice, with a word to the other thread's processor. */
void ir_scan_much(struct ir_scan *);
/* Lines of [p, end) into v, at most IR_SCAN_LINES. All end with a newline, but the last one where `last` says so. IR_SKELETON_SLACK bytes after end can be read. Returns how many; *used gets the
 * bytes that they took. */
size_t ir_scan_lines(struct ir_scan *, const struct ir_logs_stream *, struct ir_stamp_base *, const char *p, const char *end, bool last, struct ir_scanned *v, size_t *used);
/* One line in full, for its words. */
void ir_scan_tokens(struct ir_scan *, const struct ir_logs_stream *, struct ir_stamp_base *, const char *p, size_t n, struct ir_log_line *, struct ir_tokens *);

/* Names of services, numbered from 1; shared by the threads. */
struct ir_names {
	pthread_mutex_t lock;
	char **v;
	size_t n, size;
};
uint16_t ir_names_number(struct ir_names *, const char *p, size_t n);	/* 0: there are too many */

/* ---- tally.c */

/* What is kept of a pattern that was seen more than once, or has a stack trace. */
struct ir_tally_detail {
	int64_t events, lines, before, after;	/* besides those of the tally */
	struct ir_logs_buckets buckets;
	int64_t low_ms, high_ms;	/* of the bucket that was last added to */
	size_t last;
	uint64_t frames_hash;		/* 0: none */
	char *examples[IR_LOGS_EXAMPLES];
	char *error, *frames;		/* type; "file\tfunction\tline\n" of each frame */
};

/* There may be a million: small. */
struct ir_tally {
	uint64_t key;
	int64_t first_ms, last_ms;
	uint32_t events, lines, before, after;
	uint32_t shape, error;		/* error: UINT32_MAX when it has none */
	uint32_t detail;		/* index + 1 */
	uint16_t service;
	uint8_t level;
	uint8_t variant : 3, guessed : 1, bare : 1;	/* bare: the shape is but "Traceback …" */
};

struct ir_tallies {
	struct ir_tally *v;
	uint32_t n, size;
	uint32_t *slots, n_slots;
	struct ir_tally_detail *details;
	uint32_t n_details, size_details;
};

void ir_tallies_init(struct ir_tallies *);
void ir_tallies_done(struct ir_tallies *);
struct ir_tally *ir_tallies_find(const struct ir_tallies *, uint64_t key);
/* A new one. It moves those that there are. */
struct ir_tally *ir_tallies_add(struct ir_tallies *, uint64_t key);
/* NULL: there are too many already. */
struct ir_tally_detail *ir_tally_detail(struct ir_tallies *, struct ir_tally *);
void ir_buckets_add(struct ir_logs_buckets *, int64_t ms, uint32_t count);
void ir_buckets_unite(struct ir_logs_buckets *to, const struct ir_logs_buckets *from);
/* One event of so many lines. */
void ir_tally_count(struct ir_tallies *, struct ir_tally *, uint32_t lines, int64_t ms, int64_t split_ms);
/* Several of one line each, between the two instants and within IR_GATHER_MS. */
void ir_tally_gathered(struct ir_tallies *, struct ir_tally *, uint32_t count, int64_t first_ms, int64_t last_ms, int64_t split_ms);
void ir_tally_counted(struct ir_tallies *, struct ir_tally *, const struct ir_logs_counted *, int64_t lines);
/* Everything of `from` is `to`'s, too. */
void ir_tally_unite(struct ir_tallies *, struct ir_tally *to, const struct ir_tally *from);
/* A level that was named is worth more than one that was guessed; the worst counts. */
void ir_tally_level(struct ir_tally *, uint8_t level, bool guessed);

/* ---- event.c */

/* An event whose end was not seen yet. */
struct ir_open_event {
	bool open;
	struct ir_scanned head;
	const char *text;		/* of its first line: in the batch, or in the stream's hold */
	uint32_t lines;
	bool matched;
	uint64_t error_hash, frames_hash;
	uint32_t error;			/* shape */
	bool traced;			/* the reading's trace speaks of it */
	struct ir_buf example;		/* of more than one line */
	struct ir_ids ids;
	uint32_t number;		/* with assign */
};

/* The counter's part of a stream: stream->reading. */
struct ir_stream_reading {
	struct ir_stream_reading *next;
	struct ir_logs_stream *stream;
	struct ir_stamp_base base;
	struct ir_fold fold;
	struct ir_trace trace;
	uint16_t service;
	int64_t last_ms;
	bool timed, unwanted;
	struct ir_open_event event;
	char *hold;		/* the first line of the open event, when its batch is gone */
	char *carry;		/* a line that has no end yet */
	size_t n_carry, size_carry;
	bool skipping;		/* the rest of a line that is too long */
	uint32_t coverage;
	const struct ir_buf *stacks;	/* of the batch whose lines are told */
};

struct ir_batch {
	struct ir_stream_reading *r;
	char *bytes;
	size_t n;		/* bytes */
	struct ir_scanned *lines;
	size_t n_lines, used;
	struct ir_stamp_base base;
	struct ir_buf stacks;		/* stack traces that are members of JSON lines */
};

struct ir_logs_counter {
	struct ir_logs_reader reader;
	struct ir_arena *arena;
	struct ir_logs_counter_opts opts;
	struct ir_scan *scans[2];
	struct ir_names names;
	struct ir_learn *learn;
	struct ir_tallies tallies;
	struct ir_stream_reading *streams;
	struct ir_logs_counts counts;
	size_t size_services;
	struct ir_batch batches[2];
	struct ir_crew *crew;
	size_t current;			/* batch that room() gave */
	bool pending;			/* the other one is full */
	uint32_t *assigned;		/* event of each line */
	size_t n_assigned, size_assigned;
	uint32_t *event_tally;
	size_t n_events, size_events;
	uint32_t *tally_pattern;	/* after finish */
};

void ir_event_line(struct ir_logs_counter *, struct ir_stream_reading *, const char *batch, const struct ir_scanned *);
/* No more lines belong to it. */
void ir_event_close(struct ir_logs_counter *, struct ir_stream_reading *);
/* The batch goes: keep what is needed of it. */
void ir_event_hold(struct ir_stream_reading *);
/* An event that stands for many; text is in the batch, or outlives the call. */
void ir_event_counted(struct ir_logs_counter *, struct ir_stream_reading *, const char *text, size_t n, struct ir_batch *, const struct ir_logs_counted *);

/* ---- crew.c: a second thread, that scans one batch while this one scans the other */
struct ir_crew *ir_crew_new(struct ir_scan *);
void ir_crew_free(struct ir_crew *);
void ir_crew_give(struct ir_crew *, struct ir_batch *);
void ir_crew_wait(struct ir_crew *);
void ir_batch_scan(struct ir_scan *, struct ir_batch *);

/* ---- counter_finish.c */
void ir_counter_unite(struct ir_logs_counter *);

#endif
