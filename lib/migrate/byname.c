/* byname - things found by their name: open addressing, in an arena */
#include <stdint.h>
#include <string.h>

#include "migrate/byname.h"

enum { FIRST = 64 };

static size_t
hash(const char *s)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	return (size_t)(h ^ h >> 29);
}

/* The entry of that name, or the free one for it. */
static struct ir_byname_entry *
look(const struct ir_byname *t, const char *name)
{
	size_t i = hash(name) & (t->size - 1);

	while (t->v[i].name && strcmp(t->v[i].name, name) != 0)
		i = (i + 1) & (t->size - 1);
	return &t->v[i];
}

static void
grow(struct ir_arena *arena, struct ir_byname *t)
{
	struct ir_byname old = *t;

	t->size = old.size ? old.size * 2 : FIRST;
	t->v = IR_NEW_N(arena, struct ir_byname_entry, t->size);
	for (size_t i = 0; i < old.size; i++)
		if (old.v[i].name)
			*look(t, old.v[i].name) = old.v[i];
}

void **
ir_byname_at(struct ir_arena *arena, struct ir_byname *t, const char *name, bool add)
{
	struct ir_byname_entry *e = t->size ? look(t, name) : NULL;

	if (e && e->name)
		return &e->thing;
	if (!add)
		return NULL;
	if (!e || t->n >= t->size / 2) {
		grow(arena, t);
		e = look(t, name);
	}
	e->name = name;
	t->n++;
	return &e->thing;
}

void *
ir_byname(const struct ir_byname *t, const char *name)
{
	struct ir_byname_entry *e = t->size ? look(t, name) : NULL;

	return e && e->name ? e->thing : NULL;
}

void
ir_byname_put(struct ir_arena *arena, struct ir_byname *t, const char *name, void *thing)
{
	*ir_byname_at(arena, t, name, true) = thing;
}
