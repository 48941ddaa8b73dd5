/* systemd - what systemd says of a unit. Pure. Private to lib/probe. */
#ifndef IR_PROBE_SYSTEMD_H
#define IR_PROBE_SYSTEMD_H

#include "base/arena.h"
#include "rec/kinds.h"

/* The properties that are asked for, for -p. */
#define IR_UNIT_PROPERTIES \
	"Id,LoadState,ActiveState,SubState,Result,Type,ExecMainStatus,NRestarts,ActiveEnterTimestampMonotonic," \
	"InactiveEnterTimestampMonotonic"

/* "Key=value" lines of `systemctl show` into the row's members, status and summary. mono_us is CLOCK_MONOTONIC now. */
void ir_unit_judge(struct ir_arena *, const char *text, size_t n, int64_t mono_us, struct ir_check *row);

#endif
