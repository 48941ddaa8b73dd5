/* redis_info - INFO, slow log and events from anybody: within bounds, and what is told of a slow command's name has no argument that is not a word */
#include "dep/redis_info.h"

#include "reply.h"

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
	r = fuzz_reply(&arena, &data, &n, 5);
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
