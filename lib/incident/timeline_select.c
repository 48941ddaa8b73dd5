/* timeline_select - which records are of the incident, and when what they tell of happened */
#include <string.h>

#include "incident/timeline_priv.h"

enum { REFS_MAX = 2000 }; /* of one record that are looked at */

/* ---- when */

static int64_t
latest(int64_t a, int64_t b)
{
	return a == IR_TIME_NONE || (b != IR_TIME_NONE && b > a) ? b : a;
}

/* A record whose time is that of something else was observed when its run was at work: not before it started, nor before what its file told last. */
static int64_t
observed(const struct ir_timeline *tl, const struct tl_rec *r, const struct tl_run *run)
{
	int64_t at = run && run->at_ms != IR_TIME_NONE ? latest(run->at_ms, tl->clock_ms) : IR_TIME_NONE;

	return at == IR_TIME_NONE ? r->time_ms : at;
}

static int64_t
or_else(int64_t a, int64_t b)
{
	return a == IR_TIME_NONE ? b : a;
}

static int64_t
incident_at(const struct ir_timeline *tl, struct tl_rec *r, const struct tl_run *run)
{
	const char *event = tl_rec_str(r, "event");
	int64_t seen = observed(tl, r, run);

	if (strcmp(event, "opened") == 0 || strcmp(event, "reopened") == 0)
		return or_else(tl_rec_instant(r, "opened"), seen);
	if (strcmp(event, "closed") == 0)
		return or_else(tl_rec_instant(r, "closed"), seen);
	return seen;
}

static int64_t
alert_at(const struct ir_timeline *tl, struct tl_rec *r, const struct tl_run *run)
{
	const char *state = tl_rec_str(r, "state");
	int64_t seen = observed(tl, r, run);

	if (strcmp(state, "firing") == 0 || !*state)
		return r->time_ms;
	if (strcmp(state, "resolved") == 0)
		return or_else(tl_rec_instant(r, "ended"), seen);
	return or_else(tl_rec_instant(r, "acked_at"), seen);
}

int64_t
tl_at(const struct ir_timeline *tl, struct tl_rec *r, const struct tl_run *run)
{
	if (tl->o.all)
		return r->time_ms;
	if (tl_is(r, "incident"))
		return incident_at(tl, r, run);
	if (tl_is(r, "alert"))
		return alert_at(tl, r, run);
	if (tl_is(r, "suspect"))
		return observed(tl, r, run);
	return r->time_ms;
}

/* ---- which */

static bool
same_env(const struct tl_rec *r, const char *env)
{
	return strlen(env) == r->env_len && memcmp(env, r->env, r->env_len) == 0;
}

/* How a record is of an incident; the more, the less its time matters. */
enum how { NOT, REFERRED, BY_TIME, CHOSEN, OWN };

static int64_t
ended(const struct ir_incident *i)
{
	return i->closed_ms == IR_TIME_NONE ? INT64_MAX : i->closed_ms;
}

static int64_t
began(const struct ir_incident *i)
{
	return i->began_ms != IR_TIME_NONE && i->began_ms < i->h.time_ms ? i->began_ms : i->h.time_ms;
}

/* How long before it began something of it may be. */
static int64_t
earliest(const struct ir_timeline *tl, const struct ir_incident *i)
{
	return began(i) > INT64_MIN + tl->o.before_ms ? began(i) - tl->o.before_ms : INT64_MIN;
}

/* What was changed some time before may be what it is about, whoever wrote it down, and when. */
static bool
is_change(const struct tl_rec *r)
{
	return tl_is(r, "deploy") || tl_is(r, "migration") || tl_is(r, "commit") || tl_is(r, "action");
}

/* Of a run whose start is not there, such as of an export, only the records' own times are known. */
static enum how
by_time(const struct ir_timeline *tl, const struct tl_rec *r, const struct tl_run *run, const struct ir_incident *i)
{
	bool started = run && run->at_ms != IR_TIME_NONE;
	int64_t at = started ? run->at_ms : r->time_ms;

	if (!i->h.env || !same_env(r, i->h.env) || at == IR_TIME_NONE || at > ended(i))
		return NOT;
	if (at >= (started && !is_change(r) ? began(i) : earliest(tl, i)))
		return BY_TIME;
	/* a run that goes on and on may have begun long before */
	return r->time_ms != IR_TIME_NONE && r->time_ms >= began(i) ? BY_TIME : NOT;
}

static enum how
how(struct ir_timeline *tl, struct tl_rec *r, const struct tl_run *run, const struct ir_incident *i)
{
	unsigned char *id = tl_id(tl, r->id);
	enum how ret;

	if (i->h.id && strcmp(r->id, i->h.id) == 0)
		return OWN;
	if (tl_is(r, "note") && *tl_rec_str(r, "incident"))
		return i->h.id && strcmp(tl_rec_str(r, "incident"), i->h.id) == 0 ? OWN : NOT;
	if (id && (*id & TL_OURS))
		return OWN;
	/* how a step ended is of what its plan is of: the last one ends after the incident was closed */
	if (id && (*id & TL_TAKEN) && tl_is(r, "action"))
		return OWN;
	if (run && *run->incident)
		ret = i->h.id && strcmp(run->incident, i->h.id) == 0 ? CHOSEN : NOT;
	else
		ret = tl_is(r, "incident") ? NOT : by_time(tl, r, run, i);
	return ret == NOT && id && (*id & TL_WANTED) ? REFERRED : ret;
}

static bool
in_window(const struct ir_timeline *tl, enum how h, const struct ir_incident *i, int64_t at)
{
	if (h == NOT || at == IR_TIME_NONE)
		return false;
	if (h == OWN)
		return true;
	return (tl->o.since_ms != IR_TIME_NONE || at >= earliest(tl, i)) &&
	       (h == CHOSEN || tl->o.until_ms != IR_TIME_NONE || at <= ended(i));
}

bool
tl_selected(struct ir_timeline *tl, struct tl_rec *r, const struct tl_run *run, int64_t at)
{
	const struct ir_timeline_opts *o = &tl->o;

	if ((o->since_ms != IR_TIME_NONE && (at == IR_TIME_NONE || at < o->since_ms)) ||
	    (o->until_ms != IR_TIME_NONE && (at == IR_TIME_NONE || at > o->until_ms)))
		return false;
	if (o->n == 0)
		return !o->env || same_env(r, o->env);
	for (size_t i = 0; i < o->n; i++) {
		if (in_window(tl, how(tl, r, run, &o->incidents[i]), &o->incidents[i], at))
			return true;
	}
	return false;
}

/* ---- what else */

static void
want(struct ir_timeline *tl, const char *s)
{
	unsigned char *id = s ? tl_id(tl, s) : NULL;

	if (id && !(*id & (TL_WANTED | TL_TAKEN)) && tl->n_wanted < IR_TIMELINE_WANTED) {
		*id |= TL_WANTED;
		tl->n_wanted++;
	}
}

static void
want_all(struct ir_timeline *tl, const json_t *list)
{
	const json_t *e;
	size_t i;

	json_array_foreach(list, i, e)
	{
		if (i >= REFS_MAX)
			break;
		want(tl, json_string_value(e));
	}
}

void
tl_refer(struct ir_timeline *tl, struct tl_rec *r)
{
	const json_t *o = tl->o.n > 0 ? tl_rec_obj(r) : NULL;

	if (!o)
		return;
	want_all(tl, json_object_get(o, "refs"));
	want_all(tl, json_object_get(o, "alerts"));
	want_all(tl, json_object_get(o, "targets"));
	want(tl, json_string_value(json_object_get(o, "target")));
}
