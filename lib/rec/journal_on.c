/* journal_on - reading on: what was added since, and the lines of any file */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "rec/journal_priv.h"

bool
ir_journal_unwrap(const char *line, size_t n, const char **record, size_t *len)
{
	struct journal_line l;

	if (journal_line_parse(line, n, &l) < 0)
		return false;
	*record = l.redacted ? NULL : l.record;
	*len = l.len;
	return true;
}

/* The whole lines of a segment behind at->off. 1 when cb has enough, 0, -1 */
static int
read_segment(int fd, struct ir_journal_at *at, ir_journal_cb *cb, void *arg)
{
	IR_CLEANUP(journal_scan_done) struct journal_scan s;
	const char *line, *record;
	size_t n, len;
	int rc, enough = 0;

	journal_scan_init(&s, fd, at->off);
	while (!enough && (rc = journal_scan_next(&s, &line, &n)) != 0) {
		if (rc < 0)
			return -1;
		at->off = s.off + (int64_t)s.n;
		if (line && ir_journal_unwrap(line, n, &record, &len) && record)
			enough = cb(arg, record, len) != 0;
	}
	return enough;
}

static int
read_day(
    struct ir_journal *j, const char *day, struct ir_journal_at *at, ir_journal_cb *cb, void *arg, struct ir_err *err)
{
	IR_CLOSE int fd = journal_open_file(j, day, "jsonl", O_RDONLY, err);
	int rc;

	if (fd < 0)
		return fd == JOURNAL_GONE ? 0 : -1;
	if (strcmp(at->day, day) != 0) {
		snprintf(at->day, sizeof(at->day), "%s", day);
		at->off = 0;
	}
	/* An append that failed cut the file back. */
	int64_t size = journal_size(fd, day, err);
	if (size < 0)
		return -1;
	if (at->off >= size)
		return 0;
	rc = read_segment(fd, at, cb, arg);
	return rc < 0 ? ir_fail(err, IR_IO, "journal '%s.jsonl': %s", day, strerror(errno)) : rc;
}

int
ir_journal_read_on(struct ir_journal *j, struct ir_journal_at *at, ir_journal_cb *cb, void *arg, struct ir_err *err)
{
	IR_CLEANUP(journal_list_done) struct journal_list l;
	int rc = journal_list(j, &l, err);

	for (size_t i = 0; rc == 0 && i < l.days.n; i++) {
		if (strcmp(l.days.v[i], at->day) >= 0)
			rc = read_day(j, l.days.v[i], at, cb, arg, err);
	}
	return rc < 0 ? -1 : 0;
}

int
ir_lines(int fd, const char *name, ir_lines_cb *cb, void *arg, struct ir_err *err)
{
	IR_CLEANUP(journal_scan_done) struct journal_scan s;
	uint64_t lineno = 0;
	const char *line;
	size_t n;
	int rc, said = 0;
	bool cut = false; /* in the midst of a line that is too long */

	journal_scan_init(&s, fd, 0);
	while (said == 0 && (rc = journal_scan_next(&s, &line, &n)) > 0) {
		if (!cut)
			said = cb(arg, ++lineno, line, n, true);
		cut = !line;
	}
	if (said != 0)
		return said;
	if (rc < 0)
		return ir_fail(err, IR_IO, "'%s': %s", name, strerror(errno));
	return n > 0 && !cut ? cb(arg, lineno + 1, line, n, false) : 0;
}
