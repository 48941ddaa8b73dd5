/* plugin - the output of a monitoring plugin (Monitoring Plugins Development Guidelines). Pure. Private to
 * lib/probe. */
#ifndef IR_PROBE_PLUGIN_H
#define IR_PROBE_PLUGIN_H

#include "base/arena.h"
#include "rec/kinds.h"

enum { IR_PERFDATA_MAX = 200 };

struct ir_plugin {
	const char *summary;     /* first line, without performance data; "" when there is none */
	struct ir_list perfdata; /* "label=value[unit];warn;crit;min;max", labels without their quotes */
};

/* Never fails: what is not performance data is left out. */
void ir_plugin_parse(struct ir_arena *, const char *out, size_t n, struct ir_plugin *ret);

/* 0 1 2 3; all else is unknown. */
enum ir_status ir_plugin_status(int64_t exit);

#endif
