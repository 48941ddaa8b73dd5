/* alertmanager_read - alerts and silences as GET /api/v2/alerts and /silences tell them */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "pager/alertmanager.h"
#include "rec/foreign.h"

enum { IDS_MAX = 1000, MATCHERS_MAX = 500, RECEIVERS_MAX = 100 };

/* ---- texts that come again */

/* The high bits, which depend on all of the seed: who chooses labels must not choose where they go. */
static size_t
hash(uint64_t seed, const char *s, size_t n)
{
	uint64_t h = seed;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * UINT64_C(1099511628211);
	h ^= h >> 29;
	return (size_t)((h * UINT64_C(11400714819323198485)) >> 32);
}

static const char **
slot(const struct ir_am_texts *t, const char *s, size_t n)
{
	size_t i = hash(t->seed, s, n) & (t->size - 1);

	while (t->v[i] && (strncmp(t->v[i], s, n) != 0 || t->v[i][n]))
		i = (i + 1) & (t->size - 1);
	return &t->v[i];
}

const char *
ir_am_text(struct ir_arena *arena, struct ir_am_texts *t, const char *s, size_t n)
{
	const char **at;

	if (2 * t->n >= t->size) {
		const struct ir_am_texts old = *t;

		t->size = old.size ? 4 * old.size : 1024;
		t->seed = old.seed ? old.seed
				   : (uint64_t)ir_mono_us() ^ (uint64_t)(uintptr_t)t ^ UINT64_C(14695981039346656037);
		t->v = IR_NEW_N(arena, const char *, t->size);
		for (size_t i = 0; i < old.size; i++)
			if (old.v[i])
				*slot(t, old.v[i], strlen(old.v[i])) = old.v[i];
	}
	at = slot(t, s, n);
	if (!*at) {
		*at = ir_strndup(arena, s, n);
		t->n++;
	}
	return *at;
}

/* ---- what both have */

/* jansson has seen to its being UTF-8 without a NUL. */
static json_t *
parse(const char *p, size_t n)
{
	return json_loadb(p, n, 0, NULL);
}

static const char *
text_of(struct ir_arena *arena, const json_t *o, const char *key)
{
	return ir_strdup(arena, json_string_value(json_object_get(o, key)));
}

static void
take_strings(struct ir_arena *arena, struct ir_am_texts *texts, const json_t *list, struct ir_list *ret)
{
	for (size_t i = 0; i < json_array_size(list) && i < IDS_MAX; i++) {
		const json_t *v = json_array_get(list, i);
		const char *s = json_string_value(v);

		if (s)
			ir_list_add(arena, ret, ir_am_text(arena, texts, s, json_string_length(v)));
	}
}

/* ---- an alert */

const char *const ir_am_words[] = { "summary", "description", "message", NULL };
const char *const ir_am_links[] = { "runbook_url", "runbook", "dashboard_url", "dashboard", NULL };

static int
take_labels(struct ir_arena *arena, struct ir_am_texts *texts, json_t *labels, struct ir_alert *a)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	size_t n = json_object_size(labels);
	const char *key;
	json_t *value;

	ir_buf_init(&b, IR_AM_ELEMENT);
	if (!json_is_object(labels) || n == 0 || n > IR_AM_LABELS)
		return -1;
	a->labels = (struct ir_list){ .v = IR_NEW_N(arena, const char *, n + 1), .size = n + 1 };
	json_object_foreach(labels, key, value)
	{
		/* an empty one is none, and a name with = would be told as another; but for these two labels are taken as they are */
		if (!json_is_string(value) || json_string_length(value) == 0 || !*key || strchr(key, '='))
			continue;
		ir_buf_reset(&b);
		ir_buf_addf(&b, "%s=", key);
		ir_buf_add(&b, json_string_value(value), json_string_length(value));
		a->labels.v[a->labels.n++] = ir_am_text(arena, texts, b.data, b.len);
	}
	return 0;
}

void
ir_am_add_link(struct ir_arena *arena, const char *url, struct ir_list *links)
{
	if (url && (strncasecmp(url, "http://", 7) == 0 || strncasecmp(url, "https://", 8) == 0))
		ir_list_add_once(arena, links, ir_url_redact(arena, url));
}

static void
take_annotations(struct ir_arena *arena, const json_t *o, struct ir_alert *a)
{
	const json_t *annotations = json_object_get(o, "annotations");

	for (size_t i = 0; ir_am_words[i] && !a->description; i++)
		a->description = ir_foreign_text(arena, annotations, ir_am_words[i]);
	for (size_t i = 0; ir_am_links[i]; i++)
		ir_am_add_link(arena, ir_foreign_text(arena, annotations, ir_am_links[i]), &a->links);
	ir_am_add_link(arena, ir_foreign_text(arena, o, "generatorURL"), &a->links);
}

void
ir_am_take_receivers(struct ir_arena *arena, struct ir_am_texts *texts, const json_t *list, struct ir_alert *a)
{
	for (size_t i = 0; i < json_array_size(list) && i < RECEIVERS_MAX; i++) {
		const json_t *name = json_object_get(json_array_get(list, i), "name");

		if (json_is_string(name))
			ir_list_add(arena, &a->assigned,
			    ir_am_text(arena, texts, json_string_value(name), json_string_length(name)));
	}
}

/* What quiets it besides silences; those are seen to when they are there, too. */
static const char *
quieted(const json_t *status)
{
	const char *state = json_string_value(json_object_get(status, "state"));

	if (json_array_size(json_object_get(status, "inhibitedBy")))
		return "inhibited";
	if (json_array_size(json_object_get(status, "mutedBy")))
		return "silenced";
	return state && strcmp(state, "suppressed") == 0 ? "silenced" : "firing";
}

void
ir_am_take_status(struct ir_arena *arena, struct ir_am_texts *texts, const json_t *status, struct ir_alert *a)
{
	const json_t *muted = json_object_get(status, "mutedBy"), *first = json_array_get(muted, 0);

	take_strings(arena, texts, json_object_get(status, "silencedBy"), &a->acks);
	a->state = quieted(status);
	if (json_array_size(muted))
		a->ack_note = ir_asprintf(
		    arena, "muted by time interval '%s'", json_is_string(first) ? json_string_value(first) : "?");
}

int
ir_am_read_whole(struct ir_arena *arena, struct ir_am_texts *texts, const char *p, size_t n, struct ir_alert *a)
{
	IR_CLEANUP(ir_foreign_json_done) json_t *o = parse(p, n);

	if (!o || !json_string_value(json_object_get(o, "fingerprint")))
		return -1;
	if (take_labels(arena, texts, json_object_get(o, "labels"), a) < 0)
		return -1;
	a->alert = text_of(arena, o, "fingerprint");
	a->h.time_ms = ir_foreign_time(json_object_get(o, "startsAt"));
	take_annotations(arena, o, a);
	ir_am_take_receivers(arena, texts, json_object_get(o, "receivers"), a);
	ir_am_take_status(arena, texts, json_object_get(o, "status"), a);
	return 0;
}

int
ir_am_read_alert(struct ir_arena *arena, struct ir_am_texts *texts, const char *p, size_t n, struct ir_alert *a)
{
	if (!ir_am_read_plain(arena, texts, p, n, a)) {
		ir_row_init(&ir_kind_alert, a);
		if (ir_am_read_whole(arena, texts, p, n, a) < 0)
			return -1;
	}
	a->name = ir_alert_label(a, "alertname");
	a->severity = ir_alert_label(a, "severity");
	return 0;
}

int
ir_am_read_held(struct ir_arena *arena, struct ir_am_texts *texts, const char *p, size_t n, struct ir_am_held *ret)
{
	IR_CLEANUP(ir_foreign_json_done) json_t *o = NULL;

	if (ir_am_held_plain(arena, texts, p, n, ret))
		return 0;
	o = parse(p, n);
	*ret = (struct ir_am_held){ .alert = text_of(arena, o, "fingerprint") };
	if (!ret->alert)
		return -1;
	take_strings(arena, texts, json_object_get(json_object_get(o, "status"), "silencedBy"), &ret->by);
	return 0;
}

/* ---- a silence */

static int
take_matchers(struct ir_arena *arena, const json_t *list, struct ir_am_silence *s)
{
	size_t n = json_array_size(list);

	if (n > MATCHERS_MAX)
		return -1;
	s->v = IR_NEW_N(arena, struct ir_am_matcher, n + 1);
	for (size_t i = 0; i < n; i++) {
		const json_t *o = json_array_get(list, i);
		struct ir_am_matcher m = { .name = text_of(arena, o, "name"), .value = text_of(arena, o, "value") };

		if (!m.name || !m.value)
			return -1;
		m.regex = json_is_true(json_object_get(o, "isRegex"));
		m.negative = json_is_false(json_object_get(o, "isEqual"));
		s->v[s->n++] = m;
	}
	s->told = s->v;
	s->v = IR_NEW_N(arena, struct ir_am_matcher, s->n + 1);
	memcpy(s->v, s->told, s->n * sizeof(*s->v));
	ir_am_sort_matchers(s->v, s->n);
	return 0;
}

static struct ir_am_silence *
add_silence(struct ir_arena *arena, struct ir_am_silences *all)
{
	if (all->n == IR_AM_SILENCES) {
		all->cut = true;
		return NULL;
	}
	if (all->n == all->size) {
		struct ir_am_silence *v = IR_NEW_N(arena, struct ir_am_silence, 2 * all->size + 64);

		if (all->n)
			memcpy(v, all->v, all->n * sizeof(*v));
		all->size = 2 * all->size + 64;
		all->v = v;
	}
	return &all->v[all->n++];
}

int
ir_am_read_silence(struct ir_arena *arena, const char *p, size_t n, struct ir_am_silences *all)
{
	IR_CLEANUP(ir_foreign_json_done) json_t *o = parse(p, n);
	const char *state = json_string_value(json_object_get(json_object_get(o, "status"), "state"));
	struct ir_am_silence s = { 0 }, *to;

	if (!state || !json_string_value(json_object_get(o, "id")))
		return -1;
	if (strcmp(state, "expired") == 0)
		return 0;
	s.id = text_of(arena, o, "id");
	s.by = text_of(arena, o, "createdBy");
	s.comment = text_of(arena, o, "comment");
	s.comment = s.comment ? s.comment : "";
	s.starts_ms = ir_foreign_time(json_object_get(o, "startsAt"));
	s.ends_ms = ir_foreign_time(json_object_get(o, "endsAt"));
	s.pending = strcmp(state, "pending") == 0;
	s.ack = strncmp(s.comment, "ACK!", 4) == 0;
	if (take_matchers(arena, json_object_get(o, "matchers"), &s) < 0)
		return -1;
	to = add_silence(arena, all);
	if (to)
		*to = s;
	return 0;
}

static int
by_id(const void *a, const void *b)
{
	return strcmp(((const struct ir_am_silence *)a)->id, ((const struct ir_am_silence *)b)->id);
}

void
ir_am_silences_sort(struct ir_am_silences *all)
{
	if (all->n)
		qsort(all->v, all->n, sizeof(*all->v), by_id);
}

const struct ir_am_silence *
ir_am_silences_find(const struct ir_am_silences *all, const char *id)
{
	const struct ir_am_silence key = { .id = id };

	return all->n ? bsearch(&key, all->v, all->n, sizeof(*all->v), by_id) : NULL;
}

/* ---- who has it */

static bool
is_earlier(const struct ir_am_silence *a, const struct ir_am_silence *b)
{
	return a->starts_ms != b->starts_ms ? a->starts_ms < b->starts_ms : strcmp(a->id, b->id) < 0;
}

const struct ir_am_silence *
ir_am_holder(const struct ir_am_silences *all, const struct ir_list *ids)
{
	const struct ir_am_silence *found = NULL;

	for (size_t i = 0; i < ids->n; i++) {
		const struct ir_am_silence *s = ir_am_silences_find(all, ids->v[i]);

		if (s && s->ack && (!found || is_earlier(s, found)))
			found = s;
	}
	return found;
}

/* The one that ends last, of acks or of all; NULL: none is known. */
static const struct ir_am_silence *
last_of(const struct ir_am_silences *all, const struct ir_list *ids, bool acks)
{
	const struct ir_am_silence *found = NULL;

	for (size_t i = 0; i < ids->n; i++) {
		const struct ir_am_silence *s = ir_am_silences_find(all, ids->v[i]);

		if (s && (s->ack || !acks) && (!found || s->ends_ms > found->ends_ms))
			found = s;
	}
	return found;
}

static const char *
words_of(struct ir_arena *arena, const char *s)
{
	return s && *s ? ir_foreign_clean(arena, s, strlen(s)) : NULL;
}

void
ir_am_tell_state(struct ir_arena *arena, const struct ir_am_silences *all, struct ir_alert *a)
{
	const struct ir_am_silence *ack = ir_am_holder(all, &a->acks), *last = last_of(all, &a->acks, ack != NULL);

	if (a->acks.n == 0)
		return;
	a->state = ack ? "acked" : "silenced";
	if (!last)
		return;
	a->acked_until_ms = last->ends_ms;
	last = ack ? ack : last;
	a->acked_by = words_of(arena, last->by);
	a->acked_ms = last->starts_ms;
	a->ack_note = words_of(arena, ack ? ir_am_note(arena, ack->comment) : last->comment);
}

/* ---- what is wrong */

/* "silence not found", {"code":602,"message":"…"}, or nothing. */
const char *
ir_am_said(struct ir_arena *arena, const struct ir_http_res *res)
{
	IR_CLEANUP(ir_foreign_json_done) json_t *o = NULL;

	if (res->body.len == 0)
		return NULL;
	o = json_loadb(res->body.data, res->body.len, JSON_DECODE_ANY, NULL);
	if (json_is_string(o))
		return ir_foreign_clean(arena, json_string_value(o), json_string_length(o));
	return ir_foreign_text(arena, o, "message");
}
