/* shared_follow - each record of the shared journal as it comes, by LISTEN; none left out, none twice */
#include <time.h>

#include "base/clock.h"
#include "rec/shared_priv.h"

enum {
	ROWS = 500,
	LOOK_ROWS = 50,
	FEW = 1000, /* rows that are not worth another question */
	ASK_MS = 5000,
	FIRST_MS = 2000, /* to connect, and for what is asked first: a server that is mute is known by then */
	READ_US = 60 * 1000 * 1000, /* for all that is read once: it is for somebody who waits */
	AWAIT_MS = 5000,            /* then it is looked at anyway: behind a pooler no notification comes */
	PAUSE_MS = 1000,            /* before a server that is away is tried again */
};

enum { SEQ = 0, HOST = 4, WHO = 5, KIND = 11, RECORD = 13 };

struct following {
	struct ir_shared *s;
	uint64_t last, until; /* told; the last that is to be */
	ir_shared_cb *cb;
	void *arg;
	bool enough, warned;
	int64_t latest_us; /* to be over by then */
};

static bool
stopped(const struct following *f)
{
	return f->enough || (f->s->run->stop && *f->s->run->stop);
}

static void
take_rows(void *arg, const struct ir_pg_set *set)
{
	struct following *f = arg;

	for (size_t i = 0; i < set->rows && !f->enough; i++) {
		struct ir_shared_row row = { .seq = shared_number(set, i, SEQ),
			.host = shared_cell(set, i, HOST),
			.who = shared_cell(set, i, WHO),
			.record = ir_pg_cell(set, i, RECORD) };

		if (row.seq <= f->last)
			continue;
		row.len = row.record ? strlen(row.record) : 0;
		if (row.record && !shared_is_record(row.record, row.len))
			row.record = NULL;
		f->last = row.seq;
		f->enough = f->cb(f->arg, &row) != 0 || row.seq >= f->until;
	}
}

static int
in_time(const struct ir_shared *s, int64_t latest_us, struct ir_err *err)
{
	if (ir_mono_us() < latest_us)
		return 0;
	return ir_fail(err, IR_BACKEND, "%s: it takes too long", s->target.label);
}

/* All that is there behind what was told. */
static int
catch_up(struct following *f, struct ir_err *err)
{
	uint64_t before;

	do {
		struct ir_list params = { 0 };
		struct ir_arena arena = { 0 };

		before = f->last;
		ir_list_add(&arena, &params, ir_asprintf(&arena, "%llu", (unsigned long long)f->last));
		ir_list_add(&arena, &params, ir_asprintf(&arena, "%d", ROWS));
		int rc = in_time(f->s, f->latest_us, err);
		if (rc == 0)
			rc = shared_go_on(f->s, ASK_MS, err);
		if (rc == 0)
			rc = shared_ask(f->s, "SELECT * FROM ir.since($1, $2)", &params, ROWS, take_rows, f, err);
		ir_arena_done(&arena);
		if (rc < 0)
			return -1;
	} while (f->last > before && !stopped(f));
	return 0;
}

/* On one connection, until it is lost: it is listened before it is read, so that what comes in between is told of. */
static int
hear(struct following *f, struct ir_err *err)
{
	struct ir_shared *s = f->s;
	int rc;

	shared_close(s);
	rc = shared_begin_anew(s, ASK_MS, err);
	if (rc == 0)
		rc = shared_script(s, "LISTEN ir_journal", true, err);
	while (rc == 0 && !stopped(f)) {
		rc = catch_up(f, err);
		f->warned = f->warned && rc < 0;
		if (rc == 0 && !stopped(f))
			rc = shared_await(s, AWAIT_MS, err) < 0 ? -1 : 0;
	}
	return rc;
}

/* A pause that a signal ends. */
static void
pause_ms(int64_t ms)
{
	nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 }, NULL);
}

/* Is there no use in trying again? */
static bool
hopeless(const struct ir_shared *s, const struct ir_err *err)
{
	return err->code != IR_BACKEND || shared_missing(s) || shared_denied(s) || strncmp(s->sqlstate, "28", 2) == 0;
}

int
ir_shared_follow(struct ir_ctx *ctx, uint64_t after, ir_shared_cb *cb, void *arg, struct ir_err *err)
{
	struct following f = { .s = shared_of(ctx, err),
		.last = after,
		.until = UINT64_MAX,
		.cb = cb,
		.arg = arg,
		.latest_us = INT64_MAX };

	while (f.s && !stopped(&f)) {
		struct ir_err why = IR_ERR_INIT;

		if (hear(&f, &why) == 0 || stopped(&f))
			return 0;
		if (hopeless(f.s, &why)) {
			*err = why;
			return -1;
		}
		if (!f.warned)
			ir_trace(ctx, 0, "warning: the shared journal is away, and waited for: %s", why.msg);
		f.warned = true;
		pause_ms(PAUSE_MS);
	}
	return f.s ? 0 : -1;
}

static void
take_last(void *arg, const struct ir_pg_set *set)
{
	*(uint64_t *)arg = shared_number(set, 0, 2);
}

int
ir_shared_last(struct ir_ctx *ctx, uint64_t *ret_seq, struct ir_err *err)
{
	struct ir_shared *s = shared_of(ctx, err);
	struct ir_list params = { 0 };
	struct ir_arena arena = { 0 };
	int rc;

	*ret_seq = 0;
	if (!s || shared_begin_anew(s, FIRST_MS, err) < 0)
		return -1;
	ir_list_add(&arena, &params, "");
	rc = shared_ask(s, "SELECT * FROM ir.state($1)", &params, 1, take_last, ret_seq, err);
	ir_arena_done(&arena);
	return rc;
}

int
ir_shared_read(struct ir_ctx *ctx, uint64_t after, uint64_t until, ir_shared_cb *cb, void *arg, struct ir_err *err)
{
	struct following f = { .s = shared_of(ctx, err), .last = after, .until = until, .cb = cb, .arg = arg };

	f.latest_us = ir_mono_us() + READ_US;
	if (!f.s || (after < until && shared_begin_anew(f.s, ASK_MS, err) < 0))
		return -1;
	return after < until ? catch_up(&f, err) : 0;
}

/* ---- from a time on */

static void
take_time(void *arg, const struct ir_pg_set *set)
{
	int64_t *ret = arg;

	for (size_t i = 0; i < set->rows && *ret == IR_TIME_NONE; i++) {
		const char *kind = shared_cell(set, i, KIND), *record = ir_pg_cell(set, i, RECORD);
		json_t *o;

		/* the kinds whose time is that of their being written */
		if (!record || (strcmp(kind, "start") != 0 && strcmp(kind, "end") != 0 && strcmp(kind, "check") != 0))
			continue;
		o = json_loads(record, 0, NULL);
		*ret = ir_rec_time(&(struct ir_rec){ .obj = o });
		json_decref(o);
	}
}

/* About when the records behind it were written; IR_TIME_NONE: they do not tell. */
static int
time_behind(struct ir_shared *s, uint64_t seq, int64_t *ret, struct ir_err *err)
{
	struct ir_list params = { 0 };
	struct ir_arena arena = { 0 };
	int rc;

	*ret = IR_TIME_NONE;
	ir_list_add(&arena, &params, ir_asprintf(&arena, "%llu", (unsigned long long)seq));
	ir_list_add(&arena, &params, ir_asprintf(&arena, "%d", LOOK_ROWS));
	rc = shared_go_on(s, ASK_MS, err);
	if (rc == 0)
		rc = shared_ask(s, "SELECT * FROM ir.since($1, $2)", &params, LOOK_ROWS, take_time, ret, err);
	ir_arena_done(&arena);
	return rc;
}

int
ir_shared_since(struct ir_ctx *ctx, int64_t from_ms, uint64_t *ret_after, struct ir_err *err)
{
	struct ir_shared *s = shared_of(ctx, err);
	uint64_t low = 0, high;
	int64_t latest_us = ir_mono_us() + ASK_MS * 1000;

	*ret_after = 0;
	if (!s || ir_shared_last(ctx, &high, err) < 0)
		return -1;
	while (high - low > FEW) {
		uint64_t middle = low + (high - low) / 2;
		int64_t ms;

		if (in_time(s, latest_us, err) < 0 || time_behind(s, middle, &ms, err) < 0)
			return -1;
		if (ms == IR_TIME_NONE || ms >= from_ms) /* in doubt rather more */
			high = middle;
		else
			low = middle;
	}
	*ret_after = low;
	return 0;
}
