/* compose - any bytes as a compose file: whatever it means, it ends soon */
#include "conf/discover.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ir_arena arena = { .blocks = NULL };
	struct ir_compose c = { .n = 0 };
	struct ir_err err = IR_ERR_INIT;

	if (ir_compose_parse(&arena, &c, "compose.yaml", (const char *)data, n, &err) < 0 &&
	    (err.code != IR_CONFIG || strncmp(err.msg, "compose.yaml:", 13) != 0))
		abort();
	for (size_t i = 0; i < c.n; i++) {
		if (!c.v[i].name || !c.v[i].restart || c.v[i].replicas < -1)
			abort();
		for (size_t j = 0; j < c.v[i].completes.n; j++)
			if (!ir_list_has(&c.v[i].depends, c.v[i].completes.v[j]))
				abort();
	}
	ir_arena_done(&arena);
	return 0;
}
