/* help - --help, --introspect and --complete, all drawn from the tables. Private to lib/cli and the generator. */
#ifndef IR_CLI_HELP_H
#define IR_CLI_HELP_H

#include <jansson.h>
#include "base/buf.h"
#include "cli/cmd.h"

/* At most 80 columns: usage, examples, options by group, exit statuses. */
void ir_help(const struct ir_cmd *, const struct ir_opt_table *, struct ir_buf *);

/* One JSON document: name, brief, version, synopsis, role, operands, options (letter, name, arg, type, default, help, more, values),
 * kinds (with their columns), exit statuses, examples. New reference. */
json_t *ir_introspect(const struct ir_cmd *, const struct ir_opt_table *);

/* --complete KIND -- WORDS: "value<TAB>description" lines. KIND `line`: WORDS are those after the command's name up to the cursor, the last is the
 * prefix (may be ""); answers options, option values or operands as fits, "--opt=" forms too. KIND = a struct ir_values' name: its values by prefix.
 * Always succeeds; prints nothing when in doubt. */
void ir_complete(struct ir_ctx *, const struct ir_cmd *, const struct ir_opt_table *, const char *kind, char **words, struct ir_buf *);

/* The words that ir-x offers for handles (newest first, with summaries), services and check names; from the journal and ir.conf only. */
extern const struct ir_values ir_values_handle, ir_values_service, ir_values_check, ir_values_kind;

#endif
