/*
 * journal_many - records out by many ids at once: each index is read once, whatever the number of ids
 *
 * All lines with an id are looked at, since any may show that two facts have it; but beyond the newest `max` only at their key.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "rec/journal_priv.h"

struct wanted {
	uint64_t key;
	struct ir_finds *finds;
	size_t size; /* of finds->v */
};

struct many {
	struct ir_journal *j;
	struct ir_arena *arena;
	struct wanted *v; /* owned; open addressing */
	size_t nslots, max;
	char *buf; /* owned; one line */
	size_t buf_size;
};

/* What an id had before a segment was looked at. */
struct before {
	size_t n;
	const struct ir_found *other;
};

static struct wanted *
slot_of(const struct many *m, uint64_t key)
{
	size_t i = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (m->nslots - 1);

	while (m->v[i].key && m->v[i].key != key)
		i = (i + 1) & (m->nslots - 1);
	return &m->v[i];
}

/* NULL: it is no id, or was given before. */
static struct wanted *
wanted_of(const struct many *m, const struct ir_finds *f)
{
	struct wanted *w = ir_id_valid(f->id, strlen(f->id)) ? slot_of(m, ir_id_pack(f->id)) : NULL;

	return w && w->finds == f ? w : NULL;
}

static void
want(struct many *m, struct ir_finds *v, size_t n)
{
	for (m->nslots = 64; m->nslots < 2 * n; m->nslots *= 2)
		;
	m->v = calloc(m->nslots, sizeof(*m->v));
	if (!m->v)
		ir_oom();
	for (size_t i = 0; i < n; i++) {
		struct wanted *w;

		v[i] = (struct ir_finds){ .id = v[i].id };
		if (!ir_id_valid(v[i].id, strlen(v[i].id)))
			continue;
		w = slot_of(m, ir_id_pack(v[i].id));
		if (!w->key)
			*w = (struct wanted){ ir_id_pack(v[i].id), &v[i], 0 };
	}
}

static bool
same_fact(const struct ir_found *f, const struct journal_line *l)
{
	return strlen(f->key) == l->key_len && memcmp(f->key, l->key, l->key_len) == 0;
}

static void
keep_other(struct many *m, struct ir_finds *f, const struct journal_line *l)
{
	struct ir_found *other = IR_NEW(m->arena, struct ir_found);

	journal_keep_found(m->arena, l, other);
	f->other = other;
}

static void
keep(struct many *m, struct wanted *w, const struct journal_line *l)
{
	struct ir_finds *f = w->finds;

	if (f->n > 0 && !f->other && !same_fact(&f->v[0], l))
		keep_other(m, f, l);
	if (f->n == m->max)
		return;
	if (f->n == w->size) {
		struct ir_found *more = IR_NEW_N(m->arena, struct ir_found, w->size ? 2 * w->size : 2);

		if (f->n)
			memcpy(more, f->v, f->n * sizeof(*more));
		f->v = more;
		w->size = w->size ? 2 * w->size : 2;
	}
	journal_keep_found(m->arena, l, &f->v[f->n++]);
}

/* Is there something to learn from this line? Of one beyond the newest, only whether its fact is another. 1, 0, -1 */
static int
tells(const struct many *m, const struct ir_finds *f, int fd, const struct journal_hit *hit)
{
	char head[JOURNAL_HEAD_MAX];
	struct journal_line l;
	size_t n = hit->len < sizeof(head) ? hit->len : sizeof(head);

	if (f->n < m->max)
		return 1;
	if (f->other)
		return 0;
	if (journal_pread(fd, head, n, hit->off) < 0)
		return errno == ENODATA ? 1 : -1;
	return journal_line_head(head, n, &l) < 0 || !same_fact(&f->v[0], &l);
}

/* The lines of a segment that are wanted, from the last one. 1, 0 when the index is wrong about one, -1 */
static int
take(struct many *m, int fd, const struct journal_hits *h)
{
	struct journal_line l;

	for (size_t i = h->n; i-- > 0;) {
		struct wanted *w = slot_of(m, h->v[i].key);
		int rc = w->key ? tells(m, w->finds, fd, &h->v[i]) : 0;

		if (rc < 0)
			return -1;
		if (rc == 0)
			continue;
		rc = journal_read_line(fd, &h->v[i], &m->buf, &m->buf_size, &l);
		if (rc <= 0)
			return rc;
		if (l.redacted)
			continue;
		if (journal_record_key(l.record, l.len) != w->key)
			return 0;
		keep(m, w, &l);
	}
	return 1;
}

static void
hits_done(struct journal_hits *h)
{
	free(h->v);
}

static void
remember(const struct ir_finds *v, size_t n, struct before *before)
{
	for (size_t i = 0; i < n; i++)
		before[i] = (struct before){ v[i].n, v[i].other };
}

/* Forget what a segment gave. */
static void
forget(const struct many *m, struct ir_finds *v, size_t n, const struct before *before)
{
	for (size_t i = 0; i < n; i++) {
		if (wanted_of(m, &v[i])) {
			v[i].n = before[i].n;
			v[i].other = before[i].other;
		}
	}
}

static int
take_day(struct many *m, const char *day, struct ir_finds *v, size_t n, struct ir_err *err)
{
	IR_CLEANUP(hits_done) struct journal_hits h = { .n = 0 };
	int rc = journal_hits(m->j, day, 0, 0, &h, err);

	if (rc < 0)
		return rc == JOURNAL_GONE ? 0 : -1;
	IR_CLOSE int fd = journal_open_file(m->j, day, "jsonl", O_RDONLY, err);
	if (fd < 0)
		return fd == JOURNAL_GONE ? 0 : -1;
	IR_FREE struct before *before = calloc(n + 1, sizeof(*before));
	if (!before)
		ir_oom();
	remember(v, n, before);
	rc = take(m, fd, &h);
	if (rc == 0) {
		forget(m, v, n, before);
		h.n = 0;
		rc = journal_hits_scan(m->j, day, 0, 0, &h, err) < 0 ? -1 : take(m, fd, &h);
	}
	return rc < 0 ? ir_fail(err, IR_IO, "journal '%s.jsonl': %s", day, strerror(errno)) : 0;
}

static void
oldest_first(struct ir_finds *f)
{
	for (size_t i = 0; i < f->n / 2; i++) {
		struct ir_found t = f->v[i];

		f->v[i] = f->v[f->n - 1 - i];
		f->v[f->n - 1 - i] = t;
	}
}

/* An id that was given again has what the first has. */
static void
share(const struct many *m, struct ir_finds *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!wanted_of(m, &v[i]) && ir_id_valid(v[i].id, strlen(v[i].id))) {
			const struct ir_finds *first = slot_of(m, ir_id_pack(v[i].id))->finds;

			v[i] = (struct ir_finds){ v[i].id, first->v, first->n, first->other };
		}
	}
}

int
ir_journal_find_many(
    struct ir_journal *j, struct ir_arena *arena, struct ir_finds *v, size_t n, size_t max, struct ir_err *err)
{
	struct many m = { .j = j, .arena = arena, .max = max };
	IR_CLEANUP(journal_list_done) struct journal_list l;
	int rc = journal_list(j, &l, err);

	want(&m, v, n);
	for (size_t i = l.days.n; rc == 0 && i-- > 0;)
		rc = take_day(&m, l.days.v[i], v, n, err);
	for (size_t i = 0; i < n; i++)
		oldest_first(&v[i]);
	if (rc == 0)
		journal_shared_finds(j, arena, v, n, max);
	share(&m, v, n);
	free(m.v);
	free(m.buf);
	return rc;
}
