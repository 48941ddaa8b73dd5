/* alertmanager_quick - an alert whose texts are plain, by its bytes; what comes again and again is read once, by jansson */
#include <string.h>

#include "base/cleanup.h"
#include "pager/alertmanager.h"
#include "pager/alertmanager_plain.h"
#include "rec/foreign.h"

enum { PAIR_MAX = 4096, WORDS = 3, LINKS = 4, MEMO_MAX = 1024 };

/* Members of an alert that count; each may be there once. */
enum { ANNOTATIONS, FINGERPRINT, RECEIVERS, STARTS, STATUS, GENERATOR, LABELS, MEMBERS };
static const char *const members[] = { "annotations", "fingerprint", "receivers", "startsAt", "status", "generatorURL",
	"labels", NULL };
static const char types[] = "{\"[\"{\"{";

static uint32_t
hash(const char *s, size_t n)
{
	uint32_t h = 2166136261;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 16777619;
	return h ^ h >> 16;
}

/* Of these bytes; value NULL: not seen before, or forgotten. */
static struct ir_am_memo *
memo_of(struct ir_arena *arena, struct ir_am_texts *texts, const struct ir_plain *raw)
{
	struct ir_am_memo *m = &texts->memo[hash(raw->p, raw->n) % IR_AM_MEMO];

	if (m->raw && m->type == raw->type && m->n == raw->n && memcmp(m->raw, raw->p, raw->n) == 0)
		return m;
	*m = (struct ir_am_memo){ .raw = ir_strndup(arena, raw->p, raw->n), .n = raw->n, .type = raw->type };
	return m;
}

/* ---- labels and annotations */

static bool
is_string(const struct ir_plain *s)
{
	return s->type == '"' || s->type == IR_PLAIN_ODD;
}

/* What an odd one means, by jansson; in the arena. */
static bool
decode(struct ir_arena *arena, struct ir_plain *s)
{
	IR_CLEANUP(ir_foreign_json_done) json_t *o = NULL;

	if (s->type == '"')
		return true;
	o = json_loadb(s->p - 1, s->n + 2, JSON_DECODE_ANY, NULL);
	if (!json_is_string(o))
		return false;
	s->n = json_string_length(o);
	s->p = ir_strndup(arena, json_string_value(o), s->n);
	return true;
}

/* In ascending order, as servers tell them: so that none is there twice. */
static bool
is_behind(const struct ir_plain *last, const struct ir_plain *key)
{
	size_t n = last->n < key->n ? last->n : key->n;
	int order = last->p ? memcmp(last->p, key->p, n) : -1;

	return order < 0 || (order == 0 && last->n < key->n);
}

static bool
take_labels(struct ir_arena *arena, struct ir_am_texts *texts, const struct ir_plain *labels, struct ir_alert *a)
{
	struct ir_plain_walk w;
	struct ir_plain key, value, last = { 0 };
	const char *v[IR_AM_LABELS];
	size_t n = 0;
	int rc;

	ir_plain_begin(&w, labels->p, labels->n);
	while ((rc = ir_plain_next(&w, &key, &value)) > 0) {
		char pair[PAIR_MAX];

		/* names and values that are odd are for the other way */
		if (!is_string(&value) || n == IR_AM_LABELS || !is_behind(&last, &key) || key.n == 0 ||
		    memchr(key.p, '=', key.n) || !decode(arena, &value) || value.n == 0 ||
		    key.n + value.n + 1 > sizeof(pair))
			return false;
		memcpy(pair, key.p, key.n);
		pair[key.n] = '=';
		memcpy(pair + key.n + 1, value.p, value.n);
		v[n++] = ir_am_text(arena, texts, pair, key.n + 1 + value.n);
		last = key;
	}
	if (rc < 0 || n == 0)
		return false;
	a->labels = (struct ir_list){ .v = IR_NEW_N(arena, const char *, n + 1), .n = n, .size = n + 1 };
	memcpy(a->labels.v, v, n * sizeof(*v));
	return true;
}

/* As ir_foreign_text() has it: NULL where it is empty. */
static const char *
text_of(struct ir_arena *arena, const struct ir_plain *s)
{
	if (s->n == 0)
		return NULL;
	return s->type == '"' ? ir_strndup(arena, s->p, s->n < IR_FOREIGN_TEXT ? s->n : IR_FOREIGN_TEXT)
			      : ir_foreign_clean(arena, s->p, s->n);
}

static bool
add_link(struct ir_arena *arena, struct ir_am_texts *texts, const struct ir_plain *url, struct ir_list *links)
{
	struct ir_am_memo *m = url->n && url->n <= MEMO_MAX ? memo_of(arena, texts, url) : NULL;
	struct ir_plain plain = *url;
	struct ir_list one = { 0 };
	const char *link = m ? m->value : NULL;

	if (url->n == 0)
		return true;
	if (!link) {
		if (!decode(arena, &plain))
			return false;
		ir_am_add_link(arena, text_of(arena, &plain), &one);
		link = one.n ? one.v[0] : "";
	}
	if (m)
		m->value = link;
	if (*link)
		ir_list_add_once(arena, links, link);
	return true;
}

static bool
is_json(const struct ir_plain *s)
{
	IR_CLEANUP(ir_foreign_json_done) json_t *o = json_loadb(s->p, s->n, 0, NULL);

	return o != NULL;
}

static bool
take_annotations(struct ir_arena *arena, struct ir_am_texts *texts, const struct ir_plain *annotations,
    const struct ir_plain *generator, struct ir_alert *a)
{
	struct ir_plain_walk w;
	struct ir_plain key, value, last = { 0 }, words[WORDS] = { 0 }, links[LINKS] = { 0 };
	bool odd = false;
	int rc;

	ir_plain_begin(&w, annotations->p, annotations->n);
	while ((rc = ir_plain_next(&w, &key, &value)) > 0) {
		if (!is_string(&value) || !is_behind(&last, &key))
			return false;
		odd |= value.type != '"';
		for (size_t i = 0; i < WORDS; i++)
			if (ir_plain_is(&key, ir_am_words[i]))
				words[i] = value;
		for (size_t i = 0; i < LINKS; i++)
			if (ir_plain_is(&key, ir_am_links[i]))
				links[i] = value;
		last = key;
	}
	/* jansson judges all of them */
	if (rc < 0 || (odd && !is_json(annotations)))
		return false;
	for (size_t i = 0; i < WORDS && !a->description; i++) {
		if (words[i].n && !decode(arena, &words[i]))
			return false;
		a->description = text_of(arena, &words[i]);
	}
	for (size_t i = 0; i < LINKS; i++)
		if (!add_link(arena, texts, &links[i], &a->links))
			return false;
	return add_link(arena, texts, generator, &a->links);
}

/* ---- what many alerts have in common */

/* As bytes that came before, else by jansson. */
static const struct ir_alert *
in_common(struct ir_arena *arena, struct ir_am_texts *texts, const struct ir_plain *raw,
    void (*take)(struct ir_arena *, struct ir_am_texts *, const json_t *, struct ir_alert *))
{
	struct ir_am_memo *m = raw->n <= MEMO_MAX ? memo_of(arena, texts, raw) : NULL;
	IR_CLEANUP(ir_foreign_json_done) json_t *o = NULL;
	struct ir_alert *a;

	if (m && m->value)
		return m->value;
	o = json_loadb(raw->p, raw->n, 0, NULL);
	if (!o)
		return NULL;
	a = IR_NEW(arena, struct ir_alert);
	take(arena, texts, o, a);
	if (m)
		m->value = a;
	return a;
}

static bool
take_common(struct ir_arena *arena, struct ir_am_texts *texts, const struct ir_plain *v, struct ir_alert *a)
{
	const struct ir_alert *status = in_common(arena, texts, &v[STATUS], ir_am_take_status);
	const struct ir_alert *receivers = in_common(arena, texts, &v[RECEIVERS], ir_am_take_receivers);

	if (!status || !receivers)
		return false;
	a->state = status->state;
	a->acks = status->acks;
	a->ack_note = status->ack_note;
	a->assigned = receivers->assigned;
	return true;
}

/* ---- all of it */

static bool
take_members(const char *p, size_t n, struct ir_plain *v)
{
	struct ir_plain_walk w;
	struct ir_plain key, value;
	int rc;

	ir_plain_begin(&w, p, n);
	while ((rc = ir_plain_next(&w, &key, &value)) > 0) {
		size_t i = 0;

		while (members[i] && !ir_plain_is(&key, members[i]))
			i++;
		if (i == MEMBERS ? value.type != '"'
				 : v[i].type || (types[i] == '"' ? !is_string(&value) : value.type != types[i]))
			return false;
		if (i < MEMBERS)
			v[i] = value;
	}
	return rc == 0;
}

bool
ir_am_read_plain(struct ir_arena *arena, struct ir_am_texts *texts, const char *p, size_t n, struct ir_alert *a)
{
	struct ir_plain v[MEMBERS] = { 0 };

	if (!take_members(p, n, v))
		return false;
	for (size_t i = 0; i < MEMBERS; i++)
		if ((!v[i].type && i != GENERATOR) || ((i == FINGERPRINT || i == STARTS) && v[i].type != '"'))
			return false;
	if (!take_labels(arena, texts, &v[LABELS], a) || !take_common(arena, texts, v, a) ||
	    !take_annotations(arena, texts, &v[ANNOTATIONS], &v[GENERATOR], a))
		return false;
	a->alert = ir_strndup(arena, v[FINGERPRINT].p, v[FINGERPRINT].n);
	a->h.time_ms = ir_foreign_time_parse(v[STARTS].p, v[STARTS].n);
	return true;
}

bool
ir_am_held_plain(struct ir_arena *arena, struct ir_am_texts *texts, const char *p, size_t n, struct ir_am_held *h)
{
	struct ir_plain v[MEMBERS] = { 0 };
	const struct ir_alert *status;

	if (!take_members(p, n, v) || v[FINGERPRINT].type != '"' || v[STATUS].type != '{')
		return false;
	status = in_common(arena, texts, &v[STATUS], ir_am_take_status);
	if (!status)
		return false;
	*h = (struct ir_am_held){ .alert = ir_strndup(arena, v[FINGERPRINT].p, v[FINGERPRINT].n), .by = status->acks };
	return true;
}
