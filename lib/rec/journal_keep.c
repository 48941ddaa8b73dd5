/*
 * journal_keep - retention: what is old goes, unless an incident holds it
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "rec/journal_priv.h"

enum { DAY_MS = 24 * 60 * 60 * 1000, HOLDS_MAX = 10000, UNPUSHED_TIMES = 10 };

static int64_t
day_of(int64_t ms)
{
	return ms >= 0 ? ms / DAY_MS : -((DAY_MS - 1 - ms) / DAY_MS);
}

/* "2026-02-01" as days since the epoch; INT64_MAX, which is never old, for no date. */
static int64_t
day_number(const char *day)
{
	char buf[IR_TIME_MAX];
	int64_t ms;

	snprintf(buf, sizeof(buf), "%.*sT00:00:00Z", JOURNAL_DAY, day);
	return ir_time_parse_rfc3339(buf, strlen(buf), &ms) < 0 ? INT64_MAX : day_of(ms);
}

/* The day that an incident began; INT64_MAX when it does not say. */
static int64_t
incident_day(const struct journal_line *l)
{
	json_t *o = json_loadb(l->record, l->len, 0, NULL);
	const char *s = json_string_value(json_object_get(o, "time"));
	int64_t ms, day = INT64_MAX;

	if (s && ir_time_parse_rfc3339(s, strlen(s), &ms) == 0)
		day = day_of(ms);
	json_decref(o);
	return day;
}

static int
note_hold(struct journal_holds *h, uint64_t id, int64_t from, int64_t to)
{
	for (size_t i = 0; i < h->n; i++) {
		if (h->v[i].id != id)
			continue;
		if (from < h->v[i].from)
			h->v[i].from = from;
		if (to > h->v[i].to)
			h->v[i].to = to;
		return 0;
	}
	if (h->n == HOLDS_MAX)
		return -1;
	if (h->n == h->size) {
		h->size = h->size ? h->size * 2 : 16;
		h->v = realloc(h->v, h->size * sizeof(*h->v));
		if (!h->v)
			ir_oom();
	}
	h->v[h->n++] = (struct journal_hold){ id, from, to };
	return 0;
}

static void
hits_done(struct journal_hits *h)
{
	free(h->v);
}

/* 1, 0 when a hit is no incident (the index is wrong), -1 */
static int
note_hits(int fd, const char *day, const struct journal_hits *hits, struct journal_holds *h, struct ir_err *err)
{
	IR_FREE char *buf = NULL;
	size_t size = 0;
	int64_t to = day_number(day);
	struct journal_line l;

	for (size_t i = 0; i < hits->n; i++) {
		int rc = journal_read_line(fd, &hits->v[i], &buf, &size, &l);

		if (rc < 0)
			return ir_fail(err, IR_IO, "journal '%s.jsonl': %s", day, strerror(errno));
		if (rc == 0 || (!l.redacted && journal_record_key(l.record, l.len) != hits->v[i].key))
			return 0;
		int64_t from = l.redacted ? to : incident_day(&l);
		if (note_hold(h, hits->v[i].key, from < to ? from : to, to) < 0)
			return ir_fail(err, IR_IO, "journal: more than %d incidents", HOLDS_MAX);
	}
	return 1;
}

static int
holds_of(struct ir_journal *j, const char *day, struct journal_holds *h, struct ir_err *err)
{
	/* All ids of a prefix differ only in the 40 bits of their characters. */
	const uint64_t mask = UINT64_MAX << 40, want = ir_id_pack("inc-00000000") & mask;
	IR_CLEANUP(hits_done) struct journal_hits hits = { .n = 0 };
	int rc = journal_hits(j, day, want, mask, &hits, err);

	if (rc == JOURNAL_GONE || (rc == 0 && hits.n == 0))
		return 0;
	IR_CLOSE int fd = rc < 0 ? -1 : journal_open_file(j, day, "jsonl", O_RDONLY, err);
	if (fd < 0)
		return -1;
	rc = note_hits(fd, day, &hits, h, err);
	if (rc == 0) {
		hits.n = 0;
		rc = journal_hits_scan(j, day, want, mask, &hits, err) < 0 ? -1 : note_hits(fd, day, &hits, h, err);
	}
	return rc < 0 ? -1 : 0;
}

int
journal_holds(struct ir_journal *j, const struct journal_list *l, struct journal_holds *h, struct ir_err *err)
{
	for (size_t i = 0; i < l->days.n; i++) {
		if (holds_of(j, l->days.v[i], h, err) < 0)
			return -1;
	}
	return 0;
}

bool
journal_held(const struct journal_holds *h, const char *day)
{
	int64_t n = day_number(day);

	for (size_t i = 0; i < h->n; i++) {
		if (n >= h->v[i].from && n <= h->v[i].to)
			return true;
	}
	return false;
}

/* Remove all that belongs to a day but its segment: index, torn files. */
static void
remove_sidecars(struct ir_journal *j, const char *day)
{
	int fd = openat(j->dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (!d) {
		ir_close_p(&fd);
		return;
	}
	for (struct dirent *e; (e = readdir(d));) {
		if (strncmp(e->d_name, day, JOURNAL_DAY) == 0 && e->d_name[JOURNAL_DAY] == '.')
			unlinkat(j->dirfd, e->d_name, 0);
	}
	closedir(d);
}

/* Today; but the day after the newest segment when that is earlier: a clock that is wrong once must not empty the journal. */
static int64_t
believed_day(const struct journal_list *l, int64_t now_ms)
{
	int64_t today = day_of(now_ms), newest = l->days.n ? day_number(l->days.v[l->days.n - 1]) : INT64_MAX;

	return newest < today ? newest + 1 : today;
}

/* seq of the first line of a segment; 0: it has none, or cannot be read */
static uint64_t
first_seq(struct ir_journal *j, const char *day)
{
	IR_CLOSE int fd = journal_open_file(j, day, "jsonl", O_RDONLY, NULL);
	char head[JOURNAL_HEAD_MAX];
	ssize_t n = fd < 0 ? -1 : pread(fd, head, sizeof(head), 0);
	struct journal_line l;

	return n > 0 && journal_line_head(head, (size_t)n, &l) == 0 ? l.seq : 0;
}

/* How many of the first `old` segments may go for the shared journal's sake: those that it has all of, and those that waited for too long. */
static size_t
pushed(struct ir_journal *j, const struct journal_list *l, size_t old, int64_t too_old)
{
	uint64_t has = j->share && old > 0 ? j->share->pushed(j->share_arg) : UINT64_MAX;
	size_t n = old;

	/* A segment ends where the next one begins. What cannot be read is in doubt, and stays. */
	while (has < UINT64_MAX && n > 0 && day_number(l->days.v[n - 1]) >= too_old) {
		uint64_t next = n < l->days.n ? first_seq(j, l->days.v[n]) : 0;

		if (next > 0 && next - 1 <= has)
			break;
		n--;
	}
	return n;
}

void
journal_keep(struct ir_journal *j, const struct journal_list *l, int64_t now_ms)
{
	struct journal_holds holds = { .n = 0 };
	int64_t today = believed_day(l, now_ms), oldest = today - j->o.keep_days;
	size_t old = 0;

	while (old < l->days.n && day_number(l->days.v[old]) < oldest)
		old++;
	old = j->o.keep_days < 0 ? 0 : pushed(j, l, old, today - (int64_t)UNPUSHED_TIMES * j->o.keep_days);
	if (old == 0 || journal_holds(j, l, &holds, NULL) < 0)
		old = 0;

	/* The oldest first, so that a kill in between leaves no gap behind a segment that nothing holds. */
	for (size_t i = 0; i < old; i++) {
		char name[JOURNAL_NAME];

		if (journal_held(&holds, l->days.v[i]))
			continue;
		snprintf(name, sizeof(name), "%s.jsonl", l->days.v[i]);
		if (unlinkat(j->dirfd, name, 0) < 0)
			break;
		remove_sidecars(j, l->days.v[i]);
	}
	free(holds.v);
}
