/*
 * journal_priv - what the files of the journal share; private to lib/rec/journal*.c and shared*.c
 *
 * In the order of reading: journal.c (directory, lock), journal_line.c (one line), journal_scan.c (lines of a file, forwards and
 * backwards), journal_index.c, journal_tail.c (where to append), journal_append.c, journal_find.c, journal_many.c, journal_on.c, journal_keep.c,
 * journal_verify.c, journal_chain.c, journal_redact.c, journal_lines.c, journal_shared.c.
 */
#ifndef IR_REC_JOURNAL_PRIV_H
#define IR_REC_JOURNAL_PRIV_H

#include <sys/types.h>

#include "base/buf.h"
#include "rec/journal.h"
#include "rec/rec.h"

enum {
	JOURNAL_LINE_CAP = IR_LINE_MAX + 512,	/* a line with its newline */
	JOURNAL_HEAD_MAX = 288,			/* what stands before a line's record */
	JOURNAL_APPEND_CAP = 64 << 20,		/* all lines of one append */
	JOURNAL_DAY = 10,			/* "2026-02-01" */
	JOURNAL_NAME = 64,
	JOURNAL_GONE = -2,			/* returned for a file that is not there */
};

struct ir_journal {
	struct ir_journal_opts o;
	char *dir;
	int   dirfd;		/* -1: looked for and not there */
	int   lockfd;		/* -1: not open */
	int   locked;		/* how many times over */
	const struct ir_share_ops *share; /* NULL: not shared */
	void *share_arg;
};

/* journal.c: the directory, as it is now. Days ascending; names of torn files in no order. */
struct journal_list {
	struct ir_arena arena;
	struct ir_list  days, torn;
	struct ir_list  redact;	/* days of which a redaction was not finished */
};
int journal_list(struct ir_journal *, struct journal_list *, struct ir_err *);
void journal_list_done(struct journal_list *);

/* The seq in a torn file's name; 0: it is not one's name. */
uint64_t journal_torn_seq(const char *name);

/* A regular file of the journal. what: "jsonl" "idx" … flags as of open(2). A descriptor, -1 or JOURNAL_GONE (*err set too). */
int journal_open_file(struct ir_journal *, const char *day, const char *what, int flags, struct ir_err *);
/* Its size, or -1. */
int64_t journal_size(int fd, const char *day, struct ir_err *);

int journal_lock(struct ir_journal *, int64_t wait_ms, struct ir_err *);
void journal_unlock(struct ir_journal *);

static inline void
journal_phase(const struct ir_journal *j, enum ir_journal_phase phase)
{
	if (j->o.test && j->o.test->phase)
		j->o.test->phase(j->o.test->arg, phase);
}

/* All n bytes at off, or -1 (also when the file ends before). */
int journal_pread(int fd, void *p, size_t n, int64_t off);

/* journal_line.c: the parts of a line, in place. */
struct journal_line {
	uint64_t    seq;
	const char *start;	/* of the line */
	const char *prev;	/* 64 digits */
	const char *key;
	size_t      key_len;	/* 0 or 64 */
	const char *sha;	/* 64 digits */
	size_t      chained;	/* bytes that the own hash is over */
	const char *record;
	size_t      len;	/* of record */
	bool        redacted;
};
/* n without the newline. 0, or -1 when it is not a line of the journal. */
int journal_line_parse(const char *s, size_t n, struct journal_line *);
/* The same without a look at the record, and n may end anywhere in it. */
int journal_line_head(const char *s, size_t n, struct journal_line *);
const char *journal_line_own(const struct journal_line *, char out[static IR_SHA_HEX]);
/* Does the record have its hash? */
bool journal_line_sound(const struct journal_line *);
/* An id is made from the first 40 bits of its key: is it? */
bool journal_line_key_fits(const struct journal_line *);
/* Add a line with its newline; prev becomes the own hash of it. */
void journal_line_add(struct ir_buf *, uint64_t seq, char prev[static IR_SHA_HEX], const char *key, const char *sha,
    const char *record, size_t len);

/* What a record is found by: packed id, or packed run for start and end; 0 for none. */
uint64_t journal_record_key(const char *record, size_t len);
bool journal_record_is(const char *record, size_t len, const char *kind);

/* journal_scan.c: lines from an offset on. */
struct journal_scan {
	int     fd;
	int64_t off;		/* of the line that was returned last */
	size_t  n;		/* its length with the newline */
	char   *buf;		/* owned */
	size_t  size, pos, len;	/* pos: start of what is not yet returned */
	int64_t base;		/* offset of buf[0] */
	bool    ended;
};
void journal_scan_init(struct journal_scan *, int fd, int64_t from);
void journal_scan_done(struct journal_scan *);
/* 1: *line, without its newline; NULL for (a piece of) one that is too long. 0: the end; *line is the unfinished rest, n its length. -1: errno. */
int journal_scan_next(struct journal_scan *, const char **line, size_t *len);

/* Offset behind the last newline in the file's first `end` bytes: 0 when there is none, -1: none in the last `most` bytes, or errno. */
int64_t journal_after_newline(int fd, int64_t end, int64_t most);

/* journal_index.c */
struct journal_hit {
	uint64_t key;
	int64_t  off;
	size_t   len;		/* of the line with its newline */
};
struct journal_hits {
	struct journal_hit *v;	/* owned */
	size_t n, size;
};
/* Add the lines of a segment whose key, masked, is want; in order. From the index where it is good, by looking where not; and mend it, unless readonly. */
int journal_hits(struct ir_journal *, const char *day, uint64_t want, uint64_t mask, struct journal_hits *, struct ir_err *);
/* The same without believing the index, which is made anew. */
int journal_hits_scan(struct ir_journal *, const char *day, uint64_t want, uint64_t mask, struct journal_hits *, struct ir_err *);
/* Bring the index up to the segment's end, believing at most the first `trusted` entries. Under the lock. What fails leaves it behind. */
void journal_index_update(struct ir_journal *, const char *day, int segment, size_t trusted);

/* journal_tail.c: where the chain ends. Under the lock. */
struct journal_tail {
	uint64_t seq;			/* 0: no line yet */
	char     head[IR_SHA_HEX];
	const char *last;		/* day of the segment that has the last line, in the list; NULL: none */
	const char *newest;		/* day of the newest segment, in the list; NULL: none */
	bool     newline;		/* the last line had none, and got one */
	struct ir_list owed;		/* names of torn files that the chain does not know of yet */
};
/* Find it, and mend what a crash left. The list is filled in, and the caller's to end in any case. */
int journal_tail(struct ir_journal *, struct journal_list *, struct journal_tail *, struct ir_err *);

/* journal_redact.c: finish what a crash left half done. Under the lock. */
int journal_redact_finish(struct ir_journal *, const struct journal_list *, struct ir_err *);

/* journal_find.c: a line by where it is. 1, 0 when there is no such line there, -1. *buf grows and is the caller's. */
int journal_read_line(int fd, const struct journal_hit *, char **buf, size_t *size, struct journal_line *);

void journal_keep_found(struct ir_arena *, const struct journal_line *, struct ir_found *);

/* journal_lines.c: the lines with after < seq <= until, in order; line: all of it, len without the newline. cb returns 0 to go on, 1 for enough, -1 (*err is
 * its own). */
typedef int journal_line_cb(void *arg, const struct journal_line *, const char *line, size_t len);
int journal_lines(struct ir_journal *, uint64_t after, uint64_t until, journal_line_cb *, void *arg, struct ir_err *);
/* The last line that nobody takes back: its append is over, and it is on disk. 0 in *ret_seq: none. */
int journal_settled(struct ir_journal *, int64_t wait_ms, uint64_t *ret_seq, struct ir_err *);

/* journal_shared.c: rows of the shared journal. */
void journal_shared_found(const struct ir_shared_found *, struct ir_found *);
/* What is found here, v[0..n), with what is found there; at most max newest ones of each. */
void journal_shared_finds(struct ir_journal *, struct ir_arena *, struct ir_finds *v, size_t n, size_t max);

/* journal_keep.c: the days that an incident holds. */
struct journal_hold {
	uint64_t id;
	int64_t  from, to;	/* days since the epoch */
};
struct journal_holds {
	struct journal_hold *v;	/* owned */
	size_t n, size;
};
int journal_holds(struct ir_journal *, const struct journal_list *, struct journal_holds *, struct ir_err *);
bool journal_held(const struct journal_holds *, const char *day);
/* Remove what is old. Under the lock. What cannot be removed or judged stays. */
void journal_keep(struct ir_journal *, const struct journal_list *, int64_t now_ms);

#endif
