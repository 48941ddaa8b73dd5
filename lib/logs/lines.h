/*
 * lines - the reader that shows: the lines of all streams, merged in the order of time
 *
 * Lines that make up one event (a stack trace) stay together, behind their event's time. A line without a time has that of the line before it in its stream; at a
 * stream's beginning that of the first one which has any.
 *
 * What was written is sorted as a whole: merge.h says within which memory. While following, what there is already is sorted so once all streams have caught up; from then on an
 * event waits a second for the others' older ones. A line that is older than one which was given out before it is marked as late. Lines with equal times keep
 * their stream's order. Unless following, what is given out depends on the lines of each stream and on the order of the streams' first bytes, never on the sizes of reads.
 *
 * Filters look at whole events: of a stack trace that one line of matches, all lines are given out. An event that names no level and sounds like none is below them all.
 */
#ifndef IR_LOGS_LINES_H
#define IR_LOGS_LINES_H

#include "base/arena.h"
#include "logs/ids.h"
#include "logs/level.h"
#include "logs/source.h"

/* One line, valid during the call. */
struct ir_logs_shown {
	const struct ir_logs_stream *stream;
	const char *service;		/* the stream's; where that has none, what the line itself names; "" */
	int64_t ms;			/* its event's; IR_TIME_NONE: the stream has not named any */
	enum ir_log_level level;	/* its event's; guessed from the words when it names none */
	bool level_guessed;
	const char *text;		/* clean (clean.h), without the transport's stamp, NUL-terminated; whole else, own header included */
	size_t n;
	size_t dated;			/* bytes of the text, at its beginning, that tell nothing but its time */
	const char *says;		/* clean: what a JSON or logfmt line has to say; NULL: the text is to be read as it is */
	const char *logger;		/* NULL: none */
	const struct ir_ids *ids;	/* its event's */
	bool late;			/* a newer line was given out before it */
	bool cut;			/* it was longer than IR_LOG_LINE_MAX */
	bool more;			/* not the first line of its event */
};

struct ir_logs_lines_opts {
	const struct ir_logs_query *query;	/* since_ms until_ms min_level follow now_ms are looked at, tail is not */
	int64_t tail;				/* the last lines of each service, of those that are asked for; -1: all */
	const struct ir_list *services;		/* empty: all */
	bool (*matches)(void *arg, const char *p, size_t n);	/* --grep, of a line as it came; NULL: all */
	void *matches_arg;
	void (*line)(void *arg, const struct ir_logs_shown *);
	void *line_arg;
	size_t memory;				/* bytes that may be held; 0: the default */
	const char *directory;			/* of the file for what does not fit; NULL: no file */
};

/* lines = shown + left_out + before_tail + dropped */
struct ir_logs_lines_counts {
	int64_t lines, bytes;
	int64_t shown;
	int64_t left_out;	/* outside of what was asked for */
	int64_t before_tail;	/* older than the last so many */
	int64_t dropped;	/* of the last so many for want of memory, or that could not be read back from the file */
	int64_t late, cut;	/* of those shown */
	int64_t no_time;	/* likewise: their stream never named one */
	bool zone_guessed;	/* times without a zone were taken for this machine's */
};

struct ir_logs_lines;
struct ir_logs_lines *ir_logs_lines_new(const struct ir_logs_lines_opts *);
/* To be put into the sources' reader. */
struct ir_logs_reader *ir_logs_lines_reader(struct ir_logs_lines *);
/* While following: give out what has waited long enough at the instant (ir_mono_us()); to be called a few times a second. */
void ir_logs_lines_tick(struct ir_logs_lines *, int64_t mono_us);
/* Give out all that is left. Nothing may be read afterwards. */
void ir_logs_lines_finish(struct ir_logs_lines *);
const struct ir_logs_lines_counts *ir_logs_lines_counts(const struct ir_logs_lines *);
/* Bytes held now, and at most. */
size_t ir_logs_lines_held(const struct ir_logs_lines *, size_t *most);
void ir_logs_lines_free(struct ir_logs_lines *);

#endif
