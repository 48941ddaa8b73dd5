/* arq - jobs of ARQ (its constants.py, worker.py, as of 0.19 to 0.26): a sorted set a queue by when they are due, where they stay while they run */
#include "queue/redis_type.h"

struct queue {
	struct ir_list ids; /* of those that are due, at most IR_REDIS_NEXT */
	double *due_ms;
	bool *runs;
	int64_t due; /* all of them */
};

struct arq {
	struct queue *v;      /* by queue */
	struct ir_list maybe; /* names of queues */
};

static const char health[] = ":health-check";

static void
take_due(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	struct arq *a = p->priv;

	a->v[q].due = ir_redis_int(r);
}

static void
take_runs(struct ir_redis_place *p, size_t arg, const struct ir_redis_reply *r)
{
	struct arq *a = p->priv;

	a->v[arg / IR_REDIS_NEXT].runs[arg % IR_REDIS_NEXT] = ir_redis_int(r) == 1;
}

/* ZRANGEBYSCORE WITHSCORES */
static void
take_ids(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	struct arq *a = p->priv;
	struct queue *v = &a->v[q];

	v->due_ms = IR_NEW_N(p->arena, double, IR_REDIS_NEXT);
	v->runs = IR_NEW_N(p->arena, bool, IR_REDIS_NEXT);
	for (size_t k = 0; r->type == IR_REDIS_ARRAY && k + 1 < r->n && v->ids.n < IR_REDIS_NEXT; k += 2) {
		const char *id = ir_redis_str(&r->v[k]);

		if (!id)
			continue;
		v->due_ms[v->ids.n] = ir_redis_real(&r->v[k + 1]);
		IR_REDIS_WANT(p, take_runs, q * IR_REDIS_NEXT + v->ids.n, "EXISTS",
		    ir_asprintf(p->arena, "%sarq:in-progress:%s", p->prefix, id));
		ir_list_add(p->arena, &v->ids, ir_strdup(p->arena, id));
	}
	p->present |= v->ids.n > 0;
}

/* A worker writes it at its start and from then on every hour, by default, for as long: without it there is none. */
static void
take_health(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	struct ir_queue_facts *f = ir_redis_facts(p, q);
	const char *s = ir_redis_str(r);

	if (s && strstr(s, "j_complete="))
		p->present = true;
	else if (f && r->type == IR_REDIS_NIL)
		f->consumers = 0;
}

static void
ask_queue(struct ir_redis_place *p, const char *name)
{
	struct arq *a = p->priv;
	size_t had = p->queues.n, q = ir_redis_queue(p, name);
	const char *set = ir_redis_key(p, name, ""), *now = ir_asprintf(p->arena, "%lld", (long long)p->now_ms);

	if (q == SIZE_MAX || q < had)
		return;
	a->v[q].due = INT64_MIN;
	IR_REDIS_WANT(p, take_due, q, "ZCOUNT", set, "-inf", now);
	IR_REDIS_WANT(p, ir_redis_take_scheduled, q, "ZCOUNT", set, ir_asprintf(p->arena, "(%s", now), "+inf");
	IR_REDIS_WANT(p, take_ids, q, "ZRANGEBYSCORE", set, "-inf", now, "WITHSCORES", "LIMIT", "0", "100");
	IR_REDIS_WANT(p, take_health, q, "GET", ir_redis_key(p, name, health));
}

/* A queue of another name shows by its worker. */
static void
take_other(struct ir_redis_place *p, size_t i, const struct ir_redis_reply *r)
{
	struct arq *a = p->priv;
	const char *s = ir_redis_str(r);

	if (!s || !strstr(s, "j_complete="))
		return;
	p->present = true;
	ask_queue(p, a->maybe.v[i]);
}

static void
key(struct ir_redis_place *p, const char *name)
{
	struct arq *a = p->priv;
	size_t n = strlen(name), m = strlen(health), k = strlen(p->prefix);

	if (n <= m + k || strcmp(name + n - m, health) != 0 || strncmp(name, p->prefix, k) != 0)
		return;
	if (a->maybe.n == IR_QUEUES_MAX) {
		p->cut = true;
		return;
	}
	ir_list_add(p->arena, &a->maybe, ir_strndup(p->arena, name + k, n - m - k));
	IR_REDIS_WANT(p, take_other, a->maybe.n - 1, "GET", ir_strdup(p->arena, name));
}

static void
begin(struct ir_redis_place *p)
{
	struct arq *a = p->priv = IR_NEW(p->arena, struct arq);

	a->v = IR_NEW_N(p->arena, struct queue, IR_QUEUES_MAX);
	for (size_t i = 0; i < p->ask->names.n; i++)
		ask_queue(p, p->ask->names.v[i]);
	ask_queue(p, "arq:queue");
}

static void
tell(struct ir_redis_place *p, const struct queue *v, struct ir_queue_facts *f)
{
	int64_t running = 0;

	if (v->due == INT64_MIN)
		return;
	for (size_t i = 0; i < v->ids.n; i++) {
		if (v->runs[i]) {
			running++;
			continue;
		}
		if (f->next.n == 0)
			f->oldest_s = ir_redis_age(p, v->due_ms[i]);
		ir_list_add(p->arena, &f->next, v->ids.v[i]);
	}
	f->running = running;
	f->pending = v->due > running ? v->due - running : 0;
	f->estimate = running == IR_REDIS_NEXT; /* those behind may run, too */
}

static void
end(struct ir_redis_place *p)
{
	const struct arq *a = p->priv;

	for (size_t q = 0; a && (p->present || p->asked) && q < p->queues.n; q++) {
		struct ir_queue_facts *f = ir_redis_facts(p, q);

		if (f)
			tell(p, &a->v[q], f);
	}
}

const struct ir_redis_system ir_redis_arq = {
	.name = "arq",
	.prefix = "",
	.begin = begin,
	.key = key,
	.end = end,
};
