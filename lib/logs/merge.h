/*
 * merge - events of many streams in the order of time, within bounded memory
 *
 * Events come in any order and go out by their key. Without a tail all are gathered until ir_merge_flow(): what does not fit into memory is written to a file (spill.h), and where that cannot
 * be had the oldest go out early, so that the order is right as long as no stream is ahead of another one by more than the memory holds. With a tail only the last so many
 * lines of each service are kept. After ir_merge_flow() events go out once they are due.
 */
#ifndef IR_LOGS_MERGE_H
#define IR_LOGS_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An event that waits for its turn; one block of memory. */
struct ir_held {
	int64_t key;			/* its place: an instant; IR_TIME_NONE goes first and makes nothing late */
	uint64_t seq;			/* set by ir_merge_add() */
	uint32_t stream, service;	/* numbers from 0 */
	uint32_t lines;
	uint32_t skip;			/* of these, the first that the tail leaves out; set by ir_merge_flow() */
	int64_t due_us;			/* after ir_merge_flow(): goes out then */
	struct ir_held *before, *after;	/* by arrival; the merge's own */
	bool late;			/* an event with a later key went out before it */
	bool spilled;			/* it was read back from that run of the file */
	uint32_t run;
	/* the rest is the owner's */
	bool level_guessed, resumed, no_time;
	uint8_t level;
	uint32_t size;			/* bytes of data */
	char data[];
};

struct ir_merge;
struct ir_merge_opts {
	size_t memory;		/* bytes that may be held */
	int64_t tail;		/* lines of each service; -1: all */
	const char *directory;	/* of the file; NULL: no file */
	bool arrival;		/* equal keys go out as they came; else by stream, and within one as they came */
	void (*give)(void *arg, const struct ir_held *);
	void *arg;
};

struct ir_merge *ir_merge_new(const struct ir_merge_opts *);
/* Takes the event, which malloc() made, and frees it when it went out. */
void ir_merge_add(struct ir_merge *, struct ir_held *);
/* Give out all there is, in order; from now on what is due. */
void ir_merge_flow(struct ir_merge *);
/* Give out the events whose time has come, and those that belong before them. */
void ir_merge_due(struct ir_merge *, int64_t now_us);
/* Bytes held, and lines that the tail left out or that were lost: for want of memory from the tail, or in the file. */
size_t ir_merge_held(const struct ir_merge *, size_t *most);
void ir_merge_left(const struct ir_merge *, int64_t *before_tail, int64_t *dropped);
void ir_merge_free(struct ir_merge *);

#endif
