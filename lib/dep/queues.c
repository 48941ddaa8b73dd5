/* queues - one queue of a job system as one row: what is judged, and how it is said */

#include <math.h>

#include "base/num.h"
#include "dep/found.h"
#include "dep/look.h"
#include "dep/sample.h"
#include "queue/drain.h"
#include "queue/queue.h"

const struct ir_measure ir_queue_measures[] = {
	{ "pending", IR_UNIT_COUNT, false, false, NAN, NAN,
	    "jobs that are due and taken by nobody; how many are too many, nobody but you can know" },
	{ "oldest", IR_UNIT_SECONDS, false, false, 60, 900, "how long the oldest pending job has been due" },
	{ "growing", IR_UNIT_PER_SECOND, false, false, 0, NAN, "by how much it grows, when that is more than chance" },
	{ "stuck", IR_UNIT_NONE, false, false, NAN, NAN,
	    "jobs are pending, none was taken since the last look, and no worker is known to be alive" },
	{ "consumers", IR_UNIT_COUNT, false, true, NAN, 0,
	    "workers alive; with nothing pending it is a warning at most" },
	{ "failed", IR_UNIT_COUNT, false, false, 1, NAN, "jobs that were given up since the last look" },
	{ "running", IR_UNIT_SECONDS, false, false, 3600, NAN,
	    "how long the longest has been running, or a dead worker's one been left" },
	{ "paused", IR_UNIT_NONE, false, false, NAN, NAN, "nothing is taken on purpose" },
	{ .name = NULL },
};

/* What to run next; the queue's name follows a blank or '='. */
static const struct {
	const char *type, *start, *look;
} tools[] = {
	{ "celery", "celery -A APP worker -Q ", "celery -A APP inspect active" },
	{ "rq", "rq worker ", "rq info" },
	{ "sidekiq", "bundle exec sidekiq -q ", NULL },
	{ "resque", "rake resque:work QUEUE=", NULL },
	{ "huey", "huey_consumer APP.huey", NULL },
	{ "dramatiq", "dramatiq APP -Q ", NULL },
	{ "arq", "arq APP.WorkerSettings", NULL },
	{ "laravel", "php artisan queue:work --queue=", NULL },
	{ "procrastinate", "procrastinate --app=APP worker -q ", NULL },
};

struct clause {
	enum ir_status status;
	const char *text, *hint;
};

enum { CLAUSES_MAX = 12 };

/* One queue while it is told. */
struct telling {
	struct ir_dep *dep;
	const struct ir_queue_facts *f;
	struct ir_check *row;
	const char *key; /* "celery/default" */
	double seconds;  /* since the last look */
	int64_t before;  /* pending then */
	int64_t newly_failed;
	struct ir_drain drain;
	struct clause v[CLAUSES_MAX];
	size_t n;
};

static struct ir_arena *
arena_of(const struct telling *t)
{
	return t->dep->ctx->arena;
}

static void
say(struct telling *t, enum ir_status status, const char *text, const char *hint)
{
	t->v[t->n++] = (struct clause){ status, text, status == IR_STATUS_OK ? NULL : hint };
}

static const char *
rate(const struct telling *t, double per_s)
{
	struct ir_arena *arena = arena_of(t);

	if (per_s >= 1)
		return ir_asprintf(arena, "%.*f/s", per_s < 9.95, per_s);
	if (per_s * 60 >= 1)
		return ir_asprintf(arena, "%.*f/min", per_s * 60 < 9.95, per_s * 60);
	return ir_asprintf(arena, "%.1f/h", per_s * 3600);
}

static enum ir_status
level(const struct telling *t, const char *measure, double value)
{
	const struct ir_measure *m = ir_dep_measure_named(t->dep, measure);
	double warn, fail;

	ir_dep_thresholds(t->dep, m, &warn, &fail);
	if (m->below ? value <= fail : value >= fail)
		return IR_STATUS_FAIL;
	return (m->below ? value <= warn : value >= warn) ? IR_STATUS_WARN : IR_STATUS_OK;
}

/* A name is pasted into a shell. */
static const char *
queue_word(const char *queue)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:@-";

	return *queue && *queue != '-' && !queue[strspn(queue, plain)] ? queue : "QUEUE";
}

static const char *
start_hint(const struct telling *t)
{
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++) {
		const char *start = tools[i].start;
		bool named = strchr(" =", start[strlen(start) - 1]);

		if (strcmp(tools[i].type, t->f->type) == 0)
			return ir_asprintf(
			    arena_of(t), "start a worker: %s%s", start, named ? queue_word(t->f->queue) : "");
	}
	return "start a worker, or see why the last one ended";
}

static const char *
look_hint(const struct telling *t)
{
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++) {
		if (strcmp(tools[i].type, t->f->type) == 0 && tools[i].look)
			return ir_asprintf(arena_of(t), "see what the workers do: %s", tools[i].look);
	}
	return "see what the workers do, and whether they are enough";
}

/* ---- what is told, in the order in which it is read when all is equally bad */

static void
tell_pending(struct telling *t)
{
	int64_t n = t->f->pending;

	if (n == INT64_MIN)
		say(t, IR_STATUS_UNKNOWN, "how many are pending could not be read", NULL);
	else if (n == 0)
		say(t, IR_STATUS_OK, "nothing pending", NULL);
	else
		say(t, level(t, "pending", (double)n),
		    ir_asprintf(arena_of(t), "%s%lld pending", t->f->estimate ? "about " : "", (long long)n),
		    look_hint(t));
}

static void
tell_oldest(struct telling *t)
{
	double s = t->f->oldest_s;
	enum ir_status status;

	if (isnan(s) || t->f->pending == 0)
		return;
	status = level(t, "oldest", s);
	say(t, status,
	    ir_asprintf(arena_of(t), "oldest%s %s", status ? " waits" : "", ir_duration_text(arena_of(t), s)),
	    look_hint(t));
}

static void
tell_paused(struct telling *t)
{
	const struct ir_measure *m = ir_dep_measure_named(t->dep, "paused");

	if (t->f->paused)
		say(t, ir_dep_allowed(t->dep, m, IR_STATUS_WARN), "paused",
		    "let it go on when what it was paused for is over");
}

static void
tell_stuck(struct telling *t)
{
	const struct ir_measure *m = ir_dep_measure_named(t->dep, "stuck");

	say(t, ir_dep_allowed(t->dep, m, t->f->consumers == 0 ? IR_STATUS_FAIL : IR_STATUS_WARN),
	    ir_asprintf(arena_of(t), "nothing taken in %s", ir_duration_text(arena_of(t), t->seconds)), start_hint(t));
}

static void
tell_growing(struct telling *t)
{
	double net = t->drain.arrival_per_s - t->drain.completion_per_s;

	if (!isnan(t->seconds) && t->before != INT64_MIN)
		net = (double)(t->f->pending - t->before) / t->seconds;
	say(t, t->f->paused ? IR_STATUS_OK : level(t, "growing", net),
	    ir_asprintf(arena_of(t), "growing by %s", rate(t, net)), look_hint(t));
}

static void
tell_trend(struct telling *t)
{
	switch (t->drain.trend) {
	case IR_TREND_STUCK:
		tell_stuck(t);
		break;
	case IR_TREND_GROWING:
		tell_growing(t);
		break;
	case IR_TREND_DRAINING:
		/* whoever took them may be gone by now */
		if (t->f->consumers != 0)
			say(t, IR_STATUS_OK,
			    ir_asprintf(arena_of(t), "empty in %s", ir_duration_text(arena_of(t), t->drain.eta_s)),
			    NULL);
		break;
	case IR_TREND_UNKNOWN:
	case IR_TREND_IDLE:
	case IR_TREND_STEADY:
		break;
	}
}

static void
tell_consumers(struct telling *t)
{
	int64_t n = t->f->consumers;
	enum ir_status status;

	if (n == INT64_MIN)
		return;
	status = level(t, "consumers", (double)n);
	if (status == IR_STATUS_FAIL && t->f->pending <= 0)
		status = IR_STATUS_WARN;
	if (n == 0)
		say(t, status, "no worker alive", start_hint(t));
	else
		say(t, status, ir_asprintf(arena_of(t), "%lld worker%s", (long long)n, n == 1 ? "" : "s"),
		    start_hint(t));
}

static void
tell_running(struct telling *t)
{
	enum ir_status status = isnan(t->f->running_s) ? IR_STATUS_OK : level(t, "running", t->f->running_s);

	if (status != IR_STATUS_OK)
		say(t, status,
		    ir_asprintf(
			arena_of(t), "one has been running for %s", ir_duration_text(arena_of(t), t->f->running_s)),
		    "it hangs, or its worker died and left it");
	if (t->f->running > 0)
		say(t, IR_STATUS_OK, ir_asprintf(arena_of(t), "%lld running", (long long)t->f->running), NULL);
}

static void
tell_failed(struct telling *t)
{
	enum ir_status status = t->newly_failed > 0 ? level(t, "failed", (double)t->newly_failed) : IR_STATUS_OK;

	if (t->newly_failed > 0)
		say(t, status,
		    ir_asprintf(arena_of(t), "%lld more failed in %s", (long long)t->newly_failed,
			ir_duration_text(arena_of(t), t->seconds)),
		    "see the error of the last one that failed");
	else if (t->f->failed > 0)
		say(t, IR_STATUS_OK, ir_asprintf(arena_of(t), "%lld failed before", (long long)t->f->failed), NULL);
}

static void
tell_scheduled(struct telling *t)
{
	if (t->f->scheduled > 0)
		say(t, IR_STATUS_OK, ir_asprintf(arena_of(t), "%lld due later", (long long)t->f->scheduled), NULL);
}

/* ---- from look to look */

static int64_t
before(struct telling *t, const char *what)
{
	return ir_sample_before(t->dep, ir_asprintf(arena_of(t), "%s:%s", t->key, what));
}

/* By how much it grew; INT64_MIN: not known. */
static int64_t
grown(struct telling *t, const char *what, int64_t now)
{
	int64_t by;

	if (now == INT64_MIN)
		return INT64_MIN;
	return ir_sample_grown(t->dep, ir_asprintf(arena_of(t), "%s:%s", t->key, what), now, &by) ? by : INT64_MIN;
}

/* How many were taken since: the place that the first one had then. */
static int64_t
taken(const struct telling *t)
{
	const struct ir_list *then = ir_sample_ids_before(t->dep, t->key);

	for (size_t i = 0; then && t->f->next.n > 0 && i < then->n; i++) {
		if (strcmp(then->v[i], t->f->next.v[0]) == 0)
			return (int64_t)i;
	}
	return INT64_MIN;
}

static void
compare(struct telling *t)
{
	const struct ir_queue_facts *f = t->f;
	int64_t head = f->next.n ? ir_sample_hash(f->next.v[0]) : INT64_MIN, head_before = before(t, "head");
	struct ir_drain_in in = {
		.pending1 = f->pending, .arrival = f->arrival_per_s, .completion = f->completion_per_s
	};

	in.seconds = t->seconds = ir_sample_seconds(t->dep);
	in.pending0 = t->before = before(t, "pending");
	in.completed = grown(t, "completed", f->completed_total);
	in.arrived = grown(t, "enqueued", f->enqueued_total);
	if (in.completed == INT64_MIN)
		in.completed = taken(t);
	t->newly_failed = grown(t, "failed", f->failed);
	grown(t, "pending", f->pending);
	grown(t, "head", head);
	/* with workers alive they may all be at long ones */
	in.same_head = head != INT64_MIN && head == head_before && f->consumers <= 0 && !f->paused;
	t->drain = ir_drain(&in);
	if (f->next.n)
		ir_sample_ids(t->dep, t->key, &f->next);
}

/* ---- the row */

static void
members(struct telling *t)
{
	const struct ir_queue_facts *f = t->f;
	struct ir_check *row = t->row;

	row->groups |= IR_CHECK_QUEUE;
	row->job_system = f->type;
	row->queue = ir_strdup(arena_of(t), f->queue);
	row->jobs_pending = f->pending;
	row->jobs_running = f->running;
	row->jobs_scheduled = f->scheduled;
	row->jobs_failed = f->failed;
	row->consumers = f->consumers;
	row->oldest_pending_s = f->oldest_s;
	row->arrival_per_s = t->drain.arrival_per_s;
	row->completion_per_s = t->drain.completion_per_s;
	row->drain_s = t->drain.eta_s;
	row->paused = f->paused;
	row->trend = t->drain.trend == IR_TREND_UNKNOWN ? NULL : ir_trend_names[t->drain.trend];
	if (f->estimate)
		ir_dep_fact(t->dep, row, "estimate", "yes");
	if (!isnan(f->running_s))
		ir_dep_fact(t->dep, row, "running_s", "%.0f", f->running_s);
	if (f->completed_total != INT64_MIN)
		ir_dep_fact(t->dep, row, "completed_total", "%lld", (long long)f->completed_total);
	if (f->enqueued_total != INT64_MIN)
		ir_dep_fact(t->dep, row, "enqueued_total", "%lld", (long long)f->enqueued_total);
	if (!isnan(t->seconds))
		ir_dep_fact(t->dep, row, "since_s", "%.1f", t->seconds);
	if (f->note)
		ir_dep_fact(t->dep, row, "note", "%s", f->note);
}

/* The worst clauses first. */
static void
summarize(struct telling *t)
{
	static const enum ir_status order[] = { IR_STATUS_FAIL, IR_STATUS_UNKNOWN, IR_STATUS_WARN, IR_STATUS_OK };
	const char *text = NULL;

	t->row->h.status = IR_STATUS_OK;
	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++) {
		for (size_t i = 0; i < t->n; i++) {
			const struct clause *c = &t->v[i];

			if (c->status != order[k])
				continue;
			ir_dep_worsen(t->row, c->status);
			text = text ? ir_asprintf(arena_of(t), "%s, %s", text, c->text) : c->text;
			if (!t->row->hint)
				t->row->hint = c->hint;
		}
	}
	t->row->h.summary = t->f->note ? ir_asprintf(arena_of(t), "%s (%s)", text, t->f->note) : text;
}

struct ir_check *
ir_dep_queue(struct ir_dep *dep, const struct ir_queue_facts *f)
{
	struct telling t = { .dep = dep, .f = f };

	t.key =
	    *f->queue ? ir_asprintf(dep->ctx->arena, "%s/%s", f->type, f->queue) : ir_strdup(dep->ctx->arena, f->type);
	t.row = ir_dep_found_row(dep, ir_dep_is_one_queue(dep) ? NULL : t.key);
	t.row->h.subject = ir_asprintf(dep->ctx->arena, "%s#%s", dep->subject, t.key);
	compare(&t);
	members(&t);
	tell_pending(&t);
	tell_oldest(&t);
	tell_paused(&t);
	tell_trend(&t);
	tell_consumers(&t);
	tell_running(&t);
	tell_failed(&t);
	tell_scheduled(&t);
	summarize(&t);
	return t.row;
}

/* ---- a dependency that is one queue */

bool
ir_dep_is_one_queue(const struct ir_dep *dep)
{
	const struct ir_section *s = dep->section;

	if (!s || strcmp(dep->type, "queue") != 0)
		return false;
	if (ir_conf_list(s, "name")->n > 0)
		return ir_conf_list(s, "name")->n == 1;
	return (ir_conf_value(s, "table") || ir_conf_value(s, "pending-sql")) && !ir_conf_value(s, "queue-column");
}

void
ir_dep_join_queue(struct ir_dep *dep, const struct ir_check *q)
{
	struct ir_check *own = dep->row;

	own->groups |= IR_CHECK_QUEUE;
	own->job_system = q->job_system;
	own->queue = q->queue;
	own->jobs_pending = q->jobs_pending;
	own->jobs_running = q->jobs_running;
	own->jobs_scheduled = q->jobs_scheduled;
	own->jobs_failed = q->jobs_failed;
	own->consumers = q->consumers;
	own->oldest_pending_s = q->oldest_pending_s;
	own->arrival_per_s = q->arrival_per_s;
	own->completion_per_s = q->completion_per_s;
	own->drain_s = q->drain_s;
	own->paused = q->paused;
	own->trend = q->trend;
	own->facts = q->facts;
	/* what is bad about the server is said first, by itself */
	if (own->h.status != IR_STATUS_OK)
		return;
	own->h.status = q->h.status;
	own->h.summary = q->h.summary;
	own->hint = q->hint;
}
