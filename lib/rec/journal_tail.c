/*
 * journal_tail - where the chain ends, and the mending of what a crash left there
 *
 * Each append looks anew, under the lock: nothing is remembered between two, so nothing can be remembered wrongly.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "rec/journal_priv.h"

enum {
	COPY = 64 << 10,
	SAME_SEQ_MAX = 100, /* torn files with one seq */
	HEAD_TRIES = 3,
};

/* A segment's end. */
struct end {
	int64_t size;
	int64_t lines; /* bytes of whole lines; behind it is an unfinished one */
	bool complete; /* which is all there but for its newline */
	struct journal_line last;
	char *buf; /* that last points into; owned */
};

static void
end_done(struct end *e)
{
	free(e->buf);
}

/* Read and parse the line in [from, to). 1, 0 when it is no line, -1 */
static int
read_line(int fd, int64_t from, int64_t to, struct end *e)
{
	if (to - from > JOURNAL_LINE_CAP)
		return 0;
	free(e->buf);
	e->buf = malloc((size_t)(to - from) + 1);
	if (!e->buf)
		ir_oom();
	if (journal_pread(fd, e->buf, (size_t)(to - from), from) < 0)
		return -1;
	return journal_line_parse(e->buf, (size_t)(to - from), &e->last) == 0;
}

static int
io_error(const char *day, struct ir_err *err)
{
	return ir_fail(err, IR_IO, "journal '%s.jsonl': %s", day, strerror(errno));
}

static int
foreign(const char *day, struct ir_err *err)
{
	ir_fail(err, IR_IO, "journal '%s.jsonl': its last line is not one of a journal, so nothing is added", day);
	return ir_hint(err, "cut that line off, or move the file away");
}

/* Is the unfinished rest a whole record that goes on from the last line? */
static int
judge_rest(int fd, const char *day, struct end *e, const struct journal_tail *t, struct ir_err *err)
{
	struct end rest = { .size = 0 };
	int rc = read_line(fd, e->lines, e->size, &rest);

	if (rc > 0 && rest.last.seq == t->seq + 1 && journal_line_sound(&rest.last) &&
	    memcmp(rest.last.prev, t->head, IR_SHA_HEX - 1) == 0)
		e->complete = true;
	end_done(&rest);
	return rc < 0 ? io_error(day, err) : 0;
}

static void
take_last(struct journal_tail *t, const struct journal_line *l)
{
	t->seq = l->seq;
	journal_line_own(l, t->head);
}

/* Look at a segment's end. 1 when it has a last line (now in t), 0 when it has no whole line, -1. */
static int
look(int fd, const char *day, struct end *e, struct journal_tail *t, struct ir_err *err)
{
	if ((e->size = journal_size(fd, day, err)) < 0)
		return -1;
	e->lines = journal_after_newline(fd, e->size, JOURNAL_APPEND_CAP);
	if (e->lines < 0)
		return errno == EFBIG ? foreign(day, err) : io_error(day, err);
	if (e->lines == 0)
		return 0;
	int64_t from = journal_after_newline(fd, e->lines - 1, JOURNAL_LINE_CAP);
	if (from < 0)
		return errno == EFBIG ? foreign(day, err) : io_error(day, err);
	int rc = read_line(fd, from, e->lines - 1, e);
	if (rc <= 0)
		return rc < 0 ? io_error(day, err) : foreign(day, err);
	take_last(t, &e->last);
	return 1;
}

static int
copy(int from, int to, int64_t off, int64_t end)
{
	char buf[COPY];

	while (off < end) {
		size_t n = end - off < COPY ? (size_t)(end - off) : COPY;

		if (journal_pread(from, buf, n, off) < 0 || write(to, buf, n) != (ssize_t)n)
			return -1;
		off += (int64_t)n;
	}
	return 0;
}

/* Does the file hold just these bytes? (It does when a writer was killed between setting aside and cutting.) */
static bool
same(int a, int b, int64_t off, int64_t end)
{
	char x[COPY], y[COPY];

	if (lseek(b, 0, SEEK_END) != end - off)
		return false;
	for (int64_t pos = 0; off < end;) {
		size_t n = end - off < COPY ? (size_t)(end - off) : COPY;

		if (journal_pread(a, x, n, off) < 0 || journal_pread(b, y, n, pos) < 0 || memcmp(x, y, n) != 0)
			return false;
		off += (int64_t)n;
		pos += (int64_t)n;
	}
	return true;
}

/* Write it under another name first, so that a torn file is never half a one. */
static int
write_torn(
    struct ir_journal *j, const char *day, const char *what, int segment, const struct end *e, struct ir_err *err)
{
	char tmp[JOURNAL_NAME], name[JOURNAL_NAME];
	IR_CLOSE int fd = journal_open_file(j, day, "tmp", O_WRONLY | O_CREAT | O_TRUNC, err);

	if (fd < 0)
		return -1;
	snprintf(tmp, sizeof(tmp), "%s.tmp", day);
	snprintf(name, sizeof(name), "%s.%s", day, what);
	if (copy(segment, fd, e->lines, e->size) < 0 || fsync(fd) < 0 || renameat(j->dirfd, tmp, j->dirfd, name) < 0 ||
	    fsync(j->dirfd) < 0) {
		ir_fail(
		    err, IR_IO, "journal '%s/%s': a torn line cannot be set aside: %s", j->dir, name, strerror(errno));
		unlinkat(j->dirfd, tmp, 0);
		return -1;
	}
	return 0;
}

/* Put the unfinished line into "<day>.torn-<seq>", or ".1" and so on behind it when that has other bytes. */
static int
set_aside(struct ir_journal *j, struct journal_list *l, const char *day, int segment, const struct end *e, uint64_t seq,
    struct ir_err *err)
{
	char what[JOURNAL_NAME - JOURNAL_DAY - 1];

	for (int i = 0; i < SAME_SEQ_MAX; i++) {
		if (i == 0)
			snprintf(what, sizeof(what), "torn-%llu", (unsigned long long)seq);
		else
			snprintf(what, sizeof(what), "torn-%llu.%d", (unsigned long long)seq, i);
		IR_CLOSE int fd = journal_open_file(j, day, what, O_RDONLY, err);
		if (fd == JOURNAL_GONE) {
			ir_list_add(&l->arena, &l->torn, ir_asprintf(&l->arena, "%s.%s", day, what));
			return write_torn(j, day, what, segment, e, err);
		}
		if (fd < 0)
			return -1;
		if (same(segment, fd, e->lines, e->size))
			return 0;
	}
	return ir_fail(err, IR_IO, "journal '%s': more than %d torn lines with seq %llu", j->dir, SAME_SEQ_MAX,
	    (unsigned long long)seq);
}

/* Make the segment end with a whole line. */
static int
mend_end(struct ir_journal *j, struct journal_list *l, const char *day, struct end *e, struct journal_tail *t,
    struct ir_err *err)
{
	IR_CLOSE int fd = journal_open_file(j, day, "jsonl", O_RDWR | O_APPEND, err);

	if (fd < 0)
		return -1;
	if (e->complete) {
		t->newline = true;
		t->last = day;
		if (write(fd, "\n", 1) != 1)
			return io_error(day, err);
		return read_line(fd, e->lines, e->size, e) > 0 ? take_last(t, &e->last), 0 : io_error(day, err);
	}
	if (set_aside(j, l, day, fd, e, t->seq + 1, err) < 0)
		return -1;
	journal_phase(j, IR_JOURNAL_SET_ASIDE);
	if (ftruncate(fd, e->lines) < 0)
		return io_error(day, err);
	journal_phase(j, IR_JOURNAL_CUT);
	return 0;
}

/* From the newest segment back to the first that has a line; *at its place (else 0). *torn: some have an unfinished line. */
static int
find_last(struct ir_journal *j, const struct journal_list *l, struct journal_tail *t, size_t *at, bool *torn,
    struct ir_err *err)
{
	*at = 0;
	*torn = false;
	for (size_t i = l->days.n; i-- > 0;) {
		IR_CLOSE int fd = journal_open_file(j, l->days.v[i], "jsonl", O_RDONLY, err);
		if (fd < 0)
			return -1;
		IR_CLEANUP(end_done) struct end e = { .size = 0 };
		int rc = look(fd, l->days.v[i], &e, t, err);

		if (rc < 0)
			return -1;
		*torn |= e.size != e.lines;
		*at = i;
		if (rc > 0) {
			t->last = l->days.v[i];
			return 0;
		}
	}
	return 0;
}

/* Mend a segment that the chain does not go beyond. */
static int
mend(struct ir_journal *j, struct journal_list *l, const char *day, struct journal_tail *t, struct ir_err *err)
{
	IR_CLOSE int fd = journal_open_file(j, day, "jsonl", O_RDONLY, err);
	if (fd < 0)
		return -1;
	IR_CLEANUP(end_done) struct end e = { .size = 0 };
	struct journal_tail here = *t;

	if (look(fd, day, &e, &here, err) < 0)
		return -1;
	if (e.size == e.lines)
		return 0;
	if (judge_rest(fd, day, &e, t, err) < 0)
		return -1;
	return mend_end(j, l, day, &e, t, err);
}

int
journal_tail(struct ir_journal *j, struct journal_list *l, struct journal_tail *t, struct ir_err *err)
{
	size_t at;
	bool torn;

	memset(t, 0, sizeof(*t));
	memset(t->head, '0', IR_SHA_HEX - 1);
	if (journal_list(j, l, err) < 0 || journal_redact_finish(j, l, err) < 0 ||
	    find_last(j, l, t, &at, &torn, err) < 0)
		return -1;
	for (size_t i = at; torn && i < l->days.n; i++) {
		if (mend(j, l, l->days.v[i], t, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < l->torn.n; i++) {
		if (journal_torn_seq(l->torn.v[i]) == t->seq + 1)
			ir_list_add(&l->arena, &t->owed, l->torn.v[i]);
	}
	t->newest = l->days.n ? l->days.v[l->days.n - 1] : NULL;
	return 0;
}

static int
find_head(struct ir_journal *j, uint64_t *ret_seq, char head[static IR_SHA_HEX], struct ir_err *err)
{
	IR_CLEANUP(journal_list_done) struct journal_list l;
	struct journal_tail t = { .seq = 0 };
	size_t at;
	bool torn;

	memset(t.head, '0', IR_SHA_HEX - 1);
	if (journal_list(j, &l, err) < 0 || find_last(j, &l, &t, &at, &torn, err) < 0)
		return -1;
	*ret_seq = t.seq;
	memcpy(head, t.head, IR_SHA_HEX);
	return 0;
}

/* Retention or a mending writer may take away what was just seen: look again. */
int
ir_journal_head(struct ir_journal *j, uint64_t *ret_seq, char head[static IR_SHA_HEX], struct ir_err *err)
{
	int rc = -1;

	for (int i = 0; rc < 0 && i < HEAD_TRIES; i++)
		rc = find_head(j, ret_seq, head, err);
	return rc;
}
