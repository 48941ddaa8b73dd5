/*
 * engine - what the sources that ask a log engine over HTTP share
 *
 * Where it is and who asks, from the section's keys; a stream for each service; rows as lines of text.
 */
#ifndef IR_LOGS_ENGINE_H
#define IR_LOGS_ENGINE_H

#include "logs/line.h"
#include "logs/source.h"
#include "logs/zone.h"
#include "net/http.h"

enum {
	IR_ENGINE_SAID = 4096,		/* bytes of an error that are looked at */
	IR_ENGINE_TEXT = 256 << 10,	/* bytes of one row's text that are asked for */
	IR_ENGINE_STREAMS = 10000,	/* the lines of more have no service */
	IR_ENGINE_POLL_US = 1000000,	/* while following: each second, or after an outage */
	IR_ENGINE_DOWN_US = 2000000,
	IR_ENGINE_LATE_MS = 10000,	/* rows that come later than others by so much are seen */
};

struct ir_engine_stream;
struct ir_engine {
	struct ir_logs_source *source;
	const char *what;		/* "ClickHouse" */
	const char *base;		/* URL without query and last slash */
	const char *params;		/* the URL's query; "" */
	const char *user, *tenant;	/* or NULL */
	struct ir_secret password, token;
	struct ir_engine_stream *streams;	/* a hash table */
	size_t n_streams, size_streams;
	int64_t mono_us;		/* last sign of life of the answer under way */
	struct ir_timer *timer;
	struct ir_http *http;
	struct ir_logs_zone zone;
	struct ir_buf line;		/* scratch of ir_engine_put() */
	ir_logs_done *done;
	bool counting;			/* its lines have no time before them */
	bool endless;			/* the answer under way may be silent as long as it likes */
	bool held;			/* the loop goes on until all is brought */
	bool stopped;
};

/* Read the section. what: "ClickHouse"; scheme: of the subject, "clickhouse://host:8123" (the caller adds to it). url: where the section has none; NULL: it must have one. 0, or -1 with IR_CONFIG. */
int ir_engine_prepare(struct ir_engine *, struct ir_ctx *, struct ir_logs_source *, const char *what, const char *scheme, const char *url, struct ir_err *);
/* Whom to ask, as whom, how to get there. It reads, and has until the run's deadline. */
void ir_engine_fill(const struct ir_engine *, struct ir_http_req *);
/* base, path, and the URL's own query before the others ("a=b&c=d", may be NULL). In b. */
void ir_engine_url(const struct ir_engine *, struct ir_buf *b, const char *path, const char *query);
/* Send it, with an eye on it: where nothing comes for too long it is broken off, and the callback comes. -1: not sent. */
int ir_engine_send(struct ir_engine *, const struct ir_http_req *, ir_http_cb *, void *arg, struct ir_err *);
/* From on_body: it lives. */
void ir_engine_lives(struct ir_engine *, size_t n);
/* First in the callback: it is over. */
void ir_engine_answered(struct ir_engine *);

/* Some of it could not be read. */
void ir_engine_fault(struct ir_engine *, const struct ir_err *);
/* All is brought (or nothing more can be): streams end, done() is called. Not from inside start(). */
void ir_engine_finish(struct ir_engine *);
/* For stop(). */
void ir_engine_stop(struct ir_engine *);

/* That of a service, made safe; part: which of several that it has ("": there is one). Where the section names the service, it is that. */
struct ir_logs_stream *ir_engine_stream(struct ir_engine *, struct ir_span service, const char *part);
/* Nothing more of any. */
void ir_engine_end_streams(struct ir_engine *);
/* Nothing more has come yet: each stream may show what it has. */
void ir_engine_idle(struct ir_engine *);
/* Each line of the text, with the instant before it, and with the level where the text itself does not seem to name one. */
void ir_engine_put(struct ir_engine *, struct ir_logs_stream *, int64_t ms, enum ir_log_level, const char *p, size_t n);

/* Of a level as engines keep it: a word in any case, a letter, a number; otel: the number is OpenTelemetry's. */
enum ir_log_level ir_engine_level(const char *p, size_t n, bool otel);
/* Does the text seem to name its level itself? Looks at its beginning only. */
bool ir_engine_names_level(const char *p, size_t n);
/* Is the text of --grep one that a line holds or does not, whatever else it says? Then an engine may look for it itself. */
bool ir_engine_is_literal(const char *grep);
/* One line of what a server said, safe to show: no controls, at most 300 bytes. In the arena. */
const char *ir_engine_said(struct ir_arena *, const char *p, size_t n);

#endif
