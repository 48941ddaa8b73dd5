/*
 * shared_priv - what the files of the shared journal share; private to lib/rec/shared*.c
 *
 * In the order of reading: shared.c (what the journal asks of it), shared_state.c (identity and what was pushed), shared_talk.c (one connection, one question at a time), shared_push.c,
 * shared_find.c, shared_mirror.c, shared_verify.c, shared_follow.c, shared_sql.c.
 */
#ifndef IR_REC_SHARED_PRIV_H
#define IR_REC_SHARED_PRIV_H

#include "net/pg.h"
#include "rec/journal_priv.h"
#include "rec/shared.h"

enum {
	SHARED_ID = 33,			/* of a journal, with its NUL */
	SHARED_ASK_MS = 1000,		/* for one dealing with the server, connecting included */
	SHARED_AGAIN_MS = 5000,		/* before one that was away is asked again */
	SHARED_LATE_MS = 60,		/* that may be used beyond the deadline */
};

struct ir_shared {
	struct ir_ctx *run;
	struct ir_journal *j;
	const struct ir_section *section;
	struct ir_arena arena;

	/* shared_state.c */
	char     id[SHARED_ID];		/* "" until known */
	char     host[256];
	bool     read;			/* the file "shared" was */
	uint64_t pushed, seen;		/* of our chain; of the shared one, in the mirror */
	bool     pushed_known;
	uint64_t began;			/* so much was pushed by an earlier identity, and is not pushed again */
	uint64_t last;			/* of the shared chain, when we pushed */
	int64_t  failed_ms;		/* wall clock; 0: it went well */
	char     why[1024], hint[512];	/* of the failure */

	/* shared_talk.c */
	struct ir_ctx own;		/* of the loop, with a deadline of its own */
	struct ir_loop *loop;
	struct ir_pg_target target;
	bool     parsed;
	struct ir_pg *pg;
	bool     fresh;			/* connected by the dealing that is under way */
	char     sqlstate[6];		/* of the last failure */
	bool     spared;		/* it was not asked: it was away lately, or there is no time left */

	char     away[1024];		/* "" when the last question was answered */
	bool     warned;
	int64_t  turn_us;		/* of the last push */
};

extern const struct ir_share_ops shared_ops;
/* That of the run; NULL and *err when its journal is not shared. */
struct ir_shared *shared_of(const struct ir_ctx *, struct ir_err *);

/* shared_state.c. -1: there is none (id stays "") or it is damaged. make: under the lock, when there is none. */
int shared_identity(struct ir_shared *, bool make, struct ir_err *);
void shared_state_read(struct ir_shared *);
void shared_state_write(struct ir_shared *);
/* Put a file of the directory in place whole. */
int shared_put(struct ir_shared *, const char *name, const char *text, size_t n, bool sync, struct ir_err *);
/* In the arena; NULL when it is not there, cannot be read, or is more than max. */
char *shared_get(struct ir_shared *, struct ir_arena *, const char *name, size_t max, size_t *ret_n);

/* shared_talk.c: begin a dealing, then ask. -1: IR_BACKEND (away; also when it was lately: then it is spared), or what the configuration is bad with. */
int shared_begin(struct ir_shared *, struct ir_err *);
/* The same without a look at the past, and with time of its own. */
int shared_begin_anew(struct ir_shared *, int64_t ms, struct ir_err *);
/* More time on the connection that is there, and on no other. */
int shared_go_on(struct ir_shared *, int64_t ms, struct ir_err *);
/* sql with $1 …, and as many texts. take is called with the rows, in the arena of the answer. */
typedef void shared_take(void *arg, const struct ir_pg_set *);
int shared_ask(struct ir_shared *, const char *sql, const struct ir_list *params, size_t max_rows, shared_take *, void *arg, struct ir_err *);
int shared_script(struct ir_shared *, const char *sql, bool raw, struct ir_err *);
/* Wait for a notification. 1: there was one, 0: none in time, -1: the connection is gone. */
int shared_await(struct ir_shared *, int64_t ms, struct ir_err *);
/* No such function or schema. */
bool shared_missing(const struct ir_shared *);
bool shared_denied(const struct ir_shared *);
void shared_failed(struct ir_shared *, const struct ir_err *);
void shared_went_well(struct ir_shared *);
void shared_close(struct ir_shared *);
/* Let the loop go too. */
void shared_talk_done(struct ir_shared *);
/* A cell as a number; 0 when it is none. */
uint64_t shared_number(const struct ir_pg_set *, size_t row, size_t col);
const char *shared_cell(const struct ir_pg_set *, size_t row, size_t col);

/* shared_push.c: all that waits. -1, IR_REFUSED for another's identity. */
int shared_push(struct ir_shared *, struct ir_err *);
uint64_t shared_waiting(struct ir_shared *);

/* shared_find.c: does the server give a record, one line with an object? */
bool shared_is_record(const char *record, size_t len);
/* A row of find, recall and news that is fit to be one; false: it is not. The record is copied. */
bool shared_row(const struct ir_pg_set *, size_t row, struct ir_arena *, struct ir_shared_found *);
void shared_find(void *, struct ir_arena *, const struct ir_finds *, size_t n, size_t max, struct ir_shared_list *);
void shared_recent(void *, struct ir_arena *, const char *kind, size_t max, bool local, struct ir_shared_list *);

/* shared_mirror.c */
void shared_mirror_pull(struct ir_shared *);
/* All of it, oldest first. */
void shared_mirror_read(struct ir_shared *, struct ir_arena *, struct ir_shared_list *);

/* shared_sql.c; ended by NULL. */
extern const char *const shared_sql[];

#endif
