/* bullmq - jobs of BullMQ 3 to 6 and Bull 4 (their Lua scripts and getters): a list or sorted set by state, a hash a job, no list of the queues */
#include "queue/redis_type.h"

/* A queue may be here: some key is called so. */
struct bullmq {
	struct ir_list maybe;
};

static const char *
job_key(struct ir_redis_place *p, size_t q, const char *what)
{
	return ir_redis_key(p, ir_asprintf(p->arena, "%s%s:", *p->prefix ? ":" : "", p->queues.v[q]), what);
}

/* ---- counts */

/* Kept only where `metrics` are on. */
static void
take_completed(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	struct ir_queue_facts *f = ir_redis_facts(p, q);

	if (f)
		f->completed_total = ir_redis_int(r);
}

static void
take_bull_paused(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	struct ir_queue_facts *f = ir_redis_facts(p, q);

	if (f)
		f->paused |= ir_redis_int(r) == 1;
}

/* ---- the oldest */

/* HMGET timestamp delay processedOn: due since it was made and delayed, or was tried before. */
static double
due_ms(const struct ir_redis_reply *r)
{
	double made, delay, tried;

	if (r->type != IR_REDIS_ARRAY || r->n != 3)
		return (double)NAN;
	made = ir_redis_real(&r->v[0]);
	delay = ir_redis_real(&r->v[1]);
	tried = ir_redis_real(&r->v[2]);
	made += delay > 0 ? delay : 0;
	return tried > made ? tried : made;
}

static void
take_oldest(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	struct ir_queue_facts *f = ir_redis_facts(p, q);

	if (f)
		f->oldest_s = ir_redis_age(p, due_ms(r));
}

static void
ask_oldest(struct ir_redis_place *p, size_t q, const char *id)
{
	IR_REDIS_WANT(p, take_oldest, q, "HMGET", job_key(p, q, id), "timestamp", "delay", "processedOn");
}

/* While only delayed jobs are there, older ones keep a marker in the place of the job that is taken next; it was counted. */
static bool
is_marker(const char *id)
{
	return id && strncmp(id, "0:", 2) == 0;
}

static void
leave_out_marker(struct ir_queue_facts *f, const char *last)
{
	if (f && is_marker(last) && f->pending > 0)
		f->pending--;
}

/* LINDEX paused -1 */
static void
take_last_paused(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	leave_out_marker(ir_redis_facts(p, q), ir_redis_str(r));
}

/* Of LRANGE wait: the last is taken next. */
static void
take_ids(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	struct ir_queue_facts *f = ir_redis_facts(p, q);
	const struct ir_list ids = ir_redis_strings(p, r, IR_REDIS_NEXT);

	leave_out_marker(f, ids.n ? ids.v[ids.n - 1] : NULL);
	for (size_t i = ids.n; f && i-- > 0;) {
		if (!is_marker(ids.v[i]))
			ir_list_add(p->arena, &f->next, ids.v[i]);
	}
	if (f && f->next.n)
		ask_oldest(p, q, f->next.v[0]);
}

/* Those with a priority come after those without. */
static void
take_prioritized(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	struct ir_queue_facts *f = ir_redis_facts(p, q);
	const struct ir_list ids = ir_redis_strings(p, r, IR_REDIS_NEXT);
	bool first = f && f->next.n == 0;

	for (size_t i = 0; f && i < ids.n && f->next.n < IR_REDIS_NEXT; i++)
		ir_list_add(p->arena, &f->next, ids.v[i]);
	if (first && ids.n)
		ask_oldest(p, q, ids.v[0]);
}

static void
take_begun(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	struct ir_queue_facts *f = ir_redis_facts(p, q);

	if (f)
		f->running_s = ir_redis_age(p, ir_redis_real(r));
}

static void
take_active(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	const char *id = ir_redis_str(r);

	if (id)
		IR_REDIS_WANT(p, take_begun, q, "HGET", job_key(p, q, ir_strdup(p->arena, id)), "processedOn");
}

/* ---- workers: each one's blocking connection is called "bull:" and the queue's name in base 64, and perhaps ":w:" and its own */

static const char *
base64(struct ir_arena *arena, const char *s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = strlen(s), at = 0;
	char *out = ir_arena_alloc(arena, (n + 2) / 3 * 4 + 1);

	for (size_t i = 0; i < n; i += 3) {
		unsigned v = 0;

		for (size_t k = 0; k < 3; k++)
			v = v << 8 | (i + k < n ? (unsigned char)s[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			out[at++] = i + k > n ? '=' : digits[v >> (18 - 6 * k) & 63];
	}
	return out;
}

static bool
is_worker(const char *name, const char *queue)
{
	size_t n = strlen(queue);

	return strncmp(name, queue, n) == 0 && (!name[n] || strncmp(name + n, ":w:", 3) == 0);
}

static void
got_clients(struct ir_redis_place *p, const struct ir_redis_client *v, size_t n)
{
	for (size_t q = 0; q < p->queues.n; q++) {
		struct ir_queue_facts *f = ir_redis_facts(p, q);
		const char *name = ir_redis_key(p, *p->prefix ? ":" : "", base64(p->arena, p->queues.v[q]));

		if (!f)
			continue;
		f->consumers = 0;
		f->own_consumers = true;
		for (size_t i = 0; i < n; i++)
			f->consumers += v[i].db == p->db && is_worker(v[i].name, name);
	}
}

/* ---- queues */

static void
ask_queue(struct ir_redis_place *p, const char *name)
{
	size_t had = p->queues.n, q = ir_redis_queue(p, name);

	if (q == SIZE_MAX || q < had)
		return;
	IR_REDIS_WANT(p, ir_redis_take_pending, q, "LLEN", job_key(p, q, "wait"));
	IR_REDIS_WANT(p, ir_redis_take_pending, q, "LLEN", job_key(p, q, "paused"));
	IR_REDIS_WANT(p, ir_redis_take_pending, q, "ZCARD", job_key(p, q, "prioritized"));
	IR_REDIS_WANT(p, ir_redis_take_running, q, "LLEN", job_key(p, q, "active"));
	IR_REDIS_WANT(p, ir_redis_take_scheduled, q, "ZCARD", job_key(p, q, "delayed"));
	IR_REDIS_WANT(p, ir_redis_take_failed, q, "ZCARD", job_key(p, q, "failed"));
	IR_REDIS_WANT(p, take_completed, q, "HGET", job_key(p, q, "metrics:completed"), "count");
	IR_REDIS_WANT(p, take_bull_paused, q, "EXISTS", job_key(p, q, "meta-paused"));
	IR_REDIS_WANT(p, take_ids, q, "LRANGE", job_key(p, q, "wait"), "-100", "-1");
	IR_REDIS_WANT(p, take_last_paused, q, "LINDEX", job_key(p, q, "paused"), "-1");
	IR_REDIS_WANT(p, take_prioritized, q, "ZRANGE", job_key(p, q, "prioritized"), "0", "99");
	IR_REDIS_WANT(p, take_active, q, "LINDEX", job_key(p, q, "active"), "-1");
	ir_redis_ask_clients(p, got_clients);
}

static struct ir_queue_facts *
found(struct ir_redis_place *p, size_t maybe)
{
	const struct bullmq *b = p->priv;

	p->present = true;
	ask_queue(p, b->maybe.v[maybe]);
	return ir_redis_facts(p, ir_redis_queue(p, b->maybe.v[maybe]));
}

/* HMGET meta: BullMQ has one of these for every queue. */
static void
take_meta(struct ir_redis_place *p, size_t maybe, const struct ir_redis_reply *r)
{
	bool any = false;
	struct ir_queue_facts *f;

	for (size_t i = 0; r->type == IR_REDIS_ARRAY && i < r->n; i++)
		any |= r->v[i].type == IR_REDIS_STRING;
	if (!any)
		return;
	f = found(p, maybe);
	if (f)
		f->paused |= r->v[0].type == IR_REDIS_STRING;
}

/* The number of the last job: it counts up for ever. */
static void
take_id(struct ir_redis_place *p, size_t maybe, const struct ir_redis_reply *r)
{
	int64_t id = ir_redis_int(r);
	struct ir_queue_facts *f = id > 0 ? found(p, maybe) : NULL;

	if (f)
		f->enqueued_total = id;
}

static void
ask_maybe(struct ir_redis_place *p, const char *name)
{
	struct bullmq *b = p->priv;
	const char *key = ir_redis_key(p, *p->prefix ? ":" : "", ir_asprintf(p->arena, "%s:", name));

	if (ir_list_has(&b->maybe, name))
		return;
	if (b->maybe.n == IR_QUEUES_MAX) {
		p->cut = true;
		return;
	}
	ir_list_add(p->arena, &b->maybe, name);
	IR_REDIS_WANT(p, take_meta, b->maybe.n - 1, "HMGET", ir_asprintf(p->arena, "%smeta", key), "paused",
	    "opts.maxLenEvents", "version", "concurrency");
	IR_REDIS_WANT(p, take_id, b->maybe.n - 1, "GET", ir_asprintf(p->arena, "%sid", key));
}

/* "bull:NAME:…", whatever follows: a database full of jobs soon shows one. A name that has a colon shows by what a queue's keys end in. */
static void
key(struct ir_redis_place *p, const char *name)
{
	static const char *const endings[] = { "meta", "id", "wait", "paused", "active", "delayed", "prioritized",
		"failed", "completed", "events", "stalled-check", "meta-paused" };
	size_t n = strlen(p->prefix), len;
	const char *last;

	if (strncmp(name, p->prefix, n) != 0 || name[n] != ':')
		return;
	name += n + 1;
	len = strcspn(name, ":");
	if (len && name[len])
		ask_maybe(p, ir_strndup(p->arena, name, len));
	last = strrchr(name, ':');
	for (size_t i = 0; last && last > name + len && i < sizeof(endings) / sizeof(endings[0]); i++) {
		if (strcmp(last + 1, endings[i]) == 0)
			ask_maybe(p, ir_strndup(p->arena, name, (size_t)(last - name)));
	}
}

static void
begin(struct ir_redis_place *p)
{
	size_t n = strlen(p->prefix);

	p->priv = IR_NEW(p->arena, struct bullmq);
	if (n && p->prefix[n - 1] == ':')
		p->prefix = ir_strndup(p->arena, p->prefix, n - 1);
	for (size_t i = 0; i < p->ask->names.n; i++) {
		if (p->asked)
			ask_queue(p, p->ask->names.v[i]);
		ask_maybe(p, p->ask->names.v[i]);
	}
}

const struct ir_redis_system ir_redis_bullmq = {
	.name = "bullmq",
	.prefix = "bull",
	.begin = begin,
	.key = key,
};
