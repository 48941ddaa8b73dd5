/* huey - tasks of Huey (its storage.py, as of 1 to 3): a list a queue, or a sorted set where tasks have priorities; what it runs is not kept */
#include "base/hash.h"
#include "queue/redis_type.h"

/* Huey leaves out of a name what is none of these. */
static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";

static const char *
queue_key(struct ir_redis_place *p, const char *kind, const char *name)
{
	char *clean = ir_strdup(p->arena, name), *to = clean;

	for (const char *s = name; *s; s++) {
		if (strchr(letters, *s))
			*to++ = *s;
	}
	*to = '\0';
	return ir_redis_key(p, kind, clean);
}

/* Only Huey can read a task, but no two are the same: each holds its id. */
static void
take_head(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	struct ir_queue_facts *f = ir_redis_facts(p, q);
	char hash[IR_SHA_HEX];

	if (r->type == IR_REDIS_ARRAY && r->n == 1)
		r = &r->v[0];
	if (f && r->type == IR_REDIS_STRING)
		ir_list_add(p->arena, &f->next, ir_strndup(p->arena, ir_sha256_hex(r->s, r->len, hash), 16));
}

static void
take_type(struct ir_redis_place *p, size_t q, const struct ir_redis_reply *r)
{
	struct ir_queue_facts *f = ir_redis_facts(p, q);
	const char *type = ir_redis_str(r), *list = queue_key(p, "redis.", p->queues.v[q]);

	if (!f || !type)
		return;
	if (strcmp(type, "none") == 0) {
		f->pending = 0;
	} else if (strcmp(type, "zset") == 0) {
		IR_REDIS_WANT(p, ir_redis_take_pending, q, "ZCARD", list);
		ir_redis_want_last(p, take_head, q, (const char *const[]){ "ZRANGE", list, "0", "0", NULL });
	} else {
		IR_REDIS_WANT(p, ir_redis_take_pending, q, "LLEN", list);
		ir_redis_want_last(p, take_head, q, (const char *const[]){ "LINDEX", list, "-1", NULL });
	}
}

static void
ask_queue(struct ir_redis_place *p, const char *name)
{
	size_t had = p->queues.n, q = ir_redis_queue(p, name);

	if (q == SIZE_MAX || q < had)
		return;
	IR_REDIS_WANT(p, take_type, q, "TYPE", queue_key(p, "redis.", name));
	IR_REDIS_WANT(p, ir_redis_take_scheduled, q, "ZCARD", queue_key(p, "schedule.", name));
}

/* It is one of Huey's when it is of Huey's type. */
static void
take_kind(struct ir_redis_place *p, size_t i, const struct ir_redis_reply *r)
{
	const struct ir_list *keys = p->priv;
	const char *type = ir_redis_str(r), *key = keys->v[i] + strlen(p->prefix), *name = strchr(key, '.') + 1;
	bool is;

	if (!type)
		return;
	if (strncmp(key, "redis.", 6) == 0)
		is = strcmp(type, "list") == 0 || strcmp(type, "zset") == 0;
	else
		is = strcmp(type, *key == 's' ? "zset" : "hash") == 0;
	if (!is)
		return;
	p->present = true;
	ask_queue(p, name);
}

static void
key(struct ir_redis_place *p, const char *name)
{
	static const char *const kinds[] = { "redis.", "schedule.", "results." };
	struct ir_list *keys = p->priv;
	size_t n = strlen(p->prefix);

	if (strncmp(name, p->prefix, n) != 0)
		return;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t len = strlen(kinds[i]);
		const char *queue = name + n + len;

		if (strncmp(name + n, kinds[i], len) != 0 || !*queue || queue[strspn(queue, letters)])
			continue;
		if (keys->n == 3 * IR_QUEUES_MAX) {
			p->cut = true;
			return;
		}
		ir_list_add(p->arena, keys, ir_strdup(p->arena, name));
		IR_REDIS_WANT(p, take_kind, keys->n - 1, "TYPE", keys->v[keys->n - 1]);
	}
}

static void
begin(struct ir_redis_place *p)
{
	p->priv = IR_NEW(p->arena, struct ir_list);
	for (size_t i = 0; i < p->ask->names.n; i++) {
		if (p->asked)
			ask_queue(p, p->ask->names.v[i]);
		else
			key(p, queue_key(p, "redis.", p->ask->names.v[i]));
	}
}

const struct ir_redis_system ir_redis_huey = {
	.name = "huey",
	.prefix = "huey.",
	.begin = begin,
	.key = key,
};
