/* sample - counters of the last look: of this run, else from the journal */
#include "dep/sample.h"

#include <inttypes.h>
#include <math.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/num.h"
#include "base/utf8.h"
#include "dep/look.h"
#include "rec/journal.h"
#include "rec/rec.h"

enum {
	YOUNGEST_MS = 1000, /* a younger look in the journal says too little */
	OLDEST_MS = 3600 * 1000,
	OBSERVATIONS = 8,      /* newest ones of an id that are looked at */
	ROW_BYTES = 12 * 1024, /* of the counters in a row; in memory they are all kept */
};

/* As a record has it, so that both compare. */
static const char *
clean(struct ir_arena *arena, const char *key)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b = { .data = NULL };
	size_t n = strlen(key);

	if (ir_utf8_valid(key, n))
		return key;
	ir_buf_init(&b, 4 * n + 1);
	ir_utf8_clean(&b, key, n);
	return ir_strdup(arena, b.data);
}

/* The value of "key=integer"; INT64_MIN: there is none. */
static int64_t
value_in(const struct ir_list *counters, const char *key)
{
	size_t n = strlen(key);
	int64_t v;

	for (size_t i = 0; i < counters->n; i++) {
		const char *s = counters->v[i];

		if (strncmp(s, key, n) == 0 && s[n] == '=' &&
		    ir_parse_int(s + n + 1, -INT64_MAX, INT64_MAX, &v, NULL) == 0)
			return v;
	}
	return INT64_MIN;
}

void
ir_sample_count(struct ir_dep *dep, const char *key, int64_t value)
{
	struct ir_arena *arena = dep->ctx->arena;

	key = clean(arena, key);
	if (dep->state && dep->state->counted_us == INT64_MIN)
		dep->state->counted_us = ir_mono_us();
	if (dep->before && strcmp(key, "identity") == 0 && value_in(&dep->before->counters, key) != value)
		dep->before = NULL;
	ir_list_add(arena, &dep->counters, ir_asprintf(arena, "%s=%" PRId64, key, value));
}

int64_t
ir_sample_hash(const char *s)
{
	uint8_t hash[IR_SHA_BYTES];
	int64_t v = 0;

	ir_sha256(s, strlen(s), hash);
	for (int i = 0; i < 7; i++) /* 2^53 and more is no whole number to some who read JSON, but this is text */
		v = v << 8 | hash[i];
	return v;
}

double
ir_sample_seconds(const struct ir_dep *dep)
{
	const struct ir_sample *s = dep->before;
	int64_t now = dep->state && dep->state->counted_us != INT64_MIN ? dep->state->counted_us : ir_mono_us();

	if (!s)
		return (double)NAN;
	if (s->at_us != INT64_MIN)
		return (double)(now - s->at_us) / 1e6;
	/* the journal has the wall clock's time */
	return (double)(ir_now_ms() - s->time_ms) / 1e3 - (double)(ir_mono_us() - now) / 1e6;
}

int64_t
ir_sample_before(const struct ir_dep *dep, const char *key)
{
	return dep->before ? value_in(&dep->before->counters, clean(dep->ctx->arena, key)) : INT64_MIN;
}

bool
ir_sample_grown(struct ir_dep *dep, const char *key, int64_t value, int64_t *grown)
{
	int64_t before = ir_sample_before(dep, key);

	ir_sample_count(dep, key, value);
	return before != INT64_MIN && value >= before && !__builtin_sub_overflow(value, before, grown);
}

/* ---- ids of jobs: in memory only */

void
ir_sample_ids(struct ir_dep *dep, const char *key, const struct ir_list *ids)
{
	struct ir_dep_state *s = dep->state;

	if (s->n_ids == s->size_ids) {
		struct ir_sample_ids *v =
		    IR_NEW_N(dep->ctx->arena, struct ir_sample_ids, s->size_ids = 2 * s->size_ids + 8);

		if (s->n_ids)
			memcpy(v, s->ids, s->n_ids * sizeof(*v));
		s->ids = v;
	}
	s->ids[s->n_ids++] = (struct ir_sample_ids){ .key = key, .ids = *ids };
}

const struct ir_list *
ir_sample_ids_before(const struct ir_dep *dep, const char *key)
{
	const struct ir_sample *s = dep->before;

	for (size_t i = 0; s && i < s->n_ids; i++) {
		if (strcmp(s->ids[i].key, key) == 0)
			return &s->ids[i].ids;
	}
	return NULL;
}

/* ---- keeping */

static void
copy_list(struct ir_arena *arena, const struct ir_list *from, struct ir_list *to)
{
	for (size_t i = 0; i < from->n; i++)
		ir_list_add(arena, to, ir_strdup(arena, from->v[i]));
}

void
ir_sample_done(struct ir_sample *s)
{
	ir_arena_done(&s->arena);
	*s = (struct ir_sample){ .at_us = INT64_MIN, .time_ms = IR_TIME_NONE };
}

/* Whole entries only: what is cut in a record would be another number. */
static void
counters_of_row(struct ir_dep *dep)
{
	size_t bytes = 0;

	dep->row->counters = (struct ir_list){ 0 };
	for (size_t i = 0; i < dep->counters.n; i++) {
		bytes += strlen(dep->counters.v[i]);
		if (bytes > ROW_BYTES)
			break;
		ir_list_add(dep->ctx->arena, &dep->row->counters, dep->counters.v[i]);
	}
}

void
ir_sample_keep(struct ir_dep *dep)
{
	struct ir_dep_state *s = dep->state;
	struct ir_sample *last = &s->last;

	counters_of_row(dep);
	if (dep->counters.n == 0)
		return;
	ir_sample_done(last);
	last->at_us = s->counted_us;
	copy_list(&last->arena, &dep->counters, &last->counters);
	last->ids = IR_NEW_N(&last->arena, struct ir_sample_ids, s->n_ids + 1);
	for (size_t i = 0; i < s->n_ids; i++) {
		last->ids[i].key = ir_strdup(&last->arena, s->ids[i].key);
		copy_list(&last->arena, &s->ids[i].ids, &last->ids[i].ids);
	}
	last->n_ids = s->n_ids;
}

void
ir_sample_begin(struct ir_dep *dep)
{
	struct ir_dep_state *s = dep->state;
	const struct ir_sample *last = s->last.counters.n ? &s->last : s->journal.counters.n ? &s->journal : NULL;

	s->counted_us = INT64_MIN;
	s->ids = NULL;
	s->n_ids = s->size_ids = 0;
	dep->counters = (struct ir_list){ 0 };
	dep->before = last;
	/* a look of long ago, in a watch that could not see for hours */
	if (last && !(ir_sample_seconds(dep) <= (double)OLDEST_MS / 1000))
		dep->before = NULL;
}

/* ---- from the journal */

bool
ir_sample_read(const struct ir_dep *dep, const char *record, size_t n, int64_t now_ms, struct ir_sample *ret)
{
	struct ir_rec rec = { .obj = json_loadb(record, n, 0, NULL) };
	const json_t *counters = json_object_get(rec.obj, "counters"), *e;
	const char *subject = ir_rec_str(&rec, "subject");
	size_t place = strlen(dep->subject);
	int64_t age = now_ms - ir_rec_time(&rec);
	size_t i;
	bool fits = rec.obj && ir_rec_time(&rec) != IR_TIME_NONE && age >= YOUNGEST_MS && age <= OLDEST_MS &&
		    strcmp(ir_rec_str(&rec, "dependency"), dep->name) == 0 &&
		    strcmp(ir_rec_str(&rec, "type"), dep->ops->name) == 0 &&
		    strncmp(subject, dep->subject, place) == 0 && (!subject[place] || subject[place] == '#') &&
		    json_array_size(counters) > 0;

	if (fits) {
		*ret = (struct ir_sample){ .at_us = INT64_MIN, .time_ms = ir_rec_time(&rec) };
		json_array_foreach(counters, i, e)
		{
			if (json_is_string(e))
				ir_list_add(&ret->arena, &ret->counters, ir_strdup(&ret->arena, json_string_value(e)));
		}
	}
	json_decref(rec.obj);
	return fits;
}

/* The id of the own row, and the whole hash of its key. */
static const char *
id_of(struct ir_ctx *ctx, const struct ir_dep *dep, const char *env, char key_hex[static IR_SHA_HEX])
{
	IR_CLEANUP(ir_buf_done) struct ir_buf key;
	struct ir_check row = { .h = { .service = dep->service }, .name = dep->name };
	char id[IR_ID_MAX];

	ir_buf_init(&key, IR_LINE_MAX);
	ir_kind_check.key(&row, env, ctx->run, &key);
	ir_id_make(ir_kind_check.prefix, key.data, key.len, id, key_hex);
	return ir_strdup(ctx->arena, id);
}

static void
recall_one(struct ir_dep *dep, const struct ir_finds *f, const char *key_hex, int64_t now_ms)
{
	for (size_t i = f->n; i > 0; i--) {
		const struct ir_found *found = &f->v[i - 1];

		if (strcmp(found->key, key_hex) == 0 &&
		    ir_sample_read(dep, found->record, found->len, now_ms, &dep->state->journal))
			return;
	}
}

void
ir_sample_recall(struct ir_ctx *ctx, struct ir_dep *const *deps, size_t n, const char *env)
{
	struct ir_finds *finds = IR_NEW_N(ctx->arena, struct ir_finds, n + 1);
	struct ir_dep **asked = IR_NEW_N(ctx->arena, struct ir_dep *, n + 1);
	char(*keys)[IR_SHA_HEX] = ir_arena_alloc_n(ctx->arena, n + 1, sizeof(*keys));
	struct ir_err err = IR_ERR_INIT;
	size_t m = 0;

	for (size_t i = 0; i < n && ctx->journal; i++) {
		if (deps[i]->state->told || deps[i]->unready)
			continue;
		deps[i]->state->told = true;
		asked[m] = deps[i];
		finds[m].id = id_of(ctx, deps[i], env, keys[m]);
		m++;
	}
	if (m == 0)
		return;
	if (ir_journal_find_many(ctx->journal, ctx->arena, finds, m, OBSERVATIONS, &err) < 0) {
		ir_trace(ctx, 1, "the last look is not known: %s", err.msg);
		return;
	}
	for (size_t i = 0; i < m; i++)
		recall_one(asked[i], &finds[i], keys[i], ir_now_ms());
}
