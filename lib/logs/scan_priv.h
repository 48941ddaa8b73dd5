/*
 * scan_priv - what the files of the scan share: the cache of lines that were read
 *
 * Lines of one skeleton are read alike, but for what their digits say. A pair of entries is one line of the processor's cache. What many entries have in common stands in a kind, so that they are small.
 */
#ifndef IR_LOGS_SCAN_PRIV_H
#define IR_LOGS_SCAN_PRIV_H

#include "logs/counter_priv.h"

/* How the level or the status is found that digits tell. */
enum { IR_NUMBER_NONE, IR_NUMBER_STATUS, IR_NUMBER_LEVEL };
enum { IR_NO_LAYOUT = 255, IR_NO_NEEDLE = UINT16_MAX };

struct ir_scan_entry {
	uint64_t key;			/* 0: nothing */
	uint64_t hash;			/* of its shape */
	uint64_t marks;			/* layout.h: of the kind's `seen` bytes */
	uint16_t kind;
	uint16_t gathered;		/* index + 1 of what is gathered of it, if that is of this batch */
	int16_t number_at;		/* where the needle's number was, most likely again; -1: it has none */
	bool again;			/* it was found since its pair lost one */
};
_Static_assert(sizeof(struct ir_scan_entry) == 32, "two entries are one line of the cache");

struct ir_scan_kind {
	uint64_t layout;		/* of its beginning: layout.h */
	int16_t time_at;		/* of the line that was read; -1: it has none; time_back: from the line's end */
	int16_t time_off;		/* from the beginning of the layout's time_word */
	uint16_t service, needle, time_needle;
	uint8_t time_word, time_shape, level, cls, flags, number;
	uint8_t words;			/* of the layout; IR_NO_LAYOUT: it is no matter */
	uint8_t seen;			/* bytes that tell the layout */
	bool time_back;
	bool counted;			/* its level is a guess that holds while no number in it is 0 */
};

/* The two entries that may be the key's. */
static inline struct ir_scan_entry *
ir_scan_pair(const struct ir_scan *scan, uint64_t key)
{
	return &scan->cache[(key >> 40) % IR_SCAN_CACHE & ~(uint64_t)1];
}

/* ---- scan_remember.c */

/* What was read of a line, for those that are alike. Not every line's can be kept. */
void ir_scan_remember(struct ir_scan *, const struct ir_logs_stream *, uint64_t key, const struct ir_log_line *, const struct ir_scanned *, bool counted, const char *p, size_t n);
/* Is there a 0 by itself: "0 errors"? */
bool ir_scan_has_nought(const char *p, size_t n);
/* Where the needle points to in p; n: nowhere. hint: where it did in a line that was alike; -1: it is not known. */
size_t ir_scan_find_needle(const struct ir_scan *, uint16_t needle, const char *p, size_t n, long hint);

#endif
