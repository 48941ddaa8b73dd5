/* dramatiq - messages of Dramatiq (its redis/dispatch.lua, as of 1.10 to 2): a list of ids and a hash a queue, sets of what each process has taken, heartbeats */
#include <jansson.h>

#include "queue/redis_type.h"

enum {
	PROCESSES_MAX = 100,
	HEARTBEAT_MS = 60000, /* Dramatiq takes one for dead that is older */
	PAIRS_MAX = 2000,     /* of processes and queues that are asked for */
};

struct process {
	const char *id;
	double age_s; /* of its heartbeat */
};

struct dramatiq {
	struct process *v;
	size_t n, pairs;
	bool counted;
	int64_t fresh; /* heartbeats */
};

/* Of one that was tried before it is not kept since when it is due again. */
static void
take_oldest(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	struct ir_queue_facts *f = ir_redis_facts(p, q);
	json_t *job = ir_redis_json(r);
	const json_t *options = json_object_get(job, "options"), *made = json_object_get(job, "message_timestamp");

	if (f && json_is_number(made) && json_integer_value(json_object_get(options, "retries")) == 0)
		f->oldest_s = ir_redis_age(p, json_number_value(made));
	json_decref(job);
}

static void
take_ids(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	struct ir_queue_facts *f = ir_redis_facts(p, q);

	if (!f)
		return;
	f->next = ir_redis_strings(p, r, IR_REDIS_NEXT);
	if (f->next.n)
		ir_redis_want_last(p, take_oldest, q,
		    (const char *const[]){ "HGET", ir_redis_key(p, p->queues.v[q], ".msgs"), f->next.v[0], NULL });
}

/* ---- what processes have taken and not acknowledged */

static void
take_acks(struct ir_redis_place *p, size_t arg, const struct ir_redis_reply *r)
{
	struct dramatiq *d = p->priv;
	const struct process *who = &d->v[arg % PROCESSES_MAX];
	struct ir_queue_facts *f = ir_redis_facts(p, arg / PROCESSES_MAX);
	int64_t n = ir_redis_int(r);

	if (!f)
		return;
	f->running = ir_redis_sum(f->running, n);
	if (n > 0 && who->age_s * 1000 > HEARTBEAT_MS && !(f->running_s > who->age_s))
		f->running_s = who->age_s;
}

static void
take_delayed_acks(struct ir_redis_place *p, size_t arg, const struct ir_redis_reply *r)
{
	ir_redis_take_scheduled(p, arg / PROCESSES_MAX, r);
}

static void
ask_acks(struct ir_redis_place *p, size_t q)
{
	struct dramatiq *d = p->priv;

	for (size_t i = 0; i < d->n; i++) {
		const char *acks =
		    ir_redis_key(p, "__acks__.", ir_asprintf(p->arena, "%s.%s", d->v[i].id, p->queues.v[q]));

		if (++d->pairs > PAIRS_MAX)
			return;
		IR_REDIS_WANT(p, take_acks, q * PROCESSES_MAX + i, "SCARD", acks);
		IR_REDIS_WANT(
		    p, take_delayed_acks, q * PROCESSES_MAX + i, "SCARD", ir_asprintf(p->arena, "%s.DQ", acks));
	}
}

/* ZREVRANGE WITHSCORES: the id and the time of each, the last that was heard of first. */
static void
take_heartbeats(struct ir_redis_place *p, size_t arg, const struct ir_redis_reply *r)
{
	struct dramatiq *d = p->priv;

	(void)arg;
	if (r->type != IR_REDIS_ARRAY)
		return;
	d->counted = true;
	d->v = IR_NEW_N(p->arena, struct process, PROCESSES_MAX);
	for (size_t k = 0; k + 1 < r->n && d->n < PROCESSES_MAX; k += 2) {
		const char *id = ir_redis_str(&r->v[k]);
		double ms = ir_redis_real(&r->v[k + 1]);

		if (!id || isnan(ms))
			continue;
		d->v[d->n++] = (struct process){ ir_strdup(p->arena, id), ir_redis_age(p, ms) };
		d->fresh += (double)p->now_ms - ms <= HEARTBEAT_MS;
	}
	p->present |= d->n > 0;
	for (size_t q = 0; q < p->queues.n; q++)
		ask_acks(p, q);
}

/* ---- queues */

static void
ask_queue(struct ir_redis_place *p, const char *name)
{
	size_t had = p->queues.n, q = ir_redis_queue(p, name);
	const char *list = ir_redis_key(p, name, "");

	if (q == SIZE_MAX || q < had)
		return;
	IR_REDIS_WANT(p, ir_redis_take_pending, q, "LLEN", list);
	IR_REDIS_WANT(p, ir_redis_take_scheduled, q, "LLEN", ir_redis_key(p, name, ".DQ"));
	IR_REDIS_WANT(p, ir_redis_take_failed, q, "ZCARD", ir_redis_key(p, name, ".XQ"));
	IR_REDIS_WANT(p, take_ids, q, "LRANGE", list, "0", "99");
	ask_acks(p, q);
}

/* "dramatiq:" and "NAME" "NAME.msgs" "NAME.DQ" "NAME.XQ.msgs" … or "__acks__.PROCESS.NAME" */
static void
key(struct ir_redis_place *p, const char *name)
{
	static const char acks[] = "__acks__.";
	size_t n = strlen(p->prefix), uuid = 36;
	char *queue;

	if (strncmp(name, p->prefix, n) != 0)
		return;
	name += n;
	if (strncmp(name, acks, strlen(acks)) == 0) {
		name += strlen(acks);
		if (strlen(name) < uuid + 2 || name[uuid] != '.')
			return;
		name += uuid + 1;
	} else if (strncmp(name, "__", 2) == 0) {
		return;
	}
	queue = ir_strdup(p->arena, name);
	ir_redis_cut_end(queue, ".msgs");
	if (!ir_redis_cut_end(queue, ".DQ"))
		ir_redis_cut_end(queue, ".XQ");
	if (*queue)
		ask_queue(p, queue);
}

static void
begin(struct ir_redis_place *p)
{
	size_t n = strlen(p->prefix);

	p->priv = IR_NEW(p->arena, struct dramatiq);
	if (n && p->prefix[n - 1] != ':')
		p->prefix = ir_asprintf(p->arena, "%s:", p->prefix);
	IR_REDIS_WANT(
	    p, take_heartbeats, 0, "ZREVRANGE", ir_redis_key(p, "__heartbeats__", ""), "0", "99", "WITHSCORES");
	for (size_t i = 0; i < p->ask->names.n; i++)
		ask_queue(p, p->ask->names.v[i]);
}

/* Whoever puts a message in has a heartbeat, too: only that there is none tells of workers. */
static void
end(struct ir_redis_place *p)
{
	const struct dramatiq *d = p->priv;
	struct ir_queue_facts *f;

	if (!d || (!p->present && !p->asked))
		return;
	if (p->queues.n == 0 && p->present) {
		f = ir_queue_of(p->found, p->type->name, "");
		if (f) {
			f->pending = f->running = 0;
			f->note = "all queues are empty, so they have no names";
			f->consumers = d->fresh ? INT64_MIN : 0;
		}
	}
	for (size_t q = 0; d->counted && q < p->queues.n; q++) {
		f = ir_redis_facts(p, q);
		if (!f)
			continue;
		if (d->fresh == 0)
			f->consumers = 0;
		if (f->running == INT64_MIN && d->n == 0)
			f->running = 0;
	}
}

const struct ir_redis_system ir_redis_dramatiq = {
	.name = "dramatiq",
	.prefix = "dramatiq:",
	.begin = begin,
	.key = key,
	.end = end,
};
