/*
 * journal - the append-only, hash-chained memory of all runs
 *
 * A directory (0700) with a file a UTC day (0600), "2026-02-01.jsonl", each line
 *
 *	{"seq":7,"prev":"<hex>","key":"<hex>","sha256":"<hex>","record":{…}}\n
 *
 * sha256 is that of the record's bytes, key the whole hash of its natural key ("" when it has none). A line's own
 * hash is SHA-256 over its bytes up to `,"record":` (seq, prev, key, sha256), so that a record can be redacted and the chain still verifies; prev is
 * the own hash of the line before, across files; the first line of all has 64 zeros. The head is the own hash of the last line.
 *
 * Appending: under flock(2) on the file "lock" (bounded wait), look at the tail, then one write(2) of all lines, then (when synced)
 * fdatasync(2). A last line without its newline is set aside into "<day>.torn-<seq>" (synced) and cut off, and an `error` record about it
 * is chained first; nothing before it is lost.
 *
 * "<day>.idx" is a sidecar index: it can be deleted at any time and is rebuilt.
 *
 * Retention: at the first append of a day, segments older than `keep` days go, except those that an `incident` record holds
 * (from the day of its time to the day of its newest observation).
 */
#ifndef IR_REC_JOURNAL_H
#define IR_REC_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"

struct ir_journal;

struct ir_journal_opts {
	const char *dir;		/* made with its parents when missing */
	int         keep_days;		/* 7 */
	int64_t     lock_ms;		/* how long to wait for the lock; 2000 */
	bool        readonly;		/* look only: no directory is made, nothing repaired */
};

/* NULL and *err (IR_IO) when it cannot be used. readonly on a missing directory gives an empty journal. */
struct ir_journal *ir_journal_open(const struct ir_journal_opts *, struct ir_err *);
void ir_journal_close(struct ir_journal *);
const char *ir_journal_dir(const struct ir_journal *);

struct ir_entry {
	const char *record;		/* one JSON object, canonical, no newline */
	size_t      len;
	const char *kind;		/* "check" */
	const char *id;			/* "" when it has none */
	const char *key;		/* hex, or "" */
	const char *run;		/* for start and end: the run's id, indexed like an id; else NULL */
	int64_t     time_ms;
};

/* All or nothing, in order, one write. sync: on disk before it returns. *ret_seq (may be NULL) gets the first one's seq. -1 with IR_IO: nothing of it was added. */
int ir_journal_append(struct ir_journal *, const struct ir_entry *v, size_t n, bool sync, uint64_t *ret_seq, struct ir_err *);

struct ir_found {
	const char *record;		/* bytes as written, NUL-terminated; in the caller's arena */
	size_t      len;
	uint64_t    seq;
	char        key[IR_SHA_HEX];
};

/* All observations of an id (or the start and end of a run id), oldest first; at most max newest ones. Segments are searched newest first. Returns how many, or -1 with IR_IO. */
int ir_journal_find(struct ir_journal *, struct ir_arena *, const char *id, size_t max, struct ir_found **ret, struct ir_err *);

/* The newest records of the last runs, newest first, one an id, until cb returns non-zero or max were seen; kind NULL for any. For completion: bounded by 8 MiB of tail read. */
typedef int ir_journal_cb(void *arg, const char *record, size_t len);
int ir_journal_recent(struct ir_journal *, const char *kind, size_t max, ir_journal_cb *, void *arg, struct ir_err *);

struct ir_journal_state {
	uint64_t records;		/* lines that verify */
	uint64_t first_seq, last_seq;
	size_t   segments;
	size_t   torn;			/* set-aside files */
	int64_t  bytes;
	char     head[IR_SHA_HEX];
};

/* Walk everything. 0: the chain holds. -1 with IR_DATA: names file, line and what does not fit. An unfinished last line is not damage, a
 * complete one that lacks only its newline is. A chain does not show that its end was cut off: compare head. */
int ir_journal_verify(struct ir_journal *, struct ir_journal_state *, struct ir_err *);

#endif
