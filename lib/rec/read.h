/*
 * read - records in: JSON lines, or text rows whose first word is a handle
 *
 * A line that begins with "{" is a JSON record; else its first word must be a
 * handle (a terminal's header line and blank lines are passed over; escape sequences of colour and what a
 * terminal adds are tolerated), and the record is looked up in the journal: by id and by the row's time when it has one, else the newest.
 * Duplicates by (kind, id) are dropped. Everything is bounded: IR_LINE_MAX a line, IR_IN_RECORDS, IR_IN_BYTES.
 */
#ifndef IR_REC_READ_H
#define IR_REC_READ_H

#include "base/ctx.h"
#include "rec/journal.h"
#include "rec/rec.h"

enum { IR_IN_RECORDS = 100000, IR_IN_BYTES = 256 << 20 };

enum ir_in_form { IR_IN_JSON, IR_IN_ROW };

struct ir_in_rec {
	struct ir_rec   rec;		/* line as it came (JSON) or as the journal has it (row) */
	enum ir_in_form form;
	size_t          lineno;		/* from 1; 0: an operand */
};

struct in_set;

struct ir_in {
	struct ir_arena   arena;
	const char *const *only;	/* before reading: the members of records that are kept, NULL-terminated, for who reads very many; their line is then "". NULL: all */
	struct in_set    *seen;		/* what is in already, so that operands and standard input may name the same */
	struct ir_in_rec *v;
	size_t            n, size;
	struct ir_in_rec *ends;		/* the `end` lines of the stream, for a filter that passes all on */
	size_t            n_ends, ends_size;
	bool              incomplete;	/* upstream did not end, or ended incomplete */
	char              why[256];	/* in words, when incomplete */
};

/* Is this line a row, and which? Pure; for tests and fuzzers. 1 row (id, *time_ms or IR_TIME_NONE), 0 to be passed over, -1 neither. */
int ir_in_row(const char *line, size_t n, char id[static 16], int64_t *time_ms);

/* Read fd to its end, however long upstream takes (somebody may be choosing in fzf; a signal ends it: IR_INTERRUPTED), resolve rows, and judge completeness: each run named by
 * the records must have an `end` with complete true, in the stream or in the journal, waited for up to 500 ms; the last line must
 * end in a newline. fd may be -1 for none.
 *
 * 0, or -1: IR_DATA (line number and what is wrong) for a malformed line, an unknown handle, a handle that fits two facts (IR_REFUSED, both shown),
 * a JSON record of an unknown major version; IR_BACKEND when rows cannot be resolved because there is no journal. */
int ir_in_read(struct ir_ctx *, int fd, struct ir_in *, struct ir_err *);

/* The same for one handle given as an operand, which nothing fed us: IR_USAGE when it is none. Completeness is not judged. A run's handle gives its
 * `start` and `end`. Both may be called again: they add to *in. */
int ir_in_handle(struct ir_ctx *, const char *handle, struct ir_in *, struct ir_err *);

void ir_in_done(struct ir_in *);

/* For a source, of which the records say what is meant: each record of the handle (NULL: of standard input) to take(), whose *rec is valid for the call. What is incomplete is said, and the run is, too. 0, or -1 as above. */
int ir_in_each(struct ir_ctx *, const char *handle, void (*take)(void *arg, const struct ir_rec *), void *arg, struct ir_err *);

#endif
