/* celery - tasks of Celery in Redis (kombu's transport/redis.py, as of 5.2): lists by priority, bindings, what workers hold unacknowledged */
#include <jansson.h>

#include "queue/redis_type.h"

#define SEP "\x06\x16" /* between the words of a binding, and before a priority */

static const char binding_key[] = "_kombu.binding.";
static const char *const steps[] = { "3", "6", "9" }; /* lists of priorities beside the plain one, by default */

struct celery {
	int64_t unacked;
	double unacked_s; /* since the oldest was handed out */
	int64_t workers;
};

/* What workers tell one another. */
static bool
is_control(const char *name)
{
	size_t n = strlen(name), m = strlen("celery.pidbox");

	return (n >= m && strcmp(name + n - m, "celery.pidbox") == 0) || strncmp(name, "celeryev", 8) == 0;
}

static void
take_head(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	struct ir_queue_facts *f = ir_redis_facts(p, q);
	json_t *job = ir_redis_json(r);
	const char *tag = json_string_value(json_object_get(json_object_get(job, "properties"), "delivery_tag"));

	if (f && tag && f->next.n == 0)
		ir_list_add(p->arena, &f->next, ir_strndup(p->arena, tag, 100));
	json_decref(job);
}

static void
take_pending(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	struct ir_queue_facts *f = ir_redis_facts(p, q);
	int64_t n = ir_redis_int(r);

	if (!f)
		return;
	/* the list of the usual priority is asked for first */
	if (f->pending == INT64_MIN && n > 0)
		ir_redis_want_last(p, take_head, q,
		    (const char *const[]){ "LINDEX", ir_redis_key(p, p->queues.v[q], ""), "-1", NULL });
	else if (f->pending != INT64_MIN && n > 0)
		f->note = "lists of other priorities are counted in";
	f->pending = ir_redis_sum(f->pending, n);
	p->present |= n > 0 && p->asked;
}

static void
ask_queue(struct ir_redis_place *p, const char *name)
{
	size_t had = p->queues.n, q;

	if (!*name || is_control(name))
		return;
	q = ir_redis_queue(p, name);
	if (q == SIZE_MAX || q < had)
		return;
	IR_REDIS_WANT(p, take_pending, q, "LLEN", ir_redis_key(p, name, ""));
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		IR_REDIS_WANT(
		    p, take_pending, q, "LLEN", ir_redis_key(p, name, ir_asprintf(p->arena, "%s%s", SEP, steps[i])));
}

/* ---- workers and what they hold */

static void
take_unacked(struct ir_redis_place *p, size_t arg, const struct ir_redis_reply *r)
{
	struct celery *c = p->priv;

	(void)arg;
	c->unacked = ir_redis_int(r);
}

static void
take_oldest_unacked(struct ir_redis_place *p, size_t arg, const struct ir_redis_reply *r)
{
	struct celery *c = p->priv;

	(void)arg;
	if (r->type == IR_REDIS_ARRAY && r->n == 2)
		c->unacked_s = ir_redis_age(p, ir_redis_real(&r->v[1]) * 1000);
}

/* A worker waits for tasks on one connection, and listens to what is said to all of them on others; other programs do one or the other. */
static void
got_clients(struct ir_redis_place *p, const struct ir_redis_client *v, size_t n)
{
	struct celery *c = p->priv;
	int64_t waiting = 0, listening = 0;

	for (size_t i = 0; i < n; i++) {
		waiting += v[i].db == p->db && strcmp(v[i].cmd, "brpop") == 0;
		listening += v[i].db == p->db && v[i].psub > 0;
	}
	if (waiting > 0 || listening == 0)
		c->workers = waiting < listening ? waiting : listening;
}

/* Each member: "routing key" SEP "pattern" SEP "queue". */
static void
take_binding(struct ir_redis_place *p, size_t arg, const struct ir_redis_reply *r)
{
	const struct ir_list members = ir_redis_members(p, r);

	(void)arg;
	for (size_t i = 0; i < members.n; i++) {
		const char *at = strstr(members.v[i], SEP), *last = at ? strstr(at + strlen(SEP), SEP) : NULL;

		if (!last)
			continue;
		if (!p->present)
			ir_redis_ask_clients(p, got_clients);
		p->present = true;
		ask_queue(p, last + strlen(SEP));
	}
}

static void
ask_binding(struct ir_redis_place *p, const char *exchange)
{
	IR_REDIS_WANT(p, take_binding, 0, IR_REDIS_SET(ir_redis_key(p, binding_key, exchange)));
}

static void
key(struct ir_redis_place *p, const char *name)
{
	const char *start = ir_redis_key(p, binding_key, "");

	if (strncmp(name, start, strlen(start)) != 0)
		return;
	name += strlen(start);
	if (!is_control(name) && strcmp(name, "celery") != 0)
		ask_binding(p, name);
}

static void
begin(struct ir_redis_place *p)
{
	struct celery *c = p->priv = IR_NEW(p->arena, struct celery);

	c->unacked = c->workers = INT64_MIN;
	c->unacked_s = (double)NAN;
	for (size_t i = 0; i < p->ask->names.n; i++)
		ask_queue(p, p->ask->names.v[i]);
	if (p->asked && p->ask->names.n == 0)
		ask_queue(p, "celery");
	if (p->asked)
		ir_redis_ask_clients(p, got_clients);
	ask_binding(p, "celery");
	IR_REDIS_WANT(p, take_unacked, 0, "HLEN", ir_redis_key(p, "unacked", ""));
	IR_REDIS_WANT(
	    p, take_oldest_unacked, 0, "ZRANGE", ir_redis_key(p, "unacked_index", ""), "0", "0", "WITHSCORES");
}

/* What workers hold is not kept by queue: with several, it is told by itself. */
static void
tell_unacked(struct ir_redis_place *p, const struct celery *c)
{
	struct ir_queue_facts *f;

	if (p->queues.n == 1) {
		f = ir_redis_facts(p, 0);
	} else if (c->unacked > 0 && p->ask->names.n == 0) {
		f = ir_queue_of(p->found, p->type->name, "unacked");
		if (f) {
			f->pending = 0;
			f->consumers = c->workers;
			f->note = "taken by workers from all queues";
		}
	} else {
		return;
	}
	if (!f)
		return;
	f->running = c->unacked;
	f->running_s = c->unacked_s;
}

static void
end(struct ir_redis_place *p)
{
	const struct celery *c = p->priv;

	if (!c || (!p->present && !p->asked))
		return;
	for (size_t q = 0; q < p->queues.n; q++) {
		struct ir_queue_facts *f = ir_redis_facts(p, q);

		if (f)
			f->consumers = c->workers;
	}
	tell_unacked(p, c);
}

const struct ir_redis_system ir_redis_celery = {
	.name = "celery",
	.prefix = "",
	.begin = begin,
	.key = key,
	.end = end,
};
