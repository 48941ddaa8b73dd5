/* learn - shapes that differ in a word that varies are one */
#include "logs/learn.h"

#include <stdbool.h>

#include "base/err.h"

enum {
	SETS = 1 << 14, /* of buckets */
	WAYS = 4,
	MEMBERS = 10,
	KNOWN = 1 << 13, /* words that were found to vary */
	TEXT_BLOCK = 1 << 20,
	QUOTED = 3,
	ENCLOSED = 3,
	NEVER = 255,
	GENERAL_WORDS = 3, /* that stay the same, at least, where several vary */
	GENERAL_SHAPES = 1 << 16,
};

struct shape {
	uint64_t hash;
	uint64_t wild;    /* tokens that vary */
	const char *text; /* of the line */
	uint32_t parent;
	uint32_t form;
	uint16_t at, n, all; /* the message in it, and the line's length */
};

struct member {
	uint32_t word, shape; /* of the word's hash */
};

/* Shapes that are alike but for one word. */
struct bucket {
	uint64_t key;
	uint8_t n, open;     /* open: the word is known to vary */
	uint8_t at[MEMBERS]; /* where the word stands, of each member */
	struct member v[MEMBERS];
};

struct text_block {
	struct text_block *next;
	size_t used;
	char bytes[TEXT_BLOCK];
};

struct ir_learn {
	struct shape *shapes;
	uint32_t n, size, max;
	uint32_t *slots; /* by hash; shape + 1 */
	uint32_t n_slots;
	struct bucket *buckets;
	uint64_t known[KNOWN];
	struct text_block *texts;
};

static void *
need_memory(void *p)
{
	if (!p)
		ir_oom();
	return p;
}

struct ir_learn *
ir_learn_new(uint32_t max_shapes)
{
	struct ir_learn *l = need_memory(calloc(1, sizeof(*l)));

	l->max = max_shapes;
	l->n_slots = 1 << 12;
	l->slots = need_memory(calloc(l->n_slots, sizeof(l->slots[0])));
	l->buckets = need_memory(calloc((size_t)SETS * WAYS, sizeof(l->buckets[0])));
	return l;
}

void
ir_learn_free(struct ir_learn *l)
{
	if (!l)
		return;
	while (l->texts) {
		struct text_block *next = l->texts->next;

		free(l->texts);
		l->texts = next;
	}
	free(l->shapes);
	free(l->slots);
	free(l->buckets);
	free(l);
}

uint32_t
ir_learn_count(const struct ir_learn *l)
{
	return l->n;
}

/* ---- the shapes there are */

uint32_t
ir_learn_find(const struct ir_learn *l, uint64_t hash)
{
	uint32_t mask = l->n_slots - 1;

	for (uint32_t i = (uint32_t)(hash >> 20) & mask; l->slots[i]; i = (i + 1) & mask) {
		if (l->shapes[l->slots[i] - 1].hash == hash)
			return l->slots[i] - 1;
	}
	return UINT32_MAX;
}

static void
put_slot(struct ir_learn *l, uint32_t shape)
{
	uint32_t mask = l->n_slots - 1, i = (uint32_t)(l->shapes[shape].hash >> 20) & mask;

	while (l->slots[i])
		i = (i + 1) & mask;
	l->slots[i] = shape + 1;
}

static void
grow_slots(struct ir_learn *l)
{
	free(l->slots);
	l->n_slots *= 2;
	l->slots = need_memory(calloc(l->n_slots, sizeof(l->slots[0])));
	for (uint32_t i = 0; i < l->n; i++)
		put_slot(l, i);
}

static const char *
keep_text(struct ir_learn *l, const char *p, size_t n)
{
	char *at;

	if (!l->texts || l->texts->used + n > TEXT_BLOCK) {
		struct text_block *b = need_memory(malloc(sizeof(*b)));

		b->next = l->texts;
		b->used = 0;
		l->texts = b;
	}
	at = l->texts->bytes + l->texts->used;
	memcpy(at, p, n);
	l->texts->used += n;
	return at;
}

/* As much of the line as holds the message's beginning; else the message alone. */
static void
keep_line(struct ir_learn *l, struct shape *s, struct ir_span message, struct ir_span line)
{
	size_t at = 0;

	if (message.p >= line.p && message.p + message.n <= line.p + line.n && message.p - line.p < IR_SHAPE_TEXT / 2)
		at = (size_t)(message.p - line.p);
	else
		line = message;
	if (line.n > IR_SHAPE_TEXT)
		line.n = IR_SHAPE_TEXT;
	s->text = keep_text(l, line.p, line.n);
	s->at = (uint16_t)at;
	s->all = (uint16_t)line.n;
	s->n = (uint16_t)(message.n < line.n - at ? message.n : line.n - at);
}

static uint32_t
new_shape(struct ir_learn *l, uint64_t hash, struct ir_span message, struct ir_span line)
{
	struct shape *s;

	if (l->n == l->size) {
		l->size = l->size ? l->size * 2 : 1024;
		l->shapes = need_memory(realloc(l->shapes, l->size * sizeof(l->shapes[0])));
	}
	if (l->n >= l->n_slots / 2)
		grow_slots(l);
	s = &l->shapes[l->n];
	*s = (struct shape){ .hash = hash, .parent = l->n };
	keep_line(l, s, message, line);
	put_slot(l, l->n);
	return l->n++;
}

struct ir_span
ir_learn_line(const struct ir_learn *l, uint32_t shape)
{
	return (struct ir_span){ l->shapes[shape].text, l->shapes[shape].all };
}

struct ir_span
ir_learn_message(const struct ir_learn *l, uint32_t shape)
{
	return (struct ir_span){ l->shapes[shape].text + l->shapes[shape].at, l->shapes[shape].n };
}

uint32_t
ir_learn_form(const struct ir_learn *l, uint32_t shape)
{
	return l->shapes[shape].form;
}

uint32_t
ir_learn_root(struct ir_learn *l, uint32_t shape)
{
	while (l->shapes[shape].parent != shape) {
		l->shapes[shape].parent = l->shapes[l->shapes[shape].parent].parent;
		shape = l->shapes[shape].parent;
	}
	return shape;
}

void
ir_learn_unite(struct ir_learn *l, uint32_t a, uint32_t b)
{
	a = ir_learn_root(l, a);
	b = ir_learn_root(l, b);
	if (a < b)
		l->shapes[b].parent = a;
	else
		l->shapes[a].parent = b;
}

void
ir_learn_wild(struct ir_learn *l, uint32_t shape, size_t at)
{
	if (at < 64)
		l->shapes[shape].wild |= 1ull << at;
}

/* ---- words that are known to vary */

static bool
is_known(const struct ir_learn *l, uint64_t word)
{
	return l->known[word % KNOWN] == word;
}

static void
know(struct ir_learn *l, uint64_t word)
{
	l->known[word % KNOWN] = word;
}

void
ir_learn_know(struct ir_learn *l, uint64_t hash)
{
	know(l, (uint32_t)hash);
}

/* ---- how many different words it takes */

struct around {
	size_t constants; /* words and prefixes besides this one */
	bool first;       /* no word comes before it */
	bool last;        /* no word comes after it */
	bool after_user, after_equals, after_mark;
	char enclosed; /* the quote or bracket that it stands in alone; '\0' */
};

static bool
is_word(const struct ir_token *t, const char *message, const char word[static 4])
{
	return t->kind == IR_TOKEN_WORD && t->n == 4 && strncasecmp(word, message + t->at, t->n) == 0;
}

static char
enclosing(char open, char close)
{
	static const char pairs[] = "\"\"''``[]{}<>()";

	for (const char *p = pairs; *p; p += 2) {
		if (p[0] == open && p[1] == close)
			return open;
	}
	return '\0';
}

static struct around
look_around(const struct ir_tokens *t, size_t at, const char *message)
{
	struct around a = { .first = true, .last = true };
	const struct ir_token *before = at > 0 ? &t->v[at - 1] : NULL;

	for (size_t i = 0; i < t->n; i++) {
		bool constant = t->v[i].kind == IR_TOKEN_WORD || t->v[i].kind == IR_TOKEN_PREFIX;

		if (i == at || !constant)
			continue;
		a.constants++;
		a.first &= i > at;
		a.last &= i < at;
	}
	if (before && before->kind == IR_TOKEN_DELIMITER) {
		char d = message[before->at];

		a.after_equals = d == '=';
		a.after_mark = strchr("=:\"'`([{<", d) != NULL;
	}
	if (before && before->kind == IR_TOKEN_DELIMITER && at + 1 < t->n && t->v[at + 1].kind == IR_TOKEN_DELIMITER)
		a.enclosed = enclosing(message[before->at], message[t->v[at + 1].at]);
	a.after_user = before && (is_word(before, message, "user") || is_word(before, message, "host"));
	return a;
}

static unsigned
threshold(const struct ir_tokens *t, size_t at, const struct around *a)
{
	const struct ir_token *w = &t->v[at];

	if (a->constants == 0 || (w->flags & IR_TOKEN_BARE))
		return NEVER;
	if (a->after_user)
		return 2;
	if (a->enclosed == '"' || a->enclosed == '\'' || a->enclosed == '`')
		return QUOTED;
	if (a->enclosed)
		return ENCLOSED;
	if (a->first && w->kind == IR_TOKEN_WORD)
		return a->constants >= 5 ? 6 : a->constants >= 2 ? 8 : 10;
	if (a->constants == 1 && a->last && w->kind == IR_TOKEN_WORD && !a->after_mark)
		return 8;
	if (w->kind == IR_TOKEN_WORD && (w->n == 1 || (w->flags & IR_TOKEN_DOTTED)))
		return 3;
	if (w->kind == IR_TOKEN_PREFIX || a->after_mark)
		return 4;
	return 6;
}

/* ---- buckets */

static struct bucket *
find_bucket(const struct ir_learn *l, uint64_t key)
{
	struct bucket *set = l->buckets + (size_t)((key >> 24) % SETS) * WAYS;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
	}
	return NULL;
}

static struct bucket *
make_bucket(struct ir_learn *l, uint64_t key)
{
	struct bucket *set = l->buckets + (size_t)((key >> 24) % SETS) * WAYS, *least = set;

	for (size_t i = 1; i < WAYS; i++) {
		if (set[i].n + set[i].open * MEMBERS < least->n + least->open * MEMBERS)
			least = &set[i];
	}
	*least = (struct bucket){ .key = key };
	return least;
}

static void
open_bucket(struct ir_learn *l, struct bucket *b)
{
	b->open = 1;
	for (size_t i = 0; i < b->n; i++) {
		ir_learn_unite(l, b->v[0].shape, b->v[i].shape);
		ir_learn_wild(l, b->v[i].shape, b->at[i]);
		know(l, b->v[i].word);
	}
}

static size_t
count_known(const struct ir_learn *l, const struct bucket *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++)
		n += is_known(l, b->v[i].word);
	return n;
}

/* The shape joins those that are alike but for the word at `at`. */
static void
join(struct ir_learn *l, struct bucket *b, uint32_t shape, uint32_t word, size_t at, unsigned enough,
    const struct around *a)
{
	if (b->open) {
		ir_learn_unite(l, b->v[0].shape, shape);
		ir_learn_wild(l, shape, at);
		know(l, word);
		return;
	}
	for (size_t i = 0; i < b->n; i++) {
		if (b->v[i].word == word)
			return;
	}
	if (b->n == MEMBERS)
		return;
	b->at[b->n] = (uint8_t)at;
	b->v[b->n++] = (struct member){ word, shape };
	if (b->n >= enough || (b->n >= 2 && !a->after_equals && !a->first && count_known(l, b) >= 2))
		open_bucket(l, b);
}

static void
leave_out(struct ir_learn *l, uint32_t shape, const struct ir_tokens *t, size_t at, const char *message)
{
	struct around a = look_around(t, at, message);
	unsigned enough = threshold(t, at, &a);
	struct ir_tokens copy;
	struct bucket *b;
	uint64_t key;
	uint32_t same;

	if (enough == NEVER)
		return;
	copy.n = t->n;
	memcpy(copy.v, t->v, t->n * sizeof(t->v[0]));
	copy.v[at].kind = IR_TOKEN_VALUE;
	copy.v[at].hash = ir_token_value;
	ir_tokens_collapse(&copy, message);
	key = ir_tokens_hash(&copy);
	same = ir_learn_find(l, key);
	if (same != UINT32_MAX) {
		ir_learn_unite(l, same, shape);
		ir_learn_wild(l, shape, at);
		if (t->v[at].kind == IR_TOKEN_WORD)
			know(l, (uint32_t)t->v[at].hash);
		return;
	}
	b = find_bucket(l, key);
	if (!b)
		b = make_bucket(l, key);
	join(l, b, shape, (uint32_t)t->v[at].hash, at, enough, &a);
}

static uint32_t
form_of(const struct ir_tokens *t)
{
	uint64_t h = 0;

	for (size_t i = 0; i < t->n; i++)
		h = ir_log_mix(
		    h, t->v[i].kind == IR_TOKEN_DELIMITER || (t->v[i].flags & IR_TOKEN_BARE) ? t->v[i].hash : 1);
	return (uint32_t)(h >> 32);
}

uint32_t
ir_learn_add(struct ir_learn *l, uint64_t hash, const struct ir_tokens *t, struct ir_span message, struct ir_span line)
{
	struct bucket *b;
	uint32_t shape;

	if (l->n >= l->max)
		return UINT32_MAX;
	shape = new_shape(l, hash, message, line);
	l->shapes[shape].form = form_of(t);
	b = find_bucket(l, hash);
	if (b) {
		/* A value stands where words stood. */
		ir_learn_unite(l, shape, b->v[0].shape);
		open_bucket(l, b);
	}
	for (size_t i = 0; i < t->n; i++) {
		if (t->v[i].kind == IR_TOKEN_WORD || t->v[i].kind == IR_TOKEN_PREFIX)
			leave_out(l, shape, t, i, message.p);
	}
	return shape;
}

/* ---- at the end */

static bool
is_wild(const struct shape *s, size_t at)
{
	return at < 64 && (s->wild >> at & 1);
}

/* The sequence with every word that is known to vary left out. 0: it has none, or too little is left. which gets the tokens. */
static uint64_t
generalise(const struct ir_learn *l, uint32_t shape, uint64_t *which)
{
	const struct shape *s = &l->shapes[shape];
	const char *message = s->text + s->at;
	size_t constants = 0, known = 0;
	struct ir_tokens t;

	ir_tokens_read(message, s->n, &t);
	ir_tokens_collapse(&t, message);
	*which = 0;
	for (size_t i = 0; i < t.n; i++) {
		struct ir_token *w = &t.v[i];

		if (w->kind != IR_TOKEN_WORD && w->kind != IR_TOKEN_PREFIX)
			continue;
		if (!is_wild(s, i) &&
		    (constants == 0 || (w->flags & IR_TOKEN_BARE) || !is_known(l, (uint32_t)w->hash))) {
			constants++;
			continue;
		}
		known++;
		*which |= i < 64 ? 1ull << i : 0;
		w->kind = IR_TOKEN_VALUE;
		w->hash = ir_token_value;
	}
	if (known == 0 || constants < GENERAL_WORDS || constants < known)
		return 0;
	ir_tokens_collapse(&t, message);
	return ir_tokens_hash(&t);
}

struct general {
	uint64_t hash, which;
	uint32_t shape;
};

static int
by_hash(const void *va, const void *vb)
{
	const struct general *a = va, *b = vb;
	int ret = (a->hash > b->hash) - (a->hash < b->hash);

	return ret ? ret : (a->shape > b->shape) - (a->shape < b->shape);
}

void
ir_learn_finish(struct ir_learn *l)
{
	struct general *g;
	size_t n = 0;

	if (l->n > GENERAL_SHAPES)
		return;
	g = need_memory(malloc((l->n + 1) * sizeof(*g)));
	for (uint32_t i = 0; i < l->n; i++) {
		g[n].shape = i;
		g[n].hash = generalise(l, i, &g[n].which);
		n += g[n].hash != 0;
	}
	qsort(g, n, sizeof(*g), by_hash);
	for (size_t i = 1, first = 0; i < n; i++) {
		if (g[i].hash != g[first].hash) {
			first = i;
			continue;
		}
		ir_learn_unite(l, g[first].shape, g[i].shape);
		l->shapes[g[first].shape].wild |= g[first].which;
		l->shapes[g[i].shape].wild |= g[i].which;
	}
	free(g);
}

/* ---- for people */

/* The sign of a number is a part of it: "blk_-5" is as "blk_5" (token.c). */
static bool
is_sign(const char *p, size_t n, size_t i)
{
	if (i == 0 || i + 1 >= n || (p[i] != '-' && p[i] != '+') || p[i + 1] < '0' || p[i + 1] > '9')
		return false;
	return !((p[i - 1] >= '0' && p[i - 1] <= '9') || ((p[i - 1] | 32) >= 'a' && (p[i - 1] | 32) <= 'z'));
}

static void
add_prefix(const char *p, size_t n, struct ir_buf *out)
{
	bool in = false;

	for (size_t i = 0; i < n; i++) {
		bool digit = p[i] >= '0' && p[i] <= '9';

		if (digit && !in)
			ir_buf_adds(out, "<*>");
		else if (!digit && !is_sign(p, n, i))
			ir_buf_addc(out, p[i]);
		in = digit;
	}
}

void
ir_learn_template(const struct ir_learn *l, uint32_t shape, int own, struct ir_buf *out)
{
	const struct shape *s = &l->shapes[shape];
	const char *message = s->text + s->at;
	struct ir_tokens t;

	ir_tokens_read(message, s->n, &t);
	ir_tokens_collapse(&t, message);
	for (size_t i = 0; i < t.n; i++) {
		const struct ir_token *w = &t.v[i];

		if (i > 0 && (w->flags & IR_TOKEN_SPACE))
			ir_buf_addc(out, ' ');
		if (w->kind == IR_TOKEN_VALUE || (!own && is_wild(s, i)))
			ir_buf_adds(out, "<*>");
		else if (w->kind == IR_TOKEN_PREFIX)
			add_prefix(message + w->at, w->n, out);
		else
			ir_buf_add(out, message + w->at, w->n);
	}
}
