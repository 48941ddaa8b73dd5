/* rq - jobs of RQ (its queue.py, registry.py, worker.py, as of 1.13): lists, registries by state, workers with a heartbeat */
#include "base/clock.h"
#include "queue/redis_type.h"

static const char queue_key[] = "queue:", worker_key[] = "worker:", job_key[] = "job:";

struct worker {
	const char *name;
	struct ir_list queues;
	bool alive;
};

struct rq {
	struct worker *workers;
	size_t n;
	bool counted; /* all workers are known */
};

static void
take_oldest(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	struct ir_queue_facts *f = ir_redis_facts(p, q);
	const char *s = ir_redis_str(r);
	int64_t ms;

	if (f && s && ir_time_parse_rfc3339(s, strlen(s), &ms) == 0)
		f->oldest_s = ir_redis_age(p, (double)ms);
}

static void
take_ids(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	struct ir_queue_facts *f = ir_redis_facts(p, q);

	if (!f)
		return;
	f->next = ir_redis_strings(p, r, IR_REDIS_NEXT);
	if (f->next.n)
		IR_REDIS_WANT(p, take_oldest, q, "HGET", ir_redis_key(p, job_key, f->next.v[0]), "enqueued_at");
}

static void
ask_queue(struct ir_redis_place *p, const char *name)
{
	size_t had = p->queues.n, q = ir_redis_queue(p, name);
	const char *list = ir_redis_key(p, queue_key, name);

	if (q == SIZE_MAX || q < had)
		return;
	IR_REDIS_WANT(p, ir_redis_take_pending, q, "LLEN", list);
	IR_REDIS_WANT(p, ir_redis_take_running, q, "ZCARD", ir_redis_key(p, "wip:", name));
	IR_REDIS_WANT(p, ir_redis_take_scheduled, q, "ZCARD", ir_redis_key(p, "scheduled:", name));
	IR_REDIS_WANT(p, ir_redis_take_scheduled, q, "ZCARD", ir_redis_key(p, "deferred:", name));
	IR_REDIS_WANT(p, ir_redis_take_failed, q, "ZCARD", ir_redis_key(p, "failed:", name));
	IR_REDIS_WANT(p, take_ids, q, "LRANGE", list, "0", "99");
}

/* Of "rq:queue:default" what is behind the key's beginning. */
static const char *
name_in(const struct ir_redis_place *p, const char *s, const char *middle)
{
	size_t n = strlen(p->prefix), m = strlen(middle);

	if (strncmp(s, p->prefix, n) != 0 || strncmp(s + n, middle, m) != 0)
		return NULL;
	return s + n + m;
}

static void
take_queues(struct ir_redis_place *p, size_t arg, const struct ir_redis_reply *r)
{
	const struct ir_list keys = ir_redis_members(p, r);

	(void)arg;
	for (size_t i = 0; i < keys.n; i++) {
		const char *name = name_in(p, keys.v[i], queue_key);

		if (!name)
			continue;
		p->present = true;
		ask_queue(p, name);
	}
}

/* ---- workers: by their connections' names, which are theirs; a heartbeat may be seven minutes old and all is well */

static struct ir_list
words(struct ir_arena *arena, const char *s)
{
	struct ir_list list = { 0 };

	while (*s) {
		size_t n = strcspn(s, ",");

		if (n)
			ir_list_add(arena, &list, ir_strndup(arena, s, n));
		s += n + (s[n] == ',');
	}
	return list;
}

static void
take_worker(struct ir_redis_place *p, size_t i, const struct ir_redis_reply *r)
{
	struct rq *rq = p->priv;
	const char *queues = r->type == IR_REDIS_ARRAY && r->n > 0 ? ir_redis_str(&r->v[0]) : NULL;

	if (queues)
		rq->workers[i].queues = words(p->arena, queues);
}

static void
got_clients(struct ir_redis_place *p, const struct ir_redis_client *v, size_t n)
{
	struct rq *rq = p->priv;

	rq->counted = true;
	for (size_t i = 0; i < rq->n; i++) {
		for (size_t k = 0; k < n && !rq->workers[i].alive; k++)
			rq->workers[i].alive = strcmp(v[k].name, rq->workers[i].name) == 0;
	}
}

static void
take_workers(struct ir_redis_place *p, size_t arg, const struct ir_redis_reply *r)
{
	struct rq *rq = p->priv;
	const struct ir_list keys = ir_redis_members(p, r);

	(void)arg;
	rq->workers = IR_NEW_N(p->arena, struct worker, keys.n + 1);
	for (size_t i = 0; i < keys.n; i++) {
		const char *name = name_in(p, keys.v[i], worker_key);

		if (!name)
			continue;
		p->present = true;
		rq->workers[rq->n].name = name;
		IR_REDIS_WANT(p, take_worker, rq->n++, "HMGET", keys.v[i], "queues", "last_heartbeat");
	}
	if (rq->n)
		ir_redis_ask_clients(p, got_clients);
	else
		rq->counted = r->type == IR_REDIS_ARRAY;
}

static void
begin(struct ir_redis_place *p)
{
	p->priv = IR_NEW(p->arena, struct rq);
	for (size_t i = 0; i < p->ask->names.n; i++)
		ask_queue(p, p->ask->names.v[i]);
	IR_REDIS_WANT(p, take_queues, 0, IR_REDIS_SET(ir_redis_key(p, "queues", "")));
	IR_REDIS_WANT(p, take_workers, 0, IR_REDIS_SET(ir_redis_key(p, "workers", "")));
}

static void
end(struct ir_redis_place *p)
{
	struct rq *rq = p->priv;

	for (size_t q = 0; rq && rq->counted && p->present && q < p->queues.n; q++) {
		struct ir_queue_facts *f = ir_redis_facts(p, q);

		if (!f)
			continue;
		f->consumers = 0;
		for (size_t i = 0; i < rq->n; i++)
			f->consumers += rq->workers[i].alive && ir_list_has(&rq->workers[i].queues, f->queue);
	}
}

const struct ir_redis_system ir_redis_rq = {
	.name = "rq",
	.prefix = "rq:",
	.begin = begin,
	.end = end,
};
