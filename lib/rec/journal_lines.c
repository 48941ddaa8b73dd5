/* journal_lines - the lines of the chain from a seq on, as they are, for who keeps them elsewhere too */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "rec/journal_priv.h"

enum { NEAR = 64 << 10 }; /* bytes that are looked through without jumping */

/* The first line of the segment: its seq, 0 when there is none, -1. */
static int64_t
first_seq(int fd)
{
	char head[JOURNAL_HEAD_MAX];
	struct journal_line l;
	ssize_t n = pread(fd, head, sizeof(head), 0);

	if (n < 0)
		return -1;
	return journal_line_head(head, (size_t)n, &l) == 0 ? (int64_t)l.seq : 0;
}

/* The first whole line that begins at or behind off. 1, 0 at the end, -1 */
static int
line_behind(int fd, int64_t off, int64_t *at, uint64_t *seq)
{
	IR_CLEANUP(journal_scan_done) struct journal_scan s;
	struct journal_line l;
	const char *line;
	size_t len;
	int rc;

	journal_scan_init(&s, fd, off);
	if (off > 0 && (rc = journal_scan_next(&s, &line, &len)) <= 0)
		return rc;
	rc = journal_scan_next(&s, &line, &len);
	if (rc <= 0)
		return rc;
	if (!line || journal_line_head(line, len, &l) < 0)
		return 0;
	*at = s.off;
	*seq = l.seq;
	return 1;
}

/* An offset of a line that is not behind the first one wanted, and near it. */
static int64_t
seek(int fd, int64_t size, uint64_t after)
{
	int64_t low = 0, high = size;

	while (high - low > NEAR) {
		int64_t mid = low + (high - low) / 2, at;
		uint64_t seq;
		int rc = line_behind(fd, mid, &at, &seq);

		if (rc < 0)
			return -1;
		if (rc > 0 && seq <= after && at < high)
			low = at;
		else
			high = mid;
	}
	return low;
}

static int
fail(const char *day, struct ir_err *err)
{
	return ir_fail(err, IR_IO, "journal '%s.jsonl': %s", day, strerror(errno));
}

/* 0, 1 when that is enough, -1 */
static int
lines_in(int fd, const char *day, uint64_t after, uint64_t until, journal_line_cb *cb, void *arg, struct ir_err *err)
{
	IR_CLEANUP(journal_scan_done) struct journal_scan s = { .fd = -1 };
	int64_t size = journal_size(fd, day, err), from = size < 0 ? -1 : seek(fd, size, after);
	struct journal_line l;
	const char *line;
	size_t len;
	int rc;

	if (from < 0)
		return size < 0 ? -1 : fail(day, err);
	journal_scan_init(&s, fd, from);
	while ((rc = journal_scan_next(&s, &line, &len)) > 0) {
		if (!line || journal_line_parse(line, len, &l) < 0)
			return ir_fail(err, IR_DATA, "journal '%s.jsonl': holds what is not a line of a journal", day);
		if (l.seq > until)
			return 1;
		if (l.seq > after && (rc = cb(arg, &l, line, len)) != 0)
			return rc;
	}
	return rc < 0 ? fail(day, err) : 0;
}

/* The segment that has the first wanted line: the last one that does not begin behind it. */
static int
find_day(struct ir_journal *j, const struct journal_list *l, uint64_t after, size_t *ret, struct ir_err *err)
{
	for (*ret = l->days.n; *ret > 0; --*ret) {
		IR_CLOSE int fd = journal_open_file(j, l->days.v[*ret - 1], "jsonl", O_RDONLY, err);
		int64_t first = fd < 0 ? 0 : first_seq(fd);

		if (fd < 0 && fd != JOURNAL_GONE)
			return -1;
		if (first < 0)
			return fail(l->days.v[*ret - 1], err);
		if (first > 0 && (uint64_t)first <= after + 1)
			break;
	}
	*ret -= *ret > 0;
	return 0;
}

int
journal_lines(struct ir_journal *j, uint64_t after, uint64_t until, journal_line_cb *cb, void *arg, struct ir_err *err)
{
	IR_CLEANUP(journal_list_done) struct journal_list l;
	size_t i = 0;
	int rc = journal_list(j, &l, err);

	if (rc == 0)
		rc = find_day(j, &l, after, &i, err);
	for (; rc == 0 && i < l.days.n; i++) {
		IR_CLOSE int fd = journal_open_file(j, l.days.v[i], "jsonl", O_RDONLY, err);

		if (fd == JOURNAL_GONE)
			continue;
		rc = fd < 0 ? -1 : lines_in(fd, l.days.v[i], after, until, cb, arg, err);
	}
	return rc < 0 ? -1 : 0;
}

/* On disk: also what no run has asked to be. */
static int
sync_newest(struct ir_journal *j, struct ir_err *err)
{
	IR_CLEANUP(journal_list_done) struct journal_list l;

	if (journal_list(j, &l, err) < 0)
		return -1;
	if (l.days.n == 0)
		return 0;
	IR_CLOSE int fd = journal_open_file(j, l.days.v[l.days.n - 1], "jsonl", O_RDONLY, err);
	if (fd < 0)
		return fd == JOURNAL_GONE ? 0 : -1;
	return fdatasync(fd) < 0 ? fail(l.days.v[l.days.n - 1], err) : 0;
}

int
journal_settled(struct ir_journal *j, int64_t wait_ms, uint64_t *ret_seq, struct ir_err *err)
{
	char head[IR_SHA_HEX];
	int rc;

	if (journal_lock(j, wait_ms, err) < 0)
		return -1;
	rc = ir_journal_head(j, ret_seq, head, err);
	if (rc == 0)
		rc = sync_newest(j, err);
	journal_unlock(j);
	return rc;
}
