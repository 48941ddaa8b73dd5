/*
 * feed - from a descriptor into the reader, unpacked on the way, in turns
 *
 * Plain bytes are read straight into the reader's room. What is packed by gzip or zstd is seen by its content.
 */
#ifndef IR_LOGS_FEED_H
#define IR_LOGS_FEED_H

#include "logs/source.h"
#include "logs/unpack.h"

enum { IR_FEED_MARK = 64 };

enum ir_feed_step {
	IR_FEED_MORE,	/* the turn is over, there is more to do at once */
	IR_FEED_WAIT,	/* nothing there yet */
	IR_FEED_END,	/* all is read, to the end or the limit */
	IR_FEED_FAILED,
};

struct ir_feed {
	struct ir_logs_source *source;
	struct ir_logs_stream *stream;
	int fd;			/* the owner's to close; -1: none */
	bool file;		/* read by offset; else as it comes */
	bool blocks;		/* it is not non-blocking: asked before each read */
	bool growing;		/* the end is not for good: what is packed may go on there */
	int64_t offset, limit;	/* of a file; limit -1: its end */
	bool sparse;		/* holes are left out */
	char last;		/* byte that the reader was given; '\n' before the first */
	/* inside */
	struct ir_unpack *unpack;
	char *packed;
	const char *in;
	size_t n_in;
	int64_t hole;		/* there is data up to here */
	char mark[IR_FEED_MARK];
	size_t n_mark;
};

/* Everything but source, stream, fd, file, blocks, growing, limit. A file begins at offset: beyond 0 it is known to be plain. */
void ir_feed_begin(struct ir_feed *, int64_t offset);
/* Bring what a turn allows: some MiB, some milliseconds. FAILED: what is wrong in *err, what came before is good. */
enum ir_feed_step ir_feed_turn(struct ir_feed *, struct ir_err *err);
void ir_feed_done(struct ir_feed *);

/* Of a file that is read to its end: remember the last bytes, and later: are they still there? A file that was cut to nothing and has grown again since is another one. */
void ir_feed_mark(struct ir_feed *);
bool ir_feed_marked(const struct ir_feed *);

/* n bytes, copied into the reader's room. */
void ir_logs_put(struct ir_logs_source *, struct ir_logs_stream *, const char *p, size_t n);

#endif
