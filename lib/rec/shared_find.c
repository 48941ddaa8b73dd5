/* shared_find - records of others, by handle and by kind */
#include "rec/shared_priv.h"

enum { IDS = 1000, MOST = 100000, ROWS_MAX = 300000, RECALL_MAX = 5000 };

static bool
is_key(const char *s)
{
	return !*s || (strlen(s) == IR_SHA_HEX - 1 && strspn(s, "0123456789abcdef") == IR_SHA_HEX - 1);
}

bool
shared_is_record(const char *record, size_t len)
{
	return len >= 2 && len <= IR_LINE_MAX && record[0] == '{' && record[len - 1] == '}' &&
	       !memchr(record, '\n', len);
}

bool
shared_row(const struct ir_pg_set *set, size_t row, struct ir_arena *arena, struct ir_shared_found *f)
{
	const char *id = shared_cell(set, row, 0), *key = shared_cell(set, row, 4), *record = shared_cell(set, row, 5);

	f->len = strlen(record);
	if (!ir_id_valid(id, strlen(id)) || !is_key(key) || !shared_is_record(record, f->len) ||
	    journal_record_key(record, f->len) != ir_id_pack(id))
		return false;
	f->seq = shared_number(set, row, 1);
	f->place = shared_number(set, row, 2);
	f->mine = shared_cell(set, row, 3)[0] == 't';
	snprintf(f->id, sizeof(f->id), "%s", id);
	snprintf(f->key, sizeof(f->key), "%s", key);
	f->record = ir_strndup(arena, record, f->len);
	return f->seq > 0;
}

struct taking {
	struct ir_arena *arena;
	struct ir_shared_list *ret;
	size_t size;
};

static struct ir_shared_found *
room(struct taking *t)
{
	struct ir_shared_list *r = t->ret;

	if (r->n == t->size) {
		struct ir_shared_found *more = IR_NEW_N(t->arena, struct ir_shared_found, t->size ? 2 * t->size : 16);

		if (r->n)
			memcpy(more, r->v, r->n * sizeof(*more));
		r->v = more;
		t->size = t->size ? 2 * t->size : 16;
	}
	return &r->v[r->n];
}

static void
take_rows(void *arg, const struct ir_pg_set *set)
{
	struct taking *t = arg;

	for (size_t i = 0; i < set->rows; i++)
		t->ret->n += shared_row(set, i, t->arena, room(t));
}

/* {a,b}: ids have nothing in them that an array would have to quote. */
static const char *
array(struct ir_arena *arena, const struct ir_finds *v, size_t n)
{
	struct ir_list ids = { 0 };

	for (size_t i = 0; i < n; i++)
		if (ir_id_valid(v[i].id, strlen(v[i].id)))
			ir_list_add(arena, &ids, v[i].id);
	return ids.n ? ir_asprintf(arena, "{%s}", ir_list_join(arena, &ids, "", ",")) : NULL;
}

static int
ask(struct ir_shared *s, const char *sql, const char *what, size_t max, size_t rows, struct taking *t,
    struct ir_err *err)
{
	struct ir_list params = { 0 };
	struct ir_arena arena = { 0 };

	ir_list_add(&arena, &params, s->id);
	ir_list_add(&arena, &params, what);
	ir_list_add(&arena, &params, ir_asprintf(&arena, "%zu", max));
	int rc = shared_ask(s, sql, &params, rows, take_rows, t, err);
	ir_arena_done(&arena);
	return rc < 0 && shared_missing(s) ? 0 : rc; /* nobody has pushed anything yet */
}

static void
unanswered(struct ir_shared *s, const struct ir_err *err)
{
	snprintf(s->away, sizeof(s->away), "%s", err->msg);
	ir_trace(s->run, 1, "the shared journal is not asked: %s", err->msg);
	if (!s->spared)
		shared_failed(s, err);
}

static int
answered(struct ir_shared *s)
{
	bool had_failed = s->failed_ms != 0;

	shared_went_well(s);
	if (had_failed)
		shared_state_write(s);
	return 0;
}

static int
find(struct ir_shared *s, struct ir_arena *arena, const struct ir_finds *v, size_t n, size_t max,
    struct ir_shared_list *ret, struct ir_err *err)
{
	struct taking t = { .arena = arena, .ret = ret };
	size_t most = max < MOST ? max : MOST;

	if (shared_begin(s, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i += IDS) {
		size_t many = n - i < IDS ? n - i : IDS, rows = many * (most + 1);
		const char *ids = array(arena, v + i, many);

		if (ids && ask(s, "SELECT * FROM ir.find($1, $2, $3)", ids, most, rows < ROWS_MAX ? rows : ROWS_MAX, &t,
			       err) < 0)
			return -1;
	}
	return answered(s);
}

static bool
is_wanted(const struct ir_finds *v, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].id, id) == 0)
			return true;
	return false;
}

void
shared_find(
    void *arg, struct ir_arena *arena, const struct ir_finds *v, size_t n, size_t max, struct ir_shared_list *ret)
{
	struct ir_shared *s = arg;
	struct ir_err err = IR_ERR_INIT;
	struct ir_shared_list all = { .n = 0 };

	if (find(s, arena, v, n, max, ret, &err) == 0)
		return;
	unanswered(s, &err);
	shared_mirror_read(s, arena, &all);
	*ret = (struct ir_shared_list){ .v = all.v };
	for (size_t i = 0; i < all.n; i++)
		if (is_wanted(v, n, all.v[i].id))
			ret->v[ret->n++] = all.v[i];
}

static int
recall(struct ir_shared *s, struct ir_arena *arena, const char *kind, size_t max, struct ir_shared_list *ret,
    struct ir_err *err)
{
	struct taking t = { .arena = arena, .ret = ret };
	size_t most = max < RECALL_MAX ? max : RECALL_MAX;

	if (shared_begin(s, err) < 0 || ask(s, "SELECT * FROM ir.recall($1, $2, $3)", kind, most, most, &t, err) < 0)
		return -1;
	return answered(s);
}

void
shared_recent(void *arg, struct ir_arena *arena, const char *kind, size_t max, bool local, struct ir_shared_list *ret)
{
	struct ir_shared *s = arg;
	struct ir_err err = IR_ERR_INIT;

	if (!local && kind) {
		if (recall(s, arena, kind, max, ret, &err) == 0)
			return;
		unanswered(s, &err);
	}
	*ret = (struct ir_shared_list){ .n = 0 };
	shared_mirror_read(s, arena, ret);
	for (size_t i = 0; i < ret->n / 2; i++) {
		struct ir_shared_found f = ret->v[i];

		ret->v[i] = ret->v[ret->n - 1 - i];
		ret->v[ret->n - 1 - i] = f;
	}
}
