/* refs - the summaries of records that others rest on, looked up all at once */
#include "rec/refs.h"

enum { ROOM = 2 * IR_REFS_MAX };

struct ir_about {
	const char *id, *summary; /* NULL: not known */
};

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct ir_about *)a)->id, ((const struct ir_about *)b)->id);
}

static struct ir_about *
find(const struct ir_refs *refs, const char *id)
{
	const struct ir_about want = { id, NULL };

	return refs->n ? bsearch(&want, refs->v, refs->n, sizeof(want), compare) : NULL;
}

/* Sort what was added since the last time, and drop what came again. */
static void
settle(struct ir_refs *refs)
{
	size_t n = 0;

	if (refs->n > 1)
		qsort(refs->v, refs->n, sizeof(*refs->v), compare);
	for (size_t i = 0; i < refs->n; i++)
		if (n == 0 || strcmp(refs->v[n - 1].id, refs->v[i].id) != 0)
			refs->v[n++] = refs->v[i];
	refs->n = n;
}

/* False when there are enough. */
static bool
add(struct ir_refs *refs, const char *id)
{
	if (!refs->v)
		refs->v = IR_NEW_N(&refs->arena, struct ir_about, ROOM);
	if (refs->n == ROOM) {
		settle(refs);
		if (refs->n > IR_REFS_MAX)
			return false;
	}
	refs->v[refs->n++] = (struct ir_about){ id, NULL };
	return true;
}

static bool
add_all(struct ir_refs *refs, const struct ir_rec *rec)
{
	const json_t *e;
	size_t i;

	json_array_foreach(json_object_get(rec->obj, "refs"), i, e)
	{
		const char *id = json_string_value(e);

		if (id && ir_id_valid(id, json_string_length(e)) && !add(refs, id))
			return false;
	}
	return true;
}

static const char *
summary_of(struct ir_arena *arena, const struct ir_finds *f)
{
	struct ir_rec rec = { .obj = f->n ? json_loadb(f->v->record, f->v->len, 0, NULL) : NULL };
	const char *ret = rec.obj ? ir_strdup(arena, ir_rec_str(&rec, "summary")) : NULL;

	json_decref(rec.obj);
	return ret;
}

static void
ask(struct ir_refs *refs, struct ir_journal *j)
{
	struct ir_arena arena = { 0 };
	struct ir_finds *f = IR_NEW_N(&arena, struct ir_finds, refs->n + 1);
	struct ir_err err = IR_ERR_INIT;
	size_t n = 0, at = 0;

	for (size_t i = 0; i < refs->n; i++)
		if (!refs->v[i].summary)
			f[n++].id = refs->v[i].id;
	if (n > 0 && ir_journal_find_many(j, &arena, f, n, 1, &err) == 0) {
		for (size_t i = 0; i < refs->n; i++)
			if (!refs->v[i].summary)
				refs->v[i].summary = summary_of(&refs->arena, &f[at++]);
	}
	ir_arena_done(&arena);
}

void
ir_refs_look_up(struct ir_refs *refs, const struct ir_in *in, struct ir_journal *j)
{
	*refs = (struct ir_refs){ .n = 0 };
	for (size_t i = 0; i < in->n && add_all(refs, &in->v[i].rec); i++)
		;
	settle(refs);
	if (refs->n > IR_REFS_MAX)
		refs->n = IR_REFS_MAX;
	for (size_t i = 0; refs->n > 0 && i < in->n; i++) {
		const char *id = ir_rec_str(&in->v[i].rec, "id");
		struct ir_about *about = find(refs, id);

		if (about && !about->summary)
			about->summary = ir_rec_str(&in->v[i].rec, "summary");
	}
	if (j)
		ask(refs, j);
}

const char *
ir_refs_summary(void *arg, const char *id)
{
	const struct ir_refs *refs = arg;
	const struct ir_about *about = find(refs, id);

	return about ? about->summary : NULL;
}

void
ir_refs_done(struct ir_refs *refs)
{
	ir_arena_done(&refs->arena);
	*refs = (struct ir_refs){ .n = 0 };
}
