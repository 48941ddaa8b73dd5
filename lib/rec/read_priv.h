/* read_priv - what the files of read share. Private to lib/rec. */
#ifndef IR_REC_READ_PRIV_H
#define IR_REC_READ_PRIV_H

#include <stdbool.h>

#include "rec/read.h"

/* A set of strings, numbered as they come. A zeroed one is empty. */
struct in_set {
	const char **keys;	/* in the arena given, n of them */
	size_t       n, size;
	uint32_t    *slots;	/* number + 1, or 0 */
	size_t       nslots;	/* a power of two */
};

/* The number of key, which is copied to the arena when it is new. */
size_t in_set_add(struct in_set *, struct ir_arena *, const char *key, bool *is_new);
void in_set_done(struct in_set *);

/* A row's first words. when is a terminal's short time (rec/when.h), "" when there is none. */
struct in_row {
	char    id[IR_ID_MAX];
	int64_t time_ms;
	char    when[16];
	bool    untimed;	/* its time does not tell which observation is meant: any of the newest may be */
	size_t  lineno;
};

/* As ir_in_row(). */
int in_row_parse(const char *line, size_t n, struct in_row *);
/* Could these bytes be the beginning of a row whose rest is missing? */
bool in_row_cut(const char *line, size_t n);

/* A run behind the input. */
struct in_run {
	unsigned char how;	/* it ended */
	bool    needed;		/* it has to be complete */
	int64_t start_ms;	/* IR_TIME_NONE: not known */
};

struct in_runs {
	struct in_set  set;
	struct in_run *v;	/* by number */
	size_t         size;
	struct in_set  groups;	/* "run run …": they said the same, one of them is meant */
};

/* A record of this run was read; "" or what is no run's id makes the input incomplete. */
void in_runs_need(struct in_runs *, struct ir_in *, const char *run);
/* One of these was meant, which said the same of the same time: the one that began last looked last. */
void in_runs_need_one(struct in_runs *, struct ir_in *, const struct ir_list *runs);
/* Its `end` was in the stream. */
void in_runs_ended(struct in_runs *, struct ir_in *, const char *run, bool complete);
/* Look for the missing ends in the journal, for up to 500 ms; sets in->incomplete and in->why. */
void in_runs_judge(struct in_runs *, struct ir_ctx *, struct ir_in *);
void in_runs_done(struct in_runs *);

struct reader {
	struct ir_ctx *ctx;
	struct ir_in  *in;
	struct ir_err *err;
	struct in_set  rows;	/* "id time", looked up already */
	struct in_runs runs;
	size_t         lineno;	/* 0: an operand */
	struct in_row *pending;	/* rows to be looked up */
	size_t         n_pending;
};

/* Says the line too. Always -1. */
int in_fail(const struct reader *, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Make *rec of a line, which is not copied, and check it. *cut (may be NULL): it ends where more should follow. On failure nothing is left. */
int in_make(struct reader *, const char *line, size_t n, struct ir_rec *, bool *cut);
/* Take a record, its obj with it, unless it is here already. The line is copied. */
int in_add(struct reader *, const struct ir_rec *, enum ir_in_form);
int in_take_json(struct reader *, const char *line, size_t n, bool *cut);
/* Take the record that a row means, by the next in_find_pending() at the latest. */
int in_find(struct reader *, const struct in_row *);
int in_find_pending(struct reader *);

/* The input is incomplete; the first reason stays. */
void in_incomplete(struct ir_in *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
