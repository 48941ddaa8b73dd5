/* journal_chain - does the chain of files hold, and is a hash that was noted in it? */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "rec/journal_priv.h"

enum { SHA_DIGITS = IR_SHA_HEX - 1 };

/* A file at work. */
struct taking {
	struct ir_copy *c;
	const char *name;
	struct ir_anchor *anchor;
	bool first;     /* no line of this file was taken yet */
	bool another;   /* it begins another chain */
	uint64_t doubt; /* number of a line that does not fit the one before: either may have been changed; 0: none */
	char own[IR_SHA_HEX]; /* of that line */
};

static int
bad(struct taking *t, uint64_t lineno, const char *what)
{
	t->c->bad = true;
	snprintf(t->c->why, sizeof(t->c->why), "%s:%llu: %s", t->name, (unsigned long long)lineno, what);
	return 1;
}

static void
note_anchor(struct ir_anchor *a, const struct journal_line *l)
{
	json_t *o = l->redacted ? NULL : json_loadb(l->record, l->len, 0, NULL);
	const struct ir_rec rec = { .obj = o };

	a->seq = l->seq;
	snprintf(a->time, sizeof(a->time), "%s", ir_rec_str(&rec, "time"));
	snprintf(a->kind, sizeof(a->kind), "%s", ir_rec_str(&rec, "kind"));
	json_decref(o);
}

static void
try_anchor(struct ir_anchor *a, const struct journal_line *l, const char *own)
{
	if (a && a->head && !a->seq && strncmp(own, a->head, strlen(a->head)) == 0)
		note_anchor(a, l);
}

/* Of a file that is no journal: JSON with a kind. */
static bool
is_record(const char *line, size_t n)
{
	json_t *o = json_loadb(line, n, 0, NULL);
	bool ret = json_is_string(json_object_get(o, "kind"));

	json_decref(o);
	return ret;
}

static const char other_hash[] = "its prev is not the hash of the line before";

static bool
is_zeros(const char *hex)
{
	return strspn(hex, "0") >= SHA_DIGITS;
}

/* What a line must be by the one before it; NULL when it is. */
static const char *
link_fault(const struct ir_copy *c, const struct journal_line *l)
{
	char prev[IR_SHA_HEX] = "";

	memcpy(prev, l->prev, SHA_DIGITS);
	if (c->st.records == 0)
		return (l->seq == 1) == is_zeros(prev) ? NULL
		       : l->seq == 1                   ? "the first line of all has a line before it"
						       : "it has no line before it";
	if (l->seq != c->st.last_seq + 1)
		return "its seq is not that of the line before and one";
	return strcmp(prev, c->st.head) == 0 ? NULL : other_hash;
}

/* Which of the two it is, is told by the line behind them. */
static int
doubt(struct taking *t, uint64_t lineno, const struct journal_line *l)
{
	bad(t, lineno, "its prev is not the hash of the line before: one of the two was changed");
	if (lineno == 1 || !journal_line_sound(l) || !journal_line_key_fits(l))
		return 1;
	t->doubt = lineno;
	journal_line_own(l, t->own);
	return 0;
}

static int
settle_doubt(struct taking *t, const struct journal_line *l)
{
	if (memcmp(l->prev, t->own, SHA_DIGITS) == 0)
		return bad(t, t->doubt - 1, "its key is not as it was");
	return bad(t, t->doubt, other_hash);
}

static int
take_line(struct taking *t, uint64_t lineno, const struct journal_line *l)
{
	struct ir_copy *c = t->c;
	const char *fault = link_fault(c, l);

	if (fault == other_hash)
		return doubt(t, lineno, l);
	if (!fault && !journal_line_sound(l))
		fault = "its sha256 is not that of its record";
	if (!fault && !journal_line_key_fits(l))
		fault = "its key is not that of its record";
	if (fault)
		return bad(t, lineno, fault);
	if (c->st.records++ == 0)
		c->st.first_seq = l->seq;
	c->st.last_seq = l->seq;
	c->st.redacted += l->redacted;
	try_anchor(t->anchor, l, journal_line_own(l, c->st.head));
	return 0;
}

/* What a last line without its newline is: whole, whole and more, or cut off. */
static int
take_rest(struct taking *t, uint64_t lineno, const char *line, size_t n)
{
	struct journal_line l;
	size_t most = n > 1 ? 2 : 1;

	for (size_t cut = 0; cut < most; cut++) {
		if (journal_line_parse(line, n - cut, &l) == 0 && journal_line_sound(&l))
			return bad(t, lineno,
			    cut ? "another byte is where its newline was" : "complete, but its newline is missing");
	}
	t->c->torn = true;
	snprintf(t->c->why, sizeof(t->c->why), "%s:%llu: unfinished: who wrote it was cut short", t->name,
	    (unsigned long long)lineno);
	return 0;
}

static bool
goes_on(const struct ir_copy *c, const struct journal_line *l)
{
	return !c->none && !c->bad && l->seq == c->st.last_seq + 1;
}

static int
take(void *arg, uint64_t lineno, const char *line, size_t n, bool whole)
{
	struct taking *t = arg;
	struct journal_line l;
	bool first = t->first, ours = line && journal_line_parse(line, n, &l) == 0;

	t->first = false;
	if (t->doubt)
		return ours ? settle_doubt(t, &l) : 1;
	if (first && t->c->first && !(ours && goes_on(t->c, &l))) {
		t->another = true;
		return 1;
	}
	if (first && line && !ours && is_record(line, n)) {
		t->c->none = true;
		snprintf(
		    t->c->why, sizeof(t->c->why), "%s: records without a chain, so that nothing can be said", t->name);
		return 1;
	}
	if (!whole && line)
		return take_rest(t, lineno, line, n);
	if (!ours)
		return bad(t, lineno, line ? "not a line of a journal" : "longer than a line may be");
	return take_line(t, lineno, &l);
}

int
ir_copy_file(struct ir_copy *c, int fd, const char *name, struct ir_anchor *anchor, struct ir_err *err)
{
	struct taking t = { .c = c, .name = name, .anchor = anchor, .first = true };

	if (c->torn) /* nothing follows an unfinished line */
		return 0;
	if (!c->first)
		memset(c->st.head, '0', SHA_DIGITS);
	if (ir_lines(fd, name, take, &t, err) < 0)
		return -1;
	if (t.another)
		return 0;
	if (!c->first)
		c->first = name;
	c->last = name;
	c->st.segments++;
	return 1;
}

/* ---- in the journal */

static int
look_in(struct ir_journal *j, const char *day, struct ir_anchor *a, struct ir_err *err)
{
	IR_CLOSE int fd = journal_open_file(j, day, "jsonl", O_RDONLY, err);
	IR_CLEANUP(journal_scan_done) struct journal_scan s = { .buf = NULL };
	char own[IR_SHA_HEX];
	struct journal_line l;
	const char *line;
	size_t n;
	int rc;

	if (fd < 0)
		return fd == JOURNAL_GONE ? 0 : -1;
	journal_scan_init(&s, fd, 0);
	while (!a->seq && (rc = journal_scan_next(&s, &line, &n)) != 0) {
		if (rc < 0)
			return ir_fail(err, IR_IO, "journal '%s.jsonl': %s", day, strerror(errno));
		if (line && journal_line_parse(line, n, &l) == 0)
			try_anchor(a, &l, journal_line_own(&l, own));
	}
	return 0;
}

int
ir_journal_anchor(struct ir_journal *j, struct ir_anchor *a, struct ir_err *err)
{
	IR_CLEANUP(journal_list_done) struct journal_list l;
	int rc = journal_list(j, &l, err);

	a->seq = 0;
	for (size_t i = l.days.n; rc == 0 && !a->seq && i-- > 0;)
		rc = look_in(j, l.days.v[i], a, err);
	return rc;
}
