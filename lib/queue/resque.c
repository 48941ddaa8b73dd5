/* resque - jobs of Resque (its data_store.rb, worker.rb, as of 1.27 to 3): lists, workers with a heartbeat, counters of the whole system */
#include <jansson.h>

#include "base/clock.h"
#include "queue/redis_type.h"

enum {
	WORKERS_MAX = 500,
	HEARTBEAT_S = 180, /* it beats every minute; Resque itself gives it up after five */
};

struct worker {
	const char *id; /* "host:pid:queue,queue" */
	bool alive;
};

struct resque {
	struct worker *v;
	size_t n;
	bool counted; /* heartbeats are known */
	int64_t failed, processed;
};

static size_t
ask_queue(struct ir_redis_place *p, const char *name)
{
	size_t had = p->queues.n, q = ir_redis_queue(p, name);

	if (q != SIZE_MAX && q >= had)
		IR_REDIS_WANT(p, ir_redis_take_pending, q, "LLEN", ir_redis_key(p, "queue:", name));
	return q;
}

static void
take_queues(struct ir_redis_place *p, size_t arg, const struct ir_redis_reply *r)
{
	const struct ir_list names = ir_redis_members(p, r);

	(void)arg;
	p->present |= names.n > 0;
	for (size_t i = 0; i < names.n; i++)
		ask_queue(p, names.v[i]);
}

static void
take_failed(struct ir_redis_place *p, size_t arg, const struct ir_redis_reply *r)
{
	struct resque *s = p->priv;

	(void)arg;
	s->failed = ir_redis_int(r);
}

static void
take_processed(struct ir_redis_place *p, size_t arg, const struct ir_redis_reply *r)
{
	struct resque *s = p->priv;

	(void)arg;
	s->processed = ir_redis_int(r);
}

/* ---- workers */

static double
age_of(const struct ir_redis_place *p, const char *time)
{
	int64_t ms;

	return time && ir_time_parse_rfc3339(time, strlen(time), &ms) == 0 ? ir_redis_age(p, (double)ms) : (double)NAN;
}

/* What a worker is at: JSON with "queue" and "run_at"; nothing when it is idle. */
static void
take_work(struct ir_redis_place *p, size_t i, const struct ir_redis_reply *r)
{
	json_t *work = ir_redis_json(r);
	const char *name = json_string_value(json_object_get(work, "queue"));
	struct ir_queue_facts *f = name ? ir_redis_facts(p, ask_queue(p, name)) : NULL;
	double age = age_of(p, json_string_value(json_object_get(work, "run_at")));

	(void)i;
	if (f) {
		f->running = ir_redis_sum(f->running, 1);
		f->running_s = isnan(f->running_s) || age > f->running_s ? age : f->running_s;
	}
	json_decref(work);
}

static void
take_workers(struct ir_redis_place *p, size_t arg, const struct ir_redis_reply *r)
{
	struct resque *s = p->priv;
	const struct ir_list ids = ir_redis_members(p, r);

	(void)arg;
	p->present |= ids.n > 0;
	p->cut |= ids.n > WORKERS_MAX;
	s->v = IR_NEW_N(p->arena, struct worker, ids.n + 1);
	for (; s->n < ids.n && s->n < WORKERS_MAX; s->n++) {
		s->v[s->n].id = ids.v[s->n];
		ir_redis_want_last(
		    p, take_work, s->n, (const char *const[]){ "GET", ir_redis_key(p, "worker:", ids.v[s->n]), NULL });
	}
}

/* HGETALL: worker, time, worker, time, … */
static void
take_heartbeats(struct ir_redis_place *p, size_t arg, const struct ir_redis_reply *r)
{
	struct resque *s = p->priv;

	(void)arg;
	s->counted = r->type == IR_REDIS_ARRAY && (r->n > 0 || s->n == 0);
	for (size_t k = 0; r->type == IR_REDIS_ARRAY && k + 1 < r->n; k += 2) {
		const char *id = ir_redis_str(&r->v[k]);

		for (size_t i = 0; id && i < s->n; i++) {
			if (strcmp(s->v[i].id, id) == 0)
				s->v[i].alive = age_of(p, ir_redis_str(&r->v[k + 1])) <= HEARTBEAT_S;
		}
	}
}

static void
begin(struct ir_redis_place *p)
{
	struct resque *s = p->priv = IR_NEW(p->arena, struct resque);

	s->failed = s->processed = INT64_MIN;
	for (size_t i = 0; i < p->ask->names.n; i++)
		ask_queue(p, p->ask->names.v[i]);
	IR_REDIS_WANT(p, take_queues, 0, IR_REDIS_SET(ir_redis_key(p, "queues", "")));
	IR_REDIS_WANT(p, take_workers, 0, IR_REDIS_SET(ir_redis_key(p, "workers", "")));
	IR_REDIS_WANT(p, take_heartbeats, 0, "HGETALL", ir_redis_key(p, "workers:heartbeat", ""));
	IR_REDIS_WANT(p, take_failed, 0, "LLEN", ir_redis_key(p, "failed", ""));
	IR_REDIS_WANT(p, take_processed, 0, "GET", ir_redis_key(p, "stat:processed", ""));
}

/* Of "host:pid:low,high" what is behind the first number between colons: a queue may have some, too. */
static const char *
queues_of(const char *id)
{
	while ((id = strchr(id, ':')) != NULL) {
		size_t digits = strspn(++id, "0123456789");

		if (digits && id[digits] == ':')
			return id + digits + 1;
	}
	return "";
}

/* "*" is all of them. */
static bool
takes_from(const char *id, const char *queue)
{
	const char *s = queues_of(id);
	size_t n = strlen(queue);

	while (*s) {
		size_t len = strcspn(s, ",");

		if (!n || (len == 1 && *s == '*') || (len == n && strncmp(s, queue, n) == 0))
			return true;
		s += len + (s[len] == ',');
	}
	return false;
}

static void
tell_workers(const struct resque *s, struct ir_queue_facts *f)
{
	f->consumers = 0;
	for (size_t i = 0; i < s->n; i++)
		f->consumers += s->v[i].alive && takes_from(s->v[i].id, f->queue);
}

static void
end(struct ir_redis_place *p)
{
	struct resque *s = p->priv;
	struct ir_queue_facts *f;

	if (!s || (!p->present && !p->asked))
		return;
	for (size_t q = 0; q < p->queues.n; q++) {
		f = ir_redis_facts(p, q);
		if (f && f->running == INT64_MIN)
			f->running = 0;
		if (f && s->counted)
			tell_workers(s, f);
	}
	f = ir_redis_whole(p);
	if (!f)
		return;
	if (!*f->queue && s->counted)
		tell_workers(s, f);
	f->failed = s->failed;
	f->completed_total = s->processed;
}

const struct ir_redis_system ir_redis_resque = {
	.name = "resque",
	.prefix = "resque:",
	.begin = begin,
	.end = end,
};
