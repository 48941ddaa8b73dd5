/*
 * byname - things found by their name
 *
 * A zeroed one is empty and ready. Names are kept, not copied.
 */
#ifndef IR_MIGRATE_BYNAME_H
#define IR_MIGRATE_BYNAME_H

#include <stdbool.h>

#include "base/arena.h"

struct ir_byname_entry {
	const char *name;	/* NULL: free */
	void       *thing;
};
struct ir_byname {
	struct ir_byname_entry *v;	/* in no order */
	size_t n, size;
};

/* Where the thing of that name is kept; add: NULL at first. Valid until the next one is added. Without add NULL when there is none. */
void **ir_byname_at(struct ir_arena *, struct ir_byname *, const char *name, bool add);
void *ir_byname(const struct ir_byname *, const char *name);
void ir_byname_put(struct ir_arena *, struct ir_byname *, const char *name, void *thing);

#endif
