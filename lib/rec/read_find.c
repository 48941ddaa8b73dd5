/* read_find - the record that a row means, out of the journal */
#include "rec/read_priv.h"
#include "rec/when.h"

enum { FEW = 8, MANY = 256, ALL = 100000 }; /* observations of an id, looked at in steps */

/* What the journal has of one id, oldest first. */
struct seen {
	struct ir_arena arena;
	struct ir_found *found;
	struct ir_rec *recs; /* obj NULL: cannot be read */
	int n;
};

static void
forget(struct seen *s)
{
	for (int i = 0; i < s->n && s->recs; i++)
		json_decref(s->recs[i].obj);
	ir_arena_done(&s->arena);
	*s = (struct seen){ 0 };
}

static int
look(struct reader *r, const struct in_row *row, int max, struct seen *s)
{
	struct ir_err ignored;

	s->n = ir_journal_find(r->ctx->journal, &s->arena, row->id, (size_t)max, &s->found, r->err);
	if (s->n < 0)
		return ir_wrap(r->err, "looking up '%s'", row->id);
	s->recs = IR_NEW_N(&s->arena, struct ir_rec, (size_t)s->n + 1);
	for (int i = 0; i < s->n; i++) {
		struct reader quiet = { .err = &ignored };

		if (in_make(&quiet, s->found[i].record, s->found[i].len, &s->recs[i], NULL) < 0)
			s->recs[i].obj = NULL;
	}
	return 0;
}

/* Does the row mean this observation? One without a time means any. */
static bool
fits(const struct in_row *row, const struct ir_rec *rec)
{
	if (!rec->obj)
		return false;
	if (row->time_ms != IR_TIME_NONE)
		return ir_rec_time(rec) == row->time_ms;
	return !*row->when || ir_when_fits(row->when, strlen(row->when), ir_rec_time(rec));
}

static bool
has_time(const struct in_row *row)
{
	return row->time_ms != IR_TIME_NONE || *row->when;
}

static bool
is_run(const struct in_row *row)
{
	return strncmp(row->id, "run-", 4) == 0;
}

/* Need older observations be looked at? Not when what fits lies behind us. */
static bool
enough(const struct in_row *row, const struct seen *s)
{
	if (!has_time(row))
		return true;
	return s->n > 0 && fits(row, &s->recs[s->n - 1]) && !fits(row, &s->recs[0]);
}

/* Two facts may have one handle: 40 bits of their keys are the same. */
static int
check_one_fact(const struct reader *r, const struct in_row *row, const struct seen *s)
{
	for (int i = 1; i < s->n; i++) {
		const struct ir_rec *a = &s->recs[0], *b = &s->recs[i];

		if (strcmp(s->found[i].key, s->found[0].key) == 0)
			continue;
		in_fail(r, IR_REFUSED, "'%s' fits two facts: '%s %s: %s' and '%s %s: %s'", row->id,
		    ir_rec_str(a, "service"), ir_rec_str(a, "subject"), ir_rec_str(a, "summary"),
		    ir_rec_str(b, "service"), ir_rec_str(b, "subject"), ir_rec_str(b, "summary"));
		return ir_hint(r->err, "give the record whole, with '-o json'");
	}
	return 0;
}

static int
unknown(const struct reader *r, const struct in_row *row, const struct seen *s)
{
	char t[IR_TIME_MAX];

	if (s->n == 0) {
		in_fail(r, IR_DATA, "'%s' is not in the journal", row->id);
		return ir_hint(r->err, "a handle is known where it was printed, while the journal keeps it: from "
				       "another host, use '-o json'");
	}
	in_fail(r, IR_DATA, "'%s' is in the journal, but not with the time %s", row->id,
	    row->time_ms == IR_TIME_NONE ? row->when : ir_time_format(t, row->time_ms));
	return ir_hint(r->err, "keep TIME as the second column, or give the handle alone for the newest");
}

/* The newest that fits is the record; the runs of all that fit could be meant, and have to be complete. */
static int
take(struct reader *r, const struct in_row *row, struct seen *s)
{
	int taken = 0;

	for (int i = s->n - 1; i >= 0; i--) {
		if (!fits(row, &s->recs[i]))
			continue;
		in_runs_need(&r->runs, r->in, ir_rec_str(&s->recs[i], "run"));
		if (taken++ == 0 || is_run(row)) {
			json_incref(s->recs[i].obj);
			if (in_add(r, &s->recs[i], IR_IN_ROW) < 0)
				return -1;
		}
		if (!has_time(row) && !is_run(row))
			break;
	}
	return taken ? 0 : unknown(r, row, s);
}

int
in_find(struct reader *r, const struct in_row *row)
{
	static const int steps[] = { FEW, MANY, ALL };
	struct seen s = { 0 };
	int ret = 0;

	if (!r->ctx->journal) {
		in_fail(r, IR_BACKEND, "'%s' cannot be looked up: there is no journal", row->id);
		return ir_hint(r->err, "use '-o json' on both sides, or turn the journal on");
	}
	for (size_t i = 0; ret == 0 && i < sizeof(steps) / sizeof(steps[0]); i++) {
		forget(&s);
		ret = look(r, row, steps[i], &s);
		if (ret == 0)
			ret = check_one_fact(r, row, &s);
		if (s.n < steps[i] || enough(row, &s))
			break;
	}
	if (ret == 0)
		ret = take(r, row, &s);
	forget(&s);
	return ret;
}
