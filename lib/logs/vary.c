/* vary - words that vary independently of one another are values, however few there were */
#include "logs/learn.h"

#include "base/err.h"

enum {
	GROUP = 2048,  /* shapes of one form that are compared */
	KINDS = 64,    /* sorts among them */
	VARIETY = 3,   /* different words, from which on a place may vary */
	CONSTANTS = 2, /* words in common at least */
};

/* A shape's words, without delimiters. */
struct row {
	uint32_t shape;
	uint8_t n;
	uint8_t at[IR_TOKENS_MAX]; /* among its tokens */
	bool word[IR_TOKENS_MAX];  /* letters alone */
	uint64_t v[IR_TOKENS_MAX]; /* hashes */
};

/* Shapes with enough in common with the first. */
struct sort {
	uint64_t v[IR_TOKENS_MAX]; /* ir_token_value where they differ */
	uint32_t n, last;
};

struct table {
	struct ir_learn *learn;
	struct row *rows;
	uint32_t *next; /* of its sort; the end of a list is UINT32_MAX */
	struct sort *sorts;
	uint32_t first[KINDS], n_sorts, width;
};

static void *
need_memory(void *p)
{
	if (!p)
		ir_oom();
	return p;
}

static void
read_row(struct ir_learn *l, uint32_t shape, struct row *r)
{
	struct ir_span message = ir_learn_message(l, shape);
	struct ir_tokens t;

	ir_tokens_read(message.p, message.n, &t);
	ir_tokens_collapse(&t, message.p);
	r->shape = shape;
	r->n = 0;
	for (size_t i = 0; i < t.n; i++) {
		if (t.v[i].kind == IR_TOKEN_DELIMITER || (t.v[i].flags & IR_TOKEN_BARE))
			continue;
		r->at[r->n] = (uint8_t)i;
		r->word[r->n] = t.v[i].kind == IR_TOKEN_WORD;
		r->v[r->n++] = t.v[i].kind == IR_TOKEN_VALUE ? ir_token_value : t.v[i].hash;
	}
}

/* How much two have in common, in percent of the words of both; 0 when it is too little. */
static unsigned
in_common(const uint64_t *a, const struct row *b, size_t n)
{
	unsigned same = 0, other = 0, words = 0;

	for (size_t i = 0; i < n; i++) {
		if (a[i] == ir_token_value || b->v[i] == ir_token_value)
			continue;
		same += a[i] == b->v[i];
		words += a[i] == b->v[i] && b->word[i];
		other += a[i] != b->v[i];
	}
	return words < CONSTANTS || same < other ? 0 : 100 * same / (same + other);
}

/* Put a row to the sort that it has most in common with. */
static void
put(struct table *t, uint32_t row)
{
	const uint64_t *v = t->rows[row].v;
	uint32_t best = UINT32_MAX;
	unsigned most = 0;

	for (uint32_t i = 0; i < t->n_sorts; i++) {
		unsigned common = in_common(t->sorts[i].v, &t->rows[row], t->width);

		if (common > most) {
			most = common;
			best = i;
		}
	}
	t->next[row] = UINT32_MAX;
	if (best == UINT32_MAX) {
		if (t->n_sorts == KINDS)
			return;
		best = t->n_sorts++;
		memcpy(t->sorts[best].v, v, t->width * sizeof(*v));
		t->sorts[best].n = 1;
		t->first[best] = row;
	} else {
		for (size_t i = 0; i < t->width; i++) {
			if (t->sorts[best].v[i] != v[i])
				t->sorts[best].v[i] = ir_token_value;
		}
		t->next[t->sorts[best].last] = row;
		t->sorts[best].n++;
	}
	t->sorts[best].last = row;
}

/* How many different words stand at a place of the rows, up to `most`; values are as many as it takes. */
static size_t
variety(const struct table *t, const uint32_t *rows, size_t n, size_t at, size_t most, uint64_t *seen)
{
	size_t found = 0;
	bool value = false;

	for (size_t i = 0; i < n && found < most; i++) {
		uint64_t word = t->rows[rows[i]].v[at];
		size_t k = 0;

		value |= word == ir_token_value;
		while (k < found && seen[k] != word)
			k++;
		if (k == found)
			seen[found++] = word;
	}
	return value && found > 1 && found < VARIETY ? VARIETY : found;
}

static void
unite(const struct table *t, const uint32_t *rows, size_t n, const bool *varies)
{
	for (size_t i = 0; i < n; i++) {
		const struct row *r = &t->rows[rows[i]];

		ir_learn_unite(t->learn, t->rows[rows[0]].shape, r->shape);
		for (size_t k = 0; k < t->width; k++) {
			if (!varies[k])
				continue;
			ir_learn_wild(t->learn, r->shape, r->at[k]);
			if (r->word[k])
				ir_learn_know(t->learn, r->v[k]);
		}
	}
}

/*
 * Of rows of one sort: where there are but two words they tell two messages apart. Where there are more in several places, and one word was seen with different ones elsewhere, these are independent of one
 * another, and so no messages' own. One place alone that varies is for the buckets of learn.c.
 */
static void
judge(const struct table *t, uint32_t *rows, size_t n)
{
	bool varies[IR_TOKENS_MAX] = { false };
	uint64_t seen[GROUP];
	size_t places = 0, most = 0, least = SIZE_MAX, split = 0;

	for (size_t k = 0; k < t->width; k++) {
		size_t found = variety(t, rows, n, k, n, seen);

		if (found < 2)
			continue;
		varies[k] = true;
		places++;
		most = found > most ? found : most;
		if (found < least) {
			least = found;
			split = k;
		}
	}
	if (n < VARIETY || places < 2)
		return;
	if (least >= VARIETY) {
		if (n > most)
			unite(t, rows, n, varies);
		return;
	}
	for (size_t from = 0, to; from < n; from = to) {
		uint64_t word = t->rows[rows[from]].v[split];

		to = from + 1;
		for (size_t i = to; i < n; i++) {
			if (t->rows[rows[i]].v[split] == word) {
				uint32_t swap = rows[i];

				/* in the order of age */
				memmove(&rows[to + 1], &rows[to], (i - to) * sizeof(*rows));
				rows[to++] = swap;
			}
		}
		judge(t, rows + from, to - from);
	}
}

/* Shapes of one form. */
static void
compare(struct table *t, const uint64_t *forms, size_t n)
{
	uint32_t *rows = need_memory(malloc(n * sizeof(*rows)));

	t->n_sorts = 0;
	t->width = IR_TOKENS_MAX;
	for (uint32_t i = 0; i < n; i++) {
		read_row(t->learn, (uint32_t)forms[i], &t->rows[i]);
		t->width = t->rows[i].n < t->width ? t->rows[i].n : t->width;
	}
	for (uint32_t i = 0; i < n; i++)
		put(t, i);
	for (uint32_t s = 0; s < t->n_sorts; s++) {
		size_t found = 0;

		for (uint32_t i = t->first[s]; i != UINT32_MAX; i = t->next[i])
			rows[found++] = i;
		judge(t, rows, found);
	}
	free(rows);
}

static int
by_form(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void
ir_learn_vary(struct ir_learn *l)
{
	uint32_t n = ir_learn_count(l);
	uint64_t *forms = need_memory(malloc((n + 1) * sizeof(*forms)));
	struct table t = { .learn = l };

	for (uint32_t i = 0; i < n; i++)
		forms[i] = (uint64_t)ir_learn_form(l, i) << 32 | i;
	qsort(forms, n, sizeof(*forms), by_form);
	t.rows = need_memory(malloc(GROUP * sizeof(*t.rows)));
	t.next = need_memory(malloc(GROUP * sizeof(*t.next)));
	t.sorts = need_memory(malloc(KINDS * sizeof(*t.sorts)));
	for (size_t from = 0, to; from < n; from = to) {
		for (to = from + 1; to < n && forms[to] >> 32 == forms[from] >> 32; to++) {
		}
		if (to - from >= VARIETY)
			compare(&t, forms + from, to - from < GROUP ? to - from : GROUP);
	}
	free(t.rows);
	free(t.next);
	free(t.sorts);
	free(forms);
}
