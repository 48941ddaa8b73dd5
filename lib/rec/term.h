/*
 * term - what the terminal is and may show
 */
#ifndef IR_REC_TERM_H
#define IR_REC_TERM_H

#include <stdbool.h>
#include <stddef.h>

struct ir_term {
	bool   tty;
	size_t width;		/* columns; 0 when not a terminal */
	bool   color;
};

/* Judge fd. mode: "auto" "always" "never". Order: mode, NO_COLOR (non-empty), CLICOLOR_FORCE (not "0"), TERM=dumb, terminal. Width: COLUMNS,
 * else the terminal's, else 80. */
struct ir_term ir_term_of(int fd, const char *mode);

/* SGR sequences for a status word ("ok" green, "warn" yellow, "fail" red bold, "unknown" magenta), "" without colour. */
const char *ir_term_status(const struct ir_term *, const char *status);
const char *ir_term_dim(const struct ir_term *);
const char *ir_term_bold(const struct ir_term *);
const char *ir_term_reset(const struct ir_term *);

#endif
