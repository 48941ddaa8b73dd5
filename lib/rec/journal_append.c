/*
 * journal_append - lines in: lock, look at the tail, one write, sync, index, unlock
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "rec/journal_priv.h"

static const char zeros[IR_SHA_HEX] = "0000000000000000000000000000000000000000000000000000000000000000";

static bool
is_hash(const char *s)
{
	return strlen(s) == IR_SHA_HEX - 1 && strspn(s, "0123456789abcdef") == IR_SHA_HEX - 1;
}

static int
check_entry(const struct ir_entry *e, struct ir_err *err)
{
	if (e->len > IR_LINE_MAX)
		return ir_fail(err, IR_IO, "a record of %zu bytes is too long for the journal", e->len);
	if (e->len < 2 || e->record[0] != '{' || e->record[e->len - 1] != '}' || memchr(e->record, '\n', e->len) ||
	    memchr(e->record, '\0', e->len))
		return ir_fail(err, IR_INTERNAL, "a record for the journal is not one line of JSON");
	if (e->key[0] && !is_hash(e->key))
		return ir_fail(err, IR_INTERNAL, "a record's key for the journal is not a hash");
	return 0;
}

/* Cheap to do before the lock is taken: look at the entries, and hash each record. */
static int
prepare(const struct ir_entry *v, size_t n, char (*sha)[IR_SHA_HEX], struct ir_err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (check_entry(&v[i], err) < 0)
			return -1;
		ir_sha256_hex(v[i].record, v[i].len, sha[i]);
	}
	return 0;
}

/* An append at work. */
struct adding {
	struct ir_journal *j;
	struct journal_list list;
	struct journal_tail tail;
	struct ir_buf buf; /* all its lines */
	uint64_t seq;      /* of the next line */
	char head[IR_SHA_HEX];
	char day[IR_TIME_MAX]; /* of the segment that they go into */
	bool sync;
};

static void
adding_done(struct adding *a)
{
	journal_list_done(&a->list);
	ir_buf_done(&a->buf);
}

static void
add_line(struct adding *a, const char *key, const char *sha, const char *record, size_t len)
{
	journal_line_add(&a->buf, a->seq++, a->head, key, sha, record, len);
}

/* Chain an error of the journal's own, in the name of the run that found it. Its n counts downwards, clear of the run's own errors. */
static void
add_error(struct adding *a, const struct ir_entry *like, const char *subject, const char *message, const char *hint)
{
	json_t *o = json_loadb(like->record, like->len, 0, NULL);
	const struct ir_rec rec = { .obj = o };
	char key[IR_SHA_HEX], sha[IR_SHA_HEX];
	struct ir_error row;
	size_t len;

	ir_row_init(&ir_kind_error, &row);
	row.h.time_ms = ir_now_ms();
	row.h.status = IR_STATUS_FAIL;
	row.h.subject = subject;
	row.h.summary = row.message = message;
	row.hint = hint;
	row.code = IR_IO;
	row.n = -(int64_t)a->seq;
	json_t *obj = ir_rec_from_row(
	    &ir_kind_error, &row, ir_rec_str(&rec, "source"), ir_rec_str(&rec, "run"), ir_rec_str(&rec, "env"), key);
	const char *line = ir_rec_encode(&a->list.arena, obj, &len);
	add_line(a, key, ir_sha256_hex(line, len, sha), line, len);
	json_decref(obj);
	json_decref(o);
}

static void
add_errors(struct adding *a, const struct ir_entry *like)
{
	struct ir_arena *arena = &a->list.arena;
	const char *subject = ir_asprintf(arena, "journal:%s", a->j->dir);

	for (size_t i = 0; i < a->tail.owed.n; i++) {
		const char *name = a->tail.owed.v[i];
		struct stat st = { .st_size = 0 };

		fstatat(a->j->dirfd, name, &st, AT_SYMLINK_NOFOLLOW);
		add_error(a, like, subject,
		    ir_asprintf(
			arena, "a torn last line of %lld bytes was set aside as '%s'", (long long)st.st_size, name),
		    "a command was killed or the machine went down while it wrote; nothing before it is lost");
	}
	if (a->tail.newline)
		add_error(a, like, subject,
		    ir_asprintf(arena, "line %llu was complete but for its newline, which was added",
			(unsigned long long)a->tail.seq),
		    "a command was killed or the file was edited; the line itself is sound");
}

/* The newest segment, unless its day is over. */
static void
choose_day(struct adding *a)
{
	char today[IR_TIME_MAX];

	ir_day_format(today, ir_now_ms());
	snprintf(
	    a->day, sizeof(a->day), "%s", a->tail.newest && strcmp(a->tail.newest, today) > 0 ? a->tail.newest : today);
}

static int
no_space(const struct adding *a, int fd, int64_t size, int code, struct ir_err *err)
{
	if (ftruncate(fd, size) < 0)
		return ir_fail(err, IR_IO, "journal '%s/%s.jsonl': %s, and what was written of it stays: %s", a->j->dir,
		    a->day, strerror(code), strerror(errno));
	return ir_fail(err, IR_IO, "journal '%s/%s.jsonl': %s", a->j->dir, a->day, strerror(code));
}

/* One write(2), or for tests two. 0, or -1 with errno: less than all is as good as nothing. */
static int
write_all(struct ir_journal *j, int fd, const char *p, size_t n)
{
	size_t split = j->o.test ? j->o.test->split : 0, first = split == 0 ? n : split < n ? split : n - 1;
	ssize_t got = write(fd, p, first);

	if (got == (ssize_t)first && first < n) {
		journal_phase(j, IR_JOURNAL_HALF);
		p += first;
		first = n - first;
		got = write(fd, p, first);
	}
	if (got == (ssize_t)first)
		return 0;
	if (got >= 0)
		errno = ENOSPC;
	return -1;
}

static int
sync_file(const struct ir_journal *j, int fd)
{
	return j->o.test && j->o.test->no_sync ? 0 : fdatasync(fd);
}

/* Before the first line of a segment: what was promised to be on disk in it must not outlive what the chain holds before it, nor its
 * own name. */
static int
sync_before_first(struct adding *a, struct ir_err *err)
{
	IR_CLOSE int fd = -1;

	if (fsync(a->j->dirfd) < 0)
		return ir_fail(err, IR_IO, "journal '%s': %s", a->j->dir, strerror(errno));
	if (!a->tail.last)
		return 0;
	fd = journal_open_file(a->j, a->tail.last, "jsonl", O_RDONLY, err);
	if (fd < 0)
		return -1;
	if (sync_file(a->j, fd) < 0)
		return ir_fail(err, IR_IO, "journal '%s/%s.jsonl': %s", a->j->dir, a->tail.last, strerror(errno));
	return 0;
}

/* What was taken is in the file, or nothing of it. */
static int
write_lines(struct adding *a, int fd, int64_t size, struct ir_err *err)
{
	if (size == 0 && sync_before_first(a, err) < 0)
		return -1;
	journal_phase(a->j, IR_JOURNAL_WRITING);
	if (write_all(a->j, fd, a->buf.data, a->buf.len) < 0)
		return no_space(a, fd, size, errno, err);
	journal_phase(a->j, IR_JOURNAL_WRITTEN);
	if (a->sync) {
		if (sync_file(a->j, fd) < 0)
			return no_space(a, fd, size, errno, err);
		journal_phase(a->j, IR_JOURNAL_SYNCED);
	}
	return 0;
}

static int
put_lines(struct adding *a, struct ir_err *err)
{
	IR_CLOSE int fd = journal_open_file(a->j, a->day, "jsonl", O_RDWR | O_APPEND | O_CREAT, err);
	int64_t size = fd < 0 ? -1 : journal_size(fd, a->day, err);

	if (size < 0 || write_lines(a, fd, size, err) < 0)
		return -1;
	journal_index_update(a->j, a->day, fd, SIZE_MAX);
	journal_phase(a->j, IR_JOURNAL_INDEXED);
	if (size == 0)
		journal_keep(a->j, &a->list, ir_now_ms());
	return 0;
}

static int
append_locked(struct adding *a, const struct ir_entry *v, size_t n, char (*sha)[IR_SHA_HEX], uint64_t *ret_seq,
    struct ir_err *err)
{
	if (journal_tail(a->j, &a->list, &a->tail, err) < 0)
		return -1;
	choose_day(a);
	a->seq = a->tail.seq + 1;
	memcpy(a->head, a->tail.seq ? a->tail.head : zeros, sizeof(a->head));
	add_errors(a, v);

	uint64_t seq = a->seq;
	for (size_t i = 0; i < n; i++)
		add_line(a, v[i].key, sha[i], v[i].record, v[i].len);
	if (a->buf.full)
		return ir_fail(err, IR_IO, "more than %d MiB of records at once are too much for the journal",
		    JOURNAL_APPEND_CAP >> 20);
	if (put_lines(a, err) < 0)
		return -1;
	if (ret_seq)
		*ret_seq = seq;
	return 0;
}

int
ir_journal_append(
    struct ir_journal *j, const struct ir_entry *v, size_t n, bool sync, uint64_t *ret_seq, struct ir_err *err)
{
	if (n == 0)
		return 0;
	if (j->o.readonly)
		return ir_fail(err, IR_IO, "journal '%s': opened to be read only", j->dir);

	IR_FREE char(*sha)[IR_SHA_HEX] = calloc(n, sizeof(*sha));
	if (!sha)
		ir_oom();
	if (prepare(v, n, sha, err) < 0 || journal_lock(j, j->o.lock_ms, err) < 0)
		return -1;
	journal_phase(j, IR_JOURNAL_LOCKED);

	IR_CLEANUP(adding_done) struct adding a = { .j = j, .sync = sync };
	ir_buf_init(&a.buf, JOURNAL_APPEND_CAP);
	int rc = append_locked(&a, v, n, sha, ret_seq, err);
	journal_unlock(j);
	journal_phase(j, IR_JOURNAL_UNLOCKED);
	return rc;
}
