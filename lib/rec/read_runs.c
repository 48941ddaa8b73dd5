/* read_runs - did all that fed us finish, and was it complete? */
#include <errno.h>

#include "base/clock.h"
#include "rec/read_priv.h"

enum { WAIT_MS = 500, PAUSE_MS = 10, FIRST_SLOTS = 64, SAID_OF_RUN = 8 };

enum { ENDED_UNKNOWN, ENDED_COMPLETE, ENDED_INCOMPLETE };

/* sets */

static uint64_t
fnv1a(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return h ^ h >> 32;
}

static void *
resize(void *p, size_t n, size_t each)
{
	p = realloc(p, n * each);
	if (!p)
		ir_oom();
	return p;
}

/* Where key is, or would be. */
static uint32_t *
slot_of(const struct in_set *set, const char *key)
{
	size_t i = fnv1a(key) & (set->nslots - 1);

	while (set->slots[i] && strcmp(set->keys[set->slots[i] - 1], key) != 0)
		i = (i + 1) & (set->nslots - 1);
	return &set->slots[i];
}

static void
make_room(struct in_set *set)
{
	if (set->n == set->size) {
		set->size = set->size ? 2 * set->size : FIRST_SLOTS;
		set->keys = resize(set->keys, set->size, sizeof(*set->keys));
	}
	if (2 * (set->n + 1) <= set->nslots)
		return;
	set->nslots = set->nslots ? 2 * set->nslots : FIRST_SLOTS;
	set->slots = resize(set->slots, set->nslots, sizeof(*set->slots));
	memset(set->slots, 0, set->nslots * sizeof(*set->slots));
	for (size_t i = 0; i < set->n; i++)
		*slot_of(set, set->keys[i]) = (uint32_t)i + 1;
}

size_t
in_set_add(struct in_set *set, struct ir_arena *arena, const char *key, bool *is_new)
{
	uint32_t *slot;

	make_room(set);
	slot = slot_of(set, key);
	*is_new = *slot == 0;
	if (*is_new) {
		set->keys[set->n++] = ir_strdup(arena, key);
		*slot = (uint32_t)set->n;
	}
	return *slot - 1;
}

void
in_set_done(struct in_set *set)
{
	free(set->keys);
	free(set->slots);
	*set = (struct in_set){ 0 };
}

/* runs */

void
in_incomplete(struct ir_in *in, const char *fmt, ...)
{
	va_list ap;

	if (!in->incomplete) {
		va_start(ap, fmt);
		vsnprintf(in->why, sizeof(in->why), fmt, ap);
		va_end(ap);
	}
	in->incomplete = true;
}

static struct in_run *
run_of(struct in_runs *runs, struct ir_in *in, const char *run)
{
	bool is_new;
	size_t i = in_set_add(&runs->set, &in->arena, run, &is_new);

	if (i >= runs->size) {
		runs->size = runs->size ? 2 * runs->size : FIRST_SLOTS;
		runs->v = resize(runs->v, runs->size, sizeof(*runs->v));
	}
	if (is_new)
		runs->v[i] = (struct in_run){ .how = ENDED_UNKNOWN, .start_ms = IR_TIME_NONE };
	return &runs->v[i];
}

static bool
is_run(const char *s)
{
	return ir_id_valid(s, strlen(s)) && strncmp(s, "run-", 4) == 0;
}

void
in_runs_need(struct in_runs *runs, struct ir_in *in, const char *run)
{
	if (is_run(run))
		run_of(runs, in, run)->needed = true;
	else
		in_incomplete(in, "a record does not name its run");
}

void
in_runs_need_one(struct in_runs *runs, struct ir_in *in, const struct ir_list *list)
{
	struct ir_list known = { 0 };
	bool is_new;

	for (size_t i = 0; i < list->n; i++) {
		if (list->n == 1 || !is_run(list->v[i]))
			in_runs_need(runs, in, list->v[i]);
		else
			ir_list_add_once(&in->arena, &known, list->v[i]);
	}
	if (known.n == 1)
		in_runs_need(runs, in, known.v[0]);
	else if (known.n)
		in_set_add(&runs->groups, &in->arena, ir_list_join(&in->arena, &known, "", " "), &is_new);
	for (size_t i = 0; i < known.n; i++)
		run_of(runs, in, known.v[i]);
}

void
in_runs_ended(struct in_runs *runs, struct ir_in *in, const char *run, bool complete)
{
	struct in_run *r;

	if (!is_run(run)) {
		in_incomplete(in, "an end does not name its run");
		return;
	}
	r = run_of(runs, in, run);
	r->needed = true;
	if (r->how != ENDED_INCOMPLETE)
		r->how = complete ? ENDED_COMPLETE : ENDED_INCOMPLETE;
}

/* What the journal says of a run. */
static void
take_found(struct in_run *r, const struct ir_finds *f)
{
	for (size_t i = 0; i < f->n; i++) {
		json_t *obj = json_loadb(f->v[i].record, f->v[i].len, 0, NULL);
		const struct ir_rec rec = { .obj = obj };

		if (strcmp(ir_rec_str(&rec, "kind"), "end") == 0)
			r->how = json_is_true(json_object_get(obj, "complete")) ? ENDED_COMPLETE : ENDED_INCOMPLETE;
		else if (strcmp(ir_rec_str(&rec, "kind"), "start") == 0)
			r->start_ms = ir_rec_time(&rec);
		json_decref(obj);
	}
}

/* Ask the journal for the ends that are not known yet, for all at once. */
static void
ask(struct in_runs *runs, struct ir_journal *j)
{
	struct ir_arena arena = { 0 };
	struct ir_finds *f = IR_NEW_N(&arena, struct ir_finds, runs->set.n + 1);
	size_t *which = IR_NEW_N(&arena, size_t, runs->set.n + 1), n = 0;
	struct ir_err err = IR_ERR_INIT;

	for (size_t i = 0; i < runs->set.n; i++) {
		if (runs->v[i].how != ENDED_UNKNOWN)
			continue;
		which[n] = i;
		f[n++].id = runs->set.keys[i];
	}
	if (n > 0 && j && ir_journal_find_many(j, &arena, f, n, SAID_OF_RUN, &err) == 0)
		for (size_t i = 0; i < n; i++)
			take_found(&runs->v[which[i]], &f[i]);
	ir_arena_done(&arena);
}

/* Of runs that said the same, the one that began last; all that may be it, when that is not known. */
static void
choose_of_group(struct in_runs *runs, struct ir_in *in, const char *group)
{
	int64_t last = INT64_MIN;
	struct ir_list names = { 0 };
	bool is_new;

	for (const char *s = group; *s; s += strcspn(s, " "), s += *s == ' ')
		ir_list_add(&in->arena, &names, ir_strndup(&in->arena, s, strcspn(s, " ")));
	for (size_t i = 0; i < names.n; i++) {
		int64_t ms = runs->v[in_set_add(&runs->set, &in->arena, names.v[i], &is_new)].start_ms;

		if (ms != IR_TIME_NONE && ms > last)
			last = ms;
	}
	for (size_t i = 0; i < names.n; i++) {
		struct in_run *r = &runs->v[in_set_add(&runs->set, &in->arena, names.v[i], &is_new)];

		r->needed |= r->start_ms == IR_TIME_NONE || r->start_ms == last;
	}
}

static size_t
count_missing(const struct in_runs *runs)
{
	size_t n = 0;

	for (size_t i = 0; i < runs->set.n; i++)
		n += runs->v[i].needed && runs->v[i].how == ENDED_UNKNOWN;
	return n;
}

/* A run journals its end before it closes its output; an end that is on its way is there in a moment. */
void
in_runs_judge(struct in_runs *runs, struct ir_ctx *ctx, struct ir_in *in)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
	int64_t until_us = ir_mono_us() + WAIT_MS * INT64_C(1000);
	const char *away;

	ask(runs, ctx->journal);
	for (size_t i = 0; i < runs->groups.n; i++)
		choose_of_group(runs, in, runs->groups.keys[i]);
	while (count_missing(runs) > 0 && ctx->journal && ir_mono_us() < until_us && !(ctx->stop && *ctx->stop)) {
		nanosleep(&pause, NULL);
		ask(runs, ctx->journal);
	}
	away = ir_journal_away(ctx->journal);
	for (size_t i = 0; i < runs->set.n; i++) {
		if (!runs->v[i].needed)
			continue;
		if (runs->v[i].how == ENDED_INCOMPLETE)
			in_incomplete(in, "%s was not complete", runs->set.keys[i]);
		else if (runs->v[i].how == ENDED_UNKNOWN && away)
			in_incomplete(in, "%s has no end here, and the shared journal could not be asked: %.150s",
			    runs->set.keys[i], away);
		else if (runs->v[i].how == ENDED_UNKNOWN)
			in_incomplete(in, "%s has no end: it was killed, is still running, or ran on another host",
			    runs->set.keys[i]);
	}
}

void
in_runs_done(struct in_runs *runs)
{
	in_set_done(&runs->set);
	in_set_done(&runs->groups);
	free(runs->v);
}
