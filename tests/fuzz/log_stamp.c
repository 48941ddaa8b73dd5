/* log_stamp - a time that is read again is what it is when read anew, whatever was read before */
#include "fuzz.h"
#include "logs/level.h"
#include "logs/stamp.h"

enum { SHAPES = 42, LINES = 8, LINE = 80 };

/* Times whose digits change between two readings are what the reader meets. */
static void
holds_again(const char *p, size_t n, struct ir_stamp_base *b)
{
	struct ir_stamp_base fresh = { .newest_ms = b->newest_ms, .zone_min = b->zone_min };
	struct ir_stamp want = { 0 };
	size_t len = ir_stamp_match(p, n, &fresh, &want);

	HOLDS(len <= n && (len == 0) == (want.shape == 0));
	for (int shape = 0; shape < SHAPES; shape++) {
		int64_t ms = 4711;
		size_t again = ir_stamp_again((uint8_t)shape, p, n, b, &ms);

		HOLDS(!again || (again == len && ms == want.ms));
		HOLDS(again || ms == 4711);
		HOLDS(shape != want.shape || again == len);
	}
	if (len) {
		struct ir_stamp s;

		HOLDS(ir_stamp_match(p, n, b, &s) == len && s.ms == want.ms && s.shape == want.shape &&
		      s.zoned == want.zoned);
		HOLDS(want.epoch || ir_stamp_match(p, len, b, &s) == len);
	}
}

/* One line a time, each in memory of its own, so that reading on is seen. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ir_stamp_base b = { .newest_ms = (int64_t)(fuzz_number(&data, &size, 6)) };

	b.zone_min = (int)fuzz_number(&data, &size, 2) % 900;
	if (b.newest_ms >> 47)
		b.newest_ms = INT64_C(1717502400000) + b.newest_ms % 86400000;
	for (int lines = 0; size && lines < LINES; lines++) {
		const uint8_t *end = memchr(data, '\n', size);
		size_t n = end ? (size_t)(end - data) : size;
		bool counted = false;
		char *p;

		n = n < LINE ? n : LINE;
		p = malloc(n + !n);
		if (!p)
			abort();
		memcpy(p, data, n);
		holds_again(p, n, &b);
		HOLDS(ir_level_word(p, n) <= IR_LEVEL_FATAL && ir_level_guess(p, n, &counted) <= IR_LEVEL_FATAL);
		free(p);
		n = end ? (size_t)(end - data) + 1 : size;
		data += n;
		size -= n;
	}
	return 0;
}
