/*
 * cmd - everything that every command does
 *
 * A command is a const struct ir_cmd and a run(); its main() returns ir_main(). ir_main() makes descriptors 0 to 2 safe, parses options,
 * answers --help, --version, --introspect and --complete (without reading configuration where it can), reads configuration, opens the journal,
 * journals `start`, calls run(), prints the one message of a failure, journals `end`, flushes, and leaves by _exit, so that a stuck
 * resolver thread cannot hold the run.
 */
#ifndef IR_CLI_CMD_H
#define IR_CLI_CMD_H

#include "base/ctx.h"
#include "cli/opt.h"
#include "rec/kinds.h"

#define IR_VERSION "0.1.0"

enum ir_role { IR_SOURCE, IR_FILTER, IR_ACTOR };

/* Groups of common options (cli/groups.c). Every command has -h -V -v -q --env --incident --introspect --complete. */
enum {
	IR_WITH_OUTPUT   = 1 << 0,	/* -o -j -c --no-header --color */
	IR_WITH_STATUS   = 1 << 1,	/* --only --strict */
	IR_WITH_DEADLINE = 1 << 2,	/* -t -T */
	IR_WITH_WATCH    = 1 << 3,	/* -w --interval */
	IR_WITH_SERVICE  = 1 << 4,	/* -s */
	IR_WITH_SINCE    = 1 << 5,	/* -S -U */
	IR_WITH_PAGER    = 1 << 6,	/* no option: ir_pager_start() works */
	IR_WITH_FOLLOW   = 1 << 7,	/* -f */
};

/* Values of the common options, for run(). */
struct ir_common {
	const char    *format;		/* -o */
	bool           json;		/* -j */
	const char    *columns;
	bool           no_header;
	const char    *color;
	unsigned       only;		/* bits 1 << enum ir_status */
	bool           strict;
	int64_t        timeout_ms;	/* -t */
	int64_t        deadline_ms;	/* -T */
	bool           watch;
	int64_t        interval_ms;
	struct ir_list services;
	bool           follow;
	int64_t        since_ms, until_ms;
	bool           quiet, help, version, introspect;
	int            verbose;
	const char    *env;
	const char    *incident;
	const char    *complete;
};

/* With -w, run() moves ctx->deadline_us on for each turn. */

struct ir_example {
	const char *cmd;		/* "ir-health | grep fail | ir-show -" */
	const char *doc;
};

struct ir_cmd {
	const char                  *name;
	const char                  *brief;	/* for NAME: "tell what is unhealthy and why" */
	const char                  *operands;	/* "[NAME|URL ...]"; NULL: takes none */
	const struct ir_values      *operand_values;
	enum ir_role                 role;
	unsigned                     with;
	const char                  *timeout, *deadline; /* defaults of -t and -T; NULL: "2s", "5s" */
	const char                  *format;	/* default of -o, offered besides the others ("detail"); NULL: "text" */
	const char                  *columns;	/* on a terminal, when -c does not say; NULL: the usual ones */
	const struct ir_opt         *opts;	/* own table, or NULL */
	size_t                       optsize;
	const struct ir_kind *const *kinds;	/* printed; NULL-terminated. NULL: makes no records of its own, so that there is nothing to journal */
	const struct ir_example     *examples;	/* ended by NULL cmd */
	/* An enum ir_exit, or -1 with *err. ir_out_status() is merged by ir_main for sources and filters. */
	int (*run)(struct ir_ctx *, const struct ir_common *, const void *opts, char **operands, struct ir_err *);
};

int ir_main(const struct ir_cmd *, int argc, char **argv);

#endif
