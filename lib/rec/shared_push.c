/* shared_push - what our chain has beyond what the shared journal has of it, in batches of whole lines */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "rec/shared_priv.h"

enum {
	BATCH_LINES = 1000,
	BATCH_BYTES = 4 << 20,
	LOCK_MS = 500,
	ENOUGH_US = 150 * 1000, /* for one more batch */
};

struct batch {
	struct ir_shared *s;
	struct ir_err *err;
	struct ir_buf buf;
	size_t n;
	uint64_t first, last;
};

static void
batch_done(struct batch *b)
{
	ir_buf_done(&b->buf);
}

static int
add_line(void *arg, const struct journal_line *l, const char *line, size_t len)
{
	struct batch *b = arg;

	if (b->n == BATCH_LINES || (b->n > 0 && b->buf.len + len + 1 > BATCH_BYTES))
		return 1;
	if (memchr(line, '\0', len) || !ir_utf8_valid(line, len)) {
		ir_fail(b->err, IR_DATA, "line %llu of the journal '%s' is not UTF-8", (unsigned long long)l->seq,
		    b->s->j->dir);
		return -1;
	}
	ir_buf_add(&b->buf, line, len);
	ir_buf_addc(&b->buf, '\n');
	b->first = b->n ? b->first : l->seq;
	b->last = l->seq;
	b->n++;
	return 0;
}

/* What the server says of our chain. */
struct answer {
	char state[8];
	uint64_t host_last, last;
	char host_head[IR_SHA_HEX];
};

static void
take_answer(void *arg, const struct ir_pg_set *set)
{
	struct answer *a = arg;

	snprintf(a->state, sizeof(a->state), "%s", shared_cell(set, 0, 0));
	a->host_last = shared_number(set, 0, 1);
	snprintf(a->host_head, sizeof(a->host_head), "%s", shared_cell(set, 0, 2));
	a->last = shared_number(set, 0, 3);
}

static void
take_state(void *arg, const struct ir_pg_set *set)
{
	struct answer *a = arg;

	a->host_last = shared_number(set, 0, 0);
	snprintf(a->host_head, sizeof(a->host_head), "%s", shared_cell(set, 0, 1));
}

static int
forked(struct ir_shared *s, uint64_t seq, struct ir_err *err)
{
	ir_fail(err, IR_REFUSED,
	    "the shared journal has another line %llu of this journal: the directory '%s' was copied, or put back "
	    "from an older state",
	    (unsigned long long)seq, s->j->dir);
	return ir_hint(
	    err, "remove '%s/identity', and this journal goes on as one of its own; nothing is overwritten", s->j->dir);
}

struct own_of {
	char own[IR_SHA_HEX];
};

static int
take_own(void *arg, const struct journal_line *l, const char *line, size_t len)
{
	struct own_of *o = arg;

	(void)line;
	(void)len;
	journal_line_own(l, o->own);
	return 1;
}

/* Where to go on, when it is not remembered. The line that is the last one there has to be ours. */
static int
resume(struct ir_shared *s, uint64_t settled, struct ir_err *err)
{
	struct answer a = { .host_last = 0 };
	struct own_of o = { .own = "" };
	struct ir_list params = { 0 };
	struct ir_arena arena = { 0 };

	ir_list_add(&arena, &params, s->id);
	int rc = shared_ask(s, "SELECT * FROM ir.state($1)", &params, 1, take_state, &a, err);
	ir_arena_done(&arena);
	if (rc < 0 && !shared_missing(s))
		return -1;
	if (a.host_last > settled)
		return forked(s, settled + 1, err);
	if (a.host_last > 0 && journal_lines(s->j, a.host_last - 1, a.host_last, take_own, &o, err) < 0)
		return -1;
	if (o.own[0] && strcmp(o.own, a.host_head) != 0)
		return forked(s, a.host_last, err);
	s->pushed = a.host_last > s->began ? a.host_last : s->began;
	s->pushed_known = true;
	return 0;
}

static int
make_schema(struct ir_shared *s, struct ir_err *err)
{
	struct ir_arena arena = { 0 };
	struct ir_err why = IR_ERR_INIT;
	int rc = shared_script(s, ir_shared_schema(&arena), false, &why);

	ir_arena_done(&arena);
	if (rc == 0)
		return 0;
	if (!shared_denied(s)) {
		*err = why;
		return -1;
	}
	ir_fail(err, IR_BACKEND, "%s: there is no shared journal yet, and this role may not make it: %s",
	    s->target.label, strrchr(why.msg, ':') ? strrchr(why.msg, ':') + 2 : why.msg);
	return ir_hint(err, "let the database's owner run: ir-doctor --journal-sql | psql -1 DATABASE");
}

static int
append_once(struct ir_shared *s, const struct batch *b, bool gap, struct answer *a, struct ir_err *err)
{
	struct ir_list params = { 0 };
	struct ir_arena arena = { 0 };

	ir_list_add(&arena, &params, s->id);
	ir_list_add(&arena, &params, s->host);
	ir_list_add(&arena, &params, s->run->who ? s->run->who : "");
	ir_list_add(&arena, &params, gap ? "t" : "f");
	ir_list_add(&arena, &params, b->buf.data);
	int rc = shared_ask(s, "SELECT * FROM ir.append($1, $2, $3, $4, $5)", &params, 1, take_answer, a, err);
	ir_arena_done(&arena);
	return rc;
}

static int
append(struct ir_shared *s, const struct batch *b, bool gap, struct answer *a, struct ir_err *err)
{
	int rc = append_once(s, b, gap, a, err);

	if (rc < 0 && shared_missing(s)) {
		if (make_schema(s, err) < 0)
			return -1;
		rc = append_once(s, b, gap, a, err);
	}
	return rc;
}

static int
odd(struct ir_shared *s, struct ir_err *err)
{
	return ir_fail(err, IR_BACKEND, "%s: ir.append does not answer as it should", s->target.label);
}

/* Not of a journal that is shared for the first time: that is not expected to be whole. */
static void
tell_lost(const struct ir_shared *s, const struct batch *b, const struct answer *a)
{
	unsigned long long last = a->host_last > s->began ? a->host_last : s->began;

	if (last > 0 && b->first > last + 1)
		ir_trace(s->run, 0,
		    "warning: lines %llu to %llu of the journal '%s' were gone before they could be pushed: the shared "
		    "journal has a gap there",
		    last + 1, (unsigned long long)b->first - 1, s->j->dir);
}

/* What was gone before it could be pushed stays a gap, which is said to be one. */
static int
judge(struct ir_shared *s, const struct batch *b, const struct answer *a, bool *gap, struct ir_err *err)
{
	if (strcmp(a->state, "fork") == 0)
		return forked(s, a->host_last, err);
	if (strcmp(a->state, "gap") == 0) {
		if (*gap || a->host_last >= b->last)
			return odd(s, err);
		*gap = a->host_last == s->pushed || (a->host_last == 0 && s->began > 0 && s->pushed == s->began);
		if (*gap) {
			tell_lost(s, b, a);
			return 0;
		}
	} else if (strcmp(a->state, "ok") == 0 && a->host_last >= b->last) {
		*gap = false;
	} else {
		return odd(s, err);
	}
	s->pushed = a->host_last;
	s->last = a->last;
	return 0;
}

/* 1, 0 when there was nothing left, -1 */
static int
push_batch(struct ir_shared *s, uint64_t settled, bool *gap, struct ir_err *err)
{
	IR_CLEANUP(batch_done) struct batch b = { .s = s, .err = err };
	struct answer a = { .state = "" };

	ir_buf_init(&b.buf, BATCH_BYTES + JOURNAL_LINE_CAP);
	if (journal_lines(s->j, s->pushed, settled, add_line, &b, err) < 0)
		return -1;
	if (b.n == 0)
		return 0;
	if (append(s, &b, *gap, &a, err) < 0 || judge(s, &b, &a, gap, err) < 0)
		return -1;
	return 1;
}

static bool
has_time(const struct ir_shared *s)
{
	return s->own.deadline_us - ir_mono_us() > ENOUGH_US;
}

int
shared_push(struct ir_shared *s, struct ir_err *err)
{
	uint64_t settled, batches = 0;
	bool gap = false;
	int rc = 1;

	if (journal_settled(s->j, LOCK_MS, &settled, err) < 0 || shared_identity(s, true, err) < 0)
		return -1;
	if ((!s->pushed_known || s->pushed > settled) && resume(s, settled, err) < 0)
		return -1;
	while (rc > 0 && s->pushed < settled && (batches == 0 || has_time(s))) {
		rc = push_batch(s, settled, &gap, err);
		batches++;
	}
	return rc < 0 ? -1 : 0;
}

uint64_t
shared_waiting(struct ir_shared *s)
{
	char head[IR_SHA_HEX];
	uint64_t last;

	shared_state_read(s);
	if (ir_journal_head(s->j, &last, head, NULL) < 0)
		return 0;
	return last > s->pushed ? last - s->pushed : 0;
}
