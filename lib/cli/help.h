/* help - --help, --introspect and --complete, all drawn from the tables. Private to lib/cli and the generator. */
#ifndef IR_CLI_HELP_H
#define IR_CLI_HELP_H

#include <jansson.h>
#include "base/buf.h"
#include "cli/cmd.h"

/* The command's own table and the common groups it asks for (cli/groups.c), with the words of -o and --only and the command's defaults filled in.
 * words: those of -c, too, which parsing does not need. */
const struct ir_opt_table *ir_opt_groups(const struct ir_cmd *, void *opts, struct ir_common *, bool words, struct ir_arena *);

/* At most 80 columns: usage, examples, options by group, exit statuses. */
void ir_help(const struct ir_cmd *, const struct ir_opt_table *, struct ir_buf *);

/* Can the command end with this status? 4 is the actors' alone. */
bool ir_exit_applies(const struct ir_cmd *, int code);

/* One JSON document: name, brief, version, role, operands, options (letter, name, arg, type, default, help, more, values),
 * kinds (with their columns), exit statuses, examples. New reference. */
json_t *ir_introspect(const struct ir_cmd *, const struct ir_opt_table *);

/* --complete KIND -- WORDS: "value<TAB>description" lines. KIND `line`: WORDS are those after the command's name up to the cursor, the last is the
 * prefix (may be ""); answers options, option values or operands as fits, "--opt=" forms too. KIND = a struct ir_values' name: its values by prefix.
 * Always succeeds; prints nothing when in doubt. */
void ir_complete(struct ir_ctx *, const struct ir_cmd *, const struct ir_opt_table *, const char *kind, char **words, struct ir_buf *);

/* Words from the journal, ir.conf and the compose file only: handles (newest first, with summaries), services, checks, all that can be looked at (the three
 * before), dependencies (with services and handles), logs (services, sources, files), kinds, times. */
extern const struct ir_values ir_values_handle, ir_values_service, ir_values_check, ir_values_target, ir_values_dependency, ir_values_log, ir_values_kind, ir_values_time, ir_values_alert, ir_values_incident;

#endif
