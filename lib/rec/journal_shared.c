/* journal_shared - rows of the shared journal, put where they belong between our own lines */
#include "rec/journal_priv.h"

void
ir_journal_share(struct ir_journal *j, const struct ir_share_ops *ops, void *arg)
{
	j->share = ops;
	j->share_arg = arg;
}

void *
ir_journal_shared(const struct ir_journal *j, const struct ir_share_ops *ops)
{
	return j && j->share == ops ? j->share_arg : NULL;
}

void
ir_journal_push(struct ir_journal *j, enum ir_push when)
{
	if (j && j->share && !j->o.readonly)
		j->share->push(j->share_arg, when);
}

const char *
ir_journal_away(const struct ir_journal *j)
{
	return j && j->share ? j->share->away(j->share_arg) : NULL;
}

void
journal_shared_found(const struct ir_shared_found *f, struct ir_found *ret)
{
	*ret = (struct ir_found){ .record = f->record, .len = f->len, .seq = f->mine ? f->place : 0 };
	memcpy(ret->key, f->key, sizeof(ret->key));
}

static int
compare(const void *a, const void *b)
{
	const struct ir_shared_found *x = a, *y = b;
	int rc = strcmp(x->id, y->id);

	return rc ? rc : (x->seq > y->seq) - (x->seq < y->seq);
}

/* Those with the id: their number, *ret at the first. */
static size_t
rows_of(const struct ir_shared_list *rows, const char *id, const struct ir_shared_found **ret)
{
	size_t low = 0, high = rows->n, n = 0;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(rows->v[mid].id, id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*ret = rows->v + low;
	while (low + n < rows->n && strcmp(rows->v[low + n].id, id) == 0)
		n++;
	return n;
}

/* Both oldest first. What is in both is taken once. */
static size_t
merge(const struct ir_finds *f, const struct ir_shared_found *rows, size_t n, struct ir_found *out)
{
	size_t i = 0, k = 0, made = 0;

	while (i < f->n || k < n) {
		bool again = k < n && k > 0 && rows[k].seq == rows[k - 1].seq;

		if (again || (i < f->n && k < n && rows[k].mine && rows[k].place == f->v[i].seq))
			k++;
		else if (k == n || (i < f->n && f->v[i].seq <= rows[k].place))
			out[made++] = f->v[i++];
		else
			journal_shared_found(&rows[k++], &out[made++]);
	}
	return made;
}

/* The newest of another fact than the newest of all. */
static const struct ir_found *
other_of(const struct ir_finds *f, const struct ir_found *v, size_t n)
{
	for (size_t i = n; i-- > 0;)
		if (strcmp(v[i].key, v[n - 1].key) != 0)
			return &v[i];
	return f->other && strcmp(f->other->key, v[n - 1].key) != 0 ? f->other : NULL;
}

void
journal_shared_finds(struct ir_journal *j, struct ir_arena *arena, struct ir_finds *v, size_t n, size_t max)
{
	struct ir_shared_list rows = { .n = 0 };

	if (!j->share || n == 0)
		return;
	j->share->find(j->share_arg, arena, v, n, max, &rows);
	if (rows.n > 1)
		qsort(rows.v, rows.n, sizeof(*rows.v), compare);
	for (size_t i = 0; i < n && rows.n > 0; i++) {
		const struct ir_shared_found *of;
		size_t more = rows_of(&rows, v[i].id, &of);

		if (more == 0)
			continue;
		struct ir_found *all = IR_NEW_N(arena, struct ir_found, v[i].n + more);
		size_t made = merge(&v[i], of, more, all), over = made > max ? made - max : 0;

		v[i].other = other_of(&v[i], all, made);
		v[i].v = all + over;
		v[i].n = made - over;
	}
}
