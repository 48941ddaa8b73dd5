/* redis_info - INFO, slow log and events from anybody: within bounds, and what is told of a slow command's name has no argument that is not a word */
#include "dep/redis_info.h"

#include "fuzz.h"

/* A reply out of the input; depth bounds it as net/resp.c does. */
static struct ir_redis_reply
reply(struct ir_arena *arena, const uint8_t **data, size_t *n, int depth)
{
	struct ir_redis_reply r = { .type = (enum ir_redis_type)(fuzz_number(data, n, 1) % 6) };
	struct ir_redis_reply *v;
	char *bytes;
	size_t len = fuzz_number(data, n, 1);

	switch (r.type) {
	case IR_REDIS_NIL:
		break;
	case IR_REDIS_INTEGER:
		r.i = (int64_t)fuzz_number(data, n, 8);
		break;
	case IR_REDIS_ARRAY:
		r.n = depth > 0 ? len % 8 : 0;
		r.v = v = IR_NEW_N(arena, struct ir_redis_reply, r.n + 1);
		for (size_t i = 0; i < r.n; i++)
			v[i] = reply(arena, data, n, depth - 1);
		break;
	case IR_REDIS_STRING:
	case IR_REDIS_STATUS:
	case IR_REDIS_ERROR:
		r.len = len < *n ? len : *n;
		/* NUL bytes are kept, as net/resp.c does */
		r.s = bytes = ir_arena_alloc(arena, r.len + 1);
		if (r.len)
			memcpy(bytes, *data, r.len);
		*data += r.len;
		*n -= r.len;
		break;
	}
	return r;
}

static void
check_info(struct ir_arena *arena, const char *text, size_t n)
{
	struct ir_redis_info info;
	struct ir_redis_replica *v;
	size_t replicas;

	ir_redis_info_parse(arena, text, n, &info);
	HOLDS(info.n <= IR_REDIS_INFO_MAX);
	for (size_t i = 0; i < info.n; i++) {
		HOLDS(info.keys[i][0] != '#' && strlen(info.values[i]) <= IR_REDIS_INFO_VALUE);
		HOLDS(ir_redis_info_text(&info, info.keys[i]));
		ir_redis_info_int(&info, info.keys[i]);
	}
	replicas = ir_redis_info_replicas(arena, &info, &v);
	HOLDS(replicas <= IR_REDIS_REPLICAS_MAX);
	for (size_t i = 0; i < replicas; i++)
		HOLDS(strchr(v[i].address, ':'));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ir_arena arena = { NULL };
	struct ir_redis_slow slow;
	struct ir_redis_reply r;
	struct ir_list events = { 0 };
	char *text = fuzz_string(data, n);

	check_info(&arena, text, n);
	r = reply(&arena, &data, &n, 5);
	ir_redis_slow_read(&arena, &r, 1700000000, 300, &slow);
	HOLDS((slow.n == 0) == (slow.longest_us == INT64_MIN) && strlen(slow.text) <= 1024);
	for (const char *s = slow.command; *s; s++)
		HOLDS(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_. ", *s));
	ir_redis_events_read(&arena, &r, 1700000000, 300, &events);
	HOLDS(events.n <= 16);
	ir_redis_pair_int(&r, "quorum");
	ir_redis_flag(ir_redis_pair(&r, "flags"), "s_down");
	ir_arena_done(&arena);
	free(text);
	return 0;
}
