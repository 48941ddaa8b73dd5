/* log_counter - any bytes as logs: the same patterns whatever the reads, the threads and the instruction set, and counts that add up */
#include "base/arena.h"
#include "base/buf.h"

#include "../unit/logs_count.h"
#include "fuzz.h"

static void
count(const uint8_t *data, size_t size, const struct count_way *w, struct ir_buf *out)
{
	struct ir_arena arena = { 0 };
	struct ir_logs_counts k;

	ir_buf_init(out, 64 << 20);
	count_text((const char *)data, size, w, out, &k, &arena);
	ir_arena_done(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const isas[] = { "portable", "avx2", NULL };
	size_t piece = 1 + (size_t)fuzz_number(&data, &size, 1);
	bool stamped = fuzz_number(&data, &size, 1) & 1;
	struct ir_buf a, b;

	count(data, size, &(struct count_way){ .piece = 1 << 30, .threads = 1, .isa = "portable", .stamped = stamped },
	    &a);
	for (size_t i = 0; i < 3; i++) {
		count(data, size,
		    &(struct count_way){ .piece = piece, .threads = 1, .isa = isas[i], .stamped = stamped }, &b);
		HOLDS(strcmp(a.data, b.data) == 0);
		ir_buf_done(&b);
	}
	count(data, size, &(struct count_way){ .piece = piece * 7, .threads = 1, .stamped = stamped, .assign = true },
	    &b);
	HOLDS(strncmp(a.data, b.data, a.len) == 0);
	ir_buf_done(&b);
	ir_buf_done(&a);
	return 0;
}
