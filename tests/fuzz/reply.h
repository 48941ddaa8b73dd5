/* reply - replies of a Redis that lies, out of the input of a fuzzer */
#ifndef IR_TESTS_FUZZ_REPLY_H
#define IR_TESTS_FUZZ_REPLY_H

#include "fuzz.h"
#include "net/redis.h"

/* A reply out of the input; depth bounds it as net/resp.c does. */
static inline struct ir_redis_reply
fuzz_reply(struct ir_arena *arena, const uint8_t **data, size_t *n, int depth)
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
			v[i] = fuzz_reply(arena, data, n, depth - 1);
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

#endif
