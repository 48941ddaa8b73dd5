/*
 * source - where log lines come from
 *
 * A backend (docker files stdin journald kubectl command clickhouse loki victorialogs) is one file ending in a const struct ir_logs_ops, and one entry in sources.c.
 * It brings bytes: each stream (one container's stderr, one file) is text lines in the order in which they were written, put into the reader's own buffers in
 * pieces of any size. It knows nothing of what lines mean. An engine that can count brings examples with counts instead.
 */
#ifndef IR_LOGS_SOURCE_H
#define IR_LOGS_SOURCE_H

#include "conf/conf.h"
#include "net/loop.h"

/* One sequence of lines. The source makes it (in ctx->arena), the reader keeps what it needs in `reading`. */
struct ir_logs_stream {
	const char *service;	/* owner; "" */
	const char *subject;	/* "docker://shop_web_1/stderr" "file:///var/log/app.log" "journald://web.service" "stdin" */
	bool stamped;		/* the transport puts an RFC 3339 time and a space before each line: it is the line's time when it has none of its own */
	int zone_min;		/* minutes east of UTC, of times that name no zone */
	bool zone_known;	/* false: zone_min is this machine's, a guess */
	int64_t newest_ms;	/* no line is newer (a file's mtime; else now): times without a year or a date are put before it */
	void *reading;		/* the reader's own; NULL before its first byte */
};

/* What an engine counted of lines that are alike. */
struct ir_logs_counted {
	int64_t count, before, after;	/* lines; before and after the instant that the query splits at */
	int64_t first_ms, last_ms;
	const int64_t *minute_ms;	/* per-minute counts, oldest first; n may be 0 */
	const int64_t *minute_count;
	size_t minutes;
	int level;			/* enum ir_log_level, 0: as the line says */
};

struct ir_logs_reader;
/* Whoever wants lines. Calls for one stream come in its lines' order; streams are interleaved as they come. */
struct ir_logs_reader_ops {
	/* Room for bytes of this stream: at least one, and *n says how many. Valid until the next call of any of these. */
	char *(*room)(struct ir_logs_reader *, struct ir_logs_stream *, size_t *n);
	/* n bytes were put there. */
	void (*took)(struct ir_logs_reader *, struct ir_logs_stream *, size_t n);
	/* One line, or one event of several with newlines between them (the last without its end), that stands for many. Only in runs that count; NULL elsewhere: such a source then brings lines. */
	void (*counted)(struct ir_logs_reader *, struct ir_logs_stream *, const char *line, size_t n, const struct ir_logs_counted *);
	/* A gap or the end: what was unfinished (a line without its newline, an open stack trace) ends here. May be followed by more bytes. */
	void (*ended)(struct ir_logs_reader *, struct ir_logs_stream *);
	/* Nothing more has come yet: while following, show what there is. */
	void (*idle)(struct ir_logs_reader *, struct ir_logs_stream *);
};
struct ir_logs_reader {
	const struct ir_logs_reader_ops *ops;
};

/* What is asked of every source. */
struct ir_logs_query {
	int64_t since_ms, until_ms;	/* IR_TIME_NONE: open. A source leaves out what it can cheaply; the reader looks at every line's time again */
	int64_t split_ms;		/* before and after, of counted lines; IR_TIME_NONE: none */
	int64_t tail;			/* last lines of each service; -1: all. A source may bring more, never less */
	bool follow;			/* go on until stopped */
	bool count;			/* an engine that can count does */
	int min_level;			/* enum ir_log_level; 0: all */
	const char *grep;		/* the text of --grep; an engine may use it to leave out what cannot match; NULL */
	int64_t now_ms;
};

struct ir_logs_source;
typedef void ir_logs_done(struct ir_logs_source *);

struct ir_logs_ops {
	const char *name;		/* type of [logs]: "docker" "file" … */
	bool follows;			/* can go on */
	/* Check the section's keys against one another, fill in subject. 0, or -1 with IR_CONFIG or IR_USAGE. Called once, asks nobody. */
	int (*prepare)(struct ir_ctx *, struct ir_logs_source *, struct ir_err *);
	/* Bring lines to source->reader, and when all is brought call done, never from inside this call. -1: could not be started. The loop is the only thread; no
	 * call may block, and a stream that has much to say gives the others their turn (a few hundred KiB at a time). */
	int (*start)(struct ir_logs_source *, ir_logs_done *, struct ir_err *);
	/* Stop now, without calling done; must not block. What was brought stays. */
	void (*stop)(struct ir_logs_source *);
};

struct ir_place;
struct ir_logs_source {
	const char *name;		/* of [logs "…"]; else a word for the operand or the project */
	const char *service;		/* of all its lines; NULL: the source knows, or "" */
	const struct ir_list *paths;	/* operands: files, globs; NULL */
	const char *what;		/* URL of an engine that the environment names; NULL */
	const char *origin;		/* "ir.conf:12" "operand" "compose" */
	const struct ir_section *section;	/* NULL: an operand, or the place */
	const struct ir_logs_ops *ops;
	const struct ir_logs_query *query;
	const struct ir_list *services;	/* -s; empty: all. A source that can asks only for these; the reader drops the others */
	struct ir_place *place;		/* runtime/place.h: project and engine; NULL where no source needs them */
	struct ir_logs_reader *reader;
	const char *subject;		/* set by prepare(), without a secret: "clickhouse://host:8123/logs.app" */
	struct ir_ctx *ctx;
	void *priv;			/* the backend's own */
	bool over;			/* done, or never started; find.c's */
	/* How it went. More than one thing can fail (one file of many): each is told by ir_logs_fault(). */
	struct ir_logs_fault *faults;
	size_t n_faults, size_faults;
	int64_t bytes;			/* that came over the wire or from the disk, compressed as they were */
};

/* Something of it could not be read: `unknown`, and the run ends with 2. */
struct ir_logs_fault {
	const char *service;		/* whose it is; that of the source, or NULL */
	const char *subject;		/* what: a file, a container */
	struct ir_err err;
};
/* Copied. */
void ir_logs_fault(struct ir_logs_source *, const char *subject, const struct ir_err *);
void ir_logs_fault_of(struct ir_logs_source *, const char *service, const char *subject, const struct ir_err *);

extern const struct ir_logs_ops ir_logs_docker, ir_logs_file, ir_logs_stdin, ir_logs_journald, ir_logs_kubectl, ir_logs_command, ir_logs_clickhouse, ir_logs_loki,
    ir_logs_victorialogs;
extern const struct ir_logs_ops *const ir_logs_backends[];	/* NULL-terminated; sources.c */

#endif
