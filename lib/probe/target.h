/* target - what the probe types share about their targets. Private to lib/probe. */
#ifndef IR_PROBE_TARGET_H
#define IR_PROBE_TARGET_H

#include "probe/probe.h"

/* "https://u:p@[::1]:8443/x?y" in parts; in the arena. */
struct ir_url {
	const char *scheme; /* lower case */
	const char *host;   /* without brackets; "" when there is none */
	int64_t port;       /* 0: not said; -1: not a port */
};
void ir_url_split(struct ir_arena *, const char *url, struct ir_url *ret);

/* The written or default value of a key of [check], whether there is a section or not; NULL when there is none. */
const char *ir_target_str(const struct ir_target *, const char *key);
int64_t ir_target_int(const struct ir_target *, const char *key);

/* IR_CONFIG for a target of ir.conf (with file and line of the key, else of the section), IR_USAGE for an
 * operand. Always -1. */
int ir_target_fail(struct ir_ctx *, const struct ir_target *, const char *key, struct ir_err *, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

#endif
