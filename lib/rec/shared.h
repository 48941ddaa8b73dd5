/*
 * shared - the journal of a team, in PostgreSQL: [journal] url of ir.conf
 *
 * Each host's chain of files stays what it is, and is written first. The shared journal is a second chain: the table ir.journal, one row a line of some host's chain, with
 * (journal, host_seq) unique, so that a line pushed twice is there once. A row has both chains' hashes: its own one is SHA-256 over the bytes of a line as rec/journal.h has it
 * with the row's seq and prev, its host's that of the line as it was written. So both chains verify, and a head of either is found. What is done to the table is
 * done by functions of the schema ir (shared_sql.c), which no role needs more than EXECUTE for.
 *
 * A run pushes what its own chain has beyond what was pushed, when it ends, before it changes something, and now and then when it goes on for long. All talk with the server is bounded
 * (1 s, and the run's deadline); one that was away is not asked again for 5 s. Nothing that happens there changes how a run ends.
 *
 * Files in the journal's directory: "identity" (the id of this chain; with it lost, the chain begins anew in the shared one), "shared" (how much was pushed; when it failed) and "mirror"
 * (what others wrote lately, for completion and for when the server is away): these two may be deleted at any time.
 */
#ifndef IR_REC_SHARED_H
#define IR_REC_SHARED_H

#include "base/ctx.h"
#include "conf/conf.h"
#include "rec/journal.h"

/* Share the run's journal by the section [journal], when that has a url. Loads and asks nothing yet. */
void ir_shared_attach(struct ir_ctx *, const struct ir_section *);
/* Is the run's journal shared? */
bool ir_shared_is(const struct ir_ctx *);
/* All statements that make the schema, in the arena. */
const char *ir_shared_schema(struct ir_arena *);

struct ir_shared_look {
	const char *server;		/* "postgresql://db/ops" */
	uint64_t    waiting;		/* our records that are not there yet */
	uint64_t    records;		/* seq of the last there */
	char        head[IR_SHA_HEX];
	bool        missing;		/* there is no schema yet; the first push makes it */
};
/* For ir-doctor. -1: it cannot be used; *err says why, and look what is known anyway. IR_REFUSED: the identity of this journal is another's there. */
int ir_shared_look(struct ir_ctx *, struct ir_shared_look *, struct ir_err *);

struct ir_shared_state {
	uint64_t records, redacted, first_seq, last_seq;
	size_t   journals;		/* chains of hosts in it */
	size_t   gaps;			/* where a host's chain lacks lines that were gone before they could be pushed */
	char     head[IR_SHA_HEX];
	uint64_t at;			/* of a head that was asked for: the record it was at; 0: none has it */
	uint64_t at_host_seq;		/* it was that line of a host's own chain; 0: of the shared one */
	char     at_host[256];
};
/*
 * Walk all of it, in order, as long as it takes. head: NULL, or 12 digits and more of a head of either chain. 0: the chain holds (look at st->at). -1: IR_DATA names the first bad record and
 * what does not fit; IR_BACKEND: it cannot be read; IR_USAGE: head is none. What is cut off at the end shows only by a head.
 */
int ir_shared_verify(struct ir_ctx *, const char *head, struct ir_shared_state *st, struct ir_err *);

struct ir_shared_row {
	uint64_t    seq;
	const char *host, *who;		/* for people */
	const char *record;		/* NUL-terminated, one line; NULL: redacted, or none */
	size_t      len;
};
/* Non-zero ends it. */
typedef int ir_shared_cb(void *arg, const struct ir_shared_row *);
/*
 * Every record behind seq `after`, then each that comes, in order, none twice and none left out, until cb returns non-zero or the run is told to stop: 0. A server that goes away is waited for (one
 * warning each time). -1: it cannot be read at all: no schema, no right, no such password. Blocks; the run's loop is not touched.
 */
int ir_shared_follow(struct ir_ctx *, uint64_t after, ir_shared_cb *, void *arg, struct ir_err *);
/* The same once, from behind `after` to `until`: a server that goes away is not waited for, nor one that has not given all within a minute, -1. */
int ir_shared_read(struct ir_ctx *, uint64_t after, uint64_t until, ir_shared_cb *, void *arg, struct ir_err *);
/* A seq behind which, but for what was pushed late, all is that was written at from_ms and later, by the times that the records tell. */
int ir_shared_since(struct ir_ctx *, int64_t from_ms, uint64_t *ret_after, struct ir_err *);
/* Its last seq, as `after` to see only what comes. -1 as above, or away. */
int ir_shared_last(struct ir_ctx *, uint64_t *ret_seq, struct ir_err *);

#endif
