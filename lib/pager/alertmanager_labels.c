/* alertmanager_labels - labels of many alerts by number, and how those of a group tell wanted from denied ones */
#include "pager/alertmanager_labels.h"

#include <string.h>

#include "base/clock.h"

void *
ir_am_more(struct ir_arena *arena, void *v, size_t n, size_t *size, size_t each)
{
	void *wider;

	if (n < *size)
		return v;
	wider = ir_arena_alloc_n(arena, 2 * n + 64, each);
	if (n)
		memcpy(wider, v, n * each);
	*size = 2 * n + 64;
	return wider;
}

/* ---- numbers for texts */

/* The high bits, which depend on all of the seed: who chooses labels must not choose where they go. */
static size_t
hash(uint64_t seed, const char *s)
{
	uint64_t h = seed;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
	h ^= h >> 29;
	return (size_t)((h * UINT64_C(11400714819323198485)) >> 32);
}

static size_t
place(const struct ir_am_numbers *t, const char *s)
{
	size_t i = hash(t->seed, s) & (t->size - 1);

	while (t->text[i] && strcmp(t->text[i], s) != 0)
		i = (i + 1) & (t->size - 1);
	return i;
}

static void
grow(struct ir_arena *arena, struct ir_am_numbers *t)
{
	const struct ir_am_numbers old = *t;

	t->size = old.size ? 4 * old.size : 1024;
	t->seed =
	    old.seed ? old.seed : (uint64_t)ir_mono_us() ^ (uint64_t)(uintptr_t)t ^ UINT64_C(14695981039346656037);
	t->text = IR_NEW_N(arena, const char *, t->size);
	t->number = IR_NEW_N(arena, size_t, t->size);
	for (size_t i = 0; i < old.size; i++) {
		size_t at = old.text[i] ? place(t, old.text[i]) : 0;

		if (!old.text[i])
			continue;
		t->text[at] = old.text[i];
		t->number[at] = old.number[i];
	}
}

/* Of a text that stays; t->n grows where it is new. */
static size_t
number(struct ir_arena *arena, struct ir_am_numbers *t, const char *text)
{
	size_t at;

	if (2 * t->n >= t->size)
		grow(arena, t);
	at = place(t, text);
	if (!t->text[at]) {
		t->text[at] = text;
		t->number[at] = t->n++;
	}
	return t->number[at];
}

/* ---- labels */

static size_t
rank_of(const struct ir_list *ranks, const char *name)
{
	for (size_t i = 0; i < ranks->n; i++)
		if (strcmp(ranks->v[i], name) == 0)
			return i;
	return SIZE_MAX;
}

static size_t
name_number(struct ir_am_labels *l, const char *name, const struct ir_list *ranks)
{
	size_t at = number(&l->arena, &l->name_numbers, name);

	if (at < l->n_names)
		return at;
	l->names = ir_am_more(&l->arena, l->names, l->n_names, &l->size_names, sizeof(*l->names));
	l->names[l->n_names++] = (struct ir_am_name){ .text = name, .rank = rank_of(ranks, name) };
	return at;
}

static size_t
value_number(struct ir_am_labels *l, const char *pair, const struct ir_list *ranks)
{
	size_t at = number(&l->arena, &l->pair_numbers, pair), n = strcspn(pair, "=");
	struct ir_am_value v = { .text = pair[n] ? pair + n + 1 : "" };

	if (at < l->n_values)
		return at;
	v.name = name_number(l, ir_strndup(&l->arena, pair, n), ranks);
	l->values = ir_am_more(&l->arena, l->values, l->n_values, &l->size_values, sizeof(*l->values));
	l->values[l->n_values++] = v;
	return at;
}

void
ir_am_labels_read(struct ir_am_labels *l, const struct ir_alert *const *alerts, size_t n, const struct ir_list *ranks)
{
	*l = (struct ir_am_labels){ 0 };
	l->pairs = IR_NEW_N(&l->arena, size_t *, n + 1);
	l->n_pairs = IR_NEW_N(&l->arena, size_t, n + 1);
	for (size_t i = 0; i < n; i++) {
		const struct ir_list *labels = &alerts[i]->labels;

		l->pairs[i] = IR_NEW_N(&l->arena, size_t, labels->n + 1);
		l->n_pairs[i] = labels->n;
		for (size_t k = 0; k < labels->n; k++)
			l->pairs[i][k] = value_number(l, labels->v[k], ranks);
	}
	l->seen = IR_NEW_N(&l->arena, size_t, l->n_names + 1);
}

const char *
ir_am_labels_value(const struct ir_am_labels *l, size_t alert, size_t name)
{
	for (size_t i = 0; i < l->n_pairs[alert]; i++)
		if (l->values[l->pairs[alert][i]].name == name)
			return l->values[l->pairs[alert][i]].text;
	return "";
}

static struct ir_am_name *
see(struct ir_am_labels *l, size_t at)
{
	struct ir_am_name *name = &l->names[at];

	if (name->stamp != l->stamp) {
		name->stamp = l->stamp;
		name->has = name->values = name->dirty = name->denied = name->hits = 0;
		l->seen[l->n_seen++] = at;
	}
	return name;
}

static void
count_wanted(struct ir_am_labels *l, size_t alert)
{
	for (size_t i = 0; i < l->n_pairs[alert]; i++) {
		struct ir_am_value *v = &l->values[l->pairs[alert][i]];
		struct ir_am_name *name = see(l, v->name);

		name->has++;
		name->values += v->stamp != l->stamp;
		v->stamp = l->stamp;
	}
}

static void
count_denied(struct ir_am_labels *l, size_t alert)
{
	for (size_t i = 0; i < l->n_pairs[alert]; i++) {
		struct ir_am_value *v = &l->values[l->pairs[alert][i]];
		struct ir_am_name *name = see(l, v->name);

		name->denied++;
		if (v->stamp != l->stamp)
			continue;
		name->hits++;
		name->dirty += v->dirty != l->stamp;
		v->dirty = l->stamp;
	}
}

void
ir_am_labels_count(struct ir_am_labels *l, const size_t *wanted, size_t n_wanted, const size_t *denied, size_t n_denied)
{
	l->stamp++;
	l->n_seen = 0;
	for (size_t i = 0; i < n_wanted; i++)
		count_wanted(l, wanted[i]);
	for (size_t i = 0; i < n_denied; i++)
		count_denied(l, denied[i]);
}
