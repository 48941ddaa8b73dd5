/* order - migrations by name, in the order in which they depend on each other, and the time that a name tells */
#include "base/clock.h"
#include "migrate/type.h"

const char *const ir_migrate_verdicts[] = { "safe", "unsafe", "unknown", NULL };

/* By name: open addressing. It is of a set as it stood; what was moved since is found out when it is looked at. */
struct ir_migrate_index {
	struct slot {
		uint64_t hash;
		size_t at; /* + 1; 0: free */
	} * slots;
	size_t mask, n;
	const struct ir_migrate_file *v;
};

static uint64_t
hashed(uint64_t h, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3;
	return h;
}

static uint64_t
hash(const char *app, size_t n_app, const char *name)
{
	uint64_t h = hashed(hashed(0xcbf29ce484222325, app, n_app) * 31, name, strlen(name));

	return h ^ h >> 29;
}

static bool
is(const struct ir_migrate_file *f, const char *app, size_t n_app, const char *name)
{
	return strncmp(f->app, app, n_app) == 0 && !f->app[n_app] && strcmp(f->name, name) == 0;
}

/* Where it is, or where it would be. moved: what is there is not what was there. */
static size_t
probe(const struct ir_migrate_index *x, const char *app, size_t n_app, const char *name, bool *moved)
{
	uint64_t h = hash(app, n_app, name);
	size_t i = h & x->mask;

	*moved = false;
	for (; x->slots[i].at; i = (i + 1) & x->mask) {
		const struct ir_migrate_file *f = &x->v[x->slots[i].at - 1];

		if (x->slots[i].hash != h)
			continue;
		if (is(f, app, n_app, name))
			return i;
		*moved |= hash(f->app, strlen(f->app), f->name) != h;
	}
	return i;
}

/* The first of several of one name. */
static void
build(const struct ir_migrate_set *set, struct ir_migrate_index *x)
{
	size_t size = 16;
	bool moved;

	while (size < set->n * 2)
		size *= 2;
	if (!x->slots || x->mask + 1 != size)
		x->slots = IR_NEW_N(set->arena, struct slot, size);
	memset(x->slots, 0, size * sizeof(x->slots[0]));
	*x = (struct ir_migrate_index){ .slots = x->slots, .mask = size - 1, .n = set->n, .v = set->v };
	for (size_t i = 0; i < set->n; i++) {
		const struct ir_migrate_file *f = &set->v[i];
		size_t at = probe(x, f->app, strlen(f->app), f->name, &moved);

		if (!x->slots[at].at)
			x->slots[at] = (struct slot){ hash(f->app, strlen(f->app), f->name), i + 1 };
	}
}

static struct ir_migrate_file *
named(const struct ir_migrate_set *set, const char *app, size_t n_app, const char *name)
{
	struct ir_migrate_index *x = set->index;
	size_t at;
	bool moved = false;

	for (size_t i = 0; !x && i < set->n; i++)
		if (is(&set->v[i], app, n_app, name))
			return &set->v[i];
	if (!x || !set->n)
		return NULL;
	if (x->n != set->n || x->v != set->v || !x->slots)
		build(set, x);
	at = probe(x, app, n_app, name, &moved);
	if (moved) {
		build(set, x);
		at = probe(x, app, n_app, name, &moved);
	}
	return x->slots[at].at ? &set->v[x->slots[at].at - 1] : NULL;
}

void
ir_migrate_index(struct ir_migrate_set *set)
{
	if (!set->index)
		set->index = IR_NEW(set->arena, struct ir_migrate_index);
}

struct ir_migrate_file *
ir_migrate_named(const struct ir_migrate_set *set, const char *app, const char *name)
{
	return named(set, app, strlen(app), name);
}

struct ir_migrate_file *
ir_migrate_key(const struct ir_migrate_set *set, const char *key)
{
	size_t n = strcspn(key, "\1");

	return key[n] ? named(set, key, n, key + n + 1) : NULL;
}

/* ---- by what they need */

enum { NEW, OPEN, DONE };

struct walk {
	struct ir_migrate_set *set;
	unsigned char *state;
	size_t *stack, *next, depth; /* next: of after, which one is to be looked at */
	struct ir_migrate_file *out;
	size_t n;
};

static const char *
shown(struct ir_arena *arena, const char *app, const char *name)
{
	return *app ? ir_asprintf(arena, "%s/%s", app, name) : name;
}

static void
tell(struct walk *w, size_t i, const char *what, const char *key)
{
	struct ir_arena *arena = w->set->arena;
	const struct ir_migrate_file *f = &w->set->v[i];
	char *other = ir_strdup(arena, key + (*key == '\1'));

	if (w->set->trouble)
		return;
	other[strcspn(other, "\1")] = '/';
	w->set->trouble = ir_asprintf(arena, "%s needs %s, %s", shown(arena, f->app, f->name), other, what);
}

/* Of an application whose files are elsewhere. */
static bool
is_foreign(const struct walk *w, const char *key)
{
	size_t n = strcspn(key, "\1");

	for (size_t i = 0; i < w->set->foreign.n; i++)
		if (strncmp(w->set->foreign.v[i], key, n) == 0 && !w->set->foreign.v[i][n])
			return true;
	return false;
}

static void
enter(struct walk *w, size_t i)
{
	w->state[i] = OPEN;
	w->next[i] = 0;
	w->stack[w->depth++] = i;
}

/* One step of the one that is on top: into the next that it needs, or out. */
static void
step(struct walk *w)
{
	size_t i = w->stack[w->depth - 1], j;
	const struct ir_migrate_file *f = &w->set->v[i], *need;
	const char *key;

	if (w->next[i] == f->after.n) {
		w->state[i] = DONE;
		w->out[w->n++] = *f;
		w->depth--;
		return;
	}
	key = f->after.v[w->next[i]++];
	need = ir_migrate_key(w->set, key);
	if (!need) {
		if (!is_foreign(w, key))
			tell(w, i, "which is not there", key);
		return;
	}
	j = (size_t)(need - w->set->v);
	if (w->state[j] == OPEN)
		tell(w, i, "which needs it, too", key);
	if (w->state[j] == NEW)
		enter(w, j);
}

static void
tell_twice(struct ir_migrate_set *set)
{
	for (size_t i = 0; i < set->n && !set->trouble; i++) {
		const struct ir_migrate_file *f = &set->v[i], *first = ir_migrate_named(set, f->app, f->name);

		if (first != f)
			set->trouble = ir_asprintf(set->arena, "%s is there twice: %s, %s",
			    shown(set->arena, f->app, f->name), first->path, f->path);
	}
}

void
ir_migrate_order(struct ir_migrate_set *set)
{
	struct walk w = { .set = set };

	if (set->n == 0)
		return;
	ir_migrate_index(set);
	tell_twice(set);
	w.state = IR_NEW_N(set->arena, unsigned char, set->n);
	w.stack = IR_NEW_N(set->arena, size_t, set->n);
	w.next = IR_NEW_N(set->arena, size_t, set->n);
	w.out = IR_NEW_N(set->arena, struct ir_migrate_file, set->n);
	for (size_t i = 0; i < set->n; i++) {
		if (w.state[i] == NEW)
			enter(&w, i);
		while (w.depth)
			step(&w);
	}
	memcpy(set->v, w.out, set->n * sizeof(set->v[0]));
}

/* ---- what a name tells */

static int
figures(const char *s, size_t n)
{
	int d = 0;

	for (size_t i = 0; i < n; i++)
		d = d * 10 + (s[i] - '0');
	return d;
}

int64_t
ir_migrate_stamp(const char *s, size_t n)
{
	int hour, minute, second;
	int64_t days;

	if ((n != 14 && n != 12 && n != 8) || strspn(s, "0123456789") < n)
		return IR_TIME_NONE;
	hour = n >= 12 ? figures(s + 8, 2) : 0;
	minute = n >= 12 ? figures(s + 10, 2) : 0;
	second = n == 14 ? figures(s + 12, 2) : 0;
	if (figures(s, 4) < 1970 || hour > 23 || minute > 59 || second > 59 ||
	    ir_day_number(figures(s, 4), figures(s + 4, 2), figures(s + 6, 2), &days) < 0)
		return IR_TIME_NONE;
	return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000;
}

/* ---- judgements */

bool
ir_migrate_is_worse(const struct ir_migrate_judgement *j, enum ir_migrate_verdict verdict)
{
	static const int badness[] = { [IR_MIGRATE_SAFE] = 0, [IR_MIGRATE_UNKNOWN] = 1, [IR_MIGRATE_UNSAFE] = 2 };

	return badness[verdict] > badness[j->verdict] || (verdict == j->verdict && !j->operation);
}

void
ir_migrate_worsen(struct ir_migrate_judgement *j, enum ir_migrate_verdict verdict, const char *operation, unsigned line)
{
	if (ir_migrate_is_worse(j, verdict))
		*j = (struct ir_migrate_judgement){ verdict, operation, line, j->reversible, j->locks, j->drops };
}
