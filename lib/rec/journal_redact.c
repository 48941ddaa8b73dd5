/*
 * journal_redact - the text of records goes, and the chain holds
 *
 * In place: `null` and spaces over the record's bytes, so that no offset changes and the index stays right. What is about to go is first noted in
 * "<day>.redact" (a line "offset length" each, then "end"), synced, and only then are bytes changed: a crash in between is finished by the next append or redaction, from the note.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "rec/journal_priv.h"

enum { NOTE_MAX = 16 << 20, SPACES = 64 << 10 };

static const char before[] = ",\"record\":";

static int
failed(const struct ir_journal *j, const char *day, struct ir_err *err)
{
	return ir_fail(
	    err, IR_IO, "journal '%s/%s.jsonl': a record cannot be redacted: %s", j->dir, day, strerror(errno));
}

static int
sync_file(const struct ir_journal *j, int fd)
{
	return j->o.test && j->o.test->no_sync ? 0 : fdatasync(fd);
}

static int
put(int fd, const char *p, size_t n, int64_t off)
{
	while (n > 0) {
		ssize_t did = pwrite(fd, p, n, off);

		if (did < 0 && errno == EINTR)
			continue;
		if (did <= 0)
			return -1;
		p += did;
		off += did;
		n -= (size_t)did;
	}
	return 0;
}

/* From the end of the record to its beginning makes no difference: half of it is never sound. */
static int
blank(const struct ir_journal *j, int fd, int64_t off, int64_t len)
{
	static const char null[] = "null";
	char spaces[SPACES];
	const int64_t end = off + len;

	memset(spaces, ' ', sizeof(spaces));
	if (put(fd, null, sizeof(null) - 1, off) < 0)
		return -1;
	journal_phase(j, (enum ir_journal_phase)IR_JOURNAL_REDACT_HALF);
	for (off += sizeof(null) - 1; off < end;) {
		size_t n = end - off < SPACES ? (size_t)(end - off) : SPACES;

		if (put(fd, spaces, n, off) < 0)
			return -1;
		off += (int64_t)n;
	}
	return 0;
}

/* Is there a record's place of that length, whatever is in it? */
static bool
is_place(int fd, int64_t off, int64_t len)
{
	char head[sizeof(before) - 1], tail[2];

	return len >= 4 && len <= IR_LINE_MAX && off >= (int64_t)sizeof(head) &&
	       journal_pread(fd, head, sizeof(head), off - (int64_t)sizeof(head)) == 0 &&
	       memcmp(head, before, sizeof(head)) == 0 && journal_pread(fd, tail, 2, off + len) == 0 &&
	       tail[0] == '}' && tail[1] == '\n';
}

/* ---- the note */

static int
write_note(struct ir_journal *j, const char *day, const struct ir_buf *note, struct ir_err *err)
{
	char tmp[JOURNAL_NAME], name[JOURNAL_NAME];
	IR_CLOSE int fd = journal_open_file(j, day, "tmp", O_WRONLY | O_CREAT | O_TRUNC, err);

	if (fd < 0)
		return -1;
	snprintf(tmp, sizeof(tmp), "%s.tmp", day);
	snprintf(name, sizeof(name), "%s.redact", day);
	if (put(fd, note->data, note->len, 0) == 0 && fsync(fd) == 0 && renameat(j->dirfd, tmp, j->dirfd, name) == 0 &&
	    fsync(j->dirfd) == 0)
		return 0;
	failed(j, day, err);
	unlinkat(j->dirfd, tmp, 0);
	return -1;
}

/* A whole note, NUL-terminated and the caller's; NULL: there is none, or not a whole one. */
static char *
read_note(struct ir_journal *j, const char *day)
{
	IR_CLOSE int fd = journal_open_file(j, day, "redact", O_RDONLY, NULL);
	int64_t n = fd < 0 ? -1 : journal_size(fd, day, NULL);
	char *s = n < 4 || n > NOTE_MAX ? NULL : malloc((size_t)n + 1);

	if (!s)
		return NULL;
	s[n] = '\0';
	if (journal_pread(fd, s, (size_t)n, 0) == 0 && strcmp(s + n - 4, "end\n") == 0)
		return s;
	free(s);
	return NULL;
}

static int
blank_noted(struct ir_journal *j, int fd, const char *note)
{
	int64_t off, len;

	for (const char *s = note; *s; s = strchr(s, '\n') + 1) {
		if (sscanf(s, "%" SCNd64 " %" SCNd64, &off, &len) == 2 && is_place(fd, off, len) &&
		    blank(j, fd, off, len) < 0)
			return -1;
	}
	return 0;
}

/* Do what is noted of a day, and forget the note. */
static int
finish(struct ir_journal *j, const char *day, struct ir_err *err)
{
	IR_FREE char *note = read_note(j, day);
	IR_CLOSE int fd = journal_open_file(j, day, "jsonl", O_RDWR, err);
	char name[JOURNAL_NAME];

	if (fd < 0 && fd != JOURNAL_GONE)
		return -1;
	if (fd >= 0 && note && (blank_noted(j, fd, note) < 0 || sync_file(j, fd) < 0))
		return failed(j, day, err);
	journal_phase(j, (enum ir_journal_phase)IR_JOURNAL_REDACTED);
	snprintf(name, sizeof(name), "%s.redact", day);
	return unlinkat(j->dirfd, name, 0) < 0 && errno != ENOENT ? failed(j, day, err) : 0;
}

int
journal_redact_finish(struct ir_journal *j, const struct journal_list *l, struct ir_err *err)
{
	for (size_t i = 0; i < l->redact.n; i++) {
		if (finish(j, l->redact.v[i], err) < 0)
			return -1;
	}
	return 0;
}

/* ---- what is to go */

struct redacting {
	struct ir_journal *j;
	uint64_t key;
	int64_t from_ms, to_ms;
	struct ir_buf note;
	size_t n;
};

static bool
is_meant(const struct redacting *r, const struct journal_line *l)
{
	int64_t ms = IR_TIME_NONE;
	json_t *o;

	if (l->redacted || journal_record_key(l->record, l->len) != r->key)
		return false;
	if (r->from_ms == IR_TIME_NONE && r->to_ms == IR_TIME_NONE)
		return true;
	o = json_loadb(l->record, l->len, 0, NULL);
	ms = ir_rec_time(&(struct ir_rec){ .obj = o });
	json_decref(o);
	return ms != IR_TIME_NONE && (r->from_ms == IR_TIME_NONE || ms >= r->from_ms) &&
	       (r->to_ms == IR_TIME_NONE || ms <= r->to_ms);
}

static void
hits_done(struct journal_hits *h)
{
	free(h->v);
}

/* Note the lines of a segment. Without believing the index: what is to go must not stay because of it. */
static int
note_day(struct redacting *r, const char *day, struct ir_err *err)
{
	IR_CLEANUP(hits_done) struct journal_hits h = { .n = 0 };
	IR_FREE char *buf = NULL;
	size_t size = 0;
	struct journal_line l;

	if (journal_hits_scan(r->j, day, r->key, UINT64_MAX, &h, err) < 0)
		return -1;
	IR_CLOSE int fd = journal_open_file(r->j, day, "jsonl", O_RDONLY, err);
	if (fd < 0)
		return -1;
	ir_buf_reset(&r->note);
	for (size_t i = 0; i < h.n; i++) {
		if (journal_read_line(fd, &h.v[i], &buf, &size, &l) <= 0 || !is_meant(r, &l))
			continue;
		ir_buf_addf(&r->note, "%" PRId64 " %zu\n", h.v[i].off + (l.record - l.start), l.len);
		r->n++;
	}
	ir_buf_adds(&r->note, "end\n");
	return 0;
}

static int
redact_day(struct redacting *r, const char *day, struct ir_err *err)
{
	size_t before_n = r->n;

	if (note_day(r, day, err) < 0)
		return -1;
	if (r->n == before_n)
		return 0;
	if (r->note.full)
		return ir_fail(err, IR_IO, "journal '%s.jsonl': too many records to be redacted at once", day);
	if (write_note(r->j, day, &r->note, err) < 0)
		return -1;
	journal_phase(r->j, (enum ir_journal_phase)IR_JOURNAL_REDACT_NOTED);
	return finish(r->j, day, err);
}

static int
redact_locked(struct redacting *r, struct ir_err *err)
{
	IR_CLEANUP(journal_list_done) struct journal_list l;
	int rc = journal_list(r->j, &l, err);

	if (rc == 0)
		rc = journal_redact_finish(r->j, &l, err);
	for (size_t i = 0; rc == 0 && i < l.days.n; i++)
		rc = redact_day(r, l.days.v[i], err);
	return rc;
}

int
ir_journal_redact(struct ir_journal *j, const char *id, int64_t from_ms, int64_t to_ms, size_t *n, struct ir_err *err)
{
	struct redacting r = { .j = j, .from_ms = from_ms, .to_ms = to_ms };
	int rc;

	*n = 0;
	if (j->o.readonly)
		return ir_fail(err, IR_IO, "journal '%s': opened to be read only", j->dir);
	if (!ir_id_valid(id, strlen(id)))
		return ir_fail(err, IR_USAGE, "'%s' is not a handle", id);
	r.key = ir_id_pack(id);
	if (journal_lock(j, j->o.lock_ms, err) < 0)
		return -1;
	ir_buf_init(&r.note, NOTE_MAX);
	rc = redact_locked(&r, err);
	ir_buf_done(&r.note);
	journal_unlock(j);
	*n = r.n;
	return rc;
}
