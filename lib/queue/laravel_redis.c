/* laravel_redis - jobs of Laravel in Redis (its RedisQueue.php, LuaScripts.php, as of 8 to 12): a list and two sorted sets a queue, behind a prefix of the application's */
#include <jansson.h>

#include "queue/redis_type.h"

static const char middle[] = "queues:";

struct queue {
	const char *key;       /* without its end: "shop_database_queues:default" */
	int64_t waiting, late; /* in the list; due in `delayed`, where they stay until a worker comes */
};

struct laravel {
	struct queue *v; /* by queue */
};

static void
take_waiting(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	struct laravel *l = p->priv;

	l->v[q].waiting = ir_redis_int(r);
}

static void
take_late(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	struct laravel *l = p->priv;

	l->v[q].late = ir_redis_int(r);
	p->present |= l->v[q].late > 0;
}

static void
take_scheduled(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	ir_redis_take_scheduled(p, q, r);
	p->present |= ir_redis_int(r) > 0;
}

static void
take_running(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	ir_redis_take_running(p, q, r);
	p->present |= ir_redis_int(r) > 0;
}

/* createdAt: whole seconds, since Laravel 11; pushedAt: Horizon's, a number in a string. */
static double
made_ms(const json_t *job)
{
	const json_t *created = json_object_get(job, "createdAt");
	const char *pushed = json_string_value(json_object_get(job, "pushedAt"));
	const struct ir_redis_reply text = { .type = IR_REDIS_STRING, .s = pushed, .len = pushed ? strlen(pushed) : 0 };

	if (json_is_number(created))
		return json_number_value(created) * 1000;
	return pushed ? ir_redis_real(&text) * 1000 : (double)NAN;
}

/* A list may be called so by anybody: a job of this form is Laravel's. */
static void
take_head(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	struct ir_queue_facts *f = ir_redis_facts(p, q);
	json_t *job = ir_redis_json(r);
	const char *id = json_string_value(json_object_get(job, "id"));

	if (f && id && json_is_string(json_object_get(job, "job"))) {
		p->present = true;
		ir_list_add(p->arena, &f->next, ir_strndup(p->arena, id, 100));
		f->oldest_s = ir_redis_age(p, made_ms(job));
	}
	json_decref(job);
}

static void
ask_queue(struct ir_redis_place *p, const char *key, const char *name)
{
	struct laravel *l = p->priv;
	const char *now = ir_asprintf(p->arena, "%lld", (long long)p->now_ms / 1000);
	const char *delayed = ir_asprintf(p->arena, "%s:delayed", key);
	size_t had = p->queues.n, q = ir_redis_queue(p, name);

	if (q != SIZE_MAX && q < had && strcmp(l->v[q].key, key) != 0) /* another application's in the same database */
		q = ir_redis_queue(p, key);
	if (q == SIZE_MAX || q < had)
		return;
	l->v[q] = (struct queue){ key, INT64_MIN, INT64_MIN };
	IR_REDIS_WANT(p, take_waiting, q, "LLEN", key);
	IR_REDIS_WANT(p, take_running, q, "ZCARD", ir_asprintf(p->arena, "%s:reserved", key));
	IR_REDIS_WANT(p, take_late, q, "ZCOUNT", delayed, "-inf", now);
	IR_REDIS_WANT(p, take_scheduled, q, "ZCOUNT", delayed, ir_asprintf(p->arena, "(%s", now), "+inf");
	ir_redis_want_last(p, take_head, q, (const char *const[]){ "LINDEX", key, "0", NULL });
}

/* "PREFIXqueues:NAME", with ":reserved", ":delayed" or ":notify" behind it. In a cluster the name is in braces. */
static void
key(struct ir_redis_place *p, const char *name)
{
	const char *at = strstr(name, middle);
	char *whole, *queue;
	size_t n;

	if (!at || (at > name && !strchr("_-:", at[-1])) || strlen(name) > 1000)
		return;
	if (*p->prefix &&
	    (strlen(p->prefix) != (size_t)(at - name) || strncmp(name, p->prefix, (size_t)(at - name)) != 0))
		return;
	whole = ir_strdup(p->arena, name);
	ir_redis_cut_end(whole, ":reserved");
	ir_redis_cut_end(whole, ":delayed");
	ir_redis_cut_end(whole, ":notify");
	queue = ir_strdup(p->arena, whole + (at - name) + strlen(middle));
	n = strlen(queue);
	if (n > 2 && queue[0] == '{' && queue[n - 1] == '}') {
		queue[n - 1] = '\0';
		queue++;
	}
	if (*queue)
		ask_queue(p, whole, queue);
}

static void
begin(struct ir_redis_place *p)
{
	struct laravel *l = p->priv = IR_NEW(p->arena, struct laravel);

	l->v = IR_NEW_N(p->arena, struct queue, IR_QUEUES_MAX);
	for (size_t i = 0; p->asked && *p->prefix && i < p->ask->names.n; i++)
		ask_queue(p, ir_redis_key(p, middle, p->ask->names.v[i]), p->ask->names.v[i]);
}

static void
end(struct ir_redis_place *p)
{
	const struct laravel *l = p->priv;

	for (size_t q = 0; l && (p->present || p->asked) && q < p->queues.n; q++) {
		struct ir_queue_facts *f = ir_redis_facts(p, q);

		if (f)
			f->pending = ir_redis_sum(l->v[q].waiting, l->v[q].late);
	}
}

const struct ir_redis_system ir_redis_laravel = {
	.name = "laravel",
	.prefix = "",
	.any_prefix = true,
	.begin = begin,
	.key = key,
	.end = end,
};
