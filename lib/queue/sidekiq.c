/* sidekiq - jobs of Sidekiq (its api.rb, client.rb, launcher.rb, as of 5 to 8): lists, sorted sets for the whole system, processes with a heartbeat */
#include <jansson.h>

#include "queue/redis_type.h"

enum { PROCESSES_MAX = 200 };

struct process {
	const char *id;
	struct ir_list queues;
	bool takes; /* it is there, and not told to be quiet */
};

struct sidekiq {
	struct process *v;
	size_t n;
	bool counted; /* processes are known */
	bool listed;  /* there are names of queues */
	bool foreign; /* there is a set of workers, as Resque has one */
	int64_t scheduled, failed, processed;
};

/* A number of seconds, or since Sidekiq 8 of milliseconds, as ms. */
static double
instant(const json_t *v)
{
	double t = json_is_number(v) ? json_number_value(v) : (double)NAN;

	return t < 1e11 ? t * 1000 : t;
}

/* ---- queues */

/* The name `queues` may be anybody's: a job of this form is not. */
static void
take_oldest(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	struct ir_queue_facts *f = ir_redis_facts(p, q);
	json_t *job = ir_redis_json(r);
	const char *jid = json_string_value(json_object_get(job, "jid"));

	if (f && jid && json_is_string(json_object_get(job, "class"))) {
		p->present = true;
		f->oldest_s = ir_redis_age(p, instant(json_object_get(job, "enqueued_at")));
		ir_list_add(p->arena, &f->next, ir_strndup(p->arena, jid, 100));
	}
	json_decref(job);
}

static size_t
ask_queue(struct ir_redis_place *p, const char *name)
{
	size_t had = p->queues.n, q = ir_redis_queue(p, name);
	const char *list = ir_redis_key(p, "queue:", name);

	if (q == SIZE_MAX || q < had)
		return q;
	IR_REDIS_WANT(p, ir_redis_take_pending, q, "LLEN", list);
	ir_redis_want_last(p, take_oldest, q, (const char *const[]){ "LINDEX", list, "-1", NULL });
	return q;
}

static void
take_queues(struct ir_redis_place *p, size_t arg, const struct ir_redis_reply *r)
{
	struct sidekiq *s = p->priv;
	const struct ir_list names = ir_redis_members(p, r);

	(void)arg;
	s->listed = names.n > 0;
	for (size_t i = 0; i < names.n; i++)
		ask_queue(p, names.v[i]);
}

static void
take_paused(struct ir_redis_place *p, size_t arg, const struct ir_redis_reply *r)
{
	const struct ir_list names = ir_redis_members(p, r);

	(void)arg;
	for (size_t q = 0; q < p->queues.n; q++) {
		struct ir_queue_facts *f = ir_redis_facts(p, q);

		if (f)
			f->paused = ir_list_has(&names, p->queues.v[q]);
	}
}

/* ---- the whole */

static void
take_scheduled(struct ir_redis_place *p, size_t arg, const struct ir_redis_reply *r)
{
	struct sidekiq *s = p->priv;

	(void)arg;
	s->scheduled = ir_redis_sum(s->scheduled, ir_redis_int(r));
}

static void
take_failed(struct ir_redis_place *p, size_t arg, const struct ir_redis_reply *r)
{
	struct sidekiq *s = p->priv;

	(void)arg;
	s->failed = ir_redis_int(r);
}

static void
take_processed(struct ir_redis_place *p, size_t arg, const struct ir_redis_reply *r)
{
	struct sidekiq *s = p->priv;

	(void)arg;
	s->processed = ir_redis_int(r);
}

static void
take_foreign(struct ir_redis_place *p, size_t arg, const struct ir_redis_reply *r)
{
	struct sidekiq *s = p->priv;

	(void)arg;
	s->foreign = ir_redis_int(r) > 0;
}

/* ---- processes */

/* What each thread of a process is at: JSON with "queue" and "run_at". */
static void
take_work(struct ir_redis_place *p, size_t i, const struct ir_redis_reply *r)
{
	(void)i;
	for (size_t k = 0; r->type == IR_REDIS_ARRAY && k < r->n; k++) {
		json_t *work = ir_redis_json(&r->v[k]);
		const char *name = json_string_value(json_object_get(work, "queue"));
		struct ir_queue_facts *f = name ? ir_redis_facts(p, ask_queue(p, name)) : NULL;
		double age = ir_redis_age(p, instant(json_object_get(work, "run_at")));

		if (f) {
			f->running = ir_redis_sum(f->running, 1);
			f->running_s = isnan(f->running_s) || age > f->running_s ? age : f->running_s;
		}
		json_decref(work);
	}
}

/* HMGET info quiet: nothing of a process whose heart stopped a minute ago. */
static void
take_process(struct ir_redis_place *p, size_t i, const struct ir_redis_reply *r)
{
	struct sidekiq *s = p->priv;
	json_t *info = r->type == IR_REDIS_ARRAY && r->n == 2 ? ir_redis_json(&r->v[0]) : NULL;
	const json_t *queues = json_object_get(info, "queues");
	const char *quiet = info ? ir_redis_str(&r->v[1]) : NULL;

	if (info) {
		p->present = true;
		s->v[i].takes = !quiet || strcmp(quiet, "true") != 0;
		ir_redis_want_last(
		    p, take_work, i, (const char *const[]){ "HVALS", ir_redis_key(p, s->v[i].id, ":work"), NULL });
	}
	for (size_t k = 0; k < json_array_size(queues); k++) {
		const char *name = json_string_value(json_array_get(queues, k));

		if (name)
			ir_list_add(p->arena, &s->v[i].queues, ir_strdup(p->arena, name));
	}
	json_decref(info);
}

static void
take_processes(struct ir_redis_place *p, size_t arg, const struct ir_redis_reply *r)
{
	struct sidekiq *s = p->priv;
	const struct ir_list ids = ir_redis_members(p, r);

	(void)arg;
	s->counted = ids.n <= PROCESSES_MAX;
	s->v = IR_NEW_N(p->arena, struct process, ids.n + 1);
	for (; s->n < ids.n && s->n < PROCESSES_MAX; s->n++) {
		s->v[s->n].id = ids.v[s->n];
		IR_REDIS_WANT(p, take_process, s->n, "HMGET", ir_redis_key(p, ids.v[s->n], ""), "info", "quiet");
	}
}

static void
begin(struct ir_redis_place *p)
{
	struct sidekiq *s = p->priv = IR_NEW(p->arena, struct sidekiq);

	s->scheduled = s->failed = s->processed = INT64_MIN;
	for (size_t i = 0; i < p->ask->names.n; i++)
		ask_queue(p, p->ask->names.v[i]);
	IR_REDIS_WANT(p, take_queues, 0, IR_REDIS_SET(ir_redis_key(p, "queues", "")));
	IR_REDIS_WANT(p, take_paused, 0, IR_REDIS_SET(ir_redis_key(p, "paused", "")));
	IR_REDIS_WANT(p, take_processes, 0, IR_REDIS_SET(ir_redis_key(p, "processes", "")));
	IR_REDIS_WANT(p, take_scheduled, 0, "ZCARD", ir_redis_key(p, "schedule", ""));
	IR_REDIS_WANT(p, take_scheduled, 0, "ZCARD", ir_redis_key(p, "retry", ""));
	IR_REDIS_WANT(p, take_failed, 0, "ZCARD", ir_redis_key(p, "dead", ""));
	IR_REDIS_WANT(p, take_processed, 0, "GET", ir_redis_key(p, "stat:processed", ""));
	IR_REDIS_WANT(p, take_foreign, 0, "EXISTS", ir_redis_key(p, "workers", ""));
}

static void
tell_workers(const struct sidekiq *s, struct ir_queue_facts *f)
{
	f->consumers = 0;
	if (f->running == INT64_MIN)
		f->running = 0;
	for (size_t i = 0; i < s->n; i++)
		f->consumers += s->v[i].takes && (!*f->queue || ir_list_has(&s->v[i].queues, f->queue));
}

static void
end(struct ir_redis_place *p)
{
	struct sidekiq *s = p->priv;
	struct ir_queue_facts *f;

	if (!s)
		return;
	/* empty, and nobody works: names and the counter are all that is left of it */
	p->present |= s->processed >= 0 && s->listed && !s->foreign;
	if (!p->present && !p->asked)
		return;
	for (size_t q = 0; s->counted && q < p->queues.n; q++) {
		f = ir_redis_facts(p, q);
		if (f)
			tell_workers(s, f);
	}
	f = ir_redis_whole(p);
	if (!f)
		return;
	if (!*f->queue && s->counted) {
		tell_workers(s, f);
		f->running = INT64_MIN;
	}
	f->scheduled = s->scheduled;
	f->failed = s->failed;
	f->completed_total = s->processed;
}

const struct ir_redis_system ir_redis_sidekiq = {
	.name = "sidekiq",
	.prefix = "",
	.begin = begin,
	.end = end,
};
