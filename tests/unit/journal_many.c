/* journal_many - many ids at once give what each alone gives */
#include "rec/journal.h"

#include <stdlib.h>

#include "scratch.h"
#include "tap.h"

enum { IDS = 50, MAX = 3 };

static struct ir_arena arena;
static struct ir_journal *j;

static const char *
id_of(int i)
{
	return ir_asprintf(&arena, "chk-%08d", i);
}

/* key: of the fact; usually there is one an id. */
static void
add_fact(int i, int n, int key)
{
	struct ir_err err = IR_ERR_INIT;
	char hex[IR_SHA_HEX];
	char *rec = ir_asprintf(&arena, "{\"kind\":\"check\",\"v\":1,\"id\":\"%s\",\"n\":%d}", id_of(i), n);
	struct ir_entry e = { .record = rec, .len = strlen(rec), .kind = "check", .id = id_of(i), .key = hex };

	ir_sha256_hex(&key, sizeof(key), hex);
	if (ir_journal_append(j, &e, 1, false, NULL, &err) < 0)
		scratch_die(err.msg);
}

static void
add(int i, int n)
{
	add_fact(i, n, i);
}

/* Id i is said i % 5 times a day, on three days. */
static void
fill(void)
{
	static const char *const days[] = { "2026-02-01T02:00:00Z", "2026-02-02T02:00:00Z", "2026-02-03T02:00:00Z" };

	for (int d = 0; d < 3; d++) {
		setenv("IR_TEST_NOW", days[d], 1);
		for (int i = 0; i < IDS; i++)
			for (int k = 0; k < i % 5; k++)
				add(i, 10 * d + k);
	}
}

static int
differs(const struct ir_finds *f)
{
	struct ir_found *one;
	struct ir_err err = IR_ERR_INIT;
	int n = ir_journal_find(j, &arena, f->id, MAX, &one, &err), bad = n != (int)f->n;

	for (int i = 0; !bad && i < n; i++)
		bad = one[i].seq != f->v[i].seq || strcmp(one[i].record, f->v[i].record) != 0 ||
		      strcmp(one[i].key, f->v[i].key) != 0 || one[i].len != f->v[i].len;
	return bad;
}

static void
compare(const char *what)
{
	struct ir_finds f[IDS + 3] = { 0 };
	struct ir_err err = IR_ERR_INIT;
	int bad = 0;

	for (int i = 0; i < IDS; i++)
		f[i].id = id_of(i);
	f[IDS].id = "chk-zzzzzzzz";
	f[IDS + 1].id = id_of(3);
	f[IDS + 2].id = "nonsense";
	IS_INT(ir_journal_find_many(j, &arena, f, IDS + 3, MAX, &err), 0, "%s: many at once", what);
	for (int i = 0; i < IDS; i++)
		bad += differs(&f[i]);
	IS_INT(bad, 0, "%s: each has what it has alone", what);
	IS_INT((int64_t)f[4].n, MAX, "%s: at most as many as were asked for", what);
	OK(f[0].n == 0 && f[IDS].n == 0 && f[IDS + 2].n == 0, "%s: unknown ids and what is none have nothing", what);
	OK(f[IDS + 1].n == f[3].n && f[3].n > 0, "%s: an id that comes again has the same", what);
	IS_INT(ir_journal_find_many(j, &arena, f, 0, MAX, &err), 0, "%s: none at all", what);
}

/* Another fact under the id, on the first day only, and behind more observations than are asked for. */
static void
others(const char *what)
{
	struct ir_finds f[] = { { .id = id_of(IDS + 1) }, { .id = id_of(4) }, { .id = id_of(IDS + 1) } };
	struct ir_err err = IR_ERR_INIT;

	IS_INT(ir_journal_find_many(j, &arena, f, 3, MAX, &err), 0, "%s: an id of two facts", what);
	OK(f[0].n == MAX && f[0].other && strstr(f[0].other->record, "\"n\":100"), "%s: both are found", what);
	OK(!f[1].other, "%s: one fact is one, however often it is said", what);
	OK(f[2].other == f[0].other, "%s: the same when asked for again", what);
}

static void
fill_others(void)
{
	setenv("IR_TEST_NOW", "2026-02-01T02:00:00Z", 1);
	add_fact(IDS + 1, 100, -1);
	add_fact(IDS + 1, 101, IDS + 1);
	setenv("IR_TEST_NOW", "2026-02-02T02:00:00Z", 1);
	for (int i = 0; i < 2 * MAX; i++)
		add_fact(IDS + 1, i, IDS + 1);
}

int
main(void)
{
	const char *dir = scratch_new(&arena);
	struct ir_err err = IR_ERR_INIT;
	struct ir_journal_opts o = { .dir = ir_asprintf(&arena, "%s/journal", dir), .keep_days = 7, .lock_ms = 2000 };

	j = ir_journal_open(&o, &err);
	if (!j)
		scratch_die(err.msg);
	fill_others();
	fill();
	compare("indexed");
	others("indexed");
	unlink(ir_asprintf(&arena, "%s/2026-02-02.idx", o.dir));
	compare("an index is gone");
	scratch_file("journal/2026-02-01.idx", "not an index, but long enough to be taken for one");
	compare("an index is broken");
	scratch_file("journal/2026-02-01.idx", "not an index, but long enough to be taken for one");
	others("an index is broken");
	ir_journal_close(j);
	o.readonly = true;
	o.dir = ir_asprintf(&arena, "%s/nosuch", dir);
	j = ir_journal_open(&o, &err);
	struct ir_finds f = { .id = "chk-00000001" };
	OK(j && ir_journal_find_many(j, &arena, &f, 1, MAX, &err) == 0 && f.n == 0, "an empty journal has nothing");
	ir_journal_close(j);
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
