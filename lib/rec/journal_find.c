/*
 * journal_find - records out: by id, and the newest ones
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "rec/journal_priv.h"

enum {
	TAIL_BYTES = 8 << 20,    /* most that ir_journal_recent() reads */
	RECALL_BYTES = 32 << 20, /* of ir_journal_recall() */
	FIRST_WINDOW = 64 << 10,
	WINDOW = 2 << 20,     /* holds the longest line */
	SEEN_SLOTS = 1 << 16, /* more than lines with an id in TAIL_BYTES of the shortest that there are */
};

static void
hits_done(struct journal_hits *h)
{
	free(h->v);
}

int
journal_read_line(int fd, const struct journal_hit *hit, char **buf, size_t *size, struct journal_line *l)
{
	if (hit->len > JOURNAL_LINE_CAP || hit->len < 2)
		return 0;
	if (*size < hit->len) {
		free(*buf);
		*size = hit->len < 4096 ? 4096 : hit->len;
		*buf = malloc(*size);
		if (!*buf)
			ir_oom();
	}
	if (journal_pread(fd, *buf, hit->len, hit->off) < 0)
		return errno == ENODATA ? 0 : -1;
	return (*buf)[hit->len - 1] == '\n' && journal_line_parse(*buf, hit->len - 1, l) == 0;
}

void
journal_keep_found(struct ir_arena *arena, const struct journal_line *l, struct ir_found *f)
{
	/* Not as a string: a damaged file may have zero bytes anywhere. */
	f->record = memcpy(ir_arena_alloc(arena, l->len + 1), l->record, l->len);
	f->len = l->len;
	f->seq = l->seq;
	memcpy(f->key, l->key, l->key_len);
	f->key[l->key_len] = '\0';
}

/* What is found, newest first until the end. */
struct finding {
	struct ir_journal *j;
	struct ir_arena *arena;
	uint64_t key;
	size_t max;
	struct ir_found *v; /* owned */
	size_t n, size;
};

static struct ir_found *
next_found(struct finding *f)
{
	if (f->n == f->size) {
		f->size = f->size ? f->size * 2 : 8;
		f->v = realloc(f->v, f->size * sizeof(*f->v));
		if (!f->v)
			ir_oom();
	}
	return &f->v[f->n++];
}

/* Take the lines that were hit, from the last one. 1, 0 when a hit was none (the index is wrong), -1 */
static int
take_hits(struct finding *f, int fd, const struct journal_hits *h)
{
	IR_FREE char *buf = NULL;
	size_t size = 0;
	struct journal_line l;

	for (size_t i = h->n; i-- > 0 && f->n < f->max;) {
		int rc = journal_read_line(fd, &h->v[i], &buf, &size, &l);

		if (rc <= 0)
			return rc;
		if (l.redacted)
			continue;
		if (journal_record_key(l.record, l.len) != f->key)
			return 0;
		journal_keep_found(f->arena, &l, next_found(f));
	}
	return 1;
}

static int
find_in(struct finding *f, const char *day, struct ir_err *err)
{
	IR_CLEANUP(hits_done) struct journal_hits h = { .n = 0 };
	size_t before = f->n;
	int rc = journal_hits(f->j, day, f->key, UINT64_MAX, &h, err);

	if (rc < 0)
		return rc == JOURNAL_GONE ? 0 : -1;
	if (h.n == 0)
		return 0;
	IR_CLOSE int fd = journal_open_file(f->j, day, "jsonl", O_RDONLY, err);
	if (fd < 0)
		return fd == JOURNAL_GONE ? 0 : -1;
	rc = take_hits(f, fd, &h);
	if (rc == 0) {
		f->n = before;
		h.n = 0;
		rc = journal_hits_scan(f->j, day, f->key, UINT64_MAX, &h, err) < 0 ? -1 : take_hits(f, fd, &h);
	}
	return rc < 0 ? ir_fail(err, IR_IO, "journal '%s.jsonl': %s", day, strerror(errno)) : 0;
}

static void
oldest_first(struct ir_found *v, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct ir_found t = v[i];

		v[i] = v[n - 1 - i];
		v[n - 1 - i] = t;
	}
}

static int
find_one(
    struct ir_journal *j, struct ir_arena *arena, const char *id, size_t max, struct ir_found **ret, struct ir_err *err)
{
	struct ir_finds f = { .id = id };

	if (ir_journal_find_many(j, arena, &f, 1, max < INT_MAX ? max : INT_MAX, err) < 0)
		return -1;
	*ret = f.v;
	return (int)f.n;
}

int
ir_journal_find(
    struct ir_journal *j, struct ir_arena *arena, const char *id, size_t max, struct ir_found **ret, struct ir_err *err)
{
	*ret = NULL;
	if (!ir_id_valid(id, strlen(id)))
		return 0;
	if (j->share)
		return find_one(j, arena, id, max, ret, err);

	struct finding f = { .j = j, .arena = arena, .key = ir_id_pack(id), .max = max < INT_MAX ? max : INT_MAX };
	IR_CLEANUP(journal_list_done) struct journal_list l;
	int rc = journal_list(j, &l, err);

	for (size_t i = l.days.n; rc == 0 && i-- > 0 && f.n < f.max;)
		rc = find_in(&f, l.days.v[i], err);
	if (rc == 0 && f.n > 0) {
		*ret = IR_NEW_N(arena, struct ir_found, f.n);
		memcpy(*ret, f.v, f.n * sizeof(**ret));
		oldest_first(*ret, f.n);
		rc = (int)f.n;
	}
	free(f.v);
	return rc;
}

/* The newest records, being shown. */
struct recent {
	const char *kind;
	size_t left;    /* records */
	int64_t budget; /* bytes */
	ir_journal_cb *cb;
	void *arg;
	uint64_t *seen;             /* owned; open addressing, SEEN_SLOTS */
	char *buf;                  /* owned; WINDOW */
	struct ir_shared_list more; /* of the shared journal, newest first */
	size_t at;                  /* shown of them */
	bool enough;
};

/* Note an id. True when it is new. */
static bool
first_seen(struct recent *r, uint64_t key)
{
	size_t i = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 48) % SEEN_SLOTS;

	for (; r->seen[i]; i = (i + 1) % SEEN_SLOTS) {
		if (r->seen[i] == key)
			return false;
	}
	r->seen[i] = key;
	return true;
}

static bool
is_new(struct recent *r, const char *record, size_t len)
{
	if (r->kind && !journal_record_is(record, len, r->kind))
		return false;
	bool runs = journal_record_is(record, len, "start") || journal_record_is(record, len, "end");
	uint64_t key = runs ? 0 : journal_record_key(record, len);

	return key ? first_seen(r, key) : r->kind != NULL;
}

static bool
tell(struct recent *r, const char *record, size_t len)
{
	r->enough = r->cb(r->arg, record, len) != 0 || --r->left == 0;
	return r->enough;
}

/* What others wrote behind our line of that seq. True when that is enough. */
static bool
show_shared(struct recent *r, uint64_t seq)
{
	while (r->at < r->more.n && r->more.v[r->at].place >= seq) {
		const struct ir_shared_found *f = &r->more.v[r->at++];

		if (is_new(r, f->record, f->len) && tell(r, f->record, f->len))
			return true;
	}
	return false;
}

/* True when that is enough. line is in r->buf, so that its end may become a NUL. */
static bool
show(struct recent *r, char *line, size_t len)
{
	struct journal_line l;

	if (journal_line_parse(line, len, &l) < 0)
		return false;
	if (r->at < r->more.n && show_shared(r, l.seq))
		return true;
	if (l.redacted || !is_new(r, l.record, l.len))
		return false;
	line[len - 1] = '\0';
	return tell(r, l.record, l.len);
}

/* The whole lines of buf[0..n), last first. Returns how many bytes at the start may be a part of a line; *done: that is enough. */
static size_t
show_window(struct recent *r, size_t n, bool *done)
{
	while (!*done && n > 0) {
		const char *nl = memrchr(r->buf, '\n', n - 1);

		if (!nl)
			break;
		size_t start = (size_t)(nl - r->buf) + 1;
		*done = show(r, r->buf + start, n - 1 - start);
		n = start;
	}
	return n;
}

/* A segment from its end. 1 when that is enough, 0, -1 */
static int
recent_in(struct recent *r, int fd, int64_t end)
{
	int64_t window = FIRST_WINDOW;
	bool done = false;

	end = journal_after_newline(fd, end, TAIL_BYTES);
	if (end < 0)
		return errno == EFBIG ? 0 : -1;
	while (end > 0 && r->budget > 0) {
		int64_t n = end < window ? end : window;

		if (n > r->budget)
			n = r->budget;
		r->budget -= n;
		if (journal_pread(fd, r->buf, (size_t)n, end - n) < 0)
			return errno == ENODATA ? 0 : -1;
		size_t rest = show_window(r, (size_t)n, &done);
		if (!done && n == end && rest > 0)
			done = show(r, r->buf, rest - 1);
		if (done || n == end)
			return done;
		if (rest == (size_t)n && window == WINDOW)
			return 0; /* a line longer than any of ours */
		end = end - n + (int64_t)rest;
		window = window * 2 < WINDOW ? window * 2 : WINDOW;
	}
	return r->budget <= 0;
}

static int
recent_all(struct ir_journal *j, struct recent *r, struct ir_err *err)
{
	IR_CLEANUP(journal_list_done) struct journal_list l;
	int rc = journal_list(j, &l, err);

	for (size_t i = l.days.n; rc == 0 && i-- > 0;) {
		IR_CLOSE int fd = journal_open_file(j, l.days.v[i], "jsonl", O_RDONLY, err);
		if (fd == JOURNAL_GONE)
			continue;
		int64_t size = fd < 0 ? -1 : journal_size(fd, l.days.v[i], err);
		if (size < 0)
			return -1;
		rc = recent_in(r, fd, size);
		if (rc < 0)
			ir_fail(err, IR_IO, "journal '%s.jsonl': %s", l.days.v[i], strerror(errno));
	}
	if (rc >= 0 && !r->enough)
		show_shared(r, 0);
	return rc < 0 ? -1 : 0;
}

static int
recent(struct ir_journal *j, struct recent *r, bool local, struct ir_err *err)
{
	struct ir_arena arena = { 0 };

	if (r->left == 0)
		return 0;
	r->seen = calloc(SEEN_SLOTS, sizeof(*r->seen));
	r->buf = malloc(WINDOW);
	if (!r->seen || !r->buf)
		ir_oom();
	if (j->share)
		j->share->recent(j->share_arg, &arena, r->kind, r->left, local, &r->more);
	int rc = recent_all(j, r, err);
	ir_arena_done(&arena);
	free(r->seen);
	free(r->buf);
	return rc;
}

int
ir_journal_recent(struct ir_journal *j, const char *kind, size_t max, ir_journal_cb *cb, void *arg, struct ir_err *err)
{
	struct recent r = { .kind = kind, .left = max, .budget = TAIL_BYTES, .cb = cb, .arg = arg };

	return recent(j, &r, true, err);
}

int
ir_journal_recall(struct ir_journal *j, const char *kind, size_t max, ir_journal_cb *cb, void *arg, struct ir_err *err)
{
	struct recent r = { .kind = kind, .left = max, .budget = RECALL_BYTES, .cb = cb, .arg = arg };

	return recent(j, &r, false, err);
}
