/* fuzz plugin - whatever a plugin prints, and whatever systemctl shows: text stays valid, and there is an end to it */
#include <stdint.h>

#include "base/utf8.h"
#include "probe/plugin.h"
#include "probe/systemd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ir_arena arena = { 0 };
	struct ir_check row = { .unit = "x.service" };
	struct ir_plugin p;

	ir_plugin_parse(&arena, (const char *)data, size, &p);
	if (!ir_utf8_valid(p.summary, strlen(p.summary)) || p.perfdata.n > IR_PERFDATA_MAX)
		abort();
	for (size_t i = 0; i < p.perfdata.n; i++) {
		if (!strchr(p.perfdata.v[i], '='))
			abort();
	}
	ir_unit_judge(&arena, (const char *)data, size, 1000000000, &row);
	if (!row.h.summary || row.h.status > IR_STATUS_UNKNOWN)
		abort();
	ir_arena_done(&arena);
	return 0;
}
