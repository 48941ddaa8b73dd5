/*
 * journal - the append-only, hash-chained memory of all runs
 *
 * A directory (0700) with a file a UTC day (0600), "2026-02-01.jsonl", each line
 *
 *	{"seq":7,"prev":"<hex>","key":"<hex>","sha256":"<hex>","record":{…}}\n
 *
 * sha256 is that of the record's bytes, key the whole hash of its natural key ("" when it has none). A line's own
 * hash is SHA-256 over its bytes up to `,"record":` (seq, prev, key, sha256), so that a record can be redacted and the chain still verifies; prev is
 * the own hash of the line before, across files; the first line of all (seq 1) has 64 zeros. The head is the own hash of the last line.
 * A redacted line has `null` in its record's place, filled up with spaces to the length it had.
 *
 * Appending: under flock(2) on the file "lock" (bounded wait), look at the tail, then one write(2) of all lines, then (when synced)
 * fdatasync(2); before the first line of a segment, the directory and the segment before it are synced, so that what was promised to be on disk
 * never outlives what the chain holds before it. What the tail may look like, and what comes of it:
 *  - an unfinished last line (a writer was killed, the machine went down): set aside into "<day>.torn-<seq>" (synced) and cut off, and
 *    an `error` record about it is chained first, as that seq; nothing before it is lost. While a torn file has the next seq, its error
 *    record is still owed.
 *  - a last line that is complete and fits the chain, but lacks its newline (damage: no writer of ours stops there unless killed in mid-write):
 *    it is a record, so it is kept: it gets its newline, and an `error` record says so.
 *  - a complete last line that is not of this form: refused, since it may be somebody's, or a later version's. Nothing is touched.
 *
 * When the clock went backwards, there is a segment of a later day: lines go on in the newest segment, so that the order of
 * the chain is always the order of the names.
 *
 * "<day>.idx" is a sidecar index: it can be deleted at any time and is rebuilt.
 *
 * Retention: at the first append of a day, segments of more than `keep` days ago go, with what belongs to them, except those that an
 * `incident` record holds (from the day of its time to the day of its newest observation). Today is by the clock, but at most the day
 * after the newest segment, so that a clock that is wrong once does not empty the journal. So a segment after a gap does not begin
 * with the head of the one before it; only a held segment may be followed by a gap. A segment with a line that has yet to be pushed to the shared journal stays,
 * too, but not for more than ten times `keep` days: then it goes, and the shared journal tells the gap.
 *
 * A killed writer may leave a part of its lines (whole ones, from the first on), and never anything but the above.
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

/* Where an append is; for tests, in the order of their coming (the ones about torn lines only when there is one). */
enum ir_journal_phase {
	IR_JOURNAL_UNLOCKED,	/* also after the end */
	IR_JOURNAL_LOCKED,
	IR_JOURNAL_SET_ASIDE,	/* a torn line is in its file, but not yet cut off */
	IR_JOURNAL_CUT,		/* it is cut off, but the chain does not know of it yet */
	IR_JOURNAL_WRITING,	/* the very next thing is the write */
	IR_JOURNAL_HALF,	/* between the two halves of a split write */
	IR_JOURNAL_WRITTEN,
	IR_JOURNAL_SYNCED,
	IR_JOURNAL_INDEXED,	/* all but unlocked */
	IR_JOURNAL_PHASES
};

/* What tests watch and take out. */
struct ir_journal_test {
	void (*phase)(void *arg, enum ir_journal_phase);
	void  *arg;
	bool   no_lock, no_sync;
	size_t split;			/* not 0: write that many bytes, or all but the last, then the rest */
};

struct ir_journal_opts {
	const char *dir;		/* made with its parents when missing */
	int         keep_days;		/* 0: 7; below 0: for ever */
	int64_t     lock_ms;		/* how long to wait for the lock; 0: 2000 */
	bool        readonly;		/* look only: no directory is made, nothing repaired */
	const struct ir_journal_test *test; /* NULL */
};

/* NULL and *err (IR_IO) when it cannot be used. readonly on a missing directory gives an empty journal. A directory that
 * others may write is refused. */
struct ir_journal *ir_journal_open(const struct ir_journal_opts *, struct ir_err *);
void ir_journal_close(struct ir_journal *);
const char *ir_journal_dir(const struct ir_journal *);

struct ir_entry {
	const char *record;		/* one JSON object, canonical, no newline, at most IR_LINE_MAX */
	size_t      len;
	const char *kind;		/* "check" */
	const char *id;			/* "" when it has none */
	const char *key;		/* hex, or "" */
	const char *run;		/* for start and end: the run's id, indexed like an id; else NULL */
	int64_t     time_ms;
};

/* All or nothing, in order, one write. sync: on disk before it returns. *ret_seq (may be NULL) gets the first one's seq. -1 with IR_IO: nothing of it was added.
 * Past RLIMIT_FSIZE the kernel sends SIGXFSZ: the program should ignore it. */
int ir_journal_append(struct ir_journal *, const struct ir_entry *v, size_t n, bool sync, uint64_t *ret_seq, struct ir_err *);

struct ir_found {
	const char *record;		/* bytes as written, NUL-terminated; in the caller's arena */
	size_t      len;
	uint64_t    seq;		/* 0: of the shared journal */
	char        key[IR_SHA_HEX];
};

/* All observations of an id (or the start and end of a run id), oldest first; at most max newest ones; not those that are redacted.
 * Segments are searched newest first. Returns how many, or -1 with IR_IO. Takes no lock, unless an index has to be made. */
int ir_journal_find(struct ir_journal *, struct ir_arena *, const char *id, size_t max, struct ir_found **ret, struct ir_err *);

/* The same for many ids at once, which costs little more than one: id is given, the rest is filled in. The same id may come again. 0, or -1 with IR_IO.
 * All observations are looked at for other, also those beyond max. */
struct ir_finds {
	const char      *id;
	struct ir_found *v;
	size_t           n;
	const struct ir_found *other;	/* the newest whose key is not that of the newest of all: another fact; NULL: there is none */
};
int ir_journal_find_many(struct ir_journal *, struct ir_arena *, struct ir_finds *, size_t n, size_t max, struct ir_err *);

/* The newest records of the last runs, newest first, one an id, until cb returns non-zero or max were seen; kind NULL for any that has
 * an id. For completion: bounded by 8 MiB of tail read. The record is NUL-terminated. */
typedef int ir_journal_cb(void *arg, const char *record, size_t len);
/* The same of a kind (not NULL), further back: bounded by 32 MiB. For kinds with records of 600 bytes and more. */
int ir_journal_recall(struct ir_journal *, const char *kind, size_t max, ir_journal_cb *, void *arg, struct ir_err *);
int ir_journal_recent(struct ir_journal *, const char *kind, size_t max, ir_journal_cb *, void *arg, struct ir_err *);

/* The head now, for posts ("record 7 · 1a453a469fe6"): seq of the last whole line (0: none) and its own hash (then zeros). Cheap, takes no lock, mends nothing. */
int ir_journal_head(struct ir_journal *, uint64_t *ret_seq, char head[static IR_SHA_HEX], struct ir_err *);

/*
 * A journal may be shared besides (rec/shared.h): then what the shared one knows is found too, in the order of its chain, with what is not in it yet at the end; and what
 * was appended is pushed to it. place: seq of our own line that the row stands behind, or that it is (mine).
 */
struct ir_shared_found {
	const char *record;		/* NUL-terminated; it was looked at: one line, an object */
	size_t      len;
	uint64_t    seq;		/* in the shared chain */
	uint64_t    place;
	bool        mine;
	char        key[IR_SHA_HEX];
	char        id[16];		/* that it was found by */
};
struct ir_shared_list {
	struct ir_shared_found *v;		/* in the arena given */
	size_t             n;
};
enum ir_push {
	IR_PUSH_INTENT,	/* something is about to be changed */
	IR_PUSH_TURN,	/* a run that goes on has printed; at most each second */
	IR_PUSH_END,
};
struct ir_share_ops {
	/* By ids, oldest first. */
	void (*find)(void *arg, struct ir_arena *, const struct ir_finds *, size_t n, size_t max, struct ir_shared_list *);
	/* Newest first, one an id; kind may be NULL. local: without asking anybody. */
	void (*recent)(void *arg, struct ir_arena *, const char *kind, size_t max, bool local, struct ir_shared_list *);
	void (*push)(void *arg, enum ir_push);
	const char *(*away)(void *arg);
	/* Up to which of our own lines the shared journal has them, as far as it is known here. */
	uint64_t (*pushed)(void *arg);
	void (*done)(void *arg);
};
/* done(arg) is called by ir_journal_close(). */
void ir_journal_share(struct ir_journal *, const struct ir_share_ops *, void *arg);
/* The arg of it; NULL when there is none. */
void *ir_journal_shared(const struct ir_journal *, const struct ir_share_ops *);
/* Bounded, and never a failure of the run: one warning. Nothing when it is not shared. */
void ir_journal_push(struct ir_journal *, enum ir_push);
/* Why the shared journal could not be asked by the last find or recall; NULL: it could, or there is none. */
const char *ir_journal_away(const struct ir_journal *);

/* ---- Reading on: all records in the order of the chain, now and as more are added. */

struct ir_journal_at {
	char    day[16];		/* "2026-02-01": the segment being read; "": before the first */
	int64_t off;			/* of the next line in it */
};
/* Give each record behind *at (not NUL-terminated; not those that are redacted), and move it on behind the last whole line, until cb returns non-zero. 0, or -1 with IR_IO. Takes no lock. */
int ir_journal_read_on(struct ir_journal *, struct ir_journal_at *, ir_journal_cb *, void *arg, struct ir_err *);

/* The lines of any file that can be read by position, with flat memory: line without its newline (NULL: longer than a line may be), whole: it has one. 0, what cb returned when
 * that is not 0, or -1 with IR_IO. */
typedef int ir_lines_cb(void *arg, uint64_t lineno, const char *line, size_t n, bool whole);
int ir_lines(int fd, const char *name, ir_lines_cb *, void *arg, struct ir_err *);

/* Is this a line of a journal? Then its record, in place; NULL when redacted. No hash is looked at. */
bool ir_journal_unwrap(const char *line, size_t n, const char **record, size_t *len);

/* ---- Redaction: the text of an id's observations with a time in [from, to] (IR_TIME_NONE: no limit) goes; the chain still holds. *n: how many. -1 with IR_IO: what could not be done now
 * may be done by the next append, which finishes what a crash left half done (noted in "<day>.redact" before the first byte is changed). */
int ir_journal_redact(struct ir_journal *, const char *id, int64_t from_ms, int64_t to_ms, size_t *n, struct ir_err *);

/* Where a redaction is; given to the same test hook as appends' phases. */
enum { IR_JOURNAL_REDACT_NOTED = IR_JOURNAL_PHASES + 1, IR_JOURNAL_REDACT_HALF, IR_JOURNAL_REDACTED };

struct ir_journal_state {
	uint64_t records;		/* lines that verify */
	uint64_t redacted;		/* of them */
	uint64_t first_seq, last_seq;
	size_t   segments;
	size_t   gaps;			/* where segments are gone between held ones */
	size_t   torn;			/* set-aside files */
	int64_t  bytes;
	char     head[IR_SHA_HEX];	/* zeros when there is no line */
	char     unfinished[48];	/* where the last line is unfinished, "2026-02-01.jsonl:12"; "" */
};

/* Walk everything. 0: the chain holds. -1 with IR_DATA: names file, line and what does not fit. An unfinished last line is not damage, a
 * complete one that lacks only its newline is. Takes no lock, but to look again when something does not fit. A chain does not show that its end was cut off: compare head. */
int ir_journal_verify(struct ir_journal *, struct ir_journal_state *, struct ir_err *);

/* ---- Chains of files, such as copies of segments. Where they are bad is told as FILE:LINE. */

/* A line that has the hash that somebody noted. */
struct ir_anchor {
	const char *head;		/* at least 12 hexadecimal digits of its own hash, lower case; NULL: none is looked for */
	uint64_t    seq;		/* 0: not found */
	char        time[32], kind[32];	/* of its record; "" when redacted */
};

struct ir_copy {
	struct ir_journal_state st;
	const char *first, *last;	/* names of the files; the caller's. first NULL: nothing was taken yet */
	bool        none;		/* records without a chain: an export */
	bool        bad;
	bool        torn;		/* its last line is unfinished */
	char        why[512];		/* when none, bad or torn */
};

/* Take a file into the chain: 1. 0: it does not go on from the chain, so that it begins another. -1 with IR_IO. */
int ir_copy_file(struct ir_copy *, int fd, const char *name, struct ir_anchor *, struct ir_err *);

/* Look for the anchor in the journal. 0, or -1 with IR_IO. */
int ir_journal_anchor(struct ir_journal *, struct ir_anchor *, struct ir_err *);

#endif
