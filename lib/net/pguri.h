/*
 * pguri - the PostgreSQL URLs of other ecosystems, as libpq takes them
 */
#ifndef IR_NET_PGURI_H
#define IR_NET_PGURI_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

/* Is it a URL ("word://…"), not key=value? */
bool ir_pguri_is(const char *text);

/*
 * *ret: "postgresql://…", malloc'ed; it may hold a password, so wipe it. known: libpq's own parameters, ended by NULL; others are dropped, and their names (in the
 * arena) added to dropped. Those about security that are not known are refused, so that none is lost by a typing mistake. Of several '@' before the host the last counts, and a
 * '%' in user or password that encodes nothing is one, as for most clients. IR_CONFIG; no message shows a piece of the text but a scheme's or parameter's name.
 */
int ir_pguri_normalise(struct ir_arena *, const char *text, const char *const *known, char **ret, struct ir_list *dropped, struct ir_err *);

#endif
