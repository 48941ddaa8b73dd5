/*
 * render - one output format a file
 *
 * A renderer turns records into bytes in out->buf; emit.c writes them. Private to lib/rec.
 */
#ifndef IR_REC_RENDER_H
#define IR_REC_RENDER_H

#include "base/buf.h"
#include "rec/rec.h"
#include "rec/term.h"

enum { IR_RENDER_WIDTHS = 16 };

struct ir_render {
	const struct ir_renderer *ops;
	struct ir_term term;		/* width, colour; width 0: not a terminal */
	const char *const *columns;	/* NULL-terminated keys */
	bool  columns_given;		/* by -c */
	bool  header;			/* wanted */
	bool  header_done;
	size_t widths[IR_RENDER_WIDTHS];	/* of the columns that were printed last, so that all rows of a run stand below one another */
	int64_t now_ms;
	int64_t elapsed_ms;		/* for nagios */
	int   status;			/* set by end(): the exit status that the format wants; -1: the run's own */
	struct ir_buf buf;		/* what is to be written */
};

struct ir_renderer {
	const char *name;		/* the word for -o */
	const char *doc;
	/* The records of one flush (never n = 0). NULL: prints nothing before the end. */
	void (*recs)(struct ir_render *, const struct ir_rec *, size_t n);
	/* After the last record, with the `end` record (NULL unless keep: these are records of others). NULL: nothing. */
	void (*end)(struct ir_render *, const struct ir_rec *end, const struct ir_rec *recs, size_t n);
	bool keep;			/* wants all records of the run in end() */
};

extern const struct ir_renderer ir_render_text, ir_render_tsv, ir_render_json, ir_render_json_array, ir_render_id,
    ir_render_nagios;
extern const struct ir_renderer *const ir_renderers[];	/* NULL-terminated */

#endif
