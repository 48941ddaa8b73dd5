/*
 * journal_index - "<day>.idx": which lines of a segment have an id
 *
 * A header of 16 bytes (magic; salt, made from the segment's first bytes), then entries of 24 bytes, at least one a line, in the
 * order of the lines:
 *
 *	key     packed id, 0 for none
 *	where   offset << 24 | length of the line with its newline
 *	check   of key, where, the entry's place and the salt
 *
 * Entries are only ever added, without a word about them elsewhere: a reader believes them up to the first whose check fails or that does
 * not begin where the one before ended, and looks at the rest of the segment itself. So a writer killed at any instant
 * leaves an index that is right and a little behind. 100 MiB of journal have about 4 MB of index: reading them whole takes a millisecond
 * or two, less than anything cleverer would save. Numbers are in the machine's order; another machine's magic does not fit.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "rec/journal_priv.h"

#define MAGIC UINT64_C(0x0a3178646a726900) /* "\0irjdx1\n" */

enum {
	LEN_BITS = 24,
	SALT_BYTES = 166, /* of the first line; redaction does not reach them */
	BATCH = 2048,     /* entries read or written at once */
	BACK = 64,        /* entries looked at from the end for a good one */
	BEHIND = 1 << 20, /* bytes of segment that a reader looks through without mending the index */
};

struct header {
	uint64_t magic, salt;
};

struct entry {
	uint64_t key, where, check;
};

static uint64_t
mix(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static uint64_t
check_of(const struct entry *e, uint64_t place, uint64_t salt)
{
	return mix(mix(e->key + salt) ^ mix(e->where + (place + 1) * UINT64_C(0x9e3779b97f4a7c15)));
}

static int64_t
entry_off(const struct entry *e)
{
	return (int64_t)(e->where >> LEN_BITS);
}

static int64_t
entry_end(const struct entry *e)
{
	return entry_off(e) + (int64_t)(e->where & ((1 << LEN_BITS) - 1));
}

static int64_t
place_off(uint64_t place)
{
	return (int64_t)(sizeof(struct header) + place * sizeof(struct entry));
}

/* 0 when there is nothing to make it from. */
static uint64_t
salt_of(int segment)
{
	uint8_t hash[IR_SHA_BYTES];
	char buf[SALT_BYTES];
	uint64_t salt;
	ssize_t n = pread(segment, buf, sizeof(buf), 0);

	if (n <= 0)
		return 0;
	ir_sha256(buf, (size_t)n, hash);
	memcpy(&salt, hash, sizeof(salt));
	return salt;
}

static void
add_hit(struct journal_hits *h, uint64_t key, int64_t off, size_t len)
{
	if (h->n == h->size) {
		h->size = h->size ? h->size * 2 : 16;
		h->v = realloc(h->v, h->size * sizeof(*h->v));
		if (!h->v)
			ir_oom();
	}
	h->v[h->n++] = (struct journal_hit){ .key = key, .off = off, .len = len };
}

/* An index being read: entries so far, and how much of the segment they cover. */
struct walk {
	uint64_t salt, n;
	int64_t covered;
	bool bad; /* there is more in the file, but it is not right */
};

/* Believe entries as far as they are right. */
static void
believe(struct walk *w, const struct entry *v, size_t n, uint64_t want, uint64_t mask, struct journal_hits *h)
{
	for (size_t i = 0; i < n; i++, w->n++) {
		const struct entry *e = &v[i];

		if (entry_off(e) != w->covered || entry_end(e) <= w->covered ||
		    e->check != check_of(e, w->n, w->salt)) {
			w->bad = true;
			return;
		}
		if ((e->key & mask) == want && e->key)
			add_hit(h, e->key, entry_off(e), (size_t)(entry_end(e) - entry_off(e)));
		w->covered = entry_end(e);
	}
}

static void
read_entries(int fd, struct walk *w, uint64_t want, uint64_t mask, struct journal_hits *h)
{
	struct entry v[BATCH];
	struct header head;

	if (journal_pread(fd, &head, sizeof(head), 0) < 0 || head.magic != MAGIC || head.salt != w->salt) {
		w->bad = true;
		return;
	}
	while (!w->bad) {
		ssize_t got = pread(fd, v, sizeof(v), place_off(w->n));

		if (got < 0 && errno == EINTR)
			continue;
		w->bad = got < 0;
		if (got < (ssize_t)sizeof(*v)) /* the end, or an entry that is just being written */
			return;
		believe(w, v, (size_t)got / sizeof(*v), want, mask, h);
	}
}

/* Does what the index covers end where a line ends? */
static bool
ends_line(int segment, int64_t covered, int64_t size)
{
	char c;

	return covered == 0 || (covered <= size && journal_pread(segment, &c, 1, covered - 1) == 0 && c == '\n');
}

static int
scan_rest(int segment, const char *day, int64_t from, uint64_t want, uint64_t mask, struct journal_hits *h,
    struct ir_err *err)
{
	IR_CLEANUP(journal_scan_done) struct journal_scan s;
	struct journal_line l;
	const char *line;
	size_t len;
	int rc;

	journal_scan_init(&s, segment, from);
	while ((rc = journal_scan_next(&s, &line, &len)) > 0) {
		if (!line || journal_line_parse(line, len, &l) < 0 || l.redacted)
			continue;
		uint64_t key = journal_record_key(l.record, l.len);
		if (key && (key & mask) == want)
			add_hit(h, key, s.off, s.n);
	}
	return rc < 0 ? ir_fail(err, IR_IO, "journal '%s.jsonl': %s", day, strerror(errno)) : 0;
}

static void
mend(struct ir_journal *j, const char *day, int segment, size_t trusted)
{
	/* Who has the lock is about to bring it up to date anyway. */
	if (j->o.readonly || journal_lock(j, 0, NULL) < 0)
		return;
	journal_index_update(j, day, segment, trusted);
	journal_unlock(j);
}

static int
hits(struct ir_journal *j, const char *day, bool indexed, uint64_t want, uint64_t mask, struct journal_hits *h,
    struct ir_err *err)
{
	IR_CLOSE int segment = journal_open_file(j, day, "jsonl", O_RDONLY, err);
	if (segment < 0)
		return segment;
	IR_CLOSE int fd = indexed ? journal_open_file(j, day, "idx", O_RDONLY, NULL) : -1;
	struct walk w = { .salt = salt_of(segment) };
	size_t before = h->n;

	if (fd >= 0)
		read_entries(fd, &w, want, mask, h);
	int64_t size = journal_size(segment, day, err);
	if (size < 0)
		return -1;
	if (!ends_line(segment, w.covered, size)) {
		w = (struct walk){ .salt = w.salt, .bad = true };
		h->n = before;
	}
	int rc = scan_rest(segment, day, w.covered, want, mask, h, err);
	if (rc == 0 && (w.bad || fd < 0 || size - w.covered > BEHIND))
		mend(j, day, segment, w.n);
	return rc;
}

int
journal_hits(
    struct ir_journal *j, const char *day, uint64_t want, uint64_t mask, struct journal_hits *h, struct ir_err *err)
{
	return hits(j, day, true, want, mask, h, err);
}

int
journal_hits_scan(
    struct ir_journal *j, const char *day, uint64_t want, uint64_t mask, struct journal_hits *h, struct ir_err *err)
{
	return hits(j, day, false, want, mask, h, err);
}

/* Where to go on in an index that is there: behind the last good entry near its end. Returns its size. */
static int64_t
find_end(int fd, int segment, size_t trusted, struct walk *w)
{
	struct header head;
	struct entry v[BACK];
	off_t bytes = lseek(fd, 0, SEEK_END);
	int64_t size = lseek(segment, 0, SEEK_END);

	if (bytes < (off_t)sizeof(head) || journal_pread(fd, &head, sizeof(head), 0) < 0 || head.magic != MAGIC ||
	    head.salt != w->salt)
		return bytes;
	uint64_t n = ((uint64_t)bytes - sizeof(head)) / sizeof(*v);
	if (n > trusted)
		n = trusted;
	uint64_t k = n < BACK ? n : BACK, first = n - k;
	if (journal_pread(fd, v, k * sizeof(*v), place_off(first)) < 0)
		return bytes;
	for (; k > 0; k--) {
		const struct entry *e = &v[k - 1];

		if (e->check == check_of(e, first + k - 1, w->salt) && ends_line(segment, entry_end(e), size)) {
			w->n = first + k;
			w->covered = entry_end(e);
			break;
		}
	}
	return bytes;
}

static int
put(int fd, const void *p, size_t n, int64_t off)
{
	return pwrite(fd, p, n, off) == (ssize_t)n ? 0 : -1;
}

/* Add an entry for each line from w->covered on. */
static int
add_lines(int fd, int segment, struct walk *w)
{
	IR_CLEANUP(journal_scan_done) struct journal_scan s;
	struct entry v[BATCH];
	struct journal_line l;
	const char *line;
	size_t len, n = 0;
	int rc;

	journal_scan_init(&s, segment, w->covered);
	while ((rc = journal_scan_next(&s, &line, &len)) > 0) {
		bool good = line && journal_line_parse(line, len, &l) == 0 && !l.redacted;

		v[n].key = good ? journal_record_key(l.record, l.len) : 0;
		v[n].where = (uint64_t)s.off << LEN_BITS | s.n;
		v[n].check = check_of(&v[n], w->n + n, w->salt);
		if (++n < BATCH)
			continue;
		if (put(fd, v, sizeof(v), place_off(w->n)) < 0)
			return -1;
		w->n += n;
		n = 0;
	}
	if (put(fd, v, n * sizeof(*v), place_off(w->n)) < 0)
		return -1;
	w->n += n;
	return rc;
}

void
journal_index_update(struct ir_journal *j, const char *day, int segment, size_t trusted)
{
	IR_CLOSE int fd = journal_open_file(j, day, "idx", O_RDWR | O_CREAT, NULL);
	struct walk w = { .salt = salt_of(segment) };

	if (fd < 0 || !w.salt)
		return;
	int64_t bytes = find_end(fd, segment, trusted, &w), good = w.n ? place_off(w.n) : 0;
	if (bytes != good && ftruncate(fd, good) < 0)
		return;
	if (w.n == 0 && put(fd, &(struct header){ MAGIC, w.salt }, sizeof(struct header), 0) < 0)
		return;
	if (add_lines(fd, segment, &w) < 0 && ftruncate(fd, place_off(w.n)) < 0)
		return;
}
