/* redis - job systems in a Redis: all are asked in the same round trips, until none wants to know more */
#include "base/clock.h"
#include "net/loop.h"
#include "queue/redis_wants.h"

enum {
	ROUNDS_MAX = 64,
	TOO_BIG_MAX = 8,   /* connections that end so */
	SCAN_KEYS = 20000, /* a database with more is looked at only in its first keys */
	SCAN_PART = 5000,
};

#define SCAN_COUNT "1000"

const struct ir_redis_system *const ir_redis_systems[] = {
	&ir_redis_celery,
	&ir_redis_rq,
	&ir_redis_sidekiq,
	&ir_redis_resque,
	&ir_redis_bullmq,
	&ir_redis_huey,
	&ir_redis_dramatiq,
	&ir_redis_arq,
	&ir_redis_laravel,
	NULL,
};
enum { PLACES = sizeof(ir_redis_systems) / sizeof(ir_redis_systems[0]) - 1 };

/* Keys, for systems that keep no list of their queues. */
struct scan {
	bool wanted, denied;
	char cursor[24];
	int64_t size; /* INT64_MIN: not asked yet */
	size_t seen;
};

struct run {
	struct ir_queue_run base;
	struct ir_ctx *ctx;
	struct ir_loop *loop;
	struct ir_redis *redis;
	const struct ir_queue_ask *ask;
	ir_queue_cb *cb;
	void *arg;
	struct ir_queue_found found;
	struct ir_timer *timer;
	struct ir_redis_place places[PLACES];
	size_t n, parts[PLACES]; /* commands of each in the send under way */
	struct scan scan;
	bool stopping, scanning;
	int rounds, too_big;
};

static void step(struct run *);

/* ---- the end */

/* Whoever asked for a system that keeps no list of its queues learns that not all keys were looked at. */
static void
tell_cut(struct run *r, const struct ir_redis_place *p)
{
	const struct scan *s = &r->scan;
	bool looked = p->type->key && (p->ask->names.n == 0 || (p->type->any_prefix && !p->ask->prefix));

	if (looked && p->asked && strcmp(s->cursor, "0") != 0)
		ir_queue_trouble(&r->found, p->type->name,
		    ir_asprintf(r->found.arena, "queues were looked for in %zu keys only", s->seen),
		    p->ask->names.n ? "write the prefix of the keys" : "write the names of the queues");
}

/* What the user may not run is one trouble, whichever system wants it. */
static void
tell_denied(struct run *r)
{
	struct ir_arena *arena = r->found.arena;
	struct ir_list all = { 0 };
	struct ir_queue_trouble *t;

	for (size_t i = 0; i < r->n; i++) {
		const struct ir_list *denied = &r->places[i].wants->denied;

		for (size_t k = 0; k < denied->n; k++)
			ir_list_add_once(arena, &all, denied->v[k]);
	}
	if (r->scan.denied)
		ir_list_add_once(arena, &all, "scan");
	if (all.n == 0)
		return;
	t = ir_queue_trouble(&r->found, NULL,
	    ir_asprintf(arena, "job queues: no right to %s on all keys", ir_list_join(arena, &all, "", ", ")),
	    ir_asprintf(arena, "ACL SETUSER USER ~* %s", ir_list_join(arena, &all, "+", " ")));
	t->denied = true;
}

static bool
is_empty(const struct ir_queue_facts *f)
{
	return f->pending <= 0 && f->running <= 0 && f->scheduled <= 0 && f->failed <= 0;
}

/* A queue asked for by its name alone is told of the system that has something of it, when any has. */
static void
drop_namesakes(struct run *r)
{
	struct ir_queue_res *res = &r->found.res;
	size_t n = 0;

	for (size_t i = 0; i < res->n; i++) {
		bool double_of = false;

		for (size_t k = 0; k < res->n && !double_of; k++)
			double_of = k != i && strcmp(res->v[k].queue, res->v[i].queue) == 0 && !is_empty(&res->v[k]);
		if (!(double_of && is_empty(&res->v[i])))
			res->v[n++] = res->v[i];
	}
	res->n = n;
}

/* What was counted before it turned out that the keys are another's. */
static void
forget(struct ir_queue_found *found, const char *type)
{
	size_t n = 0;

	for (size_t i = 0; i < found->res.n; i++) {
		if (strcmp(found->res.v[i].type, type) != 0)
			found->res.v[n++] = found->res.v[i];
	}
	found->res.n = n;
}

static void
end(struct run *r, const char *why)
{
	struct ir_arena *arena = r->found.arena;
	const struct ir_queue_res *res;

	for (size_t i = 0; i < r->n; i++) {
		struct ir_redis_place *p = &r->places[i];

		if (p->type->end)
			p->type->end(p);
		if (!p->present && !p->asked) {
			forget(&r->found, p->type->name);
			continue;
		}
		r->found.res.policy_matters |= p->present;
		r->found.res.cut |= p->cut;
		tell_cut(r, p);
		for (size_t k = 0; k < p->wants->wrong.n; k++)
			ir_queue_trouble(&r->found, p->type->name, p->wants->wrong.v[k], NULL);
		if (why)
			ir_queue_trouble(
			    &r->found, p->type->name, ir_asprintf(arena, "not all was read: %s", why), NULL);
	}
	if (why && r->found.res.n_troubles == 0)
		ir_queue_trouble(
		    &r->found, NULL, ir_asprintf(arena, "job queues could not be looked for: %s", why), NULL);
	if (r->ask->names.n && !r->ask->type)
		drop_namesakes(r);
	tell_denied(r);
	res = ir_queue_sorted(&r->found);
	ir_loop_release(r->loop);
	r->cb(r->arg, res);
}

/* ---- keys */

static void
show(struct run *r, const char *key)
{
	for (size_t i = 0; i < r->n; i++) {
		if (r->places[i].type->key)
			r->places[i].type->key(&r->places[i], key);
	}
}

/* Where it goes on, and the keys that were seen; false: it does not go on. */
static bool
take_keys(struct run *r, const struct ir_redis_reply *v)
{
	struct scan *s = &r->scan;
	const char *cursor = v->type == IR_REDIS_ARRAY && v->n == 2 ? ir_redis_str(&v->v[0]) : NULL;

	if (!cursor || strlen(cursor) >= sizeof(s->cursor))
		return false;
	for (size_t i = 0; v->v[1].type == IR_REDIS_ARRAY && i < v->v[1].n; i++, s->seen++) {
		const char *key = ir_redis_str(&v->v[1].v[i]);

		if (key)
			show(r, key);
	}
	memcpy(s->cursor, cursor, strlen(cursor) + 1);
	return strcmp(cursor, "0") != 0 && s->seen < (s->size > SCAN_KEYS ? (size_t)SCAN_PART : 2 * SCAN_KEYS);
}

/* SCAN, at first behind DBSIZE. */
static void
take_scan(struct run *r, const struct ir_redis_reply *v, size_t n)
{
	struct scan *s = &r->scan;

	if (s->size == INT64_MIN && n) {
		s->size = ir_redis_int(v);
		s->size = s->size < 0 ? INT64_MAX : s->size; /* not told: it may be large */
		v++, n--;
	}
	s->denied |= n && v->type == IR_REDIS_ERROR && strcmp(v->code, "NOPERM") == 0;
	s->wanted = n && take_keys(r, v);
}

static size_t
add_scan(struct run *r, struct ir_redis_cmd *cmds)
{
	static const char *const size[] = { "DBSIZE", NULL };
	const char **scan = IR_NEW_N(r->found.arena, const char *, 5);
	size_t n = 0;

	scan[0] = "SCAN";
	scan[1] = ir_strdup(r->found.arena, r->scan.cursor);
	scan[2] = "COUNT";
	scan[3] = SCAN_COUNT;
	if (r->scan.size == INT64_MIN)
		cmds[n++] = (struct ir_redis_cmd){ size, NULL };
	cmds[n++] = (struct ir_redis_cmd){ scan, NULL };
	return n;
}

/* ---- rounds */

/* A reply that is too large ends the connection, but not the look: the others are asked for again, on a new one. */
static bool
ask_again(struct run *r, size_t replies)
{
	bool culprit = replies > 0; /* it may have been the sum of them */

	for (size_t i = 0; i < r->n && !culprit; i++)
		culprit = ir_redis_too_big(&r->places[i]);
	if (!culprit)
		r->scan.wanted = false;
	for (size_t i = 0; i < r->n; i++)
		ir_redis_ask_again(&r->places[i]);
	return r->too_big++ < TOO_BIG_MAX;
}

static void
on_reply(void *arg, const struct ir_redis_res *res)
{
	struct run *r = arg;
	size_t at = 0;

	for (size_t i = 0; i < r->n && at < res->n; i++) {
		size_t n = r->parts[i] < res->n - at ? r->parts[i] : res->n - at;

		ir_redis_given(&r->places[i], res->replies + at, n);
		at += n;
	}
	if (r->scanning && at < res->n)
		take_scan(r, res->replies + at, res->n - at);
	if (res->error == IR_REDIS_TOO_BIG && !r->stopping && ask_again(r, res->n))
		step(r);
	else if (res->error || r->stopping)
		end(r, res->error ? ir_strdup(r->found.arena, res->message) : "stopped");
	else
		step(r);
}

/* All that is wanted now, in one list; how many commands that is. */
static size_t
gather(struct run *r, struct ir_redis_cmd *all)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct ir_redis_cmd *v = ir_redis_wanted(&r->places[i], &r->parts[i]);

		if (r->parts[i] > IR_REDIS_COMMANDS_MAX - 2 - n) {
			r->parts[i] = IR_REDIS_COMMANDS_MAX - 2 - n;
			r->found.res.cut = true;
		}
		memcpy(all + n, v, r->parts[i] * sizeof(*v));
		n += r->parts[i];
	}
	r->scanning = r->scan.wanted;
	if (r->scanning)
		n += add_scan(r, &all[n]);
	return n;
}

static void
step(struct run *r)
{
	struct ir_redis_cmd *all = IR_NEW_N(r->found.arena, struct ir_redis_cmd, IR_REDIS_COMMANDS_MAX);
	struct ir_err err = IR_ERR_INIT;
	size_t n = gather(r, all);

	if (n == 0) {
		bool more = false;

		for (size_t i = 0; i < r->n; i++)
			more |= ir_redis_turn_last(&r->places[i]);
		n = more ? gather(r, all) : 0;
	}
	if (n == 0)
		end(r, NULL);
	else if (r->rounds++ == ROUNDS_MAX)
		end(r, "too many rounds");
	else if (ir_redis_send(r->redis, IR_READ, all, n, on_reply, r, &err) < 0)
		end(r, ir_strdup(r->found.arena, err.msg));
}

static void
on_begin(void *arg)
{
	struct run *r = arg;

	r->timer = NULL;
	for (size_t i = 0; i < r->n; i++)
		r->places[i].type->begin(&r->places[i]);
	step(r);
}

static void
stop(struct ir_queue_run *base)
{
	struct run *r = (struct run *)(void *)base;

	r->stopping = true;
	if (!r->timer) {
		ir_redis_stop(r->redis);
		return;
	}
	ir_timer_cancel(r->timer);
	end(r, "stopped");
}

bool
ir_queue_in_redis(const char *type)
{
	for (size_t i = 0; ir_redis_systems[i]; i++) {
		if (strcmp(ir_redis_systems[i]->name, type) == 0)
			return true;
	}
	return false;
}

struct ir_queue_run *
ir_queue_redis(struct ir_ctx *ctx, struct ir_redis *redis, const struct ir_queue_ask *ask, ir_queue_cb *cb, void *arg,
    struct ir_err *err)
{
	struct run *r = IR_NEW(ctx->arena, struct run);

	*r = (struct run){ .base.stop = stop,
		.ctx = ctx,
		.loop = ctx->loop,
		.redis = redis,
		.ask = ask,
		.cb = cb,
		.arg = arg,
		.found.arena = ctx->arena,
		.scan = { .cursor = "0", .size = INT64_MIN } };
	for (size_t i = 0; ir_redis_systems[i]; i++) {
		const struct ir_redis_system *type = ir_redis_systems[i];

		if (ask->type && strcmp(ask->type, type->name) != 0)
			continue;
		ir_redis_place_init(&r->places[r->n], &r->found, type, ask, ir_now_ms());
		r->scan.wanted |= type->key && (ask->names.n == 0 || (type->any_prefix && !ask->prefix));
		r->n++;
	}
	if (r->n == 0) {
		ir_fail(err, IR_CONFIG, "%s keeps no jobs in Redis", ask->type);
		return NULL;
	}
	ir_loop_hold(r->loop);
	r->timer = ir_loop_at(r->loop, 0, on_begin, r);
	return &r->base;
}
