/* queue_redis - job systems that are answered anything: what they ask ends, and what they tell is within bounds */
#include "queue/redis_type.h"

#include "reply.h"

enum { ROUNDS = 30 };

static void
check_facts(const struct ir_queue_res *res)
{
	HOLDS(res->n <= IR_QUEUES_MAX);
	for (size_t i = 0; i < res->n; i++) {
		const struct ir_queue_facts *q = &res->v[i];

		HOLDS(q->type && q->queue);
		HOLDS(isnan(q->oldest_s) || q->oldest_s >= 0);
		HOLDS(isnan(q->running_s) || q->running_s >= 0);
		HOLDS(q->next.n <= IR_REDIS_NEXT + 1);
	}
	for (size_t i = 0; i < res->n_troubles; i++)
		HOLDS(res->troubles[i].message);
}

/* A key, as the database has it, of whatever the input holds. */
static void
show_key(struct ir_redis_place *p, struct ir_arena *arena, const uint8_t **data, size_t *n)
{
	static const char *const begins[] = { "", "bull:", "huey.redis.", "dramatiq:", "_kombu.binding.",
		"queues:", "arq:queue" };
	const char *begin = begins[fuzz_number(data, n, 1) % (sizeof(begins) / sizeof(begins[0]))];
	size_t len = fuzz_number(data, n, 1) % 24;
	char text[32] = "";

	len = len < *n ? len : *n;
	memcpy(text, *data, len);
	*data += len;
	*n -= len;
	if (p->type->key)
		p->type->key(p, ir_asprintf(arena, "%s%s", begin, text));
}

static void
talk(struct ir_redis_place *p, struct ir_arena *arena, const uint8_t **data, size_t *n)
{
	p->type->begin(p);
	for (int i = 0; i < ROUNDS; i++) {
		struct ir_redis_reply *v;
		size_t asked;

		show_key(p, arena, data, n);
		ir_redis_wanted(p, &asked);
		if (asked == 0)
			break;
		v = IR_NEW_N(arena, struct ir_redis_reply, asked);
		for (size_t k = 0; k < asked; k++) {
			v[k] = fuzz_reply(arena, data, n, 3);
			if (v[k].type == IR_REDIS_ERROR)
				v[k].code = k % 2 ? "NOPERM" : "WRONGTYPE";
		}
		ir_redis_given(p, v, asked);
	}
	if (p->type->end)
		p->type->end(p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ir_arena arena = { NULL };
	size_t systems = 0;
	struct ir_queue_found found = { .arena = &arena };
	struct ir_queue_ask ask = { .type = NULL };
	struct ir_redis_place place;

	while (ir_redis_systems[systems])
		systems++;
	ir_redis_place_init(&place, &found, ir_redis_systems[fuzz_number(&data, &n, 1) % systems], &ask, 1769911920000);
	if (fuzz_number(&data, &n, 1) % 2) {
		ask.type = place.type->name;
		place.asked = true;
		ir_list_add(&arena, &ask.names, "default");
	}
	talk(&place, &arena, &data, &n);
	check_facts(ir_queue_sorted(&found));
	ir_arena_done(&arena);
	return 0;
}
