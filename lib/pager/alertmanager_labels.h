/* alertmanager_labels - labels of many alerts by number, and how those of a group tell wanted from denied ones. Private to alertmanager_cover.c */
#ifndef IR_PAGER_ALERTMANAGER_LABELS_H
#define IR_PAGER_ALERTMANAGER_LABELS_H

#include "pager/alertmanager.h"

struct ir_am_name {
	const char *text;
	size_t rank;	/* in the list; SIZE_MAX: not in it */
	bool used;	/* on the way to the group */
	/* of the group that was counted last */
	uint32_t stamp;
	size_t has;	/* wanted alerts that have it */
	size_t values;	/* that these have */
	size_t dirty;	/* of which so many are of denied alerts, too */
	size_t denied;	/* denied alerts that have it */
	size_t hits;	/* denied alerts that have it with a value of a wanted one */
};

struct ir_am_value {
	size_t name;
	const char *text;	/* behind the = */
	uint32_t stamp, dirty;	/* of the group in which a wanted alert has it, a denied one, too */
};

/* Text to number: open addressing. */
struct ir_am_numbers {
	const char **text;
	size_t *number;
	size_t n, size;
	uint64_t seed;
};

struct ir_am_labels {
	struct ir_arena arena;		/* all that is here, and more that ends with it */
	struct ir_am_numbers pair_numbers, name_numbers;
	struct ir_am_name *names;
	size_t n_names, size_names;
	struct ir_am_value *values;
	size_t n_values, size_values;
	size_t **pairs;			/* of each alert: numbers of values */
	size_t *n_pairs;
	uint32_t stamp;
	size_t *seen, n_seen;		/* names that were counted */
};

void ir_am_labels_read(struct ir_am_labels *, const struct ir_alert *const *, size_t n, const struct ir_list *ranks);
void ir_am_labels_count(struct ir_am_labels *, const size_t *wanted, size_t n_wanted, const size_t *denied, size_t n_denied);
/* "" when it has none. */
const char *ir_am_labels_value(const struct ir_am_labels *, size_t alert, size_t name);
#endif
