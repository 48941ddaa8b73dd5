/* timeline_fold - what is kept of the records that are taken */
#include <string.h>

#include "incident/timeline_priv.h"

/* ---- what a record is to be folded with */

static bool
is_outcome(const char *status)
{
	return strcmp(status, "planned") != 0;
}

static enum tl_class
class_of(const struct ir_timeline *tl, struct tl_rec *r)
{
	static const struct {
		const char *kind;
		enum tl_class class;
	} known[] = { { "alert", TL_ALERT }, { "action", TL_ACTION }, { "deploy", TL_ONCE }, { "migration", TL_ONCE },
		{ "commit", TL_ONCE }, { "note", TL_ONCE }, { "incident", TL_EVENT }, { "suspect", TL_SUSPECT },
		{ "error", TL_ERROR }, { "plan", TL_SKIP }, { "line", TL_SKIP } };

	if (tl->o.all)
		return TL_RAW;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (tl_is(r, known[i].kind))
			return known[i].class != TL_ERROR && !*r->id ? TL_RAW : known[i].class;
	}
	return *r->id ? TL_STATE : TL_RAW;
}

/* A command that was mistyped, or a configuration, is not of the incident. */
static bool
is_slip(struct tl_rec *r)
{
	json_int_t code = json_integer_value(json_object_get(tl_rec_obj(r), "code"));

	return code == IR_USAGE || code == IR_CONFIG;
}

static enum tl_class
settle(const struct ir_timeline *tl, struct tl_rec *r, const struct tl_run *run)
{
	enum tl_class class = class_of(tl, r);

	if (class == TL_STATE && run && run->about_us)
		return TL_SKIP;
	if (class == TL_ERROR && is_slip(r))
		return TL_SKIP;
	if (class == TL_ACTION && run && run->dry && !is_outcome(r->status))
		return TL_SKIP;
	if (class == TL_SUSPECT && json_integer_value(json_object_get(tl_rec_obj(r), "rank")) != 1)
		return TL_SKIP;
	if (class == TL_EVENT && strcmp(tl_rec_str(r, "event"), "told") == 0)
		return TL_SKIP; /* its posts are actions */
	return class;
}

static void
key_of(enum tl_class class, struct tl_rec *r, uint8_t key[static TL_KEY])
{
	char text[1024];
	const char *s;
	int n;

	switch (class) {
	case TL_SUSPECT:
		tl_key_long(key, class, tl_rec_str(r, "onset"), strlen(tl_rec_str(r, "onset")));
		break;
	case TL_ERROR:
		s = *tl_rec_str(r, "message") ? tl_rec_str(r, "message") : tl_rec_str(r, "summary");
		tl_key_long(key, class, s, strlen(s));
		break;
	case TL_EVENT:
		n = snprintf(text, sizeof(text), "%s %s %s", r->id, r->run, tl_rec_str(r, "event"));
		tl_key_long(key, class, text, n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1);
		break;
	case TL_RAW:
		tl_key_long(key, class, r->line, r->len);
		break;
	case TL_SKIP:
	case TL_STATE:
	case TL_ALERT:
	case TL_ONCE:
	case TL_ACTION:
		tl_key_short(key, class, r->id);
		break;
	}
}

static uint64_t
hash(uint64_t h, const char *s)
{
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return (h ^ 0xff) * UINT64_C(0x100000001b3);
}

/* What has to change for there to be news. */
static uint64_t
state_of(enum tl_class class, struct tl_rec *r)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	if (class == TL_ALERT)
		return hash(hash(h, tl_rec_str(r, "state")), tl_rec_str(r, "acked_by"));
	if (class == TL_SUSPECT)
		return hash(h, tl_rec_str(r, "change"));
	return hash(h, r->status);
}

/* ---- keeping */

static bool
keep(struct ir_timeline *tl, struct tl_seen *s, const struct tl_rec *r, const struct tl_run *run, int64_t at,
    uint64_t state)
{
	if (tl->kept >= IR_TIMELINE_RECORDS || tl->bytes + r->len > IR_TIMELINE_BYTES) {
		tl->full = true;
		return false;
	}
	*s = (struct tl_seen){ .at_ms = at, .time_ms = r->time_ms, .order = tl->order, .state = state, .len = r->len };
	s->run_ms = run ? run->at_ms : IR_TIME_NONE;
	memcpy(s->status, r->status, sizeof(s->status));
	s->line = malloc(r->len + 1);
	if (!s->line)
		ir_oom();
	memcpy(s->line, r->line, r->len);
	s->line[r->len] = '\0';
	tl->kept++;
	tl->bytes += r->len;
	return true;
}

static void
drop(struct ir_timeline *tl, struct tl_seen *s)
{
	if (!s->line)
		return;
	tl->kept--;
	tl->bytes -= s->len;
	free(s->line);
	s->line = NULL;
}

static void
replace(struct ir_timeline *tl, struct tl_seen *s, const struct tl_rec *r, const struct tl_run *run, int64_t at,
    uint64_t state)
{
	struct tl_seen new;

	if (!keep(tl, &new, r, run, at, state))
		return;
	drop(tl, s);
	*s = new;
}

static void
begin(struct ir_timeline *tl, struct tl_entry *e, const struct tl_rec *r, const struct tl_run *run, int64_t at,
    uint64_t state)
{
	struct tl_stretch *s = calloc(1, sizeof(*s));

	if (!s)
		ir_oom();
	if (!keep(tl, &s->first, r, run, at, state)) {
		free(s);
		return;
	}
	s->next = e->stretches;
	e->stretches = e->now = s;
	e->n++;
}

/* Another observation of the same state: only the earliest and the latest matter. */
static void
extend(struct ir_timeline *tl, struct tl_stretch *s, const struct tl_rec *r, const struct tl_run *run, int64_t at)
{
	struct tl_seen *last = s->last.line ? &s->last : &s->first;

	if (at < s->first.at_ms) {
		if (s->last.line)
			drop(tl, &s->first);
		else
			s->last = s->first;
		s->first.line = NULL;
		if (!keep(tl, &s->first, r, run, at, s->last.state)) {
			s->first = s->last;
			s->last.line = NULL;
		}
	} else if (at > last->at_ms) {
		replace(tl, &s->last, r, run, at, s->first.state);
	}
}

static void
add_state(struct ir_timeline *tl, struct tl_entry *e, const struct tl_rec *r, const struct tl_run *run, int64_t at,
    uint64_t state)
{
	if (e->now && e->now->first.state == state)
		extend(tl, e->now, r, run, at);
	else
		begin(tl, e, r, run, at, state);
}

/* Is this what is known now, and not what is there? */
static bool
is_better(const struct tl_entry *e, const struct tl_rec *r, const struct tl_run *run)
{
	const struct tl_seen *s = &e->now->first;
	int64_t at = run ? run->at_ms : IR_TIME_NONE;

	if (s->len == r->len && memcmp(s->line, r->line, r->len) == 0)
		return false; /* another copy of it */
	if (e->class == TL_ACTION && is_outcome(s->status) != is_outcome(r->status))
		return is_outcome(r->status);
	return at == IR_TIME_NONE || s->run_ms == IR_TIME_NONE || at >= s->run_ms;
}

static void
add(struct ir_timeline *tl, struct tl_entry *e, const struct tl_rec *r, const struct tl_run *run, int64_t at,
    uint64_t state)
{
	e->times++;
	if (e->class == TL_STATE || e->class == TL_ALERT)
		add_state(tl, e, r, run, at, state);
	else if (!e->now)
		begin(tl, e, r, run, at, state);
	else if ((e->class == TL_ONCE || e->class == TL_ACTION || e->class == TL_SUSPECT) && is_better(e, r, run))
		replace(tl, &e->now->first, r, run, at, state);
	else if ((e->class == TL_ERROR || e->class == TL_EVENT) && at < e->now->first.at_ms)
		replace(tl, &e->now->first, r, run, at, state);
}

/* NULL: there are too many. */
static struct tl_entry *
entry_of(struct ir_timeline *tl, enum tl_class class, const uint8_t key[static TL_KEY], bool *is_new)
{
	size_t i = tl_map_find(&tl->entry_map, key);

	if (i == SIZE_MAX && tl->entry_map.n >= IR_TIMELINE_RECORDS) {
		tl->full = true;
		return NULL;
	}
	i = tl_map_add(&tl->entry_map, key, is_new);
	if (i >= tl->entries_size) {
		tl->entries_size = tl->entries_size ? 2 * tl->entries_size : 256;
		tl->entries = realloc(tl->entries, tl->entries_size * sizeof(*tl->entries));
		if (!tl->entries)
			ir_oom();
	}
	if (*is_new)
		tl->entries[i] = (struct tl_entry){ .class = class };
	return &tl->entries[i];
}

void
tl_entry_done(struct tl_entry *e)
{
	for (struct tl_stretch *s = e->stretches, *next; s; s = next) {
		next = s->next;
		free(s->first.line);
		free(s->last.line);
		free(s);
	}
}

/* ---- what comes after all was told */

static bool
is_news(const struct tl_entry *e, const struct tl_rec *r, uint64_t state, bool is_new)
{
	if (is_new)
		return e->class != TL_ACTION || is_outcome(r->status);
	switch (e->class) {
	case TL_STATE:
	case TL_ALERT:
	case TL_SUSPECT:
		return e->told != state;
	case TL_ACTION:
		return is_outcome(r->status) && e->told != state;
	case TL_ONCE:
	case TL_EVENT:
	case TL_ERROR:
	case TL_RAW:
	case TL_SKIP:
		break;
	}
	return false;
}

static void
note(struct tl_entry *e, const struct tl_rec *r, uint64_t state)
{
	e->told = state;
	memcpy(e->told_status, r->status, sizeof(e->told_status));
}

static void
tell(struct tl_entry *e, struct tl_rec *r, bool is_new, uint64_t state, int64_t at, uint64_t order,
    struct ir_timeline_event *ev)
{
	*ev = (struct ir_timeline_event){ .at_ms = at, .order = order, .line = r->line, .len = r->len };
	if (e->class == TL_STATE && !is_new)
		tl_say_state(ev->what, e->told_status);
	else if (e->class == TL_ALERT)
		tl_say_alert(ev->what, r);
	else if (e->class == TL_EVENT)
		tl_say_incident(ev->what, r);
	else if (e->class == TL_ACTION)
		tl_say_action(ev->what, r->status);
	note(e, r, state);
}

int
tl_fold(struct ir_timeline *tl, struct tl_rec *r, struct tl_run *run, int64_t at, struct ir_timeline_event *ev)
{
	enum tl_class class = settle(tl, r, run);
	uint8_t key[TL_KEY];
	struct tl_entry *e;
	uint64_t state;
	bool is_new;

	if (class == TL_SKIP)
		return 0;
	key_of(class, r, key);
	e = entry_of(tl, class, key, &is_new);
	if (!e)
		return 0;
	if (is_new && !tl_rec_obj(r)) /* later ones are like it, as far as it matters */
		return -1;
	if (is_new)
		e->check = class == TL_STATE && tl_is(r, "check");
	state = state_of(class, r);
	if (!tl->live) {
		add(tl, e, r, run, at, state);
		return 0;
	}
	if (!is_news(e, r, state, is_new))
		return 0;
	if (is_new && e->check && strcmp(r->status, "ok") == 0) {
		note(e, r, state);
		return 0;
	}
	tell(e, r, is_new, state, at, tl->order, ev);
	return 1;
}
