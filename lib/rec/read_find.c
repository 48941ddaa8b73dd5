/* read_find - the records that rows mean, out of the journal */
#include "rec/read_priv.h"
#include "rec/when.h"

enum {
	BATCH = 1000, /* rows looked up at once */
	FEW = 8,      /* observations of an id that are looked at first */
	MANY = 256,   /* ... then, of so many rows at once that they fit into memory */
	MANY_ROWS = 32,
	ALL = 100000,
	RUNS = 16, /* that said the same of the same time, the newest: what begins after it is journalled after it */
};

/* The newest observation that a row may mean, and the runs of all of them. */
struct match {
	struct ir_arena arena;
	struct ir_rec newest; /* obj NULL: none */
	struct ir_list runs;
};

static void
match_done(struct match *m)
{
	json_decref(m->newest.obj);
	ir_arena_done(&m->arena);
	*m = (struct match){ 0 };
}

/* Does the row mean this observation? One without a time means any. */
static bool
fits(const struct in_row *row, const struct ir_rec *rec)
{
	if (row->time_ms != IR_TIME_NONE)
		return ir_rec_time(rec) == row->time_ms;
	return !*row->when || ir_when_fits(row->when, strlen(row->when), ir_rec_time(rec));
}

/* A look at the bytes, which spares parsing most of what does not fit: the journal has times in our own form. */
static bool
may_fit(const struct in_row *row, const struct ir_found *f)
{
	char t[IR_TIME_MAX];

	ir_time_format(t, row->time_ms); /* "", which is everywhere, when there is none */
	return memmem(f->record, f->len, t, strlen(t)) != NULL;
}

static bool
has_time(const struct in_row *row)
{
	return row->time_ms != IR_TIME_NONE || *row->when;
}

static bool
is_run(const char *id)
{
	return strncmp(id, "run-", 4) == 0;
}

static int
make_found(const struct ir_found *f, struct ir_rec *rec)
{
	struct ir_err ignored;
	struct reader quiet = { .err = &ignored };

	return in_make(&quiet, f->record, f->len, rec, NULL);
}

/* The record outlives what was found. */
static void
keep_newest(struct match *m, const struct ir_rec *rec)
{
	m->newest = *rec;
	m->newest.line = memcpy(ir_arena_alloc(&m->arena, rec->len + 1), rec->line, rec->len);
}

/* The run of a record in our own form, in which no text has such quotes; "" when it has none. In the arena. */
static const char *
run_in(struct ir_arena *arena, const struct ir_found *f)
{
	static const char member[] = "\"run\":\"";
	const char *s = memmem(f->record, f->len, member, sizeof(member) - 1);
	const char *end =
	    s ? memchr(s + sizeof(member) - 1, '"', f->len - (size_t)(s + sizeof(member) - 1 - f->record)) : NULL;

	return end ? ir_strndup(arena, s + sizeof(member) - 1, (size_t)(end - s - (ptrdiff_t)sizeof(member) + 1)) : "";
}

/* From the newest of f on. True when nothing older than f[0] could be meant too: the row has no time, or what fits lies behind. */
static bool
match(const struct in_row *row, const struct ir_finds *f, struct match *m)
{
	for (size_t i = f->n; i-- > 0;) {
		struct ir_rec rec = { .obj = NULL };

		if (row->untimed && m->newest.obj) {
			ir_list_add_once(&m->arena, &m->runs, run_in(&m->arena, &f->v[i]));
			continue;
		}
		if (may_fit(row, &f->v[i]) && make_found(&f->v[i], &rec) < 0)
			continue;
		if (!rec.obj || !fits(row, &rec)) {
			json_decref(rec.obj);
			if (m->newest.obj)
				return true;
			continue;
		}
		ir_list_add_once(&m->arena, &m->runs, ir_strdup(&m->arena, ir_rec_str(&rec, "run")));
		if (m->newest.obj)
			json_decref(rec.obj);
		else
			keep_newest(m, &rec);
		if ((!has_time(row) && !row->untimed) || m->runs.n == RUNS)
			return true;
	}
	return row->untimed && m->newest.obj;
}

static const char *
told_by(struct ir_arena *arena, const struct ir_found *f)
{
	struct ir_rec rec;
	const char *ret = "?";

	if (make_found(f, &rec) < 0)
		return ret;
	ret = ir_asprintf(
	    arena, "%s %s: %s", ir_rec_str(&rec, "service"), ir_rec_str(&rec, "subject"), ir_rec_str(&rec, "summary"));
	json_decref(rec.obj);
	return ret;
}

/* Two facts may have one handle: 40 bits of their keys are the same. */
static int
check_one_fact(const struct reader *r, const struct ir_finds *f)
{
	struct ir_arena arena = { 0 };

	if (!f->other)
		return 0;
	in_fail(r, IR_REFUSED, "'%s' fits two facts: '%s' and '%s'", f->id, told_by(&arena, f->other),
	    told_by(&arena, &f->v[f->n - 1]));
	ir_arena_done(&arena);
	return ir_hint(r->err, "give the record whole, with '-o json'");
}

static int
unknown(const struct reader *r, const struct in_row *row, size_t seen)
{
	char t[IR_TIME_MAX];

	if (ir_journal_away(r->ctx->journal)) {
		in_fail(r, IR_DATA, "'%s' is not in the journal%s here, and the shared one could not be asked: %s",
		    row->id, seen ? " with that time" : "", ir_journal_away(r->ctx->journal));
		return ir_hint(r->err, "see ir-doctor, and try again; or use '-o json'");
	}
	if (seen == 0) {
		in_fail(r, IR_DATA, "'%s' is not in the journal", row->id);
		return ir_hint(r->err, "a handle is known where it was printed, while the journal keeps it: from "
				       "another host, use '-o json'");
	}
	in_fail(r, IR_DATA, "'%s' is in the journal, but not with the time %s", row->id,
	    row->time_ms == IR_TIME_NONE ? row->when : ir_time_format(t, row->time_ms));
	return ir_hint(r->err, "keep TIME as the second column, or give the handle alone for the newest");
}

/* The newest that fits is the record; the run of any that fits could be meant. */
static int
take(struct reader *r, const struct in_row *row, struct match *m, size_t seen)
{
	struct ir_rec rec = m->newest;

	if (!rec.obj)
		return unknown(r, row, seen);
	in_runs_need_one(&r->runs, r->in, &m->runs);
	m->newest.obj = NULL;
	return in_add(r, &rec, IR_IN_ROW);
}

/* A run's handle stands for its start and its end. */
static int
take_run(struct reader *r, const struct ir_finds *f)
{
	in_runs_need(&r->runs, r->in, f->id);
	for (size_t i = 0; i < f->n; i++) {
		struct ir_rec rec;

		if (make_found(&f->v[i], &rec) == 0 && in_add(r, &rec, IR_IN_ROW) < 0)
			return -1;
	}
	return 0;
}

static int
look(struct reader *r, struct ir_arena *arena, struct ir_finds *f, size_t n, size_t max)
{
	int ret = ir_journal_find_many(r->ctx->journal, arena, f, n, max, r->err);

	return ret < 0 ? ir_wrap(r->err, "looking up '%s'", f->id) : 0;
}

/* A row at work. */
struct answer {
	struct ir_finds few;
	struct match match;
	bool settled; /* looking further back would not change it */
};

static void
settle(struct answer *a, const struct in_row *row, const struct ir_finds *f, size_t max)
{
	match_done(&a->match);
	a->settled = is_run(f->id) || match(row, f, &a->match) || f->n < max;
}

/* Look at more observations where the few don't settle it, for at most MANY_ROWS rows at once. */
static int
look_back(struct reader *r, const struct in_row *rows, struct answer *a, size_t n, size_t max, size_t at_once)
{
	struct ir_finds f[MANY_ROWS];
	size_t which[MANY_ROWS];
	int ret = 0;

	for (size_t i = 0, k = 0; i < n && ret == 0; i++) {
		struct ir_arena arena = { 0 };

		if (!a[i].settled) {
			f[k].id = rows[i].id;
			which[k++] = i;
		}
		if (k == 0 || (k < at_once && i + 1 < n))
			continue;
		ret = look(r, &arena, f, k, max);
		for (; ret == 0 && k > 0; k--)
			settle(&a[which[k - 1]], &rows[which[k - 1]], &f[k - 1], max);
		ir_arena_done(&arena);
	}
	return ret;
}

static int
look_for_all(struct reader *r, struct ir_arena *arena, const struct in_row *rows, struct answer *a, size_t n)
{
	struct ir_finds *f = IR_NEW_N(arena, struct ir_finds, n);

	for (size_t i = 0; i < n; i++)
		f[i].id = rows[i].id;
	if (look(r, arena, f, n, FEW) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		a[i].few = f[i];
		settle(&a[i], &rows[i], &f[i], FEW);
	}
	if (look_back(r, rows, a, n, MANY, MANY_ROWS) < 0)
		return -1;
	return look_back(r, rows, a, n, ALL, 1);
}

/* In the order of the rows, so that what is wrong first is told. */
static int
take_all(struct reader *r, const struct in_row *rows, struct answer *a, size_t n)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < n; i++) {
		const struct ir_finds *f = &a[i].few;

		r->lineno = rows[i].lineno;
		ret = check_one_fact(r, f);
		if (ret == 0)
			ret = is_run(f->id) && f->n > 0 ? take_run(r, f) : take(r, &rows[i], &a[i].match, f->n);
	}
	return ret;
}

static int
resolve_all(struct reader *r, const struct in_row *rows, size_t n)
{
	struct ir_arena arena = { 0 };
	struct answer *a = IR_NEW_N(&arena, struct answer, n);
	size_t lineno = r->lineno;
	int ret;

	r->lineno = rows[0].lineno;
	if (r->ctx->journal) {
		ret = look_for_all(r, &arena, rows, a, n);
	} else {
		in_fail(r, IR_BACKEND, "'%s' cannot be looked up: there is no journal", rows[0].id);
		ret = ir_hint(r->err, "use '-o json' on both sides, or turn the journal on");
	}
	if (ret == 0)
		ret = take_all(r, rows, a, n);
	for (size_t i = 0; i < n; i++)
		match_done(&a[i].match);
	r->lineno = lineno;
	ir_arena_done(&arena);
	return ret;
}

/* The time of these is part of what they are, so that all observations have it: a row may as well show when one of them was made, as ir-timeline's do. */
static bool
time_tells(const char *id)
{
	return strncmp(id, "alr-", 4) != 0 && strncmp(id, "inc-", 4) != 0 && strncmp(id, "sus-", 4) != 0;
}

int
in_find(struct reader *r, const struct in_row *row)
{
	struct in_row *to;

	if (!r->pending)
		r->pending = IR_NEW_N(&r->in->arena, struct in_row, BATCH);
	to = &r->pending[r->n_pending++];
	*to = *row;
	to->lineno = r->lineno;
	to->untimed = !time_tells(row->id) && has_time(row);
	if (!time_tells(row->id)) {
		to->time_ms = IR_TIME_NONE;
		*to->when = '\0';
	}
	return r->n_pending == BATCH ? in_find_pending(r) : 0;
}

int
in_find_pending(struct reader *r)
{
	size_t n = r->n_pending;

	r->n_pending = 0;
	return n > 0 ? resolve_all(r, r->pending, n) : 0;
}
