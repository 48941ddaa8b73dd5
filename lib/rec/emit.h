/*
 * emit - records out
 *
 * Order of events, which the completeness rule of ir(7) rests on: a run's
 * `start` is journalled first; rows are journalled before they are printed;
 * `end` is journalled before stdout is closed. A closed pipe does not stop a source.
 */
#ifndef IR_REC_EMIT_H
#define IR_REC_EMIT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "rec/journal.h"
#include "rec/rec.h"

struct ir_out_opts {
	const char *format;		/* text tsv json json-array id nagios */
	const char *columns;		/* -c, comma separated; NULL: default */
	const char *terminal_columns;	/* the default of text on a terminal; NULL: as elsewhere */
	bool        header;		/* false: --no-header */
	bool        strict;		/* --strict: warn alone is 1 */
	const char *color;		/* auto always never */
	bool        goes_on;		/* -w or -f: a flush may share what was journalled */
	bool        passes;		/* shows only what others made: nothing of its own is journalled or counted, nor is there an `end` */
	unsigned    only;		/* bits 1 << enum ir_status that are displayed; 0: all. Counts see everything */
};

/* What -c help prints: the columns that a command's kinds (NULL-terminated) have, each with its type and meaning. */
void ir_out_columns(const struct ir_kind *const *kinds, struct ir_buf *);

/* NULL and *err (IR_USAGE) when the format or a column is unknown. kinds (NULL-terminated) are those the command prints. */
struct ir_out *ir_out_new(struct ir_ctx *, const struct ir_out_opts *, const struct ir_kind *const *kinds, struct ir_err *);

/* What is printed of columns unless -c says: on a terminal, and elsewhere. Before the first row. */
void ir_out_usual_columns(struct ir_out *, const char *terminal, const char *elsewhere);

/* Journal the run's start. -1 and *err when that cannot be; the journal is then off for the run. When it fails later on, that is a warning once. */
int ir_out_start(struct ir_out *, const struct ir_start *, struct ir_err *);

/* Take a row (copied whole): give it its id and defaults, count its status. The id is valid until the end of the run, of a fleeting kind until the flush. */
const char *ir_out_row(struct ir_out *, const struct ir_kind *, const void *row);

/* The same for one that is not worth showing: only formats that sum up see it. */
void ir_out_aside(struct ir_out *, const struct ir_kind *, const void *row);

/* Take a row for the journal only: neither printed nor counted. */
void ir_out_beat(struct ir_out *, const struct ir_kind *, const void *row);

/* Take a record read from upstream, for display: its bytes pass as they are; not journalled, not counted. */
void ir_out_pass(struct ir_out *, const struct ir_rec *);

/* Journal, then print what was taken since the last flush. On a terminal the widths are those of this flush. */
void ir_out_flush(struct ir_out *);

/* Journal what was taken, to be on disk when it returns; print it. -1 with IR_REFUSED: the journal is off, or IR_IO: it did not take it. */
int ir_out_sync(struct ir_out *, struct ir_err *);

/* Take an `error` row, and say it on stderr. service and subject may be NULL. */
void ir_out_error(struct ir_out *, const struct ir_err *, const char *service, const char *subject);

/* Not everything there was to look at was looked at or reported as unknown. */
void ir_out_incomplete(struct ir_out *);
/* Names something that is switched off or paused, for `end`. Copied. */
void ir_out_off(struct ir_out *, const char *what);

struct ir_out_counts { int64_t ok, warn, fail, unknown; };
struct ir_out_counts ir_out_counts(const struct ir_out *);
/* 2 when something is unknown or the run incomplete, 1 when something failed (or warns, when strict), else 0. */
int ir_out_status(const struct ir_out *);

/* Flush, print and journal `end`, close stdout. exit is what the run would exit with; returns it, or IR_IO when stdout could
 * not be written, or the plugin status for nagios. */
int ir_out_end(struct ir_out *, int exit);

/* Did the reader go away? A source goes on all the same, unless it would go on for ever. */
bool ir_out_closed(struct ir_out *);

/* Is stdout a terminal (as decided for text)? */
bool ir_out_terminal(const struct ir_out *);
/* Columns of the terminal; 0 when it is none. */
size_t ir_out_width(const struct ir_out *);

#endif
