/*
 * yaml - a YAML text as a tree, by libyaml's events, within limits
 *
 * An alias is the same node once more, not a copy, and a merge key (<<) is followed when something is looked up; so a
 * small text that means a huge one costs nothing until it is walked, and then only as much as the budget of steps allows.
 */
#ifndef IR_CONF_YAML_H
#define IR_CONF_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

enum ir_yaml_type { IR_YAML_SCALAR, IR_YAML_LIST, IR_YAML_MAP };

struct ir_yaml {
	enum ir_yaml_type type;
	unsigned          line;
	bool              plain;	/* a scalar without quotes: may be null or a boolean */
	bool              open;		/* while it is read */
	const char       *tag;		/* "!reset", or NULL */
	const char       *text;		/* of a scalar */
	struct ir_yaml  **v;		/* of a list: the items; of a map: key, value, key, value */
	size_t            n, size;
};

struct ir_yaml_doc {
	struct ir_yaml *root;		/* NULL when the document is empty */
	long            budget;		/* steps that are left */
};

struct ir_yaml_docs {
	struct ir_yaml_doc *v;
	size_t              n;
};

/* All documents of a text. -1 with IR_CONFIG; the message begins with file and line. */
int ir_yaml_parse(struct ir_arena *, const char *file, const char *text, size_t n, struct ir_yaml_docs *ret, struct ir_err *);

/* The value of a key, the last one when given twice, else by merge keys; NULL when there is none or map is not a map (or
 * NULL). */
const struct ir_yaml *ir_yaml_get(struct ir_yaml_doc *, const struct ir_yaml *map, const char *key);
/* All keys, merged ones too, each once. */
void ir_yaml_keys(struct ir_arena *, struct ir_yaml_doc *, const struct ir_yaml *map, struct ir_list *ret);
/* Were there more steps than the budget allows? Then the answers so far may be wrong. */
bool ir_yaml_over(const struct ir_yaml_doc *);

/* Nothing, ~, or null. */
bool ir_yaml_null(const struct ir_yaml *);
/* The text of a scalar that is not null; else NULL. */
const char *ir_yaml_text(const struct ir_yaml *);

#endif
