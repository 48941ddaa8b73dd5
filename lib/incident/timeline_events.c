/* timeline_events - what is kept, as events in the order of time, and what they are called */
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/num.h"
#include "base/utf8.h"
#include "incident/timeline_priv.h"

enum { SUMMARY_MAX = 200, WHO_MAX = 64 };

/* ---- words */

void
tl_say_state(char what[static 128], const char *before)
{
	if (*before)
		snprintf(what, 128, "was %s", before);
}

void
tl_say_alert(char what[static 128], struct tl_rec *r)
{
	const char *state = tl_rec_str(r, "state"), *by = tl_rec_str(r, "acked_by");

	if (strcmp(state, "firing") == 0)
		snprintf(what, 128, "fires again");
	else if (strcmp(state, "acked") == 0 || strcmp(state, "silenced") == 0)
		snprintf(
		    what, 128, "%s%s%.*s", state, *by ? " by " : "", (int)ir_utf8_cut(by, strlen(by), WHO_MAX), by);
	else
		snprintf(what, 128, "%.*s", (int)ir_utf8_cut(state, strlen(state), WHO_MAX), state);
}

void
tl_say_action(char what[static 128], const char *status)
{
	if (strcmp(status, "planned") == 0)
		snprintf(what, 128, "not known how it ended");
}

static const char *
cut(struct tl_rec *r, const char *key)
{
	static const char none[] = "";
	const char *s = tl_rec_str(r, key);

	return strlen(s) <= WHO_MAX ? s : none;
}

void
tl_say_incident(char what[static 128], struct tl_rec *r)
{
	const char *event = cut(r, "event");

	if (strcmp(event, "opened") == 0 && *cut(r, "severity"))
		snprintf(what, 128, "opened, %s", cut(r, "severity"));
	else if (strcmp(event, "severity") == 0)
		snprintf(what, 128, "severity %s", cut(r, "severity"));
	else if (strcmp(event, "assigned") == 0)
		snprintf(what, 128, "lead %s", cut(r, "lead"));
	else
		snprintf(what, 128, "%s", event);
}

/* ---- events */

static struct ir_timeline_event *
add_event(struct ir_timeline *tl, const struct tl_seen *s)
{
	if (tl->n_events == tl->events_size) {
		tl->events_size = tl->events_size ? 2 * tl->events_size : 256;
		tl->events = realloc(tl->events, tl->events_size * sizeof(*tl->events));
		if (!tl->events)
			ir_oom();
	}
	tl->events[tl->n_events] =
	    (struct ir_timeline_event){ .at_ms = s->at_ms, .order = s->order, .line = s->line, .len = s->len };
	return &tl->events[tl->n_events++];
}

static int
by_time(const void *a, const void *b)
{
	const struct tl_seen *x = *(const struct tl_seen *const *)a, *y = *(const struct tl_seen *const *)b;

	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* All observations that are kept of one thing, in order. The caller's. */
static const struct tl_seen **
sorted(const struct tl_entry *e, size_t *n)
{
	const struct tl_seen **v = calloc(2 * e->n + 1, sizeof(*v));

	if (!v)
		ir_oom();
	*n = 0;
	for (const struct tl_stretch *s = e->stretches; s; s = s->next) {
		v[(*n)++] = &s->first;
		if (s->last.line)
			v[(*n)++] = &s->last;
	}
	qsort(v, *n, sizeof(const struct tl_seen *), by_time);
	return v;
}

static void
note_told(struct tl_entry *e, const struct tl_seen *s)
{
	e->told = s->state;
	memcpy(e->told_status, s->status, sizeof(e->told_status));
}

static void
add_states(struct ir_timeline *tl, struct tl_entry *e)
{
	size_t n;
	IR_FREE const struct tl_seen **v = sorted(e, &n);

	for (size_t i = 0; i < n; i++) {
		if (i > 0 && v[i]->state == e->told)
			continue;
		/* that all is well is no news, until it was not */
		if (i == 0 && e->check && strcmp(v[i]->status, "ok") == 0) {
			note_told(e, v[i]);
			continue;
		}
		struct ir_timeline_event *ev = add_event(tl, v[i]);
		if (i > 0)
			tl_say_state(ev->what, e->told_status);
		note_told(e, v[i]);
	}
}

static void
add_change(struct ir_timeline *tl, const struct tl_seen *s, bool again)
{
	struct ir_timeline_event *ev = add_event(tl, s);
	struct tl_rec r;

	ev->again = again;
	if (tl_rec_read(&r, s->line, s->len) == 0)
		tl_say_alert(ev->what, &r);
	tl_rec_done(&r);
}

static bool
is_firing(const struct tl_seen *s)
{
	struct tl_rec r;
	bool ret = tl_rec_read(&r, s->line, s->len) == 0 && strcmp(tl_rec_str(&r, "state"), "firing") == 0;

	tl_rec_done(&r);
	return ret;
}

/* It began at its own time, whenever it was seen. */
static void
add_alert(struct ir_timeline *tl, struct tl_entry *e)
{
	size_t n;
	IR_FREE const struct tl_seen **v = sorted(e, &n);

	for (size_t i = 0; i < n; i++) {
		if (i == 0) {
			struct ir_timeline_event *ev = add_event(tl, v[0]);

			ev->at_ms = v[0]->time_ms == IR_TIME_NONE ? v[0]->at_ms : v[0]->time_ms;
			snprintf(ev->what, sizeof(ev->what), "began");
			if (!is_firing(v[0]))
				add_change(tl, v[0], true);
		} else if (v[i]->state != e->told) {
			add_change(tl, v[i], false);
		}
		note_told(e, v[i]);
	}
}

static void
say_kept(char what[static 128], const struct tl_seen *s)
{
	struct tl_rec r;

	if (tl_rec_read(&r, s->line, s->len) == 0)
		tl_say_incident(what, &r);
	tl_rec_done(&r);
}

static void
add_one(struct ir_timeline *tl, struct tl_entry *e)
{
	const struct tl_seen *s = &e->now->first;
	struct ir_timeline_event *ev = add_event(tl, s);

	if (e->class == TL_ACTION)
		tl_say_action(ev->what, s->status);
	if (e->class == TL_EVENT)
		say_kept(ev->what, s);
	if (e->class == TL_ERROR && e->times > 1)
		snprintf(ev->what, sizeof(ev->what), "%zu times", e->times);
	note_told(e, s);
}

static int
in_order(const void *a, const void *b)
{
	const struct ir_timeline_event *x = a, *y = b;

	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return (int)x->again - (int)y->again;
}

void
ir_timeline_events(struct ir_timeline *tl, const struct ir_timeline_event **ret, size_t *n)
{
	tl->n_events = 0;
	for (size_t i = 0; i < tl->entry_map.n; i++) {
		struct tl_entry *e = &tl->entries[i];

		if (!e->now)
			continue;
		if (e->class == TL_STATE)
			add_states(tl, e);
		else if (e->class == TL_ALERT)
			add_alert(tl, e);
		else
			add_one(tl, e);
	}
	if (tl->n_events > 0)
		qsort(tl->events, tl->n_events, sizeof(*tl->events), in_order);
	tl->live = true;
	*ret = tl->events;
	*n = tl->n_events;
}

/* ---- for people */

/* To the second within a minute, then to the minute. */
static void
add_since(struct ir_buf *b, int64_t ms)
{
	char t[IR_NUM_MAX];
	bool before = ms < 0;
	int64_t s = (before ? -ms : ms) / 1000;

	if (s < 60)
		snprintf(t, sizeof(t), "%ds", (int)s);
	else
		ir_format_duration(t, s / 60 * 60000);
	ir_buf_addf(b, "%c%s ", before ? '-' : '+', t);
}

static const char *
str(const json_t *rec, const char *key)
{
	const char *s = json_string_value(json_object_get(rec, key));

	return s ? s : "";
}

/* In whose name, where that is not what the kind is about. */
static const char *
who_of(const json_t *rec)
{
	static const char *const kinds[] = { "action", "incident", "note", NULL };

	return ir_name_index(kinds, str(rec, "kind")) >= 0 ? str(rec, "who") : "";
}

/* What was said with an event of an incident, else its title: how it stands is said by the events. */
static const char *
what_of(const json_t *rec)
{
	bool incident = strcmp(str(rec, "kind"), "incident") == 0;
	const char *said = incident ? str(rec, "message") : "";

	if (!*said && incident)
		said = str(rec, "title");
	return *said ? said : str(rec, "summary");
}

static bool
begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

bool
ir_timeline_quiet(const json_t *rec)
{
	return strcmp(str(rec, "kind"), "action") == 0 && strcmp(str(rec, "subject"), "post:file") == 0 &&
	       strcmp(str(rec, "status"), "done") == 0;
}

json_t *
ir_timeline_shown(const struct ir_timeline_event *ev, const json_t *rec, int64_t since_ms)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	const char *who = who_of(rec), *summary = what_of(rec);
	json_t *ret = json_object();
	char time[IR_TIME_MAX];

	if (!ret || json_object_update(ret, (json_t *)rec) < 0)
		ir_oom();
	ir_buf_init(&b, 4096);
	if (since_ms != IR_TIME_NONE && ev->at_ms != IR_TIME_NONE)
		add_since(&b, ev->at_ms - since_ms);
	if (*who && !begins(summary, who))
		ir_buf_addf(&b, "%.*s: ", (int)ir_utf8_cut(who, strlen(who), WHO_MAX), who);
	if (*ev->what && !begins(summary, ev->what))
		ir_buf_addf(&b, "%s: ", ev->what);
	ir_buf_adds(&b, summary);
	json_object_set_new(ret, "summary", json_stringn_nocheck(b.data, ir_utf8_cut(b.data, b.len, SUMMARY_MAX)));
	if (ev->at_ms != IR_TIME_NONE)
		json_object_set_new(ret, "time", json_string(ir_time_format(time, ev->at_ms)));
	return ret;
}
